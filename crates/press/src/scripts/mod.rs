//! JavaScript: modules become one file that a page loads.
//!
//! ```text
//! entry --graph--> modules in order --bundle--> text
//! ```
//!
//! 1. `lexer` splits a file into tokens; `regex` distinguishes a regular expression from a division.
//! 2. `statements` reads the imports and exports of a `module`. `exports` checks these with what `declarations` finds; `unsupported` finds what a bundle
//!    cannot keep.
//! 3. `graph` follows the imports and puts each module after those that it imports; `link` checks that these export what it wants.
//! 4. `bundle` writes the modules, each in its own function, through `compact`, which leaves out comments and white space.
//!
//! There is no parser of expressions: the statements of a module can be found without one, and the rest is copied token by token. (A crate with a parser
//! was tried: 125 crates, and 47 seconds for the first build of an author.)

mod bundle;
mod compact;
mod cursor;
mod declarations;
mod exports;
mod graph;
mod lexer;
mod link;
mod module;
mod names;
mod regex;
mod source;
mod statements;
#[cfg(test)]
mod tests;
mod token;
mod unsupported;

pub(crate) use bundle::{Bundle, bundle};
pub(crate) use compact::compact;
pub(crate) use graph::External;
