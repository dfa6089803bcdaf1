//! Whole sites through [`press`]: what goes in as files comes out as a pack, or as a report.

use graven_press::tree::SourceTree;
use graven_press::{Options, Pack, Pressed, press};

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
    let graven_pack::Content::Page(page) = edition.content() else { panic!("{path} is a redirect") };
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
