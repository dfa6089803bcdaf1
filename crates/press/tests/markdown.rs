//! Markdown and its HTML. Every `tests/markdown/NAME.md` is a case, rendered without errors and warnings as the text of a post among the files of
//! `tests/markdown/content/`. `NAME.html` is the expected HTML, and `NAME.markdown` the Markdown that the site serves, if it differs from the text.
//! `GRAVEN_BLESS=1 cargo test -p graven-press --test markdown` rewrites both; read the diff before you commit it.

use std::path::Path;

use graven_press::diagnostic::{Report, Severity};
use graven_press::languages::english;
use graven_press::markdown::{Context, DIALECT, Kit, Rendered, render};
use graven_press::model::{Meant, Named};
use graven_press::source::{BaseUrl, Body, Hosts};
use graven_press::tree::SourceTree;
use proptest::prelude::*;
use pulldown_cmark::{Event, Parser, Tag};

/// The path of a case in the source tree.
const PATH: &str = "posts/case/index.md";

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/markdown"))
}

fn tree() -> SourceTree {
    SourceTree::read(&folder().join("content")).expect("the files of the cases can be read")
}

fn route_of(path: &str) -> Option<String> {
    match path {
        "posts/other/index.md" => Some("/blog/another-slug".to_owned()),
        PATH => Some("/blog/case".to_owned()),
        _ => None,
    }
}

fn named(name: &str) -> Named {
    let text = |path: &str, title: &str| Named::Text { path: path.to_owned(), title: title.to_owned() };
    match name {
        "other" | "C# and more" => text("posts/other/index.md", "Another *title* – [C#] & more"),
        "case" => text(PATH, "Case"),
        "several" => Named::Several(vec!["posts/a.md".to_owned(), "posts/b.md".to_owned()]),
        "shared.py" => Named::File { path: "posts/other/shared.py".to_owned() },
        "notes.txt" => Named::File { path: "posts/case/code/notes.txt".to_owned() },
        "logo.png" => Named::File { path: "static/logo.png".to_owned() },
        _ => Named::Nothing,
    }
}

fn meant_by(name: &str) -> Meant {
    match name {
        "draft" => Meant::Draft { path: "posts/draft/index.md".to_owned() },
        "othr" => Meant::Similar { name: "other".to_owned() },
        _ => Meant::Unknown,
    }
}

fn body(text: &str) -> Body {
    let front_matter = "+++\ntitle = \"Case\"\n+++\n";
    let file = format!("{front_matter}{text}");
    Body { path: PATH.to_owned(), range: front_matter.len()..file.len(), file: file.into() }
}

fn render_with(text: &str, tree: &SourceTree) -> (Rendered, Report) {
    let body = body(text);
    let mut report = Report::default();
    let still = |_: &str, svg: &str| Some(svg.to_owned());
    let exports = ["svg".to_owned()];
    let kit = Kit { href: "/assets/kit.js", exports: &exports };
    let hosts = Hosts { frames: vec!["https://video.example".to_owned()], ..Hosts::default() };
    let words = english();
    let base_url = BaseUrl::parse("https://example.org").expect("a base URL");
    let context = Context {
        tree,
        route_of: &route_of,
        named: &named,
        meant_by: &meant_by,
        hosts: &hosts,
        base_url: &base_url,
        kit,
        words: &words,
        still: &still,
    };
    let rendered = render(&body, &context, &mut report);
    (rendered, report)
}

#[test]
fn data_is_published_as_data_whatever_its_extension() {
    let mut tree = tree();
    for (file, published) in [("a.csv", ".csv"), ("a.html", ".html.txt"), ("a.svg", ".svg.txt"), ("a", ".txt")] {
        tree.insert(format!("posts/case/{file}"), "name\n<script>x</script>\n");
        let (rendered, report) = render_with(&format!("```table from={file}\n```\n"), &tree);
        assert!(report.is_empty(), "{file}: {}", report.render(&tree, ""));
        let routes: Vec<_> = rendered.assets.iter().map(|asset| asset.route.as_str()).collect();
        assert!(routes.len() == 1 && routes[0].ends_with(published), "{file}: {routes:?}");
    }
}

#[test]
fn every_case_becomes_its_html() {
    let tree = tree();
    let mut cases: Vec<_> = std::fs::read_dir(folder())
        .expect("the cases can be listed")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    cases.sort();
    assert!(!cases.is_empty());
    for case in cases {
        let text = std::fs::read_to_string(&case).expect("a case can be read");
        let (rendered, report) = render_with(&text, &tree);
        assert!(report.is_empty(), "{}:\n{}", case.display(), report.render(&tree, ""));
        let golden = case.with_extension("html");
        if std::env::var_os("GRAVEN_BLESS").is_some() {
            std::fs::write(&golden, &rendered.html).expect("a golden file can be written");
        }
        assert_eq!(rendered.html, std::fs::read_to_string(&golden).unwrap_or_default(), "{}", golden.display());
        check_markdown(&case.with_extension("markdown"), &text, &rendered.markdown(&body(&text)));
    }
}

