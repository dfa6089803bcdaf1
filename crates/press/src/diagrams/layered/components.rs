//! The parts of a graph that are not connected: split, and placed in rows.

use std::collections::HashMap;

use super::graph::{Layout, Request};
use crate::diagrams::canvas::{Point, at};

/// Between two parts.
const GAP: i32 = 28;

/// A part, and the indices of what is in it in the whole graph.
pub(super) struct Part {
    pub(super) request: Request,
    blocks: Vec<usize>,
    links: Vec<usize>,
    groups: Vec<usize>,
}

/// The connected parts. What is in one cluster is connected.
pub(super) fn split(request: &Request) -> Vec<Part> {
    let mut part: Vec<usize> = (0..request.blocks.len()).collect();
    let mut first_of_group = HashMap::new();
    let in_groups = request.blocks.iter().enumerate().filter_map(|(block, of)| {
        let outermost = request.around(of.group).last()?;
        Some((*first_of_group.entry(outermost).or_insert(block), block))
    });
    let pairs: Vec<_> = in_groups.chain(request.links.iter().map(|link| (link.from, link.to))).collect();
    for (one, other) in pairs {
        let (kept, merged) = (part[one].min(part[other]), part[one].max(part[other]));
        part.iter_mut().filter(|part| **part == merged).for_each(|part| *part = kept);
    }
    let mut roots = part.clone();
    roots.sort_unstable();
    roots.dedup();
    roots.into_iter().map(|root| extract(request, &part, root)).collect()
}

fn extract(request: &Request, part: &[usize], root: usize) -> Part {
    let blocks: Vec<usize> = (0..part.len()).filter(|&block| part[block] == root).collect();
    let links: Vec<usize> = (0..request.links.len()).filter(|&link| part[request.links[link].from] == root).collect();
    let is_inside = |group: &usize| {
        blocks.iter().any(|&block| request.around(request.blocks[block].group).any(|around| around == *group))
    };
    let groups: Vec<usize> = (0..request.groups.len()).filter(is_inside).collect();
    let new_block = |block: usize| blocks.binary_search(&block).unwrap_or_default();
    let new_group = |group: Option<usize>| group.and_then(|group| groups.binary_search(&group).ok());
    let mut own = Request { spacing: request.spacing, ..Request::default() };
    for &block in &blocks {
        let block = &request.blocks[block];
        own.blocks.push(super::Block { group: new_group(block.group), ..block.clone() });
    }
    for &link in &links {
        let link = &request.links[link];
        own.links.push(super::Link { from: new_block(link.from), to: new_block(link.to), label: link.label });
    }
    for &group in &groups {
        let group = &request.groups[group];
        own.groups.push(super::Group { parent: new_group(group.parent), ..group.clone() });
    }
    Part { request: own, blocks, links, groups }
}

/// Puts the parts next to each other, and begins a new row where one would be wider than `limit`.
pub(super) fn join(request: &Request, parts: &[Part], placed: Vec<Layout>, limit: i32) -> Layout {
    let mut whole = Layout {
        blocks: vec![Point::default(); request.blocks.len()],
        routes: vec![super::Route::default(); request.links.len()],
        groups: vec![super::Rectangle::default(); request.groups.len()],
        ..Layout::default()
    };
    let mut corner = at(0, 0);
    for (part, mut layout) in parts.iter().zip(placed) {
        if corner.x > 0 && corner.x + layout.size.x > limit {
            corner = at(0, whole.size.y + GAP);
        }
        layout.map(|point| at(point.x + corner.x, point.y + corner.y));
        whole.size.x = whole.size.x.max(corner.x + layout.size.x);
        whole.size.y = whole.size.y.max(corner.y + layout.size.y);
        corner.x += layout.size.x + GAP;
        part.blocks.iter().zip(layout.blocks).for_each(|(&block, point)| whole.blocks[block] = point);
        part.links.iter().zip(layout.routes).for_each(|(&link, route)| whole.routes[link] = route);
        part.groups.iter().zip(layout.groups).for_each(|(&group, rectangle)| whole.groups[group] = rectangle);
    }
    whole
}
