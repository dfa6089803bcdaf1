//! A site that is pressed after each of many edits is the same as one that is pressed once: byte for byte, and in what is reported.

use std::borrow::Cow;

use graven_pack::write::{ContentSpec, PageSpec, RedirectSpec, VariantSpec};
use graven_pack::{Coding, Content, Pack};
use graven_press::cache::Cache;
use graven_press::incremental::Incremental;
use graven_press::tree::SourceTree;
use graven_press::{Codings, Options, press};
use proptest::prelude::*;
use proptest::sample::select;

fn options() -> Options {
    Options { codings: Codings::Identity, ..Options::default() }
}

/// Something that an author does to the files of a site. Each number is taken modulo what there is to choose from.
#[derive(Clone, Debug)]
enum Edit {
    Post { at: usize, head: Head, text: Vec<usize> },
    Head { at: usize, head: Head },
    Text { file: usize, text: Vec<usize> },
    Page { at: usize, has_description: bool, text: Vec<usize> },
    Remove { file: usize },
    Rename { file: usize, to: usize },
    Write { file: usize, version: usize },
}

#[derive(Clone, Debug)]
struct Head {
    title: usize,
    day: usize,
    slug: Option<usize>,
    topics: Vec<usize>,
    tags: Vec<usize>,
    series: Option<usize>,
    alias: Option<usize>,
    has_image: bool,
    is_draft: bool,
    has_description: bool,
    more: Option<usize>,
}

/// Further lines of a head.
const MORE: [&str; 4] = [
    "authors = [\"Ada\"]\n",
    "authors = [\"Grace\", { name = \"Ada\", url = \"/about\" }]\n",
    "updated = { date = 2025-02-01, note = \"A note.\" }\n",
    "extra = { own = [1, 2] }\n",
];

/// Paragraphs of a text: links of all kinds, some of them right only sometimes, and all that is made from files.
const PARAGRAPHS: [&str; 23] = [
    "Some words.",
    "## A heading\n\nMore words.",
    "## Related\n\nAn id that a view may have too.",
    "[another](../p1/index.md)",
    "[a heading of another](../p2/index.md#a-heading)",
    "[by its route](/blog/p3)",
    "[by its slug](/blog/slug-1#a-heading)",
    "[a page](/about)",
    "[an alias](/alias-1), [the first page](/)",
    "[a tag](/tags/one)",
    "[a file](/file.txt) and [a page of static](/drawing.svg)",
    "```table from=../data/data.csv\n```",
    "```js from=../data/code.js#part\n```",
    "![A drawing](../data/drawing.svg)",
    "```chart from=../data/data.csv\nx: day \"Day\"\ny: load \"Load\"\n```",
    "[in this text](#a-heading)",
    "```model from=../data/model.js id=m alt=\"A model\"\n```",
    "[[p1]] and [[slug-1|by its slug]]",
    "[[Second & third]], by its title",
    "[[#A heading]] and [[code.js]]",
    "![[data/drawing.svg|A drawing]]",
    "> [!tip]- ==Folded==\n> [[p2#A heading]]",
    "[by an alias](/alias-0) and [by its URL](https://example.org/blog/p1)",
];

