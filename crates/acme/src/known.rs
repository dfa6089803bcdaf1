//! What is known before a decision: the certificate, what is ordered, and what the CA suggests.

use std::path::Path;

use graven_time::Time;

use crate::certificate::Certificate;
use crate::decide::{Facts, Failure, Validity};
use crate::error::Error;
use crate::records::{Order, Renewal};
use crate::state::read;

/// A certificate file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Nothing,
    /// It cannot be read as a key and its certificate.
    Damaged,
    Certificate(Certificate),
}

impl Held {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let Some(bytes) = read(path)? else { return Ok(Self::Nothing) };
        Ok(Certificate::from_file(&bytes).map_or(Self::Damaged, Self::Certificate))
    }

    pub(crate) fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::Certificate(certificate) => Some(certificate),
            Self::Nothing | Self::Damaged => None,
        }
    }
}

/// The facts of a decision.
pub(crate) fn facts(held: &Held, renewal: &Renewal, order: &Order, now: Time) -> Facts {
    let certificate = held.certificate();
    let identifier = certificate.and_then(|certificate| certificate.identifier.as_deref());
    let suggestion =
        renewal.suggestion.as_ref().filter(|suggestion| Some(suggestion.certificate.as_str()) == identifier);
    Facts {
        now,
        certificate: certificate.map(Certificate::validity),
        same_names: certificate.is_some_and(|certificate| has_names(certificate, renewal, order)),
        same_directory: renewal.issued_by.as_ref().is_none_or(|directory| *directory == order.directory),
        window: suggestion.map(|suggestion| suggestion.window),
        failure: renewal.failure(order).map(|failed| Failure { at: failed.at, not_before: failed.not_before }),
    }
}

/// Whether a certificate is for what is ordered. One with more names is, if the CA has added them to the same order.
pub(crate) fn has_names(certificate: &Certificate, renewal: &Renewal, order: &Order) -> bool {
    let is_of_order = || renewal.order.as_ref().is_some_and(|before| before.names == order.names);
    certificate.names == order.names || (certificate.covers(&order.names) && is_of_order())
}

/// Whole days until a certificate ends; negative once it has.
pub(crate) fn days_left(validity: Validity, now: Time) -> i64 {
    validity.not_after.since(now).div_euclid(graven_time::DAY)
}
