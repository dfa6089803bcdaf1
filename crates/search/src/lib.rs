//! The search index of a site: written by press, queried by serve.

mod bits;
mod budget;
mod dictionary;
mod fold;
mod format;
pub mod frame;
pub mod markup;
mod place;
mod postings;
mod posts;
mod query;
mod rank;
mod resolve;
mod search;
mod snippet;
mod token;
#[cfg(feature = "write")]
pub mod write;

pub use format::Error;
pub use place::Hit;
pub use query::{Filter, Kind, MAX_FILTERS, MAX_QUERY_BYTES, MAX_TERMS, Query};
pub use search::{Index, MAX_DEPTH, Results};
pub use snippet::Snippet;
