//! The text without markup, for the reading time, summaries and the search index.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::events::SpannedEvent;
use super::rendered::Rendered;

/// Adds the text to `rendered`, without code blocks and raw HTML.
pub(super) fn extract(events: &[SpannedEvent], rendered: &mut Rendered) {
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
    for word in text.split_whitespace() {
        rendered.words += usize::from(word.contains(char::is_alphanumeric));
        if !rendered.plain.is_empty() {
            rendered.plain.push(' ');
        }
        rendered.plain.push_str(word);
    }
}

fn is_inline(tag: TagEnd) -> bool {
    matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link)
}
