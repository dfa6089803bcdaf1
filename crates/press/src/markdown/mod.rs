//! Markdown to HTML: one post's or page's text becomes the inside of its `<article>`, with the list of its headings and of the links to check.
//!
//! The text is parsed once into a list of events, each with its place in the file. Passes then go over that list, a module each, and replace events
//! by finished HTML where `CommonMark`'s own rendering is not what a page needs:
//!
//! 1. [`raw_html`] checks the author's own HTML and sends its links the way of all links.
//! 2. [`links`] and [`images`] resolve every destination, which [`destinations`] has located in the file.
//! 3. [`headings`] nests and names the headings.
//! 4. [`footnotes`] moves each note behind the block that refers to it first.
//! 5. [`plain`] takes the text without markup.
//! 6. [`code`] (with [`highlight`]), [`math`], [`figures`] (with [`svg`]), [`blocks`] render what they are named for.
//! 7. [`headings`] again: anchors, and the entries of the contents list, whose inline HTML is done by now.
//!
//! What is left is written by pulldown-cmark. [`representation`] is the Markdown itself, as the site serves it beside the HTML.

mod blocks;
mod code;
mod destinations;
mod figures;
mod footnotes;
mod headings;
mod highlight;
mod ids;
mod images;
mod links;
mod math;
mod plain;
mod raw_html;
mod representation;
mod svg;

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, CowStr, Event, Options, Parser, Tag, html};

use self::destinations::Destinations;
use self::ids::Ids;
use self::images::File;
pub use self::representation::Rewrite;
pub(crate) use self::representation::plain_html;
use crate::diagnostic::{Diagnostic, Report};
use crate::model::Body;
use crate::tree::SourceTree;

/// A rendered text.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The inside of the `<article>`.
    pub html: String,
    /// The headings, in order, for the contents list.
    pub headings: Vec<Heading>,
    /// Words of prose, for the reading time; code is not counted.
    pub words: usize,
    /// The text without markup, white space folded, code blocks left out: what summaries and a search index take.
    pub plain: String,
    /// Every link and image destination, with its place in the file.
    pub links: Vec<Link>,
    /// The destinations that are written otherwise in the Markdown that the site serves.
    pub rewrites: Vec<Rewrite>,
    /// The files beside the text that it shows or links to, each to be emitted as an asset. No two are equal.
    pub assets: Vec<Asset>,
}

/// A heading of a rendered text.
#[derive(Debug, PartialEq, Eq)]
pub struct Heading {
    /// 2 to 6.
    pub level: u8,
    /// Unique in the page.
    pub id: String,
    /// Inline HTML, without links.
    pub html: String,
}

/// A link or an image of a rendered text.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// As it is written in the rendered HTML's `href` or `src`, or in the Markdown that the site serves, so that what the link check finds there can be
    /// reported at its place in the file.
    pub target: String,
    /// In the file.
    pub span: Range<usize>,
}

/// A file that a page refers to by its fingerprinted URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// In the source tree: `posts/hello/photo.png`.
    pub source: String,
    /// `/assets/photo.0a1b2c3d4e5f6071.png`.
    pub route: String,
}

/// What a text is rendered against: the files beside it and the routes of the other texts.
pub struct Context<'a> {
    /// The files of the content.
    pub tree: &'a SourceTree,
    /// The route of the post or page whose Markdown has this path in the tree: `posts/hello/index.md` gives `/blog/hello`.
    pub route_of: &'a (dyn Fn(&str) -> Option<String> + Sync),
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Context").field("tree", &self.tree).finish_non_exhaustive()
    }
}

/// The Markdown that authors write: `CommonMark`, GitHub's extensions, and what technical prose needs.
pub const DIALECT: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_SMART_PUNCTUATION)
    .union(Options::ENABLE_HEADING_ATTRIBUTES)
    .union(Options::ENABLE_MATH)
    .union(Options::ENABLE_GFM)
    .union(Options::ENABLE_DEFINITION_LIST);

