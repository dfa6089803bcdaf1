//! Finds the posts and the pages among the files of the tree, and Markdown files that may be meant as one.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Report};
use crate::tree::SourceTree;

/// The folder of the posts.
pub(super) const POSTS: &str = "posts/";

/// The paths of posts and pages, in order.
#[derive(Debug, Default)]
pub(crate) struct Found<'a> {
    pub(crate) posts: Vec<&'a str>,
    pub(crate) pages: Vec<&'a str>,
}

/// The kind of a path below `posts/` or `pages/`.
enum Place<'a> {
    /// `NAME.md` or `NAME/index.md`.
    Text,
    /// `NAME/other.md`, in the folder NAME.
    InFolder(&'a str),
    /// Any Markdown in `NAME/deeper/…`.
    TooDeep(&'a str),
    /// Not Markdown: an image, a listing.
    Other,
    /// `NAME.markdown`, `NAME.MD`.
    MisnamedMarkdown,
}

/// Finds the posts and the pages of a tree.
pub(crate) fn find<'a>(tree: &'a SourceTree, report: &mut Report) -> Found<'a> {
    let found = Found { posts: texts(tree, POSTS, report), pages: texts(tree, "pages/", report) };
    for (path, _) in tree.below("").filter(|(path, _)| !path.contains('/') && is_markdown(path)) {
        report.push(
            Diagnostic::warning(path, None, format!("{path} is not rendered"))
                .help(format!("move a post to posts/{path}, a page to pages/{path}")),
        );
    }
    found
}

fn texts<'a>(tree: &'a SourceTree, folder: &'static str, report: &mut Report) -> Vec<&'a str> {
    let mut texts = Vec::new();
    for (path, _) in tree.below(folder) {
        match place(&path[folder.len()..]) {
            Place::Text => texts.push(path),
            Place::InFolder(name) => report.push(not_index(tree, folder, name, path)),
            // The files of a text are in its folder as their author has them: a README of its code is no post.
            Place::TooDeep(name) if has_text(tree, folder, name) => {}
            Place::TooDeep(_) => report.push(misplaced(folder, path)),
            Place::MisnamedMarkdown => report.push(
                Diagnostic::warning(path, None, "only files with the extension .md are rendered")
                    .help("change its extension to .md"),
            ),
            Place::Other => {}
        }
    }
    texts
}

fn place(path: &str) -> Place<'_> {
    if !is_markdown(path) {
        return Place::Other;
    }
    let is_misnamed = Path::new(path).extension().is_none_or(|extension| extension != "md");
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    match rest {
        _ if rest.contains('/') => Place::TooDeep(name),
        _ if is_misnamed => Place::MisnamedMarkdown,
        "" | "index.md" => Place::Text,
        _ => Place::InFolder(name),
    }
}

/// Whether the folder NAME is that of a text.
fn has_text(tree: &SourceTree, folder: &str, name: &str) -> bool {
    tree.get(&format!("{folder}{name}/index.md")).is_some()
}

fn is_markdown(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| {
        ["md", "markdown", "mdx"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// Markdown in a folder with an `index.md` may be a listing or a note. Without one, its author expects to see it.
fn not_index(tree: &SourceTree, folder: &str, name: &str, path: &str) -> Diagnostic {
    if !has_text(tree, folder, name) {
        return misplaced(folder, path);
    }
    let file = path.rsplit('/').next().unwrap_or(path);
    Diagnostic::warning(path, None, format!("{file} is not rendered: in a folder, only index.md is"))
        .help(format!("if it is a separate text, move it to {folder}{file}"))
}

fn misplaced(folder: &str, path: &str) -> Diagnostic {
    let kind = if folder == POSTS { "post" } else { "page" };
    Diagnostic::error(path, None, format!("a {kind} in an unexpected place"))
        .help(format!("move it to {folder}NAME.md, or to {folder}NAME/index.md with its images in the same folder"))
}
