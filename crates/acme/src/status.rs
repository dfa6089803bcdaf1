//! `notes certificate status`: what is there, how long it is good, and what comes next.

use std::fmt;
use std::path::Path;

use graven_time::{DAY, Time};

use crate::certificate::Certificate;
use crate::decide::{Decision, Reason, decide};
use crate::error::Error;
use crate::json::{Value, array, object};
use crate::known::{Held, days_left, facts};
use crate::records::{Accounts, Renewal};
use crate::state::{Paths, Place};

/// What is known of the certificate. Displayed as lines for people.
#[derive(Debug)]
pub struct Status {
    held: Held,
    rehearsal: Held,
    renewal: Renewal,
    account: Option<String>,
    next: Option<Decision>,
    now: Time,
}

/// Reads the state folder. Changes nothing, and asks nobody.
///
/// # Examples
/// ```
/// let home = tempfile::tempdir()?;
/// let status = graven_acme::status(home.path())?;
/// assert!(!status.is_good());
/// assert!(status.to_string().starts_with("certificate   none"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn status(state: &Path) -> Result<Status, Error> {
    let paths = Paths::new(state);
    let held = Held::open(&paths.certificate(Place::Served))?;
    let rehearsal = Held::open(&paths.certificate(Place::Rehearsal))?;
    let renewal = Renewal::load(&paths.renewal(Place::Served))?.unwrap_or_default();
    let accounts = Accounts::load(&paths.account())?.unwrap_or_default();
    let now = Time::now();
    let order = renewal.order.as_ref();
    let account = order.and_then(|order| accounts.get(&order.directory)).map(|account| account.url.clone());
    let next = order.map(|order| decide(&facts(&held, &renewal, order, now)));
    Ok(Status { held, rehearsal, renewal, account, next, now })
}

impl Status {
    /// Whether there is a certificate that has not expired.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.held.certificate().is_some_and(|certificate| self.now < certificate.not_after)
    }

    /// The end of the certificate, if there is one.
    #[must_use]
    pub fn valid_until(&self) -> Option<String> {
        self.held.certificate().map(|certificate| certificate.not_after.to_string())
    }

    /// Why the last attempt failed, if it did.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.renewal.failed.as_ref().map(|failed| failed.error.as_str())
    }

    /// The same as one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = |text: String| Some(Value::Text(text));
        let certificate = self.held.certificate();
        let order = self.renewal.order.as_ref();
        object([
            ("certificate", text(self.condition().to_owned())),
            ("names", certificate.map(|certificate| array(&certificate.names))),
            ("issuer", certificate.and_then(|certificate| text(certificate.issuer.clone()))),
            ("valid_from", certificate.and_then(|certificate| text(certificate.not_before.to_string()))),
            ("valid_until", certificate.and_then(|certificate| text(certificate.not_after.to_string()))),
            ("days_left", certificate.map(|certificate| Value::Number(days_left(certificate.validity(), self.now)))),
            ("next_attempt", self.next.and_then(|next| text(self.next_time(next).to_string()))),
            ("failures", Some(Value::Number(self.failures().into()))),
            ("last_error", self.last_error().and_then(|error| text(error.to_owned()))),
            ("account", self.account.clone().map(Value::Text)),
            ("directory", order.and_then(|order| text(order.directory.clone()))),
        ])
        .to_string()
    }

    fn failures(&self) -> u32 {
        self.renewal.failed.as_ref().map_or(0, |failed| failed.count)
    }

    /// `valid`, `expired`, `damaged` or `none`.
    fn condition(&self) -> &'static str {
        match &self.held {
            Held::Nothing => "none",
            Held::Damaged => "damaged",
            Held::Certificate(_) if self.is_good() => "valid",
            Held::Certificate(_) => "expired",
        }
    }

    fn next_time(&self, next: Decision) -> Time {
        match next {
            Decision::Attempt(_) => self.now,
            Decision::Wait { until, .. } => until,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, name: &str, text: &str| writeln!(f, "{name:<13} {text}");
        line(f, "certificate", self.condition())?;
        if let Some(certificate) = self.held.certificate() {
            line(f, "names", &certificate.names.join(", "))?;
            line(f, "issuer", &certificate.issuer)?;
            line(f, "valid until", &valid_until(certificate, self.now))?;
        }
        if let Some(next) = self.next {
            let text = match next {
                Decision::Attempt(_) => "at the next `notes certificate renew`".to_owned(),
                Decision::Wait { until, why: Reason::Fresh } => format!("from {until}"),
                Decision::Wait { until, why: Reason::Backoff } => {
                    format!("not before {until}, after {} failures in a row", self.failures())
                }
                Decision::Wait { why: Reason::ClockBehind, .. } => {
                    "when this machine's clock is right: it is before the certificate's first day".to_owned()
                }
            };
            line(f, "next attempt", &text)?;
        }
        if let Some(failed) = &self.renewal.failed {
            line(f, "last error", &format!("{}: {}", failed.at, failed.error))?;
        }
        if let Some(account) = &self.account {
            line(f, "account", account)?;
        }
        match &self.renewal.order {
            Some(order) => line(f, "directory", &order.directory),
            None if self.rehearsal.certificate().is_some() => {
                line(f, "what to do", "the rehearsal succeeded: run `notes certificate obtain` again with --production")
            }
            None => line(f, "what to do", "run `notes certificate obtain --domain NAME`"),
        }
    }
}

fn valid_until(certificate: &Certificate, now: Time) -> String {
    let left = match days_left(certificate.validity(), now) {
        ..0 => format!("expired {} days ago", now.since(certificate.not_after) / DAY),
        days => format!("{days} days left"),
    };
    format!("{} ({left})", certificate.not_after)
}
