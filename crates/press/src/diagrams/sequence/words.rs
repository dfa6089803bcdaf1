//! A sequence in words.

use super::message::{Message, Sequence, Step};
use crate::languages::Diagram;

/// How many steps a description lists before it counts the others.
const MOST_STEPS: usize = 30;

/// What happens, in order: `Client to server: pay; server to client: done.`
pub(super) fn describe(sequence: &Sequence, words: &Diagram) -> String {
    let mut steps: Vec<String> =
        sequence.steps.iter().take(MOST_STEPS).map(|step| in_words(sequence, step, words)).collect();
    if sequence.steps.len() > MOST_STEPS {
        steps.push(words.more_steps.fill(&[("count", &(sequence.steps.len() - MOST_STEPS))]));
    }
    words.sequence.fill(&[("steps", &steps.join("; "))])
}

fn in_words(sequence: &Sequence, step: &Step, words: &Diagram) -> String {
    let name = |participant: usize| one_line(&sequence.participants[participant]);
    match step {
        Step::Message(Message { from, to, text, is_lost, .. }) => {
            let message = if from == to {
                words.to_itself.fill(&[("name", &name(*from))])
            } else {
                words.to.fill(&[("from", &name(*from)), ("to", &name(*to))])
            };
            let message = if *is_lost { words.lost.fill(&[("message", &message)]) } else { message };
            if text.is_empty() { message } else { words.says.fill(&[("message", &message), ("text", &one_line(text))]) }
        }
        Step::Note { first, last, text } if first == last => {
            words.note.fill(&[("name", &name(*first)), ("text", &one_line(text))])
        }
        Step::Note { first, last, text } => {
            words.wide_note.fill(&[("first", &name(*first)), ("last", &name(*last)), ("text", &one_line(text))])
        }
        Step::Divider(text) => words.then.fill(&[("text", &one_line(text))]),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
