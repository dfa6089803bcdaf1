//! No file imports itself through other files. Each crate's files are parsed with `syn`; every `use` and every path in the code leads to the file that
//! defines what it names. A `mod` declaration is no import, nor is the re-export of a child; tests inside a file do not count.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::visit::{self, Visit};
use syn::{Ident, Item, UseTree, Visibility, token};

/// The names from the crate's root to a module; empty for the root.
type Key = Vec<String>;

/// Which files each file imports.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// How many re-exports a name is followed through; more would be a loop.
const MOST_REEXPORTS: usize = 16;

/// A module as its source says it.
#[derive(Default)]
struct Module {
    file: String,
    defines: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths in the code, `use` declarations aside.
    paths: Vec<Vec<String>>,
}

/// One name of a `use` declaration.
struct Import {
    /// What the module calls it; `*` for a glob, empty within a function.
    name: String,
    path: Vec<String>,
    is_public: bool,
}

/// The modules of a crate, by their names from its root.
struct Crate<'a> {
    sources: &'a BTreeMap<String, String>,
    modules: BTreeMap<Key, Module>,
}

impl<'a> Crate<'a> {
    /// Parses the root file and every file that a `mod` declaration leads to.
    fn parse(sources: &'a BTreeMap<String, String>, root: &str) -> Self {
        let mut parsed = Self { sources, modules: BTreeMap::new() };
        parsed.parse_file(Key::new(), root);
        parsed
    }

    fn parse_file(&mut self, key: Key, file: &str) {
        let text = &self.sources[file];
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.add_module(key, file, &parsed.items);
    }

    fn add_module(&mut self, key: Key, file: &str, items: &[Item]) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items.iter().filter(|item| !is_test(attributes(item))) {
            if let Some(name) = defined(item) {
                module.defines.insert(name.to_string());
            }
            match item {
                Item::Mod(child) => {
                    let name = child.ident.to_string();
                    let inner = [&key[..], std::slice::from_ref(&name)].concat();
                    match &child.content {
                        Some((_, items)) => self.add_module(inner, file, items),
                        None => self.parse_file(inner, &self.file_of(file, &name)),
                    }
                }
                Item::Use(declaration) => {
                    let is_public = !matches!(declaration.vis, Visibility::Inherited);
                    let imports = names(&declaration.tree, &[]).into_iter();
                    module.imports.extend(imports.map(|(name, path)| Import { name, path, is_public }));
                }
                other => Paths(&mut module).visit_item(other),
            }
        }
        self.modules.insert(key, module);
    }

    /// The file of a `mod` declaration: next to a file that is a folder's own, else in the folder of the file's name.
    fn file_of(&self, parent: &str, name: &str) -> String {
        let parent = Path::new(parent);
        let folder = match parent.file_stem().and_then(|stem| stem.to_str()) {
            Some("lib" | "main" | "mod") => parent.with_file_name(""),
            _ => parent.with_extension(""),
        };
        let candidates = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
        let mut candidates = candidates.iter().map(|path| path.to_string_lossy().into_owned());
        let found = candidates.find(|file| self.sources.contains_key(file));
        found.unwrap_or_else(|| panic!("{}: there is no file for `mod {name}`", parent.display()))
    }

    /// Which files each file imports.
    fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (key, module) in &self.modules {
            let imports = module.imports.iter().filter_map(|import| {
                let target = self.resolve(key, &import.path, MOST_REEXPORTS)?;
                (!import.is_public || !target.starts_with(key)).then_some(target)
            });
            // One name alone is no module: it may be a variable that is called like one.
            let paths = module.paths.iter().filter_map(|path| {
                let target = self.resolve(key, path, MOST_REEXPORTS)?;
                (path.len() > 1 || !self.is_child(key, &path[0])).then_some(target)
            });
            let files = imports.chain(paths).map(|target| self.modules[&target].file.clone());
            graph.entry(module.file.clone()).or_default().extend(files.filter(|file| *file != module.file));
        }
        graph
    }

    /// The module that defines what a path in a module names; `None` where it leads out of the crate.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<Key> {
        let mut at = from.to_vec();
        let mut rest = path;
        while let Some((first, tail)) = rest.split_first() {
            match first.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()),
                "*" => return Some(at),
                name if self.is_child(&at, name) => at.push(name.to_owned()),
                _ => {
                    let found = self.definition(&at, rest, depth);
                    // What a macro defines is not seen here; a path that names its module leads there.
                    return found.or_else(|| (rest.len() < path.len()).then_some(at));
                }
            }
            rest = tail;
        }
        Some(at)
    }

    /// The module that defines the first name of a path, which may be re-exported by the module that the path names.
    fn definition(&self, at: &[String], path: &[String], depth: usize) -> Option<Key> {
        let module = self.modules.get(at)?;
        if module.defines.contains(&path[0]) {
            return Some(at.to_vec());
        }
        let depth = depth.checked_sub(1)?;
        if let Some(import) = module.imports.iter().find(|import| import.name == path[0]) {
            return self.resolve(at, &[&import.path[..], &path[1..]].concat(), depth);
        }
        module.imports.iter().filter(|import| import.name == "*").find_map(|import| {
            let target = self.resolve(at, &import.path, depth)?;
            if target == at { None } else { self.definition(&target, path, depth) }
        })
    }

    fn is_child(&self, at: &[String], name: &str) -> bool {
        self.modules.contains_key(&[at, &[name.to_owned()]].concat())
    }
}

