//! Stems: which words are forms of one word in the site's language.

use std::collections::{BTreeMap, HashMap};

use rust_stemmers::{Algorithm, Stemmer};

use crate::fold::fold;
use crate::format::MAX_ENDINGS;

/// The letters that two forms share at least for their endings to be learnt.
const MIN_BASE: usize = 3;

/// The longest ending in bytes: "ations".
const MAX_ENDING: usize = 6;

/// The forms of a group whose endings are compared, so that a large group costs no time.
const MAX_FORMS: usize = 12;

/// The stems of all words.
pub(super) struct Stems {
    stemmer: Option<Stemmer>,
    numbers: HashMap<String, u32>,
    /// For each word its stem, if it has one.
    of_word: Vec<Option<u32>>,
    /// Words as they are written, in small letters, with their stems.
    of_form: HashMap<String, Option<u32>>,
}

impl Stems {
    pub(super) fn new(language: &str) -> Self {
        let stemmer = algorithm(language).map(Stemmer::create);
        Self { stemmer, numbers: HashMap::new(), of_word: Vec::new(), of_form: HashMap::new() }
    }

    /// Adds a folded word, which has the next number.
    pub(super) fn add(&mut self, word: &str) {
        let stem = self.of(word);
        self.of_word.push(stem);
    }

    /// The stem of a word as it is written: what is folded may be an ending, as in French.
    pub(super) fn of_form(&mut self, written: &str) -> Option<u32> {
        let lower = written.to_lowercase();
        if lower.is_ascii() {
            return None;
        }
        if let Some(stem) = self.of_form.get(&lower) {
            return *stem;
        }
        let stem = self.of(&lower);
        self.of_form.insert(lower, stem);
        stem
    }

    fn of(&mut self, word: &str) -> Option<u32> {
        let stemmer = self.stemmer.as_ref().filter(|_| word.chars().all(char::is_alphabetic))?;
        let mut stem = String::new();
        for c in stemmer.stem(word).chars() {
            fold(c, &mut stem);
        }
        let next = u32::try_from(self.numbers.len()).expect("there are fewer than 2^32 words");
        Some(*self.numbers.entry(stem).or_insert(next))
    }

    /// For each word the number of its set. Words with a stem in common are in one set, those of `words` by their folded forms, and others by `forms`.
    pub(super) fn sets(&self, words: impl Iterator<Item = u32>, forms: impl Iterator<Item = (u32, u32)>) -> Vec<u32> {
        let count = u32::try_from(self.of_word.len()).expect("there are fewer than 2^32 words");
        let all = self.of_word.len() + self.numbers.len();
        // After the words come the stems.
        let mut sets = Sets((0..).take(all).collect());
        for word in words {
            if let Some(stem) = self.of_word[word as usize] {
                sets.join(word, count + stem);
            }
        }
        for (word, stem) in forms {
            sets.join(word, count + stem);
        }
        (0..count).map(|word| sets.root(word)).collect()
    }
}

/// Sets that are joined: for each member another of the same set, or itself if it names the set.
struct Sets(Vec<u32>);

impl Sets {
    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        self.0[one.max(other) as usize] = one.min(other);
    }

    fn root(&mut self, mut member: u32) -> u32 {
        while self.0[member as usize] != member {
            let parent = self.0[member as usize];
            self.0[member as usize] = self.0[parent as usize];
            member = parent;
        }
        member
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
