//! The theme: style sheets, the script and icons. rust-embed embeds them; in debug builds it reads them from disk, so that an edit shows at once. A file of the same
//! name in `content/theme/` replaces one of them.

mod kit;
mod script;

use std::borrow::Cow;

use rust_embed::RustEmbed;

use self::kit::Kit;
pub(crate) use self::script::Script;
use crate::colours::{Colours, HUES};
use crate::diagnostic::{Diagnostic, Report};
use crate::languages::Words;
use crate::media::Icons;
use crate::tree::SourceTree;

#[derive(RustEmbed)]
#[folder = "theme/"]
struct DefaultTheme;

/// The folder of the files that replace those of the default theme. A theme is made from nothing else.
pub(crate) const FOLDER: &str = "theme/";

/// The style sheets of a build, minified, the script, and the icons.
#[derive(Debug)]
pub(crate) struct Theme {
    /// Page, type, header, footer, print.
    base: String,
    /// The hues of the topics.
    hues: String,
    /// Lists of posts.
    entries: String,
    /// Lines with dotted leaders, the matrix of topics.
    contents: String,
    /// An article: prose, figures, tables.
    prose: String,
    /// Notes.
    notes: String,
    /// Alerts.
    alerts: String,
    /// Formulas.
    math: String,
    /// Code blocks and their classes.
    code: String,
    /// Tables of files, and the sources of data.
    data: String,
    /// Diagrams that scroll.
    diagrams: String,
    /// The forms of models.
    models: String,
    /// The page of all models.
    gallery: String,
    /// The search page.
    search: String,
    /// What the script adds to every page; how pages follow each other.
    controls: String,
    /// What the script adds to code blocks.
    tools: String,
    /// `None` if the site has none.
    pub(crate) script: Option<Script>,
    /// What runs the models of a page.
    pub(crate) kit: Kit,
    /// The drawing of the site.
    pub(crate) icons: Icons,
    /// The colours of the style sheets, for what is drawn.
    pub(crate) colours: Colours,
}

/// The name of the hue of a topic: a class, and a custom property.
pub(crate) fn hue(topic: usize) -> String {
    format!("t{}", topic % HUES + 1)
}

/// The style sheets that a page needs. It contains no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sheets {
    /// A list of posts.
    Entries,
    /// A list of posts after the contents of the site.
    Contents,
    /// An article.
    Article(Parts),
    /// The page of all models.
    Gallery,
    /// The search page.
    Search,
}

/// What an article has besides prose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part of its own")]
pub(crate) struct Parts {
    /// Notes.
    pub(crate) notes: bool,
    /// Alerts.
    pub(crate) alerts: bool,
    /// Formulas.
    pub(crate) math: bool,
    /// Code blocks.
    pub(crate) code: bool,
    /// Tables or charts of files.
    pub(crate) data: bool,
    /// Diagrams wider than a small screen.
    pub(crate) wide: bool,
    /// Models.
    pub(crate) model: bool,
}

impl Parts {
    /// The parts of a rendered text.
    pub(crate) fn of(html: &str) -> Self {
        Self {
            notes: html.contains("class=\"note"),
            alerts: html.contains("class=\"alert"),
            math: html.contains("<math"),
            code: html.contains("<pre"),
            data: html.contains("class=\"source\""),
            wide: html.contains("class=\"wide\""),
            model: html.contains("<graven-model"),
        }
    }
}

impl Theme {
    /// The default theme with the replacements of the tree, and its scripts with these words. A style sheet that cannot be minified is reported, and left empty.
    pub(crate) fn load(tree: &SourceTree, words: &Words, report: &mut Report) -> Self {
        let mut sheet = |name: &str| minify(name, &read(tree, name), report);
        let (base, hues) = (sheet("base.css"), sheet("hues.css"));
        Self {
            colours: Colours::read(&[base.as_str(), &hues].concat(), &[text("base.css"), text("hues.css")].concat()),
            base,
            hues,
            entries: sheet("entries.css"),
            contents: sheet("contents.css"),
            prose: sheet("prose.css"),
            notes: sheet("notes.css"),
            alerts: sheet("alerts.css"),
            math: sheet("math.css"),
            code: sheet("code.css"),
            data: sheet("data.css"),
            diagrams: sheet("diagrams.css"),
            models: sheet("models.css"),
            gallery: sheet("gallery.css"),
            search: sheet("search.css"),
            controls: sheet("controls.css"),
            tools: sheet("tools.css"),
            script: Script::load(tree, words, report),
            kit: Kit::load(tree, words, report),
            icons: Icons::new(&read(tree, "favicon.svg"), report),
        }
    }

