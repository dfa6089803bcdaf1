//! Parses the query of the search page: `q=kafka+lag&page=2`, as a form sends it (`application/x-www-form-urlencoded`, WHATWG URL §5.1).

use std::borrow::Cow;

use super::target::{hexadecimal, push_encoded};

/// Maximum number of bytes of `q` that are read. The form allows 200 characters; most have one byte.
const MAX_BYTES: usize = 400;

/// Highest page. Nobody pages further, and each page costs what all before it cost.
pub(crate) const MAX_PAGE: usize = 50;

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SearchQuery {
    /// The words, decoded, without white space around them.
    pub(crate) words: String,
    /// From 1.
    pub(crate) page: usize,
}

impl SearchQuery {
    /// Returns `None` if there is no `q`: then the page itself is meant.
    pub(crate) fn parse(query: &str) -> Option<Self> {
        let value_of = |name: &str| {
            query.split('&').find_map(|pair| match pair.split_once('=').unwrap_or((pair, "")) {
                (found, value) if found == name => Some(value),
                _ => None,
            })
        };
        let words = decode(value_of("q")?);
        let end = words.floor_char_boundary(MAX_BYTES);
        let page = value_of("page").and_then(|page| page.parse().ok()).unwrap_or(1);
        Some(SearchQuery { words: words[..end].trim().to_owned(), page: page.clamp(1, MAX_PAGE) })
    }

    /// Returns the target of another page of the same search, for the path of the search page in its parts.
    pub(crate) fn target(&self, path: [&str; 2], page: usize) -> String {
        let mut target = path.concat() + "?q=";
        for byte in self.words.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => target.push(char::from(byte)),
                b' ' => target.push('+'),
                _ => push_encoded(byte, &mut target),
            }
        }
        if page > 1 { target + "&page=" + &page.to_string() } else { target }
    }
}

/// Decodes a value. What is not valid is kept as it is, or becomes U+FFFD.
fn decode(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len().min(MAX_BYTES));
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        bytes.push(match (first, after) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match (hexadecimal(*high), hexadecimal(*low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            (byte, _) => *byte,
        });
    }
    let text = String::from_utf8_lossy(&bytes);
    let is_space = |char: char| char.is_control() || char.is_whitespace();
    if text.contains(is_space) { text.replace(is_space, " ") } else { Cow::into_owned(text) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_query_has_words_and_a_page() {
        for (query, expected) in [
            ("", None),
            ("page=2", None),
            ("query=a", None),
            ("q", Some(("", 1))),
            ("q=", Some(("", 1))),
            ("q=kafka", Some(("kafka", 1))),
            ("a=b&q=kafka+lag&q=other&page=3", Some(("kafka lag", 3))),
            ("q=%22at%20least%22", Some(("\"at least\"", 1))),
            ("q=%C3%A9t%C3%A9&page=x", Some(("été", 1))),
            ("q=100%&page=0", Some(("100%", 1))),
            ("q=%zz%f&page=999999", Some(("%zz%f", 50))),
            ("q=%ff%00+", Some(("\u{fffd}", 1))),
        ] {
            let expected = expected.map(|(words, page)| SearchQuery { words: words.to_owned(), page });
            assert_eq!(SearchQuery::parse(query), expected, "{query}");
        }
    }

    #[test]
    fn long_queries_are_cut_between_characters() {
        let query = SearchQuery::parse(&format!("q=a{}", "%C3%A9".repeat(300))).expect("a query");
        assert_eq!(query.words.len(), 399);
    }

    proptest! {
        #[test]
        fn a_target_is_parsed_to_the_same_query(words in "\\PC{0,40}", page in 1_usize..=50) {
            let words = decode(&words.replace(['%', '+', '&', '#'], "x")).trim().to_owned();
            let query = SearchQuery { words, page };
            let target = query.target(["", "/search"], page);
            let (path, parameters) = target.split_once('?').expect("a query");
            prop_assert_eq!(path, "/search");
            prop_assert!(target.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert_eq!(SearchQuery::parse(parameters), Some(query));
        }

        #[test]
        fn any_query_is_parsed(query in "[q=&%+a-f0-9é]{0,60}") {
            SearchQuery::parse(&query);
        }
    }
}
