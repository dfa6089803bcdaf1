//! One post or page: its file, read and checked.

use std::path::Path;

use super::date;
use super::front_matter::{self, FrontMatter, Parts};
use super::sources::{Body, MarkdownFile};
use crate::diagnostic::{Diagnostic, Report, nearest, utf8};
use crate::options::Options;
use crate::tree::SourceTree;

/// The kind of a Markdown file.
#[derive(Clone, Copy, Debug)]
pub(super) enum TextKind<'a> {
    /// With the slugs of the topics that it may name, if they are known.
    Post {
        topics: Option<&'a [String]>,
    },
    Page,
}

/// Reads one post or page. Nothing is reported about a draft that is left out: it is not finished.
pub(super) fn read(
    tree: &SourceTree,
    path: &str,
    kind: TextKind<'_>,
    options: &Options,
    report: &mut Report,
) -> Option<MarkdownFile> {
    let mut found = Report::default();
    let file = read_whole(tree, path, kind, &mut found)?;
    if file.matter.draft && !options.drafts {
        return None;
    }
    report.extend(found);
    Some(file)
}

fn read_whole(tree: &SourceTree, path: &str, kind: TextKind<'_>, report: &mut Report) -> Option<MarkdownFile> {
    let file = utf8(path, tree.get(path)?, report).unwrap_or_default();
    let parts = if file.is_empty() && report.has_errors() { None } else { Parts::split(path, file, report) };
    let matter = parts.as_ref().and_then(|parts| match kind {
        TextKind::Post { topics } => front_matter::post(parts, topics, report),
        TextKind::Page => front_matter::page(parts, report),
    });
    let matter = matter.unwrap_or_default();
    let image = image(tree, path, &matter, report);
    let slug = matter.slug.as_ref().map_or_else(|| default_slug(path, report), |slug| slug.value.clone());
    let fence = parts.as_ref().map(|parts| parts.fence.clone());
    let slug_span = matter.slug.as_ref().map(|slug| slug.span.clone()).or(fence);
    // Without front matter, the start of the body is unknown. Nothing is rendered: its errors would mislead.
    let body = parts.map_or(file.len(), |parts| parts.body)..file.len();
    let body = Body { path: path.to_owned(), file: tree.text(path).unwrap_or_default(), range: body };
    Some(MarkdownFile { body, slug, slug_span, image, matter })
}

/// The slug of a file that does not set one: its name, or that of its folder for an `index.md`, without a date at the start.
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
            Diagnostic::error(path, None, format!("the name \"{name}\" has no letter or digit for a slug"))
                .help("rename the file, or add a line: slug = \"…\""),
        );
    }
    slug
}

/// The file of the image of a post: one in its folder, or one in `static/`.
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
    let files = tree.below(folder).map(|(path, _)| path).filter(is_other).map(|path| &path[folder.len()..]);
    let help = match nearest(name, files) {
        Some(nearest) if image.value.starts_with('/') => format!("did you mean \"/{nearest}\"?"),
        Some(nearest) => format!("did you mean \"{nearest}\"?"),
        None => "name a file in the folder of the text (\"photo.png\") or in static/ (\"/photo.png\")".to_owned(),
    };
    let label = if name.contains("://") { "not a file of this site".to_owned() } else { format!("there is no {file}") };
    let message = format!("the image \"{}\" does not exist", image.value);
    report.push(Diagnostic::error(path, image.span.clone(), message).label(label).help(help));
    None
}
