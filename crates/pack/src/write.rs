//! The writer: plain data in, the bytes of a pack out.
//!
//! 1. [`Checked::new`] checks a route against the rules of [`Pack::verify`](crate::Pack::verify) and hashes its bodies. It needs
//!    nothing of the others, so that a program can do this for several routes at once.
//! 2. [`Writer::put_checked`] lays out its records, and writes its bodies to a scratch file; each distinct text and body is stored once. A
//!    body that can be inflated from that of the page's gzip variant is not stored. Only records and texts stay in memory.
//! 3. [`Writer::finish`] finds the second representations of pages, fills the hash table, and joins the sections with the
//!    digest and the checksum of the index in the header. The bodies, which are the last section, are copied from the scratch
//!    file.
//!
//! [`Image`] is a whole site in memory, for tests and small uses. The bytes depend on the routes alone: the same routes always
//! give the same bytes.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::{self, BufWriter, Cursor, Read, Seek, SeekFrom, Write};

use crate::error::Fault;
use crate::format::{
    BODY_DIGEST_SIZE, CHECKSUM, Class, Coding, DIGEST, EditionRecord, Extent, HEADER_SIZE, Header, PageRecord, Record,
    RedirectRecord, RouteRecord, Run, Section, Slot, Span, VariantRecord, body_digest, checksum_of, digest_of,
};
use crate::inflate::Deflated;
use crate::records::Origin;
use crate::rules::{self, PageFields};
use crate::slots::{self, slots};

/// A site as plain data.
///
/// ```
/// use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
/// use graven_pack::{ALWAYS, Class, Coding, Pack};
///
/// let html = "<!doctype html><title>Hello</title>";
/// let page = PageSpec {
///     content_type: "text/html; charset=utf-8".into(),
///     cache_control: "no-cache".into(),
///     security_policy: "default-src 'none'".into(),
///     class: Class::Page,
///     alternate: None,
///     variants: vec![VariantSpec { coding: Coding::Identity, etag: "\"2f6b\"".into(), bytes: html.into() }],
/// };
/// let edition = EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) };
/// let image = Image { time: 1_700_000_000, routes: [("/".into(), vec![edition])].into() };
///
/// let bytes = image.write()?;
/// assert_eq!(Pack::open(&bytes)?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// The pack's own time, in Unix seconds.
    pub time: i64,
    /// The editions of each path, oldest first.
    pub routes: BTreeMap<String, Vec<EditionSpec>>,
}

/// The content of a route from a point in time until its next edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditionSpec {
    /// The time from which it is valid, in Unix seconds, or [`ALWAYS`](crate::ALWAYS).
    pub from: i64,
    /// Its content.
    pub content: ContentSpec,
}

/// The content of an edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentSpec {
    /// A representation to send.
    Page(PageSpec),
    /// A redirect to another place.
    Redirect(RedirectSpec),
}

/// A representation, in one or more codings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageSpec {
    /// The value of Content-Type.
    pub content_type: String,
    /// The value of Cache-Control.
    pub cache_control: String,
    /// The value of Content-Security-Policy; empty to send none.
    pub security_policy: String,
    /// Its kind, for request counters.
    pub class: Class,
    /// The path of its second representation, which a request chooses with Accept.
    pub alternate: Option<String>,
    /// Its variants, in any order; one has no coding.
    pub variants: Vec<VariantSpec>,
}

/// The bytes of a page in one coding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantSpec {
    /// The content coding.
    pub coding: Coding,
    /// The entity tag: strong, with its quotes.
    pub etag: String,
    /// The bytes as they are sent. Those of an identity variant are not stored if they can be inflated from the gzip variant and
    /// are at most 1 MiB.
    pub bytes: Vec<u8>,
}

/// A redirect to another place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectSpec {
    /// 301, 302, 307 or 308.
    pub status: u16,
    /// The value of Location: a path with one leading slash, percent-encoded, or an http or https URL.
    pub location: String,
    /// The value of Cache-Control.
    pub cache_control: String,
}

