//! Which content codings a request accepts: from `Accept-Encoding` to one stored variant.
//!
//! Step 5 of [`mod@crate::response`], once the page is known.

use std::cmp::Reverse;

use graven_pack::Coding;
use http::header::ACCEPT_ENCODING;

use super::list::{elements, split};
use super::qvalue::{QValue, qvalue};
use crate::request::fields::Fields;

/// Parsed `Accept-Encoding` fields (RFC 9110 §12.5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptEncoding {
    /// In the order of [`Coding::ALL`].
    codings: [Acceptance; Coding::ALL.len()],
}

/// How welcome a content coding is; what is greater is preferred.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Acceptance {
    /// `q=0`, or not in the list.
    Refused,
    /// Identity where nothing is said of it: acceptable, and less welcome than what was asked for.
    Unmentioned,
    /// In the list, by name or by `*`.
    Weighted(QValue),
}

impl AcceptEncoding {
    /// Reads all field lines. An element that is malformed counts as not being there, so that a client that we do not
    /// understand is sent identity, which everyone can read.
    #[must_use]
    pub fn of(fields: &impl Fields) -> Self {
        let mut named = [None; Coding::ALL.len()];
        let mut others = None;
        for (name, weight) in elements(fields.lines(&ACCEPT_ENCODING)).filter_map(weighted) {
            match coding(name) {
                Some(coding) => mention(&mut named[coding as usize], weight),
                None if name == b"*" => mention(&mut others, weight),
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

    /// How welcome this coding is.
    #[must_use]
    pub fn acceptance(&self, coding: Coding) -> Acceptance {
        self.codings[coding as usize]
    }

    /// The most acceptable of several variants, by the coding and the length of each, and the shortest of several that are
    /// equally acceptable; `None` where all are refused.
    pub(crate) fn choose<'a, T>(&self, variants: &'a [T], of: impl Fn(&T) -> (Coding, usize)) -> Option<&'a T> {
        let acceptable = variants.iter().filter(|variant| self.acceptance(of(variant).0) != Acceptance::Refused);
        acceptable.min_by_key(|variant| {
            let (coding, length) = of(variant);
            rank(self.acceptance(coding), length, coding)
        })
    }
}

/// The least is preferred. Of two that are equally welcome and equally long, the one that is decoded faster.
fn rank(acceptance: Acceptance, length: usize, coding: Coding) -> impl Ord + use<> {
    let effort = match coding {
        Coding::Identity => 0,
        Coding::Zstd => 1,
        Coding::Gzip => 2,
        Coding::Brotli => 3,
    };
    (Reverse(acceptance), length, effort)
}

/// Notes a weight. Where a coding is named twice the lower one counts: what a client refuses once it is never sent.
fn mention(noted: &mut Option<QValue>, weight: QValue) {
    *noted = Some(noted.map_or(weight, |noted| noted.min(weight)));
}

/// `codings [ weight ]`; `None` where it is malformed.
fn weighted(element: &[u8]) -> Option<(&[u8], QValue)> {
    let mut parts = split(element, b';');
    let name = parts.next()?;
    let weight = match parts.next() {
        Some(parameter) => QValue::parse(qvalue(parameter)?)?,
        None => QValue::ONE,
    };
    parts.next().is_none().then_some((name, weight))
}

/// The coding of this name; names are case-insensitive (RFC 9110 §8.4.1).
fn coding(name: &[u8]) -> Option<Coding> {
    // RFC 9110 §8.4.1.3: "x-gzip" is to be taken for "gzip".
    let name = if name.eq_ignore_ascii_case(b"x-gzip") { b"gzip" } else { name };
    Coding::ALL.into_iter().find(|coding| name.eq_ignore_ascii_case(coding.token().as_bytes()))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    /// The codings in their order of preference, best first, and `!` before those refused, as one text.
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
    fn malformed_elements_are_not_there() {
        for line in
            ["gzip;q=1.5", "gzip;q=", "gzip;q", "gzip;level=9", "gzip;q=1;x=2", "gzip br", "gzip;;q=1", "\"gzip\""]
        {
            assert_eq!(order(&[line]), "identity", "{line}");
            assert_eq!(order(&[line, "br"]), "br>identity", "{line}");
        }
    }

    #[test]
    fn of_two_equally_welcome_the_smaller_is_chosen() {
        let one = Acceptance::Weighted(QValue::ONE);
        assert!(rank(one, 10, Coding::Zstd) < rank(one, 11, Coding::Brotli));
        assert!(rank(one, 11, Coding::Brotli) < rank(Acceptance::Unmentioned, 10, Coding::Identity));
        assert!(rank(one, 10, Coding::Gzip) < rank(one, 10, Coding::Brotli));
    }

    proptest! {
        #[test]
        fn whatever_is_sent_identity_is_refused_only_by_a_zero(line in "[ -~]{0,40}") {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(&line).expect("visible ASCII"))]);
            let refused = AcceptEncoding::of(&headers).acceptance(Coding::Identity) == Acceptance::Refused;
            prop_assert!(!refused || line.contains("=0"));
        }

        #[test]
        fn weights_order_codings(gzip in 0_u16..=1000, br in 0_u16..=1000) {
            let line = format!("gzip;q={}.{:03}, br;q={}.{:03}", gzip / 1000, gzip % 1000, br / 1000, br % 1000);
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(&line).expect("visible ASCII"))]);
            let accepted = AcceptEncoding::of(&headers);
            prop_assert_eq!(accepted.acceptance(Coding::Gzip).cmp(&accepted.acceptance(Coding::Brotli)), gzip.cmp(&br));
            prop_assert_eq!(accepted.acceptance(Coding::Gzip) == Acceptance::Refused, gzip == 0);
        }
    }
}
