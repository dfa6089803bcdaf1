//! The theme: style sheets and icons. rust-embed embeds them; in debug builds it reads them from disk, so that an edit shows at once. A file of the same
//! name in `content/theme/` replaces one of them.

use std::borrow::Cow;

use rust_embed::RustEmbed;

use crate::diagnostic::Diagnostic;
use crate::tree::SourceTree;

#[derive(RustEmbed)]
#[folder = "theme/"]
struct DefaultTheme;

/// The style sheets of a build, minified, and the icons.
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
    /// An article: prose, figures, notes.
    prose: String,
    /// Code blocks and their classes.
    code: String,
    /// `/favicon.svg`.
    pub(crate) icon_svg: Vec<u8>,
    /// `/favicon.ico`, for clients that do not read the page's `<link>`.
    pub(crate) icon_ico: Vec<u8>,
}

/// The style sheets that a page needs. It contains no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sheets {
    /// A list of posts.
    Entries,
    /// The posts of a topic, in its hue.
    Topic,
    /// A list of posts after the contents of the site.
    Contents,
    /// An article without code.
    Prose,
    /// An article with code.
    Code,
}

impl Theme {
    /// The default theme with the replacements of the tree.
    ///
    /// # Errors
    /// If a style sheet cannot be minified.
    pub(crate) fn load(tree: &SourceTree) -> Result<Self, ThemeError> {
        let sheet = |name: &'static str| minify(name, &read(tree, name));
        Ok(Self {
            base: sheet("base.css")?,
            hues: sheet("hues.css")?,
            entries: sheet("entries.css")?,
            contents: sheet("contents.css")?,
            prose: sheet("prose.css")?,
            code: sheet("code.css")?,
            icon_svg: read(tree, "favicon.svg").into_owned(),
            icon_ico: read(tree, "favicon.ico").into_owned(),
        })
    }

    /// The text of the page's only `<style>`.
    pub(crate) fn css(&self, sheets: Sheets) -> String {
        match sheets {
            Sheets::Entries => [self.base.as_str(), &self.entries].concat(),
            Sheets::Topic => [self.base.as_str(), &self.hues, &self.entries].concat(),
            Sheets::Contents => [self.base.as_str(), &self.hues, &self.entries, &self.contents].concat(),
            Sheets::Prose => [self.base.as_str(), &self.hues, &self.prose].concat(),
            Sheets::Code => [self.base.as_str(), &self.hues, &self.prose, &self.code].concat(),
        }
    }
}

/// A style sheet that cannot be read as CSS.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ThemeError {
    /// Its name in the folder of the theme.
    pub(crate) name: &'static str,
    /// What is wrong with it.
    pub(crate) message: String,
}

impl From<ThemeError> for Diagnostic {
    fn from(error: ThemeError) -> Self {
        Self::error(format!("theme/{}", error.name), None, format!("invalid style sheet: {}", error.message))
    }
}

fn read<'a>(tree: &'a SourceTree, name: &str) -> Cow<'a, [u8]> {
    match tree.get(&format!("theme/{name}")) {
        Some(bytes) => Cow::Borrowed(bytes),
        None => DefaultTheme::get(name).expect("every name is a file of the default theme, as a test checks").data,
    }
}

fn minify(name: &'static str, bytes: &[u8]) -> Result<String, ThemeError> {
    let fail = |message: String| ThemeError { name, message };
    let text = std::str::from_utf8(bytes).map_err(|error| fail(format!("not UTF-8: {error}")))?;
    if text.contains("</") {
        return Err(fail("`</` would end the page's <style>; write it `<\\/`".to_owned()));
    }
    minifier::css::minify(text).map(|css| css.to_string()).map_err(|message| fail(message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_theme_is_complete() {
        let theme = Theme::load(&SourceTree::default()).expect("the default theme loads");
        assert!(theme.css(Sheets::Code).contains(".k{"), "the code sheet is in");
        assert!(theme.icon_svg.starts_with(b"<svg"));
        assert!(theme.icon_ico.starts_with(&[0, 0, 1, 0]));
    }

    #[test]
    fn a_file_of_the_site_replaces_one_of_the_theme() {
        let mut tree = SourceTree::default();
        tree.insert("theme/entries.css", "main { color : red }");
        assert!(Theme::load(&tree).expect("loads").css(Sheets::Entries).ends_with("main{color:red}"));
    }
}
