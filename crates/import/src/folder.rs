//! The folder of the other site: its files by their paths, read by whoever calls.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// The files of a site of another generator. Paths are relative to its folder, with `/` between the names.
///
/// ```
/// let mut folder = graven_import::Folder::default();
/// folder.insert("_config.yml", "title: A blog\n", None);
/// assert!(folder.has("_config.yml"));
/// ```
#[derive(Debug, Default)]
pub struct Folder {
    files: BTreeMap<String, File>,
    /// What was not read: its path, and why.
    unread: Vec<(String, String)>,
}

#[derive(Debug)]
struct File {
    bytes: Vec<u8>,
    modified: Option<Date>,
}

impl Folder {
    /// Adds a file, and the day on which it was last changed, if that is known.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>, modified: Option<Date>) {
        self.files.insert(path.into(), File { bytes: bytes.into(), modified });
    }

    /// Leaves out something that is there and is not read, for a reason that a note gives.
    ///
    /// ```
    /// use graven_import::{Folder, Generator, Options, import};
    /// use graven_press::cache::Cache;
    ///
    /// let mut folder = Folder::default();
    /// folder.insert("_posts/2020-01-01-a.md", "Text.", None);
    /// folder.leave_out("b.md", "it is a pipe");
    /// let options = Options { today: jiff::civil::date(2026, 1, 31), generator: Some(Generator::Jekyll) };
    /// let notes = import(&folder, &options, Cache::none()).map(|imported| imported.notes);
    /// assert_eq!(notes.map(|notes| notes[0].to_string()), Ok("b.md: not imported: it is a pipe".to_owned()));
    /// ```
    pub fn leave_out(&mut self, path: impl Into<String>, reason: impl Into<String>) {
        self.unread.push((path.into(), reason.into()));
    }

    /// What was left out, and why.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = (&str, &str)> {
        self.unread.iter().map(|(path, reason)| (path.as_str(), reason.as_str()))
    }

    /// Whether there is a file with this path.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    pub(crate) fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(|file| file.bytes.as_slice())
    }

    /// The text of a file that is UTF-8, without a byte order mark.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        let text = std::str::from_utf8(self.bytes(path)?).ok()?;
        Some(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    pub(crate) fn modified(&self, path: &str) -> Option<Date> {
        self.files.get(path)?.modified
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The paths below a folder, which ends with a slash or is empty.
    pub(crate) fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        let from = self.files.range(folder.to_owned()..).map(|(path, _)| path.as_str());
        from.take_while(move |path| path.starts_with(folder))
    }
}
