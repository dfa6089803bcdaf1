//! Sequence diagrams: who sends what to whom, from top to bottom.

mod parse;
mod picture;
mod words;

use super::canvas::Stroke;
use super::{Drawn, Problem};

/// Draws a sequence.
pub(super) fn draw(text: &str) -> Result<Drawn, Vec<Problem>> {
    let sequence = parse::parse(text)?;
    Ok(Drawn { svg: picture::draw(&sequence), alt: words::describe(&sequence) })
}

/// What happens between some participants.
#[derive(Debug, Default)]
struct Sequence {
    /// Their labels, from left to right.
    participants: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Message(Message),
    /// A remark on the participants from the first one to the last.
    Note {
        first: usize,
        last: usize,
        text: String,
    },
    Divider(String),
}

#[derive(Debug)]
struct Message {
    from: usize,
    to: usize,
    text: String,
    stroke: Stroke,
    /// Whether it does not arrive.
    is_lost: bool,
}
