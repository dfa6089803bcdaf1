//! Alerts: block quotes that begin with `[!NAME]`. The names are those of GitHub and of Obsidian, in any case. A title may follow, and `-` or `+` in between
//! folds the alert. The parser knows five names, each alone in its line: [`find`] reads them all, and makes the title a paragraph, which the passes in between
//! treat as text.

use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, Event, Tag, TagEnd};

use super::alert::{Alert, Fold};
use super::events::{SpannedEvent, end_of};
use super::headings::text_of;
use super::page::Page;
use crate::diagnostic::nearest;
use crate::languages::{Text, Words};

/// A note has no class but the first: `note` is the class of footnotes.
const NOTE: &str = "alert";
const TIP: &str = "alert tip";
const IMPORTANT: &str = "alert important";
const WARNING: &str = "alert warning";
const CAUTION: &str = "alert caution";
const ASIDE: &str = "alert aside";

/// A word of the theme.
type Word = fn(&Words) -> &Text;

/// Every name of an alert, its classes, and the title of one without a title.
const NAMES: [(&str, &str, Word); 28] = [
    ("note", NOTE, |words| &words.text.note),
    ("tip", TIP, |words| &words.text.tip),
    ("important", IMPORTANT, |words| &words.text.important),
    ("warning", WARNING, |words| &words.text.warning),
    ("caution", CAUTION, |words| &words.text.caution),
    ("aside", ASIDE, |words| &words.alert.aside),
    ("abstract", NOTE, |words| &words.alert.synopsis),
    ("attention", WARNING, |words| &words.alert.attention),
    ("bug", CAUTION, |words| &words.alert.bug),
    ("check", TIP, |words| &words.alert.check),
    ("cite", NOTE, |words| &words.alert.cite),
    ("danger", CAUTION, |words| &words.alert.danger),
    ("done", TIP, |words| &words.text.done),
    ("error", CAUTION, |words| &words.alert.error),
    ("example", NOTE, |words| &words.alert.example),
    ("fail", CAUTION, |words| &words.alert.fail),
    ("failure", CAUTION, |words| &words.alert.failure),
    ("faq", IMPORTANT, |words| &words.alert.faq),
    ("help", IMPORTANT, |words| &words.alert.help),
    ("hint", TIP, |words| &words.alert.hint),
    ("info", NOTE, |words| &words.alert.info),
    ("missing", CAUTION, |words| &words.alert.missing),
    ("question", IMPORTANT, |words| &words.alert.question),
    ("quote", NOTE, |words| &words.alert.quote),
    ("success", TIP, |words| &words.alert.success),
    ("summary", NOTE, |words| &words.alert.summary),
    ("tldr", NOTE, |words| &words.alert.tldr),
    ("todo", NOTE, |words| &words.text.to_do),
];

/// Whether an alert has this name, in any case.
///
/// ```
/// use graven_press::markdown::is_alert;
///
/// assert!(is_alert("Note") && is_alert("tldr") && !is_alert("remark"));
/// ```
#[must_use]
pub fn is_alert(name: &str) -> bool {
    NAMES.iter().any(|(known, ..)| known.eq_ignore_ascii_case(name))
}

/// `[!NAME]` at the start of a block quote, with what folds it.
struct Marker<'a> {
    name: &'a str,
    name_place: Range<usize>,
    fold: Fold,
    /// The places of the marker and of its line in the file.
    place: Range<usize>,
    line_end: usize,
}

impl<'a> Marker<'a> {
    /// The marker at `at` in the file. What follows `|` in Obsidian's `[!NAME|…]` is for its themes.
    fn read(file: &'a str, at: usize) -> Option<Self> {
        let line = file[at..].lines().next()?;
        let (inner, rest) = line.strip_prefix("[!")?.split_once(']')?;
        let name = inner.split('|').next().unwrap_or(inner);
        let is_name = name.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | ' '));
        let fold = match rest.as_bytes().first() {
            Some(b'-') => Fold::Closed,
            Some(b'+') => Fold::Open,
            _ => Fold::Fixed,
        };
        let start = at + "[!".len();
        let end = start + inner.len() + "]".len() + usize::from(fold != Fold::Fixed);
        let marker =
            Self { name, name_place: start..start + name.len(), fold, place: at..end, line_end: at + line.len() };
        (is_name && !name.trim().is_empty()).then_some(marker)
    }

    /// The classes and the title of the alert.
    fn known(&self) -> Option<(&'static str, Word)> {
        let name = self.name.trim();
        NAMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)).map(|(_, class, title)| (*class, *title))
    }
}

/// Finds the alerts: each becomes a block quote that has a kind, and begins with the paragraph of its title.
pub(super) fn find(events: &mut Vec<SpannedEvent>, page: &mut Page) {
    let mut index = 0;
    while index < events.len() {
        if let Event::Start(Tag::BlockQuote(kind)) = &events[index].0 {
            let kind = *kind;
            read(events, index, kind, page);
        }
        index += 1;
    }
}

