//! The info string of a table: `table from=results/skew.csv caption="Busiest of 12 partitions" rows=1-8 where=policy=least`.

use std::ops::Range;

use super::super::info_string::{self, Word};
use super::super::page::Page;
use super::super::ranges;
use crate::data::{Cell, Csv};
use crate::diagnostic::nearest;
use crate::span::Spanned;

/// What follows the word `table`.
const KEYS: [&str; 4] = ["caption=", "from=", "rows=", "where="];

/// The parsed info string.
pub(super) struct InfoString<'a> {
    pub(super) from: Spanned<&'a str>,
    /// Inline Markdown.
    pub(super) caption: Option<&'a str>,
    rows: Option<Spanned<&'a str>>,
    /// Each `COLUMN=VALUE`; rows that satisfy all of them are shown.
    conditions: Vec<Spanned<&'a str>>,
}

impl<'a> InfoString<'a> {
    /// Reads the words after `table`. `None` if no file is named, which is reported.
    pub(super) fn read(block: &Range<usize>, page: &mut Page<'a>) -> Option<Self> {
        let mut words = info_string::words(block, page).into_iter();
        let name = words.next()?;
        let (mut from, mut caption, mut rows, mut conditions) = (None, None, None, Vec::new());
        // Words without a value belong to one, most likely, that has no quotes. The first is reported.
        let mut is_loose = false;
        for word in words {
            let was_loose = std::mem::replace(&mut is_loose, word.value.is_none());
            if was_loose && is_loose {
                continue;
            }
            let value = word.value.filter(|value| !value.is_empty());
            let value = value.map(|value| Spanned { value, span: word.value_place.clone() });
            match (word.key, value) {
                ("from", Some(value)) => from = Some(value),
                ("caption", Some(Spanned { value, .. })) => caption = Some(value),
                ("rows", Some(value)) => rows = Some(value),
                ("where", Some(value)) => conditions.push(value),
                _ => report_unknown(&word, page),
            }
        }
        let Some(from) = from else {
            let error = page.error(name.place, "a table without a file");
            page.report.push(error.help("name one: `table from=results.csv`"));
            return None;
        };
        Some(Self { from, caption, rows, conditions })
    }

    /// The rows of the CSV that are shown: of those that satisfy the conditions, the ones with these numbers. `None` if that is wrong, which is
    /// reported.
    pub(super) fn rows<'c>(&self, csv: &'c Csv, page: &mut Page) -> Option<Vec<&'c Vec<Cell>>> {
        let mut rows: Vec<_> = csv.rows.iter().collect();
        for condition in &self.conditions {
            rows = csv.satisfying(rows, condition, &page.body.path).map_err(|error| page.report.push(error)).ok()?;
        }
        let Some(numbers) = &self.rows else { return Some(rows) };
        match ranges::read(numbers.value, rows.len(), "row") {
            Ok(numbers) => Some(numbers.into_iter().map(|number| rows[number - 1]).collect()),
            Err(message) => {
                let error = page.error(numbers.span.clone(), message);
                page.report.push(error.help("choose rows by numbers and ranges: `rows=1-8`"));
                None
            }
        }
    }
}

fn report_unknown(word: &Word, page: &mut Page) {
    let text = &page.body.file[word.place.clone()];
    let key = word.value.map_or(word.key.to_owned(), |_| format!("{}=", word.key));
    let error = page.error(word.place.clone(), format!("unknown word \"{text}\" after `table`"));
    page.report.push(match nearest(&key, KEYS) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if word.value.is_none() => error.help("a value with spaces is in quotes: `caption=\"Two words\"`"),
        None => error.help("expected `from=FILE`, `caption=\"…\"`, `rows=1-8` or `where=COLUMN=VALUE`"),
    });
}
