//! Broken content and the report on it. Every file of `tests/diagnostics` is a case: the files of a source tree, then the report. Those in `pressed` are
//! pressed as a whole, the others are only read.
//! `GRAVEN_BLESS=1 cargo test -p graven-press --test diagnostics` rewrites the reports; read the diff before you commit it.

use std::path::{Path, PathBuf};

use graven_press::cache::Cache;
use graven_press::diagnostic::Report;
use graven_press::incremental::Incremental;
use graven_press::model::{self, Site};
use graven_press::source;
use graven_press::tree::SourceTree;
use graven_press::{Codings, Options};
use proptest::prelude::*;

/// The files of a case that does not replace them, so that it contains only what it tests.
const DEFAULTS: &[(&str, &str)] = &[
    ("site.toml", "title = \"Notes\"\ndescription = \"Notes.\"\n"),
    (
        "topics.toml",
        "[[topic]]\nslug = \"fintech\"\ntitle = \"Fintech\"\nblurb = \"Money.\"\n\n\
         [[topic]]\nslug = \"edge-infra\"\ntitle = \"Edge\"\nblurb = \"Boards.\"\n",
    ),
];

/// The heading of the last section of a case.
const REPORT: &str = "report";

fn read(tree: &SourceTree, options: &Options) -> (Option<Site>, String) {
    let mut report = Report::default();
    let site = source::read(tree, options, &mut report).map(|sources| model::build(sources, options, &mut report));
    report.sort();
    (site, report.render(tree, "content/"))
}

/// The report of a whole press: also of what is wrong in the texts, and with the links between them.
fn pressed(tree: &SourceTree) -> String {
    let options = Options { codings: Codings::Identity, ..Options::default() };
    let pressed = Incremental::new(options, Cache::none()).press(tree, |preview| preview.report().clone());
    pressed.unwrap_or_else(|report| report).render(tree, "content/")
}

