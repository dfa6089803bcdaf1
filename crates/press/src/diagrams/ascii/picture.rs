//! Characters to picture: each takes a cell of the grid.

use std::fmt::Write;

use super::grid::{Grid, Way, ways};
use crate::diagrams::canvas::{Canvas, HEAD, Pen, Point, Side, Stroke, Tone, at, ellipse};
use crate::diagrams::text::count;

/// The size of a cell. Characters are a little narrower in all fonts, and are spread over their cells.
const WIDTH: i32 = 9;
const HEIGHT: i32 = 18;
/// From the top of a cell to the line on which text is.
const BASELINE: i32 = 14;
/// Half of the thickness of a dot.
const DOT: i32 = 3;

/// Draws the grid.
pub(super) fn draw(grid: &Grid) -> String {
    let mut picture = Picture { grid, canvas: Canvas::default(), level: Vec::new(), upright: Vec::new() };
    for row in 0..grid.rows.len() {
        for column in 0..grid.rows[row].len() {
            if grid.is_line((row, column)) {
                picture.cell((row, column));
            }
        }
    }
    picture.join();
    for label in grid.labels() {
        let corner = corner((label.row, label.column));
        picture.canvas.spread(Tone::Ink, at(corner.x, corner.y + BASELINE), &label.text, count(label.cells) * WIDTH);
    }
    picture.canvas.finish(count(grid.width()) * WIDTH, count(grid.rows.len()) * HEIGHT)
}

fn corner((row, column): (usize, usize)) -> Point {
    at(count(column) * WIDTH, count(row) * HEIGHT)
}

struct Picture<'g> {
    grid: &'g Grid,
    canvas: Canvas,
    /// Straight lines, each with its pen, where it is, from, and to.
    level: Vec<(Pen, i32, i32, i32)>,
    upright: Vec<(Pen, i32, i32, i32)>,
}

