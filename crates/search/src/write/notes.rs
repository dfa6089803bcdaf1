//! The words of posts, noted one by one: the builder's memory until all posts are known.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::bits::{put_text, put_varint};
use super::post::{Post, Section};
use super::stem::Stems;
use crate::query::Kind;
use crate::token::{MAX_WORD, Run, Runs};

/// The words of a post that are indexed: more than any book has.
const MAX_POST_WORDS: u32 = 1 << 20;

/// The distance between two fields, so that no phrase is found across them.
const FIELD_GAP: u32 = 16;

/// Where in a post a word is. It decides how much the word counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Title,
    Heading,
    Tag,
    Description,
    Text,
    Code,
    /// A tag or a topic as a whole, for filters.
    Filter,
}

impl Field {
    const ALL: [Field; 7] =
        [Self::Title, Self::Heading, Self::Tag, Self::Description, Self::Text, Self::Code, Self::Filter];

    /// How many words of the text one word counts for. Set by hand until the first hits of `tests/it/quality.rs` were right.
    fn weight(self) -> f32 {
        match self {
            Self::Title => 10.0,
            Self::Heading => 4.0,
            Self::Tag => 5.0,
            Self::Description => 2.0,
            Self::Text => 1.0,
            Self::Code => 0.6,
            Self::Filter => 0.0,
        }
    }
}

/// A word of a post: its number, and its field and position in one number, as a site has millions of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Note {
    pub(super) word: u32,
    place: u32,
}

impl Note {
    fn new(word: u32, field: Field, is_part: bool, position: u32) -> Self {
        Self { word, place: position | u32::from(is_part) << 24 | (field as u32) << 25 }
    }

    pub(super) fn position(self) -> u32 {
        self.place & 0x00ff_ffff
    }

    pub(super) fn field(self) -> Field {
        Field::ALL[(self.place >> 25) as usize]
    }

    /// How much it counts. Part of an identifier counts half.
    pub(super) fn weight(self) -> f32 {
        let is_part = self.place >> 24 & 1 == 1;
        self.field().weight() * if is_part { 0.5 } else { 1.0 }
    }
}

/// A post that was added.
#[derive(Debug)]
pub(super) struct Added {
    pub(super) record: Record,
    /// Its notes among all.
    pub(super) notes: Range<usize>,
    /// Its words with the stems of their written forms, which differ from the folded ones.
    pub(super) forms: Vec<(u32, u32)>,
    /// The number of its words.
    pub(super) length: u32,
    pub(super) text_bytes: usize,
}

/// What an index says of a post besides its words: bytes, and the numbers between them that say where its sections begin.
#[derive(Debug, Default)]
pub(super) struct Record {
    bytes: Vec<u8>,
    /// Each number, with the offset in `bytes` where it is written.
    starts: Vec<(usize, u32)>,
}

impl Record {
    /// Writes the record of a post whose text begins `shift` later than it said.
    pub(super) fn write(&self, shift: u32, to: &mut Vec<u8>) {
        let mut at = 0;
        for &(offset, start) in &self.starts {
            to.extend_from_slice(&self.bytes[at..offset]);
            put_varint(to, start.saturating_add(shift));
            at = offset;
        }
        to.extend_from_slice(&self.bytes[at..]);
    }
}

/// All posts that were added.
pub(super) struct Notes {
    pub(super) stems: Stems,
    numbers: HashMap<String, u32>,
    pub(super) words: Vec<String>,
    pub(super) all: Vec<Note>,
    pub(super) posts: Vec<Added>,
    /// The words in their order, by number, once they have been sorted.
    sorted: OnceLock<Vec<u32>>,
    forms: Vec<(u32, u32)>,
    text_bytes: usize,
    position: u32,
}

impl Notes {
    pub(super) fn new(language: &str) -> Self {
        Self {
            stems: Stems::new(language),
            numbers: HashMap::new(),
            words: Vec::new(),
            all: Vec::new(),
            posts: Vec::new(),
            sorted: OnceLock::new(),
            forms: Vec::new(),
            text_bytes: 0,
            position: 0,
        }
    }

