//! Whom an answer is for, where proxies stand between: the client's address, and the scheme that it used.
//!
//! Only the access log asks. Anybody can write these fields, so they are read only where the peer is trusted, and of a chain of
//! proxies only as far as each hop is trusted, from the right: what the nearest proxy added is on the right, and what the client
//! may have invented on the left.
//!
//! A proxy that writes one of the fields often passes the others on as its client sent them. So where two of them name different
//! clients, neither is believed, and the log has the peer: an address that is too near, and never one that was made up.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use http::HeaderName;

use crate::request::Fields;

pub(crate) static FORWARDED: HeaderName = http::header::FORWARDED;
pub(crate) static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(crate) static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
pub(crate) static CF_CONNECTING_IP: HeaderName = HeaderName::from_static("cf-connecting-ip");

/// Who is at the other end of a connection, or stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// An address; one of IPv4 in an IPv6 one is that of IPv4.
    Address(IpAddr),
    /// A program on this computer, by a unix socket.
    Unix,
}

/// How the client speaks to the outermost proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// In the clear.
    Http,
    /// Over TLS.
    Https,
}

impl Peer {
    /// Of an accepted TCP connection.
    pub(crate) fn of(address: SocketAddr) -> Self {
        Peer::Address(address.ip().to_canonical())
    }
}

impl Scheme {
    /// As it stands in a URL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Scheme::Http, Scheme::Https].into_iter().find(|scheme| scheme.as_str().eq_ignore_ascii_case(text))
    }
}

/// A peer whose word on the client is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustedProxy {
    /// All addresses that begin with the first so many bits of this one.
    Network {
        /// One of the network's addresses.
        address: IpAddr,
        /// How many bits they share.
        bits: u8,
    },
    /// All that come by a unix socket.
    Unix,
}

/// Text that should name a trusted proxy and does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProxy;

impl FromStr for TrustedProxy {
    type Err = InvalidProxy;

    /// `10.0.0.0/8`, `fd00::/8`, one address, or `unix`.
    fn from_str(text: &str) -> Result<Self, InvalidProxy> {
        if text == "unix" {
            return Ok(TrustedProxy::Unix);
        }
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| InvalidProxy)?;
        let width = width(address);
        let bits = match bits {
            None => width,
            // Not what `parse` would take beyond digits: `/+8`.
            Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => bits.parse().map_err(|_| InvalidProxy)?,
            Some(_) => return Err(InvalidProxy),
        };
        if bits > width { Err(InvalidProxy) } else { Ok(TrustedProxy::network(address, bits)) }
    }
}

impl TrustedProxy {
    /// A network of IPv4 addresses in IPv6 ones is one of IPv4, as peers are.
    fn network(address: IpAddr, bits: u8) -> Self {
        let canonical = address.to_canonical();
        match bits.checked_sub(width(address) - width(canonical)) {
            Some(bits) => TrustedProxy::Network { address: canonical, bits },
            None => TrustedProxy::Network { address, bits },
        }
    }

    fn trusts(self, peer: Peer) -> bool {
        match (self, peer) {
            (TrustedProxy::Unix, Peer::Unix) => true,
            (TrustedProxy::Network { address: IpAddr::V4(network), bits }, Peer::Address(IpAddr::V4(peer))) => {
                (network.to_bits() ^ peer.to_bits()).leading_zeros() >= u32::from(bits)
            }
            (TrustedProxy::Network { address: IpAddr::V6(network), bits }, Peer::Address(IpAddr::V6(peer))) => {
                (network.to_bits() ^ peer.to_bits()).leading_zeros() >= u32::from(bits)
            }
            _ => false,
        }
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Who asks.
    pub client: Peer,
    /// How.
    pub scheme: Scheme,
}

impl Origin {
    /// What the fields say, as far as it can be believed of this peer.
    #[must_use]
    pub fn of(peer: Peer, headers: &impl Fields, trusted: &[TrustedProxy]) -> Self {
        let direct = Origin { client: peer, scheme: Scheme::Http };
        if !is_trusted(peer, trusted) {
            return direct;
        }
        let forwarded = forwarded(headers, trusted);
        let others = [x_forwarded_for(headers, trusted), cf_connecting_ip(headers)];
        let mut claims = forwarded.map(|(claim, _)| claim).into_iter().chain(others.into_iter().flatten());
        let first = claims.next();
        if first.is_some_and(|first| claims.any(|claim| claim != first)) {
            return direct;
        }
        let scheme = forwarded.and_then(|(_, scheme)| scheme).or_else(|| x_forwarded_proto(headers));
        Origin { client: first.flatten().map_or(peer, Peer::Address), scheme: scheme.unwrap_or(Scheme::Http) }
    }
}

fn is_trusted(peer: Peer, trusted: &[TrustedProxy]) -> bool {
    trusted.iter().any(|proxy| proxy.trusts(peer))
}

/// The client that a field names; `None` where it hides it.
type Claim = Option<IpAddr>;

/// The chain of a field, walked from the left with what a walk from the right would find: the client is the rightmost hop that is
/// not trusted; where all are, the leftmost; and nothing left of one that has no address.
#[derive(Debug)]
struct Chain<'t> {
    trusted: &'t [TrustedProxy],
    client: Option<(IpAddr, Option<Scheme>)>,
}

