//! A report as text for people: each diagnostic with its lines, or those of one cause together.

use std::collections::HashMap;
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::places::Places;
use crate::tree::SourceTree;

/// How many causes are shown: some screens full. Who has more mistakes than that corrects these first.
const MOST_CAUSES: usize = 20;

/// How many further places of a cause are named.
const MOST_PLACES: usize = 3;

impl Report {
    /// Renders the report as plain text, without colours: each diagnostic, then a summary. `tree` provides the lines to show. Each path gets the
    /// `prefix`, so that a terminal or an editor can open it: with `content/`, paths look like `content/posts/hello.md:4:11`.
    ///
    /// ```
    /// use graven_press::cache::Cache;
    /// use graven_press::tree::SourceTree;
    /// use graven_press::{Options, press};
    ///
    /// let tree = SourceTree::default();
    /// let report = press(&tree, &Options::default(), &Cache::none()).expect_err("an empty folder is no site");
    /// assert!(report.render(&tree, "content/").starts_with("error: there is no site.toml\n--> content/site.toml\n"));
    /// ```
    #[must_use]
    pub fn render(&self, tree: &SourceTree, prefix: &str) -> String {
        let mut page = Page::new(tree, prefix);
        self.diagnostics().iter().for_each(|diagnostic| page.show(diagnostic, None));
        page.text + &self.summary() + "\n"
    }

    /// Renders the report as [`render`](Self::render) does, but short: diagnostics of one cause are shown once, with some of their places, and of many
    /// causes only the first, errors before warnings.
    ///
    /// ```
    /// use graven_press::diagnostic::{Diagnostic, Report};
    /// use graven_press::tree::SourceTree;
    ///
    /// let mut report = Report::default();
    /// for path in ["posts/a.md", "posts/b.md", "posts/c.md"] {
    ///     report.push(Diagnostic::error(path, None, "unknown key `categories`"));
    /// }
    /// assert_eq!(
    ///     report.render_causes(&SourceTree::default(), ""),
    ///     "\
    /// error: unknown key `categories`
    /// --> posts/a.md
    ///  = note: the same in 2 more files:
    ///          posts/b.md
    ///          posts/c.md
    ///
    /// 3 errors
    /// "
    /// );
    /// ```
    #[must_use]
    pub fn render_causes(&self, tree: &SourceTree, prefix: &str) -> String {
        let causes = causes(self.diagnostics());
        let mut page = Page::new(tree, prefix);
        for cause in causes.iter().take(MOST_CAUSES) {
            let note = page.places(cause);
            page.show(cause[0], note.as_deref());
        }
        if let Some(more) = causes.len().checked_sub(MOST_CAUSES).filter(|more| *more > 0) {
            let _ = writeln!(page.text, "and {}", count(more, "more cause"));
        }
        let is_whole = causes.len() <= MOST_CAUSES && causes.iter().all(|cause| cause.len() <= MOST_PLACES + 1);
        let hint = if is_whole { "" } else { "; `graven check --all` shows each" };
        page.text + &self.summary() + hint + "\n"
    }

    /// `3 errors, 1 warning`.
    fn summary(&self) -> String {
        let errors = self.errors();
        let warnings = self.diagnostics().len() - errors;
        match (errors, warnings) {
            (0, 0) => "no errors".to_owned(),
            (0, _) => count(warnings, "warning"),
            (_, 0) => count(errors, "error"),
            _ => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
        }
    }
}

/// The diagnostics by cause: those that say the same, whatever numbers they found. Errors come first, then each cause is where it occurs first.
fn causes(diagnostics: &[Diagnostic]) -> Vec<Vec<&Diagnostic>> {
    let mut causes: Vec<Vec<&Diagnostic>> = Vec::new();
    let mut known: HashMap<_, usize> = HashMap::new();
    for diagnostic in diagnostics {
        // The message names what is wrong, digits included: `part-1` is not there. The label says how the place differs: 170 characters.
        let label: String = diagnostic.label.chars().filter(|char| !char.is_ascii_digit()).collect();
        let cause = *known.entry((diagnostic.severity, &diagnostic.message, label)).or_insert(causes.len());
        match causes.get_mut(cause) {
            Some(same) => same.push(diagnostic),
            None => causes.push(vec![diagnostic]),
        }
    }
    causes.sort_by_key(|cause| cause[0].severity);
    causes
}

/// A text that is being written.
struct Page<'a> {
    renderer: Renderer,
    places: Places<'a>,
    prefix: &'a str,
    text: String,
}

impl<'a> Page<'a> {
    fn new(tree: &'a SourceTree, prefix: &'a str) -> Self {
        Self { renderer: Renderer::plain(), places: Places::new(tree), prefix, text: String::new() }
    }

