//! The author's command and an engine for this machine, as cargo builds them next to the executable under test; `graven init`, `new` and `check`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use graven_press::tree::SourceTree;
use serde_json::Value;
use tempfile::TempDir;

use crate::executable::{Ran, finish};

struct Built {
    graven: PathBuf,
    engine: PathBuf,
}

/// Cargo builds programs of other packages for no test, so this asks it to. If they are up to date, that takes a moment.
static BUILT: LazyLock<Built> = LazyLock::new(|| {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--locked", "--message-format", "json"]);
    command.args(["--package", "graven", "--package", "graven-engine"]);
    if cfg!(feature = "tls") {
        command.args(["--features", "graven-engine/tls"]);
    }
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.output().expect("cargo is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).expect("UTF-8");
    let messages: Vec<Value> = messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let executable = |name: &str| {
        let message =
            messages.iter().find(|message| message["target"]["name"] == name && !message["executable"].is_null());
        PathBuf::from(message.and_then(|message| message["executable"].as_str()).expect("cargo has built it"))
    };
    Built { graven: executable("graven"), engine: executable("graven-engine") }
});

/// The author's command.
pub(crate) fn graven() -> Command {
    Command::new(&BUILT.graven)
}

/// An engine for this machine.
pub(crate) fn engine() -> &'static Path {
    &BUILT.engine
}

fn ran(arguments: &[&str], folder: &Path) -> Ran {
    finish(graven().args(arguments).current_dir(folder).env_remove("VISUAL").env_remove("EDITOR"))
}

