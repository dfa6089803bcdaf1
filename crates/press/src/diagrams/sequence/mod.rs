//! Sequence diagrams: who sends what to whom, from top to bottom.

mod message;
mod parse;
mod picture;
mod words;

use super::outcome::{Drawn, Problem};
use crate::languages::Words;

/// Draws a sequence.
pub(super) fn draw(text: &str, words: &Words) -> Result<Drawn, Vec<Problem>> {
    let sequence = parse::parse(text)?;
    Ok(Drawn { svg: picture::draw(&sequence), alt: words::describe(&sequence, &words.diagram) })
}
