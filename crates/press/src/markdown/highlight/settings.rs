//! Data and settings: YAML, TOML, INI and the files of servers, in which names have values.

use super::lexeme;
use super::painter::{COMMENT, HEADING, KEY, KEYWORD, MACRO, NUMBER, PLAIN, Painter, STRING, TYPE};
use super::quote::{Part, Quote};
use super::scanner::{LOOK_AHEAD, Scanner, is_blank, is_of_word, until};

/// Words that are values of their own.
const CONSTANTS: [&str; 16] = [
    "true", "false", "null", "~", "yes", "no", "on", "off", "True", "False", "TRUE", "FALSE", "Yes", "No", "inf", "nan",
];

const DOUBLE: Quote = Quote::new("\"", "\"");
const SINGLE: Quote = Quote::new("'", "'").raw();

/// The length of the string that comes next, if one does. The kinds of strings that span lines are first in `quotes`.
fn string(scanner: &Scanner, quotes: &[Quote]) -> Option<usize> {
    let quote = quotes.iter().find(|quote| scanner.starts_with(quote.open))?;
    let (Part::Whole(length) | Part::BeforeHole(length)) = quote.part(&scanner.rest()[quote.open.len()..]);
    Some(quote.open.len() + length)
}

/// Whether a value is a number, a date, a time or an address.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let hex =
        digits.strip_prefix("0x").is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'_'));
    let of_number = |byte: u8| byte.is_ascii_digit() || b"._:+-eETZ/".contains(&byte);
    hex || (digits.trim_start_matches('.').starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(of_number))
}

fn class_of_value(text: &str) -> char {
    if CONSTANTS.contains(&text) || is_number(text) { NUMBER } else { PLAIN }
}

/// Whether `sign` comes next, after blanks.
fn is_before(rest: &str, sign: u8) -> bool {
    rest.bytes().take(LOOK_AHEAD).find(|byte| !is_blank(*byte)) == Some(sign)
}

const OF_YAML: [Quote; 2] = [Quote::new("\"", "\"").long(), Quote::new("'", "'").long().doubled()];

/// Paints YAML.
pub(super) fn read_yaml(code: &str, painter: &mut Painter) {
    let mut yaml = Yaml { scanner: Scanner::new(code, painter), column: 0, depth: 0, is_at_line: false };
    while !yaml.scanner.is_at_end() {
        yaml.read_line();
    }
    yaml.scanner.flush();
}

struct Yaml<'c, 's, 'o> {
    scanner: Scanner<'c, 's, 'o>,
    /// The column of the key or of the dash to which a value belongs.
    column: usize,
    /// Open brackets.
    depth: usize,
    /// Whether a text of several lines has ended, so that this place is the beginning of a line.
    is_at_line: bool,
}

impl Yaml<'_, '_, '_> {
    fn read_line(&mut self) {
        self.column = self.scanner.count(|byte| byte == b' ');
        self.scanner.skip(self.column);
        while self.depth == 0
            && self.scanner.byte() == b'-'
            && matches!(self.scanner.byte_after(1), b' ' | b'\n' | b'\r')
        {
            self.scanner.skip(1);
            let blanks = self.scanner.count(|byte| byte == b' ');
            self.scanner.skip(blanks);
            let is_of_key = !matches!(self.scanner.byte(), b'|' | b'>');
            self.column += if is_of_key { 1 + blanks } else { 0 };
        }
        self.is_at_line = false;
        while !self.is_at_line && !self.scanner.is_at_end() {
            self.read_token();
        }
    }

    fn read_token(&mut self) {
        let before = self.scanner.byte_before();
        let is_at_value = matches!(before, b' ' | b'\t' | b'\n' | b'[' | b'{' | b',');
        if let Some(length) = is_at_value.then(|| string(&self.scanner, &OF_YAML)).flatten() {
            let is_key = self.scanner.rest()[length..].starts_with(':');
            return self.scanner.take(if is_key { KEY } else { STRING }, length);
        }
        match self.scanner.byte() {
            b'#' if is_blank(before) || before == b'\n' => self.scanner.take(COMMENT, self.scanner.line()),
            b'[' | b'{' => {
                self.depth += 1;
                self.scanner.skip(1);
            }
            b']' | b'}' => {
                self.depth = self.depth.saturating_sub(1);
                self.scanner.skip(1);
            }
            b'|' | b'>' if is_at_value && self.depth == 0 => self.read_text(),
            b'&' | b'*' | b'!' if is_at_value => {
                let class = if self.scanner.byte() == b'!' { TYPE } else { MACRO };
                self.scanner
                    .take(class, self.scanner.count(|byte| !byte.is_ascii_whitespace() && !b",]}".contains(&byte)));
            }
            byte if byte.is_ascii_whitespace() || matches!(byte, b',' | b':') => {
                self.is_at_line = byte == b'\n';
                self.scanner.skip(1);
            }
            _ => self.read_scalar(),
        }
    }

    /// `|`, and the lines that are deeper than what they belong to.
    fn read_text(&mut self) {
        let indicators =
            lexeme::count(&self.scanner.rest()[1..], |byte| matches!(byte, b'+' | b'-') || byte.is_ascii_digit());
        let rest = &self.scanner.rest()[1 + indicators..];
        let rest = &rest[lexeme::blanks(rest)..];
        if !rest.is_empty() && !rest.starts_with(['\n', '\r', '#']) {
            return self.read_scalar();
        }
        self.scanner.skip(self.scanner.whole_line());
        while !self.scanner.is_at_end() {
            let indent = self.scanner.count(is_blank);
            let is_empty = matches!(self.scanner.byte_after(indent), b'\n' | b'\r');
            if indent <= self.column && !is_empty {
                break;
            }
            self.scanner.skip(self.scanner.whole_line());
        }
        self.is_at_line = true;
    }

    /// A key or a value without quotes.
    fn read_scalar(&mut self) {
        let text = self.scanner.rest();
        let bytes = text.as_bytes();
        let in_flow = self.depth > 0;
        let ends = |at: &usize| match bytes[*at] {
            b'\n' => true,
            b':' => match bytes.get(at + 1) {
                None | Some(b' ' | b'\r' | b'\n' | b'\t') => true,
                next => in_flow && matches!(next, Some(b',' | b']' | b'}')),
            },
            b'#' => *at > 0 && is_blank(bytes[at - 1]),
            b',' | b']' | b'}' => in_flow,
            _ => false,
        };
        let length = (0..bytes.len()).find(ends).unwrap_or(bytes.len());
        let text = text[..length].trim_ascii_end();
        let class = if bytes.get(length) == Some(&b':') { KEY } else { class_of_value(text) };
        // A sign that ends a scalar without having begun one is plain.
        self.scanner.take(class, text.len().max(1));
    }
}