/// Files that texts are made from, each in two versions.
const FILES: [(&str, [&str; 2]); 14] = [
    ("posts/data/data.csv", ["day,load\n1,2\n2,3\n", "day,load\n1,9\n2,3\n"]),
    (
        "posts/data/code.js",
        ["// #region part\nlet a = 1\n// #endregion part\n", "// #region part\nlet b = 2\n// #endregion part\n"],
    ),
    (
        "posts/data/drawing.svg",
        [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\"><path d=\"M1 1h9\"/></svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"30\" height=\"10\"><path d=\"M1 1h19\"/></svg>",
        ],
    ),
    ("posts/data/model.js", ["export default { tick: 1 }\n", "export default { tick: 2 }\n"]),
    (
        "posts/data/model.svg",
        [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\"><path class=\"hue\" d=\"M1 1h9\"/></svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"12\"><path class=\"hue\" d=\"M1 1h9\"/></svg>",
        ],
    ),
    ("static/file.txt", ["one", "two"]),
    (
        "static/drawing.svg",
        [
            "<svg xmlns=\"http://www.w3.org/2000/svg\"><style>path{fill:red}</style></svg>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x()\"><style>path{fill:blue}</style></svg>",
        ],
    ),
    ("static/p.png", ["not a picture", "nor this"]),
    ("theme/prose.css", [".prose{color:red}", ".prose{color:blue}"]),
    ("theme/custom.css", ["a{color:red}", "a{background:url(/drawing.svg)}"]),
    ("theme/head.html", ["<script>a()</script>", "<script src=\"https://a.example/b.js\"></script>"]),
    (
        "theme/languages/en.toml",
        ["[text]\ntable_of_text = \"List\"\n", "[pages]\nblog = \"Diary\"\n\n[model]\nrun = \"Go\"\n"],
    ),
    (
        "topics.toml",
        [
            "[[topic]]\nslug = \"web\"\ntitle = \"Web\"\nblurb = \"Pages.\"\n[[topic]]\nslug = \"data\"\ntitle = \"Data\"\nblurb = \"Rows.\"\n",
            "[[topic]]\nslug = \"data\"\ntitle = \"Data and more\"\nblurb = \"Rows.\"\n[[topic]]\nslug = \"web\"\ntitle = \"Web\"\nblurb = \"Pages.\"\n",
        ],
    ),
    (
        "site.toml",
        [
            "title = \"Notes\"\ndescription = \"Notes.\"\nbase_url = \"https://example.org\"\n",
            "title = \"Other notes\"\ndescription = \"Notes.\"\nbase_url = \"https://example.org/base\"\nlanguage = \"de\"\nstart = [\"p1\"]\n[policy]\nscripts = [\"a.example\"]\n[redirects]\n\"/short\" = \"/blog/p2\"\n",
        ],
    ),
];

const NAMES: [&str; 4] = ["p1", "p2", "p3", "p4"];
const TITLES: [&str; 3] = ["First", "Second & third", "Ünïcödé 漢"];

impl Head {
    fn text(&self) -> String {
        let list = |names: &[&str], chosen: &[usize]| {
            let mut names: Vec<String> = chosen.iter().map(|&at| format!("\"{}\"", names[at % names.len()])).collect();
            names.sort();
            names.dedup();
            names.join(", ")
        };
        let mut head = format!(
            "title = \"{}\"\ndate = 2025-01-{:02}\ntopics = [{}]\ntags = [{}]\n",
            TITLES[self.title % TITLES.len()],
            self.day % 28 + 1,
            list(&["web", "data"], &self.topics),
            list(&["one", "two", "One more"], &self.tags),
        );
        let mut line = |key: &str, value: Option<String>| {
            head.extend(value.map(|value| [key, " = ", &value, "\n"].concat()));
        };
        line("slug", self.slug.map(|at| format!("\"slug-{}\"", at % 2)));
        line("series", self.series.map(|at| format!("\"Series {}\"", at % 2)));
        line("aliases", self.alias.map(|at| format!("[\"/alias-{}\"]", at % 2)));
        line("description", self.has_description.then(|| "\"About it.\"".to_owned()));
        head.extend(self.more.map(|at| MORE[at % MORE.len()]));
        if self.has_image {
            head.push_str("image = \"/p.png\"\n");
        }
        if self.is_draft {
            head.push_str("draft = true\n");
        }
        head
    }
}

fn paragraphs(text: &[usize]) -> String {
    let paragraphs: Vec<&str> = text.iter().map(|at| PARAGRAPHS[at % PARAGRAPHS.len()]).collect();
    paragraphs.join("\n\n")
}

/// Where the text begins.
fn body(file: &str) -> usize {
    file.rfind("+++\n").map_or(0, |end| end + 4)
}

fn paths(tree: &SourceTree) -> Vec<String> {
    tree.below("").map(|(path, _)| path.to_owned()).collect()
}

