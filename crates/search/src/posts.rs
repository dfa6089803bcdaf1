//! The posts of an index: what is shown of a hit, and where its sections are.

use crate::bits::Bytes;
use crate::format::Sections;

/// A post.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PostRecord<'a> {
    pub(crate) route: &'a str,
    pub(crate) title: &'a str,
    pub(crate) date: &'a str,
    sections: u32,
    rest: Bytes<'a>,
}

/// A section of a post.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SectionRecord<'a> {
    pub(crate) anchor: &'a str,
    pub(crate) heading: &'a str,
    pub(crate) start: u32,
    pub(crate) length: u32,
    /// The position of the heading's first word, and of the first word after the heading.
    pub(crate) words: (u32, u32),
}

impl<'a> PostRecord<'a> {
    /// Reads a post.
    pub(crate) fn read(sections: &Sections<'a>, post: u32) -> Option<Self> {
        let offset = Bytes(sections.offsets.get(post as usize * 4..)?).u32()?;
        let mut rest = Bytes(sections.records.get(offset as usize..)?);
        let (route, title, date) = (rest.text()?, rest.text()?, rest.text()?);
        Some(Self { route, title, date, sections: rest.varint()?, rest })
    }

    /// Its sections, in order. What is damaged ends them.
    pub(crate) fn sections(&self) -> impl Iterator<Item = SectionRecord<'a>> + use<'a> {
        let mut rest = self.rest;
        let mut position = 0_u32;
        // The bytes bound the number: a section has seven at least.
        (0..self.sections).map_while(move |_| {
            let (anchor, heading) = (rest.text()?, rest.text()?);
            let (start, length) = (rest.varint()?, rest.varint()?);
            let first = position.checked_add(rest.varint()?)?;
            position = first.checked_add(rest.varint()?)?;
            Some(SectionRecord { anchor, heading, start, length, words: (first, position) })
        })
    }
}