const OF_TOML: [Quote; 4] =
    [Quote::new("\"\"\"", "\"\"\"").long(), Quote::new("'''", "'''").long().raw(), DOUBLE, SINGLE];

/// Paints TOML.
pub(super) fn read_toml(code: &str, painter: &mut Painter) {
    let mut scanner = Scanner::new(code, painter);
    let mut depth = 0_usize;
    while !scanner.is_at_end() {
        let byte = scanner.byte();
        if let Some(length) = string(&scanner, &OF_TOML) {
            let is_key = is_before(&scanner.rest()[length..], b'=');
            scanner.take(if is_key { KEY } else { STRING }, length);
        } else if byte == b'[' && depth == 0 && scanner.is_first_of_line() {
            take_section(&mut scanner);
        } else if byte == b'#' {
            scanner.take(COMMENT, scanner.line());
        } else if is_of_word(byte) || matches!(byte, b'-' | b'+') {
            let length = scanner.count(|byte| is_of_word(byte) || b"-+.:".contains(&byte));
            let (word, rest) = scanner.rest().split_at(length);
            scanner.take(if is_before(rest, b'=') { KEY } else { class_of_value(word) }, length);
        } else {
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            scanner.skip_character();
        }
    }
    scanner.flush();
}

/// `[section]` or `[[section]]`
fn take_section(scanner: &mut Scanner) {
    scanner.skip(scanner.count(|byte| byte == b'['));
    let line = scanner.line();
    scanner.take(HEADING, until(&scanner.rest()[..line], ']'));
}

/// Paints INI, units of systemd, properties and environment variables.
pub(super) fn read_ini(code: &str, painter: &mut Painter) {
    let mut scanner = Scanner::new(code, painter);
    while !scanner.is_at_end() {
        scanner.skip_blanks();
        let line = &scanner.rest()[..scanner.line()];
        match scanner.byte() {
            b'#' | b';' | b'!' => scanner.take(COMMENT, line.len()),
            b'[' => take_section(&mut scanner),
            _ => {
                if let Some(key) = line.find(['=', ':']) {
                    let exported = if line.starts_with("export ") { "export ".len() } else { 0 };
                    scanner.take(KEYWORD, exported.saturating_sub(1));
                    scanner.skip_blanks();
                    scanner.take(KEY, line[exported..key.max(exported)].trim_ascii().len());
                    scanner.skip_blanks();
                    scanner.skip(scanner.line().min(1));
                    scanner.skip_blanks();
                    let value = &scanner.rest()[..scanner.line()];
                    let class =
                        if value.starts_with(['"', '\'']) { STRING } else { class_of_value(value.trim_ascii_end()) };
                    scanner.take(class, value.len());
                }
            }
        }
        scanner.skip(scanner.whole_line());
    }
    scanner.flush();
}

/// Paints the settings of nginx: directives end with a semicolon.
pub(super) fn read_nginx(code: &str, painter: &mut Painter) {
    read_directives(code, painter, |byte| matches!(byte, b';' | b'{' | b'}'));
}

/// Paints the settings of Caddy and Apache: directives end with their line.
pub(super) fn read_directives_by_line(code: &str, painter: &mut Painter) {
    read_directives(code, painter, |byte| matches!(byte, b'\n' | b'{' | b'}'));
}

fn read_directives(code: &str, painter: &mut Painter, ends: fn(u8) -> bool) {
    let mut scanner = Scanner::new(code, painter);
    let mut is_first = true;
    while !scanner.is_at_end() {
        let byte = scanner.byte();
        if byte == b'#' && !is_of_word(scanner.byte_before()) {
            scanner.take(COMMENT, scanner.line());
        } else if let Some(length) = string(&scanner, &[DOUBLE, SINGLE]) {
            scanner.take(STRING, length);
            is_first = false;
        } else if ends(byte) || byte.is_ascii_whitespace() {
            is_first = is_first || ends(byte);
            scanner.skip(1);
        } else {
            let length = scanner.count(|byte| !byte.is_ascii_whitespace() && !b";{}\"'".contains(&byte)).max(1);
            let length = if scanner.starts_with("{") { 1 } else { length };
            let word = &scanner.rest()[..length];
            let class = match word.as_bytes()[0] {
                b'<' => TYPE,
                _ if is_first && word.bytes().all(|byte| is_of_word(byte) || byte == b'-') => KEYWORD,
                first
                    if first.is_ascii_digit()
                        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.') =>
                {
                    NUMBER
                }
                _ => PLAIN,
            };
            scanner.take(class, length);
            is_first = false;
        }
    }
    scanner.flush();
}
