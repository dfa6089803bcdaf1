//! Names for what has none in its module, or is outside of all modules.

use std::collections::BTreeSet;

use super::graph::Linked;

/// New names, which no module has: `$1`, `$2`, …
pub(super) struct Names<'a> {
    taken: BTreeSet<&'a str>,
    last: usize,
}

impl<'a> Names<'a> {
    pub(super) fn new(modules: &[Linked<'a>]) -> Self {
        let tokens = modules.iter().flat_map(|linked| &linked.module.tokens);
        Self { taken: tokens.map(|token| token.text).filter(|text| text.starts_with('$')).collect(), last: 0 }
    }

    pub(super) fn next(&mut self) -> String {
        loop {
            self.last += 1;
            let name = format!("${}", self.last);
            if !self.taken.contains(name.as_str()) {
                return name;
            }
        }
    }

    /// As many names.
    pub(super) fn take(&mut self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.next()).collect()
    }
}
