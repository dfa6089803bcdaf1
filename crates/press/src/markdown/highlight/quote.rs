//! Strings: how a language opens, escapes and closes one, and what of it is code.

/// A kind of string.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quote {
    pub(super) open: &'static str,
    close: &'static str,
    escape: Escape,
    /// What opens a hole: code within the string, up to the bracket that matches the last character of this. Empty: strings of this kind have no holes.
    pub(super) hole: &'static str,
    /// Whether the string can contain line breaks. Without, a string that is never closed ends with its line.
    is_long: bool,
}

/// How a string contains its own closing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Escape {
    Backslash,
    /// `'it''s'`
    Doubled,
    Never,
}

/// Where a part of a string ends.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    /// The string ends after this many bytes.
    Whole(usize),
    /// After this many bytes, a hole opens.
    BeforeHole(usize),
}

impl Quote {
    /// A string within a line, with backslashes.
    pub(super) const fn new(open: &'static str, close: &'static str) -> Self {
        Self { open, close, escape: Escape::Backslash, hole: "", is_long: false }
    }

    /// A string of several lines.
    pub(super) const fn long(self) -> Self {
        Self { is_long: true, ..self }
    }

    /// A string that contains its closing as two.
    pub(super) const fn doubled(self) -> Self {
        Self { escape: Escape::Doubled, ..self }
    }

    /// A string in which a backslash is a character like others.
    pub(super) const fn raw(self) -> Self {
        Self { escape: Escape::Never, ..self }
    }

    /// A string with holes that begin with `hole`.
    pub(super) const fn with_holes(self, hole: &'static str) -> Self {
        Self { hole, ..self }
    }

    /// The part of a string that `text` begins with: from its first byte after `open`, or after a hole.
    pub(super) fn part(&self, text: &str) -> Part {
        let bytes = text.as_bytes();
        let (close, hole) = (self.close.as_bytes(), self.hole.as_bytes());
        let mut at = 0;
        while at < bytes.len() {
            let rest = &bytes[at..];
            // A brace that is written twice is none.
            let opens_hole = !hole.is_empty() && rest.starts_with(hole) && !(hole == b"{" && rest.starts_with(b"{{"));
            if opens_hole {
                return Part::BeforeHole(at);
            } else if rest[0] == b'\\' && self.escape == Escape::Backslash {
                // Of a character of several bytes, the others match nothing.
                at += if rest.get(1) == Some(&b'\n') && !self.is_long { 1 } else { 2 };
            } else if rest.starts_with(b"{{") && hole == b"{" {
                at += 2;
            } else if rest.starts_with(close) {
                at += close.len();
                if self.escape != Escape::Doubled || !bytes[at..].starts_with(close) {
                    return Part::Whole(at);
                }
                at += close.len();
            } else if rest[0] == b'\n' && !self.is_long {
                return Part::Whole(at);
            } else {
                at += 1;
            }
        }
        Part::Whole(bytes.len())
    }
}
