//! `/.well-known/security.txt` (RFC 9116): the contact for security problems, and when it expires.

use jiff::Timestamp;

use super::routes::SECURITY;
use crate::diagnostic::{Diagnostic, Report};
use crate::model::Site;
use crate::source::SecurityContact;

pub(super) fn render(site: &Site, contact: &SecurityContact) -> String {
    // §2.5.2: a web URI begins with `https://`.
    let has_canonical = site.settings.base_url.origin().starts_with("https://");
    let canonical = if has_canonical { format!("Canonical: {}\n", site.settings.url(SECURITY)) } else { String::new() };
    let SecurityContact { contact, expires } = contact;
    format!("Contact: {contact}\nExpires: {expires}\n{canonical}Preferred-Languages: {}\n", site.settings.language)
}

/// Reports an expired contact: the file must not be used any more (§2.5.5).
pub(super) fn check(contact: &SecurityContact, now: Timestamp, report: &mut Report) {
    if contact.expires < now {
        report.push(
            Diagnostic::error("site.toml", None, format!("the security contact expired at {}", contact.expires)).help(
                format!(
                    "the time of this build is {now}: check that `contact` is still valid, then set `expires` to a date within a year"
                ),
            ),
        );
    }
}
