//! A chart in words, for those who do not see it: its kind, its axes with their ranges, and of each series the first, the last, the lowest and the highest
//! value.

use super::data::{Data, Point, Series};
use super::keys::{Across, Axis, Keys, Kind};
use super::number::rounded;

/// Digits of numbers in words.
const DIGITS: i32 = 4;

/// Up to this number of bars, each is named.
const MOST_BARS: usize = 12;

/// Describes a chart.
pub(super) fn describe(data: &Data, keys: &Keys) -> String {
    let kind = match keys.kind {
        Kind::Line => "Line chart",
        Kind::Bar => "Bar chart",
        Kind::Scatter => "Scatter chart",
        Kind::Step => "Step chart",
        Kind::Band => "Chart of a range",
    };
    let points = || data.series.iter().flat_map(|series| &series.points);
    let y = range(&keys.y, points().flat_map(Point::values));
    let x = match keys.kind {
        Kind::Bar => String::new(),
        _ => format!(" by {}", range(&keys.x, points().map(|point| point.x))),
    };
    let mut words = format!("{kind}: {y}{x}.");
    for series in &data.series {
        let series = if keys.kind == Kind::Bar { bars(series, data) } else { line(series, keys) };
        words.extend([" ", &series, "."]);
    }
    for mark in &keys.marks {
        let axis = if mark.across == Across::X { "x" } else { "y" };
        words.extend([" Line at ", axis, " = ", &rounded(mark.at, DIGITS)]);
        words.extend(if mark.text.is_empty() { ["", "", "."] } else { [": ", &mark.text, "."] });
    }
    words
}

/// `Records/s from 300 to 155,457`.
fn range(axis: &Axis, values: impl Iterator<Item = f64>) -> String {
    let (low, high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (value.min(low), value.max(high)));
    let title = match axis.titled() {
        title if title.is_empty() => "values".to_owned(),
        title => title,
    };
    let log = if axis.log.is_some() { " on a logarithmic axis" } else { "" };
    if low < high {
        format!("{title} from {} to {}{log}", rounded(low, DIGITS), rounded(high, DIGITS))
    } else {
        format!("{title} {}{log}", rounded(low, DIGITS))
    }
}

fn named(series: &Series) -> String {
    if series.name.is_empty() { String::new() } else { format!("{}: ", series.name) }
}

fn line(series: &Series, keys: &Keys) -> String {
    let value = |point: &Point| match (point.y, point.band) {
        (Some(y), _) => rounded(y, DIGITS),
        (None, Some((low, high))) => format!("{} to {}", rounded(low, DIGITS), rounded(high, DIGITS)),
        (None, None) => String::new(),
    };
    let known: Vec<&Point> = series.points.iter().filter(|point| point.height().is_some()).collect();
    let height = |point: &&&Point| point.height().unwrap_or_default();
    let extreme = |a: &&&Point, b: &&&Point| height(a).total_cmp(&height(b));
    let (Some(first), Some(last)) = (known.first(), known.last()) else { return named(series) };
    let (Some(lowest), Some(highest)) = (known.iter().min_by(extreme), known.iter().rev().max_by(extreme)) else {
        return named(series);
    };
    let at = |point: &Point| format!("{} at {}", value(point), rounded(point.x, DIGITS));
    let mut words = named(series);
    if keys.kind == Kind::Scatter {
        words.extend([&known.len().to_string(), " points, "]);
    } else if known.len() == 1 {
        return words + &at(first);
    } else {
        words.extend(["first ", &at(first), ", last ", &at(last), ", "]);
    }
    let is_end =
        |point: &Point| keys.kind != Kind::Scatter && [*first, *last].iter().any(|end| end.height() == point.height());
    for (name, point) in [("lowest", lowest), ("highest", highest)] {
        if !is_end(point) {
            words.extend([name, " ", &at(point), ", "]);
        }
    }
    words.truncate(words.len() - 2);
    words
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a category is a small number")]
fn bars(series: &Series, data: &Data) -> String {
    let bar = |point: &Point| {
        let (name, value) = (&data.categories[point.x as usize], rounded(point.y.unwrap_or_default(), DIGITS));
        if data.are_numbers { format!("{value} at {name}") } else { format!("{name} {value}") }
    };
    let value = |point: &&Point| point.y.unwrap_or_default();
    if series.points.len() <= MOST_BARS {
        return named(series) + &series.points.iter().map(bar).collect::<Vec<_>>().join(", ");
    }
    let lowest = series.points.iter().min_by(|a, b| value(a).total_cmp(&value(b))).map(bar).unwrap_or_default();
    let highest = series.points.iter().rev().max_by(|a, b| value(a).total_cmp(&value(b))).map(bar).unwrap_or_default();
    format!("{}{} bars, lowest {lowest}, highest {highest}", named(series), series.points.len())
}
