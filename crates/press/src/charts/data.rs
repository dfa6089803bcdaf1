//! The data of a chart: the columns that the keys name, as series of points.

use super::keys::{Across, Axis, Keys, Kind, Name};
use super::number::rounded;
use super::problem::{Place, Problem};

/// A table: a header, and rows of as many cells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table<'t> {
    pub(crate) columns: Vec<&'t str>,
    pub(crate) rows: Vec<Vec<&'t str>>,
}

/// A point of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    /// For bars, the number of the category.
    pub(super) x: f64,
    /// `None` is a gap.
    pub(super) y: Option<f64>,
    /// The lower and the upper edge of the band.
    pub(super) band: Option<(f64, f64)>,
}

impl Point {
    /// Its values along the y axis.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> {
        let (low, high) = self.band.unzip();
        [self.y, low, high].into_iter().flatten()
    }

    /// Where its label is: at the value, or in the middle of the band.
    pub(super) fn height(&self) -> Option<f64> {
        self.y.or_else(|| self.band.map(|(low, high)| low / 2.0 + high / 2.0))
    }
}

/// The points of one line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Series {
    /// Empty, if there is only one and no column names it.
    pub(super) name: String,
    pub(super) points: Vec<Point>,
}

/// What a chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Data {
    pub(super) series: Vec<Series>,
    /// The categories of bars, in the order of the data.
    pub(super) categories: Vec<String>,
    /// Whether all categories are numbers.
    pub(super) are_numbers: bool,
}

/// The most series that a reader can tell apart, by hue, dashes and labels.
const MOST_SERIES: usize = 6;

/// The most bars.
const MOST_BARS: usize = 60;

/// The most problems in cells that are reported: a column of text has one in each row.
const MOST_CELLS: usize = 5;

/// The largest number that can be drawn: the difference of two is still a number.
const LARGEST: f64 = 1e300;

/// Finds the column of a name.
pub(crate) fn column(name: &Name, table: &Table, problems: &mut Vec<Problem>) -> Option<usize> {
    let found = table.columns.iter().position(|column| *column == name.text);
    if found.is_none() {
        let error = Problem::error(Place::Keys(name.place.clone()), format!("no column `{}`", name.text));
        problems.push(error.suggest(&name.text, table.columns.iter().copied()));
    }
    found
}

/// The columns that the keys name.
struct Columns {
    x: usize,
    y: Vec<usize>,
    series: Option<usize>,
    band: Option<(usize, usize)>,
}

impl Columns {
    fn find(keys: &Keys, table: &Table, problems: &mut Vec<Problem>) -> Option<Self> {
        let mut find = |name: &Name| column(name, table, problems);
        let x = find(&keys.x.columns[0]);
        let y: Vec<_> = keys.y.columns.iter().map(&mut find).collect();
        let series = keys.series.as_ref().map(&mut find);
        let band = keys.band.as_ref().map(|(low, high)| (find(low), find(high)));
        let band = match band {
            Some((low, high)) => Some((low?, high?)),
            None => None,
        };
        Some(Self {
            x: x?,
            y: y.into_iter().collect::<Option<_>>()?,
            series: series.map_or(Some(None), |found| found.map(Some))?,
            band,
        })
    }
}

/// A column that a chart shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) column: usize,
    pub(crate) heading: String,
    pub(crate) is_number: bool,
}

/// The columns of the data that a chart shows, each once. Empty if one of them is missing.
pub(crate) fn shown(keys: &Keys, table: &Table) -> Vec<Shown> {
    let Some(columns) = Columns::find(keys, table, &mut Vec::new()) else { return Vec::new() };
    let (low, high) = columns.band.unzip();
    let name = |column: usize| table.columns[column].to_owned();
    let y = |column: usize| if columns.y.len() == 1 { keys.y.titled() } else { name(column) };
    let series = columns.series.map(|column| (column, name(column), false));
    let x = [(columns.x, keys.x.titled(), keys.kind != Kind::Bar)];
    let values = columns.y.iter().map(|column| (*column, y(*column), true));
    let edges = low.into_iter().chain(high).map(|column| (column, name(column), true));
    let mut shown: Vec<Shown> = Vec::new();
    for (column, heading, is_number) in series.into_iter().chain(x).chain(values).chain(edges) {
        if shown.iter().all(|other| other.column != column) {
            shown.push(Shown { column, heading, is_number });
        }
    }
    shown
}

