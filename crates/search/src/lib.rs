//! The search index of a site: written by press, queried by serve.

mod fold;
pub mod frame;
pub mod markup;
mod query;
mod search;
mod snippet;
mod token;
#[cfg(feature = "write")]
pub mod write;

pub use query::{Filter, Kind, MAX_FILTERS, MAX_QUERY_BYTES, MAX_TERMS, Query};
pub use search::{Error, Hit, Index, Results};
pub use snippet::Snippet;