/// Compares the Markdown that the site serves for `text` with its golden file, which exists only if it differs from `text`.
fn check_markdown(golden: &Path, text: &str, markdown: &str) {
    if std::env::var_os("GRAVEN_BLESS").is_some() && markdown != text {
        std::fs::write(golden, markdown).expect("a golden file can be written");
    }
    let expected = std::fs::read_to_string(golden).unwrap_or_else(|_| text.to_owned());
    assert_eq!(markdown, expected, "{}", golden.display());
}

/// The diagnostics on a text, as `error: message`, and the part of the file that each points at.
fn diagnostics(text: &str) -> Vec<(String, String)> {
    let mut tree = tree();
    let front_matter = "+++\ntitle = \"Case\"\n+++\n";
    tree.insert(PATH, format!("{front_matter}{text}"));
    let (_, report) = render_with(text, &tree);
    let found = |diagnostic: &graven_press::diagnostic::Diagnostic| {
        let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        let file = std::str::from_utf8(tree.get(&diagnostic.path).expect("the file is in the tree")).expect("a text");
        let help =
            if diagnostic.help.is_empty() { String::new() } else { format!(" ({})", diagnostic.help.join("; ")) };
        (
            format!("{severity}: {}{help}", diagnostic.message),
            file[diagnostic.span.clone().expect("a place")].to_owned(),
        )
    };
    report.diagnostics().iter().map(found).collect()
}

/// The start of a diagnostic, a part of its help, and the text that it points at.
type Expected<'a> = (&'a str, &'a str, &'a str);

/// Compares the diagnostics on each text with the expected ones.
fn check(cases: &[(&str, &[Expected])]) {
    for (text, expected) in cases {
        let found = diagnostics(text);
        assert_eq!(found.len(), expected.len(), "{text:?}: {found:?}");
        for ((message, place), (begin, help, at)) in found.iter().zip(*expected) {
            assert!(message.starts_with(begin) && message.contains(help), "{text:?}: {message}");
            assert_eq!(place, at, "{text:?}: {message}");
        }
    }
}

#[test]
fn broken_links_are_reported() {
    check(&[
        ("[a](dat.csv)", &[("error: there is no file `dat.csv`", "did you mean `data.csv`?", "dat.csv")]),
        (
            "[a](../othr/index.md#b)",
            &[("error: there is no file", "did you mean `../other/index.md`?", "../othr/index.md#b")],
        ),
        ("[a](../draft/index.md)", &[("error: `posts/draft/index.md` is not published", "", "../draft/index.md")]),
        ("[a](some/page)", &[("error: there is no file", "`/blog/…`", "some/page")]),
        ("[a](code)", &[("error: `code` is a folder", "a file in it", "code")]),
        ("[a](../../../x)", &[("error: `../../../x` is outside the content folder", "`posts/case/`", "../../../x")]),
        ("[a]()", &[("error: a link without a destination", "", "[a]()")]),
        ("[a](javascript:alert)", &[("error: a link to a script", "", "javascript:alert")]),
        ("[a][b]\n\n[b]: dat.csv", &[("error: there is no file", "data.csv", "dat.csv")]),
        ("[a][c]", &[("warning: the link reference \"c\" is not defined", "`[c]: https://…`", "[a][c]")]),
        ("[a] is no link", &[]),
        ("> quoted\n> [a\n> b](dat.csv)", &[("error: there is no file", "", "dat.csv")]),
        ("<a href=\"dat.csv\">b</a>", &[("error: there is no file", "data.csv", "dat.csv")]),
    ]);
}

#[test]
fn a_heading_without_a_space_is_reported() {
    check(&[
        ("#NoSpace here", &[("warning: not a heading", "write `# NoSpace here`", "#NoSpace here")]),
        ("a\n\n##b\n\nc", &[("warning: not a heading", "write `## b`", "##b")]),
        ("#rust #web\n\na\n##b\nc\n\n    ##d\n\n```\n\n##e\n\n```\n\n\\##f\n\n## g", &[]),
    ]);
}

#[test]
fn an_unknown_alert_is_reported() {
    check(&[
        ("> [!NOET]\n> a", &[("warning: unknown alert \"NOET\"", "did you mean `[!note]`?", "NOET")]),
        ("- > [!wraning]- a\n  > b", &[("warning: unknown alert \"wraning\"", "`[!warning]`", "wraning")]),
        ("> [!banana] a", &[("warning: unknown alert \"banana\"", "an alert is note, tip", "banana")]),
        ("> [!] a\n\n> [!a.b] c\n\n> \\[!noet]\n\n> a [!noet]\n\n[!noet]\n\n> `[!noet]`", &[]),
    ]);
}

