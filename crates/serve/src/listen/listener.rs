//! Listening sockets that are not yet registered with a runtime.

use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use socket2::Socket;

use super::address::Address;
use crate::limits::{NOT_SENT_BYTES, RECEIVE_BYTES};

/// An address and its listeners. Port 0 is replaced by the port that the system chose.
#[derive(Debug)]
pub(crate) struct BoundAddress {
    pub(crate) address: Address,
    /// One for each worker.
    pub(crate) listeners: Vec<Listener>,
}

/// A non-blocking listening socket.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// Duplicates the socket for another worker.
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        match self {
            Listener::Tcp(listener) => listener.try_clone().map(Listener::Tcp),
            Listener::Unix(listener) => listener.try_clone().map(Listener::Unix),
        }
    }
}

/// Sets the options that accepted connections inherit.
pub(crate) fn set_options(listener: &Socket) -> io::Result<()> {
    // A response is written at once; delaying its last segment would gain nothing.
    listener.set_tcp_nodelay(true)?;
    // These limit the memory that the kernel uses for a client: for data that the client does not read, and for data
    // that it sends and the server does not read.
    listener.set_tcp_notsent_lowat(NOT_SENT_BYTES)?;
    listener.set_recv_buffer_size(RECEIVE_BYTES)
}
