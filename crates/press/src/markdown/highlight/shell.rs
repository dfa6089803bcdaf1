//! Shells: the first word of a command is a function, whatever it is called.

use super::painter::{COMMENT, FUNCTION, KEYWORD, PLAIN, Painter, STRING};
use super::quote::{Part, Quote};
use super::scanner::{LOOK_AHEAD, Scanner, is_of_word, through};

/// Words before which a command begins as well as after them.
const BEFORE_COMMANDS: [&str; 8] = ["if", "then", "elif", "else", "while", "until", "do", "time"];
/// Other words of the shell.
const KEYWORDS: [&str; 17] = [
    "fi", "done", "esac", "for", "case", "select", "function", "end", "begin", "switch", "break", "continue", "return",
    "export", "local", "readonly", "declare",
];

const SINGLE: Quote = Quote::new("'", "'").long().raw();
const DOUBLE: Quote = Quote::new("\"", "\"").long().with_holes("$(");

/// Paints `code` of a shell.
pub(super) fn read(code: &str, painter: &mut Painter) {
    Reader::new(code, painter, false).read();
}

/// Paints a recipe of a makefile, in which `$(name)` is a variable and no command.
pub(super) fn read_recipe(code: &str, painter: &mut Painter) {
    Reader::new(code, painter, true).read();
}

/// What comes next.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Command,
    Argument,
    /// The value of a variable, before a command or another variable.
    Value,
    /// The name of a loop, before `in`.
    Loop,
    /// The word of `case`, before `in`.
    Case,
    /// A pattern of `case`.
    Pattern,
    /// The values of an array.
    List,
}

/// What an open bracket is.
#[derive(PartialEq)]
enum Frame {
    /// `(`, `$(`
    Round,
    /// `"$(`
    Hole,
}

struct Reader<'c, 's, 'o> {
    scanner: Scanner<'c, 's, 'o>,
    place: Place,
    frames: Vec<Frame>,
    /// The `case` that are open.
    cases: usize,
    /// The words that end the texts that begin with the next line.
    heredocs: Vec<&'c str>,
    is_recipe: bool,
}

impl<'c, 's, 'o> Reader<'c, 's, 'o> {
    fn new(code: &'c str, painter: &'s mut Painter<'o>, is_recipe: bool) -> Self {
        let scanner = Scanner::new(code, painter);
        Self { scanner, place: Place::Command, frames: Vec::new(), cases: 0, heredocs: Vec::new(), is_recipe }
    }

    fn read(&mut self) {
        while !self.scanner.is_at_end() {
            match self.scanner.byte() {
                b'\n' => self.read_line_break(),
                byte if byte.is_ascii_whitespace() => {
                    self.scanner.skip(1);
                    if self.place == Place::Value {
                        self.place = Place::Command;
                    }
                }
                b'#' if self.is_at_word() => self.scanner.take(COMMENT, self.scanner.line()),
                b'\'' => self.read_string(&SINGLE, 1),
                b'"' => self.read_string(&DOUBLE, 1),
                b'$' => self.read_dollar(),
                b'\\' => {
                    self.scanner.skip(1);
                    self.scanner.skip_character();
                }
                b'<' if self.scanner.starts_with("<<") => self.read_heredoc(),
                byte @ (b'|' | b'&' | b';' | b'(' | b')' | b'`' | b'<' | b'>') => self.read_sign(byte),
                _ => self.read_word(),
            }
        }
        self.scanner.flush();
    }

    /// Whether a word can begin here.
    fn is_at_word(&self) -> bool {
        matches!(self.scanner.byte_before(), b' ' | b'\t' | b'\r' | b'\n' | b';' | b'(' | b'&' | b'|')
    }

    fn read_line_break(&mut self) {
        self.scanner.skip(1);
        if !matches!(self.place, Place::Pattern | Place::List) {
            self.place = Place::Command;
        }
        for end in std::mem::take(&mut self.heredocs) {
            while !self.scanner.is_at_end() {
                let line = &self.scanner.rest()[..self.scanner.line()];
                self.scanner.skip(self.scanner.whole_line());
                if line.trim_ascii() == end {
                    break;
                }
            }
        }
    }

    fn read_string(&mut self, quote: &'static Quote, opened: usize) {
        match quote.part(&self.scanner.rest()[opened..]) {
            Part::Whole(length) => self.scanner.take(STRING, opened + length),
            Part::BeforeHole(length) => {
                self.scanner.take(STRING, opened + length);
                self.scanner.skip(quote.hole.len());
                self.frames.push(Frame::Hole);
                self.place = Place::Command;
                return;
            }
        }
        self.end_word();
    }

    fn end_word(&mut self) {
        if self.place == Place::Command {
            self.place = Place::Argument;
        }
    }

