//! Parses the request target into the path that is looked up.
//!
//! Step 3 of [`crate::respond`].
//!
//! Only exact paths of the pack are answered with 200, so nothing is normalized here: a path that would need it is
//! [`Target::Unroutable`]. Percent-decoding happens once, and only here.

use std::borrow::Cow;

use http::Uri;
use http::uri::Scheme;

/// A parsed request target (RFC 9112 §3.2).
///
/// ```
/// use graven_serve::request::target::Target;
///
/// # fn main() -> Result<(), http::uri::InvalidUri> {
/// let uri = "/tags/caf%C3%A9?page=2".parse()?;
/// assert_eq!(Target::of(&uri), Target::Path("/tags/café".into()));
///
/// let uri = "/blog/../notes".parse()?;
/// assert_eq!(Target::of(&uri), Target::Unroutable);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A percent-decoded path. It begins with a slash and has no empty segment, except after a final slash, and no dot
    /// segment.
    Path(Cow<'a, str>),
    /// `*`: the server as a whole, for OPTIONS.
    Asterisk,
    /// A path that no route of a pack can have: it has an empty or dot segment, a backslash, a control character, an
    /// encoded slash, or invalid UTF-8. It is answered with 404.
    Unroutable,
    /// 400: a form that only a proxy accepts, a `%` without two hexadecimal digits, or an encoded NUL.
    Malformed,
}

impl<'a> Target<'a> {
    /// Parses a target in origin-form, absolute-form or asterisk-form. Authority-form is only for CONNECT, which is not
    /// supported.
    #[must_use]
    pub fn of(uri: &'a Uri) -> Self {
        match (uri.scheme(), uri.authority()) {
            (Some(scheme), _) if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS => Target::Malformed,
            (None, Some(_)) => Target::Malformed,
            (None, None) if uri.path() == "*" => Target::Asterisk,
            _ => Self::path(uri.path()),
        }
    }

    fn path(path: &'a str) -> Self {
        if !path.starts_with('/') {
            return Target::Malformed;
        }
        if !path.contains('%') {
            return if is_plain(path) { Target::Path(Cow::Borrowed(path)) } else { Target::Unroutable };
        }
        match decode(path) {
            None => Target::Malformed,
            Some(decoded) if decoded.contains(&0) => Target::Malformed,
            Some(_) if has_encoded_slash(path) => Target::Unroutable,
            Some(decoded) => match String::from_utf8(decoded) {
                Ok(path) if is_plain(&path) => Target::Path(Cow::Owned(path)),
                _ => Target::Unroutable,
            },
        }
    }
}

/// Returns whether the path has an encoded slash. It is part of a segment and not a separator (RFC 3986 §2.2).
fn has_encoded_slash(path: &str) -> bool {
    path.as_bytes().windows(3).any(|escape| escape.eq_ignore_ascii_case(b"%2f"))
}

/// Returns whether the path has nothing that clients and servers interpret differently: dot segments, empty segments,
/// backslashes, control characters.
fn is_plain(path: &str) -> bool {
    let mut previous = b' ';
    for byte in path.bytes() {
        if byte == b'\\' || byte.is_ascii_control() || (byte == b'/' && previous == b'/') {
            return false;
        }
        previous = byte;
    }
    !path.contains("/.") || !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Percent-decodes once (RFC 3986 §2.1). Returns `None` if a `%` is not followed by two hexadecimal digits.
fn decode(path: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => hexadecimal(bytes.next()?)? * 16 + hexadecimal(bytes.next()?)?,
            byte => byte,
        });
    }
    Some(decoded)
}

/// The value of a hexadecimal digit.
pub(super) fn hexadecimal(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Percent-encodes a path for `Location`: everything except the characters of a path (RFC 3986 §3.3).
pub(crate) fn encode(path: &str, out: &mut String) {
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            push_encoded(byte, out);
        }
    }
}

/// Percent-encodes a byte (RFC 3986 §2.1).
pub(super) fn push_encoded(byte: u8, out: &mut String) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    out.extend(['%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 0xf)]]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(target: &str, expected: &Target<'_>) {
        let uri: Uri = target.parse().expect("a valid URI");
        assert_eq!(&Target::of(&uri), expected, "{target}");
    }

    #[test]
    fn a_path_is_decoded_once() {
        for (target, path) in [
            ("/", "/"),
            ("/notes", "/notes"),
            ("/notes/", "/notes/"),
            ("/Notes", "/Notes"),
            ("/notes?x=1", "/notes"),
            ("/blog/%61", "/blog/a"),
            ("/tags/%C3%bc", "/tags/ü"),
            ("/a%20b", "/a b"),
            ("/x%2Emd", "/x.md"),
            ("/.well-known/security.txt", "/.well-known/security.txt"),
            ("/a..b", "/a..b"),
            ("/...", "/..."),
            ("/%252e%252e/", "/%2e%2e/"),
            ("/%2500", "/%00"),
            ("/a%3Fb%23c", "/a?b#c"),
            ("http://example.org", "/"),
            ("http://example.org/notes", "/notes"),
            ("HTTPS://example.org:443/notes?x", "/notes"),
        ] {
            check(target, &Target::Path(path.into()));
        }
    }

    #[test]
    fn a_path_that_would_need_normalization_is_unroutable() {
        for target in [
            "//",
            "//evil.example",
            "//evil.example/..",
            "/a//b",
            "/a//",
            "/.",
            "/..",
            "/a/..",
            "/a/../b",
            "/../etc/passwd",
            "/./a",
            "/%2e",
            "/%2e%2e",
            "/%2E%2e/etc/passwd",
            "/.%2e/a",
            "/a/%2e./b",
            "/%2f",
            "/%2fevil.example",
            "/a%2Fb",
            "/..%2fa",
            "/\\evil.example",
            "/%5c",
            "/%5Cevil.example",
            "/a%5c..%5cb",
            "/%0a",
            "/%0d%0aSet-Cookie:x",
            "/%7f",
            "/%01",
            "/%ff",
            "/%c0%af",
            "/%c0%ae%c0%ae/",
            "/%ed%a0%80",
        ] {
            check(target, &Target::Unroutable);
        }
    }

    #[test]
    fn other_targets_are_malformed() {
        for target in [
            "/%",
            "/%4",
            "/%zz",
            "/%%41",
            "/a%2",
            "/%00",
            "/a%00.html",
            "ftp://a/b",
            "file://a/b",
            "example.org",
            "a:80",
        ] {
            check(target, &Target::Malformed);
        }
        check("*", &Target::Asterisk);
    }

    proptest! {
        #[test]
        fn a_path_has_no_empty_or_dot_segment(target in "/[a-z./%25cCeEfF0\\\\-]{0,24}") {
            let uri: Uri = target.parse().expect("a valid URI");
            if let Target::Path(path) = Target::of(&uri) {
                prop_assert!(path.starts_with('/') && !path.contains("//") && !path.contains(['\\', '\0']));
                prop_assert!(!path.split('/').any(|segment| segment == "." || segment == ".."));
            }
        }

        #[test]
        fn decoding_reverses_encoding(path in "/[^/\\\\\\.\\p{Cc}][^/\\\\\\p{Cc}]{0,12}") {
            let mut encoded = String::new();
            encode(&path, &mut encoded);
            prop_assert!(encoded.is_ascii());
            let uri: Uri = encoded.parse().expect("an encoded path is a valid URI");
            prop_assert_eq!(Target::of(&uri), Target::Path(path.into()));
        }
    }
}
