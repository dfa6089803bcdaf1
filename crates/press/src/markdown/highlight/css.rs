//! Style sheets: CSS and the languages that extend it.

use super::painter::{COMMENT, FUNCTION, KEY, KEYWORD, MACRO, NUMBER, PLAIN, Painter, STRING, TYPE};
use super::quote::{Part, Quote};
use super::scanner::{Scanner, is_of_word, through};

/// Paints a style sheet.
pub(super) fn read(code: &str, painter: &mut Painter) {
    let mut reader = Reader { scanner: Scanner::new(code, painter), depth: 0, place: Place::Selector };
    reader.place = reader.statement();
    while !reader.scanner.is_at_end() {
        reader.read_token();
    }
    reader.scanner.flush();
}

#[derive(Clone, Copy, PartialEq)]
enum Place {
    Selector,
    /// Before the colon of a declaration.
    Property,
    Value,
    /// After `@media`, up to its block.
    Rule,
}

struct Reader<'c, 's, 'o> {
    scanner: Scanner<'c, 's, 'o>,
    depth: usize,
    place: Place,
}

impl Reader<'_, '_, '_> {
    fn read_token(&mut self) {
        let byte = self.scanner.byte();
        let rest = self.scanner.rest();
        if rest.starts_with("/*") {
            self.scanner.take(COMMENT, through(rest, "*/"));
        } else if rest.starts_with("//") && !matches!(self.scanner.byte_before(), b':' | b'(') {
            self.scanner.take(COMMENT, self.scanner.line());
        } else if let b'"' | b'\'' = byte {
            let quote = if byte == b'"' { Quote::new("\"", "\"") } else { Quote::new("'", "'") };
            let (Part::Whole(length) | Part::BeforeHole(length)) = quote.part(&rest[1..]);
            self.scanner.take(STRING, 1 + length);
        } else if matches!(byte, b'{' | b'}' | b';') {
            self.scanner.skip(1);
            match byte {
                b'{' => self.depth += 1,
                b'}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.place = self.statement();
        } else if byte == b'@' {
            self.scanner
                .take(KEYWORD, 1 + self.scanner.rest()[1..].bytes().take_while(|byte| is_of_name(*byte)).count());
            self.place = Place::Rule;
        } else if byte == b':' && self.place == Place::Property {
            self.scanner.skip(1);
            self.place = Place::Value;
        } else {
            self.read_word(byte);
        }
    }

    /// What the next statement begins with: in a block, whatever ends with a semicolon is a declaration.
    fn statement(&self) -> Place {
        let rest = self.scanner.rest();
        let end = rest.find(['{', '}', ';']).unwrap_or(rest.len());
        let is_declaration = !rest[end..].starts_with('{') && (self.depth > 0 || rest[..end].contains(':'));
        if is_declaration { Place::Property } else { Place::Selector }
    }

    fn read_word(&mut self, byte: u8) {
        let length = self.scanner.count(is_of_name);
        let next = self.scanner.byte_after(length);
        let starts_number =
            byte.is_ascii_digit() || (matches!(byte, b'.' | b'-') && self.scanner.byte_after(1).is_ascii_digit());
        match self.place {
            Place::Selector if byte.is_ascii_digit() => {
                self.scanner.take(NUMBER, self.scanner.count(|byte| is_of_name(byte) || matches!(byte, b'.' | b'%')));
            }
            Place::Value | Place::Rule if starts_number => {
                let number = self.scanner.count(|byte| is_of_name(byte) || matches!(byte, b'.' | b'%')).max(1);
                self.scanner.take(NUMBER, number);
            }
            Place::Value if byte == b'#' => self.read_prefixed(NUMBER),
            Place::Value if byte == b'!' => self.read_prefixed(KEYWORD),
            Place::Selector if matches!(byte, b'.' | b'#' | b'%' | b'&') => self.read_prefixed(KEY),
            Place::Selector if byte == b':' => {
                let colons = self.scanner.count(|byte| byte == b':');
                self.scanner.skip(colons);
                self.scanner.skip(self.scanner.count(is_of_name));
            }
            _ if length == 0 => {
                self.scanner.skip_character();
            }
            Place::Selector if self.scanner.byte_before() == b'[' => self.scanner.take(KEY, length),
            Place::Selector => self.scanner.take(TYPE, length),
            Place::Property => self.scanner.take(if byte == b'$' { MACRO } else { KEY }, length),
            Place::Value if next == b'(' => {
                let is_url = self.scanner.starts_with("url(");
                self.scanner.take(FUNCTION, length);
                if is_url && !matches!(self.scanner.byte_after(1), b'"' | b'\'') {
                    self.scanner.skip(1);
                    self.scanner.take(STRING, self.scanner.count(|byte| !matches!(byte, b')' | b'\n')));
                }
            }
            Place::Value => self.scanner.take(if self.scanner.starts_with("--") { KEY } else { NUMBER }, length),
            Place::Rule => self.scanner.take(if next == b':' { KEY } else { PLAIN }, length),
        }
    }

    /// A sign and the name after it.
    fn read_prefixed(&mut self, class: char) {
        let name = self.scanner.rest()[1..].bytes().take_while(|byte| is_of_name(*byte)).count();
        self.scanner.take(if name > 0 { class } else { PLAIN }, 1 + name);
    }
}

fn is_of_name(byte: u8) -> bool {
    is_of_word(byte) || matches!(byte, b'-' | b'$')
}
