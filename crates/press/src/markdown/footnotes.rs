//! Footnotes: each note moves to its first reference. The theme shows it next to that in the margin or, on a narrow page, as a popover. Without the
//! theme, in feeds, text browsers and reading modes, it is a remark in brackets within the sentence. So the text of a note is in the page once.
//!
//! A note that a paragraph cannot contain, such as one with code, and a note to a heading or a table, is placed after the block that refers to it.

use std::collections::{BTreeMap, VecDeque};
use std::mem::take;
use std::ops::Range;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::events::{SpannedEvent, end_of};
use super::ids::Ids;
use super::page::Page;
use crate::languages::Words;
use crate::markup::attribute;

/// The notes of a text, by label in lower case: `[^A]` refers to `[^a]:`.
type Notes<'a> = BTreeMap<String, Note<'a>>;

#[derive(Default)]
struct Note<'a> {
    /// The number that readers see, in the order of the first references; 0 if nothing refers to the note.
    number: usize,
    /// The number of references to it.
    references: usize,
    /// The end of its ids, `fn-ID` and `fnref-ID`: a number, because reading modes drop elements by words in their ids, such as `share`.
    id: String,
    /// The label of the definition.
    span: Range<usize>,
    content: Vec<SpannedEvent<'a>>,
}

/// Moves every note to its first reference, or after the top-level block of that, and makes every reference a link.
pub(super) fn place<'a>(events: Vec<SpannedEvent<'a>>, page: &mut Page) -> Vec<SpannedEvent<'a>> {
    warn_of_undefined(&events, page);
    if !events.iter().any(|(event, _)| matches!(event, Event::Start(Tag::FootnoteDefinition(_)))) {
        return events;
    }
    let (text, notes) = take_definitions(events, page);
    let mut placer = Placer::new(notes, page.words(), &mut page.ids);
    for (event, span) in text {
        match &event {
            Event::Start(tag) => placer.open.push(tag.to_end()),
            Event::End(_) => placer.open.truncate(placer.open.len().saturating_sub(1)),
            _ => {}
        }
        placer.push((event, span));
        placer.place_notes();
    }
    let Placer { notes, placed, .. } = placer;
    warn_of_unused(&notes, page);
    placed
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
        notes.insert(key, Note { span, content, ..Note::default() });
    }
}

/// Numbers the notes and places them.
struct Placer<'a, 'i> {
    ids: &'i mut Ids,
    words: &'i Words,
    notes: Notes<'a>,
    numbered: usize,
    /// The elements around the current event.
    open: Vec<TagEnd>,
    /// The notes that the current event refers to, which follow it.
    inline: VecDeque<String>,
    /// The notes that the current block refers to, which follow it.
    pending: VecDeque<String>,
    placed: Vec<SpannedEvent<'a>>,
}

impl<'a, 'i> Placer<'a, 'i> {
    fn new(notes: Notes<'a>, words: &'i Words, ids: &'i mut Ids) -> Self {
        let (inline, pending) = (VecDeque::new(), VecDeque::new());
        Self { ids, words, notes, numbered: 0, open: Vec::new(), inline, pending, placed: Vec::new() }
    }

    fn push(&mut self, (event, span): SpannedEvent<'a>) {
        let event = match event {
            Event::FootnoteReference(label) => self.refer(label),
            event => event,
        };
        self.placed.push((event, span));
    }

    /// The link to a note, and the button that opens it as a popover: the theme shows one of them. The first one numbers the note and places it.
    fn refer(&mut self, label: CowStr<'a>) -> Event<'a> {
        let key = label.to_lowercase();
        let Some(note) = self.notes.get_mut(&key) else { return Event::FootnoteReference(label) };
        note.references += 1;
        if note.number == 0 {
            self.numbered += 1;
            note.number = self.numbered;
            note.id = self.ids.derive(&format!("fn-{}", self.numbered)).split_off("fn-".len());
            let queue = if note.is_phrase() && self.open.iter().copied().all(may_contain) {
                &mut self.inline
            } else {
                &mut self.pending
            };
            queue.push_back(key);
        }
        let Note { number, references, id, .. } = note;
        // The note links back to its first reference.
        let name = attribute(&self.words.text.footnote.fill(&[("number", number)]));
        let own_id = if *references == 1 { format!(" id=\"fnref-{id}\"") } else { String::new() };
        Event::InlineHtml(
            format!(
                "<sup class=\"note-ref\"{own_id}><a href=\"#fn-{id}\" aria-label=\"{name}\">{number}</a>\
                 <button popovertarget=\"fn-{id}\" aria-label=\"{name}\" value=\"{number}\"></button></sup>"
            )
            .into(),
        )
    }

    /// Places the notes that belong here. A note may refer to further ones, which follow it.
    fn place_notes(&mut self) {
        while let Some(note) = self.inline.pop_front().and_then(|key| self.notes.get_mut(&key)) {
            for event in framed_phrase(note, self.words) {
                self.push(event);
            }
        }
        while self.open.is_empty()
            && let Some(note) = self.pending.pop_front().and_then(|key| self.notes.get_mut(&key))
        {
            for event in framed_blocks(note, self.words) {
                self.push(event);
            }
        }
    }
}

impl Note<'_> {
    /// Whether the note is one paragraph, so that another paragraph can contain its text.
    fn is_phrase(&self) -> bool {
        matches!(self.content.first(), Some((Event::Start(Tag::Paragraph), _)))
            && end_of(&self.content, 0) + 1 == self.content.len()
    }

    /// The link from the note back to the text.
    fn back_link(&self, words: &Words) -> String {
        let Self { id, number, .. } = self;
        let name = attribute(&words.text.footnote_back.fill(&[("number", number)]));
        format!("<sup><a href=\"#fnref-{id}\" aria-label=\"{name}\">{number}</a></sup> ")
    }
}

/// Whether a note can be within an element: not in a link, not in the name of a heading, and not in a table, which scrolls in itself.
fn may_contain(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Paragraph
            | TagEnd::BlockQuote(_)
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListDefinition
            | TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
    )
}

/// A note of one paragraph, as a part of another one. The theme hides the brackets.
fn framed_phrase<'a>(note: &mut Note<'a>, words: &Words) -> Vec<SpannedEvent<'a>> {
    let open = format!(
        "<small class=\"note\" id=\"fn-{}\" role=\"note\" popover><span class=\"bracket\"> (</span>{}",
        note.id,
        note.back_link(words)
    );
    let at = |html: String| (Event::InlineHtml(html.into()), note.span.clone());
    let mut content = take(&mut note.content);
    content.pop();
    content[0] = at(open);
    content.push(at("<span class=\"bracket\">)</span></small>".to_owned()));
    content
}

/// A note of any blocks, with the number before the first word.
fn framed_blocks<'a>(note: &mut Note<'a>, words: &Words) -> Vec<SpannedEvent<'a>> {
    let open = format!("<div class=\"note\" id=\"fn-{}\" role=\"note\" popover>\n", note.id);
    let number = note.back_link(words);
    let at = |event: Event<'a>| (event, note.span.clone());
    let mut content = take(&mut note.content);
    let begins_with_paragraph = matches!(content.first(), Some((Event::Start(Tag::Paragraph), _)));
    content.insert(usize::from(begins_with_paragraph), at(Event::InlineHtml(number.into())));
    content.insert(0, at(Event::Html(open.into())));
    content.push(at(Event::Html("</div>\n".into())));
    content
}
