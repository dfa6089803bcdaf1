//! Coordinates: across by the network simplex, which keeps long edges straight and clusters rectangular; along by the height of each rank.

use super::graph::Request;
use super::layers::Vertex;
use super::layers::{Content, Layers};
use super::simplex::{Constraint, solve};

/// Between an edge and what is next to it.
const AROUND_EDGE: i32 = 12;

/// Where everything is.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The coordinate across of each vertex.
    pub(super) across: Vec<i32>,
    /// Where each rank begins, where its vertices have their centre, and where it ends.
    pub(super) bands: Vec<(i32, i32, i32)>,
    /// Where each rank begins and ends with the frames of clusters: edges are straight there.
    pub(super) frames: Vec<(i32, i32)>,
    /// Where each cluster begins and ends across, and along.
    pub(super) groups: Vec<[(i32, i32); 2]>,
}

/// Finds the coordinates.
pub(super) fn place(layers: &Layers, request: &Request) -> Places {
    let vertices = layers.vertices.len();
    let constraints = across(layers, request);
    let nodes = vertices + 2 * request.groups.len() + layers.segments().count();
    let mut across = solve(nodes, &constraints);
    let mut sides = across[vertices..vertices + 2 * request.groups.len()].to_vec();
    across.truncate(vertices);
    let mut places = Places { across, ..Places::default() };
    places.shift_to_zero(layers, &mut sides);
    places.stack(layers, request);
    for (group, &(first, last)) in layers.spans.iter().enumerate() {
        let (above, below) = edges_of(request, layers, group);
        let along = (places.bands[first].0 - above, places.bands[last].2 + below);
        places.groups.push([(sides[2 * group], sides[2 * group + 1]), along]);
    }
    places
}

fn across(layers: &Layers, request: &Request) -> Vec<Constraint> {
    let mut constraints = Vec::new();
    let begin = |group: usize| layers.vertices.len() + 2 * group;
    let mut add = |tail: usize, head: usize, length: i32, weight: i32| {
        constraints.push(Constraint { tail, head, length, weight });
    };
    for (vertex, of) in layers.vertices.iter().enumerate() {
        if let Some(group) = of.group {
            let padding = request.groups[group].padding;
            add(begin(group), vertex, padding.left + of.extent.left, 0);
            add(vertex, begin(group) + 1, padding.right + of.extent.right, 0);
        }
    }
    for (index, group) in request.groups.iter().enumerate() {
        add(begin(index), begin(index) + 1, group.min_width, 8);
        if let Some(parent) = group.parent {
            let padding = request.groups[parent].padding;
            add(begin(parent), begin(index), padding.left, 0);
            add(begin(index) + 1, begin(parent) + 1, padding.right, 0);
        }
    }
    for rank in &layers.ranks {
        for pair in rank.windows(2) {
            let (left, right) = (pair[0], pair[1]);
            let ([one, other], gap) = (neighbours(layers, request, (left, right)), gap(layers, request, (left, right)));
            let before = one.map_or(layers.vertices[left].extent.right, |_| 0);
            let after = other.map_or(layers.vertices[right].extent.left, |_| 0);
            let tail = one.map_or(left, |group| begin(group) + 1);
            add(tail, other.map_or(right, begin), before + gap + after, 0);
        }
    }
    let first = layers.vertices.len() + 2 * request.groups.len();
    for (index, (upper, lower)) in layers.segments().enumerate() {
        let weight = weight(&layers.vertices[upper], &layers.vertices[lower]);
        add(first + index, upper, 0, weight);
        add(first + index, lower, 0, weight);
    }
    constraints
}

/// For two neighbours in a rank, the outermost cluster of each that the other is not in.
fn neighbours(layers: &Layers, request: &Request, (left, right): (usize, usize)) -> [Option<usize>; 2] {
    let around = |vertex: usize| request.around(layers.vertices[vertex].group);
    [(left, right), (right, left)]
        .map(|(one, other)| around(one).take_while(|group| !around(other).any(|shared| shared == *group)).last())
}