/// Reads the block quote at `start`, if it is an alert.
fn read(events: &mut Vec<SpannedEvent>, start: usize, kind: Option<BlockQuoteKind>, page: &mut Page) {
    let body = page.body;
    let Some(marker) = marker_place(events, start, kind, &body.file).and_then(|at| Marker::read(&body.file, at)) else {
        return;
    };
    let Some((class, default)) = marker.known() else {
        warn_of_unknown(&marker, page);
        return;
    };
    let default = default(page.words()).to_string();
    let (title, rest, replaced) = match kind {
        Some(_) => (Vec::new(), Vec::new(), start + 1..start + 1),
        None => divide(events, start + 1, &marker),
    };
    let place = marker.place.start..marker.line_end;
    // An aside is no kind of remark that has to be named.
    let needs_title = class != ASIDE || marker.fold != Fold::Fixed;
    let default_title = needs_title.then(|| (Event::Text(default.clone().into()), place.clone()));
    let title = if title.is_empty() { default_title.into_iter().collect() } else { title };
    let has_title = !title.is_empty();
    let name = if has_title { text_of(&title) } else { default };
    page.alerts.insert(events[start].1.clone(), Alert { class, name, has_title, fold: marker.fold });
    events[start].0 = Event::Start(Tag::BlockQuote(kind.or(Some(BlockQuoteKind::Note))));
    events.splice(replaced, paragraph(title, &place).into_iter().chain(paragraph(rest, &place)));
}

/// Where the marker of a block quote is, if it begins with text that may be one. The parser leaves out a marker that it knows.
fn marker_place(events: &[SpannedEvent], start: usize, kind: Option<BlockQuoteKind>, file: &str) -> Option<usize> {
    let quote = &events[start].1;
    if kind.is_some() {
        return file[quote.clone()].find("[!").map(|at| quote.start + at);
    }
    let (Event::Start(Tag::Paragraph), paragraph) = &events[start + 1] else { return None };
    // Not text: a link.
    let is_text = matches!(&events[start + 2], (Event::Text(_), text) if text.start == paragraph.start);
    is_text.then_some(paragraph.start)
}

fn warn_of_unknown(marker: &Marker, page: &mut Page) {
    let name = marker.name.trim();
    let warning = page
        .warning(marker.name_place.clone(), format!("unknown alert \"{name}\""))
        .label("shown as a quotation, as written");
    let names = || NAMES.iter().map(|(known, ..)| *known);
    page.report.push(match nearest(name, names()) {
        Some(near) => warning.help(format!("did you mean `[!{near}]`?")),
        None => warning.help(format!("an alert is {}", names().collect::<Vec<_>>().join(", "))),
    });
}

/// Divides the paragraph at `start` into the title, which is the rest of the line of the marker, and the lines below. With what both replace.
fn divide<'a>(
    events: &[SpannedEvent<'a>],
    start: usize,
    marker: &Marker,
) -> (Vec<SpannedEvent<'a>>, Vec<SpannedEvent<'a>>, Range<usize>) {
    let end = end_of(events, start);
    let mut index = start + 1;
    while index < end && !matches!(events[index].0, Event::SoftBreak | Event::HardBreak) {
        index = end_of(events, index) + 1;
    }
    let mut title: Vec<_> =
        events[start + 1..index].iter().filter_map(|event| after(event, marker.place.end)).collect();
    trim(&mut title);
    let rest = events.get(index + 1..end).unwrap_or_default().to_vec();
    (title, rest, start..end + 1)
}

/// The part of an event after `at` in the file.
fn after<'a>((event, span): &SpannedEvent<'a>, at: usize) -> Option<SpannedEvent<'a>> {
    if span.start >= at {
        return Some((event.clone(), span.clone()));
    }
    let Event::Text(text) = event else { return None };
    let rest = text.get(at.saturating_sub(span.start)..).filter(|rest| !rest.is_empty())?;
    Some((Event::Text(rest.to_owned().into()), at..span.end))
}

/// Removes the white space around a title.
fn trim(title: &mut Vec<SpannedEvent>) {
    if let Some((Event::Text(text), _)) = title.first_mut() {
        *text = text.trim_start().to_owned().into();
    }
    if let Some((Event::Text(text), _)) = title.last_mut() {
        *text = text.trim_end().to_owned().into();
    }
    title.retain(|(event, _)| !matches!(event, Event::Text(text) if text.is_empty()));
}

/// A paragraph, or nothing if it would be empty.
fn paragraph<'a>(mut content: Vec<SpannedEvent<'a>>, place: &Range<usize>) -> Vec<SpannedEvent<'a>> {
    if !content.is_empty() {
        content.insert(0, (Event::Start(Tag::Paragraph), place.clone()));
        content.push((Event::End(TagEnd::Paragraph), place.clone()));
    }
    content
}

/// Writes the tags of each alert and of its title. It is no `<aside>`: reading modes drop those.
pub(super) fn render(events: &mut [SpannedEvent], page: &Page) {
    for start in 0..events.len() {
        let (Event::Start(Tag::BlockQuote(Some(_))), span) = &events[start] else { continue };
        let Some(alert) = page.alerts.get(span) else { continue };
        let (end, title_end) = (end_of(events, start), end_of(events, start + 1));
        let [open, open_title, close_title, close] = alert.tags();
        events[end].0 = Event::Html(close.into());
        if alert.has_title {
            events[title_end].0 = Event::Html(close_title.into());
            events[start + 1].0 = Event::Html(open_title.into());
        }
        events[start].0 = Event::Html(open.into());
    }
}
