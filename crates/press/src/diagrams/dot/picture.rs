//! Graph to picture: the widths at which labels are wrapped, the direction, and the drawing of what has been placed.

use super::graph::{Direction, Edge, Graph, Node};
use crate::diagrams::canvas::{Anchor, Canvas, HEAD, PHONE, Pen, Point, Side, Tone, at, rectangle};
use crate::diagrams::layered::{Block, Extent, Group, Layout, Link, Rectangle, Request, Route, place};
use crate::diagrams::text::{height, widest, wrap};

/// Around the drawing, for the thickness of its lines.
const MARGIN: i32 = 2;
/// Around what is in a cluster.
const PADDING: i32 = 12;
/// How far a loop leads away from its node.
const LOOP: i32 = 26;

/// From roomy to tight.
const TRIES: [Spacing; 5] = [
    Spacing { line: 28, room: 11, across: 28, along: 48 },
    Spacing { line: 22, room: 10, across: 22, along: 40 },
    Spacing { line: 16, room: 8, across: 16, along: 34 },
    Spacing { line: 13, room: 7, across: 14, along: 30 },
    Spacing { line: 10, room: 6, across: 12, along: 26 },
];

#[derive(Clone, Copy)]
struct Spacing {
    /// The longest line of a label, in characters.
    line: usize,
    /// Between a label and its outline.
    room: i32,
    /// Between nodes.
    across: i32,
    /// Between ranks.
    along: i32,
}

/// Draws the graph as roomy as a phone allows. Where its author has not chosen a direction, a graph that is too wide downwards leads to the right.
pub(super) fn draw(graph: &Graph) -> String {
    let directions = match graph.direction {
        Some(direction) => vec![direction],
        None => vec![Direction::Down, Direction::Right],
    };
    let mut best: Option<Picture> = None;
    for direction in directions {
        for spacing in TRIES {
            let picture = Picture::new(graph, direction, spacing);
            let width = picture.layout.size.x + 2 * MARGIN;
            if width <= PHONE {
                return picture.draw();
            }
            if best.as_ref().is_none_or(|best| picture.layout.size.x < best.layout.size.x) {
                best = Some(picture);
            }
        }
    }
    best.map(Picture::draw).unwrap_or_default()
}

struct Picture<'g> {
    graph: &'g Graph,
    /// Between a label and its outline.
    room: i32,
    leads_right: bool,
    /// The lines of the label of each node, edge and cluster.
    nodes: Vec<Vec<String>>,
    edges: Vec<Vec<String>>,
    clusters: Vec<Vec<String>>,
    /// The edges that lead from one node to another; the others are loops.
    links: Vec<usize>,
    layout: Layout,
}

impl<'g> Picture<'g> {
    fn new(graph: &'g Graph, direction: Direction, spacing: Spacing) -> Self {
        let limit = spacing.line;
        let links = (0..graph.edges.len()).filter(|&edge| graph.edges[edge].from != graph.edges[edge].to);
        let mut picture = Self {
            graph,
            room: spacing.room,
            leads_right: direction == Direction::Right,
            nodes: graph.nodes.iter().map(|node| wrap(&node.label, limit)).collect(),
            edges: graph.edges.iter().map(|edge| wrap(&edge.label, limit)).collect(),
            clusters: graph.clusters.iter().map(|cluster| wrap(&cluster.label, limit + 8)).collect(),
            links: links.collect(),
            layout: Layout::default(),
        };
        let link = |&edge: &usize| {
            let Edge { from, to, .. } = graph.edges[edge];
            Link { from, to, label: size_of(&picture.edges[edge]) }
        };
        let request = Request {
            blocks: (0..graph.nodes.len()).map(|node| picture.block(node)).collect(),
            links: picture.links.iter().map(link).collect(),
            groups: (0..graph.clusters.len()).map(|cluster| picture.group(cluster)).collect(),
            spacing: (spacing.across, spacing.along),
        };
        picture.layout = place(&request, PHONE, picture.leads_right);
        picture
    }

    fn block(&self, node: usize) -> Block {
        let of: &Node = &self.graph.nodes[node];
        let (x, y) = self.half_size(node);
        let mut extent = Extent { left: x, right: x, top: y, bottom: y };
        for (edge, _) in self.loops_of(node) {
            let (width, height) = size_of(&self.edges[edge]).unwrap_or_default();
            if self.leads_right {
                extent.top = extent.top.max(y + LOOP + height);
                (extent.left, extent.right) = (x.max(width / 2), x.max(width / 2));
            } else {
                extent.right = extent.right.max(x + LOOP + width);
                (extent.top, extent.bottom) = (y.max(height / 2), y.max(height / 2));
            }
        }
        let ports = of.shape.ports(if self.leads_right { y } else { x });
        Block { extent, ports, group: of.cluster }
    }

    fn half_size(&self, node: usize) -> (i32, i32) {
        self.graph.nodes[node].shape.half_size(&self.nodes[node], self.room)
    }

