//! Numbers as a file has them: decimal, and rounded in decimal. In binary fractions, 0.15 is a little less than that, and would be rounded to 0.1.

/// The most digits of a number, and the most zeros that its exponent stands for: more would not fit on a page.
const MOST_DIGITS: usize = 40;

/// What separates groups of three digits, as in charts and in English prose.
const GROUP: char = ',';

/// The sign of a negative number: as wide as a plus sign, unlike a hyphen.
const MINUS: char = '\u{2212}';

/// A decimal number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    is_negative: bool,
    /// The digits, 0 to 9: at least one before the point, and no other leading zeros.
    digits: Vec<u8>,
    /// How many of them are after the point.
    decimals: usize,
}

impl Decimal {
    /// Reads `-12.5`, `.5` or `1.2e-3`. `None` if `text` is not a number.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (is_negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (integer, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = integer.bytes().chain(fraction.bytes()).map(|byte| byte.wrapping_sub(b'0')).collect();
        if digits.is_empty() || digits.len() > MOST_DIGITS || digits.iter().any(|digit| *digit > 9) {
            return None;
        }
        let exponent: i32 = exponent.parse().ok()?;
        let decimals = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        if decimals.unsigned_abs() as usize > MOST_DIGITS {
            return None;
        }
        let mut number = Self { is_negative, digits, decimals: usize::try_from(decimals).unwrap_or(0) };
        number.digits.resize(number.digits.len() + usize::try_from(-decimals).unwrap_or(0), 0);
        Some(number.normalised())
    }

    /// With the fewest digits before the point, and without the sign of a zero.
    fn normalised(mut self) -> Self {
        let zeros = self.digits.iter().take_while(|digit| **digit == 0).count();
        let superfluous = zeros.min((self.digits.len()).saturating_sub(self.decimals + 1));
        self.digits.drain(..superfluous);
        let missing = (self.decimals + 1).saturating_sub(self.digits.len());
        self.digits.splice(..0, std::iter::repeat_n(0, missing));
        self.is_negative &= self.digits.iter().any(|digit| *digit != 0);
        self
    }

    /// Whether it is less than zero.
    pub(crate) fn is_negative(&self) -> bool {
        self.is_negative
    }

    /// How many digits are after the point.
    pub(crate) fn decimals(&self) -> usize {
        self.decimals
    }

    /// How many digits are before the point.
    pub(crate) fn integer_digits(&self) -> usize {
        self.digits.len() - self.decimals
    }

    /// With `decimals` digits after the point: rounded, or filled with zeros.
    pub(crate) fn with_decimals(&self, decimals: usize) -> Self {
        let mut number = self.without_last(self.decimals.saturating_sub(decimals));
        number.decimals = self.decimals.min(decimals);
        let missing = decimals - number.decimals;
        number.digits.resize(number.digits.len() + missing, 0);
        number.decimals = decimals;
        number.normalised()
    }

    /// With `wanted` significant digits: rounded, or filled with zeros.
    pub(crate) fn with_significant(&self, wanted: usize) -> Self {
        let Some(magnitude) = self.magnitude() else { return self.with_decimals(0) };
        let rounded = self.rounded_to(signed(wanted) - magnitude);
        match rounded.magnitude() {
            // 9.96 becomes 10.0, which has a digit more before the point.
            Some(above) if above > magnitude => self.rounded_to(signed(wanted) - above),
            _ => rounded,
        }
    }

    /// The power of ten that is just above the number. `None` for zero.
    fn magnitude(&self) -> Option<i64> {
        let first = self.digits.iter().position(|digit| *digit != 0)?;
        Some(signed(self.integer_digits()) - signed(first))
    }

    /// Rounded to `decimals` digits after the point; if that is negative, to tens, hundreds and so on.
    fn rounded_to(&self, decimals: i64) -> Self {
        if let Ok(decimals) = usize::try_from(decimals) {
            return self.with_decimals(decimals);
        }
        let zeros = usize::try_from(-decimals).unwrap_or(0);
        let mut number = self.without_last(self.decimals + zeros);
        number.digits.resize(number.digits.len() + zeros, 0);
        number.decimals = 0;
        number.normalised()
    }

    /// The digits without the last `count`, rounded half away from zero.
    fn without_last(&self, count: usize) -> Self {
        let mut number = self.clone();
        let Some(kept) = self.digits.len().checked_sub(count) else {
            return Self { digits: vec![0], ..number };
        };
        number.digits.truncate(kept);
        if self.digits.get(kept).is_some_and(|next| *next >= 5) {
            if let Some(last) = number.digits.iter().rposition(|digit| *digit < 9) {
                number.digits[last] += 1;
                number.digits[last + 1..].fill(0);
            } else {
                number.digits.fill(0);
                number.digits.insert(0, 1);
            }
        }
        number
    }

    /// The number as text.
    pub(crate) fn text(&self, groups: Groups) -> String {
        let (integer, fraction) = self.digits.split_at(self.integer_digits());
        let mut text = String::with_capacity(self.digits.len() * 2);
        text.extend(self.is_negative.then_some(MINUS));
        let integer: String = integer.iter().map(|digit| char::from(b'0' + digit)).collect();
        match groups {
            Groups::OfThree => push_grouped(&mut text, &integer),
            Groups::None => text.push_str(&integer),
        }
        text.extend((!fraction.is_empty()).then_some('.'));
        text.extend(fraction.iter().map(|digit| char::from(b'0' + digit)));
        text
    }
}

