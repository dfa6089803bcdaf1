//! CSV (RFC 4180): a line of column names, then rows. White space around a cell is not part of it, and empty lines are skipped.
//!
//! Lines before the column names that begin with `#` are comments. The first of them may be the provenance of the data: `# measured: …`.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::diagnostic::{BOM, Diagnostic, Report, nearest, utf8};
use crate::span::Spanned;

/// A CSV file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Csv {
    /// The path of the file, for diagnostics.
    pub(crate) path: String,
    pub(crate) provenance: Option<Provenance>,
    /// The names of the columns, each once.
    pub(crate) columns: Vec<Cell>,
    /// Each row has as many cells as there are columns.
    pub(crate) rows: Vec<Vec<Cell>>,
}

/// A cell and its place in the file. The value of a quoted cell is what is between its quotes.
pub(crate) type Cell = Spanned<String>;

/// Where data comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Provenance {
    pub(crate) origin: Origin,
    /// The rest of the line: when, on what, how.
    pub(crate) text: String,
}

/// How data came about: the word that begins the provenance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Computed,
    Measured,
    Assumed,
}

impl Origin {
    const ALL: [Self; 3] = [Self::Computed, Self::Measured, Self::Assumed];

    /// The word in a CSV file.
    fn word(self) -> &'static str {
        match self {
            Self::Computed => "computed",
            Self::Measured => "measured",
            Self::Assumed => "assumed",
        }
    }
}

impl Csv {
    /// Reads the bytes of the file `path`. What is wrong goes to `report`, and the rest is read: rows of another length than the first are left out.
    /// `None` if there are no columns.
    pub(crate) fn read(path: &str, bytes: &[u8], report: &mut Report) -> Option<Self> {
        let text = utf8(path, bytes, report)?;
        let (provenance, start) = comments(path, text, report);
        let mut reader = Reader { path, text, at: start, report };
        let Some(columns) = reader.record() else {
            let error = Diagnostic::error(path, start..start, "there is no line of column names");
            report.push(error.help("begin with one: `consumers,rate`"));
            return None;
        };
        let mut rows: Vec<_> = std::iter::from_fn(|| reader.record()).collect();
        check_columns(path, &columns, report);
        for row in &rows {
            check_row(path, row, &columns, report);
        }
        rows.retain(|row| row.len() == columns.len());
        Some(Self { path: path.to_owned(), provenance, columns, rows })
    }

    /// The index of the column `name`.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.value == name)
    }

    /// Those of `rows` that satisfy `condition`, `COLUMN=VALUE`: the cell is exactly the value.
    ///
    /// # Errors
    /// If there is no such column, or no row is left. `path` is the text in which the condition is written.
    #[expect(clippy::result_large_err, reason = "called once for a condition, of which a text has few")]
    pub(crate) fn satisfying<'a>(
        &self,
        rows: Vec<&'a Vec<Cell>>,
        condition: &Spanned<&str>,
        path: &str,
    ) -> Result<Vec<&'a Vec<Cell>>, Diagnostic> {
        let Spanned { value: written, span } = condition;
        let Some((name, value)) = written.split_once('=') else {
            let error = Diagnostic::error(path, span.clone(), format!("`{written}` is not a condition"));
            return Err(error.help("write one as `where=COLUMN=VALUE`"));
        };
        let place = span.start..span.start + name.len();
        let column = self.column(name).ok_or_else(|| self.unknown_column(name, path, place))?;
        let values: BTreeSet<&str> = rows.iter().map(|row| row[column].value.as_str()).collect();
        if values.contains(value) {
            return Ok(rows.into_iter().filter(|row| row[column].value == value).collect());
        }
        let place = span.end - value.len()..span.end;
        let error = Diagnostic::error(path, place, format!("no row has `{value}` as its `{name}`"));
        Err(match nearest(value, values) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error,
        })
    }

    /// Reports that a text names the column `name` at `span` of the file `path`, and that there is none.
    pub(crate) fn unknown_column(&self, name: &str, path: &str, span: Range<usize>) -> Diagnostic {
        let error = Diagnostic::error(path, span, format!("`{}` has no column `{name}`", self.path));
        let names = || self.columns.iter().map(|column| column.value.as_str());
        match nearest(name, names()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("its columns are `{}`", names().collect::<Vec<_>>().join("`, `"))),
        }
    }
}

/// The provenance, and the offset of the line after the comments.
fn comments(path: &str, text: &str, report: &mut Report) -> (Option<Provenance>, usize) {
    let mut at = if text.as_bytes().starts_with(BOM) { BOM.len() } else { 0 };
    let mut provenance = None;
    for (index, line) in text[at..].split_inclusive('\n').enumerate() {
        let Some(comment) = line.strip_prefix('#') else { break };
        if index == 0 {
            provenance = read_provenance(path, comment, at + 1, report);
        }
        at += line.len();
    }
    (provenance, at)
}