#[test]
fn errors_in_wikilinks_are_reported() {
    check(&[
        ("[[othr]]", &[("error: no text and no file is called \"othr\"", "did you mean `[[other]]`?", "othr")]),
        ("a [[b c#d|e]]", &[("error: no text and no file is called \"b c\"", "write `\\[[`", "b c")]),
        ("[[several]]", &[("error: \"several\" may be one", "`[[posts/a.md]]` or `[[posts/b.md]]`", "several")]),
        ("[[draft|a]]", &[("error: \"draft\" is a draft, `posts/draft/index.md`", "when it is published", "draft")]),
        ("[[other#^a1]]", &[("error: a link to a block", "`[[NAME#Heading]]`", "other#^a1")]),
        ("![[other]]", &[("error: `other` is a text", "`[[other]]`", "other")]),
        ("![[phto.png|a]]", &[("error: no text and no file is called \"phto.png\"", "", "phto.png")]),
        (
            "![[photo.png|20]]",
            &[("warning: a picture without a description", "`![[photo.png|description]]`", "![[photo.png|20]]")],
        ),
        ("[[1]] [[ -f x ]] [[:alpha:]] [[1, 2], [3, 4]] \\[[x]] `[[x]]` [[x] ] [[]] [[|x]] [[[1]]]\n\n    [[x]]", &[]),
        ("[[x]](/blog/y) [see [[x]]](/blog/y) [[^n]]\n\n[^n]: $[[x]]$", &[]),
    ]);
}

#[test]
fn errors_in_images_and_drawings_are_reported() {
    check(&[
        ("![a](phto.png)", &[("error: there is no file", "did you mean `photo.png`?", "phto.png")]),
        ("![a](/lgo.png)", &[("error: there is no file `/lgo.png`", "did you mean `/logo.png`?", "/lgo.png")]),
        ("![](photo.png) b", &[("error: an image without alternative text", "`![ ](file)`", "![](photo.png)")]),
        ("![ ](photo.png) b", &[]),
        (
            "![a](https://example.org/b.png)",
            &[("warning: a picture of another site", "a copy", "https://example.org/b.png")],
        ),
        ("![a](HTTP://a/b.png)", &[("error: a file that the page's security policy blocks", "", "HTTP://a/b.png")]),
        ("<img src='//a/b.png' alt=c>", &[("warning: a picture of another site", "a copy", "//a/b.png")]),
        ("![a](data:,x)", &[]),
        ("<video poster='https://a/b.png'></video>", &[("error: a file that", "a copy", "https://a/b.png")]),
        ("![a](data.csv)", &[("error: `data.csv` is no picture", "`[what it is](data.csv)`", "data.csv")]),
        ("![a](../../../b.png)", &[("error: `../../../b.png` is outside", "relative", "../../../b.png")]),
        (
            "![a](blocked.svg)",
            &[
                ("error: `<script>` in a drawing", "", "<script"),
                ("error: `<style>` in a drawing", "attributes", "<style"),
                ("error: the attribute `style` is blocked", "attributes", "style=\"fill:red\""),
                ("error: the attribute `onclick` is blocked", "", "onclick='x()'"),
                ("error: `photo.png` is outside this drawing", "", "href=\"photo.png\""),
                ("error: the id \"a\" is taken", "", "id=\"a\""),
                ("error: `other.svg#b` is outside this drawing", "", "fill=\"url(other.svg#b)\""),
                ("error: no element of this drawing has the id \"c\"", "", "href=\"#c\""),
            ],
        ),
        ("![a](open.svg)", &[("error: malformed SVG: the file ends before", "", "")]),
        ("![a](crossed.svg)", &[("error: malformed SVG", "XML", "")]),
        ("![a](empty.svg)", &[("error: no `<svg>` in this file", "", "")]),
        ("## F1 box\n\n![a](flow.svg)", &[("error: the id \"f1-box\" of this drawing is taken", "rename", "flow.svg")]),
    ]);
}

#[test]
fn errors_in_models_are_reported() {
    const GOOD: &str = "model from=model/queue.js id=q alt=\"A lane\"";
    let with = |line: &str| format!("```{GOOD}\n{line}\n```");
    let preset = |link: &str| format!("[a]({link})\n\n{}", with("burst: preset \"Burst\""));
    check(&[
        ("```model id=q alt=a\n```", &[("error: a model needs a module", "model.js", "```model id=q alt=a")]),
        (
            "```model from=model/queue.js alt=a\n```",
            &[("error: a model needs a name", "#NAME", "```model from=model/queue.js alt=a")],
        ),
        ("```model from=model/queue.js id=Q alt=a\n```", &[("error: a model needs a name", "small letters", "id=Q")]),
        ("```model from=model/quee.js id=q alt=a\n```", &[("error: there is no file", "queue.js", "model/quee.js")]),
        (
            "```model from=model/core.js id=q alt=a\n```",
            &[("error: a model without a still", "on paper", "model/core.js")],
        ),
        (
            "```model from=model/queue.js id=q\n```",
            &[("error: a `model` without a text alternative", "alt=", "```model from=model/queue.js id=q")],
        ),
        (
            "## q\n\n```model from=model/queue.js id=q alt=a\n```",
            &[("error: the id \"q\" is taken", "choose another", "q")],
        ),
        (&with("rate: slidr \"Rate\""), &[("error: there is no kind of control `slidr`", "`slider`", "slidr")]),
        (&preset("#q:brst"), &[("error: the model `q` has no preset `brst`", "did you mean `#q:burst`?", "#q:brst")]),
        (&preset("#q:burst"), &[]),
        (
            "```model from=data.csv id=q alt=a\n```",
            &[("error: `data.csv` is no ES module", "`.js` or `.mjs`", "data.csv")],
        ),
        (&preset("#w:burst"), &[("error: there is no model `w`", "did you mean `#q:burst`?", "#w:burst")]),
    ]);
}

