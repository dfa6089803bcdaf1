//! The computer that is installed to: the paths of its files, and its service manager.

use std::ffi::OsString;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;

/// The arguments of a `systemctl` command.
pub(super) type Arguments = &'static [&'static str];

pub(super) const SERVICE: &str = "notes.service";
pub(super) const SOCKET: &str = "notes.socket";

/// The executable's path, as in `ExecStart` of the service.
const BINARY: &str = "usr/local/bin/notes";

/// The folder of an administrator's units; those of packages are in /usr.
const UNITS: &str = "etc/systemd/system";

/// This computer, or a folder that will be the root of another one.
#[derive(Debug)]
pub(super) struct Host {
    root: PathBuf,
    /// The program to run as `systemctl`; `None` for a folder, which has no running services.
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

    /// A folder with a `systemctl` of its own.
    #[cfg(test)]
    pub(super) fn with_systemctl(root: &Path, systemctl: &Path) -> Self {
        Host { root: root.to_owned(), systemctl: Some(systemctl.into()) }
    }

    /// Whether services run on it.
    pub(super) fn is_live(&self) -> bool {
        self.systemctl.is_some()
    }

    pub(super) fn binary(&self) -> PathBuf {
        self.root.join(BINARY)
    }

    /// The path of the previous version.
    pub(super) fn previous(&self) -> PathBuf {
        self.binary().with_extension("previous")
    }

    /// A path below the root.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(super) fn unit(&self, name: &str) -> PathBuf {
        self.root.join(UNITS).join(name)
    }

    /// The link that enables a unit for a target, as `systemctl enable` makes it.
    pub(super) fn wants_link(&self, target: &str, name: &str) -> PathBuf {
        self.root.join(UNITS).join(format!("{target}.wants")).join(name)
    }

    /// The target of such a link: the unit's path on the running computer.
    pub(super) fn wants_target(name: &str) -> PathBuf {
        Path::new("/").join(UNITS).join(name)
    }

    /// Checks that `notes COMMAND` can install to this host.
    pub(super) fn check(&self, command: &str) -> Result<(), Failure> {
        if !self.is_live() {
            return if self.root.is_dir() {
                Ok(())
            } else {
                Err(Failure::new(format!("{} is not a folder; create it first", self.root.display())))
            };
        }
        if effective_user().is_some_and(|user| user != 0) {
            return Err(Failure::new(format!(
                "`{command}` needs root; run `sudo ./notes {command}`, or add --dry-run to print what it would do, or --root DIR to install into a folder"
            )));
        }
        if !Path::new("/run/systemd/system").is_dir() {
            return Err(Failure::new(
                "systemd does not run on this computer; start `notes serve` with its service manager, or use --root DIR to install into an image",
            ));
        }
        Ok(())
    }

    /// Runs `systemctl` and returns its output. For a folder, it does nothing.
    pub(super) fn systemctl(&self, arguments: &[&str]) -> Result<String, Failure> {
        let Some(program) = &self.systemctl else { return Ok(String::new()) };
        let line = format!("systemctl {}", arguments.join(" "));
        let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
        let output =
            output.map_err(|error| Failure::new(format!("`{line}`: {error}; install systemd, or use --root DIR")))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let errors = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
        Err(Failure::new(format!("`{line}` failed ({}): {errors}", output.status)))
    }
}

/// The effective user of this process, which owns its folder in /proc. Without /proc it is `None`; then the first write fails if it must.
pub(crate) fn effective_user() -> Option<u32> {
    Some(std::fs::metadata("/proc/self").ok()?.uid())
}
