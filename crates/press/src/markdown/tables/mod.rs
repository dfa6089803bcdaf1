//! Tables from CSV files: a fence `table from=results/skew.csv` becomes the events of a table, which later passes render like any other.
//!
//! 1. `info_string`: its words, and the rows that they choose.
//! 2. `column`: each line of the fence is a column, with its heading and options.
//! 3. `cells`: the cells of a column as text.
//! 4. Here: events for the page, Markdown for the site's Markdown.

mod cells;
mod column;
mod info_string;

use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, Tag, TagEnd};

use self::cells::Finished;
use self::column::Column;
use self::info_string::InfoString;
use super::events::{SpannedEvent, end_of};
use super::fence::Fence;
use super::files::{self, DataFile};
use super::headings::text_of;
use super::page::Page;
use super::{inline, representation};
use crate::languages::Words;
use crate::markup;
use crate::span::Spanned;

/// The word that begins the info string.
const NAME: &str = "table";

/// A table with all that is shown of it.
struct Table<'a> {
    caption: Option<Caption<'a>>,
    columns: Vec<Shown>,
    data: DataFile,
}

struct Caption<'a> {
    /// Tables with a caption are counted.
    number: usize,
    /// Inline Markdown.
    text: &'a str,
}

/// A column of the table.
struct Shown {
    /// Inline Markdown, with the unit.
    heading: String,
    alignment: Alignment,
    cells: Vec<String>,
}

/// Replaces each fence of a table by its events. One with an error is left out.
pub(super) fn expand<'a>(mut events: Vec<SpannedEvent<'a>>, page: &mut Page) -> Vec<SpannedEvent<'a>> {
    let (mut start, mut number) = (0, 0);
    while let Some(found) = events[start..].iter().position(|(event, _)| is_table(event)) {
        start += found;
        let end = end_of(&events, start) + 1;
        let span = events[start].1.clone();
        let mut shown = Vec::new();
        if let Some(table) = Table::read(&events[start..end], &mut number, page) {
            representation::note_block(&span, &table.markdown(page.words()), page);
            shown = table.figure(&span, page);
        }
        let length = shown.len();
        events.splice(start..end, shown.into_iter().map(|event| (event, span.clone())));
        start += length;
    }
    events
}

fn is_table(event: &Event) -> bool {
    let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event else { return false };
    info.split_whitespace().next() == Some(NAME)
}

impl<'a> Table<'a> {
    /// Reads the fence `events`, and the file that it names. `None` if something is wrong, which is reported.
    fn read(events: &[SpannedEvent], number: &mut usize, page: &mut Page<'a>) -> Option<Self> {
        let info = InfoString::read(&events[0].1, page)?;
        let data = DataFile::read(info.from.value, &info.from.span, page)?;
        let columns = columns(&Fence::at(events, 0), &data, page);
        let rows = info.rows(&data.csv, page)?;
        let errors = page.report.errors();
        let finish = |column: Column| {
            let cells = cells::finish(&column, &rows, (&data.csv, &page.words().numbers), page.report);
            Shown::new(column, cells)
        };
        let columns: Vec<_> = columns?.into_iter().map(finish).collect();
        if page.report.errors() > errors {
            return None;
        }
        *number += usize::from(info.caption.is_some());
        let caption = info.caption.map(|text| Caption { number: *number, text });
        Some(Self { caption, columns, data })
    }

    fn rows(&self) -> Range<usize> {
        0..self.columns.first().map_or(0, |column| column.cells.len())
    }

