//! Whether a `/` begins a regular expression or divides (ECMAScript §12.1 leaves this to the parser).
//!
//! The token before decides. A `/` divides after a value: a name, a number, a text, `]`, `)`, `++` and `--`. It begins a regular expression after
//! everything else: operators, words such as `return`, the `)` of `if (…)`, and `}`.
//!
//! After `}` this is a guess. It is right for blocks and functions, and wrong if an object or a function is divided as it is written: `({}) / 2` needs its
//! parentheses here. After `++` and `--` it is wrong only for `++/a/.lastIndex`.

use super::token::{Kind, Token};

/// Words after which a value begins.
const BEFORE_A_VALUE: [&str; 15] = [
    "await",
    "case",
    "default",
    "delete",
    "do",
    "else",
    "extends",
    "in",
    "instanceof",
    "new",
    "return",
    "throw",
    "typeof",
    "void",
    "yield",
];

/// Words whose parentheses hold a condition, after which a statement begins.
const CONDITIONAL: [&str; 4] = ["for", "if", "while", "with"];

/// Whether a `/` after these tokens begins a regular expression.
pub(super) fn may_begin(tokens: &[Token]) -> bool {
    let Some((last, before)) = tokens.split_last() else { return true };
    match (last.kind, last.text) {
        (Kind::Number | Kind::String | Kind::Regex, _) | (Kind::Punctuator, "]" | "++" | "--") => false,
        (Kind::Template, part) => !part.ends_with('`'),
        (Kind::Word, "of") => before.last().is_some_and(|token| token.kind == Kind::Word || token.closes()),
        (Kind::Word, word) => BEFORE_A_VALUE.contains(&word) && !is_property(before),
        (Kind::Punctuator, ")") => has_condition(&tokens[..last.pair]),
        (Kind::Punctuator, _) => true,
    }
}

/// Whether the word after these tokens is the name of a property: `a.in`.
pub(super) fn is_property(before: &[Token]) -> bool {
    before.last().is_some_and(|token| matches!(token.text, "." | "?."))
}

/// Whether parentheses after these tokens hold a condition: `if (…)`, `for await (…)`.
fn has_condition(before: &[Token]) -> bool {
    match before {
        [.., first, last] if first.text == "for" && last.text == "await" => true,
        [rest @ .., last] => CONDITIONAL.contains(&last.text) && !is_property(rest),
        [] => false,
    }
}
