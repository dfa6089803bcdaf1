//! The site: a pack, and its pages prepared for responses.
//!
//! A page is prepared when it is first requested: the texts of the pack that become field values are read and validated
//! once. After that, a response needs no validation and no allocation. Nothing is prepared at start, so starting takes
//! as long for ten thousand pages as for ten.
//!
//! Steps 4 and 5 of [`crate::respond`] choose among prepared pages; step 8 writes them.
//!
//! Preparing a page also checks its bytes. If a variant has changed since the pack was written, the page is never
//! prepared and never sent. Requests for it are answered with 500, and [`DamagedPages`] reports it to the operator.

pub(crate) mod damage;
pub(crate) mod opened;
pub(crate) mod page;
pub(crate) mod resolve;
pub(crate) mod route_class;
pub(crate) mod search;
pub(crate) mod vary;

use std::sync::OnceLock;

use graven_pack::{Class, Content, PREFETCH, Pack, Page, Redirect, Route, SEARCH_INDEX};
use graven_search::frame::ROUTE as SEARCH;
use http::HeaderValue;

use self::damage::{DamagedPack, DamagedPages};
use self::page::{PrepareError, PreparedPage, field_value};
use self::search::Search;

/// A site image and the pages prepared so far. Workers share one; after the first request for a page, it is only read.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use graven_pack::write::{ContentSpec, EditionSpec, Image, RedirectSpec};
/// use graven_pack::{ALWAYS, Pack};
/// use graven_serve::{Site, respond};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let redirect = RedirectSpec {
///     status: 308,
///     location: "/blog".to_owned(),
///     cache_control: "public, max-age=3600".to_owned(),
/// };
/// let editions = vec![EditionSpec { from: ALWAYS, content: ContentSpec::Redirect(redirect) }];
/// let image = Image { time: 0, routes: BTreeMap::from([("/news".to_owned(), editions)]) };
/// let pack = Pack::open(image.write()?.leak())?;
/// pack.check_index()?;
///
/// let site = Site::new(pack);
/// let (request, ()) = http::Request::get("/news?page=2").header("host", "example.org").body(())?.into_parts();
/// let response = respond(&site, graven_serve::time::now(&site.pack()), request);
/// assert_eq!(response.status(), 308);
/// assert_eq!(response.headers()["location"], "/blog?page=2");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Site {
    pack: Pack<'static>,
    /// The prepared editions, by index. `None` is a damaged one.
    editions: Box<[OnceLock<Option<Box<Prepared>>>]>,
    damaged_pages: DamagedPages,
    /// The path below which the site is, without a slash at its end: `/blog`. Empty for a site at the root of its host.
    base: &'static str,
    /// `Speculation-Rules` (HTML §7.6): where the rules are by which browsers fetch pages in advance, if the pack has them.
    prefetch_rules: Option<HeaderValue>,
}

/// A prepared edition.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "each is in a box, and redirects are few")]
pub(crate) enum Prepared {
    Page(PreparedPage),
    Redirect(Redirect<'static>),
}

impl Site {
    /// Creates a site with no page prepared. The index of the pack should have been [checked](Pack::check_index); each
    /// page is checked when it is first requested.
    #[must_use]
    pub fn new(pack: Pack<'static>) -> Self {
        Site::with_report(pack, |_| ())
    }

    /// Like [`new`](Self::new). `report` is called with one line for each damaged page.
    pub(crate) fn with_report(pack: Pack<'static>, report: fn(&str)) -> Self {
        let editions = std::iter::repeat_with(OnceLock::new).take(pack.edition_count()).collect();
        // A damaged record is found when it is asked for, or by `verify`.
        let base = pack.home().unwrap_or("/").trim_end_matches('/');
        Site {
            pack,
            editions,
            damaged_pages: DamagedPages::new(report),
            base,
            prefetch_rules: prefetch_rules(pack, base),
        }
    }

    /// Returns the path of the search page.
    pub(crate) fn search_path(&self) -> [&'static str; 2] {
        [self.base, SEARCH]
    }

