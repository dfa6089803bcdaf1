//! The handshake of TLS, before the first byte of HTTP.
//!
//! It has a time limit, since a client that never finishes costs memory, and it takes a turn, since it costs what a hundred plain requests
//! cost: a crowd of new connections must not delay those that are open.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};

use tokio::io::ReadBuf;
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use super::handshake_turns::Place;
use super::stream::Connection;
use crate::limits::{IDLE_BYTES, TLS_HANDSHAKE_BYTES};
use crate::listen::metered::Metered;
use crate::listen::socket::Socket;
use crate::observe::counters::{Handshake, Limit};
use crate::tls::{Negotiated, Tls, after_handshake};

/// Completes the handshake on an accepted socket, whose slot is in [`Phase::Handshake`](super::slots::Phase::Handshake). Returns `None` if there is
/// nothing to serve: it has failed, or was a challenge.
pub(super) async fn accept(socket: Socket, tls: &Tls, connection: Connection<'_>) -> Option<(Socket, Negotiated)> {
    let Socket::Tcp(socket) = socket else { return None };
    let Connection { local, slot, observer, .. } = connection;
    let accepted = match first_byte(&socket, connection).await {
        // A method begins with a capital letter, and a record of TLS with a small number.
        Some(b'A'..=b'Z') => return Some((Socket::Tcp(socket), Negotiated::Nothing)),
        Some(_) => negotiate(socket, tls, connection).await,
        None => None,
    };
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

/// Waits for the first byte, which is left to be read. `None` if the handshake has to end before.
async fn first_byte(socket: &TcpStream, connection: Connection<'_>) -> Option<u8> {
    let mut byte = [0];
    let peeked = |context: &mut Context<'_>| socket.poll_peek(context, &mut ReadBuf::new(&mut byte)).map(Result::ok);
    let length = unless_over(connection, peeked).await?;
    (length > 0).then_some(byte[0])
}

/// Reads the hello, waits for a turn, and does the rest. To read needs no turn: it is cheap, and unread the hello would fill the kernel's buffers and wait
/// behind a crowd of halves. `None` if the handshake fails or has to end.
async fn negotiate(socket: TcpStream, tls: &Tls, connection: Connection<'_>) -> Option<TlsStream<Metered>> {
    let Connection { local, slot, observer, .. } = connection;
    let (turns, client, place) = (&local.handshake_turns, slot.group(), Place::default());
    observer.charge(slot, IDLE_BYTES + TLS_HANDSHAKE_BYTES);
    let mut metered = Metered::new(socket);
    unless_over(connection, |context| metered.poll_hello(context).map(Result::ok)).await?;
    let mut accepting = pin!(tls.acceptor().accept(metered));
    unless_over(connection, |context| turns.poll_take(&place, client, context).map(Some)).await?;
    unless_over(connection, |context| turns.charge(client, || accepting.as_mut().poll(context).map(Result::ok))).await
}

/// Completes with what `poll` returns, or with `None` if the handshake has to end before. Too long a handshake is counted.
async fn unless_over<T>(
    connection: Connection<'_>,
    mut poll: impl FnMut(&mut Context<'_>) -> Poll<Option<T>>,
) -> Option<T> {
    let Connection { local, slot, observer, .. } = connection;
    poll_fn(|context| {
        let now = local.clock.now();
        if slot.is_expired(now) && !slot.is_evicted() {
            observer.limit(Limit::HeaderTime);
        }
        if slot.needs_attention(now) { Poll::Ready(None) } else { poll(context) }
    })
    .await
}
