//! The handshake of TLS, before the first byte of HTTP.
//!
//! It has a time limit, since a client that never finishes costs memory, and it takes a turn, since it costs what a hundred plain requests
//! cost: a crowd of new connections must not delay those that are open.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use tokio::io::ReadBuf;
use tokio::net::TcpStream;

use super::slots::{Group, Phase};
use super::stream::Connection;
use super::turns::{Ticket, Turns};
use crate::limits::allowance::HandshakeAllowance;
use crate::limits::{HANDSHAKE_TURNS, IDLE_BYTES, LATE_HANDSHAKE_TURNS, TLS_HANDSHAKE_BYTES};
use crate::listen::metered::Metered;
use crate::listen::socket::Socket;
use crate::observe::counters::{Handshake, Limit};
use crate::tls::{Negotiated, Tls, after_handshake};

/// The turns of the handshakes of one worker. A client that has had its share of the worker's time waits apart, and all others pass it.
pub(crate) struct HandshakeTurns {
    prompt: Turns,
    late: Turns,
    allowance: HandshakeAllowance,
}

/// A handshake's place in one of the two orders, while it waits.
#[derive(Default)]
struct Place {
    prompt: Ticket,
    late: Ticket,
}

impl HandshakeTurns {
    pub(super) fn new() -> Self {
        let (prompt, late) = (Turns::new(HANDSHAKE_TURNS), Turns::new(LATE_HANDSHAKE_TURNS));
        HandshakeTurns { prompt, late, allowance: HandshakeAllowance::new() }
    }

    /// Renews the turns each time all ready tasks were polled. Never completes.
    pub(crate) async fn renew(&self) {
        let (mut prompt, mut late) = (pin!(self.prompt.renew()), pin!(self.late.renew()));
        poll_fn(|context| {
            let _ = prompt.as_mut().poll(context);
            late.as_mut().poll(context)
        })
        .await;
    }

    /// Ready when it is the client's turn, which this call takes.
    fn poll_take(&self, place: &Place, client: Group, context: &Context<'_>) -> Poll<()> {
        let is_late =
            !place.prompt.is_held() && (place.late.is_held() || self.allowance.is_used_up(client, Instant::now()));
        if is_late { self.late.poll_take(&place.late, context) } else { self.prompt.poll_take(&place.prompt, context) }
    }

    /// Runs a part of a handshake, and charges its time.
    fn charge<T>(&self, client: Group, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.allowance.charge(client, start, start.elapsed());
        result
    }
}

/// Completes the handshake on an accepted socket. Returns `None` if there is nothing to serve: it has failed, or was a challenge.
pub(super) async fn accept(socket: Socket, tls: &Tls, connection: Connection<'_>) -> Option<(Socket, Negotiated)> {
    let Socket::Tcp(socket) = socket else { return None };
    let Connection { local, slot, observer, .. } = connection;
    let now = local.clock.now();
    slot.enter(Phase::Head, now, now.after(local.limits.header_time));
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

#[cfg(test)]
mod tests {
    use std::task::Waker;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_client_that_has_had_its_share_waits_until_others_are_served() {
        let turns = HandshakeTurns::new();
        let context = Context::from_waker(Waker::noop());
        let [greedy, other] = [1, 2].map(|number| Group::V4([192, 0, 2, number]));
        let served = |client, places: &[Place]| {
            places.iter().filter(|place| turns.poll_take(place, client, &context).is_ready()).count()
        };
        let places = |count: usize| -> Vec<Place> { std::iter::repeat_with(Place::default).take(count).collect() };
        assert_eq!(served(greedy, &places(HANDSHAKE_TURNS + 1)), HANDSHAKE_TURNS, "its share is not used up");

        let turns = HandshakeTurns::new();
        let served = |client, places: &[Place]| {
            places.iter().filter(|place| turns.poll_take(place, client, &context).is_ready()).count()
        };
        turns.allowance.charge(greedy, Instant::now(), Duration::from_secs(1));
        assert_eq!(served(greedy, &places(1_000)), LATE_HANDSHAKE_TURNS);
        assert_eq!(served(other, &places(HANDSHAKE_TURNS + 1)), HANDSHAKE_TURNS, "nobody is before it");
    }

    #[test]
    fn who_waits_keeps_its_place() {
        let turns = HandshakeTurns::new();
        let context = Context::from_waker(Waker::noop());
        let client = Group::V4([192, 0, 2, 1]);
        let prompt: Vec<Place> = std::iter::repeat_with(Place::default).take(HANDSHAKE_TURNS + 1).collect();
        for place in &prompt {
            let _ = turns.poll_take(place, client, &context);
        }
        // It had its place before the share was used up.
        turns.charge(client, || ());
        turns.allowance.charge(client, Instant::now(), Duration::from_secs(1));
        let last = &prompt[HANDSHAKE_TURNS];
        assert!(turns.poll_take(last, client, &context).is_pending());
        assert!(last.prompt.is_held() && !last.late.is_held());
    }
}
