//! Addresses to listen on: a TCP port or a Unix socket.

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
        )
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
    /// A TCP port. `[::]` accepts IPv6 and IPv4.
    Tcp(SocketAddr),
    /// A Unix socket at this path.
    Unix(PathBuf),
}

impl Address {
    /// Returns a URL that a client on this computer can open.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Address::Tcp(address) if address.ip().is_unspecified() => format!("http://localhost:{}/", address.port()),
            Address::Tcp(address) => format!("http://{address}/"),
            Address::Unix(_) => self.to_string(),
        }
    }
}

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let address = match text.strip_prefix("unix:") {
            Some(path) => (!path.is_empty()).then(|| Address::Unix(PathBuf::from(path))),
            None => text.parse().ok().map(Address::Tcp),
        };
        address.ok_or_else(|| InvalidAddress { given: text.to_owned() })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Tcp(address) => address.fmt(f),
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
