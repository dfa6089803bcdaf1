//! The modules of a bundle: the entry and everything that it imports, each after what it imports itself.

use std::collections::BTreeMap;

use super::exports;
use super::lexer::lex;
use super::module::Module;
use super::source::{Problem, Source};
use super::statements::read;
use super::token::Token;
use super::unsupported::unsupported;
use crate::diagnostic::{Diagnostic, Report, nearest, utf8};
use crate::tree::SourceTree;
use crate::url::{join, relative};

/// What the name of a script ends with.
const EXTENSION: &str = ".js";

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
    let report = Report::default();
    let mut graph = Graph { tree, externals, modules: Vec::new(), states: BTreeMap::new(), way: Vec::new(), report };
    if let Some((path, bytes)) = tree.file(entry) {
        graph.visit(path, bytes);
    } else {
        graph.report.push(Diagnostic::error(entry, None, format!("there is no file `{entry}`")));
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
        let tokens = lex(source).map_err(|problem| self.push(source, problem)).ok()?;
        let mut problems = unsupported(&tokens);
        let module = read(source, tokens, &mut problems);
        problems.extend(exports::check(&module));
        let is_sound = problems.is_empty();
        for problem in problems {
            self.push(source, problem);
        }
        self.way.push(path);
        // All imports are followed even after an error, so that all errors are found at once.
        let targets: Vec<_> = module.imports.iter().map(|import| self.target(source, import.from)).collect();
        self.way.pop();
        let targets = targets.into_iter().collect::<Option<_>>().filter(|_| is_sound)?;
        self.modules.push(Linked { module, targets });
        let index = self.modules.len() - 1;
        self.states.insert(path, Some(index));
        Some(index)
    }

    /// What a module names with the string `from`.
    fn target(&mut self, source: Source<'a>, from: Token<'a>) -> Option<Target> {
        let name = &from.text[1..from.text.len() - 1];
        if let Some(index) = self.externals.iter().position(|external| external.name == name) {
            return Some(Target::External(index));
        }
        let (path, bytes) = self.find(source, from, name).map_err(|problem| self.push(source, problem)).ok()?;
        if let Some(start) = self.way.iter().position(|&module| module == path) {
            let way = [&self.way[start..], &[path]].concat().join(" → ");
            let problem = Problem::new(from.span(), format!("modules import each other: {way}"));
            self.push(source, problem.help("move what both need into a module that imports neither"));
            return None;
        }
        match self.states.get(path) {
            Some(&state) => state.map(Target::Module),
            None => self.visit(path, bytes).map(Target::Module),
        }
    }

    /// The file that a module imports as `name`.
    fn find(&self, source: Source<'a>, from: Token<'a>, name: &str) -> Result<(&'a str, &'a [u8]), Problem> {
        let problem = |message: String| Problem::new(from.span(), message);
        if !name.starts_with("./") && !name.starts_with("../") {
            let names = self.externals.iter().map(|external| external.name);
            let otherwise = "the path of a file begins with `./` or `../`";
            return Err(problem(format!("there is no module `{name}`")).suggest(name, names, otherwise));
        }
        let folder = source.path.rfind('/').map_or("", |slash| &source.path[..=slash]);
        let path = join(folder, name).ok_or_else(|| problem(format!("`{name}` is outside the content folder")))?;
        self.tree.file(&path).ok_or_else(|| {
            let missing = problem(format!("there is no file `{path}`"));
            match self.nearest(&path) {
                Some(near) => missing.help(format!("did you mean `{}`?", written(folder, near))),
                None => missing.help(format!("a path is relative to the folder of the module, `{folder}`")),
            }
        })
    }

    /// The script that is most likely meant by the path of none.
    fn nearest(&self, path: &str) -> Option<&'a str> {
        let with_extension = self.tree.file(&format!("{path}{EXTENSION}")).map(|(path, _)| path);
        let scripts = self.tree.paths("").filter(|path| path.ends_with(EXTENSION));
        with_extension.or_else(|| nearest(path, scripts))
    }

    fn push(&mut self, source: Source, problem: Problem) {
        self.report.push(source.diagnostic(problem));
    }
}

/// The path of a file as a module in `folder` imports it.
fn written(folder: &str, path: &str) -> String {
    let path = relative(folder, path);
    if path.starts_with("../") { path } else { format!("./{path}") }
}
