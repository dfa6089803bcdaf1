//! Whole sites through [`press`], from files to a pack or a report.

use std::fs;
use std::path::{Path, PathBuf};

use graven_pack::{Content, PREFETCH, Page, SEARCH_INDEX};
use graven_press::cache::Cache;
use graven_press::tree::SourceTree;
use graven_press::{Options, Pack, Pressed, press};
use graven_search::{Index, Query};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A site with one topic and the `files` of a test.
fn tree(files: &[(&str, &str)]) -> SourceTree {
    let mut tree = SourceTree::default();
    tree.insert("site.toml", "title = \"Notes\"\ndescription = \"Notes.\"\nbase_url = \"https://example.org\"\n");
    tree.insert("topics.toml", "[[topic]]\nslug = \"web\"\ntitle = \"Web\"\nblurb = \"Pages.\"\n");
    for &(path, text) in files {
        tree.insert(path, text);
    }
    tree
}

/// A post with `more` lines of front matter.
fn post(more: &str, text: &str) -> String {
    format!("+++\ntitle = \"Post\"\ndescription = \"About it.\"\ndate = 2025-11-28\n{more}+++\n{text}")
}

fn pressed(tree: &SourceTree) -> Pressed {
    pressed_with(&Cache::none(), tree)
}

fn pressed_with(cache: &Cache, tree: &SourceTree) -> Pressed {
    press(tree, &Options::default(), cache).unwrap_or_else(|report| panic!("{}", report.render(tree, "")))
}

/// The report on a tree with errors.
fn report_on(tree: &SourceTree) -> String {
    press(tree, &Options::default(), &Cache::none()).expect_err("the site has errors").render(tree, "content/")
}

/// The fingerprint of some bytes: 64 bits of their SHA-256.
fn fingerprint(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    format!("{:016x}", u64::from_be_bytes(*digest.first_chunk().expect("a SHA-256 is longer than 64 bits")))
}

/// The page at a path.
fn page<'a>(pack: &'a [u8], path: &str) -> Page<'a> {
    let pack = Pack::open(pack).expect("a sound pack");
    let route = pack.route(path).expect("a sound route").unwrap_or_else(|| panic!("there is no {path}"));
    let edition = route.at(pack.time()).expect("a sound edition").expect("it holds now");
    let Content::Page(page) = edition.content() else { panic!("{path} is a redirect") };
    page
}

/// The bytes of a route.
fn bytes(pack: &[u8], path: &str) -> Vec<u8> {
    page(pack, path).identity().bytes().expect("a sound variant").into_owned()
}

/// The text of a route.
fn text(pack: &[u8], path: &str) -> String {
    String::from_utf8(bytes(pack, path)).expect("UTF-8")
}

#[test]
fn an_image_that_does_not_exist_is_reported_once() {
    for image in ["phto.png", "/phto.png", "//photo.png"] {
        let post = post(&format!("image = \"{image}\"\n"), "Text.\n");
        let tree = tree(&[("posts/a/index.md", &post), ("posts/a/photo.png", "x"), ("static/photo.png", "x")]);
        let report = report_on(&tree);
        assert!(report.contains("content/posts/a/index.md:5:9\n"), "{report}");
        assert!(report.ends_with("\n1 error\n"), "{report}");
    }
}

#[test]
fn the_url_of_an_image_is_percent_encoded_everywhere() {
    let with_image = post("image = \"/my photo é.png\"\n", "Text.\n");
    let tree = tree(&[("posts/a.md", &with_image), ("static/my photo é.png", "x")]);
    let pack = pressed(&tree).pack;
    let url = "https://example.org/my%20photo%20%C3%A9.png";
    let page = text(&pack, "/blog/a");
    assert!(page.contains(&format!("<meta property=\"og:image\" content=\"{url}\">")), "{page}");
    assert!(page.contains(&format!("\"image\":\"{url}\"")), "{page}");
    assert!(text(&pack, "/feed.json").contains(url));
    for path in ["/blog/a", "/feed.xml", "/rss.xml", "/feed.json"] {
        assert!(!text(&pack, path).contains("my photo"), "{path}");
    }
}

