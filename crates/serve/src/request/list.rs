//! Weights and lists: the grammar that `Accept` and `Accept-Encoding` share.
//!
//! First of the parsers on a request's way: [`crate::request::accept`] and [`crate::request::accept_encoding`] are built on it.

/// The elements of a list (RFC 9110 §5.6.1) that may stretch over several field lines (§5.3); empty ones are left out, as a
/// recipient must.
pub(crate) fn elements<'a>(lines: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
    lines.flat_map(|line| split(line, b',')).filter(|element| !element.is_empty())
}

/// The pieces between delimiters that stand outside of quoted strings (RFC 9110 §5.6.4), without white space around them.
pub(crate) fn split(bytes: &[u8], delimiter: u8) -> impl Iterator<Item = &[u8]> + Clone {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let end = unquoted(bytes, delimiter);
        rest = end.map(|end| &bytes[end + 1..]);
        Some(trim(&bytes[..end.unwrap_or(bytes.len())]))
    })
}

/// Where the delimiter first stands outside of a quoted string.
fn unquoted(bytes: &[u8], delimiter: u8) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    bytes.iter().position(|&byte| {
        if escaped {
            escaped = false;
            return false;
        }
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted => escaped = true,
            _ => {}
        }
        byte == delimiter && !quoted
    })
}

/// Without optional white space (RFC 9110 §5.6.3) at both ends.
pub(crate) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_go_over_lines_and_skip_what_is_empty() {
        let lines = [", a ,,b;x=\"1,\\\",2\"\t", "", "c"].map(str::as_bytes);
        let found: Vec<_> = elements(lines.into_iter()).collect();
        assert_eq!(found, [&b"a"[..], b"b;x=\"1,\\\",2\"", b"c"]);
    }

    proptest! {
        #[test]
        fn pieces_are_parts_of_the_whole(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let total: usize = split(&bytes, b',').map(<[u8]>::len).sum();
            prop_assert!(total <= bytes.len());
            prop_assert!(split(&bytes, b',').count() <= bytes.len() + 1);
        }
    }
}
