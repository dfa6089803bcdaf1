//! The error type of all commands: what is wrong and what to do, and the exit code.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    exit_code: u8,
}

/// The first word of a message of one line, as cargo has it and as each diagnostic of press begins.
const ERROR: &str = "error: ";

impl Error {
    /// A command that failed.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: format!("{ERROR}{}", message.into()), exit_code: 1 }
    }

    /// Content with errors. Each diagnostic of the report says what it is.
    pub(crate) fn report(report: String) -> Self {
        Self { message: report, exit_code: 1 }
    }

    /// A wrong command line.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { message: format!("{ERROR}{}\n\nFor more information, try '--help'.", message.into()), exit_code: 2 }
    }

    /// A file that could not be read or written, as `action` says.
    pub(crate) fn file(action: &str, path: &Path, source: &io::Error) -> Self {
        Self::new(format!("cannot {action} {}: {source}", path.display()))
    }

    /// The message, without the word that it begins with.
    pub(crate) fn without_level(&self) -> &str {
        self.message.strip_prefix(ERROR).unwrap_or(&self.message)
    }

    /// The exit code of the process: 2 for a wrong command line, 1 for everything else.
    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

/// Prints a line to standard error. If that is closed, nobody wants to know; `eprintln!` would panic.
pub(crate) fn say(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints to standard output. A closed pipe (`graven man | head -1`) is an error of one line; `print!` would panic.
pub(crate) fn print(text: impl AsRef<[u8]>) -> Result<(), Error> {
    io::stdout().write_all(text.as_ref()).map_err(|source| Error::file("write", Path::new("standard output"), &source))
}
