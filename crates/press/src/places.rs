//! Places in files as editors count them, and the lines around them, for diagnostics. The lines of a file are counted once, however many places it has.

use std::collections::HashMap;
use std::ops::Range;

use crate::tree::SourceTree;

/// The byte order mark with which some editors begin a UTF-8 file. It is not part of the text.
pub(crate) const BOM: &[u8] = "\u{feff}".as_bytes();

/// A place in a file, as editors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters (code points).
    pub column: usize,
}

/// The places of the files of a tree.
///
/// ```
/// use graven_press::diagnostic::{Places, Position};
/// use graven_press::tree::SourceTree;
///
/// let mut tree = SourceTree::default();
/// tree.insert("topics.toml", "# é\ntitel = \"Web\"\n");
/// let mut places = Places::new(&tree);
/// let found = Position { line: 2, column: 1 }..Position { line: 2, column: 6 };
/// assert_eq!(places.find("topics.toml", &(5..10)), Some(found));
/// assert_eq!(places.find("site.toml", &(5..10)), None);
/// ```
#[derive(Debug)]
pub struct Places<'a> {
    tree: &'a SourceTree,
    files: HashMap<&'a str, Lines<'a>>,
}

impl<'a> Places<'a> {
    /// The places of the files of `tree`.
    #[must_use]
    pub fn new(tree: &'a SourceTree) -> Self {
        Self { tree, files: HashMap::new() }
    }

    /// Where the bytes `span` of a file begin and end. `None` if there is no such file. A span that leaves the file is cut.
    pub fn find(&mut self, path: &str, span: &Range<usize>) -> Option<Range<Position>> {
        let lines = self.lines(path)?;
        let (start, end) = lines.clamp(span);
        Some(lines.position(start)..lines.position(end))
    }

    /// The lines of a file that contain `span`.
    pub(crate) fn excerpt(&mut self, path: &str, span: &Range<usize>) -> Option<Excerpt> {
        self.lines(path).map(|lines| lines.excerpt(span))
    }

    fn lines(&mut self, path: &str) -> Option<&Lines<'a>> {
        let (path, file) = self.tree.file(path)?;
        Some(self.files.entry(path).or_insert_with(|| Lines::new(file)))
    }
}

/// A file and where its lines begin.
#[derive(Debug)]
struct Lines<'a> {
    file: &'a [u8],
    /// After each newline; the first line begins at 0.
    starts: Vec<usize>,
}

/// The lines of a file that contain a span. Only they go to the renderer, so that a file that is not UTF-8 can be shown too.
pub(crate) struct Excerpt {
    pub(crate) lines: String,
    /// Counted from 1.
    pub(crate) first_line: usize,
    /// In `lines`.
    pub(crate) span: Range<usize>,
}

impl<'a> Lines<'a> {
    fn new(file: &'a [u8]) -> Self {
        let newlines = file.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        Self { file, starts: newlines.map(|(at, _)| at + 1).collect() }
    }

    /// The number of the line that contains the byte `at`, counted from 1, and where it begins. A byte order mark is not part of the first.
    fn line(&self, at: usize) -> (usize, usize) {
        let newlines = self.starts.partition_point(|start| *start <= at);
        let bom = if self.file.starts_with(BOM) { BOM.len() } else { 0 };
        (newlines + 1, newlines.checked_sub(1).map_or(bom.min(at), |line| self.starts[line]))
    }

    /// Start and end of a span, within the file: a report must not panic.
    fn clamp(&self, span: &Range<usize>) -> (usize, usize) {
        let start = span.start.min(self.file.len());
        (start, span.end.clamp(start, self.file.len()))
    }

    fn position(&self, at: usize) -> Position {
        let (line, start) = self.line(at);
        Position { line, column: String::from_utf8_lossy(&self.file[start..at]).chars().count() + 1 }
    }

    fn excerpt(&self, span: &Range<usize>) -> Excerpt {
        let (start, end) = self.clamp(span);
        let (first_line, from) = self.line(start);
        // The newline that ends a marked line does not begin another.
        let last = end.saturating_sub(1).max(start);
        let next = self.starts.get(self.starts.partition_point(|begin| *begin <= last));
        let to = next.map_or(self.file.len(), |next| next - 1).max(end);
        let before = String::from_utf8_lossy(&self.file[from..start]);
        let marked = String::from_utf8_lossy(&self.file[start..end]);
        let after = String::from_utf8_lossy(&self.file[end..to]);
        Excerpt {
            first_line,
            span: before.len()..before.len() + marked.len(),
            lines: format!("{before}{marked}{after}"),
        }
    }
}
