//! The words of a language, by their class.

use std::collections::HashMap;

use super::painter::{FUNCTION, KEYWORD, TYPE};

/// The longest word that is looked up in lower case.
const LONGEST: usize = 24;

/// Keywords before the name of a function.
const DEFINE_FUNCTIONS: [&str; 13] = [
    "fn",
    "func",
    "def",
    "defp",
    "defmacro",
    "fun",
    "function",
    "sub",
    "proc",
    "procedure",
    "subroutine",
    "defn",
    "defun",
];
/// Keywords before the name of a type.
const DEFINE_TYPES: [&str; 22] = [
    "class",
    "struct",
    "enum",
    "interface",
    "trait",
    "type",
    "union",
    "protocol",
    "record",
    "object",
    "module",
    "impl",
    "extends",
    "implements",
    "new",
    "message",
    "service",
    "extension",
    "actor",
    "contract",
    "model",
    "defmodule",
];

/// The class of a list of soft keywords, which are painted as keywords.
pub(super) const SOFT: char = 'K';

/// What a word means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    class: char,
    /// Whether it is a keyword in some places only.
    pub(super) is_soft: bool,
    /// The class of the name after it, if it defines one.
    pub(super) defines: Option<char>,
}

impl Word {
    fn new(word: &str, class: char) -> Self {
        let is_soft = class == SOFT;
        let class = if is_soft { KEYWORD } else { class };
        let defines = match class {
            KEYWORD if DEFINE_FUNCTIONS.contains(&word) => Some(FUNCTION),
            KEYWORD if DEFINE_TYPES.contains(&word) => Some(TYPE),
            _ => None,
        };
        Self { class, is_soft, defines }
    }

    pub(super) fn class(self) -> char {
        self.class
    }
}

/// The words of a language.
#[derive(Debug)]
pub(super) struct Words {
    words: HashMap<&'static str, Word>,
    /// Whether words mean the same in both cases. Those that the table has in upper case count only as they are, since they are names as often.
    ignore_case: bool,
}

impl Words {
    /// The words of `lists`, each a class and words between white space.
    pub(super) fn new(lists: &[(char, &'static str)], ignore_case: bool) -> Self {
        let words =
            lists.iter().flat_map(|(class, list)| list.split_whitespace().map(|word| (word, Word::new(word, *class))));
        Self { words: words.collect(), ignore_case }
    }

    /// What `word` means.
    pub(super) fn find(&self, word: &str) -> Option<Word> {
        let found = self.words.get(word).copied();
        if found.is_some() || !self.ignore_case || word.len() > LONGEST {
            return found;
        }
        let mut lower = [0; LONGEST];
        let lower = &mut lower[..word.len()];
        lower.copy_from_slice(word.as_bytes());
        lower.make_ascii_lowercase();
        self.words.get(str::from_utf8(lower).ok()?).copied()
    }
}
