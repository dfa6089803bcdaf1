//! The author's command, which runs on the author's machine and never on the server. Each command is a module that takes the arguments after its name.
//! This file selects the command and turns its result into an exit code: 0 success, 1 failure, 2 wrong command line.

mod error;
mod image;

use std::process::ExitCode;

use error::Error;

const HELP: &str = "\
The author's command of Graven.

Usage: graven COMMAND [OPTION]...

Commands:
  image      Write a container image of built executables, without a container engine

Options:
  -h, --help     Print this help, or the help of the command before it
  -V, --version  Print the version

To make an image of a site for a Raspberry Pi:
  cargo build --release --target aarch64-unknown-linux-musl
  graven image --output notes.tar target/aarch64-unknown-linux-musl/release/notes
";

fn main() -> ExitCode {
    match run(lexopt::Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("graven: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(mut arguments: lexopt::Parser) -> Result<(), Error> {
    use lexopt::prelude::{Long, Short, Value};

    match arguments.next()? {
        Some(Value(command)) if command == "image" => image::run(arguments),
        Some(Value(command)) => Err(Error::usage(&format!("there is no command `{}`", command.display()))),
        Some(Short('h') | Long("help")) => error::print(HELP),
        Some(Short('V') | Long("version")) => error::print(concat!("graven ", env!("CARGO_PKG_VERSION"), "\n")),
        Some(other) => Err(other.unexpected().into()),
        None => Err(Error::usage("no command is given")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit_code(arguments: &[&str]) -> u8 {
        run(lexopt::Parser::from_args(arguments)).map_or_else(|error| error.exit_code(), |()| 0)
    }

    #[test]
    fn a_wrong_command_line_exits_with_two_and_a_failure_with_one() {
        for (arguments, expected) in [
            (&[][..], 2),
            (&["imge"], 2),
            (&["--frobnicate"], 2),
            (&["image"], 2),
            (&["image", "--output", "out.tar"], 2),
            (&["image", "notes"], 2),
            (&["image", "--output", "out.tar", "--tag", "Notes:1", "notes"], 2),
            (&["image", "--output", "out.tar", "no/such/executable"], 1),
        ] {
            assert_eq!(exit_code(arguments), expected, "{arguments:?}");
        }
    }

    #[test]
    fn help_lists_every_command() {
        assert!(HELP.contains("  image "));
    }
}
