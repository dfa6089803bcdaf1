//! Fences that press draws: their first word is the kind of the drawing. `figures` numbers the drawings among the pictures of the text.
//!
//! A kind is a line of [`KINDS`] and a function that draws. It returns a whole SVG file in the page's ink: `currentColor`, the classes `hue`, `soft` and
//! `faint`, presentation attributes, and no `style=`. Whatever else is done with a drawing (ids, text alternative, caption, files for feeds, cards,
//! thumbnails) is done for all kinds in `figures` and by those who read the finished page.

use pulldown_cmark::{CodeBlockKind, Event, Tag};

use super::drawn::{ALT, CAPTION, Drawn, Source};
use super::events::SpannedEvent;
use super::fence::Fence;
use super::info_string::{self, Word};
use super::page::Page;
use super::{chart, diagram, models, representation, svg};
use crate::diagnostic::nearest;

/// A kind of drawing.
pub(super) struct Kind {
    /// The first word of the info string.
    pub(super) word: &'static str,
    /// The keys that it knows, besides [`CAPTION`] and [`ALT`].
    keys: &'static [&'static str],
    /// Draws. `None` if it cannot, which is reported.
    draw: fn(&Source, &mut Page) -> Option<Drawn>,
}

/// Every kind of drawing.
const KINDS: [Kind; 5] = [
    Kind { word: "chart", keys: &chart::KEYS, draw: chart::draw },
    Kind { word: "dot", keys: &[], draw: diagram::dot },
    Kind { word: "sequence", keys: &[], draw: diagram::sequence },
    Kind { word: "box", keys: &[], draw: diagram::ascii },
    Kind { word: models::MODEL, keys: &models::KEYS, draw: models::draw },
];

/// The numbers of a drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    /// Among all drawings of the page.
    pub(super) drawing: usize,
    /// Among those with a caption, if it has one.
    pub(super) caption: usize,
}

/// A drawing in a page.
pub(super) struct Figure {
    /// What the page shows: mostly an `<svg>`.
    pub(super) html: String,
    /// The file.
    pub(super) svg: String,
    pub(super) alt: String,
    /// Markdown.
    pub(super) caption: String,
    /// HTML after the caption.
    pub(super) source: String,
}

/// The kind of drawing of the block that begins at an event, if it is one.
pub(super) fn kind_of(event: &Event) -> Option<&'static Kind> {
    let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event else { return None };
    let word = info.split_whitespace().next()?;
    KINDS.iter().find(|kind| kind.word == word)
}

/// Draws the block that begins at `start`. `None` if it cannot be drawn, which is reported.
pub(super) fn draw(
    kind: &Kind,
    (events, start): (&[SpannedEvent], usize),
    numbers: Numbers,
    page: &mut Page,
) -> Option<Figure> {
    let fence = Fence::at(events, start);
    let mut words = info_string::words(&fence.block, page);
    words.remove(0);
    report_unknown(&words, kind, page);
    let source = Source { words, fence };
    let drawn = (kind.draw)(&source, page)?;
    let alt = match source.value(ALT) {
        "" => drawn.alt,
        alt => alt.to_owned(),
    };
    if alt.trim().is_empty() {
        report_missing_alt(kind, &source, page);
    }
    let html = match drawn.html {
        Some(html) => html,
        None => inlined(&drawn.svg, &alt, (numbers.drawing, &source), page)?,
    };
    let caption = source.value(CAPTION).to_owned();
    if !drawn.markdown.is_empty() {
        let label = page.words().text.figure.fill(&[("number", &numbers.caption)]);
        let caption = (!caption.is_empty()).then(|| format!("**{label}** {caption}"));
        let blocks: Vec<String> = caption.into_iter().chain(drawn.markdown).collect();
        representation::note_block(&source.fence.block, &blocks, page);
    }
    Some(Figure { html, svg: drawn.svg, alt, caption, source: drawn.source })
}

fn report_unknown(words: &[Word], kind: &Kind, page: &mut Page) {
    let known = || kind.keys.iter().copied().chain([CAPTION, ALT]);
    for word in words {
        let message = match (known().any(|key| key == word.key), word.value) {
            (true, Some(value)) if !value.trim().is_empty() => continue,
            (true, _) => format!("`{}` needs a value", word.key),
            (false, _) => format!("unknown word \"{}\" after `{}`", word.key, kind.word),
        };
        let error = page.error(word.place.clone(), message);
        page.report.push(match nearest(word.key, known()).filter(|near| *near != word.key) {
            Some(near) => error.help(format!("did you mean `{near}=`?")),
            None => error
                .help(format!("expected {}", known().map(|key| format!("`{key}=…`")).collect::<Vec<_>>().join(", "))),
        });
    }
}

fn report_missing_alt(kind: &Kind, source: &Source, page: &mut Page) {
    let place = source.fence.place(&(0..0));
    let place = if place.is_empty() { source.fence.opening(&page.body.file) } else { place };
    let word = kind.word;
    page.report.push(
        page.error(place, format!("a `{word}` without a text alternative"))
            .label("who cannot see it does not learn what it shows")
            .help(format!("say what it shows: `{word} alt=\"…\"`")),
    );
}

/// The drawing as part of the page, as an author's own would be. `None` if it cannot be, which is a mistake of whoever drew it, and is reported all the same.
fn inlined(file: &str, alt: &str, (number, source): (usize, &Source), page: &mut Page) -> Option<String> {
    let mut found = crate::diagnostic::Report::default();
    let inlined = svg::inline(file, &page.body.path, &format!("f{number}-"), alt, &mut found);
    let place = source.fence.block.clone();
    for error in found.diagnostics() {
        page.report
            .push(page.error(place.clone(), format!("this drawing cannot be part of a page: {}", error.message)));
    }
    let inlined = inlined?;
    for id in inlined.ids {
        if !page.ids.claim(&id) {
            page.report.push(page.error(place.clone(), format!("the id \"{id}\" of this drawing is taken")));
        }
    }
    Some(inlined.html)
}
