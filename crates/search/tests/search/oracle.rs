//! The index finds what a plain search through all words finds.

use graven_search::write::{Builder, Post, Section};
use graven_search::{Index, Query};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Some begin as others do.
const WORDS: [&str; 12] =
    ["alpha", "alphabet", "beta", "betamax", "gamma", "delta", "zeta", "go", "rust", "k8s", "théâtre", "naïve"];

/// Forms of French words, and of none.
const FORMS: [&str; 14] = [
    "publié",
    "publie",
    "publiée",
    "publiées",
    "PUBLIÉS",
    "été",
    "étés",
    "ete",
    "garçons",
    "garcon",
    "naïves",
    "naive",
    "a-b",
    "x2",
];

/// A post: the words of its title, and of each section.
type Words = (Vec<&'static str>, Vec<Vec<&'static str>>);

#[derive(Clone, Debug)]
enum Term {
    Word(&'static str),
    Prefix(&'static str),
    Phrase(Vec<&'static str>),
}

fn any_post() -> impl Strategy<Value = Words> {
    (vec(select(&WORDS[..]), 0..3), vec(vec(select(&WORDS[..]), 0..12), 0..4))
}

fn any_term() -> impl Strategy<Value = Term> {
    prop_oneof![
        3 => select(&WORDS[..]).prop_map(Term::Word),
        1 => select(vec!["a", "al", "alpha", "bet", "z", "th", "na"]).prop_map(Term::Prefix),
        2 => vec(select(&WORDS[..]), 2..4).prop_map(Term::Phrase),
    ]
}

impl Term {
    fn text(&self) -> String {
        match self {
            Term::Word(word) => (*word).to_owned(),
            Term::Prefix(prefix) => format!("{prefix}*"),
            Term::Phrase(words) => format!("\"{}\"", words.join(" ")),
        }
    }

    fn is_in(&self, (title, sections): &Words) -> bool {
        let mut fields = std::iter::once(title).chain(sections);
        match self {
            Term::Word(word) => fields.any(|field| field.contains(word)),
            Term::Prefix(prefix) => fields.any(|field| field.iter().any(|word| word.starts_with(prefix))),
            Term::Phrase(words) => fields.any(|field| field.windows(words.len()).any(|some| some == words.as_slice())),
        }
    }
}

fn index_of(posts: &[Words]) -> Vec<u8> {
    let mut builder = Builder::new("xx");
    for (number, (title, sections)) in posts.iter().enumerate() {
        let texts: Vec<_> = sections.iter().map(|words| words.join(" ")).collect();
        let sections = texts.iter().map(|text| Section { text, ..Section::default() });
        let (route, title) = (number.to_string(), title.join(" "));
        builder.add(&Post { route: &route, title: &title, sections: sections.collect(), ..Post::default() });
    }
    builder.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_posts_with_all_terms_are_found_and_no_others(
        mut posts in vec(any_post(), 0..140),
        terms in vec(any_term(), 1..4),
    ) {
        // Each word is in the dictionary, so none is taken for another.
        posts.push((vec![], WORDS.iter().map(|word| vec![*word]).collect()));
        let bytes = index_of(&posts);
        let index = Index::open(&bytes).expect("it was just built");
        let text: String = terms.iter().map(|term| term.text() + " ").collect();
        let results = index.search(&Query::parse(&text), 0, posts.len());
        let expected: Vec<_> =
            (0..posts.len()).filter(|&post| terms.iter().all(|term| term.is_in(&posts[post]))).collect();
        prop_assert_eq!(results.complete, !expected.is_empty(), "{}", text);
        if results.complete {
            let mut found: Vec<usize> = results.hits.iter().map(|hit| hit.route.parse().expect("a number")).collect();
            found.sort_unstable();
            prop_assert_eq!(results.total, found.len());
            prop_assert_eq!(found, expected, "{}", text);
        }
    }

    /// Words of which some have stems in common, by their folded or by their written forms alone.
    #[test]
    fn an_index_of_some_posts_is_that_of_a_builder_with_only_these(
        posts in vec((vec(select(&FORMS[..]), 0..30), any::<bool>(), 0..500_u32), 0..30),
    ) {
        let mut site = Builder::new("fr");
        let mut alone = Builder::new("fr");
        let mut chosen = Vec::new();
        for (words, is_chosen, shift) in &posts {
            let (text, tag) = (words.join(" "), words.first().copied().unwrap_or_default());
            let post = |start| Post {
                route: tag,
                tags: vec![tag],
                sections: vec![Section { heading: tag, text: &text, start, ..Section::default() }; 2],
                ..Post::default()
            };
            let number = site.add(&post(7));
            if *is_chosen {
                chosen.push((number, *shift));
                alone.add(&post(7 + shift));
            }
        }
        prop_assert_eq!(site.index(&chosen), alone.finish());
    }
}
