//! Parses `Accept-Encoding` and chooses a variant.
//!
//! Step 5 of [`crate::respond`], once the page is known.

use std::cmp::Reverse;

use graven_pack::Coding;
use http::header::ACCEPT_ENCODING;

use super::list::{elements, split};
use super::qvalue::{QValue, qvalue};
use crate::request::fields::Fields;

/// Parsed `Accept-Encoding` fields (RFC 9110 §12.5.3).
///
/// ```
/// use graven_pack::Coding;
/// use graven_serve::request::accept_encoding::{AcceptEncoding, Acceptance};
/// use http::header::ACCEPT_ENCODING;
/// use http::{HeaderMap, HeaderValue};
///
/// let fields = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("br, gzip;q=0.5, zstd;q=0"))]);
/// let accepted = AcceptEncoding::of(&fields);
/// assert!(accepted.acceptance(Coding::Brotli) > accepted.acceptance(Coding::Gzip));
/// assert_eq!(accepted.acceptance(Coding::Zstd), Acceptance::Refused);
/// assert_eq!(accepted.acceptance(Coding::Identity), Acceptance::Unmentioned);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptEncoding {
    /// In the order of [`Coding::ALL`].
    codings: [Acceptance; Coding::ALL.len()],
}

/// How acceptable a content coding is, in ascending order of preference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Acceptance {
    /// `q=0`, or not listed.
    Refused,
    /// Identity if it is not listed: acceptable, but less than any listed coding.
    Unmentioned,
    /// Listed by name or matched by `*`.
    Weighted(QValue),
}

impl AcceptEncoding {
    /// Parses all field lines. Malformed elements are ignored, so that a client whose fields cannot be parsed gets
    /// identity, which every client can read.
    #[must_use]
    pub fn of(fields: &impl Fields) -> Self {
        let mut named = [None; Coding::ALL.len()];
        let mut others = None;
        for (name, weight) in elements(fields.lines(&ACCEPT_ENCODING)).filter_map(parse_element) {
            match coding(name) {
                Some(coding) => record_weight(&mut named[coding as usize], weight),
                None if name == b"*" => record_weight(&mut others, weight),
                None => {}
            }
        }
        let codings = Coding::ALL.map(|coding| match named[coding as usize].or(others) {
            Some(QValue::ZERO) => Acceptance::Refused,
            Some(weight) => Acceptance::Weighted(weight),
            None if coding == Coding::Identity => Acceptance::Unmentioned,
            None => Acceptance::Refused,
        });
        AcceptEncoding { codings }
    }

    /// Returns how acceptable a coding is.
    #[must_use]
    pub fn acceptance(&self, coding: Coding) -> Acceptance {
        self.codings[coding as usize]
    }

    /// Chooses the most acceptable variant, and the shortest of equally acceptable ones. Returns `None` if all are
    /// refused. `of` returns a variant's coding and length.
    pub(crate) fn choose<'a, T>(&self, variants: &'a [T], of: impl Fn(&T) -> (Coding, usize)) -> Option<&'a T> {
        let acceptable = variants.iter().filter(|variant| self.acceptance(of(variant).0) != Acceptance::Refused);
        acceptable.min_by_key(|variant| {
            let (coding, length) = of(variant);
            rank(self.acceptance(coding), length, coding)
        })
    }
}

/// The sort key of a variant; the lowest is preferred. Of variants that are equally acceptable and equally long, the
/// one that decodes faster is preferred.
fn rank(acceptance: Acceptance, length: usize, coding: Coding) -> impl Ord + use<> {
    let effort = match coding {
        Coding::Identity => 0,
        Coding::Zstd => 1,
        Coding::Gzip => 2,
        Coding::Brotli => 3,
    };
    (Reverse(acceptance), length, effort)
}

/// Records a weight. If a coding is listed twice, the lower weight applies, so that a coding that is refused once is
/// never sent.
fn record_weight(recorded: &mut Option<QValue>, weight: QValue) {
    *recorded = Some(recorded.map_or(weight, |recorded| recorded.min(weight)));
}

/// Parses `codings [ weight ]`. Returns `None` if it is malformed.
fn parse_element(element: &[u8]) -> Option<(&[u8], QValue)> {
    let mut parts = split(element, b';');
    let name = parts.next()?;
    let weight = match parts.next() {
        Some(parameter) => QValue::parse(qvalue(parameter)?)?,
        None => QValue::ONE,
    };
    parts.next().is_none().then_some((name, weight))
}

