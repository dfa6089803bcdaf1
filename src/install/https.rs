//! The units for HTTPS: the socket of port 443, and the timer that keeps the certificate.
//!
//! They are installed if domains are given, or if they are installed already: an upgrade and a rollback keep them. The domains are in a drop-in that
//! only `install --domain` writes.

use std::fs;
use std::path::PathBuf;

use include_dir::Dir;

use super::host::{Arguments, Host};
use super::units;
use crate::failure::Failure;

pub(super) const SOCKET: &str = "notes-https.socket";
pub(super) const TIMER: &str = "notes-certificate.timer";
const CERTIFICATE: &str = "notes-certificate.service";

/// Where the domains are, among the units.
const DOMAINS: &str = "notes-certificate.service.d/domains.conf";

/// The units and drop-ins: the name among those of this executable, and where they go among the host's.
const FILES: [(&str, &str); 5] = [
    ("https/notes-https.socket", SOCKET),
    ("https/notes-certificate.service", CERTIFICATE),
    ("https/notes-certificate.timer", TIMER),
    ("https/notes.service.conf", "notes.service.d/https.conf"),
    ("https/notes.socket.conf", "notes.socket.d/https.conf"),
];

/// The command that has the timer run from now on.
pub(super) const START_TIMER: Arguments = &["enable", "--now", TIMER];

/// The command that enables the socket for the next start.
pub(super) const ENABLE_SOCKET: Arguments = &["enable", SOCKET];

/// The command that obtains a certificate, if it is time.
pub(super) const OBTAIN: Arguments = &["start", CERTIFICATE];

/// The command that stops all of it.
pub(super) const STOP: Arguments = &["disable", "--now", TIMER, SOCKET];

/// Whether the host has HTTPS.
pub(super) fn is_installed(host: &Host) -> bool {
    host.unit(DOMAINS).exists()
}

/// The units that are not in place as they should be, each with its path and its text. `domains` may be empty if it is installed.
pub(super) fn changed(
    host: &Host,
    units: &'static Dir<'static>,
    domains: &[String],
) -> Result<Vec<(PathBuf, String)>, Failure> {
    let mut changed = Vec::new();
    for (source, target) in FILES {
        let file = units.get_file(source).ok_or_else(|| Failure::new(format!("the unit {source} is missing here")))?;
        let (path, text) = (host.unit(target), units::text(file)?);
        if !fs::read(&path).is_ok_and(|bytes| bytes == text.as_bytes()) {
            changed.push((path, text.to_owned()));
        }
    }
    if !domains.is_empty() {
        let (path, text) = (host.unit(DOMAINS), domains_text(domains));
        if !fs::read(&path).is_ok_and(|bytes| bytes == text.as_bytes()) {
            changed.push((path, text));
        }
    }
    Ok(changed)
}

/// All files that may have been written.
pub(super) fn files(host: &Host) -> impl Iterator<Item = PathBuf> {
    FILES.iter().map(|(_, target)| *target).chain([DOMAINS]).map(|name| host.unit(name))
}

/// Checks names before they become a line of a unit, where spaces and signs have a meaning.
pub(crate) fn check_domain(name: &str) -> Result<(), String> {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_address = name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    if name.len() <= 253 && name.contains('.') && name.split('.').all(is_label) && !is_address {
        Ok(())
    } else {
        Err(format!("--domain: expected a name such as example.org, found {name:?}; write others letters as xn--…"))
    }
}

fn domains_text(domains: &[String]) -> String {
    let options: Vec<String> = domains.iter().map(|domain| format!("--domain {domain}")).collect();
    format!(
        "# Written by `notes install --domain`, which replaces it.\n[Service]\nEnvironment=\"DOMAINS={}\"\n",
        options.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_become_part_of_a_unit() {
        for (name, expected) in [
            ("example.org", true),
            ("www.example.org", true),
            ("xn--bcher-kva.example", true),
            ("localhost", false),
            ("192.0.2.1", false),
            ("example.org --production", false),
            ("example.org\nExecStart=/bin/sh", false),
            ("-x.org", false),
            ("a..b", false),
            ("*.example.org", false),
            ("", false),
        ] {
            assert_eq!(check_domain(name).is_ok(), expected, "{name:?}");
        }
    }
}
