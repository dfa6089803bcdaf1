//! `/.well-known/security.txt` (RFC 9116): whom to tell of a security problem, and until when that holds.

use jiff::Timestamp;

use super::routes::SECURITY;
use crate::diagnostic::{Diagnostic, Report};
use crate::model::Site;
use crate::source::SecurityContact;

pub(super) fn render(site: &Site, contact: &SecurityContact) -> String {
    // §2.5.2: a web address here begins with https.
    let has_canonical = site.settings.base_url.starts_with("https://");
    let canonical = if has_canonical { format!("Canonical: {}\n", site.settings.url(SECURITY)) } else { String::new() };
    let SecurityContact { contact, expires } = contact;
    format!("Contact: {contact}\nExpires: {expires}\n{canonical}Preferred-Languages: {}\n", site.settings.language)
}

/// A file past its date must not be used (§2.5.5), so a site is not built with one.
pub(super) fn check(contact: &SecurityContact, now: Timestamp, report: &mut Report) {
    if contact.expires < now {
        report.push(
            Diagnostic::error("site.toml", None, format!("the security contact expired at {}", contact.expires)).help(
                format!(
                    "this build is of {now}: see that `contact` still holds, then set `expires` to a date within a year"
                ),
            ),
        );
    }
}
