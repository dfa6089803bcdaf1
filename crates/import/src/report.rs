//! What an import has done, in words: a summary for the terminal, and all notes for a file.

use std::fmt::Write as _;

use crate::generator::Recognised;
use crate::note::Note;

/// The numbers of an import.
///
/// ```
/// let counts = graven_import::Counts { posts: 12, pages: 2, drafts: 1, scheduled: 2, files: 30, aliases: 12, topics: 3 };
/// assert_eq!(counts.to_string(), "12 posts, 2 pages (1 of them a draft, 2 scheduled), 30 files, 12 old addresses, 3 topics");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Texts with a date, drafts included.
    pub posts: usize,
    /// Texts without one.
    pub pages: usize,
    /// Posts and pages that no build contains.
    pub drafts: usize,
    /// Posts that the site publishes later.
    pub scheduled: usize,
    /// Other files.
    pub files: usize,
    /// Addresses of the earlier site that redirect to a text.
    pub aliases: usize,
    /// Topics.
    pub topics: usize,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let drafts = match (self.drafts, self.scheduled) {
            (0, 0) => String::new(),
            (1, 0) => " (1 of them a draft)".to_owned(),
            (number, 0) => format!(" ({number} of them drafts)"),
            (0, scheduled) => format!(" ({scheduled} of them scheduled)"),
            (1, scheduled) => format!(" (1 of them a draft, {scheduled} scheduled)"),
            (number, scheduled) => format!(" ({number} of them drafts, {scheduled} scheduled)"),
        };
        let addresses = format!("{} old address{}", self.aliases, if self.aliases == 1 { "" } else { "es" });
        write!(
            out,
            "{}, {}{drafts}, {}, {addresses}, {}",
            count(self.posts, "post"),
            count(self.pages, "page"),
            count(self.files, "file"),
            count(self.topics, "topic")
        )
    }
}

/// The file with all notes.
pub(crate) fn file(recognised: &Recognised, counts: Counts, notes: &[Note]) -> String {
    let mut file = format!(
        "This site was imported from {} ({}).\n{counts}.\n\nPaths and lines are those of the earlier site, which was not changed. When you have read this file, you can delete it.\n",
        recognised.generator, recognised.reason,
    );
    let mut path = None;
    for note in notes {
        if path != Some(&note.path) {
            let title = if note.path.is_empty() { "The whole site" } else { &note.path };
            let _ = write!(file, "\n{title}\n");
            path = Some(&note.path);
        }
        let _ = match note.line {
            Some(line) => writeln!(file, "  {}:{line}: {}", note.path, note.message),
            None => writeln!(file, "  {}", note.message),
        };
    }
    if notes.is_empty() {
        file.push_str("\nEverything was converted.\n");
    }
    file
}
