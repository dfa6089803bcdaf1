//! How series differ: the first has the topic's hue; all differ by dashes or by the shape of their points, so that they can be told apart without colour.

use super::svg::Path;

/// The look of a series.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// The class of the theme that gives the colour.
    pub(super) class: &'static str,
    /// The attributes of a line.
    pub(super) line: &'static str,
    shape: Shape,
}

/// The shape of a point.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Dot,
    /// From its first corner, the lines, which end there: by `z` or by a move.
    Open((f64, f64), &'static str),
    Filled((f64, f64), &'static str),
}

const STYLES: [Style; 6] = [
    Style { class: "hue", line: "stroke-width=\"2\" stroke-linejoin=\"round\"", shape: Shape::Dot },
    Style {
        class: "",
        line: "stroke-width=\"1.5\" stroke-dasharray=\"7 3\"",
        shape: Shape::Open((-2.5, -2.5), "h5v5h-5z"),
    },
    Style { class: "soft", line: "stroke-width=\"1.5\"", shape: Shape::Filled((-3.5, 2.5), "l3.5-6 3.5 6z") },
    Style {
        class: "",
        line: "stroke-width=\"1.5\" stroke-dasharray=\"1.5 3\"",
        shape: Shape::Open((-3.0, -3.0), "l6 6m0-6l-6 6m0-6"),
    },
    Style {
        class: "soft",
        line: "stroke-width=\"1.5\" stroke-dasharray=\"9 3 2 3\"",
        shape: Shape::Open((-3.5, 0.0), "l3.5-3.5 3.5 3.5-3.5 3.5z"),
    },
    Style {
        class: "",
        line: "stroke-width=\"1.5\" stroke-dasharray=\"14 4\"",
        shape: Shape::Open((-3.5, 0.0), "h7m-3.5-3.5v7m-3.5-3.5"),
    },
];

/// The look of the series with this number.
pub(super) fn of(series: usize) -> Style {
    STYLES[series % STYLES.len()]
}

impl Style {
    /// Adds a point.
    pub(super) fn push(&self, path: &mut Path, (x, y): (f64, f64)) {
        match self.shape {
            Shape::Dot => path.dot(x, y),
            Shape::Open(corner, lines) | Shape::Filled(corner, lines) => path.shape((x, y), corner, lines),
        }
    }

    /// The attributes of a path of points.
    pub(super) fn points(&self) -> &'static str {
        match self.shape {
            Shape::Dot => "stroke-width=\"6\" stroke-linecap=\"round\"",
            Shape::Open(..) => "stroke-width=\"1.2\"",
            Shape::Filled(..) => "stroke=\"none\" fill=\"currentColor\"",
        }
    }
}
