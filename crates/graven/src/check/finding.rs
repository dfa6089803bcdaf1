//! An error or a warning with its place as editors count, which is what all forms for programs have in common.

use std::ops::Range;

use graven_press::diagnostic::{Diagnostic, Places, Position, Report};
use graven_press::tree::SourceTree;

/// An error or a warning.
pub(super) struct Finding<'a> {
    pub(super) diagnostic: &'a Diagnostic,
    /// As the command line names the folder. `None` if it is about no file.
    pub(super) path: Option<String>,
    pub(super) place: Option<Range<Position>>,
    /// What is to be replaced, and what with.
    pub(super) fix: Option<(Range<Position>, &'a str)>,
}

impl Finding<'_> {
    /// What is found at the place and how to correct it, below the message. May be empty.
    pub(super) fn details(&self) -> String {
        let Diagnostic { label, help, .. } = self.diagnostic;
        let label = Some(label.clone()).filter(|label| !label.is_empty());
        let help = help.iter().map(|help| format!("help: {help}"));
        label.into_iter().chain(help).collect::<Vec<_>>().join("\n")
    }
}

/// The errors and warnings of a report. `prefix` comes before the path of each file.
pub(super) fn findings<'a>(report: &'a Report, tree: &SourceTree, prefix: &str) -> Vec<Finding<'a>> {
    let mut places = Places::new(tree);
    let finding = |diagnostic: &'a Diagnostic| Finding {
        diagnostic,
        path: (!diagnostic.path.is_empty()).then(|| format!("{prefix}{}", diagnostic.path)),
        place: diagnostic.span.as_ref().and_then(|span| places.find(&diagnostic.path, span)),
        fix: diagnostic.fix(tree).and_then(|(span, new)| Some((places.find(&diagnostic.path, &span)?, new))),
    };
    report.diagnostics().iter().map(finding).collect()
}
