//! Places a graph in layers: nodes in ranks, so that edges lead in one direction, with few crossings and straight long edges.
//!
//! After Sugiyama's method, in the form of Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993), with clusters:
//!
//! 1. `components` places what is not connected side by side, each by itself.
//! 2. `ranks` gives each node its rank, by the network [`simplex`].
//! 3. `layers` turns edges over several ranks into chains, with vertices for their bends and labels.
//! 4. `order` sorts each rank for few crossings. What is in a cluster stays together, and clusters keep their order over all ranks.
//! 5. `places` gives each vertex its coordinate across, by the network simplex, and each rank its place along.
//! 6. `routes` gives each edge its points.
//!
//! Edges lead down within the module; a drawing whose edges lead to the right is turned on the way in and on the way out.

mod components;
mod layers;
mod order;
mod places;
mod ranks;
mod routes;
mod simplex;

use super::canvas::{Point, at};

/// What a box needs around its centre or its content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
}

/// A node to place.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Around its centre.
    pub(super) extent: Extent,
    /// How far from its centre edges may begin and end.
    pub(super) ports: i32,
    pub(super) group: Option<usize>,
}

/// An edge to place. It does not lead to the node that it comes from.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The width and height of its label.
    pub(super) label: Option<(i32, i32)>,
}

/// A cluster to place.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) parent: Option<usize>,
    /// Around what it contains.
    pub(super) padding: Extent,
    pub(super) min_width: i32,
    pub(super) min_height: i32,
}

/// A graph to place.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    pub(super) blocks: Vec<Block>,
    pub(super) links: Vec<Link>,
    pub(super) groups: Vec<Group>,
    /// Between nodes of a rank, and between ranks.
    pub(super) spacing: (i32, i32),
}

/// The way of an edge: pieces between which its label is. From one point of a piece to the next, the edge is straight if they are in line, and else a
/// curve that begins and ends in the direction of the ranks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Route {
    /// The first point is at the centre of the first node, the last one at that of the last.
    pub(super) pieces: Vec<Vec<Point>>,
    /// The centre of its label.
    pub(super) label: Option<Point>,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rectangle {
    pub(super) from: Point,
    pub(super) to: Point,
}

/// A placed graph. Its corner is at the origin.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) size: Point,
    /// The centres of the nodes.
    pub(super) blocks: Vec<Point>,
    pub(super) routes: Vec<Route>,
    pub(super) groups: Vec<Rectangle>,
}

/// Places a graph. Its unconnected parts form rows that are no wider than `limit`, if they can be.
pub(super) fn place(request: &Request, limit: i32, leads_right: bool) -> Layout {
    let parts = components::split(request);
    let placed = parts.iter().map(|part| {
        if leads_right { place_connected(&part.request.turned()).turned() } else { place_connected(&part.request) }
    });
    components::join(request, &parts, placed.collect(), limit)
}

/// Places a connected graph whose edges lead down.
fn place_connected(request: &Request) -> Layout {
    let ranking = ranks::rank(request);
    let mut layers = layers::build(request, &ranking);
    order::sort(&mut layers, request);
    let places = places::place(&layers, request);
    routes::layout(request, &layers, &places)
}

impl Extent {
    fn turned(self) -> Self {
        Self { left: self.top, right: self.bottom, top: self.left, bottom: self.right }
    }
}

impl Request {
    fn turned(&self) -> Self {
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
    fn around(&self, group: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(group, |&group| self.groups[group].parent)
    }
}

impl Layout {
    fn turned(mut self) -> Self {
        self.map(|point| at(point.y, point.x));
        self.size = at(self.size.y, self.size.x);
        self
    }

