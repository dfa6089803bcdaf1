//! Bars: horizontal with the names at their left or above, or upright where the categories are numbers. Each has its number at its end, so that most need
//! no axis.

use super::data::{Data, Point};
use super::frame::{
    Frame, GAP, LABEL, MIDDLE, NARROW_SPACE, PLOT, TO_LABEL, has_space, most_ticks, push_title, title_height,
    title_lines,
};
use super::keys::Keys;
use super::number::rounded;
use super::place::{Rect, spread};
use super::scale::{Domain, Scale};
use super::style;
use super::svg::{Anchor, LEADING, Path, SIZE, Svg, WIDTH, number, width, wrapped};
use crate::languages::Numbers;

/// The widest names that are at the left of their bars.
const LEFT: f64 = 138.0;

/// Significant digits of the numbers at bars.
const DIGITS: i32 = 4;

/// The greatest height and width of a bar.
const THICK: f64 = 14.0;
const COLUMN: f64 = 34.0;

/// The widest label of a reference line of upright bars.
const MARK: f64 = 82.0;

/// Draws bars.
pub(super) fn draw(data: &Data, keys: &Keys, numbers: &Numbers) -> String {
    if data.are_numbers && data.series.len() == 1 {
        upright(data, keys, numbers)
    } else {
        horizontal(data, keys, numbers)
    }
}

/// The domain of bars, which has zero in it.
fn domain(data: &Data, keys: &Keys) -> Domain {
    let values = data.series.iter().flat_map(|series| &series.points).flat_map(Point::values);
    let marks = keys.marks.iter().map(|mark| mark.at);
    let around = Domain::around(values.chain(marks).chain([0.0]), false).unwrap_or(Domain::EMPTY);
    let domain = Domain { high: keys.y.to.unwrap_or(around.high).max(0.0), ..around };
    // Without a value other than zero, there is no bar to be seen.
    if domain.low < domain.high { domain } else { Domain { high: 1.0, ..domain } }
}

/// A bar, or the heading of some.
struct Row<'d> {
    name: Vec<String>,
    /// The series and the bar. `None` is a heading.
    bar: Option<(usize, &'d Point)>,
}

/// The rows of horizontal bars. Bars of several series are below the name of their category, each with the name of its series.
fn rows(data: &Data) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let is_grouped = data.series.len() > 1;
    for (index, category) in data.categories.iter().enumerate() {
        let bars = data.series.iter().enumerate().flat_map(|(number, series)| {
            #[expect(clippy::cast_precision_loss, reason = "there are few categories")]
            let of_category = move |point: &&Point| (point.x - index as f64).abs() < 0.5;
            series.points.iter().filter(of_category).map(move |point| (number, point))
        });
        let mut bars = bars.peekable();
        if is_grouped && bars.peek().is_some() {
            rows.push(Row { name: wrapped(category, WIDTH), bar: None });
        }
        for (number, point) in bars {
            let name = if is_grouped { &data.series[number].name } else { category };
            rows.push(Row { name: wrapped(name, WIDTH), bar: Some((number, point)) });
        }
    }
    rows
}

/// Where the parts of horizontal bars are.
struct Layout<'n> {
    scale: Scale,
    numbers: &'n Numbers,
    /// Where bars have their names at the left.
    names: Option<f64>,
}

impl<'n> Layout<'n> {
    fn of(rows: &[Row], data: &Data, keys: &Keys, numbers: &'n Numbers) -> Self {
        let bars = || rows.iter().filter(|row| row.bar.is_some());
        let widest = bars().flat_map(|row| &row.name).map(|line| width(line)).fold(0.0, f64::max);
        let names = (widest <= LEFT && bars().all(|row| row.name.len() < 2)).then_some(widest);
        let values = bars().filter_map(|row| row.bar).map(|(_, point)| point.y.unwrap_or_default());
        let space = |of: &dyn Fn(&f64) -> bool| {
            values.clone().filter(of).map(|value| width(&in_digits(value, numbers)) + GAP).fold(0.0, f64::max)
        };
        let (after, before) = (space(&|value| *value >= 0.0), space(&|value| *value < 0.0));
        let start = names.map_or(0.0, |names| names + GAP + 2.0) + before;
        let scale = Scale { domain: domain(data, keys), start: start.round(), end: (WIDTH - after).round() };
        Self { scale, numbers, names }
    }
}

