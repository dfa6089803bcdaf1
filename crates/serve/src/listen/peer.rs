//! The other end of a connection.

use std::net::{IpAddr, SocketAddr};

/// Who is at the other end of a connection, or stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    /// An address; one of IPv4 in an IPv6 one is that of IPv4.
    Address(IpAddr),
    /// A program on this computer, by a unix socket.
    Unix,
}

impl Peer {
    /// Of an accepted TCP connection.
    pub(crate) fn of(address: SocketAddr) -> Self {
        Peer::Address(address.ip().to_canonical())
    }
}
