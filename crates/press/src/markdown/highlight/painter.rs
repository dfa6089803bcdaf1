//! Writes spans, as few as possible: white space, punctuation and plain names have none, and neighbours of one class share one.

use std::collections::BTreeSet;

use crate::markup::push_text;

/// The class of plain text, which has no span.
pub(super) const PLAIN: char = ' ';
/// Keywords.
pub(super) const KEYWORD: char = 'k';
/// Strings, characters and regular expressions.
pub(super) const STRING: char = 's';
/// Comments.
pub(super) const COMMENT: char = 'c';
/// Numbers, and names of constants.
pub(super) const NUMBER: char = 'n';
/// Functions, and commands of a shell.
pub(super) const FUNCTION: char = 'f';
/// Types, and names of elements.
pub(super) const TYPE: char = 't';
/// Keys, properties and names of attributes.
pub(super) const KEY: char = 'a';
/// Macros, annotations and directives of a preprocessor.
pub(super) const MACRO: char = 'm';
/// Inserted lines of a difference.
pub(super) const INSERTED: char = 'i';
/// Deleted lines of a difference.
pub(super) const DELETED: char = 'd';
/// Headings: of sections, and of the files of a difference.
pub(super) const HEADING: char = 'h';

/// Writes spans to `out`.
pub(super) struct Painter<'o> {
    out: &'o mut String,
    /// The class of the open span.
    open: Option<char>,
    /// White space that is not written yet: it belongs to the open span if the span continues after it.
    gap: String,
    lines: Option<Lines<'o>>,
}

/// The spans of lines, which numbers and marks need.
struct Lines<'o> {
    marks: &'o BTreeSet<usize>,
    /// The number of the line that was begun last.
    number: usize,
    is_open: bool,
}

impl<'o> Painter<'o> {
    /// With `marks`, each line gets a span.
    pub(super) fn new(out: &'o mut String, marks: Option<&'o BTreeSet<usize>>) -> Self {
        let lines = marks.map(|marks| Lines { marks, number: 0, is_open: false });
        Self { out, open: None, gap: String::new(), lines }
    }

    /// Writes `text`, which has the class `class`.
    pub(super) fn paint(&mut self, class: char, text: &str) {
        if self.lines.is_none() {
            self.paint_piece(class, text);
            return;
        }
        for line in text.split_inclusive('\n') {
            self.begin_line();
            self.paint_piece(class, line);
            if line.ends_with('\n') {
                self.end_line();
            }
        }
    }

    /// Ends what is open.
    pub(super) fn finish(mut self) {
        self.end_line();
    }

    fn begin_line(&mut self) {
        let Some(lines) = &mut self.lines else { return };
        if !lines.is_open {
            lines.number += 1;
            lines.is_open = true;
            self.out.push_str(if lines.marks.contains(&lines.number) {
                "<span class=\"l m\">"
            } else {
                "<span class=\"l\">"
            });
        }
    }

    fn end_line(&mut self) {
        self.end_span();
        let Some(lines) = &mut self.lines else { return };
        if std::mem::take(&mut lines.is_open) {
            self.out.push_str("</span>");
        }
    }

    fn paint_piece(&mut self, class: char, text: &str) {
        if text.trim_ascii_start().is_empty() {
            self.gap.push_str(text);
            return;
        }
        if self.open == Some(class) || (self.open.is_none() && class == PLAIN) {
            self.out.push_str(&self.gap);
            self.gap.clear();
        } else {
            self.end_span();
            if class != PLAIN {
                self.out.extend(["<span class=\"", class.encode_utf8(&mut [0; 4]), "\">"]);
                self.open = Some(class);
            }
        }
        push_text(self.out, text);
    }

    /// Ends the open span, and writes the white space after it.
    fn end_span(&mut self) {
        if self.open.take().is_some() {
            self.out.push_str("</span>");
        }
        self.out.push_str(&self.gap);
        self.gap.clear();
    }
}
