//! The ids of one page: each is given once, whether the author wrote it or a heading, a note or a figure brought it.

use std::collections::BTreeSet;

/// What the frame of every page uses for itself: its landmarks and the sections around the text.
const RESERVED: [&str; 5] = ["main", "newest", "related", "series", "topics"];

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
    /// Takes an id that the author chose; `false` if the page has it already.
    pub(super) fn claim(&mut self, id: &str) -> bool {
        self.taken.insert(id.to_owned())
    }

    /// Takes `base`, or the first of `base-2`, `base-3` and so on that is free.
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
