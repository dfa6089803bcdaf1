//! The attributes of graphs, clusters, nodes and edges that drawings have. Every other one is an error: what a diagram does not show, its text must not say.

use std::ops::Range;

use super::graph::{Direction, Shape};
use crate::diagnostic::nearest;
use crate::diagrams::canvas::{Pen, Stroke, Tone};
use crate::diagrams::outcome::Problem;

/// What an attribute belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Graph,
    Group,
    Cluster,
    Node,
    Edge,
}

impl Owner {
    fn name(self) -> &'static str {
        match self {
            Self::Graph => "a graph",
            Self::Group => "a subgraph",
            Self::Cluster => "a cluster",
            Self::Node => "a node",
            Self::Edge => "an edge",
        }
    }

    fn supported(self) -> &'static [&'static str] {
        match self {
            Self::Graph => &["rankdir"],
            Self::Group => &[],
            Self::Cluster => &["label", "style", "class"],
            Self::Node => &["label", "shape", "style", "class"],
            Self::Edge => &["label", "style", "class", "dir"],
        }
    }
}

/// An attribute as it is written.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) name_span: Range<usize>,
    pub(super) value: String,
    pub(super) value_span: Range<usize>,
}

/// The attributes of something, and the defaults for those that follow.
#[derive(Clone, Debug, Default)]
pub(super) struct Look {
    pub(super) label: Option<String>,
    pub(super) shape: Shape,
    pub(super) pen: Pen,
    pub(super) direction: Option<Direction>,
    /// `dir`: whether there is an arrowhead at the start, and at the end.
    pub(super) heads: Option<[bool; 2]>,
}

impl Look {
    /// Sets what an attribute of `owner` says.
    pub(super) fn set(&mut self, owner: Owner, attribute: &Attribute) -> Result<(), Problem> {
        if !owner.supported().contains(&attribute.name.as_str()) {
            return Err(unsupported(owner, attribute));
        }
        let value = attribute.value.as_str();
        match attribute.name.as_str() {
            "label" => self.label = Some(value.to_owned()),
            "shape" => self.shape = pick(attribute, &SHAPES)?,
            "class" => self.pen.tone = pick(attribute, &TONES)?,
            "style" => self.pen.stroke = pick(attribute, &STROKES)?,
            "rankdir" => self.direction = Some(pick(attribute, &DIRECTIONS)?),
            _ => self.heads = Some(pick(attribute, &HEADS)?),
        }
        Ok(())
    }
}

const SHAPES: [(&str, Shape); 8] = [
    ("box", Shape::Box),
    ("ellipse", Shape::Ellipse),
    ("circle", Shape::Circle),
    ("diamond", Shape::Diamond),
    ("plaintext", Shape::Plaintext),
    ("cylinder", Shape::Cylinder),
    // Graphviz's other names of two of them.
    ("rect", Shape::Box),
    ("none", Shape::Plaintext),
];
const TONES: [(&str, Tone); 2] = [("hue", Tone::Hue), ("soft", Tone::Soft)];
const STROKES: [(&str, Stroke); 3] = [("solid", Stroke::Solid), ("dashed", Stroke::Dashed), ("dotted", Stroke::Dotted)];
const DIRECTIONS: [(&str, Direction); 2] = [("TB", Direction::Down), ("LR", Direction::Right)];
const HEADS: [(&str, [bool; 2]); 4] =
    [("forward", [false, true]), ("back", [true, false]), ("both", [true, true]), ("none", [false, false])];

fn pick<T: Copy>(attribute: &Attribute, values: &[(&str, T)]) -> Result<T, Problem> {
    let value = attribute.value.as_str();
    if let Some((_, found)) = values.iter().find(|(name, _)| *name == value) {
        return Ok(*found);
    }
    let names = values.iter().map(|(name, _)| *name);
    let message = format!("unknown {} `{value}`", attribute.name);
    let mut problem = Problem::new(attribute.value_span.clone(), message);
    if let Some(near) = nearest(value, names.clone()) {
        problem = problem.help(format!("did you mean `{near}`?"));
    }
    Err(problem.help(format!("supported: {}", listed(names))))
}

fn unsupported(owner: Owner, attribute: &Attribute) -> Problem {
    let name = attribute.name.as_str();
    let message = format!("the attribute `{name}` of {} is not supported", owner.name());
    let problem = Problem::new(attribute.name_span.clone(), message);
    let supported = owner.supported();
    if let Some(near) = nearest(name, supported.iter().copied()) {
        return problem.help(format!("did you mean `{near}`?"));
    }
    let is_colour = name.contains("color") || name.starts_with("font") || name == "penwidth";
    let problem = match (owner, name) {
        (Owner::Graph, "label") => problem.help("write `caption=\"…\"` after the word `dot`"),
        _ if is_colour => {
            problem.help("a drawing has the page's ink; `class=hue` gives a part the colour of its topic")
        }
        _ => problem,
    };
    match supported {
        [] => problem.help("a subgraph whose name begins with `cluster` has a frame, a label, a style and a class"),
        _ => problem.help(format!("supported: {}", listed(supported.iter().copied()))),
    }
}

/// `a`, `b`.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
