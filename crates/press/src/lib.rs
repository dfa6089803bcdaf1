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
//!    options  progress  span      what the steps share: `progress` says which step it is, `url` encodes, resolves and
//!    url  colours  markup         joins all URLs, `colours` are those of the style sheets, `markup` parses all HTML and
//!    security_policy  cache       XML, `cache` keeps what was made before, `temporary` has what is not complete
//!    temporary
//! 1. tree                         a folder becomes a map of files; the only step that reads a disk
//!    places  diagnostic           the report: what is wrong, where, and what to do; `report_text` shows it to people
//!    report_text
//!    dialect                      which Markdown it is
//!    assets  pictures             the published names of files; photographs in the widths that a page offers
//!    data                         CSV files of tables and charts, each cell with its place
//!    scripts                      JavaScript modules, put into one file
//! 2. source  languages            settings, topics and front matter, each value with its place; the words of the theme
//! 3. model                        topics, tags, series, neighbours, related posts
//!    charts  diagrams             data and text as drawings, without files
//! 4. markdown                     each text becomes HTML, with its headings, links and pictures
//!    drawing                      the drawings of a text for lists and feeds
//!    texts                        all texts rendered; what did not change is taken over from an earlier press
//!    backlinks                    which posts link to a post
//!    dependencies                 a number for what each page is made from
//!    output                       documents and redirects by path
//!    media                        cards and icons, which press draws
//!    theme                        the style sheets, the script and the icons of the site
//!    rendered_site                all that pages and feeds are made from
//! 5. copies  views  feeds         files, pictures and redirects; every page, feed and index; by path
//! 6. check                        every reference has a target; the security policy of each page
//!    snapshots                    all of 5 and 6 for each time at which the site changes
//! 7. search                       the search index, which refers to the bytes of the pages
//! 8. compression  codings  encode content codings, entity tags; the pack
//!    advice                       what is worth a second look, for `graven check`
//!    memo                         what a press leaves to the next one of the same process
//!    lib  incremental             drive the steps: once; again after each edit
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
//! cargo run --profile author -p graven-press --example press -- content site.pack
//! ```

pub mod advice;
mod assets;
mod backlinks;
pub mod cache;
mod charts;
mod check;
mod codings;
mod colours;
mod compression;
mod copies;
mod data;
mod dependencies;
pub mod diagnostic;
mod diagrams;
mod dialect;
mod drawing;
mod encode;
mod feeds;
pub mod incremental;
pub mod languages;
pub mod markdown;
mod markup;
mod media;
mod memo;
pub mod model;
mod options;
mod output;
mod pictures;
mod places;
pub mod progress;
mod rendered_site;
mod report_text;
mod scripts;
mod search;
mod security_policy;
mod snapshots;
pub mod source;
mod span;
mod temporary;
#[cfg(test)]
mod test_site;
mod texts;
mod theme;
pub mod tree;
mod unreadable;
mod url;
pub mod views;

use std::collections::HashMap;
use std::io::{self, Cursor, Read, Seek, Write};
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;
use std::thread;

pub use graven_pack::Pack;
use graven_pack::SEARCH_INDEX;
use graven_pack::write::{WriteError, Writer};
use rayon::prelude::*;

use crate::cache::Cache;
use crate::check::Inspections;
use crate::dependencies::number;
use crate::diagnostic::{Diagnostic, Report};
use crate::memo::Memo;
use crate::model::{Names, Site};
pub use crate::options::{Codings, Options, Scheduled};
use crate::output::Output;
use crate::pictures::publish;
use crate::progress::Step;
use crate::search::Words;
use crate::snapshots::{Edition, Snapshot, Stage, Whole};
use crate::temporary::Temporary;
use crate::texts::{Renderer, Text};
use crate::theme::Theme;
pub use crate::theme::{theme_file, theme_files};
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
    let pack = |snapshots: Snapshots, report: &mut Report| match encoded(snapshots, options, (cache, scratch)) {
        // What was to be copied and could not be read is reported below.
        Ok(_) if tree.unreadable().next().is_some() => {}
        Ok(writer) => writer.finish(out).unwrap_or_else(|error| report.push(unwritten(&error.to_string()))),
        Err(error) => report.push(unwritten(&error.to_string())),
    };
    run(tree, options, cache, &mut Memo::of_one_press(), &mut report, pack);
    cache.trim();
    unreadable::report(tree, &mut report);
    report.sort();
    if report.has_errors() { Err(report) } else { Ok(report) }
}

/// The site at each of its times, the first first. All is checked and there but the search indexes.
type Snapshots<'a> = &'a [Snapshot<'a>];

/// Puts all outputs into a pack. The search indexes, whose path is the last of all, are made meanwhile.
fn encoded<S: Read + Write + Seek>(
    snapshots: Snapshots,
    options: &Options,
    (cache, scratch): (&Cache, S),
) -> Result<Writer<S>, WriteError> {
    let now = snapshots.first().map_or(0, |snapshot| snapshot.context.site.now.as_second());
    let mut pack = Writer::new(now, scratch);
    thread::scope(|scope| {
        let indexes = scope.spawn(|| indexes(snapshots));
        encode::encode(snapshots, (options, cache), &mut pack)?;
        let indexes = indexes.join().unwrap_or_else(|panic| resume_unwind(panic));
        let of_snapshots = snapshots.iter().zip(&indexes);
        let editions = of_snapshots.map(|(snapshot, output)| snapshot.edition(SEARCH_INDEX, output));
        let editions: Vec<Edition> = editions.collect();
        pack.put(SEARCH_INDEX, &encode::editions(&editions, None))
    })?;
    Ok(pack)
}

/// The search index of each time. The last time has all posts, so their words are looked for once.
fn indexes(snapshots: Snapshots) -> Vec<Output<'static>> {
    let Some(last) = snapshots.last() else { return Vec::new() };
    let words = Words::new(last.context);
    let index = |snapshot: &Snapshot| Output::Document(words.index(snapshot.context.site, &snapshot.inspections));
    snapshots.par_iter().map(index).collect()
}

