//! Errors and warnings about the content, each with file, line, column, the line itself, what was expected, and how to fix it.
//!
//! Every step adds to one [`Report`] and continues as far as it can, so that a build reports all errors at once.

use std::collections::HashSet;
use std::ops::Range;

pub(crate) use crate::places::BOM;
pub use crate::places::{Places, Position};
use crate::tree::SourceTree;

/// Whether the site can be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The site cannot be built.
    Error,
    /// The site can be built, but may not be what the author meant.
    Warning,
}

/// An error or a warning.
///
/// ```
/// use graven_press::diagnostic::{Diagnostic, Report};
/// use graven_press::tree::SourceTree;
///
/// let mut tree = SourceTree::default();
/// tree.insert("topics.toml", "titel = \"Web\"\n");
/// let mut report = Report::default();
/// report.push(Diagnostic::error("topics.toml", 0..5, "unknown key `titel`").help("did you mean `title`?"));
/// assert_eq!(
///     report.render(&tree, "content/"),
///     "\
/// error: unknown key `titel`
///  --> content/topics.toml:1:1
///   |
/// 1 | titel = \"Web\"
///   | ^^^^^
///   |
///   = help: did you mean `title`?
///
/// 1 error
/// "
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether the site can be built.
    pub severity: Severity,
    /// The path of the file in the source tree (`posts/hello/index.md`). Empty for an option of the build, or for what a view wrote.
    pub path: String,
    /// The bytes of the file to point at. `None` if the whole file is meant, or if it is missing.
    pub span: Option<Range<usize>>,
    /// What is wrong, in one line, without the path: `unknown topic "fintec"`.
    pub message: String,
    /// The text under the marked bytes: `not a topic in topics.toml`. May be empty.
    pub label: String,
    /// How to fix it: `did you mean "fintech"?`. One entry per line of help.
    pub help: Vec<String>,
    /// What kind of mistake it is, for programs: `broken-link`. Empty if it has no name.
    pub code: &'static str,
    /// The change that corrects it, if it is certain what the author meant.
    pub suggestion: Option<Suggestion>,
}

/// A change of what a diagnostic points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is replaced: all that is marked, without quotes around it. If it is not written like that, because of an escape for example, nothing is.
    pub old: String,
    /// What takes its place.
    pub new: String,
}

/// The code of the error that two things of the site have the same address.
pub const TAKEN_ADDRESS: &str = "taken-address";

impl Diagnostic {
    /// An error at `span` of the file `path`.
    pub fn error(path: impl Into<String>, span: impl Into<Option<Range<usize>>>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            path: path.into(),
            span: span.into(),
            message: message.into(),
            label: String::new(),
            help: Vec::new(),
            code: "",
            suggestion: None,
        }
    }

    /// A warning at `span` of the file `path`.
    pub fn warning(path: impl Into<String>, span: impl Into<Option<Range<usize>>>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(path, span, message) }
    }

    /// Sets the text under the marked bytes.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Where the marked bytes begin and end, for programs that show the diagnostic in their own way. `None` if the whole file is meant, or if `tree` has no
    /// such file. For many diagnostics, [`Places`] is faster.
    ///
    /// ```
    /// use graven_press::diagnostic::{Diagnostic, Position};
    /// use graven_press::tree::SourceTree;
    ///
    /// let mut tree = SourceTree::default();
    /// tree.insert("topics.toml", "# é\ntitel = \"Web\"\n");
    /// let diagnostic = Diagnostic::error("topics.toml", 5..10, "unknown key `titel`");
    /// let place = Position { line: 2, column: 1 }..Position { line: 2, column: 6 };
    /// assert_eq!(diagnostic.place(&tree), Some(place));
    /// ```
    #[must_use]
    pub fn place(&self, tree: &SourceTree) -> Option<Range<Position>> {
        Places::new(tree).find(&self.path, self.span.as_ref()?)
    }

    /// Adds a line of help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Names the kind of the mistake, for programs.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    /// Adds the change that corrects the mistake: at the place of the diagnostic, `new` instead of `old`. Only for what is certain: `graven check --fix` makes
    /// it without a question. [`Diagnostic::fix`] has an example.
    #[must_use]
    pub fn suggest(mut self, old: impl Into<String>, new: impl Into<String>) -> Self {
        self.suggestion = Some(Suggestion { old: old.into(), new: new.into() });
        self
    }

    /// The bytes of the file that the suggestion replaces, and what with. `None` if there is no suggestion, or if something else than what it replaces is
    /// marked: quotes around it may be.
    ///
    /// ```
    /// use graven_press::diagnostic::Diagnostic;
    /// use graven_press::tree::SourceTree;
    ///
    /// let mut tree = SourceTree::default();
    /// tree.insert("topics.toml", "slug = \"tolling\"\n");
    /// let error = Diagnostic::error("topics.toml", 7..16, "unknown topic").suggest("tolling", "tooling");
    /// assert_eq!(error.fix(&tree), Some((8..15, "tooling")));
    /// ```
    #[must_use]
    pub fn fix(&self, tree: &SourceTree) -> Option<(Range<usize>, &str)> {
        let Suggestion { old, new } = self.suggestion.as_ref()?;
        let span = self.span.clone()?;
        let marked = std::str::from_utf8(tree.get(&self.path)?.get(span.clone())?).ok()?;
        let written = without_quotes(marked);
        let start = span.start + (marked.len() - written.len()) / 2;
        (written == old && !old.is_empty()).then(|| (start..start + old.len(), new.as_str()))
    }
}

