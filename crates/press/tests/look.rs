//! How an author changes the look of a site: the files of its theme, the settings, the pages that take the place of the theme's own.

#[path = "look/mine.rs"]
mod mine;

use graven_pack::write::{ContentSpec, PageSpec};
use graven_press::cache::Cache;
use graven_press::incremental::Incremental;
use graven_press::tree::SourceTree;
use graven_press::views::{Head, Look, RenderedSite, Under, Views};
use graven_press::{Codings, Options, press};
use maud::{Markup, PreEscaped, html};

const SETTINGS: &str = "title = \"Notes\"\ndescription = \"What I learnt.\"\nbase_url = \"https://example.org\"\n";

/// A site with a post, a page and the `files` of a test. A `site.toml` among them follows the settings that every site needs.
fn tree(files: &[(&str, &str)]) -> SourceTree {
    let mut tree = SourceTree::default();
    tree.insert("site.toml", SETTINGS);
    tree.insert("posts/first.md", "+++\ntitle = \"First\"\ndescription = \"One.\"\ndate = 2025-11-28\n+++\nText.\n");
    tree.insert("pages/about.md", "+++\ntitle = \"About\"\ndescription = \"Me.\"\n+++\nWords.\n");
    for &(path, text) in files {
        tree.insert(path, if path == "site.toml" { format!("{SETTINGS}{text}") } else { text.to_owned() });
    }
    tree
}

/// All HTML pages of a site that has neither errors nor warnings, by path.
struct Pages(Vec<(String, PageSpec)>);

impl Pages {
    fn of(tree: &SourceTree, options: Options) -> Self {
        let mut site = Incremental::new(Options { codings: Codings::Identity, ..options }, Cache::none());
        let pages = site.press(tree, |preview| {
            assert_eq!(preview.report().render(tree, ""), "no errors\n");
            let pages = preview.paths().filter_map(|path| match preview.content(&path)? {
                ContentSpec::Page(page) if page.content_type.starts_with("text/html") => {
                    Some((path.into_owned(), page))
                }
                _ => None,
            });
            pages.collect()
        });
        Self(pages.unwrap_or_else(|report| panic!("{}", report.render(tree, ""))))
    }

    fn policy(&self, path: &str) -> &str {
        let page = self.0.iter().find(|(found, _)| found == path);
        &page.unwrap_or_else(|| panic!("there is no {path}")).1.security_policy
    }

    fn html(&self, path: &str) -> String {
        let page = self.0.iter().find(|(found, _)| found == path);
        text(&page.unwrap_or_else(|| panic!("there is no {path}")).1)
    }
}

fn text(page: &PageSpec) -> String {
    String::from_utf8_lossy(&page.variants[0].bytes).into_owned()
}

#[test]
fn the_files_of_the_theme_are_in_every_page_and_allowed_by_its_policy() {
    let pages = Pages::of(
        &tree(&[
            ("theme/custom.css", ".mine { color: red }\n"),
            ("theme/head.html", "<script>mine()</script>\n<link rel=\"me\" href=\"https://social.example/@me\">\n"),
            ("theme/foot.html", "<p><a href=\"/about\">Who?</a></p>\n"),
        ]),
        Options::default(),
    );
    assert!(pages.0.len() > 6, "posts, lists, search, 404");
    for (path, page) in &pages.0 {
        let html = text(page);
        let end = "<script>mine()</script>\n<link rel=\"me\" href=\"https://social.example/@me\"></head>";
        assert!(html.contains(&format!(".mine{{color:red}}</style>{end}")), "{path}: {html}");
        assert!(html.contains("<p><a href=\"/about\">Who?</a></p></footer></body>"), "{path}: {html}");
        // printf 'mine()' | openssl dgst -sha256 -binary | base64
        assert!(
            page.security_policy.contains("'sha256-QXxpu54YpA43T7+5Jah+DcfQJ/oA7xkSYpaa+TBFnkI='"),
            "{path}: {}",
            page.security_policy
        );
    }
}

#[test]
fn a_script_of_an_allowed_host_may_count_readers() {
    let tree = tree(&[
        ("site.toml", "[policy]\nscripts = [\"stats.example\"]\nconnect = [\"stats.example\"]\n"),
        (
            "theme/head.html",
            "<script defer data-domain=\"example.org\" src=\"https://stats.example/script.js\"></script>",
        ),
    ]);
    let pages = Pages::of(&tree, Options::default());
    for (path, PageSpec { security_policy: policy, .. }) in &pages.0 {
        let scripts = policy.split("; ").find(|directive| directive.starts_with("script-src ")).unwrap_or_default();
        assert!(scripts.split(' ').any(|source| source == "https://stats.example"), "{path}: {policy}");
        assert!(policy.contains("; connect-src 'self' https://stats.example;"), "{path}: {policy}");
    }
}

