//! Watching over a busy connection: whether it moves, as the limits on time want it to.
//!
//! Nothing of it is on the way of a request. [`Progress`] is written as bytes pass, and looked at now and then ([`CHECK_TIME`]),
//! by one timer a connection.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::config::{CHECK_TIME, Limits};
use crate::stream::{Progress, Snapshot, State};

/// What may be wrong with a connection, or right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing is asked and nothing is owed: HTTP/1.1 for a while, HTTP/2 for the idle time.
    Quiet,
    /// A head has begun, and does not end.
    Slow,
    /// The client takes nothing of its answer.
    Stalled,
}

/// How connections of a protocol are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    /// Which bytes are a request's, only its implementation knows: so any that come in are no progress, but answers are, and
    /// bytes that go out, if they are more than those that came in (the answer to a PING is not).
    Http2,
}

/// The judge of one connection.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    protocol: Protocol,
    limits: &'a Limits,
    /// What it was doing when it was looked at last, and how far it was.
    last: Snapshot,
    /// Since when it has not moved.
    since: Instant,
}

/// A timer that goes off again and again, and costs a task that is polled in between next to nothing.
#[derive(Debug)]
pub(crate) struct Tick<'a> {
    sleep: Pin<&'a mut Sleep>,
    period: Duration,
    is_registered: bool,
}

impl<'a> Tick<'a> {
    /// `sleep` is over after the first `period`.
    pub(crate) fn new(sleep: Pin<&'a mut Sleep>, period: Duration) -> Self {
        Tick { sleep, period, is_registered: false }
    }

    /// Ready when a period is over, with the time; to be polled until it is not, so that it goes off again.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Instant> {
        // Polling a timer takes more than asking it. A task's waker stays the same, so once is enough.
        if self.is_registered && !self.sleep.is_elapsed() {
            return Poll::Pending;
        }
        self.is_registered = true;
        ready!(self.sleep.as_mut().poll(context));
        self.is_registered = false;
        let now = Instant::now();
        self.sleep.as_mut().reset(now + self.period);
        Poll::Ready(now)
    }
}

/// How often to look at a connection: more often than the shortest limit.
pub(crate) fn period(limits: &Limits) -> Duration {
    let shortest = limits.header_time.min(limits.idle_time).min(limits.write_time) / 4;
    CHECK_TIME.min(shortest).max(Duration::from_millis(1))
}

impl<'a> Watch<'a> {
    pub(crate) fn new(protocol: Protocol, limits: &'a Limits) -> Self {
        let last = Snapshot { state: state(protocol, State::Busy), ..Snapshot::default() };
        Watch { protocol, limits, last, since: Instant::now() }
    }

    /// Looks at the connection whenever `tick` goes off.
    pub(crate) fn poll(
        &mut self,
        progress: &Progress,
        tick: &mut Tick<'_>,
        context: &mut Context<'_>,
    ) -> Poll<Verdict> {
        loop {
            let now = ready!(tick.poll(context));
            if let Some(verdict) = self.look(progress.snapshot(), now) {
                return Poll::Ready(verdict);
            }
        }
    }

    /// What is to be said of a connection that is so far at this time.
    fn look(&mut self, mut current: Snapshot, now: Instant) -> Option<Verdict> {
        current.state = state(self.protocol, current.state);
        let has_moved = current.state != self.last.state || self.has_moved(&self.last, &current);
        self.last = current;
        if has_moved {
            self.since = now;
            return None;
        }
        let (limit, verdict) = self.limit(&current)?;
        (now.duration_since(self.since) >= limit).then_some(verdict)
    }

    fn has_moved(&self, last: &Snapshot, current: &Snapshot) -> bool {
        let read = current.read.wrapping_sub(last.read);
        let written = current.written.wrapping_sub(last.written);
        let has_answered = current.answered != last.answered;
        match (current.state, self.protocol) {
            (State::Busy | State::Closing, _) => has_answered,
            (State::Blocked, _) => written > 0,
            (State::Idle, Protocol::Http1) => has_answered || read > 0,
            (State::Idle, Protocol::Http2) => has_answered || written > read,
        }
    }

