//! The imports and exports of a module (ECMAScript §16.2), and what is left of it without them.
//!
//! What an importer sees of a module is copied once, when the module has run. So an export cannot be a variable that changes later.

use std::ops::Range;

use super::lexer::{Kind, Token};
use super::regex::is_property;
use super::source::Source;
use crate::diagnostic::Diagnostic;

/// A module.
#[derive(Debug)]
pub(super) struct Module<'a> {
    pub(super) source: Source<'a>,
    pub(super) tokens: Vec<Token<'a>>,
    pub(super) imports: Vec<Import<'a>>,
    pub(super) exports: Vec<Export<'a>>,
    /// Its statements, without what makes it a module.
    pub(super) parts: Vec<Part>,
}

/// `import { a as b } from './c.js'`, or `export { a } from './c.js'`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import<'a> {
    /// The string that names the module, with its quotes.
    pub(super) from: Token<'a>,
    pub(super) names: Vec<Imported<'a>>,
}

/// A name of an import.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Imported<'a> {
    /// The name that the other module exports. `None` for all of them, as an object.
    pub(super) name: Option<Name<'a>>,
    pub(super) local: Local<'a>,
}

/// A name of an export.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Export<'a> {
    pub(super) name: Name<'a>,
    pub(super) local: Local<'a>,
}

/// A name, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    pub(super) text: &'a str,
    pub(super) span: Range<usize>,
}

/// What a module itself calls something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Local<'a> {
    Name(Name<'a>),
    /// It has no name in the module: a default export, or what is exported from another module. They are numbered.
    Unnamed(usize),
}

/// A part of the code that is left.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// These tokens.
    Tokens(Range<usize>),
    /// The end of the statement before, where an import or an export began.
    End,
    /// The name for an unnamed function or class.
    Name(usize),
    /// The beginning of the declaration of an unnamed value.
    Constant(usize),
}

/// Reads the statements of a module.
pub(super) fn read<'a>(source: Source<'a>, tokens: Vec<Token<'a>>, problems: &mut Vec<Diagnostic>) -> Module<'a> {
    let module = Module { source, tokens, imports: Vec::new(), exports: Vec::new(), parts: Vec::new() };
    let mut reader = Reader { module, at: 0, copied: 0, unnamed: 0 };
    while reader.at < reader.module.tokens.len() {
        if let Err(problem) = reader.statement() {
            problems.push(problem);
        }
    }
    reader.copy_to(reader.at);
    reader.module
}

struct Reader<'a> {
    module: Module<'a>,
    at: usize,
    /// The tokens before this one are in parts, or left out.
    copied: usize,
    unnamed: usize,
}

impl<'a> Reader<'a> {
    /// Reads an import or an export, or skips a token.
    fn statement(&mut self) -> Result<(), Diagnostic> {
        let start = self.at;
        self.at += 1;
        let token = self.module.tokens[start];
        if token.depth > 0 || is_property(&self.module.tokens[..start]) {
            return Ok(());
        }
        if token.is("import") && !self.is("(") && !self.is(".") {
            self.copy_to(start);
            self.module.parts.push(Part::End);
            self.import()?;
            self.leave_out();
        } else if token.is("export") {
            self.copy_to(start);
            self.module.parts.push(Part::End);
            self.export()?;
        }
        Ok(())
    }

    fn import(&mut self) -> Result<(), Diagnostic> {
        let mut names = Vec::new();
        if self.peek().is_some_and(|token| token.kind == Kind::String) {
            return self.from(names);
        }
        loop {
            if self.take("{") {
                for (name, local) in self.list()? {
                    names.push(Imported { name: Some(name), local: Local::Name(local) });
                }
            } else if self.take("*") {
                self.expect("as")?;
                names.push(Imported { name: None, local: Local::Name(self.name()?) });
            } else {
                let local = self.name()?;
                let name = Name { text: "default", span: local.span.clone() };
                names.push(Imported { name: Some(name), local: Local::Name(local) });
            }
            if !self.take(",") {
                break;
            }
        }
        self.expect("from")?;
        self.from(names)
    }

    /// The string that names another module.
    fn from(&mut self, names: Vec<Imported<'a>>) -> Result<(), Diagnostic> {
        let Some(from) = self.peek().filter(|token| token.kind == Kind::String) else {
            return Err(self.unexpected("the path of a module"));
        };
        self.at += 1;
        if self.peek().is_some_and(|token| token.is("with") || (token.is("assert") && !token.begins_line)) {
            return Err(self.unsupported("import attributes are not supported", "import a module of JavaScript"));
        }
        self.module.imports.push(Import { from, names });
        Ok(())
    }

