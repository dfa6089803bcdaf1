//! The list grammar of RFC 9110, which `Accept`, `Accept-Encoding`, `Range` and conditional fields use.

/// Returns the elements of a list (RFC 9110 §5.6.1), which may span several field lines (§5.3). Empty elements are
/// skipped, as the RFC requires.
pub(crate) fn elements<'a>(lines: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
    lines.flat_map(|line| split(line, b',')).filter(|element| !element.is_empty())
}

/// Splits at delimiters outside of quoted strings (RFC 9110 §5.6.4) and trims white space around the pieces.
pub(crate) fn split(bytes: &[u8], delimiter: u8) -> impl Iterator<Item = &[u8]> + Clone {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let end = find_unquoted(bytes, delimiter);
        rest = end.map(|end| &bytes[end + 1..]);
        Some(trim(&bytes[..end.unwrap_or(bytes.len())]))
    })
}

/// Returns the position of the first delimiter outside of a quoted string.
fn find_unquoted(bytes: &[u8], delimiter: u8) -> Option<usize> {
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

/// Removes optional white space (RFC 9110 §5.6.3) at both ends.
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
    fn lists_span_lines_and_empty_elements_are_skipped() {
        let lines = [", a ,,b;x=\"1,\\\",2\"\t", "", "c"].map(str::as_bytes);
        let found: Vec<_> = elements(lines.into_iter()).collect();
        assert_eq!(found, [&b"a"[..], b"b;x=\"1,\\\",2\"", b"c"]);
    }

    proptest! {
        #[test]
        fn pieces_are_never_longer_than_the_input(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let total: usize = split(&bytes, b',').map(<[u8]>::len).sum();
            prop_assert!(total <= bytes.len());
            prop_assert!(split(&bytes, b',').count() <= bytes.len() + 1);
        }
    }
}
