//! Highlighting: code becomes spans with ten one-letter classes, which the theme colours. White space, punctuation and plain names have no class and no
//! span, and neighbours of one class share a span, so that a block takes few bytes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use syntect::parsing::{ClearAmount, ParseState, Scope, ScopeStackOp, SyntaxReference, SyntaxSet};

use crate::markup::push_text;

/// The grammars, read once for all blocks of all texts.
static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Languages: the name that a page shows, other names that authors use, and the name of the grammar. Other languages are found by the names and file
/// extensions of the grammars.
const LANGUAGES: [(&str, &[&str], &str); 27] = [
    ("bash", &["sh", "shell", "zsh"], "Bourne Again Shell (bash)"),
    ("c", &[], "C"),
    ("cpp", &["c++"], "C++"),
    ("css", &[], "CSS"),
    ("diff", &["patch"], "Diff"),
    ("dockerfile", &["containerfile", "docker"], "Dockerfile (with bash)"),
    ("go", &["golang"], "Go"),
    ("hcl", &["terraform", "tf"], "Terraform"),
    ("html", &["htm"], "HTML"),
    ("http", &[], "HTTP Request and Response"),
    ("ini", &["systemd"], "INI"),
    ("javascript", &["js", "mjs", "cjs", "node"], "JavaScript"),
    ("json", &["json5", "jsonc"], "JSON"),
    ("jsx", &[], "TypeScriptReact"),
    ("lua", &[], "Lua"),
    ("makefile", &["make"], "Makefile"),
    ("markdown", &["md"], "Markdown"),
    ("nginx", &[], "nginx"),
    ("protobuf", &["proto"], "Protocol Buffer"),
    ("python", &["py", "python3"], "Python"),
    ("rust", &["rs"], "Rust"),
    ("sql", &["mysql", "postgres", "postgresql", "sqlite"], "SQL"),
    ("toml", &[], "TOML"),
    ("tsx", &[], "TypeScriptReact"),
    ("typescript", &["ts"], "TypeScript"),
    ("xml", &["svg"], "XML"),
    ("yaml", &["yml"], "YAML"),
];

/// Names for plain text.
const TEXT: [&str; 5] = ["text", "output", "plain", "plaintext", "txt"];

/// Names for a terminal session: commands and their output.
const TRANSCRIPT: [&str; 3] = ["console", "shell-session", "terminal"];

/// The language of a block, and how to read it.
#[derive(Clone, Debug)]
pub(super) struct Language {
    name: String,
    grammar: Grammar,
}

#[derive(Clone, Copy, Debug)]
enum Grammar {
    None,
    /// Lines with a prompt are shell commands, all others output.
    Transcript,
    Syntax(&'static SyntaxReference),
}

/// The language with the name `word`.
pub(super) fn find(word: &str) -> Option<Language> {
    let word = word.to_lowercase();
    if TEXT.contains(&word.as_str()) {
        return Some(Language { name: TEXT[0].to_owned(), grammar: Grammar::None });
    }
    if TRANSCRIPT.contains(&word.as_str()) {
        return Some(Language { name: TRANSCRIPT[0].to_owned(), grammar: Grammar::Transcript });
    }
    let known = LANGUAGES.iter().find(|(name, aliases, _)| *name == word || aliases.contains(&word.as_str()));
    let (name, syntax) = match known {
        Some((name, _, grammar)) => ((*name).to_owned(), GRAMMARS.find_syntax_by_name(grammar)?),
        None => (word.clone(), GRAMMARS.find_syntax_by_token(&word)?),
    };
    Some(Language { name, grammar: Grammar::Syntax(syntax) })
}

/// The names to suggest for an unknown one.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let known = LANGUAGES.iter().flat_map(|(name, aliases, _)| std::iter::once(name).chain(*aliases)).copied();
    known.chain(TEXT).chain(TRANSCRIPT).chain(GRAMMARS.syntaxes().iter().map(|syntax| syntax.name.as_str()))
}

impl Language {
    /// A language with a name and no grammar.
    pub(super) fn unknown(word: &str) -> Self {
        Self { name: word.to_owned(), grammar: Grammar::None }
    }

    /// The name to show, and to use in the class.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is plain text.
    pub(super) fn is_text(&self) -> bool {
        self.name == TEXT[0]
    }

