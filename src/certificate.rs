//! `notes certificate`: its arguments, and what it prints. The work is that of `graven-acme`.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use graven_acme::{Authority, Binding, Settings, obtain, renew, status};
use lexopt::prelude::*;

use crate::failure::Failure;
use crate::install::effective_user;

/// What to do about the certificate.
#[derive(Debug)]
pub(crate) enum Action {
    Obtain(Settings, External),
    Renew(Settings, External),
    Status { state: PathBuf, is_json: bool },
    Help,
}

/// The account at the CA's site that a new account is bound to: the identifier of its key, and the file with the key.
type External = Option<(String, PathBuf)>;

/// In place of a file: the standard input.
const STANDARD_INPUT: &str = "-";

/// The folder under systemd is the unit's `StateDirectory`; elsewhere it has the same place.
const DEFAULT_STATE: &str = "/var/lib/notes";

/// The text of `notes certificate --help`.
pub(crate) const HELP: &str = "\
A certificate for https, from Let's Encrypt or another ACME server (RFC 8555).

Usage: notes certificate obtain --domain NAME [OPTIONS]
       notes certificate renew [OPTIONS]
       notes certificate status [--json] [--state DIR]

  obtain    ask for a certificate while `notes serve` runs and answers the
            CA's questions. Without --production this is a rehearsal: the
            certificate is one for tests, and is not served
  renew     renew the certificate if it is time: when the CA suggests it, or
            in the last third of its days. A timer runs this a few times a
            day. It knows the options of `obtain` from the last time
  status    print what there is, until when, and what comes next; the exit
            code is 1 if there is no certificate, or one that has expired

Options of `obtain` and `renew`:
  --domain NAME       a name of the site; may be repeated
  --production        ask Let's Encrypt for a certificate that browsers trust.
                      The first for a name is rehearsed, to spare its limits
  --directory URL     ask another CA: the address of its ACME directory
  --agree-to-terms    you have read the CA's terms and agree to them
  --email ADDRESS     where the CA may write to, told to it with the first
                      request [default: none]
  --eab-key-id ID     for a CA that wants an account at its site first: the
                      identifier of the key that the site gives
  --eab-key-file FILE the file with that key (HMAC, base64url), or - for the
                      standard input; needed once, and not kept
  --challenge KIND    how the CA checks a name: http-01, through port 80, or
                      tls-alpn-01, through port 443 [default: http-01]
  --acme-root FILE    trust the CAs in this file for the connection to the CA
                      [default: SSL_CERT_FILE, else those of the system]
  --force             obtain: although there is a certificate that is good
  --now               renew: although the last attempt has just failed

Root runs `obtain` and `renew` as the owner of the state folder, so that the
service can read what they write.

Options of all three:
  --state DIR         where account and certificate are kept [default: the
                      state directory of the systemd unit, else /var/lib/notes]
";

/// The options of all three actions.
#[derive(Default)]
struct Given {
    actions: Vec<String>,
    state: Option<PathBuf>,
    names: Vec<String>,
    email: Option<String>,
    challenge: Option<String>,
    directory: Option<String>,
    root: Option<PathBuf>,
    key_id: Option<String>,
    key_file: Option<PathBuf>,
    /// The options without a value.
    switches: Vec<String>,
}

/// Parses the arguments after `certificate`.
pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Action, Failure> {
    let mut given = Given::default();
    while let Some(argument) = parser.next().map_err(Failure::usage)? {
        let text = |parser: &mut lexopt::Parser| parser.value().and_then(ValueExt::string).map_err(Failure::usage);
        match argument {
            Short('h') | Long("help") => return Ok(Action::Help),
            Long("state") => given.state = Some(parser.value().map_err(Failure::usage)?.into()),
            // It is kept for renewals, which run in another folder.
            Long("acme-root") => given.root = Some(absolute(Path::new(&parser.value().map_err(Failure::usage)?))?),
            Long("eab-key-id") => given.key_id = Some(text(&mut parser)?),
            Long("eab-key-file") => given.key_file = Some(parser.value().map_err(Failure::usage)?.into()),
            Long("domain") => given.names.push(text(&mut parser)?),
            Long("email") => given.email = Some(text(&mut parser)?),
            Long("challenge") => given.challenge = Some(text(&mut parser)?),
            Long("directory") => given.directory = Some(text(&mut parser)?),
            Long(switch @ ("production" | "agree-to-terms" | "force" | "now" | "json")) => {
                given.switches.push(switch.to_owned());
            }
            Value(word) => given.actions.push(word.to_string_lossy().into_owned()),
            other => return Err(Failure::usage(other.unexpected())),
        }
    }
    given.action()
}

