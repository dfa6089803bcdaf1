//! The search of a site at a time: its index and the page that hits are shown in.

use graven_pack::Source;
use graven_search::frame::Frame;
use graven_search::{Error, Index};

use super::page::PreparedPage;

/// What a search needs of a site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Search<'a> {
    pub(crate) index: &'a Index<'static>,
    pub(crate) frame: &'a Frame<'static>,
}

/// Returns the search page, split at the places for hits. Returns `None` if it has none.
pub(super) fn frame(page: &PreparedPage) -> Option<&Frame<'static>> {
    page.opened.frame(|| html(page))
}

/// Returns the index that a page of the pack is. `report` is called once if it is damaged.
pub(super) fn index(page: &PreparedPage, report: impl FnOnce(Error)) -> Option<&Index<'static>> {
    // It is read in place. press never compresses it.
    let bytes = match page.identity()?.source {
        Source::Stored(bytes) => Some(bytes),
        Source::Inflated(_) => None,
    };
    page.opened.index(bytes, report)
}

/// Returns the text of a page. It is inflated once, and kept as long as the site, which is as long as the process.
fn html(page: &PreparedPage) -> Option<&'static str> {
    let bytes = match page.identity()?.source {
        Source::Stored(bytes) => bytes,
        Source::Inflated(deflated) => deflated.inflate().ok()?.leak(),
    };
    std::str::from_utf8(bytes).ok()
}