impl Edit {
    fn apply(&self, tree: &mut SourceTree) {
        match self {
            Self::Post { at, head, text } => {
                let path = format!("posts/{}/index.md", NAMES[at % NAMES.len()]);
                tree.insert(path, format!("+++\n{}+++\n{}", head.text(), paragraphs(text)));
            }
            Self::Head { at, head } => {
                let path = format!("posts/{}/index.md", NAMES[at % NAMES.len()]);
                let old = String::from_utf8_lossy(tree.get(&path).unwrap_or_default()).into_owned();
                tree.insert(path, format!("+++\n{}+++\n{}", head.text(), &old[body(&old)..]));
            }
            Self::Text { file, text } => {
                let is_text = |path: &String| path.starts_with("pages/") || path.ends_with("/index.md");
                let paths: Vec<String> = paths(tree).into_iter().filter(is_text).collect();
                let Some(path) = paths.get(file % paths.len().max(1)) else { return };
                let old = String::from_utf8_lossy(tree.get(path).unwrap_or_default()).into_owned();
                tree.insert(path.as_str(), old[..body(&old)].to_owned() + &paragraphs(text));
            }
            Self::Page { at, has_description, text } => {
                let path =
                    ["pages/about.md", "pages/subscribe.md", "pages/a/b.markdown", "pages/index.md", "pages/404.md"]
                        [at % 5];
                let description = if *has_description { "description = \"About it.\"\n" } else { "" };
                let head = format!("+++\ntitle = \"A page\"\n{description}+++\n");
                tree.insert(path, format!("{head}{}", paragraphs(text)));
            }
            Self::Remove { file } => {
                let paths = paths(tree);
                tree.remove(&paths[file % paths.len()]);
            }
            Self::Rename { file, to } => {
                let paths = paths(tree);
                let path = &paths[file % paths.len()];
                let bytes = tree.get(path).unwrap_or_default().to_vec();
                tree.remove(path);
                tree.insert(format!("posts/{}/index.md", NAMES[to % NAMES.len()]), bytes);
            }
            Self::Write { file, version } => {
                let (path, versions) = FILES[file % FILES.len()];
                tree.insert(path, versions[version % 2]);
            }
        }
    }
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let some = || any::<usize>();
    let head = (
        (some(), some(), prop::option::weighted(0.4, some())),
        (prop::collection::vec(some(), 0..3), prop::collection::vec(some(), 0..4)),
        (prop::option::weighted(0.4, some()), prop::option::weighted(0.3, some())),
        (prop::bool::weighted(0.2), prop::bool::weighted(0.1)),
        (any::<bool>(), prop::option::weighted(0.4, some())),
    );
    let head =
        head.prop_map(
            |((title, day, slug), (topics, tags), (series, alias), (has_image, is_draft), (has_description, more))| {
                Head { title, day, slug, topics, tags, series, alias, has_image, is_draft, has_description, more }
            },
        );
    // Most texts have no links that may be broken, so that most sites can be pressed.
    let text =
        || prop::collection::vec(prop_oneof![3 => select(vec![0, 1, 11, 12, 13, 14, 16, 20]), 1 => some()], 0..5);
    let edit = prop_oneof![
        6 => (some(), head.clone(), text()).prop_map(|(at, head, text)| Edit::Post { at, head, text }),
        6 => (some(), head.clone()).prop_map(|(at, head)| Edit::Head { at, head }),
        6 => (some(), text()).prop_map(|(file, text)| Edit::Text { file, text }),
        1 => (some(), any::<bool>(), text()).prop_map(|(at, has_description, text)| Edit::Page { at, has_description, text }),
        2 => some().prop_map(|file| Edit::Remove { file }),
        1 => (some(), some()).prop_map(|(file, to)| Edit::Rename { file, to }),
        4 => (some(), some()).prop_map(|(file, version)| Edit::Write { file, version }),
    ];
    prop::collection::vec(edit, 1..16)
}

/// A site with every file, and three posts.
fn site() -> SourceTree {
    let mut tree = SourceTree::default();
    for (path, [first, _]) in FILES {
        tree.insert(path, first);
    }
    // Links by file, by route and by name, a table, a model.
    for ((name, day), text) in NAMES.iter().zip(1..).zip([&[0, 1, 11, 16][..], &[0, 1, 5, 20], &[0, 3, 16, 21]]) {
        let head = format!(
            "title = \"{name}\"\ndescription = \"About it.\"\ndate = 2025-02-0{day}\ntags = [\"one\"]\ntopics = [\"data\"]\n"
        );
        tree.insert(format!("posts/{name}/index.md"), format!("+++\n{head}+++\n{}", paragraphs(text)));
    }
    tree
}