    /// Returns whether a path is that of the search page.
    pub(crate) fn is_search(&self, path: &str) -> bool {
        path.strip_prefix(self.base) == Some(SEARCH)
    }

    /// Returns the pack.
    #[must_use]
    pub fn pack(&self) -> Pack<'static> {
        self.pack
    }

    /// Returns the pages found damaged so far.
    pub(crate) fn damaged_pages(&self) -> &DamagedPages {
        &self.damaged_pages
    }

    /// Returns what the pack has at a path at a time, with the pack's own copy of the path.
    pub(crate) fn find(&self, path: &str, now: i64) -> Result<Option<(&'static str, &Prepared)>, DamagedPack> {
        match self.pack.route(path)? {
            Some(route) => Ok(self.edition_at(&route, now)?.map(|prepared| (route.path(), prepared))),
            None => Ok(None),
        }
    }

    /// Returns the alternate representation of a page, chosen by `Accept`. Returns `None` if there is none, if it is
    /// not published yet, or if it is damaged: the page itself can still be sent.
    pub(crate) fn alternate(&self, page: &PreparedPage, now: i64) -> Result<Option<&PreparedPage>, DamagedPack> {
        let Some(index) = page.page.alternate() else { return Ok(None) };
        Ok(match self.edition_at(&self.pack.route_at(index)?, now) {
            Ok(Some(Prepared::Page(page))) => Some(page),
            _ => None,
        })
    }

    /// Returns the page at a path, if there is one and it is not damaged.
    pub(crate) fn page_at(&self, path: &str, now: i64) -> Option<&PreparedPage> {
        match self.find(path, now) {
            Ok(Some((_, Prepared::Page(page)))) => Some(page),
            _ => None,
        }
    }

    /// Returns the search of the site, which shows hits in `page`. Without one, the page itself is the answer to every query. Each edition of
    /// the index and of the page is opened once.
    pub(crate) fn search<'a>(&'a self, page: &'a PreparedPage, now: i64) -> Option<Search<'a>> {
        let frame = search::frame(page)?;
        let index = self.page_at(SEARCH_INDEX, now)?;
        let index = search::index(index, |error| self.damaged_pages.record(SEARCH_INDEX, &error))?;
        Some(Search { index, frame })
    }

    fn edition_at(&self, route: &Route<'static>, now: i64) -> Result<Option<&Prepared>, DamagedPack> {
        let Some(index) = route.index_at(now)? else { return Ok(None) };
        let cell = usize::try_from(index).ok().and_then(|index| self.editions.get(index)).ok_or(DamagedPack)?;
        let prepared = || match self.prepare(route, now) {
            Ok(prepared) => prepared.map(Box::new),
            Err(error) => {
                self.damaged_pages.record(route.path(), &*error);
                None
            }
        };
        cell.get_or_init(prepared).as_deref().map(Some).ok_or(DamagedPack)
    }

    fn prepare(&self, route: &Route<'static>, now: i64) -> Result<Option<Prepared>, PrepareError> {
        Ok(match route.at(now)?.map(|edition| edition.content()) {
            Some(Content::Page(page)) => {
                let mut prepared = PreparedPage::new(page)?;
                prepared.prefetch_rules = self.prefetch_rules.clone().filter(|_| is_html(page));
                Some(Prepared::Page(prepared))
            }
            Some(Content::Redirect(redirect)) => Some(Prepared::Redirect(redirect)),
            None => None,
        })
    }
}

/// The path of the rules of a site below `base`, in quotes. `None` if the pack has no rules. It is static, as what pages are sent with is, so that workers
/// share no counter of references.
fn prefetch_rules(pack: Pack<'static>, base: &'static str) -> Option<HeaderValue> {
    let path = [base, PREFETCH].concat();
    pack.route(&path).ok()??;
    field_value(format!("\"{path}\"").leak()).ok()
}

fn is_html(page: Page) -> bool {
    page.class() == Class::Page && page.content_type().starts_with("text/html")
}
