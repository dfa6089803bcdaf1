//! The peer of a connection.

use std::net::{IpAddr, SocketAddr};

/// The peer of a connection, or the client behind a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// An IP address. An IPv4-mapped IPv6 address is stored as IPv4.
    Address(IpAddr),
    /// A program on this computer, connected to a Unix socket.
    Unix,
}

impl Peer {
    /// Returns the peer of an accepted TCP connection.
    pub(crate) fn of(address: SocketAddr) -> Self {
        Peer::Address(address.ip().to_canonical())
    }
}
