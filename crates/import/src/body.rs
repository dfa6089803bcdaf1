//! The Markdown of a text while it is converted. Each line remembers its number in the file that it comes from, so that notes have a place there.

use std::ops::Range;

use graven_press::markdown::DIALECT;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// A replacement of a range of the text.
pub(crate) type Edit = (Range<usize>, String);

/// A text, and where its lines come from.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    pub(crate) text: String,
    /// The line in the source of each line.
    lines: Vec<usize>,
}

impl Body {
    /// A text whose first line is `first_line` of its file, counted from 1.
    pub(crate) fn new(text: &str, first_line: usize) -> Self {
        let text = text.replace("\r\n", "\n");
        let lines = (0..=text.matches('\n').count()).map(|line| first_line + line).collect();
        Self { text, lines }
    }

    /// The line in the source of an offset of the text.
    pub(crate) fn line(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line = before.matches('\n').count();
        self.lines.get(line).or(self.lines.last()).copied().unwrap_or(1)
    }

    /// Replaces ranges. Of two that overlap, the first one counts.
    pub(crate) fn edit(&mut self, mut edits: Vec<Edit>) {
        if edits.is_empty() {
            return;
        }
        // Stable: insertions at one place stay in their order.
        edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = String::with_capacity(self.text.len());
        let mut lines = vec![self.lines.first().copied().unwrap_or(1)];
        let (mut at, mut line) = (0, 0);
        for (range, new) in edits {
            if range.start < at {
                continue;
            }
            self.keep(at..range.start, &mut line, (&mut text, &mut lines));
            let from = self.lines.get(line).copied().unwrap_or(1);
            lines.extend(new.matches('\n').map(|_| from));
            text.push_str(&new);
            let removed = self.text[range.clone()].matches('\n').count();
            line += removed;
            at = range.end;
            // Whole lines were removed: what follows begins a line.
            if let Some(last) = lines.last_mut().filter(|_| removed > 0 && (text.is_empty() || text.ends_with('\n'))) {
                *last = self.lines.get(line).copied().unwrap_or(*last);
            }
        }
        self.keep(at..self.text.len(), &mut line, (&mut text, &mut lines));
        (self.text, self.lines) = (text, lines);
    }

    fn keep(&self, range: Range<usize>, line: &mut usize, (text, lines): (&mut String, &mut Vec<usize>)) {
        let kept = &self.text[range];
        for _ in kept.matches('\n') {
            *line += 1;
            lines.push(self.lines.get(*line).copied().unwrap_or(1));
        }
        text.push_str(kept);
    }

    /// The code of the text: blocks and spans.
    pub(crate) fn code(&self) -> Vec<Range<usize>> {
        code(&self.text)
    }
}

/// The ranges of code blocks and code spans, in order.
pub(crate) fn code(text: &str) -> Vec<Range<usize>> {
    let ranges = events(text).filter(|(event, _)| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_))));
    ranges.map(|(_, range)| range).collect()
}

/// Whether one of the sorted ranges contains an offset.
pub(crate) fn contains(ranges: &[Range<usize>], offset: usize) -> bool {
    let after = ranges.partition_point(|range| range.start <= offset);
    after > 0 && ranges[after - 1].end > offset
}

/// The events of a text in Graven's dialect, with their places.
pub(crate) fn events(text: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    Parser::new_ext(text, DIALECT).into_offset_iter()
}

/// A heading.
#[derive(Debug)]
pub(crate) struct Heading {
    pub(crate) text: String,
    pub(crate) id: Option<String>,
    /// Where an attribute `{#id}` would be written.
    pub(crate) end: usize,
}

/// The headings of a text.
pub(crate) fn headings(text: &str) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    let mut is_open = false;
    for (event, range) in events(text) {
        match event {
            Event::Start(Tag::Heading { id, .. }) => {
                let line = text[range.clone()].lines().next().unwrap_or_default();
                let end = range.start + line.trim_end().len();
                headings.push(Heading { text: String::new(), id: id.map(|id| id.to_string()), end });
                is_open = true;
            }
            Event::End(TagEnd::Heading(_)) => is_open = false,
            Event::Text(part) | Event::Code(part) | Event::InlineMath(part) if is_open => {
                if let Some(last) = headings.last_mut() {
                    last.text.push_str(&part);
                }
            }
            _ => {}
        }
    }
    headings
}

/// How the comments begin that stay of tags without an equivalent.
pub(crate) const NOT_CONVERTED: &str = "<!-- not converted: ";

/// Fewer words are a salutation or the caption of a picture.
const FEWEST_WORDS: usize = 4;

/// Whether a text has a paragraph of some words.
pub(crate) fn has_paragraph(text: &str) -> bool {
    let mut words = None;
    for (event, _) in events(text) {
        match event {
            Event::Start(Tag::Paragraph) => words = Some(0),
            Event::End(TagEnd::Paragraph) if words.take() >= Some(FEWEST_WORDS) => return true,
            Event::Text(part) | Event::Code(part) => {
                words = words.map(|words| words + part.split_whitespace().count());
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_number_through_edits() {
        let mut body = Body::new("a\nb\nc\nd\n", 5);
        let at = |body: &Body, what: &str| body.line(body.text.find(what).expect("it is there"));
        body.edit(vec![(2..3, "x\ny\nz".to_owned()), (4..6, String::new())]);
        assert_eq!(body.text, "a\nx\ny\nz\nd\n");
        assert_eq!(["a", "x", "z", "d"].map(|what| at(&body, what)), [5, 6, 6, 8]);
        body.edit(vec![(0..1, String::new()), (0..4, "overlaps".to_owned()), (0..0, "# ".to_owned())]);
        assert_eq!(at(&body, "d"), 8);
    }

    #[test]
    fn a_text_of_a_list_has_a_paragraph_or_is_none() {
        for (text, expected) in [
            ("# T\n\nHello *there*, [dear](/x) `world`.\n", true),
            ("![A picture](x.png)\n\nThe text is here.\n", true),
            ("Welcome!\n\n- one two three four five\n", false),
            ("# One two three four five\n", false),
            ("", false),
        ] {
            assert_eq!(has_paragraph(text), expected, "{text}");
        }
    }
}
