//! Weights and lists: the grammar that `Accept` and `Accept-Encoding` share.
//!
//! First of the parsers on a request's way: [`crate::accept`] and [`crate::accept_encoding`] are built on it.

/// A weight (RFC 9110 §12.4.2), in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight(u16);

impl Weight {
    /// `q=0`: not acceptable.
    pub const ZERO: Weight = Weight(0);
    /// `q=1`: what an element without a weight has.
    pub const ONE: Weight = Weight(1000);

    /// Reads a `qvalue`: 0 to 1 with at most three decimals.
    #[must_use]
    pub fn parse(qvalue: &[u8]) -> Option<Weight> {
        let (whole, decimals) = match qvalue {
            [whole] => (*whole, &[][..]),
            [whole, b'.', decimals @ ..] if decimals.len() <= 3 => (*whole, decimals),
            _ => return None,
        };
        if !matches!(whole, b'0' | b'1') || !decimals.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let digit = |place: usize| decimals.get(place).map_or(0, |digit| u16::from(digit - b'0'));
        let thousandths = u16::from(whole - b'0') * 1000 + digit(0) * 100 + digit(1) * 10 + digit(2);
        (thousandths <= 1000).then_some(Weight(thousandths))
    }
}

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

/// The value of a `q` parameter; `None` where the parameter is another one.
pub(crate) fn qvalue(parameter: &[u8]) -> Option<&[u8]> {
    match parameter {
        [b'q' | b'Q', b'=', qvalue @ ..] => Some(qvalue),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn qvalues_have_at_most_three_decimals() {
        let good = [("0", 0), ("0.", 0), ("0.5", 500), ("0.05", 50), ("0.001", 1), ("0.999", 999), ("1", 1000)];
        for (qvalue, thousandths) in good.into_iter().chain([("1.", 1000), ("1.0", 1000), ("1.000", 1000)]) {
            assert_eq!(Weight::parse(qvalue.as_bytes()), Some(Weight(thousandths)), "{qvalue}");
        }
        for qvalue in ["", ".", ".5", "2", "1.1", "1.001", "0.1234", "0,5", "-1", "+1", "0.5 ", "00", "1e0", "0.-1"] {
            assert_eq!(Weight::parse(qvalue.as_bytes()), None, "{qvalue}");
        }
    }

    #[test]
    fn lists_go_over_lines_and_skip_what_is_empty() {
        let lines = [", a ,,b;x=\"1,\\\",2\"\t", "", "c"].map(str::as_bytes);
        let found: Vec<_> = elements(lines.into_iter()).collect();
        assert_eq!(found, [&b"a"[..], b"b;x=\"1,\\\",2\"", b"c"]);
    }

    proptest! {
        #[test]
        fn every_number_of_thousandths_is_read_back(thousandths in 0_u16..=1000) {
            let qvalue = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
            prop_assert_eq!(Weight::parse(qvalue.as_bytes()), Some(Weight(thousandths)));
        }

        #[test]
        fn pieces_are_parts_of_the_whole(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let total: usize = split(&bytes, b',').map(<[u8]>::len).sum();
            prop_assert!(total <= bytes.len());
            prop_assert!(split(&bytes, b',').count() <= bytes.len() + 1);
        }
    }
}
