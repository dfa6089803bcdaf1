//! Markdown to HTML: one post's or page's text becomes the inside of its `<article>`, with the list of its headings and of the links to check.
//!
//! The text is parsed once into a list of events, each with its place in the file. Passes then go over that list, a module each, and replace events
//! by finished HTML where `CommonMark`'s own rendering is not what a page needs:
//!
//! 1. [`raw_html`] checks the author's own HTML and sends its links the way of all links.
//! 2. [`headings`] nests and names the headings.
//! 3. [`footnotes`] moves each note behind the block that refers to it first.
//! 4. [`plain`] takes the text without markup.
//! 5. [`code`] (with [`highlight`]), [`math`], [`figures`] (with [`images`] and [`svg`]), [`links`], [`blocks`] render what they are named for.
//! 6. [`headings`] again: anchors, and the entries of the contents list, whose inline HTML is done by now.
//!
//! What is left is written by pulldown-cmark.

mod blocks;
mod code;
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
mod svg;

use std::fmt;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, html};

use self::ids::Ids;
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
    /// As it stands in the rendered HTML's `href` or `src`, so that what the link check finds there can be told by its place in the Markdown.
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
const DIALECT: Options = Options::ENABLE_TABLES
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
    let mut page = Page { body, context, report, ids: Ids::default(), rendered: Rendered::default() };
    let (mut events, definitions) = parse(&mut page);
    raw_html::check(&mut events, &mut page);
    headings::nest(&mut events, &mut page);
    headings::name(&mut events, &mut page);
    let mut events = footnotes::place(events, &mut page);
    plain::read(&events, &mut page.rendered);
    code::set(&mut events, &mut page);
    math::convert(&mut events, &mut page);
    figures::place(&mut events, &definitions, &mut page);
    links::resolve(&mut events, &definitions, &mut page);
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

/// Where the reference definitions of a text stand in the file: the destination that each gives, and its place.
type Definitions = std::collections::BTreeMap<String, Range<usize>>;

/// The text's events with their places in the file, and its reference definitions by their destination. References to nothing are warned of.
fn parse<'p>(page: &mut Page<'p>) -> (Vec<Spanned<'p>>, Definitions) {
    let body = page.body;
    let base = body.range.start;
    let mut broken = Vec::new();
    let note = |link: pulldown_cmark::BrokenLink| {
        broken.push((link.span.start + base..link.span.end + base, link.link_type, link.reference.into_string()));
        None::<(pulldown_cmark::CowStr, pulldown_cmark::CowStr)>
    };
    let mut parser = Parser::new_with_broken_link_callback(body.text(), DIALECT, Some(note)).into_offset_iter();
    let events = parser.by_ref().map(|(event, span)| (event, span.start + base..span.end + base)).collect();
    let definitions = parser
        .reference_definitions()
        .iter()
        .map(|(_, definition)| (definition.dest.to_string(), definition.span.start + base..definition.span.end + base))
        .collect();
    drop(parser);
    for (span, kind, reference) in broken {
        links::warn_of_broken_reference(span, kind, &reference, page);
    }
    (events, definitions)
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
