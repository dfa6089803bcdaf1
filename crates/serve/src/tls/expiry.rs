//! Warns the operator before the certificate expires, and says when it has.

use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use graven_time::{DAY, Time};
use graven_x509::Validity;
use tokio::time::sleep;

use super::Tls;
use crate::observe::counters::Counters;
use crate::observe::exposition::render_tls;
use crate::observe::stderr::report;
use crate::time::effective_time;

/// How long before its end a certificate is warned of. One of Let's Encrypt is renewed thirty days before, so something has failed by then.
const WARNING_DAYS: i64 = 14;

/// How often a warning is repeated.
const PAUSE: Duration = Duration::from_hours(24);

/// How long a certificate is still valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expiry {
    /// There is none yet.
    NoCertificate,
    /// The clock is before its beginning; it is probably wrong.
    NotYetValid(Validity),
    Valid(Validity),
    /// It ends within two weeks.
    Soon(Validity),
    Expired(Validity),
}

impl Expiry {
    fn of(validity: Option<Validity>, now: Time) -> Self {
        match validity {
            None => Expiry::NoCertificate,
            Some(validity) if now < validity.from => Expiry::NotYetValid(validity),
            Some(validity) if now > validity.until => Expiry::Expired(validity),
            Some(validity) if validity.until.since(now) <= WARNING_DAYS * DAY => Expiry::Soon(validity),
            Some(validity) => Expiry::Valid(validity),
        }
    }

    fn is_worth_a_warning(self) -> bool {
        !matches!(self, Expiry::Valid(_))
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expiry::NoCertificate => f.write_str("there is no certificate yet; `notes certificate obtain` gets one"),
            Expiry::NotYetValid(validity) => {
                write!(f, "the certificate is valid from {}; is the clock right?", validity.from)
            }
            Expiry::Valid(validity) => write!(f, "the certificate is valid until {}", validity.until),
            Expiry::Soon(validity) => write!(
                f,
                "warning: the certificate expires at {}; see why it was not renewed with `notes certificate status`",
                validity.until
            ),
            Expiry::Expired(validity) => write!(
                f,
                "the certificate expired at {}: browsers refuse this site; renew it, and send SIGHUP",
                validity.until
            ),
        }
    }
}

impl Tls {
    /// Returns why browsers refuse the certificate, if they do.
    pub(crate) fn problem(&self, pack_time: i64) -> Option<String> {
        let expiry = self.expiry(pack_time);
        let is_usable = matches!(expiry, Expiry::Valid(_) | Expiry::Soon(_));
        (!is_usable).then(|| expiry.to_string())
    }

    /// Renders what a server with TLS counts in addition to others.
    pub(crate) fn metrics(&self, workers: &[&Counters], pack_time: i64) -> String {
        let now = Time(effective_time(SystemTime::now(), pack_time));
        let days_left = |validity: Validity| validity.until.since(now).div_euclid(DAY);
        render_tls(workers, self.store.validity().map(days_left))
    }

    /// Returns how long the certificate is still valid. `pack_time` is the earliest time that it can be.
    fn expiry(&self, pack_time: i64) -> Expiry {
        Expiry::of(self.store.validity(), Time(effective_time(SystemTime::now(), pack_time)))
    }

    /// Reads the certificate again, and returns what to tell the operator.
    pub(crate) fn reload(&self, pack_time: i64) -> String {
        match self.store.reload() {
            Ok(()) => format!("SIGHUP: certificate read again; {}", self.expiry(pack_time)),
            Err(error) => format!("SIGHUP: the certificate stays as it was: {error}"),
        }
    }
}

/// Warns of the certificate's end once a day, from two weeks before. Never completes.
pub(crate) async fn watch(tls: Option<Arc<Tls>>, pack_time: i64) {
    let Some(tls) = tls else { return pending().await };
    loop {
        let expiry = tls.expiry(pack_time);
        if expiry.is_worth_a_warning() {
            report(&expiry.to_string());
        }
        sleep(PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_warned_of_from_two_weeks_before() {
        let validity = Validity { from: Time(1_000_000), until: Time(1_000_000 + 90 * DAY) };
        let day = |day: i64| Time(1_000_000 + day * DAY);
        for (now, expected) in [
            (Time(0), Expiry::NotYetValid(validity)),
            (day(0), Expiry::Valid(validity)),
            (day(75), Expiry::Valid(validity)),
            (day(76), Expiry::Soon(validity)),
            (day(90), Expiry::Soon(validity)),
            (day(90).plus(1), Expiry::Expired(validity)),
        ] {
            assert_eq!(Expiry::of(Some(validity), now), expected, "{now}");
        }
        assert_eq!(Expiry::of(None, Time(0)), Expiry::NoCertificate);
    }
}
