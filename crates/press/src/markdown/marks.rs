//! Marked text: `==text==` becomes `<mark>`. Where `==` may begin and end it follows the rules of `CommonMark` for `__` (§6.2): next to the text and not
//! within a word, so that `a == b` and `a==b` stay as they are.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::events::SpannedEvent;

/// What begins and ends marked text.
const DELIMITER: &str = "==";

/// A tag that takes the place of a delimiter: the index of the event, the offset in its text, and the tag.
type Replacement = (usize, usize, &'static str);

/// Makes marked text of each pair of delimiters in the same element.
pub(super) fn render<'a>(events: Vec<SpannedEvent<'a>>, file: &str) -> Vec<SpannedEvent<'a>> {
    let mut tags = pairs(&events, file);
    if tags.is_empty() {
        return events;
    }
    tags.sort_unstable();
    let mut tags = tags.into_iter().peekable();
    let mut marked = Vec::with_capacity(events.len() + tags.len() * 2);
    for (index, (event, span)) in events.into_iter().enumerate() {
        let mut rest = (event, span);
        let mut done = 0;
        while let Some((_, offset, tag)) = tags.next_if(|tag| tag.0 == index) {
            let (before, after) = divide(rest, offset - done);
            marked.extend(before);
            marked.push((Event::InlineHtml(tag.into()), after.1.start - DELIMITER.len()..after.1.start));
            rest = after;
            done = offset + DELIMITER.len();
        }
        if done == 0 || !rest.1.is_empty() {
            marked.push(rest);
        }
    }
    marked
}

/// The text before the delimiter at `offset` of a text, if there is any, and the text after it.
fn divide((event, span): SpannedEvent<'_>, offset: usize) -> (Option<SpannedEvent<'_>>, SpannedEvent<'_>) {
    let Event::Text(text) = event else { return (None, (event, span)) };
    let at = span.start + offset;
    let part = |part: &str| Event::Text(part.to_owned().into());
    let before = (offset > 0).then(|| (part(&text[..offset]), span.start..at));
    (before, (part(&text[offset + DELIMITER.len()..]), at + DELIMITER.len()..span.end))
}

/// The tags of all pairs. A delimiter closes the last one before it that is open in the same element.
fn pairs(events: &[SpannedEvent], file: &str) -> Vec<Replacement> {
    let mut tags = Vec::new();
    // The open delimiters of each element that is open.
    let mut open: Vec<Vec<(usize, usize)>> = vec![Vec::new()];
    let mut in_code = false;
    for (index, (event, span)) in events.iter().enumerate() {
        match event {
            Event::Start(tag) => {
                in_code |= matches!(tag, Tag::CodeBlock(_));
                // A block ends the line of text before it.
                if let (Some(above), false) = (open.last_mut(), is_inline(tag.to_end())) {
                    above.clear();
                }
                open.push(Vec::new());
            }
            Event::End(tag) => {
                in_code &= *tag != TagEnd::CodeBlock;
                open.pop();
            }
            // Written literally: without escapes and character references.
            Event::Text(text) if !in_code && file.get(span.clone()) == Some(text) => {
                let Some(open) = open.last_mut() else { continue };
                for (offset, _) in text.match_indices(DELIMITER) {
                    let sides = Sides::of(file, span.start + offset);
                    match open.last().copied().filter(|_| sides.can_close()) {
                        Some((start, at)) => {
                            open.pop();
                            tags.extend([(start, at, "<mark>"), (index, offset, "</mark>")]);
                        }
                        None if sides.can_open() => open.push((index, offset)),
                        None => {}
                    }
                }
            }
            _ => {}
        }
    }
    tags
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image)
}

/// What is before and after a delimiter.
struct Sides {
    before: Side,
    after: Side,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Space,
    Punctuation,
    Word,
    /// It is no delimiter: escaped, or part of a longer row of the same character.
    None,
}

impl Sides {
    /// Around the delimiter at `at`.
    fn of(file: &str, at: usize) -> Self {
        let (before, after) = (&file[..at], &file[at + DELIMITER.len()..]);
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        let is_escaped = backslashes % 2 == 1;
        Self {
            before: if is_escaped { Side::None } else { Side::of(before.chars().next_back()) },
            after: Side::of(after.chars().next()),
        }
    }

    fn can_open(&self) -> bool {
        matches!(self.before, Side::Space | Side::Punctuation) && matches!(self.after, Side::Word | Side::Punctuation)
    }

    fn can_close(&self) -> bool {
        matches!(self.before, Side::Word | Side::Punctuation) && matches!(self.after, Side::Space | Side::Punctuation)
    }
}

impl Side {
    fn of(character: Option<char>) -> Self {
        match character {
            None => Self::Space,
            Some('=') => Self::None,
            Some(character) if character.is_whitespace() => Self::Space,
            Some(character) if character.is_alphanumeric() => Self::Word,
            Some(_) => Self::Punctuation,
        }
    }
}
