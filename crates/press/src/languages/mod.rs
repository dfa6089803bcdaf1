//! The words of the theme in the language of the site, from one file per language.
//!
//! 1. `read`: the files of a language, checked against the English one: those of the theme, `theme/languages/LANGUAGE.toml`, and those of the site at the
//!    same path, of which each word takes the place of the theme's. What all of them lack stays English.
//! 2. `words`: every word as a field, so that the compiler finds those that nothing shows. `text`, `numbers` and `dates` fill in what a word is about;
//!    `entry` reads them.
//! 3. `scripts`: scripts are written in English; their words are replaced when they are put into one file. `answers`: what the server says to a search.
//!
//! Right-to-left scripts are not supported: the style sheets of the theme know left and right.

mod answers;
mod dates;
mod entry;
mod numbers;
mod read;
mod scripts;
mod text;
mod words;

pub(crate) use self::answers::answers;
pub use self::read::english;
pub(crate) use self::read::{Language, read};
pub(crate) use self::scripts::{KIT, SCRIPT, translate};
pub(crate) use self::text::Text;
pub use self::words::Words;
pub(crate) use self::words::{Chart, Diagram, Numbers, Subscribe};

#[cfg(test)]
mod tests;