/// A marked value without the quotes around it.
fn without_quotes(marked: &str) -> &str {
    let inside = |quote| marked.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(marked)
}

/// The errors and warnings of a build.
#[derive(Clone, Debug, Default)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl From<Diagnostic> for Report {
    fn from(diagnostic: Diagnostic) -> Self {
        let mut report = Self::default();
        report.push(diagnostic);
        report
    }
}

impl Report {
    /// Adds a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds the diagnostics of another report.
    pub fn extend(&mut self, other: Report) {
        self.diagnostics.extend(other.diagnostics);
    }

    /// Adds the diagnostics of another report whose message is not there for the same place.
    pub(crate) fn add_new(&mut self, other: Report) {
        let key = |found: &Diagnostic| (found.path.clone(), found.span.clone(), found.message.clone());
        let known: HashSet<_> = self.diagnostics.iter().map(key).collect();
        self.diagnostics.extend(other.diagnostics.into_iter().filter(|found| !known.contains(&key(found))));
    }

    /// Whether there are neither errors nor warnings.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }

    /// Whether there is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors() > 0
    }

    /// The number of errors, without warnings.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// The diagnostics, in the order of the report.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Sorts the diagnostics by file and place, and removes duplicates.
    pub fn sort(&mut self) {
        let place = |diagnostic: &Diagnostic| diagnostic.span.as_ref().map(|span| (span.start, span.end));
        self.diagnostics.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| place(a).cmp(&place(b))));
        self.diagnostics.dedup();
    }
}

/// The text of a file of the tree. If it is not UTF-8, the first invalid byte is reported.
pub(crate) fn utf8<'a>(path: &str, bytes: &'a [u8], report: &mut Report) -> Option<&'a str> {
    match std::str::from_utf8(bytes) {
        // Text of the Latin alphabet is UTF-8 by its bytes as well.
        _ if is_utf16(bytes) => {
            report.push(Diagnostic::error(path, None, "the file is UTF-16").help("save it as UTF-8"));
            None
        }
        Ok(text) => Some(text),
        Err(error) => {
            let at = error.valid_up_to();
            report.push(
                Diagnostic::error(path, at..at + error.error_len().unwrap_or(1), "the file is not UTF-8")
                    .label(format!("the byte 0x{:02x}", bytes[at]))
                    .help("save it as UTF-8"),
            );
            None
        }
    }
}

/// Whether a text is UTF-16, by its byte order mark or by the zeros of its first letter.
fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || matches!(bytes, [0, letter, 0, ..] | [letter, 0, _, 0, ..] if *letter != 0)
}

/// What to write instead of `word`: the known word that is nearest to it, or else one of all that are known.
pub(crate) fn suggestion<'a>(word: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("expected {}", known.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
    }
}

