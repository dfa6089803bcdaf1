//! The marks that Git leaves in a file that it could not merge.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use crate::diagnostic::Diagnostic;
use crate::dialect::DIALECT;

const BEGIN: &str = "<<<<<<<";
const MIDDLE: &str = "=======";
const END: &str = ">>>>>>>";

/// The error for the first mark in a file of settings, if there is one.
pub(super) fn in_settings(path: &str, text: &str) -> Option<Diagnostic> {
    marks(text, &[BEGIN, MIDDLE, END]).next().map(|mark| error(path, mark))
}

/// The error for the first mark in a text whose Markdown begins at `body`. Code may show such marks, and a line of equals signs is that of a heading.
pub(super) fn in_text(path: &str, text: &str, body: usize) -> Option<Diagnostic> {
    let in_head = marks(&text[..body], &[BEGIN, MIDDLE, END]).next();
    let mark = in_head.or_else(|| {
        let found: Vec<_> = marks(&text[body..], &[BEGIN, END]).collect();
        let code = if found.is_empty() { Vec::new() } else { code(&text[body..]) };
        let is_shown = |mark: &Range<usize>| code.iter().any(|code| code.contains(&mark.start));
        let mark = found.into_iter().find(|mark| !is_shown(mark))?;
        Some(body + mark.start..body + mark.end)
    })?;
    Some(error(path, mark))
}

/// The places of lines that begin with one of `known`, and end or go on after a space.
fn marks(text: &str, known: &'static [&str]) -> impl Iterator<Item = Range<usize>> {
    let lines = text.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    lines.filter_map(|(start, line)| {
        let (mark, rest) = line.split_at_checked(BEGIN.len())?;
        let is_mark = known.contains(&mark) && (rest.is_empty() || rest.starts_with([' ', '\r', '\n']));
        is_mark.then(|| start..start + line.trim_end().len())
    })
}

/// The code blocks of a text.
fn code(text: &str) -> Vec<Range<usize>> {
    let events = Parser::new_ext(text, DIALECT).into_offset_iter();
    events.filter(|(event, _)| matches!(event, Event::Start(Tag::CodeBlock(_)))).map(|(_, span)| span).collect()
}

fn error(path: &str, mark: Range<usize>) -> Diagnostic {
    Diagnostic::error(path, mark, "a merge that is not finished").label("a mark of Git").help(
        "keep one of the two versions, or parts of both, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>",
    )
}
