//! Reads the records of a pack in place. Every access is checked against the bounds of its section.

use std::fmt;

use crate::error::{Error, Fault};
use crate::format::{Extent, Fields, Record, Run, Section, Span};

/// The bytes of a pack whose header [`Pack::open`](crate::Pack::open) has checked. Records are read from it.
#[derive(Clone, Copy)]
pub(crate) struct Records<'a>(pub(crate) &'a [u8]);

impl<'a> Records<'a> {
    /// All bytes of the pack.
    pub(crate) fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// All bytes except the bodies, which are last.
    pub(crate) fn index(self) -> Result<&'a [u8], Error> {
        let end = self.extent(Section::Bodies)?.offset as usize;
        self.0.get(..end).ok_or(Error::Header { section: Section::Bodies })
    }

    /// The position of a section. It is read from the header each time, so that a [`Route`](crate::Route) is small; the header stays in the cache.
    pub(crate) fn extent(self, section: Section) -> Result<Extent, Error> {
        let read = |mut fields: Fields<'_>| Some(Extent { offset: fields.u32()?, count: fields.u32()? });
        self.0.get(Extent::offset_in_header(section)..).map(Fields).and_then(read).ok_or(Error::Header { section })
    }

    /// The record with this index in its section.
    pub(crate) fn record<R: Record>(self, index: u32) -> Result<R, Error> {
        let origin = Origin { section: R::SECTION, index };
        let span =
            Span { offset: index.checked_mul(R::SIZE).ok_or(origin.error(Fault::OutOfBounds))?, length: R::SIZE };
        let bytes = self.span(span, R::SECTION, origin)?;
        R::read(Fields(bytes)).ok_or(origin.error(Fault::OutOfBounds))
    }

    /// The text of a span, for the record at `origin`.
    pub(crate) fn text(self, span: Span, origin: Origin) -> Result<&'a str, Error> {
        let bytes = self.span(span, Section::Strings, origin)?;
        std::str::from_utf8(bytes).map_err(|_| origin.error(Fault::NotUtf8))
    }

    /// The bytes of a span of a section, for the record at `origin`.
    pub(crate) fn span(self, span: Span, section: Section, origin: Origin) -> Result<&'a [u8], Error> {
        let extent = self.extent(section)?;
        let slice = || {
            let end = span.offset.checked_add(span.length)?;
            // The header was checked: the section is within the pack, so this product fits.
            if end > extent.count.checked_mul(section.record_size())? {
                return None;
            }
            let start = extent.offset.checked_add(span.offset)? as usize;
            self.0.get(start..)?.get(..span.length as usize)
        };
        slice().ok_or(origin.error(Fault::OutOfBounds))
    }

    /// The run, if it is within the section.
    pub(crate) fn run(self, run: Run, section: Section, origin: Origin) -> Result<Run, Error> {
        let count = self.extent(section)?.count;
        let within = run.first.checked_add(run.count).is_some_and(|end| end <= count);
        if within { Ok(run) } else { Err(origin.error(Fault::OutOfBounds)) }
    }
}

impl fmt::Debug for Records<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// The record that is being read, for errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) section: Section,
    pub(crate) index: u32,
}

impl Origin {
    pub(crate) fn error(self, fault: Fault) -> Error {
        Error::Record { section: self.section, index: self.index, fault }
    }
}