/// Why a pack cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// A route breaks a rule.
    Route {
        /// Its path.
        path: String,
        /// The index of the edition at fault, from 0; `None` if the route itself is at fault.
        edition: Option<usize>,
        /// What is wrong.
        fault: Fault,
    },
    /// Too many paths have colliding hashes, so a lookup of this one would fail.
    Collision {
        /// The path.
        path: String,
    },
    /// The pack would be 4 GiB or more.
    TooLarge,
    /// The scratch file or the pack could not be written or read.
    Io {
        /// The kind of the error.
        kind: io::ErrorKind,
        /// The text of the error.
        message: String,
    },
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Route { path, edition: None, fault } => write!(f, "route {path:?}: {fault}"),
            WriteError::Route { path, edition: Some(edition), fault } => {
                write!(f, "route {path:?}, edition {edition}: {fault}")
            }
            WriteError::Collision { path } => {
                write!(f, "route {path:?}: too many paths have colliding hashes; rename it")
            }
            WriteError::TooLarge => f.write_str("the site is too large: a pack must be smaller than 4 GiB"),
            WriteError::Io { message, .. } => write!(f, "the pack or its scratch file: {message}"),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        WriteError::Io { kind: error.kind(), message: error.to_string() }
    }
}

impl Image {
    /// The bytes of the pack. An image that breaks a rule of [`Pack::verify`](crate::Pack::verify) is an error.
    ///
    /// ```
    /// use graven_pack::write::{ContentSpec, EditionSpec, Image, RedirectSpec};
    ///
    /// let to_itself = RedirectSpec { status: 308, location: "/a".into(), cache_control: "no-cache".into() };
    /// let edition = EditionSpec { from: graven_pack::ALWAYS, content: ContentSpec::Redirect(to_itself) };
    /// let error = Image { time: 0, routes: [("/a".into(), vec![edition])].into() }.write().unwrap_err();
    /// assert_eq!(error.to_string(), "route \"/a\", edition 0: it redirects to itself");
    /// ```
    pub fn write(&self) -> Result<Vec<u8>, WriteError> {
        let mut writer = Writer::new(self.time, Cursor::new(Vec::new()));
        for (path, editions) in &self.routes {
            writer.put(path, editions)?;
        }
        let mut pack = Vec::new();
        writer.finish(&mut pack)?;
        Ok(pack)
    }
}

/// Writes a pack route by route. It holds some hundred bytes for each route, whatever the size of its bodies: these wait in a
/// scratch file, because the sections before them are complete only at the end.
///
/// ```
/// use std::io::Cursor;
///
/// use graven_pack::write::{ContentSpec, EditionSpec, RedirectSpec, Writer};
/// use graven_pack::{ALWAYS, Pack};
///
/// // A temporary file, if the site is large.
/// let scratch = Cursor::new(Vec::new());
/// let mut writer = Writer::new(1_700_000_000, scratch);
/// for path in ["/a", "/b"] {
///     let redirect = RedirectSpec { status: 308, location: "/".into(), cache_control: "no-cache".into() };
///     writer.put(path, &[EditionSpec { from: ALWAYS, content: ContentSpec::Redirect(redirect) }])?;
/// }
/// let mut bytes = Vec::new();
/// writer.finish(&mut bytes)?;
/// assert_eq!(Pack::open(&bytes)?.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Writer<S> {
    time: i64,
    scratch: S,
    tables: Tables,
    /// The first error, which all later calls return: after it, the scratch file and the tables may not fit each other.
    outcome: Result<(), WriteError>,
}

impl<S: Read + Write + Seek> Writer<S> {
    /// Creates a writer of a pack with this time, in Unix seconds. `scratch` is empty; it is written from its start, and read
    /// once.
    #[must_use]
    pub fn new(time: i64, scratch: S) -> Self {
        Writer { time, scratch, tables: Tables::default(), outcome: Ok(()) }
    }