#[test]
fn errors_in_code_blocks_are_reported() {
    check(&[
        ("```rsut\nx\n```", &[("warning: unknown language \"rsut\"", "did you mean \"rust\"?", "rsut")]),
        ("```rust fil=a.rs\nx\n```", &[("error: unknown word \"fil=a.rs\"", "did you mean `file=`?", "fil=a.rs")]),
        ("```rust nombers\nx\n```", &[("error: unknown word \"nombers\"", "did you mean `numbers`?", "nombers")]),
        ("```rust file=\nx\n```", &[("error: unknown word \"file=\"", "`file=`", "file=")]),
        ("```rust mark=2\nx\n```", &[("error: `2` is after the last line, 1", "", "mark=2")]),
        ("```rust mark=b\nx\n```", &[("error: `b` is not the number of a line", "mark=3,5-7", "mark=b")]),
        ("> ```rust mark=9\n> x\n> ```", &[("error: `9` is after the last line, 1", "", "mark=9")]),
        ("> a\n> ```rust file=`b`  \n> c", &[("warning: this line begins no block", "`~~~`", "```rust file=`b`")]),
        ("``` `` ```\n````` ```rust `````", &[]),
    ]);
}

#[test]
fn errors_in_code_from_files_are_reported_where_they_are() {
    check(&[
        (
            "```from=code/quue.ts\n```",
            &[("error: there is no file `posts/case/code/quue.ts`", "did you mean `code/queue.ts`?", "code/quue.ts")],
        ),
        ("```from=x#y\n```", &[("error: there is no file", "relative to the folder of the text, `posts/case/`", "x")]),
        (
            "```from=../../../x.rs\n```",
            &[("error: `../../../x.rs` is outside the content folder", "", "../../../x.rs")],
        ),
        ("```from=/logo.png\n```", &[("error: `/logo.png` is not relative", "static", "/logo.png")]),
        ("```from=code\n```", &[("error: `posts/case/code` is a folder", "", "code")]),
        (
            "> ```from=code/queue.ts#leese\n> ```",
            &[("error: `posts/case/code/queue.ts` has no region `leese`", "did you mean `lease`?", "leese")],
        ),
        ("```from=code/notes.txt#x\n```", &[("error: `posts/case/code/notes.txt` has no region", "#region NAME", "x")]),
        (
            "```from=code/queue.ts#\n```",
            &[("error: `posts/case/code/queue.ts` has no region ``", "`lease`, `log`", "")],
        ),
        (
            "```ts from=code/queue.ts#log mark=2\n```",
            &[("error: `2` is after the last line, 1", "mark=3,5-7", "mark=2")],
        ),
        (
            "```from=code/Dockerfile file=b\nx\n```",
            &[
                ("error: both `file=` and `from=`", "remove `file=`", "code/Dockerfile"),
                ("error: a block that shows a file has a text of its own", "remove the text", "x"),
            ],
        ),
        ("```from=\n```", &[("error: unknown word \"from=\"", "", "from=")]),
        ("```from=faulty/open.sql\n```", &[("error: the region `open` has no end", "#endregion", "-- #region open")]),
        (
            "```from=faulty/regions.py#empty\n```",
            &[
                ("error: a second region `twice`", "another name", "# #region twice"),
                ("error: `#endregion` without a region", "remove it", "# #endregion"),
                ("error: the region `empty` is empty", "", "# #region empty"),
            ],
        ),
        ("```from=faulty/blank.txt\n```", &[("error: `posts/case/faulty/blank.txt` is empty", "", "faulty/blank.txt")]),
        ("```from=faulty/binary.bin\n```", &[("error: not a text", "", "\0")]),
    ]);
}

#[test]
fn a_file_that_is_not_utf_8_is_not_shown() {
    let (_, report) = render_with("```from=faulty/latin.txt\n```", &tree());
    let found = &report.diagnostics()[0];
    assert_eq!((found.path.as_str(), found.span.clone()), ("posts/case/faulty/latin.txt", Some(3..4)));
    assert_eq!(found.message, "the file is not UTF-8");
}

#[test]
fn errors_in_the_info_strings_of_tables_are_reported() {
    check(&[
        ("```table\n```", &[("error: a table without a file", "`table from=results.csv`", "table")]),
        (
            "```table from=results/skw.csv\n```",
            &[("error: there is no file", "did you mean `results/skew.csv`?", "results/skw.csv")],
        ),
        (
            "```table from=results/skew.csv captoin=a\n```",
            &[("error: unknown word \"captoin=a\" after `table`", "did you mean `caption=`?", "captoin=a")],
        ),
        (
            "```table from=results/skew.csv caption=Rates of all\n```",
            &[("error: unknown word \"of\" after `table`", "in quotes", "of")],
        ),
        (
            "```table from=results/skew.csv where=policy=lest\n```",
            &[("error: no row has `lest` as its `policy`", "did you mean `least`?", "lest")],
        ),
        (
            "```table from=results/skew.csv where=polcy=least\n```",
            &[("error: `posts/case/results/skew.csv` has no column `polcy`", "`policy`", "polcy")],
        ),
        (
            "```table from=results/skew.csv where=x\n```",
            &[("error: `x` is not a condition", "where=COLUMN=VALUE", "x")],
        ),
        (
            "```table from=results/skew.csv where=policy=least rows=3\n```",
            &[("error: `3` is after the last row, 2", "rows=1-8", "3")],
        ),
    ]);
}

