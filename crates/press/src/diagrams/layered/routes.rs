//! The points of edges, and the finished layout.

use super::layers::{Content, Layers};
use super::places::Places;
use super::{Layout, Rectangle, Request, Route};
use crate::diagrams::canvas::{Point, at};

/// Between two edges at a node, if there is room.
const BETWEEN_PORTS: i32 = 16;

/// Collects what has been placed.
pub(super) fn layout(request: &Request, layers: &Layers, places: &Places) -> Layout {
    let centre = |vertex: usize| at(places.across[vertex], places.bands[layers.vertices[vertex].rank].1);
    let blocks: Vec<Point> = (0..request.blocks.len()).map(centre).collect();
    let ports = ports(request, layers, places);
    let routes = layers.chains.iter().zip(ports).enumerate().map(|(index, (chain, ports))| {
        let mut route = route(layers, places, chain, ports);
        if layers.is_turned[index] {
            route.pieces.reverse();
            for piece in &mut route.pieces {
                piece.reverse();
            }
        }
        route
    });
    let groups = places
        .groups
        .iter()
        .map(|&[across, along]| Rectangle { from: at(across.0, along.0), to: at(across.1, along.1) });
    let mut layout = Layout { blocks, routes: routes.collect(), groups: groups.collect(), ..Layout::default() };
    let ends = layers.vertices.iter().enumerate().map(|(vertex, of)| places.across[vertex] + of.extent.right);
    layout.size.x = ends.chain(layout.groups.iter().map(|group| group.to.x)).max().unwrap_or(0);
    let last = places.bands.last().map_or(0, |band| band.2);
    layout.size.y = layout.groups.iter().map(|group| group.to.y).chain([last]).max().unwrap_or(0);
    layout
}

/// Where each edge leaves its upper node and reaches its lower one, from the centre of the node. Edges leave in the order in which they go on.
fn ports(request: &Request, layers: &Layers, places: &Places) -> Vec<[i32; 2]> {
    let mut ports = vec![[0; 2]; layers.chains.len()];
    for (block, of) in request.blocks.iter().enumerate() {
        for end in [0, 1] {
            let next = |chain: &[usize]| if end == 0 { chain[1] } else { chain[chain.len() - 2] };
            let at_block = |chain: &[usize]| if end == 0 { chain[0] } else { chain[chain.len() - 1] } == block;
            let chains = layers.chains.iter().enumerate().filter(|(_, chain)| at_block(chain));
            let mut edges: Vec<(i32, usize)> =
                chains.map(|(index, chain)| (places.across[next(chain)], index)).collect();
            edges.sort_unstable();
            let gaps = i32::try_from(edges.len()).unwrap_or(1) - 1;
            let gap = (2 * of.ports / gaps.max(1)).min(BETWEEN_PORTS);
            let mut port = -gap * gaps / 2;
            for (_, index) in edges {
                ports[index][end] = port;
                port += gap;
            }
        }
    }
    ports
}

fn route(layers: &Layers, places: &Places, chain: &[usize], ports: [i32; 2]) -> Route {
    let mut route = Route { pieces: vec![Vec::new()], label: None };
    let last = chain.len() - 1;
    for (index, &vertex) in chain.iter().enumerate() {
        let across = places.across[vertex];
        let of = &layers.vertices[vertex];
        let centre = places.bands[of.rank].1;
        let (begin, end) = places.frames[of.rank];
        let mut add = |points: &[Point]| {
            let piece = route.pieces.len() - 1;
            route.pieces[piece].extend_from_slice(points);
        };
        match of.content {
            _ if index == 0 => add(&[at(across + ports[0], centre), at(across + ports[0], end)]),
            _ if index == last => add(&[at(across + ports[1], begin), at(across + ports[1], centre)]),
            Content::Label => {
                let extent = of.extent;
                add(&[at(across, begin), at(across, centre - extent.top)]);
                route.pieces.push(vec![at(across, centre + extent.bottom), at(across, end)]);
                route.label = Some(at(across, centre));
            }
            _ => add(&[at(across, begin), at(across, end)]),
        }
    }
    route
}
