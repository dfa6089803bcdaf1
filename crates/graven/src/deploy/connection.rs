//! The connection to another machine: `ssh` and `scp`, as the user has set them up. One connection serves all of them, so that a password is asked for once.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::str::FromStr;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::exchange::Exchange;
use super::plain::{pass_on, plain};
use super::rights::Rights;
use crate::error::{self, Error};

/// The exit code of `ssh` if the connection itself failed.
pub(super) const BROKEN: i32 = 255;

/// How much a machine may answer to a question, in bytes. Usual answers have some hundred; a login shell may greet before.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// How long the end of what a program says is waited for once it has ended. It is there at once, but for versions of `ssh` before 7.9, whose connection in the
/// background holds standard error as long as it lasts (OpenSSH's bug 1988).
const LAST_WORDS: Duration = Duration::from_millis(500);

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

    /// Runs a script of `sh` there, and prints what it says. Returns its standard output, or the last of it.
    pub(super) fn run(&self, script: &str, terminal: Terminal) -> Result<String, Failure> {
        let mut ssh = self.program("ssh");
        ssh.args(self.words(script, terminal)).stdout(Stdio::piped());
        if terminal == Terminal::None {
            ssh.stdin(Stdio::null());
        }
        let (mut child, messages) = start(&mut ssh).map_err(|error| missing("ssh", &error))?;
        // As it comes, since `sudo` asks for a password there.
        let said = pass_on(child.stdout.take().expect("it is piped"), io::stdout());
        finished(ended(child, &messages))?;
        Ok(said)
    }

    /// Runs a script of `sh` there. Returns its standard output, which is not printed.
    pub(super) fn ask(&self, script: &str) -> Result<String, Failure> {
        let mut ssh = self.program("ssh");
        ssh.args(self.words(script, Terminal::None)).stdin(Stdio::null()).stdout(Stdio::piped());
        let (mut child, messages) = start(&mut ssh).map_err(|error| missing("ssh", &error))?;
        let mut said = Vec::new();
        let output = child.stdout.take().expect("it is piped");
        let length = output.take(LONGEST_ANSWER).read_to_end(&mut said);
        if matches!(length, Ok(length) if length as u64 == LONGEST_ANSWER) {
            let _ = child.kill();
            error::say(format_args!("error: {self} says more than {LONGEST_ANSWER} bytes, which is no answer"));
        }
        finished(ended(child, &messages))?;
        Ok(plain(&said))
    }

    /// Copies a file into the home folder there.
    pub(super) fn copy(&self, file: &Path, name: &str) -> Result<(), Error> {
        let mut scp = self.program("scp");
        // On a terminal it shows how far it is, on standard output.
        scp.arg("--").arg(file).arg(self.there(name));
        let started = start(&mut scp);
        let (child, messages) =
            started.map_err(|error| Error::new(format!("cannot run scp: {error}; install OpenSSH")))?;
        if finished(ended(child, &messages)).is_ok() {
            return Ok(());
        }
        // A part of it may be there.
        let _ = self.ask(&format!("rm -f {name}"));
        Err(Error::new(format!("cannot copy to {self}, as said above; nothing was changed there")))
    }

    /// Sends bytes to an address there, and reads the head of what comes back.
    pub(super) fn exchange(&self, address: &str, bytes: &[u8], time: Duration) -> io::Result<Exchange> {
        let mut ssh = self.program("ssh");
        ssh.args(["-W", address, "--", &self.destination.0]);
        let mut child = ssh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        // It stays open until the answer is there. If `ssh` has ended, that shows below.
        let mut input = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let _ = input.write_all(bytes).and_then(|()| input.flush());
        let exchange = Exchange::with(child, time);
        drop(input);
        exchange
    }

    /// The line that copies, for people.
    pub(super) fn shown_copy(&self, name: &str) -> String {
        self.shown("scp", &["--".to_owned(), "notes".to_owned(), self.there(name)])
    }

    /// The line that runs a script, for people.
    pub(super) fn shown_run(&self, script: &str, terminal: Terminal) -> String {
        self.shown("ssh", &self.words(script, terminal))
    }

    /// A line for the user's own shell. It has no words about the shared connection, which only this program knows.
    fn shown(&self, program: &str, words: &[String]) -> String {
        let config = self.config.iter().flat_map(|file| ["-F".to_owned(), file.display().to_string()]);
        let words = config.chain(words.iter().cloned()).map(|word| for_shell(&word));
        std::iter::once(program.to_owned()).chain(words).collect::<Vec<_>>().join(" ")
    }

    /// What `ssh` needs to run a script there.
    fn words(&self, script: &str, terminal: Terminal) -> Vec<String> {
        let mut words = Vec::new();
        if terminal == Terminal::Shared {
            words.push("-t".to_owned());
        }
        words.extend(["--".to_owned(), self.destination.0.clone(), quoted(script)]);
        words
    }

    /// A file in the home folder there, as `scp` takes it.
    fn there(&self, name: &str) -> String {
        format!("{}:{name}", self.destination.for_scp())
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        if let Some(config) = &self.config {
            command.arg("-F").arg(config);
        }
        command.args(["-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-o"]);
        command.arg(format!("ControlPath={}", for_config(&self.folder.path().join("s"))));
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

/// What a program says on standard error is printed as it comes. Nothing is received here: all is printed when the other side is closed.
struct Messages(Receiver<()>);

/// Starts a program. What the other machine says on standard error is among what `ssh` says there.
fn start(command: &mut Command) -> io::Result<(Child, Messages)> {
    let mut child = command.stderr(Stdio::piped()).spawn()?;
    let output = child.stderr.take().expect("it is piped");
    let (alive, messages) = mpsc::channel();
    thread::spawn(move || {
        pass_on(output, io::stderr());
        drop(alive);
    });
    Ok((child, Messages(messages)))
}

/// Waits until a program has ended, and all that it says is printed.
fn ended(mut child: Child, messages: &Messages) -> Option<ExitStatus> {
    let status = child.wait().ok();
    let _ = messages.0.recv_timeout(LAST_WORDS);
    status
}

/// A script as one word of any login shell's line. The script has no single quote.
fn quoted(script: &str) -> String {
    format!("sh -c '{script}'")
}

/// A word of a line of the user's own shell.
fn for_shell(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"@._-/:".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A path as a value in a configuration of `ssh`, which takes a space for its end, and `%` for the begin of a name.
fn for_config(path: &Path) -> String {
    let path = path.display().to_string();
    format!("\"{}\"", path.replace('\\', r"\\").replace('"', r#"\""#).replace('%', "%%"))
}

fn missing(program: &str, error: &io::Error) -> Failure {
    error::say(format_args!("error: cannot run {program}: {error}; install OpenSSH"));
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

    fn connection(config: Option<&Path>) -> Connection {
        Connection::new(&"pi@[2001:db8::1]".parse().expect("a destination"), config).expect("a temporary folder")
    }

    #[test]
    fn the_line_that_is_shown_does_in_a_shell_what_is_done() {
        let script = r#"trap "" HUP; echo "$HOME" $? *; exit $code"#;
        for (config, terminal) in [(None, Terminal::None), (Some(Path::new("my config's")), Terminal::Shared)] {
            let connection = connection(config);
            // The shell passes it to a function, which shows each word.
            let shown = |line: &str, program: &str| {
                let script = format!("{program}() {{ printf '%s\\n' \"$@\"; }}; {line}");
                let output = Command::new("sh").args(["-c", &script]).output().expect("there is a sh");
                String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect::<Vec<_>>()
            };
            let config = config.map(|file| vec!["-F".to_owned(), file.display().to_string()]).unwrap_or_default();
            let run = [config.clone(), connection.words(script, terminal)].concat();
            assert_eq!(shown(&connection.shown_run(script, terminal), "ssh"), run);
            let copy = [config, ["--", "notes", "pi@[2001:db8::1]:name"].map(str::to_owned).to_vec()].concat();
            assert_eq!(shown(&connection.shown_copy("name"), "scp"), copy);
        }
    }

    #[test]
    fn the_folder_of_the_shared_connection_can_have_any_name() {
        for (path, value) in [
            ("/tmp/graven1/s", r#""/tmp/graven1/s""#),
            ("/tmp/of Jane Doe/s", r#""/tmp/of Jane Doe/s""#),
            ("/tmp/100%h/s", r#""/tmp/100%%h/s""#),
            (r#"/tmp/a"b\c#d/s"#, r#""/tmp/a\"b\\c#d/s""#),
        ] {
            assert_eq!(for_config(Path::new(path)), value);
            // What OpenSSH makes of it, where it is installed; it connects to nothing.
            let option = format!("ControlPath={value}");
            if let Ok(output) = Command::new("ssh").args(["-G", "-F", "none", "-o", &option, "host.invalid"]).output() {
                let said = String::from_utf8_lossy(&output.stdout).into_owned();
                assert_eq!(said.lines().find_map(|line| line.strip_prefix("controlpath ")), Some(path), "{output:?}");
            }
        }
    }
}
