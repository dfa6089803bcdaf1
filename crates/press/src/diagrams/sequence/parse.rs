//! Lines to steps. Every line that is wrong is reported.

use std::collections::HashMap;
use std::ops::Range;

use super::message::{Message, Sequence, Step};
use crate::diagrams::canvas::Stroke;
use crate::diagrams::outcome::Problem;

/// The arrows, the longest first, with how the line is drawn and whether the message is lost.
const ARROWS: [(&str, Stroke, bool); 4] = [
    ("-->", Stroke::Dashed, false),
    ("--x", Stroke::Dashed, true),
    ("->", Stroke::Solid, false),
    ("-x", Stroke::Solid, true),
];

const SUPPORTED: &str = "a line is `A -> B: text`, `A --> B: reply`, `A -x B: lost`, `note over A: text`, `note over A,B: text`, \
                         `participant A as \"Name\"` or `== divider ==`";

/// Reads a sequence.
pub(super) fn parse(text: &str) -> Result<Sequence, Vec<Problem>> {
    let mut parser = Parser::default();
    let mut problems = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let part = Part { text: line, start }.trimmed();
        start += line.len();
        if let Err(problem) = parser.line(part) {
            problems.push(problem);
        }
    }
    if problems.is_empty() && parser.sequence.participants.is_empty() {
        problems.push(Problem::new(0..0, "a sequence without messages").help(SUPPORTED));
    }
    if problems.is_empty() { Ok(parser.sequence) } else { Err(problems) }
}

/// A part of the text, which knows its place.
#[derive(Clone, Copy)]
struct Part<'t> {
    text: &'t str,
    start: usize,
}

impl Part<'_> {
    fn slice(self, range: Range<usize>) -> Self {
        Self { text: &self.text[range.clone()], start: self.start + range.start }
    }

    fn trimmed(self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        self.slice(start..start + self.text.trim().len())
    }

    fn after(self, at: usize) -> Self {
        self.slice(at..self.text.len()).trimmed()
    }

    fn before(self, at: usize) -> Self {
        self.slice(0..at).trimmed()
    }

    fn span(self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    fn strip_prefix(self, prefix: &str) -> Option<Self> {
        self.text.starts_with(prefix).then(|| self.after(prefix.len()))
    }

    /// The first place outside of double quotes at which `is_here` is true of the rest.
    fn find(self, is_here: impl Fn(&str) -> bool) -> Option<usize> {
        let mut is_quoted = false;
        self.text.char_indices().find_map(|(at, character)| {
            is_quoted ^= character == '"';
            (!is_quoted && is_here(&self.text[at..])).then_some(at)
        })
    }

    /// What is said: `\n` is a line break.
    fn said(self) -> String {
        self.text.replace("\\n", "\n")
    }
}

#[derive(Default)]
struct Parser {
    sequence: Sequence,
    by_name: HashMap<String, usize>,
}

impl Parser {
    fn line(&mut self, line: Part) -> Result<(), Problem> {
        if line.text.is_empty() || line.text.starts_with('#') {
            return Ok(());
        }
        if let Some(rest) = line.strip_prefix("==") {
            let Some(text) = rest.text.strip_suffix("==") else {
                let problem = Problem::new(line.span(), "a divider that does not end");
                return Err(problem.help("write it as `== text ==`"));
            };
            self.sequence.steps.push(Step::Divider(rest.before(text.len()).said()));
            return Ok(());
        }
        if let Some(rest) = line.strip_prefix("participant ") {
            return self.declare(rest);
        }
        if let Some(rest) = line.strip_prefix("note ") {
            return self.note(rest);
        }
        self.message(line)
    }

    /// `A as "Name"`, or `A`.
    fn declare(&mut self, rest: Part) -> Result<(), Problem> {
        let (name, label) = match rest.find(|rest| rest.starts_with(" as ")) {
            Some(at) => (rest.before(at), Some(rest.after(at + 4))),
            None => (rest, None),
        };
        let name_of = name_of(name)?;
        let label = label.map_or(Ok(name_of.clone()), self::name_of)?;
        if let Some(&known) = self.by_name.get(&name_of) {
            let problem =
                Problem::new(name.span(), format!("`{}` is a participant already", self.sequence.participants[known]));
            return Err(problem.help("declare participants before the first message, and each once"));
        }
        self.add(name_of, &label);
        Ok(())
    }

    fn add(&mut self, name: String, label: &str) -> usize {
        self.sequence.participants.push(label.replace("\\n", "\n"));
        let index = self.sequence.participants.len() - 1;
        self.by_name.insert(name, index);
        index
    }

