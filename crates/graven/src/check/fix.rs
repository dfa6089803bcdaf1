//! `graven check --fix`: the changes that diagnostics suggest, made until none is left.
//!
//! 1. [`fix`] changes the files in memory, and has them checked again after each round: a corrected key can bring a correctable value to light.
//! 2. [`Fixed::list`] says what was changed, [`Fixed::write`] writes the files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::Path;

use graven_press::diagnostic::{Places, Position, Report};
use graven_press::tree::SourceTree;

use crate::error::Error;

/// The most rounds. Each corrects what the one before brought to light; changes that bring each other about must end.
const MOST_ROUNDS: usize = 8;

/// The files of a site with all changes, and what is wrong with them still.
pub(super) struct Fixed {
    pub(super) tree: SourceTree,
    pub(super) report: Report,
    changes: Vec<Change>,
}

/// A replacement in a file.
struct Change {
    path: String,
    /// Where it was when it was made.
    place: Position,
    old: String,
    new: String,
}

/// Makes all changes, in memory. `check` reports on files.
pub(super) fn fix(tree: &SourceTree, mut check: impl FnMut(&SourceTree) -> Report) -> Fixed {
    let mut fixed = Fixed { tree: tree.clone(), report: check(tree), changes: Vec::new() };
    for _ in 0..MOST_ROUNDS {
        let found = replacements(&fixed.report, &fixed.tree);
        if found.is_empty() {
            break;
        }
        for (path, replacements) in found {
            fixed.replace(&path, &replacements);
        }
        fixed.report = check(&fixed.tree);
    }
    fixed
}

/// What to replace in each file, in the order of the file. Of changes that overlap, only the first: the others may be found again.
fn replacements(report: &Report, tree: &SourceTree) -> BTreeMap<String, Vec<(Range<usize>, String)>> {
    let mut files: BTreeMap<String, Vec<(Range<usize>, String)>> = BTreeMap::new();
    for found in report.diagnostics() {
        if let Some((span, new)) = found.fix(tree) {
            files.entry(found.path.clone()).or_default().push((span, new.to_owned()));
        }
    }
    for replacements in files.values_mut() {
        replacements.sort_by_key(|(span, _)| (span.start, span.end));
        let mut end = 0;
        replacements.retain(|(span, _)| {
            let is_apart = span.start >= end;
            end = if is_apart { span.end } else { end };
            is_apart
        });
    }
    files
}

impl Fixed {
    fn replace(&mut self, path: &str, replacements: &[(Range<usize>, String)]) {
        let Some(file) = self.tree.get(path) else { return };
        let mut places = Places::new(&self.tree);
        let mut text = Vec::with_capacity(file.len());
        let mut end = 0;
        for (span, new) in replacements {
            let Some(place) = places.find(path, span) else { continue };
            let old = String::from_utf8_lossy(&file[span.clone()]).into_owned();
            self.changes.push(Change { path: path.to_owned(), place: place.start, old, new: new.clone() });
            text.extend_from_slice(&file[end..span.start]);
            text.extend_from_slice(new.as_bytes());
            end = span.end;
        }
        text.extend_from_slice(&file[end..]);
        self.tree.insert(path, text);
    }

    /// The changes, a line each, and their number. `prefix` comes before each path.
    pub(super) fn list(&self, prefix: &str, is_dry: bool) -> String {
        let mut text = String::new();
        for Change { path, place, old, new } in &self.changes {
            let _ = writeln!(text, "{prefix}{path}:{}:{}: {old} -> {new}", place.line, place.column);
        }
        let changes = match self.changes.len() {
            0 => "nothing".to_owned(),
            1 => "1 place".to_owned(),
            many => format!("{many} places"),
        };
        let done = if is_dry { "would be corrected" } else { "corrected" };
        let _ = writeln!(text, "{changes} {done}");
        text
    }

    /// Writes the files that are not as in `before`, which was read from `folder`, up to the first that cannot be written. Only the changes in those that
    /// were are kept.
    pub(super) fn write(&mut self, before: &SourceTree, folder: &Path) -> Result<(), Error> {
        let paths: BTreeSet<String> = self.changes.iter().map(|change| change.path.clone()).collect();
        let mut written = BTreeSet::new();
        let result = paths.iter().try_for_each(|path| {
            if let (Some(old), Some(new)) = (before.get(path), self.tree.get(path)) {
                let file = folder.join(path);
                replace_file(&file, old, new).map_err(|source| Error::file("correct", &file, &source))?;
            }
            written.insert(path);
            Ok(())
        });
        self.changes.retain(|change| written.contains(&change.path));
        result
    }
}

