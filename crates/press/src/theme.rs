//! The theme: style sheets, the script and icons. rust-embed embeds them; in debug builds it reads them from disk, so that an edit shows at once. A file of the same
//! name in `content/theme/` replaces one of them; others add to every page.

mod address;
mod css;
mod fragment;
mod kit;
mod names;
mod script;
mod wordmark;

use std::borrow::Cow;

use rust_embed::RustEmbed;

use self::address::Judge;
pub(crate) use self::address::Reference;
use self::fragment::Place;
use self::kit::Kit;
pub(crate) use self::names::FOLDER;
pub(crate) use self::script::Script;
pub(crate) use self::wordmark::Wordmark;
use crate::colours::{Colours, HUES};
use crate::diagnostic::{Report, utf8};
use crate::languages::Words;
use crate::media::Icons;
use crate::security_policy::Hosts;
use crate::tree::SourceTree;
use crate::url::BaseUrl;

#[derive(RustEmbed)]
#[folder = "theme/"]
struct DefaultTheme;

/// The joined files of the script: a site replaces them as a whole, by a `theme/script.js`.
const SCRIPT_FOLDER: &str = "script/";

/// The names of the files of the default theme that a site may replace, below `theme/`: style sheets, the icon, the words of languages, modules of models.
///
/// ```
/// assert!(graven_press::theme_files().any(|name| name == "base.css"));
/// ```
pub fn theme_files() -> impl Iterator<Item = Cow<'static, str>> {
    DefaultTheme::iter().filter(|name| !name.starts_with(SCRIPT_FOLDER))
}

/// A file of the default theme that a site may replace, by its name below `theme/`.
///
/// ```
/// let words = graven_press::theme_file("languages/en.toml").expect("a file");
/// assert!(words.starts_with(b"#") || words.starts_with(b"["));
/// assert!(graven_press::theme_file("script/first.js").is_none());
/// ```
#[must_use]
pub fn theme_file(name: &str) -> Option<Cow<'static, [u8]>> {
    DefaultTheme::get(name).filter(|_| !name.starts_with(SCRIPT_FOLDER)).map(|file| file.data)
}

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
    marks: String,
    media: String,
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
    /// The wordmark of the site's own.
    wordmark: String,
    /// The rules of the site, after all others.
    custom: String,
    /// The HTML of the site at the end of each head.
    pub(crate) head: String,
    /// The HTML of the site at the end of each footer.
    pub(crate) foot: String,
    /// What the files of the site's theme refer to.
    pub(crate) references: Vec<Reference>,
    /// The drawing of the site's name, if it has one of its own.
    pub(crate) mark: Option<Wordmark>,
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
    /// Marked text.
    pub(crate) marks: bool,
    /// Galleries, films, file cards.
    pub(crate) media: bool,
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
            marks: html.contains("<mark"),
            media: ["<div class=\"pictures\"", "<a class=\"film\"", "<p class=\"card\""]
                .iter()
                .any(|tag| html.contains(tag)),
            math: html.contains("<math"),
            code: html.contains("<pre"),
            data: html.contains("class=\"source\""),
            wide: html.contains("class=\"wide\""),
            model: html.contains("<graven-model"),
        }
    }
}

/// What a theme takes from the settings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfSettings<'a> {
    /// The other hosts that pages may load from.
    pub(crate) hosts: &'a Hosts,
    /// The words of its scripts.
    pub(crate) words: &'a Words,
    /// Where the site is: addresses in its files are routes.
    pub(crate) base_url: &'a BaseUrl,
}

