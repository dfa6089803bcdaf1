//! Which files of the tree are posts and pages, and which Markdown files look as if they were meant to be.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Report};
use crate::tree::SourceTree;

/// The paths of posts and pages, in order.
#[derive(Debug, Default)]
pub(crate) struct Found<'a> {
    pub(crate) posts: Vec<&'a str>,
    pub(crate) pages: Vec<&'a str>,
}

/// What a path below `posts/` or `pages/` is.
enum Place<'a> {
    /// `NAME.md` or `NAME/index.md`.
    Text,
    /// `NAME/other.md`, in the folder NAME.
    Beside(&'a str),
    /// `NAME/deeper/…/other.md`.
    TooDeep,
    /// Not Markdown: an image, a listing.
    Other,
    /// `NAME.markdown`, `NAME.MD`.
    MisnamedMarkdown,
}

/// Finds the posts and the pages of a tree.
pub(crate) fn find<'a>(tree: &'a SourceTree, report: &mut Report) -> Found<'a> {
    let found = Found { posts: texts(tree, "posts/", report), pages: texts(tree, "pages/", report) };
    for (path, _) in tree.below("").filter(|(path, _)| !path.contains('/') && is_markdown(path)) {
        report.push(
            Diagnostic::warning(path, None, format!("{path} is not rendered"))
                .help(format!("a post lives in posts/{path}, a page in pages/{path}")),
        );
    }
    found
}

fn texts<'a>(tree: &'a SourceTree, folder: &'static str, report: &mut Report) -> Vec<&'a str> {
    let mut texts = Vec::new();
    for (path, _) in tree.below(folder) {
        match place(&path[folder.len()..]) {
            Place::Text => texts.push(path),
            Place::Beside(name) => report.push(beside(tree, folder, name, path)),
            Place::TooDeep => report.push(misplaced(folder, path)),
            Place::MisnamedMarkdown => report.push(
                Diagnostic::warning(path, None, "only files that end in .md are rendered")
                    .help("rename it to end in .md"),
            ),
            Place::Other => {}
        }
    }
    texts
}

fn place(path: &str) -> Place<'_> {
    if Path::new(path).extension().is_none_or(|extension| extension != "md") {
        return if is_markdown(path) { Place::MisnamedMarkdown } else { Place::Other };
    }
    let mut segments = path.split('/');
    match (segments.next(), segments.next(), segments.next()) {
        (Some(_), None, _) | (_, Some("index.md"), None) => Place::Text,
        (Some(name), Some(_), None) => Place::Beside(name),
        _ => Place::TooDeep,
    }
}

fn is_markdown(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| {
        ["md", "markdown", "mdx"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// Markdown beside an `index.md` may be a listing or a note; without one, it is a post that its author expects to see.
fn beside(tree: &SourceTree, folder: &str, name: &str, path: &str) -> Diagnostic {
    if tree.get(&format!("{folder}{name}/index.md")).is_none() {
        return misplaced(folder, path);
    }
    let file = path.rsplit('/').next().unwrap_or(path);
    Diagnostic::warning(path, None, format!("{file} is not rendered: only index.md of a folder is"))
        .help(format!("if it is a text of its own, move it to {folder}{file}"))
}

fn misplaced(folder: &str, path: &str) -> Diagnostic {
    let kind = if folder == "posts/" { "post" } else { "page" };
    Diagnostic::error(path, None, format!("this is not where a {kind} lives"))
        .help(format!("a {kind} is {folder}NAME.md, or {folder}NAME/index.md with its images beside it"))
}