    fn show(&mut self, diagnostic: &Diagnostic, note: Option<&str>) {
        if diagnostic.path.is_empty() {
            return self.show_without_place(diagnostic, note);
        }
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let path = format!("{}{}", self.prefix, diagnostic.path);
        let mut group = level.primary_title(diagnostic.message.as_str()).elements(None::<Element<'_>>);
        match diagnostic.span.as_ref().and_then(|span| self.places.excerpt(&diagnostic.path, span)) {
            Some(excerpt) => {
                let mark = AnnotationKind::Primary.span(excerpt.span);
                let mark = if diagnostic.label.is_empty() { mark } else { mark.label(diagnostic.label.as_str()) };
                group = group
                    .element(Snippet::source(excerpt.lines).line_start(excerpt.first_line).path(path).annotation(mark));
            }
            None => group = group.element(Origin::path(path)),
        }
        group = group.elements(diagnostic.help.iter().map(|help| Level::HELP.message(help.as_str())));
        group = group.elements(note.map(|note| Level::NOTE.message(note)));
        self.text.push_str(&self.renderer.render(&[group]));
        self.text.push_str("\n\n");
    }

    /// A diagnostic of no file: the renderer leaves a line for the place.
    fn show_without_place(&mut self, diagnostic: &Diagnostic, note: Option<&str>) {
        let level = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let _ = writeln!(self.text, "{level}: {}", diagnostic.message);
        for help in &diagnostic.help {
            let _ = writeln!(self.text, "help: {help}");
        }
        if let Some(note) = note {
            let _ = writeln!(self.text, "note: {note}");
        }
        self.text.push('\n');
    }

    /// Where a cause occurs besides its first place. `None` if nowhere.
    fn places(&mut self, cause: &[&Diagnostic]) -> Option<String> {
        let (first, others) = cause.split_first()?;
        let mut paths: Vec<&str> = others.iter().map(|other| other.path.as_str()).collect();
        // A report is sorted by path.
        paths.dedup();
        let files = paths.iter().filter(|path| **path != first.path).count();
        let mut note = match (others.len(), files) {
            (0, _) => return None,
            (all, files) if all == files => format!("the same in {}:", count(all, "more file")),
            (all, 0) => format!("the same {} in this file:", count(all, "more time")),
            (all, files) => format!("the same {}, in {}:", count(all, "more time"), count(files, "more file")),
        };
        for other in others.iter().take(MOST_PLACES) {
            let _ = write!(note, "\n{}{}", self.prefix, other.path);
            if let Some(place) = other.span.as_ref().and_then(|span| self.places.find(&other.path, span)) {
                let _ = write!(note, ":{}:{}", place.start.line, place.start.column);
            }
        }
        if let Some(more) = others.len().checked_sub(MOST_PLACES).filter(|more| *more > 0) {
            let _ = write!(note, "\nand {more} more");
        }
        Some(note)
    }
}

/// `1 error`, `2 errors`.
fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(diagnostics: impl IntoIterator<Item = Diagnostic>) -> Report {
        let mut report = Report::default();
        diagnostics.into_iter().for_each(|diagnostic| report.push(diagnostic));
        report
    }

    #[test]
    fn equal_causes_are_shown_once_with_some_of_their_places() {
        let mut tree = SourceTree::default();
        tree.insert("a.md", "x\nx x\nx\nx\n");
        tree.insert("b.md", "\n x\n");
        let at = |path: &str, at: usize| Diagnostic::warning(path, at..at + 1, "odd").label(format!("{at} here"));
        let text = report([at("a.md", 0), at("a.md", 2), at("a.md", 4), at("a.md", 6), at("b.md", 2)])
            .render_causes(&tree, "content/");
        let expected = "\
warning: odd
 --> content/a.md:1:1
  |
1 | x
  | ^ 0 here
  |
  = note: the same 4 more times, in 1 more file:
          content/a.md:2:1
          content/a.md:2:3
          content/a.md:3:1
          and 1 more

5 warnings; `graven check --all` shows each
";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_is_said_with_other_words_is_another_cause() {
        let error = |message: &str, label: &str| Diagnostic::error("a.md", None, message).label(label);
        for (one, other, are_same) in [
            (error("odd", ""), error("odd", ""), true),
            (error("odd", "170 long"), error("odd", "99 long"), true),
            (error("odd", ""), error("odd", "here"), false),
            (error("no part-1", ""), error("no part-2", ""), false),
            (error("odd", ""), Diagnostic::warning("a.md", None, "odd"), false),
            (error("odd", "").help("x"), error("odd", "").help("y"), true),
        ] {
            assert_eq!(causes(&[one.clone(), other.clone()]).len() == 1, are_same, "{one:?} {other:?}");
        }
    }

    #[test]
    fn of_many_causes_the_errors_are_first_and_the_last_are_counted() {
        let warnings = (0..MOST_CAUSES).map(|number| Diagnostic::warning("a.md", None, format!("w{number}")));
        let text =
            report(warnings.chain([Diagnostic::error("z.md", None, "e")])).render_causes(&SourceTree::default(), "");
        assert!(text.starts_with("error: e\n--> z.md\n\nwarning: w0\n"), "{text}");
        let end = "warning: w18\n--> a.md\n\nand 1 more cause\n1 error, 20 warnings; `graven check --all` shows each\n";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn thousands_of_equal_causes_in_one_file_take_a_screen() {
        const COUNT: usize = 5349;
        let mut tree = SourceTree::default();
        tree.insert("a.md", "wrong\n".repeat(COUNT));
        let report = report((0..COUNT).map(|line| Diagnostic::error("a.md", line * 6..line * 6 + 5, "wrong")));
        let text = report.render_causes(&tree, "");
        assert!(text.lines().count() < 20 && text.contains("the same 5348 more times in this file:\n"), "{text}");
        let last = Places::new(&tree).find("a.md", &((COUNT - 1) * 6..COUNT * 6 - 1)).expect("there is the file");
        assert_eq!((last.start.line, last.end.column), (COUNT, 6));
        assert_eq!(report.render(&tree, "").matches("error: wrong\n").count(), COUNT);
    }
}