impl Theme {
    /// The default theme with the replacements and additions of the tree. A file with a mistake is reported, and left empty.
    pub(crate) fn load(tree: &SourceTree, settings: OfSettings, report: &mut Report) -> Self {
        names::check(tree, DefaultTheme::iter().collect::<Vec<_>>().iter().map(|name| &**name), report);
        let OfSettings { hosts, words, base_url } = settings;
        let mut files = Files { tree, hosts, base_url, references: Vec::new(), report };
        let custom = files.own_sheet("custom.css").unwrap_or_default();
        let mut sheet = |name: &str| files.sheet(name);
        let (base, hues) = (sheet("base.css"), sheet("hues.css"));
        let colours = [custom.root.as_str(), &base, &hues].concat();
        Self {
            colours: Colours::read(&colours, &[text("base.css"), text("hues.css")].concat()),
            base,
            hues,
            entries: sheet("entries.css"),
            contents: sheet("contents.css"),
            prose: sheet("prose.css"),
            notes: sheet("notes.css"),
            alerts: sheet("alerts.css"),
            marks: sheet("marks.css"),
            media: sheet("media.css"),
            math: sheet("math.css"),
            code: sheet("code.css"),
            data: sheet("data.css"),
            diagrams: sheet("diagrams.css"),
            models: sheet("models.css"),
            gallery: sheet("gallery.css"),
            search: sheet("search.css"),
            controls: sheet("controls.css"),
            tools: sheet("tools.css"),
            wordmark: sheet("wordmark.css"),
            custom: custom.text,
            head: files.fragment("head.html", Place::Head),
            foot: files.fragment("foot.html", Place::Foot),
            script: Script::load(tree, (words, base_url), files.report),
            kit: Kit::load(tree, words, files.report),
            icons: Icons::new(&read(tree, "favicon.svg"), files.report),
            mark: tree.get(wordmark::FILE).and_then(|file| Wordmark::read(file, files.report)),
            references: files.references,
        }
    }

    /// The text of the page's only `<style>`.
    pub(crate) fn css(&self, sheets: Sheets) -> String {
        let wordmark = if self.mark.is_some() { self.wordmark.as_str() } else { "" };
        let frame = [self.base.as_str(), &self.controls, wordmark].concat();
        let of_theme = match sheets {
            Sheets::Entries => [frame.as_str(), &self.hues, &self.entries].concat(),
            Sheets::Contents => [frame.as_str(), &self.hues, &self.entries, &self.contents].concat(),
            Sheets::Gallery => [frame.as_str(), &self.hues, &self.gallery].concat(),
            Sheets::Search => [frame.as_str(), &self.search].concat(),
            Sheets::Article(parts) => {
                let optional = [
                    (parts.notes, &self.notes),
                    (parts.alerts, &self.alerts),
                    (parts.marks, &self.marks),
                    (parts.media, &self.media),
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
        };
        of_theme + &self.custom
    }
}

/// The files of the theme while they are read.
struct Files<'a> {
    tree: &'a SourceTree,
    hosts: &'a Hosts,
    base_url: &'a BaseUrl,
    references: Vec<Reference>,
    report: &'a mut Report,
}

impl Files<'_> {
    /// The text of a style sheet: of the site's, or else of the default theme's. A copy of one of the theme's changes nothing until it is edited.
    fn sheet(&mut self, name: &str) -> String {
        let Some(sheet) = self.own_sheet(name) else { return minified(&default(name)).unwrap_or_default() };
        let file = Some(&sheet.source).filter(|_| !sheet.text.is_empty());
        file.and_then(|source| minified(source.as_bytes())).unwrap_or(sheet.text)
    }

    /// A style sheet of the site.
    fn own_sheet(&mut self, name: &str) -> Option<css::Sheet> {
        let path = format!("{FOLDER}{name}");
        let file = self.tree.get(&path)?;
        let text = utf8(&path, file, self.report)?.trim_start_matches('\u{feff}');
        let offset = file.len() - text.len();
        let sheet = css::read((&path, offset), text, self.report);
        sheet.judge(&mut self.judge(&path));
        Some(sheet.at((text, offset), self.base_url))
    }

    fn fragment(&mut self, name: &str, place: Place) -> String {
        let path = format!("{FOLDER}{name}");
        let Some(file) = self.tree.get(&path) else { return String::new() };
        fragment::read(place, file, &mut self.judge(&path))
    }

