//! Sequence to picture: columns for the participants, as wide as a phone allows; lines for the steps, from top to bottom.

use std::fmt::Write;

use super::message::{Message, Sequence, Step};
use crate::diagrams::canvas::{Anchor, Canvas, HEAD, PHONE, Pen, Side, Stroke, Tone, at, rectangle};
use crate::diagrams::text::{LINE, cells, height, widest, width_of, wrap};

/// Around the drawing, for the thickness of its lines.
const MARGIN: i32 = 2;
/// Between two columns, at least.
const LEAST_GAP: i32 = 46;
/// A word of a name is broken only if it is longer.
const WORD: usize = 13;
/// From one step to the next.
const BETWEEN: i32 = 14;
/// How far a message to oneself leads away from the line.
const LOOP: i32 = 26;
/// A text on an arrow is wrapped at this width at least, even if the arrow is shorter.
const LEAST_TEXT: i32 = 150;
/// A drawing higher than this repeats the names of the participants at its end.
const TALL: i32 = 640;

/// From roomy to tight: the longest line of a name, and of a text that makes columns wider. In the last ones, every second name is lower.
const TRIES: [Fit; 8] = [
    Fit { name: 18, text: 26, is_staggered: false },
    Fit { name: 16, text: 20, is_staggered: false },
    Fit { name: 14, text: 15, is_staggered: false },
    Fit { name: 12, text: 10, is_staggered: false },
    Fit { name: 10, text: 0, is_staggered: false },
    Fit { name: 14, text: 10, is_staggered: true },
    Fit { name: 12, text: 0, is_staggered: true },
    Fit { name: 10, text: 0, is_staggered: true },
];

#[derive(Clone, Copy)]
struct Fit {
    name: usize,
    text: usize,
    is_staggered: bool,
}

/// Draws the sequence as roomy as a phone allows.
pub(super) fn draw(sequence: &Sequence) -> String {
    let columns = TRIES.map(|fit| Columns::new(sequence, fit));
    let fitting = columns.iter().find(|columns| columns.width <= PHONE);
    let columns = fitting.unwrap_or(&columns[TRIES.len() - 1]);
    let mut picture =
        Picture { columns, canvas: Canvas::default(), at: columns.heads_height() + 10, covered: Vec::new() };
    for step in &sequence.steps {
        picture.step(step);
    }
    picture.finish()
}

/// The columns of a drawing.
struct Columns {
    names: Vec<Vec<String>>,
    centres: Vec<i32>,
    width: i32,
    is_staggered: bool,
}

impl Columns {
    fn new(sequence: &Sequence, fit: Fit) -> Self {
        let longest = |name: &String| name.split_whitespace().map(cells).max().unwrap_or(0).min(WORD);
        let names: Vec<_> = sequence.participants.iter().map(|name| wrap(name, fit.name.max(longest(name)))).collect();
        let halves: Vec<i32> = names.iter().map(|name| half_head(name)).collect();
        let mut gaps = vec![LEAST_GAP; names.len().saturating_sub(1)];
        for (column, gap) in gaps.iter_mut().enumerate() {
            let (left, right) = (halves[column], halves[column + 1]);
            *gap = (*gap).max(if fit.is_staggered { left.max(right) + 5 } else { left + right + 10 });
        }
        for column in 2..names.len() {
            if fit.is_staggered {
                widen(&mut gaps[column - 2..column], halves[column - 2] + halves[column] + 8);
            }
        }
        for step in &sequence.steps {
            if let Step::Message(Message { from, to, text, .. }) = step
                && from != to
                && fit.text > 0
            {
                let needed = widest(&wrap(text, fit.text)) + HEAD + 16;
                widen(&mut gaps[*from.min(to)..*from.max(to)], needed);
            }
        }
        let first = MARGIN + halves[0].max(LOOP);
        let mut centres = vec![first];
        for gap in &gaps {
            centres.push(centres[centres.len() - 1] + gap);
        }
        let last = centres.len() - 1;
        let own = sequence.steps.iter().filter_map(|step| match step {
            Step::Message(message) if message.from == last && message.to == last && fit.text > 0 => {
                Some(LOOP + 8 + widest(&wrap(&message.text, fit.text)))
            }
            _ => None,
        });
        let right = own.max().unwrap_or(0).max(halves[last]).max(LOOP);
        let width = (centres[last] + right + MARGIN).max(LEAST_TEXT + 2 * MARGIN);
        Self { names, centres, width, is_staggered: fit.is_staggered }
    }

