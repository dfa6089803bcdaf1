//! `graven check` beyond the checks of a build: what it corrects, advises and shows together. (The forms of its report: `graven.rs`.)

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::executable::{Ran, finish};
use crate::graven::graven;

/// Runs `graven check` in a folder.
fn check(folder: &Path, arguments: &[&str]) -> Ran {
    finish(graven().arg("check").args(arguments).current_dir(folder))
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let ran = check(folder, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

/// A site with these files, besides settings and a topic.
fn site(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let always = [
        ("site.toml", "title = \"Site\"\ndescription = \"A site.\"\n"),
        ("topics.toml", "[[topic]]\nslug = \"tooling\"\ntitle = \"Tooling\"\nblurb = \"Tools.\"\n"),
    ];
    for (path, text) in always.iter().chain(files) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// A post with these lines of front matter and this text.
fn post(front: &str, text: &str) -> String {
    format!("+++\ntitle = \"A\"\ndescription = \"B.\"\ndate = 2026-01-31\n{front}+++\n{text}\n")
}

const WRONG: &str =
    "+++\ntitel = \"A\"\ndescription = \"B.\"\ndate = 2026-01-31\ntopics = ['toolin']\n+++\n## Endings\n";
const RIGHT: &str =
    "+++\ntitle = \"A\"\ndescription = \"B.\"\ndate = 2026-01-31\ntopics = ['tooling']\n+++\n## Endings\n";

#[test]
fn what_is_certain_is_corrected_and_the_rest_is_reported() {
    let links = "[a](wrng.md) [b](/blog/wrong/) [c](/blog/wrong#ending) [d](/blog/rong) [e](/blog/nothing) [[wron#Endings|f]]\n\n```\n[a](wrng.md)\n```";
    let site = site(&[
        ("posts/wrong.md", WRONG),
        ("posts/links.md", &post("tags = [\"K3S\"]\n", links)),
        ("posts/tag.md", &post("tags = [\"k3s\"]\n", "Text.")),
    ]);
    let read = |path: &str| fs::read_to_string(site.path().join(path)).expect("a file");
    let listed = check(site.path(), &["--fix", "--dry-run"]);
    assert_eq!(read("posts/wrong.md"), WRONG, "nothing is written");
    let made = check(site.path(), &["--fix"]);
    for line in [
        "posts/links.md:7:5: wrng.md -> wrong.md\n",
        "posts/links.md:7:18: /blog/wrong/ -> /blog/wrong\n",
        "posts/links.md:7:36: /blog/wrong#ending -> /blog/wrong#endings\n",
        "posts/links.md:7:60: /blog/rong -> /blog/wrong\n",
        "posts/links.md:7:93: wron -> wrong\n",
        "posts/tag.md:5:10: k3s -> K3S\n",
        "posts/wrong.md:2:1: titel -> title\n",
        "posts/wrong.md:5:12: toolin -> tooling\n",
    ] {
        assert!(listed.stdout.contains(line) && made.stdout.contains(line), "{line}: {}", made.stdout);
    }
    assert!(listed.stdout.ends_with("\n8 places would be corrected\n"), "{}", listed.stdout);
    assert!(made.stdout.ends_with("\n8 places corrected\n"), "{}", made.stdout);
    assert_eq!(read("posts/wrong.md"), RIGHT);
    let corrected = "[a](wrong.md) [b](/blog/wrong) [c](/blog/wrong#endings) [d](/blog/wrong) [e](/blog/nothing) [[wrong#Endings|f]]\n\n```\n[a](wrng.md)\n```";
    assert_eq!(read("posts/links.md"), post("tags = [\"K3S\"]\n", corrected));
    // What is left is an error, of which nobody knows what was meant.
    assert_eq!((made.code, &made.stderr), (Some(1), &check(site.path(), &[]).stderr));
    assert!(made.stderr.starts_with("error: broken link \"/blog/nothing\"\n"), "{}", made.stderr);
    assert!(made.stderr.ends_with("\n1 error\n\n"), "{}", made.stderr);
    assert!(check(site.path(), &["--fix"]).stdout.starts_with("nothing corrected\n"));
    assert_eq!(check(site.path(), &["--dry-run"]).code, Some(2));
}

#[test]
fn programs_are_told_what_would_be_corrected() {
    let site = site(&[("posts/wrong.md", WRONG)]);
    let report = json(site.path(), &[]);
    let found = &report["diagnostics"][0];
    assert_eq!(found["code"], "unknown-key");
    let place = |column| serde_json::json!({ "line": 2, "column": column });
    assert_eq!(found["suggestion"], serde_json::json!({ "start": place(1), "end": place(6), "text": "title" }));
    let sarif = check(site.path(), &["--format", "sarif"]).stdout;
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    let result = &sarif["runs"][0]["results"][0];
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "title");
    assert_eq!(replacement["deletedRegion"]["endColumn"], 6);
    let rule = result["ruleIndex"].as_u64().and_then(|index| usize::try_from(index).ok()).expect("an index");
    assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
}

#[test]
fn equal_causes_are_shown_together_unless_all_are_asked_for() {
    let files: Vec<_> =
        (0..30).map(|number| (format!("posts/p{number:02}.md"), post("rating = 5\n", "Text."))).collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let site = site(&files);
    let short = check(site.path(), &[]).stderr;
    assert_eq!(short.matches("unknown key `rating`").count(), 1, "{short}");
    assert!(short.contains("the same in 29 more files:\n          posts/p01.md:5:1\n"), "{short}");
    assert!(short.contains("and 26 more\n") && short.contains("`graven check --all` shows each"), "{short}");
    assert_eq!(check(site.path(), &["--all"]).stderr.matches("unknown key `rating`").count(), 30);
    assert_eq!(json(site.path(), &[])["diagnostics"].as_array().map(Vec::len), Some(30));
}

#[test]
fn slips_of_the_pen_are_looked_for_on_request() {
    let site = site(&[("posts/a.md", &post("", "In the\nthe end.\n\n#### Deep"))]);
    assert_eq!(check(site.path(), &["--deny-warnings"]).stdout, "no errors\n");
    let report = json(site.path(), &["--prose"]);
    let found: Vec<_> = report["diagnostics"].as_array().expect("a list").iter().map(|found| &found["code"]).collect();
    assert_eq!(found, ["doubled-word", "skipped-level"]);
    let ran = check(site.path(), &["--prose"]);
    assert!(ran.code == Some(0) && ran.stderr.contains("\n2 warnings\n"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn programs_are_told_of_a_file_that_cannot_be_read() {
    let site = site(&[]);
    std::os::unix::fs::symlink("nowhere", site.path().join("posts")).expect("a link");
    for folder in [site.path(), site.path().parent().expect("a folder")] {
        let name = site.path().strip_prefix(folder).expect("it is below").display().to_string();
        let arguments = if name.is_empty() { &[][..] } else { &[name.as_str()] };
        let report = json(folder, arguments);
        let found = &report["diagnostics"][0];
        assert_eq!((&report["errors"], &found["code"]), (&1.into(), &"unreadable-file".into()));
        let path = if name.is_empty() { "posts".to_owned() } else { format!("{name}/posts") };
        assert_eq!(found["path"], path.as_str(), "{report}");
        assert!(found["message"].as_str().is_some_and(|text| text.starts_with("this link leads nowhere")), "{report}");
    }
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_reported_with_all_other_mistakes_unless_it_is_no_part_of_the_site() {
    let site = site(&[("posts/a.md", &post("rating = 5\n", "Text.")), ("static/a.txt", "x")]);
    for link in ["static/gone.png", "posts/gone.md", "backup.tar"] {
        std::os::unix::fs::symlink("nowhere", site.path().join(link)).expect("a link");
    }
    let ran = check(site.path(), &[]);
    assert_eq!(ran.stderr.matches("this link leads nowhere").count(), 1, "{}", ran.stderr);
    for expected in ["static/gone.png", "posts/gone.md", "unknown key `rating`", "\n2 errors, 1 warning\n"] {
        assert!(ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
    }
    assert!(!ran.stderr.contains("backup.tar"), "{}", ran.stderr);
}

#[test]
fn schemas_are_printed_and_are_those_of_a_new_site() {
    let folder = TempDir::new().expect("a temporary folder");
    let run = |arguments: &[&str]| finish(graven().args(arguments).current_dir(folder.path()));
    assert_eq!(run(&["init"]).code, Some(0));
    for name in ["site", "topics"] {
        let schema = run(&["schema", name]).stdout;
        let file = fs::read_to_string(folder.path().join(format!(".graven/{name}.json"))).expect("a schema");
        assert_eq!(schema, file);
        let first = format!("#:schema ./.graven/{name}.json\n");
        let settings = fs::read_to_string(folder.path().join(format!("{name}.toml"))).expect("the file");
        assert!(settings.starts_with(&first), "{settings}");
    }
    assert!(run(&["schema", "front-matter"]).stdout.contains("\"Front matter\""));
}