#[test]
fn errors_in_the_columns_of_tables_are_reported() {
    check(&[
        (
            "> ```table from=results/skew.csv\n> rate: Rate\n> plicy: Policy\n> ```",
            &[("error: `posts/case/results/skew.csv` has no column `plicy`", "did you mean `policy`?", "plicy")],
        ),
        (
            "```table from=results/skew.csv\nlow..hgh: R | digts=2\n```",
            &[("error: `posts/case/results/skew.csv` has no column `hgh`", "did you mean `high`?", "hgh")],
        ),
        (
            "```table from=results/skew.csv\nlow: R | digts=2\nlow: R | digits=x\n```",
            &[
                ("error: unknown option `digts=2` of a column", "did you mean `digits=`?", "digts=2"),
                ("error: `x` is not a number of digits", "`digits=3`", "digits=x"),
            ],
        ),
        (
            "```table from=results/skew.csv\npolicy: P | digits=2\n```",
            &[
                ("error: `hash` is not a number", "rounds", "hash"),
                ("error: `hash` is not a number", "", "hash"),
                ("error: `least` is not a number", "", "least"),
                ("error: `least` is not a number", "", "least"),
            ],
        ),
        (
            "```table from=results/skew.csv rows=2 where=policy=hash\nlow..note: R\n```",
            &[("error: an empty cell, where a table needs a number", "", "")],
        ),
    ]);
}

#[test]
fn errors_in_csv_files_are_reported_in_them() {
    check(&[
        (
            "```table from=faulty/broken.csv\nb: B | digits=2\n```",
            &[
                ("error: a quote that is not closed", "written twice", "\""),
                ("error: 1 cell in a row of 2 columns", "quote a cell", "2"),
                ("error: 1 cell in a row of 2 columns", "", "\"3,4\n"),
                ("error: `x` is not a number", "write numbers", "x"),
            ],
        ),
        (
            "```table from=faulty/head.csv\n```",
            &[
                ("error: `mesured` is not a provenance", "did you mean `measured`?", "mesured"),
                ("error: a second column `a`", "", "a"),
            ],
        ),
    ]);
}

#[test]
fn errors_in_charts_are_reported_where_they_are() {
    check(&[
        (
            "```chart from=results/scal.csv\nx: a\ny: b\n```",
            &[("error: there is no file", "results/scale.csv", "results/scal.csv")],
        ),
        ("```chart\nx: a\ny: b\n```", &[("error: a chart without data", "`chart from=FILE`", "```chart")]),
        (
            "```chart from=results/scale.csv\nx: a\ny: b\n---\na,b\n```",
            &[("error: a chart with a file and with data", "remove `from=`", "from=results/scale.csv")],
        ),
        (
            "```chart fro=results/scale.csv\nx: a\ny: b\n---\na,b\n1,2\n```",
            &[("error: unknown word \"fro\" after `chart`", "did you mean `from=`?", "fro=results/scale.csv")],
        ),
        ("```chart caption\nx: a\ny: b\n---\na,b\n1,2\n```", &[("error: `caption` needs a value", "", "caption")]),
        ("```chart\n```", &[("error: a chart without `x:`", "", "```"), ("error: a chart without `y:`", "", "```")]),
        (
            "> ```chart\n> x: a\n> z: b\n> y: b\n> ---\n> a,b\n> 1,2\n> ```",
            &[("error: unknown key `z`", "did you mean `x`?", "z")],
        ),
        (
            "```chart from=results/scale.csv\nx: consumer\ny: rate\n```",
            &[("error: no column `consumer`", "did you mean `consumers`?", "consumer")],
        ),
        (
            "```chart from=results/scale.csv\nx: consumers\ny: broker\nseries: policy\n```",
            &[("error: `a` is not a number", "`1.8e3`", "a"); 5],
        ),
        (
            "```chart from=results/scale.csv where=polic=other\nx: consumers\ny: rate\n```",
            &[("error: `posts/case/results/scale.csv` has no column `polic`", "did you mean `policy`?", "polic")],
        ),
        (
            "- ```chart\n  x: a\n  y: b\n  ---\n  a,b\n  1,2\n  2,x\n  ```",
            &[("error: `x` is not a number", "without separators", "x")],
        ),
        ("> ```chart\n> x: a\n> y: b\n> ---\n> a,b\n> 1\n> ```", &[("error: 1 cell in a row of 2 columns", "", "1")]),
        (
            "```chart\nx: a\ny: b\n---\na,b\n1,2\n1,3\n```",
            &[("warning: one line has several values at a = 1", "`series: COLUMN`", "x: a")],
        ),
    ]);
}

