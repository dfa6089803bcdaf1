//! The reader: bytes in, routes, editions, pages and variants out, all in place.
//!
//! 1. [`Pack::open`] reads the header.
//! 2. [`Pack::route`] finds a path in the hash table.
//! 3. [`Route::at`] finds the edition that is valid at a time.
//! 4. [`Page::variant`] finds a stored coding.
//!
//! Each step checks the records that it reads, reads no others, and allocates nothing. What it returns is in bounds, UTF-8
//! and of known values. [`Pack::verify`] also checks that a text is a valid field value.
//!
//! Damage is found in two steps: [`Pack::check_index`] checks everything except the bodies, once and quickly.
//! [`Variant::checked_bytes`] checks one body.

use std::borrow::Cow;
use std::fmt;

use crate::error::{Error, Fault};
use crate::format::{
    ALWAYS, BODY_DIGEST_SIZE, Class, Coding, EditionRecord, Fields, HEADER_SIZE, HOME, Hash, Header, MAGIC, PROBES,
    PageRecord, RedirectRecord, RouteRecord, Run, Section, Slot, VERSION, VariantRecord, body_digest, checksum_of,
};
use crate::inflate::Deflated;
use crate::records::{Origin, Records};
use crate::rules;

/// A site image, read in place.
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
    /// Checks magic number, version, length and the bounds of sections, in a time that does not depend on the pack's size.
    ///
    /// ```
    /// use graven_pack::{Error, Pack, write::Image};
    ///
    /// let bytes = Image::default().write()?;
    /// assert!(Pack::open(&bytes)?.is_empty());
    /// assert_eq!(Pack::open(&bytes[1..]).err(), Some(Error::Magic));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// Checks that no bit of the index (all sections except the bodies) has changed since the pack was written. It reads the
    /// index once, at the speed of memory; a server does this when it starts. [`Variant::checked_bytes`] finds damaged
    /// bodies, and [`Pack::verify`] a pack that was made up.
    ///
    /// ```
    /// use graven_pack::{Error, Pack, write::Image};
    ///
    /// let mut bytes = Image::default().write()?;
    /// Pack::open(&bytes)?.check_index()?;
    /// *bytes.last_mut().expect("a slot") ^= 1;
    /// assert!(matches!(Pack::open(&bytes)?.check_index(), Err(Error::Index { .. })));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check_index(&self) -> Result<(), Error> {
        let found = checksum_of(self.records.index()?).ok_or(Error::Header { section: Section::Slots })?;
        if found == self.checksum { Ok(()) } else { Err(Error::Index { expected: self.checksum, found }) }
    }

    /// Finds a pack among other bytes, as in a program that has embedded one: the offset and the length of the first whose index has no
    /// damage.
    ///
    /// ```
    /// use graven_pack::{Pack, write::Image};
    ///
    /// let pack = Image::default().write()?;
    /// let program = [b"begin", &pack[..], b"end"].concat();
    /// assert_eq!(Pack::find(&program), Some((5, pack.len())));
    /// assert_eq!(Pack::find(&program[..20]), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn find(bytes: &'a [u8]) -> Option<(usize, usize)> {
        let mut at = 0;
        loop {
            at += bytes.get(at..)?.iter().position(|&byte| byte == MAGIC[0])?;
            if let Some(length) = Self::length_at(&bytes[at..]) {
                return Some((at, length));
            }
            at += 1;
        }
    }

    /// The length of the pack that these bytes begin with; `None` if they do not, or if its index is damaged.
    fn length_at(bytes: &'a [u8]) -> Option<usize> {
        let mut fields = Fields(bytes);
        if fields.array() != Some(MAGIC) || fields.u64() != Some(VERSION) {
            return None;
        }
        let length = usize::try_from(fields.u64()?).ok()?;
        let pack = Pack::open(bytes.get(..length)?).ok()?;
        pack.check_index().is_ok().then_some(length)
    }

    /// The stored digest, which identifies the content of the pack.
    ///
    /// ```
    /// use graven_pack::{Pack, hex, write::Image};
    ///
    /// let bytes = Image::default().write()?;
    /// assert_eq!(hex(&Pack::open(&bytes)?.digest()).len(), 64);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The pack's own time, in Unix seconds. A server uses it while its clock is behind.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.time
    }

    /// The number of routes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.routes as usize
    }

    /// Whether the pack has no routes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.routes == 0
    }

    /// The number of editions of all routes; every [`Edition::index`] is less.
    #[must_use]
    pub fn edition_count(&self) -> usize {
        self.editions as usize
    }

    /// The size of the whole pack, in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.records.bytes().len()
    }

    /// The path of the first page, with a slash at its end: `/`, or `/blog/` on a site below `/blog`. It is `/` too if [`HOME`] breaks a rule.
    ///
    /// ```
    /// use graven_pack::write::{ContentSpec, EditionSpec, Image, RedirectSpec};
    /// use graven_pack::{ALWAYS, HOME, Pack};
    ///
    /// let home = RedirectSpec { status: 308, location: "/blog/".into(), cache_control: "no-cache".into() };
    /// let edition = EditionSpec { from: ALWAYS, content: ContentSpec::Redirect(home) };
    /// let image = Image { time: 0, routes: [(HOME.into(), vec![edition])].into() };
    /// assert_eq!(Pack::open(&image.write()?)?.home()?, "/blog/");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If the records that it reads are malformed.
    pub fn home(&self) -> Result<&'a str, Error> {
        let edition = match self.route(HOME)? {
            Some(route) => route.at(ALWAYS)?,
            None => None,
        };
        Ok(match edition.map(|edition| edition.content()) {
            Some(Content::Redirect(redirect)) if rules::is_home(redirect.location()) => redirect.location(),
            _ => "/",
        })
    }

    /// The route of exactly this path, percent-decoded.
    ///
    /// ```
    /// use graven_pack::write::{ContentSpec, EditionSpec, Image, RedirectSpec};
    /// use graven_pack::{ALWAYS, Pack};
    ///
    /// let to_home = RedirectSpec { status: 308, location: "/".into(), cache_control: "no-cache".into() };
    /// let edition = EditionSpec { from: ALWAYS, content: ContentSpec::Redirect(to_home) };
    /// let image = Image { time: 0, routes: [("/caf\u{e9}".into(), vec![edition])].into() };
    /// let bytes = image.write()?;
    ///
    /// let pack = Pack::open(&bytes)?;
    /// assert!(pack.route("/caf\u{e9}")?.is_some());
    /// assert!(pack.route("/caf%C3%A9")?.is_none(), "the caller decodes");
    /// assert!(pack.route("/caf\u{e9}/")?.is_none(), "a slash more is another path");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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

    /// The route with this index.
    pub fn route_at(&self, index: u32) -> Result<Route<'a>, Error> {
        let route = Route::read(self.records, index)?;
        match std::str::from_utf8(route.path) {
            Ok(_) => Ok(route),
            Err(_) => Err(Origin { section: Section::Routes, index }.error(Fault::NotUtf8)),
        }
    }

    /// All routes, sorted by the bytes of their paths.
    ///
    /// ```
    /// use graven_pack::write::{ContentSpec, EditionSpec, Image, RedirectSpec};
    /// use graven_pack::{ALWAYS, Pack};
    ///
    /// let redirect = RedirectSpec { status: 308, location: "/".into(), cache_control: "no-cache".into() };
    /// let editions = vec![EditionSpec { from: ALWAYS, content: ContentSpec::Redirect(redirect) }];
    /// let routes = [("/b".into(), editions.clone()), ("/a".into(), editions)].into();
    /// let bytes = Image { time: 0, routes }.write()?;
    ///
    /// let pack = Pack::open(&bytes)?;
    /// let paths = pack.routes().map(|route| Ok(route?.path())).collect::<Result<Vec<_>, graven_pack::Error>>()?;
    /// assert_eq!(paths, ["/a", "/b"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn routes(&self) -> impl ExactSizeIterator<Item = Result<Route<'a>, Error>> + use<'a> {
        let pack = *self;
        (0..self.routes).map(move |index| pack.route_at(index))
    }

    pub(crate) fn records(&self) -> Records<'a> {
        self.records
    }
}

