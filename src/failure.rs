//! The error type of all commands: one line that says what is wrong and what to do, and the exit code.

use std::fmt;
use std::io;
use std::path::Path;

/// Why a command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    code: u8,
}

/// The exit code of a command that failed.
const FAILED: u8 = 1;

/// The exit code of a wrong command line.
const USAGE: u8 = 2;

/// TLS is a feature of the build, because its cryptography needs a C compiler.
pub(crate) const WITHOUT_TLS: &str = "this executable was built without TLS; build it with `cargo build --release --features tls`, or with `graven build`, whose engines have it";

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: FAILED }
    }

    /// An error in the command line.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self { message: format!("{message}; `notes --help` lists commands and options"), code: USAGE }
    }

    /// An error of the file system.
    pub(crate) fn at(path: &Path, error: &io::Error) -> Self {
        Self::new(format!("{}: {error}", path.display()))
    }

    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<graven_pack::Error> for Failure {
    fn from(error: graven_pack::Error) -> Self {
        Self::new(format!("the site in this executable is damaged: {error}; copy the executable again"))
    }
}

impl From<graven_inspect::Error> for Failure {
    fn from(error: graven_inspect::Error) -> Self {
        match error {
            graven_inspect::Error::Pack(error) => error.into(),
            graven_inspect::Error::Files(message) => Self::new(message),
        }
    }
}
