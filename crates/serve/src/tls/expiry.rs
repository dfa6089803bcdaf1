//! Warns the operator before the certificate expires, and says when it has.

use std::future::pending;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use graven_time::{DAY, Time};
use graven_x509::Validity;
use tokio::time::{Instant, sleep};

use super::Tls;
use super::settings::{OF_SERVICE, Source, state_of};
use crate::observe::counters::Counters;
use crate::observe::exposition::render_tls;
use crate::observe::stderr::report;
use crate::time::effective_time;

/// How long before its end a certificate is warned of. One of Let's Encrypt is renewed thirty days before, so something has failed by then.
const WARNING_DAYS: i64 = 14;

/// How often a warning is repeated.
const REPEAT: Duration = Duration::from_hours(24);

/// How often the certificate is looked at.
const PAUSE: Duration = Duration::from_mins(1);

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

impl Expiry {
    /// Returns what to tell the operator.
    fn text(self, source: &Source) -> String {
        match (self, source) {
            (Expiry::NoCertificate, Source::Folder(folder)) if folder == Path::new(OF_SERVICE) => {
                "there is no certificate yet; see `journalctl -u notes-certificate`".to_owned()
            }
            (Expiry::NoCertificate, Source::Folder(folder)) => format!(
                "there is no certificate yet; `notes certificate obtain --domain NAME --state {}` gets one",
                state_of(folder).display()
            ),
            (Expiry::NoCertificate, Source::Files { .. }) => "there is no certificate".to_owned(),
            (Expiry::NotYetValid(validity), _) => {
                format!("the certificate is valid from {}; is the clock right?", validity.from)
            }
            (Expiry::Valid(validity), _) => format!("the certificate is valid until {}", validity.until),
            (Expiry::Soon(validity), Source::Folder(_)) => format!(
                "warning: the certificate expires at {}; see why it was not renewed with `notes certificate status`",
                validity.until
            ),
            (Expiry::Soon(validity), Source::Files { .. }) => {
                format!("warning: the certificate expires at {}; replace it, and send SIGHUP", validity.until)
            }
            (Expiry::Expired(validity), _) => format!(
                "the certificate expired at {}: browsers refuse this site; renew it, and send SIGHUP",
                validity.until
            ),
        }
    }
}

/// The clock, but no time before that of the pack.
fn now(pack_time: i64) -> Time {
    Time(effective_time(SystemTime::now(), pack_time))
}

impl Tls {
    /// Returns why browsers refuse the site over HTTPS, if they do. One whose time has not come by this clock is right by theirs: a machine without a
    /// battery for its clock starts in the past.
    pub(crate) fn problem(&self, pack_time: i64) -> Option<String> {
        let expiry = self.expiry(pack_time);
        let is_refused = matches!(expiry, Expiry::NoCertificate | Expiry::Expired(_));
        is_refused.then(|| expiry.text(self.store.source()))
    }

    /// Renders what a server with TLS counts in addition to others.
    pub(crate) fn metrics(&self, workers: &[&Counters], pack_time: i64) -> String {
        let now = now(pack_time);
        let days_left = |validity: Validity| validity.until.since(now).div_euclid(DAY);
        render_tls(workers, self.store.validity().map(days_left))
    }

    /// Returns how long the certificate is still valid. `pack_time` is the earliest time that it can be.
    fn expiry(&self, pack_time: i64) -> Expiry {
        Expiry::of(self.store.validity(), now(pack_time))
    }

    /// Reads the certificate again, and returns what to tell the operator.
    pub(crate) fn reload(&self, pack_time: i64) -> String {
        let now = now(pack_time);
        let read = self.store.reload(now);
        let expiry = Expiry::of(self.store.validity(), now);
        let text = expiry.text(self.store.source());
        match read {
            Ok(()) if expiry == Expiry::NoCertificate => format!("SIGHUP: {text}"),
            Ok(()) => self.with_doubts(format!("SIGHUP: certificate read again; {text}")),
            Err(error) => format!("SIGHUP: the certificate stays as it was: {error}"),
        }
    }

    /// Takes a certificate that was renewed without SIGHUP, and returns what to tell the operator.
    fn take_renewed(&self, pack_time: i64) -> Option<String> {
        let is_new = self.store.take_renewed(now(pack_time));
        let text = || self.expiry(pack_time).text(self.store.source());
        is_new.then(|| self.with_doubts(format!("new certificate found; {}", text())))
    }

    fn with_doubts(&self, line: String) -> String {
        [vec![line], self.doubts()].concat().join("\n")
    }
}

/// Takes a renewed certificate, and warns of its end from two weeks before: at once, and then each day. Never completes.
pub(crate) async fn watch(tls: Option<Arc<Tls>>, pack_time: i64) {
    let Some(tls) = tls else { return pending().await };
    let mut warned: Option<(Expiry, Instant)> = None;
    loop {
        if let Some(line) = tls.take_renewed(pack_time) {
            report(&line);
        }
        let (expiry, now) = (tls.expiry(pack_time), Instant::now());
        let is_new = warned.is_none_or(|(last, at)| last != expiry || now.duration_since(at) >= REPEAT);
        if !expiry.is_worth_a_warning() {
            warned = None;
        } else if is_new {
            report(&expiry.text(tls.store.source()));
            warned = Some((expiry, now));
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
