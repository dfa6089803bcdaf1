//! What a server can be told, and its limits with their reasons.

use std::net::{Ipv6Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use crate::listen::Address;

/// All addresses of both families, so that a binary copied to another computer and run can be reached from this one.
pub const DEFAULT_ADDRESS: Address = Address::Tcp(SocketAddr::new(std::net::IpAddr::V6(Ipv6Addr::UNSPECIFIED), 8080));

/// Of a request's head. Browsers send less than 2 KiB; proxies that put cookies and tokens of other sites in, seldom more than 8.
/// hyper keeps as much a connection at most, so 10,000 hostile ones are bounded by 160 MiB.
pub const HEADER_BYTES: usize = 16 * 1024;

/// From the first wish for a request until its head is complete; so also how long a connection may be idle. Browsers open
/// connections ahead, and use them within seconds.
pub const HEADER_TIME: Duration = Duration::from_secs(30);

/// What is read of a request's body, or of what follows a malformed head, after it was answered and before the connection is
/// closed: closing with unread bytes would reset the connection, and the client might never see the answer (RFC 9112 §9.6).
pub const LINGER_BYTES: usize = 256 * 1024;

/// How long that may take. The client needs a round trip to see our half of the close.
pub const LINGER_TIME: Duration = Duration::from_secs(2);

/// How long a server that leaves waits for responses in flight. systemd kills after 90 seconds, Kubernetes after 30.
pub const DRAIN_DEADLINE: Duration = Duration::from_secs(10);

/// How long a server that leaves waits for the first request of a connection that it has just accepted.
pub const FIRST_REQUEST_TIME: Duration = Duration::from_secs(1);

/// How many connections wait to be accepted. The kernel takes the lesser of this and `net.core.somaxconn`, 4096 by default.
pub const BACKLOG: i32 = 4096;

/// How long nothing is accepted after accepting failed for want of something that others must give back first: descriptors,
/// memory.
pub const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a server can be told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen; all of them, and nowhere else.
    pub listen: Vec<Address>,
    /// How many threads answer, each with a listener of its own. A core each is what the hardware can do.
    pub workers: NonZeroUsize,
    /// How long to go on accepting after being told to leave, while answers already say `Connection: close`: for a load
    /// balancer to notice.
    pub drain_delay: Duration,
    /// How long after that to wait for responses in flight.
    pub drain_deadline: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: vec![DEFAULT_ADDRESS],
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            drain_delay: Duration::ZERO,
            drain_deadline: DRAIN_DEADLINE,
        }
    }
}
