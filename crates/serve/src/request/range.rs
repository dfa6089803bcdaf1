//! Parses `Range`: the bytes of the selected variant that a request asks for.
//!
//! Step 7 of [`crate::respond`], for GET only, the only method for which RFC 9110 §14.2 defines it.
//!
//! Only single ranges are served. A request for several ranges gets the whole representation: §14.2 allows a server to
//! ignore `Range`, no browser or player asks for several, and lists of small overlapping ranges are a known way to make
//! a server send many times what it stores.

use std::ops::Range as Span;

use http::header::RANGE;

use super::list::{split, trim};
use crate::request::fields::Fields;

/// A parsed `Range` with a single byte range (RFC 9110 §14.1.1).
///
/// ```
/// use graven_serve::request::range::{Range, Selection};
/// use http::header::RANGE;
/// use http::{HeaderMap, HeaderValue};
///
/// let fields = HeaderMap::from_iter([(RANGE, HeaderValue::from_static("bytes=100-"))]);
/// let range = Range::of(&fields).expect("a single range");
/// assert_eq!(range.select(150), Selection::Part(100..150));
/// assert_eq!(range.select(50), Selection::Unsatisfiable);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// From the first position to the last, or to the end.
    From {
        /// The position of the first byte.
        first: u64,
        /// The position of the last byte, which is not before the first.
        last: Option<u64>,
    },
    /// This number of bytes at the end.
    Suffix(u64),
}

/// A range of positions in the stored bytes.
pub(crate) type Part = Span<usize>;

/// What a range selects of a representation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// 200: the whole representation.
    Whole,
    /// 206: these bytes, at least one.
    Part(Span<usize>),
    /// 416: the representation ends before the range begins.
    Unsatisfiable,
}

impl Range {
    /// Parses the range. Returns `None` if there is none, or if it must be ignored (§14.2): another unit, several
    /// ranges, several field lines, or invalid syntax.
    #[must_use]
    pub fn of(fields: &impl Fields) -> Option<Range> {
        let mut lines = fields.lines(&RANGE);
        let only = lines.next()?;
        if lines.next().is_some() { None } else { Range::parse(only) }
    }

    fn parse(value: &[u8]) -> Option<Range> {
        let (unit, set) = value.split_at_checked(b"bytes=".len())?;
        if !unit.eq_ignore_ascii_case(b"bytes=") {
            return None;
        }
        let mut specs = split(set, b',').filter(|spec| !spec.is_empty());
        let only = specs.next()?;
        if specs.next().is_some() { None } else { Range::spec(trim(only)) }
    }

    /// Parses `first-last`, `first-` or `-suffix`.
    fn spec(spec: &[u8]) -> Option<Range> {
        let dash = spec.iter().position(|&byte| byte == b'-')?;
        match (&spec[..dash], &spec[dash + 1..]) {
            ([], suffix) => Some(Range::Suffix(position(suffix)?)),
            (first, []) => Some(Range::From { first: position(first)?, last: None }),
            (first, last) => {
                let (first, last) = (position(first)?, position(last)?);
                (first <= last).then_some(Range::From { first, last: Some(last) })
            }
        }
    }

    /// Returns what the range selects of a representation of this length (§14.1.2).
    #[must_use]
    pub fn select(self, length: usize) -> Selection {
        // A length fits into 64 bits on every supported machine, and a position below a length fits into usize.
        let to_usize = |position: u64| usize::try_from(position).unwrap_or(usize::MAX);
        match self {
            Range::From { first, last } => {
                let first = to_usize(first);
                let end = last.map_or(length, |last| to_usize(last).saturating_add(1).min(length));
                if first < length { Selection::Part(first..end) } else { Selection::Unsatisfiable }
            }
            Range::Suffix(0) => Selection::Unsatisfiable,
            // Satisfiable, but a 206 cannot express an empty range.
            Range::Suffix(_) if length == 0 => Selection::Whole,
            Range::Suffix(suffix) => Selection::Part(length.saturating_sub(to_usize(suffix))..length),
        }
    }
}

/// Parses a position or a length. Values beyond the maximum saturate: they are longer than any representation.
fn position(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let shift = |number: u64, digit: &u8| number.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    Some(digits.iter().fold(0, shift))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    /// Returns what the value selects of ten bytes, or `None` if it is ignored.
    fn select(value: &str) -> Option<Selection> {
        let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_str(value).expect("a field value"))]);
        Range::of(&headers).map(|range| range.select(10))
    }

    #[test]
    fn one_range_selects_a_part() {
        for (value, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-", 0..10),
            ("bytes=0-9", 0..10),
            ("bytes=0-99", 0..10),
            ("bytes=9-", 9..10),
            ("bytes=3-5", 3..6),
            ("bytes=-1", 9..10),
            ("bytes=-10", 0..10),
            ("bytes=-99", 0..10),
            ("BYTES=3-5", 3..6),
            ("bytes= 3-5", 3..6),
            ("bytes=,3-5 ,", 3..6),
            ("bytes=003-0005", 3..6),
            ("bytes=0-99999999999999999999999999", 0..10),
            ("bytes=-99999999999999999999999999", 0..10),
            ("bytes=0-18446744073709551615", 0..10),
        ] {
            assert_eq!(select(value), Some(Selection::Part(part)), "{value}");
        }
    }

    #[test]
    fn a_range_that_begins_after_the_end_is_unsatisfiable() {
        for value in ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999999999-"] {
            assert_eq!(select(value), Some(Selection::Unsatisfiable), "{value}");
        }
    }

    #[test]
    fn invalid_and_multiple_ranges_are_ignored() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=,",
            "bytes=5-3",
            "bytes=a-b",
            "bytes=1",
            "bytes=1-2-3",
            "bytes=--1",
            "bytes=+1-2",
            "bytes=1 - 2",
            "bytes=0x1-2",
            "items=0-1",
            "bytes 0-1",
            "bytes=0-1,3-4",
            "bytes=0-0,-1",
            "bytes =0-1",
        ] {
            assert_eq!(select(value), None, "{value}");
        }
        let mut twice = HeaderMap::new();
        twice.append(RANGE, HeaderValue::from_static("bytes=0-1"));
        twice.append(RANGE, HeaderValue::from_static("bytes=0-1"));
        assert_eq!(Range::of(&twice), None);
    }

    #[test]
    fn no_part_of_an_empty_representation_can_be_selected() {
        assert_eq!(Range::From { first: 0, last: None }.select(0), Selection::Unsatisfiable);
        assert_eq!(Range::Suffix(5).select(0), Selection::Whole);
        assert_eq!(Range::Suffix(0).select(0), Selection::Unsatisfiable);
    }

    proptest! {
        #[test]
        fn a_part_is_never_empty_or_out_of_bounds(value in "bytes=[0-9 ,-]{0,24}", length in 0_usize..1000) {
            let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_str(&value).expect("visible ASCII"))]);
            if let Some(Selection::Part(part)) = Range::of(&headers).map(|range| range.select(length)) {
                prop_assert!(part.start < part.end && part.end <= length);
            }
        }

        #[test]
        fn any_bytes_are_parsed_without_a_panic(value in proptest::collection::vec(0x20_u8..0x7f, 0..40)) {
            let headers = HeaderMap::from_iter([(RANGE, HeaderValue::from_bytes(&value).expect("visible ASCII"))]);
            let parsed = Range::of(&headers);
            prop_assert!(parsed.is_none() || value[..6].eq_ignore_ascii_case(b"bytes="));
        }
    }
}
