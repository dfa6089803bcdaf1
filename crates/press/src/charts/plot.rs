//! Charts of points: lines, stairs, bands, scatters.

use super::data::{Data, Point, Series};
use super::frame::{Frame, LABEL, MIDDLE, PLOT, TO_LABEL, most_ticks, x_ticks};
use super::keys::{Across, Axis, Keys, Kind, Mark};
use super::line::{Line, clipped, stepped, thinned};
use super::place::{Obstacles, Rect, spread};
use super::problem::{Place, Problem};
use super::scale::{Domain, Ends, Scale};
use super::style::{self, Style};
use super::svg::{Anchor, Path, SIZE, Svg, WIDTH, width, wrapped};
use crate::languages::Numbers;

/// The widths in which the labels of lines are set: the narrow one leaves more to the plot, and the wide one needs fewer lines.
const LABELS: [f64; 2] = [96.0, 126.0];

/// The most points of a line of which each has a dot.
const MOST_DOTS: usize = 12;

/// A line of more points than this is thin and not dashed: its dashes would not be seen.
const DENSE: usize = 150;

/// The most points of a scatter, before those near each other become one.
const MOST_POINTS: usize = 400;

/// Draws a chart of points.
pub(super) fn draw(data: &Data, keys: &Keys, numbers: &Numbers, problems: &mut Vec<Problem>) -> String {
    let labels = labels(data);
    let widest = labels.iter().flatten().map(|line| width(line)).fold(0.0, f64::max);
    let right = match (widest > 0.0, keys.kind) {
        (true, Kind::Scatter) => widest + TO_LABEL + 12.0,
        (true, _) => widest + TO_LABEL,
        // Half of the last label of the x axis.
        (false, _) => 8.0,
    };
    let y = y_domain(data, keys);
    let mut frame = Frame::new(y, &keys.y, right, numbers);
    let x = x_domain(data, keys, frame.plot.right - frame.plot.left);
    let scales = Scales { x: frame.x_scale(x), y: frame.y_scale(y), plot: frame.plot };
    let mut svg = Svg::default();
    frame.push_y(&scales.y, &mut svg);
    frame.push_x((&x_ticks(&scales.x, &distinct(data, x), numbers), &keys.x.titled()), &mut svg);
    let grid = frame.grid(&scales.y);
    let mut chart = Chart { keys, scales, svg, lines: grid };
    chart.push_bands(data);
    chart.push_mark_lines();
    for (index, series) in data.series.iter().enumerate() {
        chart.push_series(series, style::of(index), problems);
    }
    chart.push_labels(data, &labels);
    chart.push_mark_labels();
    chart.svg.finish(frame.height)
}

/// The labels of the series, in lines. Empty if there is only one without a name.
fn labels(data: &Data) -> Vec<Vec<String>> {
    let wrapped_in = |most: f64| data.series.iter().map(|series| wrapped(&series.name, most)).collect::<Vec<_>>();
    let height = |labels: &[Vec<String>]| labels.iter().flatten().map(|_| LABEL).sum::<f64>();
    let narrow = wrapped_in(LABELS[0]);
    if height(&narrow) <= PLOT { narrow } else { wrapped_in(LABELS[1]) }
}

fn marked(keys: &Keys, across: Across) -> impl Iterator<Item = f64> {
    keys.marks.iter().filter(move |mark| mark.across == across).map(|mark| mark.at)
}

fn y_domain(data: &Data, keys: &Keys) -> Domain {
    let values = data.series.iter().flat_map(|series| &series.points).flat_map(Point::values);
    domain(values.chain(marked(keys, Across::Y)), &keys.y).extended(most_ticks(PLOT), (keys.y.from, keys.y.to))
}

fn x_domain(data: &Data, keys: &Keys, length: f64) -> Domain {
    let values = data.series.iter().flat_map(|series| &series.points).map(|point| point.x);
    let values = values.chain(marked(keys, Across::X));
    let ends = if keys.kind == Kind::Scatter { Ends::Ticks } else { Ends::Data };
    match ends {
        Ends::Ticks => domain(values, &keys.x).extended(most_ticks(length) - 2, (keys.x.from, keys.x.to)),
        Ends::Data => Domain::around(values, keys.x.log.is_some())
            .unwrap_or(Domain::EMPTY)
            .with_ends(keys.x.from, keys.x.to)
            .opened(),
    }
}

