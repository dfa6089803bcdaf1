//! The bytes of a pack, read as the crate's documentation describes them and without the crate's reader.

use graven_pack::{ALWAYS, Error, Fault, Pack, Section, hex};
use sha2::{Digest as _, Sha256};

use crate::images::{sample, seal};

/// The sections by their position in the header, in the order of the documentation.
const SLOTS: usize = 0;
const ROUTES: usize = 1;
const EDITIONS: usize = 2;
const PAGES: usize = 3;
const REDIRECTS: usize = 4;
const VARIANTS: usize = 5;
const STRINGS: usize = 6;
const BODIES: usize = 7;

fn pack() -> Vec<u8> {
    sample().write().expect("the sample follows the rules")
}

fn u32_at(pack: &[u8], at: usize) -> usize {
    u32::from_le_bytes(pack[at..at + 4].try_into().expect("four bytes")) as usize
}

fn i64_at(pack: &[u8], at: usize) -> i64 {
    i64::from_le_bytes(pack[at..at + 8].try_into().expect("eight bytes"))
}

fn offset(pack: &[u8], section: usize) -> usize {
    u32_at(pack, 72 + 8 * section)
}

fn count(pack: &[u8], section: usize) -> usize {
    u32_at(pack, 76 + 8 * section)
}

/// The bytes of the span at this offset.
fn span(pack: &[u8], section: usize, at: usize) -> &[u8] {
    let start = offset(pack, section) + u32_at(pack, at);
    &pack[start..start + u32_at(pack, at + 4)]
}

#[test]
fn the_header_is_as_documented() {
    let pack = pack();
    assert_eq!(&pack[..8], b"\x89GRAVEN\n");
    assert_eq!(i64_at(&pack, 8), 3, "version");
    assert_eq!(u32_at(&pack, 16), pack.len(), "length");
    assert_eq!(i64_at(&pack, 24), 1_700_000_000, "time");
    let counts: Vec<usize> = (SLOTS..=VARIANTS).map(|section| count(&pack, section)).collect();
    assert_eq!(counts, [16, 6, 7, 6, 1, 12]);
    let mut end = 136;
    for (section, size) in [8, 16, 16, 40, 24, 40, 1, 1].into_iter().enumerate() {
        assert_eq!(offset(&pack, section), end, "section {section}");
        end += count(&pack, section) * size;
    }
    assert_eq!(end, pack.len());
}

#[test]
fn digest_and_checksum_cover_the_index_as_documented() {
    let written = pack();
    let mut sealed = written.clone();
    sealed[32..72].fill(0);
    seal(&mut sealed);
    assert_eq!(sealed[32..72], written[32..72]);
}

#[test]
fn the_records_are_as_documented() {
    let pack = pack();
    let route = offset(&pack, ROUTES) + 16;
    assert_eq!(span(&pack, STRINGS, route), b"/blog/post");
    assert_eq!((u32_at(&pack, route + 8), u32_at(&pack, route + 12)), (1, 1), "its editions");
    let edition = offset(&pack, EDITIONS) + 16;
    assert_eq!(i64_at(&pack, edition), ALWAYS);
    assert_eq!((u32_at(&pack, edition + 8), u32_at(&pack, edition + 12)), (0, 1), "kind and page");
    let page = offset(&pack, PAGES) + 40;
    assert_eq!(span(&pack, STRINGS, page), b"text/html; charset=utf-8");
    assert_eq!(span(&pack, STRINGS, page + 8), b"no-cache");
    assert_eq!(span(&pack, STRINGS, page + 16), b"default-src 'none'");
    let numbers = [24, 28, 32, 36].map(|at| u32_at(&pack, page + at));
    assert_eq!(numbers, [0, 3, 2, 2], "class, second representation, variants");
    let variant = offset(&pack, VARIANTS) + 3 * 40;
    assert_eq!(span(&pack, STRINGS, variant), b"\"post.gzip\"");
    assert_eq!(span(&pack, BODIES, variant + 8), b"post");
    assert_eq!((u32_at(&pack, variant + 16), u32_at(&pack, variant + 20)), (1, 0), "coding and source");
    assert_eq!(pack[variant + 24..variant + 40], Sha256::digest(b"post")[..16], "digest");
    let inflated = offset(&pack, VARIANTS) + 4 * 40;
    assert_eq!(span(&pack, STRINGS, inflated), b"\"source.identity\"");
    let numbers = [8, 12, 16, 20].map(|at| u32_at(&pack, inflated + at));
    assert_eq!(numbers, [0, 18, 0, 1], "body, coding, source");
    assert_eq!(pack[inflated + 24..inflated + 40], Sha256::digest(b"sourcesourcesource")[..16], "digest");
    let redirect = offset(&pack, REDIRECTS);
    assert_eq!(span(&pack, STRINGS, redirect), b"/blog/post");
    assert_eq!(span(&pack, STRINGS, redirect + 8), b"max-age=3600");
    assert_eq!((u32_at(&pack, redirect + 16), u32_at(&pack, redirect + 20)), (308, 0), "status");
}

