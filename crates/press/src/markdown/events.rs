//! The list of events that the passes work on.

use std::ops::Range;

use pulldown_cmark::Event;

/// An event and its place in the file.
pub(super) type SpannedEvent<'a> = (Event<'a>, Range<usize>);

/// The index of the event that ends the element that begins at `start`.
pub(super) fn end_of(events: &[SpannedEvent], start: usize) -> usize {
    let mut depth = 0usize;
    for (index, (event, _)) in events.iter().enumerate().skip(start) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    events.len() - 1
}

/// Replaces all `events` by finished HTML.
pub(super) fn replace(events: &mut [SpannedEvent], html: String) {
    for (event, _) in events.iter_mut() {
        *event = Event::Html("".into());
    }
    if let Some((first, _)) = events.first_mut() {
        *first = Event::Html(html.into());
    }
}