/// Runs the command, expects success, and returns what it prints.
fn printed(arguments: &[&str], folder: &Path) -> String {
    let ran = ran(arguments, folder);
    assert_eq!(ran.code, Some(0), "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    ran.stdout
}

/// A folder with a site of `graven init`.
fn site() -> TempDir {
    let site = TempDir::new().expect("a temporary folder");
    printed(&["init"], site.path());
    site
}

fn text(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn a_new_site_has_no_warnings_and_can_be_built_and_extracted() {
    let parent = TempDir::new().expect("a temporary folder");
    let next = printed(&["init", "my/blog", "--title", "Ada's \"blog\""], parent.path());
    assert!(next.contains("  cd my/blog\n  graven dev "), "{next}");
    let site = parent.path().join("my/blog");
    for arguments in [&["check", "--deny-warnings"][..], &["check", "--deny-warnings", "--drafts"]] {
        assert_eq!(printed(arguments, &site), "no errors\n");
    }
    printed(&["extract", ".", "../public"], &site);
    let home = text(parent.path(), "my/public/index.html");
    assert!(
        home.contains("Ada’s “blog”") || home.contains("Ada's \"blog\"") || home.contains("Ada's &quot;blog&quot;")
    );
    assert!(text(parent.path(), "my/public/blog/hello/index.html").contains("<figure"), "figures are drawn");
}

#[test]
fn a_site_begins_in_an_empty_folder_or_a_repository_and_nowhere_else() {
    let site = site();
    let settings = text(site.path(), "site.toml");
    let again = ran(&["init", "--title", "Other"], site.path());
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.starts_with("error: . is not empty: .gitignore is there; "), "{}", again.stderr);
    let file = ran(&["init", "site.toml"], site.path());
    assert_eq!((file.code, file.stdout.as_str()), (Some(1), ""), "{}", file.stderr);
    assert_eq!(text(site.path(), "site.toml"), settings);
    let repository = TempDir::new().expect("a temporary folder");
    fs::create_dir(repository.path().join(".git")).expect("a folder");
    printed(&["init"], repository.path());
    assert_eq!(text(repository.path(), "topics.toml"), text(site.path(), "topics.toml"));
}

#[test]
fn texts_with_odd_titles_are_drafts_that_check() {
    let site = site();
    let titles =
        ["A \"quoted\" \\ title", "'''a", "\u{1f980}\u{1f980}", &"long ".repeat(40), "+++", "a\nb\t c", "名前", "-x-"];
    let mut paths = Vec::new();
    for title in titles {
        let path = printed(&["new", "post", "--topic", "projects", "--date", "2026-01-31", "--", title], site.path());
        let file = text(site.path(), path.trim_end());
        assert!(file.contains("\ndate = 2026-01-31\ntopics = [\"projects\"]\ntags = []\ndraft = true "), "{file}");
        paths.push(path);
    }
    assert!(paths.contains(&"posts/2026-01-31/index.md\n".to_owned()), "symbols alone have no words: {paths:?}");
    assert_eq!(printed(&["new", "page", "Ümlaut & co"], site.path()), "pages/umlaut-co.md\n");
    assert_eq!(printed(&["check", "--deny-warnings"], site.path()), "no errors\n");
    let drafts = ran(&["check", "--drafts", "--format", "json"], site.path());
    let report: Value = serde_json::from_str(&drafts.stdout).expect("JSON");
    assert_eq!((drafts.code, &report["errors"]), (Some(0), &0.into()), "{report}");
    // The fonts of the cards lack crabs and Chinese characters; that is said once.
    let of_cards = |found: &Value| found["message"].as_str().is_some_and(|text| text.starts_with("the cards of "));
    assert!(report["diagnostics"].as_array().is_some_and(|found| found.iter().all(of_cards)), "{report}");
}

#[test]
fn a_text_that_would_be_a_mistake_is_not_begun() {
    let site = site();
    let before = text(site.path(), "posts/hello/index.md");
    fs::write(site.path().join("posts/zebra.md"), before.replace("tags", "slug = \"apple\"\ntags")).expect("a file");
    for (arguments, code, message) in [
        (&["post", "Hello"][..], 1, "error: posts/hello is there already; choose another title, or another address"),
        (&["post", "Zebra"], 1, "error: posts/zebra.md is there already; "),
        (
            &["post", "Apple"],
            1,
            "error: cannot begin posts/apple/index.md: the slug \"apple\" is taken: /blog/apple is",
        ),
        (&["page", "Blog"], 1, "error: cannot begin pages/blog.md: the slug \"blog\" is taken: /blog is a route"),
        (&["page", "?!"], 1, "error: the title has no letter or digit for an address; choose one with --slug"),
        (&["post", "New", "--topic", "project"], 1, "not a topic in topics.toml; did you mean \"projects\"?"),
        (&["post", "New", "--topic", "x"], 1, "not a topic in topics.toml; expected one of `projects`"),
        (&["post", "New", "--date", "2026-02-30"], 2, "error: invalid value '2026-02-30' for '--date"),
        (&["post", "New", "--slug", "New one"], 2, "error: \"New one\" is not a slug: "),
        (&["post", " "], 2, "error: the title is empty"),
        (&["page", "New", "--topic", "projects"], 2, "error: a page has neither topics nor a date"),
        (&["post", "New", "--open"], 1, "error: neither $VISUAL nor $EDITOR names an editor"),
        (&["post", "New", "--dir", "posts"], 1, "error: there is no site.toml in posts; "),
    ] {
        let ran = ran(&[&["new"], arguments].concat(), site.path());
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{arguments:?}: {}", ran.stderr);
    }
    assert_eq!(text(site.path(), "posts/hello/index.md"), before);
    let posts = fs::read_dir(site.path().join("posts")).expect("a folder").count();
    assert_eq!((posts, fs::read_dir(site.path().join("pages")).expect("a folder").count()), (2, 1));
}

#[test]
fn a_new_text_is_opened_in_the_editor_and_published_without_its_draft_line() {
    let parent = TempDir::new().expect("a temporary folder");
    printed(&["init", "blog"], parent.path());
    let new = |editor: &str, title: &str| {
        let arguments = ["new", "post", title, "--dir", "blog", "--open"];
        finish(graven().args(arguments).current_dir(parent.path()).env("VISUAL", editor).env("EDITOR", "false"))
    };
    let opened = new("sed -i /^draft/d", "First");
    assert_eq!((opened.code, opened.stdout.as_str()), (Some(0), "blog/posts/first/index.md\n"), "{}", opened.stderr);
    assert!(!text(parent.path(), "blog/posts/first/index.md").contains("draft"));
    let failed = new(" ", "Second");
    assert_eq!((failed.code, failed.stdout.as_str()), (Some(1), "blog/posts/second/index.md\n"));
    assert!(failed.stderr.starts_with("error: the editor false failed: "), "{}", failed.stderr);
    let warned = ran(&["check", "blog", "--deny-warnings"], parent.path());
    assert_eq!(warned.code, Some(1));
    let place = "warning: the description is still to be written\n --> blog/posts/first/index.md:3:16\n";
    assert!(warned.stderr.starts_with(place) && !warned.stderr.contains("second"), "{}", warned.stderr);
    assert_eq!(ran(&["check", "blog"], parent.path()).code, Some(0));
}

/// `GRAVEN_BLESS=1 cargo test --test it report` writes them anew; read the diff before you commit it.
#[test]
fn the_report_of_a_broken_site_in_each_form_is_as_the_golden_file_has_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/reports");
    for (format, golden) in
        [("human", "human.txt"), ("json", "json.json"), ("sarif", "sarif.json"), ("github", "github.txt")]
    {
        let ran = ran(&["check", "broken site", "--format", format], &folder);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let (report, other) = if format == "human" { (ran.stderr, ran.stdout) } else { (ran.stdout, ran.stderr) };
        let expected = if format == "human" { "" } else { "error: the site cannot be built\n" };
        assert_eq!(other, expected, "{format}");
        let golden = folder.join(golden);
        if std::env::var_os("GRAVEN_BLESS").is_some() {
            fs::write(&golden, &report).expect("it can be written");
        }
        assert_eq!(report, text(&folder, &golden.to_string_lossy()), "{format}");
    }
}