impl<'t> Chain<'t> {
    fn new(trusted: &'t [TrustedProxy]) -> Self {
        Chain { trusted, client: None }
    }

    fn add(&mut self, node: Node, scheme: Option<Scheme>) {
        match node {
            Node::Hidden => self.client = None,
            Node::Address(address) => {
                if self.client.is_none() || !is_trusted(Peer::Address(address), self.trusted) {
                    self.client = Some((address, scheme));
                }
            }
        }
    }
}

/// A hop (RFC 7239 §6): by address, whatever its port, or hidden: `unknown`, `_name`, and what cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// An address.
    Address(IpAddr),
    /// Anything else.
    Hidden,
}

impl Node {
    /// Reads `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]`, `[2001:db8::1]:80`, and `2001:db8::1`, which `X-Forwarded-For` has.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let address = match text.strip_prefix('[') {
            Some(rest) => rest.split_once(']').filter(|(_, port)| port.is_empty() || is_port(port)).map(|(ip, _)| ip),
            None => match text.find(':') {
                Some(at) if is_port(&text[at..]) => Some(&text[..at]),
                _ => Some(text),
            },
        };
        let address: Option<IpAddr> = address.and_then(|address| address.parse().ok());
        address.map_or(Node::Hidden, |address| Node::Address(address.to_canonical()))
    }
}

/// `:80`, or `:_name` (RFC 7239 §6).
fn is_port(text: &str) -> bool {
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    text.strip_prefix(':').is_some_and(|port| match port.strip_prefix('_') {
        Some(name) => is_name(name),
        None => (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()),
    })
}

/// `Forwarded` (RFC 7239 §4); `None` where it is absent or malformed.
fn forwarded(headers: &impl Fields, trusted: &[TrustedProxy]) -> Option<(Claim, Option<Scheme>)> {
    let mut chain = Chain::new(trusted);
    let mut is_empty = true;
    for line in headers.lines(&FORWARDED) {
        for element in Forwarded::of(visible(line)?) {
            let Element { node, scheme } = element.ok()?;
            chain.add(node, scheme);
            is_empty = false;
        }
    }
    (!is_empty).then(|| (chain.client.map(|(address, _)| address), chain.client.and_then(|(_, scheme)| scheme)))
}

/// `X-Forwarded-For`: addresses between commas, in lines that are one list.
fn x_forwarded_for(headers: &impl Fields, trusted: &[TrustedProxy]) -> Option<Claim> {
    let mut chain = Chain::new(trusted);
    let mut is_empty = true;
    for line in headers.lines(&X_FORWARDED_FOR) {
        for hop in line.split(|&byte| byte == b',').map(<[u8]>::trim_ascii).filter(|hop| !hop.is_empty()) {
            chain.add(std::str::from_utf8(hop).map_or(Node::Hidden, Node::of), None);
            is_empty = false;
        }
    }
    (!is_empty).then(|| chain.client.map(|(address, _)| address))
}

/// `CF-Connecting-IP`: one address.
fn cf_connecting_ip(headers: &impl Fields) -> Option<Claim> {
    let mut lines = headers.lines(&CF_CONNECTING_IP);
    match (lines.next(), lines.next()) {
        (None, _) => None,
        (Some(line), None) => match visible(line).map(|text| Node::of(text.trim())) {
            Some(Node::Address(address)) => Some(Some(address)),
            Some(Node::Hidden) | None => Some(None),
        },
        (Some(_), Some(_)) => Some(None),
    }
}

/// `X-Forwarded-Proto`: the last, which the nearest proxy wrote.
fn x_forwarded_proto(headers: &impl Fields) -> Option<Scheme> {
    let line = visible(headers.lines(&X_FORWARDED_PROTO).last()?)?;
    Scheme::of(line.rsplit(',').next()?.trim())
}

