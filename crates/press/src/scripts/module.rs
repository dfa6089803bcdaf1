//! A module (ECMAScript §16.2): what it imports and exports, and what is left of it without that.

use std::ops::Range;

use super::source::Source;
use super::token::Token;

/// A module.
#[derive(Debug)]
pub(super) struct Module<'a> {
    pub(super) source: Source<'a>,
    pub(super) tokens: Vec<Token<'a>>,
    pub(super) imports: Vec<Import<'a>>,
    pub(super) exports: Vec<Export<'a>>,
    /// Its statements, without what makes it a module.
    pub(super) parts: Vec<Part>,
    /// How many of its values have no name.
    pub(super) unnamed: usize,
}

/// `import { a as b } from './c.js'`, or `export { a } from './c.js'`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import<'a> {
    /// The string that names the module, with its quotes.
    pub(super) from: Token<'a>,
    pub(super) names: Vec<Imported<'a>>,
}

/// A name of an import.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Imported<'a> {
    /// The name that the other module exports. `None` for all of them, as an object.
    pub(super) name: Option<Name<'a>>,
    pub(super) local: Local<'a>,
}

/// A name of an export.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Export<'a> {
    pub(super) name: Name<'a>,
    pub(super) local: Local<'a>,
}

/// A name, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    pub(super) span: Range<usize>,
}

impl<'a> From<Token<'a>> for Name<'a> {
    fn from(token: Token<'a>) -> Self {
        Self { text: token.text, span: token.span() }
    }
}

/// What a module itself calls something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Local<'a> {
    Name(Name<'a>),
    /// It has no name in the module: a default export, or what is exported from another module. They are numbered.
    Unnamed(usize),
}

/// A part of the code that is left.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// These tokens.
    Tokens(Range<usize>),
    /// The end of the statement before, where an import or an export began.
    End,
    /// The name for an unnamed function or class.
    Name(usize),
    /// The beginning of the declaration of an unnamed value.
    Constant(usize),
}

impl<'a> Module<'a> {
    pub(super) fn new(source: Source<'a>, tokens: Vec<Token<'a>>) -> Self {
        Self { source, tokens, imports: Vec::new(), exports: Vec::new(), parts: Vec::new(), unnamed: 0 }
    }

    /// Counts another value without a name.
    pub(super) fn next_unnamed(&mut self) -> usize {
        self.unnamed += 1;
        self.unnamed - 1
    }
}
