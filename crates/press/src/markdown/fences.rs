//! Code blocks that are not closed: they end with the text, or with the list item or block quote that they are in.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Tag};

use super::events::SpannedEvent;
use super::page::Page;

/// Warns of each block without a closing fence.
pub(super) fn warn(events: &[SpannedEvent], page: &mut Page) {
    for (event, span) in events {
        if matches!(event, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_)))) {
            warn_of_unclosed(span, page);
        }
    }
}

fn warn_of_unclosed(span: &Range<usize>, page: &mut Page) {
    let block = &page.body.file[span.clone()];
    let opening = block.lines().next().unwrap_or_default();
    let mark = opening.chars().next().unwrap_or('`');
    let length = opening.len() - opening.trim_start_matches(mark).len();
    let last = block.trim_end().lines().next_back().filter(|_| block.trim_end().contains('\n')).unwrap_or_default();
    let last = last.trim_start_matches(|char: char| char == '>' || char.is_whitespace()).trim_end();
    if last.len() >= length && last.chars().all(|char| char == mark) {
        return;
    }
    let fence = &opening[..length];
    let warning = page.warning(span.start..span.start + opening.trim_end().len(), "a code block that is not closed");
    page.report.push(warning.label("begins here").help(format!("end it with the line {fence}, indented as this one")));
}
