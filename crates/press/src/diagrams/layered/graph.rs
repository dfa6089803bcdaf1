//! A graph to place, and a placed graph.

use crate::diagrams::canvas::{Point, at};

/// What a box needs around its centre or its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::diagrams) struct Extent {
    pub(in crate::diagrams) left: i32,
    pub(in crate::diagrams) right: i32,
    pub(in crate::diagrams) top: i32,
    pub(in crate::diagrams) bottom: i32,
}

/// A node to place.
#[derive(Clone, Debug)]
pub(in crate::diagrams) struct Block {
    /// Around its centre.
    pub(in crate::diagrams) extent: Extent,
    /// How far from its centre edges may begin and end.
    pub(in crate::diagrams) ports: i32,
    pub(in crate::diagrams) group: Option<usize>,
}

/// An edge to place. It does not lead to the node that it comes from.
#[derive(Clone, Debug)]
pub(in crate::diagrams) struct Link {
    pub(in crate::diagrams) from: usize,
    pub(in crate::diagrams) to: usize,
    /// The width and height of its label.
    pub(in crate::diagrams) label: Option<(i32, i32)>,
}

/// A cluster to place.
#[derive(Clone, Debug)]
pub(in crate::diagrams) struct Group {
    pub(in crate::diagrams) parent: Option<usize>,
    /// Around what it contains.
    pub(in crate::diagrams) padding: Extent,
    pub(in crate::diagrams) min_width: i32,
    pub(in crate::diagrams) min_height: i32,
}

/// A graph to place.
#[derive(Clone, Debug, Default)]
pub(in crate::diagrams) struct Request {
    pub(in crate::diagrams) blocks: Vec<Block>,
    pub(in crate::diagrams) links: Vec<Link>,
    pub(in crate::diagrams) groups: Vec<Group>,
    /// Between nodes of a rank, and between ranks.
    pub(in crate::diagrams) spacing: (i32, i32),
}

/// The way of an edge: pieces between which its label is. From one point of a piece to the next, the edge is straight if they are in line, and else a
/// curve that begins and ends in the direction of the ranks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::diagrams) struct Route {
    /// The first point is at the centre of the first node, the last one at that of the last.
    pub(in crate::diagrams) pieces: Vec<Vec<Point>>,
    /// The centre of its label.
    pub(in crate::diagrams) label: Option<Point>,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::diagrams) struct Rectangle {
    pub(in crate::diagrams) from: Point,
    pub(in crate::diagrams) to: Point,
}

/// A placed graph. Its corner is at the origin.
#[derive(Clone, Debug, Default)]
pub(in crate::diagrams) struct Layout {
    pub(in crate::diagrams) size: Point,
    /// The centres of the nodes.
    pub(in crate::diagrams) blocks: Vec<Point>,
    pub(in crate::diagrams) routes: Vec<Route>,
    pub(in crate::diagrams) groups: Vec<Rectangle>,
}

impl Extent {
    pub(super) fn turned(self) -> Self {
        Self { left: self.top, right: self.bottom, top: self.left, bottom: self.right }
    }
}

impl Request {
    pub(super) fn turned(&self) -> Self {
        let mut turned = self.clone();
        for block in &mut turned.blocks {
            block.extent = block.extent.turned();
        }
        for link in &mut turned.links {
            link.label = link.label.map(|(width, height)| (height, width));
        }
        for group in &mut turned.groups {
            group.padding = group.padding.turned();
            (group.min_width, group.min_height) = (group.min_height, group.min_width);
        }
        turned
    }

    /// A group and those around it, from the inside out.
    pub(super) fn around(&self, group: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(group, |&group| self.groups[group].parent)
    }
}

impl Layout {
    pub(super) fn turned(mut self) -> Self {
        self.map(|point| at(point.y, point.x));
        self.size = at(self.size.y, self.size.x);
        self
    }

    /// Moves all points but the size.
    pub(in crate::diagrams) fn map(&mut self, to: impl Fn(Point) -> Point) {
        let routes = self.routes.iter_mut();
        let of_routes = routes.flat_map(|route| route.pieces.iter_mut().flatten().chain(&mut route.label));
        let of_groups = self.groups.iter_mut().flat_map(|group| [&mut group.from, &mut group.to]);
        self.blocks.iter_mut().chain(of_routes).chain(of_groups).for_each(|point| *point = to(*point));
    }
}
