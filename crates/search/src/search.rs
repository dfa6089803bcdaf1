//! Finds posts.

use std::fmt;

use crate::query::{Ending, Query};
use crate::snippet::{Snippet, snippet};
use crate::token::{Run, Runs};

/// Why bytes are not an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not begin with the magic number.
    Magic,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a search index: the magic number is missing")
    }
}

impl std::error::Error for Error {}

/// An index, read in place.
#[derive(Clone, Copy, Debug)]
pub struct Index<'a> {
    bytes: &'a [u8],
}

/// A post that was found, and its best section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    /// The post's path.
    pub route: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its date, as it is displayed.
    pub date: &'a str,
    /// The anchor of the section; empty before the first heading.
    pub anchor: &'a str,
    /// Its heading.
    pub heading: &'a str,
    /// Where the section is in the page.
    pub start: u32,
    /// How long it is.
    pub length: u32,
}

/// What a search has found.
#[derive(Clone, Debug)]
pub struct Results<'a> {
    /// The number of posts.
    pub total: usize,
    /// Whether they have all that the query asks for; if not, no post has.
    pub complete: bool,
    /// Those that were asked for, the best first.
    pub hits: Vec<Hit<'a>>,
    /// Words that were typed and the words that were used instead.
    pub corrections: Vec<(String, String)>,
    /// Words that are nowhere.
    pub missing: Vec<String>,
    words: Vec<(String, Ending)>,
}

impl Results<'_> {
    /// The part of a section's plain text in which most of the query's words are.
    #[must_use]
    pub fn snippet(&self, text: &str) -> Snippet {
        snippet(text, &mut |run| self.words.iter().position(|(word, ending)| is_match(run, word, *ending)))
    }
}

fn is_match(run: &Run, word: &str, ending: Ending) -> bool {
    let matches = |found: &str| if ending == Ending::Whole { found == word } else { found.starts_with(word) };
    matches(&run.word) || run.parts.iter().any(|part| matches(part))
}

impl<'a> Index<'a> {
    /// Checks the header. The index is not read.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        bytes.strip_prefix(b"GRAVENSX").map(|bytes| Self { bytes }).ok_or(Error::Magic)
    }

    /// Finds posts: `count` of them after the `first` ones.
    #[must_use]
    pub fn search(&self, query: &Query<'_>, first: usize, count: usize) -> Results<'a> {
        let words: Vec<_> = query.terms.iter().map(|term| (term.run.word.clone(), term.ending)).collect();
        let mut found = Vec::new();
        let mut bytes = self.bytes;
        while let Some((score, hit)) = read_post(&mut bytes, &words) {
            if score > 0.0 {
                found.push((score, hit));
            }
        }
        found.sort_by(|one, other| other.0.total_cmp(&one.0));
        let total = found.len();
        let hits = found.into_iter().map(|(_, hit)| hit).skip(first).take(count).collect();
        Results { total, complete: true, hits, corrections: Vec::new(), missing: Vec::new(), words }
    }
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_le_bytes(*number))
}

fn text<'a>(bytes: &mut &'a [u8]) -> Option<&'a str> {
    let length = number(bytes)? as usize;
    let (text, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    std::str::from_utf8(text).ok()
}

/// Reads a post, and scores it: the saturated frequencies of all words, or 0 if one is missing.
fn read_post<'a>(bytes: &mut &'a [u8], words: &[(String, Ending)]) -> Option<(f32, Hit<'a>)> {
    let (route, title, date, about) = (text(bytes)?, text(bytes)?, text(bytes)?, text(bytes)?);
    let mut hit = Hit { route, title, date, anchor: "", heading: "", start: 0, length: 0 };
    let mut counts = vec![0.0_f32; words.len()];
    count(title, words, 8.0, &mut counts);
    count(about, words, 3.0, &mut counts);
    let mut best = -1.0;
    for _ in 0..number(bytes)? {
        let (anchor, heading, prose, start, length) =
            (text(bytes)?, text(bytes)?, text(bytes)?, number(bytes)?, number(bytes)?);
        let mut here = vec![0.0; words.len()];
        count(heading, words, 3.0, &mut here);
        count(prose, words, 1.0, &mut here);
        counts.iter_mut().zip(&here).for_each(|(all, here)| *all += here);
        let sum = score(&here);
        if sum > best {
            best = sum;
            hit = Hit { anchor, heading, start, length, ..hit };
        }
    }
    let all = counts.iter().all(|&count| count > 0.0);
    Some((if all { score(&counts) } else { 0.0 }, hit))
}

fn score(counts: &[f32]) -> f32 {
    counts.iter().map(|count| count / (count + 1.2)).sum()
}

fn count(text: &str, words: &[(String, Ending)], weight: f32, counts: &mut [f32]) {
    let mut runs = Runs::new(text);
    let mut run = Run::default();
    while runs.next_into(&mut run) {
        for (n, (word, ending)) in words.iter().enumerate() {
            if is_match(&run, word, *ending) {
                counts[n] += weight;
            }
        }
    }
}

#[cfg(all(test, feature = "write"))]
mod tests {
    use super::*;
    use crate::write::{Builder, Post, Section};

    #[test]
    fn a_word_finds_the_post_and_its_section() {
        let mut builder = Builder::new("en");
        let section = |anchor, text| Section { anchor, text, start: 3, length: 9, ..Section::default() };
        let sections = vec![section("", "Nothing here"), section("two", "The leader’s Élection in camelCase")];
        builder.add(&Post { route: "/blog/a", title: "A", sections, ..Post::default() });
        let bytes = builder.finish();
        let index = Index::open(&bytes).unwrap();
        for text in ["election", "ÉLECTION", "elec", "case", "camelcase", "leader election"] {
            let results = index.search(&Query::parse(text), 0, 10);
            assert_eq!(results.hits.first().map(|hit| (hit.route, hit.anchor)), Some(("/blog/a", "two")), "{text}");
            let parts = results.snippet("The leader’s Élection in camelCase").parts;
            assert!(parts.iter().any(|part| part.0), "{parts:?}");
        }
        assert_eq!(index.search(&Query::parse("absent"), 0, 10).total, 0);
    }
}
