//! All posts and pages, read over all cores. A file that is as in the press before is not parsed again.

use std::collections::HashMap;

use rayon::prelude::*;

use super::files::{self, Found};
use super::markdown_file::{self, TextKind};
use super::sources::{Body, MarkdownFile};
use super::top;
use crate::diagnostic::Report;
use crate::options::Options;
use crate::tree::{Contents, SourceTree};

/// What the files of a press say, for the next one.
#[derive(Debug, Default)]
pub(crate) struct KnownFiles {
    /// The slugs of the topics. With others, all files are read again.
    topics: Option<Vec<String>>,
    /// By path. A file with findings is not among them: each press reports them.
    files: HashMap<String, Known>,
}

#[derive(Debug)]
struct Known {
    contents: Contents,
    file: MarkdownFile,
}

impl KnownFiles {
    /// The file at `path`, if it says what it said before.
    fn get(&self, path: &str, tree: &SourceTree) -> Option<MarkdownFile> {
        let Known { contents, file } = self.files.get(path)?;
        let has_image = file.image.as_ref().is_none_or(|image| tree.has(image));
        (has_image && tree.contents(path) == Some(contents)).then(|| file.clone())
    }

    fn put(&mut self, file: &MarkdownFile, tree: &SourceTree) {
        let path = &file.body.path;
        if let Some(contents) = tree.contents(path) {
            self.files.insert(path.clone(), Known { contents: contents.clone(), file: file.clone() });
        }
    }
}

/// The bodies of the texts that changed since the tree `before`, if nothing else did: neither another file, nor a front matter, nor a description that is
/// the beginning of a text. `known` is of that tree.
pub(crate) fn changed_bodies(
    tree: &SourceTree,
    before: &SourceTree,
    known: &mut KnownFiles,
    options: &Options,
) -> Option<Vec<Body>> {
    if top::depends_on_texts(tree) {
        return None;
    }
    let mut bodies = Vec::new();
    for path in tree.changed_since(before)? {
        // A draft that is one no longer is among the known files as it was published before.
        let Known { contents, file } = known.files.get(path)?;
        let before = (before.contents(path) == Some(contents)).then_some(file)?;
        let topics = known.topics.as_deref();
        let kind = if path.starts_with(files::POSTS) { TextKind::Post { topics } } else { TextKind::Page };
        let mut found = Report::default();
        let file = markdown_file::read(tree, path, kind, options, &mut found).filter(|_| found.is_empty())?;
        let all_but_body = |file: &MarkdownFile| MarkdownFile { body: before.body.clone(), ..file.clone() };
        if all_but_body(&file) != *before {
            return None;
        }
        known.put(&file, tree);
        bodies.push(file.body);
    }
    Some(bodies)
}

/// Reads posts and pages. `topics` are the slugs of the topics that a post may name, if they are known.
pub(super) fn read(
    (tree, options): (&SourceTree, &Options),
    found: Found,
    topics: Option<&[String]>,
    mut known: Option<&mut KnownFiles>,
    report: &mut Report,
) -> (Vec<MarkdownFile>, Vec<MarkdownFile>) {
    if let Some(known) = &mut known {
        if known.topics.as_deref() != topics {
            **known = KnownFiles { topics: topics.map(<[String]>::to_vec), files: HashMap::new() };
        }
        known.files.retain(|path, _| tree.has(path));
    }
    let mut read = |paths: Vec<&str>, kind: TextKind| {
        let before = known.as_deref();
        let read = |path: &&str| {
            if let Some(file) = before.and_then(|known| known.get(path, tree)) {
                return (Some(file), None);
            }
            let mut found = Report::default();
            (markdown_file::read(tree, path, kind, options, &mut found), Some(found))
        };
        let results: Vec<_> = paths.par_iter().map(read).collect();
        let mut files = Vec::with_capacity(results.len());
        for (file, found) in results {
            if let (Some(known), Some(file), Some(found)) = (&mut known, &file, &found)
                && found.is_empty()
            {
                known.put(file, tree);
            }
            report.extend(found.unwrap_or_default());
            files.extend(file);
        }
        files
    };
    (read(found.posts, TextKind::Post { topics }), read(found.pages, TextKind::Page))
}