#[test]
fn a_path_is_in_the_slot_of_its_documented_hash() {
    let pack = pack();
    let path = b"/blog/post";
    let mut hash = path.len() as u128;
    for word in [b"/blog/po", b"st\0\0\0\0\0\0"] {
        let product = (hash ^ u128::from(u64::from_le_bytes(*word))) * 0x9e37_79b9_7f4a_7c15;
        hash = (product >> 64) ^ (product & u128::from(u64::MAX));
    }
    let (mut slot, tag) = (hash % 16, hash >> 32);
    let found = loop {
        let at = offset(&pack, SLOTS) + 8 * usize::try_from(slot).expect("below 16");
        if u32_at(&pack, at) as u128 == tag {
            break u32_at(&pack, at + 4);
        }
        slot = (slot + 1) % 16;
    };
    assert_eq!(found, 2, "the route's index plus 1");
}

#[test]
fn the_bytes_are_the_same_on_every_machine() {
    let bytes = pack();
    let digest = Pack::open(&bytes).expect("a valid pack").digest();
    assert_eq!(hex(&digest), "1b287b9b380bd48082988e745f6c72c07c5c75b7f89e58b642e0bcb32fb2c9ec");
}

/// Changes one number of the sample, seals the pack again, and compares the error of `open` or `verify`.
fn check(at: impl Fn(&[u8]) -> usize, number: u32, expected: Error) {
    let mut pack = pack();
    let at = at(&pack);
    pack[at..at + 4].copy_from_slice(&number.to_le_bytes());
    seal(&mut pack);
    let outcome = Pack::open(&pack).and_then(|pack| pack.verify());
    assert_eq!(outcome, Err(expected), "{number} at {at}");
}

fn record(section: Section, index: u32, fault: Fault) -> Error {
    Error::Record { section, index, fault }
}

#[test]
fn a_wrong_header_is_reported() {
    let length = pack().len() as u64;
    check(|_| 0, 0, Error::Magic);
    check(|_| 8, 2, Error::Version { found: 2 });
    check(|_| 16, 12, Error::Length { expected: 12, found: length });
    check(|_| 76, 15, Error::Header { section: Section::Slots });
    check(|_| 76, 32, Error::Header { section: Section::Routes });
    check(|_| 72 + 8 * BODIES, 128, Error::Header { section: Section::Bodies });
    check(|_| 76 + 8 * BODIES, u32::MAX, Error::Header { section: Section::Bodies });
    assert_eq!(Pack::open(b"").map(drop), Err(Error::Magic));
    assert_eq!(Pack::open(b"\x89GRAVEN\n").map(drop), Err(Error::Length { expected: 136, found: 8 }));
}

