//! A ranked graph in which each edge leads from one rank to the next.

use std::collections::BTreeSet;

use super::graph::{Extent, Request};
use super::ranks::Ranking;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A node.
    Block(usize),
    /// Where an edge passes through a rank.
    Bend,
    /// Where an edge has its label.
    Label,
    /// The room of a cluster in a rank in which it has nothing else.
    Room,
}

#[derive(Clone, Debug)]
pub(super) struct Vertex {
    pub(super) content: Content,
    pub(super) rank: usize,
    pub(super) group: Option<usize>,
    pub(super) extent: Extent,
}

/// A graph in layers.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) vertices: Vec<Vertex>,
    /// For each edge of the graph, its vertices by rank.
    pub(super) chains: Vec<Vec<usize>>,
    /// For each edge, whether it leads against the ranks.
    pub(super) is_turned: Vec<bool>,
    /// The first and the last rank of each cluster.
    pub(super) spans: Vec<(usize, usize)>,
    /// The vertices of each rank, in order.
    pub(super) ranks: Vec<Vec<usize>>,
}

/// Cuts the edges into pieces.
pub(super) fn build(request: &Request, ranking: &Ranking) -> Layers {
    let mut layers = Layers { is_turned: ranking.is_turned.clone(), ..Layers::default() };
    for (block, &rank) in request.blocks.iter().zip(&ranking.ranks) {
        let content = Content::Block(layers.vertices.len());
        layers.vertices.push(Vertex { content, rank, group: block.group, extent: block.extent });
    }
    layers.spans = spans(request, &ranking.ranks);
    for index in 0..request.links.len() {
        let chain = layers.chain(request, index);
        layers.chains.push(chain);
    }
    layers.add_rooms(request);
    let last = layers.vertices.iter().map(|vertex| vertex.rank).max().unwrap_or(0);
    layers.ranks = vec![Vec::new(); last + 1];
    for vertex in 0..layers.vertices.len() {
        layers.ranks[layers.vertices[vertex].rank].push(vertex);
    }
    layers
}

/// The first and the last rank of each cluster.
fn spans(request: &Request, ranks: &[usize]) -> Vec<(usize, usize)> {
    let mut spans = vec![(usize::MAX, 0); request.groups.len()];
    for (block, &rank) in request.blocks.iter().zip(ranks) {
        for group in request.around(block.group) {
            spans[group] = (spans[group].0.min(rank), spans[group].1.max(rank));
        }
    }
    spans
}

impl Layers {
    /// The vertices of an edge, from the lower rank to the higher one.
    fn chain(&mut self, request: &Request, index: usize) -> Vec<usize> {
        let link = &request.links[index];
        let (upper, lower) = if self.is_turned[index] { (link.to, link.from) } else { (link.from, link.to) };
        let (first, last) = (self.vertices[upper].rank, self.vertices[lower].rank);
        let mut chain = vec![upper];
        for rank in first + 1..last {
            let label = link.label.filter(|_| rank == usize::midpoint(first, last));
            let extent = label.map_or(Extent::default(), around_label);
            let content = if label.is_some() { Content::Label } else { Content::Bend };
            let group = self.group_between(request, (upper, lower), rank);
            chain.push(self.vertices.len());
            self.vertices.push(Vertex { content, rank, group, extent });
        }
        chain.push(lower);
        chain
    }

    /// The innermost cluster of one end that reaches over `rank`. An edge between two clusters leaves the first one at its last rank.
    fn group_between(&self, request: &Request, (upper, lower): (usize, usize), rank: usize) -> Option<usize> {
        let reaches = |group: &usize| (self.spans[*group].0..=self.spans[*group].1).contains(&rank);
        let of = |block: usize| request.around(request.blocks[block].group).find(reaches);
        of(upper).or(of(lower))
    }

    /// Gives each cluster a vertex in each of its ranks.
    fn add_rooms(&mut self, request: &Request) {
        let mut taken = BTreeSet::new();
        for vertex in &self.vertices {
            taken.extend(request.around(vertex.group).map(|group| (group, vertex.rank)));
        }
        for (group, &(first, last)) in self.spans.iter().enumerate() {
            for rank in (first..=last).filter(|&rank| !taken.contains(&(group, rank))) {
                let (content, extent) = (Content::Room, Extent::default());
                self.vertices.push(Vertex { content, rank, group: Some(group), extent });
            }
        }
    }

    /// Pairs of vertices in neighbouring ranks that an edge connects.
    pub(super) fn segments(&self) -> impl Iterator<Item = (usize, usize)> {
        self.chains.iter().flat_map(|chain| chain.windows(2).map(|pair| (pair[0], pair[1])))
    }
}

fn around_label((width, height): (i32, i32)) -> Extent {
    Extent { left: width / 2, right: width - width / 2, top: height / 2, bottom: height - height / 2 }
}