/// Checks that the sections follow the header without gaps, up to the end.
fn check_extents(header: &Header, found: u64) -> Result<(), Error> {
    if header.length != found {
        return Err(Error::Length { expected: header.length, found });
    }
    let mut end = u64::from(HEADER_SIZE);
    for (section, extent) in Section::ALL.into_iter().zip(header.extents) {
        // A count below 2^32 times a size below 2^6, plus an offset below 2^32: no sum overflows a `u64`.
        let is_valid = u64::from(extent.offset) == end && (section != Section::Slots || extent.count.is_power_of_two());
        end = u64::from(extent.offset) + u64::from(extent.count) * u64::from(section.record_size());
        if !is_valid || end > found {
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

/// A path and its editions.
#[derive(Clone, Copy, Debug)]
pub struct Route<'a> {
    records: Records<'a>,
    index: u32,
    /// UTF-8: it was either checked or compared with a `str`.
    path: &'a [u8],
    editions: Run,
}

impl<'a> Route<'a> {
    /// Reads a route. The caller ensures that its path is UTF-8.
    fn read(records: Records<'a>, index: u32) -> Result<Self, Error> {
        let record: RouteRecord = records.record(index)?;
        let origin = Origin { section: Section::Routes, index };
        let path = records.span(record.path, Section::Strings, origin)?;
        let editions = records.run(record.editions, Section::Editions, origin)?;
        Ok(Route { records, index, path, editions })
    }

    /// Its index among the pack's routes, from 0.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Its path: percent-decoded, with a leading slash; or [`NOT_FOUND`](crate::NOT_FOUND) or
    /// [`SEARCH_INDEX`](crate::SEARCH_INDEX).
    #[must_use]
    pub fn path(&self) -> &'a str {
        std::str::from_utf8(self.path).unwrap_or_default()
    }

    /// Its editions, oldest first.
    #[must_use]
    pub fn editions(&self) -> impl ExactSizeIterator<Item = Result<Edition<'a>, Error>> + use<'a> {
        let route = *self;
        (0..self.editions.count).map(move |n| Edition::read(route.records, route.editions.index(n)))
    }

    /// The edition that is valid at this time; `None` before the first one, when the answer is 404.
    ///
    /// ```
    /// use graven_pack::write::{ContentSpec, EditionSpec, Image, RedirectSpec};
    /// use graven_pack::Pack;
    ///
    /// let to = |location: &str| {
    ///     let redirect = RedirectSpec { status: 307, location: location.into(), cache_control: "no-cache".into() };
    ///     ContentSpec::Redirect(redirect)
    /// };
    /// let editions = vec![EditionSpec { from: 100, content: to("/one") }, EditionSpec { from: 200, content: to("/two") }];
    /// let bytes = Image { time: 0, routes: [("/latest".into(), editions)].into() }.write()?;
    ///
    /// let route = Pack::open(&bytes)?.route("/latest")?.ok_or("not found")?;
    /// let from = |time| route.at(time).map(|edition| edition.map(|edition| edition.from()));
    /// assert_eq!((from(99)?, from(100)?, from(199)?, from(999)?), (None, Some(100), Some(100), Some(200)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn at(&self, time: i64) -> Result<Option<Edition<'a>>, Error> {
        self.index_at(time)?.map(|index| Edition::read(self.records, index)).transpose()
    }

    /// The [`Edition::index`] of the edition that is valid at this time. It does not read the edition's content, so it is
    /// cheaper than [`Route::at`] for a server that has prepared its answers.
    pub fn index_at(&self, time: i64) -> Result<Option<u32>, Error> {
        // All editions before `low` begin at this time or earlier, and all from `high` on begin later.
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

/// The content of a route from a point in time until its next edition.
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

    /// Its index among the editions of all routes, from 0. A server can use it as the index of its own table of editions.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The time from which it is valid, in Unix seconds, or [`ALWAYS`](crate::ALWAYS).
    #[must_use]
    pub fn from(&self) -> i64 {
        self.from
    }

    /// Its content.
    #[must_use]
    pub fn content(&self) -> Content<'a> {
        self.content
    }
}

