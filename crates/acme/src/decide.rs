//! Whether it is time to ask for a certificate. Pure: facts and the clock in, a decision out.
//!
//! 1. A clock that is before the certificate's first day is wrong, and the CA could not be checked with it: wait.
//! 2. No certificate, other names, another CA, or past the last day: it is time.
//! 3. The CA's own suggestion (RFC 9773) says when, at a point of its window that stays the same for a certificate; without one, the last third.
//! 4. If it is time, but the last attempt failed, it waits longer after each failure, and as long as the CA asks.

use graven_time::{DAY, HOUR, Time};

/// How long a timer sleeps between two runs. What falls into that time is done now (RFC 9773, 4.2).
const SLEEP: i64 = DAY;

/// By how much a clock may be slow. CAs date certificates back by about an hour for such clocks.
const CLOCK_TOLERANCE: i64 = 5 * 60;

/// The first wait after a failure. Let's Encrypt permits five failed validations of a name in an hour.
const FIRST_BACKOFF: i64 = HOUR / 4;

/// The longest wait after refusals, unless the CA asks for a longer one. It is a little less than a day, so that each day has an attempt.
const MAX_BACKOFF: i64 = 20 * HOUR;

/// The longest wait after other failures: a full disk or a broken line costs the CA nothing, and may be mended at any time.
const MAX_LOCAL_BACKOFF: i64 = HOUR;

/// All that the decision depends on.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) now: Time,
    /// `None` if there is none, or a damaged one.
    pub(crate) certificate: Option<Validity>,
    /// Whether the certificate has exactly the names that are wanted.
    pub(crate) same_names: bool,
    /// Whether it is from the CA that is wanted.
    pub(crate) same_directory: bool,
    /// What the CA suggests for this certificate.
    pub(crate) window: Option<Window>,
    /// When the last attempt failed, and until when that keeps from the next. `None` if it did not fail.
    pub(crate) failure: Option<Failure>,
}

/// The dates of a certificate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity {
    pub(crate) not_before: Time,
    pub(crate) not_after: Time,
    /// Thousandths: a number of the certificate, by which many of them are spread over a time.
    pub(crate) spread: i64,
}

/// From when to when the CA suggests a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) start: Time,
    pub(crate) end: Time,
}

/// The last attempt, which failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure {
    pub(crate) at: Time,
    pub(crate) not_before: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Attempt(Why),
    Wait { until: Time, why: Reason },
}

/// Why it is time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    NoCertificate,
    NamesChanged,
    DirectoryChanged,
    Expired,
    /// The CA's window has passed: it is late, or the CA is about to revoke the certificate.
    WindowPast,
    /// The chosen point of the CA's window is near.
    Window,
    LastThird,
}

/// Why it is not time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The certificate is good for longer.
    Fresh,
    /// The last attempt failed.
    Backoff,
    /// The clock is before the certificate's first day.
    ClockBehind,
}

/// Decides.
pub(crate) fn decide(facts: &Facts) -> Decision {
    let why = match due(facts) {
        Decision::Attempt(why) => why,
        wait @ Decision::Wait { .. } => return wait,
    };
    // A failure after now was recorded by a clock that was ahead.
    match facts.failure.filter(|failure| failure.at <= facts.now.plus(CLOCK_TOLERANCE)) {
        Some(failure) if failure.not_before > facts.now => {
            Decision::Wait { until: failure.not_before, why: Reason::Backoff }
        }
        _ => Decision::Attempt(why),
    }
}

/// Whether the certificate needs to be replaced, whatever happened to former attempts.
fn due(facts: &Facts) -> Decision {
    let Some(certificate) = facts.certificate else { return Decision::Attempt(Why::NoCertificate) };
    if facts.now.plus(CLOCK_TOLERANCE) < certificate.not_before {
        return Decision::Wait { until: facts.now.plus(HOUR), why: Reason::ClockBehind };
    }
    if !facts.same_names {
        return Decision::Attempt(Why::NamesChanged);
    }
    if !facts.same_directory {
        return Decision::Attempt(Why::DirectoryChanged);
    }
    if facts.now >= certificate.not_after {
        return Decision::Attempt(Why::Expired);
    }
    let (until, sleep, why) = match facts.window.filter(|window| window.start < window.end) {
        Some(window) if window.end <= facts.now => (window.end, 0, Why::WindowPast),
        Some(window) => (certificate.point_of(window), SLEEP, Why::Window),
        None => (certificate.last_third(), 0, Why::LastThird),
    };
    if facts.now.plus(sleep) >= until { Decision::Attempt(why) } else { Decision::Wait { until, why: Reason::Fresh } }
}

