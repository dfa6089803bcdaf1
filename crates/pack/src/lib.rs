//! The site image: the only contract between the build of a site and its server.
//!
//! ```text
//! content/ --press--> routes --write--> bytes --include_bytes!, or attachment--> Pack --serve--> HTTP
//! ```
//!
//! A *pack* maps a path to a [`Route`]. A route has one or more [`Edition`]s, each valid from a point in time. An edition
//! is a [`Page`] (media type, cache policy, security policy, and its [`Variant`]s: one for each stored content coding) or
//! a [`Redirect`]. [`write::Writer`] writes a pack route by route, [`write::Image`] one that is in memory. [`Pack`] reads one
//! in place, without copying or allocating. [`attachment`] describes how a pack follows a program in one executable file.
//!
//! ```
//! use graven_pack::write::{ContentSpec, EditionSpec, Image, RedirectSpec};
//! use graven_pack::{ALWAYS, Content, Pack};
//!
//! let redirect = RedirectSpec { status: 308, location: "/new".into(), cache_control: "max-age=3600".into() };
//! let edition = EditionSpec { from: ALWAYS, content: ContentSpec::Redirect(redirect) };
//! let image = Image { time: 1_700_000_000, routes: [("/old".into(), vec![edition])].into() };
//! let bytes = image.write()?;
//!
//! let pack = Pack::open(&bytes)?;
//! pack.check_index()?;
//! let route = pack.route("/old")?.ok_or("not found")?;
//! let Some(Content::Redirect(to)) = route.at(pack.time())?.map(|edition| edition.content()) else { panic!() };
//! assert_eq!((to.status(), to.location()), (308, "/new"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Three promises, each checked by tests:
//!
//! - [`Pack::open`] is O(1) in the number of routes, and a lookup checks the records that it reads. [`Pack::check_index`]
//!   finds a changed bit outside the bodies, [`Variant::checked_bytes`] one in a body, and [`Pack::verify`] checks
//!   everything.
//! - Whatever the bytes are, reading them returns a value or an [`Error`] that says what is wrong and where. It never
//!   panics and never reads out of bounds.
//! - The same routes give the same bytes on every machine.
//!
//! # The format, version 3
//!
//! All numbers are little endian, and offsets are in bytes. The sections follow the header without gaps, in the order of
//! this table, so every record starts at a multiple of 8. A pack is smaller than 4 GiB.
//!
//! | section | record size | what a record is |
//! |---|---|---|
//! | header | 136 | the header, described below |
//! | slots | 8 | a slot of the hash table from paths to routes; the number of slots is a power of two |
//! | routes | 16 | a route; sorted by the bytes of their paths |
//! | editions | 16 | an edition; the editions of a route are consecutive, oldest first, in the order of routes |
//! | pages | 40 | the content of an edition that is a page; in the order of editions |
//! | redirects | 24 | the content of an edition that is a redirect; in the order of editions |
//! | variants | 40 | a page's bytes in one coding; the variants of a page are consecutive, in the order of [`Coding`] |
//! | strings | 1 | UTF-8, each distinct string once, in the order of first use |
//! | bodies | 1 | the stored bytes of variants, each distinct body once, in the order of first use |
//!
//! The *index* is the header and all sections except the bodies. Every byte of the bodies belongs to a variant. Every
//! edition, page, redirect and variant belongs to exactly one record of the section that refers to it.
//!
//! A *span* is a `u32` offset from the start of the strings (or of the bodies) and a `u32` length in bytes.
//!
//! **Header**
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | `[u8; 8]` | magic: `89 47 52 41 56 45 4e 0a`, which is `\x89GRAVEN\n` |
//! | 8 | `u64` | version: 3 |
//! | 16 | `u64` | length of the whole pack |
//! | 24 | `i64` | the pack's own time, in seconds since 1970-01-01T00:00:00Z |
//! | 32 | `[u8; 32]` | digest: SHA-256 of the index without this field and the next |
//! | 64 | `u64` | checksum: XXH64, seed 0, of the index without this field |
//! | 72 | 8 × (`u32`, `u32`) | for each section in order: the offset of its first byte from the start of the pack, and the number of its records |
//!
//! **Slot**: the low bits of a path's hash choose the slot at which a search starts. The search continues with the next
//! slot (after the last with the first) and ends at an empty slot, or after 32 slots.
//!
//! The hash starts as the path's length in bytes. The path is then read eight bytes at a time as a `u64`; the last word has
//! the remaining bytes (0 to 7), filled up with zeros. For each word, the hash becomes the exclusive or of the two halves of
//! the 128-bit product `(hash ^ word) * 0x9e3779b97f4a7c15`.
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | `u32` | the high 32 bits of the path's hash |
//! | 4 | `u32` | the route's index plus 1; 0 in an empty slot |
//!
//! **Route**
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | span | path: percent-decoded, with a leading slash, or [`NOT_FOUND`], or [`SEARCH_INDEX`], or [`HOME`] |
//! | 8 | `u32` | index of its first edition |
//! | 12 | `u32` | number of its editions, at least 1 |
//!
//! **Edition**
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | `i64` | the time from which it is valid, in Unix seconds; the smallest `i64` is [`ALWAYS`] |
//! | 8 | `u32` | kind: 0 a page, 1 a redirect |
//! | 12 | `u32` | index of the page, or of the redirect |
//!
//! **Page**
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | span | Content-Type |
//! | 8 | span | Cache-Control |
//! | 16 | span | Content-Security-Policy; empty if none is sent |
//! | 24 | `u32` | class: 0 page, 1 feed, 2 asset, 3 file |
//! | 28 | `u32` | the index of the route of its second representation, plus 1; 0 if it has none |
//! | 32 | `u32` | index of its first variant, which is identity |
//! | 36 | `u32` | number of its variants |
//!
//! **Redirect**
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | span | Location |
//! | 8 | span | Cache-Control |
//! | 16 | `u32` | status: 301, 302, 307 or 308 |
//! | 20 | `u32` | reserved: 0 |
//!
//! **Variant**
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | span | `ETag`: strong, with its quotes |
//! | 8 | span | body, in the bodies; with source 1, the offset is 0 and the length is that of the inflated bytes |
//! | 16 | `u32` | coding: 0 identity, 1 gzip, 2 br, 3 zstd |
//! | 20 | `u32` | source of its bytes: 0 the body, 1 the next variant of the page, inflated |
//! | 24 | `[u8; 16]` | the first half of the SHA-256 of its bytes |
//!
//! Only an identity variant of 1 byte to 1 MiB has source 1. A gzip variant with source 0 follows it, whose body is a gzip file
//! (RFC 1952) of one member without optional fields: a header of 10 bytes, deflated bytes (RFC 1951), and a trailer of 8 bytes.
//!
//! **Rules** that [`Pack::verify`] checks beyond these tables, and that the writer enforces; [`Fault`] has one value for each:
//!
//! - a path begins with a slash and has no empty or dot segments, no control characters, and none of `\`, `%`, `?`, `#`;
//! - field values are visible ASCII with spaces only between (RFC 9110 §5.5), and Content-Type is a media type;
//! - a page has each coding at most once, identity among them, each with its own entity tag;
//! - the second representation of a page is another route, which never redirects;
//! - a redirect leads to a path with one leading slash or to an http or https URL, and not to itself;
//! - [`NOT_FOUND`] and [`SEARCH_INDEX`] are pages, not redirects; [`HOME`] is a redirect to a path that ends with a slash.
//!
//! # Design
//!
//! *Why two hashes?* A server reads the whole index when it starts. With 10,000 posts it has some megabytes. SHA-256 takes
//! 6 ms for 8 MB on a processor with instructions for it, and ten times as long without, as on a Raspberry Pi 4. XXH64 takes
//! 0.6 ms, and finds accidents as well. (No hash inside a file helps against somebody who can change the file.) The digest
//! identifies the pack: the index contains the SHA-256 of each body, so the digest covers the bodies too, and each body is
//! hashed once.
//!
//! *Why a digest for each variant instead of one for all bodies?* A server that checked all bodies at its start would read
//! the whole site before its first answer. With one each, it checks a body before it first sends it.
//!
//! *Why a hash table, when routes are sorted?* A lookup reads one cache line of slots for a path that does not exist, and
//! two more for one that does. A binary search over ten thousand paths reads about twenty.
//!
//! *Why is identity not stored where gzip is?* It is more than half of a site's text, and almost every client accepts a coding.
//! Inflating a page takes a fraction of a millisecond and [little memory](Inflater::MEMORY). The writer compares the checksum in
//! the gzip file with the identity bytes, and stores these if it differs. Above 1 MiB they are stored, which bounds what a range
//! at the end costs.
//!
//! *Why are records read through spans and indices instead of being cast to types?* Casting needs `unsafe` and trusted
//! bytes. Reading a `u32` from a slice costs one more comparison.
//!
//! *Why is text checked for UTF-8 each time it is read?* A pack need not be verified before it is used, and the texts are
//! short. The check is still most of the cost of [`Route::at`]; a server that prepares its answers calls
//! [`Route::index_at`] instead.

pub mod attachment;
mod error;
mod format;
mod hex;
mod inflate;
mod read;
mod records;
mod rules;
mod slots;
mod verify;
pub mod write;

pub use error::{Error, Fault};
pub use format::{ALWAYS, Class, Coding, HOME, NOT_FOUND, PREFETCH, SEARCH_INDEX, Section};
pub use hex::hex;
pub use inflate::{Deflated, Inflater};
pub use read::{Content, Edition, Pack, Page, Redirect, Route, Source, Variant};
