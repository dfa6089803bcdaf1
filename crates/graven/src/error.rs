//! The error type of all commands. Each error is one line that says what is wrong and what to do.

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::image::elf::{Fault, Platform};

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Error {
    /// The command line is wrong.
    Usage {
        /// What is wrong with it.
        message: String,
    },
    /// A file could not be read or written.
    File {
        /// The action that failed: `read`, `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file is not an executable that an image can contain.
    Executable {
        /// The file.
        path: PathBuf,
        /// Why not.
        fault: Fault,
    },
    /// Two executables are for the same machine; an image contains one for each.
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
        /// Its value.
        value: String,
    },
}

impl Error {
    /// A wrong command line.
    pub(crate) fn usage(message: String) -> Self {
        Self::Usage { message }
    }

    /// The exit code of the process: 2 for a wrong command line, 1 for everything else.
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
                write!(out, "{message}; `graven --help` lists commands, and `graven COMMAND --help` lists options")
            }
            Self::File { action, path, source } => write!(out, "cannot {action} {}: {source}", path.display()),
            Self::Executable { path, fault } => write!(out, "{} {fault}", path.display()),
            Self::SamePlatform { platform, first, second } => write!(
                out,
                "{} and {} are both for {platform}; an image contains one executable for each machine, so leave one out",
                first.display(),
                second.display()
            ),
            Self::SourceDateEpoch { value } => {
                write!(
                    out,
                    "SOURCE_DATE_EPOCH: expected a time in seconds since 1970, found {value:?}; correct it or unset it"
                )
            }
        }
    }
}

impl std::error::Error for Error {}

/// Prints to standard output. A closed pipe (`graven --help | head -1`) is an error of one line; `print!` would panic.
pub(crate) fn print(text: &str) -> Result<(), Error> {
    io::stdout().write_all(text.as_bytes()).map_err(|source| Error::File {
        action: "write",
        path: PathBuf::from("standard output"),
        source,
    })
}
