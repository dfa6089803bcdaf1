//! Code blocks that are not closed: they end with the text, or with the list item or block quote that they are in.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Tag};

use super::events::SpannedEvent;
use super::page::Page;

/// Warns of each block without a closing fence, and of each that contains the begin of another: then the fence that ends it was meant for that one.
pub(super) fn warn(events: &[SpannedEvent], page: &mut Page) {
    for (event, span) in events {
        if matches!(event, Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_)))) {
            check(span, page);
        }
    }
}

fn check(span: &Range<usize>, page: &mut Page) {
    let block = page.body.file[span.clone()].trim_end();
    let (opening, rest) = block.split_once('\n').unwrap_or((block, ""));
    let opening = opening.trim_end();
    let mark = opening.chars().next().unwrap_or('`');
    let fence = &opening[..opening.len() - opening.trim_start_matches(mark).len()];
    let without_container =
        |line: &str| line.trim_start_matches(|char: char| char == '>' || char.is_whitespace()).len();
    let mut at = span.start + block.len() - rest.len();
    for line in rest.split_inclusive('\n') {
        let start = at + line.len() - without_container(line);
        let text = line[start - at..].trim_end();
        at += line.len();
        if begins_block(text, fence) {
            let number = page.body.file[..span.start].matches('\n').count() + 1;
            let message = format!("a code block that begins within another, that of line {number}");
            let warning = page.warning(start..start + text.len(), message).label("shown as code");
            page.report.push(
                warning
                    .help(format!("end the other with the line {fence}"))
                    .help(format!("if this line is meant to be shown, begin and end the other with {fence}{mark}")),
            );
            return;
        }
    }
    let last = rest.lines().next_back().unwrap_or_default();
    let last = last[last.len() - without_container(last)..].trim_end();
    if last.len() < fence.len() || last.chars().any(|char| char != mark) {
        let warning = page.warning(span.start..span.start + opening.len(), "a code block that is not closed");
        page.report
            .push(warning.label("begins here").help(format!("end it with the line {fence}, indented as this one")));
    }
}

/// Whether a line of code looks like the begin of a block whose fence is at least as long as `fence`: it has a language.
fn begins_block(line: &str, fence: &str) -> bool {
    let mark = fence.chars().next().unwrap_or('`');
    let info = line.trim_start_matches(mark);
    line.starts_with(fence) && info.starts_with(|char: char| char.is_ascii_alphabetic()) && !info.contains(mark)
}
