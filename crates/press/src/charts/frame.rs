//! The frame of a chart: titles, axes, ticks and grid.

use super::keys::Axis;
use super::number::rounded;
use super::place::Rect;
use super::scale::{Domain, Scale};
use super::svg::{Anchor, LEADING, Path, SIZE, Svg, WIDTH, width, wrapped};
use crate::languages::Numbers;

/// The height of the plot.
pub(super) const PLOT: f64 = 172.0;
/// The least distance of two lines of the grid.
const GRID: f64 = 32.0;
/// The space between labels of an axis, and between those of bars.
const SPACE: f64 = 10.0;
pub(super) const NARROW_SPACE: f64 = 5.0;
/// The space between an axis and its labels.
pub(super) const GAP: f64 = 7.0;
/// From the end of the plot to the labels of lines, and the distance of their lines.
pub(super) const TO_LABEL: f64 = 9.0;
pub(super) const LABEL: f64 = LEADING - 1.0;
/// From the base line of a text to the middle of its digits.
pub(super) const MIDDLE: f64 = 4.5;

/// The frame of a chart.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) plot: Rect,
    /// The lines of the title of the y axis.
    titles: Vec<String>,
    y_ticks: Vec<(f64, String)>,
    /// The height of the whole drawing.
    pub(super) height: f64,
}

/// The lines of a title that is as wide as the drawing.
pub(super) fn title_lines(axis: &Axis) -> Vec<String> {
    wrapped(&axis.titled(), WIDTH)
}

/// Adds a title at the top.
pub(super) fn push_title(titles: &[String], svg: &mut Svg) {
    let mut y = SIZE - 2.0;
    for title in titles {
        svg.text((0.0, y), Anchor::Start, "", title);
        y += LEADING;
    }
}

/// The height of a title.
#[expect(clippy::cast_precision_loss, reason = "a title has few lines")]
pub(super) fn title_height(titles: &[String]) -> f64 {
    titles.len() as f64 * LEADING
}

/// How many ticks an axis of this length has space for.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an axis is a few hundred units long")]
pub(super) fn most_ticks(length: f64) -> usize {
    (length / GRID) as usize + 1
}

impl Frame {
    /// The frame around a plot with this domain for y, and with a margin to its right.
    pub(super) fn new(y: Domain, axis: &Axis, right: f64, numbers: &Numbers) -> Self {
        let titles = title_lines(axis);
        let ticks = y.ticks(most_ticks(PLOT));
        let labels = y.labels(&ticks, numbers);
        let left = labels.iter().map(|label| width(label)).fold(0.0, f64::max) + GAP;
        let top = title_height(&titles) + 10.0;
        let plot = Rect { left: left.round(), top, right: (WIDTH - right).round(), bottom: top + PLOT };
        Self { plot, titles, y_ticks: ticks.into_iter().zip(labels).collect(), height: plot.bottom + 3.0 }
    }

    /// The frame without the labels and the grid of the y axis, where the data say their numbers themselves.
    pub(super) fn without_ticks(self) -> Self {
        // There is a number above the highest of them.
        let plot = Rect { left: 0.0, top: self.plot.top + SIZE, ..self.plot };
        Self { plot, y_ticks: Vec::new(), ..self }
    }

    pub(super) fn y_scale(&self, domain: Domain) -> Scale {
        Scale { domain, start: self.plot.bottom, end: self.plot.top }
    }

    pub(super) fn x_scale(&self, domain: Domain) -> Scale {
        Scale { domain, start: self.plot.left, end: self.plot.right }
    }

    /// The lines of the grid.
    pub(super) fn grid(&self, scale: &Scale) -> Vec<Vec<(f64, f64)>> {
        let heights = self.y_ticks.iter().map(|(tick, _)| scale.at(*tick));
        heights.map(|y| vec![(self.plot.left, y), (self.plot.right, y)]).collect()
    }

    /// Adds the title, the grid and the labels of the y axis.
    pub(super) fn push_y(&self, scale: &Scale, svg: &mut Svg) {
        push_title(&self.titles, svg);
        let mut grid = Path::default();
        for (tick, label) in &self.y_ticks {
            let y = scale.at(*tick);
            svg.text((self.plot.left - GAP, y + MIDDLE), Anchor::End, "soft", label);
            if y < self.plot.bottom - 0.5 {
                grid.move_to(self.plot.left, y);
                grid.line_to(self.plot.right, y);
            }
        }
        // In feeds and in forced colours, "faint" is as strong as other lines: the grid is thinner.
        svg.path(&grid, "faint", "stroke-width=\".75\"");
    }

    /// Adds the x axis: its line, its ticks with labels, and its title below.
    pub(super) fn push_x(&mut self, (ticks, title): (&[(f64, String)], &str), svg: &mut Svg) {
        let Rect { left, right, bottom, .. } = self.plot;
        let mut axis = Path::default();
        axis.move_to(left, bottom);
        axis.line_to(right, bottom);
        for (x, label) in ticks {
            axis.move_to(*x, bottom);
            axis.line_to(*x, bottom + 4.0);
            svg.text((middle_of(*x, label), bottom + 18.0), Anchor::Middle, "soft", label);
        }
        svg.path(&axis, "soft", "");
        let mut y = bottom + 18.0;
        for line in wrapped(title, WIDTH) {
            y += LEADING + 1.0;
            let end = right.max(width(&line)).min(WIDTH);
            svg.text((end, y), Anchor::End, "soft", &line);
        }
        self.height = y + 5.0;
    }
}

/// The most values of which each has a tick, and the most characters of their labels.
const MOST_VALUES: usize = 12;
const SHORT: usize = 5;
const DIGITS: i32 = 7;

/// The ticks of the x axis: at the values of the data if they are few and short, or else at round numbers, as many as have space for their labels.
pub(super) fn x_ticks(scale: &Scale, values: &[f64], numbers: &Numbers) -> Vec<(f64, String)> {
    let placed = |ticks: &[f64], labels: Vec<String>| -> Vec<(f64, String)> {
        ticks.iter().map(|tick| scale.at(*tick)).zip(labels).collect()
    };
    if values.len() <= MOST_VALUES {
        let ticks = placed(values, values.iter().map(|value| numbers.of(&rounded(*value, DIGITS))).collect());
        if has_space(&ticks, SPACE) && ticks.iter().all(|(_, label)| label.chars().count() <= SHORT) {
            return ticks;
        }
    }
    let round = |most: usize| {
        let ticks = scale.domain.ticks(most);
        placed(&ticks, scale.domain.labels(&ticks, numbers))
    };
    (2..=8).rev().map(round).find(|ticks| has_space(ticks, SPACE)).unwrap_or_default()
}

/// Whether each label has this space to the next.
pub(super) fn has_space(ticks: &[(f64, String)], space: f64) -> bool {
    ticks.windows(2).all(|pair| {
        let needed = f64::midpoint(width(&pair[0].1), width(&pair[1].1)) + space;
        (middle_of(pair[1].0, &pair[1].1) - middle_of(pair[0].0, &pair[0].1)).abs() >= needed
    })
}

/// The middle of the label of a tick: at the tick, or where it is within the drawing.
fn middle_of(x: f64, label: &str) -> f64 {
    let half = width(label) / 2.0;
    x.clamp(half, (WIDTH - half).max(half))
}
