//! A connection, until its client or the server has had enough.
//!
//! 1. [`reader`] waits for bytes, answers plain requests where they lie, and cuts the others into messages;
//! 2. [`http1`] has hyper answer one message, and gives the connection back to 1;
//! 3. [`http2`] has the connection from its preface to its end.
//!
//! All connections of a worker run on its thread and share a [`Local`].

mod head;
mod http1;
mod http2;
pub(crate) mod meter;
mod reader;
pub(crate) mod slots;
pub(crate) mod socket;
mod stream;

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use self::meter::Meter;
use self::reader::{Next, Reader};
use self::slots::{Bounds, Slot, Slots};
use self::socket::Socket;
use self::stream::Connection;
use crate::access_log::Logger;
use crate::clock::Clock;
use crate::config::{Limits, PlainPath};
use crate::drain::Drain;
use crate::forwarded::Peer;
use crate::metrics::Counters;
use crate::prepared::Site;

/// What a worker shares with other threads: they say how far the server is in leaving, and read what is counted.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) drain: Drain,
    pub(crate) counters: Counters,
}

/// What all connections of a worker share. It never leaves the worker's thread.
pub(crate) struct Local {
    pub(crate) site: Arc<Site>,
    pub(crate) limits: Limits,
    pub(crate) shared: Arc<Shared>,
    pub(crate) slots: Rc<Slots>,
    pub(crate) clock: Clock,
    /// Whether somebody wants to know how long answers take.
    pub(crate) is_timed: bool,
    pub(crate) logger: Option<Logger>,
    pub(crate) plain_path: PlainPath,
    http1: hyper::server::conn::http1::Builder,
    http2: h2::server::Builder,
    /// What each reads into, in turn: none keeps anything in it.
    buffer: RefCell<Box<[u8]>>,
}

/// What a worker's [`Local`] is made of.
pub(crate) struct Parts {
    pub(crate) site: Arc<Site>,
    pub(crate) limits: Limits,
    pub(crate) shared: Arc<Shared>,
    pub(crate) bounds: Bounds,
    pub(crate) is_timed: bool,
    pub(crate) logger: Option<Logger>,
    pub(crate) plain_path: PlainPath,
}

impl Local {
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { site, limits, shared, bounds, is_timed, logger, plain_path } = parts;
        Local {
            http1: http1::builder(&limits),
            http2: http2::builder(&limits),
            buffer: RefCell::new(vec![0; reader::READ_BYTES].into_boxed_slice()),
            slots: Slots::new(bounds),
            clock: Clock::new(),
            site,
            limits,
            shared,
            is_timed,
            logger,
            plain_path,
        }
    }
}

/// Serves a connection until it is closed.
pub(crate) async fn serve(mut socket: Socket, peer: Peer, slot: Slot, local: Rc<Local>) {
    poll_fn(|context| {
        slot.register(context.waker());
        Poll::Ready(())
    })
    .await;
    let meter = Meter::new(&local, &socket, peer);
    let connection = Connection { local: &local, slot: &slot, meter: &meter };
    let mut reader = Reader::new(connection, &socket);
    loop {
        match poll_fn(|context| reader.poll(&mut socket, context)).await {
            Next::Closed => return,
            Next::Slow => {
                let answer = reader.refuse_slow();
                return Box::pin(http1::close_with(&mut socket, &answer, connection)).await;
            }
            // In boxes, which are given back: what waits is small.
            Next::Http2(ahead) => return Box::pin(http2::serve(&mut socket, ahead, connection)).await,
            Next::Message(message) => match Box::pin(http1::answer(&mut socket, message, connection)).await {
                http1::Outcome::Kept => reader.has_answered(),
                http1::Outcome::Closed => return,
            },
        }
    }
}
