//! Percent-encoding (RFC 3986 §2.1).

use std::borrow::Cow;
use std::fmt::Write as _;

/// Encodes a path of the site, as its routes have it. Every character that RFC 3986 §3.3 does not allow in a path is encoded, including `%`, `?` and `#`.
pub(crate) fn encode_path(path: &str) -> Cow<'_, str> {
    encode(path, |byte| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@".contains(&byte))
}

/// Encodes a reference as an author wrote it. Only characters that no URL may contain are encoded: percent-encoded octets and reserved characters
/// (RFC 3986 §2.2) keep their meaning.
pub(crate) fn encode_reference(reference: &str) -> Cow<'_, str> {
    encode(reference, |byte| byte.is_ascii_graphic() && !b"\"<>[\\]^`{|}".contains(&byte))
}

/// Encodes a value in the query of a URL: only unreserved characters (RFC 3986 §2.3) stay.
pub(crate) fn encode_value(value: &str) -> Cow<'_, str> {
    encode(value, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

fn encode(text: &str, is_safe: impl Fn(u8) -> bool) -> Cow<'_, str> {
    if text.bytes().all(&is_safe) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if is_safe(byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    Cow::Owned(encoded)
}

/// Decodes percent-encoded octets. Malformed ones stay, and so does a text that would not be UTF-8.
pub(crate) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return text.into();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let octet = (*first == b'%').then(|| octet(tail)).flatten();
        bytes.push(octet.unwrap_or(*first));
        rest = if octet.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).map_or(text.into(), Cow::Owned)
}

fn octet(digits: &[u8]) -> Option<u8> {
    let digit = |index: usize| char::from(*digits.get(index)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn all_of_a_path_is_encoded_and_a_reference_keeps_its_meaning() {
        for (text, path, reference) in [
            ("/blog/a-b_c.md", "/blog/a-b_c.md", "/blog/a-b_c.md"),
            ("/a b é", "/a%20b%20%C3%A9", "/a%20b%20%C3%A9"),
            ("/a%20b", "/a%2520b", "/a%20b"),
            ("/a?b=c#d", "/a%3Fb=c%23d", "/a?b=c#d"),
            ("/a[b]\\\"|", "/a%5Bb%5D%5C%22%7C", "/a%5Bb%5D%5C%22%7C"),
        ] {
            assert_eq!((&*encode_path(text), &*encode_reference(text)), (path, reference), "{text}");
        }
    }

    #[test]
    fn a_value_cannot_end_its_query() {
        assert_eq!(encode_value("a & b=c? – 1.8M"), "a%20%26%20b%3Dc%3F%20%E2%80%93%201.8M");
    }

    #[test]
    fn percent_encoding_is_undone_once_and_only_where_it_is_right() {
        for (text, expected) in [
            ("/a%20b", "/a b"),
            ("/%C3%A4", "/ä"),
            ("/%2520", "/%20"),
            ("/100%", "/100%"),
            ("/%zz", "/%zz"),
            ("/%ff", "/%ff"),
            ("/%+1", "/%+1"),
        ] {
            assert_eq!(decoded(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_encoded_path_is_decoded_to_itself(path in any::<String>()) {
            let encoded = encode_path(&path);
            prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(&*decoded(&encoded), &path);
        }
    }
}