    fn loops_of(&self, node: usize) -> impl Iterator<Item = (usize, &Edge)> {
        let edges = self.graph.edges.iter().enumerate();
        edges.filter(move |(_, edge)| edge.from == node && edge.to == node)
    }

    fn group(&self, cluster: usize) -> Group {
        let of = &self.graph.clusters[cluster];
        let (width, height) = size_of(&self.clusters[cluster]).unwrap_or_default();
        let padding = Extent { left: PADDING, right: PADDING, top: PADDING.max(height + 12), bottom: PADDING };
        Group { parent: of.parent, padding, min_width: width + 16, min_height: 0 }
    }

    fn draw(self) -> String {
        let mut picture = self;
        picture.layout.shift(MARGIN);
        let mut canvas = Canvas::default();
        for cluster in 0..picture.graph.clusters.len() {
            picture.draw_cluster(&mut canvas, cluster);
        }
        for (route, &edge) in picture.layout.routes.iter().zip(&picture.links) {
            picture.draw_edge(&mut canvas, route, edge);
        }
        for (node, of) in picture.graph.nodes.iter().enumerate() {
            let centre = picture.layout.blocks[node];
            let label = &picture.nodes[node];
            of.shape.draw(&mut canvas, of.pen, centre, picture.half_size(node));
            let drop = if of.shape == super::graph::Shape::Cylinder { 4 } else { 0 };
            canvas.lines((of.pen.tone, Anchor::Middle), at(centre.x, centre.y - height(label) / 2 + drop), label);
            for (index, (edge, of)) in picture.loops_of(node).enumerate() {
                picture.draw_loop(&mut canvas, (node, index), (edge, of));
            }
        }
        let size = picture.layout.size;
        canvas.finish(size.x + 2 * MARGIN, size.y + 2 * MARGIN)
    }

    fn draw_cluster(&self, canvas: &mut Canvas, cluster: usize) {
        let (of, area, label) = (&self.graph.clusters[cluster], self.layout.groups[cluster], &self.clusters[cluster]);
        // A frame is a thin rule: what it contains comes first.
        let tone = if of.pen.tone == Tone::Ink { Tone::Soft } else { of.pen.tone };
        canvas.line(Pen { tone, ..of.pen }, &rectangle(area.from, area.to.x - area.from.x, area.to.y - area.from.y));
        let (place, anchor) = match self.label_area(cluster) {
            (area, true) => (at(area.from.x, area.from.y), Anchor::Start),
            (area, false) => (at(area.to.x, area.from.y), Anchor::End),
        };
        canvas.lines((tone, anchor), place, label);
    }

    /// The place of the label of a cluster, and whether it is at the left: where fewer edges would cross it.
    fn label_area(&self, cluster: usize) -> (Rectangle, bool) {
        let (area, label) = (self.layout.groups[cluster], &self.clusters[cluster]);
        let (width, top) = (widest(label), area.from.y + 4);
        let [left, right] = [area.from.x + 8, area.to.x - 8 - width]
            .map(|x| Rectangle { from: at(x, top), to: at(x + width, top + height(label) - 3) });
        let crossed = |area: &Rectangle| {
            let pieces = self.layout.routes.iter().flat_map(|route| &route.pieces);
            pieces.flat_map(|piece| piece.windows(2)).filter(|pair| area.is_crossed(pair[0], pair[1])).count()
        };
        if crossed(&right) < crossed(&left) { (right, false) } else { (left, true) }
    }

    /// Where the edge at `point`, in the middle of its node, meets the outline; the next point is `towards` it.
    fn clipped(&self, node: usize, point: Point, towards: Point) -> Point {
        let shape = self.graph.nodes[node].shape;
        let (x, y) = self.half_size(node);
        let centre = self.layout.blocks[node];
        if self.leads_right {
            let reach = shape.reach(point.y - centre.y, (y, x));
            at(centre.x + reach * (towards.x - point.x).signum(), point.y)
        } else {
            let reach = shape.reach(point.x - centre.x, (x, y));
            at(point.x, centre.y + reach * (towards.y - point.y).signum())
        }
    }

    fn draw_edge(&self, canvas: &mut Canvas, route: &Route, edge: usize) {
        let of = &self.graph.edges[edge];
        let mut pieces = route.pieces.clone();
        let last = pieces.len() - 1;
        for (node, piece, is_end) in [(of.from, 0, false), (of.to, last, true)] {
            let points = &mut pieces[piece];
            if is_end {
                points.reverse();
            }
            let (within, tip) = (points[0], self.clipped(node, points[0], points[1]));
            points[0] = tip;
            if of.heads[usize::from(is_end)] {
                let side = side(tip, within, self.leads_right);
                canvas.head(of.pen.tone, tip, side);
                // The line ends within the head, and is straight there.
                points[0] = back(tip, side);
                let is_passed = (points[1].x - tip.x).abs() + (points[1].y - tip.y).abs() < HEAD - 2;
                points[1] = if is_passed { points[0] } else { points[1] };
            }
            if is_end {
                points.reverse();
            }
        }
        let labels: Vec<Rectangle> = (0..self.clusters.len()).map(|cluster| self.label_area(cluster).0).collect();
        for piece in &pieces {
            canvas.line(of.pen, &self.data(piece, &labels));
        }
        if let Some(centre) = route.label {
            let label = &self.edges[edge];
            let top = at(centre.x, centre.y - height(label) / 2);
            canvas.lines((of.pen.tone, Anchor::Middle), top, label);
        }
    }

