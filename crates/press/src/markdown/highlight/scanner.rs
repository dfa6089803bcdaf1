//! Code that is read from its first byte to its last. A reader decides what comes next, and takes or skips it: nothing is read twice but for a look ahead
//! of bounded length, so that reading takes linear time, and every byte reaches the page.

use super::painter::{PLAIN, Painter};

/// How far a reader looks ahead for what may be missing: the end of a regular expression, the colon after a key. It bounds the time of lines that are
/// made to be slow.
pub(super) const LOOK_AHEAD: usize = 256;

/// A place in code, and the painter of what lies before it.
pub(super) struct Scanner<'c, 's, 'o> {
    code: &'c str,
    at: usize,
    /// Where the plain text begins that is not painted yet. It is painted as one.
    plain: usize,
    painter: &'s mut Painter<'o>,
}

impl<'c, 's, 'o> Scanner<'c, 's, 'o> {
    pub(super) fn new(code: &'c str, painter: &'s mut Painter<'o>) -> Self {
        Self { code, at: 0, plain: 0, painter }
    }

    pub(super) fn rest(&self) -> &'c str {
        &self.code[self.at..]
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at == self.code.len()
    }

    /// The next byte, or 0 at the end.
    pub(super) fn byte(&self) -> u8 {
        self.byte_after(0)
    }

    /// The byte after the next `length` bytes, or 0 at the end.
    pub(super) fn byte_after(&self, length: usize) -> u8 {
        self.code.as_bytes().get(self.at + length).copied().unwrap_or(0)
    }

    /// The byte before the next one, or a line break at the beginning.
    pub(super) fn byte_before(&self) -> u8 {
        self.at.checked_sub(1).map_or(b'\n', |before| self.code.as_bytes()[before])
    }

    /// The byte that is `length` bytes back.
    pub(super) fn byte_back(&self, length: usize) -> Option<u8> {
        self.at.checked_sub(length).map(|at| self.code.as_bytes()[at])
    }

    /// Whether only blanks are before this place in its line.
    pub(super) fn is_first_of_line(&self) -> bool {
        let before = self.code.as_bytes()[..self.at].iter().rev().take(LOOK_AHEAD);
        before.into_iter().find(|byte| !is_blank(**byte)).is_none_or(|byte| *byte == b'\n')
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.code.as_bytes()[self.at..].starts_with(text.as_bytes())
    }

    /// The length of what comes before the next line break.
    pub(super) fn line(&self) -> usize {
        until(self.rest(), '\n')
    }

    /// The length of the next line with its break.
    pub(super) fn whole_line(&self) -> usize {
        (self.line() + 1).min(self.rest().len())
    }

    /// The length of the next bytes that are `wanted`, all of ASCII or all others included.
    pub(super) fn count(&self, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = &self.code.as_bytes()[self.at..];
        rest.iter().position(|byte| !wanted(*byte)).unwrap_or(rest.len())
    }

    /// Skips one character, which is plain, and returns its first byte.
    pub(super) fn skip_character(&mut self) -> u8 {
        let first = self.byte();
        self.at += self.rest().chars().next().map_or(0, char::len_utf8);
        first
    }

    /// Skips plain text of `length` bytes.
    pub(super) fn skip(&mut self, length: usize) {
        self.at += length;
    }

    /// Skips spaces and tabs.
    pub(super) fn skip_blanks(&mut self) {
        self.at += self.count(is_blank);
    }

    /// Paints the next `length` bytes.
    pub(super) fn take(&mut self, class: char, length: usize) {
        if class == PLAIN || length == 0 {
            self.at += length;
            return;
        }
        self.flush();
        let end = self.at + length;
        self.painter.paint(class, &self.code[self.at..end]);
        (self.at, self.plain) = (end, end);
    }

    /// Lets another reader read the next `length` bytes.
    pub(super) fn embed(&mut self, length: usize, read: impl FnOnce(&str, &mut Painter)) {
        self.flush();
        let end = self.at + length;
        read(&self.code[self.at..end], self.painter);
        (self.at, self.plain) = (end, end);
    }

    /// Paints the plain text before this place. Each reader ends with it.
    pub(super) fn flush(&mut self) {
        if self.plain < self.at {
            self.painter.paint(PLAIN, &self.code[self.plain..self.at]);
            self.plain = self.at;
        }
    }
}

pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Whether a byte can be part of a name: letters of all scripts, digits, `_`.
pub(super) fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// The length of the text before `end`, or of the whole text.
pub(super) fn until(text: &str, end: char) -> usize {
    text.find(end).unwrap_or(text.len())
}

/// The length of the text up to and including `end`, or of the whole text.
pub(super) fn through(text: &str, end: &str) -> usize {
    text.find(end).map_or(text.len(), |at| at + end.len())
}
