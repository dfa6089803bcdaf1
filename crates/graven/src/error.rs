//! The error type of all commands: one line that says what is wrong and what to do, and the exit code.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Error {
    message: String,
    exit_code: u8,
}

impl Error {
    /// A command that failed.
    pub(crate) fn new(message: String) -> Self {
        Self { message, exit_code: 1 }
    }

    /// A wrong command line.
    pub(crate) fn usage(message: &str) -> Self {
        let message = format!("{message}; `graven --help` lists commands, and `graven COMMAND --help` lists options");
        Self { message, exit_code: 2 }
    }

    /// A file that could not be read or written, as `action` says.
    pub(crate) fn file(action: &str, path: &Path, source: &io::Error) -> Self {
        Self::new(format!("cannot {action} {}: {source}", path.display()))
    }

    /// The exit code of the process: 2 for a wrong command line, 1 for everything else.
    pub(crate) fn exit_code(&self) -> u8 {
        self.exit_code
    }
}

impl From<lexopt::Error> for Error {
    fn from(error: lexopt::Error) -> Self {
        Self::usage(&error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

/// Prints to standard output. A closed pipe (`graven --help | head -1`) is an error of one line; `print!` would panic.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    io::stdout()
        .write_all(text.as_bytes())
        .map_err(|source| Error::file("write", Path::new("standard output"), &source))
}
