//! The links and pictures of a text, in Markdown and in raw HTML, each with the place of its destination.

use std::ops::Range;

use graven_press::markdown::DIALECT;
use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};

use crate::body::Edit;
use crate::markup;

/// A link or a picture.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) is_picture: bool,
    /// The whole of it: the link with its text, or the attribute.
    pub(crate) range: Range<usize>,
    /// The destination in the text, and what it says.
    pub(crate) destination: Range<usize>,
    pub(crate) value: String,
    /// Whether it is an attribute of raw HTML.
    pub(crate) is_html: bool,
    /// What shows the reader what the reference shows, without the reference.
    pub(crate) removal: Vec<Edit>,
    /// A picture as raw HTML.
    pub(crate) as_html: String,
    /// Where a picture without a text alternative would have it.
    pub(crate) missing_alt: Option<usize>,
}

/// A link or picture whose end is not reached yet.
struct Open {
    kind: LinkType,
    value: String,
    id: String,
    range: Range<usize>,
    is_picture: bool,
    /// The end of its text.
    end: usize,
    text: String,
}

/// All references of a text.
pub(crate) fn of(text: &str) -> Vec<Reference> {
    let mut references = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut parser = Parser::new_ext(text, DIALECT).into_offset_iter();
    let mut closed = Vec::new();
    for (event, range) in parser.by_ref() {
        match event {
            Event::Start(Tag::Link { link_type, dest_url, id, .. }) => {
                let (value, id) = (dest_url.into_string(), id.into_string());
                let end = range.start + 1;
                open.push(Open { kind: link_type, value, id, range, is_picture: false, end, text: String::new() });
            }
            Event::Start(Tag::Image { link_type, dest_url, id, .. }) => {
                let (value, id) = (dest_url.into_string(), id.into_string());
                let end = range.start + 2;
                open.push(Open { kind: link_type, value, id, range, is_picture: true, end, text: String::new() });
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                let last = open.pop();
                if let (Some(last), Some(around)) = (&last, open.last_mut()) {
                    around.end = around.end.max(last.range.end);
                }
                closed.extend(last);
            }
            event => {
                if let Some(last) = open.last_mut() {
                    last.end = last.end.max(range.end);
                    if let Event::Text(part) | Event::Code(part) = event {
                        last.text.push_str(&part);
                    }
                }
            }
        }
    }
    for link in closed {
        let definition = parser.reference_definitions().get(&link.id).map(|definition| definition.span.clone());
        references.extend(reference(text, link, definition));
    }
    references.extend(markup::tags(text).iter().flat_map(attributes));
    references.sort_by_key(|reference| reference.range.start);
    references
}

fn reference(text: &str, link: Open, definition: Option<Range<usize>>) -> Option<Reference> {
    let Open { kind, value, range, is_picture, end, text: label, .. } = link;
    let destination = match kind {
        LinkType::Inline => {
            let open = end + text[end..range.end].find("](")? + 2;
            destination_at(text, open, range.end)
        }
        LinkType::Autolink => range.start + 1..range.end - 1,
        LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut => {
            let definition = definition?;
            let colon = definition.start + text[definition.clone()].find("]:")? + 2;
            destination_at(text, colon, definition.end)
        }
        _ => return None,
    };
    let removal = match (is_picture, kind) {
        (true, _) => {
            vec![(range.clone(), if label.trim().is_empty() { String::new() } else { format!("*{}*", label.trim()) })]
        }
        (_, LinkType::Autolink) => {
            vec![(range.start..range.start + 1, String::new()), (range.end - 1..range.end, String::new())]
        }
        _ => vec![(range.start..range.start + 1, String::new()), (end..range.end, String::new())],
    };
    let missing_alt =
        (is_picture && label.is_empty() && !text[range.clone()].starts_with("![ ")).then_some(range.start + 2);
    let quoted = |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let as_html = format!("<img src=\"{}\" alt=\"{}\">", quoted(&value), quoted(label.trim()));
    Some(Reference { is_picture, range, destination, value, is_html: false, removal, as_html, missing_alt })
}

/// The destination that begins after white space at `start`, without its angle brackets.
fn destination_at(text: &str, start: usize, limit: usize) -> Range<usize> {
    let rest = &text[start..limit];
    let start = start + rest.len() - rest.trim_start_matches(|char: char| char.is_whitespace() || char == '>').len();
    let rest = &text[start..limit];
    if let Some(inner) = rest.strip_prefix('<') {
        return start + 1..start + 1 + inner.find('>').unwrap_or(inner.len());
    }
    let mut depth = 0;
    let end = rest.char_indices().find(|(_, char)| match char {
        '(' => {
            depth += 1;
            false
        }
        ')' if depth == 0 => true,
        ')' => {
            depth -= 1;
            false
        }
        char => char.is_whitespace(),
    });
    start..start + end.map_or(rest.len(), |(at, _)| at)
}

/// The references of a tag of raw HTML.
fn attributes(tag: &markup::Tag) -> Vec<Reference> {
    let is_link = matches!(tag.name.as_str(), "a" | "area");
    let names: &[&str] = if is_link { &["href"] } else { &["src", "poster"] };
    let found = names.iter().filter_map(|name| tag.attribute(name)).filter(|_| !tag.is_end);
    let found = found.map(|attribute| Reference {
        is_picture: !is_link,
        range: attribute.range.clone(),
        destination: attribute.value_range.clone(),
        value: attribute.value.clone(),
        is_html: true,
        removal: match tag.name.as_str() {
            "img" | "source" | "track" => vec![(tag.range.clone(), String::new())],
            _ => vec![(attribute.range.clone(), String::new())],
        },
        as_html: String::new(),
        missing_alt: None,
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_has_its_destination_and_a_form_without_it() {
        let text = "[a](/x \"t\") ![b](<y z.png>) [c][d] [![e](f.png)](/g) <https://h.example> <a href='/i'>j</a> [k](/l(m))\n\n[d]: /n\n";
        let shown: Vec<_> = of(text).iter().map(|found| &text[found.destination.clone()]).collect();
        assert_eq!(shown, ["/x", "y z.png", "/n", "/g", "f.png", "https://h.example", "/i", "/l(m)"]);
        let mut body = crate::body::Body::new(text, 1);
        let edits =
            of(text).into_iter().filter(|found| found.value != "f.png").flat_map(|found| found.removal).collect();
        body.edit(edits);
        assert_eq!(body.text, "a *b* c ![e](f.png) https://h.example <a>j</a> k\n\n[d]: /n\n");
    }
}
