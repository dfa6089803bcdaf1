//! Places a graph in layers: nodes in ranks, so that edges lead in one direction, with few crossings and straight long edges.
//!
//! After Sugiyama's method, in the form of Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs" (1993), with clusters:
//!
//! `graph` is what goes in and what comes out.
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
mod graph;
mod layers;
mod order;
mod places;
mod ranks;
mod routes;
mod simplex;

pub(super) use self::graph::{Block, Extent, Group, Layout, Link, Rectangle, Request, Route};

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagrams::canvas::{Point, at};

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
