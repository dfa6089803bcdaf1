//! Charts: a fence `chart` with its keys and its data, from a CSV file or inline, becomes a drawing by `crate::charts`. What is wrong is reported in the file
//! in which it is written.

use std::ops::Range;

use super::drawn::{Drawn, Source};
use super::files::{self, DataFile};
use super::page::Page;
use crate::charts::{self, Keys, Place, Problem, Table};
use crate::data::{Cell, Csv};
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::languages::Words;
use crate::markup::push_text;
use crate::span::Spanned;

/// The key of the file with the data.
const FROM: &str = "from";

/// The key of a condition that rows must satisfy.
const WHERE: &str = "where";

/// The keys of the info string.
pub(super) const KEYS: [&str; 2] = [FROM, WHERE];

/// The data of a chart.
enum Data {
    File(DataFile),
    /// In the fence, from this offset of its text on.
    Inline(Csv, usize),
}

impl Data {
    fn csv(&self) -> &Csv {
        match self {
            Self::File(file) => &file.csv,
            Self::Inline(csv, _) => csv,
        }
    }

    /// The line that says where the data come from, as HTML. Inline data without a provenance need none.
    fn source(&self, words: &Words) -> String {
        match self {
            Self::File(file) => file.source(words),
            Self::Inline(csv, _) => csv.provenance.as_ref().map_or_else(String::new, |provenance| {
                let mut html = String::from("<p class=\"source\">");
                push_text(&mut html, &files::in_words(provenance.origin, &provenance.text, words));
                html + "</p>"
            }),
        }
    }
}

/// Draws the chart of a fence. `None` if it cannot be drawn, which is reported.
pub(super) fn draw(source: &Source, page: &mut Page) -> Option<Drawn> {
    let mut problems = Vec::new();
    let keys = charts::read(&source.fence.text, &mut problems);
    let has_errors = problems.iter().any(|problem| problem.severity == Severity::Error);
    for problem in problems {
        let place = in_keys(&problem, source);
        page.report.push(diagnostic(problem, (page.body.path.clone(), place)));
    }
    let keys = keys.filter(|_| !has_errors)?;
    let errors = page.report.errors();
    let data = data(&keys, source, page)?;
    let is_sound = page.report.errors() == errors;
    let rows = selected(data.csv(), source, page)?;
    let table = Table {
        columns: data.csv().columns.iter().map(|column| column.value.as_str()).collect(),
        rows: rows.iter().map(|row| row.iter().map(|cell| cell.value.as_str()).collect()).collect(),
    };
    let mut problems = Vec::new();
    let chart = charts::draw(&keys, &table, page.words(), &mut problems).filter(|_| is_sound);
    // Without the rows that are wrong, a chart may seem to have no data.
    problems.retain(|problem| is_sound || matches!(problem.place, Place::Cell { .. }));
    for problem in problems {
        let place = match problem.place {
            Place::Keys(_) => (page.body.path.clone(), in_keys(&problem, source)),
            Place::Cell { row, column } => in_data(&rows[row][column], &data, (source, page)),
        };
        page.report.push(diagnostic(problem, place));
    }
    let chart = chart?;
    let markdown = markdown((&keys, &table), &chart.alt, &data, page.words());
    Some(Drawn { svg: chart.svg, alt: chart.alt, source: data.source(page.words()), markdown, ..Drawn::default() })
}

/// The most rows of a table in the site's Markdown. Of more data in a file, it has the description instead.
const MOST_ROWS: usize = 60;

/// The data as blocks of Markdown: a table, and where they come from.
fn markdown((keys, table): (&Keys, &Table), alt: &str, data: &Data, words: &Words) -> Vec<String> {
    let is_long = table.rows.len() > MOST_ROWS && matches!(data, Data::File(_));
    let first = if is_long { files::escaped(alt) } else { markdown_table(keys, table) };
    let source = match data {
        Data::File(file) => file.source_markdown(words),
        Data::Inline(csv, _) => csv.provenance.as_ref().map_or_else(String::new, |provenance| {
            files::escaped(&files::in_words(provenance.origin, &provenance.text, words))
        }),
    };
    [first, source].into_iter().filter(|block| !block.is_empty()).collect()
}

