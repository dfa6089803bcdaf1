//! `graven-press`: content in, pack out.
//!
//! ```text
//! content/ --tree--> SourceTree --source--> Sources --model--> Site --markdown--> Rendered
//!          --media, pictures, views, feeds--> Outputs --check, search, encode--> pack
//! ```
//!
//! A module depends only on those above it and in its row:
//!
//! ```text
//!    options  span  url  colours  what the steps share: `url` encodes, resolves and joins all URLs, `colours` are
//!    markup  security_policy      those of the style sheets, `markup` parses all HTML and XML, `cache` keeps what
//!    cache  temporary             was made before, `temporary` has what is not complete
//! 1. tree                         a folder becomes a map of files; the only step that reads a disk
//!    diagnostic                   the report: what is wrong, where, and what to do
//!    assets  pictures             the published names of files; photographs in the widths that a page offers
//!    data                         CSV files of tables and charts, each cell with its place
//!    scripts                      JavaScript modules, put into one file
//! 2. source                       settings, topics and front matter, each value with its place
//! 3. model                        topics, tags, series, neighbours, related posts
//!    charts  diagrams             data and text as drawings, without files
//! 4. markdown                     each text becomes HTML, with its headings, links and pictures
//!    drawing                      the drawings of a text for lists and feeds
//!    output                       documents and redirects by path
//!    media                        cards and icons, which press draws
//!    theme                        the style sheets, the script and the icons of the site
//!    rendered_site                all that pages and feeds are made from
//! 5. views  feeds                 every page, feed and index, by path
//! 6. check                        every reference has a target; the security policy of each page
//! 7. search                       the search index, which refers to the bytes of the pages
//! 8. compression  codings  encode content codings, entity tags; the pack
//!    lib                          drives the steps
//! ```
//!
//! [`press`] is pure: the same files, options and time give the same bytes, whatever is in the cache. Everything that is wrong with the content goes into one [`Report`].
//!
//! # Example
//!
//! ```
//! use graven_press::cache::Cache;
//! use graven_press::tree::SourceTree;
//! use graven_press::{Options, Pack, press};
//!
//! // Or all files of a folder: `SourceTree::read("content".as_ref())?`.
//! let mut tree = SourceTree::default();
//! tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
//! tree.insert("posts/hello.md", "+++\ntitle = \"Hello\"\ndescription = \"A greeting.\"\ndate = 2025-11-28\n+++\nHello.\n");
//!
//! let pressed = press(&tree, &Options::default(), &Cache::none()).map_err(|report| report.render(&tree, "content/"))?;
//! let pack = Pack::open(&pressed.pack).map_err(|error| error.to_string())?;
//! assert!(pack.route("/blog/hello").is_ok_and(|route| route.is_some()));
//! # Ok::<(), String>(())
//! ```
//!
//! `examples/press.rs` is a command that presses a folder into a pack file:
//!
//! ```text
//! cargo run -p graven-press --example press -- content site.pack
//! ```

mod assets;
pub mod cache;
mod charts;
mod check;
mod codings;
mod colours;
mod compression;
mod data;
pub mod diagnostic;
mod diagrams;
mod drawing;
mod encode;
mod feeds;
pub mod markdown;
mod markup;
mod media;
pub mod model;
mod options;
mod output;
mod pictures;
mod rendered_site;
mod scripts;
mod search;
mod security_policy;
pub mod source;
mod span;
mod temporary;
#[cfg(test)]
mod test_site;
mod theme;
pub mod tree;
mod url;
mod views;

use std::io::{self, Cursor, Read, Seek, Write};
use std::path::Path;

pub use graven_pack::Pack;
use graven_pack::write::Writer;
use rayon::prelude::*;

use crate::assets::{Preview, STATIC};
use crate::cache::Cache;
use crate::diagnostic::{Diagnostic, Report};
use crate::markdown::Rendered;
use crate::media::Cards;
use crate::model::Site;
pub use crate::options::{Codings, Options};
use crate::output::{Document, Output, Outputs};
use crate::pictures::{Picture, Published, Shown, publish, published};
use crate::rendered_site::RenderedSite;
use crate::source::Body;
use crate::temporary::Temporary;
use crate::theme::Theme;
use crate::tree::SourceTree;

/// A pressed site.
#[derive(Debug)]
pub struct Pressed {
    /// The site image.
    pub pack: Vec<u8>,
    /// The warnings; there are no errors.
    pub report: Report,
}

/// Presses the files of a site into a pack in memory. [`press_to_file`] needs less memory.
///
/// What is in the `cache` is not compressed and drawn again. The result is the same with every cache, and with [`Cache::none`].
///
/// # Errors
/// If the content has errors: the report contains all of them, and the warnings.
///
/// # Examples
/// ```
/// use graven_press::cache::Cache;
/// use graven_press::tree::SourceTree;
/// use graven_press::{Options, press};
///
/// let mut tree = SourceTree::default();
/// tree.insert("site.toml", "titel = \"Notes\"\ndescription = \"What I learnt.\"\n");
/// let report = press(&tree, &Options::default(), &Cache::none()).expect_err("a key is misspelt");
/// assert_eq!(report.errors(), 1);
/// assert_eq!(report.diagnostics()[0].help, ["did you mean `title`?"]);
/// ```
pub fn press(tree: &SourceTree, options: &Options, cache: &Cache) -> Result<Pressed, Report> {
    let mut pack = Vec::new();
    let report = press_into(tree, options, cache, (Cursor::new(Vec::new()), &mut pack))?;
    Ok(Pressed { pack, report })
}