impl Picture<'_> {
    fn cell(&mut self, place: (usize, usize)) {
        let character = self.grid.rows[place.0][place.1];
        let centre = centre(place);
        let leads: Vec<Way> = Way::ALL.into_iter().filter(|&way| self.grid.leads(place, way)).collect();
        let stroke = if matches!(character, '~' | ':' | '╌' | '╎') { Stroke::Dashed } else { Stroke::Solid };
        let pen = Pen { tone: Tone::Ink, stroke };
        match character {
            '/' | '\\' => self.diagonal(place),
            '>' | '▶' | '→' => self.arrow(place, Way::Right),
            '<' | '◀' | '←' => self.arrow(place, Way::Left),
            '^' | '▲' | '↑' => self.arrow(place, Way::Up),
            'v' | 'V' | '▼' | '↓' => self.arrow(place, Way::Down),
            '-' | '~' | '─' | '╌' | '|' | ':' | '│' | '╎' => {
                // The whole cell, so that the end of a line is where its character ends.
                for &way in ways(character) {
                    self.half(pen, place, way);
                }
            }
            '.' | ',' | '\'' | '`' | '╭' | '╮' | '╰' | '╯' if leads.len() == 2 => self.bow(place, &leads),
            _ => {
                for way in leads {
                    self.half(pen, place, way);
                }
                match character {
                    '*' => self.canvas.area(Tone::Ink, &ellipse(centre, DOT, DOT)),
                    'o' => self.canvas.line(pen, &ellipse(centre, DOT, DOT)),
                    _ => {}
                }
            }
        }
    }

    /// A line from one corner of a cell to the opposite one, or to the middle of the cell behind it if lines meet there.
    fn diagonal(&mut self, place: (usize, usize)) {
        let (centre, rises) = (centre(place), self.grid.rows[place.0][place.1] == '/');
        let [above, below] = [Way::Up, Way::Down].map(|way| {
            let meets = matches!(self.grid.diagonal(place, way), '+' | '*' | 'o');
            if meets { (WIDTH, HEIGHT) } else { (WIDTH / 2, HEIGHT / 2) }
        });
        let across = if rises { 1 } else { -1 };
        let (from, to) =
            (at(centre.x - across * below.0, centre.y + below.1), at(centre.x + across * above.0, centre.y - above.1));
        self.canvas.line(Pen::default(), &format!("M{} {}L{} {}", from.x, from.y, to.x, to.y));
    }

    /// A line from the middle of a cell to its edge, or to the line in the next cell at whose side it ends.
    fn half(&mut self, pen: Pen, place: (usize, usize), way: Way) {
        let (from, to) = (centre(place), self.edge(place, way));
        match way {
            Way::Left | Way::Right => self.level.push((pen, from.y, from.x.min(to.x), from.x.max(to.x))),
            Way::Up | Way::Down => self.upright.push((pen, from.x, from.y.min(to.y), from.y.max(to.y))),
        }
    }

    /// Where a line from the middle of a cell ends.
    fn edge(&self, place: (usize, usize), way: Way) -> Point {
        let (corner, centre) = (corner(place), centre(place));
        let next = self.grid.next(place, way);
        let is_side = match way {
            Way::Left | Way::Right => matches!(next, '|' | '│' | ':' | '╎'),
            Way::Up | Way::Down => matches!(next, '-' | '─' | '~' | '╌'),
        };
        let more = if is_side { (WIDTH - WIDTH / 2, HEIGHT / 2) } else { (0, 0) };
        match way {
            Way::Left => at(corner.x - more.0, centre.y),
            Way::Right => at(corner.x + WIDTH + WIDTH / 2 * i32::from(is_side), centre.y),
            Way::Up => at(centre.x, corner.y - more.1),
            Way::Down => at(centre.x, corner.y + HEIGHT + more.1),
        }
    }

    /// An arrowhead, which touches the line that it points at.
    fn arrow(&mut self, place: (usize, usize), way: Way) {
        let (tip, centre, corner) = (self.edge(place, way), centre(place), corner(place));
        // The line goes on from the edge of the cell into the head.
        let into = HEAD - 2;
        let (pen, right, bottom) = (Pen::default(), corner.x + WIDTH, corner.y + HEIGHT);
        let side = match way {
            Way::Left => {
                self.level.push((pen, centre.y, (tip.x + into).min(right), right));
                Side::Left
            }
            Way::Right => {
                self.level.push((pen, centre.y, corner.x, (tip.x - into).max(corner.x)));
                Side::Right
            }
            Way::Up => {
                self.upright.push((pen, centre.x, (tip.y + into).min(bottom), bottom));
                Side::Up
            }
            Way::Down => {
                self.upright.push((pen, centre.x, corner.y, (tip.y - into).max(corner.y)));
                Side::Down
            }
        };
        self.canvas.head(Tone::Ink, tip, side);
    }

    /// A rounded corner.
    fn bow(&mut self, place: (usize, usize), leads: &[Way]) {
        let [from, to] = [leads[0], leads[1]].map(|way| self.edge(place, way));
        let centre = centre(place);
        self.canvas
            .line(Pen::default(), &format!("M{} {}Q{} {} {} {}", from.x, from.y, centre.x, centre.y, to.x, to.y));
    }

    /// Joins lines that meet into long ones.
    fn join(&mut self) {
        for (lines, letter) in [(std::mem::take(&mut self.level), 'H'), (std::mem::take(&mut self.upright), 'V')] {
            let mut lines = lines;
            lines.sort_unstable();
            let mut joined: Vec<(Pen, i32, i32, i32)> = Vec::new();
            for (pen, place, from, to) in lines {
                match joined.last_mut() {
                    Some(last) if (last.0, last.1) == (pen, place) && from <= last.3 => last.3 = last.3.max(to),
                    _ => joined.push((pen, place, from, to)),
                }
            }
            for (pen, place, from, to) in joined {
                let mut data = String::new();
                let (x, y) = if letter == 'H' { (from, place) } else { (place, from) };
                write!(data, "M{x} {y}{letter}{to}").expect("writing to a string cannot fail");
                self.canvas.line(pen, &data);
            }
        }
    }
}

fn centre(place: (usize, usize)) -> Point {
    let corner = corner(place);
    at(corner.x + WIDTH / 2, corner.y + HEIGHT / 2)
}
