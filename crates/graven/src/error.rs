//! What can go wrong in a command: one type, one line each, with what cures it. What a command was called with is told apart from what it then
//! met, as the exit code has it.

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::image::elf::{Fault, Platform};

/// Why a command did not do what it was called for.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command was called wrongly.
    Usage {
        /// What is wrong with the call.
        message: String,
    },
    /// A file could not be read or written.
    File {
        /// What was to be done with it: `read`, `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file is not an executable that an image can hold.
    Executable {
        /// The file.
        path: PathBuf,
        /// Why not.
        fault: Fault,
    },
    /// Two executables are for the same machine, of which an image holds one.
    SamePlatform {
        /// The machine.
        platform: Platform,
        /// The file named first.
        first: PathBuf,
        /// The file named second.
        second: PathBuf,
    },
    /// `SOURCE_DATE_EPOCH` is not a time.
    SourceDateEpoch {
        /// What it holds.
        value: String,
    },
}

impl Error {
    /// A wrong call.
    pub(crate) fn usage(message: String) -> Self {
        Self::Usage { message }
    }

    /// The exit code of the process: 2 for a wrong call, 1 for everything else.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage { .. } => 2,
            Self::File { .. } | Self::Executable { .. } | Self::SamePlatform { .. } | Self::SourceDateEpoch { .. } => 1,
        }
    }
}

impl From<lexopt::Error> for Error {
    fn from(error: lexopt::Error) -> Self {
        Self::usage(error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage { message } => {
                write!(out, "{message} (`graven --help` and `graven COMMAND --help` tell what there is)")
            }
            Self::File { action, path, source } => write!(out, "cannot {action} {}: {source}", path.display()),
            Self::Executable { path, fault } => write!(out, "{} {fault}", path.display()),
            Self::SamePlatform { platform, first, second } => write!(
                out,
                "{} and {} are both for {platform}, and an image holds one executable for each machine; leave one out",
                first.display(),
                second.display()
            ),
            Self::SourceDateEpoch { value } => {
                write!(
                    out,
                    "SOURCE_DATE_EPOCH is {value:?}, which is not a time in seconds since 1970; correct or unset it"
                )
            }
        }
    }
}

impl std::error::Error for Error {}

/// Prints to standard output. A reader that has gone (`graven --help | head -1`) is an error of one line, where `print!` would panic.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    io::stdout().write_all(text.as_bytes()).map_err(|source| Error::File {
        action: "write",
        path: PathBuf::from("standard output"),
        source,
    })
}
