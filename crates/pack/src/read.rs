//! The reader: from bytes to routes, editions, pages and variants, where they lie.
//!
//! 1. [`Pack::open`] looks at the header;
//! 2. [`Pack::route`] finds a path in the hash table;
//! 3. [`Route::at`] finds the edition that holds at a time;
//! 4. [`Page::variant`] finds a stored coding.
//!
//! Each step checks the records that it reads, allocates nothing, and looks at nothing else. What a step hands out is
//! checked as far as Rust's types tell: in bounds, UTF-8, known values. Whether a text may stand in a field is for
//! [`Pack::verify`].
//!
//! Damage is found in two steps: [`Pack::check_index`] looks at all that is not a body, once and quickly;
//! [`Variant::checked_bytes`] looks at one body.

use std::fmt;

use crate::error::{Error, Fault};
use crate::format::{
    BODY_DIGEST_SIZE, Class, Coding, EditionRecord, Extent, Fields, HEADER_SIZE, Hash, Header, MAGIC, PROBES,
    PageRecord, Record, RedirectRecord, RouteRecord, Run, Section, Slot, Span, VERSION, VariantRecord, body_digest,
    checksum_of,
};

/// A site image, read where it lies.
#[derive(Clone, Copy)]
pub struct Pack<'a> {
    records: Records<'a>,
    time: i64,
    digest: [u8; 32],
    checksum: u64,
    routes: u32,
    editions: u32,
}

impl<'a> Pack<'a> {
    /// Looks at magic, version, length and the bounds of sections, in a time that does not depend on the pack's size.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Error> {
        let mut fields = Fields(bytes);
        if fields.array() != Some(MAGIC) {
            return Err(Error::Magic);
        }
        let short = Error::Length { expected: u64::from(HEADER_SIZE), found: bytes.len() as u64 };
        let version = fields.u64().ok_or(short)?;
        if version != VERSION {
            return Err(Error::Version { found: version });
        }
        let header = Header::read(fields).ok_or(short)?;
        check_extents(&header, bytes.len() as u64)?;
        let records = Records(bytes);
        Ok(Pack {
            records,
            time: header.time,
            digest: header.digest,
            checksum: header.checksum,
            routes: records.extent(Section::Routes)?.count,
            editions: records.extent(Section::Editions)?.count,
        })
    }

    /// Checks that no bit of the index (all sections but the bodies) has changed since the pack was written. It reads the
    /// index once, at the speed of memory: what a server does when it starts. Damaged bodies are for
    /// [`Variant::checked_bytes`] to find, and a pack that was made up is for [`Pack::verify`].
    pub fn check_index(&self) -> Result<(), Error> {
        let found = checksum_of(self.records.index()?).ok_or(Error::Header { section: Section::Slots })?;
        if found == self.checksum { Ok(()) } else { Err(Error::Index { expected: self.checksum, found }) }
    }

    /// The stored digest: it names what the pack holds.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The pack's own time, in Unix seconds: time never runs behind it.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.time
    }

    /// How many routes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.routes as usize
    }

    /// Whether there is no route.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.routes == 0
    }

    /// How many editions all routes have together: [`Edition::index`] is below.
    #[must_use]
    pub fn edition_count(&self) -> usize {
        self.editions as usize
    }

    /// The size of the whole pack, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.records.bytes().len()
    }

    /// The route of exactly this path, percent-decoded.
    pub fn route(&self, path: &str) -> Result<Option<Route<'a>>, Error> {
        let slots = self.records.extent(Section::Slots)?.count;
        let hash = Hash::of(path);
        for probe in 0..PROBES {
            let slot: Slot = self.records.record(hash.slot(probe, slots))?;
            let Some(index) = slot.route else { return Ok(None) };
            if slot.tag == hash.tag() {
                let route = Route::read(self.records, index)?;
                if route.path == path.as_bytes() {
                    return Ok(Some(route));
                }
            }
        }
        Ok(None)
    }

    /// The route of this index.
    pub fn route_at(&self, index: u32) -> Result<Route<'a>, Error> {
        let route = Route::read(self.records, index)?;
        match std::str::from_utf8(route.path) {
            Ok(_) => Ok(route),
            Err(_) => Err(Origin { section: Section::Routes, index }.error(Fault::NotUtf8)),
        }
    }

    /// All routes, in byte order of their paths.
    #[must_use]
    pub fn routes(&self) -> impl ExactSizeIterator<Item = Result<Route<'a>, Error>> + use<'a> {
        let pack = *self;
        (0..self.routes).map(move |index| pack.route_at(index))
    }

    pub(crate) fn records(&self) -> Records<'a> {
        self.records
    }
}

