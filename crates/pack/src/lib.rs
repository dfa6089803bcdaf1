//! The site image: the one contract between the time a site is built and the time it is served.
//!
//! ```text
//! content/ --press--> Image --write--> bytes --include_bytes!--> Pack --serve--> HTTP
//! ```
//!
//! A *pack* maps a path to a [`Route`]. A route has one or more [`Edition`]s, each with the time from which it holds. An
//! edition is a [`Page`] (type, cache policy, security policy, and its [`Variant`]s: one for each stored content coding)
//! or a [`Redirect`]. [`write::Image`] writes a pack; [`Pack`] reads one where it lies, without copying or allocating.
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
//! Three promises, each held by a test:
//!
//! - [`Pack::open`] is O(1) in the number of routes, a lookup checks the entries that it reads; one bit that has changed
//!   is found by [`Pack::check_index`] or by [`Variant::checked_bytes`] of the variants that hold it, and
//!   [`Pack::verify`] checks everything;
//! - whatever the bytes are, reading them ends in a value or in an [`Error`] that says what is wrong and where, never in
//!   a panic or in a read out of bounds;
//! - the same [`write::Image`] gives the same bytes on every machine.
//!
//! # The format, version 2
//!
//! All numbers are little endian; offsets are in bytes. The sections follow the header and each other without a gap, in
//! the order of this table, so that every record lies on a multiple of 8. A pack is smaller than 4 GiB.
//!
//! | section | record size | what a record is |
//! |---|---|---|
//! | header | 136 | one, see below |
//! | slots | 8 | a slot of the hash table from paths to routes; their number is a power of two |
//! | routes | 16 | a route; in byte order of their paths |
//! | editions | 16 | an edition; those of one route stand together, oldest first, in the order of routes |
//! | pages | 40 | what a page edition says; in the order of editions |
//! | redirects | 24 | what a redirect edition says; in the order of editions |
//! | variants | 40 | a stored coding of a page; those of one page stand together, in the order of [`Coding`] |
//! | strings | 1 | UTF-8, each distinct string once, in the order of first use |
//! | bodies | 1 | the bytes of variants, each distinct body once, in the order of first use |
//!
//! The *index* is the header and all sections but the bodies. Every byte of the bodies belongs to a variant.
//!
//! A *span* is a `u32` offset from the start of the strings (or of the bodies) and a `u32` length in bytes.
//!
//! **Header**
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | `[u8; 8]` | magic: `89 47 52 41 56 45 4e 0a`, which is `\x89GRAVEN\n` |
//! | 8 | `u64` | version: 2 |
//! | 16 | `u64` | length of the whole pack |
//! | 24 | `i64` | the pack's own time, in seconds since 1970-01-01T00:00:00Z |
//! | 32 | `[u8; 32]` | digest: SHA-256 over all bytes of the index but this field and the next |
//! | 64 | `u64` | checksum: XXH64 with the seed 0 over all bytes of the index but this field |
//! | 72 | 8 × (`u32`, `u32`) | for each section in order: the offset of its first byte from the start of the pack; how many records it has |
//!
//! **Slot**: the low bits of a path's hash choose the slot at which a search for it starts. The search goes on from slot
//! to slot (after the last comes the first) and ends at an empty one, or after 32. The hash takes the path eight bytes at
//! a time as a `u64` (the last time fewer than eight, perhaps none, filled up with zeros). It begins as the path's length
//! in bytes; for each `u64` its exclusive or with that number is multiplied by `0x9e3779b97f4a7c15` to 128 bits, and the
//! exclusive or of the product's two halves takes its place.
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
//! | 0 | span | path: percent-decoded, with a leading slash, or [`NOT_FOUND`] |
//! | 8 | `u32` | index of its first edition |
//! | 12 | `u32` | number of its editions, at least 1 |
//!
//! **Edition**
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | `i64` | the time from which it holds, in Unix seconds; the least `i64` is [`ALWAYS`] |
//! | 8 | `u32` | kind: 0 a page, 1 a redirect |
//! | 12 | `u32` | index of the page, or of the redirect |
//!
//! **Page**
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | span | Content-Type |
//! | 8 | span | Cache-Control |
//! | 16 | span | Content-Security-Policy; empty where none is sent |
//! | 24 | `u32` | class: 0 page, 1 feed, 2 asset, 3 file |
//! | 28 | `u32` | the index of the route of its second representation, plus 1; 0 where there is none |
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
//! | 8 | span | body, in the bodies |
//! | 16 | `u32` | coding: 0 identity, 1 gzip, 2 br, 3 zstd |
//! | 20 | `u32` | reserved: 0 |
//! | 24 | `[u8; 16]` | the first half of the SHA-256 of the body |
//!
//! # Why it is so
//!
//! *Why two hashes?* The index is read whole each time a server starts. With 10,000 posts it is some megabytes: SHA-256
//! takes 6 ms for 8 MB where the processor has instructions for it and ten times as long where it has none, as on a
//! Raspberry Pi 4; XXH64 takes 0.6 ms, and a checksum that finds accidents is enough there. (No hash inside a file helps
//! against somebody who can change the file.) The digest is the pack's name: since the index has the SHA-256 of each body,
//! it covers them too, and each body is hashed once.
//!
//! *Why a digest for each variant, and not one for all bodies?* A server that checked all bodies at its start would read
//! the whole site before the first answer. So it checks a body before it is first sent.
//!
//! *Why a hash table, when routes are sorted?* A lookup by it reads one cache line of slots for a path that is not there,
//! and two more for one that is; a binary search over ten thousand paths reads about twenty.
//!
//! *Why indices and spans, and no types laid over the bytes?* That would take `unsafe`, and trust in the bytes. Reading a
//! `u32` out of a slice costs a compare more.
//!
//! *Why is text looked at for UTF-8 each time it is read?* A pack need not be verified before it is used, and the texts
//! are short. It is still most of what [`Route::at`] costs; who prepares its answers asks [`Route::index_at`] instead.

mod error;
mod format;
mod hex;
mod read;
mod rules;
mod verify;
pub mod write;

pub use error::{Error, Fault};
pub use format::{ALWAYS, Class, Coding, NOT_FOUND, Section};
pub use hex::hex;
pub use read::{Content, Edition, Pack, Page, Redirect, Route, Variant};
