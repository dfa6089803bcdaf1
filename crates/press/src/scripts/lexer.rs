//! The tokens of a file (ECMAScript §12). Comments and white space are no tokens; a token knows whether a line ends before it.

use super::regex;
use super::source::{Problem, Source};
use super::token::{Kind, Token, is_line_end, is_space, is_word};

/// Punctuators of more than one character, the longest first.
const PUNCTUATORS: [&str; 33] = [
    ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==", "!=", "<=", ">=", "&&",
    "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "**",
];

/// The tokens of a file. The first error ends it: after a string that does not end, the rest has no meaning.
pub(super) fn lex(source: Source<'_>) -> Result<Vec<Token<'_>>, Problem> {
    let mut lexer = Lexer { source, at: 0, tokens: Vec::new(), open: Vec::new(), begins_line: true };
    while lexer.skip_space()? {
        lexer.token()?;
    }
    match lexer.open.last() {
        None => Ok(lexer.tokens),
        Some(&open) => {
            let open = lexer.tokens[open];
            Err(Problem::new(open.span(), format!("there is no `{}` for this", closing(open.text))))
        }
    }
}

struct Lexer<'a> {
    source: Source<'a>,
    at: usize,
    tokens: Vec<Token<'a>>,
    /// The brackets that are open, by their index.
    open: Vec<usize>,
    begins_line: bool,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source.text[self.at..]
    }

    /// Skips white space and comments. Returns false at the end of the file.
    fn skip_space(&mut self) -> Result<bool, Problem> {
        while let Some(first) = self.rest().chars().next() {
            let rest = self.rest();
            let length = if rest.starts_with("//") || (self.at == 0 && rest.starts_with("#!")) {
                rest.find(is_line_end).unwrap_or(rest.len())
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let end = comment.find("*/").ok_or_else(|| self.unterminated(2, "comment", "*/"))?;
                end + 4
            } else if is_space(first) {
                first.len_utf8()
            } else {
                return Ok(true);
            };
            self.begins_line |= rest[..length].contains(is_line_end);
            self.at += length;
        }
        Ok(false)
    }

    fn token(&mut self) -> Result<(), Problem> {
        let rest = self.rest();
        let first = rest.chars().next().unwrap_or_default();
        let continues_template =
            first == '}' && self.open.last().is_some_and(|&open| self.tokens[open].text.ends_with("${"));
        let (kind, length) = match first {
            '\'' | '"' => (Kind::String, self.string(first)?),
            '`' => (Kind::Template, self.template()?),
            '}' if continues_template => (Kind::Template, self.template()?),
            '/' if regex::may_begin(&self.tokens) => (Kind::Regex, self.regex()?),
            _ if begins_number(rest) => (Kind::Number, number(rest)),
            _ if is_word(first) => (Kind::Word, word(rest)),
            '#' if rest[1..].starts_with(is_word) => (Kind::Word, 1 + word(&rest[1..])),
            _ => (Kind::Punctuator, punctuator(rest)),
        };
        if kind == Kind::Punctuator && !"{}()[];,<>+-*/%&|^!~?:=.".contains(first) {
            return Err(Problem::new(self.at..self.at + length, format!("unexpected `{first}`")));
        }
        self.push(kind, length)
    }

    /// Adds a token, and connects it with its other bracket.
    fn push(&mut self, kind: Kind, length: usize) -> Result<(), Problem> {
        let text = &self.rest()[..length];
        let index = self.tokens.len();
        let has_brackets = matches!(kind, Kind::Punctuator | Kind::Template);
        let mut token = Token { kind, text, start: self.at, begins_line: self.begins_line, depth: 0, pair: index };
        if has_brackets && matches!(text.as_bytes()[0], b')' | b']' | b'}') {
            let open = self.open.pop().filter(|&open| closing(self.tokens[open].text) == &text[..1]);
            let Some(open) = open else {
                return Err(Problem::new(
                    token.start..token.start + 1,
                    format!("nothing is open that `{}` closes", &text[..1]),
                ));
            };
            token.pair = open;
            self.tokens[open].pair = index;
        }
        token.depth = self.open.len();
        self.tokens.push(token);
        if has_brackets && matches!(text.as_bytes()[length - 1], b'(' | b'[' | b'{') {
            self.open.push(index);
        }
        self.at += length;
        self.begins_line = false;
        Ok(())
    }

    fn string(&self, quote: char) -> Result<usize, Problem> {
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    // A line end of two characters.
                    Some((after, '\r')) if self.rest()[after..].starts_with("\r\n") => drop(characters.next()),
                    _ => {}
                },
                '\n' | '\r' => return Err(self.unterminated(at, "string", &quote.to_string())),
                _ if character == quote => return Ok(at + 1),
                _ => {}
            }
        }
        Err(self.unterminated(self.rest().len(), "string", &quote.to_string()))
    }

    /// A template, or what follows the `}` of a part of it, up to the next `${` or its end.
    fn template(&self) -> Result<usize, Problem> {
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => drop(characters.next()),
                '`' => return Ok(at + 1),
                '$' if self.rest()[at..].starts_with("${") => return Ok(at + 2),
                _ => {}
            }
        }
        Err(self.unterminated(1, "template", "`"))
    }

    fn regex(&self) -> Result<usize, Problem> {
        let mut is_in_class = false;
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                _ if is_line_end(character) => return Err(self.unterminated(at, "regular expression", "/")),
                '\\' if !self.rest()[at + 1..].starts_with(is_line_end) => drop(characters.next()),
                '[' => is_in_class = true,
                ']' => is_in_class = false,
                '/' if !is_in_class => return Ok(at + 1 + word(&self.rest()[at + 1..])),
                _ => {}
            }
        }
        Err(self.unterminated(self.rest().len(), "regular expression", "/"))
    }

    fn unterminated(&self, length: usize, what: &str, end: &str) -> Problem {
        let error = Problem::new(self.at..self.at + length, format!("this {what} does not end"));
        error.help(format!("add `{end}`"))
    }
}

