//! Programming languages. One reader serves all: a row of `languages` says which comments, strings and words a language has, and which habits.

use super::lexeme;
use super::painter::{COMMENT, FUNCTION, KEY, KEYWORD, MACRO, NUMBER, PLAIN, Painter, STRING, TYPE};
use super::quote::{Part, Quote};
use super::scanner::{Scanner, is_of_word, through};
use super::words::{SOFT, Word, Words};

/// What of names and signs has a meaning in a language: a set of these.
pub(super) type Habits = u32;
/// `f(`: a function.
pub(super) const CALLS: Habits = 1;
/// `Name`: a type.
pub(super) const TYPES: Habits = 1 << 1;
/// `Name(`: a function, in spite of `TYPES`.
pub(super) const CAPITAL_CALLS: Habits = 1 << 2;
/// `MAX_SIZE`: a constant.
pub(super) const CONSTANTS: Habits = 1 << 3;
/// `@name`: an annotation.
pub(super) const ANNOTATIONS: Habits = 1 << 4;
/// `name!`: a macro; `#[name]`: an attribute; `'a`: a lifetime; `'a'`: a character.
pub(super) const RUST: Habits = 1 << 5;
/// `#include <a.h>` at the beginning of a line: a directive. Names that end with `_t` are types.
pub(super) const PREPROCESSOR: Habits = 1 << 6;
/// `/a/`: a regular expression.
pub(super) const REGEX: Habits = 1 << 7;
/// `<a href="">`: an element within code.
pub(super) const ELEMENTS: Habits = 1 << 8;
/// `{ name: … }`, `{ "name": … }`: a key.
pub(super) const KEYS: Habits = 1 << 9;
/// `:name`: a symbol.
pub(super) const SYMBOLS: Habits = 1 << 10;
/// `name =` at the beginning of a line: a key.
pub(super) const ASSIGNED: Habits = 1 << 11;
/// `name Type`, `*Type`, `[]Type`, `map[Type]Type`: types have no capital.
pub(super) const GO: Habits = 1 << 12;
/// Comments within comments.
pub(super) const NESTED: Habits = 1 << 13;
/// Words in upper case mean the same.
pub(super) const ANY_CASE: Habits = 1 << 14;
/// `(name …`: a function.
pub(super) const LISP: Habits = 1 << 15;
/// A string between three quotes that begins a line: a comment. Words that are keywords only sometimes are so at the beginning of a line.
pub(super) const PYTHON: Habits = 1 << 16;

/// The row of a language in the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The name that a page shows, and others that authors use.
    pub(super) names: &'static str,
    pub(super) comments: &'static [&'static str],
    pub(super) blocks: &'static [(&'static str, &'static str)],
    pub(super) quotes: &'static [Quote],
    pub(super) keywords: &'static str,
    /// Words that are keywords only before another word, a string or a bracket, and else names.
    pub(super) soft: &'static str,
    pub(super) types: &'static str,
    pub(super) constants: &'static str,
    /// What a name may contain besides letters, digits and `_`.
    pub(super) of_names: &'static str,
    pub(super) habits: Habits,
}

impl Row {
    /// A language without anything, for the rest of a row.
    pub(super) const NONE: Self = Self {
        names: "",
        comments: &[],
        blocks: &[],
        quotes: &[],
        keywords: "",
        soft: "",
        types: "",
        constants: "",
        of_names: "",
        habits: 0,
    };

    fn has(&self, habit: Habits) -> bool {
        self.habits & habit != 0
    }
}

/// A language, ready to read.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) row: &'static Row,
    words: Words,
}

impl Program {
    pub(super) fn new(row: &'static Row) -> Self {
        let lists = [(KEYWORD, row.keywords), (SOFT, row.soft), (TYPE, row.types), (NUMBER, row.constants)];
        Self { row, words: Words::new(&lists, row.has(ANY_CASE)) }
    }

    /// Paints `code`.
    pub(super) fn read(&self, code: &str, painter: &mut Painter) {
        let scanner = Scanner::new(code, painter);
        let mut reader =
            Reader { row: self.row, words: &self.words, scanner, frames: Vec::new(), before: Before::default() };
        while !reader.scanner.is_at_end() {
            match reader.frames.last() {
                Some(Frame::Content) => reader.read_content(),
                Some(Frame::Tag) => reader.read_tag(),
                _ => reader.read_token(),
            }
        }
        reader.scanner.flush();
    }
}

