//! What the author sees: all mistakes at once, each with its fix; the same bytes each time; a build that notices every change in `content/`. The content
//! is the tests' own: `tests/foreign/content/`, or a site of one post.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use graven_press::cache::Cache;
use graven_press::tree::SourceTree;
use graven_press::{Options, Pack, Pressed, press};
use tempfile::TempDir;

use crate::executable::{Ran, finish};

/// The site in `tests/foreign/content/`.
fn content() -> SourceTree {
    SourceTree::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/content")).expect("it can be read")
}

/// Presses a tree that has no errors.
fn pressed(tree: &SourceTree, cache: &Cache) -> Pressed {
    press(tree, &Options::default(), cache).unwrap_or_else(|report| panic!("{}", report.render(tree, "")))
}

/// The content of a page.
fn page(pack: &[u8], path: &str) -> Option<String> {
    let pack = Pack::open(pack).expect("a sound pack");
    let edition = pack.route(path).expect("a sound route")?.at(pack.time()).expect("a sound edition")?;
    let graven_pack::Content::Page(page) = edition.content() else { panic!("{path} is a redirect") };
    Some(String::from_utf8(page.identity().bytes().expect("a sound variant").into_owned()).expect("UTF-8"))
}

/// Replaces a passage in a file of the tree.
fn replace(tree: &mut SourceTree, path: &str, passage: &str, with: &str) {
    let text = String::from_utf8(tree.get(path).unwrap_or_else(|| panic!("no {path}")).to_vec()).expect("UTF-8");
    assert!(text.contains(passage), "{passage:?} is not in {path}");
    tree.insert(path, text.replacen(passage, with, 1));
}

const CHAIN: &str = "posts/kette-wechseln/index.md";
const BRAKES: &str = "posts/bremsen-einstellen.md";
const WINTER: &str = "posts/winterpause.md";

/// The line and column of the first occurrence of a text, as an editor counts.
fn place(tree: &SourceTree, path: &str, text: &str) -> String {
    let file = String::from_utf8(tree.get(path).expect("it is there").to_vec()).expect("UTF-8");
    let before = &file[..file.find(text).expect("it occurs")];
    let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
    format!("--> content/{path}:{}:{column}", before.matches('\n').count() + 1)
}

#[test]
fn mistakes_in_three_files_are_reported_together_each_with_its_place_and_its_fix() {
    let mut tree = content();
    replace(&mut tree, CHAIN, "\"antrieb\"]", "\"antrib\"]");
    replace(&mut tree, BRAKES, "date: 2025-06-21", "date: 2025-06-32");
    replace(&mut tree, WINTER, "Bis März", "Nach dem [Messen](/blog/kette-wechseln#mesen): bis März");
    let report = press(&tree, &Options::default(), &Cache::none()).expect_err("there are three mistakes");
    let text = report.render(&tree, "content/");
    assert_eq!(report.errors(), 3, "{text}");
    for (path, marked, fix) in [
        (CHAIN, "\"antrib\"]", "help: did you mean \"antrieb\"?"),
        (BRAKES, "2025-06-32", "help: a date is written year-month-day"),
        (WINTER, "/blog/kette-wechseln#mesen", "help: did you mean \"#messen\"?"),
    ] {
        let found: Vec<_> = text.split("\n\n").filter(|found| found.contains(path)).collect();
        assert_eq!(found.len(), 1, "{path}: {text}");
        assert!(found[0].contains(&place(&tree, path, marked)), "{marked}: {}", found[0]);
        assert!(found[0].contains(marked) && found[0].contains(fix), "{fix}: {}", found[0]);
    }
    assert!(text.ends_with("3 errors\n"), "{text}");
}

#[test]
fn a_site_without_mistakes_has_no_warnings() {
    let tree = content();
    let report = pressed(&tree, &Cache::none()).report;
    assert!(report.is_empty(), "{}", report.render(&tree, "content/"));
}

#[test]
fn the_same_content_gives_the_same_bytes() {
    let tree = content();
    let first = pressed(&tree, &Cache::none()).pack;
    let mut backwards = SourceTree::default();
    let mut files: Vec<_> = tree.below("").collect();
    files.reverse();
    for (path, bytes) in files {
        backwards.insert(path, bytes);
    }
    assert!(pressed(&backwards, &Cache::none()).pack == first, "read in another order");
    let folder = TempDir::new().expect("a temporary folder");
    for has_made in [true, false] {
        let cache = Cache::at(folder.path());
        assert!(pressed(&tree, &cache).pack == first, "pressed with a cache");
        assert_eq!(cache.made() > 0, has_made);
    }
}

