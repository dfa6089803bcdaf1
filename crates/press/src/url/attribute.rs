//! The URLs in the attributes of HTML and SVG.

use std::borrow::Cow;
use std::ops::Range;

use super::base_url::BaseUrl;
use crate::span::edited;

/// The URLs in the value of an attribute, as ranges of the value. Empty if the attribute holds no URLs.
pub(crate) fn urls_in(attribute: &str, value: &str) -> Vec<Range<usize>> {
    match attribute {
        _ if value.is_empty() => Vec::new(),
        "href" | "src" | "poster" | "action" | "formaction" | "cite" | "data" | "xlink:href" => {
            std::iter::once(0..value.len()).collect()
        }
        "srcset" | "imagesrcset" => image_candidates(value),
        _ => Vec::new(),
    }
}

/// The value of an attribute with hrefs in place of routes. `None` if it has none that differ.
pub(crate) fn with_hrefs(attribute: &str, value: &str, base_url: &BaseUrl) -> Option<String> {
    let href = |url: Range<usize>| {
        let written = value[url.clone()].trim();
        match base_url.href(written) {
            Cow::Owned(href) => Some((url, href)),
            Cow::Borrowed(_) => None,
        }
    };
    let edits: Vec<_> = urls_in(attribute, value).into_iter().filter_map(href).collect();
    (!edits.is_empty()).then(|| edited(value, edits))
}

/// The references in the value of an attribute. Besides URLs, these are the fragments that SVG refers to gradients, markers and clip paths by:
/// `#id` of `url(#id)`.
pub(crate) fn references_in<'v>(attribute: &str, value: &'v str) -> Vec<&'v str> {
    let mut references: Vec<&str> = urls_in(attribute, value).into_iter().map(|url| &value[url]).collect();
    let function = value.trim().strip_prefix("url(").and_then(|inside| inside.split_once(')'));
    let fragment = function.map(|(inside, _)| inside.trim_matches(['"', '\'', ' ']));
    references.extend(fragment.filter(|fragment| fragment.starts_with('#')));
    references
}

/// The URLs of a `srcset`, as the HTML standard parses it (§4.8.4.2, "parsing a srcset attribute").
fn image_candidates(value: &str) -> Vec<Range<usize>> {
    let mut urls = Vec::new();
    let mut at = 0;
    loop {
        at += length_while(&value[at..], |byte| byte.is_ascii_whitespace() || byte == b',');
        let length = length_while(&value[at..], |byte| !byte.is_ascii_whitespace());
        if length == 0 {
            return urls;
        }
        let url = value[at..at + length].trim_end_matches(',');
        urls.push(at..at + url.len());
        at += length;
        if url.len() == length {
            at += descriptors(&value[at..]);
        }
    }
}

/// The length of a candidate's descriptors: up to the first comma outside parentheses.
fn descriptors(rest: &str) -> usize {
    let mut depth = 0usize;
    length_while(rest, |byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        byte != b',' || depth > 0
    })
}

fn length_while(text: &str, mut holds: impl FnMut(u8) -> bool) -> usize {
    text.bytes().position(|byte| !holds(byte)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_srcset_is_split_as_browsers_split_it() {
        for (srcset, expected) in [
            ("", vec![]),
            ("/a.png", vec!["/a.png"]),
            ("/a.png 1x, /b.png 2x", vec!["/a.png", "/b.png"]),
            (" , /a.png,/b.png 2x,, /c.png", vec!["/a.png,/b.png", "/c.png"]),
            ("/a.png, /b.png", vec!["/a.png", "/b.png"]),
            ("/a.png 1x (a, b), /b.png", vec!["/a.png", "/b.png"]),
            ("data:image/png;base64,AA== 1x, /b.png 2x", vec!["data:image/png;base64,AA==", "/b.png"]),
        ] {
            let urls: Vec<&str> = urls_in("srcset", srcset).into_iter().map(|url| &srcset[url]).collect();
            assert_eq!(urls, expected, "{srcset:?}");
        }
    }
}
