//! Quality values: how much a client prefers a representation (RFC 9110 §12.4.2).

/// A weight (RFC 9110 §12.4.2), in thousandths.
///
/// ```
/// use graven_serve::request::qvalue::QValue;
///
/// assert!(QValue::parse(b"0.8") > QValue::parse(b"0.75"));
/// assert_eq!(QValue::parse(b"1.000"), Some(QValue::ONE));
/// assert_eq!(QValue::parse(b"1.5"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QValue(u16);

impl QValue {
    /// `q=0`: not acceptable.
    pub const ZERO: QValue = QValue(0);
    /// `q=1`, the weight of an element that has none.
    pub const ONE: QValue = QValue(1000);

    /// Parses a `qvalue`: 0 to 1 with at most three decimals.
    #[must_use]
    pub fn parse(qvalue: &[u8]) -> Option<QValue> {
        let (whole, decimals) = match qvalue {
            [whole] => (*whole, &[][..]),
            [whole, b'.', decimals @ ..] if decimals.len() <= 3 => (*whole, decimals),
            _ => return None,
        };
        if !matches!(whole, b'0' | b'1') || !decimals.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let digit = |index: usize| decimals.get(index).map_or(0, |digit| u16::from(digit - b'0'));
        let thousandths = u16::from(whole - b'0') * 1000 + digit(0) * 100 + digit(1) * 10 + digit(2);
        (thousandths <= 1000).then_some(QValue(thousandths))
    }
}

/// Returns the value of a `q` parameter, or `None` for any other parameter.
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
            assert_eq!(QValue::parse(qvalue.as_bytes()), Some(QValue(thousandths)), "{qvalue}");
        }
        for qvalue in ["", ".", ".5", "2", "1.1", "1.001", "0.1234", "0,5", "-1", "+1", "0.5 ", "00", "1e0", "0.-1"] {
            assert_eq!(QValue::parse(qvalue.as_bytes()), None, "{qvalue}");
        }
    }

    proptest! {
        #[test]
        fn every_number_of_thousandths_is_parsed(thousandths in 0_u16..=1000) {
            let qvalue = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
            prop_assert_eq!(QValue::parse(qvalue.as_bytes()), Some(QValue(thousandths)));
        }
    }
}