/// A post in front matter and one paragraph.
fn post(title: &str, more: &str, text: &str) -> String {
    let front = format!(
        "title = \"{title}\"\ndescription = \"What {title} is about.\"\ndate = 2026-01-02\ntopics = [\"web3\"]\n{more}"
    );
    format!("+++\n{front}+++\n{text}\n")
}

/// A site of one topic and, with a post, one page to press.
const SMALL: [(&str, &str); 2] = [
    ("site.toml", "title = \"Site\"\ndescription = \"A site.\"\n"),
    ("topics.toml", "[[topic]]\nslug = \"web3\"\ntitle = \"Web3\"\nblurb = \"Contracts.\"\n"),
];

fn small() -> SourceTree {
    let mut tree = SourceTree::default();
    for (path, text) in SMALL {
        tree.insert(path, text);
    }
    tree.insert("posts/one.md", post("One", "", "The first."));
    tree
}

fn press_whole(tree: &SourceTree, options: &Options) -> Vec<u8> {
    press(tree, options, &Cache::none()).unwrap_or_else(|report| panic!("{}", report.render(tree, ""))).pack
}

#[test]
fn the_time_of_a_build_is_the_option_or_else_the_newest_date() {
    let time =
        |now| Pack::open(&press_whole(&small(), &Options { now, ..Options::default() })).expect("a sound pack").time();
    assert_eq!((time(None), time(Some(1_800_000_000))), (1_767_312_000, 1_800_000_000));
}

#[test]
fn a_post_that_is_added_changed_or_removed_changes_the_site() {
    let options = Options::default();
    let mut tree = small();
    let before = press_whole(&tree, &options);
    tree.insert("posts/attested.md", post("Attested", "", "A first draft of the truth."));
    let added = press_whole(&tree, &options);
    assert!(page(&added, "/blog/attested").is_some_and(|page| page.contains("A first draft of the truth.")));
    for list in ["/", "/blog", "/notes", "/notes/web3", "/feed.xml", "/sitemap.xml", "/llms.txt"] {
        assert!(page(&added, list).is_some_and(|page| page.contains("/blog/attested")), "{list}");
        assert!(page(&before, list).is_some_and(|page| !page.contains("/blog/attested")), "{list}");
    }
    replace(&mut tree, "posts/attested.md", "A first draft", "A second draft");
    let changed = press_whole(&tree, &options);
    assert!(page(&changed, "/blog/attested").is_some_and(|page| page.contains("A second draft of the truth.")));
    assert!(before == press_whole(&small(), &options), "removed, it leaves no trace");
}

#[test]
fn a_draft_is_never_in_a_pack() {
    let mut tree = small();
    tree.insert("posts/secret.md", post("Zugzwang", "draft = true\ntags = [\"Zwischenzug\"]\n", "Zeitnot."));
    let without = press_whole(&small(), &Options::default());
    assert!(press_whole(&tree, &Options::default()) == without, "a draft leaves no trace");
    let shown = press_whole(&tree, &Options { drafts: true, ..Options::default() });
    assert!(
        page(&shown, "/blog/secret").is_some_and(|page| page.contains("Zeitnot.")),
        "it can be looked at when asked for"
    );
}

/// The build script, run as cargo runs it, on a site in a temporary folder. A `cargo build` of a copy of the workspace would take minutes.
pub(crate) struct Build {
    folder: TempDir,
}

impl Build {
    pub(crate) fn new() -> Self {
        let build = Build { folder: TempDir::new().expect("a temporary folder") };
        for (path, text) in SMALL {
            build.write(path, text);
        }
        build.write("posts/one.md", &post("One", "", "The first."));
        build
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("content").join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    pub(crate) fn run(&self) -> Ran {
        self.run_into("out", &self.folder.path().join("cache"))
    }

    /// Runs it for another target or profile, which cargo gives a folder `out` of its own, with a cache.
    fn run_into(&self, out: &str, cache: &Path) -> Ran {
        let out = self.folder.path().join(out);
        fs::create_dir_all(&out).expect("a folder");
        let mut command = Command::new(build_script());
        command.env_remove("NOTES_BASE_URL").env_remove("SOURCE_DATE_EPOCH");
        let ran = finish(command.env("OUT_DIR", out).env("GRAVEN_CACHE", cache).current_dir(self.folder.path()));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "no panic, no backtrace");
        ran
    }

