//! Postings: for a group of words, the posts that have it, its impact in each, and where it is.

use crate::bits::{Bits, Bytes, rice_parameter};
use crate::budget::Budget;
use crate::format::{BLOCK_POSTINGS, IMPACT_BITS, MAX_POSITIONS, Sections};

/// The size of a record in a group's table of blocks, in bytes.
const BLOCK_RECORD: usize = 8;

/// Words of the same stem.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group<'a> {
    /// Its number, in the order of the dictionary.
    pub(crate) number: u32,
    /// In how many posts it is.
    pub(crate) count: u32,
    /// Whether its positions are known. Those of the most frequent words are not.
    pub(crate) has_positions: bool,
    bytes: &'a [u8],
    posts: u32,
    mean_length: u32,
}

/// The postings of a block.
#[derive(Clone, Debug)]
pub(crate) struct Postings {
    /// The posts, in order.
    posts: [u32; BLOCK_POSTINGS as usize],
    /// The impact in each.
    impacts: [u32; BLOCK_POSTINGS as usize],
    count: usize,
}

impl Default for Postings {
    fn default() -> Self {
        Self { posts: [0; BLOCK_POSTINGS as usize], impacts: [0; BLOCK_POSTINGS as usize], count: 0 }
    }
}

impl Postings {
    /// Each post with the impact.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u32)> {
        self.posts.iter().copied().zip(self.impacts.iter().copied()).take(self.count)
    }
}

impl<'a> Group<'a> {
    /// The group that `code` describes, with its postings.
    pub(crate) fn new(sections: &Sections<'a>, number: u32, code: u32, bytes: &'a [u8]) -> Option<Self> {
        let (count, posts) = (code >> 1, sections.posts);
        let is_valid = (1..=posts).contains(&count);
        let has_positions = code & 1 == 1;
        is_valid.then_some(Self { number, count, has_positions, bytes, posts, mean_length: sections.mean_length })
    }

    /// The number of its blocks.
    pub(crate) fn blocks(&self) -> u32 {
        self.count.div_ceil(BLOCK_POSTINGS)
    }

    /// The first post that can be in a block, and the bytes from its start on.
    fn block(&self, number: u32) -> Option<(u32, &'a [u8])> {
        if self.blocks() == 1 {
            return Some((0, self.bytes));
        }
        let mut record = Bytes(self.bytes.get(number as usize * BLOCK_RECORD..)?);
        let (first, offset) = (record.u32()?, record.u32()?);
        Some((first, self.bytes.get(offset as usize..)?))
    }

    /// Reads the postings of a block. The bits that are returned are at its positions.
    pub(crate) fn read(&self, number: u32, into: &mut Postings, budget: &mut Budget) -> Option<Bits<'a>> {
        into.count = 0;
        let in_block = self.count.checked_sub(number.checked_mul(BLOCK_POSTINGS)?)?.min(BLOCK_POSTINGS);
        if !budget.postings(in_block) {
            return None;
        }
        let (mut next, bytes) = self.block(number)?;
        let mut bits = Bits::new(bytes);
        let k = rice_parameter(self.posts / self.count);
        for (post, impact) in into.posts.iter_mut().zip(&mut into.impacts).take(in_block as usize) {
            *post = next.saturating_add(bits.rice(k));
            *impact = bits.take(IMPACT_BITS);
            // Only a damaged index has a post beyond the last.
            if *post >= self.posts {
                return None;
            }
            next = *post + 1;
            into.count += 1;
        }
        bits.align();
        Some(bits)
    }
}

/// The parameter of the code for the distances between `count` positions in a post.
pub(crate) fn position_parameter(mean_length: u32, count: u32) -> u32 {
    rice_parameter(mean_length / (count + 1))
}

/// Reads the positions of a group in some posts. It keeps the last block, so posts in order cost little.
#[derive(Clone, Debug)]
pub(crate) struct Positions<'a> {
    group: Group<'a>,
    block: Option<u32>,
    postings: Postings,
    /// For each posting, where its positions end.
    ends: Vec<usize>,
    /// The positions of all its postings.
    known: Vec<u32>,
}

impl<'a> Positions<'a> {
    pub(crate) fn new(group: Group<'a>) -> Self {
        Self { group, block: None, postings: Postings::default(), ends: Vec::new(), known: Vec::new() }
    }

    /// Whether any are known.
    pub(crate) fn has_positions(&self) -> bool {
        self.group.has_positions
    }

    /// The positions in a post, in order.
    pub(crate) fn of(&mut self, post: u32, budget: &mut Budget) -> &[u32] {
        if !self.group.has_positions {
            return &[];
        }
        let block = self.block_of(post);
        if self.block != Some(block) {
            self.block = Some(block);
            self.load(block, budget);
        }
        let posts = self.postings.posts.get(..self.postings.count).unwrap_or_default();
        let Ok(at) = posts.binary_search(&post) else { return &[] };
        let end = self.ends.get(at).copied().unwrap_or(0);
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.known.get(start..end).unwrap_or_default()
    }

    /// The last block that does not start after the post.
    fn block_of(&self, post: u32) -> u32 {
        let (mut low, mut high) = (0, self.group.blocks());
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            let is_after = self.group.block(middle).is_none_or(|(first, _)| first > post);
            if is_after { high = middle } else { low = middle }
        }
        low
    }

    fn load(&mut self, block: u32, budget: &mut Budget) {
        self.ends.clear();
        self.known.clear();
        let Some(mut bits) = self.group.read(block, &mut self.postings, budget) else { return };
        for _ in 0..self.postings.count {
            let count = bits.rice(0).min(MAX_POSITIONS - 1) + 1;
            if !budget.positions(count) {
                return;
            }
            let k = position_parameter(self.group.mean_length, count);
            let mut next = 0_u32;
            for _ in 0..count {
                let position = next.saturating_add(bits.rice(k));
                self.known.push(position);
                next = position.saturating_add(1);
            }
            self.ends.push(self.known.len());
        }
    }
}