/// Reads ` measured: …`. Reports a word that is nearly one of an origin; any other comment is none of ours.
fn read_provenance(path: &str, comment: &str, at: usize, report: &mut Report) -> Option<Provenance> {
    let (word, text) = comment.split_once(':')?;
    let (word, text) = (word.trim(), text.trim());
    let place = at + comment.find(word)?..at + comment.find(word)? + word.len();
    let Some(origin) = Origin::ALL.into_iter().find(|origin| word.eq_ignore_ascii_case(origin.word())) else {
        if let Some(near) = nearest(word, Origin::ALL.map(Origin::word)) {
            let error = Diagnostic::error(path, place, format!("`{word}` is not a provenance"));
            report.push(error.help(format!("did you mean `{near}`?")));
        }
        return None;
    };
    if text.is_empty() {
        let error = Diagnostic::error(path, place, "a provenance without a text");
        report.push(error.help(format!("write when, on what and how: `# {word}: …`")));
    }
    Some(Provenance { origin, text: text.to_owned() })
}

/// Reads the records one after the other. The places of cells and errors are those in the file, which is why no library reads them: those know the place
/// of a record only, and accept a quote that is never closed.
struct Reader<'a> {
    path: &'a str,
    text: &'a str,
    /// The offset of what is to be read next.
    at: usize,
    report: &'a mut Report,
}

impl Reader<'_> {
    /// The next record. `None` at the end of the file.
    fn record(&mut self) -> Option<Vec<Cell>> {
        let rest = &self.text[self.at..];
        self.at += rest.find(|next| !matches!(next, '\r' | '\n')).unwrap_or(rest.len());
        if self.at == self.text.len() {
            return None;
        }
        let mut record = vec![self.cell()];
        while self.text[self.at..].starts_with(',') {
            self.at += 1;
            record.push(self.cell());
        }
        Some(record)
    }

    /// The next cell, up to a comma or to the end of the line.
    fn cell(&mut self) -> Cell {
        let rest = &self.text[self.at..];
        let blank = rest.find(|next| !matches!(next, ' ' | '\t')).unwrap_or(rest.len());
        if rest[blank..].starts_with('"') {
            self.at += blank;
            return self.quoted();
        }
        let end = rest.find([',', '\n']).unwrap_or(rest.len());
        let value = rest[..end].trim();
        let start = self.at + if value.is_empty() { 0 } else { blank };
        self.at += end;
        Cell { value: value.to_owned(), span: start..start + value.len() }
    }

    /// A cell that begins with a quote. Within it, two quotes are one.
    fn quoted(&mut self) -> Cell {
        let start = self.at;
        let mut value = String::new();
        let mut parts = self.text[start + 1..].split('"');
        self.at += 1;
        loop {
            let part = parts.next().unwrap_or_default();
            value.push_str(part);
            self.at += part.len();
            if self.at == self.text.len() {
                let error = Diagnostic::error(self.path, start..start + 1, "a quote that is not closed");
                self.report.push(error.help("within quotes, a quote is written twice: `\"\"`"));
                break;
            }
            self.at += 1;
            if !self.text[self.at..].starts_with('"') {
                break;
            }
            value.push('"');
            self.at += 1;
            parts.next();
        }
        let span = start..self.at;
        self.expect_end(&span);
        Cell { value, span }
    }

    /// Reports what is between a closing quote and the end of its cell.
    fn expect_end(&mut self, quoted: &Range<usize>) {
        let rest = &self.text[self.at..];
        let between = &rest[..rest.find([',', '\n']).unwrap_or(rest.len())];
        if !between.trim().is_empty() {
            let place = self.at..self.at + between.trim_end().len();
            let error = Diagnostic::error(self.path, place, "text after a closing quote");
            let help = "quote the whole cell; within quotes, a quote is written twice: `\"\"`";
            self.report.push(error.label(format!("`{}` ends before it", &self.text[quoted.clone()])).help(help));
        }
        self.at += between.len();
    }
}

/// Reports columns without a name, and names that two columns have.
fn check_columns(path: &str, columns: &[Cell], report: &mut Report) {
    for (index, Cell { value, span }) in columns.iter().enumerate() {
        if value.is_empty() {
            report.push(Diagnostic::error(path, span.clone(), format!("column {} has no name", index + 1)));
        } else if columns[..index].iter().any(|other| other.value == *value) {
            report.push(Diagnostic::error(path, span.clone(), format!("a second column `{value}`")));
        }
    }
}

