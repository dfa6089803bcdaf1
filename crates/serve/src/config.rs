//! What a server can be told, and its limits with their reasons.

use std::net::{Ipv6Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use http::HeaderName;

use crate::limits::{DRAIN_DEADLINE, Limits};
use crate::listen::address::Address;
use crate::observe::access_log::AccessLog;
use crate::observe::client::{CLIENT_ADDRESS_FIELD, TrustedProxy};

/// All addresses of both families, so that a binary copied to another computer and run can be reached from this one.
pub const DEFAULT_ADDRESS: Address = Address::Tcp(SocketAddr::new(std::net::IpAddr::V6(Ipv6Addr::UNSPECIFIED), 8080));

/// What a server can be told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen. With none, on the sockets that the process was started with, and without those on [`DEFAULT_ADDRESS`].
    pub listen: Vec<Address>,
    /// How many threads answer, each with a listener of its own. A core each is what the hardware can do.
    pub workers: NonZeroUsize,
    /// How long to go on accepting after being told to leave, while answers already say `Connection: close`: for a load
    /// balancer to notice.
    pub drain_delay: Duration,
    /// How long after that to wait for responses in flight.
    pub drain_deadline: Duration,
    /// What clients may ask for at most.
    pub limits: Limits,
    /// Where the operator asks for `/metrics`, `/healthz` and `/readyz`, if anywhere.
    pub admin: Option<Address>,
    /// How answers are logged, if at all.
    pub access_log: Option<AccessLog>,
    /// Whose word on the client's address is taken.
    pub trusted_proxies: Vec<TrustedProxy>,
    /// The field in which a trusted proxy names the client: `Forwarded` (RFC 7239), or one that holds a list of addresses.
    pub client_address_field: HeaderName,
    /// Which requests are answered before hyper is set up. For tests, which compare the two.
    #[doc(hidden)]
    pub plain_path: PlainPath,
}

/// Which requests are answered before hyper is set up.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainPath {
    /// Plain ones.
    #[default]
    On,
    /// None.
    Off,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: Vec::new(),
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            drain_delay: Duration::ZERO,
            drain_deadline: DRAIN_DEADLINE,
            limits: Limits::default(),
            admin: None,
            access_log: None,
            trusted_proxies: Vec::new(),
            client_address_field: CLIENT_ADDRESS_FIELD,
            plain_path: PlainPath::On,
        }
    }
}
