//! Reads the `import` and `export` statements of a module. They are outside of all brackets, and no other statement begins with these words.

use super::cursor::Cursor;
use super::declarations::{Declarator, declarators};
use super::module::{Export, Import, Imported, Local, Module, Name, Part};
use super::regex::is_property;
use super::source::{Problem, Source};
use super::token::{Kind, Token};

/// Reads a module. After a statement with an error, the next ones are read too.
pub(super) fn read<'a>(source: Source<'a>, tokens: Vec<Token<'a>>, problems: &mut Vec<Problem>) -> Module<'a> {
    let cursor = Cursor { tokens, at: 0 };
    let mut reader = Reader { module: Module::new(source, Vec::new()), cursor, copied: 0 };
    while reader.cursor.peek().is_some() {
        problems.extend(reader.statement().err());
    }
    reader.copy_to(reader.cursor.at);
    reader.module.tokens = reader.cursor.tokens;
    reader.module
}

struct Reader<'a> {
    module: Module<'a>,
    cursor: Cursor<'a>,
    /// The tokens before this one are in parts, or left out.
    copied: usize,
}

impl<'a> Reader<'a> {
    /// Reads an import or an export, or skips a token.
    fn statement(&mut self) -> Result<(), Problem> {
        let start = self.cursor.at;
        let token = self.cursor.tokens[start];
        self.cursor.at += 1;
        if token.depth > 0 || is_property(&self.cursor.tokens[..start]) {
            return Ok(());
        }
        if token.is("import") && !self.cursor.is("(") && !self.cursor.is(".") {
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

    /// Reads what follows `import`.
    fn import(&mut self) -> Result<(), Problem> {
        let mut names = Vec::new();
        if self.cursor.peek().is_some_and(|token| token.kind != Kind::String) {
            names = self.imported()?;
            while self.cursor.take(",") {
                names.extend(self.imported()?);
            }
            self.cursor.expect("from")?;
        }
        self.from(names)
    }

    /// Reads `{ a, b as c }`, `* as all`, or the name of the default.
    fn imported(&mut self) -> Result<Vec<Imported<'a>>, Problem> {
        if self.cursor.take("{") {
            let import = |(name, local)| Imported { name: Some(name), local: Local::Name(local) };
            return Ok(self.list()?.into_iter().map(import).collect());
        }
        if self.cursor.take("*") {
            self.cursor.expect("as")?;
            return Ok(vec![Imported { name: None, local: Local::Name(self.cursor.name()?) }]);
        }
        let local = self.cursor.name()?;
        let name = Name { text: "default", span: local.span.clone() };
        Ok(vec![Imported { name: Some(name), local: Local::Name(local) }])
    }

    /// Reads the string that names another module.
    fn from(&mut self, names: Vec<Imported<'a>>) -> Result<(), Problem> {
        let from = self.cursor.string()?;
        if self.cursor.is("with") || self.cursor.is("assert") {
            return Err(self.cursor.error("import attributes are not supported").help("import a module of JavaScript"));
        }
        self.module.imports.push(Import { from, names });
        Ok(())
    }

    /// Reads what follows `export`.
    fn export(&mut self) -> Result<(), Problem> {
        let Some(keyword) = self.cursor.peek() else { return Err(self.cursor.unexpected("a declaration")) };
        let error = |message: &str| self.cursor.error(&format!("`export {}` {message}", keyword.text));
        match keyword.text {
            "{" => return self.export_list(),
            "let" | "var" => {
                let help = "importers get a copy: use `const`, or export a function that returns the value";
                return Err(error("is not supported").help(help));
            }
            "*" => return Err(error("is not supported").help("name what is exported: `export { a } from './b.js'`")),
            _ => {}
        }
        if self.cursor.take("default") {
            self.copied = self.cursor.at;
            self.export_default(keyword);
            return Ok(());
        }
        self.copied = self.cursor.at;
        if self.cursor.take("const") {
            return self.export_constants();
        }
        if !self.cursor.take("class") && !self.cursor.take_function() {
            return Err(self.cursor.unexpected("a declaration"));
        }
        let name = self.cursor.name()?;
        self.export_name(name);
        Ok(())
    }

    /// Reads the names of `export { a, b as c }`, with or without `from`.
    fn export_list(&mut self) -> Result<(), Problem> {
        self.cursor.expect("{")?;
        let names = self.list()?;
        if self.cursor.take("from") {
            let mut imported = Vec::new();
            for (name, exported) in names {
                let local = Local::Unnamed(self.module.next_unnamed());
                imported.push(Imported { name: Some(name), local: local.clone() });
                self.module.exports.push(Export { name: exported, local });
            }
            self.from(imported)?;
        } else {
            let exports = names.into_iter().map(|(local, name)| Export { name, local: Local::Name(local) });
            self.module.exports.extend(exports);
        }
        self.leave_out();
        Ok(())
    }

    /// Reads names up to `}`: each one, and the one after its `as`, or itself again.
    fn list(&mut self) -> Result<Vec<(Name<'a>, Name<'a>)>, Problem> {
        let mut names = Vec::new();
        while !self.cursor.take("}") {
            let first = self.cursor.name()?;
            let second = if self.cursor.take("as") { self.cursor.name()? } else { first.clone() };
            names.push((first, second));
            if !self.cursor.is("}") {
                self.cursor.expect(",")?;
            }
        }
        Ok(names)
    }

    /// Reads the beginning of what `export default` exports, and gives it a name.
    fn export_default(&mut self, keyword: Token<'a>) {
        let is_declaration = self.cursor.take("class") || self.cursor.take_function();
        let name = self.cursor.peek().filter(|token| token.kind == Kind::Word && !token.is("extends"));
        let local = if let Some(name) = name.filter(|_| is_declaration) {
            Local::Name(name.into())
        } else {
            let index = self.module.next_unnamed();
            self.copy_to(self.cursor.at);
            self.module.parts.push(if is_declaration { Part::Name(index) } else { Part::Constant(index) });
            Local::Unnamed(index)
        };
        self.module.exports.push(Export { name: Name { text: "default", span: keyword.span() }, local });
    }

    /// Exports what a `const` declares.
    fn export_constants(&mut self) -> Result<(), Problem> {
        for declarator in declarators(&self.cursor.tokens, self.cursor.at) {
            match declarator {
                Declarator::Name(name) => self.export_name(name.into()),
                Declarator::Pattern(open) => {
                    let span = self.cursor.tokens[open].span();
                    let error = Problem::new(span, "an export of a pattern is not supported");
                    return Err(error.help("declare the names first, then `export { a, b }`"));
                }
            }
        }
        Ok(())
    }

    fn export_name(&mut self, name: Name<'a>) {
        self.module.exports.push(Export { name: name.clone(), local: Local::Name(name) });
    }

    /// Leaves out the statement that ends here.
    fn leave_out(&mut self) {
        self.cursor.take(";");
        self.copied = self.cursor.at;
    }

    /// Keeps the tokens before `end` that are not left out.
    fn copy_to(&mut self, end: usize) {
        if self.copied < end {
            self.module.parts.push(Part::Tokens(self.copied..end));
        }
        self.copied = end;
    }
}
