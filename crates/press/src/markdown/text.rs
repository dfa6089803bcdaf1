//! The text without markup, for the reading time.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::events::SpannedEvent;

/// How many words the text has, without code blocks and raw HTML.
pub(super) fn words(events: &[SpannedEvent]) -> usize {
    let mut text = String::new();
    let mut in_code = false;
    for (event, _) in events {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(_) if in_code => {}
            Event::Text(words) | Event::Code(words) | Event::InlineMath(words) | Event::DisplayMath(words) => {
                text.push_str(words);
            }
            Event::Start(Tag::Image { title, .. }) => text.extend([" ", title, " "]),
            Event::Start(tag) if !is_inline(tag.to_end()) => text.push(' '),
            Event::End(tag) if !is_inline(*tag) => text.push(' '),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link)
}
