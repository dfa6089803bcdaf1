//! The tokens of Graphviz's language.

use std::ops::Range;

use crate::diagrams::outcome::Problem;

/// A token. An identifier is a word, a number, or text in double quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    Quoted(String),
    /// `->` or `--`.
    Edge(&'static str),
    /// One of `{ } [ ] = ; , :`.
    Mark(char),
    End,
}

/// A token and its place.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) span: Range<usize>,
}

impl Token {
    /// How the token is called in a message.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Word(word) => format!("`{word}`"),
            Self::Quoted(text) => format!("`\"{}\"`", text.replace('\n', "\\n")),
            Self::Edge(edge) => format!("`{edge}`"),
            Self::Mark(mark) => format!("`{mark}`"),
            Self::End => "the end of the graph's text".to_owned(),
        }
    }

    /// Whether it is this word, which the language reads without regard to case.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// The tokens of a text; the last one is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, Problem> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip()?;
        let start = lexer.at;
        let token = lexer.next()?;
        let is_end = token == Token::End;
        tokens.push(Placed { token, span: start..lexer.at });
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Skips white space and comments.
    fn skip(&mut self) -> Result<(), Problem> {
        loop {
            let rest = self.rest();
            let is_line_start = self.text[..self.at].rsplit('\n').next().is_none_or(|line| line.trim().is_empty());
            if rest.starts_with(char::is_whitespace) {
                self.at += rest.len() - rest.trim_start().len();
            } else if rest.starts_with("//") || (is_line_start && rest.starts_with('#')) {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                let Some(end) = rest.find("*/") else {
                    let message = "a comment that does not end";
                    return Err(Problem::new(self.at..self.at + 2, message).help("end it with `*/`"));
                };
                self.at += end + 2;
            } else {
                return Ok(());
            }
        }
    }

    fn next(&mut self) -> Result<Token, Problem> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        if let Some(edge) = ["->", "--"].into_iter().find(|edge| rest.starts_with(edge)) {
            self.at += edge.len();
            return Ok(Token::Edge(edge));
        }
        match first {
            '{' | '}' | '[' | ']' | '=' | ';' | ',' | ':' => {
                self.at += 1;
                Ok(Token::Mark(first))
            }
            '"' => self.quoted(),
            _ if is_part_of_word(first) => Ok(self.word(is_part_of_word)),
            '-' | '.' => Ok(self.word(|character| character.is_ascii_digit() || character == '.' || character == '-')),
            '<' => Err(Problem::new(self.at..self.at + 1, "labels in HTML are not supported")
                .help("write the label in double quotes, with `\\n` where a line ends")),
            _ => Err(Problem::new(self.at..self.at + first.len_utf8(), format!("unexpected `{first}`"))
                .help("write a name in double quotes if it is more than letters, digits and `_`")),
        }
    }

    fn word(&mut self, is_part: fn(char) -> bool) -> Token {
        let rest = self.rest();
        let mut end = 0;
        for character in rest.chars() {
            // `a.b` is no word, but `1.5` is a number.
            let is_decimal = character == '.' && rest[..end].bytes().all(|byte| byte.is_ascii_digit());
            let is_first = end == 0;
            if !(is_part(character) || is_decimal || is_first) {
                break;
            }
            end += character.len_utf8();
        }
        self.at += end;
        Token::Word(rest[..end].to_owned())
    }

    fn quoted(&mut self) -> Result<Token, Problem> {
        let rest = self.rest();
        let mut text = String::new();
        let mut characters = rest.char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.at += at + 1;
                    return Ok(Token::Quoted(text));
                }
                '\\' => match characters.next() {
                    // Graphviz's `\l` and `\r` also align the line; here, lines are in the middle.
                    Some((_, 'n' | 'l' | 'r')) => text.push('\n'),
                    Some((_, '\n')) => {}
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => break,
                },
                _ => text.push(character),
            }
        }
        let line = rest.lines().next().unwrap_or_default().len();
        Err(Problem::new(self.at..self.at + line, "a text in double quotes that does not end").help("end it with `\"`"))
    }
}

fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