/// The sections of a case, each under a line `== name`.
fn sections(case: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in case.split_inclusive('\n') {
        match (line.strip_prefix("== "), sections.last_mut()) {
            (Some(name), _) => sections.push((name.trim_end().to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => panic!("a case begins with a line `== path`"),
        }
    }
    sections
}

fn check_case(path: &Path) {
    let case = std::fs::read_to_string(path).expect("a case can be read");
    let sections = sections(&case);
    let files = sections.iter().filter(|(name, _)| name != REPORT);
    let files: Vec<(&str, &[u8])> = files.map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
    let tree = tree(&files);
    let report = pressed(&tree);
    if std::env::var_os("GRAVEN_BLESS").is_some() {
        let inputs = case.split("== report\n").next().unwrap_or_default();
        std::fs::write(path, format!("{inputs}== report\n{report}")).expect("a case can be written");
        return;
    }
    let expected = sections.iter().find(|(name, _)| name == REPORT).map_or("", |(_, text)| text);
    assert_eq!(report, expected, "{}", path.display());
}

#[test]
fn every_error_is_reported_with_its_place_and_help() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let entries = std::fs::read_dir(folder).expect("the cases can be listed");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("a case can be listed").path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    for case in &cases {
        check_case(case);
    }
}

/// A file of the tree after the changes that the report on a whole press suggests.
fn corrected(tree: &SourceTree, path: &str) -> String {
    let options = Options { codings: Codings::Identity, ..Options::default() };
    let pressed = Incremental::new(options, Cache::none()).press(tree, |preview| preview.report().clone());
    let report = pressed.unwrap_or_else(|report| report);
    let mut text = String::from_utf8(tree.get(path).expect("the file").to_vec()).expect("UTF-8");
    let of_file = report.diagnostics().iter().rev().filter(|found| found.path == path);
    for (place, new) in of_file.filter_map(|found| found.fix(tree)) {
        text.replace_range(place, new);
    }
    text
}

#[test]
fn a_correction_replaces_what_is_meant_and_nothing_like_it_near_by() {
    let site = "title = \"A\"\ndescription = \"B.\"\nbase_url = \"https://blog.dev\"\n";
    let post = "+++\ntitle = \"A\"\ndescription = \"B.\"\ndate = 2025-11-28\naliases = [\"/blog/old-post\"]\n+++\n";
    for (path, before, after) in [
        // The old address is in the new one, the same one, and a quoted or bare word.
        (
            "site.toml",
            "[redirects]\n\"/blog/old-post/feed\" = \"/blog/old-post\"\n",
            Some("\"/blog/old-post/feed\" = \"/blog/new-post\""),
        ),
        ("site.toml", "[redirects]\n'/a' = '/blog/old-post'\n", Some("'/a' = '/blog/new-post'")),
        (
            "site.toml",
            "[redirects]\n\"/a\" = \"https://blog.dev/blog/old-post\"\n",
            Some("\"https://blog.dev/blog/new-post\""),
        ),
        ("site.toml", "[redirects]\n\"/a\" = \"/blog/\\u006fld-post\"\n", None),
        (
            "pages/a.md",
            "See <https://blog.dev/blog/old-post> for more.\n",
            Some("See <https://blog.dev/blog/new-post> for more."),
        ),
        ("pages/a.md", "[/blog/old-post](/blog/old-post)\n", Some("[/blog/old-post](/blog/new-post)")),
        ("pages/a.md", "[A](https://blog.dev/blog/old-post#b \"old-post\")\n", None),
        (
            "pages/a.md",
            "[A](https://blog.dev/blog/old-post?b \"old-post\")\n",
            Some("(https://blog.dev/blog/new-post?b \"old-post\")"),
        ),
        ("pages/a.md", "[A][b]\n\n[b]: </blog/old-post> 'A'\n", Some("[b]: </blog/new-post> 'A'")),
        ("pages/a.md", "<a href='/blog/old-post'>A</a>\n", Some("<a href='/blog/new-post'>A</a>")),
    ] {
        let head = if path == "site.toml" { site } else { "+++\ntitle = \"B\"\n+++\n" };
        let file = format!("{head}{before}");
        let tree =
            tree(&[("site.toml", site.as_bytes()), ("posts/new-post.md", post.as_bytes()), (path, file.as_bytes())]);
        let found = corrected(&tree, path);
        assert!(after.map_or(found == file, |after| found.contains(after)), "{before}: {found}");
    }
}

fn tree(files: &[(&str, &[u8])]) -> SourceTree {
    let mut tree = SourceTree::default();
    for &(path, text) in DEFAULTS {
        tree.insert(path, text);
    }
    for &(path, bytes) in files {
        tree.insert(path, bytes);
    }
    tree
}

#[test]
fn a_site_for_others_needs_an_address_that_they_have() {
    for (settings, chosen, is_warned) in [
        ("", None, true),
        ("base_url = \"http://127.0.0.1:8080\"\n", None, true),
        ("base_url = \"https://example.org\"\n", None, false),
        ("", Some("https://localhost.example.org"), false),
        ("base_url = \"https://example.org\"\n", Some("http://[::1]:80"), true),
    ] {
        let site = format!("title = \"A\"\ndescription = \"B.\"\n{settings}");
        let tree = tree(&[("site.toml", site.as_bytes())]);
        let options =
            |is_published| Options { base_url: chosen.map(str::to_owned), is_published, ..Options::default() };
        assert_eq!(read(&tree, &options(true)).1.contains("only this machine"), is_warned, "{settings} {chosen:?}");
        assert_eq!(read(&tree, &options(false)).1, "no errors\n", "a preview");
    }
}

#[test]
fn a_tree_without_settings_is_no_site() {
    let (site, report) = read(&SourceTree::default(), &Options::default());
    assert!(site.is_none());
    assert!(report.starts_with("error: there is no site.toml\n--> content/site.toml\n"), "{report}");
}

#[test]
fn a_byte_that_is_not_utf_8_is_shown_with_its_line() {
    let (_, report) = read(&tree(&[("posts/latin.md", b"+++\ntitle = \"caf\xe9\"\n+++\n")]), &Options::default());
    assert!(report.contains("content/posts/latin.md:2:13\n"), "{report}");
    assert!(report.contains("the byte 0xe9"), "{report}");
    assert!(report.ends_with("1 error\n"), "{report}");
}

#[test]
fn utf_16_is_named() {
    let text = "+++\ntitle = \"A\"\n+++\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [[b"\xff\xfe", &little[..]].concat(), [b"\xfe\xff", &big[..]].concat(), little, big] {
        let (_, report) = read(&tree(&[("posts/a.md", &bytes)]), &Options::default());
        let expected = "error: the file is UTF-16\n--> content/posts/a.md\n = help: save it as UTF-8\n\n1 error\n";
        assert_eq!(report, expected);
    }
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_tolerated() {
    let post = "\u{feff}+++\r\ntitle = \"A\"\r\ndescription = \"B.\"\r\ndate = 2025-11-28\r\n+++\r\nText.\r\n";
    let yaml = "\u{feff}---\r\ntitle: A\r\ndescription: B.\r\ndate: 2025-11-28\r\n---\r\nText.\r\n";
    let (site, report) =
        read(&tree(&[("posts/a.md", post.as_bytes()), ("posts/b.md", yaml.as_bytes())]), &Options::default());
    assert_eq!(report, "no errors\n");
    let texts: Vec<String> = site.expect("a site").posts.iter().map(|post| post.body.text().to_owned()).collect();
    assert_eq!(texts, ["Text.\r\n", "Text.\r\n"]);
}

#[test]
fn a_place_after_a_byte_order_mark_and_windows_line_ends_is_right() {
    for (post, place) in [
        (
            "\u{feff}+++\r\ntitle = \"é\"\r\ndescription = \"B.\"\r\ndate = 2025-13-01\r\n+++\r\n",
            "content/posts/a.md:4:8\n",
        ),
        ("\u{feff}---\r\ntitle: é\r\ndescription: B.\r\ndate: 2025-13-01\r\n---\r\n", "content/posts/a.md:4:7\n"),
        ("\u{feff}***\r\n", "content/posts/a.md:1:1\n"),
    ] {
        let (_, report) = read(&tree(&[("posts/a.md", post.as_bytes())]), &Options::default());
        assert!(report.contains(place), "{report}");
    }
}

#[test]
fn a_draft_is_left_out_and_not_reported() {
    let draft = b"+++\ntitle = \"\"\ndraft = true\n+++\n";
    let tree = tree(&[("posts/a.md", draft)]);
    let (site, report) = read(&tree, &Options::default());
    assert_eq!((site.expect("a site").posts.len(), report.as_str()), (0, "no errors\n"));
    let (site, report) = read(&tree, &Options { drafts: true, ..Options::default() });
    assert_eq!(site.expect("a site").posts.len(), 1);
    assert!(report.ends_with("2 errors\n"), "{report}");
}

#[test]
fn the_base_url_of_the_options_is_checked_and_has_precedence() {
    let base_url = |url: &str| {
        let options = Options { base_url: Some(url.to_owned()), is_published: true, ..Options::default() };
        read(&tree(&[]), &options)
    };
    let (site, report) = base_url("https://example.org/");
    assert_eq!(site.expect("a site").settings.base_url.to_string(), "https://example.org");
    assert_eq!(report, "no errors\n");
    for url in [
        "example.org",
        "https://",
        "https://example.org/a b",
        "https://example.org/a?b",
        "https://example.org?a",
        "ftp://example.org",
    ] {
        let (_, report) = base_url(url);
        assert!(report.starts_with(&format!("error: \"{url}\", given as the base URL of this build,")), "{report}");
        let lines: Vec<_> = report.lines().collect();
        let [_, help, "", "1 error"] = lines[..] else { panic!("{report}") };
        assert!(help.starts_with("help: use one such as https://example.org"), "{report}");
    }
}

/// Lines that authors write, and damaged ones.
fn line() -> impl Strategy<Value = String> {
    let keys = prop::sample::select(vec![
        "title", "date", "updated", "tags", "topics", "slug", "aliases", "é", "[a]", "? x", "- ",
    ]);
    let marks = prop::sample::select(vec![" = ", ": ", "=", ":", ""]);
    let values = prop_oneof![
        Just("2025-13-40"),
        Just("2025-é"),
        Just("2025/1"),
        Just("[\"a\", 2025-99-99]"),
        Just("{ a = 1 }"),
        Just("&a [*a, *a]"),
        Just("\"\"\"")
    ];
    let ends = prop::sample::select(vec!["\n", "\r\n", "\r", " # é\n", "\n\n"]);
    prop_oneof![
        (keys, marks, values, ends).prop_map(|(key, mark, value, end)| format!("{key}{mark}{value}{end}")),
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn no_front_matter_panics(
        bom in any::<bool>(),
        fence in prop::sample::select(vec!["+++", "---"]),
        lines in prop::collection::vec(line(), 0..6),
    ) {
        let bom = if bom { "\u{feff}" } else { "" };
        let file = format!("{bom}{fence}\n{}\n{fence}\nText.\n", lines.concat());
        let (site, report) = read(&tree(&[("posts/a.md", file.as_bytes())]), &Options::default());
        prop_assert!(site.is_some());
        prop_assert!(report.ends_with('\n'));
    }

    #[test]
    fn no_file_of_any_bytes_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let files: &[(&str, &[u8])] = &[("posts/a.md", &bytes), ("pages/b.md", &bytes), ("topics.toml", &bytes), ("site.toml", &bytes)];
        let (site, report) = read(&tree(files), &Options::default());
        prop_assert!(site.is_some());
        prop_assert!(report.contains("error"));
    }
}
