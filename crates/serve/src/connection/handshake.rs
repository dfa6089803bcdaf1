//! The handshake of TLS, before the first byte of HTTP.
//!
//! It has a time limit, since a client that never finishes costs memory, and it takes a turn, since it costs what a hundred plain requests
//! cost: a crowd of new connections must not delay those that are open.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::{Poll, ready};

use super::slots::Phase;
use super::stream::Connection;
use super::turns::Ticket;
use crate::limits::{IDLE_BYTES, TLS_HANDSHAKE_BYTES};
use crate::listen::socket::Socket;
use crate::observe::counters::{Handshake, Limit};
use crate::tls::{Negotiated, Tls, after_handshake};

/// Completes the handshake on an accepted socket. Returns `None` if there is nothing to serve: it has failed, or was a challenge.
pub(super) async fn accept(socket: Socket, tls: &Tls, connection: Connection<'_>) -> Option<(Socket, Negotiated)> {
    let Socket::Tcp(socket) = socket else { return None };
    let Connection { local, slot, observer, .. } = connection;
    let now = local.clock.now();
    slot.enter(Phase::Head, now, now.after(local.limits.header_time));
    observer.charge(slot, IDLE_BYTES + TLS_HANDSHAKE_BYTES);
    let mut accepting = pin!(tls.acceptor().accept(socket));
    let ticket = Ticket::default();
    let accepted = poll_fn(|context| {
        if slot.is_expired(local.clock.now()) && !slot.is_evicted() {
            observer.limit(Limit::HeaderTime);
        }
        if slot.needs_attention(local.clock.now()) {
            return Poll::Ready(None);
        }
        ready!(local.handshake_turns.poll_take(&ticket, context));
        accepting.as_mut().poll(context).map(Result::ok)
    })
    .await;
    let Some(mut stream) = accepted else {
        local.state.counters.count_handshake(Handshake::Failed);
        return None;
    };
    let session = stream.get_mut().1;
    let negotiated = after_handshake(session);
    local.state.counters.count_handshake(Handshake::of(session));
    observer.charge(slot, connection.idle_bytes());
    match negotiated {
        Negotiated::Challenge => None,
        Negotiated::Http1 | Negotiated::Http2 => Some((Socket::Tls(Box::new(stream)), negotiated)),
    }
}
