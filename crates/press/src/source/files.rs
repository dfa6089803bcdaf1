//! Finds the posts and the pages among the files of the tree, and Markdown files that may be meant as one.
//!
//! A text is a Markdown file at any depth below `posts/` or `pages/`. A folder with an `index.md` is that of one text: all that is in it are its files.

use crate::diagnostic::{Diagnostic, Report};
use crate::tree::SourceTree;

/// The folder of the posts.
pub(super) const POSTS: &str = "posts/";
/// The folder of the pages.
pub(super) const PAGES: &str = "pages/";

/// The extensions of Markdown.
const EXTENSIONS: [&str; 2] = [".md", ".markdown"];

/// The paths of posts and pages, in order.
#[derive(Debug, Default)]
pub(crate) struct Found<'a> {
    pub(crate) posts: Vec<&'a str>,
    pub(crate) pages: Vec<&'a str>,
}

/// What a file below `posts/` or `pages/` is.
enum Kind<'a> {
    /// A post or a page.
    Text,
    /// Markdown in the folder of a text. It may be a listing or a note, or meant as a text next to it: with the folder for that.
    Note(&'a str),
    /// Another file, or Markdown below a folder of the folder of a text, as its author has it: a README of its code is no post.
    File,
    /// The text of a list of texts, as other generators have it, with the name of its folder.
    Section(&'a str),
    /// Markdown with components (<https://mdxjs.com>).
    Mdx,
}

/// Finds the posts and the pages of a tree.
pub(crate) fn find<'a>(tree: &'a SourceTree, report: &mut Report) -> Found<'a> {
    Found { posts: texts(tree, POSTS, report), pages: texts(tree, PAGES, report) }
}

/// The path of a Markdown file without its extension, and without `/index`: `posts/a` of `posts/a.md` and of `posts/a/index.md`.
pub(super) fn stem(path: &str) -> &str {
    let stem = without_extension(path).unwrap_or(path);
    stem.strip_suffix("/index").unwrap_or(stem)
}

/// Whether a file is Markdown.
pub(crate) fn is_markdown(path: &str) -> bool {
    without_extension(path).is_some()
}

/// Whether a file is Markdown with components.
pub(super) fn is_mdx(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("mdx"))
}

fn without_extension(path: &str) -> Option<&str> {
    EXTENSIONS.iter().find_map(|extension| {
        let (stem, end) = path.split_at_checked(path.len().checked_sub(extension.len())?)?;
        end.eq_ignore_ascii_case(extension).then_some(stem)
    })
}

fn texts<'a>(tree: &'a SourceTree, folder: &'static str, report: &mut Report) -> Vec<&'a str> {
    let mut texts = Vec::new();
    for path in tree.paths(folder) {
        match kind(tree, folder, path) {
            Kind::Text => texts.push(path),
            Kind::Note(beside) => report.push(note(beside, path)),
            Kind::Section(name) => report.push(section(folder, name, path)),
            Kind::Mdx => report.push(
                Diagnostic::warning(path, None, "MDX is not rendered")
                    .help("if it has no components and no imports, change its extension to .md"),
            ),
            Kind::File => {}
        }
    }
    texts
}

fn kind<'a>(tree: &SourceTree, folder: &str, path: &'a str) -> Kind<'a> {
    let owner = owner(tree, folder, path);
    let is_direct = |owner: &str| !path[owner.len()..].contains('/');
    let Some(stem) = without_extension(path) else {
        return if is_mdx(path) && owner.is_none() { Kind::Mdx } else { Kind::File };
    };
    let (place, name) = stem[folder.len()..].rsplit_once('/').unwrap_or(("", &stem[folder.len()..]));
    match owner {
        // The posts are no folder of a text, whatever is in it.
        None if name == "_index" || (name == "index" && place.is_empty() && folder == POSTS) => Kind::Section(place),
        None => Kind::Text,
        Some(owner) if is_direct(owner) && name == "index" => Kind::Text,
        Some(owner) if is_direct(owner) && name != "_index" => Kind::Note(above(owner)),
        Some(_) => Kind::File,
    }
}

/// The folder that a folder is in.
fn above(folder: &str) -> &str {
    let folder = folder.trim_end_matches('/');
    folder.rfind('/').map_or("", |slash| &folder[..=slash])
}

/// The folder of the text that a file belongs to: the first below `folder` that has an `index.md`.
fn owner<'a>(tree: &SourceTree, folder: &str, path: &'a str) -> Option<&'a str> {
    let slashes = path[folder.len()..].match_indices('/').map(|(at, _)| folder.len() + at + 1);
    slashes
        .map(|end| &path[..end])
        .find(|folder| EXTENSIONS.iter().any(|extension| tree.get(&format!("{folder}index{extension}")).is_some()))
}

/// Markdown next to an `index.md`.
fn note(folder: &str, path: &str) -> Diagnostic {
    let file = path.rsplit('/').next().unwrap_or(path);
    Diagnostic::warning(path, None, format!("{file} is not rendered: in a folder, only index.md is"))
        .help(format!("if it is a separate text, move it to {folder}{file}"))
}

/// The text of a list of posts, or of the pages in a folder.
fn section(folder: &str, name: &str, path: &str) -> Diagnostic {
    let file = path.rsplit('/').next().unwrap_or(path);
    let help = match (folder, name) {
        (POSTS, _) => {
            "posts are grouped by topic: move its title and description to a [[topic]] of topics.toml, a longer text to \
             a page, and delete it"
                .to_owned()
        }
        (_, "") => "move its title and description to site.toml, a longer text to a page, and delete it".to_owned(),
        (_, name) => format!("if it has a text, rename it to {folder}{name}.md, the page /{name}; or delete it"),
    };
    Diagnostic::warning(path, None, format!("{file} is not rendered: a folder has no page of its own")).help(help)
}
