//! A line of a table's fence: which column of the CSV is shown, under which heading, and how: `rate: Rate | digits=3 unit=/s`.

use std::ops::Range;

use pulldown_cmark::Alignment;

use super::super::files;
use super::super::page::Page;
use crate::data::Csv;
use crate::diagnostic::nearest;
use crate::span::Spanned;

/// A column of the table.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) cells: Cells,
    /// Inline Markdown.
    pub(super) heading: String,
    pub(super) unit: Option<String>,
    pub(super) format: Format,
    /// `None` if it follows from the cells.
    pub(super) alignment: Option<Alignment>,
}

/// The columns of the CSV, by index, that a cell is made from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cells {
    Of(usize),
    /// From the lower end to the upper.
    Range(usize, usize),
}

/// How numbers are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// With all their digits, in groups.
    Number,
    /// As they are written: years, ids.
    Plain,
    Decimals(usize),
    Significant(usize),
}

/// The options of a column.
const OPTIONS: [&str; 7] = ["center", "decimals=", "digits=", "left", "plain", "right", "unit="];

/// The most digits that a column can ask for: more are not significant in any measurement.
const MOST_DIGITS: usize = 20;

impl Column {
    /// Every column of a CSV, as it is.
    pub(super) fn all(csv: &Csv) -> Vec<Self> {
        let columns = csv.columns.iter().enumerate();
        columns.map(|(index, column)| Self::new(Cells::Of(index), files::escaped(&column.value))).collect()
    }

    fn new(cells: Cells, heading: String) -> Self {
        Self { cells, heading, unit: None, format: Format::Number, alignment: None }
    }

    /// Reads a line of the fence. `None` if it names no column of the CSV, which is reported.
    pub(super) fn read(line: &Spanned<&str>, csv: &Csv, page: &mut Page) -> Option<Self> {
        let (name, rest) = split_name(line.value);
        let place = place(line, name);
        let cells = cells(name, &place, csv, page)?;
        let (heading, options) = rest.rsplit_once('|').unwrap_or((rest, ""));
        let heading = heading.trim();
        let mut column = Self::new(cells, if heading.is_empty() { files::escaped(name) } else { heading.to_owned() });
        for option in options.split_whitespace() {
            column.set(option, || self::place(line, option), page);
        }
        Some(column)
    }

    fn set(&mut self, option: &str, place: impl Fn() -> Range<usize>, page: &mut Page) {
        let digits = |text: &str| text.parse().ok().filter(|digits| *digits <= MOST_DIGITS);
        match option.split_once('=') {
            Some(("digits", count)) if digits(count).is_some_and(|count| count > 0) => {
                self.format = Format::Significant(digits(count).unwrap_or_default());
            }
            Some(("decimals", count)) if digits(count).is_some() => {
                self.format = Format::Decimals(digits(count).unwrap_or_default());
            }
            Some(("digits" | "decimals", count)) => {
                let error = page.error(place(), format!("`{count}` is not a number of digits"));
                page.report.push(error.help(format!("write one up to {MOST_DIGITS}: `digits=3`")));
            }
            Some(("unit", unit)) if !unit.is_empty() => self.unit = Some(unit.to_owned()),
            None if option == "plain" => self.format = Format::Plain,
            None if option == "left" => self.alignment = Some(Alignment::Left),
            None if option == "right" => self.alignment = Some(Alignment::Right),
            None if option == "center" => self.alignment = Some(Alignment::Center),
            _ => {
                let key = option.find('=').map_or(option, |equals| &option[..=equals]);
                let error = page.error(place(), format!("unknown option `{option}` of a column"));
                page.report.push(match nearest(key, OPTIONS) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => {
                        error.help("expected `digits=3`, `decimals=1`, `plain`, `unit=ms`, `left`, `right` or `center`")
                    }
                });
            }
        }
    }
}

/// The name of a column, in quotes if it contains a colon, and what follows the colon after it.
fn split_name(line: &str) -> (&str, &str) {
    let line = line.trim();
    if let Some((name, rest)) = line.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
        return (name, rest.trim_start().trim_start_matches(':'));
    }
    let (name, rest) = line.split_once(':').unwrap_or((line, ""));
    (name.trim(), rest)
}

/// The columns that `name` or `low..high` names.
fn cells(name: &str, place: &Range<usize>, csv: &Csv, page: &mut Page) -> Option<Cells> {
    if let Some(index) = csv.column(name) {
        return Some(Cells::Of(index));
    }
    let mut column = |name: &str, place: Range<usize>| {
        let found = csv.column(name);
        if found.is_none() {
            page.report.push(csv.unknown_column(name, &page.body.path, place));
        }
        found
    };
    match name.split_once("..") {
        None => column(name, place.clone()).map(Cells::Of),
        Some((low, high)) => {
            let (first, second) = (place.start..place.start + low.len(), place.end - high.len()..place.end);
            let (low, high) = (column(low.trim(), first), column(high.trim(), second));
            Some(Cells::Range(low?, high?))
        }
    }
}

/// The place of a part of the line.
fn place(line: &Spanned<&str>, part: &str) -> Range<usize> {
    match line.value.find(part) {
        Some(start) => line.span.start + start..line.span.start + start + part.len(),
        None => line.span.clone(),
    }
}
