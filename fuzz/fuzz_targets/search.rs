//! The search index's reader: a line with a query, and any bytes. They are no index, or the search returns, and what it has found can be read.

#![no_main]

use graven_search::{Index, Query};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |&byte| byte == b'\n');
    let (Some(query), Some(bytes)) = (parts.next(), parts.next()) else { return };
    let Ok(index) = Index::open(bytes) else { return };
    let text = String::from_utf8_lossy(query);
    let results = index.search(&Query::parse(&text), 0, 20);
    assert!(results.hits.len() <= 20 && results.total <= index.len());
    assert!(results.snippet(&text).parts.iter().all(|(_, part)| !part.is_empty()));
});
