//! A chart in words, for those who do not see it: its kind, its axes with their ranges, and of each series the first, the last, the lowest and the highest
//! value.

use super::data::{Data, Point, Series};
use super::keys::{Across, Axis, Keys, Kind, Mark};
use super::number::rounded;
use crate::languages::{Chart, Numbers, Text, Words};

/// Digits of numbers in words.
const DIGITS: i32 = 4;

/// Up to this number of bars, each is named.
const MOST_BARS: usize = 12;

/// What describes a chart.
struct Describer<'a> {
    data: &'a Data,
    keys: &'a Keys,
    words: &'a Chart,
    numbers: &'a Numbers,
}

/// Describes a chart.
pub(super) fn describe(data: &Data, keys: &Keys, words: &Words) -> String {
    Describer { data, keys, words: &words.chart, numbers: &words.numbers }.chart()
}

impl Describer<'_> {
    fn chart(&self) -> String {
        let Self { data, keys, words, .. } = self;
        let kind = match keys.kind {
            Kind::Line => &words.line,
            Kind::Bar => &words.bar,
            Kind::Scatter => &words.scatter,
            Kind::Step => &words.step,
            Kind::Band => &words.band,
        };
        let points = || data.series.iter().flat_map(|series| &series.points);
        let y = self.range(&keys.y, points().flat_map(Point::values));
        let axes = if keys.kind == Kind::Bar {
            y
        } else {
            let x = self.range(&keys.x, points().map(|point| point.x));
            words.axes.fill(&[("y", &y), ("x", &x)])
        };
        let mut text = kind.fill(&[("what", &axes)]);
        for series in &data.series {
            let series = if keys.kind == Kind::Bar { self.bars(series) } else { self.line(series) };
            text.extend([" ", &words.series_end.fill(&[("text", &series)])]);
        }
        for mark in &keys.marks {
            text.extend([" ", &self.mark(mark)]);
        }
        text
    }

    fn mark(&self, mark: &Mark) -> String {
        let axis = if mark.across == Across::X { "x" } else { "y" };
        let value = self.number(mark.at);
        match mark.text.as_str() {
            "" => self.words.mark.fill(&[("axis", &axis), ("value", &value)]),
            name => self.words.named_mark.fill(&[("axis", &axis), ("value", &value), ("name", &name)]),
        }
    }

    fn number(&self, number: f64) -> String {
        self.numbers.of(&rounded(number, DIGITS))
    }

    /// `Records/s from 300 to 155,457`.
    fn range(&self, axis: &Axis, values: impl Iterator<Item = f64>) -> String {
        let words = self.words;
        let (low, high) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (value.min(low), value.max(high)));
        let title = match axis.titled() {
            title if title.is_empty() => words.values.to_string(),
            title => title,
        };
        let range = if low < high {
            words.range.fill(&[("axis", &title), ("low", &self.number(low)), ("high", &self.number(high))])
        } else {
            words.value.fill(&[("axis", &title), ("value", &self.number(low))])
        };
        if axis.log.is_some() { words.logarithmic.fill(&[("range", &range)]) } else { range }
    }

    /// The values of a series, after its name.
    fn named(&self, series: &Series, values: &str) -> String {
        match series.name.as_str() {
            "" => values.to_owned(),
            name => self.words.series.fill(&[("name", &name), ("values", &values)]),
        }
    }

    fn line(&self, series: &Series) -> String {
        let words = self.words;
        let known: Vec<&Point> = series.points.iter().filter(|point| point.height().is_some()).collect();
        let height = |point: &&&Point| point.height().unwrap_or_default();
        let extreme = |a: &&&Point, b: &&&Point| height(a).total_cmp(&height(b));
        let (Some(first), Some(last)) = (known.first(), known.last()) else { return self.named(series, "") };
        let (Some(lowest), Some(highest)) = (known.iter().min_by(extreme), known.iter().rev().max_by(extreme)) else {
            return self.named(series, "");
        };
        let at = |word: &Text, point: &Point| word.fill(&[("point", &self.point(point))]);
        let is_scatter = self.keys.kind == Kind::Scatter;
        if known.len() == 1 && !is_scatter {
            return self.named(series, &self.point(first));
        }
        let mut parts = if is_scatter {
            vec![words.points.count(known.len())]
        } else {
            vec![at(&words.first, first), at(&words.last, last)]
        };
        let is_end = |point: &Point| !is_scatter && [*first, *last].iter().any(|end| end.height() == point.height());
        let extremes = [(&words.lowest, lowest), (&words.highest, highest)];
        parts.extend(extremes.iter().filter(|(_, point)| !is_end(point)).map(|(word, point)| at(word, point)));
        self.named(series, &parts.join(", "))
    }

    /// `300 at 12`.
    fn point(&self, point: &Point) -> String {
        let value = match (point.y, point.band) {
            (Some(y), _) => self.number(y),
            (None, Some((low, high))) => {
                self.words.band_value.fill(&[("low", &self.number(low)), ("high", &self.number(high))])
            }
            (None, None) => String::new(),
        };
        self.words.point.fill(&[("value", &value), ("x", &self.number(point.x))])
    }

    fn bars(&self, series: &Series) -> String {
        let words = self.words;
        let value = |point: &&Point| point.y.unwrap_or_default();
        if series.points.len() <= MOST_BARS {
            let bars: Vec<_> = series.points.iter().map(|point| self.bar(point)).collect();
            return self.named(series, &bars.join(", "));
        }
        let bar = |word: &Text, point: Option<&Point>| {
            word.fill(&[("point", &point.map(|point| self.bar(point)).unwrap_or_default())])
        };
        let lowest = series.points.iter().min_by(|a, b| value(a).total_cmp(&value(b)));
        let highest = series.points.iter().rev().max_by(|a, b| value(a).total_cmp(&value(b)));
        let bars = words.bars.count(series.points.len());
        self.named(series, &[bars, bar(&words.lowest, lowest), bar(&words.highest, highest)].join(", "))
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a category is a small number")]
    fn bar(&self, point: &Point) -> String {
        let (name, value) = (&self.data.categories[point.x as usize], self.number(point.y.unwrap_or_default()));
        if self.data.are_numbers {
            self.words.point.fill(&[("value", &value), ("x", name)])
        } else {
            format!("{name} {value}")
        }
    }
}
