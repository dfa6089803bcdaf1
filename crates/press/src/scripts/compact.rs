//! Writes tokens without comments and with as little white space as keeps their meaning.
//!
//! Between two tokens of a line there is nothing, or a space if they would be read as one. A line end stays where a statement may end without a
//! semicolon (ECMAScript §12.10); it goes
//!
//! - after an operator, `,`, `;` and an opening bracket: no statement that needs a semicolon ends with one. `++` and `--` may end one, so theirs stay;
//! - before what can neither begin a statement nor a member of a class, and so continues the one before: a closing bracket, `,`, `;`, `.` and the operators
//!   of two operands, but not `+`, `-`, `/` or `*` (which begins a generator in a class). A statement also ends before `}`, with or without a
//!   line end.

use super::lexer::{lex, punctuator};
use super::source::Source;
use super::token::{Kind, Token, is_word};
use crate::diagnostic::Report;

/// Punctuators that one statement may end with and another may begin with.
const AMBIGUOUS: [&str; 2] = ["++", "--"];

/// Other punctuators that a statement or a member of a class may begin with.
const FIRST: [&str; 9] = ["(", "[", "{", "+", "-", "!", "~", "/", "*"];

/// A script without comments and needless white space.
///
/// # Errors
/// If it cannot be split into tokens, as where a string does not end.
pub(crate) fn compact(path: &str, text: &str) -> Result<String, Report> {
    let source = Source { path, text };
    let tokens = lex(source).map_err(|problem| {
        let mut report = Report::default();
        report.push(source.diagnostic(problem));
        report
    })?;
    let mut writer = Writer::default();
    for token in &tokens {
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
            } else if would_join((last, before), text) {
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
fn would_join((kind, before): (Kind, &str), next: &str) -> bool {
    let next_is_word = next.starts_with(is_word);
    match kind {
        // `1 .a`, `1. in a`.
        Kind::Number => next_is_word || next.starts_with('.'),
        // `a in b`, `case 1`, `/a/ in b`: flags are words too.
        Kind::Word | Kind::Regex => next_is_word,
        Kind::String | Kind::Template => false,
        // A division by a regular expression would be a comment.
        Kind::Punctuator if before == "/" && next.starts_with(['/', '*']) => true,
        // `a + +b`, `a - --b`.
        Kind::Punctuator => punctuator(&format!("{before}{next}")) > before.len(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn compacted(text: &str) -> String {
        compact("a.js", text).unwrap_or_else(|problem| panic!("{text}: {problem:?}"))
    }

    fn check(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(&compacted(text), expected, "{text}");
        }
    }

    #[test]
    fn a_space_stays_where_two_tokens_would_be_read_as_one() {
        check(&[
            ("const a = 1 ;", "const a=1;"),
            ("return 'a' + b", "return'a'+b"),
            ("a + +b - -c", "a+ +b- -c"),
            ("a + ++b - --c", "a+ ++b- --c"),
            ("a++ + b - +c", "a+++b-+c"),
            ("a / /b/", "a/ /b/"),
            ("/a/ / b", "/a//b"),
            ("/a/ in b", "/a/ in b"),
            ("a in b instanceof c", "a in b instanceof c"),
            ("1 .a + 1. .b + [... .5]", "1 .a+1. .b+[....5]"),
            ("a ? .5 : 1", "a?.5:1"),
            ("1 in a", "1 in a"),
            ("a * /b/.c", "a*/b/.c"),
            ("async ( ) => { }", "async()=>{}"),
            ("#a in b", "#a in b"),
            ("a & & b", "a& &b"),
        ]);
    }

    #[test]
    fn a_line_end_stays_where_it_may_end_a_statement() {
        check(&[
            ("return\nx", "return\nx"),
            ("a\n(b)", "a\n(b)"),
            ("a\n[b]", "a\n[b]"),
            ("a\n`b`", "a\n`b`"),
            ("a\n+b", "a\n+b"),
            ("a\n/b/c", "a\n/b/c"),
            ("x\n++y", "x\n++y"),
            ("x++\ny", "x++\ny"),
            ("x\n++\ny", "x\n++\ny"),
            ("a\n!b", "a\n!b"),
            ("f()\ng()", "f()\ng()"),
            ("a = {}\nb", "a={}\nb"),
            ("`${a}`\nb", "`${a}`\nb"),
            ("class A {\n  get\n  *b() {}\n}", "class A{get\n*b(){}}"),
            ("class A {\n  a = 1\n  #b\n}", "class A{a=1\n#b}"),
            ("a // b\nc", "a\nc"),
            ("a /*\n*/ c", "a\nc"),
        ]);
    }

    #[test]
    fn a_line_end_goes_where_no_statement_ends() {
        check(&[
            ("a(\n  b,\n  c\n)", "a(b,c)"),
            ("[\n  a,\n]", "[a,]"),
            ("{\n  a\n}", "{a}"),
            ("a;\n\n\nb", "a;b"),
            ("a\n  .b\n  ?.c", "a.b?.c"),
            ("a\n  ? b\n  : c", "a?b:c"),
            ("a =\n  b", "a=b"),
            ("a &&\n  b\n  || c", "a&&b||c"),
            ("() =>\n  a", "()=>a"),
            ("`${\n  a\n}`", "`${a}`"),
            ("a\n;[b]", "a;[b]"),
        ]);
    }

    #[test]
    fn strings_templates_and_regular_expressions_stay_as_they_are() {
        let text = "'a  b'+`  c\n  // ${d}  `+/  [/ ]  /g";
        assert_eq!(compacted(text), text);
    }

    /// Code that is easily read as other code.
    const TOKENS: [&str; 34] = [
        "a", "in", "return", "of", "await", "1", "1.", ".5", "0x1", "''", "`b`", "`${", "}`", "/c/g", "/", "/=", "+",
        "++", "-", "--", "*", "**", "=", "=>", "?", "?.a", ":", ".a", "...", "(", ")", "{", "}", ";",
    ];

    proptest! {
        #[test]
        fn compact_code_has_the_same_tokens(parts in prop::collection::vec((0..TOKENS.len(), 0..3usize), 0..24)) {
            let text: String = parts.iter().flat_map(|&(token, space)| [TOKENS[token], ["\n", " ", " /**/ "][space]]).collect();
            if let Ok(tokens) = lex(Source { path: "a.js", text: &text }) {
                let compact = compacted(&text);
                let again = lex(Source { path: "a.js", text: &compact }).map_err(|problem| TestCaseError::fail(format!("{compact}: {problem:?}")))?;
                let plain = |tokens: &[Token]| tokens.iter().map(|token| (token.kind, token.text.to_owned())).collect::<Vec<_>>();
                prop_assert_eq!(plain(&again), plain(&tokens), "{}", compact);
            }
        }
    }
}
