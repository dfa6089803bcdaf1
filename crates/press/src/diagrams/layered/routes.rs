//! The points of edges, and the finished layout.

use super::graph::{Layout, Rectangle, Request, Route};
use super::layers::{Content, Layers};
use super::places::Places;
use crate::diagrams::canvas::{Point, at};

/// Between two edges at a node, if there is room.
const BETWEEN_PORTS: i32 = 16;

/// Between an edge and what it passes by, if the edge has no bend there.
const CLEAR: i32 = 6;

/// Collects what has been placed.
pub(super) fn layout(request: &Request, layers: &Layers, places: &Places) -> Layout {
    let centre = |vertex: usize| at(places.across[vertex], places.bands[layers.vertices[vertex].rank].1);
    let blocks: Vec<Point> = (0..request.blocks.len()).map(centre).collect();
    let ports = ports(request, layers, places);
    let routes = layers.chains.iter().zip(ports).enumerate().map(|(index, (chain, ports))| {
        let mut route = route(request, (layers, places), chain, ports);
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

fn route(request: &Request, (layers, places): (&Layers, &Places), chain: &[usize], ports: [i32; 2]) -> Route {
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
    let gates: Vec<Gate> = chain[1..last].iter().filter_map(|&bend| gate(request, (layers, places), bend)).collect();
    route.pieces.iter_mut().for_each(|piece| straighten(piece, &gates));
    route
}

/// The room that an edge has where it passes through a rank.
struct Gate {
    along: (i32, i32),
    across: (i32, i32),
}

/// The gate around a bend. `None` where frames of clusters begin or end: edges cross them straight.
fn gate(request: &Request, (layers, places): (&Layers, &Places), bend: usize) -> Option<Gate> {
    let of = &layers.vertices[bend];
    let (along, (begin, _, end)) = (places.frames[of.rank], places.bands[of.rank]);
    if of.content != Content::Bend || along != (begin, end) {
        return None;
    }
    let own: Vec<usize> = request.around(of.group).collect();
    let rank = &layers.ranks[of.rank];
    let place = rank.iter().position(|&other| other == bend)?;
    // The frame of a cluster that the bend is not in, or else the neighbour itself.
    let frame =
        |other: usize| request.around(layers.vertices[other].group).take_while(|group| !own.contains(group)).last();
    let side = |other: usize, end: bool| {
        let (extent, across) = (layers.vertices[other].extent, places.across[other]);
        match frame(other).map(|group| places.groups[group][0]) {
            Some((from, to)) => {
                if end {
                    to
                } else {
                    from
                }
            }
            None => {
                if end {
                    across + extent.right
                } else {
                    across - extent.left
                }
            }
        }
    };
    let left = place.checked_sub(1).map(|place| side(rank[place], true));
    let right = rank.get(place + 1).map(|&other| side(other, false));
    let inside = own.first().map(|&group| places.groups[group][0]);
    let from = left.into_iter().chain(inside.map(|(from, _)| from)).max().unwrap_or(0);
    let to = right.into_iter().chain(inside.map(|(_, to)| to)).min().unwrap_or(i32::MAX);
    Some(Gate { along, across: (from + CLEAR, to - CLEAR) })
}

/// Leaves out the bends of an edge that it does not need: those whose gates one curve passes through.
fn straighten(piece: &mut Vec<Point>, gates: &[Gate]) {
    let mut start = 1;
    while start + 3 < piece.len() {
        let end = (start + 3..piece.len() - 1).rev().step_by(2).find(|&end| {
            (end - start) % 2 == 1
                && piece[start + 1..end].chunks_exact(2).all(|bend| {
                    gates
                        .iter()
                        .find(|gate| gate.along.0 == bend[0].y)
                        .is_some_and(|gate| passes(piece[start], piece[end], gate))
                })
        });
        if let Some(end) = end {
            piece.drain(start + 1..end);
        }
        start += 2;
    }
}

/// Whether the curve between two points passes through a gate.
fn passes(from: Point, to: Point, gate: &Gate) -> bool {
    // The curve has its control points at half its height: at t, it is 3/2 t (1 - t) + t³ of its height and 3 t² - 2 t³ of its width away from its start.
    let steps = i64::from((to.y - from.y).clamp(8, 400));
    let whole = steps * steps * steps;
    (0..=steps).all(|t| {
        let part = |of: i64, share: i64| i32::try_from(of * share / whole).unwrap_or(0);
        let y = from.y + part(i64::from(to.y - from.y), 3 * t * steps * (steps - t) / 2 + t * t * t);
        let x = from.x + part(i64::from(to.x - from.x), 3 * t * t * steps - 2 * t * t * t);
        y < gate.along.0 || y > gate.along.1 || (gate.across.0 <= x && x <= gate.across.1)
    })
}
