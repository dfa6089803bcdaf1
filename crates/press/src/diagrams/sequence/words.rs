//! A sequence in words.

use super::message::{Message, Sequence, Step};

/// How many steps a description lists before it counts the others.
const MOST_STEPS: usize = 30;

/// What happens, in order: `Client to server: pay; server to client: done.`
pub(super) fn describe(sequence: &Sequence) -> String {
    let mut words: Vec<String> = sequence.steps.iter().take(MOST_STEPS).map(|step| in_words(sequence, step)).collect();
    if sequence.steps.len() > MOST_STEPS {
        words.push(format!("and {} more steps", sequence.steps.len() - MOST_STEPS));
    }
    format!("Sequence: {}.", words.join("; "))
}

fn in_words(sequence: &Sequence, step: &Step) -> String {
    let name = |participant: usize| one_line(&sequence.participants[participant]);
    match step {
        Step::Message(Message { from, to, text, is_lost, .. }) => {
            let lost = if *is_lost { ", lost" } else { "" };
            let link = if from == to {
                format!("{} to itself", name(*from))
            } else {
                format!("{} to {}", name(*from), name(*to))
            };
            if text.is_empty() { format!("{link}{lost}") } else { format!("{link}{lost}: {}", one_line(text)) }
        }
        Step::Note { first, last, text } if first == last => format!("note on {}: {}", name(*first), one_line(text)),
        Step::Note { first, last, text } => format!("note on {} to {}: {}", name(*first), name(*last), one_line(text)),
        Step::Divider(text) => format!("then {}", one_line(text)),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