#[test]
fn errors_in_raw_html_are_reported() {
    check(&[
        ("<script>\nalert(1)\n</script>", &[("error: `<script>` in a text", "draw it", "<script")]),
        ("a <SCRIPT>b</SCRIPT>", &[("error: `<script>` in a text", "", "<SCRIPT")]),
        ("<style>\n\np {}\n\n</style>", &[("error: `<style>` in a text", "class", "<style")]),
        ("<p style=\"color: red\">a</p>", &[("error: the attribute `style`", "class", "style=\"color: red\"")]),
        ("a <b onclick=x()>c</b>", &[("error: the attribute `onclick`", "", "onclick=x()")]),
        ("> <div\n>  STYLE='x'>\n> a</div>", &[("error: the attribute `style`", "", "STYLE='x'")]),
        ("<div\r\n style='x'>a</div>\r\n", &[("error: the attribute `style`", "", "style='x'")]),
        ("<a href='javascript:x'>b</a>", &[("error: a link to a script", "", "javascript:x")]),
        (
            "<iframe src='/blog/x'></iframe>",
            &[("error: `<iframe>` in a text: blocked", "link to what it shows", "<iframe")],
        ),
        (
            "<iframe src='https://other.example/1'></iframe>",
            &[("error: `<iframe>` in a text: blocked", "[policy]", "<iframe")],
        ),
        ("<iframe src='https://video.example/1' title=a></iframe>", &[]),
        (
            "<iframe src='https://video.example/1' style='a:b'></iframe>",
            &[("error: the attribute `style`", "", "style='a:b'")],
        ),
        ("a <object data=x></object>", &[("error: `<object>` in a text: blocked", "link", "<object")]),
        ("<h1>a</h1>", &[("error: `<h1>` in a text", "<h2>", "<h1")]),
        ("<img src=phto.png alt=a>", &[("error: there is no file", "photo.png", "phto.png")]),
        ("<div class=\"a\n\nb\">", &[("error: raw HTML that ends within a tag", "empty line", "<")]),
        ("<!-- a", &[("error: raw HTML that ends within a tag or a comment", "", "<")]),
        ("<p id=a>b</p>\n\n<p id=a>c</p>", &[("error: the id \"a\" is taken", "", "a")]),
        ("```html\n<script style=x>\n```\n\n`<script>`", &[]),
        (
            "<img src=photo.png>",
            &[("warning: an `<img>` without alternative text", "`alt=\"\"`", "<img src=photo.png>")],
        ),
        ("<img src=photo.png alt>", &[]),
        ("a Vec<T> b", &[("warning: `<T>` is not closed", "backticks", "<T>")]),
        ("<div>\n\na</DIV>\n\n<p>b<li>c<br>", &[]),
        ("<a id=b /> <a id=c />", &[("warning: `<a/>` is not closed", "no slash", "<a id=b />")]),
        ("a</div>", &[("warning: `</div>` closes nothing", "remove it", "</div>")]),
        ("<svg viewBox='0 0 1 1'><path d=''/></svg><br/>", &[]),
    ]);
}

#[test]
fn errors_in_headings_notes_and_formulas_are_reported() {
    check(&[
        ("# A\n\n## B", &[("warning: a heading of the first level", "begin with `##`", "# A")]),
        ("## A {#x}\n\n## B {#x}", &[("error: the id \"x\" is taken", "", "x")]),
        ("## A {#main}", &[("error: the id \"main\" is taken", "", "main")]),
        ("## A {style=x}", &[("error: the attribute `style`", "class", "style")]),
        ("a[^b]", &[("warning: the footnote \"b\" is not defined", "`[^b]: …`", "[^b]")]),
        ("a\n\n[^b]: c", &[("warning: nothing refers to the footnote \"b\"", "`[^b]`", "[^b]")]),
        ("a[^b]\n\n[^b]: c\n\n[^b]: d", &[("warning: the footnote \"b\" is defined twice", "", "[^b]")]),
        ("a[^b] c[^d]\n\n[^b]: e\n    > [^d]: f", &[]),
        ("a[^b]\n\n[^b]:> [^b]: c", &[("warning: the footnote \"b\" is defined twice", "", "[^b]")]),
        ("a $\\fraction{1}{2}$", &[("error: invalid LaTeX: Unknown command \"\\fraction\"", "", "\\fraction")]),
        ("$$\na\n\\foo\n$$", &[("error: invalid LaTeX: Unknown command \"\\foo\"", "", "\\foo")]),
        ("$\\color{red}x$", &[("error: this formula needs the style", "remove colours", "$\\color{red}x$")]),
    ]);
}

#[test]
fn headings_nest_below_the_title_without_gaps() {
    for (text, levels) in [
        ("# A\n\n## B\n\n###### C\n\n## D", &[2, 3, 4, 3][..]),
        ("## A\n\n#### B\n\n#### C\n\n### D\n\n## E", &[2, 3, 3, 3, 2]),
        ("### A\n\n## B\n\n# C", &[2, 2, 2]),
        ("# A\n\n## B\n\n### C\n\n#### D\n\n##### E\n\n###### F", &[2, 3, 4, 5, 6, 6]),
    ] {
        let (rendered, _) = render_with(text, &tree());
        assert_eq!(rendered.headings.iter().map(|heading| heading.level).collect::<Vec<_>>(), levels, "{text}");
        assert!(!rendered.html.contains("<h1"));
    }
}

