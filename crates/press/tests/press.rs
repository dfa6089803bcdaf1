//! Whole sites through [`press`]: what goes in as files comes out as a pack, or as a report.

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, RedirectSpec, VariantSpec};
use graven_pack::{Coding, Content};
use graven_press::encode::hash_name;
use graven_press::tree::SourceTree;
use graven_press::{Options, Pack, Pressed, press};
use libdeflater::{CompressionLvl, Compressor};

/// A site of one topic; each test brings its posts.
fn tree(files: &[(&str, &str)]) -> SourceTree {
    let mut tree = SourceTree::default();
    tree.insert("site.toml", "title = \"Notes\"\ndescription = \"Notes.\"\nbase_url = \"https://example.org\"\n");
    tree.insert("topics.toml", "[[topic]]\nslug = \"web\"\ntitle = \"Web\"\nblurb = \"Pages.\"\n");
    for &(path, text) in files {
        tree.insert(path, text);
    }
    tree
}

/// A post with more lines of front matter, and its text.
fn post(more: &str, text: &str) -> String {
    format!("+++\ntitle = \"Post\"\ndescription = \"About it.\"\ndate = 2025-11-28\n{more}+++\n{text}")
}

fn pressed(tree: &SourceTree, previous: Option<Pack>) -> Pressed {
    press(tree, &Options::default(), previous).unwrap_or_else(|report| panic!("{}", report.render(tree, "")))
}

/// What is said of a tree with errors.
fn report_on(tree: &SourceTree) -> String {
    press(tree, &Options::default(), None).expect_err("the site has errors").render(tree, "content/")
}

/// The text of a route.
fn text(pack: &[u8], path: &str) -> String {
    let pack = Pack::open(pack).expect("a sound pack");
    let route = pack.route(path).expect("a sound route").unwrap_or_else(|| panic!("there is no {path}"));
    let edition = route.at(pack.time()).expect("a sound edition").expect("it holds now");
    let Content::Page(page) = edition.content() else { panic!("{path} is a redirect") };
    String::from_utf8(page.identity().bytes().to_vec()).expect("UTF-8")
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
fn the_url_of_an_image_is_percent_encoded_wherever_it_is_written() {
    let with_image = post("image = \"/my photo é.png\"\n", "Text.\n");
    let tree = tree(&[("posts/a.md", &with_image), ("static/my photo é.png", "x")]);
    let pack = pressed(&tree, None).pack;
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
    let pack = pressed(&tree, None).pack;
    for path in ["/blog/a", "/feed.xml", "/feed.json"] {
        let text = text(&pack, path);
        assert!(text.contains("/my%20file%20%C3%A9.csv") && text.contains("?my%20key"), "{path}: {text}");
    }
}

/// The pack as a press of earlier days made it: gzip alone, at its fastest, under entity tags that name the bytes and not the coders.
fn as_of_old(pack: &[u8]) -> Vec<u8> {
    let pack = Pack::open(pack).expect("a sound pack");
    let routes = pack.routes().map(|route| {
        let route = route.expect("a sound route");
        let editions = route.editions().map(|edition| {
            let edition = edition.expect("a sound edition");
            EditionSpec { from: edition.from(), content: content_of_old(edition.content()) }
        });
        (route.path().to_owned(), editions.collect())
    });
    Image { time: pack.time(), routes: routes.collect() }.write().expect("it can be written")
}

fn content_of_old(content: Content) -> ContentSpec {
    match content {
        Content::Page(page) => {
            let variant =
                |coding, bytes: Vec<u8>| VariantSpec { coding, etag: format!("\"{}\"", hash_name(&bytes)), bytes };
            let identity = page.identity().bytes();
            ContentSpec::Page(PageSpec {
                content_type: page.content_type().to_owned(),
                cache_control: page.cache_control().to_owned(),
                security_policy: page.security_policy().to_owned(),
                class: page.class(),
                alternate: None,
                variants: vec![
                    variant(Coding::Identity, identity.to_vec()),
                    variant(Coding::Gzip, gzip_at_its_fastest(identity)),
                ],
            })
        }
        Content::Redirect(redirect) => ContentSpec::Redirect(RedirectSpec {
            status: redirect.status(),
            location: redirect.location().to_owned(),
            cache_control: redirect.cache_control().to_owned(),
        }),
    }
}

fn gzip_at_its_fastest(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::fastest());
    let mut out = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length = compressor.gzip_compress(bytes, &mut out).expect("the buffer is as long as the bound");
    out.truncate(length);
    out
}

#[test]
fn a_build_over_an_earlier_pack_is_a_clean_build_whatever_compressed_the_earlier_one() {
    let words = "All that is carved is carved once. ".repeat(40);
    let tree = tree(&[("posts/a.md", &post("aliases = [\"/old\"]\n", &words)), ("static/noise.bin", "x")]);
    let clean = pressed(&tree, None).pack;
    let earlier = as_of_old(&clean);
    for earlier in [&clean, &earlier] {
        let again = pressed(&tree, Some(Pack::open(earlier).expect("a sound pack"))).pack;
        assert!(again == clean, "an earlier pack of {} bytes makes a difference", earlier.len());
    }
}

#[test]
fn the_markdown_of_a_post_leads_where_its_page_leads() {
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
    let pack = pressed(&tree, None).pack;
    let line = format!("/assets/line.{}.svg", hash_name(drawing.as_bytes()));
    let data = format!("/assets/data.{}.csv", hash_name(b"1"));
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
    assert_eq!(text(&pressed(&tree, None).pack, "/blog/a.md"), "# Post\n\n> About it.\n\n    code\n");
}

#[test]
fn a_title_and_a_description_are_plain_text_in_markdown_too() {
    let titled = "+++\ntitle = 'On [a](b), <b> and \\ in <10 min'\ndescription = \"About [r].\"\ndate = 2025-11-28\n+++\n\
                  [r]\n\n[r]: /blog\n";
    let tree = tree(&[("posts/a.md", titled)]);
    let markdown = text(&pressed(&tree, None).pack, "/blog/a.md");
    assert!(markdown.starts_with("# On \\[a](b), \\<b> and \\\\ in <10 min\n\n> About \\[r].\n\n"), "{markdown}");
}

#[test]
fn a_broken_link_is_reported_once_for_the_page_and_its_markdown() {
    for (link, place) in [
        ("[a](#her)", "6:5"),
        ("[a](/blgo)", "6:5"),
        ("<a href=\"#her\">a</a>", "6:10"),
        ("[a][r]\n\n[r]: #her", "8:6"),
    ] {
        let tree = tree(&[("posts/a.md", &post("", &format!("{link}\n\n## Here\n")))]);
        let report = report_on(&tree);
        assert!(report.contains(&format!("content/posts/a.md:{place}\n")), "{report}");
        assert!(report.ends_with("\n1 error\n"), "{report}");
    }
}

#[test]
fn a_note_may_be_called_like_a_heading() {
    let tree = tree(&[("posts/a.md", &post("", "## A {#a}\n\nText[^a].\n\n[^a]: Note.\n"))]);
    assert!(pressed(&tree, None).report.is_empty());
}
