//! One post or page: its file, read and checked.

use super::front_matter::{self, FrontMatter, Parts};
use super::sources::{Body, MarkdownFile, PagePlace};
use super::{conflicts, excerpt, files, names};
use crate::assets::STATIC;
use crate::diagnostic::{Diagnostic, Report, nearest, utf8};
use crate::options::Options;
use crate::tree::SourceTree;
use crate::url::join;

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
    let parts = if file.is_empty() && report.has_errors() { None } else { parts(path, file, report) };
    let matter = parts.as_ref().and_then(|parts| match kind {
        TextKind::Post { topics } => front_matter::post(parts, topics, names::date(path), report),
        TextKind::Page => front_matter::page(parts, report),
    });
    let matter = matter.unwrap_or_default();
    let place = match kind {
        TextKind::Post { .. } => PagePlace::Slug,
        TextKind::Page => PagePlace::of(path),
    };
    check_place(place, path, &matter, report);
    let image = image(tree, path, &matter, report);
    let set = matter.slug.as_ref().map(|slug| slug.value.clone());
    let slug = match (kind, place) {
        (_, PagePlace::Home) => "index".to_owned(),
        (_, PagePlace::NotFound) => "404".to_owned(),
        (TextKind::Post { .. }, PagePlace::Slug) => set.unwrap_or_else(|| names::slug(path, report)),
        (TextKind::Page, PagePlace::Slug) => {
            let name = set.unwrap_or_else(|| names::slug(path, report));
            names::folders(path, report) + &name
        }
    };
    let fence = parts.as_ref().map(|parts| parts.fence.clone());
    let slug_span = matter.slug.as_ref().map(|slug| slug.span.clone()).or(fence);
    // Without front matter, the start of the body is unknown. Nothing is rendered: its errors would mislead.
    let body = parts.map_or(file.len(), |parts| parts.body)..file.len();
    let description = matter.description.clone().unwrap_or_else(|| excerpt::of(&file[body.clone()]));
    let body = Body { path: path.to_owned(), file: tree.text(path).unwrap_or_default(), range: body };
    Some(MarkdownFile { body, slug, slug_span, place, image, description, matter })
}

/// Reports what a page cannot have whose place follows from its name.
fn check_place(place: PagePlace, path: &str, matter: &FrontMatter, report: &mut Report) {
    let (what, address) = match place {
        PagePlace::Slug => return,
        PagePlace::Home => ("the first page", "its address is /"),
        PagePlace::NotFound => ("the page of unknown addresses", "it is sent for each address that nothing has"),
    };
    if let Some(slug) = &matter.slug {
        let error = Diagnostic::error(path, slug.span.clone(), format!("{what} has no slug"));
        report.push(error.label(address).help("remove the line, or rename the file"));
    }
    for alias in matter.aliases.iter().filter(|_| place == PagePlace::NotFound) {
        let error = Diagnostic::error(path, alias.span.clone(), format!("{what} has no alias"));
        report.push(error.label(address).help("remove it: nothing can lead there"));
    }
}

/// Splits a file at its fences. One with marks of a merge is read no further: all else that is wrong with it follows from them.
fn parts<'a>(path: &'a str, file: &'a str, report: &mut Report) -> Option<Parts<'a>> {
    let mut found = Report::default();
    let parts = Parts::split(path, file, &mut found);
    if let Some(conflict) = conflicts::in_text(path, file, parts.as_ref().map_or(0, |parts| parts.body)) {
        report.push(conflict);
        return None;
    }
    report.extend(found);
    parts
}

/// The file of the image of a post: one in its folder, or one in `static/`.
fn image(tree: &SourceTree, path: &str, matter: &FrontMatter, report: &mut Report) -> Option<String> {
    let image = matter.image.as_ref()?;
    let own_folder = &path[..=path.rfind('/').unwrap_or(0)];
    let (folder, name, file) = match image.value.strip_prefix('/') {
        Some(name) => (STATIC, name, Some(format!("{STATIC}{name}"))),
        None => (own_folder, image.value.as_str(), join(own_folder, &image.value)),
    };
    let file = file.unwrap_or_else(|| format!("{folder}{name}"));
    if tree.has(&file) {
        return Some(file);
    }
    let is_other = |path: &&str| !files::is_markdown(path);
    let files = tree.paths(folder).filter(is_other).map(|path| &path[folder.len()..]);
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