/// The bracket that closes what `open` opens: a bracket or a part of a template.
fn closing(open: &str) -> &'static str {
    match open.as_bytes()[open.len() - 1] {
        b'(' => ")",
        b'[' => "]",
        _ => "}",
    }
}

/// The length of the name at the beginning of a text.
fn word(text: &str) -> usize {
    let mut length = 0;
    while let Some(next) = text[length..].chars().next().filter(|&next| is_word(next)) {
        let escape = text[length..].strip_prefix("\\u{").and_then(|escape| escape.find('}'));
        length += escape.map_or(next.len_utf8(), |digits| digits + 4);
    }
    length
}

fn begins_number(text: &str) -> bool {
    text.strip_prefix('.').unwrap_or(text).starts_with(|first: char| first.is_ascii_digit())
}

/// The length of the number at the beginning of a text (§12.9.3). The letters of other bases, exponents and `n` are those of a word.
fn number(text: &str) -> usize {
    let is_decimal = !text.starts_with('0') || !text[1..].starts_with(['x', 'X', 'o', 'O', 'b', 'B']);
    let mut length = word(text);
    if is_decimal && text[length..].starts_with('.') && !text[..length].contains(['e', 'E', 'n']) {
        length += 1 + word(&text[length + 1..]);
    }
    if is_decimal && text[..length].ends_with(['e', 'E']) && text[length..].starts_with(['+', '-']) {
        length += 1 + word(&text[length + 1..]);
    }
    length
}