    /// Adds a route with its editions, oldest first. Routes come in the order of the bytes of their paths; one that does not is
    /// an error, as is one that breaks a rule. After an error, the pack cannot be written.
    pub fn put(&mut self, path: &str, editions: &[EditionSpec]) -> Result<(), WriteError> {
        self.outcome.clone()?;
        self.outcome = Checked::new(path, editions).and_then(|route| self.add(&route));
        self.outcome.clone()
    }

    /// As [`Self::put`], of a route that breaks no rule.
    pub fn put_checked(&mut self, route: &Checked<'_>) -> Result<(), WriteError> {
        self.outcome.clone()?;
        self.outcome = self.add(route);
        self.outcome.clone()
    }

    fn add(&mut self, route: &Checked<'_>) -> Result<(), WriteError> {
        self.tables.check_order(route.path)?;
        self.tables.put_route(route, &mut self.scratch)
    }

    /// Writes the pack to `out`, from its first byte to its last.
    pub fn finish(mut self, out: &mut impl Write) -> Result<(), WriteError> {
        self.outcome?;
        let slots = self.tables.link()?;
        out.write_all(&self.tables.index(self.time, &slots)?)?;
        self.scratch.seek(SeekFrom::Start(0))?;
        let length = u64::from(self.tables.bodies.length);
        // `io::copy` reads into the buffer of its writer, and its own is small.
        let mut out = BufWriter::with_capacity(COPIED_AT_ONCE, out);
        let copied = io::copy(&mut self.scratch.take(length), &mut out)?;
        out.flush()?;
        if copied == length { Ok(()) } else { Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()) }
    }
}

/// Bytes that are copied at once from the scratch file: few enough to stay in the processor's cache.
const COPIED_AT_ONCE: usize = 256 * 1024;

/// A route with its editions, oldest first, that breaks no rule by itself, and the hashes of its bodies.
///
/// ```
/// use std::io::Cursor;
///
/// use graven_pack::ALWAYS;
/// use graven_pack::write::{Checked, ContentSpec, EditionSpec, RedirectSpec, Writer};
///
/// let redirect = RedirectSpec { status: 308, location: "/a".into(), cache_control: "no-cache".into() };
/// let editions = [EditionSpec { from: ALWAYS, content: ContentSpec::Redirect(redirect) }];
/// assert!(Checked::new("/a", &editions[..]).is_err(), "it redirects to itself");
///
/// let mut writer = Writer::new(0, Cursor::new(Vec::new()));
/// // Another thread can do this at the same time for another route.
/// let route = Checked::new("/b", &editions[..])?;
/// writer.put_checked(&route)?;
/// # Ok::<(), graven_pack::write::WriteError>(())
/// ```
#[derive(Debug)]
pub struct Checked<'a> {
    path: &'a str,
    editions: Cow<'a, [EditionSpec]>,
    /// Those of each edition, in the order of their codings; none of a redirect.
    bodies: Vec<Vec<CheckedBody>>,
}

#[derive(Clone, Copy, Debug)]
struct CheckedBody {
    digest: [u8; BODY_DIGEST_SIZE],
    /// Whether it is not stored, but inflated from the next one.
    is_inflated: bool,
}

impl<'a> Checked<'a> {
    /// Checks a route and hashes its bodies. A route that breaks a rule is an error.
    pub fn new(path: &'a str, editions: impl Into<Cow<'a, [EditionSpec]>>) -> Result<Self, WriteError> {
        let editions = editions.into();
        check_route(path, &editions)?;
        let bodies = |edition: &EditionSpec| match &edition.content {
            ContentSpec::Page(page) => page.checked_bodies(),
            ContentSpec::Redirect(_) => Vec::new(),
        };
        let bodies = editions.iter().map(bodies).collect();
        Ok(Checked { path, editions, bodies })
    }
}