    /// Path data: straight lines and curves through the points. A straight line is interrupted where it would cross a label.
    fn data(&self, points: &[Point], labels: &[Rectangle]) -> String {
        let mut data = format!("M{} {}", points[0].x, points[0].y);
        for pair in points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let middle = at(i32::midpoint(from.x, to.x), i32::midpoint(from.y, to.y));
            let end = if from == to {
                continue;
            } else if let Some(label) = labels.iter().find(|label| label.is_crossed(from, to)) {
                let (before, after) =
                    if from.y < to.y { (label.from.y, label.to.y) } else { (label.to.y, label.from.y) };
                format!("V{before}M{} {after}V{}", from.x, to.y)
            } else if from.x == to.x {
                format!("V{}", to.y)
            } else if from.y == to.y {
                format!("H{}", to.x)
            } else if self.leads_right {
                format!("C{} {} {} {} {} {}", middle.x, from.y, middle.x, to.y, to.x, to.y)
            } else {
                format!("C{} {} {} {} {} {}", from.x, middle.y, to.x, middle.y, to.x, to.y)
            };
            data.push_str(&end);
        }
        data
    }

    /// An edge from a node to itself, at the side at which there are no other edges. A second one is within the first.
    fn draw_loop(&self, canvas: &mut Canvas, (node, index): (usize, usize), (edge, of): (usize, &Edge)) {
        let (shape, centre) = (self.graph.nodes[node].shape, self.layout.blocks[node]);
        let (x, y) = self.half_size(node);
        let inset = i32::try_from(index).unwrap_or(0) * 5;
        let (along, half) = if self.leads_right { (x, (x, y)) } else { (y, (y, x)) };
        let rise = (along / 2 - inset).clamp(4, 14);
        let start = shape.reach(rise, half);
        let out = start + (LOOP - inset).max(HEAD + 4) * 4 / 3;
        let end = if of.heads[1] { start + HEAD - 2 } else { start };
        // Across the node and along its side, as a point of the drawing.
        let place = |across: i32, along: i32| {
            if self.leads_right {
                at(centre.x + along, centre.y - across)
            } else {
                at(centre.x + across, centre.y + along)
            }
        };
        let points =
            [(start, -rise), (out, -rise - 6), (out, rise), (end, rise)].map(|(across, along)| place(across, along));
        let [from, one, other, to] = points.map(|point| format!("{} {}", point.x, point.y));
        canvas.line(of.pen, &format!("M{from}C{one} {other} {to}"));
        if of.heads[1] {
            canvas.head(of.pen.tone, place(start, rise), if self.leads_right { Side::Down } else { Side::Left });
        }
        let label = &self.edges[edge];
        if self.leads_right {
            let top = at(centre.x, centre.y - y - LOOP - height(label));
            canvas.lines((of.pen.tone, Anchor::Middle), top, label);
        } else {
            let top = at(centre.x + x + LOOP + 2, centre.y - height(label) / 2);
            canvas.lines((of.pen.tone, Anchor::Start), top, label);
        }
    }
}

impl Rectangle {
    /// Whether a vertical line crosses it.
    fn is_crossed(&self, from: Point, to: Point) -> bool {
        let is_between = self.from.y > from.y.min(to.y) && self.to.y < from.y.max(to.y);
        from.x == to.x && is_between && self.from.x - 3 < from.x && from.x < self.to.x + 3
    }
}

impl Layout {
    /// Moves everything away from the edge of the drawing.
    fn shift(&mut self, by: i32) {
        self.map(|point| at(point.x + by, point.y + by));
    }
}

/// The side to which an arrow from one point to another points.
fn side(from: Point, to: Point, leads_right: bool) -> Side {
    match leads_right {
        true if from.x < to.x => Side::Right,
        true => Side::Left,
        false if from.y < to.y => Side::Down,
        false => Side::Up,
    }
}

/// A point within the arrowhead at `tip`.
fn back(tip: Point, side: Side) -> Point {
    let by = HEAD - 2;
    match side {
        Side::Left => at(tip.x + by, tip.y),
        Side::Right => at(tip.x - by, tip.y),
        Side::Up => at(tip.x, tip.y + by),
        Side::Down => at(tip.x, tip.y - by),
    }
}

/// The width and height that a label takes within an edge or a frame. `None` if there is none.
fn size_of(label: &[String]) -> Option<(i32, i32)> {
    let width = widest(label);
    (width > 0).then(|| (width + 6, height(label)))
}
