//! Sockets inherited from the service manager: systemd's socket activation (`sd_listen_fds(3)`).
//!
//! systemd binds them, as root if the port requires it, and keeps them open while one process stops and the next one
//! starts. Connections that arrive in between wait in the queue; none is refused.
//!
//! There is one socket for each address, so all workers accept from the same one. A connection wakes every idle worker,
//! and all but one of them find nothing to accept. This costs some microseconds of a worker that was idle.
//!
//! A socket that its unit calls `https` or `redirect` (`FileDescriptorName=`) is for that.

use std::io;
use std::path::PathBuf;

use listenfd::ListenFd;
use socket2::SockRef;

use crate::error::Error;
use crate::listen::address::{Address, Service};
use crate::listen::listener::{BoundAddress, Listener, set_options};

/// Returns the inherited sockets, each shared by `workers` workers. Returns none if there are none or if they are meant
/// for another process.
///
/// Removes the variables from the environment, so that the sockets are taken only once.
pub(crate) fn sockets(workers: usize) -> Result<Vec<BoundAddress>, Error> {
    if !is_for_this_process(std::env::var("LISTEN_PID").ok().as_deref()) {
        return Ok(Vec::new());
    }
    let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
    let mut names = names.split(':');
    let mut inherited = ListenFd::from_env();
    let bound = (0..inherited.len()).map(|number| {
        let service = service(names.next().unwrap_or_default());
        let bound = take(&mut inherited, number).and_then(|listener| share(&listener, service, workers));
        bound.map_err(|source| Error::Inherit { number: number + 1, source })
    });
    bound.collect()
}

/// A child of the process that the sockets are meant for inherits the variables too.
fn is_for_this_process(listen_pid: Option<&str>) -> bool {
    listen_pid.and_then(|pid| pid.parse().ok()) == Some(std::process::id())
}

/// Returns what the connections of a socket with this name are served.
fn service(name: &str) -> Service {
    match name {
        #[cfg(feature = "tls")]
        "https" => Service::Https,
        #[cfg(feature = "tls")]
        "redirect" => Service::Redirect,
        _ => Service::Http,
    }
}

fn take(inherited: &mut ListenFd, number: usize) -> io::Result<Listener> {
    let tcp = inherited.take_tcp_listener(number);
    let listener = match tcp {
        Ok(listener) => listener.map(Listener::Tcp),
        Err(_) => inherited.take_unix_listener(number)?.map(Listener::Unix),
    };
    listener.ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn share(listener: &Listener, service: Service, workers: usize) -> io::Result<BoundAddress> {
    let (socket, address) = match listener {
        Listener::Tcp(tcp) => (SockRef::from(tcp), Address::of(tcp.local_addr()?, service)),
        Listener::Unix(unix) => {
            let path = unix.local_addr()?.as_pathname().map_or_else(|| PathBuf::from("(abstract)"), PathBuf::from);
            (SockRef::from(unix), Address::Unix(path))
        }
    };
    // With `Accept=yes`, the socket is a connection, and the first accept would fail.
    if !socket.is_listener()? {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a listening socket"));
    }
    socket.set_nonblocking(true)?;
    if matches!(listener, Listener::Tcp(_)) {
        set_options(&socket)?;
    }
    let listeners = (0..workers).map(|_| listener.try_clone()).collect::<io::Result<_>>()?;
    Ok(BoundAddress { address, listeners })
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::os::unix::net::{UnixListener, UnixStream};

    use super::*;

    #[test]
    fn sockets_for_another_process_are_not_taken() {
        let own = std::process::id().to_string();
        for (listen_pid, is_ours) in [(None, false), (Some(""), false), (Some("1"), false), (Some(&*own), true)] {
            assert_eq!(is_for_this_process(listen_pid), is_ours, "{listen_pid:?}");
        }
    }

    #[test]
    fn every_worker_can_accept_from_a_shared_socket() {
        let tcp = Listener::Tcp(TcpListener::bind("127.0.0.1:0").expect("a free port"));
        let bound = share(&tcp, Service::Http, 3).expect("it listens");
        let Address::Tcp(address) = bound.address else { panic!("it is TCP") };
        for listener in &bound.listeners {
            let Listener::Tcp(listener) = listener else { panic!("it is TCP") };
            assert_eq!(listener.accept().expect_err("nothing waits").kind(), io::ErrorKind::WouldBlock);
            let _client = TcpStream::connect(address).expect("it listens");
            assert!(listener.accept().expect("a connection").0.nodelay().expect("an option"));
        }
    }

    #[test]
    fn a_socket_that_does_not_listen_is_refused() {
        let (connection, _peer) = UnixStream::pair().expect("a pair");
        let error =
            share(&Listener::Unix(UnixListener::from(std::os::fd::OwnedFd::from(connection))), Service::Http, 1);
        assert!(error.expect_err("it is a connection").to_string().contains("not a listening socket"));
    }
}
