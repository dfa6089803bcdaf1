//! A connection, from its first byte to its close.
//!
//! 1. With TLS, its handshake comes first.
//! 2. [`http1`] reads requests, answers plain ones in place, and cuts out other messages.
//! 3. [`message`] has hyper answer one message, and returns the connection to 2.
//! 4. [`http2`] serves the connection from its preface to its end.
//!
//! The connections of a worker run on its thread and share a [`WorkerLocal`].

mod gathered;
#[cfg(feature = "tls")]
mod handshake;
#[cfg(feature = "tls")]
mod handshake_turns;
mod head;
mod http1;
mod http2;
pub(crate) mod local;
mod message;
pub(crate) mod observer;
mod paced;
mod respond;
pub(crate) mod slots;
mod stream;
pub(crate) mod turns;
#[cfg(test)]
mod wakes;

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

#[cfg(feature = "tls")]
use bytes::Bytes;

use self::http1::{Next, READ_BYTES, Reader};
use self::local::{WorkerLocal, WorkerParts};
use self::observer::Observer;
use self::slots::{Slot, Slots};
use self::stream::Connection;
use self::turns::Turns;
use crate::clock::Clock;
use crate::limits::allowance::SearchAllowance;
use crate::limits::{MESSAGE_TURNS, TURNS};
use crate::listen::address::Service;
use crate::listen::peer::Peer;
use crate::listen::socket::Socket;
#[cfg(feature = "tls")]
use crate::tls::Negotiated;

/// Builds what the connections of a worker share.
pub(crate) fn worker_local(parts: WorkerParts) -> WorkerLocal {
    let WorkerParts { site, limits, state, bounds, is_timed, logger, plain_path, .. } = parts;
    WorkerLocal {
        #[cfg(feature = "tls")]
        tls: parts.tls,
        #[cfg(feature = "tls")]
        handshake_turns: handshake_turns::HandshakeTurns::new(),
        http1: message::builder(&limits),
        http2: http2::builder(&limits),
        buffer: RefCell::new(vec![0; READ_BYTES].into_boxed_slice()),
        gathered: Cell::default(),
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
pub(crate) async fn serve(socket: Socket, peer: Peer, slot: Slot, service: Service, local: Rc<WorkerLocal>) {
    poll_fn(|context| {
        slot.register(context.waker());
        Poll::Ready(())
    })
    .await;
    let observer = Observer::new(&local, &socket, peer);
    let connection = Connection { local: &local, slot: &slot, observer: &observer, service };
    #[cfg(feature = "tls")]
    if let (Service::Https, Some(tls)) = (service, &local.tls) {
        // Boxed, since most of its memory is not needed afterwards.
        let Some((mut socket, negotiated)) = Box::pin(handshake::accept(socket, tls, connection)).await else { return };
        match negotiated {
            // RFC 9113 §3.2: the preface follows, and nothing but it.
            Negotiated::Http2 => Box::pin(http2::serve(&mut socket, Bytes::new(), connection)).await,
            Negotiated::Nothing => {
                let connection = Connection { service: Service::WithoutTls, ..connection };
                return converse(&mut socket, connection).await;
            }
            _ => converse(&mut socket, connection).await,
        }
        return socket.notify_close();
    }
    let mut socket = socket;
    converse(&mut socket, connection).await;
}

/// Reads and answers requests until the connection has to close.
async fn converse(socket: &mut Socket, connection: Connection<'_>) {
    let mut reader = Reader::new(connection, socket);
    loop {
        match poll_fn(|context| reader.poll(socket, context)).await {
            Next::Closed => return,
            Next::Slow => {
                let answer = reader.refuse_slow();
                return Box::pin(message::close_with(socket, &answer, connection)).await;
            }
            // Boxed, so that an idle connection stays small.
            Next::Http2(ahead) => return Box::pin(http2::serve(socket, ahead, connection)).await,
            Next::Message(message) => match Box::pin(message::answer(socket, message, connection)).await {
                message::Persistence::Open => reader.has_answered(),
                message::Persistence::Closed => return,
            },
        }
    }
}
