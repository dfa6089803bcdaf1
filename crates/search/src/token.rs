//! Text becomes words, folded: for the builder, for queries and for snippets alike.
//!
//! 1. A *run* is a longest sequence of letters, digits and `_`.
//! 2. A run is split into *parts* where an identifier changes: `camelCase`, `snake_case`, `utf8`.
//! 3. Letters are folded: lower case, without accents.

use crate::fold::{fold, is_mark};

/// The longest word in bytes; a longer one is cut. Long enough for identifiers, short enough that no dictionary entry is large.
pub(crate) const MAX_WORD: usize = 40;

/// A run of a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    /// Its first byte in the text.
    pub(crate) start: usize,
    /// The byte after its last.
    pub(crate) end: usize,
    /// Whether one hyphen is between it and the run before it.
    pub(crate) hyphenated: bool,
    /// All of it, folded, without `_`.
    pub(crate) word: String,
    /// Its parts, folded, if there is more than one.
    pub(crate) parts: Vec<String>,
}

/// The runs of a text, in order. It passes the same run again and again, so that a text costs no allocation for each word.
pub(crate) struct Runs<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Runs<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The next run, written over the last.
    pub(crate) fn next_into(&mut self, run: &mut Run) -> bool {
        loop {
            let before = self.at;
            let rest = self.text.get(self.at..).unwrap_or_default();
            let Some(skipped) = rest.find(char::is_alphanumeric) else { return false };
            let start = self.at + skipped;
            let rest = &rest[skipped..];
            let end = start + length_of_run(rest);
            self.at = end;
            let gap = &self.text[before..start];
            if is_elision(self.text, start, end) {
                continue;
            }
            run.hyphenated = before > 0 && matches!(gap, "-" | "\u{2010}" | "\u{2011}");
            (run.start, run.end) = (start, end);
            read_run(&self.text[start..end], run);
            if !run.word.is_empty() {
                return true;
            }
        }
    }
}

/// The bytes of the run at the start of a text. An ideograph is a run by itself, as no space separates words.
fn length_of_run(text: &str) -> usize {
    for (letters, (at, c)) in text.char_indices().enumerate() {
        if is_ideograph(c) {
            return if at == 0 { c.len_utf8() } else { at };
        }
        if !(c.is_alphanumeric() || c == '_' || is_mark(c)) {
            // The names of two families of languages end in a sign.
            let sign = ["++", "#"].into_iter().find(|sign| letters == 1 && text[at..].starts_with(sign));
            return at + sign.map_or(0, str::len);
        }
    }
    text.len()
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' | '\u{0e00}'..='\u{0e7f}')
}

/// Whether it is one letter next to an apostrophe, as in "don't", "it's" and "l'eau".
fn is_elision(text: &str, start: usize, end: usize) -> bool {
    let apostrophe = |c: char| matches!(c, '\'' | '\u{2019}');
    let one = text[start..end].chars().nth(1).is_none();
    one && (text[..start].ends_with(apostrophe) || text[end..].starts_with(apostrophe))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Upper,
    Lower,
    Digit,
    Low,
}

fn kind(c: char) -> Kind {
    match c {
        '_' => Kind::Low,
        _ if c.is_numeric() => Kind::Digit,
        _ if c.is_uppercase() => Kind::Upper,
        _ => Kind::Lower,
    }
}

/// Splits and folds a run.
fn read_run(text: &str, run: &mut Run) {
    run.word.clear();
    run.parts.clear();
    let mut part = String::new();
    let mut letters = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        let now = kind(c);
        let rest = &text[at + c.len_utf8()..];
        if before.is_some_and(|before| is_boundary(before, now, letters, rest)) && !part.is_empty() {
            run.parts.push(std::mem::take(&mut part));
            letters = 0;
        }
        if now != Kind::Low && run.word.len() < MAX_WORD {
            fold(c, &mut run.word);
            fold(c, &mut part);
        }
        letters = if matches!(now, Kind::Upper | Kind::Lower) { letters + 1 } else { 0 };
        before = Some(now);
    }
    if !run.parts.is_empty() && !part.is_empty() {
        run.parts.push(part);
    }
    if run.parts.len() < 2 {
        run.parts.clear();
    }
}

/// Whether a part ends between two characters. A single letter next to digits belongs to them: `k3s`, `p99`, `8M`.
fn is_boundary(before: Kind, now: Kind, letters: usize, rest: &str) -> bool {
    let mut following = rest.chars().map(kind);
    match (before, now) {
        (Kind::Low, _) | (_, Kind::Low) | (Kind::Lower, Kind::Upper) => true,
        // `HTTPServer`, but not `APIs`.
        (Kind::Upper, Kind::Upper) => following.next() == Some(Kind::Lower) && following.next() == Some(Kind::Lower),
        (Kind::Upper | Kind::Lower, Kind::Digit) => letters >= 2,
        (Kind::Digit, Kind::Upper | Kind::Lower) => matches!(following.next(), Some(Kind::Upper | Kind::Lower)),
        _ => false,
    }
}