    /// Writes `code` as HTML. With `marks`, each line gets a span, for numbers and marks.
    pub(super) fn write(&self, out: &mut String, code: &str, marks: Option<&BTreeSet<usize>>) {
        let mut reader = CodeReader::new(self.grammar);
        let mut painter = Painter { out, open: None, gap: String::new() };
        for (index, line) in code.split_inclusive('\n').enumerate() {
            if let Some(marks) = marks {
                painter.out.push_str(if marks.contains(&(index + 1)) {
                    "<span class=\"l m\">"
                } else {
                    "<span class=\"l\">"
                });
            }
            reader.read(line, &mut painter);
            if marks.is_some() {
                painter.finish();
                painter.out.push_str("</span>");
            }
        }
        painter.finish();
    }
}

/// The prompts before a command.
const PROMPTS: [&str; 3] = ["$ ", "# ", "> "];

/// Reads code line by line, and keeps the state between lines.
struct CodeReader {
    grammar: Grammar,
    lines: Option<Lines>,
}

impl CodeReader {
    fn new(grammar: Grammar) -> Self {
        let lines = match grammar {
            Grammar::Syntax(syntax) => Some(Lines::new(syntax)),
            Grammar::None | Grammar::Transcript => None,
        };
        Self { grammar, lines }
    }

    fn read(&mut self, line: &str, painter: &mut Painter) {
        let mut rest = line;
        if matches!(self.grammar, Grammar::Transcript) {
            let prompt = PROMPTS.iter().find(|prompt| line.starts_with(**prompt));
            let (typed, command) = line.split_at(prompt.map_or(0, |prompt| prompt.len()));
            painter.paint(PLAIN, typed);
            rest = command;
            // Each command has a new state, so that an open quote does not affect the following ones.
            self.lines = prompt.and_then(|_| GRAMMARS.find_syntax_by_name("Bourne Again Shell (bash)")).map(Lines::new);
        }
        match &mut self.lines {
            Some(lines) => lines.read(rest, painter),
            None => painter.paint(PLAIN, rest),
        }
    }
}

/// The class of plain text, which has no span.
const PLAIN: char = ' ';

/// The class of operators in the table: a keyword if it is a word (`and`), plain if it is a sign; within a string, part of that.
const OPERATOR: char = 'o';

/// The class of variables in the table: plain; within a string or a key, part of that.
const VARIABLE: char = 'v';

/// Prefixes of scopes (those of `TextMate` and Sublime Text) with their class: `k` keyword, `s` string, `c` comment, `n` number or constant,
/// `f` function, `t` type or tag, `a` attribute or key, `m` macro or annotation, `i` inserted, `d` deleted, `h` heading. The first match counts.
/// A scope without a match has the class of the scope around it.
const CLASSES: [(&str, char); 51] = [
    ("comment", 'c'),
    ("string.unquoted", PLAIN),
    ("string", 's'),
    ("constant.character.escape", 's'),
    ("constant.other.placeholder", 's'),
    ("constant.other.database-name.sql", PLAIN),
    ("constant.other.table-name.sql", PLAIN),
    ("constant.language.sql", 'k'),
    ("constant", 'n'),
    ("keyword.operator", OPERATOR),
    ("keyword.other.unit", 'n'),
    ("keyword.other.http-header", 'a'),
    ("keyword", 'k'),
    ("storage.type.string", 's'),
    ("storage.type.keyword", 'k'),
    ("storage.type.go", 't'),
    ("storage", 'k'),
    ("variable.language.star", PLAIN),
    ("variable.language", 'k'),
    ("variable.function", 'f'),
    ("variable.annotation", 'm'),
    ("variable.declaration.terraform", 'a'),
    ("variable", VARIABLE),
    ("support.function", 'f'),
    ("support.macro", 'm'),
    ("support.type.property-name", 'a'),
    ("support.type.custom-property", 'a'),
    ("support.type", 't'),
    ("support.class", 't'),
    ("support.constant", 'n'),
    ("entity.name.function", 'f'),
    ("entity.name.macro", 'm'),
    ("entity.name.tag.yaml", 'a'),
    ("entity.name.tag.toml", 'a'),
    ("entity.name.tag", 't'),
    ("entity.name.section", 'h'),
    ("entity.name.table", 'h'),
    ("entity.name.namespace", PLAIN),
    ("entity.name", 't'),
    ("entity.other.inherited-class", 't'),
    ("entity.other.attribute-name", 'a'),
    ("meta.mapping.key", 'a'),
    ("meta.annotation", 'm'),
    ("meta.preprocessor", 'm'),
    ("markup.inserted", 'i'),
    ("markup.deleted", 'd'),
    ("meta.diff", 'h'),
    ("meta.interpolation", PLAIN),
    ("meta.template.expression", PLAIN),
    ("source", PLAIN),
    ("text", PLAIN),
];