/// The content of an edition.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// A representation to send.
    Page(Page<'a>),
    /// A redirect to another place.
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
            _ => Variant::read(records, variants, 0)?,
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

    /// The value of Content-Security-Policy; empty if none is sent.
    #[must_use]
    pub fn security_policy(&self) -> &'a str {
        self.security_policy
    }

    /// Its kind, for request counters.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// The index of the route of its second representation (the Markdown of a post), which a request chooses with Accept.
    #[must_use]
    pub fn alternate(&self) -> Option<u32> {
        self.alternate
    }

    /// Its variants, in the order of [`Coding`]; identity is first.
    #[must_use]
    pub fn variants(&self) -> impl ExactSizeIterator<Item = Result<Variant<'a>, Error>> + use<'a> {
        let page = *self;
        (0..self.variants.count).map(move |n| Variant::read(page.records, page.variants, n))
    }

    /// The variant of this coding, if the page has it.
    ///
    /// ```
    /// use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
    /// use graven_pack::{ALWAYS, Class, Coding, Content, Pack};
    ///
    /// let text = VariantSpec { coding: Coding::Identity, etag: "\"1\"".into(), bytes: b"Hello!".into() };
    /// let page = PageSpec {
    ///     content_type: "text/plain".into(),
    ///     cache_control: "no-cache".into(),
    ///     security_policy: String::new(),
    ///     class: Class::File,
    ///     alternate: None,
    ///     variants: vec![text],
    /// };
    /// let edition = EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) };
    /// let bytes = Image { time: 0, routes: [("/hello.txt".into(), vec![edition])].into() }.write()?;
    ///
    /// let edition = Pack::open(&bytes)?.route("/hello.txt")?.ok_or("not found")?.at(0)?;
    /// let Some(Content::Page(page)) = edition.map(|edition| edition.content()) else { panic!() };
    /// assert!(page.variant(Coding::Brotli)?.is_none());
    /// assert_eq!(*page.identity().checked_bytes()?, *b"Hello!");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn variant(&self, coding: Coding) -> Result<Option<Variant<'a>>, Error> {
        // A page has each coding at most once, so it never has more variants than there are codings.
        for n in (0..self.variants.count).take(Coding::ALL.len()) {
            let record: VariantRecord = self.records.record(self.variants.index(n))?;
            if record.coding == coding as u32 {
                return Variant::read(self.records, self.variants, n).map(Some);
            }
        }
        Ok(None)
    }

    /// The variant without a coding.
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
    source: Source<'a>,
    digest: [u8; BODY_DIGEST_SIZE],
}