/// Returns the coding with this name. Names are case-insensitive (RFC 9110 §8.4.1).
fn coding(name: &[u8]) -> Option<Coding> {
    // RFC 9110 §8.4.1.3: "x-gzip" is equivalent to "gzip".
    let name = if name.eq_ignore_ascii_case(b"x-gzip") { b"gzip" } else { name };
    Coding::ALL.into_iter().find(|coding| name.eq_ignore_ascii_case(coding.token().as_bytes()))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    /// The acceptable codings in descending order of preference, as text.
    fn order(lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT_ENCODING, HeaderValue::from_str(line).expect("a field value"));
        }
        let accepted = AcceptEncoding::of(&headers);
        let mut codings = Coding::ALL;
        codings.sort_by_key(|&coding| Reverse(accepted.acceptance(coding)));
        let mut last = None;
        let mut text = String::new();
        for coding in codings {
            let acceptance = accepted.acceptance(coding);
            match last {
                _ if acceptance == Acceptance::Refused => continue,
                Some(last) if last == acceptance => text.push('='),
                Some(_) => text.push('>'),
                None => {}
            }
            text.push_str(coding.token());
            last = Some(acceptance);
        }
        text
    }

    #[test]
    fn codings_are_ordered_by_weight() {
        for (lines, expected) in [
            (&[][..], "identity"),
            (&[""], "identity"),
            (&[","], "identity"),
            (&["gzip"], "gzip>identity"),
            (&["GZip"], "gzip>identity"),
            (&["x-gzip"], "gzip>identity"),
            (&["gzip, deflate, br, zstd"], "gzip=br=zstd>identity"),
            (&["gzip", "br"], "gzip=br>identity"),
            (&["br;q=0, gzip"], "gzip>identity"),
            (&["gzip;q=0.5, br;q=0.8"], "br>gzip>identity"),
            (&["gzip;q=0.5, br;q=0.501"], "br>gzip>identity"),
            (&["gzip\t;\tQ=0.5 , br ; q=1.000"], "br>gzip>identity"),
            (&["gzip;q=0.001"], "gzip>identity"),
            (&["gzip;q=0.5, identity"], "identity>gzip"),
            (&["*"], "identity=gzip=br=zstd"),
            (&["*;q=0.5, br"], "br>identity=gzip=zstd"),
            (&["*;q=0"], ""),
            (&["identity;q=0, *;q=0"], ""),
            (&["identity;q=0"], ""),
            (&["identity;q=0, *"], "gzip=br=zstd"),
            (&["*;q=0, identity"], "identity"),
            (&["*;q=0, gzip"], "gzip"),
            (&["gzip, gzip;q=0"], "identity"),
            (&["deflate, compress"], "identity"),
        ] {
            assert_eq!(order(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn malformed_elements_are_ignored() {
        for line in
            ["gzip;q=1.5", "gzip;q=", "gzip;q", "gzip;level=9", "gzip;q=1;x=2", "gzip br", "gzip;;q=1", "\"gzip\""]
        {
            assert_eq!(order(&[line]), "identity", "{line}");
            assert_eq!(order(&[line, "br"]), "br>identity", "{line}");
        }
    }

    #[test]
    fn of_equally_acceptable_variants_the_smallest_is_chosen() {
        let one = Acceptance::Weighted(QValue::ONE);
        assert!(rank(one, 10, Coding::Zstd) < rank(one, 11, Coding::Brotli));
        assert!(rank(one, 11, Coding::Brotli) < rank(Acceptance::Unmentioned, 10, Coding::Identity));
        assert!(rank(one, 10, Coding::Gzip) < rank(one, 10, Coding::Brotli));
    }

    proptest! {
        #[test]
        fn identity_is_refused_only_by_a_zero_weight(line in "[ -~]{0,40}") {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(&line).expect("visible ASCII"))]);
            let refused = AcceptEncoding::of(&headers).acceptance(Coding::Identity) == Acceptance::Refused;
            prop_assert!(!refused || line.contains("=0"));
        }

        #[test]
        fn a_higher_weight_is_more_acceptable(gzip in 0_u16..=1000, br in 0_u16..=1000) {
            let line = format!("gzip;q={}.{:03}, br;q={}.{:03}", gzip / 1000, gzip % 1000, br / 1000, br % 1000);
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(&line).expect("visible ASCII"))]);
            let accepted = AcceptEncoding::of(&headers);
            prop_assert_eq!(accepted.acceptance(Coding::Gzip).cmp(&accepted.acceptance(Coding::Brotli)), gzip.cmp(&br));
            prop_assert_eq!(accepted.acceptance(Coding::Gzip) == Acceptance::Refused, gzip == 0);
        }
    }
}
