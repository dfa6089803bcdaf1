//! Which posts have what is asked for, and how well: every posting of a clause adds to the score of its post.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::budget::Budget;
use crate::format::Sections;
use crate::postings::{Positions, Postings};
use crate::query::{MAX_TERMS, Phrase};
use crate::resolve::Clause;

/// The phrases of a query that are looked for. With the terms they are the bits of a `u16`.
const MAX_PHRASES: usize = 16 - MAX_TERMS;

/// The postings that a prefix with all its words may cost: three times a word that is in all of 10,000 posts.
const EXPANSION_POSTINGS: u32 = 30_000;

/// The score of each post and what it has: a bit for each clause and each phrase.
#[derive(Debug)]
pub(crate) struct Table {
    scores: Vec<u32>,
    found: Vec<u16>,
    /// The bits that a post should have.
    wanted: u16,
}

/// A post with its score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ranked {
    pub(crate) score: u32,
    /// The newest is the greatest.
    pub(crate) post: Reverse<u32>,
}

/// The weight of a word: 16 times the binary logarithm of how many posts there are for one that has it.
pub(crate) fn weight(posts: u32, count: u32) -> u32 {
    let ratio = (u64::from(posts) + 1) * 16 / u64::from(count.max(1));
    let whole = ratio.checked_ilog2().unwrap_or(0);
    let fraction = if whole >= 4 { ratio >> (whole - 4) & 15 } else { 0 };
    // A word that is in all posts still counts a little, since posts differ in how often they have it.
    (whole.saturating_sub(4) * 16) + u32::try_from(fraction).unwrap_or(0) + 4
}

impl Table {
    /// Reads the postings of all clauses, those in fewest posts first.
    pub(crate) fn fill(sections: &Sections<'_>, clauses: &[Clause<'_>], budget: &mut Budget) -> Self {
        let posts = sections.posts as usize;
        let mut table = Self { scores: vec![0; posts], found: vec![0; posts], wanted: 0 };
        let mut order: Vec<_> = clauses.iter().enumerate().map(|(n, clause)| (clause.count(), n)).collect();
        order.sort_unstable();
        for (count, n) in order {
            table.wanted |= 1 << n;
            let weight = weight(sections.posts, count);
            table.add(&clauses[n], 1 << n, weight, budget);
        }
        table
    }

    fn add(&mut self, clause: &Clause<'_>, bit: u16, weight: u32, budget: &mut Budget) {
        let mut postings = Postings::default();
        let mut left = EXPANSION_POSTINGS;
        for (group, full) in &clause.groups {
            left = left.saturating_sub(group.count);
            if left == 0 && clause.groups.len() > 1 {
                return;
            }
            for block in 0..group.blocks() {
                let last = postings.iter().last().map_or(0, |(post, _)| post + 1);
                if group.read(block, &mut postings, budget).is_none() {
                    return self.assume(if block == 0 { 0 } else { last }, bit);
                }
                for (post, impact) in postings.iter() {
                    self.put(post, bit, weight * full * (impact + 1));
                }
            }
        }
    }

    fn put(&mut self, post: u32, bit: u16, score: u32) {
        if let (Some(found), Some(sum)) = (self.found.get_mut(post as usize), self.scores.get_mut(post as usize))
            && *found & bit == 0
        {
            *found |= bit;
            *sum = sum.saturating_add(score);
        }
    }

    /// Without a budget for the rest of a word's postings, the posts from here on that have another word count as if they had it: a word that
    /// costs so much is in most of them.
    fn assume(&mut self, from: u32, bit: u16) {
        for found in self.found.iter_mut().skip(from as usize).filter(|found| **found != 0) {
            *found |= bit;
        }
    }

    /// Leaves only these posts: all of them if nothing else is asked for.
    pub(crate) fn filter(&mut self, allowed: &[bool]) {
        let is_all = self.wanted == 0;
        self.wanted |= u16::from(is_all);
        for (found, allowed) in self.found.iter_mut().zip(allowed) {
            *found = if is_all { u16::from(*allowed) } else { *found * u16::from(*allowed) };
        }
    }

    /// Looks for each phrase in the posts that have all its words.
    pub(crate) fn find_phrases(&mut self, phrases: &[Phrase], clauses: &[Clause<'_>], budget: &mut Budget) {
        for (n, phrase) in phrases.iter().take(MAX_PHRASES).enumerate() {
            let bit = 1 << (MAX_TERMS + n);
            if phrase.quoted {
                self.wanted |= bit;
            }
            let mut needed = 0;
            let mut words = Vec::new();
            for (number, clause) in clauses.iter().enumerate().filter(|(_, clause)| phrase.terms.contains(&clause.term))
            {
                needed |= 1 << number;
                words.push(Word::new(clause, clause.term - phrase.terms.start));
            }
            for post in 0..self.found.len() {
                if self.found[post] & needed == needed && is_phrase(&mut words, post, budget) {
                    self.found[post] |= bit;
                    self.scores[post] += self.scores[post] / 4;
                }
            }
        }
    }

    /// The number of posts, whether they have all that is wanted, and the best of them, best first.
    pub(crate) fn best(&self, count: usize) -> (usize, bool, Vec<Ranked>) {
        let wanted = self.wanted.count_ones();
        let most = self.found.iter().map(|found| (found & self.wanted).count_ones()).max().unwrap_or(0);
        // Where no post has everything, those with one word less are worth a look if they still have two.
        let enough = if most < wanted && most > 2 { most - 1 } else { most.max(1) };
        let mut total = 0;
        let mut best = BinaryHeap::with_capacity(count + 1);
        for (post, (found, score)) in (0..).zip(self.found.iter().zip(&self.scores)) {
            let has = (found & self.wanted).count_ones();
            if has < enough {
                continue;
            }
            total += 1;
            // Fewer words count less than as much of them.
            let score = u32::try_from(u64::from(*score) * u64::from(has) / u64::from(wanted)).unwrap_or(u32::MAX);
            best.push(Reverse(Ranked { score, post: Reverse(post) }));
            if best.len() > count {
                best.pop();
            }
        }
        let best = best.into_sorted_vec().into_iter().map(|Reverse(ranked)| ranked).collect();
        (total, most == wanted && wanted > 0, best)
    }
}

