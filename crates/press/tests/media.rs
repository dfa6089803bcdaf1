//! Cards, icons and pictures of whole sites, through [`press`].

use std::collections::BTreeMap;

use graven_pack::Content;
use graven_press::cache::Cache;
use graven_press::tree::SourceTree;
use graven_press::{Options, Pack, Pressed, press};
use tempfile::TempDir;

/// A site with one topic and the `files` of a test.
fn tree(files: &[(&str, &[u8])]) -> SourceTree {
    let mut tree = SourceTree::default();
    tree.insert("site.toml", "title = \"Notes\"\ndescription = \"Notes.\"\nbase_url = \"https://example.org\"\n");
    tree.insert("topics.toml", "[[topic]]\nslug = \"web\"\ntitle = \"Web\"\nblurb = \"Pages.\"\n");
    for &(path, bytes) in files {
        tree.insert(path, bytes);
    }
    tree
}

fn post(title: &str, more: &str, text: &str) -> String {
    format!("+++\ntitle = \"{title}\"\ndescription = \"About it.\"\ndate = 2025-11-28\n{more}+++\n{text}\n")
}

fn pressed(tree: &SourceTree) -> Pressed {
    pressed_with(&Cache::none(), tree)
}

fn pressed_with(cache: &Cache, tree: &SourceTree) -> Pressed {
    press(tree, &Options::default(), cache).unwrap_or_else(|report| panic!("{}", report.render(tree, "")))
}

/// The bytes at each path, with the media type and the cache policy.
fn files(pack: &[u8]) -> BTreeMap<String, (Vec<u8>, String)> {
    let pack = Pack::open(pack).expect("a sound pack");
    let mut files = BTreeMap::new();
    for route in pack.routes() {
        let route = route.expect("a sound route");
        let edition = route.at(pack.time()).expect("a sound edition").expect("it holds now");
        if let Content::Page(page) = edition.content() {
            let fields = format!("{} {}", page.content_type(), page.cache_control());
            files.insert(
                route.path().to_owned(),
                (page.identity().bytes().expect("a sound variant").into_owned(), fields),
            );
        }
    }
    files
}

fn text(files: &BTreeMap<String, (Vec<u8>, String)>, path: &str) -> String {
    String::from_utf8(files[path].0.clone()).expect("UTF-8")
}

/// The value of the attribute `content` of a `<meta>`.
fn meta<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("\"{name}\" content=\""))?;
    rest.split('"').next()
}

fn size(bytes: &[u8]) -> (usize, usize) {
    imagesize::blob_size(bytes).map(|size| (size.width, size.height)).expect("a picture")
}

/// A picture of noise, of which every file is large.
fn noise(width: u32, height: u32) -> Vec<u8> {
    let mut state = 1u32;
    let pixels: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    })
    .take(width as usize * height as usize * 3)
    .collect();
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header().expect("it is written").write_image_data(&pixels).expect("it is written");
    file
}

#[test]
fn every_page_has_a_card() {
    let tree = tree(&[("posts/a.md", post("A title", "topics = [\"web\"]\ntags = [\"t\"]\n", "Text.").as_bytes())]);
    let files = files(&pressed(&tree).pack);
    let mut cards = BTreeMap::new();
    for path in ["/", "/notes", "/notes/web", "/blog", "/blog/a", "/tags/t"] {
        let page = text(&files, path);
        let card =
            meta(&page, "og:image").expect("a card").strip_prefix("https://example.org").expect("an absolute URL");
        let (bytes, fields) = &files[card];
        assert_eq!(fields, "image/png public, max-age=31536000, immutable", "{path}");
        assert_eq!(size(bytes), (1200, 630), "{path}");
        assert!(bytes.len() <= 60 * 1024, "{path}: {} bytes", bytes.len());
        assert_eq!((meta(&page, "og:image:width"), meta(&page, "og:image:height")), (Some("1200"), Some("630")));
        assert_eq!(meta(&page, "twitter:card"), Some("summary_large_image"));
        assert_eq!(meta(&page, "og:image"), meta(&page, "twitter:image"));
        cards.insert(path, (card.to_owned(), meta(&page, "og:image:alt").expect("a text").to_owned()));
    }
    assert_eq!(cards["/blog/a"].1, "A title, Notes, 28 November 2025");
    assert!(text(&files, "/blog/a").contains(&format!("\"image\":\"https://example.org{}\"", cards["/blog/a"].0)));
    assert_eq!(cards["/blog"], cards["/"]);
    assert_eq!(cards["/tags/t"], cards["/"]);
    let own: std::collections::BTreeSet<_> = ["/", "/blog/a", "/notes/web"].iter().map(|path| &cards[path].0).collect();
    assert_eq!(own.len(), 3);
    assert_eq!(meta(&text(&files, "404"), "og:image"), None);
}

