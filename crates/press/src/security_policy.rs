//! The Content-Security-Policy of a representation: it names exactly what the page holds, its inline blocks by their hashes, and nothing else runs.

use std::collections::BTreeSet;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use html5gum::{DefaultEmitter, Token, Tokenizer};
use sha2::{Digest, Sha256};

use crate::output::Document;

/// The policy of a document. What is no page and no picture with styles may load nothing at all.
#[must_use]
pub fn of(document: &Document) -> String {
    if document.is_html() || document.media_type == "image/svg+xml" {
        policy(&Blocks::of(&document.body))
    } else {
        "default-src 'none'; frame-ancestors 'none'".to_owned()
    }
}

/// The inline blocks of a page, each as its `'sha256-…'` source.
#[derive(Debug, Default, PartialEq, Eq)]
struct Blocks {
    styles: BTreeSet<String>,
    scripts: BTreeSet<String>,
    /// Whether a picture comes from another host.
    foreign_images: bool,
}

impl Blocks {
    fn of(html: &[u8]) -> Self {
        let mut blocks = Self::default();
        let mut open: Option<Block> = None;
        let mut text: Vec<u8> = Vec::new();
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        for token in Tokenizer::new_with_emitter(html, emitter) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let attribute = |name: &[u8]| tag.attributes.get(name).map(|value| value.as_slice());
                    open = Block::opened_by(tag.name.as_slice(), attribute(b"type"), attribute(b"src").is_some());
                    text.clear();
                    blocks.foreign_images |= tag.name.as_slice() == b"img" && attribute(b"src").is_some_and(is_foreign);
                }
                Token::String(string) => text.extend_from_slice(&string),
                Token::EndTag(_) => match open.take() {
                    Some(Block::Style) => drop(blocks.styles.insert(source(&text))),
                    Some(Block::Script) => drop(blocks.scripts.insert(source(&text))),
                    None => {}
                },
                _ => {}
            }
        }
        blocks
    }
}

/// An inline block that a policy must allow for.
#[derive(Clone, Copy, Debug)]
enum Block {
    Style,
    Script,
}

impl Block {
    fn opened_by(element: &[u8], media_type: Option<&[u8]>, has_source: bool) -> Option<Self> {
        match element {
            b"style" => Some(Self::Style),
            // A block of data is not run: the policy does not look at it.
            b"script" if media_type == Some(b"application/ld+json") => None,
            b"script" if !has_source => Some(Self::Script),
            _ => None,
        }
    }
}

fn is_foreign(source: &[u8]) -> bool {
    source.starts_with(b"https://") || source.starts_with(b"http://") || source.starts_with(b"//")
}

/// CSP 3 §2.3.1: `'sha256-' base64 of the block's hash`.
fn source(text: &[u8]) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

fn policy(blocks: &Blocks) -> String {
    let mut policy = String::from("default-src 'none'");
    let list = |sources: &BTreeSet<String>| sources.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    if !blocks.styles.is_empty() {
        policy.extend(["; style-src ", &list(&blocks.styles)]);
    }
    if !blocks.scripts.is_empty() {
        policy.extend(["; script-src ", &list(&blocks.scripts)]);
    }
    policy += if blocks.foreign_images { "; img-src 'self' data: https:" } else { "; img-src 'self' data:" };
    policy + "; font-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy_of(html: &str) -> String {
        of(&Document::page(html.to_owned(), None))
    }

    #[test]
    fn an_inline_style_is_named_by_its_hash_to_the_byte() {
        // printf 'a{b:c}\n' | openssl dgst -sha256 -binary | base64
        let policy = policy_of("<!doctype html><style>a{b:c}\n</style><p>&lt;");
        assert!(policy.contains("style-src 'sha256-igAAq6p82pYtqOrcjugh5qXJ2Tl2c0lWyqVzCzdXfT0='"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn structured_data_needs_no_hash_and_a_script_does() {
        assert!(!policy_of(r#"<script type="application/ld+json">{}</script>"#).contains("script-src"));
        assert!(policy_of("<script>1 < 2</script>").contains("script-src 'sha256-"));
    }

    #[test]
    fn another_host_is_let_in_only_for_a_picture_that_stands_there() {
        assert!(policy_of("<img src='https://example.org/a.png'>").contains("img-src 'self' data: https:;"));
        assert!(policy_of("<img src='/a.png'>").contains("img-src 'self' data:;"));
    }

    #[test]
    fn what_is_no_page_may_load_nothing() {
        assert_eq!(of(&Document::file("a.txt", b"")), "default-src 'none'; frame-ancestors 'none'");
    }
}