    /// The table as events, in a figure with its caption and the source of its data.
    fn figure(&self, span: &Range<usize>, page: &mut Page) -> Vec<Event<'static>> {
        let mut events = Vec::new();
        match &self.caption {
            Some(caption) => caption.open_figure(&mut events, span, page),
            None => events.push(Event::Html("<figure class=\"table\">".into())),
        }
        events.push(Event::Start(Tag::Table(self.columns.iter().map(|column| column.alignment).collect())));
        self.push_row(&mut events, &Tag::TableHead, |column| {
            inline::events(&column.heading).map(Event::into_static).collect()
        });
        for row in self.rows() {
            self.push_row(&mut events, &Tag::TableRow, |column| match column.cells[row].as_str() {
                "" => Vec::new(),
                text => vec![Event::Text(text.to_owned().into())],
            });
        }
        events.push(Event::End(TagEnd::Table));
        events.push(Event::Html((self.data.source(page.words()) + "</figure>\n").into()));
        events
    }

    fn push_row(
        &self,
        events: &mut Vec<Event<'static>>,
        tag: &Tag<'static>,
        cell: impl Fn(&Shown) -> Vec<Event<'static>>,
    ) {
        events.push(Event::Start(tag.clone()));
        for column in &self.columns {
            events.push(Event::Start(Tag::TableCell));
            events.extend(cell(column));
            events.push(Event::End(TagEnd::TableCell));
        }
        events.push(Event::End(tag.to_end()));
    }

    /// The table for the site's Markdown: its caption, a Markdown table, the source of its data.
    fn markdown(&self, words: &Words) -> Vec<String> {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let of_columns = |cell: &dyn Fn(&Shown) -> String| line(self.columns.iter().map(cell).collect());
        let mut table = of_columns(&|column| column.heading.replace("\\|", "|").replace('|', "\\|"));
        table += &of_columns(&|column| match column.alignment {
            Alignment::Right => "--:".to_owned(),
            Alignment::Center => ":-:".to_owned(),
            Alignment::Left | Alignment::None => "---".to_owned(),
        });
        for row in self.rows() {
            table += &of_columns(&|column| files::escaped(&column.cells[row]).replace('\n', " "));
        }
        let caption = self.caption.as_ref().map(|Caption { number, text }| {
            let label = words.text.table.fill(&[("number", number)]);
            format!("**{label}** {text}")
        });
        caption.into_iter().chain([table, self.data.source_markdown(words)]).collect()
    }
}

impl Caption<'_> {
    /// Opens the figure of the table at `span`, and names the table for screen readers.
    fn open_figure(&self, events: &mut Vec<Event<'static>>, span: &Range<usize>, page: &mut Page) {
        let number = self.number;
        let id = page.ids.derive(&format!("table-{number}"));
        let words = &page.words().text;
        let label = markup::text(&words.table.fill(&[("number", &number)]));
        let open = format!("<figure class=\"table\" id=\"{id}\"><figcaption><b>{label}</b> ");
        let text: Vec<_> = inline::events(self.text).map(|event| (event.into_static(), span.clone())).collect();
        let name = words.named_table.fill(&[("number", &number), ("caption", &text_of(&text))]);
        page.table_names.insert(span.clone(), name);
        events.push(Event::Html(open.into()));
        events.extend(text.into_iter().map(|(event, _)| event));
        events.push(Event::Html("</figcaption>".into()));
    }
}

/// The columns that the lines of a fence name, or all.
fn columns(fence: &Fence, data: &DataFile, page: &mut Page) -> Option<Vec<Column>> {
    if fence.text.trim().is_empty() {
        return Some(Column::all(&data.csv));
    }
    let mut at = 0;
    let mut columns = Vec::new();
    for line in fence.text.split_inclusive('\n') {
        let value = line.trim_end();
        let span = fence.place(&(at..at + value.len()));
        at += line.len();
        if !value.is_empty() {
            columns.push(Column::read(&Spanned { value, span }, &data.csv, page));
        }
    }
    columns.into_iter().collect()
}

impl Shown {
    fn new(column: Column, Finished { texts, is_numeric }: Finished) -> Self {
        // The unit is part of the heading, so that the numbers are aligned: "Delay, ms".
        let unit = column.unit.map(|unit| format!(",\u{a0}{}", files::escaped(&unit))).unwrap_or_default();
        let default = if is_numeric { Alignment::Right } else { Alignment::None };
        Self { heading: column.heading + &unit, alignment: column.alignment.unwrap_or(default), cells: texts }
    }
}
