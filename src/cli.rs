//! The command line: arguments and environment become one command, or a line that says what was not understood.

use std::ffi::OsString;
use std::path::PathBuf;

use graven_serve::Config;
use lexopt::prelude::*;

use crate::extract::Existing;
use crate::failure::Failure;
use crate::list::Form;
use crate::settings::{self, SETTINGS};

/// What the executable is asked to do.
#[derive(Debug)]
pub(crate) enum Command {
    Serve(Config),
    Verify,
    List(Form),
    Extract { folder: PathBuf, existing: Existing },
    Unit,
    Help,
    Version,
}

/// Reads the arguments behind the executable's name. Without a command it is `serve`.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Command, Failure> {
    let mut given = Given::default();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next().map_err(Failure::usage)? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Long("json") => given.json = true,
            Long("force") => given.force = true,
            Long(flag) if SETTINGS.iter().any(|setting| setting.flag == flag) => {
                let flag = flag.to_owned();
                let value = parser.value().and_then(ValueExt::string).map_err(Failure::usage)?;
                given.settings.push((flag, value));
            }
            Value(word) => given.words.push(word),
            other => return Err(Failure::usage(other.unexpected())),
        }
    }
    given.command(environment)
}

/// The arguments, sorted but not yet understood.
#[derive(Default)]
struct Given {
    words: Vec<OsString>,
    settings: Vec<(String, String)>,
    json: bool,
    force: bool,
}

impl Given {
    fn command(mut self, environment: impl Fn(&str) -> Option<String>) -> Result<Command, Failure> {
        let name = if self.words.is_empty() { "serve".into() } else { self.words.remove(0) };
        let name = name.to_string_lossy().into_owned();
        if name != "extract" {
            self.refuse(!self.words.is_empty(), format_args!("`{name}` takes no further words"))?;
        }
        if name != "serve" {
            self.refuse(!self.settings.is_empty(), format_args!("`{name}` does not serve and takes no such option"))?;
        }
        self.refuse(self.json && name != "list", format_args!("--json goes with `list`"))?;
        self.refuse(self.force && name != "extract", format_args!("--force goes with `extract`"))?;
        match name.as_str() {
            "serve" => settings::configure(&self.settings, environment).map(Command::Serve).map_err(Failure::usage),
            "verify" => Ok(Command::Verify),
            "list" => Ok(Command::List(if self.json { Form::Json } else { Form::Table })),
            "extract" => self.extract(),
            "unit" => Ok(Command::Unit),
            "help" => Ok(Command::Help),
            other => Err(Failure::usage(format_args!("there is no command `{other}`"))),
        }
    }

    fn extract(mut self) -> Result<Command, Failure> {
        let existing = if self.force { Existing::Overwrite } else { Existing::Keep };
        match (self.words.pop(), self.words.is_empty()) {
            (Some(folder), true) => Ok(Command::Extract { folder: folder.into(), existing }),
            _ => Err(Failure::usage("`extract` takes one folder, as in `notes extract public`")),
        }
    }

    fn refuse(&self, wrong: bool, message: std::fmt::Arguments) -> Result<(), Failure> {
        if wrong { Err(Failure::usage(message)) } else { Ok(()) }
    }
}

/// The text of `--help`.
pub(crate) fn help() -> String {
    let mut text = String::from(
        "A web site in one executable: every page is inside, nothing else is needed.\n\n\
         Usage: notes [COMMAND] [OPTIONS]\n\n\
         Commands:\n\
         \x20 serve               answer HTTP requests; what happens without a command\n\
         \x20 verify              check every byte of the site in this executable\n\
         \x20 list [--json]       every path with its type and its size in each coding\n\
         \x20 extract DIR         write the site as plain files, for any static host\n\
         \x20                     [--force: into a folder that is not empty]\n\
         \x20 unit                print the systemd units\n\n\
         Options of `serve`, each also an environment variable:\n",
    );
    for setting in SETTINGS {
        text += &format!("  --{} {}\n", setting.flag, setting.value);
        text += &format!("  {}\n", setting.variable());
        for line in wrap(setting.text) {
            text += &format!("      {line}\n");
        }
    }
    text + "\n  -h, --help          this text\n  -V, --version       version and digest of the content\n\n\
            Examples:\n\
            \x20 notes                                  serve on port 8080, all addresses\n\
            \x20 notes --listen 127.0.0.1:3000          serve to this computer alone\n\
            \x20 notes extract public && ls public      look at the files\n"
}

/// How wide the help's texts are: they stand in a terminal of 80 columns.
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
        parse(line.split_whitespace().map(OsString::from), |_| None)
    }

    #[test]
    fn commands_are_told_apart() {
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
            ("list --help", "Help"),
            ("-V", "Version"),
        ] {
            let command = format!("{:?}", parsed(line).expect(line));
            assert!(command.starts_with(expected), "{line}: {command}");
        }
    }

    #[test]
    fn what_is_not_understood_is_said_and_points_at_the_help() {
        for (line, expected) in [
            ("sevre", "there is no command `sevre`"),
            ("verify now", "`verify` takes no further words"),
            ("extract", "`extract` takes one folder"),
            ("extract a b", "`extract` takes one folder"),
            ("list --workers 2", "`list` does not serve"),
            ("serve --json", "--json goes with `list`"),
            ("--frobnicate", "--frobnicate"),
            ("--workers", "--workers"),
        ] {
            let failure = parsed(line).expect_err(line);
            assert!(failure.to_string().contains(expected), "{line}: {failure}");
            assert!(failure.to_string().ends_with("`notes --help` lists what there is"), "{line}: {failure}");
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