/// Checks everything about a route that does not depend on others.
fn check_route(path: &str, editions: &[EditionSpec]) -> Result<(), WriteError> {
    let error = |edition, fault| WriteError::Route { path: path.to_owned(), edition, fault };
    rules::path(path).map_err(|fault| error(None, fault))?;
    if editions.is_empty() {
        return Err(error(None, Fault::NoEdition));
    }
    if !editions.is_sorted_by(|one, next| one.from < next.from) {
        return Err(error(None, Fault::Order));
    }
    for (n, edition) in editions.iter().enumerate() {
        match &edition.content {
            ContentSpec::Page(page) => check_page(path, page),
            ContentSpec::Redirect(to) => rules::redirect(path, to.status, &to.location, &to.cache_control),
        }
        .map_err(|fault| error(Some(n), fault))?;
    }
    Ok(())
}

fn check_page(path: &str, page: &PageSpec) -> Result<(), Fault> {
    rules::page(path)?;
    let fields = PageFields {
        content_type: &page.content_type,
        cache_control: &page.cache_control,
        security_policy: &page.security_policy,
    };
    fields.check()?;
    let variants: Vec<_> = page.in_order().iter().map(|variant| (variant.coding, variant.etag.as_str())).collect();
    rules::variants(&variants)?;
    if page.alternate.as_deref() == Some(path) { Err(Fault::Alternate) } else { Ok(()) }
}

impl PageSpec {
    fn in_order(&self) -> Vec<&VariantSpec> {
        let mut variants: Vec<_> = self.variants.iter().collect();
        variants.sort_by_key(|variant| variant.coding);
        variants
    }

    fn checked_bodies(&self) -> Vec<CheckedBody> {
        let variants = self.in_order();
        let is_inflated = matches!(variants[..], [identity, gzip, ..] if can_inflate(identity, gzip));
        let checked = variants.into_iter().map(|variant| CheckedBody {
            digest: body_digest(&variant.bytes),
            is_inflated: is_inflated && variant.coding == Coding::Identity,
        });
        checked.collect()
    }
}

/// Whether a reader can inflate the bytes of an identity variant from the next one. The checksum in a gzip file is compared, and
/// its content is not inflated, which would take longer than all else that the writer does.
fn can_inflate(identity: &VariantSpec, gzip: &VariantSpec) -> bool {
    let origin = Origin { section: Section::Variants, index: 0 };
    identity.coding == Coding::Identity
        && gzip.coding == Coding::Gzip
        && Deflated::in_gzip(&gzip.bytes, identity.bytes.len(), origin).and_then(Deflated::deflated).is_some()
        && gzip.bytes.last_chunk() == Some(&trailer(&identity.bytes))
}

/// The trailer of a gzip file with this content: its CRC-32 and its length (RFC 1952 §2.3.1).
fn trailer(content: &[u8]) -> [u8; 8] {
    let checksum = u64::from(crc32fast::hash(content));
    (checksum | (content.len() as u64) << 32).to_le_bytes()
}

/// The records of all routes.
#[derive(Debug, Default)]
struct Tables {
    routes: Vec<RouteRecord>,
    editions: Vec<EditionRecord>,
    pages: Vec<PageRecord>,
    redirects: Vec<RedirectRecord>,
    variants: Vec<VariantRecord>,
    strings: Strings,
    bodies: Distinct,
    /// The second representations, whose routes may come later.
    alternates: Vec<Alternate>,
}

/// The second representation of a page.
#[derive(Debug)]
struct Alternate {
    /// The index of the page.
    page: usize,
    /// The index of the page's route, and that of its edition in it.
    route: usize,
    edition: usize,
    /// The path of the second representation.
    path: String,
}

impl Tables {
    /// Checks that a path comes after that of the route before it.
    fn check_order(&self, path: &str) -> Result<(), WriteError> {
        match self.routes.last() {
            Some(route) if self.strings.get(route.path) >= path => {
                Err(WriteError::Route { path: path.to_owned(), edition: None, fault: Fault::Order })
            }
            _ => Ok(()),
        }
    }

