//! Highlighting: code becomes spans of ten one-letter classes, which the theme colours for day and night. Whatever has no class (white space,
//! punctuation, plain names) has no span, and neighbours of one class share theirs, so that a block costs few bytes.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use syntect::parsing::{ClearAmount, ParseState, Scope, ScopeStackOp, SyntaxReference, SyntaxSet};

use super::push_text;

/// The grammars, read once for all blocks of all texts.
static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);

/// Languages by the name that a page shows and the other words that authors use for them, with the name of their grammar. Languages that are not in this
/// table are found by the grammars' own names and file extensions.
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

/// Words for what is no language.
const TEXT: [&str; 5] = ["text", "output", "plain", "plaintext", "txt"];

/// Words for what was typed at a prompt and what came of it.
const TRANSCRIPT: [&str; 3] = ["console", "shell-session", "terminal"];

/// What code is in, and how it is read.
#[derive(Clone, Debug)]
pub(super) struct Language {
    name: String,
    grammar: Grammar,
}

#[derive(Clone, Copy, Debug)]
enum Grammar {
    None,
    /// Lines behind a prompt are the shell's, all others output.
    Transcript,
    Syntax(&'static SyntaxReference),
}

/// The language that an author's word means.
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

/// The words to suggest in the place of one that means no language.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let known = LANGUAGES.iter().flat_map(|(name, aliases, _)| std::iter::once(name).chain(*aliases)).copied();
    known.chain(TEXT).chain(TRANSCRIPT).chain(GRAMMARS.syntaxes().iter().map(|syntax| syntax.name.as_str()))
}

impl Language {
    /// A language that has a name, and no grammar.
    pub(super) fn unknown(word: &str) -> Self {
        Self { name: word.to_owned(), grammar: Grammar::None }
    }

    /// The name to show, and for the class.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is no language at all.
    pub(super) fn is_text(&self) -> bool {
        self.name == TEXT[0]
    }

    /// Writes `code` as HTML. With `marks`, each line gets a span of its own, for numbers and marks.
    pub(super) fn write(&self, out: &mut String, code: &str, marks: Option<&BTreeSet<usize>>) {
        let mut reader = Reader::new(self.grammar);
        let mut painter = Painter { out, open: None, gap: String::new() };
        for (index, line) in code.split_inclusive('\n').enumerate() {
            if let Some(marks) = marks {
                painter.out.push_str(if marks.contains(&(index + 1)) { "<span class=\"l m\">" } else { "<span class=\"l\">" });
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

/// What stands before a command that was typed.
const PROMPTS: [&str; 3] = ["$ ", "# ", "> "];

/// Reads code line by line, in the state in which the last line left it.
struct Reader {
    grammar: Grammar,
    lines: Option<Lines>,
}

impl Reader {
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
            // Each command begins anew, so that an open quote in one does not colour all that follows.
            self.lines = prompt.and_then(|_| GRAMMARS.find_syntax_by_name("Bourne Again Shell (bash)")).map(Lines::new);
        }
        match &mut self.lines {
            Some(lines) => lines.read(rest, painter),
            None => painter.paint(PLAIN, rest),
        }
    }
}

/// The class of what has none.
const PLAIN: char = ' ';

/// Scopes by their first names (as TextMate and Sublime Text have them), with their class: `k` keyword, `s` string, `c` comment, `n` number or constant,
/// `f` function, `t` type or tag, `a` attribute or key, `m` macro or annotation, `i` inserted, `d` deleted, `h` heading. The first that fits is taken;
/// a scope that none fits has the class of the scope around it.
const CLASSES: [(&str, char); 45] = [
    ("comment", 'c'),
    ("string.unquoted", PLAIN),
    ("string", 's'),
    ("constant.character.escape", 's'),
    ("constant.other.placeholder", 's'),
    ("constant", 'n'),
    ("keyword.operator.word", 'k'),
    ("keyword.operator.logical.python", 'k'),
    ("keyword.operator", PLAIN),
    ("keyword.other.unit", 'n'),
    ("keyword", 'k'),
    ("storage", 'k'),
    ("variable.language", 'k'),
    ("variable.function", 'f'),
    ("variable.annotation", 'm'),
    ("variable", PLAIN),
    ("support.function", 'f'),
    ("support.macro", 'm'),
    ("support.type.property-name", 'a'),
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
    ("meta.structure.dictionary.key", 'a'),
    ("meta.annotation", 'm'),
    ("meta.preprocessor", 'm'),
    ("markup.inserted", 'i'),
    ("markup.deleted", 'd'),
    ("markup.heading", 'h'),
    ("meta.diff", 'h'),
    ("meta.interpolation", PLAIN),
    ("meta.template.expression", PLAIN),
    ("source", PLAIN),
    ("text", PLAIN),
];

static SCOPES: LazyLock<Vec<(Scope, char)>> = LazyLock::new(|| {
    let scope = |name| Scope::new(name).expect("a name of few parts is a scope");
    CLASSES.iter().map(|(name, class)| (scope(name), *class)).collect()
});

/// The class of a scope within one of the class `around`.
fn class_of(scope: Scope, around: char) -> char {
    match SCOPES.iter().find(|(prefix, _)| prefix.is_prefix_of(scope)) {
        // A string that is a key is a key.
        Some((_, 's')) if around == 'a' => 'a',
        Some((_, class)) => *class,
        None => around,
    }
}

/// A grammar at work.
struct Lines {
    state: ParseState,
    /// The scopes that are open, each by its class.
    classes: Vec<char>,
    /// Scopes that the grammar put aside for a while.
    cleared: Vec<Vec<char>>,
}

impl Lines {
    fn new(syntax: &SyntaxReference) -> Self {
        Self { state: ParseState::new(syntax), classes: Vec::new(), cleared: Vec::new() }
    }

    fn read(&mut self, line: &str, painter: &mut Painter) {
        let terminated;
        // The grammars are written for lines that end.
        let fed = if line.ends_with('\n') {
            line
        } else {
            terminated = format!("{line}\n");
            &terminated
        };
        // A pattern that runs over its limit leaves the line as it is.
        let changes = self.state.parse_line(fed, &GRAMMARS).unwrap_or_default();
        let mut end = 0;
        for (at, change) in changes {
            let at = at.min(line.len());
            painter.paint(self.class(), &line[end..at]);
            end = at;
            self.apply(&change);
        }
        painter.paint(self.class(), &line[end..]);
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

/// Writes spans, as few as it takes.
struct Painter<'o> {
    out: &'o mut String,
    /// The class of the span that is open.
    open: Option<char>,
    /// White space that is not written yet: it joins a span if the span goes on behind it.
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

    /// Ends the open span, and writes the white space behind it.
    fn finish(&mut self) {
        if self.open.take().is_some() {
            self.out.push_str("</span>");
        }
        self.out.push_str(&self.gap);
        self.gap.clear();
    }
}
