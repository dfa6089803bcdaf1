//! The layout of a pack: constants, sections and records. [`crate::write`] and [`crate::Pack`] both use it; the crate's
//! documentation describes it in tables.

use std::fmt;
use std::hash::Hasher as _;

use sha2::{Digest, Sha256};
use twox_hash::XxHash64;

/// The path of the not-found page. It has no leading slash, so no request can ask for it.
///
/// ```
/// use graven_pack::{NOT_FOUND, Pack, write::Image};
///
/// let bytes = Image::default().write()?;
/// assert!(Pack::open(&bytes)?.route(NOT_FOUND)?.is_none(), "this site has no page for it");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub const NOT_FOUND: &str = "404";

/// The path of the search index. Like [`NOT_FOUND`], it has no leading slash, so no request can ask for it. Its content is for the
/// crate `graven-search`; this crate only stores it.
///
/// ```
/// use graven_pack::{Pack, SEARCH_INDEX, write::Image};
///
/// let bytes = Image::default().write()?;
/// assert!(Pack::open(&bytes)?.route(SEARCH_INDEX)?.is_none(), "this site has no search");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub const SEARCH_INDEX: &str = "search-index";

/// The path of a redirect to the first page, if that is not `/`: to `/blog/` on a site below `/blog`. Like [`NOT_FOUND`], it has no leading slash,
/// so no request can ask for it. [`Pack::home`](crate::Pack::home) reads it.
///
/// ```
/// use graven_pack::{HOME, Pack, write::Image};
///
/// let bytes = Image::default().write()?;
/// assert!(Pack::open(&bytes)?.route(HOME)?.is_none(), "this site is at the root of its host");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub const HOME: &str = "home";

/// The path of the rules by which a browser fetches pages before a reader asks for them. A server names it in the
/// `Speculation-Rules` field of pages, if the pack has it. On a site below a path, it is below that path.
pub const PREFETCH: &str = "/prefetch.json";

/// The time of an edition that is valid from the beginning of time. See [`Route::at`](crate::Route::at).
pub const ALWAYS: i64 = i64::MIN;

/// The first bytes of a pack. As in PNG, a byte that is not ASCII shows that it is not text, and a transfer that converts
/// line ends changes the newline.
pub(crate) const MAGIC: [u8; 8] = *b"\x89GRAVEN\n";

/// The version of the format that this crate writes and reads.
pub(crate) const VERSION: u64 = 3;

/// The size of the header, in bytes.
pub(crate) const HEADER_SIZE: u32 = 136;

/// The digest of the index in the header.
pub(crate) const DIGEST: std::ops::Range<usize> = 32..64;

/// The checksum of the index in the header.
pub(crate) const CHECKSUM: std::ops::Range<usize> = 64..72;

/// The size of a body's digest in bytes: the first half of its SHA-256. It detects accidents, which half a digest misses with
/// a probability of 2^-128. A whole one would make the index a fifth larger, which is read at each start.
pub(crate) const BODY_DIGEST_SIZE: usize = 16;

/// The maximum number of slots that a lookup reads, so that no pack makes it slow. In a table that is half full, a search
/// among ten thousand paths reads at most 25, and among a hundred thousand 30 to 50. If 32 are not enough, the writer doubles
/// the table.
pub(crate) const PROBES: u32 = 32;

/// The sections of a pack, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Section {
    /// The hash table from paths to routes.
    Slots,
    /// The routes.
    Routes,
    /// The editions of routes.
    Editions,
    /// The pages of editions.
    Pages,
    /// The redirects of editions.
    Redirects,
    /// The variants of pages.
    Variants,
    /// The text of all records.
    Strings,
    /// The stored bytes of variants.
    Bodies,
}

impl Section {
    /// All sections, in their order.
    pub(crate) const ALL: [Section; 8] = [
        Section::Slots,
        Section::Routes,
        Section::Editions,
        Section::Pages,
        Section::Redirects,
        Section::Variants,
        Section::Strings,
        Section::Bodies,
    ];