    /// `$name`, `${name}`, `$(command)`, `$((number))`
    fn read_dollar(&mut self) {
        let rest = self.scanner.rest();
        match self.scanner.byte_after(1) {
            b'(' if self.is_recipe => self.scanner.skip(through(&rest[..self.scanner.line()], ")")),
            b'(' if self.scanner.byte_after(2) == b'(' => {
                self.scanner.skip(through(&rest[..self.scanner.line()], "))"));
            }
            b'(' => {
                self.scanner.skip(2);
                self.frames.push(Frame::Round);
                self.place = Place::Command;
                return;
            }
            b'{' => self.scanner.skip(braces(rest)),
            b'\'' => {
                self.scanner.skip(1);
                return;
            }
            next if is_of_word(next) => {
                self.scanner.skip(1);
                self.scanner.skip(self.scanner.count(is_of_word));
            }
            _ => {
                self.scanner.skip(1);
                self.scanner.skip_character();
            }
        }
        self.end_word();
    }

    /// `<<END`, `<<-'END'`. `<<<` is followed by a word of its own.
    fn read_heredoc(&mut self) {
        self.scanner.skip(2);
        if self.scanner.byte() == b'<' {
            return self.scanner.skip(1);
        }
        self.scanner.skip(self.scanner.count(|byte| matches!(byte, b'-' | b'~' | b' ' | b'\'' | b'"' | b'\\')));
        let word = self.scanner.count(is_of_word);
        if word > 0 {
            self.heredocs.push(&self.scanner.rest()[..word]);
        }
        self.scanner.skip(word);
        if matches!(self.scanner.byte(), b'\'' | b'"') {
            self.scanner.skip(1);
        }
    }

    fn read_sign(&mut self, byte: u8) {
        let redirects = matches!(byte, b'<' | b'>')
            || (byte == b'&' && (self.scanner.byte_before() == b'>' || self.scanner.byte_after(1) == b'>'));
        self.scanner.skip(1);
        if redirects {
            return self.end_word();
        }
        let place = std::mem::replace(&mut self.place, Place::Command);
        match byte {
            b'(' | b'|' if place == Place::Pattern => self.place = Place::Pattern,
            b')' if place == Place::Pattern => {}
            b')' if place == Place::List => self.place = Place::Argument,
            b';' if self.cases > 0 && self.scanner.byte_back(2) == Some(b';') => self.place = Place::Pattern,
            b'(' if self.scanner.byte() == b')' => self.scanner.skip(1),
            b'(' => self.frames.push(Frame::Round),
            b')' => match self.frames.pop() {
                Some(Frame::Hole) => {
                    self.place = Place::Argument;
                    self.read_string(&DOUBLE, 0);
                }
                Some(Frame::Round) => self.place = Place::Argument,
                None => {}
            },
            _ => {}
        }
    }

    fn read_word(&mut self) {
        let length = self.scanner.count(|byte| !byte.is_ascii_whitespace() && !b"|&;()<>\"'`$\\".contains(&byte));
        let word = &self.scanner.rest()[..length];
        match self.place {
            Place::Command => self.read_command(word),
            Place::Loop | Place::Case if word == "in" => {
                self.scanner.take(KEYWORD, length);
                let is_case = self.place == Place::Case;
                self.cases += usize::from(is_case);
                self.place = if is_case { Place::Pattern } else { Place::Argument };
            }
            Place::Pattern if word == "esac" => {
                self.scanner.take(KEYWORD, length);
                self.cases = self.cases.saturating_sub(1);
                self.place = Place::Argument;
            }
            _ => self.scanner.skip(length),
        }
    }

    /// The first word of a command, or what can be before it.
    fn read_command(&mut self, word: &str) {
        let length = word.len();
        let is_whole = !matches!(self.scanner.byte_after(length), b'"' | b'\'' | b'$' | b'`' | b'\\');
        if is_assignment(word) {
            self.scanner.skip(through(word, "="));
            self.place = Place::Value;
            if self.scanner.byte() == b'(' {
                self.scanner.skip(1);
                self.place = Place::List;
            }
        } else if matches!(word, "{" | "}" | "!") {
            self.scanner.skip(length);
        } else if is_whole && BEFORE_COMMANDS.contains(&word) {
            self.scanner.take(KEYWORD, length);
        } else if is_whole && KEYWORDS.contains(&word) {
            self.scanner.take(KEYWORD, length);
            self.place = match word {
                "for" | "select" => Place::Loop,
                "case" => Place::Case,
                "function" => Place::Command,
                _ => Place::Argument,
            };
        } else {
            let is_path = word.starts_with(['.', '/', '~', '@']) && length > 1;
            let is_element = !is_whole && word.contains('[');
            let is_name = (is_path || is_of_word(word.as_bytes()[0])) && !is_element;
            self.scanner.take(if is_name { FUNCTION } else { PLAIN }, length);
            self.place = Place::Argument;
        }
    }
}

/// Whether a word is `name=…` or `name+=…`.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let name = name.strip_suffix('+').unwrap_or(name);
        let (name, index) = name.split_once('[').unwrap_or((name, "]"));
        index.ends_with(']') && !name.is_empty() && !name.as_bytes()[0].is_ascii_digit() && name.bytes().all(is_of_word)
    })
}

/// The length of `${…}`, with the braces in it.
fn braces(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().take(LOOK_AHEAD) {
        match byte {
            b'\n' => break,
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return at + 1;
        }
    }
    "${".len()
}
