//! The network simplex: whole numbers for nodes, so that each edge has at least its length, and the sum of all weighted lengths is least.

use std::collections::VecDeque;

/// `head` is at least `length` after `tail`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Constraint {
    pub(super) tail: usize,
    pub(super) head: usize,
    pub(super) length: i32,
    /// What one unit more costs.
    pub(super) weight: i32,
}

/// Rounds for each node until a solution is good enough. Drawings need a fraction of them; the limit is for a graph that makes the method go in circles.
const ROUNDS: usize = 50;

/// Solves for `nodes` numbers; the least is 0. The constraints must not contain a cycle.
pub(super) fn solve(nodes: usize, constraints: &[Constraint]) -> Vec<i32> {
    let mut constraints = constraints.to_vec();
    connect(nodes, &mut constraints);
    let mut solver = Solver::new(nodes + 1, &constraints);
    solver.grow_tree();
    for _ in 0..ROUNDS * nodes {
        if !solver.improve() {
            break;
        }
    }
    solver.balance();
    solver.values.truncate(nodes);
    let least = solver.values.iter().min().copied().unwrap_or(0);
    for value in &mut solver.values {
        *value -= least;
    }
    solver.values
}

/// Adds a node before all that are first, so that the graph is connected. What is between costs nothing.
fn connect(nodes: usize, constraints: &mut Vec<Constraint>) {
    let mut part: Vec<usize> = (0..nodes).collect();
    for constraint in constraints.iter() {
        let (tail, head) = (root(&part, constraint.tail), root(&part, constraint.head));
        part[tail.max(head)] = tail.min(head);
    }
    let mut is_head = vec![false; nodes];
    for constraint in constraints.iter() {
        is_head[constraint.head] = true;
    }
    for node in 0..nodes {
        if part[node] == node {
            let first = (0..nodes).find(|&first| root(&part, first) == node && !is_head[first]).unwrap_or(node);
            constraints.push(Constraint { tail: nodes, head: first, length: 0, weight: 0 });
        }
    }
}

/// The node that stands for all that are connected with `node`.
fn root(part: &[usize], mut node: usize) -> usize {
    while part[node] != node {
        node = part[node];
    }
    node
}

struct Solver<'c> {
    constraints: &'c [Constraint],
    values: Vec<i32>,
    /// The constraints at each node.
    at_node: Vec<Vec<usize>>,
    /// The spanning tree, whose constraints have no slack.
    in_tree: Vec<bool>,
    /// The nodes in the order of a walk over the tree, each before those below it.
    walk: Vec<usize>,
    /// The constraint that leads up the tree.
    up: Vec<Option<usize>>,
    /// Where the nodes below a node begin and end in the walk.
    below: Vec<(usize, usize)>,
    /// For each node, the weight that leaves it without what enters it, and the same for all below it.
    surplus: Vec<i32>,
    surplus_below: Vec<i32>,
    /// Where the search for a constraint to improve goes on.
    next: usize,
}

impl<'c> Solver<'c> {
    fn new(nodes: usize, constraints: &'c [Constraint]) -> Self {
        let mut at_node = vec![Vec::new(); nodes];
        let mut surplus = vec![0; nodes];
        for (index, constraint) in constraints.iter().enumerate() {
            at_node[constraint.tail].push(index);
            at_node[constraint.head].push(index);
            surplus[constraint.tail] += constraint.weight;
            surplus[constraint.head] -= constraint.weight;
        }
        let mut solver = Self {
            constraints,
            values: vec![0; nodes],
            at_node,
            in_tree: vec![false; constraints.len()],
            walk: Vec::new(),
            up: vec![None; nodes],
            below: vec![(0, 0); nodes],
            surplus_below: surplus.clone(),
            surplus,
            next: 0,
        };
        solver.satisfy();
        solver
    }

    /// Gives each node the least value that its constraints allow.
    fn satisfy(&mut self) {
        let mut waits = vec![0; self.values.len()];
        for constraint in self.constraints {
            waits[constraint.head] += 1;
        }
        let mut ready: VecDeque<usize> = (0..waits.len()).filter(|&node| waits[node] == 0).collect();
        while let Some(node) = ready.pop_front() {
            for &index in &self.at_node[node] {
                let constraint = self.constraints[index];
                if constraint.tail == node {
                    let least = self.values[node] + constraint.length;
                    self.values[constraint.head] = self.values[constraint.head].max(least);
                    waits[constraint.head] -= 1;
                    if waits[constraint.head] == 0 {
                        ready.push_back(constraint.head);
                    }
                }
            }
        }
    }

    fn slack(&self, index: usize) -> i32 {
        let constraint = self.constraints[index];
        self.values[constraint.head] - self.values[constraint.tail] - constraint.length
    }

    /// Finds a spanning tree of constraints without slack, and moves nodes where there is none.
    fn grow_tree(&mut self) {
        let nodes = self.values.len();
        let mut reached = vec![false; nodes];
        let mut members = vec![nodes - 1];
        reached[nodes - 1] = true;
        let mut checked = 0;
        loop {
            while checked < members.len() {
                let node = members[checked];
                for index in self.at_node[node].clone() {
                    let other = self.other_end(index, node);
                    if !reached[other] && self.slack(index) == 0 {
                        reached[other] = true;
                        self.in_tree[index] = true;
                        members.push(other);
                    }
                }
                checked += 1;
            }
            let is_border = |index: &usize| {
                let constraint = self.constraints[*index];
                reached[constraint.tail] != reached[constraint.head]
            };
            let nearest = (0..self.constraints.len()).filter(is_border).min_by_key(|&index| self.slack(index));
            let Some(nearest) = nearest else { break };
            let slack = self.slack(nearest);
            let shift = if reached[self.constraints[nearest].tail] { slack } else { -slack };
            for &member in &members {
                self.values[member] += shift;
            }
            checked = 0;
        }
        self.walk_tree();
    }

