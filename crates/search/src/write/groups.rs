//! Groups of words become postings.

use super::bits::BitWriter;
use super::notes::{Field, Note, Notes};
use crate::bits::rice_parameter;
use crate::format::{BLOCK_POSTINGS, IMPACT_BITS, MAX_POSITIONS};
use crate::postings::position_parameter;

/// How fast more occurrences of a word stop to matter: BM25's `k1`, for weighted occurrences.
const SATURATION: f32 = 1.5;

/// How much the length of a post matters: BM25's `b`.
const LENGTH_SHARE: f32 = 0.6;

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
    positions: Vec<u32>,
}

/// Makes postings of notes.
pub(super) struct Encoder<'a> {
    notes: &'a Notes,
    posts: u32,
    mean_length: u32,
}

impl<'a> Encoder<'a> {
    pub(super) fn new(notes: &'a Notes) -> Self {
        let posts = u32::try_from(notes.posts.len()).expect("there are fewer than 2^32 posts");
        let words: u64 = notes.posts.iter().map(|post| u64::from(post.length)).sum();
        let mean_length = u32::try_from(words / u64::from(posts.max(1))).expect("a post has at most 2^24 words");
        Self { notes, posts, mean_length }
    }

    pub(super) fn mean_length(&self) -> u32 {
        self.mean_length
    }

    /// The postings of all groups. `group_of` has the group of each word.
    pub(super) fn encode(&self, group_of: &[u32], groups: usize) -> Vec<Encoded> {
        // Sorted by counting: for each group where its notes end, filled from the front.
        let mut ends = vec![0_usize; groups + 1];
        for note in &self.notes.all {
            ends[group_of[note.word as usize] as usize + 1] += 1;
        }
        for group in 0..groups {
            ends[group + 1] += ends[group];
        }
        let starts = ends.clone();
        let mut sorted = vec![0_u32; self.notes.all.len()];
        for (number, note) in (0..).zip(&self.notes.all) {
            let end = &mut ends[group_of[note.word as usize] as usize];
            sorted[*end] = number;
            *end += 1;
        }
        starts.windows(2).map(|range| self.encode_group(&sorted[range[0]..range[1]])).collect()
    }

    fn encode_group(&self, notes: &[u32]) -> Encoded {
        let posts = &self.notes.posts;
        let mut postings = Vec::new();
        let (mut rest, mut post) = (notes, 0);
        while let Some(&first) = rest.first() {
            post += posts[post..].partition_point(|post| post.notes_end <= first as usize);
            let here = rest.partition_point(|note| (*note as usize) < posts[post].notes_end);
            postings.push(self.posting(post, &rest[..here]));
            rest = &rest[here..];
        }
        let has_positions = postings.iter().any(|posting| !posting.positions.is_empty());
        Encoded {
            count: u32::try_from(postings.len()).expect("there are fewer than 2^32 posts"),
            full: if has_positions { self.write(&postings, true) } else { Vec::new() },
            plain: self.write(&postings, false),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a rank needs no precision")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to the highest impact")]
    fn posting(&self, post: usize, notes: &[u32]) -> Posting {
        let length = self.notes.posts[post].length as f32 / self.mean_length.max(1) as f32;
        let long = 1.0 - LENGTH_SHARE + LENGTH_SHARE * length;
        let note = |number: &u32| self.notes.all[*number as usize];
        let frequency = |note: Note| match note.field() {
            Field::Text | Field::Code => note.weight() / long,
            _ => note.weight(),
        };
        let frequency: f32 = notes.iter().map(|number| frequency(note(number))).sum();
        let highest = (1 << IMPACT_BITS) - 1;
        let impact = (frequency / (frequency + SATURATION) * highest as f32).round() as u32;
        let is_placed = |note: &Note| note.field() != Field::Filter;
        let mut positions: Vec<_> = notes.iter().map(note).filter(is_placed).map(Note::position).collect();
        positions.sort_unstable();
        positions.dedup();
        positions.truncate(MAX_POSITIONS as usize);
        Posting { post: u32::try_from(post).expect("it is one of the posts"), impact, positions }
    }

    /// The blocks, after their table if there is more than one.
    fn write(&self, postings: &[Posting], with_positions: bool) -> Vec<u8> {
        let count = u32::try_from(postings.len()).expect("there are fewer than 2^32 posts");
        let k = rice_parameter(self.posts / count);
        let blocks: Vec<_> = postings.chunks(BLOCK_POSTINGS as usize).collect();
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
                bytes.extend(self.positions(block));
            }
        }
        table.truncate(table_size);
        table.extend(bytes);
        table
    }

    fn positions(&self, block: &[Posting]) -> Vec<u8> {
        let mut bits = BitWriter::default();
        for posting in block {
            let count = u32::try_from(posting.positions.len()).expect("at most `MAX_POSITIONS`");
            bits.rice(count.saturating_sub(1), 0);
            let k = position_parameter(self.mean_length, count);
            let mut next = 0;
            for &position in &posting.positions {
                bits.rice(position - next, k);
                next = position + 1;
            }
        }
        bits.finish()
    }
}