/// Where the bytes of a variant are.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// In the pack.
    Stored(&'a [u8]),
    /// In the page's gzip variant: they have to be inflated. Only an identity variant of at most 1 MiB has such bytes.
    Inflated(Deflated<'a>),
}

impl Source<'_> {
    /// The number of bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "nobody asks for it")]
    pub fn len(&self) -> usize {
        match self {
            Source::Stored(bytes) => bytes.len(),
            Source::Inflated(deflated) => deflated.len(),
        }
    }
}

impl<'a> Variant<'a> {
    /// Reads the `n`th variant of a page.
    fn read(records: Records<'a>, page: Run, n: u32) -> Result<Self, Error> {
        let index = page.index(n);
        let record: VariantRecord = records.record(index)?;
        let origin = Origin { section: Section::Variants, index };
        let source = match record.source {
            VariantRecord::STORED => Source::Stored(records.span(record.body, Section::Bodies, origin)?),
            VariantRecord::INFLATED => Source::Inflated(deflated(records, page, n, record, origin)?),
            _ => return Err(origin.error(Fault::UnknownValue)),
        };
        Ok(Variant {
            index,
            coding: Coding::from_number(record.coding).ok_or(origin.error(Fault::UnknownValue))?,
            etag: records.text(record.etag, origin)?,
            source,
            digest: record.digest,
        })
    }

    /// Its content coding.
    #[must_use]
    pub fn coding(&self) -> Coding {
        self.coding
    }

    /// Its entity tag: strong, with its quotes, as in the field.
    #[must_use]
    pub fn etag(&self) -> &'a str {
        self.etag
    }

    /// Where its bytes are, unchecked.
    #[must_use]
    pub fn source(&self) -> Source<'a> {
        self.source
    }

    /// Its bytes, unchecked. It is an error if they cannot be inflated.
    pub fn bytes(&self) -> Result<Cow<'a, [u8]>, Error> {
        match self.source {
            Source::Stored(bytes) => Ok(Cow::Borrowed(bytes)),
            Source::Inflated(deflated) => Ok(Cow::Owned(deflated.inflate()?)),
        }
    }

    /// Its bytes, if they are those that were written. This reads all of them, so a server that sends them often checks them
    /// once. [`Page::variant`] has an example.
    pub fn checked_bytes(&self) -> Result<Cow<'a, [u8]>, Error> {
        let bytes = self.bytes()?;
        if body_digest(&bytes) == self.digest {
            return Ok(bytes);
        }
        Err(Origin { section: Section::Variants, index: self.index }.error(Fault::Damaged))
    }
}

/// The source of an identity variant that is not stored: the gzip variant after it.
fn deflated(
    records: Records<'_>,
    page: Run,
    n: u32,
    identity: VariantRecord,
    origin: Origin,
) -> Result<Deflated<'_>, Error> {
    let refused = origin.error(Fault::NotInflatable);
    let next = n.saturating_add(1);
    if next >= page.count || identity.coding != Coding::Identity as u32 || identity.body.offset != 0 {
        return Err(refused);
    }
    let gzip: VariantRecord = records.record(page.index(next))?;
    if gzip.coding != Coding::Gzip as u32 || gzip.source != VariantRecord::STORED {
        return Err(refused);
    }
    let bytes = records.span(gzip.body, Section::Bodies, origin)?;
    Deflated::in_gzip(bytes, identity.body.length as usize, origin).ok_or(refused)
}

impl fmt::Debug for Variant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variant")
            .field("coding", &self.coding)
            .field("etag", &self.etag)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// A redirect to another place.
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
