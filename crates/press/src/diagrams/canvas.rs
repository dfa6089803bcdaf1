//! Collects the lines and labels of a drawing, and writes them as SVG: one path for all lines that look alike, one group for all labels that do.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::text::{LINE, SIZE};
use crate::markup::push_text;

/// The widest drawing whose labels are 12 pixels high on a page of 320 with a scroll bar: it shows 300 pixels of it, and labels are 14 units high.
pub(super) const PHONE: i32 = 348;

/// The colour of a part, as a class of the page. Later ones are drawn over earlier ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// That of captions.
    Soft,
    /// That of the text.
    #[default]
    Ink,
    /// That of the topic.
    Hue,
}

impl Tone {
    fn attribute(self) -> &'static str {
        match self {
            Self::Soft => " class=\"soft\"",
            Self::Ink => "",
            Self::Hue => " class=\"hue\"",
        }
    }
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stroke {
    #[default]
    Solid,
    Dashed,
    Dotted,
}

impl Stroke {
    fn attribute(self) -> &'static str {
        match self {
            Self::Solid => "",
            Self::Dashed => " stroke-dasharray=\"5 4\"",
            Self::Dotted => " stroke-dasharray=\"1.5 3.5\"",
        }
    }
}

/// The look of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pen {
    pub(super) tone: Tone,
    pub(super) stroke: Stroke,
}

/// The side of a point on which a label is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn attribute(self) -> &'static str {
        match self {
            Self::Start => "",
            Self::Middle => " text-anchor=\"middle\"",
            Self::End => " text-anchor=\"end\"",
        }
    }
}

/// A point of a drawing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) x: i32,
    pub(super) y: i32,
}

/// A point.
pub(super) fn at(x: i32, y: i32) -> Point {
    Point { x, y }
}

/// The side to which an arrow points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    Up,
    Down,
}

/// The length of an arrowhead.
pub(super) const HEAD: i32 = 9;

/// A drawing.
#[derive(Debug, Default)]
pub(super) struct Canvas {
    lines: BTreeMap<Pen, String>,
    areas: BTreeMap<Tone, String>,
    labels: BTreeMap<(Tone, Anchor), String>,
}

impl Canvas {
    /// Adds the data of a path.
    pub(super) fn line(&mut self, pen: Pen, data: &str) {
        self.lines.entry(pen).or_default().push_str(data);
    }

    /// Adds a path that is filled.
    pub(super) fn area(&mut self, tone: Tone, data: &str) {
        self.areas.entry(tone).or_default().push_str(data);
    }

    /// Adds an arrowhead with its point at `tip`.
    pub(super) fn head(&mut self, tone: Tone, tip: Point, side: Side) {
        let back = HEAD;
        let data = match side {
            Side::Left => format!("M{} {}l{back}-4v8z", tip.x, tip.y),
            Side::Right => format!("M{} {}l-{back}-4v8z", tip.x, tip.y),
            Side::Up => format!("M{} {}l-4 {back}h8z", tip.x, tip.y),
            Side::Down => format!("M{} {}l-4-{back}h8z", tip.x, tip.y),
        };
        self.area(tone, &data);
    }

    /// Adds one line of a label, with its baseline at `place`.
    pub(super) fn label(&mut self, look: (Tone, Anchor), place: Point, text: &str) {
        let labels = self.labels.entry(look).or_default();
        write!(labels, "<text x=\"{}\" y=\"{}\">", place.x, place.y).expect("writing to a string cannot fail");
        push_text(labels, text);
        labels.push_str("</text>");
    }

    /// Adds a label that is exactly `width` wide, whatever the font.
    pub(super) fn spread(&mut self, tone: Tone, place: Point, text: &str, width: i32) {
        let labels = self.labels.entry((tone, Anchor::Start)).or_default();
        write!(labels, "<text x=\"{}\" y=\"{}\" textLength=\"{width}\">", place.x, place.y)
            .expect("writing to a string cannot fail");
        push_text(labels, text);
        labels.push_str("</text>");
    }

    /// Adds the lines of a label, with `top` as the top of the first.
    pub(super) fn lines(&mut self, look: (Tone, Anchor), top: Point, lines: &[String]) {
        let mut baseline = top.y + SIZE;
        for line in lines {
            if !line.is_empty() {
                self.label(look, at(top.x, baseline), line);
            }
            baseline += LINE;
        }
    }

    /// The drawing as an SVG document of this size.
    pub(super) fn finish(self, width: i32, height: i32) -> String {
        let (shown, shown_height) = shown(width, height);
        // A drawing that a phone cannot show at a readable size scrolls, also by keyboard.
        let wide = if width > PHONE { " class=\"wide\" tabindex=\"0\"" } else { "" };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\"{wide} viewBox=\"0 0 {width} {height}\" width=\"{shown}\" height=\"{shown_height}\">\
             <g font-family=\"ui-monospace, monospace\" font-size=\"{SIZE}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.2\">"
        );
        for (pen, data) in self.lines {
            let (tone, stroke) = (pen.tone.attribute(), pen.stroke.attribute());
            write!(svg, "<path{tone}{stroke} d=\"{data}\"/>").expect("writing to a string cannot fail");
        }
        svg.push_str("<g fill=\"currentColor\" stroke=\"none\">");
        for (tone, data) in self.areas {
            write!(svg, "<path{} d=\"{data}\"/>", tone.attribute()).expect("writing to a string cannot fail");
        }
        for ((tone, anchor), labels) in self.labels {
            let (tone, anchor) = (tone.attribute(), anchor.attribute());
            match (tone, anchor) {
                ("", "") => svg.push_str(&labels),
                _ => write!(svg, "<g{tone}{anchor}>{labels}</g>").expect("writing to a string cannot fail"),
            }
        }
        svg + "</g></g></svg>"
    }
}

/// The size of a drawing in pixels. It is as wide as a column of text at most; a smaller one is shown so that its labels are almost as large as the text.
fn shown(width: i32, height: i32) -> (i32, i32) {
    const COLUMN: i32 = 656;
    let shown = (width * 9 / 8).min(COLUMN).max(width);
    (shown, (height * shown + width / 2) / width.max(1))
}

/// Path data: a rectangle.
pub(super) fn rectangle(from: Point, width: i32, height: i32) -> String {
    format!("M{} {}h{width}v{height}h{}z", from.x, from.y, -width)
}

/// Path data: an ellipse. Four curves and no arcs, so that thumbnails know its bounds.
pub(super) fn ellipse(centre: Point, rx: i32, ry: i32) -> String {
    let (x, y) = (centre.x, centre.y);
    // The control points of a quarter: 0.5523 of the radius.
    let (kx, ky) = ((rx * 5523 + 5000) / 10_000, (ry * 5523 + 5000) / 10_000);
    format!(
        "M{} {y}C{} {} {} {} {x} {}S{} {} {} {y}S{} {} {x} {}S{} {} {} {y}z",
        x - rx,
        x - rx,
        y - ky,
        x - kx,
        y - ry,
        y - ry,
        x + rx,
        y - ky,
        x + rx,
        x + kx,
        y + ry,
        y + ry,
        x - rx,
        y + ky,
        x - rx
    )
}
