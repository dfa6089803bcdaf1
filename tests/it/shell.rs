//! Splits shell text into its commands, as far as documents need it: quotes, comments, pipes, lists, redirections, `$(…)`, `for … do … done`.

use std::mem::take;

/// Words that come before a command of a loop or a list.
const KEYWORDS: [&str; 5] = ["do", "done", "then", "fi", "else"];

/// The commands of a text, each as its words without quotes. Prompts (`pi-1$ `), comments, assignments, redirections and `for` are left out; commands
/// in `$(…)` come before the one that they are part of.
pub(crate) fn commands(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut splitter = Splitter::default();
    for line in text.replace("\\\n", " ").lines() {
        let line = line.split_once("$ ").filter(|(prompt, _)| !prompt.contains(' ')).map_or(line, |(_, rest)| rest);
        splitter.read(line, &mut found);
    }
    found
}

/// A command that is being read.
#[derive(Default)]
struct Splitter {
    words: Vec<String>,
    word: String,
    /// Whether `word` is one: `''` is a word without characters.
    in_word: bool,
    /// Whether the next word is the file of a redirection.
    is_file: bool,
}

impl Splitter {
    fn read(&mut self, text: &str, found: &mut Vec<Vec<String>>) {
        let mut quote = None;
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            rest = &rest[character.len_utf8()..];
            match (quote, character) {
                (Some('\''), '\'') | (Some('"'), '"') => quote = None,
                (None, '\'' | '"') => (quote, self.in_word) = (Some(character), true),
                (None | Some('"'), '$') if rest.starts_with('(') => {
                    let end = closing(rest);
                    found.extend(commands(&rest[1..end]));
                    rest = &rest[end + 1..];
                    self.push('…');
                }
                (None, '#') if !self.in_word => break,
                (None, ' ') => self.end_word(),
                (None, '|' | ';' | '&') => self.end_command(found),
                (None, '<' | '>') => {
                    self.end_word();
                    self.is_file = true;
                }
                _ => self.push(character),
            }
        }
        assert_eq!(quote, None, "a quote is not closed: {text}");
        self.end_command(found);
    }

    fn push(&mut self, character: char) {
        self.word.push(character);
        self.in_word = true;
    }

    fn end_word(&mut self) {
        let word = take(&mut self.word);
        if take(&mut self.in_word) && !take(&mut self.is_file) {
            let is_before = self.words.is_empty() && (KEYWORDS.contains(&word.as_str()) || is_assignment(&word));
            if !is_before {
                self.words.push(word);
            }
        }
    }

    fn end_command(&mut self, found: &mut Vec<Vec<String>>) {
        self.end_word();
        let words = take(&mut self.words);
        if words.first().is_some_and(|program| program != "for") {
            found.push(words);
        }
    }
}

/// Where the parenthesis that `text` begins with is closed.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    let is_end = |(_, character): &(usize, char)| {
        depth += i32::from(*character == '(') - i32::from(*character == ')');
        depth == 0
    };
    text.char_indices().find(is_end).unwrap_or_else(|| panic!("a parenthesis is not closed: {text}")).0
}

/// Whether a word sets a variable: `url=http://…`.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
    })
}

#[test]
fn commands_are_split_as_a_shell_does() {
    for (text, expected) in [
        ("cargo test  --workspace # all", &["cargo test --workspace"][..]),
        ("pi-1$ sudo cat a\npi-1$ b", &["sudo cat a", "b"]),
        ("A=1 b 'c d' \"e#f\" g#h", &["b c d e#f g#h"]),
        ("etag=$(curl -sI \"$url\" | tr -d '\\r')", &["curl -sI $url", "tr -d \\r"]),
        ("for a in b c; do d \"$a\" - <e.tar >f; done", &["d $a -"]),
        ("a && b || c; d \"$(e $(f))\"", &["a", "b", "c", "f", "e …", "d …"]),
        ("# nothing", &[]),
        ("a \\\n  b", &["a b"]),
    ] {
        let joined: Vec<_> = commands(text).iter().map(|words| words.join(" ")).collect();
        assert_eq!(joined, expected, "{text}");
    }
}
