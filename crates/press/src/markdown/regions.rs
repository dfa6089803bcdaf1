//! Regions of a file of code: the lines between two comments, `// #region NAME` and `// #endregion`. These comments are markers, which are never shown.
//!
//! Regions may contain others. Their names are unique in a file.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Report, nearest};

/// What begins a comment in some language, and what ends it.
const COMMENTS: [(&str, &str); 10] = [
    ("<!--", "-->"),
    ("{/*", "*/}"),
    ("/*", "*/"),
    ("(*", "*)"),
    ("//", ""),
    ("--", ""),
    ("#", ""),
    (";", ""),
    ("%", ""),
    ("\"", ""),
];

/// A file of code as its lines and regions.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) path: &'a str,
    /// The lines without the markers: the number in the file, counted from 1, and the text.
    lines: Vec<(usize, &'a str)>,
    regions: Vec<Region<'a>>,
}

#[derive(Debug)]
struct Region<'a> {
    name: &'a str,
    /// The place of the marker that begins it.
    marker: Range<usize>,
    /// The indices of its lines.
    lines: Range<usize>,
}

/// The lines that a block shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// Each line with its line break.
    pub(super) code: String,
    /// The numbers of the first and the last line in the file.
    pub(super) lines: (usize, usize),
}

/// A line that is not shown.
enum Marker<'a> {
    /// With the name, which may be empty: such a region only groups lines for an editor.
    Begin(&'a str),
    /// With the name, which may be left out.
    End(&'a str),
}

impl<'a> Source<'a> {
    /// Reads the text of the file `path` from `start` on. What is wrong with its markers goes to `report`.
    pub(super) fn read(path: &'a str, text: &'a str, start: usize, report: &mut Report) -> Self {
        let mut source = Self { path, lines: Vec::new(), regions: Vec::new() };
        let mut open = Vec::new();
        let mut at = start;
        for (index, line) in text[start..].split_inclusive('\n').enumerate() {
            let trimmed = line.trim();
            let start = at + line.len() - line.trim_start().len();
            let place = start..start + trimmed.len();
            at += line.len();
            match marker(trimmed) {
                Some(Marker::Begin(name)) => open.push(source.begin(name, place, report)),
                Some(Marker::End(name)) => source.end(name, place, open.pop(), report),
                None => source.lines.push((index + 1, line.trim_end_matches(['\r', '\n']))),
            }
        }
        for region in open {
            source.report_open(region, report);
        }
        source
    }

    /// Begins a region, and returns its index.
    fn begin(&mut self, name: &'a str, marker: Range<usize>, report: &mut Report) -> usize {
        if !name.is_empty() && self.regions.iter().any(|region| region.name == name) {
            let error = Diagnostic::error(self.path, marker.clone(), format!("a second region `{name}`"));
            report.push(error.help("give it another name"));
        }
        let first = self.lines.len();
        self.regions.push(Region { name, marker, lines: first..first });
        self.regions.len() - 1
    }

    /// Ends the region that was begun last.
    fn end(&mut self, name: &str, marker: Range<usize>, open: Option<usize>, report: &mut Report) {
        let Some(region) = open else {
            let error = Diagnostic::error(self.path, marker, "`#endregion` without a region that it ends");
            report.push(error.help("remove it, or begin the region before it: `#region NAME`"));
            return;
        };
        let region = &mut self.regions[region];
        region.lines.end = self.lines.len();
        if !name.is_empty() && name != region.name {
            let message = format!("`#endregion {name}` is where the region `{}` ends", region.name);
            let error = Diagnostic::error(self.path, marker, message);
            report.push(error.help("the region that was begun last ends first"));
        }
    }

    fn report_open(&mut self, region: usize, report: &mut Report) {
        let end = self.lines.len();
        let Region { name, marker, lines } = &mut self.regions[region];
        lines.end = end;
        let error = Diagnostic::error(self.path, marker.clone(), format!("the region `{name}` has no end"));
        report.push(error.help("end it with a comment `#endregion`"));
    }

    /// The whole file, without its markers.
    pub(super) fn whole(&self) -> Excerpt {
        excerpt(&self.lines, 0)
    }

    /// The region `name`, without the indentation that its lines share. `None` if it is empty, which is reported.
    ///
    /// # Errors
    /// With a suggestion if there is no such region.
    pub(super) fn region(&self, name: &str, report: &mut Report) -> Result<Option<Excerpt>, String> {
        let with_name = || self.regions.iter().filter(|region| !region.name.is_empty());
        let Some(region) = with_name().find(|region| region.name == name) else {
            let names: Vec<_> = with_name().map(|region| region.name).collect();
            return Err(match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => {
                    "begin it with a comment `#region NAME`, and end it with a comment `#endregion`".to_owned()
                }
                None => format!("its regions are `{}`", names.join("`, `")),
            });
        };
        if self.lines[region.lines.clone()].iter().all(|(_, line)| line.trim().is_empty()) {
            let message = format!("the region `{name}` is empty");
            report.push(Diagnostic::error(self.path, region.marker.clone(), message).label("a text shows it"));
            return Ok(None);
        }
        let lines = &self.lines[region.lines.clone()];
        Ok(Some(excerpt(lines, common_indentation(lines))))
    }
}

