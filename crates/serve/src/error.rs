//! Why a server cannot start: the one error type of this crate, in one line, with what to do about it.

use std::{fmt, io};

use crate::listen::address::Address;

/// Why a server cannot start.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be listened on.
    Listen {
        /// The address.
        address: Address,
        /// What the system says.
        source: io::Error,
    },
    /// A socket that the process was started with cannot be served.
    Inherit {
        /// Which one of them, from 1 on.
        number: usize,
        /// What is wrong with it.
        source: io::Error,
    },
    /// `NOTIFY_SOCKET` names a socket that cannot be written to.
    Notify {
        /// What the system says.
        source: io::Error,
    },
    /// The site image has changed since it was written.
    Damaged {
        /// Where, and what is wrong.
        source: graven_pack::Error,
    },
    /// A thread or its runtime cannot be started.
    Worker {
        /// What the system says.
        source: io::Error,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Listen { address, source } => match source.kind() {
                io::ErrorKind::AddrInUse => write!(
                    f,
                    "{address} is in use: stop the program that listens there, or choose another with --listen"
                ),
                io::ErrorKind::AlreadyExists => {
                    write!(f, "{address} exists and is not a socket: remove it, or choose another path with --listen")
                }
                io::ErrorKind::AddrNotAvailable => {
                    write!(f, "{address} is not an address of this computer: choose one of its own with --listen")
                }
                io::ErrorKind::PermissionDenied => write!(
                    f,
                    "not allowed to listen on {address}: choose a port from 1024 on, or a folder that is yours, with --listen"
                ),
                _ if is_out_of_descriptors(source) => write!(
                    f,
                    "cannot listen on {address}: {source}; raise the limit on open files (`ulimit -n`, LimitNOFILE=), or take fewer --workers"
                ),
                _ => write!(f, "cannot listen on {address}: {source}; choose another address with --listen"),
            },
            Error::Inherit { number, source } => write!(
                f,
                "inherited socket {number} cannot be served: {source}; the socket unit needs ListenStream= and Accept=no"
            ),
            Error::Notify { source } => {
                write!(f, "NOTIFY_SOCKET cannot be written to: {source}; unset it where no service manager is told")
            }
            Error::Damaged { source } => {
                write!(f, "the site in this executable is damaged: {source}; copy the executable again")
            }
            Error::Worker { source } => {
                write!(
                    f,
                    "cannot start a worker: {source}; raise the limits on threads and open files, or take fewer --workers"
                )
            }
        }
    }
}

/// EMFILE and ENFILE, for which std has no kind; their numbers are the same on Linux, the BSDs and macOS.
fn is_out_of_descriptors(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(24 | 23))
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Damaged { source } => Some(source),
            Error::Listen { source, .. }
            | Error::Inherit { source, .. }
            | Error::Notify { source }
            | Error::Worker { source } => Some(source),
        }
    }
}