    /// The text of the page's only `<style>`.
    pub(crate) fn css(&self, sheets: Sheets) -> String {
        let frame = [self.base.as_str(), &self.controls].concat();
        match sheets {
            Sheets::Entries => [frame.as_str(), &self.hues, &self.entries].concat(),
            Sheets::Contents => [frame.as_str(), &self.hues, &self.entries, &self.contents].concat(),
            Sheets::Gallery => [frame.as_str(), &self.hues, &self.gallery].concat(),
            Sheets::Search => [frame.as_str(), &self.search].concat(),
            Sheets::Article(parts) => {
                let optional = [
                    (parts.notes, &self.notes),
                    (parts.alerts, &self.alerts),
                    (parts.math, &self.math),
                    (parts.code, &self.code),
                    (parts.data, &self.data),
                    (parts.wide, &self.diagrams),
                    (parts.model, &self.models),
                    (parts.code, &self.tools),
                ];
                let optional = optional.iter().filter(|(is_used, _)| *is_used).map(|(_, sheet)| sheet.as_str());
                [frame.as_str(), &self.hues, &self.prose].into_iter().chain(optional).collect()
            }
        }
    }
}

/// The text of a file of the default theme.
fn text(name: &str) -> String {
    String::from_utf8_lossy(&default(name)).into_owned()
}

fn default(name: &str) -> Cow<'static, [u8]> {
    DefaultTheme::get(name).expect("every name is a file of the default theme, as a test checks").data
}

fn read<'a>(tree: &'a SourceTree, name: &str) -> Cow<'a, [u8]> {
    match tree.get(&format!("theme/{name}")) {
        Some(bytes) => Cow::Borrowed(bytes),
        None => default(name),
    }
}

fn minify(name: &str, bytes: &[u8], report: &mut Report) -> String {
    let minified = match std::str::from_utf8(bytes) {
        Ok(text) if text.contains("</") => Err("`</` would end the page's <style>; write it `<\\/`".to_owned()),
        Ok(text) => minifier::css::minify(text).map(|css| css.to_string()).map_err(str::to_owned),
        Err(error) => Err(error.to_string()),
    };
    minified.unwrap_or_else(|message| {
        report.push(Diagnostic::error(format!("theme/{name}"), None, format!("invalid style sheet: {message}")));
        String::new()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::english;

    #[test]
    fn the_default_theme_is_complete() {
        let mut report = Report::default();
        let theme = Theme::load(&SourceTree::default(), &english(), &mut report);
        assert!(report.is_empty(), "{report:?}");
        let code = |code| theme.css(Sheets::Article(Parts { code, ..Parts::default() })).contains(".k{");
        assert!(code(true) && !code(false), "the code sheet is in the pages that need it");
        let data = |data| theme.css(Sheets::Article(Parts { data, ..Parts::default() })).contains(".source{");
        assert!(data(true) && !data(false), "the data sheet is in the pages that need it");
        let wide = |wide| theme.css(Sheets::Article(Parts { wide, ..Parts::default() })).contains(".wide");
        assert!(wide(true) && !wide(false), "diagrams have their sheet where one is wide");
        assert!(theme.icons.svg().starts_with("<svg"));
        assert!((0..HUES).all(|topic| theme.colours.hue(Some(topic)).light != "#000000"), "every hue is hexadecimal");
    }

    #[test]
    fn topics_use_the_hues_in_turn() {
        assert_eq!([hue(0), hue(4), hue(5)], ["t1", "t5", "t1"]);
    }

    #[test]
    fn a_file_of_the_site_replaces_one_of_the_theme() {
        let mut tree = SourceTree::default();
        tree.insert("theme/entries.css", "main { color : red }");
        assert!(
            Theme::load(&tree, &english(), &mut Report::default()).css(Sheets::Entries).ends_with("main{color:red}")
        );
    }

    #[test]
    fn every_style_sheet_that_cannot_be_used_is_reported() {
        let mut tree = SourceTree::default();
        tree.insert("theme/base.css", "a::after { content: \"</style>\" }");
        tree.insert("theme/code.css", b"\xff");
        let mut report = Report::default();
        Theme::load(&tree, &english(), &mut report);
        let paths: Vec<_> = report.diagnostics().iter().map(|found| found.path.as_str()).collect();
        assert_eq!(paths, ["theme/base.css", "theme/code.css"]);
    }
}