#[test]
fn references_of_raw_html_are_percent_encoded_on_the_page_and_in_feeds() {
    let text_with_html = "<a href=\"/my file é.csv\">a</a> <a href=\"data.csv?my key\">b</a>\n";
    let tree = tree(&[
        ("posts/a/index.md", &post("", text_with_html)),
        ("posts/a/data.csv", "1"),
        ("static/my file é.csv", "2"),
    ]);
    let pack = pressed(&tree).pack;
    for path in ["/blog/a", "/feed.xml", "/feed.json"] {
        let text = text(&pack, path);
        assert!(text.contains("/my%20file%20%C3%A9.csv") && text.contains("?my%20key"), "{path}: {text}");
    }
}

/// The files of a cache.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let listed = |folder: &Path| fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    listed(folder).filter(|path| path.is_dir()).flat_map(|folder| listed(&folder)).collect()
}

#[test]
fn a_build_with_a_cache_is_a_clean_build_whatever_is_in_it() {
    let words = "The quick brown fox jumps over the lazy dog. ".repeat(40);
    let post = post("aliases = [\"/old\"]\n", &words);
    let tree = tree(&[("posts/a.md", &post), ("static/noise.bin", "x")]);
    let clean = pressed(&tree).pack;
    let folder = TempDir::new().expect("a temporary folder");
    // Equal documents that are compressed at the same time are made twice.
    let check = |is_made: bool, what: &str| {
        let cache = Cache::at(folder.path());
        assert!(pressed_with(&cache, &tree).pack == clean, "{what}");
        let entries = entries(folder.path()).len();
        assert!(if is_made { cache.made() >= entries } else { cache.made() == 0 }, "{what}: {} made", cache.made());
        assert!(entries > 10, "{what}: {entries} entries");
    };
    check(true, "the folder is empty");
    check(false, "everything is there");
    for (number, path) in entries(folder.path()).iter().enumerate() {
        let mut bytes = fs::read(path).expect("an entry");
        let middle = bytes.len() / 2;
        if number % 2 == 0 {
            bytes.truncate(middle);
        } else {
            bytes[middle] ^= 1;
        }
        fs::write(path, bytes).expect("it can be written");
    }
    check(true, "every entry is damaged");
    check(false, "every entry is repaired");
    fs::remove_dir_all(folder.path()).expect("it is there");
    check(true, "the folder is removed");
}

#[test]
fn a_change_makes_only_what_depends_on_it() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut tree =
        tree(&[("posts/a.md", &post("", "Text.\n")), ("static/a.txt", "One.\n"), ("static/b.txt", "Two.\n")]);
    let made = |tree: &SourceTree| {
        let cache = Cache::at(folder.path());
        assert!(pressed_with(&cache, tree).pack == pressed(tree).pack);
        cache.made()
    };
    assert!(made(&tree) > 10);
    tree.insert("static/b.txt", "Three.\n");
    assert_eq!(made(&tree), 1);
    tree.insert("static/b.txt", "Two.\n");
    assert_eq!(made(&tree), 0, "what an earlier build made is still there");
}

#[test]
fn the_links_of_the_markdown_of_a_post_are_those_of_its_page() {
    let first = post(
        "",
        "![A line](line.svg \"A line.svg\")\n\nSee [b](../b.md#there), [`data`](<data.csv>), [top](#here) and [r].\n\n\
         ## Here\n\n<a href='data.csv'>data</a>\n\n[r]: ../b.md \"b.md\"\n",
    );
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>";
    let tree = tree(&[
        ("posts/a/index.md", &first),
        ("posts/a/line.svg", drawing),
        ("posts/a/data.csv", "1"),
        ("posts/b.md", &post("", "## There\n\nText.\n")),
    ]);
    let pack = pressed(&tree).pack;
    let line = format!("/assets/line.{}.svg", fingerprint(drawing.as_bytes()));
    let data = format!("/assets/data.{}.csv", fingerprint(b"1"));
    let expected = format!(
        "# Post\n\n> About it.\n\n![A line]({line} \"A line.svg\")\n\n\
         See [b](/blog/b#there), [`data`](<{data}>), [top](/blog/a#here) and [r].\n\n\
         ## Here\n\n<a href='{data}'>data</a>\n\n[r]: /blog/b \"b.md\"\n"
    );
    assert_eq!(text(&pack, "/blog/a.md"), expected);
    assert_eq!((text(&pack, &line).as_str(), text(&pack, &data).as_str()), (drawing, "1"));
}

#[test]
fn the_markdown_of_a_post_keeps_the_space_before_its_first_word() {
    let tree = tree(&[("posts/a.md", &post("", "\r\n\n    code\n"))]);
    assert_eq!(text(&pressed(&tree).pack, "/blog/a.md"), "# Post\n\n> About it.\n\n    code\n");
}