    fn limit(&self, current: &Snapshot) -> Option<(Duration, Verdict)> {
        match (current.state, self.protocol) {
            (State::Busy, _) => Some((self.limits.header_time, Verdict::Slow)),
            (State::Blocked, _) => Some((self.limits.write_time, Verdict::Stalled)),
            // The close has a limit of its own.
            (State::Closing, _) => None,
            (State::Idle, Protocol::Http1) => Some((Duration::ZERO, Verdict::Quiet)),
            (State::Idle, Protocol::Http2) if current.answered == 0 => Some((self.limits.header_time, Verdict::Quiet)),
            (State::Idle, Protocol::Http2) => Some((self.limits.idle_time, Verdict::Quiet)),
        }
    }
}

/// What a connection of a protocol can be seen doing: with HTTP/2, bytes do not tell whether a request has begun.
fn state(protocol: Protocol, state: State) -> State {
    match (protocol, state) {
        (Protocol::Http2, State::Busy) => State::Idle,
        (_, state) => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A second is looked at each time; the verdicts after so many of them.
    fn judge(protocol: Protocol, steps: &[(State, usize, usize, usize)]) -> Vec<Option<Verdict>> {
        let second = Duration::from_secs(1);
        let limits =
            Limits { header_time: 3 * second, idle_time: 4 * second, write_time: 2 * second, ..Limits::default() };
        let mut watch = Watch::new(protocol, &limits);
        let mut now = watch.since;
        let snapshots =
            steps.iter().map(|&(state, answered, read, written)| Snapshot { state, answered, read, written });
        snapshots
            .map(|snapshot| {
                now += second;
                watch.look(snapshot, now)
            })
            .collect()
    }

    #[test]
    fn http_1_is_judged_by_what_it_owes() {
        use State::{Blocked, Busy, Closing, Idle};
        use Verdict::{Quiet, Slow, Stalled};
        for (steps, expected) in [
            // A head that drips, and one that ends in time.
            (vec![(Busy, 0, 1, 0), (Busy, 0, 2, 0), (Busy, 0, 3, 0)], vec![None, None, Some(Slow)]),
            (vec![(Busy, 0, 1, 0), (Busy, 1, 2, 0), (Busy, 1, 3, 0)], vec![None, None, None]),
            // A client that takes nothing, and one that takes a byte a second.
            (vec![(Blocked, 1, 1, 9), (Blocked, 1, 1, 9), (Blocked, 1, 1, 9)], vec![None, None, Some(Stalled)]),
            (vec![(Blocked, 1, 1, 9), (Blocked, 1, 1, 10), (Blocked, 1, 1, 11)], vec![None, None, None]),
            // Quiet from one time to the next, and not.
            (vec![(Idle, 1, 1, 9), (Idle, 1, 1, 9)], vec![None, Some(Quiet)]),
            (vec![(Idle, 1, 1, 9), (Idle, 2, 2, 18)], vec![None, None]),
            (vec![(Closing, 1, 1, 9); 9], vec![None; 9]),
        ] {
            assert_eq!(judge(Protocol::Http1, &steps), expected, "{steps:?}");
        }
    }

    #[test]
    fn http_2_is_judged_by_what_it_asks_and_takes() {
        use State::{Blocked, Busy};
        use Verdict::{Quiet, Stalled};
        for (steps, expected) in [
            // No request at all; none any more, whatever comes in and is acknowledged; content that goes out.
            (vec![(Busy, 0, 24, 9); 3], vec![None, None, Some(Quiet)]),
            (
                (0..6).map(|at| (Busy, 1, 50 + 17 * at, 50 + 17 * at)).collect(),
                vec![None, None, None, None, Some(Quiet), Some(Quiet)],
            ),
            ((0..6).map(|at| (Busy, 1, 50 + 13 * at, 50 + 16_384 * at)).collect(), vec![None; 6]),
            (vec![(Blocked, 1, 1, 9), (Blocked, 1, 1, 9), (Blocked, 1, 1, 9)], vec![None, None, Some(Stalled)]),
        ] {
            assert_eq!(judge(Protocol::Http2, &steps), expected, "{steps:?}");
        }
    }
}
