//! Landlock: the process gives up rights that it no longer needs after start.
//!
//! Afterwards it cannot open files, but for those in the folders of its certificate, or start programs. If the kernel supports it, it also cannot bind or connect TCP
//! sockets, send signals to other processes, or reach their abstract Unix sockets. What is already open stays usable:
//! listening sockets, the socket to systemd, standard output.

use std::fmt;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope,
};

/// The newest ABI that this was tested with (Linux 6.15). On an older kernel, the rights that it supports are used.
const NEWEST: ABI = ABI::V7;

/// The result of [`confine`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confinement {
    /// The process is confined. ABI 4 and later include TCP; ABI 6 and later include signals and abstract Unix sockets.
    On {
        /// The version of Landlock's interface that the kernel supports.
        abi: u32,
    },
    /// The kernel has no Landlock, or it is disabled.
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

/// Confines this thread and all threads that it starts later. It can still read what is below the folders `readable`.
///
/// Call it between [`bind`](crate::Server::bind) and [`run`](crate::Server::run). It cannot be undone. Rights that the
/// kernel does not support are skipped.
///
/// ```
/// use graven_serve::{Config, Confinement, Server, confine};
///
/// # fn main() -> Result<(), graven_serve::Error> {
/// # let listen = vec![graven_serve::Address::Tcp(([127, 0, 0, 1], 0).into())];
/// let server = Server::bind(Config { listen, ..Config::default() })?;
/// // On a thread, so that the rest of this program is not confined.
/// std::thread::spawn(move || {
///     match confine(&[]) {
///         Confinement::On { abi } => assert!(abi >= 1 && std::fs::File::open("/etc/hostname").is_err()),
///         Confinement::Unavailable => eprintln!("this kernel has no Landlock"),
///     }
///     // server.run(pack, terminated())
///     drop(server);
/// })
/// .join()
/// .expect("the thread does not panic");
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn confine(readable: &[PathBuf]) -> Confinement {
    restrict(readable).unwrap_or(Confinement::Unavailable)
}

/// Restricts all rights, and allows reading these folders.
fn restrict(readable: &[PathBuf]) -> Result<Confinement, RulesetError> {
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?;
    // A folder that cannot be opened cannot be read now either.
    let folders = readable.iter().filter_map(|folder| PathFd::new(folder).ok());
    let rules = folders.map(|folder| -> Result<_, RulesetError> {
        Ok(PathBeneath::new(folder, AccessFs::ReadFile | AccessFs::ReadDir))
    });
    let status = ruleset.create()?.add_rules(rules)?.restrict_self()?;
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

    /// Runs `check` confined, on its own thread, since it cannot be undone. Without Landlock, there is nothing to
    /// check.
    fn confined(readable: Vec<PathBuf>, check: impl FnOnce(u32) + Send + 'static) {
        let run = move || match confine(&readable) {
            Confinement::On { abi } => check(abi),
            Confinement::Unavailable => eprintln!("not available"),
        };
        std::thread::spawn(run).join().expect("the check succeeds");
    }

    #[test]
    fn a_confined_process_opens_no_file_and_starts_no_program() {
        confined(Vec::new(), |_| {
            let executable = std::env::current_exe().expect("a path");
            assert_eq!(File::open(&executable).expect_err("confined").kind(), ErrorKind::PermissionDenied);
            assert_eq!(File::create("/tmp/x").expect_err("confined").kind(), ErrorKind::PermissionDenied);
            assert!(Command::new(executable).arg("--list").status().is_err());
        });
    }

    #[test]
    fn a_confined_process_reads_the_folders_that_it_may_and_writes_none() {
        let folder = std::env::temp_dir().join(format!("graven-confined-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("certificate.pem");
        std::fs::write(&file, "old").expect("a file");
        let (inside, replaced) = (file.clone(), folder.join("new"));
        confined(vec![folder.clone()], move |_| {
            assert_eq!(std::fs::read_to_string(&inside).expect("it may be read"), "old");
            assert_eq!(File::create(&inside).expect_err("confined").kind(), ErrorKind::PermissionDenied);
            assert_eq!(std::fs::rename(&inside, &replaced).expect_err("confined").kind(), ErrorKind::PermissionDenied);
            assert_eq!(File::open("/etc/hostname").expect_err("confined").kind(), ErrorKind::PermissionDenied);
        });
        std::fs::remove_dir_all(&folder).expect("the folder exists");
    }

    #[test]
    fn a_confined_process_serves_open_sockets_and_binds_or_connects_none() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let mut client = TcpStream::connect(listener.local_addr().expect("an address")).expect("it listens");
        confined(Vec::new(), move |abi| {
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