    /// Builds the site. Returns the page of a post, if there is one.
    fn post(&self, slug: &str) -> Option<String> {
        let said = self.run().stdout;
        assert!(!said.contains("cargo::error"), "{said}");
        page(&fs::read(self.folder.path().join("out/site.pack")).expect("a pack"), &format!("/blog/{slug}"))
    }
}

/// The compiled build script, from the folder in which cargo keeps those of all packages. If other toolchains or settings have left several, the newest
/// is the one of this build.
fn build_script() -> PathBuf {
    let builds =
        Path::new(env!("OUT_DIR")).ancestors().find(|folder| folder.ends_with("build")).expect("cargo's build folder");
    let folders = fs::read_dir(builds).expect("it can be listed").map(|entry| entry.expect("an entry").path());
    let is_ours =
        |folder: &PathBuf| folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("notes-"));
    let scripts =
        folders.filter(is_ours).map(|folder| folder.join("build-script-build")).filter(|script| script.is_file());
    let age =
        |script: &PathBuf| fs::metadata(script).and_then(|metadata| metadata.modified()).expect("a time of change");
    scripts.max_by_key(age).unwrap_or_else(|| panic!("no build script below {}", builds.display()))
}

#[test]
fn cargo_builds_again_when_anything_in_content_changes() {
    let said = Build::new().run().stdout;
    // A folder means all files below it, and those that are added or removed.
    for line in ["cargo::rerun-if-changed=content/", "cargo::rerun-if-env-changed=NOTES_BASE_URL"] {
        assert!(said.lines().any(|found| found == line), "{line}: {said}");
    }
}

/// The files of a cache, each with its time. A file that was made again is another one.
fn entries(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let listed = |folder: &Path| fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let files = listed(folder).filter(|path| path.is_dir()).flat_map(|folder| listed(&folder));
    files.map(|path| (path.clone(), fs::metadata(path).and_then(|found| found.modified()).expect("a time"))).collect()
}

#[test]
fn a_build_for_a_second_target_compresses_nothing_again() {
    let build = Build::new();
    let folder = TempDir::new().expect("a temporary folder");
    let pack_of = |out: &str, cache: &Path| {
        let said = build.run_into(out, cache).stdout;
        assert!(!said.contains("cargo::error"), "{said}");
        (fs::read(build.folder.path().join(out).join("site.pack")).expect("a pack"), said)
    };
    let (first, said) = pack_of("debug", folder.path());
    let made = entries(folder.path());
    assert!(made.len() > 10 && !said.contains("warning=the cache"), "{} entries: {said}", made.len());
    assert!(pack_of("release", folder.path()).0 == first);
    assert!(entries(folder.path()) == made, "the second build has made something");
    // Without a cache, and with one that cannot be written, the site is the same.
    assert!(pack_of("none", Path::new("")).0 == first);
    let (pack, said) = pack_of("unwritable", &build.path("site.toml/cache"));
    assert!(pack == first);
    assert_eq!(said.matches("cargo::warning=the cache in ").count(), 1, "{said}");
}

#[test]
fn the_next_build_sees_a_post_that_is_added_changed_or_removed() {
    let build = Build::new();
    assert!(build.post("one").is_some_and(|page| page.contains("The first.")));
    build.write("posts/two/index.md", &post("Two", "", "The second."));
    assert!(build.post("two").is_some_and(|page| page.contains("The second.")));
    build.write("posts/two/index.md", &post("Two", "", "The second, mended."));
    assert!(build.post("two").is_some_and(|page| page.contains("The second, mended.")));
    fs::remove_dir_all(build.path("posts/two")).expect("it is there");
    assert!(build.post("two").is_none());
    assert!(build.post("one").is_some());
}

#[test]
fn a_build_reports_mistakes_as_errors_of_cargo() {
    let build = Build::new();
    build.write("posts/one.md", &post("One", "slug = \"One\"\n", "The first."));
    build.write("posts/two.md", &post("Two", "", "[The first](/blog/on)."));
    let said = build.run().stdout;
    for line in [
        "cargo::error= --> content/posts/one.md:6:8",
        "cargo::error=  = help: write \"one\"",
        "cargo::error= --> content/posts/two.md:7:13",
        "cargo::error=2 errors",
    ] {
        assert!(said.lines().any(|found| found == line), "{line}: {said}");
    }
}