impl Validity {
    /// Its own point of a window, but never in the last sixth of its lifetime: a CA that suggests that is mistaken.
    fn point_of(self, window: Window) -> Time {
        let point = window.start.plus(self.part_of(window.end.since(window.start)));
        point.min(self.not_after.plus(-self.lifetime() / 6))
    }

    /// The start of the last third, and up to a sixtieth of the lifetime more: one and a half days of ninety.
    fn last_third(self) -> Time {
        self.not_after.plus(-self.lifetime() / 3).plus(self.part_of(self.lifetime() / 60))
    }

    fn part_of(self, seconds: i64) -> i64 {
        seconds.saturating_mul(self.spread) / 1_000
    }

    fn lifetime(self) -> i64 {
        self.not_after.since(self.not_before)
    }
}

/// When to try again after a number of refusals in a row, the last of them now.
pub(crate) fn after_refusals(now: Time, refusals: u32, asked: Option<Time>) -> Time {
    let own = now.plus(doubled(refusals).min(MAX_BACKOFF));
    asked.map_or(own, |asked| asked.max(own))
}

/// When to try again after a number of failures in a row, if the CA has not refused the last one.
pub(crate) fn after_failures(now: Time, failures: u32) -> Time {
    now.plus(doubled(failures).min(MAX_LOCAL_BACKOFF))
}