    /// The size of one of its records, in bytes.
    pub(crate) const fn record_size(self) -> u32 {
        match self {
            Section::Slots => Slot::SIZE,
            Section::Routes => RouteRecord::SIZE,
            Section::Editions => EditionRecord::SIZE,
            Section::Pages => PageRecord::SIZE,
            Section::Redirects => RedirectRecord::SIZE,
            Section::Variants => VariantRecord::SIZE,
            Section::Strings | Section::Bodies => 1,
        }
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Section::Slots => "slots",
            Section::Routes => "routes",
            Section::Editions => "editions",
            Section::Pages => "pages",
            Section::Redirects => "redirects",
            Section::Variants => "variants",
            Section::Strings => "strings",
            Section::Bodies => "bodies",
        })
    }
}

/// A content coding (RFC 9110 §8.4.1) that a pack can contain. The order is the order of a page's variants. Another one is a new
/// [version](VERSION) of the format, whose table is in `lib.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Coding {
    /// No coding. Every page has this variant.
    Identity,
    /// gzip (RFC 9110 §8.4.1.3).
    Gzip,
    /// Brotli (RFC 7932).
    Brotli,
    /// Zstandard (RFC 8878).
    Zstd,
}

impl Coding {
    /// All codings, in the order of a page's variants.
    pub const ALL: [Coding; 4] = [Coding::Identity, Coding::Gzip, Coding::Brotli, Coding::Zstd];

    /// Its name in the fields Accept-Encoding and Content-Encoding.
    ///
    /// ```
    /// use graven_pack::Coding;
    ///
    /// assert_eq!(Coding::ALL.map(Coding::token), ["identity", "gzip", "br", "zstd"]);
    /// ```
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Coding::Identity => "identity",
            Coding::Gzip => "gzip",
            Coding::Brotli => "br",
            Coding::Zstd => "zstd",
        }
    }

    pub(crate) fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|&coding| coding as u32 == number)
    }
}

/// The kind of a page, for request counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// A page for people.
    Page,
    /// A page for programs: a feed, a sitemap.
    Feed,
    /// A part of pages, with a fingerprint in its name.
    Asset,
    /// A file with a name that stays the same.
    File,
}

impl Class {
    /// All classes, in the order of their numbers.
    ///
    /// ```
    /// use graven_pack::Class;
    ///
    /// assert_eq!(Class::ALL[Class::Feed as usize], Class::Feed);
    /// ```
    pub const ALL: [Class; 4] = [Class::Page, Class::Feed, Class::Asset, Class::File];

    pub(crate) fn from_number(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|&class| class as u32 == number)
    }
}

/// The header of a pack, without magic number and version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) length: u64,
    pub(crate) time: i64,
    pub(crate) digest: [u8; 32],
    pub(crate) checksum: u64,
    /// In the order of [`Section::ALL`].
    pub(crate) extents: [Extent; 8],
}

impl Header {
    /// Reads what follows the magic number and the version.
    pub(crate) fn read(mut fields: Fields<'_>) -> Option<Self> {
        let (length, time, digest, checksum) = (fields.u64()?, fields.i64()?, fields.array()?, fields.u64()?);
        let mut extents = [Extent::default(); 8];
        for extent in &mut extents {
            *extent = Extent { offset: fields.u32()?, count: fields.u32()? };
        }
        Some(Header { length, time, digest, checksum, extents })
    }

    /// Writes the whole header.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.extend(self.length.to_le_bytes());
        out.extend(self.time.to_le_bytes());
        out.extend(self.digest);
        out.extend(self.checksum.to_le_bytes());
        for extent in self.extents {
            put_u32s(out, [extent.offset, extent.count]);
        }
    }
}

/// The position of a section in the pack.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The offset of its first byte from the start of the pack.
    pub(crate) offset: u32,
    /// The number of its records.
    pub(crate) count: u32,
}

impl Extent {
    /// The offset of a section's extent in the header.
    pub(crate) const fn offset_in_header(section: Section) -> usize {
        CHECKSUM.end + 8 * section as usize
    }
}

/// The position of a text or a body in its section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) offset: u32,
    pub(crate) length: u32,
}

/// A record of fixed size. Each type of record has its own section.
pub(crate) trait Record: Sized {
    const SECTION: Section;
    const SIZE: u32;

