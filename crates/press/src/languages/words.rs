//! All words of the theme, by the places where they are shown: a section of a language file is a field, and each of its keys a field of that. A word that
//! nothing shows is dead code, which the compiler reports.

use super::dates::Dates;
use super::entry::Entry;
use super::text::{Plural, Text};
use crate::source::{Table, ValueKind};

/// Declares the sections and their words, and how they are read.
macro_rules! words {
    ($($(#[$about:meta])* $section:ident: $Section:ident { $($word:ident: $Word:ty),+ $(,)? })+) => {
        /// The words of the theme in a language. [`english`](crate::languages::english) has those of the theme, [`Settings`](crate::source::Settings)
        /// those of a site.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Words {
            $($(#[$about])* pub(crate) $section: $Section,)+
            pub(crate) dates: Dates,
        }

        $($(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct $Section {
            $(pub(crate) $word: $Word,)+
        })+

        impl Words {
            /// The words of a table that has all of them.
            pub(super) fn read(table: &Table) -> Option<Self> {
                $(let $section = {
                    let of_section = section(table, stringify!($section))?;
                    $Section { $($word: Entry::read(of_section, stringify!($word))?,)+ }
                };)+
                Some(Self { $($section,)+ dates: Dates::read(section(table, "dates")?)? })
            }
        }
    };
}

fn section<'t>(table: &'t Table, name: &str) -> Option<&'t Table> {
    match table.get(name)? {
        ValueKind::Table(section) => Some(section),
        _ => None,
    }
}

words! {
    /// How fast people read.
    reading: Reading { words_per_minute: usize }
    /// How numbers are written.
    numbers: Numbers { group: Text, group_size: usize, decimal: Text }
    /// The names of pages.
    pages: Pages {
        notes: Text, blog: Text, tags: Text, about: Text, search: Text, subscribe: Text, models: Text, sitemap: Text, not_found: Text,
    }
    /// Around each page.
    frame: Frame { skip: Text, navigation: Text, colophon: Text }
    /// Lists of posts.
    lists: Lists { posts: Plural, no_posts: Text, draft: Text, scheduled: Text }
    /// The first page.
    home: Home { read_first: Text, new: Text, all_posts: Text, topics: Text }
    /// The posts by date.
    blog: Blog { description: Text, lede: Text }
    /// The posts by topic.
    notes: Notes { description: Text, lede: Text, no_posts: Text, all_topics: Text, feed: Text }
    /// The figure of topics and posts.
    matrix: Matrix { caption: Text, newest: Text }
    /// The tags.
    tags: Tags {
        description: Plural, lede: Text, none: Text, single: Plural, tagged: Plural, all: Text, feed: Text, feed_subtitle: Text,
    }
    /// A post.
    post: Post {
        updated: Text, minutes: Text, contents: Text, series: Text, related: Text, linked_from: Text, more_links: Text, neighbours: Text,
        previous: Text, next: Text, reply: Text, reply_subject: Text, markdown: Text,
    }
    /// A page that is not a post.
    page: Page { updated: Text, changed: Text }
    /// The page about the author.
    about: About { author: Text, license: Text }
    /// The page of all models.
    gallery: Gallery { description: Text }
    /// The 404 page.
    not_found: NotFound { nothing: Text, lede: Text, by_topic: Text, by_date: Text, newest: Text }
    /// The page about feeds.
    subscribe: Subscribe {
        description: Text, lede: Text, how: Text, what: Text, readers: Text, all: Text, formats: Text, topic: Text, summaries: Text, tags: Text,
    }
    /// The search page, and what the server and the script write there.
    search: Search {
        description: Text, button: Text, label: Text, how: Text, both_example: Text, both: Text, phrase_example: Text, phrase: Text,
        beginning_example: Text, beginning: Text, tag: Text, topic: Text, mistakes: Text, browser: Text,
        empty: Text, corrected: Text, none: Text, advice: Text, partial: Text, matches: Plural, pages: Text, refused: Text,
        retrying: Text, offline: Text,
    }
    /// Feeds.
    feeds: Feeds { license: Text }
    /// The headings of `/llms.txt`.
    llms: Llms { other_posts: Text, pages: Text }
    /// What is added to texts.
    text: InText {
        note: Text, tip: Text, important: Text, warning: Text, caution: Text, figure: Text, table: Text, named_table: Text, table_of_section: Text,
        table_of_text: Text, computed: Text, measured: Text, assumed: Text, source: Text, code: Text, preformatted: Text, line: Text, lines: Text,
        footnote: Text, footnote_back: Text, done: Text, to_do: Text, more: Text, elsewhere: Text,
    }
    /// The titles of alerts without one, beyond the five of GitHub.
    alert: Alert {
        aside: Text, attention: Text, bug: Text, check: Text, cite: Text, danger: Text, error: Text, example: Text, fail: Text, failure: Text,
        faq: Text, help: Text, hint: Text, info: Text, missing: Text, question: Text, quote: Text, success: Text, summary: Text, synopsis: Text,
        tldr: Text,
    }
    /// Charts in words.
    chart: Chart {
        line: Text, bar: Text, scatter: Text, step: Text, band: Text, axes: Text, values: Text, range: Text, value: Text, logarithmic: Text,
        series: Text, band_value: Text, point: Text, points: Plural, bars: Plural, first: Text, last: Text, lowest: Text, highest: Text,
        series_end: Text, mark: Text, named_mark: Text,
    }
    /// Diagrams in words.
    diagram: Diagram {
        graph: Text, sequence: Text, drawing: Text, to: Text, from: Text, and: Text, to_itself: Text, lost: Text, says: Text, note: Text,
        wide_note: Text, then: Text, more: Text, more_steps: Text,
    }
    /// What the script of each page says.
    script: Script {
        scheme: Text, system: Text, light: Text, dark: Text, copy: Text, copied: Text, not_copied: Text, wrap: Text, failed: Text,
    }
    /// The controls of models.
    model: Model {
        run: Text, pause: Text, step: Text, speed: Text, restart: Text, new_seed: Text, defaults: Text, copy_link: Text, copied: Text,
        in_address: Text, stopped: Text, unknown: Text, holds: Text, broken: Text,
    }
}