    /// The height of one row of names.
    fn row_height(&self) -> i32 {
        self.names.iter().map(|name| height(name)).max().unwrap_or(0) + 10
    }

    fn heads_height(&self) -> i32 {
        let rows = if self.is_staggered { 2 } else { 1 };
        MARGIN + self.row_height() * rows + 5 * (rows - 1)
    }

    /// Where the box of a name begins, and where it ends.
    fn head(&self, column: usize, top: i32) -> (i32, i32) {
        let row = self.row_height();
        let drop = if self.is_staggered && column % 2 == 1 { row + 5 } else { 0 };
        (top + drop, top + drop + row)
    }
}

/// Widens gaps so that together they are at least `needed`.
fn widen(gaps: &mut [i32], needed: i32) {
    let lacks = needed - gaps.iter().sum::<i32>();
    let count = i32::try_from(gaps.len()).unwrap_or(1);
    if lacks > 0 {
        for gap in gaps {
            *gap += (lacks + count - 1) / count;
        }
    }
}

struct Picture<'c> {
    columns: &'c Columns,
    canvas: Canvas,
    /// How far down the drawing is finished.
    at: i32,
    /// Where lines of participants are interrupted: from left to right, and from top to bottom.
    covered: Vec<[(i32, i32); 2]>,
}

