//! The units for HTTPS: the socket of port 443, and the timer that keeps the certificate.
//!
//! They are installed if domains are given, or if they are installed already: an upgrade and a rollback keep them. The domains are in a drop-in that
//! only `install --domain` writes.

use std::fs;
use std::path::{Path, PathBuf};

use include_dir::Dir;

use super::host::{Arguments, Host};
use super::units;
use crate::failure::Failure;

pub(super) const SOCKET: &str = "notes-https.socket";
pub(super) const TIMER: &str = "notes-certificate.timer";
const CERTIFICATE: &str = "notes-certificate.service";

/// The state folder of the units, with the certificate.
const STATE: &str = "var/lib/notes";

/// The file by which the unit learns that it need not wait, and what is in it.
const NOW: (&str, &str) = ("run/notes-renew-now", "NOW=--now\n");

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

/// The command that has the timer run from now on, by its times of now.
pub(super) const START_TIMER: Arguments = &["restart", TIMER];

/// The command that enables socket and timer for the next start.
pub(super) const ENABLE: Arguments = &["enable", SOCKET, TIMER];

/// The commands that stop all of it, also a certificate that is being obtained.
pub(super) const STOP: [Arguments; 2] = [&["disable", "--now", TIMER, SOCKET], &["stop", CERTIFICATE]];

/// Whether the host has HTTPS, or a part of it.
pub(super) fn is_installed(host: &Host) -> bool {
    files(host).any(|file| file.exists())
}

/// Whether to ask for a certificate although the last attempt has just failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    Keep,
    Skip,
}

/// Asks for a certificate, if it is time; returns what has come of it. The site is served in either case.
pub(super) fn obtain(host: &Host, pause: Pause) -> String {
    let (file, text) = (host.path(NOW.0), NOW.1);
    // Without it, the unit waits, and says until when.
    let is_written = pause == Pause::Skip && fs::write(&file, text).is_ok();
    let started = host.systemctl(&["start", CERTIFICATE]);
    if is_written {
        fs::remove_file(&file).unwrap_or_default();
    }
    outcome(&host.path(STATE), started.err())
}

/// What is said of the certificate in a state folder, after an attempt that may have failed.
#[cfg(feature = "tls")]
fn outcome(state: &Path, failure: Option<Failure>) -> String {
    let (until, error) = match graven_acme::status(state) {
        Ok(status) => (status.valid_until().filter(|_| status.is_good()), status.last_error().map(str::to_owned)),
        Err(error) => (None, Some(error.to_string())),
    };
    let error = error.or_else(|| failure.map(|failure| format!("{failure}; `journalctl -u {CERTIFICATE}` says why")));
    // The file belongs to another user, and this is root's terminal.
    let printable = |text: String| text.replace(|sign: char| sign.is_control() && sign != '\n', " ");
    match (until, error.map(printable)) {
        (Some(until), None) => {
            format!("there is a certificate, until {until}; `sudo notes certificate status` shows more\n")
        }
        (Some(until), Some(error)) => {
            format!("there is a certificate, until {until}, but not a new one: {error}\n{AGAIN}")
        }
        (None, error) => {
            let error = error.unwrap_or_else(|| format!("`journalctl -u {CERTIFICATE}` says why"));
            format!("there is no certificate yet, so the site is served without HTTPS: {error}\n{AGAIN}")
        }
    }
}

/// Such an executable is not installed where there is HTTPS.
#[cfg(not(feature = "tls"))]
fn outcome(_: &Path, _: Option<Failure>) -> String {
    String::new()
}

/// What to do about a failure.
#[cfg(feature = "tls")]
const AGAIN: &str = "the timer asks again; when the cause is mended, `notes install --domain` asks at once\n";

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
pub(crate) fn check_domains(names: &[String]) -> Result<(), String> {
    #[cfg(feature = "tls")]
    graven_acme::check_names(names).map_err(|error| error.to_string())?;
    match names.iter().find(|name| !name.contains('.')) {
        Some(name) => Err(format!("--domain: expected a name with a dot, such as example.org, found {name:?}")),
        None => Ok(()),
    }
}

fn domains_text(domains: &[String]) -> String {
    let options: Vec<String> = domains.iter().map(|domain| format!("--domain {domain}")).collect();
    format!(
        "# Written by `notes install --domain`, which replaces it.\n[Service]\nEnvironment=\"DOMAINS={}\"\n",
        options.join(" ")
    )
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_that_there_is_no_certificate_and_why() {
        let folder = tempfile::tempdir().expect("a folder");
        let said = outcome(folder.path(), None);
        assert!(
            said.starts_with("there is no certificate yet, so the site is served without HTTPS: `journalctl"),
            "{said}"
        );
        let said = outcome(folder.path(), Some(Failure::new("`systemctl start notes-certificate.service` failed")));
        assert!(said.contains("HTTPS: `systemctl start notes-certificate.service` failed; `journalctl"), "{said}");
        let failed = r#"{"failed":{"order":{"directory":"https://ca.example/","names":["example.org"],"challenge":"http-01"},
            "count":1,"at":"2026-11-28T13:55:00Z","not_before":"2026-11-28T14:10:00Z","error":"example.org: the CA refuses: \u001bno (connection)"}}"#;
        fs::write(folder.path().join("renewal.json"), failed).expect("a file");
        let said = outcome(folder.path(), None);
        assert!(
            said.contains("without HTTPS: example.org: the CA refuses:  no (connection)\nthe timer asks again"),
            "{said}"
        );
    }

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
            assert_eq!(check_domains(&[name.to_owned()]).is_ok(), expected, "{name:?}");
        }
    }
}