#[test]
fn the_contents_list_has_inline_html_without_links_and_notes() {
    let (rendered, _) = render_with("## A [b](/c) `d` *e* $f$[^g] <span id=x>h</span>\n\n[^g]: i", &tree());
    assert_eq!(rendered.headings[0].html, "A b <code>d</code> <em>e</em> <math><mi>f</mi></math> h");
    assert_eq!(rendered.headings[0].id, "a-b-d-e-f-h");
}

#[test]
fn words_are_those_of_the_prose() {
    let text = "## It's *here*\n\nTwo `words` -- and\na [link](/x)[^n].\n\n```rust\nlet code = 1;\n```\n\n- item\n- <b>bold</b>\n\n![alt](flow.svg \"A title.\")\n\n[^n]: Note.";
    let (rendered, report) = render_with(text, &tree());
    assert!(report.is_empty());
    // It's here Two words and a link. item bold A title. alt Note.
    assert_eq!(rendered.words, 13);
}

#[test]
fn a_definition_is_rewritten_once_whatever_refers_to_it() {
    let text = "[a][r], [b][r] and ![c][r]\n\n[r]: index.md\n";
    let mut tree = tree();
    tree.insert(PATH, text);
    let markdown = render_with(text, &tree).0.markdown(&body(text));
    assert_eq!(markdown, text.replace("index.md", "/blog/case"));
}

#[test]
fn the_references_of_the_page_are_listed() {
    let text = "[a](../other/index.md#b) [c](/d%20e) [f](</g h>) ![i](photo.png)\n\n<a href=\"/j&amp;k\">l</a>";
    let (rendered, report) = render_with(text, &tree());
    assert!(report.is_empty(), "{}", report.render(&tree(), ""));
    let mut targets: Vec<&str> = rendered.links.iter().map(|link| link.target.as_str()).collect();
    targets.sort_unstable();
    assert_eq!(targets, ["/assets/photo.2f787347bc3409a1.png", "/blog/another-slug#b", "/d%20e", "/g%20h", "/j&k"]);
    let assets: Vec<_> = rendered.assets.iter().map(|asset| asset.source.as_str()).collect();
    assert_eq!(assets, ["posts/case/photo.png"]);
}

proptest! {
    /// Whatever an author types, press does not panic, and points into the text.
    #[test]
    fn any_text_is_rendered(text in "([a-c \\n>#*_~`|\\[\\]()!<>/=\"'^:$\\\\{}.&\\-é+1]|\\[\\^a\\]|\\]\\(|<a |style=|```rust|\\$\\$|- \\[ \\]|<!--|```from=code/queue.ts#log|```table from=results/skew.csv\n|```chart\n|x: a\n|y: b\n|---\na,b\n1,|rate: R\\|digits=2|\r\n|\\| -|==|> \\[!note\\][-+]? ?|!?\\[\\[|\\]\\]|photo\\.png|\n\n){0,60}") {
        let mut tree = tree();
        let (rendered, report) = render_with(&text, &tree);
        tree.insert(PATH, format!("+++\ntitle = \"Case\"\n+++\n{text}"));
        prop_assert!(!report.render(&tree, "").is_empty());
        for link in rendered.links {
            prop_assert!(tree.get(PATH).is_some_and(|file| std::str::from_utf8(&file[link.span]).is_ok()));
        }
    }

    /// The Markdown that the site serves differs from the author's in relative destinations only: it parses to the same events.
    #[test]
    fn the_markdown_of_any_text_differs_in_its_destinations_alone(
        text in "([a-c \\n>#*_~`|\\[\\]()!<>\\\\&é1-]|\\[\\^a\\]:? ?|\\]\\(|!\\[|\\[r\\]:? ?|\\]\\(<?photo\\.png>? ?\\)|\\]\\(\\.\\./other/ \"photo\\.png\"\\)|\\[a\\]\\(data\\.csv\\?a&b\\(\\)\\)|\\[r\\]: <?(photo\\.png|#a|data\\.csv)>?\n|\\(#a\\)|\r\n|\n> |\n\n){0,40}",
    ) {
        let (rendered, _) = render_with(&text, &tree());
        let markdown = rendered.markdown(&body(&text));
        let (before, after) = (events(&text), events(&markdown));
        prop_assert_eq!(before.len(), after.len(), "{}", markdown);
        for (before, after) in before.into_iter().zip(after) {
            // An image of data is reported, and stays, unless a link has the same definition.
            let is_data = |event: &Event| {
                matches!(event, Event::Start(Tag::Image { dest_url, .. }) if dest_url.starts_with("data.csv"))
            };
            let after = if is_data(&after) { with_path_of_site(after) } else { after };
            prop_assert_eq!(with_path_of_site(before), after, "{}", markdown);
        }
    }
}

fn events(text: &str) -> Vec<Event<'_>> {
    Parser::new_ext(text, DIALECT).collect()
}

