//! The header and the sections of an index.

use std::fmt;

use crate::bits::Bytes;

/// The first bytes of an index.
pub(crate) const MAGIC: [u8; 8] = *b"\x89GRAVSX\n";

/// The version of the format.
pub(crate) const VERSION: u32 = 1;

/// The size of the header in bytes.
pub(crate) const HEADER_SIZE: usize = 48;

/// The size of a block's record in the dictionary, in bytes.
pub(crate) const BLOCK_SIZE: usize = 12;

/// The words of a block of the dictionary. More make it smaller and a search longer.
pub(crate) const BLOCK_WORDS: usize = 32;

/// The postings of a block. A word in fewer posts has one block, without a table.
pub(crate) const BLOCK_POSTINGS: u32 = 64;

/// The bits of an impact: how much a word matters in a post.
pub(crate) const IMPACT_BITS: u32 = 3;

/// The positions of a word in a post that are kept.
pub(crate) const MAX_POSITIONS: u32 = 64;

/// The pairs of endings that are kept. Each costs a look into the dictionary for an unknown word.
pub(crate) const MAX_ENDINGS: usize = 64;

/// Why bytes are not an index.
///
/// ```
/// use graven_search::{Error, Index};
///
/// assert_eq!(Index::open(b"<!doctype html>").err(), Some(Error::Magic));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not begin with the magic number.
    Magic,
    /// The index has another version of the format.
    Version {
        /// The version in its header.
        found: u32,
    },
    /// The index is cut short, or bytes follow it.
    Length {
        /// The length in its header; the size of a header if the bytes are shorter.
        expected: usize,
        /// The number of bytes.
        found: usize,
    },
    /// The header's offsets are not in order, or contradict its counts.
    Sections,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Magic => f.write_str("not a search index: the magic number is missing"),
            Error::Version { found } => {
                write!(f, "expected a search index of version {VERSION}, found version {found}")
            }
            Error::Length { expected, found } => {
                write!(f, "expected a search index of {expected} bytes, found {found}")
            }
            Error::Sections => f.write_str("the header of the search index has wrong offsets or counts"),
        }
    }
}

impl std::error::Error for Error {}

/// The sections of an index, and what its header says of all of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sections<'a> {
    /// The number of posts.
    pub(crate) posts: u32,
    /// The mean number of words in a post.
    pub(crate) mean_length: u32,
    /// For each post, the place of its record.
    pub(crate) offsets: &'a [u8],
    /// The records of the posts.
    pub(crate) records: &'a [u8],
    /// The blocks of the dictionary.
    pub(crate) blocks: &'a [u8],
    /// Its words.
    pub(crate) words: &'a [u8],
    /// The postings.
    pub(crate) postings: &'a [u8],
    /// Pairs of endings.
    pub(crate) endings: &'a [u8],
}

impl<'a> Sections<'a> {
    /// Reads the header.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut header = Bytes(bytes.strip_prefix(&MAGIC).ok_or(Error::Magic)?);
        let short = Error::Length { expected: HEADER_SIZE, found: bytes.len() };
        let version = header.u32().ok_or(short)?;
        if version != VERSION {
            return Err(Error::Version { found: version });
        }
        let mut fields = [0; 9];
        for field in &mut fields {
            *field = header.u32().ok_or(short)?;
        }
        let [length, posts, mean_length, offsets, records, blocks, words, postings, endings] = fields;
        if length as usize != bytes.len() {
            return Err(Error::Length { expected: length as usize, found: bytes.len() });
        }
        let section = |start: u32, end: u32| bytes.get(start as usize..end as usize).ok_or(Error::Sections);
        let sections = Self {
            posts,
            mean_length,
            offsets: section(offsets, records)?,
            records: section(records, blocks)?,
            blocks: section(blocks, words)?,
            words: section(words, postings)?,
            postings: section(postings, endings)?,
            endings: section(endings, length)?,
        };
        let fits = sections.offsets.len() / 4 == posts as usize && sections.blocks.len().is_multiple_of(BLOCK_SIZE);
        if offsets as usize == HEADER_SIZE && fits { Ok(sections) } else { Err(Error::Sections) }
    }
}
