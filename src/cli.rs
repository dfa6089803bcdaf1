//! The command line: arguments and environment in, one command out, or an error that says what is wrong.

use std::ffi::OsString;
use std::path::PathBuf;

use graven_inspect::{Existing, Format};
use graven_serve::Config;
use lexopt::prelude::*;

use crate::failure::{Failure, WITHOUT_TLS};
use crate::install::{self, Action, Mode};
use crate::settings::{self, SETTINGS};

/// A command with its options.
#[derive(Debug)]
pub(crate) enum Command {
    Serve(Box<Config>),
    Verify,
    List(Format),
    Extract {
        folder: PathBuf,
        existing: Existing,
    },
    Install(install::Options),
    Unit,
    #[cfg(feature = "tls")]
    Certificate(crate::certificate::Action),
    Help,
    Version,
}

/// The options of the commands other than `serve`, each with its commands. Only `--root` and `--domain` have a value.
const OPTIONS: [(&str, &[&str]); 6] = [
    ("json", &["list"]),
    ("force", &["extract"]),
    ("rollback", &["install"]),
    ("dry-run", &["install", "uninstall"]),
    ("root", &["install", "uninstall"]),
    ("domain", &["install"]),
];

/// Parses the arguments after the executable's name. The default command is `serve`.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    environment: &[(String, String)],
) -> Result<Command, Failure> {
    let mut given = Given::default();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next().map_err(Failure::usage)? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Long("root") => {
                given.options.push("root".to_owned());
                given.root = Some(parser.value().map_err(Failure::usage)?.into());
            }
            Long("domain") => {
                given.options.push("domain".to_owned());
                given.domains.push(parser.value().and_then(ValueExt::string).map_err(Failure::usage)?);
            }
            Long(flag) if OPTIONS.iter().any(|(option, _)| *option == flag) => given.options.push(flag.to_owned()),
            Long(flag) if SETTINGS.iter().any(|setting| setting.flag == flag) => {
                let flag = flag.to_owned();
                let value = parser.value().and_then(ValueExt::string).map_err(Failure::usage)?;
                given.settings.push((flag, value));
            }
            // Its options are its own.
            Value(word) if word == "certificate" && given.words.is_empty() => return certificate(parser),
            Value(word) => given.words.push(word),
            other => return Err(Failure::usage(other.unexpected())),
        }
    }
    given.command(environment)
}

/// Parses what follows `certificate`.
#[cfg(feature = "tls")]
fn certificate(parser: lexopt::Parser) -> Result<Command, Failure> {
    crate::certificate::parse(parser).map(Command::Certificate)
}

#[cfg(not(feature = "tls"))]
fn certificate(_: lexopt::Parser) -> Result<Command, Failure> {
    Err(Failure::new(WITHOUT_TLS))
}

/// The arguments by kind, before they are checked against the command.
#[derive(Default)]
struct Given {
    words: Vec<OsString>,
    settings: Vec<(String, String)>,
    /// The names of the given [`OPTIONS`].
    options: Vec<String>,
    root: Option<PathBuf>,
    domains: Vec<String>,
}

impl Given {
    fn command(mut self, environment: &[(String, String)]) -> Result<Command, Failure> {
        let name = if self.words.is_empty() { "serve".into() } else { self.words.remove(0) };
        let name = name.to_string_lossy().into_owned();
        self.check(&name)?;
        match name.as_str() {
            "serve" => {
                let config = settings::configure(&self.settings, environment).map_err(Failure::usage)?;
                Ok(Command::Serve(Box::new(config)))
            }
            "verify" => Ok(Command::Verify),
            "list" => Ok(Command::List(if self.has("json") { Format::Json } else { Format::Table })),
            "extract" => self.extract(),
            "install" if self.has("rollback") => self.install(Action::Rollback),
            "install" => self.install(Action::Install),
            "uninstall" => self.install(Action::Uninstall),
            "unit" => Ok(Command::Unit),
            "help" => Ok(Command::Help),
            other => Err(Failure::usage(format_args!("there is no command `{other}`"))),
        }
    }

    /// Checks that every argument belongs to the command.
    fn check(&self, command: &str) -> Result<(), Failure> {
        if command != "extract" && !self.words.is_empty() {
            return Err(Failure::usage(format_args!("`{command}` takes no further arguments")));
        }
        let settings = self.settings.iter().map(|(flag, _)| (flag.as_str(), &["serve"][..]));
        let options = OPTIONS.iter().copied().filter(|(option, _)| self.has(option));
        match settings.chain(options).find(|(_, commands)| !commands.contains(&command)) {
            None => Ok(()),
            Some((option, commands)) => {
                let commands = commands.join("` and `");
                Err(Failure::usage(format_args!("--{option} is an option of `{commands}`, not of `{command}`")))
            }
        }
    }

    fn extract(mut self) -> Result<Command, Failure> {
        let existing = if self.has("force") { Existing::Overwrite } else { Existing::Keep };
        match (self.words.pop(), self.words.is_empty()) {
            (Some(folder), true) => Ok(Command::Extract { folder: folder.into(), existing }),
            _ => Err(Failure::usage("`extract` takes one folder, as in `notes extract public`")),
        }
    }