/// Reports a row with fewer or more cells than there are columns.
fn check_row(path: &str, row: &[Cell], columns: &[Cell], report: &mut Report) {
    let (found, expected) = (row.len(), columns.len());
    let place = match row.get(expected) {
        Some(first) => first.span.start..row[found - 1].span.end,
        None => row[0].span.start..row[found - 1].span.end,
    };
    if found != expected {
        let count = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        let (cells, columns) = (count(found, "cell"), count(expected, "column"));
        let error = Diagnostic::error(path, place, format!("{cells} in a row of {columns}"));
        report.push(error.help("quote a cell that contains a comma; leave an empty cell between its commas"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Csv>, Report) {
        let mut report = Report::default();
        (Csv::read("a.csv", text.as_bytes(), &mut report), report)
    }

    #[test]
    fn cells_are_read_with_their_places() {
        for (text, expected) in [
            ("a,b\n1,2\n", &[("a", "a"), ("b", "b"), ("1", "1"), ("2", "2")][..]),
            ("a\n1", &[("a", "a"), ("1", "1")]),
            ("\u{feff}a\r\n1\r\n", &[("a", "a"), ("1", "1")]),
            ("a , b\n 1\t,\n", &[("a", "a"), ("b", "b"), ("1", "1"), ("", "")]),
            ("a,b\n\n,\n\n", &[("a", "a"), ("b", "b"), ("", ""), ("", "")]),
            ("a\n\"1,\n\"\"2\"\"\" \n3", &[("a", "a"), ("1,\n\"2\"", "\"1,\n\"\"2\"\"\""), ("3", "3")]),
            ("a,b\n\"\",\"\"\"\"", &[("a", "a"), ("b", "b"), ("", "\"\""), ("\"", "\"\"\"\"")]),
            ("a\n5\" disk\n#3", &[("a", "a"), ("5\" disk", "5\" disk"), ("#3", "#3")]),
            ("é\nü", &[("é", "é"), ("ü", "ü")]),
        ] {
            let (csv, report) = read(text);
            assert!(report.is_empty(), "{text:?}: {report:?}");
            let csv = csv.expect("it is read");
            let cells = csv.columns.iter().chain(csv.rows.iter().flatten());
            let found: Vec<_> = cells.map(|cell| (cell.value.as_str(), &text[cell.span.clone()])).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn the_first_comment_may_be_the_provenance() {
        for (text, expected) in [
            ("# measured: 2026, 7 runs\n# more\na\n", Some((Origin::Measured, "2026, 7 runs"))),
            ("#Computed:by hand \r\na\n", Some((Origin::Computed, "by hand"))),
            ("# note: by hand\na\n", None),
            ("# more\n# assumed: x\na\n", None),
            ("a\n", None),
        ] {
            let (csv, report) = read(text);
            assert!(report.is_empty(), "{text:?}: {report:?}");
            let csv = csv.expect("it is read");
            assert_eq!(csv.columns[0].value, "a", "{text:?}");
            let found = csv.provenance.as_ref().map(|found| (found.origin, found.text.as_str()));
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_reported_at_its_place() {
        for (text, message, place) in [
            ("", "there is no line of column names", ""),
            ("# measured: x\n", "there is no line of column names", ""),
            ("# mesured: x\na", "`mesured` is not a provenance", "mesured"),
            ("# measured:\na", "a provenance without a text", "measured"),
            ("a,a\n", "a second column `a`", "a"),
            ("a,\n", "column 2 has no name", ""),
            ("a,b\n1\n", "1 cell in a row of 2 columns", "1"),
            ("a\n1,2,3\n", "3 cells in a row of 1 column", "2,3"),
            ("a\n\"1\n2\n", "a quote that is not closed", "\""),
            ("a,b\n\"1\"x,2\n", "text after a closing quote", "x"),
        ] {
            let (csv, report) = read(text);
            assert!(csv.is_none_or(|csv| csv.rows.iter().all(|row| row.len() == csv.columns.len())), "{text:?}");
            let found: Vec<_> = report.diagnostics().iter().map(|found| found.message.as_str()).collect();
            assert_eq!(found, [message], "{text:?}");
            let span = report.diagnostics()[0].span.clone().expect("a place");
            assert_eq!(&text[span], place, "{text:?}");
        }
        let mut report = Report::default();
        assert_eq!(Csv::read("a.csv", b"a\n\xff", &mut report), None);
        assert_eq!(report.diagnostics()[0].span, Some(2..3));
    }

    #[test]
    fn an_unknown_column_is_named_with_the_nearest() {
        let csv = read("partitions,rate\n").0.expect("it is read");
        assert_eq!(csv.column("rate"), Some(1));
        assert_eq!(csv.unknown_column("partition", "b.md", 0..1).help, ["did you mean `partitions`?"]);
        assert_eq!(csv.unknown_column("x", "b.md", 0..1).help, ["its columns are `partitions`, `rate`"]);
    }
}