/// Runs the steps up to the checks, and gives their result to `finish`. After an error, the following steps still report theirs, but `finish` is not
/// called. What an earlier press has made from the same is taken over from the memo.
fn run(
    tree: &SourceTree,
    options: &Options,
    cache: &Cache,
    memo: &mut Memo,
    report: &mut Report,
    finish: impl FnOnce(Snapshots, &mut Report),
) {
    memo.revision += 1;
    unreadable::report(tree, report);
    let Some(site) = memo.site(tree, options, report) else { return };
    let has_findings = !report.is_empty();
    let (theme, theme_number) = memo.theme(tree, &site.settings, report);
    options.progress.report(Step::Texts(site.posts.len() + site.pages.len()));
    let (posts, pages) = texts((&site, tree), (&theme, theme_number), memo, report);
    let previews = memo.previews(&site.posts, tree);
    let whole = Whole {
        site: &site,
        theme: (&theme, theme_number),
        look: &options.look,
        posts: &posts,
        previews: &previews,
        pages: &pages,
    };
    let earlier = snapshots::earlier(&site);
    let stages = snapshots::stages(&whole, &earlier, memo.cards.as_deref(), report);
    let last = stages.first().expect("a site is at one time at least");
    memo.cards = Some(Arc::clone(last.cards()));
    memo.pictures = publish(&copies::pictures(last.context()), tree, cache, &memo.pictures);
    let sources = snapshots::Sources { tree, cache, pictures: &memo.pictures };
    let mut snapshots = checked(&stages, sources, (options, &memo.inspections), report);
    if memo.is_of_one_press {
        for snapshot in &mut snapshots {
            snapshot.inspections.forget_pages();
        }
    }
    unreadable::report(tree, report);
    if !report.has_errors() {
        finish(&snapshots, report);
    }
    let inspections = snapshots.pop().map(|last| last.inspections);
    drop(snapshots);
    memo.inspections = inspections.unwrap_or_default();
    drop(stages);
    if !has_findings {
        memo.keep(site, tree);
    }
}

/// The outputs of all stages, checked. What the press `before` found in the same documents is taken over.
fn checked<'a>(
    stages: &'a [Stage<'a>],
    sources: snapshots::Sources<'a>,
    (options, before): (&Options, &Inspections),
    report: &mut Report,
) -> Vec<Snapshot<'a>> {
    let mut snapshots: Vec<Snapshot> = Vec::with_capacity(stages.len());
    for stage in stages {
        // What is wrong at the last time is reported once.
        let mut found = report.clone();
        let mut snapshot = Snapshot::new(stage, sources, &mut found);
        options.progress.report(Step::Check(snapshot.outputs.len()));
        let before = snapshots.last().map_or(before, |later| &later.inspections);
        snapshot.check((sources.tree, &snapshots), before, &mut found);
        if snapshots.is_empty() {
            *report = found;
        } else {
            report.add_new(found);
        }
        snapshots.push(snapshot);
    }
    snapshots.reverse();
    snapshots
}

/// The texts of posts and of standing pages.
fn texts(
    (site, tree): (&Site, &SourceTree),
    (theme, theme_number): (&Theme, u64),
    memo: &mut Memo,
    report: &mut Report,
) -> (Vec<Arc<Text>>, Vec<Arc<Text>>) {
    let base_url = &site.settings.base_url;
    let routes = site.routes();
    let names = Names::new(site, tree);
    let topics: HashMap<&str, usize> =
        site.posts.iter().filter_map(|post| Some((post.body.path.as_str(), *post.topics.first()?))).collect();
    let topic_of = |path: &str| topics.get(path).copied();
    let renderer = Renderer {
        context: markdown::Context {
            tree,
            route_of: &|path| routes.get(path).cloned(),
            named: &|name| names.find(name),
            meant_by: &|name| names.meant_by(name),
            hosts: &site.settings.policy,
            base_url,
            kit: markdown::Kit { href: &base_url.href(&theme.kit.route), exports: &theme.kit.exports },
            words: &site.settings.words,
            still: &|path, svg| drawing::still(svg, &theme.colours, theme.colours.hue(topic_of(path))),
        },
        look_of: &|body| number(&(theme_number, base_url, &site.settings.policy, topic_of(&body.path))),
        before: &memo.texts,
        revision: memo.revision,
    };
    let posts = renderer.render(site.posts.iter().map(|post| &post.body), report);
    let pages = renderer.render(site.pages.iter().map(|page| &page.body), report);
    memo.texts = posts.iter().chain(&pages).map(|text| (text.path().to_owned(), Arc::clone(text))).collect();
    (posts, pages)
}