/// Presses the site as it is now in both ways. Returns the pack, or `None` if there are errors.
fn check(tree: &SourceTree, (incremental, options): (&mut Incremental, &Options), after: &str) -> Option<Vec<u8>> {
    let clean = press(tree, options, &Cache::none());
    let again = incremental.press(tree, |preview| {
        let warnings = preview.report().render(tree, "");
        let routes: Vec<_> = preview.paths().map(Cow::into_owned).collect();
        let contents: Vec<_> = routes.iter().map(|path| (path.clone(), preview.content(path))).collect();
        (preview.pack().expect("the site fits into a pack"), warnings, contents)
    });
    match (clean, again) {
        (Ok(clean), Ok((pack, warnings, contents))) => {
            assert_eq!(warnings, clean.report.render(tree, ""), "{after}");
            let expected = Pack::open(&clean.pack).expect("a pack");
            for (path, found) in contents {
                // A preview has cards, and its pack has none.
                let expected = content(&expected, &path);
                assert!(expected.is_none() || found == expected, "{path} {after}");
            }
            assert!(pack == clean.pack, "the packs differ {after}");
            Some(pack)
        }
        (Err(clean), Err(again)) => {
            assert_eq!(again.render(tree, ""), clean.render(tree, ""), "{after}");
            None
        }
        (clean, again) => panic!("{after}\nclean: {:?}\nagain: {:?}", clean.err(), again.err()),
    }
}

/// What is sent for a path.
fn content(pack: &Pack, path: &str) -> Option<ContentSpec> {
    let edition = pack.route(path).expect("a sound pack")?.at(pack.time()).expect("a sound pack")?;
    let alternate = |index| pack.route_at(index).expect("a sound pack").path().to_owned();
    Some(match edition.content() {
        Content::Page(page) => ContentSpec::Page(PageSpec {
            content_type: page.content_type().to_owned(),
            cache_control: page.cache_control().to_owned(),
            security_policy: page.security_policy().to_owned(),
            class: page.class(),
            alternate: page.alternate().map(alternate),
            variants: vec![VariantSpec {
                coding: Coding::Identity,
                etag: page.identity().etag().to_owned(),
                bytes: page.identity().bytes().expect("a sound pack").into_owned(),
            }],
        }),
        Content::Redirect(redirect) => ContentSpec::Redirect(RedirectSpec {
            status: redirect.status(),
            location: redirect.location().to_owned(),
            cache_control: redirect.cache_control().to_owned(),
        }),
    })
}