fn horizontal(data: &Data, keys: &Keys, numbers: &Numbers) -> String {
    let rows = rows(data);
    let layout = Layout::of(&rows, data, keys, numbers);
    let titles = title_lines(&keys.y);
    let mut svg = Svg::default();
    push_title(&titles, &mut svg);
    let marks = mark_labels(keys);
    let top = title_height(&titles) + 4.0;
    let above = top;
    let top = top + marks.iter().flat_map(|(_, lines)| lines).map(|_| LEADING).sum::<f64>();
    let mut bars = vec![Path::default(); data.series.len()];
    let mut ranges = Path::default();
    let mut y = top;
    let mut spans: Vec<(f64, f64)> = Vec::new();
    for row in &rows {
        let next = push_row((row, y), &layout, (&mut bars, &mut ranges), &mut svg);
        if row.bar.is_some() {
            // Lines across the bars do not cross what is written above them.
            let from = if layout.names.is_some() { y } else { next - THICK - 6.0 };
            match spans.last_mut().filter(|span| layout.names.is_some() && span.1 >= y) {
                Some(span) => span.1 = next,
                None => spans.push((from, next)),
            }
        }
        y = next;
    }
    let thick = if layout.names.is_some() { THICK } else { THICK - 2.0 };
    for (index, path) in bars.iter().enumerate() {
        let opacity = if index == 0 { "" } else { " stroke-opacity=\".75\"" };
        svg.path(path, style::of(index).class, &format!("stroke-width=\"{thick}\"{opacity}"));
    }
    svg.path(&ranges, "", "stroke-width=\"1.2\"");
    let zero = layout.scale.at(0.0);
    let mut line = Path::default();
    push_across(&mut line, zero, &spans);
    svg.path(&line, "soft", "");
    push_marks(&marks, (&layout.scale, above, &spans), &mut svg);
    svg.finish(y + 2.0)
}

/// Adds a bar at `y`, with its name and its number. Returns where the next is.
fn push_row((row, y): (&Row, f64), layout: &Layout, (bars, ranges): (&mut [Path], &mut Path), svg: &mut Svg) -> f64 {
    let mut y = y;
    let is_above = layout.names.is_none() || row.bar.is_none();
    if is_above {
        y += if row.bar.is_none() { 7.0 } else { 4.0 };
        for line in &row.name {
            svg.text((0.0, y + SIZE - 2.0), Anchor::Start, "", line);
            y += LEADING;
        }
    }
    let Some((series, point)) = row.bar else { return y };
    let value = point.y.unwrap_or_default();
    let middle = y + THICK / 2.0 + 3.0;
    if let (false, Some(names), Some(name)) = (is_above, layout.names, row.name.first()) {
        svg.text((names, middle + MIDDLE), Anchor::End, "", name);
    }
    let (zero, end) = (layout.scale.at(0.0), layout.scale.at(value).min(layout.scale.end));
    bars[series].move_to(zero, middle);
    bars[series].line_to(end, middle);
    let mut far = end;
    if let Some((low, high)) = point.band {
        let (low, high) = (layout.scale.at(low), layout.scale.at(high));
        ranges.move_to(low, middle);
        ranges.line_to(high, middle);
        far = if value < 0.0 { far.min(low) } else { far.max(high) };
    }
    let (x, anchor) = if value < 0.0 { (far - GAP + 2.0, Anchor::End) } else { (far + GAP - 2.0, Anchor::Start) };
    svg.text((x, middle + MIDDLE), anchor, "soft", &in_digits(value, layout.numbers));
    y + THICK + 6.0
}

/// Adds a line at `x` through spans of the height.
fn push_across(path: &mut Path, x: f64, spans: &[(f64, f64)]) {
    for (from, to) in spans {
        path.move_to(x, *from);
        path.line_to(x, *to);
    }
}

