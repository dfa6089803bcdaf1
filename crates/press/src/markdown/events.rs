//! The list of events that the passes work on.

use std::ops::Range;

use pulldown_cmark::Event;

use crate::span::Spanned;

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

/// The lines of a code block without their line breaks, each with its place in the file.
pub(super) fn lines_of(events: &[SpannedEvent]) -> Vec<Spanned<String>> {
    let mut lines: Vec<Spanned<String>> = Vec::new();
    let mut is_open = false;
    for (event, span) in events {
        let Event::Text(text) = event else { continue };
        let mut at = span.start;
        for piece in text.split_inclusive('\n') {
            let written = piece.trim_end_matches(['\r', '\n']);
            let end = at + written.len();
            // With carriage returns, a line comes in pieces.
            match lines.last_mut().filter(|_| is_open) {
                Some(line) => {
                    line.value.push_str(written);
                    line.span.end = end;
                }
                None => lines.push(Spanned { value: written.to_owned(), span: at..end }),
            }
            is_open = !piece.ends_with('\n');
            at += piece.len();
        }
    }
    lines
}
