//! Groups of words become postings.

use std::ops::Range;

use super::bits::BitWriter;
use super::notes::{Added, Field, Note};
use crate::bits::rice_parameter;
use crate::format::{BLOCK_POSTINGS, IMPACT_BITS, MAX_POSITIONS};
use crate::postings::position_parameter;

/// How fast more occurrences of a word stop to matter: BM25's `k1`, for weighted occurrences.
const SATURATION: f32 = 1.5;

/// How much the length of a post matters: BM25's `b`.
const LENGTH_SHARE: f32 = 0.6;

/// How many posts are looked at one by one for that of a note, before the others are halved.
const NEAR: usize = 8;

/// The postings of a group.
pub(super) struct Encoded {
    /// The number of posts.
    pub(super) count: u32,
    /// With positions; empty if it has none.
    pub(super) full: Vec<u8>,
    /// Without.
    pub(super) plain: Vec<u8>,
}

/// A group in a post.
struct Posting {
    post: u32,
    impact: u32,
    /// Where its positions are among those of the group.
    positions: Range<usize>,
}

/// The postings of a group before they are written. They are kept for the next group, so that it needs no memory of its own.
#[derive(Default)]
struct Group {
    postings: Vec<Posting>,
    positions: Vec<u32>,
}

/// Makes postings of notes.
pub(super) struct Encoder<'a> {
    /// Those of all posts, and maybe of others.
    notes: &'a [Note],
    posts: &'a [&'a Added],
    count: u32,
    mean_length: u32,
}

impl<'a> Encoder<'a> {
    /// For these posts, in the order in which they were added.
    pub(super) fn new(notes: &'a [Note], posts: &'a [&'a Added]) -> Self {
        let count = u32::try_from(posts.len()).expect("there are fewer than 2^32 posts");
        let words: u64 = posts.iter().map(|post| u64::from(post.length)).sum();
        let mean_length = u32::try_from(words / u64::from(count.max(1))).expect("a post has at most 2^24 words");
        Self { notes, posts, count, mean_length }
    }

    pub(super) fn mean_length(&self) -> u32 {
        self.mean_length
    }

    /// The postings of all groups. `group_of` has the group of each word.
    pub(super) fn encode(&self, group_of: &[u32], groups: usize) -> Vec<Encoded> {
        // Sorted by counting: for each group where its notes end, filled from the front.
        let mut ends = vec![0_usize; groups + 1];
        let numbers = || self.posts.iter().flat_map(|post| post.notes.clone());
        let group_of = |number: usize| group_of[self.notes[number].word as usize] as usize;
        for number in numbers() {
            ends[group_of(number) + 1] += 1;
        }
        for group in 0..groups {
            ends[group + 1] += ends[group];
        }
        let starts = ends.clone();
        let mut sorted = vec![0_u32; ends[groups]];
        for number in numbers() {
            let end = &mut ends[group_of(number)];
            sorted[*end] = u32::try_from(number).expect("there are fewer than 2^32 notes");
            *end += 1;
        }
        let mut group = Group::default();
        starts.windows(2).map(|range| self.encode_group(&sorted[range[0]..range[1]], &mut group)).collect()
    }

    fn encode_group(&self, notes: &[u32], group: &mut Group) -> Encoded {
        group.postings.clear();
        group.positions.clear();
        let (mut rest, mut post) = (notes, 0);
        while let Some(&first) = rest.first() {
            post = self.post_of(first as usize, post);
            let end = self.posts[post].notes.end;
            let here = rest.iter().take_while(|note| (**note as usize) < end).count();
            self.add_posting(post, &rest[..here], group);
            rest = &rest[here..];
        }
        Encoded {
            count: u32::try_from(group.postings.len()).expect("there are fewer than 2^32 posts"),
            full: if group.positions.is_empty() { Vec::new() } else { self.write(group, true) },
            plain: self.write(group, false),
        }
    }

    /// The post of a note, which is this one or one after it.
    fn post_of(&self, note: usize, from: usize) -> usize {
        // That of a frequent word is among the next ones.
        let near = self.posts.len().min(from + NEAR);
        match self.posts[from..near].iter().position(|post| note < post.notes.end) {
            Some(after) => from + after,
            None => near + self.posts[near..].partition_point(|post| post.notes.end <= note),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a rank needs no precision")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to the highest impact")]
    fn add_posting(&self, post: usize, notes: &[u32], group: &mut Group) {
        let length = self.posts[post].length as f32 / self.mean_length.max(1) as f32;
        let long = 1.0 - LENGTH_SHARE + LENGTH_SHARE * length;
        let notes = notes.iter().map(|number| self.notes[*number as usize]);
        let frequency = |note: Note| match note.field() {
            Field::Text | Field::Code => note.weight() / long,
            _ => note.weight(),
        };
        let frequency: f32 = notes.clone().map(frequency).sum();
        let highest = (1 << IMPACT_BITS) - 1;
        let impact = (frequency / (frequency + SATURATION) * highest as f32).round() as u32;
        let mut positions: Vec<_> = std::mem::take(&mut group.positions);
        let start = positions.len();
        positions.extend(notes.filter(|note| note.field() != Field::Filter).map(Note::position));
        positions[start..].sort_unstable();
        let mut kept = start;
        for at in start..positions.len() {
            let is_new = kept == start || positions[kept - 1] != positions[at];
            if is_new && kept - start < MAX_POSITIONS as usize {
                positions[kept] = positions[at];
                kept += 1;
            }
        }
        positions.truncate(kept);
        group.positions = positions;
        let post = u32::try_from(post).expect("it is one of the posts");
        group.postings.push(Posting { post, impact, positions: start..kept });
    }

    /// The blocks, after their table if there is more than one.
    fn write(&self, group: &Group, with_positions: bool) -> Vec<u8> {
        let count = u32::try_from(group.postings.len()).expect("there are fewer than 2^32 posts");
        let k = rice_parameter(self.count / count);
        let blocks: Vec<_> = group.postings.chunks(BLOCK_POSTINGS as usize).collect();
        let (mut table, mut bytes) = (Vec::new(), Vec::new());
        let table_size = if blocks.len() > 1 { blocks.len() * 8 } else { 0 };
        let mut next = 0_u32;
        for block in blocks {
            let offset = u32::try_from(table_size + bytes.len()).expect("an index is smaller than 4 GiB");
            table.extend(next.to_le_bytes().into_iter().chain(offset.to_le_bytes()));
            let mut bits = BitWriter::default();
            for posting in block {
                bits.rice(posting.post - next, k);
                bits.put(posting.impact, IMPACT_BITS);
                next = posting.post + 1;
            }
            bytes.extend(bits.finish());
            if with_positions {
                bytes.extend(self.positions(block, group));
            }
        }
        table.truncate(table_size);
        table.extend(bytes);
        table
    }

    fn positions(&self, block: &[Posting], group: &Group) -> Vec<u8> {
        let mut bits = BitWriter::default();
        for posting in block {
            let count = u32::try_from(posting.positions.len()).expect("at most `MAX_POSITIONS`");
            bits.rice(count.saturating_sub(1), 0);
            let k = position_parameter(self.mean_length, count);
            let mut next = 0;
            for &position in &group.positions[posting.positions.clone()] {
                bits.rice(position - next, k);
                next = position + 1;
            }
        }
        bits.finish()
    }
}
