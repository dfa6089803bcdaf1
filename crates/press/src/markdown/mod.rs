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
mod events;
mod figures;
mod footnotes;
mod headings;
mod highlight;
mod ids;
mod images;
mod links;
mod math;
mod page;
mod parse;
mod plain;
mod raw_html;
mod rendered;
mod representation;
mod svg;

use std::collections::HashMap;

use pulldown_cmark::html;

use self::ids::Ids;
pub use self::page::Context;
use self::page::Page;
pub use self::parse::DIALECT;
pub use self::rendered::{Heading, Link, Rendered, Rewrite};
use crate::diagnostic::Report;
use crate::source::Body;

/// Renders `body`. What is wrong goes to `report`; what can be rendered is.
pub fn render(body: &Body, context: &Context, report: &mut Report) -> Rendered {
    let (mut events, destinations) = parse::parse(body, report);
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
