//! The search of a site: its index and the page that hits are shown in.

use graven_pack::{Coding, Pack, SEARCH_INDEX};
use graven_search::Index;
use graven_search::frame::Frame;

use super::page::{PrepareError, PreparedPage};

/// What a search needs of a site.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) index: Index<'static>,
    pub(crate) frame: Frame<'static>,
}

impl Search {
    /// Opens the index of the pack. Returns `None` if the site has none, or if `page` has no places for hits.
    pub(super) fn open(pack: Pack<'static>, page: &PreparedPage) -> Result<Option<Self>, PrepareError> {
        let html = page.identity().and_then(|identity| std::str::from_utf8(identity.bytes).ok());
        let (Some(route), Some(frame)) = (pack.route(SEARCH_INDEX)?, html.and_then(Frame::split)) else {
            return Ok(None);
        };
        let Some(edition) = route.at(i64::MAX)? else { return Ok(None) };
        let graven_pack::Content::Page(document) = edition.content() else { return Ok(None) };
        let Some(variant) = document.variant(Coding::Identity)? else { return Ok(None) };
        let index = Index::open(variant.checked_bytes()?)?;
        Ok(Some(Search { index, frame }))
    }
}
