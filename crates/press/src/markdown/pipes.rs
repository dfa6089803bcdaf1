//! Tables that are none, since the row of dashes is missing or does not fit, and rows that have more cells than their table.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::events::SpannedEvent;
use super::page::Page;
use super::prose::Prose;

/// Warns of tables that are no tables, and of cells that are not shown. `prose` is without raw HTML and links.
pub(super) fn warn(events: &[SpannedEvent], prose: &Prose, page: &mut Page) {
    let mut columns = 0;
    for (event, span) in events {
        match event {
            Event::Start(Tag::Paragraph) => warn_of_paragraph(span, prose, page),
            Event::Start(Tag::Table(alignments)) => columns = alignments.len(),
            Event::Start(Tag::TableRow) => warn_of_surplus(span, columns, page),
            _ => {}
        }
    }
}

/// A line of a paragraph, without the markers of block quotes and white space around it.
struct Line<'t> {
    text: &'t str,
    span: Range<usize>,
}

fn lines<'t>(text: &'t str, span: &Range<usize>) -> Vec<Line<'t>> {
    let mut at = span.start;
    let line = |line: &'t str| {
        let start = at + line.len() - line.trim_start_matches(|char: char| char == '>' || char.is_whitespace()).len();
        let end = at + line.trim_end().len();
        at += line.len();
        let span = start.min(end)..end;
        Line { text: &text[span.clone()], span }
    };
    text[span.clone()].split_inclusive('\n').map(line).collect()
}

fn warn_of_paragraph(span: &Range<usize>, prose: &Prose, page: &mut Page) {
    let lines = lines(prose.text(), span);
    let Some(start) = table_start(&lines) else { return };
    let (heading, second) = (&lines[start], &lines[start + 1]);
    let columns = cells(heading.text);
    let dashes = format!("|{}", " --- |".repeat(columns));
    if !is_delimiter(second.text) {
        let message = "not a table: the row of dashes below the headings is missing";
        let warning = page.warning(heading.span.clone(), message).label("shown as text");
        page.report.push(warning.help(format!("write below this line: `{dashes}`")));
    } else if cells(second.text) != columns {
        let found = cells(second.text);
        let message = format!("not a table: the row of dashes is for {found} of {columns} columns");
        let warning = page.warning(second.span.clone(), message).label("shown as text");
        page.report.push(warning.help(format!("write `{dashes}`")));
    }
}

/// The first line of what is meant as a table: two lines that begin with a pipe, or a paragraph whose lines all have the same number of pipes.
fn table_start(lines: &[Line]) -> Option<usize> {
    let is_framed = |pair: &[Line]| pair.iter().all(|line| line.text.starts_with('|') && !line.text.starts_with("||"));
    let columns = |line: &Line| line.text.matches(" | ").count();
    let is_even =
        || lines.len() > 1 && columns(&lines[0]) > 0 && lines.iter().all(|line| columns(line) == columns(&lines[0]));
    lines.windows(2).position(is_framed).or_else(|| is_even().then_some(0))
}

/// Whether a row says how columns are aligned: `| --- | :-: |`.
fn is_delimiter(row: &str) -> bool {
    row.contains('-') && row.chars().all(|character| matches!(character, '|' | '-' | ':' | ' ' | '\t'))
}

/// Warns of a row with more cells than its table has columns: the parser leaves them out.
fn warn_of_surplus(span: &Range<usize>, columns: usize, page: &mut Page) {
    let file = &page.body.file;
    let line = &file[span.start..file[span.start..].find('\n').map_or(file.len(), |length| span.start + length)];
    let row = line.trim_end();
    if cells(row) <= columns {
        return;
    }
    let inner = row.strip_prefix('|').unwrap_or(row);
    let skipped = row.len() - inner.len();
    let last = delimiters(inner).nth(columns - 1).unwrap_or(inner.len());
    let place = span.start + skipped + last..span.start + row.len();
    let message = format!("{} cells in a row of a table with {columns} columns", cells(row));
    let warning = page.warning(place, message).label("left out");
    page.report.push(
        warning
            .help("remove them, or give the table more headings; for a pipe within a cell, also in code, write `\\|`"),
    );
}

/// How many cells a row has.
fn cells(row: &str) -> usize {
    let inner = row.strip_prefix('|').unwrap_or(row);
    let all = delimiters(inner).count();
    // A pipe at the end begins no cell.
    let is_closed = delimiters(inner).last().is_some_and(|at| at + 1 == inner.len());
    if is_closed { all } else { all + 1 }
}

/// The pipes between cells. One after a backslash is text.
fn delimiters(row: &str) -> impl Iterator<Item = usize> {
    row.match_indices('|').map(|(at, _)| at).filter(|at| !row[..*at].ends_with('\\'))
}
