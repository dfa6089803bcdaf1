//! The ids of one page: each is unique, whether it is the author's or comes from a heading, a note or a figure.

use std::collections::BTreeSet;

/// The ids in the layout of every page: landmarks and the sections around the text.
const RESERVED: [&str; 6] = ["linked-from", "main", "newest", "related", "series", "topics"];

/// The ids that are taken.
#[derive(Debug)]
pub(super) struct Ids {
    taken: BTreeSet<String>,
}

impl Default for Ids {
    fn default() -> Self {
        Self { taken: RESERVED.into_iter().map(str::to_owned).collect() }
    }
}

impl Ids {
    /// Claims an id. Returns false if it is taken.
    pub(super) fn claim(&mut self, id: &str) -> bool {
        self.taken.insert(id.to_owned())
    }

    /// Claims `base`, or the first free one of `base-2`, `base-3` and so on.
    pub(super) fn derive(&mut self, base: &str) -> String {
        let mut id = base.to_owned();
        let mut number = 1;
        while !self.claim(&id) {
            number += 1;
            id = format!("{base}-{number}");
        }
        id
    }
}
