//! The file with spaces in place of all that is no prose, so that what looks like syntax in it is what the author wrote as text. All places are those of
//! the file.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::events::{SpannedEvent, end_of};
use crate::source::Body;

/// The text of a file without front matter, code, formulas, comments and escaped characters. Each of their bytes is a space; line breaks stay.
pub(super) struct Prose {
    text: String,
    tags: Vec<Range<usize>>,
    links: Vec<Range<usize>>,
    /// The offsets of the backslashes before escaped characters.
    escapes: Vec<usize>,
}

impl Prose {
    /// The prose of `body`, which was parsed into `events`.
    pub(super) fn new(events: &[SpannedEvent], body: &Body) -> Self {
        let mut prose = Self { text: String::new(), tags: Vec::new(), links: Vec::new(), escapes: Vec::new() };
        let front_matter = 0..body.range.start;
        let mut blanks = vec![front_matter];
        for (index, (event, span)) in events.iter().enumerate() {
            match event {
                Event::Start(Tag::CodeBlock(_)) | Event::Code(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {
                    blanks.push(span.clone());
                }
                Event::Start(Tag::HtmlBlock) if is_comment(&events[index + 1..end_of(events, index)]) => {
                    blanks.push(span.clone());
                }
                Event::InlineHtml(html) if html.starts_with("<!--") => blanks.push(span.clone()),
                // A comment within a block of HTML.
                Event::Start(Tag::HtmlBlock) => blanks.extend(comments(&body.file, span)),
                Event::Html(_) | Event::InlineHtml(_) => prose.tags.push(span.clone()),
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => prose.links.push(span.clone()),
                _ => {}
            }
        }
        prose.text = blanked(&body.file, blanks);
        prose.escapes = escapes(&prose.text);
        prose.text = blanked(&prose.text, prose.escapes.iter().map(|at| *at..at + 2));
        prose
    }

    /// The same without raw HTML, links and the places `others`.
    pub(super) fn without_tags_and_links(mut self, others: &[Range<usize>]) -> Self {
        let spans = self.tags.iter().chain(&self.links).chain(others).cloned();
        self.text = blanked(&self.text, spans);
        self
    }

    /// The text: of the length of the file.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The offsets of the backslashes before escaped characters in a part of the file.
    pub(super) fn escapes(&self, part: &Range<usize>) -> &[usize] {
        let [start, end] = [part.start, part.end].map(|at| self.escapes.partition_point(|escape| *escape < at));
        &self.escapes[start..end]
    }
}

/// `text` with spaces at `spans`, which are whole characters.
fn blanked(text: &str, spans: impl IntoIterator<Item = Range<usize>>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for span in spans {
        let mut at = span.start;
        for line in text[span].split_inclusive('\n') {
            let end = at + line.len();
            bytes[at..end - usize::from(line.ends_with('\n'))].fill(b' ');
            at = end;
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// The backslashes before punctuation, which make it text (`CommonMark` §2.4).
fn escapes(text: &str) -> Vec<usize> {
    let mut escapes = Vec::new();
    let mut free = 0;
    for (at, _) in text.match_indices('\\') {
        let is_escape = text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_punctuation);
        if at >= free && is_escape {
            escapes.push(at);
            free = at + 2;
        }
    }
    escapes
}

/// The comments in a part of the file.
fn comments<'a>(file: &'a str, part: &Range<usize>) -> impl Iterator<Item = Range<usize>> + use<'a> {
    let (mut at, end) = (part.start, part.end);
    std::iter::from_fn(move || {
        let start = at + file[at..end].find("<!--")?;
        at = file[start..end].find("-->").map_or(end, |length| start + length + "-->".len());
        Some(start..at)
    })
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
        let text = "+++\na `{{b}}` \\{{é}} $c$ <i d>\n\n<!-- {{e}}\n{{f}} -->\n\n<p>\n<!-- {{k}} -->\n<!-- {{l}}</p>\n\n```\n{{g}}\n```\n[h](i) {{j}}\n";
        let body = Body { path: "posts/a.md".to_owned(), file: text.into(), range: 4..text.len() };
        let (events, _) = parse(&body, &mut Report::default());
        let prose = Prose::new(&events, &body);
        let words = |prose: &Prose| prose.text().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&prose), ["a", "{é}}", "<i", "d>", "<p>", "[h](i)", "{{j}}"]);
        assert_eq!(prose.text().len(), text.len());
        assert_eq!(prose.escapes(&(0..text.len())), [text.find("\\{").expect("it is there")]);
        let other = text.len() - "{{j}}\n".len()..text.len();
        assert_eq!(words(&prose.without_tags_and_links(std::slice::from_ref(&other))), ["a", "{é}}"]);
    }
}
