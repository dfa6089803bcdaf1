//! A site below a path of its host, from the folder to the reader: the real executable answers below the path, and leads there from the root of the host.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::attached::{build, skipped};
use crate::executable::{Response, Server, command, finish};

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// The site and its executable, built once.
static BUILT: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a temporary folder");
    let site = folder.path().join("site");
    let settings = "title = \"Notes\"\ndescription = \"What I learnt.\"\nbase_url = \"https://example.org/base\"\n\
        [security]\ncontact = \"mailto:a@example.org\"\nexpires = 2060-01-01T00:00:00Z\n[redirects]\n\"/short\" = \"/blog/kestrel\"\n";
    write(&site, "site.toml", settings);
    write(&site, "topics.toml", "[[topic]]\nslug = \"birds\"\ntitle = \"Birds\"\nblurb = \"All of them.\"\n");
    for number in 0..9 {
        let head = format!("title = \"Bird {number}\"\ndescription = \"One.\"\ndate = 2025-01-0{}", number + 1);
        write(&site, &format!("posts/bird-{number}.md"), &format!("+++\n{head}\n+++\nA plover.\n"));
    }
    let head = "title = \"Kestrel\"\ndescription = \"Two.\"\ndate = 2025-02-01\ntopics = [\"birds\"]\ntags = [\"Raptors\"]\naliases = [\"/old\"]";
    write(
        &site,
        "posts/kestrel.md",
        &format!("+++\n{head}\n+++\n## Hovering\n\nA kestrel hovers. [A bird](/blog/bird-1).\n"),
    );
    write(&site, "static/files/a.txt", "a file\n");
    let ran = finish(&mut build(&site, &folder.path().join("notes")));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    folder
});

fn server() -> Server {
    Server::start_by(&mut command(&BUILT.path().join("notes")))
}

/// The paths in the attributes of a page that lead anywhere.
fn references(page: &str) -> BTreeSet<&str> {
    let values = ["href=\"", "src=\"", "action=\""].iter().flat_map(|name| page.split(name).skip(1));
    values.filter_map(|rest| rest.split('"').next()).filter(|value| value.starts_with('/')).collect()
}

#[test]
fn the_root_of_the_host_and_other_spellings_lead_below_the_path() {
    if skipped() {
        return;
    }
    let server = server();
    for (target, location) in [
        ("/", "/base/"),
        ("/?a=b", "/base/?a=b"),
        ("/base", "/base/"),
        ("/base?a", "/base/?a"),
        ("/index.html", "/base/"),
        ("/base/index.html", "/base/"),
        ("/base/blog/kestrel/", "/base/blog/kestrel"),
        ("/base/blog/kestrel.html", "/base/blog/kestrel"),
        ("/base/blog/kestrel/index.html?a", "/base/blog/kestrel?a"),
        ("/base/old", "/base/blog/kestrel"),
        ("/base/short", "/base/blog/kestrel"),
        ("/base/short/", "/base/blog/kestrel"),
        ("/base/rss", "/base/rss.xml"),
    ] {
        for method in ["GET", "HEAD"] {
            let response = server.ask(method, target, &[]);
            assert_eq!((response.status, response.field("location")), (308, location), "{method} {target}");
        }
    }
}

#[test]
fn pages_files_and_what_belongs_to_the_host_are_where_clients_look_for_them() {
    if skipped() {
        return;
    }
    let server = server();
    for (target, kind) in [
        ("/base/", "text/html"),
        ("/base/blog/kestrel", "text/html"),
        ("/base/blog/kestrel.md", "text/markdown"),
        ("/base/notes/birds", "text/html"),
        ("/base/tags/raptors/feed.xml", "application/atom+xml"),
        ("/base/sitemap.xml", "application/xml"),
        ("/base/llms.txt", "text/plain"),
        ("/base/favicon.svg", "image/svg+xml"),
        ("/base/manifest.webmanifest", "application/manifest+json"),
        ("/base/files/a.txt", "text/plain"),
        ("/robots.txt", "text/plain"),
        ("/favicon.ico", "image/"),
        ("/.well-known/security.txt", "text/plain"),
    ] {
        let (get, head) = (server.get(target, &[]), server.ask("HEAD", target, &[]));
        assert_eq!((get.status, head.status), (200, 200), "{target}");
        assert!(get.field("content-type").starts_with(kind), "{target}: {get:?}");
        assert_eq!(get.lasting_fields(), head.lasting_fields(), "{target}");
        assert!(head.content.is_empty());
    }
    let robots = server.get("/robots.txt", &[]);
    assert!(robots.text().contains("Sitemap: https://example.org/base/sitemap.xml\n"), "{}", robots.text());
    let markdown = server.get("/base/blog/kestrel", &[("Accept", "text/markdown")]);
    assert!(markdown.text().contains("[A bird](/base/blog/bird-1)"), "{}", markdown.text());
    assert_eq!(markdown.field("vary"), "Accept, Accept-Encoding");
}