/// The candidate that `word` is most likely a misspelling of, if any is near enough. Of equally near ones, the first.
///
/// ```
/// use graven_press::diagnostic::nearest;
///
/// assert_eq!(nearest("instalation", ["usage", "installation"]), Some("installation"));
/// assert_eq!(nearest("licence", ["usage", "installation"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    // One edit per three letters: with more, the suggestion is a guess.
    let mut limit = (word.chars().count() / 3).max(1);
    let mut nearest = None;
    // A site has thousands of routes, and one that moves here has as many broken links: few candidates are compared letter by letter.
    for candidate in candidates {
        if differ_in_length(&word, candidate, limit) {
            continue;
        }
        let lower = candidate.to_lowercase();
        if least_distance(&word, &lower) > limit {
            continue;
        }
        let distance = strsim::osa_distance(&word, &lower);
        if distance <= limit {
            nearest = Some(candidate);
            let Some(below) = distance.checked_sub(1) else { break };
            limit = below;
        }
    }
    nearest
}

/// The fewest letters of a word that can be recognised in spite of a mistake: `gc` and `go` are two words.
const FEWEST_LETTERS: usize = 4;

/// The candidate that `word` is a misspelling of, if that is certain: it is the only one within one edit, and has the same digits. `part-1` is not a
/// misspelling of `part-2`.
pub(crate) fn certain<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let lower = word.to_lowercase();
    let is_near = |candidate: &&str| {
        if differ_in_length(&lower, candidate, 1) {
            return false;
        }
        let candidate = candidate.to_lowercase();
        least_distance(&lower, &candidate) <= 1 && strsim::osa_distance(&lower, &candidate) <= 1
    };
    let mut near = candidates.into_iter().filter(is_near);
    let only = near.next()?;
    let is_only = near.next().is_none();
    (is_only && word.chars().count() >= FEWEST_LETTERS && digits(word) == digits(only)).then_some(only)
}

/// Whether the lengths of two texts alone tell that it takes more than `limit` edits from one to the other, in upper case or lower case. It is asked for
/// each of a site's routes and each broken link, and spares most of them the rest.
fn differ_in_length(one: &str, other: &str, limit: usize) -> bool {
    one.is_ascii() && other.is_ascii() && one.len().abs_diff(other.len()) > limit
}

