//! A connection, from its first byte to its close.
//!
//! 1. [`http1`] reads requests, answers plain ones in place, and cuts out other messages.
//! 2. [`message`] has hyper answer one message, and returns the connection to 1.
//! 3. [`http2`] serves the connection from its preface to its end.
//!
//! The connections of a worker run on its thread and share a [`WorkerLocal`].

mod head;
mod http1;
mod http2;
pub(crate) mod local;
mod message;
pub(crate) mod observer;
mod paced;
pub(crate) mod slots;
mod stream;
pub(crate) mod turns;
#[cfg(test)]
mod wakes;

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use self::http1::{Next, READ_BYTES, Reader};
use self::local::{WorkerLocal, WorkerParts};
use self::observer::Observer;
use self::slots::{Slot, Slots};
use self::stream::Connection;
use self::turns::Turns;
use crate::clock::Clock;
use crate::limits::allowance::SearchAllowance;
use crate::limits::{MESSAGE_TURNS, TURNS};
use crate::listen::peer::Peer;
use crate::listen::socket::Socket;

/// Builds what the connections of a worker share.
pub(crate) fn worker_local(parts: WorkerParts) -> WorkerLocal {
    let WorkerParts { site, limits, state, bounds, is_timed, logger, plain_path } = parts;
    WorkerLocal {
        http1: message::builder(&limits),
        http2: http2::builder(&limits),
        buffer: RefCell::new(vec![0; READ_BYTES].into_boxed_slice()),
        slots: Slots::new(bounds),
        turns: Turns::new(TURNS),
        message_turns: Turns::new(MESSAGE_TURNS),
        searches: SearchAllowance::new(),
        clock: Clock::new(),
        site,
        limits,
        state,
        is_timed,
        logger,
        plain_path,
    }
}

/// Serves a connection until it closes.
pub(crate) async fn serve(mut socket: Socket, peer: Peer, slot: Slot, local: Rc<WorkerLocal>) {
    poll_fn(|context| {
        slot.register(context.waker());
        Poll::Ready(())
    })
    .await;
    let observer = Observer::new(&local, &socket, peer);
    let connection = Connection { local: &local, slot: &slot, observer: &observer };
    let mut reader = Reader::new(connection, &socket);
    loop {
        match poll_fn(|context| reader.poll(&mut socket, context)).await {
            Next::Closed => return,
            Next::Slow => {
                let answer = reader.refuse_slow();
                return Box::pin(message::close_with(&mut socket, &answer, connection)).await;
            }
            // Boxed, so that an idle connection stays small.
            Next::Http2(ahead) => return Box::pin(http2::serve(&mut socket, ahead, connection)).await,
            Next::Message(message) => match Box::pin(message::answer(&mut socket, message, connection)).await {
                message::Persistence::Open => reader.has_answered(),
                message::Persistence::Closed => return,
            },
        }
    }
}
