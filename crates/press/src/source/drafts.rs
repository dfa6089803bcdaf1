//! Drafts: texts that a build leaves out. A link to one is a mistake that its author should recognise.

use std::collections::BTreeMap;

use super::files;
use super::markdown_file::{self, TextKind};
use super::sources::MarkdownFile;
use crate::diagnostic::Report;
use crate::options::Options;
use crate::tree::SourceTree;

/// Whether the text at `path` is a draft.
pub(crate) fn is_draft(tree: &SourceTree, path: &str) -> bool {
    draft(tree, path).is_some()
}

/// The paths of all drafts, by the paths that their pages would have.
pub(crate) fn drafts(tree: &SourceTree) -> BTreeMap<String, String> {
    draft_files(tree).map(|draft| (route(&draft), draft.body.path)).collect()
}

/// All drafts. Nothing is reported about them: they are not finished.
pub(crate) fn draft_files(tree: &SourceTree) -> impl Iterator<Item = MarkdownFile> {
    let found = files::find(tree, &mut Report::default());
    found.posts.into_iter().chain(found.pages).filter_map(|path| draft(tree, path))
}

/// The text at `path`, if it is a draft.
fn draft(tree: &SourceTree, path: &str) -> Option<MarkdownFile> {
    let kind = if is_post(path) { TextKind::Post { topics: None } } else { TextKind::Page };
    let drafts = Options { drafts: true, ..Options::default() };
    markdown_file::read(tree, path, kind, &drafts, &mut Report::default()).filter(|file| file.matter.draft)
}

/// The path that the page of a draft would have.
fn route(draft: &MarkdownFile) -> String {
    format!("{}/{}", if is_post(&draft.body.path) { "/blog" } else { "" }, draft.slug)
}

fn is_post(path: &str) -> bool {
    path.starts_with(files::POSTS)
}