/// Replaces a file by one with the same permissions, which is complete when it gets the name. A link stays one: the file that it leads to is replaced.
fn replace_file(path: &Path, old: &[u8], new: &[u8]) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    if fs::read(&path)? != old {
        return Err(io::Error::other("it has changed since it was checked; check it again"));
    }
    let folder = path.parent().expect("a file is in a folder");
    let mut file = tempfile::Builder::new().prefix(".graven-fix.").tempfile_in(folder)?;
    file.write_all(new)?;
    file.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use graven_press::diagnostic::Diagnostic;

    use super::*;

    /// A report that finds each `(old, new)` once, at its first place.
    fn finding(words: &[(&str, &str)]) -> impl Fn(&SourceTree) -> Report {
        move |tree| {
            let file = String::from_utf8_lossy(tree.get("a.md").expect("the file")).into_owned();
            let mut report = Report::default();
            for (old, new) in words {
                if let Some(at) = file.find(old) {
                    report.push(Diagnostic::error("a.md", at..at + old.len(), *old).suggest(*old, *new));
                }
            }
            report
        }
    }

    #[test]
    fn changes_are_made_once_and_checked_again_until_none_is_left() {
        for (words, before, after, count) in [
            (&[][..], "a", "a", 0),
            (&[("titel", "title")], "é titel titel", "é title title", 2),
            (&[("one", "two"), ("two", "three")], "one", "three", 2),
            // Both mark the same letters: the first is made, and the second is not there any more.
            (&[("abc", "x"), ("bc", "y")], "abc", "x", 1),
            (&[("a", "b"), ("a", "b")], "a", "b", 1),
        ] {
            let mut tree = SourceTree::default();
            tree.insert("a.md", before);
            let fixed = fix(&tree, finding(words));
            assert_eq!(fixed.tree.get("a.md"), Some(after.as_bytes()), "{before}");
            assert_eq!((fixed.changes.len(), fixed.report.is_empty()), (count, true), "{before}");
        }
    }

    #[test]
    fn what_was_written_before_a_failure_is_listed_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut tree = SourceTree::default();
        for path in ["a.md", "b.md", "c.md"] {
            tree.insert(path, "old");
            fs::write(folder.path().join(path), if path == "b.md" { "another" } else { "old" }).expect("a file");
        }
        let mut fixed = Fixed { tree: tree.clone(), report: Report::default(), changes: Vec::new() };
        for path in ["a.md", "b.md", "c.md"] {
            fixed.replace(path, &[(0..3, "new".to_owned())]);
        }
        let error = fixed.write(&tree, folder.path()).expect_err("one has changed");
        assert!(error.to_string().contains("b.md: it has changed"), "{error}");
        assert_eq!(fixed.list("", false), "a.md:1:1: old -> new\n1 place corrected\n");
        let read = |path: &str| fs::read_to_string(folder.path().join(path)).expect("a file");
        assert_eq!(["a.md", "b.md", "c.md"].map(read), ["new", "another", "old"]);
    }

    #[test]
    fn changes_that_bring_each_other_about_end() {
        let mut tree = SourceTree::default();
        tree.insert("a.md", "ping");
        let fixed = fix(&tree, finding(&[("ping", "pong"), ("pong", "ping")]));
        assert_eq!((fixed.changes.len(), fixed.report.errors()), (MOST_ROUNDS, 1));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_keeps_its_permissions_and_its_links_and_one_that_changed_is_left_alone() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").expect("a file");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("its permissions");
        symlink("file", &link).expect("a link");
        replace_file(&link, b"old", b"new").expect("it can be replaced");
        assert_eq!(fs::read(&file).ok().as_deref(), Some(&b"new"[..]));
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
        let error = replace_file(&file, b"old", b"newer").expect_err("it is another one");
        assert!(error.to_string().contains("has changed"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing is left behind");
    }
}
