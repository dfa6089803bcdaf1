//! `Host`: a request that leaves open which site it is for is refused.
//!
//! Step 2 of [`mod@crate::respond`]. One site answers whatever the name, so the value is checked and then forgotten; but a message
//! that two servers in a row could read differently must not be answered (RFC 9112 §3.2).

use http::Version;
use http::header::HOST;

use crate::request::Fields;

/// Whether the request has one well-formed `Host`, as HTTP/1.1 requires; HTTP/1.0 may leave it out, and HTTP/2 has
/// `:authority` in its place.
#[must_use]
pub fn is_sound(fields: &impl Fields, version: Version) -> bool {
    let mut lines = fields.lines(&HOST);
    match (lines.next(), lines.next()) {
        (None, _) => version != Version::HTTP_11,
        (Some(line), None) => line.iter().all(|&byte| is_authority_byte(byte)),
        (Some(_), Some(_)) => false,
    }
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
            assert_eq!(is_sound(&headers, version), sound, "{hosts:?} {version:?}");
        }
    }
}