/// The values of the reference lines and the lines of their labels, from left to right: then no line crosses the label of another to its right.
fn mark_labels(keys: &Keys) -> Vec<(f64, Vec<String>)> {
    let mut marks: Vec<_> = keys.marks.iter().map(|mark| (mark.at, wrapped(&mark.text, WIDTH))).collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    marks
}

/// Adds the reference lines of horizontal bars, with their labels above the bars.
fn push_marks(marks: &[(f64, Vec<String>)], (scale, top, spans): (&Scale, f64, &[(f64, f64)]), svg: &mut Svg) {
    let mut path = Path::default();
    let mut y = top;
    let first_bar = spans.first().map_or(top, |span| span.0);
    for (at, lines) in marks {
        let x = scale.at(*at);
        let wide = lines.iter().map(|line| width(line)).fold(0.0, f64::max);
        let below = y + lines.iter().map(|_| LEADING).sum::<f64>();
        // At the right of its line, or at the left, or above it.
        let (left, start) = if x + 5.0 + wide <= WIDTH {
            (x + 5.0, y + 2.0)
        } else if x - 5.0 - wide >= 0.0 {
            (x - 5.0 - wide, y + 2.0)
        } else {
            ((x - wide / 2.0).clamp(0.0, (WIDTH - wide).max(0.0)), below)
        };
        path.move_to(x, start.min(first_bar));
        path.line_to(x, first_bar);
        for line in lines {
            svg.text((left, y + SIZE - 1.0), Anchor::Start, "", line);
            y += LEADING;
        }
        push_across(&mut path, x, spans);
    }
    svg.path(&path, "", "stroke-dasharray=\"3 3\"");
}

fn upright(data: &Data, keys: &Keys, numbers: &Numbers) -> String {
    let points: Vec<&Point> = data.series.iter().flat_map(|series| &series.points).collect();
    let own = domain(data, keys);
    let domain = own.extended(most_ticks(PLOT), (None, keys.y.to));
    let marks: Vec<Vec<String>> = keys.marks.iter().map(|mark| wrapped(&mark.text, MARK)).collect();
    let widest = marks.iter().flatten().map(|line| width(line)).fold(0.0, f64::max);
    let right = if widest > 0.0 { widest + TO_LABEL } else { 2.0 };
    // Numbers at the bars make an axis needless.
    let frame = |domain| Frame::new(domain, &keys.y, right, numbers);
    let numbered = Upright::numbered(frame(own), numbers, (own, data));
    let has_numbers = numbered.numbers_fit(&points, keys);
    let chart = if has_numbers { numbered } else { Upright::new(frame(domain), numbers, (domain, data)) };
    let mut svg = Svg::default();
    chart.frame.push_y(&chart.y, &mut svg);
    chart.push_bars(&points, &mut svg);
    if has_numbers {
        chart.push_numbers(&points, &mut svg);
    }
    chart.push_marks(keys, &marks, &mut svg);
    chart.finish((data, keys), svg)
}

/// Upright bars.
struct Upright<'n> {
    frame: Frame,
    numbers: &'n Numbers,
    y: Scale,
    /// The distance of two bars.
    pitch: f64,
}

impl<'n> Upright<'n> {
    #[expect(clippy::cast_precision_loss, reason = "there are few bars")]
    fn new(frame: Frame, numbers: &'n Numbers, (domain, data): (Domain, &Data)) -> Self {
        let pitch = (frame.plot.right - frame.plot.left) / data.categories.len().max(1) as f64;
        Self { y: frame.y_scale(domain), frame, numbers, pitch }
    }

    /// With numbers at the bars instead of an axis: those of negative ones are below them.
    fn numbered(frame: Frame, numbers: &'n Numbers, (domain, data): (Domain, &Data)) -> Self {
        let mut chart = Self::new(frame.without_ticks(), numbers, (domain, data));
        if domain.low < 0.0 {
            chart.y.start -= SIZE + 3.0;
        }
        chart
    }

    fn middle(&self, category: f64) -> f64 {
        self.frame.plot.left + (category + 0.5) * self.pitch
    }

