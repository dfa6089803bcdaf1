//! Tables from CSV files: a fence `table from=results/skew.csv` becomes the events of a table, which later passes render like any other.
//!
//! 1. `fence`: the words of the info string, and the rows that they choose.
//! 2. `column`: each line of the fence is a column, with its heading and options.
//! 3. `cells`: the cells of a column as text.
//! 4. Here: events for the page, Markdown for the site's Markdown.

mod cells;
mod column;
mod fence;

use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, Tag, TagEnd};

use self::cells::Finished;
use self::column::Column;
use self::fence::Fence;
use super::events::{SpannedEvent, end_of, lines_of};
use super::files::{self, DataFile};
use super::headings::text_of;
use super::page::Page;
use super::{inline, representation};

/// The word that begins the info string.
const NAME: &str = "table";

/// A column with all that is shown of it.
struct Shown {
    /// Inline Markdown, with the unit.
    heading: String,
    alignment: Alignment,
    cells: Vec<String>,
}

/// Replaces each fence of a table by its events. One with an error is left out.
pub(super) fn expand<'a>(mut events: Vec<SpannedEvent<'a>>, page: &mut Page) -> Vec<SpannedEvent<'a>> {
    let mut number = 0;
    let mut start = 0;
    while let Some(found) = events[start..].iter().position(|(event, _)| is_table(event)) {
        start += found;
        let end = end_of(&events, start) + 1;
        let span = events[start].1.clone();
        let table = table(&events[start..end], &mut number, page).unwrap_or_default();
        let length = table.len();
        events.splice(start..end, table.into_iter().map(|event| (event, span.clone())));
        start += length;
    }
    events
}

fn is_table(event: &Event) -> bool {
    let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event else { return false };
    info.split_whitespace().next() == Some(NAME)
}

/// The events of the table that is written as the fence `events`. `None` if something is wrong with it, which is reported.
fn table(events: &[SpannedEvent], number: &mut usize, page: &mut Page) -> Option<Vec<Event<'static>>> {
    let span = &events[0].1;
    let fence = Fence::read(span, page)?;
    let data = DataFile::read(fence.from.value, &fence.from.span, page)?;
    let columns = columns(&events[1..], &data, page)?;
    let rows = fence.rows(&data.csv, page)?;
    let errors = page.report.errors();
    let shown: Vec<_> = columns
        .into_iter()
        .map(|column| {
            let cells = cells::finish(&column, &rows, &data.csv, page.report);
            Shown::new(column, cells)
        })
        .collect();
    if page.report.errors() > errors {
        return None;
    }
    let caption = fence.caption.map(|caption| {
        *number += 1;
        (*number, caption)
    });
    note_markdown(span, caption, &shown, &data, page);
    Some(figure(span, caption, &shown, &data, page))
}

/// The columns that the lines of a fence name, or all.
fn columns(lines: &[SpannedEvent], data: &DataFile, page: &mut Page) -> Option<Vec<Column>> {
    let mut lines = lines_of(lines);
    lines.retain(|line| !line.value.trim().is_empty());
    if lines.is_empty() {
        return Some(Column::all(&data.csv));
    }
    let read: Vec<_> = lines.iter().map(|line| Column::read(line, &data.csv, page)).collect();
    read.into_iter().collect()
}

impl Shown {
    fn new(column: Column, Finished { texts, is_numeric }: Finished) -> Self {
        // The unit is part of the heading, so that the numbers are aligned: "Delay, ms".
        let unit = column.unit.map(|unit| format!(",\u{a0}{}", files::escaped(&unit))).unwrap_or_default();
        let default = if is_numeric { Alignment::Right } else { Alignment::None };
        Self { heading: column.heading + &unit, alignment: column.alignment.unwrap_or(default), cells: texts }
    }
}

/// The table as events, in a figure with its caption and the source of its data.
fn figure(
    span: &Range<usize>,
    caption: Option<(usize, &str)>,
    columns: &[Shown],
    data: &DataFile,
    page: &mut Page,
) -> Vec<Event<'static>> {
    let mut events = Vec::new();
    if let Some((number, caption)) = caption {
        let id = page.ids.derive(&format!("table-{number}"));
        let open = format!("<figure class=\"table\" id=\"{id}\"><figcaption><b>Table {number}.</b> ");
        events.push(Event::Html(open.into()));
        let caption: Vec<_> = inline::events(caption).map(Event::into_static).collect();
        let spanned: Vec<_> = caption.iter().map(|event| (event.clone(), 0..0)).collect();
        page.table_names.insert(span.clone(), format!("Table {number}: {}", text_of(&spanned)));
        events.extend(caption);
        events.push(Event::Html("</figcaption>".into()));
    } else {
        events.push(Event::Html("<figure class=\"table\">".into()));
    }
    events.extend(cells_of(columns));
    events.push(Event::Html((data.source() + "</figure>\n").into()));
    events
}

/// The events of the table itself.
fn cells_of(columns: &[Shown]) -> Vec<Event<'static>> {
    let row = |tag: Tag<'static>, cells: &dyn Fn(&Shown) -> Vec<Event<'static>>| {
        let mut row = vec![Event::Start(tag.clone())];
        for column in columns {
            row.push(Event::Start(Tag::TableCell));
            row.extend(cells(column));
            row.push(Event::End(TagEnd::TableCell));
        }
        row.push(Event::End(tag.to_end()));
        row
    };
    let mut events = vec![Event::Start(Tag::Table(columns.iter().map(|column| column.alignment).collect()))];
    events.extend(row(Tag::TableHead, &|column| inline::events(&column.heading).map(Event::into_static).collect()));
    for index in 0..columns.first().map_or(0, |column| column.cells.len()) {
        let text = |column: &Shown| column.cells[index].clone();
        events.extend(row(Tag::TableRow, &|column| {
            Some(text(column))
                .filter(|text| !text.is_empty())
                .map(|text| Event::Text(text.into()))
                .into_iter()
                .collect()
        }));
    }
    events.push(Event::End(TagEnd::Table));
    events
}

/// Lists the table for the site's Markdown: its caption, a Markdown table, the source of its data.
fn note_markdown(
    span: &Range<usize>,
    caption: Option<(usize, &str)>,
    columns: &[Shown],
    data: &DataFile,
    page: &mut Page,
) {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let delimiter = |column: &Shown| match column.alignment {
        Alignment::Right => "--:".to_owned(),
        Alignment::Center => ":-:".to_owned(),
        Alignment::Left | Alignment::None => "---".to_owned(),
    };
    let mut table = line(columns.iter().map(|column| column.heading.replace("\\|", "|").replace('|', "\\|")).collect());
    table += &line(columns.iter().map(delimiter).collect());
    for index in 0..columns.first().map_or(0, |column| column.cells.len()) {
        table += &line(columns.iter().map(|column| files::escaped(&column.cells[index])).collect());
    }
    let caption = caption.map(|(number, caption)| format!("**Table {number}.** {caption}"));
    let blocks: Vec<_> = caption.into_iter().chain([table, data.source_markdown()]).collect();
    representation::note_block(span, &blocks, page);
}