/// Presses a site, which has no errors, and again after each edit.
fn check_edits(mut tree: SourceTree, options: &Options, edits: &[Edit]) {
    let mut incremental = Incremental::new(options.clone(), Cache::none());
    check(&tree, (&mut incremental, options), "at first").expect("the first site has no errors");
    for (at, edit) in edits.iter().enumerate() {
        edit.apply(&mut tree);
        check(&tree, (&mut incremental, options), &format!("after {:#?}", &edits[..=at]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]

    #[test]
    fn after_any_edits_a_site_is_that_of_a_clean_press(edits in edits()) {
        check_edits(site(), &options(), &edits);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn after_any_edits_a_site_with_scheduled_posts_is_that_of_a_clean_press(edits in edits()) {
        let mut tree = site();
        tree.insert("posts/p2/index.md", "+++\ntitle = \"p2\"\ndescription = \"About it.\"\ndate = 2025-02-02T08:00:00\n+++\n## A heading\n");
        // 15 January 2025: some edits bring posts of before, and some of after.
        check_edits(tree, &Options { now: Some(1_736_899_200), ..options() }, &edits);
    }
}

/// The file of a post.
fn post(day: usize, title: &str, text: &str) -> String {
    format!("+++\ntitle = \"{title}\"\ndescription = \"About it.\"\ndate = 2025-03-{day:02}\n+++\n{text}\n")
}

#[test]
fn a_post_lists_those_that_link_to_it_as_links_come_and_go() {
    let mut tree = SourceTree::default();
    tree.insert("site.toml", "title = \"Notes\"\ndescription = \"Notes.\"\n");
    let mut incremental = Incremental::new(options(), Cache::none());
    for (step, (path, text, expected)) in [
        ("posts/a.md", post(1, "A", "Nothing."), ""),
        ("posts/b.md", post(2, "B", "[[a]]"), "B"),
        ("posts/c.md", post(3, "C", "[a](a.md#x) [[A]]\n\n"), ""),
        ("posts/a.md", post(1, "A", "## X"), "C, B"),
        ("posts/b.md", post(2, "B & co.", "[[a]]"), "C, B &amp; co."),
        ("posts/c.md", post(4, "C", "Nothing, /blog/a."), "B &amp; co."),
        ("posts/b.md", post(2, "B", "![[a.svg|A]]"), ""),
        ("posts/c.md", post(1, "C", "<a href=\"/blog/a\">a</a>"), "C"),
        ("posts/b.md", post(2, "B", "[[a]]"), "B, C"),
    ]
    .into_iter()
    .enumerate()
    {
        tree.insert("posts/a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>");
        tree.insert(path, text);
        let Some(pack) = check(&tree, (&mut incremental, &options()), &format!("after step {step}")) else {
            assert_eq!(expected, "", "step {step} has errors");
            continue;
        };
        let pack = Pack::open(&pack).expect("a pack");
        let Some(ContentSpec::Page(page)) = content(&pack, "/blog/a") else { panic!("no page") };
        let html = String::from_utf8_lossy(&page.variants[0].bytes).into_owned();
        let list = html.split_once("Linked from</h2>").map_or("", |(_, after)| after);
        let list = list.split_once("</ul>").map_or("", |(list, _)| list);
        let names: Vec<&str> = list.split("</a>").filter_map(|link| Some(link.rsplit_once('>')?.1)).collect();
        assert_eq!(names.join(", ").trim_end_matches(", "), expected, "step {step}");
    }
}

/// Presses `site()` after each of these edits: a path, and the file as it is then.
fn check_steps(steps: &[(&str, &str)]) {
    let mut tree = site();
    let mut incremental = Incremental::new(options(), Cache::none());
    check(&tree, (&mut incremental, &options()), "at first");
    for (number, (path, text)) in steps.iter().enumerate() {
        tree.insert(*path, *text);
        check(&tree, (&mut incremental, &options()), &format!("after step {number}"));
    }
}

#[test]
fn a_post_that_was_a_draft_in_between_is_published_again() {
    let post = |more: &str, text: &str| {
        format!("+++\ntitle = \"p1\"\ndescription = \"About it.\"\ndate = 2025-02-01\n{more}+++\n{text}\n")
    };
    check_steps(&[
        // No post links to it.
        ("posts/p2/index.md", &post("", "Nothing.")),
        ("posts/p3/index.md", &post("", "Nothing.")),
        ("posts/p1/index.md", &post("", "One.")),
        ("posts/p1/index.md", &post("draft = true\n", "One.")),
        ("posts/p1/index.md", &post("", "One.")),
        ("posts/p1/index.md", &post("", "Two.")),
    ]);
}

#[test]
fn a_description_that_is_the_beginning_of_a_text_changes_with_it() {
    let post = |text: &str| format!("+++\ntitle = \"p1\"\ndate = 2025-02-01\n+++\n{text}\n");
    let page = |text: &str| format!("+++\ntitle = \"About\"\n+++\n{text}\n");
    check_steps(&[
        // No post links to it.
        ("posts/p2/index.md", &post("Nothing.")),
        ("posts/p3/index.md", &post("Nothing.")),
        ("posts/p1/index.md", &post("One.\n\nTwo.")),
        ("posts/p1/index.md", &post("One.\n\nThree.")),
        ("posts/p1/index.md", &post("Another.\n\nThree.")),
        ("posts/p1/index.md", &post("- No paragraph.")),
        ("pages/about.md", &page("One.")),
        ("pages/about.md", &page("Two.")),
        ("pages/about.md", &page("")),
    ]);
}

#[test]
fn a_folder_that_no_text_refers_to_any_longer_is_warned_of() {
    let post = |text: &str| format!("+++\ntitle = \"p1\"\ndate = 2025-02-01\n+++\nA paragraph.\n\n{text}\n");
    check_steps(&[
        // No post links to it.
        ("posts/p2/index.md", &post("Nothing.")),
        ("posts/p3/index.md", &post("Nothing.")),
        ("posts/p1/index.md", &post("[a picture](../../images/a.txt)")),
        ("images/a.txt", "A picture."),
        ("posts/p1/index.md", &post("Nothing.")),
        ("posts/p1/index.md", &post("[a picture](../../images/a.txt)")),
    ]);
}

#[test]
fn a_link_of_a_copied_file_becomes_one_of_this_site_with_another_base_url() {
    let settings = |url: &str| format!("title = \"Notes\"\ndescription = \"Notes.\"\nbase_url = \"{url}\"\n");
    check_steps(&[
        ("static/page.html", "<!DOCTYPE html><title>A page</title><a href=\"https://b.example/nowhere\">nowhere</a>"),
        ("site.toml", &settings("https://a.example")),
        ("site.toml", &settings("https://b.example")),
    ]);
}
