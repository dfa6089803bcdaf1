//! The client of a request that passed through trusted proxies: its address, and the scheme that it used.
//!
//! Only the access log uses it. Any client can send these fields, so they are read only if the peer is trusted. The
//! address is read from one field, which the operator configures, because a proxy that writes one field often passes on
//! the others as its client sent them. A list is read from the right, where the nearest proxy appended its element, and
//! only as far as each hop is trusted. The scheme is that of the same element of `Forwarded`, or else the last of
//! `X-Forwarded-Proto`.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::HeaderName;
use http::header::FORWARDED;
use ipnet::IpNet;

use crate::listen::peer::Peer;
use crate::request::fields::Fields;
use crate::request::list::{split, trim};

static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The default field that names the client's address: `X-Forwarded-For`.
pub const CLIENT_ADDRESS_FIELD: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The scheme that a client used to reach the outermost proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// Without TLS.
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// Returns the scheme as written in a URL.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    fn parse(text: &[u8]) -> Option<Self> {
        [Scheme::Http, Scheme::Https].into_iter().find(|scheme| scheme.as_str().as_bytes().eq_ignore_ascii_case(text))
    }
}

/// A peer that may name the client of a request.
///
/// ```
/// use graven_serve::TrustedProxy;
///
/// let proxy: TrustedProxy = "10.0.0.0/8".parse().expect("a network, an address, or `unix`");
/// assert_eq!(proxy, TrustedProxy::Network("10.0.0.0/8".parse().expect("a network")));
/// assert_eq!("unix".parse(), Ok(TrustedProxy::Unix));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustedProxy {
    /// Any address in this network.
    Network(IpNet),
    /// Any program that connects to a Unix socket.
    Unix,
}

/// The error of parsing a [`TrustedProxy`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProxy;

impl fmt::Display for InvalidProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a trusted proxy: expected a network such as 10.0.0.0/8, an address, or `unix`")
    }
}

impl std::error::Error for InvalidProxy {}

impl FromStr for TrustedProxy {
    type Err = InvalidProxy;

    /// Parses `10.0.0.0/8`, `fd00::/8`, a single address, or `unix`.
    fn from_str(text: &str) -> Result<Self, InvalidProxy> {
        if text == "unix" {
            return Ok(TrustedProxy::Unix);
        }
        let network = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
        network.map(|network| TrustedProxy::Network(canonical(network))).map_err(|_| InvalidProxy)
    }
}

/// Converts a network of IPv4-mapped IPv6 addresses (RFC 4291 §2.5.5.2) to the IPv4 network, because peers are
/// canonical too.
fn canonical(network: IpNet) -> IpNet {
    let address = network.addr().to_canonical();
    match network.prefix_len().checked_sub(96) {
        Some(bits) if network.addr().is_ipv6() && address.is_ipv4() => IpNet::new(address, bits).unwrap_or(network),
        _ => network,
    }
}

impl TrustedProxy {
    fn trusts(self, peer: Peer) -> bool {
        match (self, peer) {
            (TrustedProxy::Unix, Peer::Unix) => true,
            (TrustedProxy::Network(network), Peer::Address(address)) => network.contains(&address),
            _ => false,
        }
    }
}

/// The client of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    pub(crate) address: Peer,
    pub(crate) scheme: Scheme,
}

/// The trusted proxies, and the field in which they name the client.
#[derive(Clone, Debug)]
pub(crate) struct Proxies {
    pub(crate) trusted: Vec<TrustedProxy>,
    /// `Forwarded`, or a field that holds a list of addresses.
    pub(crate) field: HeaderName,
}

/// What a proxy says about the hop before it. The address is `None` if it is hidden: `unknown`, `_name`, or malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hop {
    address: Option<IpAddr>,
    scheme: Option<Scheme>,
}

impl Proxies {
    /// Returns the client of a request: the rightmost hop that is not trusted, or the leftmost if all are trusted. Hops
    /// to the left of a hidden one are ignored. Returns the peer itself if it is not trusted, or if the field names no
    /// hop.
    pub(crate) fn client(&self, peer: Peer, fields: &impl Fields) -> Client {
        let direct = Client { address: peer, scheme: Scheme::Http };
        if !self.trusts(peer) {
            return direct;
        }
        let hops = elements(fields, &self.field).map(|element| self.hop(element));
        let nearest = |client: Option<Hop>, hop: Hop| match hop.address {
            None => None,
            Some(address) if client.is_none() || !self.trusts(Peer::Address(address)) => Some(hop),
            Some(_) => client,
        };
        let client = hops.fold(None, nearest);
        let scheme = client.and_then(|hop| hop.scheme).or_else(|| x_forwarded_proto(fields));
        let address = client.and_then(|hop| hop.address).map_or(peer, Peer::Address);
        Client { address, scheme: scheme.unwrap_or(Scheme::Http) }
    }

