//! Evaluates conditional requests: `If-Match`, `If-None-Match` and `If-Range`.
//!
//! Step 6 of [`crate::respond`], once the variant is known. A pack has entity tags as its only validators. There
//! is no `Last-Modified`, because file times do not survive a reproducible build. So `If-Modified-Since` and
//! `If-Unmodified-Since` are ignored, as RFC 9110 §13.1.3 and §13.1.4 require of a resource without a modification
//! date. An older release that is deployed again is therefore never hidden by a 304: it has different entity tags.

use http::header::{IF_MATCH, IF_NONE_MATCH, IF_RANGE};

use super::list::trim;
use crate::request::fields::Fields;

/// The result of a request's preconditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// All preconditions are true: the request is performed.
    Holds,
    /// 304: the client already has the current representation.
    NotModified,
    /// 412: the current representation is not the one that the client requires.
    Failed,
}

/// Evaluates the preconditions of a GET or HEAD request against the selected variant's entity tag, in the order of RFC
/// 9110 §13.2.2.
///
/// ```
/// use graven_serve::request::conditional::{Precondition, precondition};
/// use http::header::IF_NONE_MATCH;
/// use http::{HeaderMap, HeaderValue};
///
/// let fields = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static("\"a\", W/\"b\""))]);
/// assert_eq!(precondition(&fields, "\"b\""), Precondition::NotModified);
/// assert_eq!(precondition(&fields, "\"c\""), Precondition::Holds);
/// ```
#[must_use]
pub fn precondition(fields: &impl Fields, etag: &str) -> Precondition {
    // 1. If-Match: false is a 412.
    if fields.has(&IF_MATCH) && !any_matches(fields.lines(&IF_MATCH), |tag| tag.strongly_matches(etag)) {
        return Precondition::Failed;
    }
    // 2. If-Unmodified-Since: ignored, there is no modification date.
    // 3. If-None-Match: false is a 304 for GET and HEAD.
    if any_matches(fields.lines(&IF_NONE_MATCH), |tag| tag.weakly_matches(etag)) {
        return Precondition::NotModified;
    }
    // 4. If-Modified-Since: ignored, there is no modification date.
    // 5. If-Range: see `range_applies`.
    Precondition::Holds
}

/// Returns whether `Range` applies (RFC 9110 §13.1.5): if there is no `If-Range`, or if its entity tag strongly
/// matches. A date never matches.
///
/// ```
/// use graven_serve::request::conditional::range_applies;
/// use http::header::IF_RANGE;
/// use http::{HeaderMap, HeaderValue};
///
/// let fields = HeaderMap::from_iter([(IF_RANGE, HeaderValue::from_static("\"a\""))]);
/// assert!(range_applies(&fields, "\"a\""));
/// assert!(!range_applies(&fields, "\"b\""));
/// assert!(range_applies(&HeaderMap::new(), "\"b\""));
/// ```
#[must_use]
pub fn range_applies(fields: &impl Fields, etag: &str) -> bool {
    let mut lines = fields.lines(&IF_RANGE);
    match (lines.next(), lines.next()) {
        (None, _) => true,
        (Some(line), None) => match EntityTag::parse(trim(line)) {
            Some((tag, [])) => tag.strongly_matches(etag),
            _ => false,
        },
        (Some(_), Some(_)) => false,
    }
}

/// Returns whether any listed tag matches, or the list is `*`, which matches every representation.
fn any_matches<'a>(lines: impl Iterator<Item = &'a [u8]>, matches: impl Fn(EntityTag<'a>) -> bool) -> bool {
    lines.into_iter().any(|line| trim(line) == b"*" || entity_tags(line).any(&matches))
}

/// An entity tag (RFC 9110 §8.8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct EntityTag<'a> {
    weak: bool,
    /// With its quotes.
    opaque: &'a [u8],
}

impl<'a> EntityTag<'a> {
    /// Parses the tag at the start and returns it with the rest. Returns `None` if there is no well-formed tag.
    fn parse(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (weak, opaque) = match bytes {
            // "W/" is case-sensitive.
            [b'W', b'/', opaque @ ..] => (true, opaque),
            opaque => (false, opaque),
        };
        let [b'"', rest @ ..] = opaque else { return None };
        let end = rest.iter().position(|&byte| !matches!(byte, 0x21 | 0x23..=0x7e | 0x80..))?;
        let (opaque, rest) = opaque.split_at(end + 2);
        opaque.ends_with(b"\"").then_some((EntityTag { weak, opaque }, rest))
    }

    /// Strong comparison (§8.8.3.2): equal, and neither is weak.
    fn strongly_matches(&self, etag: &str) -> bool {
        !self.weak && self.opaque == etag.as_bytes()
    }

    /// Weak comparison (§8.8.3.2): equal, weak or not.
    fn weakly_matches(&self, etag: &str) -> bool {
        self.opaque == etag.as_bytes()
    }
}

