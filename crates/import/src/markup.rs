//! The raw HTML of a text: its tags and their attributes, with their places.

use std::ops::Range;

use pulldown_cmark::{Event, Tag as Block};

use crate::body;

/// A tag.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) range: Range<usize>,
    /// In lower case.
    pub(crate) name: String,
    pub(crate) is_end: bool,
    pub(crate) attributes: Vec<Attribute>,
}

/// An attribute.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// With the white space before it.
    pub(crate) range: Range<usize>,
    /// In lower case.
    pub(crate) name: String,
    pub(crate) value: String,
    /// Without quotes.
    pub(crate) value_range: Range<usize>,
}

impl Tag {
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

/// The tags of the raw HTML in a Markdown text.
pub(crate) fn tags(text: &str) -> Vec<Tag> {
    let html =
        body::events(text).filter(|(event, _)| matches!(event, Event::Start(Block::HtmlBlock) | Event::InlineHtml(_)));
    let mut tags = Vec::new();
    for range in html.map(|(_, range)| range) {
        read(text, range, &mut tags);
    }
    tags
}

fn read(text: &str, range: Range<usize>, tags: &mut Vec<Tag>) {
    let mut at = range.start;
    while let Some(start) = text[at..range.end].find('<').map(|found| at + found) {
        if text[start..].starts_with("<!--") {
            at = text[start..range.end].find("-->").map_or(range.end, |length| start + length + 3);
            continue;
        }
        match tag(text, start, range.end) {
            Some(tag) => {
                at = tag.range.end;
                tags.push(tag);
            }
            None => at = start + 1,
        }
    }
}

fn tag(text: &str, start: usize, limit: usize) -> Option<Tag> {
    let is_end = text[start + 1..limit].starts_with('/');
    let from = start + 1 + usize::from(is_end);
    let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | ':' | '_');
    let end = from + text[from..limit].find(|char| !is_name(char))?;
    let name = text[from..end].to_ascii_lowercase();
    if !name.starts_with(|char: char| char.is_ascii_alphabetic()) {
        return None;
    }
    let mut attributes = Vec::new();
    let mut at = end;
    loop {
        let rest = &text[at..limit];
        let skipped = rest.find(|char: char| !char.is_whitespace() && char != '/')?;
        let place = at + skipped;
        if text[place..].starts_with('>') {
            return Some(Tag { range: start..place + 1, name, is_end, attributes });
        }
        let attribute = attribute(text, at, place, limit)?;
        at = attribute.range.end;
        attributes.push(attribute);
    }
}

/// The attribute at `place`; the white space before it begins at `start`.
fn attribute(text: &str, start: usize, place: usize, limit: usize) -> Option<Attribute> {
    let ends = |char: char| char.is_whitespace() || matches!(char, '=' | '>' | '/');
    let length = text[place..limit].find(ends).filter(|length| *length > 0)?;
    let end = place + length;
    let name = text[place..end].to_ascii_lowercase();
    let after = text[end..limit].trim_start();
    let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
        return Some(Attribute { range: start..end, name, value: String::new(), value_range: end..end });
    };
    let from = limit - value.len();
    let (range, whole) = if let quote @ ('"' | '\'') = value.chars().next()? {
        let length = value[1..].find(quote)?;
        (from + 1..from + 1 + length, from + length + 2)
    } else {
        let length = value.find(|char: char| char.is_whitespace() || char == '>')?;
        (from..from + length, from + length)
    };
    let value = text[range.clone()].replace("&amp;", "&").replace("&quot;", "\"");
    Some(Attribute { range: start..whole, name, value, value_range: range })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_attributes_have_their_places() {
        let text = "A <a href=\"/x?a&amp;b\" title=y>b</a> `<code>`\n\n<!-- <p> -->\n<img src='a.png'\n alt>\n";
        let tags = tags(text);
        let shown: Vec<_> = tags.iter().map(|tag| &text[tag.range.clone()]).collect();
        assert_eq!(shown, ["<a href=\"/x?a&amp;b\" title=y>", "</a>", "<img src='a.png'\n alt>"]);
        let href = tags[0].attribute("href").expect("it is there");
        assert_eq!((href.value.as_str(), &text[href.range.clone()]), ("/x?a&b", " href=\"/x?a&amp;b\""));
        assert_eq!(tags[0].attribute("title").map(|title| title.value.as_str()), Some("y"));
        assert_eq!(tags[2].attribute("alt").map(|alt| alt.value.as_str()), Some(""));
    }
}