#[test]
fn a_wrong_number_in_a_record_is_reported() {
    use Section::{Editions, Pages, Redirects, Routes, Variants};
    let at = |section: usize, within: usize| move |pack: &[u8]| offset(pack, section) + within;
    let last_slot = |empty: bool| {
        move |pack: &[u8]| {
            let slots = (0..count(pack, SLOTS)).map(|slot| offset(pack, SLOTS) + 8 * slot);
            let is_wanted = |&at: &usize| (u32_at(pack, at + 4) == 0) == empty;
            slots.rev().find(is_wanted).expect("the table is neither empty nor full")
        }
    };
    let last_of = |empty| u32::try_from((last_slot(empty)(&pack()) - 136) / 8).expect("below 16");
    check(last_slot(true), 1, record(Section::Slots, last_of(true), Fault::UnknownValue));
    let last_full = last_of(false).max(last_of(true));
    check(|pack| last_slot(true)(pack) + 4, 1, record(Section::Slots, last_full, Fault::Order));
    check(at(ROUTES, 0), u32::MAX, record(Routes, 0, Fault::OutOfBounds));
    check(at(ROUTES, 8), 1, record(Routes, 0, Fault::Order));
    check(at(ROUTES, 12), 0, record(Routes, 0, Fault::NoEdition));
    check(at(ROUTES, 12), 8, record(Routes, 0, Fault::OutOfBounds));
    check(at(EDITIONS, 8), 2, record(Editions, 0, Fault::UnknownValue));
    check(at(EDITIONS, 12), 6, record(Pages, 6, Fault::OutOfBounds));
    check(at(EDITIONS, 12), 1, record(Editions, 0, Fault::Order));
    check(at(PAGES, 24), 4, record(Pages, 0, Fault::UnknownValue));
    check(at(PAGES, 28), 7, record(Pages, 0, Fault::OutOfBounds));
    check(at(PAGES, 28), 1, record(Pages, 0, Fault::Alternate));
    check(at(PAGES, 28), 5, record(Pages, 0, Fault::Alternate));
    check(at(PAGES, 36), 0, record(Pages, 0, Fault::NoIdentity));
    check(at(PAGES, 36), 3, record(Pages, 0, Fault::Order));
    check(at(REDIRECTS, 16), 0x1_0000 + 308, record(Redirects, 0, Fault::Status));
    check(at(REDIRECTS, 16), 200, record(Redirects, 0, Fault::Status));
    check(at(REDIRECTS, 20), 1, record(Redirects, 0, Fault::UnknownValue));
    check(at(VARIANTS, 16), 4, record(Variants, 0, Fault::UnknownValue));
    check(at(VARIANTS, 16), 1, record(Pages, 0, Fault::NoIdentity));
    check(at(VARIANTS, 20), 2, record(Variants, 0, Fault::UnknownValue));
    check(at(VARIANTS, 40 + 20), 1, record(Variants, 1, Fault::NotInflatable));
    check(at(VARIANTS, 40 + 16), 0, record(Pages, 0, Fault::Order));
    check(at(VARIANTS, 8), 1, record(Variants, 0, Fault::Order));
    check(at(VARIANTS, 12), 1, record(Variants, 1, Fault::Order));
    check(at(VARIANTS, 12), u32::MAX, record(Variants, 0, Fault::OutOfBounds));
    check(at(VARIANTS, 24), 0, record(Variants, 0, Fault::Damaged));
}

/// Overwrites the first bytes of a text of the sample, seals the pack again, and compares the error of `verify`.
fn check_text(text: &str, new: &[u8], expected: Error) {
    let mut pack = pack();
    let strings = offset(&pack, STRINGS);
    let position = pack[strings..].windows(text.len()).position(|window| window == text.as_bytes());
    let at = strings + position.expect("the text is in the sample");
    pack[at..at + new.len()].copy_from_slice(new);
    seal(&mut pack);
    let outcome = Pack::open(&pack).and_then(|pack| pack.verify());
    assert_eq!(outcome, Err(expected), "{text} at {at}");
}

#[test]
fn a_wrong_text_is_reported() {
    use Section::{Pages, Redirects, Routes, Variants};
    check_text("/later", b"/\xff", record(Routes, 3, Fault::NotUtf8));
    check_text("/later", b"/l\0", record(Routes, 3, Fault::Path));
    check_text("/later", b"/z", record(Routes, 3, Fault::Unreachable));
    check_text("/later", b"/a", record(Routes, 3, Fault::Order));
    check_text("text/html", b"text-html", record(Pages, 0, Fault::MediaType));
    check_text("no-cache", b"no\r\n", record(Pages, 0, Fault::FieldValue));
    check_text("default-src", b" ", record(Pages, 0, Fault::FieldValue));
    check_text("\"post.gzip\"", b"W/", record(Pages, 1, Fault::EntityTag));
    check_text("\"post.gzip\"", b"\xff", record(Variants, 3, Fault::NotUtf8));
    check_text("max-age", b"\n", record(Redirects, 0, Fault::FieldValue));
}

#[test]
fn an_error_says_what_and_where() {
    for (error, expected) in [
        (Error::Magic, "not a pack: the magic number is missing"),
        (Error::Length { expected: 136, found: 8 }, "expected a pack of 136 bytes, found 8"),
        (
            Error::Index { expected: 0x00c0_ffee, found: 1 },
            "the index is damaged: expected the checksum 0000000000c0ffee, found 0000000000000001",
        ),
        (Error::Digest, "the digest of the index is wrong: another program has written the pack"),
        (record(Section::Pages, 3, Fault::NoIdentity), "record 3 of pages: it has no identity variant"),
        (
            record(Section::Variants, 3, Fault::Damaged),
            "record 3 of variants: its bytes have changed since they were written",
        ),
    ] {
        assert_eq!(error.to_string(), expected);
    }
}