#[test]
fn a_text_may_show_the_frame_of_an_allowed_host() {
    let frame = "<iframe src=\"https://video.example/1\" title=\"A film\"></iframe>";
    let post = format!("+++\ntitle = \"Film\"\ndescription = \"It moves.\"\ndate = 2025-11-28\n+++\n{frame}\n");
    let tree = tree(&[("site.toml", "[policy]\nframes = [\"video.example\"]\n"), ("posts/film.md", &post)]);
    let pages = Pages::of(&tree, Options::default());
    assert!(pages.html("/blog/film").contains(frame));
    assert!(pages.policy("/blog/film").contains("; frame-src https://video.example;"));
}

#[test]
fn the_links_of_the_settings_are_on_every_page() {
    let settings = "[[navigation]]\nlabel = \"Blog\"\npath = \"/blog\"\n\n[[navigation]]\nlabel = \"Code\"\nurl = \"https://code.example/me?a&b\"\nrel = \"me\"\n\n\
                    [[footer]]\nlabel = \"Imprint\"\npath = \"/about\"\n\n[[footer]]\nlabel = \"Elsewhere\"\nurl = \"https://social.example/@me\"\n";
    let pages = Pages::of(&tree(&[("site.toml", settings)]), Options::default());
    for (path, page) in &pages.0 {
        let html = text(page);
        for part in [
            "<li><a href=\"https://code.example/me?a&amp;b\" rel=\"me\">Code</a></li>",
            "<a href=\"/about\">Imprint</a><a href=\"https://social.example/@me\" rel=\"external\">Elsewhere</a><span>",
        ] {
            assert!(html.contains(part), "{path}: {html}");
        }
    }
}

#[test]
fn a_wordmark_takes_the_place_of_the_drawing_and_the_title() {
    let svg = |part: &str| format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 20\">{part}</svg>\n");
    let plain = svg("<path d=\"M0 0h99v19z\"/>");
    let pages = Pages::of(&tree(&[("theme/wordmark.svg", &plain)]), Options::default());
    let start = "<a class=\"mark\" href=\"/\" aria-label=\"Notes\"><svg aria-hidden=\"true\"";
    assert!(pages.html("/blog").contains(start), "{}", pages.html("/blog"));
    let with_style = svg("<style>path{fill:red}</style><path d=\"M0 0h99v19z\"/>");
    let pages = Pages::of(&tree(&[("theme/wordmark.svg", &with_style)]), Options::default());
    let html = pages.html("/blog");
    assert!(html.contains("width=\"140\" height=\"28\" alt=\"Notes\"></a>"), "{html}");
    assert!(html.contains(".mark img{width:auto"), "{html}");
}

#[test]
fn a_page_of_the_content_takes_the_place_of_the_first_one_and_of_that_for_unknown_addresses() {
    let page =
        |title: &str, text: &str| format!("+++\ntitle = \"{title}\"\ndescription = \"In short.\"\n+++\n{text}\n");
    let (home, unknown) = (page("Welcome", "## Here\n\nThe *first* words."), page("Lost?", "Try [the posts](/blog)."));
    let link = page("A link", "[Home](index.md)");
    let tree = tree(&[("pages/index.md", &home), ("pages/404/index.md", &unknown), ("pages/link.md", &link)]);
    let pages = Pages::of(&tree, Options::default());
    let paths: Vec<_> = pages.0.iter().map(|(path, _)| path.as_str()).collect();
    let expected = ["/", "/about", "/blog", "/blog/first", "/link", "/notes", "/search", "/subscribe", "/tags", "404"];
    assert_eq!(paths, expected);
    let html = pages.html("/");
    for part in [
        "<title>Welcome · Notes</title>",
        "<link rel=\"canonical\" href=\"https://example.org/\">",
        "\"@type\":\"WebSite\"",
        "<h1>Welcome</h1><p class=\"lede\">In short.</p>",
        "The <em>first</em> words.",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(pages.html("/link").contains("<a href=\"/\">Home</a>"), "{}", pages.html("/link"));
    let html = pages.html("404");
    for part in ["<h1>Lost?</h1>", "<a href=\"/blog\">the posts</a>", "content=\"noindex\""] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("rel=\"canonical\""), "{html}");
}