/// Reads the data. `None` if there is nothing to draw, which is reported.
pub(super) fn read(keys: &Keys, table: &Table, problems: &mut Vec<Problem>) -> Option<Data> {
    let columns = Columns::find(keys, table, problems)?;
    let before = problems.len();
    let mut reader = Reader { keys, table, problems, data: Data::default(), cells: 0, taken: Vec::new() };
    for row in 0..table.rows.len() {
        reader.row(row, &columns);
    }
    let (mut data, cells) = (reader.data, reader.cells);
    if let Some(more) = cells.checked_sub(MOST_CELLS + 1)
        && let Some(last) = problems.last_mut()
    {
        last.message = format!("{} (and {} more cells like this)", last.message, more + 1);
    }
    if problems.len() > before {
        return None;
    }
    data.are_numbers = data.categories.iter().all(|category| category.parse().is_ok_and(f64::is_finite));
    data.series.retain(|series| series.points.iter().any(|point| point.values().next().is_some()));
    check(&data, keys, problems);
    (problems.len() == before).then_some(data)
}

/// Too little and too much to draw.
fn check(data: &Data, keys: &Keys, problems: &mut Vec<Problem>) {
    let place = || Place::Keys(keys.place.clone());
    if data.series.is_empty() {
        problems.push(Problem::error(place(), "a chart without data").help("no row has a value in these columns"));
    }
    let series = data.series.len();
    if keys.kind != Kind::Bar && series > MOST_SERIES {
        let place = keys.series.as_ref().map_or_else(place, |name| Place::Keys(name.place.clone()));
        let message = format!("{series} series: a reader can tell at most {MOST_SERIES} apart");
        problems
            .push(Problem::error(place, message).help("select rows with `where=COLUMN=VALUE`, or draw several charts"));
        return;
    }
    let longest = data.series.iter().flat_map(|series| &series.points).flat_map(Point::values).fold(0.0, f64::max);
    if keys.kind == Kind::Bar && keys.y.to.is_some_and(|to| to < longest) {
        let message = format!("a bar of {} would be cut off", rounded(longest, 6));
        problems.push(Problem::error(Place::Keys(keys.y.place.clone()), message).help("raise `to=`, or remove it"));
    }
    let bars: usize = data.series.iter().map(|series| series.points.len()).sum();
    if keys.kind == Kind::Bar && bars > MOST_BARS {
        let message = format!("{bars} bars: a reader can compare at most {MOST_BARS}");
        problems.push(
            Problem::error(place(), message)
                .help("use `kind: step` or `kind: line`, or select rows with `where=COLUMN=VALUE`"),
        );
    }
}

struct Reader<'r> {
    keys: &'r Keys,
    table: &'r Table<'r>,
    problems: &'r mut Vec<Problem>,
    data: Data,
    /// How many problems there are in cells.
    cells: usize,
    /// The bars so far: category and series.
    taken: Vec<(usize, usize)>,
}