/// A word of a phrase.
struct Word<'a> {
    groups: Vec<Positions<'a>>,
    /// Its place in the phrase.
    offset: u32,
}

impl<'a> Word<'a> {
    fn new(clause: &Clause<'a>, offset: usize) -> Self {
        let groups = clause.groups.iter().map(|(group, _)| Positions::new(*group)).collect();
        Self { groups, offset: u32::try_from(offset).unwrap_or(0) }
    }

    /// Whether nothing is known of where it is, so that it matches anywhere.
    fn is_anywhere(&self) -> bool {
        self.groups.iter().all(|group| !group.has_positions())
    }

    fn is_at(&mut self, post: u32, position: u32, budget: &mut Budget) -> bool {
        self.groups.iter_mut().any(|group| budget.compare() && group.of(post, budget).binary_search(&position).is_ok())
    }
}

/// Whether the words are at their places after one another somewhere in a post.
fn is_phrase(words: &mut [Word<'_>], post: usize, budget: &mut Budget) -> bool {
    let post = u32::try_from(post).unwrap_or(u32::MAX);
    let Some(first) = words.iter().position(|word| !word.is_anywhere()) else { return true };
    let Some((first, rest)) = words.get_mut(first..).and_then(<[_]>::split_first_mut) else { return true };
    for group in &mut first.groups {
        let starts = group.of(post, budget).to_vec();
        for start in starts {
            let is_next = |word: &mut Word<'_>| {
                word.is_anywhere() || word.is_at(post, start.saturating_add(word.offset - first.offset), budget)
            };
            if rest.iter_mut().all(is_next) {
                return true;
            }
        }
    }
    false
}
