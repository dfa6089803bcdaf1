//! The parts of a page: the elements that `#part` at the end of a link can lead to (HTML §7.4.6.4).

use std::collections::BTreeSet;

use graven_press::diagnostic::nearest;
use graven_search::markup::decode;
use percent_encoding::percent_decode_str;

/// Hosts whose pages find their parts by scripts, as lines of code (`#L10`) or comments: their HTML says nothing about them.
const OF_SCRIPTS: [&str; 8] = [
    "bitbucket.org",
    "codeberg.org",
    "gist.github.com",
    "git.sr.ht",
    "github.com",
    "gitlab.com",
    "source.chromium.org",
    "sourcegraph.com",
];

/// What code hosts put before the ids of headings. Their scripts find a heading without it.
const OF_AUTHORS: &str = "user-content-";

/// Elements that contain text alone, whatever it looks like (HTML §13.1.2.1).
const TEXT_ALONE: [&str; 4] = ["script", "style", "textarea", "title"];

/// The part of a page that a URL on this host leads to, if the HTML of the page can say whether it is there.
pub(super) fn wanted<'a>(url: &'a str, host: &str) -> Option<&'a str> {
    let (_, fragment) = url.split_once('#')?;
    // What follows is a text to look for, and browsers that know it take it away (Scroll to Text Fragment §3.3).
    let part = fragment.split(":~:").next().unwrap_or(fragment);
    // Every page has a top. The others are the state of a script.
    let is_other = part.is_empty() || part.eq_ignore_ascii_case("top") || part.contains('=');
    let is_of_scripts = part.starts_with(['!', '/']) || OF_SCRIPTS.contains(&host);
    (!is_other && !is_of_scripts).then_some(part)
}

/// Whether a page has a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    There,
    /// It has others; the one that is spelt most like it, if there is one.
    Missing(Option<String>),
    /// It may be made by a script.
    Unclear,
}

/// What a page can be asked about its parts.
#[derive(Debug, Default)]
pub(super) struct Parts {
    ids: BTreeSet<String>,
    has_headings: bool,
}

impl Parts {
    /// The parts of an HTML page.
    pub(super) fn of(html: &str) -> Self {
        let mut parts = Self::default();
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            rest = &rest[start + 1..];
            if let Some(comment) = rest.strip_prefix("!--") {
                rest = comment.find("-->").map_or("", |end| &comment[end..]);
            } else if rest.starts_with(|char: char| char.is_ascii_alphabetic()) {
                rest = parts.read_tag(rest);
            }
        }
        parts
    }

    /// Reads a tag after its `<`. Returns what follows it, and its text if it contains text alone.
    fn read_tag<'a>(&mut self, tag: &'a str) -> &'a str {
        let end = tag.find(|char: char| char.is_ascii_whitespace() || matches!(char, '/' | '>')).unwrap_or(tag.len());
        let (name, mut rest) = tag.split_at(end);
        let name = name.to_ascii_lowercase();
        self.has_headings |= matches!(name.as_bytes(), [b'h', b'1'..=b'6']);
        while let Some((key, value, after)) = attribute(rest) {
            rest = after;
            if key.eq_ignore_ascii_case("id") || (name == "a" && key.eq_ignore_ascii_case("name")) {
                let mut id = String::new();
                decode(value, &mut id);
                self.ids.insert(id);
            }
        }
        if TEXT_ALONE.contains(&name.as_str()) {
            let close = format!("</{name}");
            let is_close = |at: &usize| {
                rest.as_bytes()[*at..].get(..close.len()).is_some_and(|tag| tag.eq_ignore_ascii_case(close.as_bytes()))
            };
            let at = rest.match_indices('<').map(|(at, _)| at).find(is_close);
            return at.map_or("", |at| &rest[at..]);
        }
        rest
    }

    /// Whether there is a part with this name, as a link has it.
    pub(super) fn find(&self, part: &str) -> Found {
        let decoded = percent_decode_str(part).decode_utf8_lossy();
        let names = [part.to_owned(), decoded.to_string(), format!("{OF_AUTHORS}{decoded}")];
        if names.iter().any(|name| self.ids.contains(name)) {
            return Found::There;
        }
        // A page without headings is a frame that a script fills. Of another coding than UTF-8, only plain letters are known.
        let is_readable = decoded.is_ascii() || !self.ids.iter().any(|id| id.contains(char::REPLACEMENT_CHARACTER));
        if !self.has_headings || !is_readable {
            return Found::Unclear;
        }
        Found::Missing(nearest(&decoded, self.ids.iter().map(String::as_str)).map(str::to_owned))
    }
}

