//! The tokens of a file (ECMAScript §12). Comments and white space are no tokens; a token knows whether a line ends before it.

use std::ops::Range;

use super::regex;
use super::source::Source;
use crate::diagnostic::Diagnostic;

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

/// Punctuators of more than one character, the longest first.
const PUNCTUATORS: [&str; 33] = [
    ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==", "!=", "<=", ">=", "&&",
    "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "**",
];

/// The tokens of a file. The first error ends it: after a string that does not end, the rest has no meaning.
pub(super) fn lex(source: Source<'_>) -> Result<Vec<Token<'_>>, Diagnostic> {
    let mut lexer = Lexer { source, at: 0, tokens: Vec::new(), open: Vec::new(), begins_line: true };
    while lexer.skip_space()? {
        lexer.token()?;
    }
    match lexer.open.last() {
        None => Ok(lexer.tokens),
        Some(&open) => {
            let open = lexer.tokens[open];
            Err(source.error(open.span(), format!("there is no `{}` for this", closing(open.text))))
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
    fn skip_space(&mut self) -> Result<bool, Diagnostic> {
        while let Some(first) = self.rest().chars().next() {
            let rest = self.rest();
            let length = if rest.starts_with("//") || (self.at == 0 && rest.starts_with("#!")) {
                rest.find(is_line_end).unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                let end = rest[2..].find("*/").ok_or_else(|| self.unterminated(2, "comment", "*/"))?;
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

    fn token(&mut self) -> Result<(), Diagnostic> {
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
            return Err(self.source.error(self.at..self.at + length, format!("unexpected `{first}`")));
        }
        self.push(kind, length)
    }

    /// Adds a token, and connects it with its other bracket.
    fn push(&mut self, kind: Kind, length: usize) -> Result<(), Diagnostic> {
        let text = &self.rest()[..length];
        let index = self.tokens.len();
        let has_brackets = matches!(kind, Kind::Punctuator | Kind::Template);
        let mut token = Token { kind, text, start: self.at, begins_line: self.begins_line, depth: 0, pair: index };
        if has_brackets && matches!(text.as_bytes()[0], b')' | b']' | b'}') {
            let open = self.open.pop().filter(|&open| closing(self.tokens[open].text) == &text[..1]);
            let Some(open) = open else {
                return Err(self
                    .source
                    .error(token.start..token.start + 1, format!("nothing is open that `{}` closes", &text[..1])));
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

    fn string(&self, quote: char) -> Result<usize, Diagnostic> {
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
    fn template(&self) -> Result<usize, Diagnostic> {
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

    fn regex(&self) -> Result<usize, Diagnostic> {
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

    fn unterminated(&self, length: usize, what: &str, end: &str) -> Diagnostic {
        let error = self.source.error(self.at..self.at + length, format!("this {what} does not end"));
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

/// §12.3.
fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

/// §12.2, and line ends.
fn is_space(character: char) -> bool {
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
