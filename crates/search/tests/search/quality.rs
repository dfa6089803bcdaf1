//! Searches of a generated corpus: somebody remembers something of one post and must find it first.

use std::sync::LazyLock;

use crate::corpus::{self, Text};
use crate::site::search;
use graven_search::write::Builder;

const POSTS: usize = 250;

static POSTS_AND_INDEX: LazyLock<(Vec<Text>, Vec<u8>)> = LazyLock::new(|| {
    let posts: Vec<_> = (0..POSTS).map(corpus::post).collect();
    let mut builder = Builder::new("en");
    for post in &posts {
        post.add_to(&mut builder);
    }
    (posts, builder.finish())
});

/// What somebody remembers.
#[derive(Clone, Copy, Debug)]
enum Memory {
    /// The title as it is.
    Title,
    /// The title's words, backwards.
    Backwards,
    /// The longest word of the title with two letters exchanged, and the others.
    Typo,
    /// The title without its last letter.
    Typing,
    /// This many words of a section from this word on, in quotes.
    Quote(usize, usize, usize),
    /// The heading of a section.
    Heading(usize),
    /// The first identifier of the code.
    Identifier,
    /// The title's two longest words and a tag.
    Tag,
}

fn words(text: &str) -> Vec<&str> {
    text.split([' ', ',', '.', '\n']).filter(|word| !word.is_empty()).collect()
}

impl Memory {
    fn query(self, post: &Text) -> String {
        let mut title = words(&post.title);
        match self {
            Memory::Title => post.title.clone(),
            Memory::Backwards => {
                title.reverse();
                title.join(" ")
            }
            Memory::Typo => {
                let longest = *title.iter().max_by_key(|word| word.len()).expect("a word");
                let (start, end) = longest.split_at(2);
                let (a, b) = end.split_at(1);
                let (b, rest) = b.split_at(1);
                title.join(" ").replace(longest, &[start, b, a, rest].concat()) + " "
            }
            Memory::Typing => post.title[..post.title.len() - 1].to_owned(),
            Memory::Quote(section, first, count) => {
                format!("\"{}\"", words(&post.sections[section].1)[first..first + count].join(" "))
            }
            Memory::Heading(section) => post.sections[section].0.clone(),
            Memory::Identifier => {
                let mut code = post.sections.iter().flat_map(|section| section.2.split([' ', '.', '(']));
                code.find(|word| word.contains('_')).expect("an identifier").to_owned()
            }
            Memory::Tag => {
                title.sort_by_key(|word| std::cmp::Reverse(word.len()));
                format!("{} {} tag:\"{}\"", title[0], title[1], post.tags[0])
            }
        }
    }
}

#[test]
fn what_is_remembered_of_a_post_finds_it_first() {
    let (posts, bytes) = &*POSTS_AND_INDEX;
    let mut wrong = Vec::new();
    for (number, memory) in [
        (17, Memory::Title),
        (133, Memory::Title),
        (190, Memory::Backwards),
        (5, Memory::Typo),
        (208, Memory::Typo),
        (77, Memory::Typing),
        (181, Memory::Typing),
        (42, Memory::Quote(0, 10, 4)),
        (150, Memory::Quote(2, 30, 6)),
        (199, Memory::Quote(1, 50, 5)),
        (61, Memory::Heading(1)),
        (222, Memory::Heading(3)),
        (0, Memory::Identifier),
        (99, Memory::Tag),
        (110, Memory::Tag),
    ] {
        let post = &posts[number];
        let query = memory.query(post);
        let results = search(bytes, &query);
        if results.hits.first().is_none_or(|hit| hit.route != post.route) {
            let found: Vec<_> = results.hits.iter().take(3).map(|hit| hit.route).collect();
            wrong.push(format!("{memory:?} of {}: {query:?} found {found:?}, {:?}", post.route, results.corrections));
        }
        if let Memory::Heading(section) = memory {
            assert_eq!(results.hits.first().map(|hit| hit.heading), Some(post.sections[section].0.as_str()), "{query}");
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
