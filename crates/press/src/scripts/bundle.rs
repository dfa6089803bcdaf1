//! Modules as one file. Each is a function that returns what it exports, so that its names are its own:
//!
//! ```js
//! import*as $1 from'/assets/kit.js';
//! const $2=(()=>{const a=1;return{a}})();
//! const $3=(()=>{const{h}=$1;const{a:b}=$2;const $4=h(b);return{default:$4}})();
//! const{default:$5}=$3;export{$5 as default};
//! ```
//!
//! The entry, which is the last one, is in a function too: its names would hide those of the browser from the others. An import of all names gives an
//! object that is like a namespace, but is no `Module` to `Object.prototype.toString`.

use std::collections::BTreeSet;

use super::compact::Writer;
use super::graph::{External, Linked, Target, load};
use super::lexer::Kind;
use super::module::{Local, Part};
use crate::diagnostic::{Report, nearest};

use crate::tree::SourceTree;

/// A script that a page can load.
#[derive(Debug, Default)]
pub(crate) struct Bundle {
    pub(crate) text: String,
    /// The paths of its modules in the source tree. The entry is the last one.
    pub(crate) files: Vec<String>,
    /// The names that the entry exports.
    pub(crate) exports: Vec<String>,
}

/// Puts the module `entry` and all modules that it imports into one file. What it imports from an external stays an import.
///
/// # Errors
/// If a file is missing, imports itself through others, cannot be read, or uses what a bundle cannot keep: the report contains all errors.
pub(crate) fn bundle(entry: &str, tree: &SourceTree, externals: &[External]) -> Result<Bundle, Report> {
    let modules = load(entry, tree, externals)?;
    check(&modules, externals)?;
    let mut names = Names::new(&modules);
    let external_names: Vec<String> = externals.iter().map(|_| names.next()).collect();
    let module_names: Vec<String> = modules.iter().map(|_| names.next()).collect();
    let mut text = String::new();
    for (index, external) in externals.iter().enumerate() {
        let target = Target::External(index);
        if modules.iter().any(|linked| linked.targets.contains(&target)) {
            text += &format!("import*as {} from'{}';\n", external_names[index], external.url);
        }
    }
    for (linked, name) in modules.iter().zip(&module_names) {
        let function = function(linked, (&external_names, &module_names), &mut names);
        if linked.module.exports.is_empty() {
            text += &format!("{function};\n");
        } else {
            text += &format!("const {name}={function};\n");
        }
    }
    if let (Some(entry), Some(name)) = (modules.last(), module_names.last()) {
        text += &exports(entry, name, &mut names);
    }
    let exports = modules.last().into_iter().flat_map(|entry| &entry.module.exports);
    Ok(Bundle {
        text,
        exports: exports.map(|export| export.name.text.to_owned()).collect(),
        files: modules.iter().map(|linked| linked.module.source.path.to_owned()).collect(),
    })
}

/// Checks that every module exports what others import from it.
fn check(modules: &[Linked], externals: &[External]) -> Result<(), Report> {
    let mut report = Report::default();
    for Linked { module, targets } in modules {
        for (import, target) in module.imports.iter().zip(targets) {
            let (from, exported): (_, Vec<&str>) = match *target {
                Target::Module(index) => {
                    let module = &modules[index].module;
                    (module.source.path, module.exports.iter().map(|export| export.name.text).collect())
                }
                Target::External(index) => {
                    (externals[index].name, externals[index].exports.iter().map(String::as_str).collect())
                }
            };
            for name in import.names.iter().filter_map(|imported| imported.name.as_ref()) {
                if !exported.contains(&name.text) {
                    let error =
                        module.source.error(name.span.clone(), format!("`{from}` does not export `{}`", name.text));
                    report.push(match nearest(name.text, exported.iter().copied()) {
                        Some(near) => error.help(format!("did you mean `{near}`?")),
                        None => error.help(format!("it exports {}", listed(&exported))),
                    });
                }
            }
        }
    }
    if report.is_empty() { Ok(()) } else { Err(report) }
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// New names, which no module has.
struct Names<'a> {
    taken: BTreeSet<&'a str>,
    last: usize,
}

