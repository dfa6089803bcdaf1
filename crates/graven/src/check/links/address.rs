//! The addresses that are worth asking for: those that a reader on another machine could reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::host;
use super::reference::Reference;

/// What browsers encode in paths and queries (URL Standard, path percent-encode set); other characters than those of ASCII too.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'{').add(b'}');

/// An address of another site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Without the part of the page, which no server is told.
    pub(super) url: String,
    /// In lower case, without a port.
    pub(super) host: String,
    /// The port, if it is written.
    pub(super) port: Option<u16>,
    pub(super) is_secure: bool,
}

/// Names that no public host has (RFC 2606, RFC 6761, RFC 6762, RFC 7686, and what networks at home use).
const RESERVED: [&str; 12] = [
    "example",
    "example.com",
    "example.net",
    "example.org",
    "home.arpa",
    "internal",
    "invalid",
    "lan",
    "local",
    "localhost",
    "onion",
    "test",
];

impl Address {
    /// The address of a URL. `None` if nobody else could reach it, or if it is none of HTTP.
    pub(super) fn of(url: &str) -> Option<Self> {
        Self::parse(url).filter(|address| match address.ip() {
            Some(ip) => is_public(ip),
            None => address.has_public_name(),
        })
    }

    /// The parts of a URL, whatever its host.
    pub(super) fn parse(url: &str) -> Option<Self> {
        let parts = Reference::of(url.trim());
        let scheme = parts.scheme?.to_ascii_lowercase();
        let is_secure = match scheme.as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let (user, host) = parts.authority?.rsplit_once('@').unwrap_or(("", parts.authority?));
        let (host, port) = match host.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
            _ => (host, None),
        };
        let user = if user.is_empty() { String::new() } else { format!("{user}@") };
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let authority = format!("{user}{}{port}", host::in_ascii(host)?);
        let whole = Reference { scheme: Some(&scheme), authority: Some(&authority), ..parts };
        let url = utf8_percent_encode(&whole.from(whole), ENCODED).to_string();
        let parsed: http::Uri = url.parse().ok()?;
        let host = parsed.host()?.trim_end_matches('.').to_ascii_lowercase();
        Some(Self { url, host, port: parsed.port_u16(), is_secure })
    }

    /// Where a redirect from here leads (RFC 9110 §10.2.2). `None` if it is no address of HTTP.
    pub(super) fn join(&self, location: &str) -> Option<Self> {
        Self::parse(&Reference::of(location.trim()).from(Reference::of(&self.url)))
    }

    /// The address of the host in the network, if it is written as one.
    pub(super) fn ip(&self) -> Option<IpAddr> {
        self.host.trim_matches(['[', ']']).parse().ok()
    }

    /// Whether a host on the public network could have this name.
    pub(super) fn has_public_name(&self) -> bool {
        let is_below =
            |name: &&str| self.host.strip_suffix(*name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        // A name without a dot is one of the local network. One that ends with a number is an address in an odd form, such as 127.1 (URL Standard, host parsing).
        let is_number = |label: &str| label.starts_with(|first: char| first.is_ascii_digit());
        let last = self.host.rsplit_once('.').map(|(_, last)| last);
        last.is_some_and(|last| !is_number(last)) && !RESERVED.iter().any(is_below)
    }
}

/// Whether an address of the Internet Protocol is one of the public network.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => ip.to_ipv4_mapped().map_or_else(|| is_public_v6(ip), is_public_v4),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    // RFC 6598: the networks of providers.
    let is_shared = first == 100 && second & 0xc0 == 64;
    let is_local = ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified() || first == 0;
    // Multicast, reserved, broadcast: 224 and more.
    !is_local && !is_shared && !ip.is_documentation() && first < 224
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let is_local = ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local();
    // RFC 3849: documentation.
    let is_documentation = ip.segments()[..2] == [0x2001, 0xdb8];
    !is_local && !is_documentation && !ip.is_multicast()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_reader_can_reach_is_left_out() {
        for (url, expected) in [
            ("https://rust-lang.org/a?b#c", Some("rust-lang.org")),
            ("HTTP://Rust-Lang.org:80/", Some("rust-lang.org")),
            ("https://1.1.1.1/", Some("1.1.1.1")),
            ("https://[2606:4700::1]/", Some("[2606:4700::1]")),
            ("https://notexample.org/", Some("notexample.org")),
            ("https://example.org/", None),
            ("https://www.example.com", None),
            ("http://localhost:8080/", None),
            ("http://raspberrypi.local/", None),
            ("http://raspberrypi/", None),
            ("http://192.168.0.1/", None),
            ("http://127.0.0.1:8080/", None),
            ("http://[::1]/", None),
            ("http://[::ffff:10.0.0.1]/", None),
            ("http://100.64.0.1/", None),
            ("http://192.0.2.1/", None),
            ("ftp://rust-lang.org/", None),
            ("mailto:a@rust-lang.org", None),
            ("https://", None),
            ("https://a b.org/", None),
            ("https://Müller.de/", Some("xn--mller-kva.de")),
            ("https://user:word@rust-lang.org:443", Some("rust-lang.org")),
            ("http://127.1/", None),
            ("http://0x7f.0.0.0x1/", None),
        ] {
            assert_eq!(Address::of(url).map(|address| address.host).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn a_location_is_relative_to_the_address_before() {
        let address = Address::parse("https://a.org:8443/b/c?d#e").expect("an address");
        assert_eq!(address.url, "https://a.org:8443/b/c?d");
        assert_eq!((address.host.as_str(), address.port), ("a.org", Some(8443)));
        for (location, expected) in [
            ("http://b.org/x", Some("http://b.org/x")),
            ("//b.org/x", Some("https://b.org/x")),
            ("/x?y", Some("https://a.org:8443/x?y")),
            ("x", Some("https://a.org:8443/b/x")),
            ("?x", Some("https://a.org:8443/b/c?x")),
            ("ftp://b.org/", None),
            ("/login?next=https://b.org/", Some("https://a.org:8443/login?next=https://b.org/")),
            ("../x", Some("https://a.org:8443/x")),
            ("./x/../y/", Some("https://a.org:8443/b/y/")),
            ("#x", Some("https://a.org:8443/b/c?d")),
            ("", Some("https://a.org:8443/b/c?d")),
            ("x:y", None),
            (" /größe?ä \r", Some("https://a.org:8443/gr%C3%B6%C3%9Fe?%C3%A4")),
            ("/gr%C3%B6%C3%9Fe", Some("https://a.org:8443/gr%C3%B6%C3%9Fe")),
            ("HTTPS://MÜLLER.de/", Some("https://xn--mller-kva.de/")),
            ("https://", None),
        ] {
            assert_eq!(address.join(location).map(|address| address.url).as_deref(), expected, "{location}");
        }
        let root = Address::parse("https://a.org").and_then(|address| address.join("x"));
        assert_eq!(root.map(|address| address.url).as_deref(), Some("https://a.org/x"));
    }
}
