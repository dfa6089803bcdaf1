//! The order within ranks: few crossings, clusters together and in the same order in all ranks, and otherwise the order in which the author named things.

use std::collections::BTreeMap;

use super::graph::Request;
use super::layers::{Content, Layers};

/// Sweeps over all ranks. Small graphs need a few of them.
const SWEEPS: usize = 16;

/// Positions are compared in fractions of a place, so that a mean of positions is a whole number.
const UNIT: i64 = 1 << 10;

/// Sorts each rank.
pub(super) fn sort(layers: &mut Layers, request: &Request) {
    let mut sorter = Sorter::new(layers, request);
    sorter.arrange();
    let mut best = (sorter.crossings(), sorter.ranks.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        sorter.sweep(sweep % 2 == 0);
        sorter.swap_neighbours();
        let crossings = sorter.crossings();
        if crossings < best.0 {
            best = (crossings, sorter.ranks.clone());
        }
    }
    layers.ranks = best.1;
}

/// A vertex or a cluster, among those directly in the same cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Vertex(usize),
    Group(usize),
}

struct Sorter<'l> {
    layers: &'l Layers,
    request: &'l Request,
    ranks: Vec<Vec<usize>>,
    /// The neighbours of each vertex in the rank before, and in the one after.
    neighbours: [Vec<Vec<usize>>; 2],
    /// Where each vertex is sorted to.
    keys: Vec<i64>,
}

impl<'l> Sorter<'l> {
    fn new(layers: &'l Layers, request: &'l Request) -> Self {
        let none = vec![Vec::new(); layers.vertices.len()];
        let mut neighbours = [none.clone(), none];
        for (upper, lower) in layers.segments() {
            neighbours[0][lower].push(upper);
            neighbours[1][upper].push(lower);
        }
        let keys = initial_keys(layers, &neighbours);
        Self { layers, request, ranks: layers.ranks.clone(), neighbours, keys }
    }

    /// Sorts all ranks by the keys.
    fn arrange(&mut self) {
        let groups = self.group_keys();
        for rank in 0..self.ranks.len() {
            let sorted = self.sorted(&self.ranks[rank], None, &groups);
            self.ranks[rank] = sorted;
        }
        self.number();
    }

    /// Sets each key to the position in the rank, counted from its middle.
    fn number(&mut self) {
        for rank in &self.ranks {
            for (place, &vertex) in rank.iter().enumerate() {
                self.keys[vertex] = centred(place, rank.len());
            }
        }
    }

    /// The key of a cluster in all ranks: the mean of the keys of what it contains.
    fn group_keys(&self) -> Vec<i64> {
        let mut sums = vec![(0, 0); self.request.groups.len()];
        for (vertex, of) in self.layers.vertices.iter().enumerate() {
            for group in self.request.around(of.group) {
                sums[group] = (sums[group].0 + self.keys[vertex], sums[group].1 + 1);
            }
        }
        sums.into_iter().map(|(sum, count)| sum / count.max(1)).collect()
    }

    /// The vertices within `parent`, sorted by their keys and those of their clusters.
    fn sorted(&self, vertices: &[usize], parent: Option<usize>, groups: &[i64]) -> Vec<usize> {
        let mut items: BTreeMap<Item, Vec<usize>> = BTreeMap::new();
        for &vertex in vertices {
            items.entry(self.item(vertex, parent)).or_default().push(vertex);
        }
        let mut items: Vec<(i64, usize, Item, Vec<usize>)> = items
            .into_iter()
            .map(|(item, vertices)| match item {
                Item::Vertex(vertex) => (self.keys[vertex], 1, item, vertices),
                Item::Group(group) => (groups[group], 0, item, vertices),
            })
            .collect();
        // Where keys are equal, vertices keep their order, and clusters theirs.
        let place = |vertices: &[usize]| self.place_of(vertices[0]);
        items.sort_by_key(|(key, kind, item, vertices)| {
            (*key, if matches!(item, Item::Group(_)) { 0 } else { place(vertices) }, *kind, *item)
        });
        let sorted = items.into_iter().flat_map(|(_, _, item, vertices)| match item {
            Item::Vertex(_) => vertices,
            Item::Group(group) => self.sorted(&vertices, Some(group), groups),
        });
        sorted.collect()
    }

    fn place_of(&self, vertex: usize) -> usize {
        let rank = &self.ranks[self.layers.vertices[vertex].rank];
        rank.iter().position(|other| *other == vertex).map_or(0, |place| place + 1)
    }

