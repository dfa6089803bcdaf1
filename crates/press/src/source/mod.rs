//! From files to the site model.
//!
//! 1. [`settings`]: `site.toml` and `topics.toml`.
//! 2. [`files`]: which files are posts and pages.
//! 3. [`front_matter`], by way of [`value`] and [`schema`]: what each of them says of itself.
//! 4. [`routes`]: no two things at one address.
//! 5. [`crate::model`]: all of it sorted and tied together.
//!
//! Each step reports what is wrong and goes on with what is right, so that one build tells all.

mod date;
mod files;
mod front_matter;
mod routes;
mod schema;
mod settings;
mod value;

use std::ops::Range;
use std::path::Path;

use front_matter::{FrontMatter, Parts};
pub(crate) use settings::TopicEntry;

use crate::Options;
use crate::diagnostic::{Diagnostic, Report, nearest};
use crate::model::{Body, Settings, Site, build};
use crate::tree::SourceTree;

/// All that the files say, read but not yet tied together.
#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) settings: Settings,
    pub(crate) topics: Vec<TopicEntry>,
    /// By path.
    pub(crate) posts: Vec<Document>,
    /// By path.
    pub(crate) pages: Vec<Document>,
}

/// A post or a page, as its file says.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) body: Body,
    pub(crate) slug: String,
    /// Where to point for its slug: at the front matter's `slug`, else at its opening fence.
    pub(crate) slug_span: Option<Range<usize>>,
    /// The image of the front matter: the path of a file that the tree has.
    pub(crate) image: Option<String>,
    pub(crate) matter: FrontMatter,
}

/// Reads a source tree into the model of its site. What is wrong goes to `report`; where there are errors, the site has placeholders in their
/// place, good enough for the steps that follow to report theirs, and must not be published.
///
/// None where there is no site: a tree without `site.toml`.
pub fn read(tree: &SourceTree, options: &Options, report: &mut Report) -> Option<Site> {
    if tree.get(settings::SITE).is_none() {
        report.push(
            Diagnostic::error(settings::SITE, None, "there is no site.toml")
                .help("a site begins with it:\ntitle = \"…\"\ndescription = \"…\""),
        );
        return None;
    }
    let settings = settings::read(tree, options, report);
    let topics = settings::topics(tree, report);
    let slugs = topics.as_ref().map(|topics| topics.iter().map(|topic| topic.slug.clone()).collect::<Vec<_>>());
    let found = files::find(tree, report);
    let read = |paths: Vec<&str>, kind: Kind<'_>, report: &mut Report| -> Vec<Document> {
        paths.into_iter().filter_map(|path| document(tree, path, kind, options, report)).collect()
    };
    let mut sources = Sources {
        settings,
        posts: read(found.posts, Kind::Post { topics: slugs.as_deref() }, report),
        pages: read(found.pages, Kind::Page, report),
        topics: topics.unwrap_or_default(),
    };
    routes::check(&mut sources, tree, report);
    Some(build(sources, options, report))
}

/// What a Markdown file is.
#[derive(Clone, Copy, Debug)]
enum Kind<'a> {
    /// With the slugs of the topics that it may name, if they are known.
    Post {
        topics: Option<&'a [String]>,
    },
    Page,
}

/// Reads one post or page. A draft that is left out is not complained of either: it is not finished.
fn document(tree: &SourceTree, path: &str, kind: Kind<'_>, options: &Options, report: &mut Report) -> Option<Document> {
    let mut faults = Report::default();
    let document = whole_document(tree, path, kind, &mut faults)?;
    if document.matter.draft && !options.drafts {
        return None;
    }
    report.extend(faults);
    Some(document)
}

fn whole_document(tree: &SourceTree, path: &str, kind: Kind<'_>, report: &mut Report) -> Option<Document> {
    let file = settings::utf8(path, tree.get(path)?, report).unwrap_or_default();
    let parts = if file.is_empty() && report.has_errors() { None } else { Parts::split(path, file, report) };
    let matter = parts.as_ref().and_then(|parts| match kind {
        Kind::Post { topics } => front_matter::post(parts, topics, report),
        Kind::Page => front_matter::page(parts, report),
    });
    let matter = matter.unwrap_or_default();
    let image = image(tree, path, &matter, report);
    let slug = matter.slug.as_ref().map_or_else(|| default_slug(path, report), |slug| slug.value.clone());
    let fence = parts.as_ref().map(|parts| parts.fence.clone());
    let slug_span = matter.slug.as_ref().map(|slug| slug.span.clone()).or(fence);
    // A file without front matter that can be told from its body is not rendered: what would be found there is not what is wrong.
    let body = parts.map_or(file.len(), |parts| parts.body)..file.len();
    let body = Body { path: path.to_owned(), file: file.to_owned(), range: body };
    Some(Document { body, slug, slug_span, image, matter })
}

/// The slug of a file that does not name one: its name, or its folder's for an `index.md`, without a date in front.
fn default_slug(path: &str, report: &mut Report) -> String {
    let stem = path.strip_suffix("/index.md").or_else(|| path.strip_suffix(".md")).unwrap_or(path);
    let name = stem.rsplit('/').next().unwrap_or(stem);
    let undated = name
        .get(..11)
        .filter(|prefix| prefix.ends_with('-') && date::parse(&prefix[..10]).is_ok())
        .map_or(name, |prefix| &name[prefix.len()..]);
    let slug = slug::slugify(undated);
    if slug.is_empty() {
        report.push(
            Diagnostic::error(path, None, format!("the name \"{name}\" has no letter or digit to make a slug of"))
                .help("rename the file, or add a line: slug = \"…\""),
        );
    }
    slug
}

/// The file of a post's image: one beside the post, or one of `static/`.
fn image(tree: &SourceTree, path: &str, matter: &FrontMatter, report: &mut Report) -> Option<String> {
    let image = matter.image.as_ref()?;
    let (folder, name) = match image.value.strip_prefix('/') {
        Some(name) => ("static/", name),
        None => (&path[..=path.rfind('/').unwrap_or(0)], image.value.as_str()),
    };
    let file = format!("{folder}{name}");
    if tree.get(&file).is_some() {
        return Some(file);
    }
    let is_other = |path: &&str| Path::new(path).extension().is_some_and(|extension| extension != "md");
    let beside = tree.below(folder).map(|(path, _)| path).filter(is_other).map(|path| &path[folder.len()..]);
    let help = match nearest(name, beside) {
        Some(nearest) if image.value.starts_with('/') => format!("did you mean \"/{nearest}\"?"),
        Some(nearest) => format!("did you mean \"{nearest}\"?"),
        None => "name a file beside the text (\"photo.png\") or one of static/ (\"/photo.png\")".to_owned(),
    };
    let label = if name.contains("://") { "not a file of this site".to_owned() } else { format!("there is no {file}") };
    let message = format!("the image \"{}\" does not exist", image.value);
    report.push(Diagnostic::error(path, image.span.clone(), message).label(label).help(help));
    None
}