    fn judge<'f>(&'f mut self, path: &'f str) -> Judge<'f> {
        let Self { tree, hosts, base_url, references, report } = self;
        Judge { path, tree, hosts, base_url, references, report }
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

/// A style sheet without what separates nothing. `None` if there is something in it that the minifier does not know.
fn minified(bytes: &[u8]) -> Option<String> {
    minifier::css::minify(std::str::from_utf8(bytes).ok()?).map(|css| css.to_string()).ok()
}

#[cfg(test)]
impl Theme {
    /// The default theme with these words, at the root of a host.
    pub(crate) fn of_words(words: &Words) -> Self {
        let base_url = BaseUrl::parse("https://example.org").expect("a base URL");
        let settings = OfSettings { hosts: &Hosts::default(), words, base_url: &base_url };
        Self::load(&SourceTree::default(), settings, &mut Report::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::english;

    /// The theme of a site with this base URL.
    fn load_at(base_url: &str, tree: &SourceTree, report: &mut Report) -> Theme {
        let base_url = BaseUrl::parse(base_url).expect("a base URL");
        Theme::load(tree, OfSettings { hosts: &Hosts::default(), words: &english(), base_url: &base_url }, report)
    }

    #[test]
    fn the_default_theme_is_complete() {
        let mut report = Report::default();
        let theme = load_at("https://example.org", &SourceTree::default(), &mut report);
        assert!(report.is_empty(), "{report:?}");
        let code = |code| theme.css(Sheets::Article(Parts { code, ..Parts::default() })).contains(".k{");
        assert!(code(true) && !code(false), "the code sheet is in the pages that need it");
        let data = |data| theme.css(Sheets::Article(Parts { data, ..Parts::default() })).contains(".source{");
        assert!(data(true) && !data(false), "the data sheet is in the pages that need it");
        let marks = |marks| theme.css(Sheets::Article(Parts { marks, ..Parts::default() })).contains("mark{background");
        assert!(marks(true) && !marks(false), "the sheet of marked text is in the pages that need it");
        let wide = |wide| theme.css(Sheets::Article(Parts { wide, ..Parts::default() })).contains(".wide");
        assert!(wide(true) && !wide(false), "diagrams have their sheet where one is wide");
        assert!(
            DefaultTheme::iter().filter(|name| name.contains(".css")).all(|name| minified(&default(&name)).is_some())
        );
        assert!(theme.icons.svg().starts_with("<svg"));
        assert!((0..HUES).all(|topic| theme.colours.hue(Some(topic)).light != "#000000"), "every hue is hexadecimal");
    }

    #[test]
    fn topics_use_the_hues_in_turn() {
        assert_eq!([hue(0), hue(4), hue(5)], ["t1", "t5", "t1"]);
    }

    /// The theme of a site with these files, and what is reported.
    fn load(files: &[(&str, &[u8])]) -> (Theme, Vec<(String, String)>) {
        let mut tree = SourceTree::default();
        for &(path, bytes) in files {
            tree.insert(path, bytes);
        }
        let mut report = Report::default();
        let theme = load_at("https://example.org", &tree, &mut report);
        let found = report.diagnostics().iter();
        (theme, found.map(|found| (found.path.clone(), found.message.clone())).collect())
    }

    #[test]
    fn a_file_of_the_site_replaces_one_of_the_theme() {
        let (theme, found) = load(&[("theme/entries.css", b"main { color:red }")]);
        assert!(theme.css(Sheets::Entries).ends_with("main{color:red}"), "{found:?}");
    }

    #[test]
    fn the_rules_of_the_site_follow_those_of_every_page_and_define_its_colours() {
        let (theme, found) = load(&[("theme/custom.css", b":root { --ink: #123456 }")]);
        assert_eq!(found, []);
        let article = Sheets::Article(Parts { code: true, ..Parts::default() });
        for sheets in [Sheets::Entries, Sheets::Contents, Sheets::Gallery, Sheets::Search, article] {
            assert!(theme.css(sheets).ends_with(":root{--ink:#123456}"), "{sheets:?}");
        }
        assert_eq!(theme.colours.ink.light, "#123456");
    }

    #[test]
    fn every_style_sheet_that_cannot_be_used_is_reported() {
        let (theme, found) = load(&[
            ("theme/base.css", b"a::after { content: \"</style>\" }"),
            ("theme/code.css", b"\xff"),
            ("theme/custom.css", b"a { b: c"),
        ]);
        let paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["theme/custom.css", "theme/base.css", "theme/code.css"]);
        assert!(!theme.css(Sheets::Entries).contains("a::after"));
    }

    #[test]
    fn a_file_that_is_none_of_the_theme_is_named() {
        let own = [("theme/models/mine.js", &b""[..]), ("theme/base.css", b""), ("theme/script.js", b"")];
        assert_eq!(load(&own).1, []);
        let (_, found) = load(&[("theme/bas.css", b""), ("theme/script/scheme.js", b"")]);
        let paths: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["theme/bas.css", "theme/script/scheme.js"]);
    }
}