    fn export(&mut self) -> Result<(), Diagnostic> {
        let Some(token) = self.peek() else { return Err(self.unexpected("what is exported")) };
        match token.text {
            "{" => {
                self.at += 1;
                self.export_list()?;
                self.leave_out();
            }
            "default" => {
                self.at += 1;
                self.copied = self.at;
                self.export_default(token)?;
            }
            "const" | "function" | "async" | "class" => {
                self.leave_out();
                self.export_declaration()?;
            }
            "let" | "var" => {
                let message = format!("`export {}` is not supported", token.text);
                return Err(self.unsupported(
                    &message,
                    "live bindings are not supported: use `const`, or export a function that returns the value",
                ));
            }
            "*" => {
                return Err(self.unsupported(
                    "`export *` is not supported",
                    "name what is exported: `export { a } from './b.js'`",
                ));
            }
            _ => return Err(self.unexpected("what is exported")),
        }
        Ok(())
    }

    /// `export { a, b as c }`, with or without `from`.
    fn export_list(&mut self) -> Result<(), Diagnostic> {
        let names = self.list()?;
        if !self.take("from") {
            let exports = names.into_iter().map(|(local, name)| Export { name, local: Local::Name(local) });
            self.module.exports.extend(exports);
            return Ok(());
        }
        let mut imported = Vec::new();
        for (name, exported) in names {
            let index = self.next_unnamed();
            imported.push(Imported { name: Some(name), local: Local::Unnamed(index) });
            self.module.exports.push(Export { name: exported, local: Local::Unnamed(index) });
        }
        self.from(imported)
    }

    /// The names between braces, of which the first is open: each one, and after `as` another, or itself again.
    fn list(&mut self) -> Result<Vec<(Name<'a>, Name<'a>)>, Diagnostic> {
        let mut names = Vec::new();
        while !self.take("}") {
            let first = self.name()?;
            let second = if self.take("as") { self.name()? } else { first.clone() };
            names.push((first, second));
            if !self.is("}") {
                self.expect(",")?;
            }
        }
        Ok(names)
    }

    fn export_default(&mut self, keyword: Token<'a>) -> Result<(), Diagnostic> {
        let is_declaration = self.take("class") || self.take_function();
        let name = self.peek().filter(|token| is_declaration && token.kind == Kind::Word && !token.is("extends"));
        let local = match name {
            Some(token) => Local::Name(Name { text: token.text, span: token.span() }),
            None if is_declaration => {
                self.copy_to(self.at);
                let index = self.next_unnamed();
                self.module.parts.push(Part::Name(index));
                Local::Unnamed(index)
            }
            None => {
                let index = self.next_unnamed();
                self.module.parts.push(Part::Constant(index));
                Local::Unnamed(index)
            }
        };
        self.module.exports.push(Export { name: Name { text: "default", span: keyword.span() }, local });
        Ok(())
    }

    fn export_declaration(&mut self) -> Result<(), Diagnostic> {
        if !self.take("const") && !self.take("class") && !self.take_function() {
            return Err(self.unexpected("a declaration"));
        }
        let name = self.name()?;
        self.module.exports.push(Export { name: name.clone(), local: Local::Name(name) });
        Ok(())
    }

    /// `function`, `function *`, `async function`.
    fn take_function(&mut self) -> bool {
        let is_async = self.is("async")
            && self.module.tokens.get(self.at + 1).is_some_and(|token| token.is("function") && !token.begins_line);
        self.at += usize::from(is_async);
        let is_function = self.take("function");
        if is_function {
            self.take("*");
        }
        is_function
    }

    fn next_unnamed(&mut self) -> usize {
        self.unnamed += 1;
        self.unnamed - 1
    }

    /// Leaves out the statement that ends here.
    fn leave_out(&mut self) {
        self.take(";");
        self.copied = self.at;
    }

    fn copy_to(&mut self, end: usize) {
        if self.copied < end {
            self.module.parts.push(Part::Tokens(self.copied..end));
        }
        self.copied = end;
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.module.tokens.get(self.at).copied()
    }

    fn is(&self, text: &str) -> bool {
        self.peek().is_some_and(|token| token.is(text))
    }

    fn take(&mut self, text: &str) -> bool {
        let is_next = self.is(text);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, text: &str) -> Result<(), Diagnostic> {
        if self.take(text) { Ok(()) } else { Err(self.unexpected(&format!("`{text}`"))) }
    }

    fn name(&mut self) -> Result<Name<'a>, Diagnostic> {
        let Some(token) = self.peek().filter(|token| token.kind == Kind::Word) else {
            return Err(self.unexpected("a name"));
        };
        self.at += 1;
        Ok(Name { text: token.text, span: token.span() })
    }

    fn unexpected(&self, expected: &str) -> Diagnostic {
        let found = self.peek();
        let at = found.or(self.module.tokens.last().copied()).map_or(0..0, |token| token.span());
        let found = found.map_or_else(|| "the end of the file".to_owned(), |token| format!("`{}`", token.text));
        self.module.source.error(at, format!("expected {expected}, found {found}"))
    }

    fn unsupported(&self, message: &str, help: &str) -> Diagnostic {
        let at = self.peek().map_or(0..0, |token| token.span());
        self.module.source.error(at, message).help(help)
    }
}