    /// Moves all points but the size.
    pub(super) fn map(&mut self, to: impl Fn(Point) -> Point) {
        let routes = self.routes.iter_mut();
        let of_routes = routes.flat_map(|route| route.pieces.iter_mut().flatten().chain(&mut route.label));
        let of_groups = self.groups.iter_mut().flat_map(|group| [&mut group.from, &mut group.to]);
        self.blocks.iter_mut().chain(of_routes).chain(of_groups).for_each(|point| *point = to(*point));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Graphs of up to twelve nodes in up to three clusters, of which the third is in the first.
    fn requests() -> impl Strategy<Value = Request> {
        let block = (4..60, 4..30, 0..5usize).prop_map(|(x, y, group)| Block {
            extent: Extent { left: x, right: x, top: y, bottom: y },
            ports: x / 2,
            group: (group < 3).then_some(group),
        });
        let links = prop::collection::vec((0..12usize, 0..12usize, prop::option::of((10..60, 18..19))), 0..20);
        (prop::collection::vec(block, 1..12), links).prop_map(|(blocks, links)| {
            let count = blocks.len();
            let links = links.into_iter().map(|(from, to, label)| Link { from: from % count, to: to % count, label });
            let padding = Extent { left: 12, right: 12, top: 30, bottom: 12 };
            let group = |parent| Group { parent, padding, min_width: 80, min_height: 0 };
            Request {
                links: links.filter(|link| link.from != link.to).collect(),
                blocks,
                groups: vec![group(None), group(None), group(Some(0))],
                spacing: (16, 30),
            }
        })
    }

    fn around(centre: Point, extent: Extent) -> Rectangle {
        Rectangle {
            from: at(centre.x - extent.left, centre.y - extent.top),
            to: at(centre.x + extent.right, centre.y + extent.bottom),
        }
    }

    fn overlap(one: &Rectangle, other: &Rectangle) -> bool {
        one.from.x < other.to.x && other.from.x < one.to.x && one.from.y < other.to.y && other.from.y < one.to.y
    }

    fn contains(outer: &Rectangle, inner: &Rectangle) -> bool {
        outer.from.x <= inner.from.x
            && outer.from.y <= inner.from.y
            && outer.to.x >= inner.to.x
            && outer.to.y >= inner.to.y
    }

    proptest! {
        /// Nodes and labels are within the drawing and apart from each other; a cluster contains what is in it, and nothing else.
        #[test]
        fn nothing_overlaps(request in requests(), leads_right: bool) {
            let layout = place(&request, 400, leads_right);
            let nodes = layout.blocks.iter().zip(&request.blocks).map(|(&centre, block)| around(centre, block.extent));
            let nodes: Vec<Rectangle> = nodes.collect();
            let labels = layout.routes.iter().zip(&request.links).filter_map(|(route, link)| {
                let (width, height) = link.label?;
                let extent = Extent { left: width / 2, right: width - width / 2, top: height / 2, bottom: height - height / 2 };
                Some(around(route.label?, extent))
            });
            let boxes: Vec<Rectangle> = nodes.iter().copied().chain(labels).collect();
            let all = Rectangle { from: at(0, 0), to: layout.size };
            for (index, one) in boxes.iter().enumerate() {
                prop_assert!(contains(&all, one), "{one:?} in {all:?}");
                prop_assert!(boxes[..index].iter().all(|other| !overlap(one, other)), "{one:?}");
            }
            for (group, area) in layout.groups.iter().enumerate().filter(|(_, area)| area.to != at(0, 0)) {
                prop_assert!(contains(&all, area), "{area:?} in {all:?}");
                for (node, block) in nodes.iter().zip(&request.blocks) {
                    let is_inside = request.around(block.group).any(|around| around == group);
                    prop_assert_eq!(contains(area, node), is_inside);
                    prop_assert!(is_inside || !overlap(area, node), "{area:?} {node:?}");
                }
            }
        }

        /// Every edge leads from its one node to its other one, with each piece in order.
        #[test]
        fn edges_are_connected(request in requests()) {
            let layout = place(&request, 400, false);
            for (route, link) in layout.routes.iter().zip(&request.links) {
                let points: Vec<Point> = route.pieces.concat();
                let ends = [points[0], points[points.len() - 1]];
                for (end, block) in ends.iter().zip([link.from, link.to]) {
                    prop_assert_eq!(end.y, layout.blocks[block].y);
                    prop_assert!((end.x - layout.blocks[block].x).abs() <= request.blocks[block].ports);
                }
                let is_down = ends[0].y < ends[1].y;
                prop_assert!(points.windows(2).all(|pair| pair[0].y == pair[1].y || (pair[0].y < pair[1].y) == is_down));
                prop_assert_eq!(route.label.is_some(), link.label.is_some());
            }
        }
    }
}
