//! `notes certificate`: its arguments, and what it prints. The work is that of `graven-acme`.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use graven_acme::{Authority, Settings, obtain, renew, status};
use lexopt::prelude::*;

use crate::failure::Failure;

/// What to do about the certificate.
#[derive(Debug)]
pub(crate) enum Action {
    Obtain(Settings),
    Renew(Settings),
    Status { state: PathBuf, is_json: bool },
    Help,
}

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
            in the last third of its days. A timer runs this once a day. It
            knows the options of `obtain` from the last time
  status    print what there is, until when, and what comes next; the exit
            code is 1 if there is no certificate, or one that has expired

Options of `obtain` and `renew`:
  --domain NAME       a name of the site; may be repeated
  --production        ask Let's Encrypt for a certificate that browsers trust.
                      The first for a name is rehearsed, to spare its limits
  --directory URL     ask another CA: the address of its ACME directory
  --agree-to-terms    you have read the CA's terms and agree to them
  --email ADDRESS     where the CA may write to [default: none]
  --challenge KIND    how the CA checks a name: http-01, through port 80, or
                      tls-alpn-01, through port 443 [default: http-01]
  --acme-root FILE    trust the CAs in this file for the connection to the CA
                      [default: SSL_CERT_FILE, else those of the system]
  --force             obtain: although there is a certificate that is good

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
            Long("acme-root") => given.root = Some(parser.value().map_err(Failure::usage)?.into()),
            Long("domain") => given.names.push(text(&mut parser)?),
            Long("email") => given.email = Some(text(&mut parser)?),
            Long("challenge") => given.challenge = Some(text(&mut parser)?),
            Long("directory") => given.directory = Some(text(&mut parser)?),
            Long(switch @ ("production" | "agree-to-terms" | "force" | "json")) => {
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
            "renew" => &["production", "agree-to-terms"],
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
            "obtain" => self.settings().map(Action::Obtain),
            _ => self.settings().map(Action::Renew),
        }
    }

    fn has(&self, switch: &str) -> bool {
        self.switches.iter().any(|given| given == switch)
    }

    fn asks_something(&self) -> bool {
        !self.names.is_empty()
            || [&self.email, &self.challenge, &self.directory].iter().any(|option| option.is_some())
            || self.root.is_some()
    }

    fn state(&self) -> PathBuf {
        // systemd separates several by colons.
        let of_unit = std::env::var("STATE_DIRECTORY").ok();
        let of_unit =
            of_unit.as_deref().and_then(|folders| folders.split(':').next()).filter(|folder| !folder.is_empty());
        self.state.clone().unwrap_or_else(|| of_unit.unwrap_or(DEFAULT_STATE).into())
    }

    fn settings(self) -> Result<Settings, Failure> {
        let authority = match (&self.directory, self.has("production")) {
            (Some(_), true) => {
                return Err(Failure::usage("--production is Let's Encrypt, and --directory another CA: choose one"));
            }
            (Some(url), false) => Some(Authority::Directory(url.clone())),
            (None, true) => Some(Authority::Production),
            (None, false) => None,
        };
        let challenge = self.challenge.as_deref().map(str::parse).transpose();
        Ok(Settings {
            state: self.state(),
            authority,
            challenge: challenge.map_err(|error| Failure::usage(format_args!("--challenge: {error}")))?,
            agrees: self.has("agree-to-terms"),
            force: self.has("force"),
            names: self.names,
            email: self.email,
            root: self.root,
        })
    }
}

/// Carries it out.
pub(crate) fn run(action: &Action) -> Result<(), Failure> {
    let failed = |error: graven_acme::Error| Failure::new(error.to_string());
    match action {
        Action::Help => print(HELP),
        Action::Obtain(settings) => obtain(settings, &mut say).map_err(failed),
        Action::Renew(settings) => renew(settings, &mut say).map_err(failed),
        Action::Status { state, is_json } => show(state, *is_json),
    }
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
                "Obtain(Settings { state: \"/s\", names: [\"a\"], email: None, challenge: None, authority: Some(Directory(\"https://ca/\")), agrees: true, root: Some(\"/r\"), force: true",
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
