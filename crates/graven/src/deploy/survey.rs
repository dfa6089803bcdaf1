//! What another machine is, and which version it has.

use std::fmt;

use super::connection::{BROKEN, Connection};
use super::rights::Rights;
use crate::engine::Target;
use crate::error::Error;

/// Asks for everything at once. Each line is a name, `=` and a value. It has no single quotes and no backslashes: the
/// connection puts it into single quotes.
const SCRIPT: &str = r#"echo "system=$(uname -s)"; echo "machine=$(uname -m)"; echo "user=$(id -u)"; if [ -d /run/systemd/system ]; then echo systemd=yes; fi; if sudo -n true 2>/dev/null; then echo sudo=free; elif command -v sudo >/dev/null; then echo sudo=password; fi; echo "sum=$(cut -c1-64 /usr/local/bin/notes.sha256 2>/dev/null)"; echo "version=$(/usr/local/bin/notes --version 2>/dev/null)"; echo "active=$(systemctl is-active notes.service 2>/dev/null)"; df -Pk . 2>/dev/null | { read -r head; read -r from size used free more; echo "room=$free"; }"#;

/// The answers of the script.
#[derive(Debug, Default)]
pub(super) struct Survey {
    destination: String,
    system: String,
    machine: String,
    user: String,
    has_systemd: bool,
    sudo: String,
    sum: String,
    version: String,
    is_active: bool,
    /// In KiB, if it is known.
    room: Option<u64>,
}

impl fmt::Display for Survey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let site = if self.version.is_empty() { "no site yet" } else { &self.version };
        write!(out, "{} {}, {site}", self.system, self.machine)
    }
}

impl Survey {
    /// Asks the machine.
    pub(super) fn of(connection: &Connection) -> Result<Self, Error> {
        let said = connection.ask(SCRIPT).map_err(|failure| match failure.code {
            Some(BROKEN) => Error::new(format!(
                "cannot reach {connection} over ssh, as said above; does `ssh {connection}` work? Another port, key or user goes into ~/.ssh/config"
            )),
            _ => Error::new(format!("{connection} has no shell that runs `sh`, as said above; a user with a usual login shell is needed")),
        })?;
        Ok(Self::parse(&connection.to_string(), &said))
    }

    fn parse(destination: &str, said: &str) -> Self {
        let mut survey = Self { destination: destination.to_owned(), ..Self::default() };
        // A login shell may say something of its own.
        for (name, value) in said.lines().filter_map(|line| line.trim().split_once('=')) {
            let value = value.trim().to_owned();
            match name {
                "system" => survey.system = value,
                "machine" => survey.machine = value,
                "user" => survey.user = value,
                "systemd" => survey.has_systemd = true,
                "sudo" => survey.sudo = value,
                "sum" => survey.sum = value,
                "version" => survey.version = value,
                "active" => survey.is_active = value == "active",
                "room" => survey.room = value.parse().ok(),
                _ => {}
            }
        }
        survey
    }

    /// The target of an executable for this machine. A static one of 64 bits runs wherever the kernel has 64, whatever the rest of the system has.
    pub(super) fn target(&self) -> Result<Target, Error> {
        let triple = match self.machine.as_str() {
            _ if self.system != "Linux" => None,
            "x86_64" => Some("x86_64-unknown-linux-musl"),
            "aarch64" | "arm64" => Some("aarch64-unknown-linux-musl"),
            // Of ARMv8 only what ARMv7 has: a 32-bit kernel on a Pi 3 or 4.
            "armv7l" | "armv8l" => Some("armv7-unknown-linux-musleabihf"),
            "armv6l" => Some("arm-unknown-linux-musleabihf"),
            _ => None,
        };
        triple.and_then(|triple| triple.parse().ok()).ok_or_else(|| {
            Error::new(format!(
                "{} is a machine of the kind `{} {}`, for which there is no target; a site runs on Linux on x86_64, aarch64, armv7l and armv6l",
                self.destination, self.system, self.machine
            ))
        })
    }

