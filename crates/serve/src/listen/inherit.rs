//! Sockets that the process was started with: systemd's socket activation (`sd_listen_fds(3)`).
//!
//! systemd binds them, as root where the port asks for it, and keeps them open while one process leaves and the next one
//! starts: what connects meanwhile waits in their queue, and no connection is refused.
//!
//! There is one of each, so all workers accept from the same one. A connection wakes every worker that has nothing to do, and
//! all but one of them find nothing: some microseconds, at a time when there was nothing to do.

use std::io;
use std::path::PathBuf;

use listenfd::ListenFd;
use socket2::SockRef;

use crate::error::Error;
use crate::listen::address::Address;
use crate::listen::listener::{Bound, Listener, prepare};

/// The inherited sockets, each for so many workers; none where there are none, or where they are meant for another process.
///
/// The variables are removed from the environment, so that the sockets are taken once.
pub(crate) fn sockets(workers: usize) -> Result<Vec<Bound>, Error> {
    if !is_for_this_process(std::env::var("LISTEN_PID").ok().as_deref()) {
        return Ok(Vec::new());
    }
    let mut inherited = ListenFd::from_env();
    let bound = (0..inherited.len()).map(|number| {
        let bound = take(&mut inherited, number).and_then(|listener| share(&listener, workers));
        bound.map_err(|source| Error::Inherit { number: number + 1, source })
    });
    bound.collect()
}

/// A process that was started by the one that the sockets are meant for has the variables too.
fn is_for_this_process(listen_pid: Option<&str>) -> bool {
    listen_pid.and_then(|pid| pid.parse().ok()) == Some(std::process::id())
}

fn take(inherited: &mut ListenFd, number: usize) -> io::Result<Listener> {
    let tcp = inherited.take_tcp_listener(number);
    let listener = match tcp {
        Ok(listener) => listener.map(Listener::Tcp),
        Err(_) => inherited.take_unix_listener(number)?.map(Listener::Unix),
    };
    listener.ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn share(listener: &Listener, workers: usize) -> io::Result<Bound> {
    let (socket, address) = match listener {
        Listener::Tcp(tcp) => (SockRef::from(tcp), Address::Tcp(tcp.local_addr()?)),
        Listener::Unix(unix) => {
            let path = unix.local_addr()?.as_pathname().map_or_else(|| PathBuf::from("(abstract)"), PathBuf::from);
            (SockRef::from(unix), Address::Unix(path))
        }
    };
    // With `Accept=yes` it is a connection, and would fail at the first accept.
    if !socket.is_listener()? {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it does not listen"));
    }
    socket.set_nonblocking(true)?;
    if matches!(listener, Listener::Tcp(_)) {
        prepare(&socket)?;
    }
    let listeners = (0..workers).map(|_| listener.try_clone()).collect::<io::Result<_>>()?;
    Ok(Bound { address, listeners })
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
    fn every_worker_can_accept_what_waits_at_a_shared_socket() {
        let tcp = Listener::Tcp(TcpListener::bind("127.0.0.1:0").expect("a free port"));
        let bound = share(&tcp, 3).expect("it listens");
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
        let error = share(&Listener::Unix(UnixListener::from(std::os::fd::OwnedFd::from(connection))), 1);
        assert!(error.expect_err("it is a connection").to_string().contains("does not listen"));
    }
}
