//! What the steps of a conversion share: the site, what its links lead to, and the notes.

use crate::body::NOT_CONVERTED;
use crate::collect::Origin;
use crate::note::Notes;
use crate::targets::Targets;
use crate::text::Text;

/// A text that is converted, and what its conversion may need.
pub(crate) struct Conversion<'a> {
    pub(crate) origin: &'a Origin<'a>,
    pub(crate) targets: &'a Targets,
    pub(crate) notes: &'a mut Notes,
}

impl Conversion<'_> {
    /// Notes something at an offset of the body.
    pub(super) fn note(&mut self, text: &Text, offset: usize, message: impl Into<String>) {
        self.notes.add(&text.source, text.body.line(offset), message);
    }
}

/// What stays of a tag that has no equivalent: a comment, which readers do not see.
pub(super) fn comment(tag: &str) -> String {
    // A comment ends with its first `--`.
    let tag = tag.split_whitespace().collect::<Vec<_>>().join(" ").replace("--", "- -");
    format!("{NOT_CONVERTED}{} -->", tag.trim_end_matches('-'))
}
