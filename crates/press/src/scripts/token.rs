//! A token of JavaScript (ECMAScript §12).

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword, or a private name with its `#`.
    Word,
    Number,
    String,
    /// A whole template, or a part of one: `` `a${ ``, `}b${`, `` }c` ``.
    Template,
    Regex,
    Punctuator,
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Its first byte in the file.
    pub(super) start: usize,
    /// Whether a line ends between the token before and this one.
    pub(super) begins_line: bool,
    /// How many brackets it is in. A bracket is not in itself.
    pub(super) depth: usize,
    /// Of a bracket, the index of the other one; the parts of a template are brackets too. Of other tokens, their own index.
    pub(super) pair: usize,
}

impl Token<'_> {
    /// Its bytes in the file.
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// Whether it is the punctuator or the word `text`.
    pub(super) fn is(&self, text: &str) -> bool {
        self.text == text && matches!(self.kind, Kind::Punctuator | Kind::Word)
    }

    /// Whether it is a closing bracket.
    pub(super) fn closes(&self) -> bool {
        self.kind == Kind::Punctuator && matches!(self.text, ")" | "]" | "}")
    }
}

/// §12.3.
pub(super) fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// §12.2, and line ends.
pub(super) fn is_space(character: char) -> bool {
    character.is_whitespace() || character == '\u{feff}'
}

/// Whether a character may be part of a name. Outside of strings, templates, comments and regular expressions, nothing but names has characters beyond
/// ASCII, so that their classes need no table. A `\` begins an escape in a name.
pub(super) fn is_word(character: char) -> bool {
    match character {
        '$' | '_' | '\\' => true,
        _ if character.is_ascii() => character.is_ascii_alphanumeric(),
        _ => !is_space(character),
    }
}