#[test]
fn the_image_of_the_front_matter_takes_the_place_of_the_card() {
    let with_image = post("A", "image = \"b.png\"\n", "Text.");
    let tree = tree(&[("posts/a/index.md", with_image.as_bytes()), ("posts/a/b.png", &noise(40, 20))]);
    let files = files(&pressed(&tree).pack);
    let page = text(&files, "/blog/a");
    let image = meta(&page, "og:image").expect("an image");
    assert!(image.starts_with("https://example.org/assets/b."), "{image}");
    assert_eq!((meta(&page, "og:image:width"), meta(&page, "og:image:height")), (Some("40"), Some("20")));
    assert_eq!(meta(&page, "og:image:alt"), Some("A"));
    assert!(!files.keys().any(|path| path.starts_with("/assets/card-a.")), "no card that nobody refers to");
}

#[test]
fn a_card_shows_no_control_characters() {
    let tree = tree(&[("posts/a.md", post("Bell \\u0007 and escape \\u001b", "slug = \"a\"\n", "Text.").as_bytes())]);
    let pressed = pressed(&tree);
    assert!(files(&pressed.pack).keys().any(|path| path.starts_with("/assets/card-a.")));
}

#[test]
fn a_card_that_lacks_characters_is_a_warning_and_not_a_failure() {
    for (title, missing) in [("木の本", "の木本"), ("Rust 🦀 wins", "🦀")] {
        let tree = tree(&[("posts/a.md", post(title, "slug = \"a\"\n", "Text.").as_bytes())]);
        let pressed = pressed(&tree);
        let report = pressed.report.render(&tree, "");
        assert!(report.contains(&format!("lacks the characters “{missing}”")), "{report}");
        assert_eq!(pressed.report.diagnostics().len(), 1, "{report}");
        assert!(files(&pressed.pack).keys().any(|path| path.starts_with("/assets/card-a.")));
    }
}

#[test]
fn a_site_whose_language_the_cards_cannot_show_is_one_warning() {
    let site = "title = \"नोट्स\"\ndescription = \"लेख।\"\nbase_url = \"https://example.org\"\nlanguage = \"hi\"\n";
    let article = post("कतारें", "slug = \"a\"\n", "लेख।");
    let tree = tree(&[("site.toml", site.as_bytes()), ("posts/a.md", article.as_bytes())]);
    let report = pressed(&tree).report;
    let [warning] = report.diagnostics() else { panic!("{}", report.render(&tree, "")) };
    assert_eq!(warning.path, "site.toml");
    assert!(warning.message.starts_with("the cards of 3 pages lack the characters “"), "{}", warning.message);
    assert_eq!(warning.help[0], "the first of these pages is that of posts/a.md");
}

