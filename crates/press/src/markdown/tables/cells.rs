//! The cells of a table's column as text: numbers are rounded and grouped, everything else stays as it is.

use super::column::{Cells, Column, Format};
use crate::data::{Cell, Csv, Decimal, Groups};
use crate::diagnostic::{Diagnostic, Report};
use crate::languages::Numbers;

/// A column of finished cells.
pub(super) struct Finished {
    /// In the order of the rows.
    pub(super) texts: Vec<String>,
    pub(super) is_numeric: bool,
}

/// Digits before the point from which numbers are in groups: those of four digits are, if another of the column is longer (SI Brochure, 5.4.4).
const GROUPED_FROM: usize = 5;

/// Finishes the cells of `rows`. A cell that is not a number where the column needs one is reported at its place in the CSV.
pub(super) fn finish(column: &Column, rows: &[&Vec<Cell>], of: (&Csv, &Numbers), report: &mut Report) -> Finished {
    let at = |index: usize| rows.iter().map(|row| &row[index]).collect::<Vec<_>>();
    match column.cells {
        Cells::Of(index) => of_column(&at(index), column.format, of, report),
        Cells::Range(low, high) => of_range((&at(low), &at(high)), column.format, of, report),
    }
}

fn of_column(cells: &[&Cell], format: Format, (csv, own): (&Csv, &Numbers), report: &mut Report) -> Finished {
    let numbers: Vec<_> = cells.iter().map(|cell| Decimal::parse(&cell.value)).collect();
    let is_filled = |cell: &Cell| !cell.value.is_empty();
    let is_number = |(cell, number): (&&Cell, &Option<Decimal>)| !is_filled(cell) || number.is_some();
    let is_numeric = cells.iter().any(|cell| is_filled(cell))
        && cells.iter().zip(&numbers).all(is_number)
        && !cells.iter().any(|cell| is_code(&cell.value));
    let needs_numbers = matches!(format, Format::Decimals(_) | Format::Significant(_));
    if needs_numbers {
        cells
            .iter()
            .zip(&numbers)
            .filter(|pair| !is_number(*pair))
            .for_each(|(cell, _)| report_text(cell, csv, report));
    }
    if !needs_numbers && (format == Format::Plain || !is_numeric) {
        return Finished { texts: cells.iter().map(|cell| cell.value.clone()).collect(), is_numeric };
    }
    let shown = rounded(&numbers, format);
    let groups = groups(shown.iter().flatten());
    let text =
        |number: &Option<Decimal>| number.as_ref().map(|number| own.of(&number.text(groups))).unwrap_or_default();
    Finished { texts: shown.iter().map(text).collect(), is_numeric }
}

fn of_range(
    (low, high): (&[&Cell], &[&Cell]),
    format: Format,
    (csv, own): (&Csv, &Numbers),
    report: &mut Report,
) -> Finished {
    let mut numbers = Vec::new();
    for (low, high) in low.iter().zip(high) {
        let is_empty = low.value.is_empty() && high.value.is_empty();
        for cell in [low, high] {
            let number = Decimal::parse(&cell.value);
            if number.is_none() && !is_empty {
                report_text(cell, csv, report);
            }
            numbers.push(number);
        }
    }
    let shown = rounded(&numbers, format);
    let groups = groups(shown.iter().flatten());
    let number = |number: &Decimal| own.of(&number.text(groups));
    let text = |pair: &[Option<Decimal>]| match pair {
        [Some(low), Some(high)] if low == high => number(low),
        // A dash after a minus, or before one, is apart from it.
        [Some(low), Some(high)] if low.is_negative() || high.is_negative() => {
            format!("{}\u{a0}\u{2013} {}", number(low), number(high))
        }
        [Some(low), Some(high)] => format!("{}\u{2013}{}", number(low), number(high)),
        _ => String::new(),
    };
    Finished { texts: shown.chunks(2).map(text).collect(), is_numeric: true }
}

fn rounded(numbers: &[Option<Decimal>], format: Format) -> Vec<Option<Decimal>> {
    let has_decimals = numbers.iter().flatten().any(|number| number.decimals() > 0);
    let round = |number: &Decimal| match format {
        Format::Decimals(decimals) => number.with_decimals(decimals),
        // Zeros are added to numbers that are fractions by their column, and not to counts.
        Format::Significant(digits) if has_decimals => number.with_significant(digits),
        Format::Significant(digits) => number.with_significant(digits).with_decimals(0),
        Format::Number | Format::Plain => number.clone(),
    };
    numbers.iter().map(|number| number.as_ref().map(round)).collect()
}

fn groups<'a>(mut numbers: impl Iterator<Item = &'a Decimal>) -> Groups {
    if numbers.any(|number| number.integer_digits() >= GROUPED_FROM) { Groups::OfThree } else { Groups::None }
}

/// Whether digits with a zero before them are a code, as of an area, and not a number.
fn is_code(text: &str) -> bool {
    text.len() > 1 && text.starts_with('0') && !text.starts_with("0.")
}

fn report_text(cell: &Cell, csv: &Csv, report: &mut Report) {
    let message = match cell.value.as_str() {
        "" => "an empty cell, where a table needs a number".to_owned(),
        text => format!("`{text}` is not a number"),
    };
    report.push(
        Diagnostic::error(csv.path.as_str(), cell.span.clone(), message)
            .help("a table rounds this column, or shows it as a range: write numbers, as `-1234.5`"),
    );
}
