//! The modules of a bundle: the entry and everything that it imports, each after what it imports itself.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lexer::{Token, lex};
use super::module::{Module, read};
use super::source::Source;
use crate::diagnostic::{Diagnostic, Report, nearest, utf8};
use crate::tree::SourceTree;
use crate::url::{join, relative};

/// A module that is loaded from its own file and is no part of a bundle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct External<'a> {
    /// What a module calls it: `import … from 'NAME'`.
    pub(crate) name: &'a str,
    pub(crate) url: &'a str,
    /// The names that it exports.
    pub(crate) exports: &'a [String],
}

/// A module, and what each of its imports is.
#[derive(Debug)]
pub(super) struct Linked<'a> {
    pub(super) module: Module<'a>,
    pub(super) targets: Vec<Target>,
}

/// What an import names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// The index of a module in the bundle.
    Module(usize),
    /// The index of an external.
    External(usize),
}

/// Reads the file `entry` and all files that it imports, directly or not.
pub(super) fn load<'a>(
    entry: &str,
    tree: &'a SourceTree,
    externals: &'a [External<'a>],
) -> Result<Vec<Linked<'a>>, Report> {
    let mut graph = Graph {
        tree,
        externals,
        modules: Vec::new(),
        states: BTreeMap::new(),
        way: Vec::new(),
        report: Report::default(),
    };
    match tree.file(entry) {
        Some((path, bytes)) => drop(graph.visit(path, bytes)),
        None => {
            let error = Diagnostic::error(entry, None, format!("there is no file `{entry}`"));
            graph.report.push(error);
        }
    }
    if graph.report.is_empty() { Ok(graph.modules) } else { Err(graph.report) }
}

struct Graph<'a> {
    tree: &'a SourceTree,
    externals: &'a [External<'a>],
    /// Those that are read, in their order.
    modules: Vec<Linked<'a>>,
    /// By path: the index of a module; `None` if it is not read yet, or has errors.
    states: BTreeMap<&'a str, Option<usize>>,
    /// The modules that are being read: each one imports the next.
    way: Vec<&'a str>,
    report: Report,
}

impl<'a> Graph<'a> {
    /// Reads a module after those that it imports. Returns its index, or `None` after an error.
    fn visit(&mut self, path: &'a str, bytes: &'a [u8]) -> Option<usize> {
        self.states.insert(path, None);
        let source = Source { path, text: utf8(path, bytes, &mut self.report)? };
        let tokens = lex(source).map_err(|problem| self.report.push(problem)).ok()?;
        let mut problems = Vec::new();
        let module = read(source, tokens, &mut problems);
        self.way.push(path);
        // All imports are followed even after an error, so that all errors are found at once.
        let targets: Vec<_> = module.imports.iter().map(|import| self.target(source, import.from)).collect();
        self.way.pop();
        let has_problems = !problems.is_empty();
        problems.into_iter().for_each(|problem| self.report.push(problem));
        let targets = targets.into_iter().collect::<Option<_>>().filter(|_| !has_problems)?;
        self.modules.push(Linked { module, targets });
        let index = self.modules.len() - 1;
        self.states.insert(path, Some(index));
        Some(index)
    }

    fn target(&mut self, source: Source<'a>, from: Token<'a>) -> Option<Target> {
        let name = &from.text[1..from.text.len() - 1];
        if let Some(index) = self.externals.iter().position(|external| external.name == name) {
            return Some(Target::External(index));
        }
        let (path, bytes) = self.find(source, from.span(), name).map_err(|problem| self.report.push(problem)).ok()?;
        if let Some(start) = self.way.iter().position(|&module| module == path) {
            let way = [&self.way[start..], &[path]].concat().join(" → ");
            let error = source.error(from.span(), format!("modules import each other: {way}"));
            self.report.push(error.help("move what both need into a module that imports neither"));
            return None;
        }
        match self.states.get(path) {
            Some(&state) => state.map(Target::Module),
            None => self.visit(path, bytes).map(Target::Module),
        }
    }
}

impl<'a> Graph<'a> {
    /// The file that a module imports as `name`.
    fn find(&self, source: Source<'a>, at: Range<usize>, name: &str) -> Result<(&'a str, &'a [u8]), Diagnostic> {
        let folder = source.path.rfind('/').map_or("", |slash| &source.path[..=slash]);
        if !name.starts_with("./") && !name.starts_with("../") {
            let error = source.error(at, format!("there is no module `{name}`"));
            let names = self.externals.iter().map(|external| external.name);
            return Err(match nearest(name, names) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("the path of a file begins with `./` or `../`"),
            });
        }
        let Some(path) = join(folder, name) else {
            return Err(source.error(at, format!("`{name}` is outside the content folder")));
        };
        self.tree.file(&path).ok_or_else(|| {
            let error = source.error(at, format!("there is no file `{path}`"));
            let scripts = self.tree.below("").map(|(path, _)| path).filter(|path| path.ends_with(".js"));
            match self.tree.file(&format!("{path}.js")).map(|(path, _)| path).or_else(|| nearest(&path, scripts)) {
                Some(near) => error.help(format!("did you mean `{}`?", written(folder, near))),
                None => error.help(format!("a path is relative to the folder of the module, `{folder}`")),
            }
        })
    }
}

/// The path of a file as a module in `folder` imports it.
fn written(folder: &str, path: &str) -> String {
    let path = relative(folder, path);
    if path.starts_with("../") { path } else { format!("./{path}") }
}