#[test]
fn what_lists_the_pages_of_a_site_leaves_out_that_of_unknown_addresses() {
    let page = |title: &str| {
        format!("+++\ntitle = \"{title}\"\ndescription = \"In short.\"\nupdated = 2025-11-28\n+++\nWords.\n")
    };
    let tree = tree(&[("pages/index.md", &page("Welcome")), ("pages/404.md", &page("Lost?"))]);
    let mut site = Incremental::new(Options { codings: Codings::Identity, ..Options::default() }, Cache::none());
    let press = site.press(&tree, |preview| {
        let text = |path: &str| match preview.content(path) {
            Some(ContentSpec::Page(page)) => text(&page),
            _ => panic!("there is no {path}"),
        };
        let [sitemap, llms] = ["/sitemap.xml", "/llms.txt"].map(text);
        assert!(sitemap.contains("<loc>https://example.org/</loc>\n  <lastmod>2025-11-28</lastmod>"), "{sitemap}");
        assert!(llms.contains("- [Welcome](https://example.org/): In short."), "{llms}");
        assert!(!sitemap.contains("404") && !llms.contains("Lost?"), "{sitemap}\n{llms}");
        assert_eq!(preview.paths().filter(|path| path.contains("404")).collect::<Vec<_>>(), ["404"]);
    });
    assert!(press.is_ok());
}

fn with_look(views: impl Views + 'static) -> Options {
    Options { look: Look::of(views), codings: Codings::Identity, ..Options::default() }
}

#[test]
fn the_views_of_a_site_take_the_place_of_those_of_the_theme() {
    let pages = Pages::of(&tree(&[]), with_look(mine::Mine));
    for (path, page) in &pages.0 {
        let html = text(page);
        assert!(html.contains("<span>One static executable.</span><span>Posts: 1</span></footer>"), "{path}: {html}");
    }
    let manual = include_str!("../../../docs/pages/look.md");
    let example = include_str!("look/mine.rs").split_once("\n\n").expect("a comment, then the code").1;
    assert!(manual.contains(&format!("```rust\n{example}```\n")), "the manual has other code");
}

/// Views that replace parts and whole pages.
struct Parts;

impl Views for Parts {
    fn header(&self, _: RenderedSite<'_>, page: &Head<'_>) -> Markup {
        html! { b { (page.path) } }
    }

    fn entry(&self, site: RenderedSite<'_>, post: usize, under: Under) -> Markup {
        let post = &site.model().posts[post];
        html! { a href=(post.route()) { (post.slug) @if under == Under::Page { "!" } } }
    }

    fn post(&self, site: RenderedSite<'_>, post: usize) -> Markup {
        html! { h1 { "Mine" } (site.text_of_post(post)) style { (PreEscaped("h1{color:red}")) } }
    }
}

#[test]
fn a_part_of_a_page_appears_wherever_the_theme_has_it_and_its_styles_are_allowed() {
    let pages = Pages::of(&tree(&[]), with_look(Parts));
    assert!(pages.html("/blog").contains("<header class=\"top\"><b>/blog</b></header>"));
    for path in ["/", "/blog", "404"] {
        let html = pages.html(path);
        assert!(
            html.contains("<ol class=\"entries\"><li><a href=\"/blog/first\">first</a></li></ol>"),
            "{path}: {html}"
        );
    }
    let html = pages.html("/blog/first");
    assert!(
        html.contains("<main id=\"main\"><h1>Mine</h1><p>Text.</p>\n<style>h1{color:red}</style></main>"),
        "{html}"
    );
    // printf 'h1{color:red}' | openssl dgst -sha256 -binary | base64
    let hash = "'sha256-/D8wWMrWSOjeD/K4IHepvRvJjPxqJbouCB3qbqmBaqY='";
    assert!(pages.policy("/blog/first").contains(hash) && !pages.policy("/blog").contains(hash));
}

/// Every page shows the text of the newest post.
struct Newest;

impl Views for Newest {
    fn footer(&self, site: RenderedSite<'_>, page: &Head<'_>) -> Markup {
        html! { @if page.path != site.model().posts[0].route() { (site.text_of_post(0)) } }
    }
}

