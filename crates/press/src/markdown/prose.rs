//! The file with spaces in place of all that is no prose, so that what looks like syntax in it is what the author wrote as text. All places are those of
//! the file.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::events::{SpannedEvent, end_of};
use crate::source::Body;

/// The text of a file without front matter, code, formulas, comments and escaped characters. Each of their bytes is a space; line breaks stay.
pub(super) struct Prose {
    bytes: Vec<u8>,
    tags: Vec<Range<usize>>,
    links: Vec<Range<usize>>,
    /// The offsets of the backslashes before escaped characters.
    escapes: Vec<usize>,
}

impl Prose {
    /// The prose of `body`, which was parsed into `events`.
    pub(super) fn new(events: &[SpannedEvent], body: &Body) -> Self {
        let mut prose =
            Self { bytes: body.file.as_bytes().to_vec(), tags: Vec::new(), links: Vec::new(), escapes: Vec::new() };
        prose.blank(0..body.range.start);
        for (index, (event, span)) in events.iter().enumerate() {
            match event {
                Event::Start(Tag::CodeBlock(_)) | Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                    prose.blank(span.clone());
                }
                Event::Start(Tag::HtmlBlock) if is_comment(&events[index + 1..end_of(events, index)]) => {
                    prose.blank(span.clone());
                }
                Event::InlineHtml(html) if html.starts_with("<!--") => prose.blank(span.clone()),
                Event::Html(_) | Event::InlineHtml(_) => prose.tags.push(span.clone()),
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => prose.links.push(span.clone()),
                _ => {}
            }
        }
        prose.blank_escapes();
        prose
    }

    /// The same without raw HTML, links and the places `others`.
    pub(super) fn without_tags_and_links(mut self, others: &[Range<usize>]) -> Self {
        let (tags, links) = (std::mem::take(&mut self.tags), std::mem::take(&mut self.links));
        for span in tags.into_iter().chain(links).chain(others.iter().cloned()) {
            self.blank(span);
        }
        self
    }

    /// The text: of the length of the file.
    pub(super) fn text(&self) -> &str {
        // Only whole events and ASCII characters are replaced.
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// The offsets of the backslashes before escaped characters in a part of the file.
    pub(super) fn escapes(&self, part: &Range<usize>) -> &[usize] {
        let [start, end] = [part.start, part.end].map(|at| self.escapes.partition_point(|escape| *escape < at));
        &self.escapes[start..end]
    }

    fn blank(&mut self, span: Range<usize>) {
        for byte in self.bytes[span].iter_mut().filter(|byte| **byte != b'\n') {
            *byte = b' ';
        }
    }

    /// A backslash before punctuation makes it text (`CommonMark` §2.4).
    fn blank_escapes(&mut self) {
        let mut at = 0;
        while at + 1 < self.bytes.len() {
            if self.bytes[at] == b'\\' && self.bytes[at + 1].is_ascii_punctuation() {
                self.blank(at..at + 2);
                self.escapes.push(at);
                at += 1;
            }
            at += 1;
        }
    }
}

fn is_comment(block: &[SpannedEvent]) -> bool {
    matches!(block.first(), Some((Event::Html(html), _)) if html.trim_start().starts_with("<!--"))
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;
    use crate::diagnostic::Report;

    #[test]
    fn what_is_no_prose_is_blank() {
        let text = "+++\na `{{b}}` \\{{é}} $c$ <i d>\n\n<!-- {{e}}\n{{f}} -->\n\n```\n{{g}}\n```\n[h](i) {{j}}\n";
        let body = Body { path: "posts/a.md".to_owned(), file: text.into(), range: 4..text.len() };
        let (events, _) = parse(&body, &mut Report::default());
        let prose = Prose::new(&events, &body);
        let words = |prose: &Prose| prose.text().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&prose), ["a", "{é}}", "<i", "d>", "[h](i)", "{{j}}"]);
        assert_eq!(prose.text().len(), text.len());
        assert_eq!(prose.escapes(&(0..text.len())), [text.find("\\{").expect("it is there")]);
        let other = text.len() - "{{j}}\n".len()..text.len();
        assert_eq!(words(&prose.without_tags_and_links(std::slice::from_ref(&other))), ["a", "{é}}"]);
    }
}