#[test]
fn a_check_says_what_a_build_says() {
    let content = "tests/it/reports/broken site";
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = TempDir::new().expect("a temporary folder");
    let build = |content: &Path| {
        let mut command = graven();
        command.current_dir(here).arg("build").arg(content).arg("--engine").arg(engine());
        // Only what is published needs an address.
        command.args(["--base-url", "https://example.org"]);
        let mut ran = finish(command.arg("--output").arg(output.path().join("notes")));
        // The engine of the tests may need a loader, which is no matter of the content.
        if ran.stderr.starts_with("warning: the engine needs ") {
            ran.stderr = ran.stderr.split_once('\n').map_or("", |(_, rest)| rest).to_owned();
        }
        ran
    };
    assert_eq!(ran(&["check", content], here).stderr, build(content.as_ref()).stderr);
    let site = site();
    fs::write(site.path().join("NOTES.md"), "Not rendered.\n").expect("a file");
    let (made, checked) = (build(site.path()), ran(&["check", &site.path().display().to_string()], here));
    assert_eq!((made.code, checked.code, &checked.stderr), (Some(0), Some(0), &made.stderr));
    assert!(checked.stderr.ends_with("\n1 warning\n\n"), "{}", checked.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_printed_is_a_failure() {
    for arguments in [&["--help"][..], &["--version"], &["help", "check"], &["schema", "site"]] {
        let full = fs::File::options().write(true).open("/dev/full").expect("a device");
        let ran = graven().args(arguments).stdout(full).output().expect("it runs");
        let message = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(1), "{arguments:?}");
        assert!(message.starts_with("error: cannot write standard output: "), "{arguments:?}: {message}");
    }
}

#[test]
fn a_check_writes_nothing_into_the_folder() {
    let site = site();
    let files = || {
        let tree = SourceTree::read(site.path()).expect("it can be read");
        tree.below("").map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect::<Vec<_>>()
    };
    let before = files();
    for format in ["human", "json", "sarif", "github"] {
        let report = printed(&["check", "--format", format], site.path());
        assert_eq!(report.is_empty(), format == "github", "{report}");
    }
    assert_eq!(files(), before);
}
