//! Damage to the pack that is found while requests are answered.

use std::error::Error;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use http::header::InvalidHeaderValue;

/// The error of reading a damaged pack: a record cannot be read, or a text is not a valid field value.
#[derive(Debug)]
pub(crate) struct DamagedPack;

impl From<graven_pack::Error> for DamagedPack {
    fn from(_: graven_pack::Error) -> Self {
        DamagedPack
    }
}

impl From<InvalidHeaderValue> for DamagedPack {
    fn from(_: InvalidHeaderValue) -> Self {
        DamagedPack
    }
}

/// The pages found damaged so far.
#[derive(Debug)]
pub(crate) struct DamagedPages {
    count: AtomicU64,
    /// The path of the first one, and its error.
    first: OnceLock<String>,
    report: fn(&str),
}

impl DamagedPages {
    /// Creates an empty record. `report` is called with one line for each damaged page.
    pub(crate) fn new(report: fn(&str)) -> Self {
        DamagedPages { count: AtomicU64::new(0), first: OnceLock::new(), report }
    }

    /// Returns the number of damaged pages.
    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Returns the path of the first damaged page, and its error.
    pub(crate) fn first(&self) -> Option<&str> {
        self.first.get().map(String::as_str)
    }

    /// Counts and reports a page. Called once for each page.
    pub(crate) fn record(&self, path: &str, error: &dyn Error) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let damage = format!("{path}: {error}");
        (self.report)(&format!("damaged: {damage}; requests for it are answered with 500; copy the executable again"));
        self.first.get_or_init(|| damage);
    }
}