/// Keywords that a grammar reads as plain names. Those in upper case are keywords in lower case too.
const MORE_KEYWORDS: [(&str, &str); 2] = [
    ("Rust", "async await dyn"),
    (
        "SQL",
        "ALL ALWAYS ANALYZE AS BY CONFLICT DO EXCLUDED EXPLAIN FILTER FOR GENERATED IDENTITY INTERVAL LATERAL LISTEN LOCKED \
         NOTHING NOTIFY ON OVER PARTITION RECURSIVE RETURNING SELECT SKIP UNION WINDOW",
    ),
];

static SCOPES: LazyLock<Vec<(Scope, char)>> = LazyLock::new(|| {
    let scope = |name| Scope::new(name).expect("a name of few parts is a scope");
    CLASSES.iter().map(|(name, class)| (scope(name), *class)).collect()
});

/// The class of a scope within one of the class `around`.
fn class_of(scope: Scope, around: char) -> char {
    let Some((_, class)) = SCOPES.iter().find(|(prefix, _)| prefix.is_prefix_of(scope)) else { return around };
    match (*class, around) {
        // A string that is a key is a key.
        ('s' | VARIABLE, 'a') => 'a',
        (OPERATOR | VARIABLE, 's') => 's',
        (VARIABLE, _) => PLAIN,
        (class, _) => class,
    }
}

/// The state of a grammar.
struct Lines {
    state: ParseState,
    /// The classes of the open scopes.
    classes: Vec<char>,
    /// The classes of scopes that the grammar has cleared and may restore.
    cleared: Vec<Vec<char>>,
    more_keywords: &'static str,
}

impl Lines {
    fn new(syntax: &SyntaxReference) -> Self {
        let more_keywords = MORE_KEYWORDS.iter().find(|(name, _)| *name == syntax.name).map_or("", |(_, words)| words);
        Self { state: ParseState::new(syntax), classes: Vec::new(), cleared: Vec::new(), more_keywords }
    }

    fn read(&mut self, line: &str, painter: &mut Painter) {
        let terminated;
        // The grammars expect a line break at the end.
        let fed = if line.ends_with('\n') {
            line
        } else {
            terminated = format!("{line}\n");
            &terminated
        };
        // If a pattern exceeds its limit, the line stays plain.
        let changes = self.state.parse_line(fed, &GRAMMARS).unwrap_or_default();
        let mut end = 0;
        for (at, change) in changes {
            let at = at.min(line.len());
            self.paint(&line[end..at], painter);
            end = at;
            self.apply(&change);
        }
        self.paint(&line[end..], painter);
    }

    fn paint(&self, text: &str, painter: &mut Painter) {
        match self.class() {
            OPERATOR if text.trim().chars().all(char::is_alphabetic) => painter.paint('k', text),
            OPERATOR => painter.paint(PLAIN, text),
            PLAIN if !self.more_keywords.is_empty() => self.paint_words(text, painter),
            class => painter.paint(class, text),
        }
    }

    /// Paints text without a class, in which some words are keywords.
    fn paint_words(&self, text: &str, painter: &mut Painter) {
        let is_of_word = |character: char| character.is_alphanumeric() || character == '_';
        let mut rest = text;
        while !rest.is_empty() {
            let begins_word = rest.starts_with(is_of_word);
            let (part, tail) =
                rest.split_at(rest.find(|character| is_of_word(character) != begins_word).unwrap_or(rest.len()));
            let in_small = part.bytes().all(|byte| byte.is_ascii_lowercase());
            let is_keyword = |word: &str| word == part || in_small && word.eq_ignore_ascii_case(part);
            painter.paint(if self.more_keywords.split_whitespace().any(is_keyword) { 'k' } else { PLAIN }, part);
            rest = tail;
        }
    }

