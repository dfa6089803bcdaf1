//! Queries, and the texts of snippets: a line with a query, and a text. The index is a small one without a fault.

#![no_main]

use std::sync::LazyLock;

use graven_search::write::{Builder, Post, Section};
use graven_search::{Index, MAX_FILTERS, MAX_TERMS, Query};
use libfuzzer_sys::fuzz_target;

static INDEX: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut builder = Builder::new("en");
    for text in ["A leader election in Raft", "load-balancer and SO_REUSEPORT in useState", "Cafés of Kubernetes, 1.8M"]
    {
        let section = Section { heading: "Élection", text, code: "let first_word = text;", ..Section::default() };
        builder.add(&Post { route: "/", title: "Notes", tags: vec!["Go"], sections: vec![section], ..Post::default() });
    }
    builder.finish()
});

fuzz_target!(|input: &str| {
    let (text, section) = input.split_once('\n').unwrap_or((input, input));
    let query = Query::parse(text);
    assert!(query.filters().len() <= MAX_FILTERS && query.ignored().len() <= text.len());
    let index = Index::open(&INDEX).expect("it was just built");
    let results = index.search(&query, 0, 20);
    assert!(results.total <= index.len() && results.missing.len() <= MAX_TERMS);
    let snippet = results.snippet(section);
    assert!(snippet.parts.iter().all(|(_, part)| !part.is_empty()));
});
