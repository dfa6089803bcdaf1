//! What changes later: the editions of a pack that begin after a time.

use graven_pack::{Content, Pack};

use crate::Error;

/// An edition that begins later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheduled<'a> {
    /// When, in Unix seconds.
    pub from: i64,
    /// Its path.
    pub path: &'a str,
    /// What happens to the path.
    pub change: Change,
    /// Whether it is a post: a page with its Markdown as another representation.
    pub is_post: bool,
}

/// What happens to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// There was nothing before.
    New,
    /// The content is another one.
    Changed,
}

impl Change {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Change::New => "new",
            Change::Changed => "changed",
        }
    }
}

/// The editions that begin after `now`, in Unix seconds: the earliest first, and of one time by path. The search index, which has no address, is left out.
///
/// # Errors
/// If the pack is damaged.
///
/// # Examples
/// ```
/// use graven_inspect::{Change, schedule};
/// use graven_pack::Pack;
/// use graven_pack::write::{ContentSpec, EditionSpec, Image, RedirectSpec};
///
/// let redirect = RedirectSpec { status: 308, location: "/".into(), cache_control: "no-cache".into() };
/// let edition = EditionSpec { from: 2_000, content: ContentSpec::Redirect(redirect) };
/// let bytes = Image { time: 1_000, routes: [("/later".into(), vec![edition])].into() }.write()?;
/// let scheduled = schedule(Pack::open(&bytes)?, 1_000)?;
/// assert_eq!((scheduled[0].path, scheduled[0].from, scheduled[0].change), ("/later", 2_000, Change::New));
/// assert!(schedule(Pack::open(&bytes)?, 2_000)?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn schedule(pack: Pack<'_>, now: i64) -> Result<Vec<Scheduled<'_>>, Error> {
    let mut scheduled = Vec::new();
    for route in pack.routes() {
        let route = route?;
        if !route.path().starts_with('/') {
            continue;
        }
        for (index, edition) in route.editions().enumerate() {
            let edition = edition?;
            let change = if index == 0 { Change::New } else { Change::Changed };
            let is_post = matches!(edition.content(), Content::Page(page) if page.alternate().is_some());
            if edition.from() > now {
                scheduled.push(Scheduled { from: edition.from(), path: route.path(), change, is_post });
            }
        }
    }
    scheduled.sort_by_key(|edition| edition.from);
    Ok(scheduled)
}

/// Unix seconds as a time in UTC: `2026-12-24T07:00:00Z` (RFC 3339).
///
/// ```
/// assert_eq!(graven_inspect::time_in_words(1_798_095_600), "2026-12-24T07:00:00Z");
/// ```
#[must_use]
pub fn time_in_words(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years of 1 March to the end of February, so that the leap day is their last; 719,468 days lie between 1 March 0000 and 1970.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = 400 * era + year + i64::from(month < 3);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::time_in_words;

    #[test]
    fn a_time_is_written_as_in_rfc_3339() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_704_067_199, "2023-12-31T23:59:59Z"),
            (1_735_689_600, "2025-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(time_in_words(seconds), expected);
        }
    }
}
