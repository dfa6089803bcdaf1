//! Markdown and the HTML that it becomes. Every `tests/markdown/NAME.md` is a case, rendered as the text of a post beside the files of
//! `tests/markdown/content/`; `NAME.html` beside it is what must come of it, and nothing may be wrong with it.
//! `GRAVEN_BLESS=1 cargo test -p graven-press --test markdown` writes the HTML anew; read the difference before you keep it.

use std::path::Path;

use graven_press::diagnostic::{Diagnostic, Report, Severity};
use graven_press::markdown::{Context, Rendered, render};
use graven_press::model::Body;
use graven_press::tree::SourceTree;

/// Where a case stands in the source tree.
const PATH: &str = "posts/case/index.md";

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/markdown"))
}

fn tree() -> SourceTree {
    SourceTree::read(&folder().join("content")).expect("the files of the cases can be read")
}

fn route_of(path: &str) -> Option<String> {
    (path == "posts/other/index.md").then(|| "/blog/another-slug".to_owned())
}

fn render_with(text: &str, tree: &SourceTree) -> (Rendered, Report) {
    let front_matter = "+++\ntitle = \"Case\"\n+++\n";
    let file = format!("{front_matter}{text}");
    let body = Body { path: PATH.to_owned(), range: front_matter.len()..file.len(), file };
    let mut report = Report::default();
    let rendered = render(&body, &Context { tree, route_of: &route_of }, &mut report);
    (rendered, report)
}

#[test]
fn every_case_becomes_its_html() {
    let tree = tree();
    let mut cases: Vec<_> = std::fs::read_dir(folder()).expect("the cases can be listed").map(|entry| entry.expect("an entry").path()).collect();
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
    }
}
