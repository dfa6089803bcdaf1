//! File cards: a paragraph with nothing but a link to a file shows the name of the file, its type and its size.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::events::{SpannedEvent, end_of};
use super::page::Page;
use crate::assets::{STATIC, split_extension};
use crate::markup::push_text;
use crate::pictures::published;
use crate::url::{decoded, join, split_path};

/// The tag that begins the paragraph of a file card.
pub(super) const CARD: &str = "<p class=\"card\">";

/// Adds to each such paragraph what its reader would like to know before following the link.
pub(super) fn render(events: &mut [SpannedEvent], page: &mut Page) {
    let mut notes = 0;
    for start in 0..events.len() {
        match &events[start].0 {
            // A note is within a sentence.
            Event::Start(Tag::FootnoteDefinition(_)) => notes += 1,
            Event::End(TagEnd::FootnoteDefinition) => notes -= 1,
            Event::Start(Tag::Paragraph) if notes == 0 => {
                let end = end_of(events, start);
                if let Some(card) = card(&events[start + 1..end], page) {
                    events[start].0 = Event::InlineHtml(CARD.into());
                    events[end].0 = Event::Html(format!("{card}</p>\n").into());
                }
            }
            _ => {}
        }
    }
}

/// What follows the link, if `content` is a link to a file and nothing else.
fn card(content: &[SpannedEvent], page: &mut Page) -> Option<String> {
    let (Event::Start(Tag::Link { dest_url, .. }), _) = content.first()? else { return None };
    let is_image = |(event, _): &SpannedEvent| matches!(event, Event::Start(Tag::Image { .. }));
    if end_of(content, 0) + 1 < content.len() || content.iter().any(is_image) {
        return None;
    }
    let (source, size) = file(dest_url, page)?;
    let name = source.rsplit('/').next().unwrap_or(&source);
    let is_named = content.iter().any(|(event, _)| matches!(event, Event::Text(text) if **text == *name));
    let kind = kind(name).map(|kind| kind + ", ").unwrap_or_default();
    let name = if is_named { String::new() } else { format!("{name}, ") };
    let mut card = String::from(" <small>");
    let size = shown_size(size, &page.words().numbers.decimal);
    push_text(&mut card, &format!("{name}{kind}{size}"));
    Some(card + "</small>")
}

/// The path in the tree of the file that a link leads to, and its size on the site.
fn file(target: &str, page: &mut Page) -> Option<(String, usize)> {
    let route = split_path(target).0;
    let asset = page.rendered.assets.iter().find(|asset| asset.route == route);
    if let Some(source) = asset.map(|asset| asset.source.clone()) {
        let size = published(page.file(&source)?).len();
        return Some((source, size));
    }
    // Pages are no files: their last part has no extension.
    let path = join(STATIC, &decoded(route.strip_prefix('/')?)).filter(|path| path.contains('.'))?;
    let size = page.file(&path)?.len();
    Some((path, size))
}

/// The type of a file, in a word. `None` if its name has no extension.
fn kind(name: &str) -> Option<String> {
    split_extension(name).filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension.to_uppercase())
}

/// `12 KiB`, with two digits at least.
fn shown_size(bytes: usize, decimal: &str) -> String {
    const STEP: usize = 1024;
    let (mut unit, mut in_unit) = ("B", 1);
    for larger in ["KiB", "MiB", "GiB"] {
        if bytes < in_unit * STEP {
            break;
        }
        (unit, in_unit) = (larger, in_unit * STEP);
    }
    let tenths = (bytes * 10 + in_unit / 2) / in_unit;
    if in_unit == 1 || tenths >= 100 {
        format!("{}\u{a0}{unit}", (bytes + in_unit / 2) / in_unit)
    } else {
        format!("{}{decimal}{}\u{a0}{unit}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_two_digits_at_least() {
        for (bytes, shown) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (20 * 1024 + 600, "21 KiB"),
            (5 << 20, "5.0 MiB"),
            (123 << 20, "123 MiB"),
        ] {
            assert_eq!(shown_size(bytes, ".").replace('\u{a0}', " "), shown, "{bytes}");
        }
    }
}