/// The names of a `use` declaration, each with its whole path.
fn names(tree: &UseTree, prefix: &[String]) -> Vec<(String, Vec<String>)> {
    let path = |name: &str| [prefix, &[name.to_owned()]].concat();
    match tree {
        UseTree::Path(inner) => names(&inner.tree, &path(&inner.ident.to_string())),
        UseTree::Group(group) => group.items.iter().flat_map(|tree| names(tree, prefix)).collect(),
        UseTree::Name(name) if name.ident == "self" => {
            vec![(prefix.last().cloned().unwrap_or_default(), prefix.to_vec())]
        }
        UseTree::Name(name) => vec![(name.ident.to_string(), path(&name.ident.to_string()))],
        UseTree::Rename(rename) => vec![(rename.rename.to_string(), path(&rename.ident.to_string()))],
        UseTree::Glob(_) => vec![("*".to_owned(), path("*"))],
    }
}

/// Collects the paths of an item.
struct Paths<'a>(&'a mut Module);

impl Visit<'_> for Paths<'_> {
    fn visit_path(&mut self, path: &syn::Path) {
        if path.leading_colon.is_none() {
            self.0.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &syn::Macro) {
        self.visit_path(&call.path);
        let paths = macro_paths.parse2(call.tokens.clone()).expect("any tokens are taken");
        for path in &paths {
            self.visit_path(path);
        }
    }

    fn visit_item_use(&mut self, declaration: &syn::ItemUse) {
        // These names are the function's, not the module's.
        let local = |(_, path)| Import { name: String::new(), path, is_public: false };
        self.0.imports.extend(names(&declaration.tree, &[]).into_iter().map(local));
    }

    fn visit_impl_item_fn(&mut self, function: &syn::ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    /// `pub(super)` names a module and imports nothing.
    fn visit_vis_restricted(&mut self, _: &syn::VisRestricted) {}
}

/// The paths among the tokens of a macro call, whose grammar is the macro's.
fn macro_paths(input: ParseStream) -> syn::Result<Vec<syn::Path>> {
    let mut paths = Vec::new();
    while !input.is_empty() {
        let content;
        if input.peek(token::Paren) {
            syn::parenthesized!(content in input);
            paths.extend(macro_paths(&content)?);
        } else if input.peek(token::Brace) {
            syn::braced!(content in input);
            paths.extend(macro_paths(&content)?);
        } else if input.peek(token::Bracket) {
            syn::bracketed!(content in input);
            paths.extend(macro_paths(&content)?);
        } else if input.peek(token::Pub) {
            input.parse::<Visibility>()?;
        } else if input.peek(Ident::peek_any) && syn::Path::parse_mod_style(&input.fork()).is_ok() {
            paths.push(input.call(syn::Path::parse_mod_style)?);
        } else {
            input.step(|cursor| Ok(((), cursor.token_tree().expect("it is not empty").1)))?;
        }
    }
    Ok(paths)
}

fn attributes(item: &Item) -> &[syn::Attribute] {
    match item {
        Item::Const(syn::ItemConst { attrs, .. })
        | Item::Enum(syn::ItemEnum { attrs, .. })
        | Item::Fn(syn::ItemFn { attrs, .. })
        | Item::Impl(syn::ItemImpl { attrs, .. })
        | Item::Macro(syn::ItemMacro { attrs, .. })
        | Item::Mod(syn::ItemMod { attrs, .. })
        | Item::Static(syn::ItemStatic { attrs, .. })
        | Item::Struct(syn::ItemStruct { attrs, .. })
        | Item::Trait(syn::ItemTrait { attrs, .. })
        | Item::Type(syn::ItemType { attrs, .. })
        | Item::Use(syn::ItemUse { attrs, .. }) => attrs,
        _ => &[],
    }
}

/// The name that an item defines in its module.
fn defined(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(syn::ItemConst { ident, .. })
        | Item::Enum(syn::ItemEnum { ident, .. })
        | Item::Static(syn::ItemStatic { ident, .. })
        | Item::Struct(syn::ItemStruct { ident, .. })
        | Item::Trait(syn::ItemTrait { ident, .. })
        | Item::Type(syn::ItemType { ident, .. }) => Some(ident),
        Item::Fn(function) => Some(&function.sig.ident),
        Item::Macro(definition) => definition.ident.as_ref(),
        _ => None,
    }
}

/// Whether an item is compiled for tests alone.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let condition = attribute.meta.require_list().map(|list| list.tokens.to_string());
        attribute.path().is_ident("cfg") && condition.is_ok_and(|condition| condition == "test")
    })
}

