//! Stems: which words are forms of one word in the site's language.

use std::collections::{BTreeMap, HashMap, HashSet};

use rust_stemmers::{Algorithm, Stemmer};

use crate::fold::fold;
use crate::format::MAX_ENDINGS;

/// The letters that two forms share at least for their endings to be learnt.
const MIN_BASE: usize = 3;

/// The longest ending in bytes: "ations".
const MAX_ENDING: usize = 6;

/// The forms of a group whose endings are compared, so that a large group costs no time.
const MAX_FORMS: usize = 12;

/// The groups of words, as sets that are joined.
pub(super) struct Stems {
    stemmer: Option<Stemmer>,
    /// For each word a word of the same set; the word itself if it names the set.
    parents: Vec<u32>,
    /// The first word with each stem.
    first: HashMap<String, u32>,
    /// Words as they are written, if that differs from their folded form.
    written: HashSet<String>,
}

impl Stems {
    pub(super) fn new(language: &str) -> Self {
        let stemmer = algorithm(language).map(Stemmer::create);
        Self { stemmer, parents: Vec::new(), first: HashMap::new(), written: HashSet::new() }
    }

    /// Adds a folded word, which has the next number.
    pub(super) fn add(&mut self, number: u32, word: &str) {
        self.parents.push(number);
        self.join_stem(number, word);
    }

    /// Stems a word as it is written as well: what is folded may be an ending, as in French.
    pub(super) fn join(&mut self, number: u32, written: &str) {
        let lower = written.to_lowercase();
        if !lower.is_ascii() && !self.written.contains(&lower) {
            self.join_stem(number, &lower);
            self.written.insert(lower);
        }
    }

    fn join_stem(&mut self, number: u32, word: &str) {
        let Some(stemmer) = self.stemmer.as_ref().filter(|_| word.chars().all(char::is_alphabetic)) else { return };
        let mut stem = String::new();
        for c in stemmer.stem(word).chars() {
            fold(c, &mut stem);
        }
        let first = *self.first.entry(stem).or_insert(number);
        let (one, other) = (self.root(first), self.root(number));
        // The smaller number names the set, in whichever order words are joined.
        self.parents[one.max(other) as usize] = one.min(other);
    }

    /// For each word the one that names its set.
    pub(super) fn roots(&mut self) -> Vec<u32> {
        self.parents.clone().into_iter().map(|parent| self.root(parent)).collect()
    }

    fn root(&mut self, mut number: u32) -> u32 {
        while self.parents[number as usize] != number {
            let parent = self.parents[number as usize];
            self.parents[number as usize] = self.parents[parent as usize];
            number = parent;
        }
        number
    }
}

/// Snowball's algorithm for a language tag.
fn algorithm(language: &str) -> Option<Algorithm> {
    let primary = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    Some(match primary.as_str() {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nb" | "nn" | "no" => Algorithm::Norwegian,
        "nl" => Algorithm::Dutch,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        _ => return None,
    })
}

/// The most frequent pairs of endings among the forms of groups: how a form that does not occur becomes one that does. Those that change a word
/// least come first.
pub(super) fn endings(groups: &[Vec<&str>]) -> Vec<(String, String)> {
    let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for forms in groups {
        let forms = &forms[..forms.len().min(MAX_FORMS)];
        for one in forms {
            for other in forms.iter().filter(|other| *other != one) {
                if let Some(pair) = pair(one, other) {
                    *counts.entry(pair).or_default() += 1;
                }
            }
        }
    }
    let mut pairs: Vec<_> = counts.into_iter().collect();
    pairs.sort_by_key(|(_, count)| u32::MAX - count);
    pairs.truncate(MAX_ENDINGS);
    pairs.sort_by_key(|((from, to), _)| from.len() + to.len());
    pairs.into_iter().map(|((from, to), _)| (from.to_owned(), to.to_owned())).collect()
}

/// What follows the letters that two words share.
fn pair<'a>(one: &'a str, other: &'a str) -> Option<(&'a str, &'a str)> {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b);
    let base: usize = same.map(|(c, _)| c.len_utf8()).sum();
    let (from, to) = (&one[base..], &other[base..]);
    (base >= MIN_BASE && from.len().max(to.len()) <= MAX_ENDING).then_some((from, to))
}
