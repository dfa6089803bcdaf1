//! Configuration of a server.

use std::net::{Ipv6Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::time::Duration;

use http::HeaderName;

use crate::limits::{DRAIN_DEADLINE, Limits};
use crate::listen::address::Address;
use crate::observe::access_log::AccessLog;
use crate::observe::client::{CLIENT_ADDRESS_FIELD, TrustedProxy};
#[cfg(feature = "tls")]
use crate::tls::TlsConfig;

/// The address used if none is configured and no socket is inherited: port 8080 on every interface, IPv6 and IPv4, so
/// that a server copied to another computer can be reached from this one.
pub const DEFAULT_ADDRESS: Address = Address::Tcp(SocketAddr::new(std::net::IpAddr::V6(Ipv6Addr::UNSPECIFIED), 8080));

/// Configuration of a server.
///
/// ```
/// use std::num::NonZeroUsize;
/// use std::time::Duration;
///
/// use graven_serve::limits::Limits;
/// use graven_serve::{AccessLog, Config, LogFormat};
///
/// # fn main() -> Result<(), graven_serve::InvalidAddress> {
/// let config = Config {
///     listen: vec!["127.0.0.1:8080".parse()?, "unix:/run/notes.sock".parse()?],
///     workers: NonZeroUsize::MIN,
///     limits: Limits { idle_time: Duration::from_secs(30), ..Limits::default() },
///     admin: Some("127.0.0.1:9090".parse()?),
///     access_log: Some(AccessLog::new(LogFormat::Combined)),
///     ..Config::default()
/// };
/// # assert_eq!(config.listen.len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    /// The addresses to listen on. If empty, the server uses the sockets inherited from the service manager, or
    /// [`DEFAULT_ADDRESS`] if there are none.
    pub listen: Vec<Address>,
    /// The number of worker threads. The default is one per core.
    pub workers: NonZeroUsize,
    /// How long the server keeps accepting connections after shutdown begins. Responses already say `Connection:
    /// close`. This gives a load balancer time to notice.
    pub drain_delay: Duration,
    /// How long the server waits for responses in flight after that delay.
    pub drain_deadline: Duration,
    /// Limits on what clients may use.
    pub limits: Limits,
    /// The address of the admin listener, which serves `/metrics`, `/healthz` and `/readyz`. `None` turns it off.
    pub admin: Option<Address>,
    /// The access log. `None` turns it off.
    pub access_log: Option<AccessLog>,
    /// Peers that may name the client's address.
    pub trusted_proxies: Vec<TrustedProxy>,
    /// The field in which a trusted proxy names the client's address: `Forwarded` (RFC 7239), or any field that holds a
    /// list of addresses.
    pub client_address_field: HeaderName,
    /// The certificate for addresses of HTTPS.
    #[cfg(feature = "tls")]
    pub tls: TlsConfig,
    /// Whether plain requests are answered without hyper. For tests, which compare both ways.
    #[doc(hidden)]
    pub plain_path: PlainPath,
}

/// Whether plain requests are answered without hyper.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainPath {
    /// Plain requests are answered without hyper.
    #[default]
    On,
    /// hyper answers every request.
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
            #[cfg(feature = "tls")]
            tls: TlsConfig::default(),
            plain_path: PlainPath::On,
        }
    }
}
