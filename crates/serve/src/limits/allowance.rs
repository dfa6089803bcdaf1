//! How much of its time a worker spends on searches.
//!
//! A search costs up to a thousand times what a page costs, and a worker answers one request at a time. So a crowd of searches must not delay pages:
//! searches have a share of the time, and those beyond it are refused.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::values::{SEARCH_BURST, SEARCH_SHARE};

/// The allowance of one worker.
#[derive(Debug, Default)]
pub(crate) struct SearchAllowance {
    /// Until when the searches so far use up their share; `None` before the first.
    used_until: Cell<Option<Instant>>,
}

impl SearchAllowance {
    /// Whether searches have had their share.
    pub(crate) fn is_used_up(&self) -> bool {
        !self.allows(Instant::now())
    }

    /// Runs a search and charges its time.
    pub(crate) fn charge<T>(&self, search: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = search();
        self.add(start, start.elapsed());
        result
    }

    fn allows(&self, now: Instant) -> bool {
        self.used_until.get().is_none_or(|until| until.saturating_duration_since(now) < SEARCH_BURST * SEARCH_SHARE)
    }

    fn add(&self, now: Instant, cost: Duration) {
        let from = self.used_until.get().map_or(now, |until| until.max(now));
        self.used_until.set(from.checked_add(cost * SEARCH_SHARE));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_get_their_share_of_the_time_and_a_burst() {
        let allowance = SearchAllowance::default();
        let start = Instant::now();
        let cost = Duration::from_millis(1);
        let mut run = 0;
        // A second in which somebody searches all the time.
        for millisecond in 0..1_000 {
            let now = start + Duration::from_millis(millisecond);
            if allowance.allows(now) {
                allowance.add(now, cost);
                run += 1;
            }
        }
        let share = 1_000 / u128::from(SEARCH_SHARE);
        let expected = share + SEARCH_BURST.as_millis();
        assert!((expected - 2..=expected + 2).contains(&run), "{run}");
        // A pause renews the burst, but not more.
        let later = start + Duration::from_hours(1);
        let burst = std::iter::repeat(())
            .take_while(|()| allowance.allows(later).then(|| allowance.add(later, cost)).is_some());
        assert_eq!(burst.count() as u128, SEARCH_BURST.as_millis());
    }
}
