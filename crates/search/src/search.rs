//! A search, from a query to results:
//!
//! 1. [`resolve`](crate::resolve): terms become groups of the dictionary;
//! 2. [`rank`](crate::rank): their postings become scores of posts; filters and phrases are applied; the best are kept;
//! 3. [`place`](crate::place): the best section of each is found, and those with all words in one section move up.

use crate::budget::Budget;
use crate::dictionary::Dictionary;
use crate::format::{Error, Sections};
use crate::place::{Hit, Places};
use crate::postings::Postings;
use crate::query::{Filter, Query};
use crate::rank::{Ranked, Table};
use crate::resolve::{Clause, Resolved, Resolver};
use crate::snippet::{Snippet, snippet};

/// The hits that can be reached by paging. Nobody turns so many pages.
pub const MAX_DEPTH: usize = 1_000;

/// The best posts whose sections are compared. The first page and some more.
const COMPARED: usize = 32;

/// The words of a snippet's text that are looked up in the dictionary.
const SNIPPET_LOOK_UPS: u32 = 200;

/// An index, read in place. `write::Builder` has an example.
#[derive(Clone, Copy, Debug)]
pub struct Index<'a> {
    sections: Sections<'a>,
}

/// What a search has found.
#[derive(Clone, Debug)]
pub struct Results<'a> {
    /// The number of posts.
    pub total: usize,
    /// Whether they have all that the query asks for. If not, no post has.
    pub complete: bool,
    /// Those that were asked for, the best first.
    pub hits: Vec<Hit<'a>>,
    /// Words that were typed, folded, and the words that were used instead.
    pub corrections: Vec<(String, String)>,
    /// Words that are nowhere, folded.
    pub missing: Vec<String>,
    clauses: Vec<Clause<'a>>,
    dictionary: Dictionary<'a>,
}

impl<'a> Index<'a> {
    /// Checks the header and that all sections are within the bytes. Nothing else is read.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        Ok(Self { sections: Sections::read(bytes)? })
    }

    /// The number of posts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sections.posts as usize
    }

    /// Whether there is no post.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Finds posts: `count` of them after the `first` ones. A damaged index gives fewer.
    #[must_use]
    pub fn search(&self, query: &Query<'_>, first: usize, count: usize) -> Results<'a> {
        let mut budget = Budget::default();
        let dictionary = Dictionary::new(self.sections);
        let Resolved { clauses, corrections, missing } =
            Resolver { sections: self.sections, dictionary, budget: &mut budget }.resolve(query);
        let mut results =
            Results { total: 0, complete: false, hits: vec![], corrections, missing, clauses, dictionary };
        if query.is_empty() {
            return results;
        }
        let mut table = Table::fill(&self.sections, &results.clauses, &mut budget);
        if !query.filters().is_empty() {
            let allowed = self.allowed(query.filters(), &mut budget);
            table.filter(&allowed);
        }
        table.find_phrases(&query.phrases, &results.clauses, &mut budget);
        let end = first.saturating_add(count).min(MAX_DEPTH);
        let (total, complete, mut best) = table.best(end.max(COMPARED));
        (results.total, results.complete) = (total, complete);
        results.hits = self.hits(&results.clauses, &mut best, first..end, &mut budget);
        results
    }

    /// The posts that all filters let through.
    fn allowed(&self, filters: &[Filter<'_>], budget: &mut Budget) -> Vec<bool> {
        let dictionary = Dictionary::new(self.sections);
        let mut counts = vec![0; self.len()];
        for filter in filters {
            let key = filter.kind.key(filter.value);
            let Some(group) = dictionary.find(key.as_bytes(), budget) else { continue };
            let mut postings = Postings::default();
            for block in 0..group.blocks() {
                group.read(block, &mut postings, budget);
                for (post, _) in postings.iter() {
                    counts[post as usize] += 1;
                }
            }
        }
        counts.iter().map(|&count| count == filters.len()).collect()
    }

    /// The hits of these ranks. The sections of the best posts are compared whichever page is asked for, so that no post is on two.
    fn hits(
        &self,
        clauses: &[Clause<'a>],
        best: &mut [Ranked],
        ranks: std::ops::Range<usize>,
        budget: &mut Budget,
    ) -> Vec<Hit<'a>> {
        let mut places = Places::new(self.sections, clauses);
        let all = u32::try_from(clauses.len()).unwrap_or(1).max(1);
        if all > 1 {
            let compared = best.len().min(COMPARED);
            for ranked in &mut best[..compared] {
                let Some(record) = places.record(ranked.post.0) else { continue };
                let found = places.best(ranked.post.0, &record, budget).clauses;
                ranked.score += ranked.score / (2 * all) * found;
            }
            best[..compared].sort_unstable_by(|one, other| other.cmp(one));
        }
        let asked = best.iter().skip(ranks.start).take(ranks.len());
        asked.filter_map(|ranked| places.hit(ranked.post.0, budget)).collect()
    }
}

impl Results<'_> {
    /// The part of a section's plain text in which most of the query's words are.
    #[must_use]
    pub fn snippet(&self, text: &str) -> Snippet {
        let mut budget = Budget::of_look_ups(SNIPPET_LOOK_UPS);
        snippet(text, &mut |run| {
            self.clauses.iter().position(|clause| {
                let words = std::iter::once(&run.word).chain(&run.parts);
                words.into_iter().any(|word| self.is_of(clause, word, &mut budget))
            })
        })
    }

    /// Whether a word is of one of a clause's groups.
    fn is_of(&self, clause: &Clause<'_>, word: &str, budget: &mut Budget) -> bool {
        let (one, other) = (clause.word.as_bytes(), word.as_bytes());
        if one.is_empty() || one == other || (clause.is_prefix && other.starts_with(one)) {
            return !one.is_empty();
        }
        // Stems differ at the end.
        let alike = one.first_chunk::<3>() == other.first_chunk::<3>();
        let group = if alike { self.dictionary.find(other, budget) } else { None };
        group.is_some_and(|found| clause.groups.iter().any(|(group, _)| group.number == found.number))
    }
}
