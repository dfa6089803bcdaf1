//! What makes a command fail: one line that says what is wrong and what to do, and the exit code.

use std::fmt;
use std::io;
use std::path::Path;

/// The reason why a command ended without doing its work.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    code: u8,
}

/// The exit code of a command that was understood and failed.
const FAILED: u8 = 1;

/// The exit code of a command line that was not understood.
const USAGE: u8 = 2;

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: FAILED }
    }

    /// The command line was not understood.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self { message: format!("{message}; `notes --help` lists what there is"), code: USAGE }
    }

    /// The file system said no.
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
