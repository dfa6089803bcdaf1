//! Raw HTML that a page's security policy blocks: inline styles, scripts, frames. Frames become links; the rest is removed and listed.

use crate::body::Edit;
use crate::markup::{self, Tag};
use crate::targets::SOURCE;
use crate::text::Text;

use super::conversion::Conversion;

/// Elements that are removed with what is within them.
const REMOVED: [&str; 2] = ["script", "style"];
/// Elements of the head of a page, and parts of frames.
const EMPTY: [&str; 4] = ["base", "link", "meta", "param"];
/// Elements that show another document, and the attribute that names it.
const FRAMES: [(&str, &str); 4] = [("iframe", "src"), ("frame", "src"), ("embed", "src"), ("object", "data")];

/// Rewrites the raw HTML of a text.
pub(super) fn convert(text: &mut Text, conversion: &mut Conversion<'_>) {
    let tags = markup::tags(&text.body.text);
    let mut edits: Vec<Edit> = Vec::new();
    let mut attributes: Vec<(usize, String)> = Vec::new();
    for (index, tag) in tags.iter().enumerate() {
        let name = tag.name.as_str();
        if REMOVED.contains(&name) {
            remove(&tags, index, text, conversion, &mut edits);
        } else if EMPTY.contains(&name) {
            conversion.note(text, tag.range.start, format!("`<{name}>`, removed: it belongs in the head of a page"));
            edits.push((tag.range.clone(), String::new()));
        } else if let Some((_, attribute)) = FRAMES.iter().find(|(frame, _)| *frame == name) {
            edits.push((tag.range.clone(), frame(tag, attribute, text, conversion)));
        } else if name == "h1" {
            let start = tag.range.start + 1 + usize::from(tag.is_end);
            edits.push((start..start + 2, "h2".to_owned()));
        } else {
            clean(tag, &mut edits, &mut attributes);
        }
    }
    if let Some((first, names)) = attributes.first() {
        let more = if attributes.len() > 1 {
            format!(", and {} more in this text", attributes.len() - 1)
        } else {
            String::new()
        };
        conversion.note(text, *first, format!("the attribute {names} was removed: pages block it{more}"));
    }
    text.body.edit(edits);
}

/// Removes an element with its text. A gist is linked to instead.
fn remove(tags: &[Tag], index: usize, text: &Text, conversion: &mut Conversion<'_>, edits: &mut Vec<Edit>) {
    let tag = &tags[index];
    if tag.is_end {
        edits.push((tag.range.clone(), String::new()));
        return;
    }
    let end = tags[index..].iter().find(|other| other.is_end && other.name == tag.name);
    let source = tag.attribute("src").map(|source| source.value.clone()).unwrap_or_default();
    let range = tag.range.start..end.map_or(tag.range.end, |end| end.range.end);
    if source.contains("gist.github.com/") {
        let address = source.trim_end_matches(".js");
        edits.push((range, format!("<a href=\"{address}\">Gist on GitHub</a>")));
        return;
    }
    let shown = if source.is_empty() { String::new() } else { format!(" ({source})") };
    conversion.note(text, tag.range.start, format!("`<{}>`{shown}, removed: pages block it", tag.name));
    edits.push((range, String::new()));
}

/// The link to what a frame shows.
fn frame(tag: &Tag, attribute: &str, text: &Text, conversion: &mut Conversion<'_>) -> String {
    if tag.is_end {
        return String::new();
    }
    let source = tag.attribute(attribute).map(|source| source.value.trim().to_owned()).unwrap_or_default();
    // What a template would have filled in is not known.
    if source.is_empty() || source.contains(SOURCE) {
        conversion.note(text, tag.range.start, format!("`<{}>`, removed: pages block it", tag.name));
        return String::new();
    }
    let (address, label) = watched(&source);
    conversion.note(text, tag.range.start, format!("`<{}>` became a link to {address}: pages block frames", tag.name));
    let address = address.replace('&', "&amp;").replace('"', "%22");
    format!("<a href=\"{address}\">{label}</a>")
}

/// The page of what a frame shows, and a text for its link.
fn watched(source: &str) -> (String, String) {
    let source = if source.starts_with("//") { format!("https:{source}") } else { source.to_owned() };
    let id = |after: &str| {
        let rest = source.split_once(after)?.1;
        rest.split(['?', '&', '/', '#']).next().filter(|id| !id.is_empty()).map(str::to_owned)
    };
    if source.contains("youtu")
        && let Some(id) = id("/embed/").or_else(|| id("/v/")).filter(|id| id != "videoseries")
    {
        return (format!("https://www.youtube.com/watch?v={id}"), "Video on YouTube".to_owned());
    }
    if let Some(id) = id("player.vimeo.com/video/") {
        return (format!("https://vimeo.com/{id}"), "Video on Vimeo".to_owned());
    }
    let host =
        source.split_once("://").map_or(source.as_str(), |(_, rest)| rest.split('/').next().unwrap_or(rest)).to_owned();
    (source, host)
}

/// Removes styles and listeners, and makes targets of links of the old `name`.
fn clean(tag: &Tag, edits: &mut Vec<Edit>, attributes: &mut Vec<(usize, String)>) {
    for attribute in &tag.attributes {
        let name = attribute.name.as_str();
        if name == "style" || (name.starts_with("on") && name.len() > 4) {
            attributes.push((attribute.range.start, format!("`{name}`")));
            edits.push((attribute.range.clone(), String::new()));
        } else if name == "name" && tag.name == "a" && tag.attribute("id").is_none() {
            let start = attribute.range.start + 1;
            edits.push((start..start + "name".len(), "id".to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_leads_to_the_page_of_what_it_shows() {
        for (source, expected) in [
            ("https://www.youtube.com/embed/abc?rel=0", "https://www.youtube.com/watch?v=abc"),
            ("//player.vimeo.com/video/12", "https://vimeo.com/12"),
            ("https://example.org/a?b", "https://example.org/a?b"),
        ] {
            assert_eq!(watched(source).0, expected);
        }
    }
}
