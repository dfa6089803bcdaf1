//! The search index of a site: press writes it into the pack, serve queries it.
//!
//! ```text
//! posts --write::Builder--> bytes --Index::open--> Index --search(Query)--> Results --snippet(text)--> Snippet
//! ```
//!
//! A hit is a post, with the section that matches best. What a query can say is in [`Query`], an example in [`Index`]. The builder needs the feature
//! `write`; without it the crate has no dependency and no stemmer.
//!
//! Three promises, each checked by tests:
//!
//! - [`Index::open`] checks the header and the bounds of the sections, whatever the number of posts. A search reads in place.
//! - Whatever the bytes and the query are, a search returns. It never panics, never reads out of bounds, and each of its steps takes from a budget, so
//!   no query takes long. A damaged index gives fewer hits or wrong ones.
//! - The same posts in the same order give the same bytes.
//!
//! # Words
//!
//! | in a text | in the index |
//! |---|---|
//! | `Élection`, `ELECTION`, `é` as two characters | folded: lower case, without accents; `ß` is `ss`, `ø` is `o`, `æ` is `ae` |
//! | `elects`, `elected` | each form, in one *group* of words with the same stem |
//! | `SO_REUSEPORT`, `useState`, `utf8` | the whole without `_`, and its parts, at one position |
//! | `load-balancer` | both words, and both as one word at the position of the first |
//! | `node.js`, `a::b`, `1.8M` | the words between punctuation |
//! | `don't`, `l'eau` | without the single letter |
//! | `k3s`, `p99`, `C++`, `C#` | one word |
//! | `検索` | each character is a word |
//!
//! # Ranking
//!
//! BM25 over fields: a word counts as often as it occurs, times a weight (title 10, tag 5, heading 4, description 2, text 1, code 0.6; part of an
//! identifier half of that). In text and code, long posts count less. The saturated sum, in three bits, is the word's *impact* in the post; the score of
//! a post is the sum of impacts, each times the logarithm of how rare the word is. Then:
//!
//! 1. Posts that have all words and all phrases are the hits. If there is none, those that have most are.
//! 2. A phrase adds a quarter to the score.
//! 3. Among the best 32, posts with all words in one section rise by up to a half.
//! 4. Equal posts are in the order of the builder.
//!
//! A word that the dictionary does not have is tried with other endings of the language, as a beginning, in parts, and with one typo less, in this order.
//!
//! # The format, version 1
//!
//! All numbers of fixed size are little endian. A *varint* is LEB128: seven bits a byte, the lowest first, at most 32 bits. A *text* is UTF-8 after its
//! length as varint. The sections follow the header without gaps, in the order of the offsets in it. An index is smaller than 4 GiB.
//!
//! **Header**
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | `[u8; 8]` | magic: `89 47 52 41 56 53 58 0a`, which is `\x89GRAVSX\n` |
//! | 8 | `u32` | version: 1 |
//! | 12 | `u32` | length of the whole index |
//! | 16 | `u32` | number of posts |
//! | 20 | `u32` | mean number of words of a post |
//! | 24 | 6 × `u32` | the offset of each section |
//!
//! **Sections**
//!
//! | section | what it has |
//! |---|---|
//! | offsets | for each post a `u32`, the place of its record in the next section; the newest post is number 0 |
//! | records | the records of posts |
//! | blocks | for every 32 words of the dictionary three `u32`: the place of the first in the next section, the number of the next new group, the place of its postings |
//! | words | the entries of the dictionary, sorted by the bytes of the words |
//! | postings | the postings of each group, in the order of groups |
//! | endings | at most 64 pairs of texts: an ending, and one that can replace it; those that change least first |
//!
//! **Record of a post**: its path, title and date as texts; the number of sections as varint; and for each section
//!
//! | type | field |
//! |---|---|
//! | text | anchor |
//! | text | heading |
//! | varint | `start`, for the caller |
//! | varint | `length`, for the caller |
//! | varint | the distance of its first position from the position after the heading before |
//! | varint | the number of positions of its heading |
//!
//! **Entry of the dictionary**
//!
//! | type | field |
//! |---|---|
//! | `u8` | high four bits: how many bytes it shares with the entry before, at most 15, 0 in the first of a block; low four: how many follow, 15 if a byte follows with how many more than 15 |
//! | bytes | the rest of the word, folded. Tags begin with `#` and topics with `@` |
//! | varint | if odd, the word is of an earlier group: half of it is the distance to the number of the next new one. If even, it is the first of a group: bit 1 says whether positions are known, the rest is the number of posts |
//! | varint | for the first word of a group: the bytes of its postings |
//!
//! **Postings of a group**: blocks of 64 postings. If there are several, a table has two `u32` for each: the first post that can be in it, and its place from
//! the start of the table. A block is a sequence of bits, the lowest first. A number in *Rice's code* with the parameter *k* is its quotient by 2^*k* as ones
//! and a zero, and the rest in *k* bits; from a quotient of 24 on, 24 ones and the number in 32 bits.
//!
//! | code | field |
//! |---|---|
//! | Rice | for each posting: the distance of the post from the one after the last, with the parameter log₂(0.69 × posts ÷ postings) |
//! | 3 bits | and the impact |
//! | | up to the next whole byte |
//! | Rice, *k* = 0 | if positions are known, for each posting: their number less one; at most 64 are kept |
//! | Rice | and each as the distance from the one after the last, with the parameter log₂(0.69 × mean length ÷ (number + 1)) |
//! | | up to the next whole byte |
//!
//! # Design
//!
//! *Why are all forms in the dictionary?* A query then needs no stemmer: it finds the form, and the form names the group. For forms that do not occur,
//! the builder learns from its groups which endings replace one another. A stemmer for each language would be larger than the whole reader.
//!
//! *Why positions, and not of all words?* They are the largest part of an index: with all of them it would be more than a third of the text. The most frequent words
//! have half of them, and tell least. So positions are left out from the word with most bytes on, until the index has a quarter of the text; in a phrase such a
//! word matches anywhere in the post. On a site of 1,000 posts these are the words in about an eighth of the posts or more; below a mebibyte, none. A filter of
//! adjacent pairs for each post was considered: at the same size it would be wrong for a quarter of the pairs, for rare words as well.
//!
//! *Why impacts, and not frequencies?* A frequency needs the length of the post and the field, with a division for each posting. An impact has all that in
//! three bits.
//!
//! *Why a score for each post in an array?* Ten thousand posts are 60 kB, and every posting costs a few nanoseconds wherever it is. Skipping through lists
//! is faster for the median, but not for the worst query, which has words that are everywhere.
//!
//! *Why a budget?* Some queries cost a thousand times as much as others: twelve wide prefixes, or twelve words with a typo each. The budget is large enough
//! that no sensible query on 10,000 posts is cut. Beyond it, words in most posts count as found in the oldest posts, and rare forms of a prefix are left out.

pub mod answers;
mod bits;
mod budget;
mod dictionary;
mod fold;
mod format;
pub mod frame;
pub mod markup;
mod place;
mod postings;
mod posts;
mod query;
mod rank;
mod resolve;
mod search;
mod snippet;
mod token;
#[cfg(feature = "write")]
pub mod write;

pub use format::Error;
pub use place::Hit;
pub use query::{Filter, Kind, MAX_FILTERS, MAX_QUERY_BYTES, MAX_TERMS, Query};
pub use search::{Index, MAX_DEPTH, Results};
pub use snippet::Snippet;
