//! Headings: levels below the title, unique and stable ids, anchors, and the entries of the contents list.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag, TagEnd, html};
use slug::slugify;

use super::events::{SpannedEvent, end_of};
use super::page::Page;
use super::rendered::Heading;
use crate::markup::push_attribute;
use crate::security_policy::is_blocked_attribute;
use crate::span::{find, trim_end};

/// Sets the level of each heading to one below its parent's, beginning at 2: the title is the page's only `<h1>`, and screen readers announce skipped
/// levels as gaps. Warns of a `# heading`.
pub(super) fn set_levels(events: &mut [SpannedEvent], page: &mut Page) {
    warn_of_first_level(events, page);
    let mut open: Vec<HeadingLevel> = Vec::new();
    let mut nested = HeadingLevel::H2;
    for (event, _) in events {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                open.retain(|above| above < level);
                open.push(*level);
                nested = HeadingLevel::try_from(open.len() + 1).unwrap_or(HeadingLevel::H6);
                *level = nested;
            }
            Event::End(TagEnd::Heading(level)) => *level = nested,
            _ => {}
        }
    }
}

fn warn_of_first_level(events: &[SpannedEvent], page: &mut Page) {
    let first =
        events.iter().find(|(event, _)| matches!(event, Event::Start(Tag::Heading { level: HeadingLevel::H1, .. })));
    if let Some((_, span)) = first {
        page.report.push(
            page.warning(trim_end(span, &page.body.file), "a heading of the first level: only the title has that")
                .label("rendered one level lower, with those below it")
                .help("begin with `##`; the title is in the front matter"),
        );
    }
}

/// Gives each heading its id: the one that the author chose, or one from its text. Chosen ids are claimed first, so that no derived id takes them.
pub(super) fn set_ids(events: &mut [SpannedEvent], page: &mut Page) {
    for (event, span) in events.iter() {
        if let Event::Start(Tag::Heading { id: Some(id), .. }) = event {
            page.claim(id, find(&page.body.file, span, id));
        }
    }
    for index in 0..events.len() {
        if matches!(events[index].0, Event::Start(Tag::Heading { id: None, .. })) {
            let slug = slugify(text_of(&events[index..=end_of(events, index)]));
            let name = page.ids.derive(if slug.is_empty() { "section" } else { &slug });
            if let Event::Start(Tag::Heading { id, .. }) = &mut events[index].0 {
                *id = Some(name.into());
            }
        }
    }
}

/// The text of a heading.
pub(super) fn text_of(events: &[SpannedEvent]) -> String {
    let text = events.iter().filter_map(|(event, _)| match event {
        Event::Text(text) | Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => Some(&**text),
        Event::SoftBreak | Event::HardBreak => Some(" "),
        _ => None,
    });
    text.collect()
}

/// Writes the tags of each heading, with an anchor before it, and lists the heading. An anchor within the heading would be a part of its name.
pub(super) fn render(events: &mut [SpannedEvent], page: &mut Page) {
    for start in 0..events.len() {
        let Event::Start(Tag::Heading { level, id, classes, attrs }) = &events[start].0 else { continue };
        let end = end_of(events, start);
        let id = id.as_deref().unwrap_or_default();
        let mut anchor = String::new();
        push_attribute(&mut anchor, id);
        let mut open = format!(
            "<a class=\"anchor {level}\" href=\"#{anchor}\" aria-labelledby=\"{anchor}\"></a>\n<{level} id=\"{anchor}"
        );
        push_classes(&mut open, classes);
        push_attributes(&mut open, attrs, &events[start].1, page);
        let close = format!("</{level}>\n");
        page.rendered.headings.push(Heading {
            level: *level as u8,
            id: id.to_owned(),
            html: entry(&events[start + 1..end]),
        });
        events[start].0 = Event::Html(open.into());
        events[end].0 = Event::Html(close.into());
    }
}

fn push_classes(open: &mut String, classes: &[CowStr]) {
    open.push('"');
    if !classes.is_empty() {
        open.push_str(" class=\"");
        push_attribute(open, &classes.join(" "));
        open.push('"');
    }
}

fn push_attributes(open: &mut String, attributes: &[(CowStr, Option<CowStr>)], span: &Range<usize>, page: &mut Page) {
    for (name, value) in attributes {
        if is_blocked_attribute(name) {
            page.report_blocked(name, find(&page.body.file, span, name));
            continue;
        }
        let value = value.as_deref().unwrap_or_default();
        page.record_references(name, value, &find(&page.body.file, span, value));
        open.push(' ');
        push_attribute(open, name);
        open.push_str("=\"");
        push_attribute(open, value);
        open.push('"');
    }
    open.push('>');
}

/// The inline HTML of a heading for the contents list, without links, ids and notes.
fn entry(events: &[SpannedEvent]) -> String {
    let kept = events.iter().map(|(event, _)| event).filter(|event| match event {
        Event::InlineHtml(html) => html.starts_with("<math"),
        Event::Html(_) | Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link) | Event::FootnoteReference(_) => {
            false
        }
        _ => true,
    });
    let mut entry = String::new();
    html::push_html(&mut entry, kept.cloned());
    entry
}
