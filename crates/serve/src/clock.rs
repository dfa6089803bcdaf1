//! The clock of one worker: one reading serves the time limits, the `Date` field and the choice of editions.
//!
//! Limits need a clock that never jumps, `Date` needs the wall clock. Both are read together now and then ([`Clock::refresh`]);
//! in between the wall clock is the earlier reading plus what has passed since. So a request costs one reading.

use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use httpdate::HttpDate;

/// `date: Sun, 06 Nov 1994 08:49:37 GMT`, and the empty line that ends a head. An HTTP date has a fixed length (RFC 9110 §5.6.7).
const DATE_LINES_BYTES: usize = 39;

/// What comes before the date itself in [`Clock::date_lines`].
const NAME_BYTES: usize = "date: ".len();

/// The length of an HTTP date.
const DATE_BYTES: usize = 29;

/// Milliseconds since the worker started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Moment {
    /// Later than any other.
    pub(crate) const NEVER: Moment = Moment(u64::MAX);

    /// The moment when `time` has passed.
    pub(crate) fn after(self, time: Duration) -> Self {
        Moment(self.0.saturating_add(milliseconds(time)))
    }
}

/// Without a division of 128 bits, which [`Duration::as_millis`] takes.
fn milliseconds(time: Duration) -> u64 {
    time.as_secs().saturating_mul(1000).saturating_add(u64::from(time.subsec_millis()))
}

/// The clock of one worker.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    /// Both clocks, when they were read together.
    base: Cell<(Instant, SystemTime)>,
    date: RefCell<DateLines>,
}

/// The date as it stands in a head, for one second.
#[derive(Debug)]
struct DateLines {
    second: Option<u64>,
    text: [u8; DATE_LINES_BYTES],
}

impl Clock {
    pub(crate) fn new() -> Self {
        let started = Instant::now();
        Clock {
            started,
            base: Cell::new((started, SystemTime::now())),
            date: RefCell::new(DateLines { second: None, text: [b' '; DATE_LINES_BYTES] }),
        }
    }

    /// Reads the wall clock anew: it may have been set.
    pub(crate) fn refresh(&self) {
        self.base.set((Instant::now(), SystemTime::now()));
    }

    /// Both clocks now.
    pub(crate) fn read(&self) -> (Moment, SystemTime) {
        let now = Instant::now();
        let (instant, system) = self.base.get();
        (Moment(milliseconds(now.duration_since(self.started))), system + now.duration_since(instant))
    }

    /// The moment that it is now.
    pub(crate) fn now(&self) -> Moment {
        self.read().0
    }

    /// The last lines of a head: `Date` and the empty line.
    pub(crate) fn date_lines(&self, now: SystemTime) -> [u8; DATE_LINES_BYTES] {
        let mut date = self.date.borrow_mut();
        // HTTP dates begin with the Unix epoch; a clock without a battery may be before it.
        let now = now.max(UNIX_EPOCH);
        let second = now.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
        if second != date.second {
            date.second = second;
            let written = write!(&mut date.text[..], "date: {}\r\n\r\n", HttpDate::from(now));
            debug_assert!(written.is_ok(), "an HTTP date has a fixed length");
        }
        date.text
    }

    /// The value of `Date`.
    pub(crate) fn date(&self, now: SystemTime) -> [u8; DATE_BYTES] {
        let lines = self.date_lines(now);
        let mut date = [0; DATE_BYTES];
        date.copy_from_slice(&lines[NAME_BYTES..NAME_BYTES + DATE_BYTES]);
        date
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_that_of_rfc_9110() {
        let clock = Clock::new();
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(clock.date(at(784_111_777)), *b"Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(clock.date_lines(at(784_111_778)), *b"date: Sun, 06 Nov 1994 08:49:38 GMT\r\n\r\n");
        let before = UNIX_EPOCH.checked_sub(Duration::from_secs(5)).expect("a time");
        assert_eq!(clock.date(before), *b"Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[test]
    fn moments_pass() {
        let clock = Clock::new();
        let first = clock.now();
        assert!(first.after(Duration::from_secs(1)) > clock.now());
        assert_eq!(Moment::NEVER.after(Duration::from_secs(1)), Moment::NEVER);
    }
}
