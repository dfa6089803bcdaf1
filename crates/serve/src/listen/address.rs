//! Addresses to listen on: a TCP port, for HTTP or HTTPS, or a Unix socket.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

/// The error of parsing an [`Address`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAddress {
    given: String,
}

impl fmt::Display for InvalidAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given = &self.given;
        write!(
            f,
            "`{given}` is not an address to listen on: expected for example [::]:8080, 127.0.0.1:8080 or unix:/run/notes.sock"
        )?;
        if cfg!(feature = "tls") {
            f.write_str(", or with HTTPS https:[::]:8443 and redirect:[::]:8080")?;
        }
        if cfg!(not(feature = "tls")) && [HTTPS, REDIRECT].iter().any(|prefix| given.starts_with(prefix)) {
            f.write_str("; this program was built without the feature `tls`, which HTTPS needs")?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidAddress {}

/// An address that a server listens on.
///
/// ```
/// use graven_serve::Address;
///
/// let address: Address = "[::]:8080".parse()?;
/// assert_eq!(address.url(), "http://localhost:8080/");
///
/// let socket: Address = "unix:/run/notes.sock".parse()?;
/// assert_eq!(socket, Address::Unix("/run/notes.sock".into()));
///
/// assert!("localhost".parse::<Address>().is_err());
/// # Ok::<(), graven_serve::InvalidAddress>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A TCP port, for HTTP. `[::]` accepts IPv6 and IPv4.
    Tcp(SocketAddr),
    /// A TCP port, for HTTPS.
    #[cfg(feature = "tls")]
    Https(SocketAddr),
    /// A TCP port, for HTTP. It answers the challenges of certificate authorities, and redirects all else to HTTPS.
    #[cfg(feature = "tls")]
    Redirect(SocketAddr),
    /// A Unix socket at this path.
    Unix(PathBuf),
}

/// What the connections of an address are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// The site, over HTTP.
    Http,
    /// The site, over HTTPS.
    #[cfg(feature = "tls")]
    Https,
    /// Challenges and redirects.
    #[cfg(feature = "tls")]
    Redirect,
    /// A refusal: the client has spoken HTTP where HTTPS is expected.
    #[cfg(feature = "tls")]
    WithoutTls,
}

const HTTPS: &str = "https:";
const REDIRECT: &str = "redirect:";

impl Address {
    /// Returns the address and the port; `None` for a Unix socket.
    #[must_use]
    pub fn tcp(&self) -> Option<SocketAddr> {
        match self {
            Address::Tcp(address) => Some(*address),
            #[cfg(feature = "tls")]
            Address::Https(address) | Address::Redirect(address) => Some(*address),
            Address::Unix(_) => None,
        }
    }

    pub(crate) fn service(&self) -> Service {
        match self {
            Address::Tcp(_) | Address::Unix(_) => Service::Http,
            #[cfg(feature = "tls")]
            Address::Https(_) => Service::Https,
            #[cfg(feature = "tls")]
            Address::Redirect(_) => Service::Redirect,
        }
    }

    /// Returns the address of a TCP port for a service.
    pub(crate) fn of(address: SocketAddr, service: Service) -> Self {
        match service {
            Service::Http => Address::Tcp(address),
            #[cfg(feature = "tls")]
            Service::Https | Service::WithoutTls => Address::Https(address),
            #[cfg(feature = "tls")]
            Service::Redirect => Address::Redirect(address),
        }
    }

    /// Returns a URL that a client on this computer can open.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = match self.service() {
            #[cfg(feature = "tls")]
            Service::Https => "https",
            _ => "http",
        };
        match self.tcp() {
            Some(address) if address.ip().is_unspecified() => format!("{scheme}://localhost:{}/", address.port()),
            Some(address) => format!("{scheme}://{address}/"),
            None => self.to_string(),
        }
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let invalid = || InvalidAddress { given: text.to_owned() };
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.is_empty() { Err(invalid()) } else { Ok(Address::Unix(PathBuf::from(path))) };
        }
        let (service, port) = match text {
            #[cfg(feature = "tls")]
            _ if text.starts_with(HTTPS) => (Service::Https, &text[HTTPS.len()..]),
            #[cfg(feature = "tls")]
            _ if text.starts_with(REDIRECT) => (Service::Redirect, &text[REDIRECT.len()..]),
            _ => (Service::Http, text),
        };
        port.parse().map(|address| Address::of(address, service)).map_err(|_| invalid())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp(address) => address.fmt(f),
            #[cfg(feature = "tls")]
            Address::Https(address) => write!(f, "{HTTPS}{address}"),
            #[cfg(feature = "tls")]
            Address::Redirect(address) => write!(f, "{REDIRECT}{address}"),
            Address::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_parsed_and_displayed() {
        for text in ["[::]:8080", "127.0.0.1:80", "0.0.0.0:0", "[::1]:1", "unix:/run/notes.sock", "unix:notes.sock"] {
            assert_eq!(text.parse::<Address>().expect("an address").to_string(), text);
        }
        for text in ["", "8080", ":8080", "localhost:8080", "1.2.3.4", "unix:", "/run/notes.sock", "[::]:99999"] {
            let error = text.parse::<Address>().expect_err("not an address").to_string();
            assert!(
                error.contains(&format!("`{text}`")) && error.contains("expected for example [::]:8080"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_url_can_be_opened_on_this_computer() {
        for (text, url) in [
            ("[::]:8080", "http://localhost:8080/"),
            ("0.0.0.0:80", "http://localhost:80/"),
            ("127.0.0.1:81", "http://127.0.0.1:81/"),
            ("[::1]:82", "http://[::1]:82/"),
            ("unix:/run/notes.sock", "unix:/run/notes.sock"),
        ] {
            assert_eq!(text.parse::<Address>().expect("an address").url(), url);
        }
    }
}
