//! A body that is inflated in turns, so that a crowd of clients that accept no coding does not delay others ([`super::turns`]).
//! Stored content needs no turn.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use graven_pack::Error;
use http_body::{Frame, SizeHint};

use crate::limits::INFLATED_PIECE;
use crate::response::body::Body;

/// The turn of a body, shared with the task that takes turns for it.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    turn: Cell<Turn>,
    /// How many bytes are to be inflated for the body.
    ahead: Cell<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Turn {
    None,
    /// The body waits for one.
    Wanted,
    /// The body may inflate a piece. The turn of a message is also that of its first piece, so that one write sends the head and the piece.
    #[default]
    Taken,
    /// The body has given its last piece.
    Done,
}

impl Pace {
    /// Returns whether the body waits for a turn.
    pub(crate) fn is_wanted(&self) -> bool {
        self.turn.get() == Turn::Wanted
    }

    /// Returns whether the body waits for its last turn.
    pub(crate) fn is_last_wanted(&self) -> bool {
        self.is_wanted() && self.ahead.get() <= INFLATED_PIECE
    }

    /// Returns whether the body has given its last piece.
    pub(crate) fn is_done(&self) -> bool {
        self.turn.get() == Turn::Done
    }

    /// Lets the body inflate a piece when it is polled next.
    pub(crate) fn give(&self) {
        self.turn.set(Turn::Taken);
    }
}

/// A body, and its pace if it is inflated.
pub(crate) struct PacedBody {
    body: Body,
    pace: Option<Rc<Pace>>,
}

impl PacedBody {
    /// Wraps a body. `pace` is called if it is inflated.
    pub(crate) fn new(body: Body, pace: impl FnOnce() -> Rc<Pace>) -> Self {
        let pace = body.is_inflated().then(pace);
        PacedBody { body, pace }
    }
}

impl http_body::Body for PacedBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let PacedBody { body, pace } = self.get_mut();
        let Some(pace) = pace.as_ref().filter(|_| body.left() > 0) else { return Pin::new(body).poll_frame(context) };
        let may_inflate = pace.turn.replace(Turn::Wanted) == Turn::Taken;
        let piece = if may_inflate { body.next(usize::MAX).transpose() } else { None };
        pace.ahead.set(body.to_inflate());
        let Some(piece) = piece else { return Poll::Pending };
        pace.turn.set(if body.left() > 0 { Turn::None } else { Turn::Done });
        Poll::Ready(Some(piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
