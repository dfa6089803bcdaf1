//! A line of Markdown in a place of its own: a caption, the heading of a column. It may contain emphasis and code, but no links and no HTML.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The events of such a line.
pub(super) fn events(line: &str) -> impl Iterator<Item = Event<'_>> {
    Parser::new_ext(line, Options::ENABLE_SMART_PUNCTUATION).filter_map(|event| match event {
        Event::Start(Tag::Emphasis | Tag::Strong)
        | Event::End(TagEnd::Emphasis | TagEnd::Strong)
        | Event::Text(_)
        | Event::Code(_) => Some(event),
        Event::Html(html) | Event::InlineHtml(html) => Some(Event::Text(html)),
        Event::SoftBreak | Event::HardBreak => Some(Event::Text(" ".into())),
        _ => None,
    })
}
