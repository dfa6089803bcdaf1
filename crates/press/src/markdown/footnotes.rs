//! Footnotes: each note moves after the block that refers to it first. The theme shows it in the margin or, on a narrow page, below the paragraph. So the
//! text of a note is in the page once, close to its reference.

use std::collections::{BTreeMap, VecDeque};
use std::mem::take;
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};
use slug::slugify;

use super::events::{SpannedEvent, end_of};
use super::page::Page;

/// The notes of a text, by label in lower case: `[^A]` refers to `[^a]:`.
type Notes<'a> = BTreeMap<String, Note<'a>>;

#[derive(Default)]
struct Note<'a> {
    /// The number that readers see, in the order of the first references; 0 if nothing refers to the note.
    number: usize,
    /// The number of references to it.
    references: usize,
    /// The end of its ids: `fn-ID`, `fnref-ID`.
    id: String,
    /// The label of the definition.
    span: Range<usize>,
    content: Vec<SpannedEvent<'a>>,
}

/// Moves every note after the top-level block that refers to it first, and makes every reference a link.
pub(super) fn place<'a>(events: Vec<SpannedEvent<'a>>, page: &mut Page) -> Vec<SpannedEvent<'a>> {
    warn_of_undefined(&events, page);
    if !events.iter().any(|(event, _)| matches!(event, Event::Start(Tag::FootnoteDefinition(_)))) {
        return events;
    }
    let (text, notes) = take_definitions(events, page);
    let mut placer = Placer { notes, ..Placer::default() };
    let mut depth = 0usize;
    for (event, span) in text {
        match &event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        placer.push((event, span));
        if depth == 0 {
            placer.place_notes();
        }
    }
    warn_of_unused(&placer.notes, page);
    placer.placed
}

/// Warns of references without a definition: they are plain text, which authors would notice on the page only.
fn warn_of_undefined(events: &[SpannedEvent], page: &mut Page) {
    for pair in events.windows(2) {
        let [(Event::Text(bracket), before), (Event::Text(label), after)] = pair else { continue };
        let Some(label) = label
            .strip_prefix('^')
            .filter(|label| &**bracket == "[" && !label.is_empty() && page.body.file[after.end..].starts_with(']'))
        else {
            continue;
        };
        page.report.push(
            page.warning(before.start..after.end + 1, format!("the footnote \"{label}\" is not defined"))
                .label("shown as written")
                .help(format!("define it in a separate paragraph: `[^{label}]: …`")),
        );
    }
}

fn warn_of_unused(notes: &Notes, page: &mut Page) {
    for note in notes.values().filter(|note| note.number == 0) {
        let label = &page.body.file[note.span.start + "[^".len()..note.span.end - "]".len()];
        page.report.push(
            page.warning(note.span.clone(), format!("nothing refers to the footnote \"{label}\""))
                .label("left out")
                .help(format!("refer to it with `[^{label}]`, or remove it")),
        );
    }
}

/// Splits the definitions from the text. A definition may be within another, in a block quote for example: it is taken out of that.
fn take_definitions<'a>(events: Vec<SpannedEvent<'a>>, page: &mut Page) -> (Vec<SpannedEvent<'a>>, Notes<'a>) {
    let mut text = Vec::with_capacity(events.len());
    let mut notes = Notes::new();
    let mut open: Vec<Definition> = Vec::new();
    for (event, span) in events {
        match event {
            Event::Start(Tag::FootnoteDefinition(label)) => {
                let span = span.start..span.start + "[^]".len() + label.len();
                open.push(Definition { label, span, content: Vec::new() });
            }
            Event::End(TagEnd::FootnoteDefinition) => {
                open.pop().into_iter().for_each(|definition| definition.add_to(&mut notes, page));
            }
            event => open.last_mut().map_or(&mut text, |definition| &mut definition.content).push((event, span)),
        }
    }
    (text, notes)
}

/// A definition.
struct Definition<'a> {
    label: CowStr<'a>,
    /// The place of the label.
    span: Range<usize>,
    content: Vec<SpannedEvent<'a>>,
}

impl<'a> Definition<'a> {
    fn add_to(self, notes: &mut Notes<'a>, page: &mut Page) {
        let Self { label, span, content } = self;
        let key = label.to_lowercase();
        if notes.contains_key(&key) {
            page.report.push(
                page.warning(span, format!("the footnote \"{label}\" is defined twice"))
                    .label("left out")
                    .help("define a label once; several references may use it"),
            );
            return;
        }
        let id = page.ids.derive(&format!("fn-{}", slugify(&label)))["fn-".len()..].to_owned();
        notes.insert(key, Note { id, span, content, ..Note::default() });
    }
}

/// Numbers the notes and places them.
#[derive(Default)]
struct Placer<'a> {
    notes: Notes<'a>,
    numbered: usize,
    /// The notes that the current block refers to, in order.
    pending: VecDeque<String>,
    placed: Vec<SpannedEvent<'a>>,
}

impl<'a> Placer<'a> {
    fn push(&mut self, (event, span): SpannedEvent<'a>) {
        let event = match event {
            Event::FootnoteReference(label) => self.refer(label),
            event => event,
        };
        self.placed.push((event, span));
    }

    /// The link to a note. The first one numbers the note and places it after the current block.
    fn refer(&mut self, label: CowStr<'a>) -> Event<'a> {
        let key = label.to_lowercase();
        let Some(note) = self.notes.get_mut(&key) else { return Event::FootnoteReference(label) };
        note.references += 1;
        if note.number == 0 {
            self.numbered += 1;
            note.number = self.numbered;
            self.pending.push_back(key);
        }
        let Note { number, references, id, .. } = note;
        // The note links back to its first reference.
        let own_id = if *references == 1 { format!(" id=\"fnref-{id}\"") } else { String::new() };
        Event::InlineHtml(
            format!(
                "<sup class=\"note-ref\"><a href=\"#fn-{id}\"{own_id} aria-label=\"Note {number}\">{number}</a></sup>"
            )
            .into(),
        )
    }

    /// Places the pending notes. A note may refer to further ones, which follow it.
    fn place_notes(&mut self) {
        while let Some(note) = self.pending.pop_front().and_then(|key| self.notes.get_mut(&key)) {
            for event in framed(note) {
                self.push(event);
            }
        }
    }
}

/// The content of a note in its `<aside>`, with the number before the first word. A note of one paragraph needs no `<p>`.
fn framed<'a>(note: &mut Note<'a>) -> Vec<SpannedEvent<'a>> {
    let Note { number, id, .. } = note;
    let number =
        format!("<sup><a href=\"#fnref-{id}\" aria-label=\"Note {number}, back to the text\">{number}</a></sup> ");
    let open = format!("<aside class=\"note\" id=\"fn-{id}\" role=\"note\">");
    let at = |html: String| (Event::Html(html.into()), note.span.clone());
    let mut content = take(&mut note.content);
    let begins_with_paragraph = content.first().is_some_and(|(event, _)| *event == Event::Start(Tag::Paragraph));
    if begins_with_paragraph && end_of(&content, 0) + 1 == content.len() {
        content.pop();
        content[0] = at(open + &number);
    } else if begins_with_paragraph {
        content.splice(
            ..1,
            [
                at(open),
                (Event::Start(Tag::Paragraph), note.span.clone()),
                (Event::InlineHtml(number.into()), note.span.clone()),
            ],
        );
    } else {
        content.insert(0, at(open + &number));
    }
    content.push(at("</aside>\n".to_owned()));
    content
}
