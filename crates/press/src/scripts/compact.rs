//! Writes tokens without comments and with as little white space as keeps their meaning.
//!
//! Between two tokens of a line there is nothing, or a space if they would be read as one. A line end stays where a statement may end without a
//! semicolon (ECMAScript §12.10); it goes
//!
//! - after an operator, `,`, `;` and an opening bracket: no statement that needs a semicolon ends with one. `++` and `--` may end one, so theirs stay;
//! - before what can neither begin a statement nor a member of a class, and so continues the one before: a closing bracket, `,`, `;`, `.` and the operators
//!   of two operands, but not `+`, `-`, `/` or `*` (which begins a generator in a class). A statement also ends before `}`, with or without a
//!   line end.

use super::lexer::{Kind, Token, is_word, lex, punctuator};
use super::source::Source;
use crate::diagnostic::Diagnostic;

/// Punctuators that one statement may end with and another may begin with.
const AMBIGUOUS: [&str; 2] = ["++", "--"];

/// Other punctuators that a statement or a member of a class may begin with.
const FIRST: [&str; 11] = ["(", "[", "{", "+", "-", "!", "~", "/", "/=", "*", "..."];

/// A script without comments and needless white space.
///
/// # Errors
/// If a string, a template, a regular expression or a comment has no end.
pub(crate) fn compact(path: &str, text: &str) -> Result<String, Diagnostic> {
    let mut writer = Writer::default();
    for token in &lex(Source { path, text })? {
        writer.push_token(token);
    }
    Ok(writer.finish())
}

/// Tokens as text.
#[derive(Default)]
pub(super) struct Writer {
    text: String,
    /// Where the last token begins, and what it is.
    last: Option<(usize, Kind)>,
}

impl Writer {
    /// Adds a token.
    pub(super) fn push(&mut self, kind: Kind, text: &str, begins_line: bool) {
        if let Some((start, last)) = self.last {
            let before = &self.text[start..];
            if begins_line && !ends_no_statement(last, before) && !begins_no_statement(kind, text) {
                self.text.push('\n');
            } else if would_join((last, before), (kind, text)) {
                self.text.push(' ');
            }
        }
        self.last = Some((self.text.len(), kind));
        self.text.push_str(text);
    }

    /// Adds a token of a file.
    pub(super) fn push_token(&mut self, token: &Token) {
        self.push(token.kind, token.text, token.begins_line);
    }

    /// Ends the statement before, if there is one and no `;` ends it already.
    pub(super) fn end_statement(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(['{', ';']) {
            self.push(Kind::Punctuator, ";", false);
        }
    }

    /// Adds code that is compact already. What is before and after it ends or begins with a punctuator, or is a line end.
    pub(super) fn push_code(&mut self, code: &str) {
        self.text.push_str(code);
        self.last = None;
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

fn ends_no_statement(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Punctuator => !AMBIGUOUS.contains(&text) && !matches!(text, ")" | "]" | "}"),
        Kind::Template => text.ends_with("${"),
        _ => false,
    }
}

fn begins_no_statement(kind: Kind, text: &str) -> bool {
    match kind {
        Kind::Punctuator => !AMBIGUOUS.contains(&text) && !FIRST.contains(&text),
        Kind::Template => text.starts_with('}'),
        _ => false,
    }
}

/// Whether two tokens would be read as others without a space between them.
fn would_join((kind, before): (Kind, &str), (next_kind, next): (Kind, &str)) -> bool {
    let next_is_word = next.starts_with(is_word);
    match kind {
        // `1 .a`, `1. in a`.
        Kind::Number => next_is_word || next.starts_with('.'),
        // `a in b`, `case 1`, `/a/ in b`: flags are words too.
        Kind::Word | Kind::Regex => next_is_word,
        Kind::String | Kind::Template => false,
        // A division by a regular expression would be a comment.
        Kind::Punctuator if next_kind == Kind::Regex => before == "/",
        // `a + +b`, `a - --b`.
        Kind::Punctuator => punctuator(&format!("{before}{next}")) > before.len(),
    }
}