/// The event with the destination that it must have in the Markdown of the site.
fn with_path_of_site(event: Event) -> Event {
    let path = |destination: &str| {
        let (file, rest) = destination.split_at(destination.find(['?', '#']).unwrap_or(destination.len()));
        let path = match file {
            "" if !rest.is_empty() => "/blog/case",
            "photo.png" => "/assets/photo.2f787347bc3409a1.png",
            "data.csv" => "/assets/data.5be08c9684a1d25e.csv",
            "../other/" => "/blog/another-slug",
            _ => return destination.to_owned(),
        };
        let encoded = |character: char| match character {
            '>' | '<' | '`' | '|' | '[' | ']' | '^' | '\\' => format!("%{:02X}", u32::from(character)),
            'é' => "%C3%A9".to_owned(),
            character => character.to_string(),
        };
        format!("{path}{}", rest.chars().map(encoded).collect::<String>())
    };
    match event {
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: path(&dest_url).into(), title, id })
        }
        // An image with the destination of a page is reported, and stays.
        Event::Start(Tag::Image { link_type, dest_url, title, id }) if !dest_url.starts_with("..") => {
            Event::Start(Tag::Image { link_type, dest_url: path(&dest_url).into(), title, id })
        }
        event => event,
    }
}

#[test]
fn errors_in_graphs_are_reported() {
    let graph = "`digraph` or `graph`";
    check(&[
        ("```dot\na -> b\n```", &[("error: found `a`, expected", graph, "a")]),
        ("```dot\ndigraph { a -> }\n```", &[("error: found `}`, expected the name of a node", "", "}")]),
        ("```dot\ndigraph { a -- b }\n```", &[("error: found `--`, expected `->`", "", "--")]),
        (
            "> ```dot\n> digraph {\n>   a\n> ```",
            &[("error: found the end of the graph's text, expected `}`", "close", "")],
        ),
        (
            "```dot\ndigraph { a [lable=b] }\n```",
            &[("error: the attribute `lable` of a node", "did you mean `label`?", "lable")],
        ),
        (
            "```dot\ndigraph { a [color=red, shape=bx]; rank=same }\n```",
            &[
                ("error: the attribute `color` of a node is not supported", "`class=hue`", "color"),
                ("error: unknown shape `bx`", "did you mean `box`?", "bx"),
                ("error: the attribute `rank` of a graph is not supported", "supported: `rankdir`", "rank"),
            ],
        ),
        (
            "- a\n\n  ```dot\n  digraph {\n    a:n -> b\n  }\n  ```",
            &[("error: ports are not supported", "double quotes", ":")],
        ),
        ("```dot\ndigraph { a; subgraph cluster_b { } }\n```", &[("error: a cluster without nodes", "remove it", "{")]),
        ("```dot\ndigraph { a [label=<b>] }\n```", &[("error: labels in HTML are not supported", "`\\n`", "<")]),
        ("```dot\ndigraph { a -> \"b }\n```", &[("error: a text in double quotes that does not end", "", "\"b }")]),
        (
            "```dot\ndigraph { subgraph cluster_a { x } subgraph cluster_b { y -> x } }\n```",
            &[("error: `x` is in the cluster `cluster_a` already", "outside of the clusters", "x")],
        ),
        ("```dot\ndigraph { }\n```", &[("error: a graph without nodes", "`a -> b`", "```dot")]),
        ("```dot\ndigraph { a } b\n```", &[("error: found `b`, expected nothing after", "another block", "b")]),
    ]);
}

#[test]
fn errors_in_sequences_and_drawings_are_reported() {
    check(&[
        ("```sequence\nA => B: x\n```", &[("error: a line without an arrow", "`A -> B: text`", "A => B: x")]),
        (
            "```sequence\nA -> : x\nB ->\n```",
            &[
                ("error: expected a participant after `->`", "", "->"),
                ("error: expected a participant after `->`", "", "->"),
            ],
        ),
        (
            "```sequence\nnote left of A: x\n```",
            &[("error: found `left`, expected `over`", "`note over A: text`", "left")],
        ),
        ("```sequence\nA -> B\nparticipant A\n```", &[("error: `A` is a participant already", "before", "A")]),
        (
            "```sequence\na ->> b: y\nnote over a,b,c: n\nparticipant d as\n```",
            &[
                ("error: `> b` is no name of a participant", "double quotes", "> b"),
                ("error: `b,c` is no name of a participant", "`note over A,B: text`", "b,c"),
                ("error: `d as` is no name of a participant", "`participant A as \"Name\"`", "d as"),
            ],
        ),
        (
            "```sequence\na -x a: lost\n```",
            &[("error: a message to oneself is never on its way", "`A -> A: text`", "a -x a: lost")],
        ),
        ("```sequence\n== later\n```", &[("error: a divider that does not end", "`== text ==`", "== later")]),
        ("```sequence\n```", &[("error: a sequence without messages", "`A -> B: text`", "```sequence")]),
        ("```box\n+--\t\n```", &[("error: a tab in a drawing", "spaces", "\t")]),
        ("```box\n\n```", &[("error: an empty drawing", "", "```box")]),
        (
            "```dot captoin=\"x\"\ndigraph { a }\n```",
            &[("error: unknown word \"captoin\" after `dot`", "`caption=`", "captoin=\"x\"")],
        ),
    ]);
}
