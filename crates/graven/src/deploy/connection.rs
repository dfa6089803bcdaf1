//! The connection to another machine: `ssh` and `scp`, as the user has set them up. One connection serves all of them, so that a password is asked for once.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::str::FromStr;

use tempfile::TempDir;

use super::rights::Rights;
use crate::error::Error;

/// The exit code of `ssh` if the connection itself failed.
pub(super) const BROKEN: i32 = 255;

/// A machine as `ssh` takes it: `HOST` or `USER@HOST`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Destination(String);

impl FromStr for Destination {
    type Err = String;

    /// What could be an option or a part of a shell's line is refused, although `ssh` is called without a shell: its configuration may have a `ProxyCommand`,
    /// which has one.
    fn from_str(text: &str) -> Result<Self, String> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"@._-:%[]".contains(&byte);
        if text.is_empty() || text.starts_with(['-', '@']) || !text.bytes().all(is_allowed) {
            return Err("expected a machine as `ssh` takes it, such as pi@raspberrypi.local".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

impl Destination {
    /// As `scp` takes it before a path: an address of IPv6 is in brackets.
    fn for_scp(&self) -> String {
        let (user, host) = self.0.rsplit_once('@').map_or(("", self.0.as_str()), |(user, host)| (user, host));
        let at = if user.is_empty() { "" } else { "@" };
        if host.contains(':') && !host.starts_with('[') { format!("{user}{at}[{host}]") } else { self.0.clone() }
    }
}

/// Whether a command may ask the user for a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Terminal {
    /// It has the user's terminal, and says what it says there.
    Shared,
    /// It has none.
    None,
}

impl Terminal {
    /// What a command needs that runs with these rights.
    pub(super) fn of(rights: Rights) -> Self {
        if rights == Rights::SudoWithPassword { Self::Shared } else { Self::None }
    }
}

/// A command that failed. What it said has been printed.
#[derive(Debug)]
pub(super) struct Failure {
    /// Its exit code, or [`BROKEN`]; `None` if a signal ended it.
    pub(super) code: Option<i32>,
}

/// A machine, to which `ssh` and `scp` share a connection. It is closed at the end.
#[derive(Debug)]
pub(super) struct Connection {
    destination: Destination,
    config: Option<PathBuf>,
    /// The folder of the socket by which they share it.
    folder: TempDir,
}

impl fmt::Display for Connection {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.destination.0)
    }
}

impl Connection {
    pub(super) fn new(destination: &Destination, config: Option<&Path>) -> Result<Self, Error> {
        let folder = tempfile::Builder::new().prefix("graven").tempdir();
        let folder = folder.map_err(|error| Error::new(format!("a temporary folder: {error}")))?;
        Ok(Self { destination: destination.clone(), config: config.map(Path::to_owned), folder })
    }

    /// Runs a script of `sh` there, and prints what it says. Returns its standard output.
    pub(super) fn run(&self, script: &str, terminal: Terminal) -> Result<String, Failure> {
        let mut ssh = self.program("ssh");
        if terminal == Terminal::Shared {
            ssh.arg("-t");
        }
        ssh.args(["--", &self.destination.0, &quoted(script)]);
        if terminal == Terminal::None {
            ssh.stdin(Stdio::null());
        }
        let mut child = ssh.stdout(Stdio::piped()).spawn().map_err(|error| missing("ssh", &error))?;
        let mut said = Vec::new();
        let mut output = child.stdout.take().expect("it is piped");
        let mut part = [0; 4096];
        // As it comes, since `sudo` asks for a password there.
        while let Ok(length @ 1..) = output.read(&mut part) {
            let mut out = std::io::stdout();
            let _ = out.write_all(&part[..length]).and_then(|()| out.flush());
            said.extend_from_slice(&part[..length]);
        }
        finished(child.wait().ok())?;
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    /// Runs a script of `sh` there. Returns its standard output, which is not printed.
    pub(super) fn ask(&self, script: &str) -> Result<String, Failure> {
        let mut ssh = self.program("ssh");
        ssh.args(["--", &self.destination.0, &quoted(script)]).stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = ssh.output().map_err(|error| missing("ssh", &error))?;
        finished(Some(output.status))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Copies a file into the home folder there.
    pub(super) fn copy(&self, file: &Path, name: &str) -> Result<(), Error> {
        let mut scp = self.program("scp");
        // On a terminal it shows how far it is.
        scp.arg("--").arg(file).arg(format!("{}:{name}", self.destination.for_scp()));
        let status = scp.status().map_err(|error| Error::new(format!("cannot run scp: {error}; install OpenSSH")))?;
        if status.success() {
            return Ok(());
        }
        // A part of it may be there.
        let _ = self.ask(&format!("rm -f {name}"));
        Err(Error::new(format!("cannot copy to {self}, as said above; nothing was changed there")))
    }

    /// Sends bytes to an address there, and returns what comes back until it is closed. `None` if the server forwards nothing.
    pub(super) fn exchange(&self, address: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut ssh = self.program("ssh");
        ssh.args(["-W", address, "--", &self.destination.0]);
        let mut child = ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        let mut input = child.stdin.take()?;
        input.write_all(bytes).and_then(|()| input.flush()).ok()?;
        let mut answer = Vec::new();
        child.stdout.take()?.read_to_end(&mut answer).ok()?;
        drop(input);
        let status = child.wait().ok()?;
        (status.success() || !answer.is_empty()).then_some(answer)
    }

    /// The line that copies, for people.
    pub(super) fn shown_copy(&self, name: &str) -> String {
        format!("scp notes {}:{name}", self.destination.for_scp())
    }

    /// The line that runs a script, for people.
    pub(super) fn shown(&self, script: &str) -> String {
        format!("ssh {} {}", self.destination.0, quoted(script))
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        if let Some(config) = &self.config {
            command.arg("-F").arg(config);
        }
        let socket = self.folder.path().join("s");
        command.args(["-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-o"]);
        command.arg(format!("ControlPath={}", socket.display()));
        command
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut ssh = self.program("ssh");
        ssh.args(["-O", "exit", "--", &self.destination.0]);
        // Without it, the connection ends after a minute.
        let _ = ssh.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// A script as one word of any login shell's line. The script has no single quote.
fn quoted(script: &str) -> String {
    format!("sh -c '{script}'")
}

fn missing(program: &str, error: &std::io::Error) -> Failure {
    crate::error::say(format_args!("error: cannot run {program}: {error}; install OpenSSH"));
    Failure { code: None }
}

fn finished(status: Option<ExitStatus>) -> Result<(), Failure> {
    match status {
        Some(status) if status.success() => Ok(()),
        status => Err(Failure { code: status.and_then(|status| status.code()) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_never_an_option_or_a_part_of_a_shells_line() {
        for (text, for_scp) in [
            ("pi@raspberrypi.local", Some("pi@raspberrypi.local")),
            ("pi", Some("pi")),
            ("192.0.2.1", Some("192.0.2.1")),
            ("pi@2001:db8::1", Some("pi@[2001:db8::1]")),
            ("fe80::1%eth0", Some("[fe80::1%eth0]")),
            ("", None),
            ("-oProxyCommand=true", None),
            ("@host", None),
            ("pi@host;true", None),
            ("pi@$(true)", None),
            ("pi@ho st", None),
            ("pi@host\n", None),
            ("pi@'host'", None),
        ] {
            let destination = text.parse::<Destination>().ok();
            assert_eq!(destination.map(|destination| destination.for_scp()).as_deref(), for_scp, "{text:?}");
        }
    }
}
