//! The names that a module declares outside of all brackets, found without a parser.
//!
//! A declaration ends at a `;`, or at a line end between a value and what cannot continue it (ECMAScript §12.10).

use super::regex::{self, is_property};
use super::token::{Kind, Token};

/// A name, and the word that declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Declared<'a> {
    /// `const`, `let`, `var`, `function` or `class`.
    pub(super) keyword: &'a str,
    pub(super) name: Token<'a>,
}

/// What a `const`, `let` or `var` declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Declarator<'a> {
    Name(Token<'a>),
    /// A pattern, by the index of its open bracket.
    Pattern(usize),
}

/// The names that a module declares. A function or a class with a name counts as declared even where it is a value.
pub(super) fn declared<'a>(tokens: &[Token<'a>]) -> Vec<Declared<'a>> {
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.depth > 0 || token.kind != Kind::Word || is_property(&tokens[..index]) {
            continue;
        }
        let keyword = token.text;
        match keyword {
            "const" | "let" | "var" => {
                for declarator in declarators(tokens, index + 1) {
                    match declarator {
                        Declarator::Name(name) => found.push(Declared { keyword, name }),
                        Declarator::Pattern(open) => {
                            found.extend(bound(tokens, open).map(|name| Declared { keyword, name }));
                        }
                    }
                }
            }
            "function" | "class" => {
                let after = tokens[index + 1..].iter().find(|token| !token.is("*"));
                found.extend(after.filter(|name| name.kind == Kind::Word).map(|&name| Declared { keyword, name }));
            }
            _ => {}
        }
    }
    found
}

/// What is declared from the token at `at` on, which follows `const`, `let` or `var`.
pub(super) fn declarators<'a>(tokens: &[Token<'a>], mut at: usize) -> Vec<Declarator<'a>> {
    let mut found = Vec::new();
    while let Some(token) = tokens.get(at) {
        match token.text {
            "{" | "[" => found.push(Declarator::Pattern(at)),
            _ if token.kind == Kind::Word => found.push(Declarator::Name(*token)),
            _ => break,
        }
        at = token.pair + 1;
        while at < tokens.len() && !tokens[at].is(",") {
            if statement_ends(tokens, at) {
                return found;
            }
            // Over the brackets.
            at = at.max(tokens[at].pair) + 1;
        }
        at += 1;
    }
    found
}

/// The names that a pattern binds, and those of its default values.
fn bound<'a>(tokens: &[Token<'a>], open: usize) -> impl Iterator<Item = Token<'a>> {
    let inner = open + 1..tokens[open].pair;
    let is_bound = |&index: &usize| {
        tokens[index].kind == Kind::Word && !tokens[index + 1].is(":") && !is_property(&tokens[..index])
    };
    inner.filter(is_bound).map(|index| tokens[index])
}

/// Whether a statement ends before the token at `at`, which is not its first.
pub(super) fn statement_ends(tokens: &[Token], at: usize) -> bool {
    let (before, next) = (&tokens[..at], &tokens[at]);
    let follows_value = !regex::may_begin(before) || before.last().is_some_and(|last| last.is("}"));
    next.is(";") || (next.begins_line && follows_value && !continues(next))
}

/// Whether a token after a value continues its expression.
fn continues(token: &Token) -> bool {
    match token.kind {
        Kind::Word => matches!(token.text, "in" | "instanceof" | "of"),
        Kind::Punctuator => !matches!(token.text, "{" | "!" | "~" | "++" | "--"),
        Kind::Template => true,
        Kind::Number | Kind::String | Kind::Regex => false,
    }
}
