//! The content of a response: bytes where they lie in the pack, in one frame, without a copy.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// The content of a response, of which hyper writes `Content-Length`: so a GET and a HEAD have the same, and no field value is
/// allocated for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// What is announced, and not yet taken.
    length: u64,
    /// `None` in the answer to HEAD, and once it is taken.
    content: Option<Bytes>,
}

impl Body {
    /// These bytes.
    #[must_use]
    pub fn new(content: Bytes) -> Self {
        Body { length: content.len() as u64, content: Some(content) }
    }

    /// What HEAD is answered: the same length, and no content (RFC 9110 §9.3.2).
    #[must_use]
    pub fn without_content(self) -> Self {
        Body { content: None, ..self }
    }

    /// The length that is announced.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The bytes that are sent, on their own.
    #[must_use]
    pub fn into_content(self) -> Bytes {
        self.content.unwrap_or_default()
    }

    /// The bytes that are sent: none in answer to HEAD.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        self.content.as_deref().unwrap_or_default()
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.get_mut();
        body.length = 0;
        let content = body.content.take().filter(|content| !content.is_empty());
        Poll::Ready(content.map(|content| Ok(Frame::data(content))))
    }

    fn is_end_stream(&self) -> bool {
        self.length == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