    /// Reads a record from its bytes; `None` if there are fewer than [`Self::SIZE`].
    fn read(fields: Fields<'_>) -> Option<Self>;

    /// Appends [`Self::SIZE`] bytes.
    fn write(&self, out: &mut Vec<u8>);
}

/// A slot of the hash table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    /// [`Hash::tag`] of the path.
    pub(crate) tag: u32,
    pub(crate) route: Option<u32>,
}

impl Record for Slot {
    const SECTION: Section = Section::Slots;
    const SIZE: u32 = 8;

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(Slot { tag: fields.u32()?, route: fields.u32()?.checked_sub(1) })
    }

    fn write(&self, out: &mut Vec<u8>) {
        put_u32s(out, [self.tag, one_more(self.route)]);
    }
}

/// A route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RouteRecord {
    pub(crate) path: Span,
    pub(crate) editions: Run,
}

impl Record for RouteRecord {
    const SECTION: Section = Section::Routes;
    const SIZE: u32 = 16;

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(RouteRecord { path: fields.span()?, editions: fields.run()? })
    }

    fn write(&self, out: &mut Vec<u8>) {
        put_u32s(out, [self.path.offset, self.path.length, self.editions.first, self.editions.count]);
    }
}

/// Consecutive records of a section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) first: u32,
    pub(crate) count: u32,
}

impl Run {
    /// The index of its nth record. This does not saturate if the run is within its section. An `n` after the run's end gives
    /// the index of another record, or one that reading refuses.
    pub(crate) fn index(self, n: u32) -> u32 {
        self.first.saturating_add(n)
    }
}

/// An edition of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EditionRecord {
    pub(crate) from: i64,
    /// [`EditionRecord::PAGE`] or [`EditionRecord::REDIRECT`].
    pub(crate) kind: u32,
    pub(crate) content: u32,
}

impl EditionRecord {
    pub(crate) const PAGE: u32 = 0;
    pub(crate) const REDIRECT: u32 = 1;
}

impl Record for EditionRecord {
    const SECTION: Section = Section::Editions;
    const SIZE: u32 = 16;

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(EditionRecord { from: fields.i64()?, kind: fields.u32()?, content: fields.u32()? })
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.from.to_le_bytes());
        put_u32s(out, [self.kind, self.content]);
    }
}

/// The content of an edition that is a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PageRecord {
    pub(crate) content_type: Span,
    pub(crate) cache_control: Span,
    pub(crate) security_policy: Span,
    /// The number of a [`Class`].
    pub(crate) class: u32,
    pub(crate) alternate: Option<u32>,
    pub(crate) variants: Run,
}

impl Record for PageRecord {
    const SECTION: Section = Section::Pages;
    const SIZE: u32 = 40;

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(PageRecord {
            content_type: fields.span()?,
            cache_control: fields.span()?,
            security_policy: fields.span()?,
            class: fields.u32()?,
            alternate: fields.u32()?.checked_sub(1),
            variants: fields.run()?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        for span in [self.content_type, self.cache_control, self.security_policy] {
            put_u32s(out, [span.offset, span.length]);
        }
        put_u32s(out, [self.class, one_more(self.alternate), self.variants.first, self.variants.count]);
    }
}

/// The content of an edition that is a redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RedirectRecord {
    pub(crate) location: Span,
    pub(crate) cache_control: Span,
    pub(crate) status: u32,
    pub(crate) reserved: u32,
}

impl Record for RedirectRecord {
    const SECTION: Section = Section::Redirects;
    const SIZE: u32 = 24;

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(RedirectRecord {
            location: fields.span()?,
            cache_control: fields.span()?,
            status: fields.u32()?,
            reserved: fields.u32()?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        for span in [self.location, self.cache_control] {
            put_u32s(out, [span.offset, span.length]);
        }
        put_u32s(out, [self.status, self.reserved]);
    }
}

/// A variant of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct VariantRecord {
    pub(crate) etag: Span,
    pub(crate) body: Span,
    /// The number of a [`Coding`].
    pub(crate) coding: u32,
    /// [`VariantRecord::STORED`] or [`VariantRecord::INFLATED`].
    pub(crate) source: u32,
    /// [`body_digest`] of its bytes.
    pub(crate) digest: [u8; BODY_DIGEST_SIZE],
}