impl Given {
    fn action(self) -> Result<Action, Failure> {
        let [action] = self.actions.as_slice() else {
            return Err(Failure::usage("`certificate` takes one of `obtain`, `renew` and `status`"));
        };
        let allowed: &[&str] = match action.as_str() {
            "obtain" => &["production", "agree-to-terms", "force"],
            "renew" => &["production", "agree-to-terms", "now"],
            "status" => &["json"],
            other => {
                return Err(Failure::usage(format_args!(
                    "there is no `certificate {other}`, but obtain, renew and status"
                )));
            }
        };
        if let Some(wrong) = self.switches.iter().find(|switch| !allowed.contains(&switch.as_str())) {
            return Err(Failure::usage(format_args!("--{wrong} is no option of `certificate {action}`")));
        }
        match action.as_str() {
            "status" if self.asks_something() => {
                Err(Failure::usage("`certificate status` takes only --json and --state"))
            }
            "status" => Ok(Action::Status { is_json: self.has("json"), state: self.state() }),
            "obtain" => self.settings().map(|(settings, external)| Action::Obtain(settings, external)),
            _ => self.settings().map(|(settings, external)| Action::Renew(settings, external)),
        }
    }

    fn has(&self, switch: &str) -> bool {
        self.switches.iter().any(|given| given == switch)
    }

    fn asks_something(&self) -> bool {
        !self.names.is_empty()
            || [&self.email, &self.challenge, &self.directory, &self.key_id].iter().any(|option| option.is_some())
            || self.root.is_some()
            || self.key_file.is_some()
    }

    fn state(&self) -> PathBuf {
        // systemd separates several by colons.
        let of_unit = std::env::var("STATE_DIRECTORY").ok();
        let of_unit =
            of_unit.as_deref().and_then(|folders| folders.split(':').next()).filter(|folder| !folder.is_empty());
        self.state.clone().unwrap_or_else(|| of_unit.unwrap_or(DEFAULT_STATE).into())
    }

    fn settings(self) -> Result<(Settings, External), Failure> {
        let external = match (&self.key_id, &self.key_file) {
            (Some(id), Some(file)) => Some((id.clone(), file.clone())),
            (None, None) => None,
            _ => return Err(Failure::usage("--eab-key-id and --eab-key-file go together")),
        };
        let authority = match (&self.directory, self.has("production")) {
            (Some(_), true) => {
                return Err(Failure::usage("--production is Let's Encrypt, and --directory another CA: choose one"));
            }
            (Some(url), false) => Some(Authority::Directory(url.clone())),
            (None, true) => Some(Authority::Production),
            (None, false) => None,
        };
        let challenge = self.challenge.as_deref().map(str::parse).transpose();
        let settings = Settings {
            state: self.state(),
            authority,
            challenge: challenge.map_err(|error| Failure::usage(format_args!("--challenge: {error}")))?,
            agrees: self.has("agree-to-terms"),
            force: self.has("force"),
            now: self.has("now"),
            names: self.names,
            email: self.email,
            root: self.root,
            binding: None,
        };
        Ok((settings, external))
    }
}

fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::at(path, &error))
}

/// Carries it out.
pub(crate) fn run(action: &Action) -> Result<(), Failure> {
    match action {
        Action::Help => print(HELP),
        Action::Obtain(settings, external) => change(settings, external.as_ref(), obtain),
        Action::Renew(settings, external) => change(settings, external.as_ref(), renew),
        Action::Status { state, is_json } => show(state, *is_json),
    }
}

/// [`obtain`] or [`renew`].
type Act = fn(&Settings, &mut dyn FnMut(&str)) -> Result<(), graven_acme::Error>;

/// Writes into the state folder, as its owner.
fn change(settings: &Settings, external: Option<&(String, PathBuf)>, act: Act) -> Result<(), Failure> {
    if is_of_another(&settings.state) {
        return run_as_owner(settings, external.map(|(_, file)| file.as_path()));
    }
    let mut settings = settings.clone();
    if let Some((id, file)) = external {
        let binding = Binding::new(id, &read_key(file)?);
        let named = |error| Failure::new(format!("--eab-key-file {}: {error}", file.display()));
        settings.binding = Some(binding.map_err(named)?);
    }
    act(&settings, &mut say).map_err(|error| Failure::new(error.to_string()))
}

/// The text of a key, from a file or the standard input. Both end after a few lines.
fn read_key(file: &Path) -> Result<String, Failure> {
    const MOST: u64 = 4096;
    let mut text = String::new();
    let read = if file.as_os_str() == STANDARD_INPUT {
        io::stdin().take(MOST).read_to_string(&mut text)
    } else {
        File::open(file).and_then(|file| file.take(MOST).read_to_string(&mut text))
    };
    read.map_err(|error| Failure::at(file, &error)).map(|_| text)
}

/// Whether this is root, and the folder another user's. Root then writes there as that user: the service could not read root's files, and could lead root
/// elsewhere by links.
fn is_of_another(folder: &Path) -> bool {
    effective_user() == Some(0) && fs::metadata(folder).is_ok_and(|found| found.uid() != 0)
}