/// What is open around a place.
enum Frame {
    Round,
    Square,
    Brace,
    /// Code within a string, which continues after it.
    Hole(&'static Quote),
    /// The tag that opens an element.
    Tag,
    /// The content of an element.
    Content,
}

/// The token before a place, comments left out.
#[derive(Default)]
struct Before {
    /// The last byte of a sign; 0 for a word, a number or a string.
    sign: u8,
    /// Whether it can be followed by an operator.
    is_value: bool,
    /// Whether it is a name, without a meaning of its own.
    is_name: bool,
    is_new: bool,
    /// The class of a name that follows, if the word before defines one.
    defines: Option<char>,
}

struct Reader<'c, 's, 'o> {
    row: &'static Row,
    words: &'c Words,
    scanner: Scanner<'c, 's, 'o>,
    frames: Vec<Frame>,
    before: Before,
}

impl Reader<'_, '_, '_> {
    fn has(&self, habit: Habits) -> bool {
        self.row.has(habit)
    }

    fn read_token(&mut self) {
        let byte = self.scanner.byte();
        if byte.is_ascii_whitespace() {
            self.read_space();
        } else if self.read_comment() || self.read_quote() || self.read_special(byte) {
        } else if byte.is_ascii_digit() || (byte == b'.' && self.begins_number()) {
            self.take_value(NUMBER, lexeme::number(self.scanner.rest()));
        } else if is_of_word(byte) || (byte == b'$' && self.row.of_names.contains('$')) {
            self.read_word();
        } else {
            self.read_sign(byte);
        }
    }

    /// Whether a point begins a number: not after a value, and not as the second one of a range.
    fn begins_number(&self) -> bool {
        self.scanner.byte_after(1).is_ascii_digit() && !self.before.is_value && self.before.sign != b'.'
    }

    fn read_space(&mut self) {
        let length = self.scanner.count(|byte| byte.is_ascii_whitespace());
        if self.scanner.rest()[..length].contains('\n') {
            // A name and its type are on one line.
            self.before.is_name = false;
        }
        self.scanner.skip(length);
    }

    fn read_comment(&mut self) -> bool {
        if let Some((open, close)) = self.row.blocks.iter().find(|(open, _)| self.scanner.starts_with(open)) {
            let rest = self.scanner.rest();
            let nested = self.has(NESTED);
            let length = if nested {
                lexeme::nested_comment(rest, open, close)
            } else {
                open.len() + through(&rest[open.len()..], close)
            };
            self.scanner.take(COMMENT, length);
            return true;
        }
        let is_comment = self.row.comments.iter().any(|open| self.scanner.starts_with(open));
        if is_comment {
            self.scanner.take(COMMENT, self.scanner.line());
        }
        is_comment
    }

    fn read_quote(&mut self) -> bool {
        let quote = self.row.quotes.iter().find(|quote| self.scanner.starts_with(quote.open));
        if let Some(quote) = quote {
            self.read_string(quote, quote.open.len());
        }
        quote.is_some()
    }

    /// Reads a string, or the rest of it after a hole. `opened` bytes open it.
    fn read_string(&mut self, quote: &'static Quote, opened: usize) {
        let rest = self.scanner.rest();
        match quote.part(&rest[opened..]) {
            Part::Whole(length) => {
                let length = opened + length;
                let class = match opened {
                    1.. if self.has(KEYS) && self.is_key(&rest[length..]) => KEY,
                    1.. if self.has(PYTHON) && self.is_docstring(quote) => COMMENT,
                    _ => STRING,
                };
                self.take_value(class, length);
            }
            Part::BeforeHole(length) => {
                self.scanner.take(STRING, opened + length);
                self.scanner.skip(quote.hole.len());
                self.frames.push(Frame::Hole(quote));
                self.before = Before { sign: b'{', ..Before::default() };
            }
        }
    }

    fn is_docstring(&self, quote: &Quote) -> bool {
        let is_first = matches!(self.before.sign, 0 | b':') && self.scanner.is_first_of_line();
        is_first && matches!(quote.open, "\"\"\"" | "'''")
    }

    /// Reads what only some languages have.
    fn read_special(&mut self, byte: u8) -> bool {
        let rest = self.scanner.rest();
        let next = self.scanner.byte_after(1);
        match byte {
            b'/' if self.has(REGEX) && !self.before.is_value => match lexeme::regex(rest) {
                Some(length) => self.take_value(STRING, length),
                None => return false,
            },
            b'<' if self.has(ELEMENTS) && !self.before.is_value && (next.is_ascii_alphabetic() || next == b'>') => {
                self.open_element();
            }
            b'@' if self.has(ANNOTATIONS) && is_of_word(next) => {
                self.take_sign(MACRO, 1 + lexeme::count(&rest[1..], |byte| is_of_word(byte) || byte == b'.'));
            }
            b':' if self.has(SYMBOLS) && is_of_word(next) && self.begins_symbol() => {
                self.take_value(NUMBER, 1 + lexeme::count(&rest[1..], |byte| is_of_word(byte) || byte == b'-'));
            }
            b'#' if self.has(PREPROCESSOR) && self.scanner.is_first_of_line() => self.read_directive(),
            b'#' if self.has(RUST) && (rest.starts_with("#[") || rest.starts_with("#![")) => {
                self.take_sign(MACRO, lexeme::attribute(rest));
            }
            b'\'' if self.has(RUST) => match lexeme::character(rest) {
                Some(length) => self.take_value(STRING, length),
                None => self.take_value(KEYWORD, 1 + lexeme::count(&rest[1..], is_of_word)),
            },
            _ => return false,
        }
        true
    }

    fn begins_symbol(&self) -> bool {
        let before = self.scanner.byte_before();
        before.is_ascii_whitespace() || matches!(before, b'(' | b'[' | b'{' | b',')
    }

    /// A directive of C: its name, and the file that it includes.
    fn read_directive(&mut self) {
        let rest = self.scanner.rest();
        let blanks = lexeme::blanks(&rest[1..]);
        let length = 1 + blanks + lexeme::count(&rest[1 + blanks..], is_of_word);
        self.take_sign(MACRO, length);
        self.scanner.skip_blanks();
        if rest[..length].ends_with("include") && self.scanner.byte() == b'<' {
            let line = self.scanner.line();
            self.take_sign(STRING, through(&self.scanner.rest()[..line], ">"));
        }
    }

    fn take_value(&mut self, class: char, length: usize) {
        self.scanner.take(class, length);
        self.before = Before { is_value: true, ..Before::default() };
    }

    fn take_sign(&mut self, class: char, length: usize) {
        self.scanner.take(class, length);
        self.before = Before::default();
    }

    fn read_sign(&mut self, byte: u8) {
        match byte {
            b'(' => self.frames.push(Frame::Round),
            b'[' => self.frames.push(Frame::Square),
            b'{' => self.frames.push(Frame::Brace),
            b'}' | b')' | b']' => {
                if let Some(quote) = self.close(byte) {
                    self.scanner.skip(1);
                    self.read_string(quote, 0);
                    return;
                }
            }
            _ => {}
        }
        self.scanner.skip_character();
        // `def self.name`
        let defines = self.before.defines.filter(|_| byte == b'.');
        self.before = Before { sign: byte, is_value: matches!(byte, b')' | b']' | b'}'), defines, ..Before::default() };
    }

    /// Closes a bracket. Returns the string that continues after it.
    fn close(&mut self, byte: u8) -> Option<&'static Quote> {
        match (byte, self.frames.last()?) {
            (b')', Frame::Round) | (b']', Frame::Square) => {
                self.frames.pop();
                None
            }
            (b')', Frame::Hole(quote)) if quote.hole.ends_with('(') => {
                let quote = *quote;
                self.frames.pop();
                Some(quote)
            }
            (b'}', _) => self.close_brace(),
            _ => None,
        }
    }

    /// Closes a brace, and brackets within it that are still open.
    fn close_brace(&mut self) -> Option<&'static Quote> {
        loop {
            match self.frames.last()? {
                Frame::Round | Frame::Square => {}
                Frame::Brace => {
                    self.frames.pop();
                    return None;
                }
                Frame::Hole(quote) if quote.hole.ends_with('{') => {
                    let quote = *quote;
                    self.frames.pop();
                    return Some(quote);
                }
                Frame::Hole(_) | Frame::Tag | Frame::Content => return None,
            }
            self.frames.pop();
        }
    }

    fn read_word(&mut self) {
        let extra = self.row.of_names.as_bytes();
        let length = self.scanner.count(|byte| is_of_word(byte) || extra.contains(&byte));
        let (word, rest) = self.scanner.rest().split_at(length);
        if self.has(RUST) && rest.starts_with('!') && !rest.starts_with("!=") {
            return self.take_sign(MACRO, length + 1);
        }
        let is_name = self.before.sign == b'.' && word != "await";
        let known = self.words.find(word).filter(|found| !is_name && self.is_meant(word, *found, rest));
        let class = known.map_or_else(|| self.class_of_name(word, rest), Word::class);
        let is_of_type = class == PLAIN && self.has(GO) && rest.starts_with('.') && self.is_place_of_go_type();
        self.scanner.take(class, length);
        self.before = Before {
            sign: 0,
            is_value: class != KEYWORD || matches!(word, "this" | "self" | "super"),
            is_name: known.is_none(),
            is_new: word == "new",
            defines: if is_of_type { Some(TYPE) } else { known.and_then(|word| word.defines) },
        };
    }

    /// Whether a word of the table has its meaning here: it may be a key, and a soft keyword may be a name.
    fn is_meant(&self, word: &str, found: Word, rest: &str) -> bool {
        if self.has(KEYS) && word != "default" && self.is_key(rest) {
            return false;
        }
        let blanks = lexeme::blanks(rest);
        let next = rest.as_bytes().get(blanks).copied().unwrap_or(0);
        !found.is_soft
            || (blanks > 0
                && (is_of_word(next) || matches!(next, b'"' | b'\'' | b'`' | b'[' | b'{' | b'(' | b'$' | b'#' | b'*'))
                && (!self.has(PYTHON) || self.scanner.is_first_of_line()))
    }

    /// The class of a word that is not in the table.
    fn class_of_name(&self, word: &str, rest: &str) -> char {
        let next = rest.as_bytes().first().copied().unwrap_or(0);
        if let Some(class) = self.before.defines.filter(|_| next != b'.') {
            return class;
        }
        let is_call = next == b'(' && self.has(CALLS);
        let has_small = word.bytes().any(|byte| byte.is_ascii_lowercase());
        let is_capital = word.as_bytes()[0].is_ascii_uppercase() && (has_small || word.len() == 1);
        if self.has(KEYS) && self.is_key(rest) {
            KEY
        } else if self.has(TYPES) && is_capital && (self.before.is_new || !(is_call && self.has(CAPITAL_CALLS))) {
            TYPE
        } else if is_call || (self.has(LISP) && self.before.sign == b'(') {
            FUNCTION
        } else if (self.has(GO) && self.is_go_type(next)) || (self.has(PREPROCESSOR) && word.ends_with("_t")) {
            TYPE
        } else if self.has(CONSTANTS) && !has_small && word.len() > 1 && word.as_bytes()[0].is_ascii_uppercase() {
            NUMBER
        } else if self.has(ASSIGNED) && self.scanner.is_first_of_line() && lexeme::is_assigned(rest) {
            KEY
        } else {
            PLAIN
        }
    }

    /// Whether a name or a string before `rest` is a key: first in braces or after a comma, and before a colon.
    fn is_key(&self, rest: &str) -> bool {
        let rest = rest.strip_prefix('?').unwrap_or(rest);
        let rest = &rest.as_bytes()[lexeme::blanks(rest)..];
        matches!(self.before.sign, b'{' | b',' | b';')
            && matches!(self.frames.last(), Some(Frame::Brace | Frame::Hole(_)) | None)
            && rest.starts_with(b":")
            && !rest.starts_with(b"::")
    }

    fn is_go_type(&self, next: u8) -> bool {
        next == b'{' || (next != b'.' && next != b'(' && self.is_place_of_go_type())
    }

    /// Whether a name is a type by its place: `*Name` as gofmt writes it, `[]Name`, `) Name`, a name after a name.
    fn is_place_of_go_type(&self) -> bool {
        let (last, second) = (self.scanner.byte_before(), self.scanner.byte_back(2));
        match self.before.sign {
            b'*' => last == b'*' && second.is_some_and(|byte| matches!(byte, b' ' | b'(' | b']' | b',')),
            b']' => last == b']',
            b')' => last == b' ' && second == Some(b')'),
            _ => self.before.is_name,
        }
    }

    /// `<name` or `<>`, in code or in the content of an element.
    fn open_element(&mut self) {
        self.scanner.skip(1);
        let name = self.scanner.count(|byte| is_of_word(byte) || matches!(byte, b'.' | b'-' | b':'));
        self.scanner.take(TYPE, name);
        if name == 0 && self.scanner.byte() == b'>' {
            self.scanner.skip(1);
            self.frames.push(Frame::Content);
        } else {
            self.frames.push(Frame::Tag);
        }
        self.before = Before::default();
    }

    fn read_tag(&mut self) {
        let byte = self.scanner.byte();
        if self.read_comment() || self.read_quote() {
        } else if byte == b'>' {
            self.scanner.skip(1);
            self.frames.pop();
            self.frames.push(Frame::Content);
        } else if self.scanner.starts_with("/>") {
            self.scanner.skip(2);
            self.frames.pop();
            self.before = Before { is_value: true, ..Before::default() };
        } else if byte == b'{' {
            self.read_sign(byte);
        } else if is_of_word(byte) {
            let name = self.scanner.count(|byte| is_of_word(byte) || matches!(byte, b'-' | b':'));
            self.scanner.take(KEY, name);
        } else {
            self.scanner.skip_character();
        }
    }

    fn read_content(&mut self) {
        let text = self.scanner.count(|byte| !matches!(byte, b'<' | b'{'));
        self.scanner.skip(text);
        if self.scanner.starts_with("</") {
            self.scanner.skip(2);
            let name = self.scanner.count(|byte| is_of_word(byte) || matches!(byte, b'.' | b'-' | b':'));
            self.scanner.take(TYPE, name);
            self.scanner.skip_blanks();
            if self.scanner.byte() == b'>' {
                self.scanner.skip(1);
            }
            self.frames.pop();
            self.before = Before { is_value: true, ..Before::default() };
        } else if self.scanner.byte() == b'<' {
            self.open_element();
        } else if self.scanner.byte() == b'{' {
            self.read_sign(b'{');
        }
    }
}
