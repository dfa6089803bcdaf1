//! Damaged indexes and any queries: a search returns, whatever it is given.

use std::sync::LazyLock;

use graven_search::write::{Builder, Post, Section};
use graven_search::{Error, Index, MAX_QUERY_BYTES, MAX_TERMS, Query};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index as Place;

use crate::corpus;

/// More posts than a block has postings, so that there are tables of blocks.
const POSTS: usize = 150;

static SAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut builder = Builder::new("en");
    (0..4).for_each(|n| corpus::post(n).add_to(&mut builder));
    for n in 0..POSTS {
        let section =
            |heading, text| Section { heading, anchor: heading, text, code: "so_reuseport", ..Section::default() };
        let sections = vec![section("", "kafka and event driven logs"), section("Café", ["raft", "elections"][n % 2])];
        builder.add(&Post { title: "Notes", route: "/blog/notes", tags: vec!["Go"], sections, ..Post::default() });
    }
    builder.finish()
});

/// A change of an index's bytes.
#[derive(Clone, Debug)]
enum Change {
    Flip(Place, u8),
    /// Overwrites four bytes with a number that is meaningful, or nearly.
    Number(Place, u32),
    /// The same in the header, behind the magic number and the version.
    Header(Place, u32),
    Run(Place, Vec<u8>),
    Cut(Place),
}

fn any_change() -> impl Strategy<Value = Change> {
    let number = prop_oneof![0..8_u32, any::<u32>(), Just(u32::MAX), Just(i32::MAX as u32), 40..4000_u32];
    let place = any::<Place>;
    prop_oneof![
        4 => (place(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        4 => (place(), number.clone()).prop_map(|(at, number)| Change::Number(at, number)),
        2 => (place(), number).prop_map(|(at, number)| Change::Header(at, number)),
        4 => (place(), vec(prop_oneof![any::<u8>(), Just(0xff), Just(0)], 1..64)).prop_map(|(at, run)| Change::Run(at, run)),
        1 => place().prop_map(Change::Cut),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let size = bytes.len();
        match self {
            Change::Flip(at, bit) => bytes[at.index(size)] ^= 1 << bit,
            Change::Number(at, number) => overwrite(bytes, at.index(size), &number.to_le_bytes()),
            Change::Header(at, number) => overwrite(bytes, 12 + at.index(9) * 4, &number.to_le_bytes()),
            Change::Run(at, run) => overwrite(bytes, at.index(size), run),
            Change::Cut(at) => bytes.truncate(at.index(size).max(48)),
        }
        // The length is right, so that more than the header is read.
        let length = u32::try_from(bytes.len()).expect("a small index");
        overwrite(bytes, 12, &length.to_le_bytes());
    }
}

fn overwrite(bytes: &mut [u8], at: usize, with: &[u8]) {
    let end = bytes.len().min(at + with.len());
    bytes[at..end].copy_from_slice(&with[..end - at]);
}

fn any_query() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        3 => prop::sample::select(vec![
            "kafka", "event", "driven", "\"event driven\"", "\"kafka and event", "elec*", "e", "raft", "cafe", "kafak", "tag:go", "topic:x",
            "SO_REUSEPORT", "reuse", "logs", "t*", "*", "\"", "event-driven", "notes",
        ]).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
        1 => (0..9_000_usize).prop_map(corpus::stem),
    ];
    vec(word, 0..14).prop_map(|words| words.join(" "))
}

/// Searches, and reads all that is found.
fn read(bytes: &[u8], query: &str) -> usize {
    let Ok(index) = Index::open(bytes) else { return 0 };
    let results = index.search(&Query::parse(query), 0, 50);
    assert!(results.hits.len() <= 50 && results.hits.len() <= results.total.max(50));
    let snippet = results.snippet("Kafka and event-driven logs of a raft, elections in a café with SO_REUSEPORT.");
    results.hits.iter().map(|hit| hit.route.len() + hit.anchor.len()).sum::<usize>() + snippet.parts.len()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_damaged_index_is_an_error_or_gives_fewer_hits(changes in vec(any_change(), 1..6), query in any_query()) {
        let mut bytes = SAMPLE.clone();
        for change in &changes {
            change.apply(&mut bytes);
        }
        read(&bytes, &query);
    }

    #[test]
    fn any_bytes_are_an_index_or_an_error(bytes in vec(any::<u8>(), 0..200), query in any_query()) {
        read(&bytes, &query);
        let mut with_header = SAMPLE[..48].to_vec();
        with_header.extend(bytes);
        read(&with_header, &query);
    }

    #[test]
    fn any_text_is_a_query(text in "\\PC*", query in any_query()) {
        for text in [text, query] {
            let parsed = Query::parse(&text);
            let whole = parsed.ignored().iter().all(|ignored| text.contains(ignored));
            prop_assert!(whole);
            prop_assert!(text.len() <= MAX_QUERY_BYTES || text.trim().len() <= MAX_QUERY_BYTES || !parsed.ignored().is_empty());
            read(&SAMPLE, &text);
        }
    }

    #[test]
    fn a_snippet_is_a_part_of_any_text(text in "(\\PC|\n| |kafka|event){0,400}", query in any_query()) {
        let index = Index::open(&SAMPLE).expect("an index");
        let snippet = index.search(&Query::parse(&query), 0, 1).snippet(&text);
        let plain: String = snippet.parts.iter().map(|(_, part)| part.as_str()).collect();
        let inner = plain.trim_start_matches('…').trim_end_matches('…');
        let on_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert!(on_one_line(&text).contains(&on_one_line(inner)) || text.contains('…'), "{inner:?} of {text:?}");
    }
}

#[test]
fn an_error_says_what_is_wrong() {
    let sample = SAMPLE.as_slice();
    let changed = |at: usize, number: u32| {
        let mut bytes = sample.to_vec();
        overwrite(&mut bytes, at, &number.to_le_bytes());
        bytes
    };
    let found = sample.len();
    for (bytes, expected) in [
        (vec![], Error::Magic),
        (changed(0, 0), Error::Magic),
        (changed(8, 2), Error::Version { found: 2 }),
        (sample[..40].to_vec(), Error::Length { expected: 48, found: 40 }),
        (sample[..found - 1].to_vec(), Error::Length { expected: found, found: found - 1 }),
        (changed(16, 3), Error::Sections),
        (changed(24, 44), Error::Sections),
        (changed(32, 0), Error::Sections),
        (changed(44, u32::MAX), Error::Sections),
    ] {
        assert_eq!(Index::open(&bytes).err(), Some(expected), "{expected}");
    }
}

#[test]
fn more_terms_than_are_used_do_no_harm() {
    let text = "camelCaseOneTwoThreeFourFive ".repeat(MAX_TERMS);
    assert!(read(&SAMPLE, &text) > 0 || Query::parse(&text).ignored().len() > 1);
}
