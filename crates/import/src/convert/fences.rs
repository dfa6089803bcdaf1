//! What follows the fence of a code block: the attributes of other generators in Graven's words, `rust file=main.rs numbers mark=3,5-7`.

use std::fmt::Write as _;

use pulldown_cmark::{CodeBlockKind, Event, Tag};

use crate::body::{self, Edit};
use crate::text::Text;

use super::conversion::Conversion;

/// Languages whose fences Graven draws or fills from files. In the other site they were code.
const DRAWN: [&str; 6] = ["table", "chart", "dot", "sequence", "box", "model"];

/// What says elsewhere that a block is in no language.
const PLAIN: [&str; 4] = ["nocode", "nohighlight", "no-highlight", "none"];

/// Words for the tests of rustdoc, which say nothing to a reader.
const RUSTDOC: [&str; 9] = [
    "ignore",
    "no_run",
    "should_panic",
    "compile_fail",
    "noplaypen",
    "noplayground",
    "does_not_compile",
    "edition2018",
    "edition2021",
];

/// Rewrites the info strings of a text.
pub(super) fn convert(text: &mut Text, conversion: &mut Conversion<'_>) {
    let mut edits: Vec<Edit> = Vec::new();
    let fences: Vec<(usize, usize, String)> = body::events(&text.body.text)
        .filter_map(|(event, range)| match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let lines = text.body.text[range.clone()].lines().count().saturating_sub(2);
                Some((range.start, lines, info.into_string()))
            }
            _ => None,
        })
        .collect();
    for (start, lines, info) in fences {
        let line = text.body.text[start..].lines().next().unwrap_or_default();
        let fence = line.find(|char| !matches!(char, '`' | '~')).unwrap_or(line.len());
        if fence < 3 {
            continue;
        }
        let written = &line[fence..];
        let mut info = Info::read(&info);
        info.keep_marks(lines);
        let new = info.written();
        let trimmed = written.trim();
        if new == trimmed {
            continue;
        }
        if !info.lost.is_empty() {
            conversion.note(text, start, format!("attributes of a code block, left out: {}", info.lost.join(" ")));
        }
        if info.is_drawn {
            conversion.note(text, start, format!("a code block in `{}` is plain text: Graven would draw it", info.was));
        }
        edits.push((start + fence..start + line.len(), new));
    }
    text.body.edit(edits);
}

/// An info string.
#[derive(Debug, Default, PartialEq, Eq)]
struct Info {
    language: String,
    /// The language as it was.
    was: String,
    is_drawn: bool,
    file: Option<String>,
    mark: Option<String>,
    numbers: bool,
    lost: Vec<String>,
}

impl Info {
    fn read(info: &str) -> Self {
        let mut read = Self::default();
        let info = info.trim();
        let info = info.strip_prefix("brush:").unwrap_or(info).trim_start();
        let end = info.find([' ', '{', ',', ';', '\t']).unwrap_or(info.len());
        read.was.push_str(&info[..end]);
        let was = read.was.clone();
        match was.split_once(':') {
            // `js:title=a.js`, `rust:src/main.rs`.
            Some((language, file)) => {
                language.clone_into(&mut read.language);
                read.word(
                    file.strip_prefix("title=").map_or_else(|| format!("file={file}"), |file| format!("file={file}")),
                );
            }
            None if was.contains('=') => read.word(was.clone()),
            None => read.language = was,
        }
        for word in words(&info[end..]) {
            read.word(word);
        }
        if PLAIN.contains(&read.language.as_str()) {
            "text".clone_into(&mut read.language);
        }
        read.is_drawn = DRAWN.contains(&read.language.as_str());
        if read.is_drawn {
            "text".clone_into(&mut read.language);
        }
        if read.language.starts_with('.') {
            read.language.remove(0);
        }
        read
    }

