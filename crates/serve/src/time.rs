//! The time for which a request is answered.

use std::time::{SystemTime, UNIX_EPOCH};

use graven_pack::Pack;

/// The later of the clock and the pack's own time, in Unix seconds: a computer without a clock battery boots in the past, and
/// what was published when the pack was built must not vanish until the clock is set.
#[must_use]
pub fn now(pack: &Pack<'_>) -> i64 {
    later(SystemTime::now(), pack.time())
}

pub(crate) fn later(clock: SystemTime, pack: i64) -> i64 {
    // A clock before 1970 is as good as none.
    let clock =
        clock.duration_since(UNIX_EPOCH).map_or(i64::MIN, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    clock.max(pack)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn time_never_runs_behind_the_pack() {
        let clock = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(later(clock(50), 100), 100);
        assert_eq!(later(clock(150), 100), 150);
        assert_eq!(later(UNIX_EPOCH - Duration::from_secs(1), 100), 100);
        assert_eq!(later(UNIX_EPOCH - Duration::from_secs(1), -5), -5);
    }
}
