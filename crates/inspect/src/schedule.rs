//! What changes later: the editions of a pack that begin after a time.

use graven_pack::{Content, Pack};
use graven_time::Time;

use crate::Error;

/// An edition that begins later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scheduled<'a> {
    /// When.
    pub from: Time,
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
/// assert_eq!((scheduled[0].path, scheduled[0].from.0, scheduled[0].change), ("/later", 2_000, Change::New));
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
                scheduled.push(Scheduled { from: Time(edition.from()), path: route.path(), change, is_post });
            }
        }
    }
    scheduled.sort_by_key(|edition| edition.from);
    Ok(scheduled)
}