/// For each import that is part of a cycle, the shortest one, beginning with the file whose name is first. Short cycles come first: without them, most
/// long ones are gone too.
fn cycles(graph: &Graph) -> Vec<String> {
    let mut found = BTreeSet::new();
    for (file, imported) in graph {
        for next in imported {
            if let Some(mut cycle) = shortest_way(graph, next, file) {
                let first = (0..cycle.len()).min_by_key(|&at| cycle[at]).unwrap_or(0);
                cycle.rotate_left(first);
                cycle.push(cycle[0]);
                found.insert((cycle.len(), cycle.join(" -> ")));
            }
        }
    }
    found.into_iter().map(|(_, cycle)| cycle).collect()
}

/// The files from one to another, both included.
fn shortest_way<'a>(graph: &'a Graph, from: &'a str, to: &str) -> Option<Vec<&'a str>> {
    let mut reached_from = BTreeMap::from([(from, from)]);
    let mut queue = VecDeque::from([from]);
    while let Some(file) = queue.pop_front() {
        if file == to {
            let mut way = vec![file];
            while way[way.len() - 1] != from {
                way.push(reached_from[way[way.len() - 1]]);
            }
            way.reverse();
            return Some(way);
        }
        for next in graph.get(file).into_iter().flatten() {
            if !reached_from.contains_key(next.as_str()) {
                reached_from.insert(next, file);
                queue.push_back(next);
            }
        }
    }
    None
}

/// The Rust files below a folder, by their path from the repository's root.
fn sources(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("it is in the repository");
                found.insert(name.to_string_lossy().into_owned(), fs::read_to_string(&path).expect("UTF-8"));
            }
        }
    }
    found
}

#[test]
fn no_file_of_the_workspace_imports_itself_through_others() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let members = fs::read_dir(root.join("crates")).expect("the crates").map(|entry| entry.expect("an entry").path());
    let mut found = Vec::new();
    let mut files = 0;
    for member in members.chain([root.to_owned()]) {
        let sources: BTreeMap<_, _> =
            ["src", "tests"].iter().flat_map(|folder| sources(&member.join(folder))).collect();
        for file in sources.keys().filter(|file| is_crate_root(file)) {
            let graph = Crate::parse(&sources, file).graph();
            files += graph.len();
            found.extend(cycles(&graph));
        }
    }
    assert!(files > 100, "only {files} files were found");
    assert!(found.is_empty(), "{} import cycles: {found:#?}", found.len());
}

