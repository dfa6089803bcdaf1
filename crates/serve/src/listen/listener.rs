//! Listening sockets, before a runtime accepts from them.

use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use socket2::Socket;

use super::address::Address;
use crate::limits::{NOT_SENT_BYTES, RECEIVE_BYTES};

/// An address that is listened on: as it is, with the port that the system chose for port 0.
#[derive(Debug)]
pub(crate) struct Bound {
    pub(crate) address: Address,
    /// One for each worker.
    pub(crate) listeners: Vec<Listener>,
}

/// A listening socket that does not block.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// The same socket, for another worker.
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        match self {
            Listener::Tcp(listener) => listener.try_clone().map(Listener::Tcp),
            Listener::Unix(listener) => listener.try_clone().map(Listener::Unix),
        }
    }
}

/// Sets what accepted connections inherit.
pub(crate) fn prepare(listener: &Socket) -> io::Result<()> {
    // A response is written at once, so there is nothing to wait for with its last segment.
    listener.set_tcp_nodelay(true)?;
    // Bounds on what the kernel holds for a client: of what it does not take, and of what it sends and nobody reads.
    listener.set_tcp_notsent_lowat(NOT_SENT_BYTES)?;
    listener.set_recv_buffer_size(RECEIVE_BYTES)
}
