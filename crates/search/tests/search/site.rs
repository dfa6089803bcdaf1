//! Small sites for tests.

use graven_search::write::{Builder, Post, Section};
use graven_search::{Index, Query, Results};

/// The index of posts with a title and one section each.
pub(crate) fn index_of(posts: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = Builder::new("en");
    for (title, text) in posts {
        let section = Section { text, length: 7, ..Section::default() };
        builder.add(&Post { route: title, title, sections: vec![section], ..Post::default() });
    }
    builder.finish()
}

/// The index of one language, of texts alone.
pub(crate) fn index_in(language: &str, texts: &[&str]) -> Vec<u8> {
    let mut builder = Builder::new(language);
    for text in texts {
        builder.add(&Post { route: text, sections: vec![Section { text, ..Section::default() }], ..Post::default() });
    }
    builder.finish()
}

pub(crate) fn search<'a>(bytes: &'a [u8], query: &str) -> Results<'a> {
    Index::open(bytes).expect("it was just built").search(&Query::parse(query), 0, 20)
}

/// The routes of the hits.
pub(crate) fn routes<'a>(bytes: &'a [u8], query: &str) -> Vec<&'a str> {
    search(bytes, query).hits.iter().map(|hit| hit.route).collect()
}

/// Checks the hits of each query, in order.
pub(crate) fn check(bytes: &[u8], cases: &[(&str, &[&str])]) {
    for (query, expected) in cases {
        assert_eq!(&routes(bytes, query), expected, "{query}");
    }
}