    fn word(&mut self, word: String) {
        let (key, value) = word.split_once('=').map_or((word.as_str(), ""), |(key, value)| (key, value));
        let value = value.trim_matches(['"', '\'']);
        match key.to_ascii_lowercase().as_str() {
            // Before the language, in SyntaxHighlighter's `brush: bash`.
            ".brush:" => {}
            "hl_lines" | "mark" | "highlight" | "mark_lines" => self.mark = marks(value),
            "linenos" | "linenostart" | "numbers" | "numberlines" | ".numberlines" | "shownumbers"
            | "showlinenumbers" => {
                self.numbers = value != "false";
            }
            "file" | "filename" | "title" | "name" | "caption" if !value.is_empty() => {
                self.file = Some(value.to_owned());
            }
            _ if self.language.is_empty() && word.starts_with('.') => word[1..].clone_into(&mut self.language),
            _ if RUSTDOC.contains(&key) => {}
            _ => match marks(&word) {
                Some(more) if value.is_empty() => {
                    self.mark = Some(self.mark.take().map_or(more.clone(), |marks| format!("{marks},{more}")));
                }
                _ => self.lost.push(word),
            },
        }
    }

    /// Leaves out marks of lines that the block does not have.
    fn keep_marks(&mut self, lines: usize) {
        let Some(marks) = self.mark.take() else { return };
        let last = |mark: &&str| {
            mark.rsplit('-').next().and_then(|line| line.parse().ok()).is_some_and(|line: usize| line <= lines)
        };
        let kept: Vec<&str> = marks.split(',').filter(last).collect();
        if kept.len() < marks.split(',').count() {
            self.lost.push(format!("marks of lines that are not there ({marks})"));
        }
        self.mark = Some(kept.join(",")).filter(|marks| !marks.is_empty());
    }

    fn written(&self) -> String {
        let mut written = self.language.clone();
        if let Some(file) = &self.file {
            let file = file.replace(['"', '`'], "");
            let quote = if file.contains(' ') { "\"" } else { "" };
            let _ = write!(written, " file={quote}{file}{quote}");
        }
        if self.numbers {
            written.push_str(" numbers");
        }
        if let Some(mark) = &self.mark {
            let _ = write!(written, " mark={mark}");
        }
        // The first word is a language.
        if written.starts_with(' ') { format!("text{written}") } else { written }
    }
}

/// Words separated by spaces, commas and braces; those of brackets and quotes stay together.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let (mut quote, mut depth) = (None, 0);
    for char in text.chars() {
        match char {
            '"' | '\'' if quote == Some(char) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(char),
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            '{' | '}' if quote.is_none() => words.push(std::mem::take(&mut word)),
            _ if quote.is_none() && depth == 0 && char.is_whitespace() => words.push(std::mem::take(&mut word)),
            ',' if quote.is_none() && depth == 0 => words.push(std::mem::take(&mut word)),
            _ => word.push(char),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// Line numbers in Graven's form: `3,5-7`. `None` if the text is none.
fn marks(text: &str) -> Option<String> {
    let numbers = text.replace(['"', '\''], " ");
    let parts = numbers.split([',', ' ', '[', ']']).filter(|part| !part.is_empty());
    let parts: Option<Vec<String>> = parts
        .map(|part| {
            let mut ends = part.splitn(2, '-').map(|end| end.parse::<usize>().ok().filter(|line| *line > 0));
            let (from, to) = (ends.next()??, ends.next());
            Some(match to {
                Some(to) if to? > from => format!("{from}-{}", to?),
                Some(_) | None => from.to_string(),
            })
        })
        .collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_other_generators_become_words() {
        for (info, expected, lost) in [
            ("rust", "rust", 0),
            ("rust,ignore", "rust", 0),
            ("rust,hl_lines=3 5-7", "rust mark=3,5-7", 0),
            ("rust other", "rust", 1),
            ("go {hl_lines=[3,\"5-7\"],linenos=true}", "go numbers mark=3,5-7", 0),
            ("{.python .numberLines}", "python numbers", 0),
            ("js {1,3-4}", "js mark=1,3-4", 0),
            ("ts title=\"a b.ts\"", "ts file=\"a b.ts\"", 0),
            ("js:title=src/a.js", "js file=src/a.js", 0),
            ("rust numbers mark=3 file=a.rs", "rust file=a.rs numbers mark=3", 0),
            ("toml,name=config.toml", "toml file=config.toml", 0),
            ("{.brush: .bash}", "bash", 0),
            ("brush: php", "php", 0),
            ("nocode", "text", 0),
            ("dot", "text", 0),
            ("", "", 0),
        ] {
            let read = Info::read(info);
            assert_eq!((read.written().as_str(), read.lost.len()), (expected, lost), "{info}: {read:?}");
        }
    }
}