#[test]
fn the_icons_and_the_manifest_come_from_one_drawing() {
    let mut tree = tree(&[]);
    let files_of = |tree: &SourceTree| files(&pressed(tree).pack);
    let default = files_of(&tree);
    for (path, fields, side) in [
        ("/apple-touch-icon.png", "image/png public, max-age=3600", Some(180)),
        ("/icon-192.png", "image/png public, max-age=3600", Some(192)),
        ("/icon-512.png", "image/png public, max-age=3600", Some(512)),
        ("/icon-maskable.png", "image/png public, max-age=3600", Some(512)),
        ("/favicon.ico", "image/x-icon public, max-age=3600", None),
        ("/favicon.svg", "image/svg+xml public, max-age=3600", None),
        ("/manifest.webmanifest", "application/manifest+json public, max-age=3600", None),
    ] {
        assert_eq!(default[path].1, fields, "{path}");
        assert!(side.is_none_or(|side| size(&default[path].0) == (side, side)), "{path}");
    }
    let manifest: serde_json::Value = serde_json::from_slice(&default["/manifest.webmanifest"].0).expect("JSON");
    assert_eq!((&manifest["name"], &manifest["theme_color"]), (&"Notes".into(), &"#faf6ed".into()));
    for icon in manifest["icons"].as_array().expect("a list") {
        assert!(default.contains_key(icon["src"].as_str().expect("a path")), "{icon}");
    }
    let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4H0z"/></svg>"#;
    tree.insert("theme/favicon.svg", svg);
    let own = files_of(&tree);
    for path in ["/favicon.ico", "/apple-touch-icon.png", "/icon-maskable.png"] {
        assert!(own[path].0 != default[path].0, "{path} is drawn from the site's own drawing");
    }
    assert!(text(&own, "/").contains(r#"<path d="M0 0h4v4H0z"/></svg>Notes</a>"#), "so is the mark next to the name");
}

#[test]
fn a_picture_is_offered_in_several_widths() {
    let text_of = "![A photo](b.png \"Caption.\")\n\nText.\n\n![Another](b.png)\n\nSmall: ![c](c.png)";
    let tree = tree(&[
        ("posts/a/index.md", post("A", "", text_of).as_bytes()),
        ("posts/a/b.png", &noise(1300, 30)),
        ("posts/a/c.png", &noise(40, 20)),
    ]);
    let first = pressed(&tree);
    assert_eq!(first.report.render(&tree, ""), "no errors\n");
    let files = files(&first.pack);
    let page = text(&files, "/blog/a");
    let (_, figure) = page.split_once("<picture>").expect("a picture");
    let (picture, rest) = figure.split_once("</picture>").expect("its end");
    let routes: Vec<&str> = picture.split(['"', ' ']).filter(|part| part.starts_with("/assets/")).collect();
    assert_eq!(routes.len(), 5, "{picture}");
    for (route, (width, kind)) in routes.iter().zip([
        (400, "image/webp"),
        (800, "image/webp"),
        (1200, "image/webp"),
        (1300, "image/webp"),
        (1200, "image/png"),
    ]) {
        let (bytes, fields) = &files[*route];
        assert_eq!(size(bytes).0, width, "{route}");
        assert_eq!(*fields, format!("{kind} public, max-age=31536000, immutable"), "{route}");
        assert!(picture.contains(&format!("{route} {width}w")) || kind == "image/png", "{picture}");
    }
    assert!(picture.contains(r#" width="1300" height="30" alt="A photo" decoding="async">"#), "{picture}");
    assert!(rest.contains(r#"alt="Another" loading="lazy" decoding="async"></picture></a>"#), "{rest}");
    let original = files.keys().find(|path| path.starts_with("/assets/b.")).expect("the original");
    assert!(page.contains(&format!("<a class=\"original\" href=\"{original}\"><picture>")), "{page}");
    assert!(rest.contains(r#".png" width="40" height="20" alt="c" loading="lazy" decoding="async"></p>"#), "{rest}");
    let feed = text(&files, "/rss.xml");
    assert!(!feed.contains("<picture>") && !feed.contains("srcset"), "{feed}");
    assert!(feed.contains(&format!("<img src=\"https://example.org{}\"", routes[4])), "{feed}");
    assert!(text(&files, "/blog/a.md").contains(&format!("![A photo]({original} \"Caption.\")")));
    let folder = TempDir::new().expect("a temporary folder");
    for has_made in [true, false] {
        let cache = Cache::at(folder.path());
        assert!(pressed_with(&cache, &tree).pack == first.pack, "a build with a cache gives the same bytes");
        assert_eq!(cache.made() > 0, has_made);
    }
}

#[test]
fn what_is_wrong_with_a_picture_is_reported_at_its_place() {
    let mut damaged = noise(900, 90);
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0);
    let mut bomb = noise(40, 20);
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    for (bytes, expected) in [
        (&damaged[..], "error: this picture cannot be decoded"),
        (&damaged[..60], "error: this PNG file is damaged"),
        (&bomb, "error: this picture has 65536 × 65536 pixels; the most are 50 million"),
    ] {
        let post = post("A", "", "Text.\n\n![b](b.png)");
        let tree = tree(&[("posts/a/index.md", post.as_bytes()), ("posts/a/b.png", bytes)]);
        let report = press(&tree, &Options::default(), &Cache::none()).expect_err("an error").render(&tree, "content/");
        assert!(report.contains(expected) && report.contains("content/posts/a/index.md:8:6\n"), "{report}");
    }
}

#[test]
fn a_page_with_too_many_pictures_is_a_warning() {
    let post = post("A", "", "![b](b.png)\n\n![c](c.png)");
    let large = noise(1500, 1000);
    let tree =
        tree(&[("posts/a/index.md", post.as_bytes()), ("posts/a/b.png", &large), ("posts/a/c.png", &noise(900, 400))]);
    let pressed = pressed(&tree);
    let report = pressed.report.render(&tree, "");
    assert!(report.contains("the most are 1024 KiB"), "{report}");
    assert!(report.contains("posts/a/index.md:6:6\n"), "{report}");
}
