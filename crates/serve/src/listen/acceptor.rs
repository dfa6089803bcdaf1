//! Accepts connections from a listening socket on a runtime.

use std::io;
use std::task::{Context, Poll};

use tokio::net::{TcpListener, UnixListener};

use super::listener::Listener;
use super::peer::Peer;
use super::socket::Socket;

/// A listener that is registered with its runtime.
pub(crate) enum Acceptor {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Acceptor {
    pub(crate) fn register(listener: Listener) -> io::Result<Self> {
        Ok(match listener {
            Listener::Tcp(listener) => Acceptor::Tcp(TcpListener::from_std(listener)?),
            Listener::Unix(listener) => Acceptor::Unix(UnixListener::from_std(listener)?),
        })
    }

    /// Returns the listener without its runtime. Accepting from it directly also finds connections that the runtime has
    /// not been notified of yet.
    pub(crate) fn deregister(self) -> io::Result<Listener> {
        Ok(match self {
            Acceptor::Tcp(listener) => Listener::Tcp(listener.into_std()?),
            Acceptor::Unix(listener) => Listener::Unix(listener.into_std()?),
        })
    }

    pub(crate) fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(Socket, Peer)>> {
        match self {
            Acceptor::Tcp(listener) => {
                listener.poll_accept(context).map_ok(|(socket, peer)| (Socket::Tcp(socket), Peer::of(peer)))
            }
            Acceptor::Unix(listener) => {
                listener.poll_accept(context).map_ok(|(socket, _)| (Socket::Unix(socket), Peer::Unix))
            }
        }
    }
}
