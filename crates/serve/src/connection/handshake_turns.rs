//! The order in which the handshakes of a worker go on: a client that has had its share waits until others are served.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Instant;

use super::slots::Group;
use super::turns::{Ticket, Turns};
use crate::limits::allowance::HandshakeAllowance;
use crate::limits::{HANDSHAKE_TURNS, LATE_HANDSHAKE_TURNS};

/// The turns of the handshakes of one worker. A client that has had its share of the worker's time waits apart, and all others pass it.
pub(crate) struct HandshakeTurns {
    prompt: Turns,
    late: Turns,
    allowance: HandshakeAllowance,
}

/// A handshake's place in one of the two orders, while it waits.
#[derive(Default)]
pub(super) struct Place {
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
    pub(super) fn poll_take(&self, place: &Place, client: Group, context: &Context<'_>) -> Poll<()> {
        let is_late =
            !place.prompt.is_held() && (place.late.is_held() || self.allowance.is_used_up(client, Instant::now()));
        if is_late { self.late.poll_take(&place.late, context) } else { self.prompt.poll_take(&place.prompt, context) }
    }

    /// Runs a part of a handshake, and charges its time.
    pub(super) fn charge<T>(&self, client: Group, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.allowance.charge(client, start, start.elapsed());
        result
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_client_that_has_had_its_share_waits_until_others_are_served() {
        let context = Context::from_waker(Waker::noop());
        let [greedy, other] = [1, 2].map(|number| Group::V4([192, 0, 2, number]));
        let served = |turns: &HandshakeTurns, client, count: usize| {
            let places: Vec<Place> = std::iter::repeat_with(Place::default).take(count).collect();
            places.iter().filter(|place| turns.poll_take(place, client, &context).is_ready()).count()
        };
        let few = HANDSHAKE_TURNS + 1;
        assert_eq!(served(&HandshakeTurns::new(), greedy, few), HANDSHAKE_TURNS, "its share is not used up");

        let turns = HandshakeTurns::new();
        turns.allowance.charge(greedy, Instant::now(), Duration::from_secs(1));
        assert_eq!(served(&turns, greedy, 1_000), LATE_HANDSHAKE_TURNS);
        assert_eq!(served(&turns, other, few), HANDSHAKE_TURNS, "nobody is before it");
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
