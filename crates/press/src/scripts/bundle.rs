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

use super::compact::Writer;
use super::graph::{External, Linked, Target, load};
use super::link::check;
use super::module::{Local, Part};
use super::names::Names;
use super::token::Kind;
use crate::diagnostic::Report;
use crate::tree::SourceTree;

/// A script that a page can load.
#[derive(Debug, Default)]
pub(crate) struct Bundle {
    pub(crate) text: String,
    /// The names that the entry exports.
    pub(crate) exports: Vec<String>,
    /// The paths of the modules that it is made from.
    pub(crate) modules: Vec<String>,
}

/// Puts the module `entry` and all modules that it imports into one file. What it imports from an external stays an import.
///
/// # Errors
/// If a file is missing, imports itself through others, cannot be read, or uses what a bundle cannot keep: the report contains all errors.
pub(crate) fn bundle(entry: &str, tree: &SourceTree, externals: &[External]) -> Result<Bundle, Report> {
    let modules = load(entry, tree, externals)?;
    check(&modules, externals)?;
    let mut names = Names::new(&modules);
    let outside = Outside { externals: names.take(externals.len()), modules: names.take(modules.len()) };
    let mut lines = Vec::new();
    for (index, (external, name)) in externals.iter().zip(&outside.externals).enumerate() {
        if modules.iter().any(|linked| linked.targets.contains(&Target::External(index))) {
            lines.push(format!("import*as {name} from'{}'", external.url));
        }
    }
    for (linked, name) in modules.iter().zip(&outside.modules) {
        lines.push(format!("const {name}={}", code(linked, &outside, &mut names)));
    }
    let exports = modules
        .last()
        .map_or_else(Vec::new, |entry| entry.module.exports.iter().map(|export| export.name.text.to_owned()).collect());
    if let Some(entry) = outside.modules.last().filter(|_| !exports.is_empty()) {
        lines.push(export(entry, &exports, &mut names));
    }
    let text = lines.iter().flat_map(|line| [line, ";\n"]).collect();
    let modules = modules.iter().map(|linked| linked.module.source.path.to_owned()).collect();
    Ok(Bundle { text, exports, modules })
}

/// The names outside of all modules.
struct Outside {
    /// For what each external exports.
    externals: Vec<String>,
    /// For what each module exports.
    modules: Vec<String>,
}

/// The call of a function with the code of a module.
fn code(linked: &Linked, outside: &Outside, names: &mut Names) -> String {
    let module = &linked.module;
    let unnamed = names.take(module.unnamed);
    let mut writer = Writer::default();
    writer.push_code("(()=>{");
    writer.push_code(&imports(linked, outside, &unnamed));
    for part in &module.parts {
        match part {
            Part::Tokens(range) => module.tokens[range.clone()].iter().for_each(|token| writer.push_token(token)),
            Part::End => writer.end_statement(),
            Part::Name(index) => writer.push(Kind::Word, &unnamed[*index], false),
            Part::Constant(index) => writer.push_code(&format!("const {}=", unnamed[*index])),
        }
    }
    writer.end_statement();
    let exports = module.exports.iter().map(|export| pair(export.name.text, name(&export.local, &unnamed)));
    let mut exports: Vec<_> = exports.collect();
    // In the order of a namespace (ECMAScript §10.4.6.11).
    exports.sort();
    writer.push_code(&format!("return{{{}}}}})()", exports.join(",")));
    writer.finish()
}

/// The imports of a module, as declarations.
fn imports(linked: &Linked, outside: &Outside, unnamed: &[String]) -> String {
    let mut declarations = Vec::new();
    for (import, &target) in linked.module.imports.iter().zip(&linked.targets) {
        let from = match target {
            Target::Module(index) => &outside.modules[index],
            Target::External(index) => &outside.externals[index],
        };
        let mut pairs = Vec::new();
        for imported in &import.names {
            let local = name(&imported.local, unnamed);
            match &imported.name {
                Some(name) => pairs.push(pair(name.text, local)),
                None => declarations.push(format!("const {local}={from};")),
            }
        }
        if !pairs.is_empty() {
            declarations.push(format!("const{{{}}}={from};", pairs.join(",")));
        }
    }
    declarations.concat()
}

fn name<'a>(local: &Local<'a>, unnamed: &'a [String]) -> &'a str {
    match local {
        Local::Name(name) => name.text,
        Local::Unnamed(index) => &unnamed[*index],
    }
}

/// A property, as an object or a pattern has it.
fn pair(property: &str, value: &str) -> String {
    if property == value { value.to_owned() } else { format!("{property}:{value}") }
}

/// Exports what the function of the entry has returned.
fn export(entry: &str, exports: &[String], names: &mut Names) -> String {
    let locals = names.take(exports.len());
    let pairs = exports.iter().zip(&locals);
    let taken: Vec<_> = pairs.clone().map(|(exported, local)| format!("{exported}:{local}")).collect();
    let given: Vec<_> = pairs.map(|(exported, local)| format!("{local} as {exported}")).collect();
    format!("const{{{}}}={entry};export{{{}}}", taken.join(","), given.join(","))
}
