//! The computer that is installed to: where files go, and its service manager.

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;

pub(super) const SERVICE: &str = "notes.service";
pub(super) const SOCKET: &str = "notes.socket";

/// Where `ExecStart` of the service looks for it.
const BINARY: &str = "usr/local/bin/notes";

/// Where an administrator's units are; those of packages are in /usr.
const UNITS: &str = "etc/systemd/system";

/// A computer, or a folder that will be one's root.
#[derive(Debug)]
pub(super) struct Host {
    root: PathBuf,
    /// What is run as `systemctl`; nothing for a folder, which has no services.
    pub(super) systemctl: Option<OsString>,
}

impl Host {
    /// This computer, or the folder.
    pub(super) fn new(root: Option<&Path>) -> Self {
        match root {
            Some(root) => Host { root: root.to_owned(), systemctl: None },
            None => Host { root: PathBuf::from("/"), systemctl: Some("systemctl".into()) },
        }
    }

    /// A folder with a service manager of its own.
    #[cfg(test)]
    pub(super) fn rehearsal(root: &Path, systemctl: &Path) -> Self {
        Host { root: root.to_owned(), systemctl: Some(systemctl.into()) }
    }

    pub(super) fn is_live(&self) -> bool {
        self.systemctl.is_some()
    }

    pub(super) fn binary(&self) -> PathBuf {
        self.root.join(BINARY)
    }

    /// The version before.
    pub(super) fn previous(&self) -> PathBuf {
        self.binary().with_extension("previous")
    }

    pub(super) fn unit(&self, name: &str) -> PathBuf {
        self.root.join(UNITS).join(name)
    }

    /// The link by which a target wants a unit, as `systemctl enable` makes it.
    pub(super) fn wanted(&self, target: &str, name: &str) -> PathBuf {
        self.root.join(UNITS).join(format!("{target}.wants")).join(name)
    }

    /// What such a link leads to, as seen from within.
    pub(super) fn unit_within(name: &str) -> PathBuf {
        Path::new("/").join(UNITS).join(name)
    }

    /// Checks that `notes COMMAND` can install to this host.
    pub(super) fn check(&self, command: &str) -> Result<(), Failure> {
        if !self.is_live() {
            return if self.root.is_dir() {
                Ok(())
            } else {
                Err(Failure::new(format!("{} is not a folder: make it first", self.root.display())))
            };
        }
        if effective_user().is_some_and(|user| user != 0) {
            return Err(Failure::new(format!(
                "this needs root: `sudo ./notes {command}`; with --dry-run it only says what it would do, with --root DIR it does it under a folder"
            )));
        }
        if !Path::new("/run/systemd/system").is_dir() {
            return Err(Failure::new(
                "this computer is not run by systemd: start `notes serve` by what runs it, or use --root DIR to install to an image",
            ));
        }
        Ok(())
    }

    /// Runs `systemctl`; gives what it prints. On a folder it does nothing.
    pub(super) fn systemctl(&self, arguments: &[&str]) -> Result<String, Failure> {
        let Some(program) = &self.systemctl else { return Ok(String::new()) };
        let line = format!("systemctl {}", arguments.join(" "));
        let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
        let output =
            output.map_err(|error| Failure::new(format!("`{line}`: {error}; install systemd, or use --root DIR")))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
        Err(Failure::new(format!("`{line}` failed ({}): {said}", output.status)))
    }
}

/// Whose rights this process has: its folder in /proc is theirs. `None` without /proc; then the first write will tell.
fn effective_user() -> Option<u32> {
    Some(std::fs::metadata("/proc/self").ok()?.uid())
}
