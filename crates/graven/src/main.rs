//! The author's command, which runs on the author's machine and never on the server. Each command is a module with its options and a function `run`.
//! This file selects the command and turns its result into an exit code: 0 success, 1 failure, 2 wrong command line.

mod build;
mod check;
mod content;
mod deploy;
mod dev;
mod elf;
mod engine;
mod error;
mod image;
mod import;
mod init;
mod inspect;
mod new;
mod new_files;
mod output;
mod progress;
mod reference_pages;
mod schema;
mod stage;
mod theme;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::builder::Resettable;
use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use error::Error;

/// The author's command of Graven: a folder of Markdown becomes a web site in one executable.
#[derive(Debug, Parser)]
#[command(name = "graven", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Graven {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  graven init blog                                   a site to start from, in a new folder
  graven dev                                         write with a preview: http://127.0.0.1:8080/
  graven build && ./notes                            serve the site in this folder at http://localhost:8080/
  graven build --target aarch64-unknown-linux-musl   build it for a Raspberry Pi
  graven deploy pi@raspberrypi.local                 build it for that machine, and make it the service there
  graven image --output notes.tar notes              put it into a container image

`graven help COMMAND` prints the options of a command.
";

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Options),
    New(new::Options),
    Import(import::Options),
    Check(check::Options),
    Build(build::Options),
    Deploy(deploy::Options),
    Dev(dev::Options),
    Image(image::Options),
    List(inspect::List),
    Verify(inspect::Verify),
    Extract(inspect::Extract),
    Schema(schema::Options),
    Theme(theme::Options),
    Completions(reference_pages::Completions),
    Man(reference_pages::Man),
}

fn main() -> ExitCode {
    let arguments = match parse(env::args_os()) {
        Ok(arguments) => arguments,
        Err(error) => return ExitCode::from(print(&error)),
    };
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error::say(&error);
            ExitCode::from(error.exit_code())
        }
    }
}

/// The command line: the arguments, and the environment, in which an empty variable counts as not set, as for the site's executable. A workflow sets those
/// that it has no value for.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Graven, clap::Error> {
    let is_empty = |name: &OsStr| env::var_os(name).is_some_and(|value| value.is_empty());
    let without_empty = |argument: Arg| match argument.get_env() {
        Some(name) if is_empty(name) => argument.env(Resettable::<clap::builder::OsStr>::Reset),
        _ => argument,
    };
    let mut command = Graven::command().mut_subcommands(|command| command.mut_args(without_empty));
    let matches = command.try_get_matches_from_mut(arguments)?;
    Graven::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Prints what clap has to say: help, the version, what is wrong with the command line. Returns the exit code.
fn print(said: &clap::Error) -> u8 {
    let code = u8::try_from(said.exit_code()).unwrap_or(2);
    match said.print().and_then(|()| io::stdout().flush()) {
        Err(error) if code == 0 => {
            let error = Error::file("write", Path::new("standard output"), &error);
            error::say(&error);
            error.exit_code()
        }
        // Of a mistake the exit code says the same.
        _ => code,
    }
}

fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Init(options) => init::run(&options),
        Command::New(options) => new::run(&options),
        Command::Import(options) => import::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Build(options) => build::run(&options),
        Command::Deploy(options) => deploy::run(&options),
        Command::Dev(options) => dev::run(&options),
        Command::Image(options) => image::run(&options),
        Command::List(options) => inspect::list(&options),
        Command::Verify(options) => inspect::verify(&options),
        Command::Extract(options) => inspect::extract(&options),
        Command::Schema(options) => schema::run(&options),
        Command::Theme(options) => theme::run(&options),
        Command::Completions(options) => reference_pages::completions::<Graven>(&options),
        Command::Man(options) => reference_pages::man::<Graven>(&options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit_code(arguments: &[&str]) -> i32 {
        match parse([&["graven"], arguments].concat().into_iter().map(OsString::from)) {
            Ok(parsed) => run(parsed.command).map_or_else(|error| error.exit_code().into(), |()| 0),
            Err(error) => error.exit_code(),
        }
    }

    #[test]
    fn a_wrong_command_line_exits_with_two_and_a_failure_with_one() {
        for (arguments, expected) in [
            (&[][..], 2),
            (&["imge"], 2),
            (&["--frobnicate"], 2),
            (&["--help"], 0),
            (&["--version"], 0),
            (&["image"], 2),
            (&["image", "--help"], 0),
            (&["image", "--output", "out.tar"], 2),
            (&["image", "notes"], 2),
            (&["image", "--output", "out.tar", "--tag", "Notes:1", "notes"], 2),
            (&["image", "--output", "out.tar", "no/such/executable"], 1),
            (&["build", "--frobnicate"], 2),
            (&["build", "one", "two"], 2),
            (&["build", "--target", "toaster", "no/such/folder"], 2),
            (&["build", "no/such/folder"], 1),
            (&["build", "--engine", "no/such/engine"], 1),
            (&["deploy"], 2),
            (&["deploy", "-oProxyCommand=true"], 2),
            (&["deploy", "pi@host;true"], 2),
            (&["completions", "no-such-shell"], 2),
            (&["theme", "no-such-file"], 2),
        ] {
            assert_eq!(exit_code(arguments), expected, "{arguments:?}");
        }
    }

    #[test]
    fn the_definition_of_the_command_line_is_consistent() {
        Graven::command().debug_assert();
    }
}
