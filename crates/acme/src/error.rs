//! Why a command failed: what was found, and what to do.

use std::fmt;
use std::io;
use std::path::Path;

use crate::problem::Problem;

/// Why a command failed. Its text is what the operator reads.
#[derive(Debug)]
pub enum Error {
    /// Something on this machine: an argument, a file of the state folder. One line that says what to do.
    Local(String),
    /// The CA cannot be reached, or its answer cannot be understood.
    Unreachable(String),
    /// The CA refused, and says why.
    Refused(Box<Problem>),
}

impl Error {
    /// What the CA says, if it refused.
    pub(crate) fn refusal(&self) -> Option<&Problem> {
        match self {
            Self::Refused(problem) => Some(problem),
            Self::Local(_) | Self::Unreachable(_) => None,
        }
    }

    /// An answer that does not have the form that the RFC says.
    pub(crate) fn answer(what: impl fmt::Display) -> Self {
        Self::Unreachable(format!("the CA's answer cannot be understood: {what}; is the --directory right?"))
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        let path = path.display();
        Self::Local(match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                format!("{path}: the disk is full; free some space and run this again, what was there is unchanged")
            }
            io::ErrorKind::PermissionDenied => {
                format!(
                    "{path}: permission denied; run this as the owner of the folder, or change its owner (chown) or mode (chmod 700)"
                )
            }
            io::ErrorKind::ReadOnlyFilesystem => {
                format!("{path}: the file system is read-only; choose another folder with --state, or remount it")
            }
            _ => format!("{path}: {error}"),
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(message) | Self::Unreachable(message) => f.write_str(message),
            Self::Refused(problem) => problem.fmt(f),
        }
    }
}

impl std::error::Error for Error {}