#[test]
fn a_title_and_a_description_are_plain_text_in_markdown_too() {
    let titled = "+++\ntitle = 'On [a](b), <b> and \\ in <10 min'\ndescription = \"About [r].\"\ndate = 2025-11-28\n+++\n\
                  [r]\n\n[r]: /blog\n";
    let tree = tree(&[("posts/a.md", titled)]);
    let markdown = text(&pressed(&tree).pack, "/blog/a.md");
    assert!(markdown.starts_with("# On \\[a](b), \\<b> and \\\\ in <10 min\n\n> About \\[r].\n\n"), "{markdown}");
}

#[test]
fn a_broken_link_is_reported_once_for_the_page_and_its_markdown() {
    for (link, place) in [
        ("[a](#her)", "6:5"),
        ("[a](/blgo)", "6:5"),
        ("<a href=\"#her\">a</a>", "6:10"),
        ("[a][r]\n\n[r]: #her", "8:6"),
        ("<img src=\"/a.png\" alt=\"a\" srcset=\"/a.png 1x, /b.png 2x\">", "6:35"),
        ("<svg><path fill=\"url(#her)\"/></svg>", "6:18"),
        ("## There {cite=/blgo}", "6:16"),
    ] {
        let text = post("", &format!("{link}\n\n## Here\n"));
        let tree = tree(&[("posts/a.md", &text), ("static/a.png", "")]);
        let report = report_on(&tree);
        assert!(report.contains(&format!("content/posts/a.md:{place}\n")), "{report}");
        assert!(report.ends_with("\n1 error\n"), "{report}");
    }
}

#[test]
fn a_note_may_be_called_like_a_heading() {
    let tree = tree(&[("posts/a.md", &post("", "## A {#a}\n\nText[^a].\n\n[^a]: Note.\n"))]);
    assert!(pressed(&tree).report.is_empty());
}

/// The report on a tree without errors.
fn warnings(files: &[(&str, &str)]) -> String {
    let tree = tree(files);
    pressed(&tree).report.render(&tree, "content/")
}

#[test]
fn what_the_policy_of_a_file_blocks_is_reported_at_its_place_with_help() {
    let cases = [
        ("a.html", "<p>\r\n<script async\r\n src=/a.js></script>", "3:2", "an external script", "`<script>`"),
        ("a.html", "<link rel=stylesheet href=/a.css>", "1:22", "an external style sheet", "`<style>`"),
        ("a.html", "<link rel='preload' href=/a.css as=style>", "1:21", "`<link href>`", "remove it"),
        ("a.html", "<p title=style style='a:b'>", "1:16", "the attribute `style`", "a class"),
        ("a.html", "<p ONCLICK='a()'>", "1:4", "the attribute `onclick`", "listener"),
        ("a.html", "<iframe src=/blog></iframe>", "1:9", "`<iframe src>`", "link to it"),
        ("a.html", "<object data=/blog></object>", "1:9", "`<object data>`", "link to it"),
        ("a.html", "<base href=/blog>", "1:7", "`<base href>`", "from the root"),
        ("a.html", "<video src=//example.com/a.mp4></video>", "1:8", "of another site in `<video src>`", "a copy"),
        ("a.html", "<img src='http://example.com/a.png'>", "1:6", "of another site in `<img src>`", "a copy"),
        ("a.html", "<img srcset='https://example.com/a.png 2x'>", "1:6", "of another site in `<img srcset>`", "a copy"),
        ("a.html", "<form action='https://example.com/'></form>", "1:7", "in `<form action>`", "link to the form"),
        ("a.html", "<style>@import '/a.css'</style>", "1:1", "`@import` in a style sheet", "`<style>`"),
        ("a.html", "<style>p{background:url( 'https://example.com/a')}</style>", "1:1", "`url()` of another", "a copy"),
        ("a.svg", "<svg>\n<style/>\n<g style=\"a:b\"/></svg>", "3:4", "the attribute `style`", "a class"),
        (
            "a.svg",
            "<svg xmlns:xlink='x'><script xlink:href='/a.js'/></svg>",
            "1:30",
            "an external script",
            "`<script>`",
        ),
        ("a.svg", "<?xml-stylesheet href='/a.css'?><svg/>", "1:1", "`<?xml-stylesheet?>`", "`<style>`"),
        ("a.xhtml", "<html><body onload='a()'/></html>", "1:13", "the attribute `onload`", "listener"),
        ("a.xml", "<?xml-stylesheet href='/a.xsl'?><a/>", "1:1", "`<?xml-stylesheet?>`", "`<style>`"),
    ];
    let paths: Vec<String> = (0..cases.len()).map(|number| format!("static/{number}-{}", cases[number].0)).collect();
    let mut files = vec![("static/a.js", ""), ("static/a.css", "")];
    files.extend(paths.iter().zip(&cases).map(|(path, (_, text, ..))| (path.as_str(), *text)));
    let report = warnings(&files);
    for (path, (_, text, place, what, help)) in paths.iter().zip(cases) {
        let place = format!("--> content/{path}:{place}\n");
        let found =
            report.split("\n\n").find(|found| found.contains(&place)).unwrap_or_else(|| panic!("{text}: {report}"));
        assert!(found.contains(what) && found.contains(help), "{text}: {found}");
    }
    assert!(report.ends_with(&format!("\n{} warnings\n", cases.len())), "{report}");
}

