//! Ranks: edges lead to later ones. An edge that closes a cycle is turned around.

use super::graph::Request;
use super::simplex::{Constraint, solve};

/// The rank of each node, and which edges lead against the ranks.
pub(super) struct Ranking {
    pub(super) ranks: Vec<usize>,
    pub(super) is_turned: Vec<bool>,
}

/// Ranks the nodes of a connected graph. If an edge has a label, all edges are two ranks long: the label is between.
pub(super) fn rank(request: &Request) -> Ranking {
    let is_turned = turn_cycles(request);
    let length = if request.links.iter().any(|link| link.label.is_some()) { 2 } else { 1 };
    let constraints = request.links.iter().zip(&is_turned).map(|(link, &is_turned)| {
        let (tail, head) = if is_turned { (link.to, link.from) } else { (link.from, link.to) };
        Constraint { tail, head, length, weight: 1 }
    });
    let values = solve(request.blocks.len(), &constraints.collect::<Vec<_>>());
    let mut ranks: Vec<usize> = values.into_iter().map(|value| usize::try_from(value).unwrap_or(0)).collect();
    raise_to_groups(request, &mut ranks);
    Ranking { ranks, is_turned }
}

/// A node without edges is in the first rank of its cluster.
fn raise_to_groups(request: &Request, ranks: &mut [usize]) {
    let mut is_linked = vec![false; ranks.len()];
    for link in &request.links {
        (is_linked[link.from], is_linked[link.to]) = (true, true);
    }
    for block in (0..ranks.len()).filter(|&block| !is_linked[block]) {
        for group in request.around(request.blocks[block].group) {
            let in_group = |other: &usize| request.around(request.blocks[*other].group).any(|around| around == group);
            let linked = (0..ranks.len()).filter(|&other| is_linked[other]).filter(in_group);
            if let Some(first) = linked.map(|other| ranks[other]).min() {
                ranks[block] = first;
                break;
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    Not,
    Open,
    Done,
}

/// Walks along the edges, and turns each that leads back to where the walk came from.
fn turn_cycles(request: &Request) -> Vec<bool> {
    let mut is_turned = vec![false; request.links.len()];
    let mut outgoing = vec![Vec::new(); request.blocks.len()];
    request.links.iter().enumerate().for_each(|(index, link)| outgoing[link.from].push(index));
    let mut visits = vec![Visit::Not; request.blocks.len()];
    let mut has_incoming = vec![false; request.blocks.len()];
    for link in &request.links {
        has_incoming[link.to] = true;
    }
    let (first, others): (Vec<_>, Vec<_>) = (0..request.blocks.len()).partition(|&block| !has_incoming[block]);
    for start in first.into_iter().chain(others) {
        if visits[start] != Visit::Not {
            continue;
        }
        visits[start] = Visit::Open;
        let mut path = vec![(start, 0)];
        while let Some((block, next)) = path.last_mut() {
            let Some(&index) = outgoing[*block].get(*next) else {
                visits[*block] = Visit::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let to = request.links[index].to;
            match visits[to] {
                Visit::Open => is_turned[index] = true,
                Visit::Not => {
                    visits[to] = Visit::Open;
                    path.push((to, 0));
                }
                Visit::Done => {}
            }
        }
    }
    is_turned
}