    /// How the user there gets root's rights, which an installation needs, as it needs systemd.
    pub(super) fn rights(&self) -> Result<Rights, Error> {
        if !self.has_systemd {
            return Err(Error::new(format!(
                "{} does not run systemd, whose service the site would become; copy it instead: `graven build --target TRIPLE`, `scp notes {}:`, and start it there",
                self.destination, self.destination
            )));
        }
        match (self.user.as_str(), self.sudo.as_str()) {
            ("0", _) => Ok(Rights::Root),
            (_, "free") => Ok(Rights::Sudo),
            (_, "password") => Ok(Rights::SudoWithPassword),
            _ => Err(Error::new(format!(
                "the user of {} is not root, and there is no sudo; connect as root, or install sudo there",
                self.destination
            ))),
        }
    }

    /// Whether the service runs the file with this SHA-256.
    pub(super) fn runs(&self, sum: &str) -> bool {
        self.is_active && self.sum == sum
    }

    /// Whether a file fits, twice: the copy, and what is installed.
    pub(super) fn has_room_for(&self, length: usize) -> Result<(), Error> {
        let needed = 2 * length.div_ceil(1024) as u64;
        match self.room {
            Some(room) if room < needed => Err(Error::new(format!(
                "{} has {room} KiB left on its disk, and {needed} are needed; make room there (`sudo apt clean`, `journalctl --vacuum-size=50M`)",
                self.destination
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn the_script_answers_on_this_machine() {
        assert!(!SCRIPT.contains(['\'', '\\']));
        let output = Command::new("sh").args(["-c", SCRIPT]).output().expect("there is a sh");
        let survey = Survey::parse("here", &String::from_utf8_lossy(&output.stdout));
        assert!(!survey.system.is_empty() && !survey.machine.is_empty() && !survey.user.is_empty(), "{survey:?}");
        assert!(survey.room.is_some(), "{survey:?}");
    }

    #[test]
    fn the_target_follows_from_the_kernel() {
        for (system, machine, expected) in [
            ("Linux", "x86_64", Some("x86_64-unknown-linux-musl")),
            ("Linux", "aarch64", Some("aarch64-unknown-linux-musl")),
            ("Linux", "armv7l", Some("armv7-unknown-linux-musleabihf")),
            ("Linux", "armv6l", Some("arm-unknown-linux-musleabihf")),
            ("Linux", "riscv64", None),
            ("Darwin", "arm64", None),
        ] {
            let survey = Survey::parse("pi", &format!("Welcome!\nsystem={system}\nmachine={machine}\n"));
            let target = survey.target().map(|target| target.to_string());
            assert_eq!(target.as_deref().ok(), expected, "{system} {machine}");
        }
    }

    #[test]
    fn rights_are_those_of_root_or_of_sudo_and_systemd_is_needed() {
        for (said, expected) in [
            ("systemd=yes\nuser=0\n", Some(Rights::Root)),
            ("systemd=yes\nuser=1000\nsudo=free\n", Some(Rights::Sudo)),
            ("systemd=yes\nuser=1000\nsudo=password\n", Some(Rights::SudoWithPassword)),
            ("systemd=yes\nuser=1000\n", None),
            ("user=0\n", None),
        ] {
            assert_eq!(Survey::parse("pi", said).rights().ok(), expected, "{said}");
        }
    }

    #[test]
    fn a_version_is_there_if_its_sum_is_and_it_runs() {
        for (said, is_there) in [
            ("sum=abc\nactive=active\n", true),
            ("sum=abc\nactive=failed\n", false),
            ("sum=def\nactive=active\n", false),
            ("sum=\nactive=\n", false),
        ] {
            assert_eq!(Survey::parse("pi", said).runs("abc"), is_there, "{said}");
        }
    }

    #[test]
    fn a_full_disk_is_found_before_anything_is_copied() {
        assert!(Survey::parse("pi", "room=5000\n").has_room_for(3_000_000).is_err());
        assert!(Survey::parse("pi", "room=50000\n").has_room_for(3_000_000).is_ok());
        assert!(Survey::parse("pi", "room=\n").has_room_for(3_000_000).is_ok(), "it is not known");
    }
}
