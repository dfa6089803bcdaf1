//! Pages as they are answered from: every text of the pack that stands in a field, read and checked once, when the page is first asked for.
//!
//! Steps 4 and 5 of [`mod@crate::respond`] choose among these, step 8 writes them. So an answer costs no check of what was checked
//! before, and no allocation. Nothing is prepared at the start, which takes as long for ten pages as for ten thousand.

use std::sync::OnceLock;

use bytes::Bytes;
use graven_pack::{Coding, Content, Pack, Page, Redirect, Route, Variant};
use http::HeaderValue;
use http::header::InvalidHeaderValue;

use crate::answer::{Fault, Selected, Vary};
use crate::plain::{self, Kind};

/// A site image, and what of it has been asked for so far. Workers share one: after the first request for a page it is only read.
#[derive(Debug)]
pub struct Site {
    pack: Pack<'static>,
    /// By the index of the edition. `None` is one that cannot be read.
    editions: Box<[OnceLock<Option<Box<Prepared>>>]>,
}

/// An edition, ready to be answered from.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "each stands in a box of its own, and redirects are few")]
pub(crate) enum Prepared {
    Page(PreparedPage),
    Redirect(Redirect<'static>),
}

/// A page's fields and variants.
#[derive(Debug)]
pub(crate) struct PreparedPage {
    pub(crate) page: Page<'static>,
    pub(crate) content_type: HeaderValue,
    pub(crate) cache_control: HeaderValue,
    /// None where the pack has none: what is no page and no picture.
    pub(crate) security_policy: Option<HeaderValue>,
    /// Each coding at most once, identity among them.
    pub(crate) variants: Box<[PreparedVariant]>,
}

/// A stored coding of a page.
#[derive(Debug)]
pub(crate) struct PreparedVariant {
    pub(crate) coding: Coding,
    pub(crate) etag: HeaderValue,
    pub(crate) bytes: &'static [u8],
    pub(crate) heads: Heads,
}

/// The heads of a variant's answers as they go to the socket, each made when it is first sent.
#[derive(Debug, Default)]
pub(crate) struct Heads([OnceLock<(Vary, Box<[u8]>)>; 3]);

impl Heads {
    /// The head of an answer; `None` where `Vary` was another when the head was made, which happens to a page whose Markdown is
    /// published later than itself.
    pub(crate) fn get(&self, kind: Kind, selected: Selected<'_>) -> Option<&[u8]> {
        let make = || (selected.vary, plain::written(&kind.response(selected)));
        let (vary, head) = self.0[kind as usize].get_or_init(make);
        (*vary == selected.vary).then_some(head)
    }
}

impl Site {
    /// A site of which nothing has been asked yet.
    #[must_use]
    pub fn new(pack: Pack<'static>) -> Self {
        Site { pack, editions: std::iter::repeat_with(OnceLock::new).take(pack.edition_count()).collect() }
    }

    /// The pack.
    #[must_use]
    pub fn pack(&self) -> Pack<'static> {
        self.pack
    }

    /// What the pack has at a path at a time, with the path as it stands there.
    pub(crate) fn find(&self, path: &str, now: i64) -> Result<Option<(&'static str, &Prepared)>, Fault> {
        match self.pack.route(path)? {
            Some(route) => Ok(self.at(&route, now)?.map(|prepared| (route.path(), prepared))),
            None => Ok(None),
        }
    }

    /// The second representation of a page, to be chosen by `Accept`; `None` where it has none, or none yet.
    pub(crate) fn alternate(&self, page: &PreparedPage, now: i64) -> Result<Option<&PreparedPage>, Fault> {
        let Some(index) = page.page.alternate() else { return Ok(None) };
        Ok(match self.at(&self.pack.route_at(index)?, now)? {
            Some(Prepared::Page(page)) => Some(page),
            _ => None,
        })
    }

    fn at(&self, route: &Route<'static>, now: i64) -> Result<Option<&Prepared>, Fault> {
        let Some(index) = route.index_at(now)? else { return Ok(None) };
        let cell = usize::try_from(index).ok().and_then(|index| self.editions.get(index)).ok_or(Fault)?;
        cell.get_or_init(|| prepare(route, now).ok().flatten().map(Box::new)).as_deref().map(Some).ok_or(Fault)
    }
}

fn prepare(route: &Route<'static>, now: i64) -> Result<Option<Prepared>, Fault> {
    Ok(match route.at(now)?.map(|edition| edition.content()) {
        Some(Content::Page(page)) => Some(Prepared::Page(PreparedPage::new(page)?)),
        Some(Content::Redirect(redirect)) => Some(Prepared::Redirect(redirect)),
        None => None,
    })
}

impl PreparedPage {
    fn new(page: Page<'static>) -> Result<Self, Fault> {
        // Each coding stands at most once; the bound is for a pack that was never verified.
        let variants = page.variants().take(Coding::ALL.len()).map(|variant| PreparedVariant::new(variant?));
        let policy = page.security_policy();
        Ok(PreparedPage {
            page,
            content_type: value(page.content_type())?,
            cache_control: value(page.cache_control())?,
            security_policy: if policy.is_empty() { None } else { Some(value(policy)?) },
            variants: variants.collect::<Result<_, Fault>>()?,
        })
    }

    /// The bytes without a coding: what everyone can read.
    pub(crate) fn identity(&self) -> Option<&PreparedVariant> {
        self.variants.iter().find(|variant| variant.coding == Coding::Identity)
    }
}

impl PreparedVariant {
    fn new(variant: Variant<'static>) -> Result<Self, Fault> {
        Ok(PreparedVariant {
            coding: variant.coding(),
            etag: value(variant.etag())?,
            bytes: variant.bytes(),
            heads: Heads::default(),
        })
    }
}

/// A text of the pack as a field value, where it lies.
pub(crate) fn value(text: &'static str) -> Result<HeaderValue, InvalidHeaderValue> {
    HeaderValue::from_maybe_shared(Bytes::from_static(text.as_bytes()))
}
