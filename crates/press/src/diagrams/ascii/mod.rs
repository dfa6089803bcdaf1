//! Drawings in ASCII: which characters are lines, and which are text.

mod grid;
mod picture;

use super::outcome::{Drawn, Problem};
use crate::languages::Words;

/// Draws lines and boxes.
pub(super) fn draw(text: &str, words: &Words) -> Result<Drawn, Vec<Problem>> {
    let problems: Vec<Problem> = text
        .char_indices()
        .filter(|(_, character)| character.is_control() && !matches!(character, '\n' | '\r'))
        .map(|(at, character)| {
            let name = if character == '\t' { "a tab" } else { "a control character" };
            Problem::new(at..at + 1, format!("{name} in a drawing"))
                .help("use spaces: everything must be in its column")
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    if text.trim().is_empty() {
        return Err(vec![Problem::new(0..0, "an empty drawing").help("draw boxes with `+`, `-` and `|`")]);
    }
    let grid = grid::Grid::new(text);
    let labels: Vec<String> = grid.labels().into_iter().map(|label| label.text).collect();
    Ok(Drawn { svg: picture::draw(&grid), alt: words.diagram.drawing.fill(&[("labels", &labels.join(", "))]) })
}
