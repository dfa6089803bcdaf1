//! What searches need of a page, opened by the first search that needs it.

use std::sync::OnceLock;

use graven_search::frame::Frame;
use graven_search::{Error, Index};

/// The opened part of a page. Of most pages, no search needs anything.
#[derive(Debug, Default)]
pub(crate) struct Opened(OnceLock<Option<Box<Part>>>);

#[derive(Debug)]
enum Part {
    Index(Index<'static>),
    Frame(Frame<'static>),
}

impl Opened {
    /// Returns the search page with this `html`, split at the places for hits. Returns `None` if it has none.
    pub(super) fn frame(&self, html: impl FnOnce() -> Option<&'static str>) -> Option<&Frame<'static>> {
        let open = || Some(Box::new(Part::Frame(Frame::split(html()?)?)));
        match self.0.get_or_init(open).as_deref() {
            Some(Part::Frame(frame)) => Some(frame),
            Some(Part::Index(_)) | None => None,
        }
    }

    /// Returns the index in these `bytes`. `report` is called once if it is damaged.
    pub(super) fn index(&self, bytes: Option<&'static [u8]>, report: impl FnOnce(Error)) -> Option<&Index<'static>> {
        let open = || Index::open(bytes?).map_err(report).ok().map(|index| Box::new(Part::Index(index)));
        match self.0.get_or_init(open).as_deref() {
            Some(Part::Index(index)) => Some(index),
            Some(Part::Frame(_)) | None => None,
        }
    }
}