/// The room between two neighbours in a rank.
fn gap(layers: &Layers, request: &Request, (left, right): (usize, usize)) -> i32 {
    let is_block = |vertex: usize| matches!(layers.vertices[vertex].content, Content::Block(_));
    if is_block(left) && is_block(right) { request.spacing.0 } else { AROUND_EDGE.min(request.spacing.0) }
}

/// How much an edge wants to be straight: bends show most.
fn weight(upper: &Vertex, lower: &Vertex) -> i32 {
    let is_block = |vertex: &Vertex| matches!(vertex.content, Content::Block(_));
    match (is_block(upper), is_block(lower)) {
        (true, true) => 1,
        (false, false) => 8,
        _ => 2,
    }
}

/// The room that a cluster takes before its first rank and after its last one, with the clusters that begin and end there within it.
fn edges_of(request: &Request, layers: &Layers, group: usize) -> (i32, i32) {
    let (first, last) = layers.spans[group];
    let mut edges = (0, 0);
    for inner in (0..request.groups.len()).filter(|&inner| request.groups[inner].parent == Some(group)) {
        let (above, below) = edges_of(request, layers, inner);
        if layers.spans[inner].0 == first {
            edges.0 = edges.0.max(above);
        }
        if layers.spans[inner].1 == last {
            edges.1 = edges.1.max(below);
        }
    }
    let padding = request.groups[group].padding;
    (edges.0 + padding.top, edges.1 + padding.bottom)
}

impl Places {
    /// Places the ranks one after the other.
    fn stack(&mut self, layers: &Layers, request: &Request) {
        let mut along = 0;
        for (rank, vertices) in layers.ranks.iter().enumerate() {
            if rank > 0 {
                along += self.gap_before(rank, layers, request);
            }
            let begins = (0..request.groups.len()).filter(|&group| layers.spans[group].0 == rank);
            let frame = along;
            along += begins.map(|group| edges_of(request, layers, group).0).max().unwrap_or(0);
            let extents = vertices.iter().map(|&vertex| layers.vertices[vertex].extent);
            let top = extents.clone().map(|extent| extent.top).max().unwrap_or(0);
            let bottom = extents.map(|extent| extent.bottom).max().unwrap_or(0);
            self.bands.push((along, along + top, along + top + bottom));
            let ends: Vec<usize> = (0..request.groups.len()).filter(|&group| layers.spans[group].1 == rank).collect();
            // A cluster whose label is longer than its ranks.
            let lacks = |&group: &usize| {
                let (above, below) = edges_of(request, layers, group);
                let length = self.bands[rank].2 + below - self.bands[layers.spans[group].0].0 + above;
                request.groups[group].min_height - length
            };
            self.bands[rank].2 += ends.iter().map(lacks).max().unwrap_or(0).max(0);
            along =
                self.bands[rank].2 + ends.iter().map(|&group| edges_of(request, layers, group).1).max().unwrap_or(0);
            self.frames.push((frame, along));
        }
    }

    /// The room before a rank. Half of it is enough before and after a label; more of it makes long curves less flat.
    fn gap_before(&self, rank: usize, layers: &Layers, request: &Request) -> i32 {
        let has_block = |rank: usize| {
            layers.ranks[rank].iter().any(|&vertex| matches!(layers.vertices[vertex].content, Content::Block(_)))
        };
        let of_rank = layers.segments().filter(|(_, lower)| layers.vertices[*lower].rank == rank);
        let widest = of_rank.map(|(upper, lower)| (self.across[upper] - self.across[lower]).abs()).max().unwrap_or(0);
        let gap = if has_block(rank - 1) && has_block(rank) { request.spacing.1 } else { request.spacing.1 * 2 / 3 };
        gap + (widest / 8).min(gap)
    }

    /// Moves everything so that nothing is before 0.
    fn shift_to_zero(&mut self, layers: &Layers, sides: &mut [i32]) {
        let starts = self.across.iter().zip(&layers.vertices).map(|(across, vertex)| across - vertex.extent.left);
        let least = starts.chain(sides.iter().copied()).min().unwrap_or(0);
        self.across.iter_mut().chain(sides).for_each(|across| *across -= least);
    }
}
