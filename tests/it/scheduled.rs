//! A scheduled post from the folder to the reader: the real executable publishes it at its time, on every page and in every feed, without a restart.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tempfile::TempDir;

use crate::attached::{build, skipped};
use crate::executable::{Server, command, finish};
use crate::graven::graven;

fn clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("a time")
}

/// Writes a site with a post of 2025 and one of each of these dates, whose names are their numbers.
fn write_site(folder: &Path, dates: &[String]) {
    fs::create_dir_all(folder.join("posts")).expect("a folder");
    let site = "title = \"Notes\"\ndescription = \"What I learnt.\"\nbase_url = \"https://example.org\"\n";
    fs::write(folder.join("site.toml"), site).expect("a file");
    let topics = "[[topic]]\nslug = \"web\"\ntitle = \"Web\"\nblurb = \"Pages.\"\n";
    fs::write(folder.join("topics.toml"), topics).expect("a file");
    let post = |title: &str, date: &str| {
        format!(
            "+++\ntitle = \"{title}\"\ndescription = \"About it.\"\ndate = {date}\ntopics = [\"web\"]\ntags = [\"{title}\"]\n+++\nA text.\n"
        )
    };
    fs::write(folder.join("posts/old.md"), post("Old", "2025-01-01")).expect("a file");
    for (number, date) in dates.iter().enumerate() {
        fs::write(folder.join(format!("posts/{number}.md")), post(&format!("Zugzwang {number}"), date))
            .expect("a file");
    }
}

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

/// Builds the site at a time, and returns what is printed.
fn built(site: &Path, executable: &Path, time: i64) -> String {
    let ran = finish(build(site, executable).arg("--time").arg(time.to_string()));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran.stdout
}

/// The paths that change when a post is published.
const LISTS: [&str; 9] =
    ["/", "/blog", "/notes", "/tags", "/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml", "/search?q=zugzwang"];

/// Those that begin then.
const NEW: [&str; 4] = ["/blog/0", "/blog/0.md", "/tags/zugzwang-0", "/tags/zugzwang-0/feed.xml"];

#[test]
fn the_executable_publishes_a_post_at_its_time() {
    if skipped() {
        return;
    }
    let site = folder();
    let executable = site.path().join("notes");
    // The first build compiles the command; the second says how long one takes that compresses nothing anew.
    write_site(site.path(), &[format_time(clock() + 100_000)]);
    built(site.path(), &executable, clock());
    let begin = Instant::now();
    built(site.path(), &executable, clock());
    let time = clock() + 2 * i64::try_from(begin.elapsed().as_secs()).expect("a time") + 10;
    write_site(site.path(), &[format_time(time)]);
    built(site.path(), &executable, clock());

    let server = Server::start_by(&mut command(&executable));
    let mut client = server.connect();
    let mut get = |target: &str| client.get(target, &[]);
    let before: Vec<_> = LISTS.iter().map(|list| get(list)).collect();
    let early: Vec<_> = NEW.iter().map(|path| get(path).status).collect();
    assert!(clock() < time, "this machine is too slow for the test");
    assert_eq!(early, [404; 4]);
    for (list, answer) in LISTS.iter().zip(&before) {
        let text = String::from_utf8_lossy(&answer.content).replace("q=zugzwang", "").replace("value=\"zugzwang\"", "");
        assert!(!text.contains("Zugzwang 0") && !text.contains("/blog/0"), "{list}: {text}");
    }
    while get("/blog/0").status == 404 {
        assert!(clock() <= time + 1, "the post is published at its time");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(clock() >= time, "not before");
    for path in NEW {
        assert_eq!(get(path).status, 200, "{path}");
    }
    for (list, before) in LISTS.iter().zip(&before) {
        let after = get(list);
        assert!(after.content != before.content, "{list}");
        assert!(
            String::from_utf8_lossy(&after.content).to_lowercase().contains("zugzwang 0") || *list == "/sitemap.xml",
            "{list}"
        );
        if before.status == 200 && !list.contains('?') {
            assert_ne!(after.field("etag"), before.field("etag"), "{list}");
        }
    }
}

/// A time as front matter has it.
fn format_time(seconds: i64) -> String {
    graven_time::Time(seconds).to_string()
}

#[test]
fn what_is_scheduled_is_said_by_the_build_and_in_every_list() {
    if skipped() {
        return;
    }
    let (folder, site) = (folder(), "site");
    let content = folder.path().join(site);
    let executable = folder.path().join("notes");
    // Times that no clock of these tests reaches.
    write_site(&content, &["2094-02-01T08:00:00+01:00".to_owned(), "2095-03-01".to_owned()]);
    let printed = built(&content, &executable, clock());
    assert!(printed.ends_with("\n2 posts are scheduled, the next for 2094-02-01T07:00:00Z\n"), "{printed}");

    let table = finish(command(&executable).arg("list")).stdout;
    let (routes, scheduled) = table.split_once("\n\n").expect("two tables");
    assert!(!routes.contains("/blog/0"), "{routes}");
    let mut lines = scheduled.lines();
    assert_eq!(lines.next(), Some("scheduled             change   path"));
    for line in [
        "2094-02-01T07:00:00Z  new      /blog/0",
        "2094-02-01T07:00:00Z  changed  /",
        "2095-03-01T00:00:00Z  changed  /blog/0",
    ] {
        assert!(lines.clone().any(|found| found == line), "{line} is not in\n{scheduled}");
    }
    assert!(lines.is_sorted_by_key(|line| line.split(' ').next()), "{scheduled}");

    let list = |command: &mut std::process::Command| {
        let list: Value = serde_json::from_str(&finish(command).stdout).expect("JSON");
        list["scheduled"].as_array().expect("a list").clone()
    };
    let of_executable = list(command(&executable).args(["list", "--json"]));
    let new = serde_json::json!({ "from": "2095-03-01T00:00:00Z", "change": "new", "path": "/blog/1" });
    assert!(of_executable.contains(&new), "{of_executable:?}");
    assert_eq!(
        list(graven().args(["list", "--json"]).arg(&content)),
        of_executable,
        "of the folder, and of its executable"
    );

    let extracted = folder.path().join("files");
    assert_eq!(finish(command(&executable).arg("extract").arg(&extracted)).code, Some(0));
    assert!(extracted.join("blog/old").exists() && !extracted.join("blog/0").exists());

    // Of a site without scheduled posts, nothing is said.
    write_site(&content, &["2025-02-01".to_owned(), "2025-03-01".to_owned()]);
    assert!(!built(&content, &executable, clock()).contains("scheduled"));
    assert!(!finish(command(&executable).arg("list")).stdout.contains("scheduled"));
}
