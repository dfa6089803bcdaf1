//! A site image as a list and as files: `notes list` and `notes extract`, `graven list` and `graven extract`.

mod extract;
mod list;
mod schedule;

use std::fmt;
use std::io;
use std::path::Path;

pub use extract::{Existing, extract};
pub use list::{Format, list};
pub use schedule::{Change, Scheduled, schedule};

/// Why a pack cannot be listed or extracted.
#[derive(Debug)]
pub enum Error {
    /// The pack is damaged.
    Pack(graven_pack::Error),
    /// Files cannot be written. The message says which, and what to do.
    Files(String),
}

impl Error {
    /// An error of the file system.
    fn at(path: &Path, error: &io::Error) -> Self {
        Self::Files(format!("{}: {error}", path.display()))
    }
}

impl From<graven_pack::Error> for Error {
    fn from(error: graven_pack::Error) -> Self {
        Self::Pack(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Pack(error) => error.fmt(f),
            Error::Files(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {}