/// Returns the tags of a list up to the first malformed one. The rest cannot be split reliably, because a tag may
/// contain a comma.
fn entity_tags(line: &[u8]) -> impl Iterator<Item = EntityTag<'_>> {
    let mut rest = line;
    std::iter::from_fn(move || {
        while let [b' ' | b'\t' | b',', after @ ..] = rest {
            rest = after;
        }
        let (tag, after) = EntityTag::parse(rest)?;
        rest = trim(after);
        matches!(rest, [] | [b',', ..]).then_some(tag)
    })
}

#[cfg(test)]
mod tests {
    use http::header::{IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE};
    use http::{HeaderMap, HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn fields(lines: &[(HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, HeaderValue::from_str(value).expect("a field value"));
        }
        headers
    }

    #[test]
    fn if_none_match_compares_weakly() {
        for (value, expected) in [
            ("\"a\"", Precondition::NotModified),
            ("W/\"a\"", Precondition::NotModified),
            ("*", Precondition::NotModified),
            (" * ", Precondition::NotModified),
            ("\"b\", \"a\"", Precondition::NotModified),
            ("\"b,\" , W/\"a\"", Precondition::NotModified),
            (",,\"a\",", Precondition::NotModified),
            ("\"\",\"a\"", Precondition::NotModified),
            ("\"b\"", Precondition::Holds),
            ("\"A\"", Precondition::Holds),
            ("a", Precondition::Holds),
            ("\"a", Precondition::Holds),
            ("w/\"a\"", Precondition::Holds),
            ("W/ \"a\"", Precondition::Holds),
            ("\"b\" \"a\"", Precondition::Holds),
            ("\"b\"x, \"a\"", Precondition::Holds),
            ("\"b c\", \"a\"", Precondition::Holds),
            ("\"a\", *", Precondition::NotModified),
            ("\"x\", *", Precondition::Holds),
            ("", Precondition::Holds),
        ] {
            assert_eq!(precondition(&fields(&[(IF_NONE_MATCH, value)]), "\"a\""), expected, "{value}");
        }
    }

    #[test]
    fn if_match_compares_strongly() {
        for (value, expected) in [
            ("\"a\"", Precondition::Holds),
            ("*", Precondition::Holds),
            ("\"b\", \"a\"", Precondition::Holds),
            ("W/\"a\"", Precondition::Failed),
            ("\"b\"", Precondition::Failed),
            ("", Precondition::Failed),
            ("a", Precondition::Failed),
        ] {
            assert_eq!(precondition(&fields(&[(IF_MATCH, value)]), "\"a\""), expected, "{value}");
        }
    }

    #[test]
    fn if_match_is_evaluated_before_if_none_match() {
        let both = |matching, none| precondition(&fields(&[(IF_MATCH, matching), (IF_NONE_MATCH, none)]), "\"a\"");
        assert_eq!(both("\"b\"", "\"a\""), Precondition::Failed);
        assert_eq!(both("\"a\"", "\"a\""), Precondition::NotModified);
        assert_eq!(both("\"a\"", "\"b\""), Precondition::Holds);
    }

    #[test]
    fn lists_span_several_lines() {
        let headers = fields(&[(IF_NONE_MATCH, "\"b\""), (IF_NONE_MATCH, "\"c\", \"a\"")]);
        assert_eq!(precondition(&headers, "\"a\""), Precondition::NotModified);
    }

    #[test]
    fn dates_are_ignored() {
        let date = "Sat, 01 Jan 2000 00:00:00 GMT";
        let headers = fields(&[(IF_MODIFIED_SINCE, date), (IF_UNMODIFIED_SINCE, date)]);
        assert_eq!(precondition(&headers, "\"a\""), Precondition::Holds);
    }

    #[test]
    fn if_range_compares_strongly() {
        assert!(range_applies(&HeaderMap::new(), "\"a\""));
        for (value, applies) in [
            ("\"a\"", true),
            ("W/\"a\"", false),
            ("\"b\"", false),
            ("*", false),
            ("\"a\", \"b\"", false),
            ("\"a\"x", false),
            ("Sat, 01 Jan 2000 00:00:00 GMT", false),
            ("", false),
        ] {
            assert_eq!(range_applies(&fields(&[(IF_RANGE, value)]), "\"a\""), applies, "{value}");
        }
        assert!(!range_applies(&fields(&[(IF_RANGE, "\"a\""), (IF_RANGE, "\"a\"")]), "\"a\""));
    }

    proptest! {
        #[test]
        fn a_tag_matches_only_a_line_that_contains_it(line in "[ -~]{0,60}") {
            let headers = fields(&[(IF_NONE_MATCH, &line)]);
            let found = precondition(&headers, "\"a\"") == Precondition::NotModified;
            prop_assert!(!found || line.contains("\"a\"") || line.trim() == "*");
        }

        #[test]
        fn a_tag_is_found_in_any_list(tags in proptest::collection::vec("[!#-~]{0,8}", 1..6), at in any::<prop::sample::Index>()) {
            let line = tags.iter().map(|tag| format!("\"{tag}\"")).collect::<Vec<_>>().join(", ");
            let headers = fields(&[(IF_NONE_MATCH, &line)]);
            let tag = format!("\"{}\"", at.get(&tags));
            prop_assert_eq!(precondition(&headers, &tag), Precondition::NotModified);
        }
    }
}
