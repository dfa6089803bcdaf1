//! Markdown to HTML: the text of a post or page becomes the content of its `<article>`, with lists of its headings, links and assets.
//!
//! `parse` turns the text into a list of `events`, each with its place in the file; `dollars` says which dollar signs begin no formula. Passes go over that
//! list, one module each, and replace events by finished HTML if pages need another form than that of pulldown-cmark. They share a `page`:
//!
//! 1. `more` removes the marks of excerpts; `raw_html` checks the author's HTML, and resolves its links.
//! 2. `wikilinks` makes links and images of `[[NAME]]`; `models` turns links to the presets of models into tags; `links` and `images` resolve the
//!    destinations, which `destinations` has located in the file. `external`, `missing` and `unshown` know what is wrong with those that lead nowhere.
//! 3. `marks` finds marked text, and `alerts` the block quotes that are alerts; `headings` sets levels and ids.
//! 4. `tables` makes tables from CSV files, which the following passes take for those of the text.
//! 5. `typography` sets no-break spaces.
//! 6. `text` extracts the text without markup.
//! 7. `file_cards` completes paragraphs that are links to files; `footnotes` moves each note to its first reference.
//! 8. `math`, `figures` (with `svg`, `films`, and `generated` for the fences that press draws, before `code` would show them), `code` (with `highlight`),
//!    `alerts` and `blocks` render the elements of their name.
//! 9. `headings` writes anchors and the contents list, after the inline HTML is finished; `links` makes hrefs of the routes in links.
//!
//! What is no syntax is text for the parser, though its author meant more: `fences`, `templates`, `balance`, `unlinked`, `pipes` and `formulas` warn of it.
//! Most of them look at the `prose`, which is the file without code.
//!
//! pulldown-cmark writes the rest. `representation` is the Markdown that the site serves, `files` finds what fences show with `from=`.

mod alert;
mod alerts;
mod balance;
mod blocks;
mod chart;
mod code;
mod destinations;
mod diagram;
mod dollars;
mod drawn;
mod events;
mod external;
mod fence;
mod fences;
mod figures;
mod file_cards;
mod files;
mod films;
mod footnotes;
mod formulas;
mod generated;
mod headings;
mod highlight;
mod html_run;
mod ids;
mod images;
mod info_string;
mod inline;
mod latex;
mod links;
mod listing;
mod marks;
mod math;
mod missing;
mod models;
mod more;
mod page;
mod parse;
mod pipes;
mod prose;
mod ranges;
mod raw_html;
mod regions;
mod rendered;
mod representation;
mod svg;
mod tables;
mod templates;
mod text;
mod typography;
mod unlinked;
mod unshown;
mod unspaced;
mod wikilinks;

use pulldown_cmark::html;

pub use self::alerts::is_alert;
pub(crate) use self::figures::inline_html;
use self::page::Page;
pub use self::page::{Context, Kit};
use self::prose::Prose;
pub(crate) use self::rendered::ShownModel;
pub use self::rendered::{Drawing, Heading, Link, Rendered, Rewrite};
pub(crate) use self::typography::bind;
pub use crate::assets::Asset;
use crate::diagnostic::Report;
pub use crate::dialect::DIALECT;
use crate::source::Body;

/// Renders `body`. What is wrong goes to `report`, and the rest is rendered.
///
/// ```
/// use graven_press::diagnostic::Report;
/// use graven_press::languages::english;
/// use graven_press::markdown::{Context, Kit, render};
/// use graven_press::model::{Meant, Named};
/// use graven_press::source::{BaseUrl, Body, Hosts};
/// use graven_press::tree::SourceTree;
///
/// let mut tree = SourceTree::default();
/// tree.insert("posts/hello/data.csv", "1,2\n");
/// let file = "## Data\n\nSee [the numbers](data.csv).\n".to_owned();
/// let body = Body { path: "posts/hello/index.md".to_owned(), range: 0..file.len(), file: file.into() };
///
/// let kit = Kit { href: "/assets/kit.js", exports: &[] };
/// let (hosts, words) = (Hosts::default(), english());
/// let base_url = BaseUrl::parse("https://example.org")?;
/// let context = Context {
///     tree: &tree,
///     route_of: &|_| None,
///     named: &|_| Named::Nothing,
///     meant_by: &|_| Meant::Unknown,
///     hosts: &hosts,
///     base_url: &base_url,
///     kit,
///     words: &words,
///     still: &|_, _| None,
/// };
/// let mut report = Report::default();
/// let rendered = render(&body, &context, &mut report);
/// assert!(report.is_empty());
/// assert_eq!(rendered.headings[0].id, "data");
/// assert_eq!(rendered.assets[0].source, "posts/hello/data.csv");
/// assert!(rendered.html.contains(&format!("<a href=\"{}\">", rendered.assets[0].route)));
/// # Ok::<(), &str>(())
/// ```
pub fn render(body: &Body, context: &Context, report: &mut Report) -> Rendered {
    let (mut events, destinations) = parse::parse(body, report);
    let prose = Prose::new(&events, body);
    let mut page = Page::new(body, context, destinations, report);
    more::remove(&mut events, &mut page);
    let html = raw_html::check(&mut events, &mut page);
    let mut events = wikilinks::find(events, &mut page);
    models::find(&events, &mut page);
    models::link(&mut events, &mut page);
    links::resolve(&mut events, &mut page);
    images::resolve(&mut events, &mut page);
    fences::warn(&events, &mut page);
    let foreign = templates::warn(&prose, &mut page);
    balance::warn(&html, &foreign, &mut page);
    let prose = prose.without_tags_and_links(&foreign);
    unlinked::warn(&prose, &mut page);
    unspaced::warn(&prose, &mut page);
    pipes::warn(&events, &prose, &mut page);
    formulas::warn(&events, &prose, &mut page);
    let mut events = marks::render(events, &body.file);
    alerts::find(&mut events, &mut page);
    headings::set_levels(&mut events, &mut page);
    headings::set_ids(&mut events, &mut page);
    let mut events = tables::expand(events, &mut page);
    typography::bind_all(&mut events);
    page.rendered.words = text::words(&events);
    file_cards::render(&mut events, &mut page);
    let mut events = footnotes::place(events, &mut page);
    math::render(&mut events, &mut page);
    figures::render(&mut events, &mut page);
    code::render(&mut events, &mut page);
    alerts::render(&mut events, &page);
    blocks::render(&mut events, &page);
    headings::render(&mut events, &mut page);
    links::complete(&mut events, &page);
    let mut rendered = page.rendered;
    rendered.html.reserve(body.range.len() * 3 / 2);
    html::push_html(&mut rendered.html, events.into_iter().map(|(event, _)| event));
    // It stays until the pack is written.
    rendered.html.shrink_to_fit();
    rendered
}
