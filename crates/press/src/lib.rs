//! `graven-press`: content in, pack out.
//!
//! ```text
//! content/ -> SourceTree -> Site -> Rendered -> Outputs -> pack
//!    read       source    markdown   views     encode
//!                                    feeds
//! ```
//!
//! 1. [`tree`]: a folder becomes a map of files. The one step that reads a disk.
//! 2. [`source`]: front matter, settings and topics, each with its place in its file; checked.
//! 3. [`model`]: topics, tags, series, neighbours, related posts.
//! 4. [`markdown`]: each text becomes HTML, with its headings, links and pictures.
//! 5. [`views`] and [`feeds`]: every page, feed and index, by its path.
//! 6. [`links`]: every reference inside the site leads somewhere. [`security_policy`]: no file holds what its own policy blocks.
//! 7. [`encode`], with `coding`: codings, entity tags, security policies; the pack.
//!
//! [`press`] is pure: the same files, options and time give the same bytes. What is wrong with the content goes into one [`Report`], which is told
//! as a whole.

mod coding;
pub mod diagnostic;
pub mod encode;
pub mod feeds;
pub mod links;
pub mod markdown;
pub mod model;
pub mod output;
pub mod preview;
pub mod security_policy;
pub mod source;
pub mod theme;
pub mod tree;
mod url;
pub mod views;

pub use graven_pack::Pack;
use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Report};
use crate::markdown::Rendered;
use crate::model::{Body, Site};
use crate::output::{Document, Output, Outputs};
use crate::preview::Preview;
use crate::theme::Theme;
use crate::tree::SourceTree;
use crate::views::Context;

/// What a build is told from outside the content.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// In place of the `base_url` of `site.toml`.
    pub base_url: Option<String>,
    /// Whether drafts are pressed too: never for a pack that is shipped.
    pub drafts: bool,
    /// The time of the build in Unix seconds; without it, the newest date of the content.
    pub now: Option<i64>,
}

/// A pressed site.
#[derive(Debug)]
pub struct Pressed {
    /// The site image.
    pub pack: Vec<u8>,
    /// Warnings; no errors.
    pub report: Report,
}

/// Presses the files of a site into a pack. `previous` is the pack of an earlier build, whose compressed bytes are used again where neither a page nor the
/// coders have changed: the result is the same with and without it.
///
/// # Errors
/// Everything that is wrong with the content, and the warnings with it.
pub fn press(tree: &SourceTree, options: &Options, previous: Option<Pack>) -> Result<Pressed, Report> {
    let mut report = Report::default();
    let pack = press_into(tree, options, previous, &mut report);
    report.sort();
    match pack {
        Some(pack) if !report.has_errors() => Ok(Pressed { pack, report }),
        _ => Err(report),
    }
}

/// The steps. None where a step cannot even begin; with errors in the report, what later steps find is still told, but nothing is encoded.
fn press_into(tree: &SourceTree, options: &Options, previous: Option<Pack>, report: &mut Report) -> Option<Vec<u8>> {
    let site = source::read(tree, options, report)?;
    let theme = Theme::load(tree).map_err(|error| report.push(error.into())).ok()?;
    let routes = site.routes();
    let route_of = |path: &str| routes.get(path).cloned();
    let texts = markdown::Context { tree, route_of: &route_of };
    let posts = render(site.posts.iter().map(|post| &post.body), &texts, report);
    let pages = render(site.pages.iter().map(|page| &page.body), &texts, report);
    let previews: Vec<_> = site.posts.iter().map(|post| preview::of(post, tree)).collect();
    let context = Context { site: &site, theme: &theme, posts: &posts, pages: &pages, previews: &previews };

    let mut outputs = files(context, tree);
    redirects(&site, &mut outputs);
    views::render(context, &mut outputs);
    feeds::render(context, &mut outputs, report);
    links::check(context, &outputs, report);
    security_policy::check(&outputs, report);
    if report.has_errors() {
        return None;
    }
    encode::encode(&outputs, site.now.as_second(), previous)
        .map_err(|error| {
            report.push(Diagnostic::error("site.toml", None, format!("the site cannot be packed: {error}")));
        })
        .ok()
}

/// Renders texts over all cores; what is wrong is told in their order.
fn render<'a>(
    bodies: impl Iterator<Item = &'a Body>,
    context: &markdown::Context<'_>,
    report: &mut Report,
) -> Vec<Rendered> {
    let bodies: Vec<&Body> = bodies.collect();
    let rendered: Vec<(Rendered, Report)> = bodies
        .into_par_iter()
        .map(|body| {
            let mut report = Report::default();
            (markdown::render(body, context, &mut report), report)
        })
        .collect();
    rendered
        .into_iter()
        .map(|(rendered, found)| {
            report.extend(found);
            rendered
        })
        .collect()
}

/// The files that are copied: `static/`, the theme's icons, the pictures of the texts.
fn files(context: Context, tree: &SourceTree) -> Outputs {
    let mut outputs = Outputs::new();
    let mut put = |path: &str, document: Document| drop(outputs.insert(path.to_owned(), Output::Document(document)));
    put("/favicon.svg", Document::file("favicon.svg", &context.theme.icon_svg));
    put("/favicon.ico", Document::file("favicon.ico", &context.theme.icon_ico));
    let shown = context.posts.iter().chain(context.pages).flat_map(|rendered| &rendered.assets);
    let previews = context.previews.iter().flatten().filter_map(|preview| match preview {
        Preview::Beside(asset) => Some(asset),
        Preview::Static(_) => None,
    });
    for asset in shown.chain(previews) {
        let bytes = tree.get(&asset.source).unwrap_or_default();
        put(&asset.route, Document::asset(&asset.source, bytes).with_source(&asset.source));
    }
    for (path, bytes) in tree.below(STATIC) {
        put(&path[STATIC.len() - 1..], Document::file(path, bytes).with_source(path));
    }
    outputs
}

/// The folder whose files stand on the site under their own names.
const STATIC: &str = "static/";

/// The redirects of the settings and of the aliases.
fn redirects(site: &Site, outputs: &mut Outputs) {
    let mut put = |from: &str, to: String| drop(outputs.insert(from.to_owned(), Output::Redirect(to)));
    for redirect in &site.settings.redirects {
        put(&redirect.from, redirect.to.clone());
    }
    for post in &site.posts {
        post.aliases.iter().for_each(|alias| put(alias, post.route()));
    }
    for page in &site.pages {
        page.aliases.iter().for_each(|alias| put(alias, page.route()));
    }
}