    fn class(&self) -> char {
        self.classes.last().copied().unwrap_or(PLAIN)
    }

    fn apply(&mut self, change: &ScopeStackOp) {
        match change {
            ScopeStackOp::Push(scope) => self.classes.push(class_of(*scope, self.class())),
            ScopeStackOp::Pop(count) => self.classes.truncate(self.classes.len().saturating_sub(*count)),
            ScopeStackOp::Clear(amount) => {
                let kept = match amount {
                    ClearAmount::TopN(count) => self.classes.len().saturating_sub(*count),
                    ClearAmount::All => 0,
                };
                self.cleared.push(self.classes.split_off(kept));
            }
            ScopeStackOp::Restore => self.classes.extend(self.cleared.pop().unwrap_or_default()),
            ScopeStackOp::Noop => {}
        }
    }
}

/// Writes spans, as few as possible.
struct Painter<'o> {
    out: &'o mut String,
    /// The class of the open span.
    open: Option<char>,
    /// White space that is not written yet: it belongs to the open span if the span continues after it.
    gap: String,
}

impl Painter<'_> {
    fn paint(&mut self, class: char, text: &str) {
        if text.trim_start().is_empty() {
            self.gap.push_str(text);
            return;
        }
        if self.open == Some(class) || (self.open.is_none() && class == PLAIN) {
            self.out.push_str(&self.gap);
            self.gap.clear();
        } else {
            self.finish();
            if class != PLAIN {
                self.out.extend(["<span class=\"", class.encode_utf8(&mut [0; 4]), "\">"]);
                self.open = Some(class);
            }
        }
        push_text(self.out, text);
    }

    /// Ends the open span, and writes the white space after it.
    fn finish(&mut self) {
        if self.open.take().is_some() {
            self.out.push_str("</span>");
        }
        self.out.push_str(&self.gap);
        self.gap.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(word: &str, code: &str) -> String {
        let mut out = String::new();
        find(word).expect(word).write(&mut out, code, None);
        out
    }

    /// Each language with its aliases, a line of it, and spans that must come of it.
    const SAMPLES: [(&[&str], &str, &[&str]); 24] = [
        (
            &["rust", "rs"],
            "#[test] fn f() -> Vec<u8> { \"s\" } // c",
            &["m\">#[test]", "k\">fn", "f\">f", "s\">\"s\"", "c\">// c"],
        ),
        (
            &["go", "golang"],
            "func f() { return \"s\", 1 } // c",
            &["k\">func", "f\">f", "s\">\"s\"", "n\">1", "c\">// c"],
        ),
        (
            &["typescript", "ts"],
            "export interface A { b: string } const f = (x) => `a${x}b`",
            &["k\">export", "t\">A", "s\">`a"],
        ),
        (&["tsx"], "const a = <B c=\"d\">{e}</B>; return 1", &["k\">const", "t\">B", "a\">c", "s\">\"d\"", "n\">1"]),
        (&["jsx"], "const a = <B c=\"d\">{e}</B>", &["k\">const", "t\">B"]),
        (
            &["javascript", "js", "mjs", "node"],
            "async function f() { return 'x' } // c",
            &["k\">async function", "f\">f", "s\">'x'"],
        ),
        (&["json", "jsonc"], "{\"a\": \"b\", \"c\": 1}", &["a\">\"a\"", "s\">\"b\"", "n\">1"]),
        (&["toml"], "# c\n[package]\nname = \"x\"\non = true", &["c\"># c", "a\">name", "s\">\"x\"", "n\">true"]),
        (&["yaml", "yml"], "# c\nname: \"x\"\non: true", &["c\"># c", "a\">name", "s\">\"x\"", "n\">true"]),
        (
            &["bash", "sh", "shell", "zsh"],
            "for x in \"a b\"; do echo 1; done # c",
            &["k\">for", "s\">\"a b\"", "f\">echo", "c\"># c"],
        ),
        (
            &["sql", "postgres"],
            "SELECT count(*) FROM a JOIN b ON b = 'c' AND d IS NOT NULL RETURNING e -- d",
            &["k\">SELECT", "f\">count", "k\">ON", "s\">'c'", "k\">AND", "k\">IS NOT NULL RETURNING", "c\">-- d"],
        ),
        (&["dockerfile", "docker"], "FROM rust:1 AS build # c\nRUN echo \"x\"", &["k\">FROM", "k\">RUN"]),
        (&["html", "htm"], "<!-- c --><a href=\"x\">y</a>", &["c\"><!-- c -->", "t\">a", "a\">href", "s\">\"x\""]),
        (&["css"], "/* c */ .a { color: red; width: 1px }", &["c\">/* c */", "a\">color", "n\">"]),
        (
            &["lua"],
            "local function f() return \"s\" end -- c",
            &["k\">local function", "f\">f", "s\">\"s\"", "c\">-- c"],
        ),
        (&["protobuf", "proto"], "message A { string b = 1; } // c", &["k\">message", "t\">A", "n\">1", "c\">// c"]),
        (
            &["hcl", "terraform", "tf"],
            "resource \"a\" \"b\" { c = true } # d",
            &["k\">resource", "s\">\"a\"", "n\">true", "c\"># d"],
        ),
        (
            &["nginx"],
            "server { listen 80; # c\n location / { return 200; } }",
            &["k\">server", "k\">listen", "s\">80", "c\"># c"],
        ),
        (&["diff", "patch"], "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y", &["h\">---", "d\">-x", "i\">+y"]),
        (&["http"], "GET /x HTTP/1.1\nHost: a\n\n{\"a\": 1}", &["k\">GET", "a\">Host"]),
        (&["python", "py"], "def f(a): return \"s\" # c", &["k\">def", "f\">f", "s\">\"s\"", "c\"># c"]),
        (&["ini", "systemd"], "; c\n[Unit]\nA=b", &["c\">; c", "k\">A", "s\">b"]),
        (&["console", "terminal"], "$ echo 'x'\n'out", &["f\">echo", "s\">'x'", "\n'out"]),
        (&["c"], "#include <x.h>\nint main(void) { return 0; }", &["k\">int", "f\">main", "n\">0"]),
    ];

    #[test]
    fn every_language_is_known_by_its_aliases_and_coloured() {
        for (words, code, spans) in SAMPLES {
            for word in words {
                let html = write(word, code);
                let escape = |span: &str| {
                    let (class, text) = span.split_once('>').unwrap_or(("", span));
                    let mut escaped = String::new();
                    push_text(&mut escaped, text);
                    if class.is_empty() { escaped } else { format!("{class}>{escaped}") }
                };
                let missing: Vec<_> = spans.iter().filter(|span| !html.contains(&escape(span))).collect();
                assert!(missing.is_empty(), "{word}: {missing:?} in\n{html}");
            }
        }
    }

    #[test]
    fn every_grammar_of_the_table_exists() {
        for (name, _, grammar) in LANGUAGES {
            assert!(find(name).is_some(), "{name}: {grammar}");
        }
    }

    #[test]
    fn languages_beyond_the_table_are_found_by_extension() {
        for word in ["zig", "kt", "swift", "Haskell"] {
            assert!(find(word).is_some(), "{word}");
        }
        assert!(find("rusty").is_none());
    }

    #[test]
    fn neighbours_of_one_class_share_a_span_and_plain_text_has_none() {
        assert_eq!(
            write("rust", "pub async fn f() {}"),
            "<span class=\"k\">pub async fn</span> <span class=\"f\">f</span>() {}"
        );
        assert_eq!(write("rust", "a.b(c)"), "a.<span class=\"f\">b</span>(c)");
        assert_eq!(write("text", "a < b"), "a &lt; b");
    }

    #[test]
    fn lines_are_wrapped_when_they_are_numbered_or_marked() {
        let mut out = String::new();
        find("rust").expect("rust").write(&mut out, "/* a\nb */\nlet", Some(&BTreeSet::from([2])));
        assert_eq!(
            out,
            "<span class=\"l\"><span class=\"c\">/* a\n</span></span>\
             <span class=\"l m\"><span class=\"c\">b */</span>\n</span>\
             <span class=\"l\"><span class=\"k\">let</span></span>"
        );
    }
}
