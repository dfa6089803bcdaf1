//! Parses `Accept`: which of two media types a request prefers, such as a post as HTML or as Markdown.
//!
//! Step 4 of [`crate::respond`], before a coding is chosen.

use http::header::ACCEPT;

use super::list::{elements, split};
use super::qvalue::{QValue, qvalue};
use crate::request::fields::Fields;

/// The `Accept` fields of a request (RFC 9110 §12.5.1). They are parsed on demand, because most pages have only one
/// representation.
///
/// ```
/// use graven_serve::request::accept::Accept;
/// use http::header::ACCEPT;
/// use http::{HeaderMap, HeaderValue};
///
/// let fields = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("text/markdown, */*;q=0.1"))]);
/// let accept = Accept::of(&fields);
/// assert!(accept.prefers("text/markdown", "text/html"));
/// assert!(!accept.prefers("image/png", "text/html"));
/// ```
#[derive(Debug)]
pub struct Accept<'a, F>(&'a F);

impl<'a, F: Fields> Accept<'a, F> {
    /// Takes the `Accept` fields of a request.
    #[must_use]
    pub fn of(fields: &'a F) -> Self {
        Accept(fields)
    }

    /// Returns whether the client prefers `media_type` to `default`. If it accepts neither, the result is `false`:
    /// §12.5.1 allows sending the default, which is more useful than a 406.
    #[must_use]
    pub fn prefers(&self, media_type: &str, default: &str) -> bool {
        self.0.has(&ACCEPT) && self.weight(media_type) > self.weight(default)
    }

    /// Returns the weight of the most specific range that matches, or zero if none does.
    fn weight(&self, media_type: &str) -> QValue {
        let media_type = media_type.as_bytes();
        elements(self.0.lines(&ACCEPT))
            .filter_map(|element| MediaRange::parse(element)?.matching(media_type))
            .max()
            .map_or(QValue::ZERO, |(_, weight)| weight)
    }
}

/// A media range and its weight: `text/html;level=1;q=0.5`.
struct MediaRange<'a> {
    kind: &'a [u8],
    subtype: &'a [u8],
    /// The part after the first `;`, including the weight.
    parameters: &'a [u8],
    weight: QValue,
}

/// How specific a match is: 0 for `*/*`, 1 for `text/*`, 2 for `text/html`, and 1 more for each parameter.
type Specificity = usize;

impl<'a> MediaRange<'a> {
    /// Returns `None` if the range is malformed.
    fn parse(element: &'a [u8]) -> Option<Self> {
        let name = split(element, b';').next()?;
        let slash = name.iter().position(|&byte| byte == b'/')?;
        let (kind, subtype) = (&name[..slash], &name[slash + 1..]);
        let parameters = element.iter().position(|&byte| byte == b';').map_or(&[][..], |at| &element[at + 1..]);
        let weight = match split(parameters, b';').find_map(qvalue) {
            Some(qvalue) => QValue::parse(qvalue)?,
            None => QValue::ONE,
        };
        let malformed = kind.is_empty() || subtype.is_empty() || (kind == b"*" && subtype != b"*");
        (!malformed).then_some(MediaRange { kind, subtype, parameters, weight })
    }

    /// Returns specificity and weight if the range matches this media type.
    fn matching(&self, media_type: &[u8]) -> Option<(Specificity, QValue)> {
        let mut parts = split(media_type, b';');
        let mut name = split(parts.next()?, b'/');
        let (kind, subtype) = (name.next()?, name.next()?);
        if self.kind == b"*" {
            return Some((0, self.weight));
        }
        if !self.kind.eq_ignore_ascii_case(kind) {
            return None;
        }
        if self.subtype == b"*" {
            return Some((1, self.weight));
        }
        if !self.subtype.eq_ignore_ascii_case(subtype) {
            return None;
        }
        let mut specificity = 2;
        // Parameters after the weight were once an extension of `Accept`; they are not parameters of the type
        // (§12.5.1).
        for wanted in split(self.parameters, b';').take_while(|parameter| qvalue(parameter).is_none()) {
            if !wanted.is_empty() && !parts.clone().any(|parameter| same_parameter(parameter, wanted)) {
                return None;
            }
            specificity += usize::from(!wanted.is_empty());
        }
        Some((specificity, self.weight))
    }
}

