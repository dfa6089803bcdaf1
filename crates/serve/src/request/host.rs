//! `Host`: a request that leaves open which site it is for is refused.
//!
//! Step 2 of [`mod@crate::response`]. One site answers whatever the name, so the value is checked and then forgotten; but a message
//! that two servers in a row could read differently must not be answered (RFC 9112 §3.2).

use http::Version;
use http::header::HOST;

use crate::request::fields::Fields;

/// Whether the request has one well-formed `Host`, as HTTP/1.1 requires; HTTP/1.0 may leave it out, and HTTP/2 has
/// `:authority` in its place, from which `Host` must not differ (RFC 9113 §8.3.1).
#[must_use]
pub fn is_sound(fields: &impl Fields, version: Version, authority: Option<&str>) -> bool {
    let mut lines = fields.lines(&HOST);
    match (lines.next(), lines.next()) {
        (None, _) => version != Version::HTTP_11,
        (Some(line), None) => {
            let names_authority = authority.is_none_or(|authority| is_same(line, authority.as_bytes()));
            names_authority && line.iter().all(|&byte| is_authority_byte(byte))
        }
        (Some(_), Some(_)) => false,
    }
}

/// Whether two authorities name the same host: whatever the case, and with or without the port that their scheme has anyway
/// (RFC 3986 §6.2.3).
fn is_same(one: &[u8], other: &[u8]) -> bool {
    without_default_port(one).eq_ignore_ascii_case(without_default_port(other))
}

fn without_default_port(authority: &[u8]) -> &[u8] {
    let host = authority.strip_suffix(b":80").or_else(|| authority.strip_suffix(b":443"));
    host.or_else(|| authority.strip_suffix(b":")).unwrap_or(authority)
}

/// The bytes of `uri-host [ ":" port ]` (RFC 3986 §3.2): nothing that could end an authority, and no user before it.
fn is_authority_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(&byte)
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::*;

    #[test]
    fn a_request_has_one_host() {
        for (hosts, version, sound) in [
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
            assert_eq!(is_sound(&headers, version, None), sound, "{hosts:?} {version:?}");
        }
    }

    #[test]
    fn host_and_authority_name_the_same() {
        for (host, authority, sound) in [
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
            assert_eq!(is_sound(&headers, Version::HTTP_2, Some(authority)), sound, "{host} {authority}");
        }
    }
}
