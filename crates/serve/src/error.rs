//! The error type of this crate. Each message is one line and says what to do.

use std::{fmt, io};

use crate::listen::address::Address;
#[cfg(feature = "tls")]
use crate::tls::TlsError;

/// The reason that a server cannot start.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// An address cannot be bound.
    Listen {
        /// The address.
        address: Address,
        /// The system's error.
        source: io::Error,
    },
    /// A socket inherited from the service manager cannot be used.
    Inherit {
        /// The number of the socket, starting at 1.
        number: usize,
        /// The reason.
        source: io::Error,
    },
    /// `NOTIFY_SOCKET` names a socket that cannot be connected to.
    Notify {
        /// The system's error.
        source: io::Error,
    },
    /// The index of the site image does not match its checksum.
    Damaged {
        /// The error that the check of the index found.
        source: graven_pack::Error,
    },
    /// TLS cannot be set up.
    #[cfg(feature = "tls")]
    Tls {
        /// The reason.
        source: TlsError,
    },
    /// A thread or its runtime cannot be started.
    Worker {
        /// The system's error.
        source: io::Error,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Listen { address, source } => write_listen(f, address, source),
            Error::Inherit { number, source } => write!(
                f,
                "cannot serve inherited socket {number}: {source}; the socket unit needs ListenStream= and Accept=no"
            ),
            Error::Notify { source } => {
                write!(
                    f,
                    "cannot connect to the socket in NOTIFY_SOCKET: {source}; unset the variable if no service manager started this process"
                )
            }
            Error::Damaged { source } => {
                write!(f, "the site in this executable is damaged: {source}; copy the executable again")
            }
            #[cfg(feature = "tls")]
            Error::Tls { source } => source.fmt(f),
            Error::Worker { source } => {
                write!(
                    f,
                    "cannot start a worker: {source}; raise the limits on threads and open files, or use fewer --workers"
                )
            }
        }
    }
}

/// Writes why an address cannot be listened on, and what to do.
fn write_listen(f: &mut fmt::Formatter<'_>, address: &Address, source: &io::Error) -> fmt::Result {
    match source.kind() {
        io::ErrorKind::AddrInUse => {
            write!(f, "{address} is in use: stop the program that listens there, or choose another with --listen")
        }
        io::ErrorKind::AlreadyExists => {
            write!(f, "{address} exists and is not a socket: remove it, or choose another path with --listen")
        }
        io::ErrorKind::AddrNotAvailable => {
            write!(f, "{address} is not an address of this computer: choose another with --listen")
        }
        io::ErrorKind::PermissionDenied => write!(
            f,
            "not allowed to listen on {address}: choose a port above 1023, or a folder that you can write to, with --listen"
        ),
        _ if is_out_of_descriptors(source) => write!(
            f,
            "cannot listen on {address}: {source}; raise the limit on open files (`ulimit -n`, LimitNOFILE=), or use fewer --workers"
        ),
        _ => write!(f, "cannot listen on {address}: {source}; choose another address with --listen"),
    }
}

/// Returns whether the error is EMFILE or ENFILE. std has no kind for them; their numbers are the same on Linux, the
/// BSDs and macOS.
fn is_out_of_descriptors(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(24 | 23))
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Damaged { source } => Some(source),
            #[cfg(feature = "tls")]
            Error::Tls { source } => Some(source),
            Error::Listen { source, .. }
            | Error::Inherit { source, .. }
            | Error::Notify { source }
            | Error::Worker { source } => Some(source),
        }
    }
}
