//! The command line: arguments and environment become one command, or a line that says what was not understood.

use std::ffi::OsString;
use std::path::PathBuf;

use graven_serve::Config;
use lexopt::prelude::*;

use crate::extract::Existing;
use crate::failure::Failure;
use crate::install::{Action, Mode, Order};
use crate::list::Form;
use crate::settings::{self, SETTINGS};

/// What the executable is asked to do.
#[derive(Debug)]
pub(crate) enum Command {
    Serve(Config),
    Verify,
    List(Form),
    Extract { folder: PathBuf, existing: Existing },
    Install(Order),
    Unit,
    Help,
    Version,
}

/// Reads the arguments behind the executable's name. Without a command it is `serve`.
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
            Long("json") => given.switches.push("json"),
            Long("force") => given.switches.push("force"),
            Long("dry-run") => given.switches.push("dry-run"),
            Long("rollback") => given.switches.push("rollback"),
            Long("root") => given.root = Some(parser.value().map_err(Failure::usage)?.into()),
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
    /// Options without a value, without their dashes.
    switches: Vec<&'static str>,
    root: Option<PathBuf>,
}

impl Given {
    fn command(mut self, environment: &[(String, String)]) -> Result<Command, Failure> {
        let name = if self.words.is_empty() { "serve".into() } else { self.words.remove(0) };
        let name = name.to_string_lossy().into_owned();
        if name != "extract" {
            refuse(!self.words.is_empty(), format_args!("`{name}` takes no further words"))?;
        }
        if name != "serve" {
            refuse(!self.settings.is_empty(), format_args!("`{name}` does not serve and takes no such option"))?;
        }
        refuse(self.has("json") && name != "list", format_args!("--json goes with `list`"))?;
        refuse(self.has("force") && name != "extract", format_args!("--force goes with `extract`"))?;
        let is_install = name == "install" || name == "uninstall";
        let aims_elsewhere = self.has("dry-run") || self.root.is_some();
        refuse(aims_elsewhere && !is_install, format_args!("--dry-run and --root go with `install` and `uninstall`"))?;
        refuse(self.has("rollback") && name != "install", format_args!("--rollback goes with `install`"))?;
        match name.as_str() {
            "serve" => settings::configure(&self.settings, environment).map(Command::Serve).map_err(Failure::usage),
            "verify" => Ok(Command::Verify),
            "list" => Ok(Command::List(if self.has("json") { Form::Json } else { Form::Table })),
            "extract" => self.extract(),
            "install" if self.has("rollback") => Ok(self.order(Action::Rollback)),
            "install" => Ok(self.order(Action::Install)),
            "uninstall" => Ok(self.order(Action::Uninstall)),
            "unit" => Ok(Command::Unit),
            "help" => Ok(Command::Help),
            other => Err(Failure::usage(format_args!("there is no command `{other}`"))),
        }
    }

    fn extract(mut self) -> Result<Command, Failure> {
        let existing = if self.has("force") { Existing::Overwrite } else { Existing::Keep };
        match (self.words.pop(), self.words.is_empty()) {
            (Some(folder), true) => Ok(Command::Extract { folder: folder.into(), existing }),
            _ => Err(Failure::usage("`extract` takes one folder, as in `notes extract public`")),
        }
    }

    fn order(self, action: Action) -> Command {
        let mode = if self.has("dry-run") { Mode::Tell } else { Mode::Do };
        Command::Install(Order { action, root: self.root, mode })
    }

    fn has(&self, switch: &str) -> bool {
        self.switches.contains(&switch)
    }
}

fn refuse(wrong: bool, message: std::fmt::Arguments) -> Result<(), Failure> {
    if wrong { Err(Failure::usage(message)) } else { Ok(()) }
}

/// The text of `--help`.
pub(crate) fn help() -> String {
    let mut text = String::from(
        "A web site in one executable: every page is inside, nothing else is needed.\n\n\
         Usage: notes [COMMAND] [OPTIONS]\n\n\
         Commands:\n\
         \x20 serve               answer HTTP requests; what happens without a command\n\
         \x20 verify              check the site in this executable, and all of the\n\
         \x20                     file where `install` has recorded its SHA-256\n\
         \x20 list [--json]       every path with its type and its size in each coding\n\
         \x20 extract DIR         write the site as plain files, for any static host\n\
         \x20                     [--force: into a folder that is not empty]\n\
         \x20 install             make it a service of systemd, or upgrade the one there\n\
         \x20                     [--rollback: go back to the version before]\n\
         \x20 uninstall           stop the service and remove it\n\
         \x20                     [both: --dry-run only says what would be done;\n\
         \x20                     --root DIR does it in an image's folder]\n\
         \x20 unit                print the systemd units\n\n\
         Options of `serve`, each also an environment variable:\n",
    );
    for setting in SETTINGS {
        text.extend(["  --", setting.flag, " ", setting.value, "\n  ", &setting.variable(), "\n"]);
        for line in wrap(setting.text) {
            text.extend(["      ", &line, "\n"]);
        }
    }
    text + "\n  -h, --help          this text\n  -V, --version       version and digest of the content\n\n\
            Signals:\n\
            \x20 TERM, INT           finish what is in flight and leave; a second one: at once\n\
            \x20 HUP, USR1, USR2     serve on; there is nothing to reload or to reopen\n\n\
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
        parse(line.split_whitespace().map(OsString::from), &[])
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
            ("install", "Install(Order { action: Install, root: None, mode: Do"),
            ("install --rollback --dry-run", "Install(Order { action: Rollback, root: None, mode: Tell"),
            ("uninstall --root /mnt", "Install(Order { action: Uninstall, root: Some(\"/mnt\"), mode: Do"),
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
            ("install now", "`install` takes no further words"),
            ("uninstall --rollback", "--rollback goes with `install`"),
            ("serve --root /mnt", "--dry-run and --root go with `install`"),
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
