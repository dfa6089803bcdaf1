//! The tokens of a style sheet (CSS Syntax 3 §4), as far as its structure needs them: white space, words, strings, addresses, brackets, marks.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// White space and comments.
    Space {
        /// Whether there is more than comments: only white space separates selectors.
        is_white: bool,
    },
    /// A name, a number, a keyword of an at-rule, or any other run of characters.
    Word,
    /// Text in quotes.
    Text,
    /// `url(…)` whose address has no quotes.
    Url,
    /// `(`, `[` or `{`.
    Open(char),
    /// `)`, `]` or `}`.
    Close(char),
    /// `:`
    Colon,
    /// `;`
    Semicolon,
    /// `,`
    Comma,
}

/// A token and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

/// A token that has no end: where it begins, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    pub(super) span: Range<usize>,
    pub(super) what: &'static str,
    pub(super) end: &'static str,
}

/// The tokens of a sheet. All text is in one of them.
pub(super) fn tokens(sheet: &str) -> (Vec<Token>, Vec<Unclosed>) {
    let mut reader = Reader { sheet, at: 0, unclosed: Vec::new() };
    let mut tokens = Vec::new();
    while let Some(token) = reader.next() {
        tokens.push(token);
    }
    (tokens, reader.unclosed)
}

struct Reader<'s> {
    sheet: &'s str,
    at: usize,
    unclosed: Vec<Unclosed>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<Token> {
        let start = self.at;
        let first = self.rest().chars().next()?;
        let kind = match first {
            _ if first.is_ascii_whitespace() || self.rest().starts_with("/*") => self.space(),
            '"' | '\'' => self.text(first),
            '(' | '[' | '{' => self.mark(Kind::Open(first)),
            ')' | ']' | '}' => self.mark(Kind::Close(first)),
            ':' => self.mark(Kind::Colon),
            ';' => self.mark(Kind::Semicolon),
            ',' => self.mark(Kind::Comma),
            _ => self.word(),
        };
        Some(Token { kind, span: start..self.at })
    }

    fn rest(&self) -> &str {
        &self.sheet[self.at..]
    }

    fn mark(&mut self, kind: Kind) -> Kind {
        self.at += 1;
        kind
    }

    fn space(&mut self) -> Kind {
        let mut is_white = false;
        loop {
            let rest = self.rest();
            let white = rest.len() - rest.trim_start_matches(|char: char| char.is_ascii_whitespace()).len();
            is_white |= white > 0;
            self.at += white;
            if !self.rest().starts_with("/*") {
                return Kind::Space { is_white };
            }
            let start = self.at;
            self.at = self.rest()[2..].find("*/").map_or(self.sheet.len(), |end| start + 2 + end + 2);
            if !self.sheet[start + 2..self.at].ends_with("*/") {
                self.unclosed.push(Unclosed { span: start..start + 2, what: "comment", end: "*/" });
            }
        }
    }

    /// A string ends with its line if it has no second quote (§4.3.5).
    fn text(&mut self, quote: char) -> Kind {
        let start = self.at;
        self.at += 1;
        let mut characters = self.rest().char_indices();
        let end = loop {
            match characters.next() {
                None | Some((_, '\n')) => break None,
                // An escaped line break is no part of the text, and does not end it.
                Some((_, '\\')) => drop(characters.next()),
                Some((at, character)) if character == quote => break Some(at),
                Some(_) => {}
            }
        };
        if let Some(end) = end {
            self.at += end + 1;
        } else {
            let line = self.rest().find('\n').unwrap_or(self.rest().len());
            self.at += line;
            let end = if quote == '"' { "\"" } else { "'" };
            self.unclosed.push(Unclosed { span: start..self.at, what: "string", end });
        }
        Kind::Text
    }

    fn word(&mut self) -> Kind {
        let start = self.at;
        let mut characters = self.rest().char_indices();
        let mut length = self.rest().len();
        while let Some((at, character)) = characters.next() {
            let is_comment = character == '/' && self.rest()[at..].starts_with("/*");
            if is_comment || character.is_ascii_whitespace() || "\"'()[]{}:;,".contains(character) {
                length = at;
                break;
            }
            if character == '\\' {
                characters.next();
            }
        }
        self.at += length;
        let is_url = self.sheet[start..self.at].eq_ignore_ascii_case("url") && self.rest().starts_with('(');
        if is_url && !self.rest()[1..].trim_start().starts_with(['"', '\'']) { self.url(start) } else { Kind::Word }
    }

    fn url(&mut self, start: usize) -> Kind {
        if let Some(end) = self.rest().find(')') {
            self.at += end + 1;
        } else {
            self.unclosed.push(Unclosed { span: start..self.at + 1, what: "`url(`", end: ")" });
            self.at = self.sheet.len();
        }
        Kind::Url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_split_into_tokens() {
        let sheet = "a/**/b :is(.c) { --x:url( /y z ) \"t;\\\"}\"/* } */ }";
        let (found, unclosed) = tokens(sheet);
        let texts: Vec<_> = found.iter().map(|token| &sheet[token.span.clone()]).collect();
        let expected = [
            "a",
            "/**/",
            "b",
            " ",
            ":",
            "is",
            "(",
            ".c",
            ")",
            " ",
            "{",
            " ",
            "--x",
            ":",
            "url( /y z )",
            " ",
            "\"t;\\\"}\"",
            "/* } */ ",
            "}",
        ];
        assert_eq!(texts, expected);
        assert_eq!(unclosed, []);
        assert_eq!(found[1].kind, Kind::Space { is_white: false });
        assert_eq!(found[14].kind, Kind::Url);
    }

    #[test]
    fn what_is_not_closed_is_found_where_it_begins() {
        for (sheet, what, place) in [
            ("a{} /* b", "comment", 4..6),
            ("/*/", "comment", 0..2),
            ("a{b:\"c\n}", "string", 4..6),
            ("a{b:'c", "string", 4..6),
            ("a{b:'c\\", "string", 4..7),
            ("a{b:url(c", "`url(`", 4..8),
        ] {
            let (_, unclosed) = tokens(sheet);
            let found: Vec<_> = unclosed.iter().map(|found| (found.what, found.span.clone())).collect();
            assert_eq!(found, [(what, place)], "{sheet}");
        }
    }
}
