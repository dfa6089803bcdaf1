//! What a reader types, as terms, phrases and filters. Whatever the text is, it is a query.

use std::ops::Range;

use crate::token::{MAX_WORD, Run, Runs};

/// The bytes of a text that are used, so that no query costs much. A long sentence has about as many.
pub const MAX_QUERY_BYTES: usize = 200;

/// The terms that are used: more never name a post better, and each costs time.
pub const MAX_TERMS: usize = 12;

/// The filters that are used.
pub const MAX_FILTERS: usize = 4;

/// What a reader asks for.
///
/// | syntax | meaning |
/// |---|---|
/// | `raft leader` | posts with both words; if there is none, posts with most of them |
/// | `"leader election"` | the words next to each other, in this order |
/// | `elect*` | words that begin so; so does the last word, as long as nothing follows it and it is no word by itself |
/// | `tag:raft`, `tag:"two words"`, `topic:databases` | only posts with this tag, of this topic |
///
/// ```
/// use graven_search::{Kind, Query};
///
/// let query = Query::parse("\"leader election\" tag:raft");
/// assert!(!query.is_empty());
/// assert_eq!((query.filters()[0].kind, query.filters()[0].value), (Kind::Tag, "raft"));
/// assert!(query.ignored().is_empty());
/// assert!(Query::parse(" ?! ").is_empty());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Query<'q> {
    pub(crate) terms: Vec<Term>,
    pub(crate) phrases: Vec<Phrase>,
    filters: Vec<Filter<'q>>,
    ignored: Vec<&'q str>,
}

/// Only posts that have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter<'q> {
    /// What it is about.
    pub kind: Kind,
    /// The name or the slug, as it was typed.
    pub value: &'q str,
}

/// What a filter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `tag:`
    Tag,
    /// `topic:`
    Topic,
}

impl Kind {
    const ALL: [(&'static str, Kind); 2] = [("tag:", Kind::Tag), ("topic:", Kind::Topic)];

    /// What a tag or a topic is in the dictionary: its words in one, after a sign that no word begins with.
    pub(crate) fn key(self, value: &str) -> String {
        let mut key = String::from(match self {
            Kind::Tag => '#',
            Kind::Topic => '@',
        });
        let mut runs = Runs::new(&value[..value.floor_char_boundary(MAX_QUERY_BYTES)]);
        let mut run = Run::default();
        while key.len() < MAX_WORD && runs.next_into(&mut run) {
            key.push_str(&run.word);
        }
        key.truncate(key.floor_char_boundary(MAX_WORD));
        key
    }
}

/// A word that posts should have.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) run: Run,
    pub(crate) ending: Ending,
    /// It and the word after it, written as one, if a hyphen joins them: "e-mail" finds "email".
    pub(crate) joined: Option<String>,
}

/// What may follow the letters of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing.
    Whole,
    /// Nothing, or anything if there is no such word: it is still being typed.
    Typing,
    /// Anything.
    Any,
}

/// Terms that should be next to each other.
#[derive(Clone, Debug)]
pub(crate) struct Phrase {
    pub(crate) terms: Range<usize>,
    /// In quotes; else it is a compound such as `node.js`, where neighbours are better but not needed.
    pub(crate) quoted: bool,
}

impl<'q> Query<'q> {
    /// Reads a query. It never fails; [`ignored`](Self::ignored) has what was not used.
    #[must_use]
    pub fn parse(text: &'q str) -> Self {
        let mut query = Self::default();
        let (used, beyond) = text.split_at(text.floor_char_boundary(MAX_QUERY_BYTES));
        let mut rest = used;
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                break;
            }
            rest = query.read_item(rest);
        }
        if !beyond.trim().is_empty() {
            query.ignored.push(beyond);
        }
        query
    }

    /// Whether it asks for nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.filters.is_empty()
    }

    /// The filters, in the order of the text.
    #[must_use]
    pub fn filters(&self) -> &[Filter<'q>] {
        &self.filters
    }

    /// What is not used: beyond [`MAX_QUERY_BYTES`], [`MAX_TERMS`] or [`MAX_FILTERS`].
    #[must_use]
    pub fn ignored(&self) -> &[&'q str] {
        &self.ignored
    }

    /// Reads a filter, a phrase or a word, and returns what follows.
    fn read_item(&mut self, text: &'q str) -> &'q str {
        for (name, kind) in Kind::ALL {
            let named = text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            let value = text.get(name.len()..).unwrap_or_default();
            if named && value.starts_with(|c: char| !c.is_whitespace()) {
                let (value, rest, _) = if value.starts_with(is_quote) { quoted(value) } else { unquoted(value) };
                self.add_filter(Filter { kind, value });
                return rest;
            }
        }
        let in_quotes = text.starts_with(is_quote);
        let (item, rest, is_open) = if in_quotes { quoted(text) } else { unquoted(text) };
        let ending = match is_open {
            _ if item.ends_with('*') => Ending::Any,
            true if rest.is_empty() => Ending::Typing,
            _ => Ending::Whole,
        };
        self.add_words(item, in_quotes, ending);
        rest
    }

    fn add_filter(&mut self, filter: Filter<'q>) {
        if filter.value.chars().any(char::is_alphanumeric) {
            if self.filters.len() < MAX_FILTERS { self.filters.push(filter) } else { self.ignored.push(filter.value) }
        }
    }

    fn add_words(&mut self, item: &'q str, quoted: bool, ending: Ending) {
        let first = self.terms.len();
        let mut runs = Runs::new(item);
        let mut run = Run::default();
        while runs.next_into(&mut run) {
            if self.terms.len() >= MAX_TERMS {
                self.ignored.push(item.get(run.start..).unwrap_or_default());
                break;
            }
            self.terms.push(Term { run: std::mem::take(&mut run), ending: Ending::Whole, joined: None });
        }
        let added = self.terms.get_mut(first..).unwrap_or_default();
        if let Some(last) = added.last_mut() {
            last.ending = ending;
        }
        if let [one, two] = added
            && two.run.hyphenated
        {
            let joined = [one.run.word.as_str(), two.run.word.as_str()].concat();
            one.joined = Some(joined.clone());
            two.joined = Some(joined);
        }
        if added.len() > 1 {
            self.phrases.push(Phrase { terms: first..self.terms.len(), quoted });
        }
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}')
}

/// The text between two quotes, what follows, and whether the second quote is missing.
fn quoted(text: &str) -> (&str, &str, bool) {
    let inner = text.trim_start_matches(is_quote);
    match inner.find(is_quote) {
        Some(end) => (&inner[..end], inner[end..].trim_start_matches(is_quote), false),
        None => (inner, "", true),
    }
}

/// The text up to white space or a quote, what follows, and whether it ends with the text.
fn unquoted(text: &str) -> (&str, &str, bool) {
    let end = text.find(|c: char| c.is_whitespace() || is_quote(c)).unwrap_or(text.len());
    (&text[..end], &text[end..], end == text.len())
}
