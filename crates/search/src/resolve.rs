//! A term of a query becomes groups of the dictionary:
//!
//! 1. the word as it is;
//! 2. the word with another ending of the language, as the dictionary has only the forms that occur;
//! 3. words that begin with it;
//! 4. the parts of an identifier;
//! 5. the word with one typo less.

use crate::bits::Bytes;
use crate::budget::Budget;
use crate::dictionary::Dictionary;
use crate::format::{MAX_ENDINGS, Sections};
use crate::postings::Group;
use crate::query::{Ending, MAX_TERMS, Query, Term};
use crate::token::Run;

/// The groups that a prefix stands for: those in most posts. More of them add posts that have only rare forms.
const MAX_EXPANSIONS: usize = 64;

/// A word that is not followed by anything is taken for a beginning if it has as many bytes. Two letters begin too many words.
const MIN_PREFIX: usize = 3;

/// The bytes that both forms of a word have in common at least. Fewer join words that have nothing in common.
const MIN_BASE: usize = 3;

/// The letters of a word that may have a typo. With four, most words are one letter away from another.
const MIN_CORRECTED: usize = 5;

/// A word in one post is taken for a typo of a word that is in as many.
const MIN_COMMON: u32 = 100;

/// How much the group of the word itself counts, and that of a guess.
pub(crate) const FULL: u32 = 4;
const GUESS: u32 = 2;

/// What a query asks for, in terms of the dictionary.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resolved<'a> {
    pub(crate) clauses: Vec<Clause<'a>>,
    pub(crate) corrections: Vec<(String, String)>,
    pub(crate) missing: Vec<String>,
}

/// One of these groups should be in a post.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clause<'a> {
    /// The term that it is for. The parts of an identifier are clauses of one term.
    pub(crate) term: usize,
    /// The groups, each with how much it counts: the most first.
    pub(crate) groups: Vec<(Group<'a>, u32)>,
    /// The word that was found.
    pub(crate) word: String,
    /// Whether words that begin with it are meant as well.
    pub(crate) is_prefix: bool,
}

impl Clause<'_> {
    /// In how many posts it is, at most.
    pub(crate) fn count(&self) -> u32 {
        self.groups.iter().fold(0, |sum, (group, _)| sum.saturating_add(group.count))
    }
}

/// Resolves a query.
pub(crate) struct Resolver<'a, 'b> {
    pub(crate) sections: Sections<'a>,
    pub(crate) dictionary: Dictionary<'a>,
    pub(crate) budget: &'b mut Budget,
}