impl Picture<'_> {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Message(message) if message.from == message.to => self.own_message(message),
            Step::Message(message) => self.message(message),
            Step::Note { first, last, text } => self.note(*first, *last, text),
            Step::Divider(text) => self.divider(text),
        }
        self.at += BETWEEN;
    }

    /// Adds lines of text around `centre`, moved as far as needed to be within the drawing. What they cover is interrupted.
    fn centred(&mut self, centre: i32, lines: &[String], tone: Tone) {
        let half = widest(lines) / 2 + 1;
        let centre = centre.min(self.columns.width - MARGIN - half).max(MARGIN + half);
        self.canvas.lines((tone, Anchor::Middle), at(centre, self.at), lines);
        if half > 1 {
            self.covered.push([(centre - half - 2, centre + half + 2), (self.at, self.at + height(lines))]);
        }
        self.at += height(lines);
    }

    fn message(&mut self, message: &Message) {
        let [from, to] = [message.from, message.to].map(|column| self.columns.centres[column]);
        let tone = if message.is_lost { Tone::Hue } else { Tone::Ink };
        if !message.text.is_empty() {
            let available = ((from - to).abs() - 16).max(LEAST_TEXT).min(self.columns.width - 2 * MARGIN);
            self.centred(i32::midpoint(from, to), &wrap(&message.text, cells_in(available)), tone);
        }
        self.at += 5;
        let (y, direction) = (self.at, (to - from).signum());
        let pen = Pen { tone, stroke: message.stroke };
        if message.is_lost {
            // It ends before it arrives.
            let end = to - direction * ((to - from).abs() / 4).min(30);
            self.canvas.line(pen, &format!("M{from} {y}H{end}"));
            let cross = Pen { tone, stroke: Stroke::Solid };
            self.canvas.line(cross, &format!("M{} {}l10 10m0-10l-10 10", end - 5, y - 5));
        } else {
            self.canvas.line(pen, &format!("M{from} {y}H{}", to - direction * (HEAD - 2)));
            self.canvas.head(tone, at(to, y), if direction > 0 { Side::Right } else { Side::Left });
        }
    }

    /// A message to oneself. Its text is on the side that has more room, if the right one has little.
    fn own_message(&mut self, message: &Message) {
        let x = self.columns.centres[message.from];
        let (right, left) = (self.columns.width - MARGIN - x, x - MARGIN);
        let is_right = right >= LOOP + 8 + widest(&wrap(&message.text, 14)).min(LEAST_TEXT) || right >= left;
        let room = if is_right { right } else { left } - LOOP - 6;
        let lines = if message.text.is_empty() { Vec::new() } else { wrap(&message.text, cells_in(room).max(6)) };
        let direction = if is_right { 1 } else { -1 };
        let tall = height(&lines).max(LINE);
        let (top, end) = (self.at + (tall - LINE) / 2, x + direction * LOOP);
        let tone = if message.is_lost { Tone::Hue } else { Tone::Ink };
        let tip = x + direction * (HEAD - 2);
        let pen = Pen { tone, stroke: message.stroke };
        self.canvas.line(pen, &format!("M{x} {top}H{end}v{LINE}H{tip}"));
        self.canvas.head(tone, at(x, top + LINE), if is_right { Side::Left } else { Side::Right });
        let anchor = if is_right { Anchor::Start } else { Anchor::End };
        let place = end + direction * 6;
        self.canvas.lines((tone, anchor), at(place, self.at + (tall - height(&lines)) / 2), &lines);
        let far = place + direction * (widest(&lines) + 3);
        self.covered.push([(end.min(far), end.max(far)), (self.at, self.at + tall)]);
        self.at += tall;
    }

    fn note(&mut self, first: usize, last: usize, text: &str) {
        let [left, right] = [first, last].map(|column| self.columns.centres[column]);
        let room = (right - left + 60).max(LEAST_TEXT).min(self.columns.width - 2 * MARGIN);
        let lines = wrap(text, cells_in(room - 16));
        let half = (widest(&lines) / 2 + 8).max((right - left) / 2 + 14);
        let centre = i32::midpoint(left, right).min(self.columns.width - MARGIN - half).max(MARGIN + half);
        let (top, tall) = (self.at, height(&lines) + 8);
        let pen = Pen { tone: Tone::Soft, stroke: Stroke::Solid };
        self.canvas.line(pen, &rectangle(at(centre - half, top), 2 * half, tall));
        self.canvas.lines((Tone::Soft, Anchor::Middle), at(centre, top + 4), &lines);
        self.covered.push([(centre - half, centre + half), (top, top + tall)]);
        self.at += tall;
    }

    fn divider(&mut self, text: &str) {
        self.at += 4;
        let (middle, width) = (self.columns.width / 2, self.columns.width);
        let lines = wrap(text, cells_in(width - 60));
        let (half, y) = (widest(&lines) / 2 + 8, self.at + height(&lines) / 2);
        let pen = Pen { tone: Tone::Soft, stroke: Stroke::Dashed };
        self.canvas.line(pen, &format!("M{MARGIN} {y}H{}M{} {y}H{}", middle - half, middle + half, width - MARGIN));
        self.centred(middle, &lines, Tone::Soft);
        self.at += 4;
    }

    /// Draws the participants and their lines.
    fn finish(mut self) -> String {
        let columns = self.columns;
        let end = self.at;
        self.heads(MARGIN);
        let is_tall = end > TALL;
        if is_tall {
            self.heads(end);
        }
        for (column, &x) in columns.centres.iter().enumerate() {
            let mut covered: Vec<(i32, i32)> = self
                .covered
                .iter()
                .filter(|[across, _]| across.0 <= x && x <= across.1)
                .map(|[_, along]| *along)
                .collect();
            covered.sort_unstable();
            let mut data = String::new();
            let mut from = columns.head(column, MARGIN).1;
            let end = if is_tall { columns.head(column, end).0 } else { end };
            for (top, bottom) in covered.into_iter().chain([(end, end)]) {
                if top > from {
                    write!(data, "M{x} {from}V{top}").expect("writing to a string cannot fail");
                }
                from = from.max(bottom);
            }
            self.canvas.line(Pen { tone: Tone::Soft, stroke: Stroke::Solid }, &data);
        }
        let height = if is_tall { end + columns.heads_height() } else { end + MARGIN };
        self.canvas.finish(columns.width, height)
    }

    fn heads(&mut self, top: i32) {
        for (column, name) in self.columns.names.iter().enumerate() {
            let (x, (from, to)) = (self.columns.centres[column], self.columns.head(column, top));
            let half = half_head(name);
            self.canvas.line(Pen::default(), &rectangle(at(x - half, from), 2 * half, to - from));
            let place = at(x, i32::midpoint(from, to) - height(name) / 2);
            self.canvas.lines((Tone::Ink, Anchor::Middle), place, name);
        }
    }
}

/// Half the width of the box of a name.
fn half_head(name: &[String]) -> i32 {
    widest(name) / 2 + 7
}

/// How many characters fit into a width.
fn cells_in(width: i32) -> usize {
    let cells = (1..80).take_while(|&cells| width_of(cells) <= width).last();
    cells.unwrap_or(1)
}
