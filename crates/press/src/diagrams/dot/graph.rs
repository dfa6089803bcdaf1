//! A graph as its author wrote it.

use std::fmt::Write;

use crate::diagrams::canvas::Pen;

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
    pub(super) fn in_words(&self) -> String {
        let mut words = String::from("Graph: ");
        for (index, edge) in self.edges.iter().take(MOST_EDGES).enumerate() {
            let [from, to] = [edge.from, edge.to].map(|node| self.nodes[node].in_words());
            let link = match edge.heads {
                [false, true] => "to",
                [true, false] => "from",
                _ => "and",
            };
            let separator = if index == 0 { "" } else { "; " };
            write!(words, "{separator}{from} {link} {to}").expect("writing to a string cannot fail");
            let label = edge.label.split_whitespace().collect::<Vec<_>>().join(" ");
            if !label.is_empty() {
                write!(words, " ({label})").expect("writing to a string cannot fail");
            }
        }
        let is_alone = |node: usize| self.edges.iter().all(|edge| edge.from != node && edge.to != node);
        let alone = (0..self.nodes.len()).filter(|&node| is_alone(node)).take(MOST_EDGES);
        for node in alone {
            let separator = if words.ends_with(": ") { "" } else { "; " };
            write!(words, "{separator}{}", self.nodes[node].in_words()).expect("writing to a string cannot fail");
        }
        if self.edges.len() > MOST_EDGES {
            write!(words, "; and {} more", self.edges.len() - MOST_EDGES).expect("writing to a string cannot fail");
        }
        words + "."
    }
}

impl Node {
    /// Its label in one line, or its name if it has none.
    fn in_words(&self) -> String {
        let label = self.label.split_whitespace().collect::<Vec<_>>().join(" ");
        if label.is_empty() { self.name.clone() } else { label }
    }
}