    fn put_route(&mut self, route: &Checked, bodies: &mut impl Write) -> Result<(), WriteError> {
        let path = self.strings.put(route.path)?;
        let run = Run { first: number(self.editions.len())?, count: number(route.editions.len())? };
        for (n, (edition, checked)) in route.editions.iter().zip(&route.bodies).enumerate() {
            let (kind, content) = match &edition.content {
                ContentSpec::Page(page) => {
                    self.put_alternate(page, n);
                    (EditionRecord::PAGE, self.put_page(page, checked, bodies)?)
                }
                ContentSpec::Redirect(redirect) => (EditionRecord::REDIRECT, self.put_redirect(redirect)?),
            };
            self.editions.push(EditionRecord { from: edition.from, kind, content });
        }
        self.routes.push(RouteRecord { path, editions: run });
        Ok(())
    }

    /// Remembers the second representation of the next page, which is in this edition of the next route.
    fn put_alternate(&mut self, page: &PageSpec, edition: usize) {
        if let Some(path) = page.alternate.clone() {
            self.alternates.push(Alternate { page: self.pages.len(), route: self.routes.len(), edition, path });
        }
    }

    /// Adds a page; returns its index.
    fn put_page(
        &mut self,
        page: &PageSpec,
        checked: &[CheckedBody],
        bodies: &mut impl Write,
    ) -> Result<u32, WriteError> {
        let index = number(self.pages.len())?;
        let record = PageRecord {
            content_type: self.strings.put(&page.content_type)?,
            cache_control: self.strings.put(&page.cache_control)?,
            security_policy: self.strings.put(&page.security_policy)?,
            class: page.class as u32,
            alternate: None,
            variants: Run { first: number(self.variants.len())?, count: number(page.variants.len())? },
        };
        for (variant, checked) in page.in_order().into_iter().zip(checked) {
            self.put_variant(variant, *checked, bodies)?;
        }
        self.pages.push(record);
        Ok(index)
    }

    fn put_variant(
        &mut self,
        variant: &VariantSpec,
        CheckedBody { digest, is_inflated }: CheckedBody,
        bodies: &mut impl Write,
    ) -> Result<(), WriteError> {
        let length = number(variant.bytes.len())?;
        let etag = self.strings.put(&variant.etag)?;
        let (body, source) = if is_inflated {
            (Span { offset: 0, length }, VariantRecord::INFLATED)
        } else {
            let (body, is_new) = self.bodies.put(length, digest)?;
            if is_new {
                bodies.write_all(&variant.bytes)?;
            }
            (body, VariantRecord::STORED)
        };
        self.variants.push(VariantRecord { etag, body, coding: variant.coding as u32, source, digest });
        Ok(())
    }

    /// Adds a redirect; returns its index.
    fn put_redirect(&mut self, redirect: &RedirectSpec) -> Result<u32, WriteError> {
        let index = number(self.redirects.len())?;
        self.redirects.push(RedirectRecord {
            location: self.strings.put(&redirect.location)?,
            cache_control: self.strings.put(&redirect.cache_control)?,
            status: u32::from(redirect.status),
            reserved: 0,
        });
        Ok(index)
    }

    /// Finds the second representations among all routes, and fills the hash table.
    fn link(&mut self) -> Result<Vec<Slot>, WriteError> {
        let paths: Vec<&str> = self.routes.iter().map(|route| self.strings.get(route.path)).collect();
        for alternate in &self.alternates {
            let found = paths.binary_search(&alternate.path.as_str()).ok().filter(|&index| self.has_only_pages(index));
            let Some(index) = found else {
                let path = paths[alternate.route].to_owned();
                return Err(WriteError::Route { path, edition: Some(alternate.edition), fault: Fault::Alternate });
            };
            self.pages[alternate.page].alternate = Some(number(index)?);
        }
        slots(&paths).map_err(|failure| match failure {
            slots::Failure::TooMany => WriteError::TooLarge,
            slots::Failure::Collision(index) => WriteError::Collision { path: paths[index].to_owned() },
        })
    }