/// Renders `body`. What is wrong goes to `report`; what can be rendered is.
pub fn render(body: &Body, context: &Context, report: &mut Report) -> Rendered {
    let (mut events, destinations) = parse(body, report);
    let mut page = Page {
        body,
        context,
        report,
        ids: Ids::default(),
        destinations,
        images: HashMap::new(),
        rendered: Rendered::default(),
    };
    raw_html::check(&mut events, &mut page);
    links::resolve(&mut events, &mut page);
    images::resolve(&mut events, &mut page);
    headings::nest(&mut events, &mut page);
    headings::name(&mut events, &mut page);
    let mut events = footnotes::place(events, &mut page);
    plain::read(&events, &mut page.rendered);
    code::set(&mut events, &mut page);
    math::convert(&mut events, &mut page);
    figures::place(&mut events, &mut page);
    blocks::frame(&mut events);
    headings::anchor(&mut events, &mut page);
    let mut rendered = page.rendered;
    rendered.html.reserve(body.range.len() * 3 / 2);
    html::push_html(&mut rendered.html, events.into_iter().map(|(event, _)| event));
    rendered
}

/// An event and its place in the file.
type Spanned<'a> = (Event<'a>, Range<usize>);

/// What the passes share: the text that they work on, and what they find.
struct Page<'p> {
    body: &'p Body,
    context: &'p Context<'p>,
    report: &'p mut Report,
    ids: Ids,
    destinations: Destinations,
    /// The files of the images, by the places of their events.
    images: HashMap<Range<usize>, File<'p>>,
    rendered: Rendered,
}

impl Page<'_> {
    fn error(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(self.body.path.as_str(), span, message)
    }

    fn warning(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(self.body.path.as_str(), span, message)
    }
}

/// The text's events with their places in the file, and the places of their destinations. References to nothing are warned of.
fn parse<'p>(body: &'p Body, report: &mut Report) -> (Vec<Spanned<'p>>, Destinations) {
    let base = body.range.start;
    let in_file = |span: Range<usize>| span.start + base..span.end + base;
    let mut broken = Vec::new();
    let note = |link: BrokenLink| {
        broken.push((in_file(link.span), link.link_type, link.reference.into_string()));
        None::<(CowStr, CowStr)>
    };
    let mut parser = Parser::new_with_broken_link_callback(body.text(), DIALECT, Some(note)).into_offset_iter();
    let mut events = Vec::new();
    let mut definitions = Destinations::new();
    while let Some((event, span)) = parser.next() {
        let span = in_file(span);
        if let Event::Start(Tag::Link { id, .. } | Tag::Image { id, .. }) = &event
            && let Some(definition) = parser.reference_definitions().get(id)
        {
            definitions.insert(span.clone(), in_file(definition.span.clone()));
        }
        events.push((event, span));
    }
    drop(parser);
    for (span, kind, reference) in broken {
        links::warn_of_broken_reference(span, kind, &reference, body, report);
    }
    let destinations = destinations::locate(&events, &definitions, &body.file);
    (events, destinations)
}

/// The index of the event that ends what the event at `start` begins.
fn end_of(events: &[Spanned], start: usize) -> usize {
    let mut depth = 0usize;
    for (index, (event, _)) in events.iter().enumerate().skip(start) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    events.len() - 1
}

/// Puts finished HTML in the place of all `events`.
fn replace(events: &mut [Spanned], html: String) {
    for (event, _) in events.iter_mut() {
        *event = Event::Html("".into());
    }
    if let Some((first, _)) = events.first_mut() {
        *first = Event::Html(html.into());
    }
}

/// Appends `text`, escaped for an element's content.
fn push_text(out: &mut String, text: &str) {
    push_escaped(out, text, &['&', '<', '>']);
}

/// Appends `text`, escaped for an attribute's value in double quotes.
fn push_attribute(out: &mut String, text: &str) {
    push_escaped(out, text, &['&', '<', '>', '"']);
}

fn push_escaped(out: &mut String, text: &str, special: &[char]) {
    let mut rest = text;
    while let Some(index) = rest.find(special) {
        out.push_str(&rest[..index]);
        out.push_str(match rest.as_bytes()[index] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[index + 1..];
    }
    out.push_str(rest);
}
