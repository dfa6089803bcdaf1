//! Pages as they are answered from: every text of the pack that stands in a field, read and checked once, when the page is first asked for.
//!
//! Steps 4 and 5 of [`mod@crate::response`] choose among these, step 8 writes them. So an answer costs no check of what was checked
//! before, and no allocation. Nothing is prepared at the start, which takes as long for ten pages as for ten thousand.
//!
//! This is also where a page's bytes are checked: a page of which one variant has changed since the pack was written is never prepared, so it is
//! never sent. It is answered with 500, and [`Damage`] says so to the operator.

pub(crate) mod fault;
pub(crate) mod page;
pub(crate) mod resolve;
pub(crate) mod route_class;
pub(crate) mod vary;

use std::error::Error;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use graven_pack::{Content, Pack, Redirect, Route};

use self::fault::Fault;
use self::page::{PreparedPage, Reason};

/// A site image, and what of it has been asked for so far. Workers share one: after the first request for a page it is only read.
#[derive(Debug)]
pub struct Site {
    pack: Pack<'static>,
    /// By the index of the edition. `None` is one that is damaged.
    editions: Box<[OnceLock<Option<Box<Prepared>>>]>,
    damage: Damage,
}

/// The pages that were found damaged so far.
#[derive(Debug)]
pub(crate) struct Damage {
    pages: AtomicU64,
    /// The first of them, and what is wrong with it.
    first: OnceLock<String>,
    /// Is given a line for each.
    report: fn(&str),
}

impl Damage {
    /// How many they are.
    pub(crate) fn pages(&self) -> u64 {
        self.pages.load(Ordering::Relaxed)
    }

    /// The first of them, and what is wrong with it.
    pub(crate) fn first(&self) -> Option<&str> {
        self.first.get().map(String::as_str)
    }

    /// Counts and reports a page. It is called once for each.
    fn note(&self, path: &str, reason: &dyn Error) {
        self.pages.fetch_add(1, Ordering::Relaxed);
        let what = format!("{path}: {reason}");
        (self.report)(&format!("damaged: {what}; it is answered with 500: copy the executable again"));
        self.first.get_or_init(|| what);
    }
}

/// An edition, ready to be answered from.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "each stands in a box of its own, and redirects are few")]
pub(crate) enum Prepared {
    Page(PreparedPage),
    Redirect(Redirect<'static>),
}

impl Site {
    /// A site of which nothing has been asked yet. The index of its pack should have been [checked](Pack::check_index); each page is checked when
    /// it is first asked for.
    #[must_use]
    pub fn new(pack: Pack<'static>) -> Self {
        Site::reporting(pack, |_| ())
    }

    /// The same; a line about each damaged page is given to `report`.
    pub(crate) fn reporting(pack: Pack<'static>, report: fn(&str)) -> Self {
        let editions = std::iter::repeat_with(OnceLock::new).take(pack.edition_count()).collect();
        Site { pack, editions, damage: Damage { pages: AtomicU64::new(0), first: OnceLock::new(), report } }
    }

    /// The pack.
    #[must_use]
    pub fn pack(&self) -> Pack<'static> {
        self.pack
    }

    /// What was found damaged so far.
    pub(crate) fn damage(&self) -> &Damage {
        &self.damage
    }

    /// What the pack has at a path at a time, with the path as it stands there.
    pub(crate) fn find(&self, path: &str, now: i64) -> Result<Option<(&'static str, &Prepared)>, Fault> {
        match self.pack.route(path)? {
            Some(route) => Ok(self.at(&route, now)?.map(|prepared| (route.path(), prepared))),
            None => Ok(None),
        }
    }

    /// The second representation of a page, to be chosen by `Accept`; `None` where it has none, or none yet, or a damaged one: that is no reason
    /// not to send the first.
    pub(crate) fn alternate(&self, page: &PreparedPage, now: i64) -> Result<Option<&PreparedPage>, Fault> {
        let Some(index) = page.page.alternate() else { return Ok(None) };
        Ok(match self.at(&self.pack.route_at(index)?, now) {
            Ok(Some(Prepared::Page(page))) => Some(page),
            _ => None,
        })
    }

    fn at(&self, route: &Route<'static>, now: i64) -> Result<Option<&Prepared>, Fault> {
        let Some(index) = route.index_at(now)? else { return Ok(None) };
        let cell = usize::try_from(index).ok().and_then(|index| self.editions.get(index)).ok_or(Fault)?;
        let prepared = || match prepare(route, now) {
            Ok(prepared) => prepared.map(Box::new),
            Err(reason) => {
                self.damage.note(route.path(), &*reason);
                None
            }
        };
        cell.get_or_init(prepared).as_deref().map(Some).ok_or(Fault)
    }
}

fn prepare(route: &Route<'static>, now: i64) -> Result<Option<Prepared>, Reason> {
    Ok(match route.at(now)?.map(|edition| edition.content()) {
        Some(Content::Page(page)) => Some(Prepared::Page(PreparedPage::new(page)?)),
        Some(Content::Redirect(redirect)) => Some(Prepared::Redirect(redirect)),
        None => None,
    })
}
