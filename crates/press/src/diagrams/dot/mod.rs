//! Graphs in a subset of Graphviz's language: directed and undirected, with clusters.

mod attributes;
mod graph;
mod lexer;
mod parse;
mod picture;
mod shape;

use super::outcome::{Drawn, Problem};
use crate::languages::Words;

/// Draws a graph.
pub(super) fn draw(text: &str, words: &Words) -> Result<Drawn, Vec<Problem>> {
    let graph = parse::parse(text)?;
    Ok(Drawn { svg: picture::draw(&graph), alt: graph.in_words(&words.diagram) })
}