/// The columns that the chart shows, as a table.
fn markdown_table(keys: &Keys, table: &Table) -> String {
    let shown = charts::shown(keys, table);
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(shown.iter().map(|column| files::escaped(&column.heading)).collect());
    text += &line(shown.iter().map(|column| if column.is_number { "--:" } else { "---" }.to_owned()).collect());
    for row in &table.rows {
        text += &line(shown.iter().map(|column| files::escaped(row[column.column])).collect());
    }
    text
}

/// The place of a problem in the keys. One without an extent is the opening fence.
fn in_keys(problem: &Problem, source: &Source) -> Range<usize> {
    match &problem.place {
        Place::Keys(place) if !place.is_empty() => source.fence.place(place),
        _ => source.fence.block.start..source.fence.block.start + 3,
    }
}

/// The file of a cell, and its place there.
fn in_data(cell: &Cell, data: &Data, (source, page): (&Source, &Page)) -> (String, Range<usize>) {
    match data {
        Data::File(file) => (file.csv.path.clone(), cell.span.clone()),
        Data::Inline(_, start) => {
            (page.body.path.clone(), source.fence.place(&(start + cell.span.start..start + cell.span.end)))
        }
    }
}

fn diagnostic(problem: Problem, (path, place): (String, Range<usize>)) -> Diagnostic {
    let diagnostic = match problem.severity {
        Severity::Error => Diagnostic::error(path, place, problem.message),
        Severity::Warning => Diagnostic::warning(path, place, problem.message),
    };
    match problem.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The data: of the file, or of the fence.
fn data(keys: &Keys, source: &Source, page: &mut Page) -> Option<Data> {
    let from = source.word(FROM);
    match (from, keys.data) {
        (Some(from), None) => DataFile::read(from.value.unwrap_or_default(), &from.value_place, page).map(Data::File),
        (None, Some(start)) => inline(start, source, page),
        (Some(from), Some(_)) => {
            let error = page.error(from.place.clone(), "a chart with a file and with data of its own");
            page.report.push(error.help("remove `from=`, or the lines from `---` on"));
            None
        }
        (None, None) => {
            let error = page.error(source.fence.opening(&page.body.file), "a chart without data");
            page.report
                .push(error.help("name a CSV file (`chart from=FILE`), or write a line `---` and the data below it"));
            None
        }
    }
}

/// Reads the data in a fence. What is wrong with them is reported at its place in the text.
fn inline(start: usize, source: &Source, page: &mut Page) -> Option<Data> {
    let mut found = Report::default();
    let csv = Csv::read(&page.body.path, &source.fence.text.as_bytes()[start..], &mut found);
    for mut diagnostic in found.diagnostics().iter().cloned() {
        diagnostic.span = diagnostic.span.map(|span| source.fence.place(&(start + span.start..start + span.end)));
        page.report.push(diagnostic);
    }
    csv.map(|csv| Data::Inline(csv, start))
}

/// The rows that satisfy each `where=`. `None` if a condition is wrong, which is reported.
fn selected<'c>(csv: &'c Csv, source: &Source, page: &mut Page) -> Option<Vec<&'c Vec<Cell>>> {
    let mut rows: Vec<&Vec<Cell>> = csv.rows.iter().collect();
    for word in source.words.iter().filter(|word| word.key == WHERE) {
        let condition = Spanned { value: word.value.unwrap_or_default(), span: word.value_place.clone() };
        match csv.satisfying(rows, &condition, &page.body.path) {
            Ok(left) => rows = left,
            Err(error) => {
                page.report.push(error);
                return None;
            }
        }
    }
    Some(rows)
}
