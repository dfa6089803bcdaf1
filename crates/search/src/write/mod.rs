//! The builder of an index: posts in, bytes out. The same posts in the same order give the same bytes.
//!
//! 1. `notes`: each word of a post is noted with its field and its position.
//! 2. `stem`: words with the same stem become a group.
//! 3. `groups`: the notes are sorted by group and become postings.
//! 4. `layout`: the sections are joined.

mod bits;
mod builder;
mod groups;
mod layout;
mod notes;
mod post;
mod stem;

pub use builder::Builder;
pub use post::{Post, Section};
