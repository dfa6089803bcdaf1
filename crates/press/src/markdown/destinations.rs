//! The places of link and image destinations: in the link, or in the definition that it refers to. The parser gives the span of the whole link; the
//! destination within it is found by the grammar of `CommonMark` (§4.7, §6.3).

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag};

use super::events::{SpannedEvent, end_of};

/// The spans of destinations, by the spans of the events of their links and images. The span of `<destination>` is without the brackets.
pub(super) type Destinations = HashMap<Range<usize>, Range<usize>>;

/// Finds the destinations of `events`. `definitions` contains the span of the definition of each link and image by reference.
pub(super) fn locate(events: &[SpannedEvent], definitions: &Destinations, file: &str) -> Destinations {
    let mut destinations = Destinations::new();
    for (index, (event, span)) in events.iter().enumerate() {
        let Event::Start(Tag::Link { link_type, dest_url, .. } | Tag::Image { link_type, dest_url, .. }) = event else {
            continue;
        };
        let found = match link_type {
            LinkType::Inline => in_link(file, span, text_end(events, index)),
            LinkType::Autolink | LinkType::Email => Some(span.start + 1..span.end - 1),
            _ => definitions.get(span).and_then(|definition| in_definition(file, definition)),
        };
        if let Some(found) = found.filter(|found| may_be(&file[found.clone()], dest_url)) {
            destinations.insert(span.clone(), found);
        }
    }
    destinations
}

/// Whether `written` can be a spelling of `destination`: without escapes and character references, only if they are equal.
fn may_be(written: &str, destination: &str) -> bool {
    written.contains(['\\', '&']) || written == destination
}

/// The end of the last event within the link at `start`. If there is none, the start of the text of the link.
fn text_end(events: &[SpannedEvent], start: usize) -> usize {
    let (event, span) = &events[start];
    let opening = if matches!(event, Event::Start(Tag::Image { .. })) { "![".len() } else { "[".len() };
    let within = events[start + 1..end_of(events, start)].iter().map(|(_, span)| span.end);
    within.max().unwrap_or(span.start + opening)
}

/// The destination of `[text](destination "title")`.
fn in_link(file: &str, link: &Range<usize>, text_end: usize) -> Option<Range<usize>> {
    let tail = file.get(text_end..link.end)?;
    let open = text_end + tail.find("](")? + "](".len();
    destination_at(file, open..link.end)
}

/// The destination of `[label]: destination "title"`.
fn in_definition(file: &str, definition: &Range<usize>) -> Option<Range<usize>> {
    let label = definition.start + file[definition.clone()].find('[')? + 1;
    let end = label + unescaped(&file[label..definition.end], b']')?;
    file[end..definition.end].starts_with("]:").then(|| destination_at(file, end + "]:".len()..definition.end))?
}

/// The destination at the start of `rest`, after white space, which may contain a line break and the markers of a block quote.
fn destination_at(file: &str, rest: Range<usize>) -> Option<Range<usize>> {
    let start = rest.start + blank(&file[rest.clone()]);
    let text = &file[start..rest.end];
    if let Some(inside) = text.strip_prefix('<') {
        return unescaped(inside, b'>').map(|length| start + 1..start + 1 + length);
    }
    Some(start..start + bare(text))
}

/// The length of the white space at the start of `text`. A `>` after a line break is the marker of a block quote.
fn blank(text: &str) -> usize {
    let mut on_new_line = false;
    let mut is_blank = |byte: u8| {
        on_new_line |= matches!(byte, b'\n' | b'\r');
        byte.is_ascii_whitespace() || (on_new_line && byte == b'>')
    };
    text.bytes().position(|byte| !is_blank(byte)).unwrap_or(text.len())
}

/// The length of a destination without brackets: up to white space, or to an unbalanced closing parenthesis.
fn bare(text: &str) -> usize {
    let (mut depth, mut is_escaped) = (0usize, false);
    let mut goes_on = |byte: u8| {
        if std::mem::take(&mut is_escaped) {
            return true;
        }
        match byte {
            b'\\' => is_escaped = true,
            b'(' => depth += 1,
            b')' if depth == 0 => return false,
            b')' => depth -= 1,
            _ => {}
        }
        !byte.is_ascii_whitespace() && !byte.is_ascii_control()
    };
    text.bytes().position(|byte| !goes_on(byte)).unwrap_or(text.len())
}

/// The offset of the first `wanted` that is not escaped.
fn unescaped(text: &str, wanted: u8) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let was_escaped = std::mem::take(&mut is_escaped);
        is_escaped = byte == b'\\' && !was_escaped;
        byte == wanted && !was_escaped
    })
}
