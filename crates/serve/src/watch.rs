//! Watching over a busy connection: whether it moves, as the limits on time want it to.
//!
//! Nothing of it is on the way of a request. [`Progress`] is written as bytes pass, and looked at now and then ([`CHECK_TIME`]),
//! by one timer a connection.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use crate::config::{CHECK_TIME, Limits};
use crate::stream::{Progress, Snapshot};

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

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Reading,
    Writing,
    Closing,
    Nothing,
}

/// The judge of one connection.
#[derive(Debug)]
pub(crate) struct Watch<'a> {
    protocol: Protocol,
    limits: &'a Limits,
    progress: &'a Progress,
    /// When it was looked at last, what it was doing, and how far it was.
    last: (Doing, Snapshot),
    /// Since when it has not moved.
    since: Instant,
    is_registered: bool,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(protocol: Protocol, limits: &'a Limits, progress: &'a Progress) -> Self {
        let last = (Doing::Reading, Snapshot::default());
        Watch { protocol, limits, progress, last, since: Instant::now(), is_registered: false }
    }

    /// How often to look: more often than the shortest limit.
    pub(crate) fn period(&self) -> Duration {
        let Limits { header_time, idle_time, write_time, .. } = *self.limits;
        let shortest = header_time.min(idle_time).min(write_time) / 4;
        CHECK_TIME.min(shortest).max(Duration::from_millis(1))
    }

    /// Looks at the connection when `tick` is over, and sets it anew.
    pub(crate) fn poll(&mut self, mut tick: Pin<&mut Sleep>, context: &mut Context<'_>) -> Poll<Verdict> {
        // Polling a timer takes more than asking it. A task's waker stays the same, so once is enough.
        while !self.is_registered || tick.is_elapsed() {
            self.is_registered = true;
            if tick.as_mut().poll(context).is_ready() {
                let now = Instant::now();
                tick.as_mut().reset(now + self.period());
                self.is_registered = false;
                if let Some(verdict) = self.judge(now) {
                    return Poll::Ready(verdict);
                }
            }
        }
        Poll::Pending
    }

    fn judge(&mut self, now: Instant) -> Option<Verdict> {
        let current = self.progress.snapshot();
        let doing = self.doing(&current);
        let has_moved = doing != self.last.0 || self.has_moved(doing, &self.last.1, &current);
        self.last = (doing, current);
        if has_moved {
            self.since = now;
            return None;
        }
        let (limit, verdict) = self.limit(doing, &current)?;
        (now.duration_since(self.since) >= limit).then_some(verdict)
    }

    fn doing(&self, current: &Snapshot) -> Doing {
        match self.protocol {
            _ if current.closing => Doing::Closing,
            _ if current.blocked => Doing::Writing,
            Protocol::Http1 if current.is_idle() => Doing::Nothing,
            Protocol::Http1 => Doing::Reading,
            Protocol::Http2 => Doing::Nothing,
        }
    }

    fn has_moved(&self, doing: Doing, last: &Snapshot, current: &Snapshot) -> bool {
        let read = current.read.wrapping_sub(last.read);
        let written = current.written.wrapping_sub(last.written);
        let has_answered = current.answered != last.answered;
        match (doing, self.protocol) {
            (Doing::Reading | Doing::Closing, _) => has_answered,
            (Doing::Writing, _) => written > 0,
            (Doing::Nothing, Protocol::Http1) => has_answered || read > 0,
            (Doing::Nothing, Protocol::Http2) => has_answered || written > read,
        }
    }

    fn limit(&self, doing: Doing, current: &Snapshot) -> Option<(Duration, Verdict)> {
        match (doing, self.protocol) {
            (Doing::Reading, _) => Some((self.limits.header_time, Verdict::Slow)),
            (Doing::Writing, _) => Some((self.limits.write_time, Verdict::Stalled)),
            // The close has a limit of its own.
            (Doing::Closing, _) => None,
            (Doing::Nothing, Protocol::Http1) => Some((Duration::ZERO, Verdict::Quiet)),
            (Doing::Nothing, Protocol::Http2) if current.answered == 0 => {
                Some((self.limits.header_time, Verdict::Quiet))
            }
            (Doing::Nothing, Protocol::Http2) => Some((self.limits.idle_time, Verdict::Quiet)),
        }
    }
}
