//! The shapes of nodes: their size around a label, their outline, and where an edge meets it.

use super::graph::Shape;
use crate::diagrams::canvas::{Canvas, Pen, Point, at, ellipse, rectangle};
use crate::diagrams::text::{height, widest};

/// Half the height of the cap of a cylinder.
const CAP: i32 = 6;

impl Shape {
    /// Half the width and half the height of a node with this label, and with room at its left and right.
    pub(super) fn half_size(self, label: &[String], room: i32) -> (i32, i32) {
        let (width, height) = (widest(label), height(label));
        let is_empty = width == 0;
        match self {
            _ if is_empty => (10, 10),
            Self::Box => (width / 2 + room, height / 2 + 8),
            Self::Plaintext => (width / 2 + 5, height / 2 + 2),
            Self::Cylinder => (width / 2 + room, height / 2 + 6 + CAP),
            // Wide enough that the corners of the label are within it.
            Self::Ellipse => (width * 5 / 8 + room, height * 2 / 3 + 7),
            Self::Circle => {
                let radius = (isqrt(width * width + height * height) + 1) / 2 + 5;
                (radius, radius)
            }
            Self::Diamond => (width * 3 / 4 + room + 4, height + 10),
        }
    }

    /// How far from its centre edges may meet the outline.
    pub(super) fn ports(self, half: i32) -> i32 {
        match self {
            Self::Box | Self::Cylinder | Self::Plaintext => half - 8,
            Self::Ellipse | Self::Circle => half * 2 / 3,
            Self::Diamond => half / 4,
        }
    }

    /// How far from its centre the outline is, `across` it; `half` is its extent in both directions.
    pub(super) fn reach(self, across: i32, half: (i32, i32)) -> i32 {
        let (along, half) = (half.1, half.0.max(1));
        let across = across.abs().min(half);
        match self {
            Self::Box | Self::Cylinder | Self::Plaintext => along,
            Self::Ellipse | Self::Circle => along * isqrt(half * half - across * across) / half,
            Self::Diamond => along * (half - across) / half,
        }
    }

    /// Draws the outline.
    pub(super) fn draw(self, canvas: &mut Canvas, pen: Pen, centre: Point, (x, y): (i32, i32)) {
        let corner = at(centre.x - x, centre.y - y);
        match self {
            Self::Box => canvas.line(pen, &rectangle(corner, 2 * x, 2 * y)),
            Self::Plaintext => {}
            Self::Ellipse | Self::Circle => canvas.line(pen, &ellipse(centre, x, y)),
            Self::Diamond => canvas.line(pen, &format!("M{} {}l{x} {y}l{} {y}l{} {}z", centre.x, corner.y, -x, -x, -y)),
            Self::Cylinder => {
                let (top, bottom) = (corner.y + CAP, centre.y + y - CAP);
                let (left, right) = (corner.x, centre.x + x);
                let curve = |from: i32, to: i32| format!("C{left} {to} {right} {to} {right} {from}");
                let lid = 4 * CAP / 3;
                canvas.line(pen, &format!("M{left} {top}{}V{bottom}", curve(top, top - lid)));
                canvas.line(pen, &format!("C{right} {} {left} {} {left} {bottom}V{top}", bottom + lid, bottom + lid));
                canvas.line(pen, &curve(top, top + lid));
            }
        }
    }
}

/// The whole part of a square root.
fn isqrt(square: i32) -> i32 {
    square.max(0).isqrt()
}
