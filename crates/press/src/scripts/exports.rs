//! Whether a module can export what it exports.
//!
//! An importer gets a copy of each value when the module has run. So an export cannot be a variable, which may change later. (A function or a class could
//! be assigned to as well; nobody does, and it is not looked for.)

use std::collections::BTreeSet;

use super::declarations::{Declared, declared};
use super::module::{Imported, Local, Module, Name};
use super::source::Problem;

/// Everything that is wrong with the exports of a module.
pub(super) fn check(module: &Module) -> Vec<Problem> {
    let declared = declared(&module.tokens);
    let imported = module.imports.iter().flat_map(|import| &import.names).filter_map(local);
    let imported: Vec<&str> = imported.collect();
    let mut problems = Vec::new();
    let mut exported = BTreeSet::new();
    for export in &module.exports {
        if !exported.insert(export.name.text) {
            let message = format!("`{}` is exported twice", export.name.text);
            problems.push(Problem::new(export.name.span.clone(), message));
        }
        if let Local::Name(name) = &export.local {
            problems.extend(problem(name, &declared, &imported));
        }
    }
    problems
}

fn local<'a>(imported: &Imported<'a>) -> Option<&'a str> {
    match &imported.local {
        Local::Name(name) => Some(name.text),
        Local::Unnamed(_) => None,
    }
}

fn problem(name: &Name, declared: &[Declared], imported: &[&str]) -> Option<Problem> {
    let text = name.text;
    let declaration = declared.iter().find(|declared| declared.name.text == text);
    let error = |message: String| Problem::new(name.span.clone(), message);
    match declaration.map(|declared| declared.keyword) {
        Some("let" | "var") => {
            let help = "importers get a copy: use `const`, or export a function that returns the value";
            Some(error(format!("`{text}` is a variable, which cannot be exported")).help(help))
        }
        Some(_) => None,
        None if imported.contains(&text) => None,
        None => {
            let names = declared.iter().map(|declared| declared.name.text).chain(imported.iter().copied());
            let otherwise = "an export is declared at the top of its module, outside of all brackets";
            Some(error(format!("`{text}` is not declared")).suggest(text, names, otherwise))
        }
    }
}