/// Presses the files of a site into the pack file at `path`, document by document, and returns the warnings. The file is complete or, after an error,
/// as it was before. While it is written, two temporary files are next to it.
///
/// # Errors
/// If the content has errors: the report contains all of them, and the warnings. If the file cannot be written.
///
/// # Examples
/// ```
/// use graven_press::tree::SourceTree;
/// use graven_press::cache::Cache;
/// use graven_press::{Options, Pack, press_to_file};
///
/// let mut tree = SourceTree::default();
/// tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
/// let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
/// let path = folder.path().join("site.pack");
/// press_to_file(&tree, &Options::default(), &Cache::none(), &path).map_err(|report| report.render(&tree, "content/"))?;
/// let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
/// assert!(Pack::open(&bytes).is_ok());
/// # Ok::<(), String>(())
/// ```
pub fn press_to_file(tree: &SourceTree, options: &Options, cache: &Cache, path: &Path) -> Result<Report, Report> {
    let failed = |error: io::Error| Report::from(unwritten(&format!("{}: {error}", path.display())));
    let scratch = Temporary::create(path, "bodies").map_err(failed)?;
    let mut pack = Temporary::create(path, "pack").map_err(failed)?;
    let report = press_into(tree, options, cache, (scratch, &mut pack))?;
    pack.rename_to(path).map_err(failed)?;
    Ok(report)
}

/// The error that a pack cannot be written.
fn unwritten(why: &str) -> Diagnostic {
    Diagnostic::error("", None, format!("the site cannot be packed: {why}"))
}

/// Presses into `out`, with a scratch file for bodies.
fn press_into<S: Read + Write + Seek>(
    tree: &SourceTree,
    options: &Options,
    cache: &Cache,
    (scratch, out): (S, &mut impl Write),
) -> Result<Report, Report> {
    let mut report = Report::default();
    if let Some(writer) = run(tree, options, cache, scratch, &mut report)
        && let Err(error) = writer.finish(out)
    {
        report.push(unwritten(&error.to_string()));
    }
    cache.trim();
    report.sort();
    if report.has_errors() { Err(report) } else { Ok(report) }
}

/// Runs the steps. After an error, the following steps still report theirs, but nothing is encoded. Returns `None` after an error.
fn run<S: Read + Write + Seek>(
    tree: &SourceTree,
    options: &Options,
    cache: &Cache,
    scratch: S,
    report: &mut Report,
) -> Option<Writer<S>> {
    let sources = source::read(tree, options, report)?;
    let site = model::build(sources, options, report);
    let theme = Theme::load(tree, report);
    let routes = site.routes();
    let route_of = |path: &str| routes.get(path).cloned();
    let still = |path: &str, svg: &str| {
        let topic = site.posts.iter().find(|post| post.body.path == path).and_then(|post| post.topics.first().copied());
        drawing::still(svg, &theme.colours, theme.colours.hue(topic))
    };
    let kit = markdown::Kit { route: &theme.kit.route, exports: &theme.kit.exports };
    let texts = markdown::Context { tree, route_of: &route_of, kit, still: &still };
    let posts = render(site.posts.iter().map(|post| &post.body), &texts, report);
    let pages = render(site.pages.iter().map(|page| &page.body), &texts, report);
    let previews: Vec<_> = site.posts.iter().map(|post| Preview::new(post.image.as_deref()?, tree)).collect();
    let faces: Vec<_> = posts.par_iter().map(face).collect();
    let drawn_from = (theme.icons.svg(), &theme.colours);
    let cards = Cards::new(&site, (&posts, &pages), drawn_from, report);
    let context = RenderedSite {
        site: &site,
        theme: &theme,
        posts: &posts,
        pages: &pages,
        previews: &previews,
        faces: &faces,
        cards: &cards,
    };

    let mut outputs = files(context, tree, cache);
    cards.draw(cache, &mut outputs);
    pictures(context, tree, (cache, &mut outputs), report);
    redirects(&site, &mut outputs);
    views::render(context, &mut outputs);
    feeds::render(context, &mut outputs, report);
    let inspections = check::check(context, &outputs, report);
    if report.has_errors() {
        return None;
    }
    search::add(context, &inspections, &mut outputs);
    let mut pack = Writer::new(site.now.as_second(), scratch);
    let encoded = encode::encode((&outputs, &inspections), (options.codings, cache), &mut pack);
    encoded.map_err(|error| report.push(unwritten(&error.to_string()))).ok()?;
    Some(pack)
}