    /// The participant of this name, which is added if it is new.
    fn participant(&mut self, name: Part) -> Result<usize, Problem> {
        let name = name_of(name)?;
        match self.by_name.get(&name) {
            Some(&index) => Ok(index),
            None => Ok(self.add(name.clone(), &name)),
        }
    }

    /// `over A: text`, or `over A,B: text`.
    fn note(&mut self, rest: Part) -> Result<(), Problem> {
        let Some(rest) = rest.strip_prefix("over ") else {
            let word = rest.text.split_whitespace().next().unwrap_or_default();
            let problem = Problem::new(rest.start..rest.start + word.len(), format!("found `{word}`, expected `over`"));
            return Err(problem.help("a note is written as `note over A: text` or `note over A,B: text`"));
        };
        let Some(colon) = rest.find(|rest| rest.starts_with(':')) else { return Err(without_text(rest)) };
        let (names, text) = (rest.before(colon), rest.after(colon + 1));
        if text.text.is_empty() {
            return Err(without_text(rest));
        }
        let (first, last) = match names.find(|rest| rest.starts_with(',')) {
            Some(comma) => (names.before(comma), names.after(comma + 1)),
            None => (names, names),
        };
        let (first, last) = (self.participant(first)?, self.participant(last)?);
        let text = text.said();
        self.sequence.steps.push(Step::Note { first: first.min(last), last: first.max(last), text });
        Ok(())
    }

    fn message(&mut self, line: Part) -> Result<(), Problem> {
        let colon = line.find(|rest| rest.starts_with(':'));
        let ends = colon.map_or(line, |at| line.before(at));
        let text = colon.map_or(String::new(), |at| line.after(at + 1).said());
        // A name may contain a hyphen; between spaces, an arrow is one.
        let spaced = ends.find(|rest| rest.strip_prefix(' ').is_some_and(|rest| arrow_of(rest, " ").is_some()));
        let found = spaced.map(|at| at + 1).or_else(|| ends.find(|rest| arrow_of(rest, "").is_some()));
        let Some((at, arrow)) = found.and_then(|at| Some((at, arrow_of(&ends.text[at..], "")?))) else {
            return Err(Problem::new(line.span(), "a line without an arrow").help(SUPPORTED));
        };
        let (name, stroke, is_lost) = arrow;
        let (from, to) = (ends.before(at), ends.after(at + name.len()));
        for (side, part) in [("before", from), ("after", to)] {
            if part.text.is_empty() {
                let arrow = line.start + at..line.start + at + name.len();
                return Err(Problem::new(arrow, format!("expected a participant {side} `{name}`")).help(SUPPORTED));
            }
        }
        let (from, to) = (self.participant(from)?, self.participant(to)?);
        if is_lost && from == to {
            let problem = Problem::new(line.span(), "a message to oneself is never on its way, so it cannot be lost");
            return Err(problem.help("write `A -> A: text`, or name the participant to whom it goes"));
        }
        self.sequence.steps.push(Step::Message(Message { from, to, text, stroke, is_lost }));
        Ok(())
    }
}

/// The arrow with which `rest` begins, and which ends with `end`.
fn arrow_of(rest: &str, end: &str) -> Option<(&'static str, Stroke, bool)> {
    ARROWS.into_iter().find(|(arrow, _, is_lost)| {
        // A name such as `a-xy` has no arrow in it.
        let end = if *is_lost { " " } else { end };
        rest.strip_prefix(arrow).is_some_and(|rest| rest.starts_with(end))
    })
}

/// A name, without its quotes.
fn name_of(part: Part) -> Result<String, Problem> {
    let name = part.text;
    let unquoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    if unquoted.is_empty() || unquoted.contains('"') {
        let problem = Problem::new(part.span(), format!("found `{name}`, expected the name of a participant"));
        return Err(problem.help("write a name as it is, or in double quotes: `\"Card: issuer\"`"));
    }
    if unquoted == name && (name.contains(['<', '>', ',']) || name.ends_with(" as")) {
        let problem = Problem::new(part.span(), format!("`{name}` is no name of a participant"));
        return Err(problem.help(SUPPORTED).help("a name with such characters is written in double quotes"));
    }
    Ok(unquoted.to_owned())
}

fn without_text(part: Part) -> Problem {
    Problem::new(part.span(), "a note without a text")
        .help("a note is written as `note over A: text` or `note over A,B: text`")
}
