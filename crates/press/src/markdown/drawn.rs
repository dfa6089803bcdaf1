//! What the drawing of a fence is made from, and what it becomes.

use super::fence::Fence;
use super::info_string::Word;

/// The key of the caption, a line of Markdown.
pub(super) const CAPTION: &str = "caption";

/// The key of the text alternative.
pub(super) const ALT: &str = "alt";

/// What a drawing is made from.
pub(super) struct Source<'p> {
    /// The words of the info string, without the kind.
    pub(super) words: Vec<Word<'p>>,
    /// The text between the fences.
    pub(super) fence: Fence,
}

impl<'p> Source<'p> {
    /// The word with this key.
    pub(super) fn word(&self, key: &str) -> Option<&Word<'p>> {
        self.words.iter().find(|word| word.key == key)
    }

    /// The value of a key. Empty without one.
    pub(super) fn value(&self, key: &str) -> &'p str {
        self.word(key).and_then(|word| word.value).unwrap_or_default()
    }
}

/// A drawing.
#[derive(Debug, Default)]
pub(super) struct Drawn {
    /// An SVG file with a `viewBox`, a `width` and a `height`. Its ids get a prefix in the page.
    pub(super) svg: String,
    /// What the page shows in place of the drawing, as HTML: a figure that is a program.
    pub(super) html: Option<String>,
    /// What it shows, in words, for those who do not see it. The author's `alt=` replaces it; without either, the drawing is an error.
    pub(super) alt: String,
    /// HTML after the caption: where the data come from.
    pub(super) source: String,
    /// Blocks of Markdown that take the place of the fence in the site's Markdown, after the caption. None if the fence itself says it all.
    pub(super) markdown: Vec<String>,
}
