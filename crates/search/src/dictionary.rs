//! The dictionary: every form of every word, folded, in the order of their bytes, each with its *group*: the words of the same stem.

use crate::bits::Bytes;
use crate::budget::Budget;
use crate::format::{BLOCK_SIZE, BLOCK_WORDS, Sections};
use crate::postings::Group;
use crate::token::MAX_WORD;

/// The dictionary of an index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dictionary<'a>(Sections<'a>);

/// Reads the words one after another.
#[derive(Clone, Debug)]
pub(crate) struct Words<'a> {
    sections: Sections<'a>,
    bytes: Bytes<'a>,
    /// The number of the next new group, and where its postings start.
    next: Place,
    word: Vec<u8>,
    number: u32,
    /// The group, if this is its first word.
    new: Option<Group<'a>>,
}

/// What a block's record says.
struct BlockRecord<'a> {
    words: Bytes<'a>,
    next: Place,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    group: u32,
    postings: u32,
}

impl<'a> Dictionary<'a> {
    pub(crate) fn new(sections: Sections<'a>) -> Self {
        Self(sections)
    }

    /// The group of a word.
    pub(crate) fn find(&self, word: &[u8], budget: &mut Budget) -> Option<Group<'a>> {
        let words = self.from(word, budget)?;
        if words.word == word { self.group_of(&words) } else { None }
    }

    /// The words from this one on, at the first. `None` if all are before it, or if there is no budget.
    pub(crate) fn from(&self, word: &[u8], budget: &mut Budget) -> Option<Words<'a>> {
        if word.is_empty() || word.len() > MAX_WORD + 4 || !budget.look_up() {
            return None;
        }
        let after = self.partition(|block| self.first_word(block).is_some_and(|first| first <= word));
        let mut words = self.block(after.saturating_sub(1))?;
        // Of a block that is not the last, one word more is read at most.
        for _ in 0..=BLOCK_WORDS {
            if words.word.as_slice() >= word {
                return Some(words);
            }
            words.advance()?;
        }
        None
    }

    /// The group of the current word.
    pub(crate) fn group_of(&self, words: &Words<'a>) -> Option<Group<'a>> {
        if words.new.is_some() {
            return words.new;
        }
        let after = self.partition(|block| self.record(block).is_some_and(|record| record.next.group <= words.number));
        let mut earlier = self.block(after.saturating_sub(1))?;
        for _ in 0..BLOCK_WORDS {
            if let Some(group) = earlier.new.filter(|_| earlier.number == words.number) {
                return Some(group);
            }
            earlier.advance()?;
        }
        None
    }

    /// The number of blocks for which the predicate holds: it holds for the first ones and no others.
    fn partition(&self, holds: impl Fn(usize) -> bool) -> usize {
        let (mut low, mut high) = (0, self.0.blocks.len() / BLOCK_SIZE);
        while low < high {
            let middle = low + (high - low) / 2;
            if holds(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }

    fn record(&self, number: usize) -> Option<BlockRecord<'a>> {
        let mut record = Bytes(self.0.blocks.get(number * BLOCK_SIZE..)?);
        let words = Bytes(self.0.words.get(record.u32()? as usize..)?);
        Some(BlockRecord { words, next: Place { group: record.u32()?, postings: record.u32()? } })
    }

    fn first_word(&self, number: usize) -> Option<&'a [u8]> {
        let mut bytes = self.record(number)?.words;
        let (_, length) = bytes.lengths()?;
        bytes.bytes(length)
    }

    /// The words of a block, at the first.
    fn block(&self, number: usize) -> Option<Words<'a>> {
        let BlockRecord { words: bytes, next } = self.record(number)?;
        let word = Vec::with_capacity(2 * MAX_WORD);
        let mut words = Words { sections: self.0, bytes, next, word, number: 0, new: None };
        words.advance()?;
        Some(words)
    }
}

impl<'a> Words<'a> {
    /// The current word.
    pub(crate) fn word(&self) -> &[u8] {
        &self.word
    }

    /// The number of its group.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// Its group, if this is the group's first word.
    pub(crate) fn new_group(&self) -> Option<Group<'a>> {
        self.new
    }

    /// The number of the first group that is not before the current word.
    pub(crate) fn first_group(&self) -> u32 {
        self.next.group.saturating_sub(u32::from(self.new.is_some()))
    }

    /// Goes to the next word.
    pub(crate) fn advance(&mut self) -> Option<()> {
        let (shared, length) = self.bytes.lengths()?;
        self.word.truncate(shared);
        self.word.extend_from_slice(self.bytes.bytes(length)?);
        let code = self.bytes.varint()?;
        if code & 1 == 1 {
            self.number = self.next.group.checked_sub(code >> 1)?;
            self.new = None;
            return Some(());
        }
        let length = self.bytes.varint()?;
        let end = self.next.postings.checked_add(length)?;
        let bytes = self.sections.postings.get(self.next.postings as usize..end as usize)?;
        self.number = self.next.group;
        self.new = Some(Group::new(&self.sections, self.number, code >> 1, bytes)?);
        self.next = Place { group: self.next.group.checked_add(1)?, postings: end };
        Some(())
    }
}