impl<'a> Resolver<'a, '_> {
    pub(crate) fn resolve(&mut self, query: &Query<'_>) -> Resolved<'a> {
        let mut resolved = Resolved::default();
        for (number, term) in query.terms.iter().enumerate() {
            let before = resolved.clauses.len();
            self.resolve_term(term, &mut resolved);
            for clause in resolved.clauses.iter_mut().skip(before) {
                clause.term = number;
            }
        }
        resolved.clauses.truncate(MAX_TERMS);
        resolved
    }

    fn resolve_term(&mut self, term: &Term, resolved: &mut Resolved<'a>) {
        let word = term.run.word.as_str();
        let mut clause = self.form(word).unwrap_or_default();
        if let Some(joined) = &term.joined
            && let Some(group) = self.find(joined)
        {
            if clause.groups.is_empty() {
                joined.clone_into(&mut clause.word);
            }
            clause.groups.push((group, FULL));
        }
        let is_unknown = clause.groups.is_empty();
        if term.ending == Ending::Any || (term.ending == Ending::Typing && is_unknown) {
            self.expand(word, &mut clause);
        }
        if let [(group, _)] = clause.groups[..]
            && group.count == 1
        {
            self.add_common(word, &mut clause, resolved);
        }
        if clause.groups.is_empty() && self.resolve_parts(&term.run, resolved) {
            return;
        }
        if clause.groups.is_empty() && word.len() >= MIN_PREFIX {
            self.expand(word, &mut clause);
        }
        if clause.groups.is_empty()
            && let Some((corrected, group)) = self.correct(word)
        {
            resolved.corrections.push((word.to_owned(), corrected.clone()));
            clause = Clause { groups: vec![(group, FULL)], word: corrected, ..Clause::default() };
        }
        if clause.groups.is_empty() {
            resolved.missing.push(word.to_owned());
        }
        resolved.clauses.push(clause);
    }

    fn find(&mut self, word: &str) -> Option<Group<'a>> {
        self.dictionary.find(word.as_bytes(), self.budget)
    }

    /// The word, or another form of it.
    fn form(&mut self, word: &str) -> Option<Clause<'a>> {
        let found = |word: String, group| Clause { groups: vec![(group, FULL)], word, ..Clause::default() };
        if let Some(group) = self.find(word) {
            return Some(found(word.to_owned(), group));
        }
        let mut endings = Bytes(self.sections.endings);
        for _ in 0..MAX_ENDINGS {
            let (from, to) = (endings.text()?, endings.text()?);
            let Some(base) = word.strip_suffix(from).filter(|base| base.len() >= MIN_BASE) else { continue };
            let form = [base, to].concat();
            if let Some(group) = self.find(&form) {
                return Some(found(form, group));
            }
        }
        None
    }

    /// Adds the groups of words that begin so, those in most posts first.
    fn expand(&mut self, prefix: &str, clause: &mut Clause<'a>) {
        let Some(mut words) = self.dictionary.from(prefix.as_bytes(), self.budget) else { return };
        let first = words.first_group();
        let known: Vec<u32> = clause.groups.iter().map(|(group, _)| group.number).collect();
        let mut kept = Kept::default();
        while words.word().starts_with(prefix.as_bytes()) && self.budget.scan() {
            // A group that began further on was met there.
            let group = if words.number() < first { self.dictionary.group_of(&words) } else { words.new_group() };
            let is_new = |group: &Group<'a>| {
                !known.contains(&group.number) && (group.number >= first || !kept.has(group.number))
            };
            if let Some(group) = group.filter(is_new) {
                kept.add(group);
            }
            if words.advance().is_none() {
                break;
            }
        }
        let mut kept = kept.groups;
        kept.sort_unstable_by_key(|group| (u32::MAX - group.count, group.number));
        let weight = if clause.groups.is_empty() { FULL } else { GUESS };
        clause.groups.extend(kept.into_iter().map(|group| (group, weight)));
        clause.is_prefix |= !clause.groups.is_empty();
        prefix.clone_into(&mut clause.word);
    }

    /// For a word in a single post: adds a word that is one typo away and far more common.
    fn add_common(&mut self, word: &str, clause: &mut Clause<'a>, resolved: &mut Resolved<'a>) {
        if self.sections.posts < MIN_COMMON {
            return;
        }
        if let Some((corrected, group)) = self.correct(word)
            && group.count >= MIN_COMMON
        {
            resolved.corrections.push((word.to_owned(), corrected));
            clause.groups.push((group, GUESS));
        }
    }

    /// One clause for each part of an identifier, if all are known.
    fn resolve_parts(&mut self, run: &Run, resolved: &mut Resolved<'a>) -> bool {
        let parts: Vec<_> = run.parts.iter().map_while(|part| self.form(part)).collect();
        let all = !parts.is_empty() && parts.len() == run.parts.len();
        if all {
            resolved.clauses.extend(parts);
        }
        all
    }

    /// The most common word that is one letter, or one exchange of two, away.
    fn correct(&mut self, word: &str) -> Option<(String, Group<'a>)> {
        let letters: Vec<char> = word.chars().collect();
        let first = letters.first()?;
        if letters.len() < MIN_CORRECTED {
            return None;
        }
        let mut best: Option<(u32, String, Group<'a>)> = None;
        self.each_neighbour(&letters, &mut |candidate, group| {
            // The first letter is seldom wrong.
            let rank = if candidate.starts_with(*first) { group.count.saturating_mul(4) } else { group.count };
            if best.as_ref().is_none_or(|(most, ..)| rank > *most) {
                best = Some((rank, candidate.to_owned(), group));
            }
        });
        best.map(|(_, word, group)| (word, group))
    }

    /// Calls for each word of the dictionary at a distance of one, some of them twice. The dictionary says which letters can follow each beginning,
    /// so no alphabet is needed, and beginnings that no word has end the search.
    fn each_neighbour(&mut self, letters: &[char], found: &mut dyn FnMut(&str, Group<'a>)) {
        for at in 0..=letters.len() {
            let beginning: String = letters[..at].iter().collect();
            let rest = &letters[at..];
            if let [_, others @ ..] = rest {
                self.try_word(&beginning, &[], others, found);
            }
            if let [one, other, others @ ..] = rest {
                self.try_word(&beginning, &[*other, *one], others, found);
            }
            let mut from = '0';
            while let Some(next) = self.next_letter(&beginning, from) {
                if next.is_alphanumeric() {
                    self.try_word(&beginning, &[next], rest.get(1..).unwrap_or_default(), found);
                    self.try_word(&beginning, &[next], rest, found);
                }
                let Some(after) = char::from_u32(next as u32 + 1) else { break };
                from = after;
            }
            if from == '0' {
                return;
            }
        }
    }

    fn try_word(&mut self, start: &str, middle: &[char], rest: &[char], found: &mut dyn FnMut(&str, Group<'a>)) {
        let mut word = String::from(start);
        word.extend(middle.iter().chain(rest));
        if let Some(group) = self.find(&word) {
            found(&word, group);
        }
    }

    /// The first letter from this one on that follows a beginning in the dictionary.
    fn next_letter(&mut self, beginning: &str, from: char) -> Option<char> {
        let mut word = String::from(beginning);
        word.push(from);
        let words = self.dictionary.from(word.as_bytes(), self.budget)?;
        let rest = std::str::from_utf8(words.word()).ok()?.strip_prefix(beginning)?;
        rest.chars().next()
    }
}

/// The groups in most posts.
#[derive(Default)]
struct Kept<'a> {
    groups: Vec<Group<'a>>,
    /// The fewest posts of any, once there are enough.
    least: u32,
}

impl<'a> Kept<'a> {
    fn has(&self, number: u32) -> bool {
        self.groups.iter().any(|group| group.number == number)
    }

    fn add(&mut self, group: Group<'a>) {
        if self.groups.len() < MAX_EXPANSIONS {
            self.groups.push(group);
        } else if group.count > self.least
            && let Some(least) = self.groups.iter_mut().min_by_key(|kept| kept.count)
        {
            *least = group;
        }
        if self.groups.len() == MAX_EXPANSIONS && (self.least == 0 || group.count > self.least) {
            self.least = self.groups.iter().map(|group| group.count).min().unwrap_or(0);
        }
    }
}
