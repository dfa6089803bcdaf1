//! Charts: keys and a table become an SVG in the page's ink, and its description in words.
//!
//! 1. `keys` reads what the author wants.
//! 2. `data` reads the columns that the keys name.
//! 3. `plot` draws points (line, step, band, scatter) and `bars` draws bars, on a `frame` of axes with the ticks of `scale`. `line` thins lines, `place`
//!    moves labels apart, `style` tells series apart, `svg` writes.
//! 4. `words` describes.
//!
//! Nothing here reads a file. What is wrong is a [`Problem`] at a place in the keys or in a cell. The same input gives the same bytes on every machine:
//! besides the four operations, only square roots are used, and `number` has a logarithm made of them.

mod bars;
mod data;
mod frame;
mod keys;
mod line;
mod number;
mod place;
mod plot;
mod problem;
mod scale;
mod style;
mod svg;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use self::data::{Table, shown};
pub(crate) use self::keys::{Keys, Kind, read};
pub(crate) use self::problem::{Place, Problem};
use crate::diagnostic::Severity;
use crate::languages::Words;

/// A chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chart {
    /// A file.
    pub(crate) svg: String,
    /// What it shows, in words.
    pub(crate) alt: String,
}

/// Draws a chart, and describes it in these words. `None` if it cannot be drawn, which is reported.
pub(crate) fn draw(keys: &Keys, table: &Table, words: &Words, problems: &mut Vec<Problem>) -> Option<Chart> {
    data::check_marks(keys, problems);
    let data = data::read(keys, table, problems)?;
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return None;
    }
    data::warn_of_repeated(&data, keys, problems);
    let svg = if keys.kind == Kind::Bar {
        bars::draw(&data, keys, &words.numbers)
    } else {
        plot::draw(&data, keys, &words.numbers, problems)
    };
    Some(Chart { svg, alt: words::describe(&data, keys, words) })
}