impl<'a> Names<'a> {
    fn new(modules: &[Linked<'a>]) -> Self {
        let tokens = modules.iter().flat_map(|linked| &linked.module.tokens);
        Self { taken: tokens.map(|token| token.text).filter(|text| text.starts_with('$')).collect(), last: 0 }
    }

    fn next(&mut self) -> String {
        loop {
            self.last += 1;
            let name = format!("${}", self.last);
            if !self.taken.contains(name.as_str()) {
                return name;
            }
        }
    }
}

/// The call of a function with the code of a module.
fn function(linked: &Linked, (externals, modules): (&[String], &[String]), names: &mut Names) -> String {
    let Linked { module, targets } = linked;
    let mut unnamed = Vec::new();
    let mut name_of = |local: &Local| match local {
        Local::Name(name) => name.text.to_owned(),
        Local::Unnamed(index) => {
            while unnamed.len() <= *index {
                unnamed.push(names.next());
            }
            unnamed[*index].clone()
        }
    };
    let mut writer = Writer::default();
    writer.push_code("(()=>{");
    for (import, target) in module.imports.iter().zip(targets) {
        let from = match *target {
            Target::Module(index) => &modules[index],
            Target::External(index) => &externals[index],
        };
        let mut pairs = Vec::new();
        for imported in &import.names {
            let local = name_of(&imported.local);
            match &imported.name {
                Some(name) => pairs.push(pair(name.text, &local)),
                None => writer.push_code(&format!("const {local}={from};")),
            }
        }
        if !pairs.is_empty() {
            writer.push_code(&format!("const{{{}}}={from};", pairs.join(",")));
        }
    }
    for part in &module.parts {
        match part {
            Part::Tokens(range) => module.tokens[range.clone()].iter().for_each(|token| writer.push_token(token)),
            Part::End => writer.end_statement(),
            Part::Name(index) => writer.push(Kind::Word, &name_of(&Local::Unnamed(*index)), false),
            Part::Constant(index) => {
                writer.push_code(&format!("const {}=", name_of(&Local::Unnamed(*index))));
            }
        }
    }
    if !module.exports.is_empty() {
        // In the order of a namespace (§10.4.6.11).
        let mut pairs: Vec<_> =
            module.exports.iter().map(|export| pair(export.name.text, &name_of(&export.local))).collect();
        pairs.sort();
        writer.end_statement();
        writer.push_code(&format!("return{{{}}}", pairs.join(",")));
    }
    writer.push_code("})()");
    writer.finish()
}

/// A property, as an object or a pattern has it.
fn pair(property: &str, value: &str) -> String {
    if property == value { value.to_owned() } else { format!("{property}:{value}") }
}

/// The exports of the entry.
fn exports(entry: &Linked, entry_name: &str, names: &mut Names) -> String {
    let (mut pairs, mut exports) = (Vec::new(), Vec::new());
    for export in &entry.module.exports {
        let name = names.next();
        pairs.push(format!("{}:{name}", export.name.text));
        exports.push(format!("{name} as {}", export.name.text));
    }
    if exports.is_empty() {
        return String::new();
    }
    format!("const{{{}}}={entry_name};export{{{}}};\n", pairs.join(","), exports.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_become_one_file_in_which_each_has_its_own_names() {
        let mut tree = SourceTree::default();
        tree.insert(
            "m/a.js",
            "// A.\nimport { h } from 'graven'\nimport { b, c as d } from '../n/b.js'\n\nexport default h(b, d)\n",
        );
        tree.insert(
            "n/b.js",
            "import * as all from './c.js'\nexport const b = all\nexport function c(h) {\n  return h\n}\n",
        );
        tree.insert("n/c.js", "const h = 1\nexport { h as one }\n");
        let exports = ["h".to_owned()];
        let graven = External { name: "graven", url: "/assets/kit.js", exports: &exports };
        let bundle = bundle("m/a.js", &tree, &[graven]).expect("no errors");
        let expected = "\
import*as $1 from'/assets/kit.js';
const $2=(()=>{const h=1;return{one:h}})();
const $3=(()=>{const all=$2;const b=all;function c(h){return h};return{b,c}})();
const $4=(()=>{const{h}=$1;const{b,c:d}=$3;const $5=h(b,d);return{default:$5}})();
const{default:$6}=$4;export{$6 as default};
";
        assert_eq!(bundle.text, expected);
        assert_eq!(bundle.files, ["n/c.js", "n/b.js", "m/a.js"]);
        assert_eq!(bundle.exports, ["default"]);
    }
}
