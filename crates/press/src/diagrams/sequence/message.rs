//! A sequence as data: participants, and what happens between them.

use crate::diagrams::canvas::Stroke;

/// What happens between some participants.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    /// Their labels, from left to right.
    pub(super) participants: Vec<String>,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) enum Step {
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
pub(super) struct Message {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) text: String,
    pub(super) stroke: Stroke,
    /// Whether it does not arrive.
    pub(super) is_lost: bool,
}
