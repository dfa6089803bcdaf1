//! Where in a post the words of a query are: its best section.

use crate::budget::Budget;
use crate::format::Sections;
use crate::postings::Positions;
use crate::posts::{PostRecord, SectionRecord};
use crate::rank::weight;
use crate::resolve::Clause;

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
    /// Where the section is in the page, as the builder was told.
    pub start: u32,
    /// How long it is.
    pub length: u32,
}

/// The words of a prefix that are looked for in a section: the most frequent ones.
const MAX_GROUPS: usize = 8;

/// The sections of a post that are looked at; the others are never the best. No article has as many.
const MAX_SECTIONS: usize = 512;

/// How much more a word counts in a heading.
const HEADING: u32 = 4;

/// Finds the best section of posts.
pub(crate) struct Places<'a> {
    sections: Sections<'a>,
    /// For each clause, its weight and its groups.
    clauses: Vec<(u32, Vec<Positions<'a>>)>,
}

/// A section, and how many of the clauses it has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    pub(crate) section: Option<SectionRecord<'a>>,
    pub(crate) clauses: u32,
}

impl<'a> Places<'a> {
    pub(crate) fn new(sections: Sections<'a>, clauses: &[Clause<'a>]) -> Self {
        let groups = |clause: &Clause<'a>| {
            clause.groups.iter().take(MAX_GROUPS).map(|(group, _)| Positions::new(*group)).collect()
        };
        let of_clause = |clause: &Clause<'a>| (weight(sections.posts, clause.count()), groups(clause));
        Self { sections, clauses: clauses.iter().map(of_clause).collect() }
    }

    /// The section that has most of the clauses; the first if none has any.
    pub(crate) fn best(&mut self, post: u32, record: &PostRecord<'a>, budget: &mut Budget) -> Place<'a> {
        let sections: Vec<_> = record.sections().take(MAX_SECTIONS).collect();
        let mut scores = vec![(0_u32, 0_u32); sections.len()];
        let mut counts = vec![0_u32; sections.len()];
        for (weight, groups) in &mut self.clauses {
            counts.fill(0);
            for position in groups.iter_mut().flat_map(|group| group.of(post, budget).to_vec()) {
                let after = sections.partition_point(|section| section.words.0 <= position);
                let Some(at) = after.checked_sub(1) else { continue };
                counts[at] += if position < sections[at].words.1 { HEADING } else { 1 };
            }
            for (score, &count) in scores.iter_mut().zip(&counts).filter(|(_, count)| **count > 0) {
                score.0 += *weight * 16 * count / (count + 1);
                score.1 += 1;
            }
        }
        // The first of equals.
        let best = scores.iter().enumerate().rev().max_by_key(|(_, score)| score.0);
        let (at, clauses) = best.map_or((0, 0), |(at, score)| (at, score.1));
        Place { section: sections.get(at).copied(), clauses }
    }

    /// What is shown of a post.
    pub(crate) fn hit(&mut self, post: u32, budget: &mut Budget) -> Option<Hit<'a>> {
        let record = self.record(post)?;
        let PostRecord { route, title, date, .. } = record;
        let hit = Hit { route, title, date, anchor: "", heading: "", start: 0, length: 0 };
        let Some(section) = self.best(post, &record, budget).section else { return Some(hit) };
        let SectionRecord { anchor, heading, start, length, .. } = section;
        Some(Hit { anchor, heading, start, length, ..hit })
    }

    pub(crate) fn record(&self, post: u32) -> Option<PostRecord<'a>> {
        PostRecord::read(&self.sections, post)
    }
}