/// The lines without the first `indentation` bytes of each, which are spaces and tabs.
fn excerpt(lines: &[(usize, &str)], indentation: usize) -> Excerpt {
    let mut code = String::new();
    for (_, line) in lines {
        code.push_str(line.get(indentation..).unwrap_or_default());
        code.push('\n');
    }
    let number = |line: Option<&(usize, _)>| line.map_or(1, |(number, _)| *number);
    Excerpt { code, lines: (number(lines.first()), number(lines.last())) }
}

/// The marker that a line is.
fn marker(line: &str) -> Option<Marker<'_>> {
    let (open, close) = COMMENTS.iter().find(|(open, _)| line.starts_with(open))?;
    let comment = line.strip_prefix(open)?.strip_suffix(close)?.trim();
    let (word, name) = comment.split_once(char::is_whitespace).unwrap_or((comment, ""));
    match word {
        "#region" => Some(Marker::Begin(name.trim())),
        "#endregion" => Some(Marker::End(name.trim())),
        _ => None,
    }
}

/// How many spaces and tabs all lines begin with. Empty lines do not count.
fn common_indentation(lines: &[(usize, &str)]) -> usize {
    let mut lines = lines.iter().map(|(_, line)| *line).filter(|line| !line.trim().is_empty());
    let Some(first) = lines.next() else { return 0 };
    let blank = &first[..first.len() - first.trim_start_matches([' ', '\t']).len()];
    let shared = |line: &str| blank.bytes().zip(line.bytes()).take_while(|(ours, theirs)| ours == theirs).count();
    lines.map(shared).fold(blank.len(), usize::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "import a\n\n// #region outer\nfn f() {\n    // #region inner\n    one\n\n      two\n    // #endregion inner\n}\n// #endregion\n<!-- #region  of HTML -->\r\n\tthree\r\n<!-- #endregion -->\n";

    fn read<'a>(text: &'a str, messages: &[(&str, &str)]) -> Source<'a> {
        let mut report = Report::default();
        let source = Source::read("a.rs", text, 0, &mut report);
        let found: Vec<_> = report
            .diagnostics()
            .iter()
            .map(|found| (found.message.as_str(), &text[found.span.clone().expect("a place")]))
            .collect();
        assert_eq!(found, messages, "{text:?}");
        source
    }

    #[test]
    fn a_region_is_shown_without_markers_and_shared_indentation() {
        let source = read(CODE, &[]);
        for (name, code, lines) in [
            ("outer", "fn f() {\n    one\n\n      two\n}\n", (4, 10)),
            ("inner", "one\n\n  two\n", (6, 8)),
            ("of HTML", "three\n", (13, 13)),
        ] {
            let shown = source.region(name, &mut Report::default());
            assert_eq!(shown, Ok(Some(Excerpt { code: code.to_owned(), lines })), "{name}");
        }
        let whole = source.whole();
        assert_eq!(whole.code, "import a\n\nfn f() {\n    one\n\n      two\n}\n\tthree\n");
        assert_eq!(whole.lines, (1, 13));
    }

    #[test]
    fn markers_are_comments_of_any_language() {
        for line in [
            "// #region a",
            "//#region a",
            "# #region a",
            "-- #region a",
            "; #region a",
            "% #region a",
            "<!-- #region a -->",
            "{/* #region a */}",
            "/* #region\ta */",
            "(* #region a *)",
        ] {
            assert!(matches!(marker(line), Some(Marker::Begin("a"))), "{line}");
            assert!(matches!(marker(&line.replace("#region", "#endregion")), Some(Marker::End("a"))), "{line}");
        }
        for line in ["#region a", "// region a", "// #regions a", "a // #region a", "/* #region a", "", "//"] {
            assert!(marker(line).is_none(), "{line}");
        }
    }

    #[test]
    fn faults_of_markers_are_reported_in_the_file() {
        read("// #region a\nx\n", &[("the region `a` has no end", "// #region a")]);
        read("x\n  // #endregion\n", &[("`#endregion` without a region that it ends", "// #endregion")]);
        let twice = "# #region a\n1\n# #endregion\n# #region a\n2\n# #endregion";
        let source = read(twice, &[("a second region `a`", "# #region a")]);
        assert_eq!(
            source.region("a", &mut Report::default()).map(|shown| shown.map(|shown| shown.lines)),
            Ok(Some((2, 2)))
        );
        let crossed = "-- #region a\n-- #region b\n-- #endregion a\n-- #endregion b\n";
        read(
            crossed,
            &[
                ("`#endregion a` is where the region `b` ends", "-- #endregion a"),
                ("`#endregion b` is where the region `a` ends", "-- #endregion b"),
            ],
        );
        // Editors fold regions without a name; there may be many.
        read("// #region\n// #region\n// #endregion\n// #endregion\n", &[]);
    }

    #[test]
    fn a_region_that_is_missing_or_empty_is_reported() {
        let source = read("// #region lease\n\n// #endregion\n// #region\n// #endregion", &[]);
        let region = |name| source.region(name, &mut Report::default());
        assert_eq!(region("leese"), Err("did you mean `lease`?".to_owned()));
        assert_eq!(region("x"), Err("its regions are `lease`".to_owned()));
        assert_eq!(region(""), Err("its regions are `lease`".to_owned()));
        let mut report = Report::default();
        assert_eq!(source.region("lease", &mut report), Ok(None));
        assert_eq!(report.diagnostics()[0].span, Some(0..16));
        assert!(read("x", &[]).region("x", &mut Report::default()).is_err_and(|help| help.contains("#region NAME")));
    }
}