impl Reader<'_> {
    fn cell(&self, row: usize, column: usize) -> &str {
        self.table.rows[row].get(column).map_or("", |cell| cell.trim())
    }

    fn report(&mut self, row: usize, column: usize, (message, help): (String, &str)) {
        self.cells += 1;
        if self.cells <= MOST_CELLS {
            self.problems.push(Problem::error(Place::Cell { row, column }, message).help(help));
        }
    }

    /// The number in a cell. `None` if it is empty, or if it is none, which is reported.
    fn number(&mut self, (row, column): (usize, usize), axis: &Axis) -> Option<f64> {
        let text = self.cell(row, column);
        if text.is_empty() {
            return None;
        }
        let found = match text.parse::<f64>() {
            Ok(number) if number.is_nan() || number.is_infinite() => {
                Err((format!("`{text}` cannot be drawn"), "leave the cell empty where there is no value"))
            }
            Ok(number) if number.abs() > LARGEST => {
                Err((format!("`{text}` is too large to be drawn"), "use a larger unit"))
            }
            Ok(number) if axis.log.is_some() && number <= 0.0 => Err((
                format!("`{text}` cannot be on a logarithmic axis, which has only values above zero"),
                "remove `log`, or the row",
            )),
            Ok(number) => Ok(number),
            Err(_) => {
                Err((format!("`{text}` is not a number"), "write it without separators and units: `1800`, `1.8e3`"))
            }
        };
        found.map_err(|problem| self.report(row, column, problem)).ok()
    }

    fn row(&mut self, row: usize, columns: &Columns) {
        let keys = self.keys;
        let x = if keys.kind == Kind::Bar {
            Some(self.category(row, columns.x))
        } else {
            self.number((row, columns.x), &keys.x)
        };
        let band = columns.band.and_then(|columns| self.band(row, columns));
        // Without a column for y, the band is all there is.
        let values: Vec<Option<usize>> =
            if columns.y.is_empty() { vec![None] } else { columns.y.iter().copied().map(Some).collect() };
        let is_wide = values.len() > 1;
        for column in values {
            let y = column.and_then(|column| self.number((row, column), &keys.y));
            let name = match (columns.series, column) {
                (Some(series), _) => self.cell(row, series).to_owned(),
                (None, Some(column)) if is_wide => self.table.columns[column].to_owned(),
                _ => String::new(),
            };
            let series = self.series(name);
            let Some(x) = x else { continue };
            if keys.kind == Kind::Bar {
                if y.is_none() {
                    continue;
                }
                self.take((x, series), (row, columns.x));
            }
            self.data.series[series].points.push(Point { x, y, band });
        }
    }

    /// The number of the category in a cell.
    #[expect(clippy::cast_precision_loss, reason = "there are few categories")]
    fn category(&mut self, row: usize, column: usize) -> f64 {
        let name = self.cell(row, column).to_owned();
        let categories = &mut self.data.categories;
        let found = categories.iter().position(|category| *category == name);
        found.unwrap_or_else(|| {
            categories.push(name);
            categories.len() - 1
        }) as f64
    }

    /// Reports a second bar at the same place.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a category is a small number")]
    fn take(&mut self, (category, series): (f64, usize), (row, column): (usize, usize)) {
        let bar = (category as usize, series);
        if self.taken.contains(&bar) {
            let message = format!("a second bar for `{}`", self.cell(row, column));
            self.report(row, column, (message, "name the column that tells the two apart (`series: COLUMN`), or select rows with `where=COLUMN=VALUE`"));
        }
        self.taken.push(bar);
    }

    fn band(&mut self, row: usize, (low, high): (usize, usize)) -> Option<(f64, f64)> {
        let axis = &self.keys.y;
        let edges = (self.number((row, low), axis), self.number((row, high), axis));
        let (Some(lower), Some(upper)) = edges else { return None };
        if lower > upper {
            let message = format!(
                "the lower edge of the band, {}, is above the upper one, {}",
                rounded(lower, 6),
                rounded(upper, 6)
            );
            self.report(row, low, (message, "swap the columns of `band:`"));
        }
        Some((lower, upper))
    }

    /// The number of the series with this name.
    fn series(&mut self, name: String) -> usize {
        let series = &mut self.data.series;
        series.iter().position(|series| series.name == name).unwrap_or_else(|| {
            series.push(Series { name, points: Vec::new() });
            series.len() - 1
        })
    }
}

/// Warns of lines that have several values at one x: mostly, rows of several series are taken for one.
pub(super) fn warn_of_repeated(data: &Data, keys: &Keys, problems: &mut Vec<Problem>) {
    if !matches!(keys.kind, Kind::Line | Kind::Band) {
        return;
    }
    for series in &data.series {
        let mut places: Vec<f64> = series.points.iter().map(|point| point.x).collect();
        places.sort_by(f64::total_cmp);
        if let Some(pair) = places.windows(2).find(|pair| pair[0].total_cmp(&pair[1]).is_eq()) {
            let message =
                format!("one line has several values at {} = {}", keys.x.columns[0].text, rounded(pair[0], 6));
            let warning = Problem::warning(Place::Keys(keys.place.clone()), message);
            problems.push(warning.help(
                "name the column that tells them apart (`series: COLUMN`), or select rows with `where=COLUMN=VALUE`",
            ));
            return;
        }
    }
}

/// Reports reference lines that are not on the chart.
pub(super) fn check_marks(keys: &Keys, problems: &mut Vec<Problem>) {
    for mark in &keys.marks {
        let axis = if mark.across == Across::X { &keys.x } else { &keys.y };
        let is_outside = axis.from.is_some_and(|from| mark.at < from) || axis.to.is_some_and(|to| mark.at > to);
        let problem = if axis.log.is_some() && mark.at <= 0.0 {
            ("a logarithmic axis has only values above zero", "remove the line, or `log`")
        } else if is_outside {
            ("this line is outside of the axis", "change `from=` or `to=`, or remove the line")
        } else if keys.kind == Kind::Bar && mark.across == Across::X {
            ("the categories of bars have no places between them", "use `mark: y=…`")
        } else {
            continue;
        };
        problems.push(Problem::error(Place::Keys(mark.place.clone()), problem.0).help(problem.1));
    }
}
