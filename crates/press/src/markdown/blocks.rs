//! Blocks that are not in `CommonMark`, or that pages need in another form: tables that scroll, task lists, alerts, void elements without a slash.

use pulldown_cmark::{Alignment, BlockQuoteKind, Event, Tag, TagEnd};

use super::events::{SpannedEvent, end_of};

/// Renders tables, task list items, alerts, rules and line breaks.
pub(super) fn render(events: &mut [SpannedEvent]) {
    for index in 0..events.len() {
        match &events[index].0 {
            Event::Start(Tag::Table(_)) => render_table(events, index),
            Event::Start(Tag::BlockQuote(Some(kind))) => render_alert(events, index, *kind),
            Event::Start(Tag::Item) => render_task(events, index),
            Event::Rule => events[index].0 = Event::Html("<hr>\n".into()),
            Event::HardBreak => events[index].0 = Event::InlineHtml("<br>\n".into()),
            _ => {}
        }
    }
}

/// A table in a region that can be focused and scrolled by keyboard. Cells are aligned by class: the page's security policy blocks `style=`.
fn render_table(events: &mut [SpannedEvent], start: usize) {
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
    let open = "<div class=\"scroll\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table>\n";
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

/// An alert. A note has the class `alert` only: `note` is the class of footnotes.
fn render_alert(events: &mut [SpannedEvent], start: usize, kind: BlockQuoteKind) {
    let (class, title) = match kind {
        BlockQuoteKind::Note => ("alert", "Note"),
        BlockQuoteKind::Tip => ("alert tip", "Tip"),
        BlockQuoteKind::Important => ("alert important", "Important"),
        BlockQuoteKind::Warning => ("alert warning", "Warning"),
        BlockQuoteKind::Caution => ("alert caution", "Caution"),
    };
    let end = end_of(events, start);
    let open = format!("<aside class=\"{class}\" aria-label=\"{title}\">\n<p class=\"alert-title\">{title}</p>\n");
    events[start].0 = Event::Html(open.into());
    events[end].0 = Event::Html("</aside>\n".into());
}

/// An item of a task list. Its checkbox has a label, because it cannot be changed.
fn render_task(events: &mut [SpannedEvent], item: usize) {
    let marker = if events[item + 1].0 == Event::Start(Tag::Paragraph) { item + 2 } else { item + 1 };
    let Event::TaskListMarker(done) = events[marker].0 else { return };
    let state = if done { " checked aria-label=\"Done\"" } else { " aria-label=\"To do\"" };
    events[item].0 = Event::Html("<li class=\"task\">".into());
    events[marker].0 = Event::InlineHtml(format!("<input type=\"checkbox\" disabled{state}> ").into());
}