    fn trusts(&self, peer: Peer) -> bool {
        self.trusted.iter().any(|proxy| proxy.trusts(peer))
    }

    fn hop(&self, element: &[u8]) -> Hop {
        if self.field == FORWARDED { forwarded(element) } else { Hop { address: node(element), scheme: None } }
    }
}

/// Returns the elements of a list, which may extend over several lines. It is split at every comma, also within quotes: a
/// client could open a quoted string that would swallow what the proxy appends. A quoted string with a comma is then
/// unreadable, which hides its hop, and no address contains one.
fn elements<'a>(fields: &'a impl Fields, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    let elements = fields.lines(name).flat_map(|line| line.split(|&byte| byte == b','));
    elements.map(trim).filter(|element| !element.is_empty())
}

/// Parses an element of `Forwarded`: its `for` and `proto` pairs (RFC 7239 §4). The hop is hidden if a pair is
/// malformed or repeated.
fn forwarded(element: &[u8]) -> Hop {
    const HIDDEN: Hop = Hop { address: None, scheme: None };
    let (mut client, mut proto) = (None, None);
    for pair in split(element, b';').filter(|pair| !pair.is_empty()) {
        let Some(at) = pair.iter().position(|&byte| byte == b'=') else { return HIDDEN };
        let (name, value) = (&pair[..at], unquoted(&pair[at + 1..]));
        let slot = match name {
            _ if name.eq_ignore_ascii_case(b"for") => &mut client,
            _ if name.eq_ignore_ascii_case(b"proto") => &mut proto,
            _ => continue,
        };
        if slot.replace(value).is_some() {
            return HIDDEN;
        }
    }
    Hop { address: client.and_then(node), scheme: proto.and_then(Scheme::parse) }
}

/// Removes the quotes of a quoted string. Escapes are kept, because no address has any.
fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

/// Parses the address of `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]`, `[2001:db8::1]:80` (RFC 7239 §6), or
/// `2001:db8::1`, as in `X-Forwarded-For`.
fn node(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let address = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']').filter(|(_, port)| port.is_empty() || is_port(port)).map(|(ip, _)| ip)?,
        None => text.find(':').filter(|&at| is_port(&text[at..])).map_or(text, |at| &text[..at]),
    };
    address.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Returns whether the text is `:80` or `:_name` (RFC 7239 §6).
fn is_port(text: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    text.strip_prefix(':').is_some_and(|port| match port.strip_prefix('_') {
        Some(name) => is_name(name),
        None => (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()),
    })
}