/// The thumbnail of a text: of its first drawing, or else of the still of its model.
fn face(rendered: &Rendered) -> Option<String> {
    let still = || drawing::first(&rendered.drawing.as_ref()?.svg);
    drawing::face(drawing::first(&rendered.html).or_else(still)?)
}

/// Renders texts over all cores. The report is in their order.
fn render<'a>(
    bodies: impl Iterator<Item = &'a Body>,
    context: &markdown::Context<'_>,
    report: &mut Report,
) -> Vec<Rendered> {
    let bodies: Vec<&Body> = bodies.collect();
    let render = |body: &Body| {
        let mut found = Report::default();
        (markdown::render(body, context, &mut found), found)
    };
    let (rendered, reports): (Vec<_>, Vec<_>) = bodies.into_par_iter().map(render).unzip();
    for found in reports {
        report.extend(found);
    }
    rendered
}

/// The copied files: those of `static/`, the icons and the script of the theme, the assets of the texts.
fn files<'a>(context: RenderedSite<'a>, tree: &'a SourceTree, cache: &'a Cache) -> Outputs<'a> {
    let mut outputs = Outputs::new();
    context.theme.icons.draw((&context.site.settings, &context.theme.colours), cache, &mut outputs);
    let mut put =
        |path: &str, document: Document<'a>| drop(outputs.insert(path.to_owned(), Output::Document(document)));
    if let Some(script) = &context.theme.script {
        put(&script.route, Document::asset(&script.route, script.text.as_bytes()));
    }
    let texts = || context.posts.iter().chain(context.pages);
    for made in texts().flat_map(|rendered| &rendered.made) {
        put(&made.route, Document::asset(&made.route, made.text.as_bytes()));
    }
    if context.has_models() {
        let kit = &context.theme.kit;
        put(&kit.route, Document::asset(&kit.route, kit.text.as_bytes()));
    }
    let shown = texts().flat_map(|rendered| &rendered.assets);
    let previews = context.previews.iter().flatten().filter_map(|preview| match preview {
        Preview::Asset { asset, .. } => Some(asset),
        Preview::Static { .. } => None,
    });
    for asset in shown.chain(previews) {
        let bytes = tree.get(&asset.source).unwrap_or_default();
        put(&asset.route, Document::asset(&asset.route, published(bytes)).with_source(&asset.source));
    }
    for (path, bytes) in tree.below(STATIC) {
        put(&path[STATIC.len() - 1..], Document::file(path, bytes).with_source(path));
    }
    outputs
}

/// The most bytes of the pictures of a page, in the width for the largest screens: more takes a slow phone ten seconds.
const MOST_BYTES_OF_PICTURES: usize = 1024 * 1024;

/// Adds the pictures of the texts in their widths. Reports those that cannot be decoded, and pages with too many.
fn pictures(context: RenderedSite, tree: &SourceTree, (cache, outputs): (&Cache, &mut Outputs), report: &mut Report) {
    let posts = context.site.posts.iter().map(|post| post.body.path.as_str()).zip(context.posts);
    let pages = context.site.pages.iter().map(|page| page.body.path.as_str()).zip(context.pages);
    let texts: Vec<(&str, &[Shown])> =
        posts.chain(pages).map(|(path, rendered)| (path, &rendered.pictures[..])).collect();
    let shown: Vec<(&str, &Shown)> =
        texts.iter().flat_map(|(path, pictures)| pictures.iter().map(|shown| (*path, shown))).collect();
    let plans: Vec<&Picture> = shown.iter().map(|(_, shown)| &shown.picture).collect();
    let published = publish(&plans, tree, cache);
    for (index, error) in &published.errors {
        let (path, Shown { place, .. }) = shown[*index];
        let error = Diagnostic::error(path, place.clone(), format!("this picture cannot be decoded: {error}"));
        report.push(error.help("save it again with an image editor"));
    }
    for (path, pictures) in texts {
        warn_of_weight(path, pictures, &published, report);
    }
    for (route, bytes) in published.files {
        let document = Document::asset(&route, bytes);
        outputs.insert(route, Output::Document(document));
    }
}

/// Warns if the pictures of a text are too large together.
fn warn_of_weight(path: &str, pictures: &[Shown], published: &Published, report: &mut Report) {
    let bytes_of = |shown: &Shown| Some(published.files.get(&shown.picture.variants.last()?.route)?.len());
    let bytes: usize = pictures.iter().filter_map(bytes_of).sum();
    let Some(largest) = pictures.iter().max_by_key(|shown| bytes_of(shown)) else { return };
    if bytes > MOST_BYTES_OF_PICTURES {
        let (found, most) = (bytes / 1024, MOST_BYTES_OF_PICTURES / 1024);
        let message = format!("the pictures of this page have {found} KiB; the most are {most} KiB");
        let warning = Diagnostic::warning(path, largest.place.clone(), message).label("this is the largest");
        report.push(warning.help("show fewer, or smaller parts of them"));
    }
}

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