/// Appends digits in groups of three.
pub(crate) fn push_grouped(out: &mut String, digits: &str) {
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(GROUP);
        }
        out.push(digit);
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).expect("a number has few digits")
}

/// Whether the digits before the point are in groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Groups {
    None,
    OfThree,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(number: &Decimal) -> String {
        number.text(Groups::None).replace(MINUS, "-")
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, expected) in [
            ("0", Some("0")),
            ("007", Some("7")),
            ("-12.50", Some("-12.50")),
            ("+.5", Some("0.5")),
            ("5.", Some("5")),
            ("-0.0", Some("0.0")),
            ("1.2e3", Some("1200")),
            ("1.25e1", Some("12.5")),
            ("12E-4", Some("0.0012")),
            ("12345678901234567890.5", Some("12345678901234567890.5")),
            ("1e40", Some("10000000000000000000000000000000000000000")),
            ("1e41", None),
            ("1e-99999999999", None),
            ("", None),
            (".", None),
            ("-", None),
            ("1,5", None),
            ("1 000", None),
            ("--1", None),
            ("1.2.3", None),
            ("0x1", None),
            ("inf", None),
            ("NaN", None),
            ("1e", None),
        ] {
            assert_eq!(Decimal::parse(text).as_ref().map(plain).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_are_rounded_in_decimal() {
        for (text, decimals, expected) in [
            ("0.15", 1, "0.2"),
            ("0.25", 1, "0.3"),
            ("-0.25", 1, "-0.3"),
            ("2.5", 0, "3"),
            ("9.99", 1, "10.0"),
            ("-0.04", 1, "0.0"),
            ("0.004", 0, "0"),
            ("1.5", 3, "1.500"),
            ("12", 2, "12.00"),
        ] {
            assert_eq!(plain(&Decimal::parse(text).expect("a number").with_decimals(decimals)), expected, "{text}");
        }
    }

    #[test]
    fn significant_digits_are_counted_from_the_first_that_is_not_zero() {
        for (text, digits, expected) in [
            ("1234567", 3, "1230000"),
            ("1235", 3, "1240"),
            ("9996", 3, "10000"),
            ("9.96", 2, "10"),
            ("9.996", 3, "10.0"),
            ("0.0123456", 3, "0.0123"),
            ("0.09996", 3, "0.100"),
            ("2.5", 3, "2.50"),
            ("5", 3, "5.00"),
            ("0", 3, "0"),
            ("0.000", 2, "0"),
            ("-605.4", 2, "-610"),
            ("95", 1, "100"),
            ("600", 1, "600"),
        ] {
            assert_eq!(plain(&Decimal::parse(text).expect("a number").with_significant(digits)), expected, "{text}");
        }
    }

    #[test]
    fn thousands_are_apart_and_a_minus_is_one() {
        for (text, expected) in
            [("999", "999"), ("1000", "1,000"), ("-1234567.8901", "\u{2212}1,234,567.8901"), ("100000", "100,000")]
        {
            assert_eq!(Decimal::parse(text).expect("a number").text(Groups::OfThree), expected);
        }
    }
}