fn domain(values: impl Iterator<Item = f64>, axis: &Axis) -> Domain {
    let around = Domain::around(values, axis.log.is_some()).unwrap_or(Domain::EMPTY);
    around.with_near_zero().with_ends(axis.from, axis.to).opened()
}

/// The values of x within a domain, each once.
fn distinct(data: &Data, domain: Domain) -> Vec<f64> {
    let points = data.series.iter().flat_map(|series| &series.points);
    let mut values: Vec<f64> = points.map(|point| point.x).filter(|x| *x >= domain.low && *x <= domain.high).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

/// From values to places in the plot.
struct Scales {
    x: Scale,
    y: Scale,
    plot: Rect,
}

impl Scales {
    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        (self.x.at(x), self.y.at(y))
    }

    /// The place for a number near the axis: within the plot.
    fn held(&self, y: f64) -> f64 {
        y.clamp(self.plot.top, self.plot.bottom)
    }
}

struct Chart<'c> {
    keys: &'c Keys,
    scales: Scales,
    svg: Svg,
    /// The grid and the lines so far, which labels should not cover.
    lines: Vec<Line>,
}

impl Chart<'_> {
    /// The pieces of a line through values, between its gaps and within the plot.
    fn pieces(&self, points: &[Point]) -> Vec<Line> {
        let runs = points.split(|point| point.y.is_none());
        let place = |point: &Point| self.scales.at(point.x, point.y.unwrap_or_default());
        let lines = runs.map(|run| self.shaped(run.iter().map(place).collect()));
        lines.flat_map(|line| clipped(&line, &self.scales.plot)).map(|piece| thinned(&piece)).collect()
    }

    /// A line in the shape of the kind of the chart.
    fn shaped(&self, line: Line) -> Line {
        if self.keys.kind == Kind::Step { stepped(&line) } else { line }
    }

    fn push_bands(&mut self, data: &Data) {
        for (index, series) in data.series.iter().enumerate() {
            let (mut area, mut edges) = (Path::default(), Path::default());
            for run in series.points.split(|point| point.band.is_none()).filter(|run| !run.is_empty()) {
                if self.keys.kind == Kind::Scatter || run.len() == 1 {
                    self.push_whiskers(run, style::of(index));
                } else {
                    self.push_area(run, (&mut area, &mut edges));
                }
            }
            let class = style::of(index).class;
            self.svg.path(&area, class, "stroke=\"none\" fill=\"currentColor\" fill-opacity=\".16\"");
            // Without a line in it, a band needs its edges to be seen.
            if self.keys.y.columns.is_empty() {
                self.svg.path(&edges, class, "");
            }
        }
    }

    fn push_area(&mut self, run: &[Point], (area, edges): (&mut Path, &mut Path)) {
        let edge = |of: fn((f64, f64)) -> f64| {
            let within = run.iter().map(|point| {
                let (x, y) = self.scales.at(point.x, of(point.band.unwrap_or_default()));
                (x.clamp(self.scales.plot.left, self.scales.plot.right), self.scales.held(y))
            });
            thinned(&self.shaped(within.collect()))
        };
        let (lower, upper) = (edge(|band| band.0), edge(|band| band.1));
        push_line(&upper, area);
        lower.iter().rev().for_each(|(x, y)| area.line_to(*x, *y));
        area.close();
        push_line(&upper, edges);
        push_line(&lower, edges);
        self.lines.extend([lower, upper]);
    }

    /// Ranges of single points as thin lines.
    fn push_whiskers(&mut self, run: &[Point], style: Style) {
        let mut path = Path::default();
        for point in run {
            let (low, high) = point.band.unwrap_or_default();
            let (from, to) = (self.scales.at(point.x, low), self.scales.at(point.x, high));
            for piece in clipped(&[from, to], &self.scales.plot) {
                push_line(&piece, &mut path);
                self.lines.push(piece);
            }
        }
        self.svg.path(&path, style.class, "");
    }

    fn push_mark_lines(&mut self) {
        let mut path = Path::default();
        let plot = self.scales.plot;
        for mark in &self.keys.marks {
            let (from, to) = match mark.across {
                Across::X => ((self.scales.x.at(mark.at), plot.top), (self.scales.x.at(mark.at), plot.bottom)),
                Across::Y => ((plot.left, self.scales.y.at(mark.at)), (plot.right, self.scales.y.at(mark.at))),
            };
            push_line(&[from, to], &mut path);
        }
        self.svg.path(&path, "", "stroke-dasharray=\"3 3\"");
    }

    fn push_series(&mut self, series: &Series, style: Style, problems: &mut Vec<Problem>) {
        if self.keys.kind == Kind::Scatter {
            return self.push_scatter(series, style, problems);
        }
        let pieces = self.pieces(&series.points);
        let mut path = Path::default();
        pieces.iter().filter(|piece| piece.len() > 1).for_each(|piece| push_line(piece, &mut path));
        let is_dense = pieces.iter().map(Vec::len).sum::<usize>() > DENSE;
        self.svg.path(&path, style.class, if is_dense { "stroke-linejoin=\"round\"" } else { style.line });
        let mut dots = Path::default();
        let is_sparse = series.points.len() <= MOST_DOTS && self.keys.kind == Kind::Line;
        for point in self.dots(&series.points, is_sparse) {
            dots.dot(point.0, point.1);
        }
        self.svg.path(&dots, style.class, "stroke-width=\"5\" stroke-linecap=\"round\"");
        self.lines.extend(pieces);
    }

    /// The points that get a dot: all, or those without a neighbour, of which no line would show anything.
    fn dots(&self, points: &[Point], all: bool) -> Line {
        let runs = points.split(|point| point.y.is_none()).filter(|run| all || run.len() == 1);
        let places = runs.flatten().map(|point| self.scales.at(point.x, point.y.unwrap_or_default()));
        places.filter(|place| self.is_inside(*place)).collect()
    }

    fn is_inside(&self, place: (f64, f64)) -> bool {
        self.scales.plot.clip(place, place).is_some()
    }

    fn push_scatter(&mut self, series: &Series, style: Style, problems: &mut Vec<Problem>) {
        let places = series.points.iter().filter_map(|point| Some(self.scales.at(point.x, point.y?)));
        let places: Line = places.filter(|place| self.is_inside(*place)).collect();
        let (kept, cell) = sparse(&places);
        if cell > 2.0 {
            let message = format!("{} points of one series: {} of them are drawn", places.len(), kept.len());
            let warning = Problem::warning(Place::Keys(self.keys.place.clone()), message);
            problems.push(warning.help("draw a sample of them, or a summary (`kind: band`)"));
        }
        let mut path = Path::default();
        for place in &kept {
            style.push(&mut path, *place);
        }
        self.svg.path(&path, style.class, style.points());
        self.lines.extend(kept.into_iter().map(|place| vec![place, place]));
    }

    /// Adds the names of the series at the ends of their lines.
    fn push_labels(&mut self, data: &Data, labels: &[Vec<String>]) {
        let plot = self.scales.plot;
        let named: Vec<usize> = (0..labels.len()).filter(|index| !labels[*index].is_empty()).collect();
        let ends: Vec<(f64, f64)> = named.iter().map(|index| self.end_of(&data.series[*index])).collect();
        let height = |index: &usize| labels[*index].iter().map(|_| LABEL).sum::<f64>();
        let wanted: Vec<(f64, f64)> = named.iter().zip(&ends).map(|(index, end)| (end.1, height(index))).collect();
        let centres = spread(&wanted, (plot.top - 8.0, plot.bottom + 8.0));
        for ((index, end), centre) in named.into_iter().zip(ends).zip(centres) {
            let style = style::of(index);
            let mut x = plot.right + TO_LABEL;
            if self.keys.kind == Kind::Scatter {
                let mut point = Path::default();
                style.push(&mut point, (x, centre));
                self.svg.path(&point, style.class, style.points());
                x += 10.0;
            } else if (centre - end.1).abs() > 5.0 || end.0 < plot.right - 6.0 {
                let mut leader = Path::default();
                push_line(&[(end.0 + 4.0, end.1), (x - 2.0, centre)], &mut leader);
                self.svg.path(&leader, "soft", "stroke-width=\".8\"");
            }
            let mut y = centre + MIDDLE - (height(&index) - LABEL) / 2.0;
            for line in &labels[index] {
                self.svg.text((x, y), Anchor::Start, style.class, line);
                y += LABEL;
            }
        }
    }

    /// Where the line of a series ends: for a scatter, its point farthest to the right.
    fn end_of(&self, series: &Series) -> (f64, f64) {
        let places = series.points.iter().filter_map(|point| Some(self.scales.at(point.x, point.height()?)));
        let mut inside = places.filter(|(x, _)| *x <= self.scales.plot.right + 0.01);
        let end = if self.keys.kind == Kind::Scatter {
            inside.max_by(|a, b| a.0.total_cmp(&b.0))
        } else {
            inside.next_back()
        };
        end.map_or((self.scales.plot.right, self.scales.plot.top), |(x, y)| (x, self.scales.held(y)))
    }

    /// Adds the labels of the reference lines, each where it covers the least.
    fn push_mark_labels(&mut self) {
        let plot = self.scales.plot;
        let area = Rect { left: plot.left, top: plot.top - 10.0, right: WIDTH, bottom: plot.bottom };
        let mut lines = std::mem::take(&mut self.lines);
        for mark in &self.keys.marks {
            if mark.across == Across::X {
                let x = self.scales.x.at(mark.at);
                lines.push(vec![(x, plot.top), (x, plot.bottom)]);
            } else {
                let y = self.scales.y.at(mark.at);
                lines.push(vec![(plot.left, y), (plot.right, y)]);
            }
        }
        let mut obstacles =
            Obstacles { area: Rect { right: plot.right.max(plot.left + 40.0), ..area }, boxes: Vec::new(), lines };
        for mark in &self.keys.marks {
            let lines = wrapped(&mark.text, self.widest_mark_label(mark));
            if lines.is_empty() {
                continue;
            }
            let places = self.label_places(mark, &lines);
            let Some(place) = places.get(obstacles.best(&places)) else { continue };
            let mut y = place.top + SIZE - 3.0;
            for line in &lines {
                self.svg.text((place.left, y), Anchor::Start, "", line);
                y += LABEL;
            }
        }
    }

    /// How wide the label of a reference line may be: within the plot, and next to an upright one.
    fn widest_mark_label(&self, mark: &Mark) -> f64 {
        let Rect { left, right, .. } = self.scales.plot;
        match mark.across {
            Across::Y => right - left - 6.0,
            Across::X => (self.scales.x.at(mark.at) - left).max(right - self.scales.x.at(mark.at)) - 8.0,
        }
    }

    /// Places for the label of a reference line: along it, on both of its sides, the best first.
    fn label_places(&self, mark: &Mark, lines: &[String]) -> Vec<Rect> {
        let plot = self.scales.plot;
        let wide = lines.iter().map(|line| width(line)).fold(0.0, f64::max);
        let high = lines.iter().skip(1).map(|_| LABEL).sum::<f64>() + SIZE;
        let rect = |left: f64, top: f64| Rect { left, top, right: left + wide, bottom: top + high };
        let part = |from: f64, to: f64| (0..=6).map(move |step| from + (to - from) * f64::from(step) / 6.0);
        match mark.across {
            Across::Y => {
                let y = self.scales.y.at(mark.at);
                let lefts = part(plot.right - wide, plot.left + 3.0);
                // Farther away only if another line with its label is near.
                let away = (0..4).map(|level| f64::from(level) * LABEL);
                away.flat_map(|away| {
                    let sides = [y - high - 3.0 - away, y + 3.0 + away];
                    lefts.clone().flat_map(move |left| sides.map(|top| rect(left, top)))
                })
                .collect()
            }
            Across::X => {
                let x = self.scales.x.at(mark.at);
                let tops = part(plot.top, plot.bottom - high - 3.0);
                tops.flat_map(|top| [rect(x + 5.0, top), rect(x - 5.0 - wide, top)]).collect()
            }
        }
    }
}

fn push_line(line: &[(f64, f64)], path: &mut Path) {
    for (index, (x, y)) in line.iter().enumerate() {
        if index == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
    }
}

/// Points of which no two are in one cell, and the side of a cell: as small as the number of points allows.
fn sparse(places: &[(f64, f64)]) -> (Line, f64) {
    let mut cell = 0.5;
    loop {
        let mut taken = std::collections::BTreeSet::new();
        let mut kept = Line::new();
        for place in places {
            let key = (super::svg::tenths(place.0 / cell) / 10, super::svg::tenths(place.1 / cell) / 10);
            if taken.insert(key) {
                kept.push(*place);
            }
        }
        if kept.len() <= MOST_POINTS {
            return (kept, cell);
        }
        cell *= 1.4;
    }
}