    /// The base line of the number of a bar: above it, or below it if it is negative.
    fn base(&self, point: &Point) -> f64 {
        let value = point.y.unwrap_or_default();
        let ends = point.values().map(|value| self.y.at(value));
        if value < 0.0 {
            ends.fold(self.y.at(value), f64::max) + SIZE
        } else {
            ends.fold(self.y.at(value), f64::min) - 4.0
        }
    }

    /// Whether each number is narrower than the distance of two bars, and no reference line crosses one.
    fn numbers_fit(&self, points: &[&Point], keys: &Keys) -> bool {
        let is_crossed = |base: f64| {
            let lines = keys.marks.iter().map(|mark| self.y.at(mark.at));
            lines.into_iter().any(|line| line > base - SIZE && line < base + 2.0)
        };
        points.iter().all(|point| width(&self.number_of(point)) + 3.0 <= self.pitch && !is_crossed(self.base(point)))
    }

    fn push_bars(&self, points: &[&Point], svg: &mut Svg) {
        let (mut bars, mut ranges) = (Path::default(), Path::default());
        for point in points {
            let (x, value) = (self.middle(point.x), point.y.unwrap_or_default());
            bars.move_to(x, self.y.at(0.0));
            bars.line_to(x, self.y.at(value).max(self.frame.plot.top));
            if let Some((low, high)) = point.band {
                ranges.move_to(x, self.y.at(low));
                ranges.line_to(x, self.y.at(high));
            }
        }
        svg.path(&bars, "hue", &format!("stroke-width=\"{}\"", number((self.pitch * 0.72).min(COLUMN))));
        svg.path(&ranges, "", "stroke-width=\"1.2\"");
    }

    fn number_of(&self, point: &Point) -> String {
        in_digits(point.y.unwrap_or_default(), self.numbers)
    }

    fn push_numbers(&self, points: &[&Point], svg: &mut Svg) {
        for point in points {
            svg.text((self.middle(point.x), self.base(point)), Anchor::Middle, "", &self.number_of(point));
        }
    }

    /// Adds the reference lines, each with its label at its end.
    fn push_marks(&self, keys: &Keys, labels: &[Vec<String>], svg: &mut Svg) {
        let Rect { left, right, top, bottom } = self.frame.plot;
        let height = |label: &Vec<String>| label.iter().map(|_| LABEL).sum::<f64>();
        let wanted: Vec<(f64, f64)> =
            keys.marks.iter().zip(labels).map(|(mark, label)| (self.y.at(mark.at), height(label))).collect();
        let mut path = Path::default();
        for ((label, (at, height)), centre) in
            labels.iter().zip(&wanted).zip(spread(&wanted, (top - 8.0, bottom + 8.0)))
        {
            path.move_to(left, *at);
            path.line_to(right, *at);
            let mut y = centre + MIDDLE - (height - LABEL) / 2.0;
            for line in label {
                svg.text((right + TO_LABEL, y), Anchor::Start, "", line);
                y += LABEL;
            }
        }
        svg.path(&path, "", "stroke-dasharray=\"3 3\"");
    }

    /// Adds the axis below.
    fn finish(mut self, (data, keys): (&Data, &Keys), mut svg: Svg) -> String {
        let Rect { left, right, bottom, .. } = self.frame.plot;
        let names = self.names(data);
        self.frame.push_x((&names, &keys.x.titled()), &mut svg);
        let zero = self.y.at(0.0);
        if zero < bottom - 0.5 {
            let mut line = Path::default();
            line.move_to(left, zero);
            line.line_to(right, zero);
            svg.path(&line, "soft", "");
        }
        svg.finish(self.frame.height)
    }

    /// The names below the bars: all, or as many as have space.
    fn names(&self, data: &Data) -> Vec<(f64, String)> {
        #[expect(clippy::cast_precision_loss, reason = "there are few categories")]
        let all = || data.categories.iter().enumerate().map(|(index, name)| (self.middle(index as f64), name.clone()));
        let every = |step: usize| all().step_by(step).collect::<Vec<_>>();
        [1, 2, 5, 10, 20].into_iter().map(every).find(|names| has_space(names, NARROW_SPACE)).unwrap_or_default()
    }
}

fn in_digits(value: f64, numbers: &Numbers) -> String {
    numbers.of(&rounded(value, DIGITS))
}
