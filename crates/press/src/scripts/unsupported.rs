//! What a module may do and a bundle cannot: load other modules while it runs, ask for its own address, and wait at its top.

use super::declarations::statement_ends;
use super::regex::is_property;
use super::source::Problem;
use super::token::{Kind, Token};

/// Words before parentheses and a `{` that begins no function.
const BEFORE_BLOCKS: [&str; 7] = ["if", "for", "while", "switch", "catch", "with", "await"];

/// Brackets, or what is outside of all.
#[derive(Clone, Copy, Default)]
struct Scope {
    /// Whether they are the body of a function, or in one.
    is_in_function: bool,
    /// Whether what follows is the value of an arrow function without a body in brackets.
    is_in_arrow: bool,
}

/// Everything in a module that is not supported in a bundle.
pub(super) fn unsupported(tokens: &[Token]) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut scopes = vec![Scope::default()];
    for (index, token) in tokens.iter().enumerate() {
        scopes.truncate(token.depth + 1);
        let scope = &mut scopes[token.depth];
        if token.is(",") || (index > 0 && statement_ends(tokens, index)) {
            scope.is_in_arrow = false;
        }
        scope.is_in_arrow |= token.is("=>");
        let is_in_function = scope.is_in_function || scope.is_in_arrow;
        if token.kind == Kind::Word && !is_property(&tokens[..index]) {
            found.extend(problem(tokens, index, is_in_function));
        }
        if token.pair > index {
            scopes.push(Scope { is_in_function: is_in_function || begins_function(tokens, index), is_in_arrow: false });
        }
    }
    found
}

/// What is wrong with the word at `index`.
fn problem(tokens: &[Token], index: usize, is_in_function: bool) -> Option<Problem> {
    let next = tokens.get(index + 1)?;
    let error = |message: &str| Problem::new(tokens[index].span(), message);
    match tokens[index].text {
        "import" if next.is("(") && !is_method(tokens, index + 1) => Some(
            error("`import()` is not supported").help("import the module at the top: `import { a } from './b.js'`"),
        ),
        "import" if next.is(".") => {
            Some(error("`import.meta` is not supported").help("a bundle has one address, not one for each module"))
        }
        "await" if !is_in_function && !next.is(":") => {
            Some(error("`await` outside of a function is not supported").help("wait in an `async` function"))
        }
        _ => None,
    }
}

/// Whether parentheses hold the parameters of a method.
fn is_method(tokens: &[Token], open: usize) -> bool {
    tokens.get(tokens[open].pair + 1).is_some_and(|token| token.is("{") && !token.begins_line)
}

/// Whether a `{` begins the body of a function: after `=>`, or after parentheses that are no condition.
fn begins_function(tokens: &[Token], open: usize) -> bool {
    let before = &tokens[..open];
    let Some(last) = before.last().filter(|_| tokens[open].is("{")) else { return false };
    let owner = last.pair.checked_sub(1).map(|owner| &tokens[owner]);
    last.is("=>") || (last.is(")") && owner.is_some_and(|owner| !BEFORE_BLOCKS.contains(&owner.text)))
}
