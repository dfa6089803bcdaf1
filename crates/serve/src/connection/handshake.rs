//! The handshake of TLS, before the first byte of HTTP.
//!
//! It has a time limit, since a client that never finishes costs memory, and it takes a turn, since it costs what a hundred plain requests
//! cost: a crowd of new connections must not delay those that are open.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::{Poll, ready};

use tokio::io::ReadBuf;
use tokio::net::TcpStream;

use super::handshake_turns::Place;
use super::stream::Connection;
use crate::limits::{IDLE_BYTES, TLS_HANDSHAKE_BYTES};
use crate::listen::metered::Metered;
use crate::listen::socket::Socket;
use crate::observe::counters::{Handshake, Limit};
use crate::tls::{Negotiated, Tls, after_handshake};

/// Completes the handshake on an accepted socket, whose slot is in [`Phase::Handshake`](super::slots::Phase::Handshake). Returns `None` if there is nothing to serve: it has failed, or was a challenge.
pub(super) async fn accept(socket: Socket, tls: &Tls, connection: Connection<'_>) -> Option<(Socket, Negotiated)> {
    let Socket::Tcp(socket) = socket else { return None };
    let Connection { local, slot, observer, .. } = connection;
    match first_byte(&socket, connection).await {
        // A method begins with a capital letter, and a record of TLS with a small number.
        Some(b'A'..=b'Z') => return Some((Socket::Tcp(socket), Negotiated::Nothing)),
        Some(_) => {}
        None => {
            local.state.counters.count_handshake(Handshake::Failed);
            return None;
        }
    }
    observer.charge(slot, IDLE_BYTES + TLS_HANDSHAKE_BYTES);
    let mut accepting = pin!(tls.acceptor().accept(Metered::new(socket)));
    let (turns, place, client) = (&local.handshake_turns, Place::default(), slot.group());
    let accepted = poll_fn(|context| {
        if has_to_end(connection) {
            return Poll::Ready(None);
        }
        ready!(turns.poll_take(&place, client, context));
        turns.charge(client, || accepting.as_mut().poll(context).map(Result::ok))
    })
    .await;
    let Some(mut stream) = accepted else {
        local.state.counters.count_handshake(Handshake::Failed);
        return None;
    };
    let (metered, session) = stream.get_mut();
    metered.renew();
    let negotiated = after_handshake(session);
    local.state.counters.count_handshake(Handshake::of(session));
    observer.charge(slot, connection.idle_bytes());
    match negotiated {
        Negotiated::Challenge => None,
        _ => Some((Socket::Tls(Box::new(stream)), negotiated)),
    }
}

/// Returns whether the handshake has to end, and counts it if it took too long.
fn has_to_end(connection: Connection<'_>) -> bool {
    let Connection { local, slot, observer, .. } = connection;
    if slot.is_expired(local.clock.now()) && !slot.is_evicted() {
        observer.limit(Limit::HeaderTime);
    }
    slot.needs_attention(local.clock.now())
}

/// Waits for the first byte, which is left to be read. `None` if the handshake has to end before.
async fn first_byte(socket: &TcpStream, connection: Connection<'_>) -> Option<u8> {
    let mut byte = [0];
    poll_fn(|context| {
        if has_to_end(connection) {
            return Poll::Ready(None);
        }
        let length = ready!(socket.poll_peek(context, &mut ReadBuf::new(&mut byte)));
        Poll::Ready(length.ok().filter(|length| *length > 0).map(|_| byte[0]))
    })
    .await
}