fn doubled(failures: u32) -> i64 {
    FIRST_BACKOFF.saturating_mul(1 << failures.saturating_sub(1).min(16))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate of ninety days from day 0, in the middle of every spread.
    fn facts(days: i64) -> Facts {
        Facts {
            now: Time(days * DAY),
            certificate: Some(Validity { not_before: Time(0), not_after: Time(90 * DAY), spread: 500 }),
            same_names: true,
            same_directory: true,
            window: None,
            failure: None,
        }
    }

    fn window(start: i64, end: i64) -> Window {
        Window { start: Time(start * DAY), end: Time(end * DAY) }
    }

    fn failure(at: i64, hours: i64) -> Failure {
        Failure { at: Time(at * DAY), not_before: Time(at * DAY + hours * HOUR) }
    }

    fn wait(until: i64, why: Reason) -> Decision {
        Decision::Wait { until: Time(until), why }
    }

    #[test]
    fn it_is_time_when_the_certificate_the_ca_and_the_clock_say_so() {
        use Decision::Attempt;
        let third = 60 * DAY + 3 * DAY / 4;
        for (what, facts, expected) in [
            ("there is no certificate", Facts { certificate: None, ..facts(0) }, Attempt(Why::NoCertificate)),
            ("it is new", facts(1), wait(third, Reason::Fresh)),
            (
                "one second before the last third",
                Facts { now: Time(third - 1), ..facts(0) },
                wait(third, Reason::Fresh),
            ),
            ("the last third has begun", Facts { now: Time(third), ..facts(0) }, Attempt(Why::LastThird)),
            ("nobody ran this for weeks", facts(85), Attempt(Why::LastThird)),
            ("it expires now", facts(90), Attempt(Why::Expired)),
            ("it expired years ago", facts(1_000), Attempt(Why::Expired)),
            ("other names are wanted", Facts { same_names: false, ..facts(1) }, Attempt(Why::NamesChanged)),
            ("another CA is wanted", Facts { same_directory: false, ..facts(1) }, Attempt(Why::DirectoryChanged)),
        ] {
            assert_eq!(decide(&facts), expected, "{what}");
        }
    }

    #[test]
    fn the_window_of_the_ca_wins_over_the_last_third() {
        use Decision::Attempt;
        for (what, facts, expected) in [
            (
                "later than the third",
                Facts { window: Some(window(70, 72)), ..facts(65) },
                wait(71 * DAY, Reason::Fresh),
            ),
            ("the point is within a day", Facts { window: Some(window(70, 72)), ..facts(70) }, Attempt(Why::Window)),
            ("earlier than the third", Facts { window: Some(window(10, 12)), ..facts(11) }, Attempt(Why::Window)),
            (
                "it is past: the CA revokes",
                Facts { window: Some(window(-2, -1)), ..facts(5) },
                Attempt(Why::WindowPast),
            ),
            ("it ends now", Facts { window: Some(window(3, 5)), ..facts(5) }, Attempt(Why::WindowPast)),
            (
                "it is after the last day: a mistake",
                Facts { window: Some(window(95, 99)), ..facts(60) },
                wait(75 * DAY, Reason::Fresh),
            ),
            ("the same, and the last sixth", Facts { window: Some(window(95, 99)), ..facts(75) }, Attempt(Why::Window)),
            (
                "it ends before it begins",
                Facts { window: Some(window(12, 10)), ..facts(11) },
                wait(60 * DAY + 3 * DAY / 4, Reason::Fresh),
            ),
            ("expired counts more", Facts { window: Some(window(95, 99)), ..facts(90) }, Attempt(Why::Expired)),
        ] {
            assert_eq!(decide(&facts), expected, "{what}");
        }
    }

    #[test]
    fn a_failure_delays_only_what_is_due_and_only_until_its_time() {
        use Decision::Attempt;
        let until = |days: i64, hours: i64| wait(days * DAY + hours * HOUR, Reason::Backoff);
        for (what, facts, expected) in [
            ("just failed", Facts { failure: Some(failure(80, 20)), ..facts(80) }, until(80, 20)),
            ("the time has passed", Facts { failure: Some(failure(79, 24)), ..facts(80) }, Attempt(Why::LastThird)),
            ("no certificate", Facts { certificate: None, failure: Some(failure(0, 2)), ..facts(0) }, until(0, 2)),
            ("expired", Facts { failure: Some(failure(100, 20)), ..facts(100) }, until(100, 20)),
            ("revoked", Facts { window: Some(window(-2, -1)), failure: Some(failure(5, 1)), ..facts(5) }, until(5, 1)),
            ("the CA asked for a week", Facts { failure: Some(failure(80, 168)), ..facts(85) }, until(87, 0)),
            (
                "the clock was ahead by a year",
                Facts { failure: Some(failure(445, 20)), ..facts(80) },
                Attempt(Why::LastThird),
            ),
            (
                "it is not due",
                Facts { failure: Some(failure(10, 20)), ..facts(10) },
                wait(60 * DAY + 3 * DAY / 4, Reason::Fresh),
            ),
        ] {
            assert_eq!(decide(&facts), expected, "{what}");
        }
    }

    #[test]
    fn a_clock_that_is_behind_never_asks_the_ca() {
        for (what, facts) in [
            ("it begins in 1970", Facts { now: Time(-20_000 * DAY), ..facts(0) }),
            ("other names", Facts { same_names: false, ..facts(-1) }),
            ("the certificate is not valid yet", facts(-3)),
            ("the CA's window", Facts { window: Some(window(-9, -8)), ..facts(-3) }),
        ] {
            assert_eq!(
                decide(&facts),
                Decision::Wait { until: facts.now.plus(HOUR), why: Reason::ClockBehind },
                "{what}"
            );
        }
        assert_eq!(
            decide(&Facts { now: Time(-200), ..facts(0) }),
            wait(60 * DAY + 3 * DAY / 4, Reason::Fresh),
            "a little slow"
        );
    }

    #[test]
    fn each_failure_doubles_the_wait_up_to_a_day() {
        let minutes = |failures| after_refusals(Time(0), failures, None).0 / 60;
        let waits = [1, 2, 3, 4, 7, 8, 9, u32::MAX].map(minutes);
        assert_eq!(waits, [15, 30, 60, 120, 960, 1200, 1200, 1200]);
        assert_eq!(after_refusals(Time(0), 1, Some(Time(3 * DAY))), Time(3 * DAY), "the CA asks for more");
        assert_eq!(after_refusals(Time(0), 8, Some(Time(60))), Time(20 * HOUR), "the CA asks for less");
    }

    proptest::proptest! {
        #[test]
        fn the_last_third_is_never_missed_and_nothing_overflows(
            now in proptest::num::i64::ANY, start in proptest::num::i64::ANY, end in proptest::num::i64::ANY,
            days in 1_i64..4_000, spread in 0_i64..1_000,
        ) {
            let certificate = Some(Validity { not_before: Time(0), not_after: Time(days * DAY), spread });
            let window = Some(Window { start: Time(start), end: Time(end) });
            let decision = decide(&Facts { now: Time(now), certificate, window, ..facts(0) });
            let is_late = now >= days * DAY - days * DAY / 6;
            proptest::prop_assert!(!is_late || matches!(decision, Decision::Attempt(_)), "{:?}", decision);
        }
    }
}
