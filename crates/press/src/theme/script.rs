//! The theme's script: a file that every page loads deferred, and a few lines in the head that run before the first paint.

use rust_embed::RustEmbed;

use crate::assets::Asset;
use crate::diagnostic::{Diagnostic, Report};
use crate::languages::{self, SCRIPT, Words};
use crate::scripts;
use crate::tree::SourceTree;
use crate::url::BaseUrl;

#[derive(RustEmbed)]
#[folder = "theme/script/"]
struct DefaultScript;

/// The file, which `theme/script.js` of a site replaces.
const FILE: &str = "script.js";

/// The lines in the head, which `theme/first.js` of a site replaces.
const FIRST: &str = "first.js";

/// The parts of the default script in their order: a part may use the names of earlier ones.
const PARTS: [&str; 6] = ["elements.js", "scheme.js", "code.js", "contents.js", "search.js", "models.js"];

/// The script of a build.
#[derive(Debug)]
pub(crate) struct Script {
    /// What runs before the first paint.
    pub(crate) first: String,
    /// The text of the file.
    pub(crate) text: String,
    /// The route of the file, with its fingerprint.
    pub(crate) route: String,
}

impl Script {
    /// The script of the theme with these words, for a site with this base URL. `None` if the site has an empty `theme/script.js`: its pages then have no script at all.
    pub(super) fn load(tree: &SourceTree, (words, base_url): (&Words, &BaseUrl), report: &mut Report) -> Option<Self> {
        let text = match tree.get(&format!("theme/{FILE}")) {
            // As it was written: it is the author's.
            Some(bytes) => text_of(FILE, bytes, report),
            None => default_text(words, base_url),
        };
        if text.trim().is_empty() {
            return None;
        }
        let first = match tree.get(&format!("theme/{FIRST}")) {
            Some(bytes) => text_of(FIRST, bytes, report),
            None => compacted(FIRST, words, base_url),
        };
        if first.contains("</") || first.contains("<!--") {
            let message = "`</` and `<!--` would end or hide the page's <script>; write `<\\/` and `<\\!--`";
            report.push(Diagnostic::error(format!("theme/{FIRST}"), None, message));
        }
        let route = Asset::new(FILE, text.as_bytes()).route;
        Some(Self { first, text, route })
    }
}

fn text_of(name: &str, bytes: &[u8], report: &mut Report) -> String {
    String::from_utf8(bytes.to_vec()).unwrap_or_else(|error| {
        report.push(Diagnostic::error(format!("theme/{name}"), None, format!("invalid script: {error}")));
        String::new()
    })
}

/// The parts in one block, so that their names are not those of the page.
fn default_text(words: &Words, base_url: &BaseUrl) -> String {
    format!("{{\n{}\n}}\n", PARTS.map(|name| compacted(name, words, base_url)).join("\n"))
}

/// The routes in the default script. It is written for a site at the root of its host, as it is written in English.
const ROUTES: [&str; 4] = ["/search", "/notes", "/blog", "/tags"];

fn compacted(name: &str, words: &Words, base_url: &BaseUrl) -> String {
    let source = languages::translate(name, &default(name), SCRIPT, words);
    let at_start = ROUTES.iter().flat_map(|route| ['\'', '`'].map(|quote| (quote, route)));
    let source = at_start.fold(source, |source, (quote, route)| {
        source.replace(&format!("{quote}{route}"), &format!("{quote}{}", base_url.href(route)))
    });
    scripts::compact(name, &source).expect("every part is a script, as a test checks")
}

fn default(name: &str) -> String {
    let file = DefaultScript::get(name).expect("every name is a file of the default script, as a test checks");
    String::from_utf8_lossy(&file.data).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::english;

    fn load(files: &[(&str, &[u8])]) -> (Option<Script>, Report) {
        let mut tree = SourceTree::default();
        for &(path, bytes) in files {
            tree.insert(path, bytes);
        }
        let mut report = Report::default();
        let base_url = BaseUrl::parse("https://example.org").expect("a base URL");
        (Script::load(&tree, (&english(), &base_url), &mut report), report)
    }

    #[test]
    fn the_default_script_is_small() {
        let (script, report) = load(&[]);
        assert!(report.is_empty(), "{report:?}");
        let script = script.expect("a script");
        let mut coded = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
        brotli::BrotliCompress(&mut script.text.as_bytes(), &mut coded, &parameters).expect("compresses");
        assert!(coded.len() <= 3 * 1024, "{} bytes", coded.len());
        assert!(script.first.len() <= 200, "{}", script.first);
    }

    #[test]
    fn the_paths_in_the_default_script_are_those_of_the_site() {
        let base_url = BaseUrl::parse("https://example.org/base").expect("a base URL");
        let text = default_text(&english(), &base_url);
        let paths: Vec<&str> =
            text.split(['\'', '`', '"']).filter(|part| part.len() > 1 && part.starts_with('/')).collect();
        assert!(paths.len() >= 7, "{paths:?}");
        assert!(paths.iter().all(|path| path.starts_with("/base/")), "{paths:?}");
    }

    #[test]
    fn a_script_of_the_site_is_kept_as_it_is() {
        let text = "  // mine\n  f(`\n  a`)\n";
        let (script, report) = load(&[("theme/script.js", text.as_bytes()), ("theme/first.js", b"g()\n")]);
        assert!(report.is_empty(), "{report:?}");
        let script = script.expect("a script");
        assert_eq!((script.text.as_str(), script.first.as_str()), (text, "g()\n"));
    }

    #[test]
    fn an_empty_script_is_no_script() {
        assert!(load(&[("theme/script.js", b"\n")]).0.is_none());
    }

    #[test]
    fn a_script_that_cannot_be_used_is_reported() {
        let (_, report) = load(&[("theme/script.js", b"f()\xff"), ("theme/first.js", b"'</script>'")]);
        let messages: Vec<_> = report.diagnostics().iter().map(|found| found.path.as_str()).collect();
        assert_eq!(messages, ["theme/script.js"]);
        let (_, report) = load(&[("theme/first.js", b"'</script>'")]);
        assert_eq!(report.errors(), 1);
    }
}