impl VariantRecord {
    pub(crate) const STORED: u32 = 0;
    pub(crate) const INFLATED: u32 = 1;
}

impl Record for VariantRecord {
    const SECTION: Section = Section::Variants;
    const SIZE: u32 = 40;

    fn read(mut fields: Fields<'_>) -> Option<Self> {
        Some(VariantRecord {
            etag: fields.span()?,
            body: fields.span()?,
            coding: fields.u32()?,
            source: fields.u32()?,
            digest: fields.array()?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        for span in [self.etag, self.body] {
            put_u32s(out, [span.offset, span.length]);
        }
        put_u32s(out, [self.coding, self.source]);
        out.extend(self.digest);
    }
}

/// Reads numbers from the front of bytes; `None` if too few bytes are left.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl Fields<'_> {
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    pub(crate) fn span(&mut self) -> Option<Span> {
        Some(Span { offset: self.u32()?, length: self.u32()? })
    }

    pub(crate) fn run(&mut self) -> Option<Run> {
        Some(Run { first: self.u32()?, count: self.u32()? })
    }
}

fn put_u32s<const N: usize>(out: &mut Vec<u8>, numbers: [u32; N]) {
    for number in numbers {
        out.extend(number.to_le_bytes());
    }
}

/// The stored form of an optional index: 0 for none. No section of a pack below 4 GiB has `u32::MAX` records.
fn one_more(index: Option<u32>) -> u32 {
    index.map_or(0, |index| index.saturating_add(1))
}

/// The digest of an index without the digest and the checksum in it. `None` if the header is not complete.
pub(crate) fn digest_of(index: &[u8]) -> Option<[u8; 32]> {
    let mut hasher = Sha256::new();
    hasher.update(index.get(..DIGEST.start)?);
    hasher.update(index.get(CHECKSUM.end..)?);
    Some(hasher.finalize().into())
}

/// The checksum of an index without the checksum in it. `None` if the header is not complete.
pub(crate) fn checksum_of(index: &[u8]) -> Option<u64> {
    let mut hasher = XxHash64::with_seed(0);
    hasher.write(index.get(..CHECKSUM.start)?);
    hasher.write(index.get(CHECKSUM.end..)?);
    Some(hasher.finish())
}

/// The part of a body's SHA-256 that its variant's record contains.
pub(crate) fn body_digest(body: &[u8]) -> [u8; BODY_DIGEST_SIZE] {
    let whole: [u8; 32] = Sha256::digest(body).into();
    let mut digest = [0; BODY_DIGEST_SIZE];
    digest.copy_from_slice(&whole[..BODY_DIGEST_SIZE]);
    digest
}

/// The hash of a path. It need not resist attacks: the table is fixed when a site is built, and a request can at most make one
/// lookup read [`PROBES`] slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hash(u64);

impl Hash {
    /// Hashes eight bytes per multiplication. Byte by byte, as in FNV, hashing a long path costs more than the rest of a lookup.
    pub(crate) fn of(path: &str) -> Self {
        let (words, rest) = path.as_bytes().as_chunks();
        let last = rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        let hash = words.iter().fold(path.len() as u64, |hash, &word| fold(hash ^ u64::from_le_bytes(word)));
        Hash(fold(hash ^ last))
    }

    /// The slot that a search reads after `probe` others, in a table of `slots` slots (a power of two).
    pub(crate) fn slot(self, probe: u32, slots: u32) -> u32 {
        let first = ((self.0 << 32) >> 32) as u32;
        first.wrapping_add(probe) & slots.wrapping_sub(1)
    }

    /// The part of the hash that a slot contains, so that a search reads almost no other path's record.
    pub(crate) fn tag(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// Multiplies to 128 bits and combines the halves, so that each bit of the result depends on all of `word`.
fn fold(word: u64) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let product = u128::from(word) * u128::from(FACTOR);
    ((product >> 64) as u64) ^ word.wrapping_mul(FACTOR)
}