    fn other_end(&self, index: usize, node: usize) -> usize {
        let constraint = self.constraints[index];
        constraint.tail + constraint.head - node
    }

    /// Walks over the tree, and sums up what is below each node.
    fn walk_tree(&mut self) {
        self.walk.clear();
        let root = self.values.len() - 1;
        self.up[root] = None;
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            self.below[node].0 = self.walk.len();
            self.walk.push(node);
            for at in 0..self.at_node[node].len() {
                let index = self.at_node[node][at];
                if self.in_tree[index] && self.up[node] != Some(index) {
                    let other = self.other_end(index, node);
                    self.up[other] = Some(index);
                    open.push(other);
                }
            }
        }
        self.surplus_below.copy_from_slice(&self.surplus);
        for &node in &self.walk {
            self.below[node].1 = self.below[node].0 + 1;
        }
        for &node in self.walk.iter().rev() {
            if let Some(index) = self.up[node] {
                let parent = self.other_end(index, node);
                self.surplus_below[parent] += self.surplus_below[node];
                self.below[parent].1 = self.below[parent].1.max(self.below[node].1);
            }
        }
    }

    /// What lengthening the constraint above `node` would cost: the weight of all constraints across, in its direction, without that in the other one.
    fn cut(&self, node: usize) -> Option<i32> {
        let constraint = self.constraints[self.up[node]?];
        Some(if constraint.tail == node { self.surplus_below[node] } else { -self.surplus_below[node] })
    }

    fn is_below(&self, node: usize, above: usize) -> bool {
        let (start, end) = self.below[above];
        (start..end).contains(&self.below[node].0)
    }

    /// The constraint with the least slack from the head's side of the one above `node` to its tail's side.
    fn entering(&self, node: usize) -> Option<usize> {
        let leaving = self.constraints[self.up[node]?];
        let tail_is_below = leaving.tail == node;
        let crosses = |index: &usize| {
            let constraint = self.constraints[*index];
            self.is_below(constraint.tail, node) != tail_is_below
                && self.is_below(constraint.head, node) == tail_is_below
        };
        (0..self.constraints.len()).filter(crosses).min_by_key(|&index| self.slack(index))
    }

    /// Moves the head's side of the constraint above `node` away from its tail's side.
    fn lengthen(&mut self, node: usize, by: i32) {
        let Some(up) = self.up[node] else { return };
        let below_is_head = self.constraints[up].head == node;
        let (start, end) = self.below[node];
        for (place, &member) in self.walk.iter().enumerate() {
            if (start..end).contains(&place) == below_is_head {
                self.values[member] += by;
            }
        }
    }

    /// Replaces one constraint of the tree. `false` if that would gain nothing.
    fn improve(&mut self) -> bool {
        let nodes = self.values.len();
        let candidates = (0..nodes).map(|step| (self.next + step) % nodes);
        let Some(node) = candidates.into_iter().find(|&node| self.cut(node).is_some_and(|cut| cut < 0)) else {
            return false;
        };
        let (Some(leaving), Some(entering)) = (self.up[node], self.entering(node)) else { return false };
        self.next = (node + 1) % nodes;
        self.lengthen(node, self.slack(entering));
        self.in_tree[leaving] = false;
        self.in_tree[entering] = true;
        self.walk_tree();
        true
    }

    /// Moves what may be moved without a cost to the middle of its room.
    fn balance(&mut self) {
        for node in 0..self.values.len() {
            if self.cut(node) == Some(0)
                && let Some(entering) = self.entering(node)
            {
                let slack = self.slack(entering);
                if slack > 1 {
                    self.lengthen(node, slack / 2);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn solved(nodes: usize, constraints: &[(usize, usize, i32, i32)]) -> Vec<i32> {
        let constraint = |&(tail, head, length, weight): &_| Constraint { tail, head, length, weight };
        solve(nodes, &constraints.iter().map(constraint).collect::<Vec<_>>())
    }

    #[test]
    fn lengths_are_kept_and_their_sum_is_least() {
        assert_eq!(solved(1, &[]), [0]);
        assert_eq!(solved(3, &[(0, 1, 1, 1), (1, 2, 1, 1), (0, 2, 1, 1)]), [0, 1, 2]);
        // The node 3 is drawn to the end of its edge, and not to its start.
        assert_eq!(solved(4, &[(0, 1, 1, 1), (1, 2, 1, 1), (3, 2, 1, 1)]), [0, 1, 2, 1]);
        // The heavy edge is short, whatever the light one costs.
        assert_eq!(solved(4, &[(0, 1, 1, 1), (0, 2, 5, 1), (2, 3, 1, 1), (1, 3, 1, 9)]), [0, 5, 5, 6]);
    }

    #[test]
    fn what_could_be_anywhere_is_in_the_middle() {
        // 2 is somewhere between 0 and 1, which are 10 apart: two auxiliary nodes draw it to both.
        let edges = [(0, 1, 10, 0), (3, 0, 0, 1), (3, 2, 0, 1), (4, 2, 0, 1), (4, 1, 0, 1)];
        let values = solved(5, &edges);
        assert_eq!((values[1] - values[0], values[2] - values[0]), (10, 5));
    }
}
