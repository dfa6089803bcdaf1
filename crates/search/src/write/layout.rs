//! The sections of an index are written and joined.

use std::collections::HashMap;

use super::bits::{put_text, put_varint};
use super::groups::{Encoded, Encoder};
use super::notes::{Added, Notes};
use super::stem::endings;
use crate::format::{BLOCK_WORDS, HEADER_SIZE, MAGIC, VERSION};

/// The size of an index in thousandths of the text: just below a quarter. Positions of the most frequent words are left out until it fits: they tell least, and cost most.
const MAX_SHARE: usize = 247;

/// An index up to this size keeps all positions whatever the size of the text: for a small site, exact phrases are worth more than kilobytes.
const SMALL: usize = 1024 * 1024;

/// The groups of words.
struct Grouped<'a> {
    /// All words, sorted, each with its group. Groups are numbered in this order.
    words: Vec<(&'a str, u32)>,
    /// For each word in the order of the notes, its group, if these posts have the word.
    of_word: Vec<u32>,
    count: usize,
}

/// The index of some posts, by number, each with what is added to the starts of its sections.
pub(super) fn index(notes: &Notes, chosen: &[(usize, u32)]) -> Vec<u8> {
    let posts: Vec<&Added> = chosen.iter().map(|(post, _)| &notes.posts[*post]).collect();
    let grouped = group(notes, &posts);
    let encoder = Encoder::new(&notes.all, &posts);
    let mut postings_of = encoder.encode(&grouped.of_word, grouped.count);
    let (mut offsets, mut records) = (Vec::new(), Vec::new());
    for (post, (_, shift)) in posts.iter().zip(chosen) {
        offsets.extend(number(records.len()));
        post.record.write(*shift, &mut records);
    }
    let endings = endings_of(&grouped);
    let fixed = HEADER_SIZE + offsets.len() + records.len() + endings.len() + dictionary(&grouped, &postings_of).size();
    let text_bytes: usize = posts.iter().map(|post| post.text_bytes).sum();
    drop_positions(&mut postings_of, fixed, SMALL.max(text_bytes / 1000 * MAX_SHARE));
    let Dictionary { blocks, words, postings } = dictionary(&grouped, &postings_of);
    let sections = [offsets, records, blocks, words, postings, endings];
    let mut header = MAGIC.to_vec();
    let length = HEADER_SIZE + sections.iter().map(Vec::len).sum::<usize>();
    header.extend(VERSION.to_le_bytes());
    header.extend(number(length));
    header.extend(number(posts.len()));
    header.extend(encoder.mean_length().to_le_bytes());
    let mut offset = HEADER_SIZE;
    for section in &sections {
        header.extend(number(offset));
        offset += section.len();
    }
    [header, sections.concat()].concat()
}

fn number(number: usize) -> [u8; 4] {
    u32::try_from(number).expect("an index is smaller than 4 GiB").to_le_bytes()
}

/// The words of these posts, and their groups, which are numbered in the order of the words.
fn group<'a>(notes: &'a Notes, posts: &[&Added]) -> Grouped<'a> {
    let mut is_used = vec![false; notes.words.len()];
    for note in posts.iter().flat_map(|post| &notes.all[post.notes.clone()]) {
        is_used[note.word as usize] = true;
    }
    let used: Vec<u32> = notes.sorted().iter().copied().filter(|word| is_used[*word as usize]).collect();
    let forms = posts.iter().flat_map(|post| &post.forms).copied();
    let mut of_word = notes.stems.sets(used.iter().copied(), forms);
    let mut groups: HashMap<u32, u32> = HashMap::new();
    let mut words = Vec::with_capacity(used.len());
    for word in used {
        let next = u32::try_from(groups.len()).expect("there are fewer than 2^32 words");
        let group = *groups.entry(of_word[word as usize]).or_insert(next);
        of_word[word as usize] = group;
        words.push((notes.words[word as usize].as_str(), group));
    }
    Grouped { words, of_word, count: groups.len() }
}

fn endings_of(grouped: &Grouped<'_>) -> Vec<u8> {
    let mut forms = vec![Vec::new(); grouped.count];
    for (word, group) in &grouped.words {
        forms[*group as usize].push(*word);
    }
    let mut bytes = Vec::new();
    for (from, to) in endings(&forms) {
        put_text(&mut bytes, &from);
        put_text(&mut bytes, &to);
    }
    bytes
}

/// Leaves out positions, those that take most bytes first, until the index is small enough.
fn drop_positions(encoded: &mut [Encoded], fixed: usize, limit: usize) {
    let mut size = fixed + encoded.iter().map(|group| group.bytes().len()).sum::<usize>();
    let mut order: Vec<_> = (0..encoded.len()).collect();
    order.sort_by_key(|&n| (usize::MAX - encoded[n].bytes().len(), n));
    for n in order {
        if size <= limit {
            return;
        }
        size -= encoded[n].full.len().saturating_sub(encoded[n].plain.len());
        encoded[n].full.clear();
    }
}

impl Encoded {
    fn bytes(&self) -> &[u8] {
        if self.full.is_empty() { &self.plain } else { &self.full }
    }
}

struct Dictionary {
    blocks: Vec<u8>,
    words: Vec<u8>,
    postings: Vec<u8>,
}

impl Dictionary {
    /// Without the postings.
    fn size(&self) -> usize {
        self.blocks.len() + self.words.len()
    }
}

fn dictionary(grouped: &Grouped<'_>, encoded: &[Encoded]) -> Dictionary {
    let mut dictionary = Dictionary { blocks: Vec::new(), words: Vec::new(), postings: Vec::new() };
    let Dictionary { blocks, words, postings } = &mut dictionary;
    let (mut next, mut before) = (0_u32, "");
    for (n, (word, group)) in grouped.words.iter().enumerate() {
        if n % BLOCK_WORDS == 0 {
            blocks.extend([number(words.len()), next.to_le_bytes(), number(postings.len())].concat());
            before = "";
        }
        put_word(words, before, word);
        before = word;
        if *group < next {
            put_varint(words, (next - group) << 1 | 1);
            continue;
        }
        let of_group = &encoded[*group as usize];
        let bytes = of_group.bytes();
        put_varint(words, of_group.count << 2 | u32::from(!of_group.full.is_empty()) << 1);
        put_varint(words, u32::try_from(bytes.len()).expect("an index is smaller than 4 GiB"));
        postings.extend_from_slice(bytes);
        next += 1;
    }
    dictionary
}

/// Writes a word after another: how much they share, and the rest.
fn put_word(to: &mut Vec<u8>, before: &str, word: &str) {
    let shared = before.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count().min(15);
    let rest = &word.as_bytes()[shared..];
    let length = rest.len().min(15);
    to.push(u8::try_from(shared << 4 | length).expect("both are less than 16"));
    if length == 15 {
        to.push(u8::try_from(rest.len() - 15).expect("a word is short"));
    }
    to.extend_from_slice(rest);
}
