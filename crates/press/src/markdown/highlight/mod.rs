//! Highlighting: code becomes spans with ten one-letter classes, which the theme colours.
//!
//! Every language has a reader, which goes over the code once: `program` for all programming languages (a row each in `languages`), `shell`, `settings`
//! (YAML, TOML, INI, servers), `build_files` (Dockerfiles, makefiles), `markup`, `css`, `text` (differences, HTTP) and `document` (Markdown). A reader
//! takes its code from a `scanner` and knows nothing of spans, which `painter` writes. There are no regular expressions and no grammars to compile: a block takes microseconds in a new process too.

mod build_files;
mod css;
mod document;
mod languages;
mod lexeme;
mod markup;
mod painter;
mod program;
mod quote;
mod scanner;
mod settings;
mod shell;
mod text;
mod words;

use std::collections::BTreeSet;

use self::languages::PROGRAMS;
use self::painter::{PLAIN, Painter};
use self::program::Program;

/// A function that paints code.
type Read = fn(&str, &mut Painter);

/// Languages with a reader of their own: the name that a page shows and other names that authors use, and the reader.
const READERS: [(&str, Read); 18] = [
    ("bash sh shell zsh fish ksh just", shell::read),
    ("dockerfile containerfile docker", build_files::read_dockerfile),
    ("makefile make mk", build_files::read_makefile),
    ("yaml yml", settings::read_yaml),
    ("toml", settings::read_toml),
    ("ini systemd conf properties editorconfig desktop gitconfig service socket timer cfg", settings::read_ini),
    ("env dotenv", settings::read_ini),
    ("nginx", settings::read_nginx),
    ("caddyfile caddy", settings::read_directives_by_line),
    ("apache apacheconf htaccess", settings::read_directives_by_line),
    (
        "html htm xhtml vue svelte astro jinja handlebars liquid erb jinja2 j2 twig hbs ejs jsp django",
        markup::read_html,
    ),
    ("xml svg xsl xslt plist rss atom", markup::read_xml),
    ("css scss sass less stylus", css::read),
    ("ssh ssh_config sshconfig sshd_config", settings::read_directives_by_line),
    ("diff patch", text::read_diff),
    ("http", text::read_http),
    ("markdown md mdx", read_markdown),
    ("console shell-session terminal", read_transcript),
];

/// Names for plain text.
const TEXT: &str = "text output plain plaintext txt log csv ascii";

/// Languages that are shown as they are, with their name.
const SHOWN: &str = "abnf asciidoc bnf crontab dot ebnf fstab gitattributes gitignore gnuplot lean man mermaid org regex requirements rst strace \
    troff typst";

/// Languages that are read like another one, and keep their name.
const KIN: &str = "arduino astro bazel bibtex common-lisp crystal cuda delphi deno django edn editorconfig ejs elisp elm emacs-lisp erb fish gitconfig \
    gradle handlebars hlsl jenkinsfile jinja jinja2 jsp just less liquid luau mdx metal nasm nomad octave odin plist plpgsql plsql properties purescript \
    qml racket raku sass sbt scheme scss starlark stylus svelte systemverilog thrift tsql twig vba vhdl vlang vue vyper wasm wat wgsl xslt";

/// The language of a block, and how to read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Language<'a> {
    name: &'a str,
    grammar: Grammar,
}

#[derive(Clone, Copy, Debug)]
enum Grammar {
    None,
    Reader(Read),
    Program(&'static Program),
}

/// The language with the name `word`.
pub(super) fn find(word: &str) -> Option<Language<'static>> {
    let word = word.to_lowercase();
    let listed = |names: &'static str| names.split(' ').find(|name| *name == word);
    // The name of a language is the first of its names.
    let language = |names: &'static str, grammar| {
        let name = listed(KIN).or_else(|| names.split(' ').next())?;
        Some(Language { name, grammar })
    };
    if listed(TEXT).is_some() {
        return language(TEXT, Grammar::None);
    }
    if let Some(name) = listed(SHOWN) {
        return Some(Language { name, grammar: Grammar::None });
    }
    if let Some((names, read)) = READERS.iter().find(|(names, _)| listed(names).is_some()) {
        return language(names, Grammar::Reader(*read));
    }
    let program = languages::find(&word)?;
    language(program.row.names, Grammar::Program(program))
}

/// The names to suggest for an unknown one.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let lists = READERS.iter().map(|(names, _)| *names).chain(PROGRAMS.iter().map(|program| program.row.names));
    lists.chain([TEXT, SHOWN]).flat_map(|names| names.split(' '))
}

impl<'a> Language<'a> {
    /// A language with a name and no grammar.
    pub(super) fn unknown(word: &'a str) -> Self {
        Self { name: word, grammar: Grammar::None }
    }

    /// The name to show, and to use in the class.
    pub(super) fn name(&self) -> &'a str {
        self.name
    }

    /// Whether it is plain text.
    pub(super) fn is_text(&self) -> bool {
        self.name == "text"
    }

    /// Writes `code` as HTML. With `marks`, each line gets a span, for numbers and marks.
    pub(super) fn write(&self, out: &mut String, code: &str, marks: Option<&BTreeSet<usize>>) {
        let mut painter = Painter::new(out, marks);
        self.paint(code, &mut painter);
        painter.finish();
    }

    fn paint(&self, code: &str, painter: &mut Painter) {
        match self.grammar {
            Grammar::None => painter.paint(PLAIN, code),
            Grammar::Reader(read) => read(code, painter),
            Grammar::Program(program) => program.read(code, painter),
        }
    }
}

/// Paints Markdown. A fence of Markdown in Markdown is plain, so that the depth is bounded.
fn read_markdown(code: &str, painter: &mut Painter) {
    document::read(code, painter, |name, code, painter| match find(name) {
        Some(language) if !["markdown", "mdx"].contains(&language.name) => language.paint(code, painter),
        _ => painter.paint(PLAIN, code),
    });
}

/// The prompts before a command.
const PROMPTS: [&str; 3] = ["$ ", "# ", "> "];

/// Paints a terminal session: lines with a prompt are commands, all others output.
fn read_transcript(code: &str, painter: &mut Painter) {
    for line in code.split_inclusive('\n') {
        let prompt = PROMPTS.iter().find(|prompt| line.starts_with(**prompt));
        let (typed, rest) = line.split_at(prompt.map_or(0, |prompt| prompt.len()));
        painter.paint(PLAIN, typed);
        // Each command is read on its own, so that an open quote does not affect the following ones.
        if prompt.is_some() { shell::read(rest, painter) } else { painter.paint(PLAIN, rest) }
    }
}

#[cfg(test)]
mod tests;