/// The next attribute of a tag, its value, and what follows. `None` at the end of the tag, which is then what follows in the text.
fn attribute(tag: &str) -> Option<(&str, &str, &str)> {
    let tag = tag.trim_start_matches(|char: char| char.is_ascii_whitespace() || char == '/');
    let end = tag.find(|char: char| char.is_ascii_whitespace() || matches!(char, '=' | '/' | '>'))?;
    let (key, rest) = tag.split_at(end);
    if key.is_empty() {
        return None;
    }
    let Some(value) = rest.trim_start().strip_prefix('=') else { return Some((key, "", rest)) };
    let value = value.trim_start();
    if let Some(quote) = value.chars().next().filter(|char| matches!(char, '"' | '\'')) {
        let (value, rest) = value[1..].split_once(quote)?;
        return Some((key, value, rest));
    }
    let end = value.find(|char: char| char.is_ascii_whitespace() || char == '>')?;
    Some((key, &value[..end], &value[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_looked_for_only_where_html_can_have_it() {
        for (url, expected) in [
            ("https://a.org/b#c", Some("c")),
            ("https://a.org/b#c:~:text=d", Some("c")),
            ("https://a.org/b#c%20d", Some("c%20d")),
            ("https://a.org/b#:~:text=d", None),
            ("https://a.org/b#", None),
            ("https://a.org/b", None),
            ("https://a.org/b#Top", None),
            ("https://a.org/b#!c", None),
            ("https://a.org/b#/c", None),
            ("https://a.org/b#page=3", None),
            ("https://github.com/a/b/blob/c/d.rs#L10-L12", None),
        ] {
            let host = url.split('/').nth(2).unwrap_or_default();
            assert_eq!(wanted(url, host), expected, "{url}");
        }
    }

    #[test]
    fn a_page_has_the_parts_that_browsers_find() {
        let html = "<!DOCTYPE html><html><head><title><p id=t></title><script>'<p id=\"s\">'</script></head><body>\
            <!-- <p id=comment> --><h1 class=\"x\" ID='one'>A</h1><a name=two></a><p\n id = three>B<input id=four/><br id>\
            <div data-id=\"no\" name=\"no\"><i id=\"five &amp; six\"><h2 id=\"user-content-seven\">C</h2><p id=\"\u{e9}t\u{e9}\"><p id=\"open";
        let parts = Parts::of(html);
        for part in ["one", "two", "three", "five%20&%20six", "seven", "%C3%A9t%C3%A9"] {
            assert_eq!(parts.find(part), Found::There, "{part}");
        }
        for part in ["t", "s", "comment", "no", "open"] {
            assert!(matches!(parts.find(part), Found::Missing(_)), "{part}");
        }
        assert_eq!(parts.find("tree"), Found::Missing(Some("three".to_owned())));
        assert_eq!(parts.find("something-else"), Found::Missing(None));
    }

    #[test]
    fn a_page_that_a_script_fills_says_nothing() {
        assert_eq!(Parts::of("<div id=\"app\"></div><script src=a.js></script>").find("b"), Found::Unclear);
        assert_eq!(Parts::of("<h1 id=\"\u{fffd}\">").find("%C3%A9"), Found::Unclear);
        assert_eq!(Parts::of("").find("b"), Found::Unclear);
    }
}
