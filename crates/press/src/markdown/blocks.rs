//! Blocks that are not in `CommonMark`, or that pages need in another form: tables that scroll, task lists, void elements without a slash.

use std::collections::BTreeMap;

use pulldown_cmark::{Alignment, Event, Tag, TagEnd};

use super::events::{SpannedEvent, end_of};
use super::headings::text_of;
use super::page::Page;
use crate::languages::Words;
use crate::markup::{attribute, push_attribute};

/// Renders tables, task list items, rules and line breaks.
pub(super) fn render(events: &mut [SpannedEvent], page: &Page) {
    let mut section = String::new();
    let mut names = BTreeMap::new();
    for index in 0..events.len() {
        match &events[index].0 {
            Event::Start(Tag::Heading { .. }) => {
                section = text_of(&events[index..=end_of(events, index)]);
                if is_right_to_left(events, index)
                    && let Event::Start(Tag::Heading { attrs, .. }) = &mut events[index].0
                {
                    attrs.push(("dir".into(), Some("rtl".into())));
                }
            }
            Event::Start(Tag::Table(_)) => {
                let captioned = page.table_names.get(&events[index].1).cloned();
                let name = captioned.unwrap_or_else(|| name_of_table(&section, &mut names, page.words()));
                render_table(events, index, &name);
            }
            Event::Start(Tag::Item) if is_task(events, index) => render_task(events, index, page.words()),
            Event::Start(Tag::Paragraph) if is_right_to_left(events, index) => set_direction(events, index, "p"),
            Event::Start(Tag::List(None)) if is_right_to_left(events, index) => set_direction(events, index, "ul"),
            Event::Start(Tag::BlockQuote(None)) if is_right_to_left(events, index) => {
                set_direction(events, index, "blockquote");
            }
            Event::Rule => events[index].0 = Event::Html("<hr>\n".into()),
            Event::HardBreak => events[index].0 = Event::InlineHtml("<br>\n".into()),
            _ => {}
        }
    }
}

/// The name of a table without a caption, for screen readers: of all tables of a page, each has another. `used` counts those of each name.
fn name_of_table(section: &str, used: &mut BTreeMap<String, usize>, words: &Words) -> String {
    let name = match section {
        "" => words.text.table_of_text.to_string(),
        section => words.text.table_of_section.fill(&[("section", &section)]),
    };
    let count = used.entry(name.clone()).or_default();
    *count += 1;
    if *count == 1 { name } else { format!("{name} ({count})") }
}

/// A table in a region that can be focused and scrolled by keyboard. Cells are aligned by class: the page's security policy blocks `style=`.
fn render_table(events: &mut [SpannedEvent], start: usize, name: &str) {
    let end = end_of(events, start);
    let Event::Start(Tag::Table(alignments)) = events[start].0.clone() else { return };
    let mut alignments_of_row = alignments.iter();
    let mut in_head = false;
    let mut is_heading = false;
    for index in start + 1..end {
        let html = match &events[index].0 {
            Event::Start(Tag::TableHead) => {
                (in_head, alignments_of_row) = (true, alignments.iter());
                "<thead><tr>"
            }
            Event::End(TagEnd::TableHead) => {
                in_head = false;
                "</tr></thead>\n<tbody>"
            }
            Event::Start(Tag::TableRow) => {
                alignments_of_row = alignments.iter();
                "<tr>"
            }
            Event::End(TagEnd::TableRow) => "</tr>\n",
            Event::Start(Tag::TableCell) => {
                // An empty corner cell is not a heading.
                is_heading = in_head && events[index + 1].0 != Event::End(TagEnd::TableCell);
                open_cell(is_heading, alignments_of_row.next())
            }
            Event::End(TagEnd::TableCell) if is_heading => "</th>",
            Event::End(TagEnd::TableCell) => "</td>",
            _ => continue,
        };
        events[index].0 = Event::Html(html.into());
    }
    let mut open = "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"".to_owned();
    push_attribute(&mut open, name);
    open.push_str("\"><table>\n");
    events[start].0 = Event::Html(open.into());
    events[end].0 = Event::Html("</tbody></table></div>\n".into());
}

fn open_cell(is_heading: bool, alignment: Option<&Alignment>) -> &'static str {
    match (is_heading, alignment) {
        (true, Some(Alignment::Right)) => "<th scope=\"col\" class=\"r\">",
        (true, Some(Alignment::Center)) => "<th scope=\"col\" class=\"c\">",
        (true, _) => "<th scope=\"col\">",
        (false, Some(Alignment::Right)) => "<td class=\"r\">",
        (false, Some(Alignment::Center)) => "<td class=\"c\">",
        (false, _) => "<td>",
    }
}

/// Whether the text of the element at `start` begins with a letter of a script that runs from right to left.
fn is_right_to_left(events: &[SpannedEvent], start: usize) -> bool {
    let texts = events[start..end_of(events, start)].iter().filter_map(|(event, _)| match event {
        Event::Text(text) => Some(text.chars()),
        _ => None,
    });
    texts.flatten().find(|character| character.is_alphabetic()).is_some_and(is_of_right_to_left_script)
}

/// Hebrew, Arabic, Syriac, Thaana, N'Ko and the other blocks of Unicode that run from right to left.
fn is_of_right_to_left_script(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}')
}

/// Sets the direction of a block. The page's own is that of its language.
fn set_direction(events: &mut [SpannedEvent], start: usize, name: &str) {
    let end = end_of(events, start);
    events[start].0 = Event::Html(format!("<{name} dir=\"rtl\">\n").into());
    events[end].0 = Event::Html(format!("</{name}>\n").into());
}

fn is_task(events: &[SpannedEvent], item: usize) -> bool {
    matches!(events[marker_of(events, item)].0, Event::TaskListMarker(_))
}

/// The event that is the marker, if the item is one of a task list.
fn marker_of(events: &[SpannedEvent], item: usize) -> usize {
    if events[item + 1].0 == Event::Start(Tag::Paragraph) { item + 2 } else { item + 1 }
}

/// An item of a task list. Its checkbox has a label, because it cannot be changed.
fn render_task(events: &mut [SpannedEvent], item: usize, words: &Words) {
    let marker = marker_of(events, item);
    let Event::TaskListMarker(done) = events[marker].0 else { return };
    let (state, label) = if done { (" checked", &words.text.done) } else { ("", &words.text.to_do) };
    let label = attribute(label);
    events[item].0 = Event::Html("<li class=\"task\">".into());
    events[marker].0 =
        Event::InlineHtml(format!("<input type=\"checkbox\" disabled{state} aria-label=\"{label}\"> ").into());
}