#[test]
fn what_is_nowhere_is_the_404_page_of_the_site_inside_and_outside_of_the_path() {
    if skipped() {
        return;
    }
    let server = server();
    let outside = [
        "/nothing",
        "/blog/kestrel",
        "/search",
        "/sitemap.xml",
        "/old",
        "/short",
        "/basement",
        "/base//",
        "/prefetch.json",
    ];
    let inside = [
        "/base/nothing",
        "/base/blog/nothing",
        "/base/robots.txt",
        "/base/.well-known/security.txt",
        "/base/home",
        "/home",
    ];
    for target in outside.into_iter().chain(inside) {
        for method in ["GET", "HEAD"] {
            assert_eq!(server.ask(method, target, &[]).status, 404, "{method} {target}");
        }
        let page = server.get(target, &[]);
        assert!(page.text().contains("<a href=\"/base/blog\">"), "{target}: {}", page.text());
    }
}

#[test]
fn each_page_leads_to_pages_that_are_there() {
    if skipped() {
        return;
    }
    let server = server();
    let mut seen = BTreeSet::from(["/base/".to_owned()]);
    let mut queue = vec!["/base/".to_owned()];
    while let Some(target) = queue.pop() {
        let response = server.get(&target, &[]);
        assert_eq!(response.status, 200, "{target}");
        if !response.field("content-type").starts_with("text/html") {
            continue;
        }
        assert_eq!(response.field("speculation-rules"), "\"/base/prefetch.json\"", "{target}");
        for found in references(response.text()) {
            assert!(found.starts_with("/base/"), "{target} leads to {found}");
            let path = found.split(['?', '#']).next().unwrap_or_default();
            if seen.insert(path.to_owned()) {
                queue.push(path.to_owned());
            }
        }
    }
    assert!(seen.len() > 25, "{seen:?}");
}

/// A search, as a reader's form or a script sends it.
fn search(server: &Server, query: &str, accept: &str) -> Response {
    let response = server.get(&format!("/base/search?q={query}"), &[("Accept", accept)]);
    assert_eq!(response.status, 200, "{query}");
    response
}

#[test]
fn a_search_finds_pages_below_the_path_and_goes_on_there() {
    if skipped() {
        return;
    }
    let server = server();
    let html = search(&server, "kestrel", "text/html");
    assert!(html.text().contains("<a href=\"/base/blog/kestrel#hovering\">"), "{}", html.text());
    assert!(html.text().contains("<mark>kestrel</mark> hovers"), "the snippet is from the page: {}", html.text());
    let json: Value = serde_json::from_str(search(&server, "kestrel", "application/json").text()).expect("JSON");
    assert_eq!(json["hits"][0]["url"], "/base/blog/kestrel#hovering");
    let several = search(&server, "plover", "text/html");
    assert!(
        several.text().contains("<a rel=\"next\" href=\"/base/search?q=plover&amp;page=2\">"),
        "{}",
        several.text()
    );
    let none = search(&server, "xylophone", "text/html");
    let advice = "<p>Try other words or fewer, or look through <a href=\"/base/notes\">";
    assert!(none.text().contains(advice), "{}", none.text());
    for response in [html, several, none] {
        assert_eq!(references(response.text()).iter().find(|found| !found.starts_with("/base/")), None);
    }
    assert_eq!(server.get("/search?q=kestrel", &[]).status, 404);
}

#[test]
fn the_commands_of_the_executable_know_the_path() {
    if skipped() {
        return;
    }
    let run = |arguments: &[&str]| {
        let ran = finish(command(&BUILT.path().join("notes")).args(arguments));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.stdout
    };
    let listed = run(&["list"]);
    for line in ["/base/blog/kestrel ", "/base/old ", "/robots.txt ", "/base "] {
        assert!(listed.lines().any(|found| found.starts_with(line)), "{line}: {listed}");
    }
    run(&["verify"]);
    let folder = TempDir::new().expect("a temporary folder");
    run(&["extract", &folder.path().display().to_string()]);
    for file in
        ["index.html", "404.html", "base/index.html", "base/blog/kestrel/index.html", "robots.txt", "base/feed.xml"]
    {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
    assert!(!folder.path().join("home").exists());
    let first = fs::read_to_string(folder.path().join("index.html")).expect("a page");
    assert!(first.contains("url=/base/"), "the root leads to the site: {first}");
    let page = fs::read_to_string(folder.path().join("base/index.html")).expect("a page");
    assert!(page.contains("<title>Notes</title>"), "{page}");
}
