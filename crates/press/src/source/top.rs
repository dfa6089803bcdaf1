//! What is at the top of the content and is not read there: a text outside of its folder, a folder with the name that it has elsewhere.

use std::collections::BTreeSet;

use super::files::{is_markdown, is_mdx};
use crate::diagnostic::{Diagnostic, Report, nearest};
use crate::tree::{FOLDERS, SETTINGS, SourceTree};

/// Documents about the files of the site, for those who work on them.
const DOCUMENTS: [&str; 8] =
    ["README", "LICENSE", "LICENCE", "CHANGELOG", "CONTRIBUTING", "CODE_OF_CONDUCT", "SECURITY", "IMPORT"];

/// What folders are called elsewhere.
const DRAFTS: [&str; 2] = ["drafts", "_drafts"];
const OF_POSTS: [&str; 4] = ["_posts", "articles", "blog", "writing"];
const OF_FILES: [&str; 8] = ["assets", "files", "images", "img", "media", "public", "resources", "uploads"];

/// Warns of what is not read.
pub(super) fn check(tree: &SourceTree, report: &mut Report) {
    let is_document = |path: &str| DOCUMENTS.iter().any(|document| document.eq_ignore_ascii_case(stem(path)));
    for path in tree.paths("").filter(|path| !path.contains('/')) {
        if FOLDERS.contains(&path) {
            let warning = Diagnostic::warning(path, None, format!("{path} is a file, and not read"));
            report.push(warning.help(format!("make {path}/ a folder, or remove the file")));
        } else if (is_markdown(path) || is_mdx(path)) && !is_document(path) {
            report.push(text(path));
        } else if let Some(meant) = misspelt_settings(path) {
            let warning = Diagnostic::warning(path, None, format!("{path} is not read"));
            report.push(warning.help(format!("did you mean {meant}?")));
        }
    }
    for folder in other_folders(tree) {
        if let Some(help) = help(folder, tree) {
            let warning = Diagnostic::warning(format!("{folder}/"), None, format!("the folder {folder}/ is not read"));
            report.push(warning.help(help));
        }
    }
}

/// What a file is meant as whose name is nearly that of the settings.
fn misspelt_settings(path: &str) -> Option<&'static str> {
    let is_settings = [".toml", ".yaml", ".yml"].iter().any(|extension| path.ends_with(extension));
    nearest(path, SETTINGS).filter(|meant| is_settings && *meant != path)
}

/// Whether what [`check`] finds depends on what texts refer to, and so changes with them.
pub(super) fn depends_on_texts(tree: &SourceTree) -> bool {
    other_folders(tree).into_iter().any(may_have_files)
}

/// The folders that are not read.
fn other_folders(tree: &SourceTree) -> BTreeSet<&str> {
    let folders = tree.paths("").filter_map(|path| Some(path.split_once('/')?.0));
    folders.filter(|folder| !FOLDERS.contains(folder)).collect()
}

/// Whether a folder has the name of one that has files for texts, here or elsewhere.
fn may_have_files(folder: &str) -> bool {
    OF_FILES.contains(&folder) || nearest(folder, FOLDERS).is_some()
}

/// The name of a file without its extension.
fn stem(name: &str) -> &str {
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

/// A text that is in no folder.
fn text(path: &str) -> Diagnostic {
    let help = match stem(path) {
        "_index" | "index" => "title and description of the site belong in site.toml".to_owned(),
        _ => format!("move a post to posts/{path}, a page to pages/{path}"),
    };
    Diagnostic::warning(path, None, format!("{path} is not rendered")).help(help)
}

/// What to do with a folder. `None` if it has no name that says what is in it: texts may refer to files anywhere.
fn help(folder: &str, tree: &SourceTree) -> Option<String> {
    if DRAFTS.contains(&folder) {
        return Some("move its texts to posts/, and mark each as a draft in its front matter: draft = true".to_owned());
    }
    if OF_POSTS.contains(&folder) {
        return Some("rename it to posts/".to_owned());
    }
    if !may_have_files(folder) || is_referred_to(folder, tree) {
        return None;
    }
    Some(match nearest(folder, FOLDERS) {
        Some(near) => format!("did you mean {near}/?"),
        None => "move files that keep their addresses to static/, and the pictures of a text to the folder of the text"
            .to_owned(),
    })
}

/// Whether a text refers to a file in the folder `folder`: only texts in other folders can, with a path that leads upwards.
fn is_referred_to(folder: &str, tree: &SourceTree) -> bool {
    let path = format!("../{folder}/");
    let mut texts = ["posts/", "pages/"].into_iter().flat_map(|texts| tree.paths(texts));
    texts.any(|text| is_markdown(text) && tree.text(text).is_some_and(|text| text.contains(&path)))
}
