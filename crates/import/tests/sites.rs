//! Small sites of each generator, in `sites/`: `from/` becomes `to/`. `GRAVEN_BLESS=1 cargo test -p graven-import` writes `to/` anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use graven_import::{Error, Folder, Generator, Imported, Options, import};
use graven_press::cache::Cache;
use graven_press::tree::SourceTree;
use graven_press::{Codings, Scheduled, press};
use jiff::civil::date;

fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                walk(root, &path, files);
            } else {
                let name = path.strip_prefix(root).expect("below it").to_string_lossy().into_owned();
                files.insert(name, fs::read(&path).expect("it can be read"));
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(root, root, &mut files);
    files
}

fn site(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sites").join(name)
}

fn imported(name: &str) -> Imported {
    let mut folder = Folder::default();
    for (path, bytes) in files(&site(name).join("from")) {
        folder.insert(path, bytes, Some(date(2024, 6, 1)));
    }
    let options = Options { today: date(2026, 1, 31), generator: None };
    import(&folder, &options, Cache::none()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Compares what becomes of a site with its golden files, and presses it.
fn check(name: &str, generator: Generator) {
    let imported = imported(name);
    assert_eq!(imported.recognised.generator, generator);
    let golden = site(name).join("to");
    if std::env::var_os("GRAVEN_BLESS").is_some() {
        let _ = fs::remove_dir_all(&golden);
        for (path, bytes) in &imported.files {
            let path = golden.join(path);
            fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be created");
            fs::write(path, bytes).expect("it can be written");
        }
    }
    let expected = files(&golden);
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&imported.files), names(&expected), "{name}");
    for (path, bytes) in &expected {
        let found = String::from_utf8_lossy(&imported.files[path]);
        assert_eq!(found, String::from_utf8_lossy(bytes), "{name}: {path}");
    }
    let mut tree = SourceTree::default();
    imported.files.into_iter().for_each(|(path, bytes)| tree.insert(path, bytes));
    let options = graven_press::Options { codings: Codings::Identity, ..graven_press::Options::default() };
    press(&tree, &options, &Cache::none()).unwrap_or_else(|report| panic!("{name}: {}", report.render(&tree, "")));
}

#[test]
fn a_site_of_zola_becomes_one_of_graven() {
    check("zola", Generator::Zola);
}

#[test]
fn a_site_of_hugo_becomes_one_of_graven() {
    check("hugo", Generator::Hugo);
}

#[test]
fn a_site_of_jekyll_becomes_one_of_graven() {
    check("jekyll", Generator::Jekyll);
}

#[test]
fn a_site_of_astro_becomes_one_of_graven() {
    check("astro", Generator::Astro);
}

#[test]
fn a_vault_of_obsidian_becomes_a_site_of_graven() {
    check("obsidian", Generator::Obsidian);
}

#[test]
fn what_is_not_published_there_is_a_draft_here() {
    for (name, path) in [
        ("hugo", "posts/json.md"),
        ("hugo", "posts/the-depot.md"),
        ("jekyll", "posts/soup.md"),
        ("obsidian", "posts/private.md"),
    ] {
        let imported = imported(name);
        let file =
            imported.files.get(path).unwrap_or_else(|| panic!("{path} is not there: {:?}", imported.files.keys()));
        assert!(String::from_utf8_lossy(file).contains("\ndraft = true"), "{path}");
    }
}

#[test]
fn what_is_published_later_there_is_scheduled_here() {
    for (name, path, date) in [
        // Zola publishes it at once.
        ("zola", "posts/later.md", "2199-01-01"),
        ("hugo", "posts/the-tunnel.md", "2026-05-01T08:30:00"),
        ("jekyll", "posts/punch.md", "2199-12-24T18:00:00"),
    ] {
        let imported = imported(name);
        let file = imported.files.get(path).unwrap_or_else(|| panic!("{path} is not there"));
        let file = String::from_utf8_lossy(file);
        assert!(file.contains(&format!("\ndate = {date}\n")) && !file.contains("draft"), "{path}: {file}");
        let is_noted =
            imported.notes.iter().any(|note| note.message.starts_with("scheduled: ") && note.message.contains(date));
        assert!(is_noted && imported.counts.scheduled == 1, "{path}: {:?}", imported.notes);
    }
}

/// A preview shows drafts and scheduled posts; a build refuses links to them.
#[test]
fn a_build_and_a_preview_of_each_site_have_no_errors() {
    for name in ["zola", "hugo", "jekyll", "astro", "obsidian"] {
        let mut tree = SourceTree::default();
        imported(name).files.into_iter().for_each(|(path, bytes)| tree.insert(path, bytes));
        let clock = date(2026, 1, 31).to_zoned(jiff::tz::TimeZone::UTC).expect("a day").timestamp().as_second();
        for (drafts, scheduled) in [(false, Scheduled::AtTheirTime), (true, Scheduled::Shown)] {
            let clock = Some(clock);
            let options =
                graven_press::Options { codings: Codings::Identity, drafts, clock, scheduled, ..Default::default() };
            press(&tree, &options, &Cache::none())
                .unwrap_or_else(|report| panic!("{name}: {}", report.render(&tree, "")));
        }
    }
}

#[test]
fn a_folder_without_a_generator_or_without_texts_is_refused() {
    let options = |generator| Options { today: date(2026, 1, 31), generator };
    let mut folder = Folder::default();
    folder.insert("notes.txt", "", None);
    let error = |generator| import(&folder, &options(generator), Cache::none()).err();
    assert_eq!(error(None), Some(Error::Unknown));
    assert_eq!(error(Some(Generator::Hugo)), Some(Error::Empty(Generator::Hugo)));
}