/// Runs this command as the owner of the state folder. A server finds a certificate that is new by itself.
fn run_as_owner(settings: &Settings, key_file: Option<&Path>) -> Result<(), Failure> {
    let mut command = Command::new("/proc/self/exe");
    command.args(std::env::args_os().skip(1));
    // The owner may not reach its folder by the path, nor the key. It keeps what is open, and the folder where this runs.
    command.args(["--state", "."]);
    if let Some(file) = key_file.filter(|file| file.as_os_str() != STANDARD_INPUT) {
        let opened = File::open(file).map_err(|error| Failure::at(file, &error))?;
        command.args(["--eab-key-file", STANDARD_INPUT]).stdin(Stdio::from(opened));
    }
    if let Some(root) = &settings.root {
        command.arg("--acme-root").arg(root);
    }
    let folder = settings.state.canonicalize().map_err(|error| Failure::at(&settings.state, &error))?;
    let here = std::env::set_current_dir(&folder).and_then(|()| fs::metadata("."));
    let owner = here.map_err(|error| Failure::at(&folder, &error))?;
    say(&format!("as user {}, whose folder {} is; paths begin there", owner.uid(), folder.display()));
    let status = command.uid(owner.uid()).gid(owner.gid()).status().map_err(|error| {
        Failure::new(format!(
            "user {} cannot run this executable ({error}); let all run it (chmod 755), or run `sudo systemctl start notes-certificate`",
            owner.uid()
        ))
    })?;
    if status.success() { Ok(()) } else { Err(Failure::new("not done, as said above")) }
}

fn show(state: &Path, is_json: bool) -> Result<(), Failure> {
    let status = status(state).map_err(|error| Failure::new(error.to_string()))?;
    print(&if is_json { status.to_json() + "\n" } else { status.to_string() })?;
    if status.is_good() {
        Ok(())
    } else {
        Err(Failure::new(format!("{}: no certificate that is good", state.display())))
    }
}

/// Prints a line as soon as it is known: the CA may take a minute. Nobody may be reading.
fn say(line: &str) {
    let _ = print(&format!("{line}\n"));
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    printed.or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Failure::new(format!("standard output: {error}"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Action, Failure> {
        parse(lexopt::Parser::from_args(line.split_whitespace()))
    }

    #[test]
    fn each_action_is_recognised_with_its_options() {
        for (line, expected) in [
            (
                "obtain --domain a.example --domain b.example --state /s",
                "Obtain(Settings { state: \"/s\", names: [\"a.example\", \"b.example\"], email: None, challenge: None, authority: None",
            ),
            (
                "obtain --domain a --challenge tls-alpn-01 --production --state /s",
                "Obtain(Settings { state: \"/s\", names: [\"a\"], email: None, challenge: Some(TlsAlpn01), authority: Some(Production), agrees: false",
            ),
            (
                "obtain --domain a --directory https://ca/ --agree-to-terms --force --acme-root /r --state /s",
                "Obtain(Settings { state: \"/s\", names: [\"a\"], email: None, challenge: None, authority: Some(Directory(\"https://ca/\")), agrees: true, root: Some(\"/r\"), binding: None, force: true",
            ),
            (
                "renew --now --eab-key-id kid --eab-key-file - --state /s",
                "Renew(Settings { state: \"/s\", names: [], email: None, challenge: None, authority: None, agrees: false, root: None, binding: None, force: false, now: true }, Some((\"kid\", \"-\")))",
            ),
            ("renew --state /s", "Renew(Settings { state: \"/s\", names: []"),
            ("status --json --state /s", "Status { state: \"/s\", is_json: true }"),
            ("obtain --help", "Help"),
        ] {
            let action = format!("{:?}", parsed(line).expect(line));
            assert!(action.starts_with(expected), "{line}: {action}");
        }
    }

    #[test]
    fn a_wrong_argument_is_named() {
        for (line, expected) in [
            ("", "takes one of `obtain`, `renew` and `status`"),
            ("obtain now", "takes one of"),
            ("revoke", "there is no `certificate revoke`"),
            ("renew --force", "--force is no option of `certificate renew`"),
            ("obtain --json", "--json is no option"),
            ("obtain --now", "--now is no option of `certificate obtain`"),
            ("obtain --eab-key-id kid", "--eab-key-id and --eab-key-file go together"),
            ("status --eab-key-file /k", "takes only --json and --state"),
            ("status --domain a.example", "takes only --json and --state"),
            ("obtain --production --directory https://ca/", "choose one"),
            ("obtain --challenge dns-01", "--challenge: expected http-01 or tls-alpn-01, found \"dns-01\""),
            ("obtain --domian a", "--domian"),
            ("obtain --domain", "--domain"),
        ] {
            let failure = parsed(line).expect_err(line);
            assert!(failure.to_string().contains(expected), "{line}: {failure}");
            assert_eq!(failure.code(), 2, "{line}");
        }
    }

    #[test]
    fn the_help_fits_a_terminal() {
        assert!(HELP.lines().all(|line| line.len() <= 80));
    }
}