    /// Adds a post, and returns its number.
    pub(super) fn add(&mut self, post: &Post<'_>) -> usize {
        let first = self.all.len();
        (self.sorted, self.position, self.text_bytes) = (OnceLock::new(), 0, 0);
        self.add_text(post.title, Field::Title);
        for tag in &post.tags {
            self.add_filter(&Kind::Tag.key(tag));
            self.add_text(tag, Field::Tag);
        }
        for topic in &post.topics {
            self.add_filter(&Kind::Topic.key(topic));
        }
        self.add_text(post.description, Field::Description);
        let mut record = Record::default();
        for text in [post.route, post.title, post.date] {
            put_text(&mut record.bytes, text);
        }
        put_varint(&mut record.bytes, u32::try_from(post.sections.len()).unwrap_or(u32::MAX));
        let mut before = 0;
        for section in &post.sections {
            before = self.add_section(section, before, &mut record);
        }
        let mut forms = std::mem::take(&mut self.forms);
        forms.sort_unstable();
        forms.dedup();
        let notes = first..self.all.len();
        self.posts.push(Added { record, notes, forms, length: self.position, text_bytes: self.text_bytes });
        self.posts.len() - 1
    }

    /// The numbers of the words in the order of the words.
    pub(super) fn sorted(&self) -> &[u32] {
        self.sorted.get_or_init(|| {
            let mut sorted: Vec<u32> = (0..).zip(&self.words).map(|(number, _)| number).collect();
            sorted.sort_unstable_by_key(|&number| &self.words[number as usize]);
            sorted
        })
    }

    /// Adds a section, and returns the position after its heading.
    fn add_section(&mut self, section: &Section<'_>, before: u32, record: &mut Record) -> u32 {
        let first = self.position;
        self.add_text(section.heading, Field::Heading);
        let after = self.position;
        self.add_text(section.text, Field::Text);
        self.add_text(section.code, Field::Code);
        put_text(&mut record.bytes, section.anchor);
        put_text(&mut record.bytes, section.heading);
        record.starts.push((record.bytes.len(), section.start));
        for number in [section.length, first - before, after - first] {
            put_varint(&mut record.bytes, number);
        }
        after
    }

    fn add_filter(&mut self, key: &str) {
        if key.len() > 1 {
            let word = self.number(key);
            self.all.push(Note::new(word, Field::Filter, false, 0));
        }
    }

    fn add_text(&mut self, text: &str, field: Field) {
        self.text_bytes += text.len();
        let mut runs = Runs::new(text);
        let (mut run, mut last) = (Run::default(), Run::default());
        // A pair such as "e-mail" that is not part of "mail-e-mail".
        let mut pair: Option<(String, u32)> = None;
        while self.position < MAX_POST_WORDS && runs.next_into(&mut run) {
            if let Some((joined, position)) = pair.take().filter(|_| !run.hyphenated) {
                self.note(&joined, field, true, position);
            }
            if run.hyphenated && !last.hyphenated && run.word.len() + last.word.len() <= MAX_WORD {
                pair = Some(([last.word.as_str(), run.word.as_str()].concat(), self.position - 1));
            }
            let word = self.note(&run.word, field, false, self.position);
            let written = &text[run.start..run.end];
            if !written.is_ascii() {
                self.forms.extend(self.stems.of_form(written).map(|stem| (word, stem)));
            }
            for part in &run.parts {
                self.note(part, field, true, self.position);
            }
            self.position += 1;
            std::mem::swap(&mut run, &mut last);
        }
        if let Some((joined, position)) = pair {
            self.note(&joined, field, true, position);
        }
        self.position = self.position.min(MAX_POST_WORDS) + FIELD_GAP;
    }

    fn note(&mut self, word: &str, field: Field, is_part: bool, position: u32) -> u32 {
        let word = self.number(word);
        self.all.push(Note::new(word, field, is_part, position));
        word
    }

    fn number(&mut self, word: &str) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = u32::try_from(self.words.len()).expect("there are fewer than 2^32 words");
        self.numbers.insert(word.to_owned(), number);
        self.words.push(word.to_owned());
        self.stems.add(word);
        number
    }
}