#[test]
fn what_the_policy_of_a_file_allows_is_not_reported() {
    let cases = [
        ("a.html", "<style>p{background:url(/a.png)}</style><script>a < b</script><p class=style>"),
        ("a.html", "<script type='application/ld+json' src=/a.png>{}</script><link rel=icon href=/a.png>"),
        ("a.html", "<link rel=canonical href=https://example.com/><a href=https://example.com/>a</a>"),
        ("a.html", "<img src=https://example.com/a.png><form action=/blog></form><video src=/a.png></video>"),
        ("a.html", "<!-- <script src=/a.js></script> --><pre>&lt;iframe src=a></pre>"),
        ("a.svg", "<svg><style><![CDATA[a>b{c:d}]]></style><script>a()</script><use href='#a'/></svg>"),
        ("a.xml", "<script src='/a.js' style='b'/>"),
        ("a.txt", "<script src=/a.js></script>"),
    ];
    let paths: Vec<String> = (0..cases.len()).map(|number| format!("static/{number}-{}", cases[number].0)).collect();
    let files = paths.iter().zip(cases).map(|(path, (_, text))| (path.as_str(), text));
    assert_eq!(warnings(&files.chain([("static/a.png", "")]).collect::<Vec<_>>()), "no errors\n");
}

#[test]
fn every_page_loads_the_script_of_the_theme_deferred() {
    let own = "document.title = 'mine'\n";
    for (files, is_own) in [(&[][..], false), (&[("theme/script.js", own)], true)] {
        let pack = pressed(&tree(files)).pack;
        for path in ["/", "/blog", "404"] {
            let html = text(&pack, path);
            let (_, rest) = html.split_once("<script defer src=\"").unwrap_or_else(|| panic!("{path}: {html}"));
            let route = rest.split('"').next().expect("an end");
            assert!(html.find("localStorage") < html.find("<script defer"), "{path}: the scheme is set first");
            assert_eq!(text(&pack, route) == own, is_own, "{path}");
            let (script, policy) = (page(&pack, route), page(&pack, path).security_policy());
            assert_eq!(script.cache_control(), "public, max-age=31536000, immutable");
            assert_eq!(script.content_type(), "text/javascript; charset=utf-8");
            assert!(policy.contains("; script-src 'self' 'sha256-"), "{path}: {policy}");
        }
    }
}

#[test]
fn a_site_with_an_empty_script_has_pages_without_any() {
    let pack = pressed(&tree(&[("theme/script.js", "")])).pack;
    for path in ["/", "/blog", "404"] {
        let html = text(&pack, path).replace("<script type=\"application/ld+json\">", "");
        assert!(!html.contains("<script"), "{path}: {html}");
        assert!(!page(&pack, path).security_policy().contains("script-src"), "{path}");
    }
}

