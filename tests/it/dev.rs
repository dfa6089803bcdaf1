//! `graven dev`: a browser sees the files as they were saved last, or the last good site and what is wrong.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::executable::Server;
use crate::graven::graven;

/// How long a change may take to be seen, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A site of two posts, one of them a draft, and the preview of it.
struct Preview {
    folder: TempDir,
    server: Server,
}

impl Preview {
    fn start() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let preview = |folder: &Path| {
            Server::start_listening(graven().arg("dev").arg(folder).args(["--port", "0"]).stderr(Stdio::null()))
        };
        write(folder.path(), "site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
        write(folder.path(), "posts/first/index.md", &post("First", "", "The first text.\n"));
        write(folder.path(), "posts/second.md", &post("Second", "draft = true\n", "[First](first/index.md)\n"));
        let server = preview(folder.path());
        Self { folder, server }
    }

    fn write(&self, path: &str, text: &str) {
        write(self.folder.path(), path, text);
    }

    fn text(&self, path: &str) -> String {
        self.server.get(path, &[]).text().to_owned()
    }

    /// Waits until a page is as expected.
    fn wait_for(&self, path: &str, what: &str, is_expected: impl Fn(u16, &str) -> bool) {
        let start = Instant::now();
        loop {
            let response = self.server.get(path, &[]);
            if is_expected(response.status, response.text()) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{path}: {what}: {}", response.text());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The next state that open pages are told, which is as expected.
    fn told(&self, what: &str, is_expected: impl Fn(&Value) -> bool) -> Value {
        let mut stream = TcpStream::connect(self.server.address()).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.write_all(b"GET /.graven/events HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it reads");
        for line in BufReader::new(stream).lines() {
            let line = line.unwrap_or_else(|error| panic!("{what}: {error}"));
            let state = line.strip_prefix("data: ").map(|data| serde_json::from_str(data).expect("JSON"));
            if let Some(state) = state.filter(|state| is_expected(state)) {
                return state;
            }
        }
        panic!("{what}: the events ended");
    }
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

fn post(title: &str, more: &str, text: &str) -> String {
    format!("+++\ntitle = \"{title}\"\ndescription = \"About it.\"\ndate = 2025-11-28\n{more}+++\n{text}")
}

#[test]
fn a_saved_change_is_in_the_next_page_and_open_pages_are_told() {
    let preview = Preview::start();
    assert!(preview.text("/blog/first").contains("The first text."));
    let before = preview.told("a version", |state| state["problem"].is_null());
    preview.write("posts/first/index.md", &post("First", "", "Another text.\n"));
    preview.wait_for("/blog/first", "the change", |_, page| page.contains("Another text."));
    preview.told("a newer version", |state| state["version"] != before["version"]);
}

#[test]
fn drafts_are_shown_and_marked_and_the_pages_have_the_script_of_the_preview() {
    let preview = Preview::start();
    let draft = preview.server.get("/blog/second", &[]);
    assert!(draft.text().contains("<mark>Draft</mark>"), "{}", draft.text());
    assert!(draft.text().contains("<script src=\"/.graven/preview.js\"></script></body>"));
    assert!(draft.field("content-security-policy").contains("script-src 'self'"));
    assert!(draft.field("server-timing").starts_with("graven;desc="));
    assert!(!preview.text("/blog/first").contains("<mark>"), "it is no draft");
    assert!(preview.text("/.graven/preview.js").contains("EventSource"));
}

#[test]
fn after_a_mistake_the_last_good_site_stays_and_the_mistake_is_told_until_it_is_mended() {
    let preview = Preview::start();
    preview.write("posts/first/index.md", &post("First", "", "A [broken](/nowhere) link.\n"));
    let state = preview.told("the mistake", |state| state["problem"].is_string());
    let problem = state["problem"].as_str().unwrap_or_default();
    assert!(problem.contains("index.md:6:12") && problem.contains("/nowhere"), "{problem}");
    assert!(preview.text("/blog/first").contains("The first text."), "the last good site");
    // Other files may change meanwhile.
    preview.write("posts/third.md", &post("Third", "", "A third text.\n"));
    preview.write("posts/first/index.md", &post("First", "", "Mended.\n"));
    preview.told("the end of the mistake", |state| state["problem"].is_null());
    preview.wait_for("/blog/first", "mended", |_, page| page.contains("Mended."));
    preview.wait_for("/blog/third", "the other file", |_, page| page.contains("A third text."));
}

#[test]
fn a_site_that_cannot_be_pressed_at_first_shows_why_until_it_can() {
    let preview = Preview::start();
    drop(preview.server);
    write(preview.folder.path(), "site.toml", "titel = \"Notes\"\ndescription = \"What I learnt.\"\n");
    let server = Server::start_listening(
        graven().arg("dev").arg(preview.folder.path()).args(["--port", "0"]).stderr(Stdio::null()),
    );
    let preview = Preview { folder: preview.folder, server };
    preview.wait_for("/", "the report", |status, page| status == 500 && page.contains("did you mean `title`?"));
    preview.write("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
    preview.wait_for("/", "the site", |status, page| status == 200 && page.contains("<title>Notes</title>"));
}

#[test]
fn bursts_renamed_folders_half_written_files_and_a_new_theme_end_in_the_newest_site() {
    let preview = Preview::start();
    for number in 0..50 {
        preview.write("posts/first/index.md", "");
        preview.write("posts/first/index.md", &post("First", "", &format!("Version {number}.\n")));
        preview.write(&format!("posts/many-{}.md", number % 10), &post("One of many", "", "Text.\n"));
    }
    preview.wait_for("/blog/first", "the last version", |_, page| page.contains("Version 49."));
    for number in 0..10 {
        preview.wait_for(&format!("/blog/many-{number}"), "a new post", |status, _| status == 200);
    }
    preview.write("posts/second.md", &post("Second", "", "No link.\n"));
    let (old, new) = (preview.folder.path().join("posts/first"), preview.folder.path().join("posts/renamed"));
    fs::rename(old, new).expect("a folder can be renamed");
    preview.wait_for("/blog/renamed", "the new name", |status, _| status == 200);
    preview.wait_for("/blog/first", "the old name", |status, _| status == 404);
    preview.write("posts/renamed/index.md", &post("First", "", "In a renamed folder.\n"));
    preview.wait_for("/blog/renamed", "a change in a renamed folder", |_, page| page.contains("In a renamed folder."));
    // As a branch switch may do.
    let (here, away) = (preview.folder.path().to_owned(), preview.folder.path().with_extension("away"));
    fs::rename(&here, &away).expect("a folder can be renamed");
    fs::create_dir(&here).expect("a folder can be made");
    preview.told("the site is gone", |state| state["problem"].is_string());
    for name in ["site.toml", "posts"] {
        fs::rename(away.join(name), here.join(name)).expect("a folder can be renamed");
    }
    fs::remove_dir(&away).expect("it is empty");
    preview.told("the site is back", |state| state["problem"].is_null());
    preview.write("theme/prose.css", ".prose{color:teal}\n");
    preview.wait_for("/blog/renamed", "the theme", |_, page| page.contains("teal"));
}

#[test]
fn a_site_below_a_path_is_previewed_there() {
    let folder = TempDir::new().expect("a temporary folder");
    let settings = "title = \"Notes\"\ndescription = \"What I learnt.\"\nbase_url = \"https://example.org/base\"\n";
    write(folder.path(), "site.toml", settings);
    write(folder.path(), "posts/first/index.md", &post("First", "", "The [tags](/tags).\n"));
    let (server, printed) =
        Server::start_saying(graven().arg("dev").arg(folder.path()).args(["--port", "0"]).stderr(Stdio::null()));
    let preview = Preview { folder, server };
    assert!(printed.contains(&format!("http://{}/base/ shows ", preview.server.address())), "{printed}");
    assert_eq!(preview.server.get("/", &[]).field("location"), "/base/");
    assert_eq!(preview.server.get("/base", &[]).field("location"), "/base/");
    let page = preview.text("/base/blog/first");
    let canonical = format!("<link rel=\"canonical\" href=\"http://{}/base/blog/first\">", preview.server.address());
    for part in ["<a href=\"/base/tags\">tags</a>", "<script src=\"/.graven/preview.js\"></script></body>", &canonical]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(preview.server.get("/blog/first", &[]).status, 404);
    assert_eq!(preview.server.get("/base/nothing", &[]).status, 404);
    let found = preview.server.get("/base/search?q=first", &[]);
    assert!(found.text().contains("href=\"/base/blog/first\""), "{}", found.text());
    let before = preview.told("a version", |state| state["problem"].is_null());
    preview.write("posts/first/index.md", &post("First", "", "Another text.\n"));
    preview.wait_for("/base/blog/first", "the change", |_, page| page.contains("Another text."));
    preview.told("a newer version", |state| state["version"] != before["version"]);
    preview.write("posts/first/index.md", &post("First", "", "A [broken](/base/tags) link.\n"));
    let told = preview.told("a mistake", |state| state["problem"].is_string());
    assert!(told["problem"].as_str().is_some_and(|problem| problem.contains("write \"/tags\"")), "{told}");
    // Another path is another site.
    preview.write("posts/first/index.md", &post("First", "", "A [right](/tags) link.\n"));
    preview.write("site.toml", &settings.replace("/base", "/moved"));
    preview.wait_for("/moved/blog/first", "the site", |status, page| {
        status == 200 && page.contains("href=\"/moved/tags\"")
    });
    assert_eq!(preview.server.get("/base/blog/first", &[]).status, 404);
    assert_eq!(preview.server.get("/", &[]).field("location"), "/moved/");
}

#[test]
fn only_this_machine_is_answered() {
    let preview = Preview::start();
    let mut stream = TcpStream::connect(preview.server.address()).expect("it listens");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: preview.example\r\nConnection: close\r\n\r\n").expect("it reads");
    let first = BufReader::new(stream).lines().next().expect("an answer").expect("UTF-8");
    assert!(first.starts_with("HTTP/1.1 403"), "{first}");
}

#[test]
fn it_answers_as_the_server_of_the_site_does() {
    let preview = Preview::start();
    assert_eq!(preview.server.get("/blog/first/", &[]).field("location"), "/blog/first");
    assert_eq!(preview.server.ask("POST", "/", &[("Content-Length", "0")]).status, 405);
    let markdown = preview.server.get("/blog/first", &[("Accept", "text/markdown")]);
    assert!(markdown.field("content-type").starts_with("text/markdown"), "{markdown:?}");
    let page = preview.server.get("/blog/first", &[]);
    let again = preview.server.get("/blog/first", &[("If-None-Match", page.field("etag"))]);
    assert_eq!(again.status, 304);
    assert_eq!(preview.server.get("/no/such/page", &[]).status, 404);
    let found = preview.server.get("/search?q=first", &[]);
    assert!(found.text().contains("href=\"/blog/first\""), "{}", found.text());
}
