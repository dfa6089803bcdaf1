//! The search of a site: its index and the page that hits are shown in.

use graven_search::frame::Frame;
use graven_search::{Error, Index};

use super::page::PreparedPage;

/// What a search needs of a site.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) index: Index<'static>,
    pub(crate) frame: Frame<'static>,
}

impl Search {
    /// Opens an index. Returns `None` if `page` has no places for hits.
    pub(super) fn open(index: &'static [u8], page: &PreparedPage) -> Result<Option<Self>, Error> {
        let html = page.identity().and_then(|identity| std::str::from_utf8(identity.bytes).ok());
        let Some(frame) = html.and_then(Frame::split) else { return Ok(None) };
        Ok(Some(Search { index: Index::open(index)?, frame }))
    }
}
