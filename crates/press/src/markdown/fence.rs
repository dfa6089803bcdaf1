//! Fenced blocks whose text press reads: the lines are joined to one text, and every place in it is known in the file. In a list or a quote, the lines of a
//! block are not one piece of the file.

use std::ops::Range;

use pulldown_cmark::Event;

use super::events::{SpannedEvent, end_of};

/// The text of a fenced block.
#[derive(Debug)]
pub(super) struct Fence {
    /// The block in the file, from its opening fence to its closing one.
    pub(super) block: Range<usize>,
    /// The text between the fences.
    pub(super) text: String,
    /// Where each piece of the text begins, in the text and in the file.
    pieces: Vec<(usize, usize)>,
}

impl Fence {
    /// The block that begins at `start`, an event.
    pub(super) fn at(events: &[SpannedEvent], start: usize) -> Self {
        let mut fence = Self { block: events[start].1.clone(), text: String::new(), pieces: Vec::new() };
        for (event, span) in &events[start + 1..end_of(events, start)] {
            if let Event::Text(text) = event {
                fence.pieces.push((fence.text.len(), span.start));
                fence.text.push_str(text);
            }
        }
        fence
    }

    /// The line of the opening fence in the file.
    pub(super) fn opening(&self, file: &str) -> Range<usize> {
        let start = self.block.start;
        start..start + file[start..].lines().next().map_or(0, str::len)
    }

    /// The place in the file of a part of the text.
    pub(super) fn place(&self, part: &Range<usize>) -> Range<usize> {
        // The end is that of the last byte, so that a part of one line stays within its line.
        let start = self.offset(part.start);
        let end = if part.is_empty() { start } else { self.offset(part.end - 1) + 1 };
        start..end.max(start)
    }

    fn offset(&self, at: usize) -> usize {
        let after = self.pieces.partition_point(|(text, _)| *text <= at);
        match after.checked_sub(1) {
            Some(index) => (self.pieces[index].1 + at - self.pieces[index].0).min(self.block.end),
            None => self.block.start,
        }
    }
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::Tag;

    use super::super::parse::parse;
    use super::*;
    use crate::diagnostic::Report;
    use crate::source::Body;

    #[test]
    fn a_place_in_the_text_is_one_in_the_file() {
        for text in [
            "```x\nab\ncd\n```\n",
            "> ```x\n> ab\n> cd\n> ```\n",
            "- a\n\n  ```x\n  ab\n  cd\n  ```\n",
            "```x\r\nab\r\ncd\r\n```\r\n",
            "> - ~~~x\n>   ab\n>   cd",
        ] {
            let body =
                Body { path: "posts/a.md".to_owned(), file: format!("é{text}").into(), range: 2..text.len() + 2 };
            let (events, _) = parse(&body, &mut Report::default());
            let start = events.iter().position(|(event, _)| matches!(event, Event::Start(Tag::CodeBlock(_))));
            let fence = Fence::at(&events, start.expect("there is a block"));
            assert_eq!(fence.text.trim_end(), "ab\ncd", "{text:?}");
            for part in ["ab", "b", "cd", "c", "d"] {
                let at = fence.text.find(part).expect("it is in the text");
                assert_eq!(&body.file[fence.place(&(at..at + part.len()))], part, "{text:?}");
            }
        }
    }

    #[test]
    fn an_empty_block_is_at_its_fence() {
        let body = Body { path: "posts/a.md".to_owned(), file: "```x\n```".into(), range: 0..8 };
        let (events, _) = parse(&body, &mut Report::default());
        assert_eq!(Fence::at(&events, 0).place(&(0..0)), 0..0);
    }
}
