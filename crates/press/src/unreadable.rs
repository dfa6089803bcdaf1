//! Files of the content that cannot be read: each is an error, next to what is wrong with the others.

use crate::diagnostic::{Diagnostic, Report};
use crate::tree::SourceTree;

/// Reports what could not be read so far, unless the report has it.
pub(crate) fn report(tree: &SourceTree, report: &mut Report) {
    let mut found = Report::default();
    for (path, unreadable) in tree.unreadable() {
        let error = Diagnostic::error(path, None, unreadable.to_string()).code("unreadable-file");
        found.push(error.help(unreadable.help()));
    }
    report.add_new(found);
}
