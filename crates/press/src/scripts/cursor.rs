//! A place among the tokens of a file, from which they are read one after the other.

use super::module::Name;
use super::source::Problem;
use super::token::{Kind, Token};

pub(super) struct Cursor<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    /// The index of the next token.
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    /// Whether the next token is the punctuator or the word `text`.
    pub(super) fn is(&self, text: &str) -> bool {
        self.peek().is_some_and(|token| token.is(text))
    }

    /// Reads the next token if it is `text`.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let is_next = self.is(text);
        self.at += usize::from(is_next);
        is_next
    }

    /// Reads `function`, `function *` or `async function`.
    pub(super) fn take_function(&mut self) -> bool {
        let after = self.tokens.get(self.at + 1);
        if self.is("async") && after.is_some_and(|token| token.is("function") && !token.begins_line) {
            self.at += 1;
        }
        let is_function = self.take("function");
        if is_function {
            self.take("*");
        }
        is_function
    }

    pub(super) fn expect(&mut self, text: &str) -> Result<(), Problem> {
        if self.take(text) { Ok(()) } else { Err(self.unexpected(&format!("`{text}`"))) }
    }

    pub(super) fn name(&mut self) -> Result<Name<'a>, Problem> {
        let name = self.peek().filter(|token| token.kind == Kind::Word);
        self.at += usize::from(name.is_some());
        name.map(Name::from).ok_or_else(|| self.unexpected("a name"))
    }

    pub(super) fn string(&mut self) -> Result<Token<'a>, Problem> {
        let string = self.peek().filter(|token| token.kind == Kind::String);
        self.at += usize::from(string.is_some());
        string.ok_or_else(|| self.unexpected("the path of a module in quotes"))
    }

    pub(super) fn unexpected(&self, expected: &str) -> Problem {
        match self.peek() {
            Some(found) => self.error(&format!("expected {expected}, found `{}`", found.text)),
            None => self.error(&format!("expected {expected}, found the end of the file")),
        }
    }

    /// An error at the next token, or at the last one.
    pub(super) fn error(&self, message: &str) -> Problem {
        let token = self.tokens.get(self.at).or(self.tokens.last());
        Problem::new(token.map_or(0..0, Token::span), message)
    }
}