/// Returns the last element of `X-Forwarded-Proto`, which the nearest proxy wrote.
fn x_forwarded_proto(fields: &impl Fields) -> Option<Scheme> {
    elements(fields, &X_FORWARDED_PROTO).last().and_then(Scheme::parse)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn fields(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for &(name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
        }
        headers
    }

    fn proxies(field: &'static str, trusted: &[&str]) -> Proxies {
        let trusted = trusted.iter().map(|text| text.parse().expect("a proxy")).collect();
        Proxies { trusted, field: HeaderName::from_static(field) }
    }

    #[test]
    fn a_trusted_proxy_is_a_network_an_address_or_unix() {
        for (text, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("10.1.2.3/8", "10.0.0.0", "9.255.255.255"),
            ("192.0.2.1", "192.0.2.1", "192.0.2.2"),
            ("0.0.0.0/0", "255.255.255.255", "::1"),
            ("::/0", "2001:db8::", "127.0.0.1"),
            ("fd00::/8", "fdff::1", "fe00::"),
            ("::1", "::1", "::2"),
            ("::ffff:10.0.0.0/104", "10.1.1.1", "11.0.0.0"),
            ("::ffff:10.0.0.1", "10.0.0.1", "10.0.0.2"),
        ] {
            let proxies = proxies("x-forwarded-for", &[text]);
            assert!(proxies.trusts(Peer::Address(ip(inside))), "{inside} in {text}");
            assert!(!proxies.trusts(Peer::Address(ip(outside))), "{outside} in {text}");
            assert!(!proxies.trusts(Peer::Unix), "{text}");
        }
        assert!(proxies("forwarded", &["unix"]).trusts(Peer::Unix));
        assert!(!proxies("forwarded", &["unix"]).trusts(Peer::Address(ip("127.0.0.1"))));
        for text in
            ["", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "::/256", "10.0.0.0/+8", "10.0.0/8", "localhost", "Unix"]
        {
            assert_eq!(text.parse::<TrustedProxy>(), Err(InvalidProxy), "{text}");
        }
    }

    #[test]
    fn a_node_is_an_address_with_or_without_a_port() {
        for (text, expected) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("192.0.2.1:80", Some("192.0.2.1")),
            ("192.0.2.1:_x", Some("192.0.2.1")),
            ("[2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:4711", Some("2001:db8::1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("::ffff:192.0.2.1", Some("192.0.2.1")),
            ("[192.0.2.1", None),
            ("[2001:db8::1]x", None),
            ("192.0.2.1:", None),
            ("192.0.2.1:123456", None),
            ("192.0.2.1 ", None),
            ("unknown", None),
            ("_hidden", None),
            ("", None),
            (":", None),
        ] {
            assert_eq!(node(text.as_bytes()), expected.map(ip), "{text}");
        }
    }

    /// The lines of the field, and the expected client and scheme.
    type Case<'a> = (&'a [&'a str], &'a str, Scheme);

    #[test]
    fn the_client_is_the_nearest_hop_that_is_not_trusted() {
        let check = |field: &'static str, cases: &[Case]| {
            let proxies = proxies(field, &["10.0.0.0/8", "unix"]);
            for (lines, client, scheme) in cases {
                let lines: Vec<_> = lines.iter().map(|line| (field, *line)).collect();
                let expected = Client { address: Peer::Address(ip(client)), scheme: *scheme };
                assert_eq!(proxies.client(Peer::Address(ip("10.0.0.1")), &fields(&lines)), expected, "{lines:?}");
            }
        };
        check(
            "x-forwarded-for",
            &[
                (&[], "10.0.0.1", Scheme::Http),
                (&["192.0.2.1"], "192.0.2.1", Scheme::Http),
                (&["198.51.100.9, 192.0.2.1"], "192.0.2.1", Scheme::Http),
                (&["198.51.100.9, 192.0.2.1, 10.0.0.7"], "192.0.2.1", Scheme::Http),
                (&["198.51.100.9", "192.0.2.1"], "192.0.2.1", Scheme::Http),
                (&["10.0.0.9, 10.0.0.8"], "10.0.0.9", Scheme::Http),
                (&["192.0.2.1, unknown"], "10.0.0.1", Scheme::Http),
                (&["192.0.2.1, unknown, 10.0.0.8"], "10.0.0.8", Scheme::Http),
                (&["\u{e4}, 192.0.2.1"], "192.0.2.1", Scheme::Http),
                (&[" , "], "10.0.0.1", Scheme::Http),
                (&["\", 192.0.2.1"], "192.0.2.1", Scheme::Http),
                (&["6.6.6.6\", 192.0.2.1"], "192.0.2.1", Scheme::Http),
            ],
        );
        check("cf-connecting-ip", &[(&["192.0.2.1"], "192.0.2.1", Scheme::Http), (&["?"], "10.0.0.1", Scheme::Http)]);
        check(
            "forwarded",
            &[
                (&[r#"For="[2001:db8:cafe::17]:4711""#], "2001:db8:cafe::17", Scheme::Http),
                (&["for=192.0.2.60;proto=http;by=203.0.113.43"], "192.0.2.60", Scheme::Http),
                (&["for=192.0.2.43, for=198.51.100.17"], "198.51.100.17", Scheme::Http),
                (&["proto=HTTPS ; for=192.0.2.43"], "192.0.2.43", Scheme::Https),
                (&[", ,for=192.0.2.43;; ,"], "192.0.2.43", Scheme::Http),
                (&[r#"by="a;b;\"";for=192.0.2.43"#], "192.0.2.43", Scheme::Http),
                (&[r#"for=6.6.6.6;x=", for=192.0.2.1"#], "192.0.2.1", Scheme::Http),
                (&[r#"for=6.6.6.6;x=", for="[2001:db8::1]";proto=https"#], "2001:db8::1", Scheme::Https),
                (&["for=198.51.100.9;proto=http, for=192.0.2.1;proto=https, for=10.0.0.2"], "192.0.2.1", Scheme::Https),
                (&["for=_hidden"], "10.0.0.1", Scheme::Http),
                (&["for=192.0.2.1;for=192.0.2.2"], "10.0.0.1", Scheme::Http),
                (&["for=192.0.2.1;proto=https;x"], "10.0.0.1", Scheme::Http),
                (&["proto=gopher;for=192.0.2.1"], "192.0.2.1", Scheme::Http),
                (&[r#"for="192.0.2.1"#], "10.0.0.1", Scheme::Http),
            ],
        );
    }

    #[test]
    fn the_scheme_is_that_of_the_nearest_proxy() {
        let proxies = proxies("x-forwarded-for", &["10.0.0.0/8"]);
        for (value, scheme) in [("https", Scheme::Https), ("http, HTTPS", Scheme::Https), ("ftp", Scheme::Http)] {
            let headers = fields(&[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", value)]);
            assert_eq!(proxies.client(Peer::Address(ip("10.0.0.1")), &headers).scheme, scheme, "{value}");
        }
    }

    #[test]
    fn only_the_configured_field_is_read() {
        let headers = fields(&[
            ("forwarded", "for=198.51.100.9;proto=https"),
            ("x-forwarded-for", "192.0.2.1"),
            ("cf-connecting-ip", "198.51.100.8"),
        ]);
        for (field, client) in
            [("x-forwarded-for", "192.0.2.1"), ("cf-connecting-ip", "198.51.100.8"), ("x-real-ip", "127.0.0.1")]
        {
            let found = proxies(field, &["127.0.0.1"]).client(Peer::Address(ip("127.0.0.1")), &headers);
            assert_eq!(found, Client { address: Peer::Address(ip(client)), scheme: Scheme::Http }, "{field}");
        }
    }

    #[test]
    fn the_fields_of_an_untrusted_peer_are_ignored() {
        let headers = fields(&[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")]);
        for (peer, trusted) in [
            (Peer::Address(ip("203.0.113.1")), &["10.0.0.0/8", "unix"][..]),
            (Peer::Address(ip("203.0.113.1")), &[]),
            (Peer::Unix, &["0.0.0.0/0", "::/0"]),
        ] {
            let found = proxies("x-forwarded-for", trusted).client(peer, &headers);
            assert_eq!(found, Client { address: peer, scheme: Scheme::Http });
        }
    }

    /// Finds the client by reading from the right, as its definition says.
    fn from_the_right(hops: &[Option<IpAddr>], proxies: &Proxies) -> Option<IpAddr> {
        let mut client = None;
        for &hop in hops.iter().rev() {
            let Some(address) = hop else { break };
            client = Some(address);
            if !proxies.trusts(Peer::Address(address)) {
                break;
            }
        }
        client
    }

    proptest! {
        #[test]
        fn nothing_that_a_client_sends_changes_what_the_proxy_appends(prefix in "[ -~\t]{0,40}") {
            for (field, appended) in
                [("x-forwarded-for", "192.0.2.1"), ("forwarded", "for=192.0.2.1"), ("x-real-ip", "192.0.2.1")]
            {
                let headers = fields(&[(field, &format!("{prefix}, {appended}"))]);
                let found = proxies(field, &["unix"]).client(Peer::Unix, &headers).address;
                prop_assert_eq!(found, Peer::Address(ip("192.0.2.1")));
            }
        }

        #[test]
        fn reading_from_the_left_gives_the_same_as_from_the_right(
            hops in prop::collection::vec("10\\.0\\.0\\.[1-3]|192\\.0\\.2\\.[1-3]|unknown", 1..8),
        ) {
            let nodes: Vec<_> = hops.iter().map(|hop| node(hop.as_bytes())).collect();
            let elements: Vec<_> = hops.iter().map(|hop| format!("for={hop}")).collect();
            for (field, line) in [("x-forwarded-for", hops.join(", ")), ("forwarded", elements.join(","))] {
                let proxies = proxies(field, &["10.0.0.0/8", "unix"]);
                let expected = from_the_right(&nodes, &proxies).map_or(Peer::Unix, Peer::Address);
                prop_assert_eq!(proxies.client(Peer::Unix, &fields(&[(field, &line)])).address, expected);
            }
        }

        #[test]
        fn any_address_is_parsed_as_a_node(address: IpAddr, port: u16) {
            let bracketed = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
            for text in [address.to_string(), bracketed.clone(), format!("{bracketed}:{port}")] {
                prop_assert_eq!(node(text.as_bytes()), Some(address.to_canonical()));
            }
            let element = format!("for=\"{bracketed}:{port}\";proto=https");
            let expected = Hop { address: Some(address.to_canonical()), scheme: Some(Scheme::Https) };
            prop_assert_eq!(forwarded(element.as_bytes()), expected);
        }

        #[test]
        fn no_element_causes_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..32),
            pieces in prop::collection::vec("for|proto|=|;|,|\"|\\\\| |\\[::1\\]|1\\.2\\.3\\.4|:80|https", 0..12),
        ) {
            for element in [&bytes[..], pieces.concat().as_bytes()] {
                let _hop = forwarded(element);
                let _address = node(element);
            }
        }
    }
}
