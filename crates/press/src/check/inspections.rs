//! What was found in the documents, for the steps after the check and for the next press.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::page::CheckedPage;
use crate::diagnostic::Diagnostic;

/// What was found in the documents that a browser renders.
#[derive(Debug, Default)]
pub(crate) struct Inspections {
    pub(super) by_path: BTreeMap<String, Arc<Inspection>>,
    /// The HTML pages among them.
    pub(super) pages: BTreeMap<String, Arc<CheckedPage>>,
    /// The numbers of the paths of all documents.
    pub(super) documents: HashSet<u64>,
}

/// What was found in a document that a browser renders. Its body and elements are dropped at once, so that memory does not grow with the site.
#[derive(Debug, Default)]
pub(crate) struct Inspection {
    /// Its security policy; `None` if it may load nothing.
    pub(crate) policy: Option<String>,
    /// Where the text that was rendered from Markdown begins in its body.
    pub(crate) text_start: usize,
    pub(super) blocked: Vec<Diagnostic>,
    /// A number for what it was found in. `None` if that is unknown.
    pub(super) made_from: Option<u64>,
    /// The numbers of the documents that certainly right references lead to.
    pub(super) leads_to: Vec<u64>,
}

impl Inspections {
    /// What was found in the document at `path`.
    pub(crate) fn get(&self, path: &str) -> Option<&Inspection> {
        self.by_path.get(path).map(|inspection| &**inspection)
    }

    /// Forgets what only another check of the site would need.
    pub(crate) fn forget_pages(&mut self) {
        self.pages = BTreeMap::new();
    }

    pub(super) fn page(&self, path: &str) -> Option<&CheckedPage> {
        self.pages.get(path).map(|page| &**page)
    }

    /// The HTML pages by their paths.
    pub(super) fn pages(&self) -> impl Iterator<Item = (&str, &CheckedPage)> {
        self.pages.iter().map(|(path, page)| (path.as_str(), &**page))
    }
}

impl Inspection {
    /// Whether the same was found again in a document that is made from `made_from`, after documents were `removed`.
    pub(super) fn holds(&self, made_from: Option<u64>, removed: &HashSet<u64>) -> bool {
        let is_same = made_from.is_some() && made_from == self.made_from;
        is_same && (removed.is_empty() || !self.leads_to.iter().any(|document| removed.contains(document)))
    }
}