    /// Whether the route never redirects.
    fn has_only_pages(&self, route: usize) -> bool {
        let Run { first, count } = self.routes[route].editions;
        let editions = self.editions.iter().skip(first as usize).take(count as usize);
        editions.map(|edition| edition.kind).all(|kind| kind == EditionRecord::PAGE)
    }

    /// The header and all sections except the bodies, with the digest and the checksum in the header.
    fn index(&self, time: i64, slots: &[Slot]) -> Result<Vec<u8>, WriteError> {
        let counts = [
            number(slots.len())?,
            number(self.routes.len())?,
            number(self.editions.len())?,
            number(self.pages.len())?,
            number(self.redirects.len())?,
            number(self.variants.len())?,
            number(self.strings.text.len())?,
            self.bodies.length,
        ];
        let mut extents = [Extent::default(); 8];
        let mut end = HEADER_SIZE;
        for ((extent, section), count) in extents.iter_mut().zip(Section::ALL).zip(counts) {
            *extent = Extent { offset: end, count };
            let size = count.checked_mul(section.record_size()).ok_or(WriteError::TooLarge)?;
            end = end.checked_add(size).ok_or(WriteError::TooLarge)?;
        }
        let header = Header { length: u64::from(end), time, digest: [0; 32], checksum: 0, extents };
        let mut index = Vec::with_capacity(extents[Section::Bodies as usize].offset as usize);
        header.write(&mut index);
        put_records(&mut index, slots);
        put_records(&mut index, &self.routes);
        put_records(&mut index, &self.editions);
        put_records(&mut index, &self.pages);
        put_records(&mut index, &self.redirects);
        put_records(&mut index, &self.variants);
        index.extend_from_slice(self.strings.text.as_bytes());
        let digest = digest_of(&index).expect("the header was written above");
        index[DIGEST].copy_from_slice(&digest);
        let checksum = checksum_of(&index).expect("the header was written above");
        index[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
        Ok(index)
    }
}

fn put_records<R: Record>(index: &mut Vec<u8>, records: &[R]) {
    for record in records {
        record.write(index);
    }
}

/// Distinct texts, joined in the order of first use.
#[derive(Debug, Default)]
struct Strings {
    text: String,
    known: Distinct,
}

impl Strings {
    fn put(&mut self, text: &str) -> Result<Span, WriteError> {
        let (span, is_new) = self.known.put(number(text.len())?, body_digest(text.as_bytes()))?;
        if is_new {
            self.text.push_str(text);
        }
        Ok(span)
    }

    /// The text of a span that `put` has returned.
    fn get(&self, span: Span) -> &str {
        let start = span.offset as usize;
        &self.text[start..start + span.length as usize]
    }
}

/// The positions of distinct byte strings that are stored elsewhere, in the order of first use. They are known by length and
/// digest: that two of a site have both in common by accident is less likely than 2^-80, even if there are a million.
#[derive(Debug, Default)]
struct Distinct {
    length: u32,
    offsets: HashMap<(u32, [u8; BODY_DIGEST_SIZE]), u32>,
}

impl Distinct {
    /// Returns the position of bytes, and whether they are new and have to be stored.
    fn put(&mut self, length: u32, digest: [u8; BODY_DIGEST_SIZE]) -> Result<(Span, bool), WriteError> {
        if let Some(&offset) = self.offsets.get(&(length, digest)) {
            return Ok((Span { offset, length }, false));
        }
        let span = Span { offset: self.length, length };
        self.length = self.length.checked_add(length).ok_or(WriteError::TooLarge)?;
        self.offsets.insert((length, digest), span.offset);
        Ok((span, true))
    }
}

/// A length or an index in the format's type.
fn number(value: usize) -> Result<u32, WriteError> {
    u32::try_from(value).map_err(|_| WriteError::TooLarge)
}