    fn install(self, action: Action) -> Result<Command, Failure> {
        let mode = if self.has("dry-run") { Mode::DryRun } else { Mode::Apply };
        if cfg!(not(feature = "tls")) && !self.domains.is_empty() {
            return Err(Failure::new(WITHOUT_TLS));
        }
        if action == Action::Rollback && !self.domains.is_empty() {
            return Err(Failure::usage("--domain and --rollback do not go together: a rollback keeps the domains"));
        }
        install::check_domains(&self.domains).map_err(Failure::usage)?;
        Ok(Command::Install(install::Options { action, root: self.root, mode, domains: self.domains }))
    }

    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|given| given == option)
    }
}

/// The text of `--help`.
pub(crate) fn help() -> String {
    let mut text = String::from(
        "A web site in one executable: it contains every page and needs no other file.\n\n\
         Usage: notes [COMMAND] [OPTIONS]\n\n\
         Commands:\n\
         \x20 serve               answer HTTP requests [default]\n\
         \x20 verify              check the site in this executable, and the whole file\n\
         \x20                     if `install` has recorded its SHA-256\n\
         \x20 list [--json]       print every path with its type and its size in each\n\
         \x20                     coding\n\
         \x20 extract DIR         write the site as plain files, for any static host\n\
         \x20                     [--force: into a folder that is not empty]\n\
         \x20 install             install as a systemd service, or upgrade the one that\n\
         \x20                     is installed\n\
         \x20                     [--rollback: return to the previous version;\n\
         \x20                     --domain NAME: with HTTPS, and a certificate of\n\
         \x20                     Let's Encrypt for this name, which renews itself;\n\
         \x20                     may be repeated]\n\
         \x20 uninstall           stop the service and remove it\n\
         \x20                     [both: --dry-run prints what would be done;\n\
         \x20                     --root DIR installs below an image's folder]\n\
         \x20 unit                print the systemd units\n\
         \x20 certificate ACTION  obtain, renew or show a certificate for https\n\
         \x20                     [`notes certificate --help`]\n\n\
         Options of `serve`, each also an environment variable:\n",
    );
    for setting in SETTINGS {
        text.extend(["  --", setting.flag, " ", setting.value, "\n  ", &setting.variable(), "\n"]);
        for line in wrap(setting.text) {
            text.extend(["      ", &line, "\n"]);
        }
    }
    text + "\n  -h, --help          print this help\n  -V, --version       print the version and the digest of the content\n\n\
            Signals:\n\
            \x20 TERM, INT           finish requests in progress, then exit; a second\n\
            \x20                     signal exits at once\n\
            \x20 HUP                 read the certificate of HTTPS again\n\
            \x20 USR1, USR2          keep serving; there is nothing to reopen\n\n\
            Examples:\n\
            \x20 notes                                  serve on port 8080, all addresses\n\
            \x20 notes --listen 127.0.0.1:3000          serve to this computer only\n\
            \x20 notes extract public && ls public      look at the files\n"
}

/// The width of the help's texts, which are indented in a terminal of 80 columns.
const HELP_WIDTH: usize = 72;

/// Breaks a text at spaces.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is always a line");
        if line.is_empty() {
            line.push_str(word);
        } else if line.len() + 1 + word.len() <= HELP_WIDTH {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, Failure> {
        parse(line.split_whitespace().map(OsString::from), &[])
    }

    #[test]
    fn each_command_is_recognised() {
        for (line, expected) in [
            ("", "Serve"),
            ("serve --workers 2", "Serve"),
            ("--listen 127.0.0.1:0", "Serve"),
            ("verify", "Verify"),
            ("list", "List(Table"),
            ("list --json", "List(Json"),
            ("extract out", "Extract"),
            ("extract --force out", "Extract"),
            ("unit", "Unit"),
            ("install", "Install(Options { action: Install, domains: [], root: None, mode: Apply"),
            (
                "install --rollback --dry-run",
                "Install(Options { action: Rollback, domains: [], root: None, mode: DryRun",
            ),
            (
                "uninstall --root /mnt",
                "Install(Options { action: Uninstall, domains: [], root: Some(\"/mnt\"), mode: Apply",
            ),
            ("list --help", "Help"),
            ("-V", "Version"),
        ] {
            let command = format!("{:?}", parsed(line).expect(line));
            assert!(command.starts_with(expected), "{line}: {command}");
        }
    }

    #[test]
    fn a_wrong_argument_is_named_and_the_help_is_mentioned() {
        for (line, expected) in [
            ("sevre", "there is no command `sevre`"),
            ("verify now", "`verify` takes no further arguments"),
            ("extract", "`extract` takes one folder"),
            ("extract a b", "`extract` takes one folder"),
            ("list --workers 2", "--workers is an option of `serve`, not of `list`"),
            ("serve --json", "--json is an option of `list`"),
            ("--frobnicate", "--frobnicate"),
            ("--workers", "--workers"),
            ("install now", "`install` takes no further arguments"),
            ("uninstall --rollback", "--rollback is an option of `install`"),
            ("serve --root /mnt", "--root is an option of `install` and `uninstall`, not of `serve`"),
        ] {
            let failure = parsed(line).expect_err(line);
            assert!(failure.to_string().contains(expected), "{line}: {failure}");
            assert!(failure.to_string().ends_with("`notes --help` lists commands and options"), "{line}: {failure}");
            assert_eq!(failure.code(), 2, "{line}");
        }
    }

    #[test]
    fn the_help_names_every_setting_with_its_variable() {
        let help = help();
        for setting in SETTINGS {
            assert!(help.contains(&format!("--{}", setting.flag)) && help.contains(&setting.variable()));
        }
        assert!(help.lines().all(|line| line.len() <= 80));
    }
}
