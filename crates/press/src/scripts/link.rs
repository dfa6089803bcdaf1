//! Whether modules export what others import from them.

use super::graph::{External, Linked, Target};
use super::module::Name;
use super::source::Problem;
use crate::diagnostic::Report;

/// Reports every import of a name that its module does not export.
pub(super) fn check(modules: &[Linked], externals: &[External]) -> Result<(), Report> {
    let mut report = Report::default();
    for Linked { module, targets } in modules {
        for (import, &target) in module.imports.iter().zip(targets) {
            let (from, exported) = exported(target, modules, externals);
            let names = import.names.iter().filter_map(|imported| imported.name.as_ref());
            for name in names.filter(|name| !exported.contains(&name.text)) {
                report.push(module.source.diagnostic(missing(name, from, &exported)));
            }
        }
    }
    if report.is_empty() { Ok(()) } else { Err(report) }
}

/// What messages call the target of an import, and what it exports.
fn exported<'a>(target: Target, modules: &'a [Linked], externals: &'a [External]) -> (&'a str, Vec<&'a str>) {
    match target {
        Target::Module(index) => {
            let module = &modules[index].module;
            (module.source.path, module.exports.iter().map(|export| export.name.text).collect())
        }
        Target::External(index) => {
            let external = &externals[index];
            (external.name, external.exports.iter().map(String::as_str).collect())
        }
    }
}

fn missing(name: &Name, from: &str, exported: &[&str]) -> Problem {
    let problem = Problem::new(name.span.clone(), format!("`{from}` does not export `{}`", name.text));
    let otherwise = if exported.is_empty() { "nothing".to_owned() } else { format!("`{}`", exported.join("`, `")) };
    problem.suggest(name.text, exported.iter().copied(), format!("it exports {otherwise}"))
}
