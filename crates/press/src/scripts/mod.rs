//! JavaScript: modules become one file that a page loads.
//!
//! ```text
//! entry --graph--> modules in order --bundle--> text
//! ```
//!
//! 1. `lexer` splits a file into tokens; `regex` tells a regular expression from a division.
//! 2. `module` finds the imports and exports among them.
//! 3. `graph` follows the imports and puts each module after those that it imports.
//! 4. `bundle` writes the modules, each in a function of its own, through `compact`, which leaves out comments and white space.
//!
//! There is no parser of expressions: the statements of modules can be found without one, and the rest is copied token by token.

mod bundle;
mod compact;
mod graph;
mod lexer;
mod module;
mod regex;
mod source;

pub(crate) use bundle::{Bundle, bundle};
pub(crate) use compact::compact;
pub(crate) use graph::External;