/// The text of a line, where it is visible ASCII.
fn visible(line: &[u8]) -> Option<&str> {
    let is_visible = line.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    std::str::from_utf8(line).ok().filter(|_| is_visible)
}

/// The elements of a `Forwarded` line (RFC 7239 §4), in its order.
#[derive(Clone, Debug)]
pub struct Forwarded<'a> {
    rest: &'a str,
}

/// What one proxy says of the hop before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// `for`.
    pub node: Node,
    /// `proto`.
    pub scheme: Option<Scheme>,
}

/// A line that is not as RFC 7239 §4 has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl<'a> Forwarded<'a> {
    /// The elements of this line.
    #[must_use]
    pub fn of(line: &'a str) -> Self {
        Forwarded { rest: line }
    }

    /// `[ pair ] *( ";" [ pair ] )`, up to and with the comma.
    fn element(&mut self) -> Result<Element, Malformed> {
        let (mut node, mut scheme) = (None, None);
        loop {
            self.skip_space();
            if !self.rest.is_empty() && !self.rest.starts_with([',', ';']) {
                let (name, value) = self.pair()?;
                // Names come once (RFC 7239 §4), whatever their case.
                let is_new = if name.eq_ignore_ascii_case("for") {
                    node.replace(Node::of(value)).is_none()
                } else if name.eq_ignore_ascii_case("proto") {
                    scheme.replace(Scheme::of(value)).is_none()
                } else {
                    true
                };
                if !is_new {
                    return Err(Malformed);
                }
            }
            self.skip_space();
            match self.take() {
                Some(';') => {}
                Some(',') | None => break,
                Some(_) => return Err(Malformed),
            }
        }
        Ok(Element { node: node.unwrap_or(Node::Hidden), scheme: scheme.flatten() })
    }

    /// `token "=" ( token / quoted-string )`. A quoted pair is left as it stands: no address has one.
    fn pair(&mut self) -> Result<(&'a str, &'a str), Malformed> {
        let name = self.token()?;
        if self.take() != Some('=') {
            return Err(Malformed);
        }
        let value = if self.rest.starts_with('"') { self.quoted()? } else { self.token()? };
        Ok((name, value))
    }

    fn token(&mut self) -> Result<&'a str, Malformed> {
        let end = self.rest.find(|character| !is_token(character)).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        if token.is_empty() { Err(Malformed) } else { Ok(token) }
    }

    fn quoted(&mut self) -> Result<&'a str, Malformed> {
        let text = &self.rest[1..];
        let mut is_escaped = false;
        let end = text.find(|character| {
            let ends = character == '"' && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            ends
        });
        let end = end.ok_or(Malformed)?;
        self.rest = &text[end + 1..];
        Ok(&text[..end])
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn take(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let first = characters.next();
        self.rest = characters.as_str();
        first
    }
}

impl Iterator for Forwarded<'_> {
    type Item = Result<Element, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        // A recipient takes empty elements for none (RFC 9110 §5.6.1.2).
        self.rest = self.rest.trim_start_matches([' ', '\t', ',']);
        if self.rest.is_empty() {
            return None;
        }
        let element = self.element();
        if element.is_err() {
            self.rest = "";
        }
        Some(element)
    }
}

