//! Landlock: a process that has started gives up what it needs no more.
//!
//! Afterwards it can open no file, start no program, and, as far as the kernel knows how, neither bind nor connect a TCP socket,
//! nor reach processes outside by signals or abstract unix sockets. What is open already stays usable: listening sockets, the
//! socket to systemd, standard output.

use std::fmt;

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, Ruleset, RulesetAttr, RulesetError, RulesetStatus, Scope,
};

/// The newest set of rights that this was tried with (Linux 6.15). Of an older kernel, as much is asked for as it knows.
const NEWEST: ABI = ABI::V7;

/// How far a process was confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confinement {
    /// It is, by this version of the kernel's interface. From 4 on TCP is included, from 6 on signals and abstract sockets.
    On {
        /// The version.
        abi: u32,
    },
    /// The kernel has no Landlock, or it is switched off.
    Unavailable,
}

impl fmt::Display for Confinement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Confinement::On { abi } => write!(f, "landlock: on (ABI {abi})"),
            Confinement::Unavailable => f.write_str("landlock: not available"),
        }
    }
}

/// Confines this thread, and with it each that it will start: to be called between [`bind`](crate::Server::bind) and
/// [`run`](crate::Server::run). It cannot be undone, and what the kernel does not know is left out.
#[must_use]
pub fn confine() -> Confinement {
    restrict().unwrap_or(Confinement::Unavailable)
}

/// Handles every right and allows none.
fn restrict() -> Result<Confinement, RulesetError> {
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?;
    let status = ruleset.create()?.restrict_self()?;
    Ok(match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _) => Confinement::Unavailable,
        (_, LandlockStatus::Available { effective_abi, .. }) => Confinement::On { abi: effective_abi as u32 },
        _ => Confinement::Unavailable,
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{ErrorKind, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::process::Command;

    use super::*;

    /// On a thread of its own, since it cannot be undone. Where the kernel has no Landlock there is nothing to see.
    fn confined(look: impl FnOnce(u32) + Send + 'static) {
        let look = || match confine() {
            Confinement::On { abi } => look(abi),
            Confinement::Unavailable => eprintln!("not available"),
        };
        std::thread::spawn(look).join().expect("what it looks at is as it should be");
    }

    #[test]
    fn no_file_is_opened_and_no_program_started() {
        confined(|_| {
            let executable = std::env::current_exe().expect("a path");
            assert_eq!(File::open(&executable).expect_err("confined").kind(), ErrorKind::PermissionDenied);
            assert_eq!(File::create("/tmp/x").expect_err("confined").kind(), ErrorKind::PermissionDenied);
            assert!(Command::new(executable).arg("--list").status().is_err());
        });
    }

    #[test]
    fn what_is_open_is_served_and_nothing_else_is_bound_or_connected() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let mut client = TcpStream::connect(listener.local_addr().expect("an address")).expect("it listens");
        confined(move |abi| {
            let address = listener.local_addr().expect("an address");
            let (mut served, _) = listener.accept().expect("a connection waits");
            served.write_all(b"!").expect("it is open");
            if abi >= 4 {
                assert_eq!(TcpStream::connect(address).expect_err("confined").kind(), ErrorKind::PermissionDenied);
                assert_eq!(TcpListener::bind("127.0.0.1:0").expect_err("confined").kind(), ErrorKind::PermissionDenied);
            }
        });
        let mut byte = [0];
        client.read_exact(&mut byte).expect("a byte was sent");
    }
}
