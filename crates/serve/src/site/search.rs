//! The search of a site: its index and the page that hits are shown in.

use graven_pack::Source;
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
        let Some(frame) = html(page).and_then(Frame::split) else { return Ok(None) };
        Ok(Some(Search { index: Index::open(index)?, frame }))
    }
}

/// Returns the text of a page. It is inflated once, and kept as long as the site, which is as long as the process.
fn html(page: &PreparedPage) -> Option<&'static str> {
    let bytes = match page.identity()?.source {
        Source::Stored(bytes) => bytes,
        Source::Inflated(deflated) => deflated.inflate().ok()?.leak(),
    };
    std::str::from_utf8(bytes).ok()
}