/// The sections follow the header and each other without a gap, up to the end.
fn check_extents(header: &Header, found: u64) -> Result<(), Error> {
    if header.length != found {
        return Err(Error::Length { expected: header.length, found });
    }
    let mut end = u64::from(HEADER_SIZE);
    for (section, extent) in Section::ALL.into_iter().zip(header.extents) {
        // At most 2^32 times 2^6, and then no more than a `u32` away from it: no sum here overflows a `u64`.
        let sound = u64::from(extent.offset) == end && (section != Section::Slots || extent.count.is_power_of_two());
        end = u64::from(extent.offset) + u64::from(extent.count) * u64::from(section.record_size());
        if !sound || end > found {
            return Err(Error::Header { section });
        }
    }
    if end == found { Ok(()) } else { Err(Error::Header { section: Section::Bodies }) }
}

impl fmt::Debug for Pack<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pack").field("size", &self.size()).field("routes", &self.routes).finish_non_exhaustive()
    }
}

/// What a path leads to.
#[derive(Clone, Copy, Debug)]
pub struct Route<'a> {
    records: Records<'a>,
    index: u32,
    /// UTF-8: it was either checked, or found equal to a `str`.
    path: &'a [u8],
    editions: Run,
}

impl<'a> Route<'a> {
    /// Reads a route; that its path is UTF-8 is for the caller to make sure of.
    fn read(records: Records<'a>, index: u32) -> Result<Self, Error> {
        let record: RouteRecord = records.record(index)?;
        let origin = Origin { section: Section::Routes, index };
        let path = records.span(record.path, Section::Strings, origin)?;
        let editions = records.run(record.editions, Section::Editions, origin)?;
        Ok(Route { records, index, path, editions })
    }

    /// Its place among the pack's routes, from 0.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Its path, percent-decoded, with a leading slash; or [`NOT_FOUND`](crate::NOT_FOUND).
    #[must_use]
    pub fn path(&self) -> &'a str {
        std::str::from_utf8(self.path).unwrap_or_default()
    }

    /// Its editions, oldest first.
    #[must_use]
    pub fn editions(&self) -> impl ExactSizeIterator<Item = Result<Edition<'a>, Error>> + use<'a> {
        let route = *self;
        (0..self.editions.count).map(move |place| Edition::read(route.records, route.editions.index(place)))
    }

    /// The edition that holds at this time; `None` before the first, when the path is not found.
    pub fn at(&self, time: i64) -> Result<Option<Edition<'a>>, Error> {
        self.index_at(time)?.map(|index| Edition::read(self.records, index)).transpose()
    }

    /// The [`Edition::index`] of the edition that holds at this time, without a look at what it says: all that is needed
    /// where the answers are prepared.
    pub fn index_at(&self, time: i64) -> Result<Option<u32>, Error> {
        // All editions before `low` hold at this time already, none from `high` on does.
        let (mut low, mut high) = (0, self.editions.count);
        while low < high {
            let middle = low.midpoint(high);
            let record: EditionRecord = self.records.record(self.editions.index(middle))?;
            if record.from <= time {
                low = middle.saturating_add(1);
            } else {
                high = middle;
            }
        }
        Ok(low.checked_sub(1).map(|newest| self.editions.index(newest)))
    }
}

/// What a route says from a time on, until its next edition.
#[derive(Clone, Copy, Debug)]
pub struct Edition<'a> {
    index: u32,
    from: i64,
    content: Content<'a>,
}

impl<'a> Edition<'a> {
    fn read(records: Records<'a>, index: u32) -> Result<Self, Error> {
        let record: EditionRecord = records.record(index)?;
        let content = match record.kind {
            EditionRecord::PAGE => Content::Page(Page::read(records, record.content)?),
            EditionRecord::REDIRECT => Content::Redirect(Redirect::read(records, record.content)?),
            _ => return Err(Origin { section: Section::Editions, index }.error(Fault::UnknownValue)),
        };
        Ok(Edition { index, from: record.from, content })
    }