/// `src/lib.rs`, `src/main.rs`, `tests/NAME.rs`, `tests/NAME/main.rs`.
fn is_crate_root(file: &str) -> bool {
    let path = PathBuf::from(file);
    let is_in = |folder: &str| path.parent().is_some_and(|parent| parent.ends_with(folder));
    path.ends_with("src/lib.rs") || path.ends_with("main.rs") || is_in("tests")
}

fn check(files: &[(&str, &str)], expected: &[&str]) {
    let sources = files.iter().map(|&(file, text)| (file.to_owned(), text.to_owned())).collect();
    let found = cycles(&Crate::parse(&sources, files[0].0).graph());
    assert_eq!(found, expected, "{files:#?}");
}

#[test]
fn a_cycle_is_found_however_the_path_is_written() {
    for back in [
        "use crate::a::A;",
        "use super::a::{self, A};",
        "use super::{a as other};",
        "use crate::a::*;",
        "pub use super::a::A;",
        "use crate::A;",
        "fn f() { use super::a::A; }",
        "fn f() -> super::a::A { loop {} }",
        "fn f() { crate::a::f(); }",
        "fn f() { println!(\"{}\", [super::a::f(1), 2]); }",
        "mod inner { use super::super::a::A; }",
        "impl crate::a::T for u8 {}",
    ] {
        let a = "use crate::b::B; pub struct A; pub fn f() {} pub trait T {}";
        let b = format!("pub struct B; {back}");
        let files = [("lib.rs", "mod a; mod b; pub use a::A;"), ("a.rs", a), ("b.rs", &b)];
        check(&files, &["a.rs -> b.rs -> a.rs"]);
    }
}

#[test]
fn what_is_no_import_makes_no_cycle() {
    for (parent, child) in [
        ("mod child; pub use child::C;", "use super::P;"),
        ("mod child; pub(crate) use child::C;", "pub(super) struct C; use crate::P;"),
        ("mod child; fn f(child: u8) -> u8 { child }", "use super::P;"),
        ("mod child; use child::C;", "pub(in crate) struct C;"),
        ("mod child; use child::C;", "use std::fmt; use crate::other::O;"),
        ("mod child; use child::C;", "use super::other; use super::O;"),
        ("mod child; use child::C;", "#[cfg(test)] mod tests { use super::super::P; }"),
        ("mod child; use child::C;", "impl C { #[cfg(test)] fn f() { crate::f() } }"),
        ("mod child; use child::C;", "macro_rules! m { () => { pub(crate) struct C; pub(super) fn f() {} } }"),
        ("mod child; use child::C;", "/// As [`crate::P`].\nfn f() {}"),
    ] {
        let parent = format!("{parent} mod other; use other::O; struct P;");
        check(&[("main.rs", &parent), ("child.rs", child), ("other.rs", "pub struct O;")], &[]);
    }
}

#[test]
fn a_parent_that_uses_its_child_is_not_imported_by_it() {
    let child = "use super::P; pub struct C;";
    for parent in ["use child::C;", "fn f() { child::f() }", "pub use child::C; fn f(_: C) {}"] {
        let parent = format!("mod child; struct P; {parent}");
        let files = [("lib.rs", "mod parent;"), ("parent/mod.rs", &parent), ("parent/child.rs", child)];
        check(&files, &["parent/child.rs -> parent/mod.rs -> parent/child.rs"]);
    }
}

#[test]
fn a_name_leads_through_re_exports_to_the_file_that_defines_it() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; pub use a::*;"),
        ("a.rs", "pub use crate::b::deep::D;"),
        ("b.rs", "pub mod deep;"),
        ("b/deep.rs", "pub struct D; use crate::c::C;"),
        ("c.rs", "pub struct C; use crate::D as Other;"),
    ];
    check(&files, &["b/deep.rs -> c.rs -> b/deep.rs"]);
}

#[test]
fn each_cycle_is_named_once_and_the_shortest_come_first() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use crate::b::B;"),
        ("b.rs", "use crate::c::C; use crate::d::D; pub struct B;"),
        ("c.rs", "use crate::a; pub struct C;"),
        ("d.rs", "use crate::b; pub struct D;"),
    ];
    check(&files, &["b.rs -> d.rs -> b.rs", "a.rs -> b.rs -> c.rs -> a.rs"]);
}
