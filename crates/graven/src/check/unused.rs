//! Pictures, films, sounds and PDFs in the folder of a text that nothing names: left over from a change.
//!
//! A file is in use if its name occurs in a text of its folder, or in any Markdown, in any case: `[[PHOTO.png]]` means `photo.png`. That overlooks some, and
//! reports none that the site needs.

use std::cell::LazyCell;
use std::path::Path;

use graven_press::diagnostic::{Diagnostic, Report};
use graven_press::tree::SourceTree;
use percent_encoding::percent_decode;

/// The files that are in such a folder only to be shown or linked to. Data is not among them: the programs of a post compute and compare more than it shows.
const KINDS: [&str; 11] = ["avif", "gif", "jpeg", "jpg", "mp3", "mp4", "pdf", "png", "svg", "webm", "webp"];

/// Files that say which others they use.
const TEXTS: [&str; 8] = ["css", "html", "js", "markdown", "md", "mjs", "svg", "toml"];

/// What is a text of the site, or is warned of as one.
const TEXTS_OF_SITE: [&str; 3] = ["markdown", "md", "mdx"];

/// Those of them that name files of any folder.
const MARKDOWN: [&str; 2] = ["markdown", "md"];

/// Adds a warning for each file that nothing names: those for readers in the folder of a text, and all that are next to the texts without a folder.
pub(super) fn warn(tree: &SourceTree, report: &mut Report) {
    // They are only needed for a file that its own folder does not name.
    let everywhere = LazyCell::new(|| Spelt::of(tree, "", &MARKDOWN));
    for index in ["posts/", "pages/"].into_iter().flat_map(|folder| tree.paths(folder)) {
        let folder = ["index.md", "index.markdown"].iter().find_map(|name| index.strip_suffix(name));
        let Some(folder) = folder else { continue };
        let here = LazyCell::new(|| Spelt::of(tree, folder, &TEXTS));
        for path in tree.paths(folder).filter(|path| is_for_readers(tree, folder, path)) {
            if !here.name(path) && !everywhere.name(path) {
                let warning = Diagnostic::warning(path, None, "nothing names this file");
                report.push(warning.help(format!("show it in {index}, or delete it")).code("unused-file"));
            }
        }
    }
    for path in ["posts/", "pages/"].into_iter().flat_map(|folder| tree.paths(folder)) {
        let is_loose = path.matches('/').count() == 1 && !is_one_of(path, &TEXTS_OF_SITE);
        if is_loose && !everywhere.name(path) {
            let warning = Diagnostic::warning(path, None, "nothing names this file").code("unused-file");
            report.push(warning.help("show it in a text, or delete it"));
        }
    }
}

/// Whether a file is in the folder only for readers. `code/` has what its programs need, and a still has the name of its model.
fn is_for_readers(tree: &SourceTree, folder: &str, path: &str) -> bool {
    let is_of_model = path.strip_suffix(".svg").is_some_and(|stem| tree.has(&format!("{stem}.js")));
    is_one_of(path, &KINDS) && !path[folder.len()..].starts_with("code/") && !is_of_model
}

/// Texts by their paths, in lower case: as they are, and if that differs, without the escapes of URLs and those of Markdown and HTML.
struct Spelt<'t>(Vec<(&'t str, Vec<String>)>);

impl<'t> Spelt<'t> {
    fn of(tree: &'t SourceTree, folder: &'t str, kinds: &[&str]) -> Self {
        let texts = tree.paths(folder).filter(|path| is_one_of(path, kinds));
        Self(texts.filter_map(|path| Some((path, spellings(tree.get(path)?)))).collect())
    }

    /// Whether one of them, other than itself, names the file.
    fn name(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        self.0.iter().any(|(text, spelt)| *text != path && spelt.iter().any(|spelt| spelt.contains(&name)))
    }
}

fn spellings(text: &[u8]) -> Vec<String> {
    let lower = String::from_utf8_lossy(text).to_lowercase();
    let mut spellings = Vec::new();
    if lower.contains('%') {
        spellings.push(percent_decode(text).decode_utf8_lossy().to_lowercase());
    }
    if lower.contains('\\') || lower.contains("&amp;") {
        spellings.push(lower.replace('\\', "").replace("&amp;", "&"));
    }
    spellings.push(lower);
    spellings
}

fn is_one_of(path: &str, kinds: &[&str]) -> bool {
    let kind = Path::new(path).extension().and_then(|kind| kind.to_str()).unwrap_or_default();
    kinds.iter().any(|known| known.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_for_readers_that_nothing_names_are_warned_of_and_no_others() {
        let mut tree = SourceTree::default();
        let text = "![A](a.png) ![Ö](%C3%B6%20b.png) ![C](data/c.gif) ![[PHOTO.png]] ![](k\\_l.png) ![](m&amp;n.png)\n\n\
                    ```model from=model/m.js id=m\n```\n";
        tree.insert("posts/a/index.md", text);
        tree.insert("posts/b.markdown", "[d](a/d.pdf) ![S](shown.png)\n");
        tree.insert("posts/a/page.html", "<img src=e.webp>");
        let used = [
            "a.png",
            "ö b.png",
            "data/c.gif",
            "photo.png",
            "k_l.png",
            "m&n.png",
            "d.pdf",
            "e.webp",
            "model/m.js",
            "model/m.svg",
            "code/f.png",
        ];
        let unused = ["data/D.gif", "g.PNG", "model/n.svg"];
        for name in used.into_iter().chain(unused).chain(["notes.txt", "data/i.csv"]) {
            tree.insert(format!("posts/a/{name}"), "");
        }
        for path in ["static/h.png", "posts/shown.png", "posts/loose.png", "posts/note.txt", "posts/shared/run"] {
            tree.insert(path, "");
        }
        let mut report = Report::default();
        warn(&tree, &mut report);
        let warned: Vec<_> = report.diagnostics().iter().map(|found| found.path.as_str()).collect();
        let in_folder = unused.map(|name| format!("posts/a/{name}"));
        let loose = ["posts/loose.png", "posts/note.txt"].map(str::to_owned);
        assert_eq!(warned, [in_folder.to_vec(), loose.to_vec()].concat());
    }
}