/// How many edits it takes at least from one text to another: an edit adds a letter, removes one or replaces one by another. Letters are bytes; texts with
/// others are not told apart.
fn least_distance(one: &str, other: &str) -> usize {
    if !one.is_ascii() || !other.is_ascii() {
        return 0;
    }
    let mut surplus = [0_i32; 128];
    one.bytes().for_each(|letter| surplus[usize::from(letter)] += 1);
    other.bytes().for_each(|letter| surplus[usize::from(letter)] -= 1);
    let more: u32 = surplus.iter().filter(|count| **count > 0).map(|count| count.unsigned_abs()).sum();
    let fewer: u32 = surplus.iter().filter(|count| **count < 0).map(|count| count.unsigned_abs()).sum();
    usize::try_from(more.max(fewer)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{Diagnostic, Position, Report, certain, least_distance, nearest};
    use crate::tree::SourceTree;

    fn render(file: &[u8], diagnostics: impl IntoIterator<Item = Diagnostic>) -> String {
        let mut tree = SourceTree::default();
        tree.insert("a.md", file);
        let mut report = Report::default();
        diagnostics.into_iter().for_each(|diagnostic| report.push(diagnostic));
        report.render(&tree, "content/")
    }

    #[test]
    fn a_diagnostic_shows_its_place_its_line_and_its_help() {
        let diagnostic = Diagnostic::error("a.md", 9..14, "wrong").label("here").help("fix it");
        let expected = "error: wrong\n --> content/a.md:2:5\n  |\n2 | tŵo three\n  |     ^^^^^ here\n  |\n  = help: fix it\n\n1 error\n";
        assert_eq!(render("one\ntŵo three\n".as_bytes(), [diagnostic]), expected);
    }

    #[test]
    fn a_place_outside_the_file_or_inside_a_character_is_shown_as_well_as_can_be() {
        let file = "\u{feff}é\nü".as_bytes();
        for start in 0..file.len() + 3 {
            for end in 0..file.len() + 3 {
                let text = render(file, [Diagnostic::error("a.md", start..end, "wrong").label("here")]);
                assert!(text.contains(" --> content/a.md:"), "{start}..{end}: {text}");
                assert!(text.contains("here"), "{start}..{end}: {text}");
            }
        }
    }

    #[test]
    fn the_place_of_any_span_is_where_the_report_shows_it() {
        let file = "\u{feff}é\nüx\n\nz".as_bytes();
        let mut tree = SourceTree::default();
        tree.insert("a.md", file);
        for start in 0..file.len() + 3 {
            for end in 0..file.len() + 3 {
                let diagnostic = Diagnostic::error("a.md", start..end, "wrong");
                let place = diagnostic.place(&tree).expect("it has a span");
                let shown = format!(" --> content/a.md:{}:{}\n", place.start.line, place.start.column);
                let text = render(file, [diagnostic]);
                assert!(text.contains(&shown), "{start}..{end}: {text}");
                let order = |position: Position| (position.line, position.column);
                assert!(order(place.start) <= order(place.end), "{start}..{end}");
            }
        }
        for (path, span) in [("a.md", None), ("b.md", Some(0..1))] {
            assert_eq!(Diagnostic::error(path, span, "wrong").place(&tree), None);
        }
    }

    #[test]
    fn without_a_span_the_file_is_named_and_without_a_path_nothing_is() {
        assert_eq!(
            render(b"", [Diagnostic::error("b.md", 3..4, "gone")]),
            "error: gone\n--> content/b.md\n\n1 error\n"
        );
        assert_eq!(render(b"", [Diagnostic::warning("", None, "odd")]), "warning: odd\n\n1 warning\n");
    }

    #[test]
    fn a_report_is_sorted_by_file_and_place_without_duplicates() {
        let mut report = Report::default();
        for (path, span) in [("b", Some(1..2)), ("a", Some(5..6)), ("a", None), ("a", Some(2..3)), ("a", Some(5..6))] {
            report.push(Diagnostic::error(path, span, "wrong"));
        }
        report.sort();
        let places: Vec<_> =
            report.diagnostics().iter().map(|found| (found.path.as_str(), found.span.clone())).collect();
        assert_eq!(places, [("a", None), ("a", Some(2..3)), ("a", Some(5..6)), ("b", Some(1..2))]);
    }

    #[test]
    fn the_summary_counts_errors_and_warnings() {
        let error = || Diagnostic::error("a.md", None, "wrong");
        let warning = || Diagnostic::warning("a.md", None, "odd");
        for (diagnostics, summary) in [
            (vec![], "no errors"),
            (vec![error()], "1 error"),
            (vec![warning(), warning()], "2 warnings"),
            (vec![error(), warning(), error()], "2 errors, 1 warning"),
        ] {
            assert_eq!(render(b"", diagnostics).lines().last(), Some(summary));
        }
    }

    #[test]
    fn the_nearest_word_is_one_edit_per_three_letters_away() {
        let words = ["fintech", "edge-infra", "web3", "tooling"];
        for (word, expected) in [
            ("fintec", Some("fintech")),
            ("FinTech", Some("fintech")),
            ("ifntech", Some("fintech")),
            ("edgeinfra", Some("edge-infra")),
            ("web", Some("web3")),
            ("gardening", None),
            ("", None),
            ("wéb3", Some("web3")),
        ] {
            assert_eq!(nearest(word, words), expected, "{word}");
        }
    }

    #[test]
    fn a_misspelling_is_certain_if_only_one_word_is_within_one_edit() {
        let words = ["title", "part-1", "tags", "tag", "unsafe", "safe", "go"];
        for (word, expected) in [
            ("titel", Some("title")),
            ("Titel", Some("title")),
            ("tittel", None),
            ("part-2", None),
            ("parts-1", Some("part-1")),
            ("tagz", None),
            ("safer", Some("safe")),
            ("gp", None),
        ] {
            assert_eq!(certain(word, words), expected, "{word}");
        }
    }

    proptest! {
        #[test]
        fn no_distance_is_smaller_than_the_least(one in "[a-dé]{0,8}", other in "[a-dé]{0,8}") {
            prop_assert!(least_distance(&one, &other) <= strsim::osa_distance(&one, &other));
        }

        #[test]
        fn the_nearest_word_is_the_first_of_the_smallest_distance(word in "[ab]{1,9}", words in vec("[ab]{1,9}", 0..8)) {
            let most = (word.len() / 3).max(1);
            let distances = words.iter().map(|known| (strsim::osa_distance(&word, known), known));
            let expected = distances.filter(|(distance, _)| *distance <= most).min_by_key(|(distance, _)| *distance);
            prop_assert_eq!(nearest(&word, words.iter().map(String::as_str)), expected.map(|(_, known)| known.as_str()));
        }
    }
}
