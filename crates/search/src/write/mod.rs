//! The builder of an index: posts in, bytes out. The same posts in the same order give the same bytes.
//!
//! 1. `add` notes each word of a post with its field and its position.
//! 2. `stem`: words with the same stem become a group.
//! 3. `groups`: the notes are sorted by group and become postings.
//! 4. `layout`: the sections are joined.

mod bits;
mod groups;
mod layout;
mod stem;

use std::collections::HashMap;

use crate::query::Kind;
use crate::token::{MAX_WORD, Run, Runs};
use bits::{put_text, put_varint};
use stem::Stems;

/// The words of a post that are indexed: more than any book has.
const MAX_POST_WORDS: u32 = 1 << 20;

/// The distance between two fields, so that no phrase is found across them.
const FIELD_GAP: u32 = 16;

/// A post to be found.
#[derive(Clone, Debug, Default)]
pub struct Post<'a> {
    /// Its path on the site.
    pub route: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its description.
    pub description: &'a str,
    /// Its date, as it is displayed.
    pub date: &'a str,
    /// The slugs of its topics.
    pub topics: Vec<&'a str>,
    /// Its tags. A filter may write a tag as its name or as its slug; capital letters, spaces and punctuation make no difference.
    pub tags: Vec<&'a str>,
    /// Its sections, in order; the first may be what is before the first heading.
    pub sections: Vec<Section<'a>>,
}

/// A heading and what follows, up to the next.
#[derive(Clone, Debug, Default)]
pub struct Section<'a> {
    /// The heading's anchor; empty before the first heading.
    pub anchor: &'a str,
    /// The heading; empty before the first.
    pub heading: &'a str,
    /// Its prose.
    pub text: &'a str,
    /// Its code.
    pub code: &'a str,
    /// Where it is in the page, for the caller of a search: any number.
    pub start: u32,
    /// How long it is.
    pub length: u32,
}

/// Where in a post a word is. It decides how much the word counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
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
struct Note {
    word: u32,
    place: u32,
}

impl Note {
    fn new(word: u32, field: Field, is_part: bool, position: u32) -> Self {
        Self { word, place: position | u32::from(is_part) << 24 | (field as u32) << 25 }
    }

    fn position(self) -> u32 {
        self.place & 0x00ff_ffff
    }

    fn field(self) -> Field {
        Field::ALL[(self.place >> 25) as usize]
    }

    /// How much it counts. Part of an identifier counts half.
    fn weight(self) -> f32 {
        let is_part = self.place >> 24 & 1 == 1;
        self.field().weight() * if is_part { 0.5 } else { 1.0 }
    }
}

/// A post that was added.
#[derive(Debug)]
struct Added {
    record: Vec<u8>,
    /// The number of notes up to its end.
    notes_end: usize,
    /// The number of its words.
    length: u32,
}

/// Builds an index.
pub struct Builder {
    stems: Stems,
    numbers: HashMap<String, u32>,
    words: Vec<String>,
    notes: Vec<Note>,
    posts: Vec<Added>,
    text_bytes: usize,
    position: u32,
}

impl Builder {
    /// A builder for a site in a language, such as `en-GB`. Its words are stemmed if Snowball has the language.
    #[must_use]
    pub fn new(language: &str) -> Self {
        Self {
            stems: Stems::new(language),
            numbers: HashMap::new(),
            words: Vec::new(),
            notes: Vec::new(),
            posts: Vec::new(),
            text_bytes: 0,
            position: 0,
        }
    }

    /// Adds a post. The newest comes first: it is the first of equal hits.
    pub fn add(&mut self, post: &Post<'_>) {
        self.position = 0;
        self.add_text(post.title, Field::Title);
        for tag in &post.tags {
            self.add_filter(&Kind::Tag.key(tag));
            self.add_text(tag, Field::Tag);
        }
        for topic in &post.topics {
            self.add_filter(&Kind::Topic.key(topic));
        }
        self.add_text(post.description, Field::Description);
        let mut record = Vec::new();
        for text in [post.route, post.title, post.date] {
            put_text(&mut record, text);
        }
        put_varint(&mut record, u32::try_from(post.sections.len()).unwrap_or(u32::MAX));
        let mut before = 0;
        for section in &post.sections {
            before = self.add_section(section, before, &mut record);
        }
        self.posts.push(Added { record, notes_end: self.notes.len(), length: self.position });
    }

    /// The bytes of the index.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        layout::index(self)
    }

    /// Adds a section, and returns the position after its heading.
    fn add_section(&mut self, section: &Section<'_>, before: u32, record: &mut Vec<u8>) -> u32 {
        let first = self.position;
        self.add_text(section.heading, Field::Heading);
        let after = self.position;
        self.add_text(section.text, Field::Text);
        self.add_text(section.code, Field::Code);
        put_text(record, section.anchor);
        put_text(record, section.heading);
        for number in [section.start, section.length, first - before, after - first] {
            put_varint(record, number);
        }
        after
    }

    fn add_filter(&mut self, key: &str) {
        if key.len() > 1 {
            let word = self.number(key);
            self.notes.push(Note::new(word, Field::Filter, false, 0));
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
            if !text[run.start..run.end].is_ascii() {
                self.stems.join(word, &text[run.start..run.end]);
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
        self.notes.push(Note::new(word, field, is_part, position));
        word
    }

    fn number(&mut self, word: &str) -> u32 {
        if let Some(&number) = self.numbers.get(word) {
            return number;
        }
        let number = u32::try_from(self.words.len()).expect("there are fewer than 2^32 words");
        self.numbers.insert(word.to_owned(), number);
        self.words.push(word.to_owned());
        self.stems.add(number, word);
        number
    }
}
