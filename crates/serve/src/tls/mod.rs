//! TLS: which certificate a server shows, and how it negotiates.
//!
//! 1. [`certificate`] reads a chain and its key, and refuses those that cannot work.
//! 2. [`chain`] finds what clients will dislike about one that does.
//! 3. [`store`] keeps the current one for all workers, and replaces it without closing a connection.
//! 4. [`challenge`] finds the answers that `notes certificate` has left for a certificate authority.
//! 5. [`expiry`] takes a renewed certificate, and warns the operator before one expires.
//! 6. [`Tls`] is what workers need: rustls' configuration, made from the store.
//!
//! rustls gets its cryptography from ring, whose ChaCha20-Poly1305 and P-256 are in assembly for aarch64: a Raspberry Pi 4 has no AES
//! instructions. Measured: bench/NOTES.md.

mod certificate;
mod chain;
pub(crate) mod challenge;
mod expiry;
mod settings;
mod store;

use std::net::Ipv6Addr;
use std::sync::Arc;

use http::HeaderValue;
use rustls::crypto::ring;
use rustls::server::NoServerSessionStorage;
use rustls::{CipherSuite, ServerConfig, SupportedCipherSuite, version};
use tokio_rustls::TlsAcceptor;

pub(crate) use self::expiry::watch;
pub use self::settings::{Hsts, InvalidHsts, TlsConfig, TlsError};
use self::store::Store;
use crate::config::{Config, DEFAULT_ADDRESS};
use crate::error::Error;
use crate::limits::TLS_BUFFER_BYTES;
use crate::listen::address::{Address, Service};
use crate::listen::listener::BoundAddress;
use crate::observe::stderr::report;

/// The protocols of ALPN (RFC 7301), best first.
const HTTP2: &[u8] = b"h2";
const HTTP11: &[u8] = b"http/1.1";
const HTTP10: &[u8] = b"http/1.0";

/// What the workers of a server share for TLS.
#[derive(Debug)]
pub(crate) struct Tls {
    config: Arc<ServerConfig>,
    pub(crate) store: Arc<Store>,
    /// The value of `Strict-Transport-Security` (RFC 6797 §6.1), and its line in a head.
    pub(crate) hsts: Option<(HeaderValue, Vec<u8>)>,
    /// The port of HTTPS in redirects of requests that name a port themselves.
    pub(crate) port: u16,
    /// The host that the pages of the site name.
    host: Option<String>,
}

/// What a client has negotiated by ALPN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Negotiated {
    Http1,
    Http2,
    /// Nothing: the client speaks HTTP without TLS.
    Nothing,
    /// The client was a certificate authority, and has seen what it came for (RFC 8737 §3).
    Challenge,
}

/// The addresses that are used if none is configured and no socket is inherited.
pub(crate) fn default_addresses(config: &Config) -> Vec<Address> {
    if !config.tls.is_set() {
        return vec![DEFAULT_ADDRESS];
    }
    let anywhere = |port: u16| (Ipv6Addr::UNSPECIFIED, port).into();
    vec![Address::Https(anywhere(8443)), Address::Redirect(anywhere(8080))]
}

/// Prepares TLS if an address is for HTTPS.
pub(crate) fn open(config: &Config, bound: &[BoundAddress]) -> Result<Option<Arc<Tls>>, Error> {
    let settings = &config.tls;
    let https = bound.iter().find(|bound| bound.address.service() == Service::Https);
    let is_redirected = bound.iter().any(|bound| bound.address.service() == Service::Redirect);
    let tls = match https.and_then(|bound| bound.address.tcp()) {
        Some(address) => Tls::new(settings, address.port()).map(|tls| Some(Arc::new(tls))),
        None if settings.is_set() => Err(TlsError::NoAddress),
        None if is_redirected => Err(TlsError::NothingToRedirectTo),
        None => {
            if ![Hsts::Off, Hsts::default()].contains(&settings.hsts) {
                report(UNUSED_HSTS);
            }
            Ok(None)
        }
    };
    tls.map_err(|source| Error::Tls { source })
}

const UNUSED_HSTS: &str =
    "warning: --hsts has no effect without an address for HTTPS; a proxy that ends TLS has to send the field itself";

impl Tls {
    /// Reads the certificate and prepares handshakes.
    fn new(settings: &TlsConfig, port: u16) -> Result<Self, TlsError> {
        let store = Arc::new(Store::open(settings.source()?)?);
        let config = Arc::new(server_config(&store)?);
        let hsts = match settings.hsts.clone() {
            Hsts::Off => None,
            Hsts::On(value) => {
                let line = [b"strict-transport-security: ", value.as_bytes(), b"\r\n"].concat();
                Some((value, line))
            }
        };
        let tls = Tls { config, store, hsts, port, host: settings.host.clone() };
        for doubt in tls.doubts() {
            report(&doubt);
        }
        Ok(tls)
    }

    /// Returns what clients will dislike about the certificate.
    fn doubts(&self) -> Vec<String> {
        self.store.doubts(self.host.as_deref())
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

/// rustls' configuration: TLS 1.2 and 1.3 with the cipher suites of Mozilla's intermediate profile (ring has no others), no session without a
/// ticket, and tickets under keys that change every six hours and never leave the process.
fn server_config(store: &Arc<Store>) -> Result<ServerConfig, TlsError> {
    let mut provider = ring::default_provider();
    let has_aes = has_aes_instructions();
    if !has_aes {
        provider.cipher_suites.sort_by_key(|suite| !is_chacha(suite));
    }
    let no_config = |error: rustls::Error| TlsError::Negotiation { source: error };
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .map_err(no_config)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::clone(store) as Arc<_>);
    // A client says by its order what is fast for it. Without AES instructions this server is the slower of the two.
    config.ignore_client_order = !has_aes;
    config.alpn_protocols = vec![HTTP2.to_vec(), HTTP11.to_vec(), HTTP10.to_vec()];
    if store.has_challenges() {
        config.alpn_protocols.push(challenge::PROTOCOL.to_vec());
    }
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.ticketer = ring::Ticketer::new().map_err(no_config)?;
    Ok(config)
}

fn is_chacha(suite: &SupportedCipherSuite) -> bool {
    matches!(
        suite.suite(),
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
    )
}

/// Returns whether the processor has instructions for AES. A Raspberry Pi 4 has none, a Pi 5 has.
fn has_aes_instructions() -> bool {
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("aes");
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    return std::arch::is_x86_feature_detected!("aes");
    #[cfg(not(any(target_arch = "aarch64", target_arch = "x86", target_arch = "x86_64")))]
    return false;
}

/// Reads what the handshake has negotiated, and bounds what the session buffers from now on.
pub(crate) fn after_handshake(session: &mut rustls::ServerConnection) -> Negotiated {
    session.set_buffer_limit(Some(TLS_BUFFER_BYTES));
    match session.alpn_protocol() {
        Some(HTTP2) => Negotiated::Http2,
        Some(challenge::PROTOCOL) => Negotiated::Challenge,
        _ => Negotiated::Http1,
    }
}