/// RFC 9110 §5.6.2; and `:`, `[`, `]`, which senders leave unquoted, and which end nothing here.
fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:[]".contains(character)
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

    fn trusted(texts: &[&str]) -> Vec<TrustedProxy> {
        texts.iter().map(|text| text.parse().expect("a proxy")).collect()
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
        ] {
            let proxy = trusted(&[text]);
            assert!(is_trusted(Peer::Address(ip(inside)), &proxy), "{inside} in {text}");
            assert!(!is_trusted(Peer::Address(ip(outside)), &proxy), "{outside} in {text}");
            assert!(!is_trusted(Peer::Unix, &proxy), "{text}");
        }
        assert!(is_trusted(Peer::Unix, &trusted(&["unix"])));
        assert!(!is_trusted(Peer::Address(ip("127.0.0.1")), &trusted(&["unix"])));
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
            let expected = expected.map_or(Node::Hidden, |text| Node::Address(ip(text)));
            assert_eq!(Node::of(text), expected, "{text}");
        }
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_has_it() {
        let element = |node: &str, scheme| Element { node: Node::of(node), scheme };
        for (line, expected) in [
            (r#"for="_gazonk""#, vec![element("", None)]),
            (r#"For="[2001:db8:cafe::17]:4711""#, vec![element("2001:db8:cafe::17", None)]),
            ("for=192.0.2.60;proto=http;by=203.0.113.43", vec![element("192.0.2.60", Some(Scheme::Http))]),
            ("for=192.0.2.43, for=198.51.100.17", vec![element("192.0.2.43", None), element("198.51.100.17", None)]),
            ("proto=HTTPS ; for=192.0.2.43", vec![element("192.0.2.43", Some(Scheme::Https))]),
            ("for=192.0.2.43;;", vec![element("192.0.2.43", None)]),
            (", ,for=192.0.2.43 ,", vec![element("192.0.2.43", None)]),
            (r#"by="a,b;\"";for=192.0.2.43"#, vec![element("192.0.2.43", None)]),
            ("proto=gopher", vec![element("", None)]),
            ("", vec![]),
        ] {
            assert_eq!(Forwarded::of(line).collect::<Result<Vec<_>, _>>(), Ok(expected), "{line}");
        }
        for line in [
            "for",
            "for=",
            "for =a",
            "for= a",
            "for=a b",
            "=a",
            r#"for="a"#,
            r#"for="a\""#,
            "for=a;for=b",
            "for=\u{e4}",
            "for=a, x",
        ] {
            assert_eq!(Forwarded::of(line).collect::<Result<Vec<_>, _>>(), Err(Malformed), "{line}");
        }
    }

    /// The fields of a request, and the client and scheme that are found.
    type Case<'a> = (&'a [(&'static str, &'a str)], &'a str, Scheme);

    #[test]
    fn the_client_is_the_nearest_hop_that_is_not_trusted() {
        let proxies = trusted(&["10.0.0.0/8", "unix"]);
        let peer = Peer::Address(ip("10.0.0.1"));
        let cases: &[Case] = &[
            (&[], "10.0.0.1", Scheme::Http),
            (&[("x-forwarded-for", "192.0.2.1")], "192.0.2.1", Scheme::Http),
            (&[("x-forwarded-for", "198.51.100.9, 192.0.2.1")], "192.0.2.1", Scheme::Http),
            (&[("x-forwarded-for", "198.51.100.9, 192.0.2.1, 10.0.0.7")], "192.0.2.1", Scheme::Http),
            (&[("x-forwarded-for", "198.51.100.9"), ("x-forwarded-for", "192.0.2.1")], "192.0.2.1", Scheme::Http),
            (&[("x-forwarded-for", "10.0.0.9, 10.0.0.8")], "10.0.0.9", Scheme::Http),
            (&[("x-forwarded-for", "192.0.2.1, unknown")], "10.0.0.1", Scheme::Http),
            (&[("x-forwarded-for", "192.0.2.1, unknown, 10.0.0.8")], "10.0.0.8", Scheme::Http),
            (&[("x-forwarded-for", "\u{e4}, 192.0.2.1")], "192.0.2.1", Scheme::Http),
            (&[("x-forwarded-for", " , ")], "10.0.0.1", Scheme::Http),
            (&[("forwarded", "for=\"[2001:db8::1]:5\";proto=https")], "2001:db8::1", Scheme::Https),
            (
                &[("forwarded", "for=198.51.100.9;proto=http, for=192.0.2.1;proto=https, for=10.0.0.2")],
                "192.0.2.1",
                Scheme::Https,
            ),
            (&[("forwarded", "for=_hidden")], "10.0.0.1", Scheme::Http),
            (&[("forwarded", "for=192.0.2.1;;for")], "10.0.0.1", Scheme::Http),
            (&[("cf-connecting-ip", "192.0.2.1")], "192.0.2.1", Scheme::Http),
            (&[("cf-connecting-ip", "192.0.2.1"), ("cf-connecting-ip", "192.0.2.1")], "10.0.0.1", Scheme::Http),
            (
                &[("cf-connecting-ip", "192.0.2.1"), ("x-forwarded-for", "198.51.100.9, 192.0.2.1")],
                "192.0.2.1",
                Scheme::Http,
            ),
            (&[("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")], "192.0.2.1", Scheme::Https),
            (&[("x-forwarded-proto", "http, HTTPS")], "10.0.0.1", Scheme::Https),
            (&[("x-forwarded-proto", "ftp")], "10.0.0.1", Scheme::Http),
        ];
        for (lines, client, scheme) in cases {
            let expected = Origin { client: Peer::Address(ip(client)), scheme: *scheme };
            assert_eq!(Origin::of(peer, &fields(lines), &proxies), expected, "{lines:?}");
        }
        let by_unix = Origin::of(Peer::Unix, &fields(&[("x-forwarded-for", "192.0.2.1")]), &proxies);
        assert_eq!(by_unix.client, Peer::Address(ip("192.0.2.1")));
    }

    #[test]
    fn what_a_client_adds_beside_the_proxy_is_not_believed() {
        let proxies = trusted(&["127.0.0.1"]);
        let peer = Peer::Address(ip("127.0.0.1"));
        for spoofed in [("forwarded", "for=198.51.100.9;proto=https"), ("cf-connecting-ip", "198.51.100.9")] {
            let headers = fields(&[("x-forwarded-for", "192.0.2.1"), spoofed]);
            assert_eq!(
                Origin::of(peer, &headers, &proxies),
                Origin { client: peer, scheme: Scheme::Http },
                "{spoofed:?}"
            );
        }
    }

    #[test]
    fn who_is_not_trusted_is_the_client_whatever_it_says() {
        let headers = fields(&[
            ("forwarded", "for=192.0.2.1;proto=https"),
            ("x-forwarded-for", "192.0.2.1"),
            ("cf-connecting-ip", "192.0.2.1"),
            ("x-forwarded-proto", "https"),
        ]);
        for (peer, proxies) in [
            (Peer::Address(ip("203.0.113.1")), trusted(&["10.0.0.0/8", "unix"])),
            (Peer::Address(ip("203.0.113.1")), vec![]),
            (Peer::Unix, trusted(&["0.0.0.0/0", "::/0"])),
        ] {
            assert_eq!(Origin::of(peer, &headers, &proxies), Origin { client: peer, scheme: Scheme::Http });
        }
    }

    /// The walk as it is told: from the right.
    fn from_the_right(hops: &[Node], trusted: &[TrustedProxy]) -> Claim {
        let mut client = None;
        for &hop in hops.iter().rev() {
            let Node::Address(address) = hop else { break };
            client = Some(address);
            if !is_trusted(Peer::Address(address), trusted) {
                break;
            }
        }
        client
    }

    proptest! {
        #[test]
        fn walking_from_the_left_finds_what_walking_from_the_right_does(hops in prop::collection::vec("10\\.0\\.0\\.[1-3]|192\\.0\\.2\\.[1-3]|unknown", 1..8)) {
            let proxies = trusted(&["10.0.0.0/8"]);
            let nodes: Vec<_> = hops.iter().map(|hop| Node::of(hop)).collect();
            let found = x_forwarded_for(&fields(&[("x-forwarded-for", &hops.join(", "))]), &proxies);
            prop_assert_eq!(found, Some(from_the_right(&nodes, &proxies)));
            let line: Vec<_> = hops.iter().map(|hop| format!("for={hop}")).collect();
            let found = forwarded(&fields(&[("forwarded", &line.join(","))]), &proxies);
            prop_assert_eq!(found.map(|(claim, _)| claim), Some(from_the_right(&nodes, &proxies)));
        }

        #[test]
        fn any_address_survives_being_a_node(address: IpAddr, port: u16) {
            let bracketed = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
            for text in [address.to_string(), bracketed.clone(), format!("{bracketed}:{port}")] {
                prop_assert_eq!(Node::of(&text), Node::Address(address.to_canonical()));
            }
            let line = format!("for=\"{bracketed}:{port}\";proto=https");
            let expected = Element { node: Node::Address(address.to_canonical()), scheme: Some(Scheme::Https) };
            prop_assert_eq!(Forwarded::of(&line).collect::<Result<Vec<_>, _>>(), Ok(vec![expected]));
        }

        #[test]
        fn no_line_is_too_strange(line in "\\PC*", pieces in prop::collection::vec("for|proto|=|;|,|\"|\\\\| |\\[::1\\]|1\\.2\\.3\\.4|:80|https", 0..12)) {
            for text in [line, pieces.concat()] {
                let _elements = Forwarded::of(&text).count();
                let _node = Node::of(&text);
                let _proxy = text.parse::<TrustedProxy>();
            }
        }

        #[test]
        fn a_network_holds_what_begins_with_its_bits(one: [u8; 4], other: [u8; 4], bits in 0..=32_usize) {
            let digits = |octets: [u8; 4]| octets.map(|octet| format!("{octet:08b}")).concat();
            let proxies = trusted(&[&format!("{}/{bits}", IpAddr::from(one))]);
            for other in [other, [one[0], one[1], one[2], other[3]], [one[0], other[1], other[2], other[3]]] {
                let is_inside = digits(one)[..bits] == digits(other)[..bits];
                prop_assert_eq!(is_trusted(Peer::Address(other.into()), &proxies), is_inside);
            }
        }
    }
}
