//! Validates `Host`.
//!
//! Step 2 of [`crate::respond`]. A server has one site and answers whatever the host name, so the value is not
//! used. It is validated because a message that two servers in a chain could interpret differently must not be answered
//! (RFC 9112 §3.2).

use http::Version;
use http::header::HOST;

use crate::request::fields::Fields;

/// Returns whether the request has exactly one valid `Host`, as HTTP/1.1 requires. HTTP/1.0 may omit it. HTTP/2 has
/// `:authority` instead, and a `Host` must match it (RFC 9113 §8.3.1).
///
/// ```
/// use graven_serve::request::host;
/// use http::header::HOST;
/// use http::{HeaderMap, HeaderValue, Version};
///
/// let fields = HeaderMap::from_iter([(HOST, HeaderValue::from_static("example.org:8080"))]);
/// assert!(host::is_valid(&fields, Version::HTTP_11, None));
/// assert!(!host::is_valid(&fields, Version::HTTP_2, Some("example.com")));
/// assert!(!host::is_valid(&HeaderMap::new(), Version::HTTP_11, None));
/// ```
#[must_use]
pub fn is_valid(fields: &impl Fields, version: Version, authority: Option<&str>) -> bool {
    let mut lines = fields.lines(&HOST);
    match (lines.next(), lines.next()) {
        (None, _) => version != Version::HTTP_11,
        (Some(line), None) => {
            let matches_authority = authority.is_none_or(|authority| is_same_authority(line, authority.as_bytes()));
            matches_authority && line.iter().all(|&byte| is_authority_byte(byte))
        }
        (Some(_), Some(_)) => false,
    }
}

/// Returns whether two authorities are equal, ignoring case and the default port of their scheme (RFC 3986 §6.2.3).
fn is_same_authority(one: &[u8], other: &[u8]) -> bool {
    without_default_port(one).eq_ignore_ascii_case(without_default_port(other))
}

fn without_default_port(authority: &[u8]) -> &[u8] {
    let host = authority.strip_suffix(b":80").or_else(|| authority.strip_suffix(b":443"));
    host.or_else(|| authority.strip_suffix(b":")).unwrap_or(authority)
}

/// Returns whether the byte may occur in `uri-host [ ":" port ]` (RFC 3986 §3.2). Delimiters and user information are
/// excluded.
fn is_authority_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(&byte)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    #[test]
    fn a_request_needs_exactly_one_valid_host() {
        for (hosts, version, valid) in [
            (&["example.org"][..], Version::HTTP_11, true),
            (&["example.org:8080"], Version::HTTP_11, true),
            (&["[::1]:8080"], Version::HTTP_11, true),
            (&[""], Version::HTTP_11, true),
            (&[], Version::HTTP_11, false),
            (&["a", "b"], Version::HTTP_11, false),
            (&["a", "a"], Version::HTTP_11, false),
            (&["a b"], Version::HTTP_11, false),
            (&["a/b"], Version::HTTP_11, false),
            (&["user@a"], Version::HTTP_11, false),
            (&["a\\b"], Version::HTTP_11, false),
            (&["a?b"], Version::HTTP_11, false),
            (&[], Version::HTTP_10, true),
            (&["a", "b"], Version::HTTP_10, false),
            (&[], Version::HTTP_2, true),
        ] {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(HOST, HeaderValue::from_static(host));
            }
            assert_eq!(is_valid(&headers, version, None), valid, "{hosts:?} {version:?}");
        }
    }

    #[test]
    fn host_must_match_the_authority() {
        for (host, authority, valid) in [
            ("a.example", "a.example", true),
            ("A.example:80", "a.example", true),
            ("a.example", "a.example:443", true),
            ("a.example:8080", "a.example:8080", true),
            ("b.example", "a.example", false),
            ("a.example:8080", "a.example", false),
            ("", "a.example", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.append(HOST, HeaderValue::from_static(host));
            assert_eq!(is_valid(&headers, Version::HTTP_2, Some(authority)), valid, "{host} {authority}");
        }
    }
}