    /// Its place among the editions of all routes, from 0: whoever keeps a table of editions can index it by this.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The time from which it holds, in Unix seconds; [`ALWAYS`](crate::ALWAYS) for the past without end.
    #[must_use]
    pub fn from(&self) -> i64 {
        self.from
    }

    /// What it is.
    #[must_use]
    pub fn content(&self) -> Content<'a> {
        self.content
    }
}

/// What an edition is.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// A representation to send.
    Page(Page<'a>),
    /// Another place to look.
    Redirect(Redirect<'a>),
}

/// A representation, in one or more codings.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    records: Records<'a>,
    content_type: &'a str,
    cache_control: &'a str,
    security_policy: &'a str,
    class: Class,
    alternate: Option<u32>,
    identity: Variant<'a>,
    variants: Run,
}

impl<'a> Page<'a> {
    fn read(records: Records<'a>, index: u32) -> Result<Self, Error> {
        let record: PageRecord = records.record(index)?;
        let origin = Origin { section: Section::Pages, index };
        let variants = records.run(record.variants, Section::Variants, origin)?;
        let identity = match variants.count {
            0 => return Err(origin.error(Fault::NoIdentity)),
            _ => Variant::read(records, variants.first)?,
        };
        if identity.coding != Coding::Identity {
            return Err(origin.error(Fault::NoIdentity));
        }
        if let Some(route) = record.alternate {
            records.run(Run { first: route, count: 1 }, Section::Routes, origin)?;
        }
        Ok(Page {
            records,
            content_type: records.text(record.content_type, origin)?,
            cache_control: records.text(record.cache_control, origin)?,
            security_policy: records.text(record.security_policy, origin)?,
            class: Class::from_number(record.class).ok_or(origin.error(Fault::UnknownValue))?,
            alternate: record.alternate,
            identity,
            variants,
        })
    }

    /// The value of Content-Type.
    #[must_use]
    pub fn content_type(&self) -> &'a str {
        self.content_type
    }

    /// The value of Cache-Control.
    #[must_use]
    pub fn cache_control(&self) -> &'a str {
        self.cache_control
    }

    /// The value of Content-Security-Policy; empty where none is to be sent.
    #[must_use]
    pub fn security_policy(&self) -> &'a str {
        self.security_policy
    }

    /// What it counts as.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// The index of the route of its second representation (the Markdown of a post), to be chosen by Accept.
    #[must_use]
    pub fn alternate(&self) -> Option<u32> {
        self.alternate
    }

    /// Its variants, in the order of [`Coding`]: identity first.
    #[must_use]
    pub fn variants(&self) -> impl ExactSizeIterator<Item = Result<Variant<'a>, Error>> + use<'a> {
        let page = *self;
        (0..self.variants.count).map(move |place| Variant::read(page.records, page.variants.index(place)))
    }

    /// The variant of this coding, if it is stored.
    pub fn variant(&self, coding: Coding) -> Result<Option<Variant<'a>>, Error> {
        // Each coding stands at most once, so no sound page has more variants than there are codings.
        for place in (0..self.variants.count).take(Coding::ALL.len()) {
            let index = self.variants.index(place);
            let record: VariantRecord = self.records.record(index)?;
            if record.coding == coding as u32 {
                return Variant::read(self.records, index).map(Some);
            }
        }
        Ok(None)
    }

    /// The variant that is not coded.
    #[must_use]
    pub fn identity(&self) -> Variant<'a> {
        self.identity
    }
}

/// The bytes of a page in one coding.
#[derive(Clone, Copy)]
pub struct Variant<'a> {
    index: u32,
    coding: Coding,
    etag: &'a str,
    bytes: &'a [u8],
    digest: [u8; BODY_DIGEST_SIZE],
}

impl<'a> Variant<'a> {
    fn read(records: Records<'a>, index: u32) -> Result<Self, Error> {
        let record: VariantRecord = records.record(index)?;
        let origin = Origin { section: Section::Variants, index };
        Ok(Variant {
            index,
            coding: Coding::from_number(record.coding).ok_or(origin.error(Fault::UnknownValue))?,
            etag: records.text(record.etag, origin)?,
            bytes: records.span(record.body, Section::Bodies, origin)?,
            digest: record.digest,
        })
    }

    /// Its content coding.
    #[must_use]
    pub fn coding(&self) -> Coding {
        self.coding
    }

