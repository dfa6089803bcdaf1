//! The options of a build.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::progress::Progress;

/// Everything about a build that is not in the content.
///
/// ```
/// use graven_press::Options;
///
/// let options = Options { base_url: Some("https://example.org".to_owned()), ..Options::default() };
/// assert!(!options.drafts);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Replaces the `base_url` of `site.toml`.
    pub base_url: Option<String>,
    /// Replaces the scheme and the host of the base URL, and leaves its path: the address of a preview, as `http://127.0.0.1:8080`.
    pub origin: Option<String>,
    /// Whether others will read it. Then a site whose address is this machine's is warned of: its feeds and its sitemap would lead there.
    pub is_published: bool,
    /// Whether to press drafts too. Not for a pack that is published.
    pub drafts: bool,
    /// The time of the build in Unix seconds. By default, the newest date in the content that is not after the `clock`.
    pub now: Option<i64>,
    /// The clock of the machine that builds, in Unix seconds, for a build without `now`. Posts that are dated after either are scheduled; without both,
    /// none is.
    pub clock: Option<i64>,
    /// What becomes of scheduled posts.
    pub scheduled: Scheduled,
    /// What the pages look like: as the theme has it, or as the views of the site.
    pub look: Look,
    /// Which content codings the pack contains.
    pub codings: Codings,
    /// Whom press tells about its steps.
    pub progress: Progress,
}

/// What the pages of a site look like. The default is the theme; [`Look::of`] makes one from views.
///
/// What the views are is not known here, since they show what is built with these options.
#[derive(Clone, Default)]
pub struct Look(pub(crate) Option<Arc<dyn Any + Send + Sync>>);

impl Look {
    /// Whether the views are those of the theme.
    pub(crate) fn is_of_theme(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Debug for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_of_theme() { "of the theme" } else { "of the site" })
    }
}

/// What becomes of posts that are dated after the build.
///
/// ```
/// use graven_press::cache::Cache;
/// use graven_press::tree::SourceTree;
/// use graven_press::{Options, Pack, Scheduled, press};
///
/// let mut tree = SourceTree::default();
/// tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
/// let head = "+++\ntitle = \"Later\"\ndescription = \"A greeting.\"\ndate = 2026-12-24T08:00:00Z\n+++\n";
/// tree.insert("posts/later.md", format!("{head}Hello.\n"));
/// let is_there = |scheduled, time| {
///     let options = Options { clock: Some(1_798_000_000), scheduled, ..Options::default() };
///     let pressed = press(&tree, &options, &Cache::none()).map_err(|report| report.render(&tree, "content/"))?;
///     let pack = Pack::open(&pressed.pack).map_err(|error| error.to_string())?;
///     let route = pack.route("/blog/later").map_err(|error| error.to_string())?;
///     Ok::<_, String>(route.is_some_and(|route| route.index_at(time).is_ok_and(|edition| edition.is_some())))
/// };
/// assert_eq!(is_there(Scheduled::AtTheirTime, 1_798_099_199), Ok(false));
/// assert_eq!(is_there(Scheduled::AtTheirTime, 1_798_099_200), Ok(true));
/// assert_eq!(is_there(Scheduled::Shown, 0), Ok(true));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheduled {
    /// The site changes at their times: the pack has editions for before and after.
    #[default]
    AtTheirTime,
    /// They are shown at once, and marked: for a preview. Not for a pack that is published.
    Shown,
}

/// The content codings of a pack.
///
/// ```
/// use graven_pack::{Content, Pack};
/// use graven_press::cache::Cache;
/// use graven_press::tree::SourceTree;
/// use graven_press::{Codings, Options, press};
///
/// let mut tree = SourceTree::default();
/// tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
/// let stored = |codings| {
///     let options = Options { codings, ..Options::default() };
///     let pressed = press(&tree, &options, &Cache::none()).map_err(|report| report.render(&tree, "content/"))?;
///     let pack = Pack::open(&pressed.pack).map_err(|error| error.to_string())?;
///     let page = pack.route("/").ok().flatten().and_then(|route| route.at(pack.time()).ok().flatten());
///     match page.ok_or("no page")?.content() {
///         Content::Page(page) => Ok(page.variants().len()),
///         Content::Redirect(_) => Err("a redirect".to_owned()),
///     }
/// };
/// assert_eq!(stored(Codings::Identity), Ok(1));
/// assert_eq!(stored(Codings::All), Ok(3));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Codings {
    /// Identity, and each coding that is worth storing: for a pack that is published.
    #[default]
    All,
    /// Identity alone, and no cards, which only other sites ask for: for a preview, which waits neither for compression nor for drawings.
    Identity,
}
