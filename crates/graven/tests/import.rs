//! `graven import`, as an author runs it: one folder is read, another one written, and nothing is overwritten.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn graven(arguments: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_graven")).args(arguments).output().expect("it starts")
}

/// The small site of Jekyll that `graven-import` has for its tests.
fn jekyll() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../import/tests/sites/jekyll/from")
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            let bytes = fs::read(&path).expect("it can be read");
            files.insert(path, bytes);
        }
    }
    files
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn an_imported_site_passes_the_check_and_the_earlier_one_is_as_it_was() {
    let parent = TempDir::new().expect("a temporary folder");
    let (from, to) = (jekyll(), parent.path().join("new/blog"));
    let before = files(&from);
    let done = graven(&["import".as_ref(), &from, &to]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let summary = text(&done.stdout);
    assert!(summary.starts_with("Jekyll was recognised: there is _config.yml\n"), "{summary}");
    assert!(summary.contains(": 7 posts, 3 pages (3 of them drafts"), "{summary}");
    assert!(summary.contains("  _posts/2013-05-06-first-bread.md:22: an include of Liquid"), "{summary}");
    assert_eq!(files(&from), before);
    let checked = graven(&["check".as_ref(), &to]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    assert!(to.join("IMPORT.txt").is_file());
}

#[test]
fn a_folder_with_files_and_one_within_the_other_site_are_refused() {
    let parent = TempDir::new().expect("a temporary folder");
    let to = parent.path().join("blog");
    assert!(graven(&["import".as_ref(), &jekyll(), &to]).status.success());
    let before = files(&to);
    let again = graven(&["import".as_ref(), &jekyll(), &to]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("is not empty"), "{}", text(&again.stderr));
    assert_eq!(files(&to), before);
    let within = graven(&["import".as_ref(), &to, &to.join("inside")]);
    assert_eq!(within.status.code(), Some(1));
    assert!(text(&within.stderr).contains("which is only read"), "{}", text(&within.stderr));
    assert!(!to.join("inside").exists());
}

#[test]
fn a_folder_of_no_generator_is_refused_with_what_was_looked_for() {
    let parent = TempDir::new().expect("a temporary folder");
    let from = parent.path().join("from");
    fs::create_dir(&from).expect("a folder");
    fs::write(from.join("a.md"), "Text.\n").expect("a file");
    let refused = graven(&["import".as_ref(), &from, &parent.path().join("to")]);
    assert_eq!(refused.status.code(), Some(1));
    let message = text(&refused.stderr);
    assert!(message.contains("_config.yml") && message.contains("--from"), "{message}");
    assert!(!parent.path().join("to").exists());
    let vault = graven(&["import".as_ref(), &from, &parent.path().join("to"), "--from".as_ref(), "obsidian".as_ref()]);
    assert!(vault.status.success(), "{}", text(&vault.stderr));
    assert!(parent.path().join("to/posts/a.md").is_file());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_of_the_other_site_is_left_out_with_a_note() {
    use std::os::unix::fs::symlink;

    let parent = TempDir::new().expect("a temporary folder");
    let (from, to) = (parent.path().join("from"), parent.path().join("to"));
    fs::create_dir_all(from.join("_posts")).expect("a folder");
    fs::create_dir_all(from.join(".git")).expect("a folder");
    fs::create_dir_all(from.join("files")).expect("a folder");
    for (path, text) in [
        ("from/_config.yml", "title: T\nurl: https://example.org\n"),
        ("from/_posts/2020-01-01-a.md", "Text.\n"),
        ("from/.git/config.txt", "A secret.\n"),
        ("from/files/own.txt", "Not secret.\n"),
        ("outside.txt", "A secret.\n"),
    ] {
        fs::write(parent.path().join(path), text).expect("a file");
    }
    for (target, link) in [
        ("../../outside.txt", "outside.txt"),
        ("../.git/config.txt", "tool.txt"),
        ("own.txt", "again.txt"),
        ("nowhere.txt", "nowhere.txt"),
        ("../_posts", "posts"),
        ("/dev/zero", "zero.txt"),
    ] {
        symlink(target, from.join("files").join(link)).expect("a link");
    }
    let made = Command::new("mkfifo").arg(from.join("files/pipe.txt")).status().expect("it starts");
    assert!(made.success());
    let done = graven(&["import".as_ref(), &from, &to]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let copied: Vec<_> = files(&to.join("static")).into_keys().collect();
    assert_eq!(copied, ["again.txt", "own.txt"].map(|name| to.join("static/files").join(name)));
    let notes = fs::read_to_string(to.join("IMPORT.txt")).expect("a file");
    for (name, reason) in [
        ("outside.txt", "it is a link that leads out of the site"),
        ("tool.txt", "it is a link that leads out of the site"),
        ("nowhere.txt", "it is a link that leads nowhere"),
        ("posts", "it is a link to a folder"),
        ("zero.txt", "it is a link that leads out of the site"),
        ("pipe.txt", "it is neither a file nor a folder"),
    ] {
        assert!(notes.contains(&format!("\nfiles/{name}\n  not imported: {reason}\n")), "{name}: {notes}");
    }
}