    /// Its entity tag: strong, with its quotes, as it stands in the field.
    #[must_use]
    pub fn etag(&self) -> &'a str {
        self.etag
    }

    /// Its bytes as they lie there, unchecked.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Its bytes, as they are sent, unless they are not those that were written. This reads all of them, so whoever sends
    /// them often checks them once.
    pub fn checked_bytes(&self) -> Result<&'a [u8], Error> {
        if body_digest(self.bytes) == self.digest {
            return Ok(self.bytes);
        }
        Err(Origin { section: Section::Variants, index: self.index }.error(Fault::Damaged))
    }
}

impl fmt::Debug for Variant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variant")
            .field("coding", &self.coding)
            .field("etag", &self.etag)
            .field("length", &self.bytes.len())
            .finish_non_exhaustive()
    }
}

/// Another place to look.
#[derive(Clone, Copy, Debug)]
pub struct Redirect<'a> {
    status: u16,
    location: &'a str,
    cache_control: &'a str,
}

impl<'a> Redirect<'a> {
    fn read(records: Records<'a>, index: u32) -> Result<Self, Error> {
        let record: RedirectRecord = records.record(index)?;
        let origin = Origin { section: Section::Redirects, index };
        Ok(Redirect {
            status: u16::try_from(record.status).map_err(|_| origin.error(Fault::Status))?,
            location: records.text(record.location, origin)?,
            cache_control: records.text(record.cache_control, origin)?,
        })
    }

    /// Its status: 301, 302, 307 or 308.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The value of Location.
    #[must_use]
    pub fn location(&self) -> &'a str {
        self.location
    }

    /// The value of Cache-Control.
    #[must_use]
    pub fn cache_control(&self) -> &'a str {
        self.cache_control
    }
}

/// The bytes of a pack that [`Pack::open`] has looked at: what records are read out of.
#[derive(Clone, Copy)]
pub(crate) struct Records<'a>(&'a [u8]);

impl<'a> Records<'a> {
    /// All bytes of the pack.
    pub(crate) fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// All bytes but the bodies, which come last.
    pub(crate) fn index(self) -> Result<&'a [u8], Error> {
        let end = self.extent(Section::Bodies)?.offset as usize;
        self.0.get(..end).ok_or(Error::Header { section: Section::Bodies })
    }

    /// Where a section stands, read from the header each time: so a [`Route`] is small, and the header stays in cache.
    pub(crate) fn extent(self, section: Section) -> Result<Extent, Error> {
        let read = |mut fields: Fields<'_>| Some(Extent { offset: fields.u32()?, count: fields.u32()? });
        self.0.get(Extent::place(section)..).map(Fields).and_then(read).ok_or(Error::Header { section })
    }

    /// The record of this index, in its own section.
    pub(crate) fn record<R: Record>(self, index: u32) -> Result<R, Error> {
        let origin = Origin { section: R::SECTION, index };
        let span =
            Span { offset: index.checked_mul(R::SIZE).ok_or(origin.error(Fault::OutOfBounds))?, length: R::SIZE };
        let bytes = self.span(span, R::SECTION, origin)?;
        R::read(Fields(bytes)).ok_or(origin.error(Fault::OutOfBounds))
    }

    /// The text of this span, for the record of that origin.
    pub(crate) fn text(self, span: Span, origin: Origin) -> Result<&'a str, Error> {
        let bytes = self.span(span, Section::Strings, origin)?;
        std::str::from_utf8(bytes).map_err(|_| origin.error(Fault::NotUtf8))
    }

    /// The bytes of this span of a section, for the record of that origin.
    fn span(self, span: Span, section: Section, origin: Origin) -> Result<&'a [u8], Error> {
        let extent = self.extent(section)?;
        let slice = || {
            let end = span.offset.checked_add(span.length)?;
            // The header was checked: the section lies within the pack, so that this product fits.
            if end > extent.count.checked_mul(section.record_size())? {
                return None;
            }
            let start = extent.offset.checked_add(span.offset)? as usize;
            self.0.get(start..)?.get(..span.length as usize)
        };
        slice().ok_or(origin.error(Fault::OutOfBounds))
    }

    /// This run, if it lies within the section.
    fn run(self, run: Run, section: Section, origin: Origin) -> Result<Run, Error> {
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

/// The record that is being read: where an error is.
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
