//! Addresses of the CA and of challenges (RFC 3986), as much as a client needs: scheme, host, port, and what the request names.

use std::fmt;

/// How a connection is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

/// An absolute address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) scheme: Scheme,
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Path and query.
    pub(crate) target: String,
    text: String,
}

impl Url {
    /// `None` if the text is no address that this client can ask.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = match text.split_once("://")? {
            ("https", rest) => (Scheme::Https, rest),
            ("http", rest) => (Scheme::Http, rest),
            _ => return None,
        };
        // What goes into a request line and a field must not be able to end them.
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('#') {
            return None;
        }
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let default = if scheme == Scheme::Https { 443 } else { 80 };
        let bracketed = authority.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (host, port) = match bracketed {
            Some((host, port)) => (host, port),
            None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
        };
        let port = match port.strip_prefix(':') {
            Some(digits) => digits.parse().ok()?,
            None if port.is_empty() => default,
            None => return None,
        };
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
        if host.is_empty() || !host.bytes().all(is_host) {
            return None;
        }
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        Some(Self { scheme, host: host.to_ascii_lowercase(), port, target, text: text.to_owned() })
    }

    /// The value of the field `Host`: the port only if it is not the default.
    pub(crate) fn host_field(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.scheme, self.port) {
            (Scheme::Http, 80) | (Scheme::Https, 443) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }

    /// As it was given.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_a_port_and_a_target() {
        for (text, host, port, target, field) in [
            ("https://example.org", "example.org", 443, "/", "example.org"),
            ("https://Example.org:14000/dir?a=b", "example.org", 14_000, "/dir?a=b", "example.org:14000"),
            ("http://[::1]:80/x", "::1", 80, "/x", "[::1]"),
            ("http://127.0.0.1:8080?q", "127.0.0.1", 8080, "/?q", "127.0.0.1:8080"),
        ] {
            let url = Url::parse(text).expect(text);
            assert_eq!((url.host.as_str(), url.port, url.target.as_str()), (host, port, target), "{text}");
            assert_eq!(url.host_field(), field, "{text}");
        }
    }

    #[test]
    fn what_could_end_a_request_line_is_no_address() {
        for text in [
            "",
            "example.org",
            "ftp://example.org/",
            "https://",
            "https://a b/",
            "https://a/\r\nx: y",
            "https://a:b/",
            "https://a:70000/",
            "https://user@host/",
            "https://[::1/",
            "https://[::1]x/",
            "https://a/#b",
            "https://ä/",
        ] {
            assert_eq!(Url::parse(text), None, "{text:?}");
        }
    }
}