/// The length of the punctuator at the beginning of a text.
pub(super) fn punctuator(text: &str) -> usize {
    let found = PUNCTUATORS.iter().find(|punctuator| text.starts_with(**punctuator));
    match found {
        // `a?.5:b` (§12.8).
        Some(&"?.") if text[2..].starts_with(|next: char| next.is_ascii_digit()) => 1,
        Some(punctuator) => punctuator.len(),
        None => text.chars().next().map_or(0, char::len_utf8),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn source(text: &str) -> Source<'_> {
        Source { path: "a.js", text }
    }

    /// The tokens, with `·` between them, or `⏎` where a line ends.
    fn tokens(text: &str) -> String {
        let mut line = String::new();
        for token in lex(source(text)).unwrap_or_else(|problem| panic!("{text}: {problem:?}")) {
            if !line.is_empty() {
                line.push(if token.begins_line { '⏎' } else { '·' });
            }
            line += token.text;
        }
        line
    }

    fn check(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(&tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn a_file_is_split_into_words_numbers_strings_and_punctuators() {
        check(&[
            ("", ""),
            ("const größe=$_1", "const·größe·=·$_1"),
            (r"\u{61}b+\u0061", r"\u{61}b·+·\u0061"),
            ("a.#b in c", "a·.·#b·in·c"),
            ("0x1F+1_000n*.5e-3-1.5E+9", "0x1F·+·1_000n·*·.5e-3·-·1.5E+9"),
            ("1..a+1.5.b+0xe+1", "1.·.·a·+·1.5·.·b·+·0xe·+·1"),
            ("a?.b?.5:c??=d", "a·?.·b·?·.5·:·c·??=·d"),
            ("a>>>=b**c=>{...d}", "a·>>>=·b·**·c·=>·{·...·d·}"),
            (r#"'a\'b"'+"\\""#, r#"'a\'b"'·+·"\\""#),
            ("'a\\\nb\\\r\nc'", "'a\\\nb\\\r\nc'"),
            ("'\u{2028}'", "'\u{2028}'"),
        ]);
    }

    #[test]
    fn comments_and_white_space_are_no_tokens_and_a_line_end_is_known() {
        check(&[
            ("\u{feff}a // b\n/* c */ d", "a⏎d"),
            ("a /* b */ c", "a·c"),
            ("a /* b\n */ c", "a⏎c"),
            ("a\u{2029}b\rc\u{a0}d", "a⏎b⏎c·d"),
            ("#!/usr/bin/env node\na", "a"),
            ("a /**/ b /***/ c //", "a·b·c"),
        ]);
    }

    #[test]
    fn templates_hold_templates() {
        check(&[
            ("`a`", "`a`"),
            ("`a${b}c`", "`a${·b·}c`"),
            ("`${a}${`${b}`}`+{}", "`${·a·}${·`${·b·}`·}`·+·{·}"),
            ("`${{a:{}}}`", "`${·{·a·:·{·}·}·}`"),
            (r"`\`\${a$`", r"`\`\${a$`"),
            ("`//\n /* '`", "`//\n /* '`"),
        ]);
    }

    #[test]
    fn a_slash_divides_after_a_value_and_begins_a_regular_expression_elsewhere() {
        check(&[
            ("a/b/c", "a·/·b·/·c"),
            ("1/2/3", "1·/·2·/·3"),
            ("a=/b/g", "a·=·/b/g"),
            ("(a)/b/c", "(·a·)·/·b·/·c"),
            ("a[0]/b/c", "a·[·0·]·/·b·/·c"),
            ("`a`/b/c", "`a`·/·b·/·c"),
            ("`${/a/}`", "`${·/a/·}`"),
            ("/a/ /b/ 2", "/a/·/·b·/·2"),
            ("return /a/", "return·/a/"),
            ("a.return /b/ c", "a·.·return·/·b·/·c"),
            ("a?.in /b/ c", "a·?.·in·/·b·/·c"),
            ("typeof /a/", "typeof·/a/"),
            ("case /a/:", "case·/a/·:"),
            ("this /a/ b", "this·/·a·/·b"),
            ("if (a) /b/.test(c)", "if·(·a·)·/b/·.·test·(·c·)"),
            ("for await (a of b) /c/.test(d)", "for·await·(·a·of·b·)·/c/·.·test·(·d·)"),
            ("a.if(b) /c/ d", "a·.·if·(·b·)·/·c·/·d"),
            ("{}\n/a/.test(b)", "{·}⏎/a/·.·test·(·b·)"),
            ("a\n/b/c", "a⏎/·b·/·c"),
            ("a++ /b/ c", "a·++·/·b·/·c"),
            ("for (a of /b/g) c", "for·(·a·of·/b/g·)·c"),
            ("(of /b/ c)", "(·of·/·b·/·c·)"),
            (r"a(/[/\]]\/'`/u, /\\/)", r"a·(·/[/\]]\/'`/u·,·/\\/·)"),
            ("a /= b", "a·/=·b"),
            ("a = /= b/", "a·=·/= b/"),
        ]);
    }

    #[test]
    fn what_does_not_end_or_match_is_an_error_with_its_place() {
        for (text, place, message) in [
            ("a = 'b\nc'", "'b", "this string does not end"),
            ("a = \"b\\\"", "\"b\\\"", "this string does not end"),
            ("a = `b${c}\n", "}", "this template does not end"),
            ("a = `b", "`", "this template does not end"),
            ("a = /[/]\n/", "/[/]", "this regular expression does not end"),
            ("a = /b\\", "/b\\", "this regular expression does not end"),
            ("a /* b", "/*", "this comment does not end"),
            ("f(a, {", "{", "there is no `}` for this"),
            ("`a${b", "`a${", "there is no `}` for this"),
            ("f(a]", "]", "nothing is open that `]` closes"),
            ("a }", "}", "nothing is open that `}` closes"),
            ("@a", "@", "unexpected `@`"),
        ] {
            let problem = lex(source(text)).expect_err(text);
            assert_eq!((&text[problem.span], problem.message.as_str()), (place, message), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end_or_has_an_error_inside(text in "[ -~\\nü€]{0,40}|[`'\"/${}()\\[\\]\\\\a \\n*]{0,30}") {
            match lex(source(&text)) {
                Ok(tokens) => {
                    for (index, token) in tokens.iter().enumerate() {
                        prop_assert_eq!(&text[token.span()], token.text);
                        prop_assert!(token.pair == index || tokens[token.pair].depth == token.depth);
                    }
                }
                Err(problem) => {
                    prop_assert!(!problem.span.is_empty() && text.get(problem.span).is_some());
                }
            }
        }
    }
}
