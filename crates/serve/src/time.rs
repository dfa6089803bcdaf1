//! The time used to choose editions.

use std::time::{SystemTime, UNIX_EPOCH};

use graven_pack::Pack;

/// Returns the current time for this pack, in Unix seconds: the later of the clock and the pack's own time.
///
/// A computer without a clock battery boots in the past. Posts that were published when the pack was built must not
/// disappear until its clock is set.
///
/// ```
/// use graven_pack::Pack;
/// use graven_pack::write::Image;
/// use graven_serve::time;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let bytes = Image { time: 4_102_444_800, ..Image::default() }.write()?; // 1 January 2100
/// let pack = Pack::open(&bytes)?;
/// assert_eq!(time::now(&pack), 4_102_444_800);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn now(pack: &Pack<'_>) -> i64 {
    effective_time(SystemTime::now(), pack.time())
}

pub(crate) fn effective_time(clock: SystemTime, pack_time: i64) -> i64 {
    // A clock before 1970 is ignored.
    let clock =
        clock.duration_since(UNIX_EPOCH).map_or(i64::MIN, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX));
    clock.max(pack_time)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_effective_time_is_never_before_the_pack_time() {
        let clock = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(effective_time(clock(50), 100), 100);
        assert_eq!(effective_time(clock(150), 100), 150);
        assert_eq!(effective_time(UNIX_EPOCH - Duration::from_secs(1), 100), 100);
        assert_eq!(effective_time(UNIX_EPOCH - Duration::from_secs(1), -5), -5);
    }
}