#[test]
fn after_an_edit_a_site_with_views_of_its_own_is_that_of_a_clean_press() {
    let post = |name: &str, day: u8, text: &str| {
        format!("+++\ntitle = \"{name}\"\ndescription = \"One.\"\ndate = 2025-12-0{day}\n+++\n{text}\n")
    };
    let site = |heading: &str, anchor: &str| {
        tree(&[
            ("posts/newest.md", &post("Newest", 2, &format!("## {heading}"))),
            ("posts/link.md", &post("Link", 1, &format!("[there](/about#{anchor})"))),
        ])
    };
    let mut incremental = Incremental::new(with_look(Newest), Cache::none());
    for (heading, anchor, is_sound) in [("One", "one", true), ("Two", "two", true), ("Three", "two", false)] {
        let tree = site(heading, anchor);
        let clean = press(&tree, &with_look(Newest), &Cache::none());
        let again = incremental.press(&tree, |preview| preview.pack().expect("it fits"));
        assert_eq!(clean.is_ok(), is_sound, "{heading}");
        match (clean, again) {
            (Ok(clean), Ok(again)) => assert!(clean.pack == again, "{heading}"),
            (Err(clean), Err(again)) => assert_eq!(again.render(&tree, ""), clean.render(&tree, "")),
            (clean, again) => panic!("{heading}: {:?} {:?}", clean.err(), again.err()),
        }
    }
}

#[test]
fn nothing_that_a_site_adds_may_look_like_a_place_that_the_server_fills() {
    let tree = tree(&[("theme/head.html", "<script>document.write('<input value=\"\">')</script>")]);
    let report = press(&tree, &Options::default(), &Cache::none()).expect_err("a second place").render(&tree, "");
    assert!(report.starts_with("error: `value=\"\"` is 2 times in the search page"), "{report}");
}

#[test]
fn what_a_view_writes_is_checked() {
    struct Broken;
    impl Views for Broken {
        fn footer(&self, _: RenderedSite<'_>, _: &Head<'_>) -> Markup {
            html! { a href="/nowhere" { "Nowhere" } }
        }
    }
    let tree = tree(&[]);
    let report = press(&tree, &with_look(Broken), &Cache::none()).expect_err("a dead link").render(&tree, "");
    assert!(report.contains("broken link \"/nowhere\"") && report.contains("other pages"), "{report}");
}

/// The blocks of the manual about the look with the name of the file that each belongs to: the last one before it.
fn blocks_of_manual() -> Vec<(String, String)> {
    let manual = include_str!("../../../docs/pages/look.md");
    let (mut blocks, mut file, mut open) = (Vec::new(), String::new(), None::<(&str, String)>);
    for line in manual.lines() {
        match (&mut open, line.find(|char| char != '`')) {
            (None, Some(3)) => open = Some((&line[3..], String::new())),
            (Some((_, text)), _) if line != "```" => text.extend([line, "\n"]),
            (Some(_), _) => blocks.extend(open.take().map(|(kind, text)| (kind.to_owned(), file.clone(), text))),
            (None, _) => {
                let names = line.split('`').skip(1).step_by(2);
                let is_file = |name: &&str| [".css", ".html", ".toml", ".md"].iter().any(|kind| name.ends_with(kind));
                file = names.filter(is_file).last().map_or(file, str::to_owned);
            }
        }
    }
    assert!(open.is_none(), "every block is closed");
    // A block of Rust is run as an example of the documentation, and a command by the tests of all documents.
    blocks.into_iter().filter(|(kind, ..)| kind != "rust" && kind != "sh").map(|(_, file, text)| (file, text)).collect()
}

#[test]
fn the_blocks_of_the_manual_can_be_copied() {
    let mut files: Vec<(String, String)> = Vec::new();
    for (file, text) in blocks_of_manual() {
        match files.iter_mut().find(|(other, _)| *other == file) {
            Some((_, before)) => before.extend(["\n", text.as_str()]),
            None => files.push((file, text)),
        }
    }
    let names: Vec<_> = files.iter().map(|(file, _)| file.as_str()).collect();
    let expected =
        ["theme/custom.css", "theme/head.html", "theme/foot.html", "site.toml", "pages/index.md", "pages/404.md"];
    assert_eq!(names, expected);
    let files: Vec<_> = files.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
    let mut tree = tree(&files);
    tree.insert("static/paper.png", "a picture");
    tree.insert("static/fonts/literata.woff2", "a font");
    let pages = Pages::of(&tree, Options::default());
    let (html, policy) = (pages.html("/blog"), pages.policy("/blog"));
    for part in ["--accent:light-dark(#0b5d3b,#7fd1a5)", "stats.example/script.js", "Lisbon", ">Imprint</a>"] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(policy.contains("https://letters.example"), "{policy}");
}