#[test]
fn the_rules_for_prefetching_leave_out_files_and_searches() {
    let pack = pressed(&tree(&[])).pack;
    let rules = page(&pack, PREFETCH);
    assert_eq!(rules.content_type(), "application/speculationrules+json");
    assert_eq!(rules.cache_control(), "public, max-age=3600");
    let expected = [r#"{"not":{"href_matches":["/*.*","/search","/search\\?*"]}}"#, r#""eagerness":"moderate""#];
    assert!(expected.iter().all(|part| text(&pack, PREFETCH).contains(part)), "{}", text(&pack, PREFETCH));
}

#[test]
fn many_occurrences_in_one_file_are_one_warning() {
    let drawing = format!("<svg>{}</svg>", "<g style='a:b'/>".repeat(40));
    let post = post("", "A ![drawing](a.svg) in a line.\n");
    let report = warnings(&[("posts/a/index.md", &post), ("posts/a/a.svg", &drawing)]);
    assert!(
        report.contains("--> content/posts/a/a.svg:1:9\n") && report.contains("and 39 more in this file"),
        "{report}"
    );
}

#[test]
fn a_missing_folder_is_an_error_that_says_what_to_do() {
    let error = SourceTree::read("no/such/folder".as_ref()).expect_err("it does not exist").to_string();
    assert_eq!(error, "no/such/folder: there is no such folder; create it, with a site.toml in it");
}

/// A page about the author.
const ABOUT: &str = "+++\ntitle = \"About\"\ndescription = \"Us.\"\n+++\nText.\n";

/// A site that says who writes it.
fn signed_tree(files: &[(&str, &str)]) -> SourceTree {
    let mut tree = tree(files);
    tree.insert(
        "site.toml",
        "title = \"Notes\"\ndescription = \"Notes.\"\nbase_url = \"https://example.org\"\nstart = [\"a\"]\n\
         [author]\nname = \"Ada & Co\"\nemail = \"ada@example.org\"\nurl = \"/about\"\nfediverse = \"@ada@example.social\"\n\
         [license]\nname = \"CC BY 4.0\"\nurl = \"https://cc.example/by\"\n",
    );
    tree
}

#[test]
fn who_writes_a_site_is_said_wherever_readers_and_programs_look() {
    let tree = signed_tree(&[("posts/a.md", &post("", "Text.\n")), ("pages/about.md", ABOUT)]);
    let pack = pressed(&tree).pack;
    let byline = "<a class=\"author\" rel=\"author\" href=\"/about\">Ada &amp; Co</a>";
    let license = "<a rel=\"license\" href=\"https://cc.example/by\">CC BY 4.0</a>";
    for path in ["/", "/notes", "/blog/a", "/about", "404"] {
        let page = text(&pack, path);
        for part in [
            "<meta name=\"author\" content=\"Ada &amp; Co\">",
            "<meta name=\"fediverse:creator\" content=\"@ada@example.social\">",
        ] {
            assert!(page.contains(part), "{path}: {part}: {page}");
        }
        let footer = &page[page.rfind("<footer").expect("a footer")..];
        assert!(footer.contains(byline) && footer.contains(license), "{path}: {footer}");
    }
    let page = text(&pack, "/blog/a");
    let opening = page.split("<header class=\"head\">").nth(1).expect("an opening");
    let header = opening.split("</header>").next().unwrap_or_default();
    assert!(header.contains(byline), "{header}");
    for part in [
        "<a href=\"mailto:ada@example.org?subject=Re%3A%20Post\">Reply by e-mail</a>",
        r#""author":{"@type":"Person","email":"ada@example.org","name":"Ada & Co","sameAs":["https://example.social/@ada"],"url":"https://example.org/about"}"#,
        r#""license":"https://cc.example/by""#,
        r#""publisher":{"@type":"Person""#,
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let about = text(&pack, "/about");
    for part in [
        "<a rel=\"me author\" href=\"/about\">Ada &amp; Co</a>",
        "<a href=\"mailto:ada@example.org\">ada@example.org</a>",
        "<a rel=\"me\" href=\"https://example.social/@ada\">@ada@example.social</a>",
    ] {
        assert!(about.contains(part), "{part}: {about}");
    }
}

#[test]
fn a_site_that_names_nobody_invents_nobody() {
    let tree = tree(&[("posts/a.md", &post("", "Text.\n")), ("pages/about.md", ABOUT)]);
    let pack = pressed(&tree).pack;
    for path in ["/", "/blog/a", "/about"] {
        let page = text(&pack, path);
        for part in ["author", "license", "mailto:", "fediverse", "Who writes this"] {
            assert!(!page.contains(part), "{path}: {part}");
        }
    }
}

/// A signed site with a post of two authors, of whom one is that of the site, and a post of a third.
fn site_of_several() -> Vec<u8> {
    let authors = "authors = [\"Ada & Co\", { name = \"Grace\", url = \"https://grace.example/\", email = \"g@grace.example\" }]\n";
    let tree = signed_tree(&[
        ("posts/a.md", &post(authors, "Text.\n")),
        ("posts/b.md", &post("authors = [\"Alan\"]\n", "Text.\n")),
        ("pages/about.md", ABOUT),
    ]);
    pressed(&tree).pack
}

#[test]
fn a_post_names_its_own_authors_wherever_readers_and_programs_look() {
    let pack = site_of_several();
    let (page, other) = (text(&pack, "/blog/a"), text(&pack, "/blog/b"));
    for (page, part) in [
        // The author of the site is known by name.
        (
            &page,
            "<a class=\"author\" rel=\"author\" href=\"/about\">Ada &amp; Co</a><a class=\"author\" rel=\"author\" href=\"https://grace.example/\">Grace</a>",
        ),
        (
            &page,
            "<meta name=\"author\" content=\"Ada &amp; Co\"><meta name=\"fediverse:creator\" content=\"@ada@example.social\"><meta name=\"author\" content=\"Grace\">",
        ),
        (&page, r#""author":[{"@type":"Person","email":"ada@example.org","name":"Ada & Co","#),
        (&page, r#"{"@type":"Person","email":"g@grace.example","name":"Grace","url":"https://grace.example/"}]"#),
        (&page, "<a href=\"mailto:ada@example.org?"),
        (&other, "<span class=\"author\">Alan</span>"),
        (&other, "<meta name=\"author\" content=\"Alan\"><link"),
        (&other, r#""author":{"@type":"Person","name":"Alan"}"#),
        (&other, r#""publisher":{"@type":"Person","email":"ada@example.org","#),
        (&other, "<a href=\"mailto:ada@example.org?"),
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

#[test]
fn the_authors_of_a_post_are_in_every_feed() {
    let pack = site_of_several();
    for (path, part) in [
        ("/feed.xml", "<author>\n   <name>Ada &amp; Co</name>"),
        (
            "/feed.xml",
            "<author>\n   <name>Grace</name>\n   <uri>https://grace.example/</uri>\n   <email>g@grace.example</email>\n  </author>",
        ),
        ("/feed.xml", "<author>\n   <name>Alan</name>\n  </author>"),
        ("/rss.xml", "<dc:creator>Ada &amp; Co</dc:creator>\n   <dc:creator>Grace</dc:creator>"),
        ("/rss.xml", "<dc:creator>Alan</dc:creator>"),
        (
            "/feed.json",
            r#""authors":[{"name":"Ada & Co","url":"https://example.org/about"},{"name":"Grace","url":"https://grace.example/"}]"#,
        ),
        ("/feed.json", r#""authors":[{"name":"Alan"}]"#),
    ] {
        let feed = text(&pack, path);
        assert!(feed.contains(part), "{path}: {part}: {feed}");
    }
}

#[test]
fn a_text_without_a_description_is_described_by_its_beginning_which_is_not_shown_twice() {
    let head = "+++\ntitle = \"Post\"\ndate = 2025-11-28\n+++\n";
    let words = "*The* beginning & all.\n\nMore.\n";
    let tree = tree(&[
        ("posts/a.md", &format!("{head}{words}")),
        ("posts/b.md", &format!("{head}- No paragraph.\n")),
        ("pages/c.md", &format!("+++\ntitle = \"Page\"\n+++\n{words}")),
    ]);
    let pack = pressed(&tree).pack;
    let description = "<meta name=\"description\" content=\"The beginning &amp; all.\">";
    for path in ["/blog/a", "/c"] {
        let page = text(&pack, path);
        assert!(page.contains(description) && !page.contains("class=\"lede\""), "{page}");
        assert!(page.contains("<meta property=\"og:description\" content=\"The beginning &amp; all.\">"), "{page}");
    }
    assert!(text(&pack, "/blog/a").contains(r#""description":"The beginning & all.""#));
    assert_eq!(text(&pack, "/blog/a.md"), format!("# Post\n\n{words}"));
    for (path, with, without) in [
        ("/blog", "<p>The beginning &amp; all.</p>", "<p></p>"),
        ("/feed.xml", "<summary>The beginning &amp; all.</summary>", "<summary></summary>"),
        ("/rss.xml", "<description>The beginning &amp; all.</description>", "<description></description>"),
        ("/feed.json", r#""summary":"The beginning & all.""#, r#""summary":"""#),
        ("/llms.txt", "(https://example.org/blog/a.md): The beginning & all.\n", "(https://example.org/blog/b.md):"),
    ] {
        let text = text(&pack, path);
        assert!(text.contains(with) && !text.contains(without), "{path}: {text}");
    }
    let page = text(&pack, "/blog/b");
    for part in ["name=\"description\"", "og:description", "\"description\"", "class=\"lede\""] {
        assert!(!page.contains(part), "{part}: {page}");
    }
    assert_eq!(text(&pack, "/blog/b.md"), "# Post\n\n- No paragraph.\n");
}

#[test]
fn what_changed_in_a_text_is_said_after_it() {
    let updated = "updated = { date = 2025-11-29, note = \"One number & more.\" }\n";
    let page = format!("+++\ntitle = \"Page\"\n{updated}+++\nText.\n");
    let tree = tree(&[("posts/a.md", &post(updated, "Text.\n")), ("pages/b.md", &page)]);
    let pack = pressed(&tree).pack;
    let note = "<footer class=\"after\"><p>Updated <time class=\"date\" datetime=\"2025-11-29\">29 November 2025</time>: One number &amp; more.</p>";
    for path in ["/blog/a", "/b"] {
        let page = text(&pack, path);
        assert!(page.contains(note), "{path}: {page}");
    }
    assert!(text(&pack, "/blog/a").contains("<meta property=\"article:modified_time\" content=\"2025-11-29\">"));
}

#[test]
fn texts_in_folders_and_with_the_other_extension_are_found_and_can_be_linked_to() {
    let links =
        "[a](2024/2024-05-06-trip/index.markdown) [b](2024/b.markdown) [c](../pages/guide/first.md) [d](2024/b)\n";
    let named = "+++\ntitle = \"Named\"\ndescription = \"A trip.\"\nimage = \"./photo.svg\"\n+++\nText.\n";
    let tree = tree(&[
        ("posts/a.md", &post("", links)),
        ("posts/2024/2024-05-06-trip/index.markdown", named),
        ("posts/2024/2024-05-06-trip/photo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("posts/2024/2024-05-06-trip/code/README.md", "No text of the site."),
        ("posts/2024/b.markdown", &post("", "Text.\n")),
        ("pages/guide/first.md", "+++\ntitle = \"First\"\naliases = [\"/first\"]\n+++\n[back](../../posts/a.md)\n"),
    ]);
    let pressed = pressed(&tree);
    assert!(pressed.report.is_empty(), "{}", pressed.report.render(&tree, ""));
    let pack = pressed.pack;
    let page = text(&pack, "/blog/a");
    for link in ["/blog/trip", "/blog/b", "/guide/first"] {
        assert!(page.contains(&format!("<a href=\"{link}\">")), "{link}: {page}");
    }
    let trip = text(&pack, "/blog/trip");
    assert!(trip.contains("<time class=\"date\" datetime=\"2024-05-06\">"), "{trip}");
    assert!(trip.contains("content=\"https://example.org/assets/photo."), "{trip}");
    assert!(text(&pack, "/guide/first").contains("<a href=\"/blog/a\">"));
    assert!(text(&pack, "/sitemap.xml").contains("<loc>https://example.org/guide/first</loc>"));
}

#[test]
fn the_content_may_have_its_own_page_about_feeds_and_its_own_paths_of_feeds() {
    let page = "+++\ntitle = \"My feeds\"\ndescription = \"Feeds.\"\n+++\nText.\n";
    let files = [("pages/subscribe.md", page), ("pages/feed.md", page), ("static/atom.xml", "<feed/>")];
    let pack = pressed(&tree(&files)).pack;
    for path in ["/subscribe", "/feed"] {
        assert!(text(&pack, path).contains("<h1>My feeds</h1>"), "{path}");
    }
    assert_eq!(text(&pack, "/atom.xml"), "<feed/>");
    let mut redirected = tree(&[]);
    redirected.insert(
        "site.toml",
        "title = \"Notes\"\ndescription = \"Notes.\"\n[redirects]\n\"/subscribe\" = \"/feed.xml\"\n",
    );
    let pack = pressed(&redirected).pack;
    let route = Pack::open(&pack).expect("a sound pack").route("/subscribe").expect("a sound route").expect("a route");
    assert!(matches!(route.at(0).expect("a sound edition").expect("it holds now").content(), Content::Redirect(_)));
}

#[test]
fn a_site_without_posts_says_so_and_has_no_empty_lists() {
    let pack = pressed(&tree(&[])).pack;
    for path in ["/", "/notes", "/blog"] {
        assert!(text(&pack, path).contains("No posts yet."), "{path}");
    }
    for path in ["/", "/notes", "/blog", "/tags", "404"] {
        let page = text(&pack, path);
        assert!(!page.contains("<ol") && !page.contains("<table") && !page.contains("Newest"), "{path}: {page}");
    }
    assert!(!text(&pack, "/rss.xml").contains("1970"));
}

#[test]
fn the_face_of_a_post_is_its_drawing_on_every_list_and_ids_are_unique() {
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"30\"><defs><marker id=\"m\"/></defs><path marker-end=\"url(#m)\" d=\"M0 0H90\"/><text>A</text></svg>";
    let drawn = post("topics = [\"web\"]\ntags = [\"T\"]\n", "![A line](a.svg)\n");
    let tree = signed_tree(&[("posts/a/index.md", &drawn), ("posts/a/a.svg", drawing), ("pages/about.md", ABOUT)]);
    let pack = pressed(&tree).pack;
    for path in ["/", "/notes", "/blog", "/notes/web", "/tags/t", "404"] {
        assert_eq!(text(&pack, path).matches("class=\"face\"").count(), 1, "{path}");
        assert!(text(&pack, path).contains("<path d=\"M0 0H90\"/></svg>"), "{path}");
    }
}

/// A post with a file of code of which it shows a region, and a table.
fn post_with_files() -> SourceTree {
    let text = "```from=code/page.html#script\n```\n\n[whole](code/page.html)\n\n```ts from=code/queue.ts\n```\n\n\
                ```table from=rates.csv caption=\"Rates\"\nrate: Rate | digits=2\n```\n";
    tree(&[
        ("posts/a/index.md", &post("", text)),
        ("posts/a/code/page.html", "<!-- #region script -->\n<script>zebra()</script>\n<!-- #endregion -->\n"),
        ("posts/a/code/queue.ts", "\u{feff}const walrus = 1;\r\n"),
        ("posts/a/code/README.md", "# Not a post\n"),
        ("posts/a/rates.csv", "# measured: on a quagga\nrate\n98765\n"),
    ])
}

/// The path of the only file of the pack whose name begins and ends like this.
fn path_of(pack: &[u8], (begin, end): (&str, &str)) -> String {
    let pack = Pack::open(pack).expect("a sound pack");
    let paths = pack.routes().map(|route| route.expect("a sound route").path().to_owned());
    let mut found = paths.filter(|path| path.starts_with(begin) && path.ends_with(end));
    let path = found.next().unwrap_or_else(|| panic!("there is no {begin}…{end}"));
    assert_eq!(found.next(), None);
    path
}

#[test]
fn the_file_behind_shown_code_is_published_unchanged_as_plain_text() {
    let tree = post_with_files();
    let pack = pressed(&tree).pack;
    for (name, media_type, source) in [
        (("/assets/page.", ".html.txt"), "text/plain; charset=utf-8", "posts/a/code/page.html"),
        // A link to the same file leads to the page that it is.
        (("/assets/page.", ".html"), "text/html; charset=utf-8", "posts/a/code/page.html"),
        (("/assets/queue.", ".ts.txt"), "text/plain; charset=utf-8", "posts/a/code/queue.ts"),
        (("/assets/rates.", ".csv"), "text/csv; charset=utf-8", "posts/a/rates.csv"),
    ] {
        let path = path_of(&pack, name);
        let file = page(&pack, &path);
        assert_eq!(file.content_type(), media_type, "{path}");
        assert_eq!(Some(&bytes(&pack, &path)[..]), tree.get(source), "{path}");
        assert!(text(&pack, "/blog/a").contains(&format!("href=\"{path}\"")), "{path}");
    }
}

#[test]
fn shown_files_are_in_every_form_of_a_post_and_in_the_search_index() {
    let pack = pressed(&post_with_files()).pack;
    for path in ["/blog/a", "/blog/a.md", "/feed.xml", "/rss.xml", "/feed.json"] {
        let text = text(&pack, path);
        for word in ["zebra", "walrus", "99,000", "on a quagga", "queue.ts"] {
            let escaped = serde_json::to_string(word).expect("a string").trim_matches('"').to_owned();
            assert!(text.contains(word) || text.contains(&escaped), "{path}: {word}");
        }
        assert!(!text.contains("#region"), "{path}");
    }
    let index = bytes(&pack, SEARCH_INDEX);
    let index = Index::open(&index).expect("a sound index");
    for word in ["zebra", "walrus", "quagga", "rates.csv"] {
        let results = index.search(&Query::parse(word), 0, 1);
        assert!((results.total, results.complete) == (1, true) && results.corrections.is_empty(), "{word}");
    }
    assert!(!index.search(&Query::parse("region"), 0, 1).complete);
}
