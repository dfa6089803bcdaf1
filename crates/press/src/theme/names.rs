//! The names of the files of a theme: one that press never reads is a mistake of its author.

use std::path::Path;

use crate::diagnostic::{Diagnostic, Report, nearest};
use crate::tree::SourceTree;

/// The folder of the files that replace those of the default theme, or add to it. A theme is made from nothing else.
pub(crate) const FOLDER: &str = "theme/";

/// The folder of the modules that run models; there may be others, which those import.
const MODELS: &str = "models/";

/// The folder of the words of the theme, a file for each language.
const LANGUAGES: &str = "languages/";

/// The files that the default theme does not have.
const OWN: [&str; 6] = ["custom.css", "first.js", "foot.html", "head.html", "script.js", "wordmark.svg"];

/// Warns of each file that is none of the theme's, of which `default` are the names.
pub(super) fn check<'d>(tree: &SourceTree, default: impl Iterator<Item = &'d str>, report: &mut Report) {
    let mut known: Vec<&str> = default.filter(|name| !name.contains('/')).chain(OWN).collect();
    known.sort_unstable();
    for path in tree.paths(FOLDER) {
        let name = &path[FOLDER.len()..];
        let is_module = name.starts_with(MODELS) && Path::new(name).extension().is_some_and(|kind| kind == "js");
        let is_language = name.starts_with(LANGUAGES) && Path::new(name).extension().is_some_and(|kind| kind == "toml");
        if is_module || is_language || known.contains(&name) {
            continue;
        }
        let mut warning = Diagnostic::warning(path, None, format!("{path} is not a file of the theme"));
        if let Some(near) = nearest(name, known.iter().copied()) {
            warning = warning.help(format!("did you mean {FOLDER}{near}?"));
        }
        let names = known.iter().copied().chain(["languages/*.toml", "models/*.js"]).collect::<Vec<_>>().join(", ");
        report.push(warning.help(format!("the files of a theme are {names}")));
    }
}
