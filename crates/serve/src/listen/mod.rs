//! Binds addresses: one listening socket for each address and worker.
//!
//! The workers' TCP listeners share a port with `SO_REUSEPORT`: the kernel distributes connections among them. A Unix
//! socket cannot be shared in this way; all workers accept from the same one.

pub(crate) mod acceptor;
pub(crate) mod address;
pub(crate) mod inherit;
pub(crate) mod listener;
#[cfg(feature = "tls")]
pub(crate) mod metered;
pub(crate) mod peer;
pub(crate) mod socket;

use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::{fs, io};

use socket2::{Domain, Protocol, Socket, Type};

use self::address::{Address, Service};
use self::listener::{BoundAddress, Listener, set_options};
use crate::error::Error;
use crate::limits::BACKLOG;

/// Binds an address, with a socket for each of `workers` workers.
pub(crate) fn bind(address: &Address, workers: usize) -> Result<BoundAddress, Error> {
    match address {
        Address::Unix(path) => bind_unix(path, workers),
        #[cfg(feature = "tls")]
        Address::Https(requested) | Address::Redirect(requested) => bind_tcp(*requested, address.service(), workers),
        Address::Tcp(requested) => bind_tcp(*requested, address.service(), workers),
    }
    .map_err(|source| Error::Listen { address: address.clone(), source })
}

fn bind_tcp(requested: SocketAddr, service: Service, workers: usize) -> io::Result<BoundAddress> {
    // Two programs that both set SO_REUSEPORT share a port without an error, and each gets half of the requests. So the
    // port is first bound exclusively; that socket is closed, and the workers' sockets follow. A port that the system
    // chooses is new and needs no such check.
    let sharing = if requested.port() == 0 { Sharing::Workers } else { Sharing::Alone };
    let first = match tcp_socket(requested, sharing) {
        Err(error) if lacks_ipv6(&error) && requested.ip() == std::net::Ipv6Addr::UNSPECIFIED => {
            tcp_socket(SocketAddr::from((Ipv4Addr::UNSPECIFIED, requested.port())), sharing)?
        }
        first => first?,
    };
    let address = first.local_addr()?.as_socket().unwrap_or(requested);
    let mut kept = Some(first).filter(|_| sharing == Sharing::Workers);
    let listeners = (0..workers).map(|_| {
        let socket = kept.take().map_or_else(|| tcp_socket(address, Sharing::Workers), Ok)?;
        socket.listen(BACKLOG)?;
        Ok(Listener::Tcp(socket.into()))
    });
    Ok(BoundAddress { address: Address::of(address, service), listeners: listeners.collect::<io::Result<_>>()? })
}

/// Returns whether the kernel has no IPv6.
fn lacks_ipv6(error: &io::Error) -> bool {
    // The number of EAFNOSUPPORT differs between Linux and the BSDs, and std has no kind for it.
    error.kind() == io::ErrorKind::AddrNotAvailable || matches!(error.raw_os_error(), Some(97 | 47))
}

/// Who may share a port.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    Alone,
    Workers,
}

/// Creates a non-blocking socket that is bound to the address.
fn tcp_socket(address: SocketAddr, sharing: Sharing) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    // Connections of a server that has just stopped remain in the kernel for a minute. They must not prevent the next
    // server from starting.
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(sharing == Sharing::Workers)?;
    set_options(&socket)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

fn bind_unix(path: &Path, workers: usize) -> io::Result<BoundAddress> {
    remove_stale(path)?;
    let first = UnixListener::bind(path)?;
    first.set_nonblocking(true)?;
    let listeners = (0..workers).map(|_| first.try_clone().map(Listener::Unix));
    Ok(BoundAddress { address: Address::Unix(path.to_owned()), listeners: listeners.collect::<io::Result<_>>()? })
}

/// Removes a socket file that no process listens on. A server does not remove its socket when it stops, because it may
/// no longer write by then. Other files are not removed.
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
    fn a_port_in_use_is_an_error_of_one_line_that_says_what_to_do() {
        let first = bind(&Address::Tcp(([127, 0, 0, 1], 0).into()), 2).expect("a free port");
        assert_eq!(first.listeners.len(), 2);
        let error = bind(&first.address, 2).expect_err("it is in use").to_string();
        assert!(error.contains("is in use") && error.contains("--listen") && !error.contains('\n'), "{error}");
    }

    #[test]
    fn the_socket_of_a_stopped_server_is_replaced() {
        let folder = std::env::temp_dir().join(format!("graven-listen-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let address = Address::Unix(folder.join("socket"));
        let first = bind(&address, 2).expect("a free path");
        let error = bind(&address, 1).expect_err("it is in use").to_string();
        assert!(error.contains("is in use"), "{error}");
        drop(first);
        drop(bind(&address, 1).expect("a stale socket"));
        fs::remove_dir_all(&folder).expect("the folder exists");
    }

    #[test]
    fn a_file_that_is_not_a_socket_is_not_removed() {
        let path = std::env::temp_dir().join(format!("graven-file-{}", std::process::id()));
        fs::write(&path, "precious").expect("a file");
        let error = bind(&Address::Unix(path.clone()), 1).expect_err("it is not a socket").to_string();
        let expected = format!("{} exists and is not a socket: remove it, or choose another path", path.display());
        assert_eq!(error, format!("unix:{expected} with --listen"));
        assert_eq!(fs::read_to_string(&path).expect("it is still there"), "precious");
        fs::remove_file(&path).expect("the file exists");
    }
}
