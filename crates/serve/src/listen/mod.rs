//! Listening: from the addresses that were asked for to sockets, one of each for every worker.
//!
//! TCP listeners of several workers share a port by `SO_REUSEPORT`: the kernel deals connections out, and no worker waits for
//! another. A unix socket cannot be shared so; all workers accept from the same one.

pub(crate) mod acceptor;
pub(crate) mod address;
pub(crate) mod inherit;
pub(crate) mod listener;
pub(crate) mod peer;
pub(crate) mod socket;

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::{fs, io};

use socket2::{Domain, Protocol, Socket, Type};

use self::address::Address;
use self::listener::{Bound, Listener, prepare};
use crate::error::Error;
use crate::limits::BACKLOG;

/// Listens on an address, with a socket for each of so many workers.
pub(crate) fn bind(address: &Address, workers: usize) -> Result<Bound, Error> {
    match address {
        Address::Tcp(wanted) => bind_tcp(*wanted, workers),
        Address::Unix(path) => bind_unix(path, workers),
    }
    .map_err(|source| Error::Listen { address: address.clone(), source })
}

fn bind_tcp(wanted: SocketAddr, workers: usize) -> io::Result<Bound> {
    // Two programs that both ask for SO_REUSEPORT share a port without an error, and each gets half of the requests. So the
    // port is asked for alone first; the socket that shows that it is free is closed, and those of the workers follow. A port that
    // the system chooses is shared with nobody, unless it were given up in between.
    let sharing = if wanted.port() == 0 { Sharing::Workers } else { Sharing::Alone };
    let first = match tcp_socket(wanted, sharing) {
        Err(error) if lacks_ipv6(&error) && wanted.ip() == std::net::Ipv6Addr::UNSPECIFIED => {
            tcp_socket(SocketAddr::from((Ipv4Addr::UNSPECIFIED, wanted.port())), sharing)?
        }
        first => first?,
    };
    let found = first.local_addr()?.as_socket().unwrap_or(wanted);
    let mut kept = Some(first).filter(|_| sharing == Sharing::Workers);
    let listeners = (0..workers).map(|_| {
        let socket = kept.take().map_or_else(|| tcp_socket(found, Sharing::Workers), Ok)?;
        socket.listen(BACKLOG)?;
        Ok(Listener::Tcp(socket.into()))
    });
    Ok(Bound { address: Address::Tcp(found), listeners: listeners.collect::<io::Result<_>>()? })
}

/// Whether the kernel was built or started without IPv6.
fn lacks_ipv6(error: &io::Error) -> bool {
    // Linux and the BSDs differ in the number of EAFNOSUPPORT, and std has no kind for it.
    error.kind() == io::ErrorKind::AddrNotAvailable || matches!(error.raw_os_error(), Some(97 | 47))
}

/// With whom a port is shared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    Alone,
    Workers,
}

/// A bound socket that does not block.
fn tcp_socket(address: SocketAddr, sharing: Sharing) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    // Connections of a server that has just left linger in the kernel for a minute, and must not keep the next from starting.
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(sharing == Sharing::Workers)?;
    prepare(&socket)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

fn bind_unix(path: &Path, workers: usize) -> io::Result<Bound> {
    remove_stale(path)?;
    let first = UnixListener::bind(path)?;
    first.set_nonblocking(true)?;
    let listeners = (0..workers).map(|_| first.try_clone().map(Listener::Unix));
    Ok(Bound { address: Address::Unix(path.to_owned()), listeners: listeners.collect::<io::Result<_>>()? })
}

/// Removes the socket that a server left behind which nobody listens on any more. (It is not removed when a server leaves:
/// then the process may not write any more.) What is not a socket is left alone.
fn remove_stale(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.file_type().is_socket() => match UnixStream::connect(path) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
            Err(error) => Err(error),
            Ok(_) => Err(io::ErrorKind::AddrInUse.into()),
        },
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_one_line_that_says_what_to_do() {
        let first = bind(&Address::Tcp(([127, 0, 0, 1], 0).into()), 2).expect("a free port");
        assert_eq!(first.listeners.len(), 2);
        let error = bind(&first.address, 2).expect_err("it is in use").to_string();
        assert!(error.contains("is in use") && error.contains("--listen") && !error.contains('\n'), "{error}");
    }

    #[test]
    fn the_socket_of_a_server_that_has_left_is_taken_over() {
        let folder = std::env::temp_dir().join(format!("graven-listen-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let address = Address::Unix(folder.join("socket"));
        let first = bind(&address, 2).expect("a free path");
        let error = bind(&address, 1).expect_err("it is in use").to_string();
        assert!(error.contains("is in use"), "{error}");
        drop(first);
        drop(bind(&address, 1).expect("a stale socket"));
        fs::remove_dir_all(&folder).expect("the folder is ours");
    }

    #[test]
    fn a_file_that_is_no_socket_is_left_alone() {
        let path = std::env::temp_dir().join(format!("graven-file-{}", std::process::id()));
        fs::write(&path, "precious").expect("a file");
        let error = bind(&Address::Unix(path.clone()), 1).expect_err("it is no socket").to_string();
        let expected = format!("{} exists and is not a socket: remove it, or choose another path", path.display());
        assert_eq!(error, format!("unix:{expected} with --listen"));
        assert_eq!(fs::read_to_string(&path).expect("it is still there"), "precious");
        fs::remove_file(&path).expect("the file is ours");
    }
}