    /// The vertex itself, or the cluster directly within `parent` that it is in.
    fn item(&self, vertex: usize, parent: Option<usize>) -> Item {
        let around = self.request.around(self.layers.vertices[vertex].group);
        around.take_while(|group| Some(*group) != parent).last().map_or(Item::Vertex(vertex), Item::Group)
    }

    /// Sorts each rank by the median of its neighbours in the rank before it, down or up.
    fn sweep(&mut self, is_down: bool) {
        let count = self.ranks.len();
        let side = usize::from(!is_down);
        let order: Vec<usize> =
            if is_down { (1..count).collect() } else { (0..count.saturating_sub(1)).rev().collect() };
        for rank in order {
            for vertex in self.ranks[rank].clone() {
                let mut keys: Vec<i64> = self.neighbours[side][vertex].iter().map(|&other| self.keys[other]).collect();
                keys.sort_unstable();
                self.keys[vertex] = median(&keys).unwrap_or(self.keys[vertex]);
            }
            let groups = self.group_keys();
            let sorted = self.sorted(&self.ranks[rank], None, &groups);
            for (place, &vertex) in sorted.iter().enumerate() {
                self.keys[vertex] = centred(place, sorted.len());
            }
            self.ranks[rank] = sorted;
        }
        self.arrange();
    }

    /// Swaps neighbours of a rank as long as that removes crossings.
    fn swap_neighbours(&mut self) {
        for _ in 0..4 {
            let mut is_better = false;
            for rank in 0..self.ranks.len() {
                for place in 1..self.ranks[rank].len() {
                    let (left, right) = (self.ranks[rank][place - 1], self.ranks[rank][place]);
                    let can_swap = self.layers.vertices[left].group == self.layers.vertices[right].group;
                    if can_swap && self.crossings_of(right, left) < self.crossings_of(left, right) {
                        self.ranks[rank].swap(place - 1, place);
                        let number = self.ranks[rank].len();
                        self.keys[right] = centred(place - 1, number);
                        self.keys[left] = centred(place, number);
                        is_better = true;
                    }
                }
            }
            if !is_better {
                break;
            }
        }
    }

    /// How often the edges of two neighbours cross if `left` is left of `right`.
    fn crossings_of(&self, left: usize, right: usize) -> usize {
        let crossings = self.neighbours.iter().map(|neighbours| {
            let pairs = neighbours[left].iter().flat_map(|one| neighbours[right].iter().map(move |other| (one, other)));
            pairs.filter(|(one, other)| self.keys[**one] > self.keys[**other]).count()
        });
        crossings.sum()
    }

    /// How often edges cross in the whole graph.
    fn crossings(&self) -> usize {
        let mut crossings = 0;
        for rank in &self.ranks {
            let mut ends: Vec<i64> = Vec::new();
            for &vertex in rank {
                let keys: Vec<i64> = self.neighbours[1][vertex].iter().map(|&other| self.keys[other]).collect();
                crossings += keys.iter().map(|key| ends.iter().filter(|end| *end > key).count()).sum::<usize>();
                ends.extend(keys);
            }
        }
        crossings
    }
}

/// Keys by a walk from the first rank: what belongs together is next to each other, in the order of the author.
fn initial_keys(layers: &Layers, neighbours: &[Vec<Vec<usize>>; 2]) -> Vec<i64> {
    let mut keys = vec![-1; layers.vertices.len()];
    let mut next = 0;
    let is_block = |vertex: usize| matches!(layers.vertices[vertex].content, Content::Block(_));
    let (starts, others): (Vec<_>, Vec<_>) =
        (0..keys.len()).partition(|&vertex| is_block(vertex) && neighbours[0][vertex].is_empty());
    for start in starts.into_iter().chain(others) {
        let mut open = vec![start];
        while let Some(vertex) = open.pop() {
            if keys[vertex] < 0 {
                keys[vertex] = next;
                next += 1;
                open.extend(neighbours[1][vertex].iter().rev());
            }
        }
    }
    keys
}

fn centred(place: usize, count: usize) -> i64 {
    let [place, count] = [place, count].map(|number| i64::try_from(number).unwrap_or(0));
    (2 * place - count + 1) * UNIT / 2
}

/// The one in the middle, or the mean of the two.
fn median(sorted: &[i64]) -> Option<i64> {
    let middle = sorted.len() / 2;
    match sorted.len() % 2 {
        _ if sorted.is_empty() => None,
        1 => Some(sorted[middle]),
        _ => Some(i64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}
