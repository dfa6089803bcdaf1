//! Drafts: texts that a build leaves out. A link to one is a mistake that its author should recognise.

use std::collections::BTreeMap;

use super::files;
use super::markdown_file::{self, TextKind};
use crate::diagnostic::Report;
use crate::options::Options;
use crate::tree::SourceTree;

/// Whether the text at `path` is a draft.
pub(crate) fn is_draft(tree: &SourceTree, path: &str) -> bool {
    draft(tree, path).is_some()
}

/// The paths of all drafts, by the paths that their pages would have.
pub(crate) fn drafts(tree: &SourceTree) -> BTreeMap<String, String> {
    let found = files::find(tree, &mut Report::default());
    let routes =
        found.posts.into_iter().chain(found.pages).filter_map(|path| Some((draft(tree, path)?, path.to_owned())));
    routes.collect()
}

/// The path that the page of a draft would have. `None` if the text is no draft.
fn draft(tree: &SourceTree, path: &str) -> Option<String> {
    let is_post = path.starts_with(files::POSTS);
    let kind = if is_post { TextKind::Post { topics: None } } else { TextKind::Page };
    let drafts = Options { drafts: true, ..Options::default() };
    let file = markdown_file::read(tree, path, kind, &drafts, &mut Report::default())?;
    file.matter.draft.then(|| format!("{}/{}", if is_post { "/blog" } else { "" }, file.slug))
}
