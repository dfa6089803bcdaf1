//! What a query may cost. Each step of a search takes from the budget and stops when nothing is left: then the results are the best of what was read.

/// Looks into the dictionary, of some 0.3 µs each. A word with a typo needs about 500.
const LOOK_UPS: u32 = 3_000;

/// Words that are read one after another, for prefixes, of some 10 ns each. It is more than the words with the same two letters among 150,000.
const SCANS: u32 = 12_288;

/// Postings, of some 3 ns each: twelve words that are in all of 10,000 posts, and some for prefixes.
const POSTINGS: u32 = 128_000;

/// Positions, of some 5 ns each: a phrase of five words that are in most of 10,000 posts.
const POSITIONS: u32 = 120_000;

/// Looks for a word of a phrase at a position, of some 15 ns each. Only a phrase of beginnings needs more than one for each word in a post.
const COMPARISONS: u32 = 60_000;

/// What is left for a query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    look_ups: u32,
    scans: u32,
    postings: u32,
    positions: u32,
    comparisons: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { look_ups: LOOK_UPS, scans: SCANS, postings: POSTINGS, positions: POSITIONS, comparisons: COMPARISONS }
    }
}

impl Budget {
    /// A budget of as many looks into the dictionary and no more.
    pub(crate) fn of_look_ups(look_ups: u32) -> Self {
        Self { look_ups, scans: 0, postings: 0, positions: 0, comparisons: 0 }
    }

    /// Whether there is one more look into the dictionary.
    pub(crate) fn look_up(&mut self) -> bool {
        take(&mut self.look_ups, 1)
    }

    /// Whether there is one more word to read.
    pub(crate) fn scan(&mut self) -> bool {
        take(&mut self.scans, 1)
    }

    /// Whether there are as many postings more to read.
    pub(crate) fn postings(&mut self, count: u32) -> bool {
        take(&mut self.postings, count)
    }

    /// Whether there are as many positions more to read.
    pub(crate) fn positions(&mut self, count: u32) -> bool {
        take(&mut self.positions, count)
    }

    /// Whether there is one more comparison.
    pub(crate) fn compare(&mut self) -> bool {
        take(&mut self.comparisons, 1)
    }
}

fn take(left: &mut u32, count: u32) -> bool {
    let rest = left.checked_sub(count);
    *left = rest.unwrap_or(0);
    rest.is_some()
}
