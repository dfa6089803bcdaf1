//! The clock of one worker. One reading serves the time limits, the `Date` field and the choice of editions.
//!
//! Limits need a clock that never jumps; `Date` needs the wall clock. [`Clock::refresh`] reads both together at
//! intervals. In between, the wall clock is computed from the last reading and the time that has passed since. A
//! request therefore reads the clock once.

use std::cell::{Cell, RefCell};
use std::io::Write as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use httpdate::HttpDate;

/// The length of `date: Sun, 06 Nov 1994 08:49:37 GMT` and the empty line that ends a head, in bytes. An HTTP date has
/// a fixed length (RFC 9110 §5.6.7).
const DATE_LINES_BYTES: usize = 39;

/// The length of the field name in [`Clock::date_lines`], in bytes.
const NAME_BYTES: usize = "date: ".len();

/// The length of an HTTP date, in bytes.
const DATE_BYTES: usize = 29;

/// Milliseconds since the worker started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(u64);

impl Moment {
    /// The latest moment.
    pub(crate) const NEVER: Moment = Moment(u64::MAX);

    /// Returns the moment that is `time` later.
    pub(crate) fn after(self, time: Duration) -> Self {
        Moment(self.0.saturating_add(milliseconds(time)))
    }
}

/// Converts to milliseconds. [`Duration::as_millis`] would need a 128-bit division.
fn milliseconds(time: Duration) -> u64 {
    time.as_secs().saturating_mul(1000).saturating_add(u64::from(time.subsec_millis()))
}

/// The clock of one worker.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    /// Both clocks at the last refresh.
    base: Cell<(Instant, SystemTime)>,
    date: RefCell<DateLines>,
}

/// The cached `Date` line and the second it is for.
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

    /// Reads both clocks again, since the wall clock may have been set.
    pub(crate) fn refresh(&self) {
        self.base.set((Instant::now(), SystemTime::now()));
    }

    /// Returns the current time by both clocks.
    pub(crate) fn read(&self) -> (Moment, SystemTime) {
        let now = Instant::now();
        let (instant, system) = self.base.get();
        (Moment(milliseconds(now.duration_since(self.started))), system + now.duration_since(instant))
    }

    /// Returns the current moment.
    pub(crate) fn now(&self) -> Moment {
        self.read().0
    }

    /// Returns the last lines of a head: `Date` and the empty line.
    pub(crate) fn date_lines(&self, now: SystemTime) -> [u8; DATE_LINES_BYTES] {
        let mut date = self.date.borrow_mut();
        // A clock without a battery may be before 1970, which an HTTP date cannot express.
        let now = now.max(UNIX_EPOCH);
        let second = now.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs());
        if second != date.second {
            date.second = second;
            let written = write!(&mut date.text[..], "date: {}\r\n\r\n", HttpDate::from(now));
            debug_assert!(written.is_ok(), "an HTTP date has a fixed length");
        }
        date.text
    }

    /// Returns the value of `Date`.
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
    fn dates_have_the_format_of_rfc_9110() {
        let clock = Clock::new();
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(clock.date(at(784_111_777)), *b"Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(clock.date_lines(at(784_111_778)), *b"date: Sun, 06 Nov 1994 08:49:38 GMT\r\n\r\n");
        let before = UNIX_EPOCH.checked_sub(Duration::from_secs(5)).expect("a time");
        assert_eq!(clock.date(before), *b"Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[test]
    fn moments_advance_and_never_is_the_latest() {
        let clock = Clock::new();
        let first = clock.now();
        assert!(first.after(Duration::from_secs(1)) > clock.now());
        assert_eq!(Moment::NEVER.after(Duration::from_secs(1)), Moment::NEVER);
    }
}
