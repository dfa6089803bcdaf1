//! A graph as its author wrote it.

use crate::diagrams::canvas::Pen;
use crate::languages::Diagram;

#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) is_directed: bool,
    /// Where edges lead: down or to the right. `None` if the author left it open.
    pub(super) direction: Option<Direction>,
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    pub(super) clusters: Vec<Cluster>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Down,
    Right,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) shape: Shape,
    pub(super) pen: Pen,
    pub(super) cluster: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    Box,
    #[default]
    Ellipse,
    Circle,
    Diamond,
    Plaintext,
    Cylinder,
}

#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
    pub(super) pen: Pen,
    /// Whether there is an arrowhead at its start, and at its end.
    pub(super) heads: [bool; 2],
}

#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) parent: Option<usize>,
    pub(super) pen: Pen,
}

/// How many edges a description lists before it counts the others.
const MOST_EDGES: usize = 20;

impl Graph {
    /// What the graph shows: `Orders to payments (reserve), payments to bank.`
    pub(super) fn in_words(&self, words: &Diagram) -> String {
        let mut edges: Vec<String> = self.edges.iter().take(MOST_EDGES).map(|edge| self.edge(edge, words)).collect();
        let is_alone = |node: usize| self.edges.iter().all(|edge| edge.from != node && edge.to != node);
        let alone = (0..self.nodes.len()).filter(|&node| is_alone(node)).take(MOST_EDGES);
        edges.extend(alone.map(|node| self.nodes[node].in_words()));
        if self.edges.len() > MOST_EDGES {
            edges.push(words.more.fill(&[("count", &(self.edges.len() - MOST_EDGES))]));
        }
        words.graph.fill(&[("edges", &edges.join("; "))])
    }

    /// `Orders to payments (reserve)`.
    fn edge(&self, edge: &Edge, words: &Diagram) -> String {
        let [from, to] = [edge.from, edge.to].map(|node| self.nodes[node].in_words());
        let link = match edge.heads {
            [false, true] => &words.to,
            [true, false] => &words.from,
            _ => &words.and,
        };
        let link = link.fill(&[("from", &from), ("to", &to)]);
        match edge.label.split_whitespace().collect::<Vec<_>>().join(" ").as_str() {
            "" => link,
            label => format!("{link} ({label})"),
        }
    }
}

impl Node {
    /// Its label in one line, or its name if it has none.
    fn in_words(&self) -> String {
        let label = self.label.split_whitespace().collect::<Vec<_>>().join(" ");
        if label.is_empty() { self.name.clone() } else { label }
    }
}