/// Returns whether two parameters are equal, quoted or not. Values are compared case-insensitively, as `charset` and
/// `variant` require.
fn same_parameter(one: &[u8], other: &[u8]) -> bool {
    one.iter()
        .filter(unquoted)
        .map(u8::to_ascii_lowercase)
        .eq(other.iter().filter(unquoted).map(u8::to_ascii_lowercase))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is a filter over references")]
fn unquoted(byte: &&u8) -> bool {
    **byte != b'"'
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn fields(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(ACCEPT, HeaderValue::from_str(line).expect("a field value"));
        }
        headers
    }

    const HTML: &str = "text/html; charset=utf-8";
    const MARKDOWN: &str = "text/markdown; charset=utf-8";

    #[test]
    fn markdown_is_sent_only_if_preferred() {
        for (lines, markdown) in [
            (&[][..], false),
            (&[""], false),
            (&["*/*"], false),
            (&["text/*"], false),
            (&["text/html"], false),
            (&["text/html, text/markdown"], false),
            (&["text/markdown"], true),
            (&["TEXT/Markdown"], true),
            (&["text/markdown;charset=UTF-8"], true),
            (&["text/markdown; charset=\"utf-8\""], true),
            (&["text/markdown;charset=latin1"], false),
            (&["text/markdown;variant=GFM, text/html;q=0.1"], false),
            (&["text/markdown, text/html;q=0.9"], true),
            (&["text/markdown;q=0.9, text/html"], false),
            (&["text/markdown", "*/*;q=0.1"], true),
            (&["text/html;q=0.5, */*"], true),
            (&["text/html;q=0.5, text/*;q=0.4, */*"], false),
            (&["text/markdown;q=0, */*"], false),
            (&["text/markdown;q=0"], false),
            (&["image/*"], false),
            (&["text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"], false),
        ] {
            assert_eq!(Accept::of(&fields(lines)).prefers(MARKDOWN, HTML), markdown, "{lines:?}");
        }
    }

    #[test]
    fn malformed_ranges_are_ignored() {
        for line in ["text", "/markdown", "text/", "*/markdown", "text/markdown;q=7", "text/markdown;q=", "markdown"] {
            assert!(!Accept::of(&fields(&[line])).prefers(MARKDOWN, HTML), "{line}");
        }
    }

    #[test]
    fn the_weight_is_that_of_the_most_specific_range() {
        // RFC 9110 §12.5.1, the example and its table.
        let lines =
            ["text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5"];
        let headers = fields(&lines);
        for (media_type, qvalue) in [
            ("text/plain;format=flowed", "1"),
            ("text/plain", "0.7"),
            ("text/html", "0.3"),
            ("image/jpeg", "0.5"),
            ("text/plain;format=fixed", "0.4"),
            ("text/html;level=3", "0.3"),
        ] {
            assert_eq!(Some(Accept::of(&headers).weight(media_type)), QValue::parse(qvalue.as_bytes()), "{media_type}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_preferred_to_itself(line in "[ -~]{0,60}") {
            prop_assert!(!Accept::of(&fields(&[&line])).prefers(HTML, HTML));
        }

        #[test]
        fn the_higher_weight_wins(markdown in 0_u16..1000, html in 0_u16..1000) {
            let line = format!("text/markdown;q=0.{markdown:03}, text/html;q=0.{html:03}");
            prop_assert_eq!(Accept::of(&fields(&[&line])).prefers(MARKDOWN, HTML), markdown > html);
        }
    }
}
