//! Damaged and made-up packs: reading returns a value or an error, and `verify` accepts only valid packs.

use std::sync::LazyLock;

use graven_pack::write::{ContentSpec, Image};
use graven_pack::{Coding, Content, Error, Fault, NOT_FOUND, Pack, Page, Section, Source};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::images::{always, any_image, compressed, gzip, image_of, index_size, sample, seal, seal_bodies};

static SAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| sample().write().expect("the sample follows the rules"));

/// A change of a pack's bytes.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    /// Overwrites a number of a record with one that is meaningful, or nearly.
    Number(Index, u32),
    Run(Index, Vec<u8>),
    Cut(Index),
    Append(Vec<u8>),
    /// Copies bytes over others: records of the right form at the wrong offset.
    Copy(Index, Index, usize),
}

fn any_change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    let number = prop_oneof![0..8_u32, any::<u32>(), Just(u32::MAX), Just(i32::MAX as u32), 120..2000_u32];
    prop_oneof![
        4 => (at(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        8 => (at(), number).prop_map(|(at, number)| Change::Number(at, number)),
        2 => (at(), vec(any::<u8>(), 1..64)).prop_map(|(at, bytes)| Change::Run(at, bytes)),
        1 => at().prop_map(Change::Cut),
        1 => vec(any::<u8>(), 1..64).prop_map(Change::Append),
        4 => (at(), at(), 1..64_usize).prop_map(|(from, to, length)| Change::Copy(from, to, length)),
    ]
}

impl Change {
    fn apply(&self, pack: &mut Vec<u8>) {
        if pack.is_empty() {
            return;
        }
        let size = pack.len();
        match self {
            Change::Flip(at, bit) => pack[at.index(size)] ^= 1 << bit,
            Change::Number(at, number) => overwrite(pack, at.index(size) / 4 * 4, &number.to_le_bytes()),
            Change::Run(at, bytes) => overwrite(pack, at.index(size), bytes),
            Change::Cut(at) => pack.truncate(at.index(size)),
            Change::Append(bytes) => pack.extend(bytes),
            Change::Copy(from, to, length) => {
                let from = from.index(size) / 8 * 8;
                let bytes = pack[from..size.min(from + length)].to_vec();
                overwrite(pack, to.index(size) / 8 * 8, &bytes);
            }
        }
    }
}

fn overwrite(pack: &mut [u8], at: usize, bytes: &[u8]) {
    for (byte, new) in pack.iter_mut().skip(at).zip(bytes) {
        *byte = *new;
    }
}

/// Reads everything in a pack; returns the first error.
fn walk(bytes: &[u8]) -> Result<(), Error> {
    let pack = Pack::open(bytes)?;
    let mut outcome = Ok(());
    let mut note = |error: Error| outcome = outcome.and(Err(error));
    for path in [NOT_FOUND, "/", "/blog/post", "/nothing"] {
        pack.route(path).map_or_else(&mut note, drop);
    }
    for route in pack.routes().take(1000) {
        let Ok(route) = route.map_err(&mut note) else { continue };
        pack.route(route.path()).map_or_else(&mut note, drop);
        for time in [i64::MIN, 0, 150, i64::MAX] {
            route.at(time).map_or_else(&mut note, drop);
        }
        for edition in route.editions().take(1000) {
            let Ok(edition) = edition.map_err(&mut note) else { continue };
            assert!((edition.index() as usize) < pack.edition_count());
            if let Content::Page(page) = edition.content() {
                walk_page(&pack, &page, bytes).unwrap_or_else(&mut note);
            }
        }
    }
    outcome
}

fn walk_page(pack: &Pack<'_>, page: &Page<'_>, bytes: &[u8]) -> Result<(), Error> {
    page.alternate().map(|index| pack.route_at(index)).transpose()?;
    for coding in Coding::ALL {
        if let Some(variant) = page.variant(coding)? {
            assert_eq!(variant.coding(), coding);
            match variant.source() {
                Source::Stored(body) => assert!(bytes.as_ptr_range().contains(&body.as_ptr()) || body.is_empty()),
                Source::Inflated(deflated) => assert!((1..=1 << 20).contains(&deflated.len())),
            }
        }
    }
    page.variants().take(1000).try_for_each(|variant| variant?.checked_bytes().map(drop))
}

/// Checks that a pack that `verify` accepts can be read, and could have been written.
fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let walked = walk(bytes);
    let Ok(pack) = Pack::open(bytes) else { return Ok(()) };
    if pack.verify().is_ok() {
        prop_assert_eq!(walked, Ok(()));
        let image: Image = image_of(&pack).expect("it was read");
        prop_assert_eq!(image.routes.len(), pack.len());
        let again = image.write().map(|_| ());
        prop_assert_eq!(again, Ok(()));
    }
    Ok(())
}

#[test]
fn a_flip_of_any_bit_is_found() {
    let mut pack = SAMPLE.clone();
    for at in 0..pack.len() {
        for bit in 0..8 {
            pack[at] ^= 1 << bit;
            let outcome = Pack::open(&pack).and_then(|pack| pack.verify());
            assert!(outcome.is_err(), "bit {bit} of byte {at}");
            pack[at] ^= 1 << bit;
        }
    }
}

/// The errors that a server finds without `verify`: in the index when it starts, and in bodies before it sends them.
fn damage(bytes: &[u8]) -> Vec<Error> {
    let opened = Pack::open(bytes).and_then(|pack| pack.check_index().map(|()| pack));
    let pack = match opened {
        Ok(pack) => pack,
        Err(error) => return vec![error],
    };
    let mut found = Vec::new();
    for route in pack.routes() {
        for edition in route.expect("the index is valid").editions() {
            if let Content::Page(page) = edition.expect("the index is valid").content() {
                let variants = page.variants().map(|variant| variant.expect("the index is valid"));
                found.extend(variants.filter_map(|variant| variant.checked_bytes().err()));
            }
        }
    }
    found
}

#[test]
fn a_flip_of_any_bit_is_found_by_checking_its_part_alone() {
    let mut pack = SAMPLE.clone();
    let bodies = index_size(&pack).expect("a complete header");
    assert_eq!(damage(&pack), []);
    for at in 0..pack.len() {
        for bit in 0..8 {
            pack[at] ^= 1 << bit;
            let is_damaged = |error: &Error| {
                matches!(error, Error::Record { section: Section::Variants, fault: Fault::Damaged, .. })
            };
            let is_as_expected = match damage(&pack).as_slice() {
                // An identity that is inflated has the bytes of a gzip variant.
                [one, more @ ..] if is_damaged(one) => at >= bodies && more.len() < 2 && more.iter().all(is_damaged),
                [_] => at < bodies,
                _ => false,
            };
            assert!(is_as_expected, "bit {bit} of byte {at}: {:?}", damage(&pack));
            pack[at] ^= 1 << bit;
        }
    }
}

/// Changes a pack with one page, whose identity is inflated, and returns the error of `verify`.
fn error_after(change: impl FnOnce(&mut Vec<u8>, usize)) -> Result<(), Error> {
    let routes = [("/a".to_owned(), always(ContentSpec::Page(compressed("a-text-"))))].into();
    let mut pack = Image { time: 0, routes }.write().expect("the image follows the rules");
    // The records of its two variants.
    let variants = u32::from_le_bytes(pack[112..116].try_into().expect("four bytes")) as usize;
    assert_eq!(pack[variants + 20], 1, "it is inflated");
    change(&mut pack, variants);
    seal(&mut pack);
    Pack::open(&pack).and_then(|pack| pack.verify())
}

#[test]
fn an_identity_that_cannot_be_inflated_is_an_error() {
    let error = |index, fault| Err(Error::Record { section: Section::Variants, index, fault });
    let number =
        |at: usize, number: u32| error_after(|pack, variants| overwrite(pack, variants + at, &number.to_le_bytes()));
    let (offset, length, coding, source, gzip) = (8, 12, 16, 20, 40);
    assert_eq!(number(length, 21), Ok(()), "nothing is changed");
    for (at, value, expected) in [
        (offset, 1, error(0, Fault::NotInflatable)),
        (length, 0, error(0, Fault::NotInflatable)),
        (length, 20, error(0, Fault::Damaged)),
        (length, 22, error(0, Fault::Damaged)),
        (length, 1 << 20, error(0, Fault::Damaged)),
        (length, (1 << 20) + 1, error(0, Fault::NotInflatable)),
        (length, u32::MAX, error(0, Fault::NotInflatable)),
        (coding, 1, error(0, Fault::NotInflatable)),
        (source, 2, error(0, Fault::UnknownValue)),
        (gzip + coding, 2, error(0, Fault::NotInflatable)),
        (gzip + source, 1, error(0, Fault::NotInflatable)),
        (gzip + offset, 1 << 20, error(0, Fault::OutOfBounds)),
        (gzip + length, 17, error(0, Fault::Damaged)),
        (gzip + length, 0, error(0, Fault::Damaged)),
    ] {
        assert_eq!(number(at, value), expected, "{value} at {at}");
    }
    // The page ends before the gzip variant.
    let page = error_after(|pack, _| {
        let pages = u32::from_le_bytes(pack[96..100].try_into().expect("four bytes")) as usize;
        overwrite(pack, pages + 36, &[1]);
    });
    assert_eq!(page, error(0, Fault::NotInflatable));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_instead_of_a_gzip_file_are_an_error(
        bytes in vec(any::<u8>(), 18..80), header in 0..11_usize, length in prop_oneof![1..40_u32, 1..=1_u32 << 20],
    ) {
        let file = gzip(b"another text");
        let bytes = [&file[..header], &bytes[header..]].concat();
        let error = error_after(|pack, variants| {
            let bodies = u32::from_le_bytes(pack[128..132].try_into().expect("four bytes")) as usize;
            pack.truncate(bodies);
            pack.extend(&bytes);
            let (all, gzip) = (pack.len() as u64, u32::try_from(bytes.len()).expect("short"));
            overwrite(pack, 16, &all.to_le_bytes());
            overwrite(pack, 132, &gzip.to_le_bytes());
            overwrite(pack, variants + 12, &length.to_le_bytes());
            overwrite(pack, variants + 52, &gzip.to_le_bytes());
            seal_bodies(pack);
        });
        prop_assert_eq!(error, Err(Error::Record { section: Section::Variants, index: 0, fault: Fault::Damaged }));
    }
}

#[test]
fn bytes_that_belong_to_no_variant_are_found() {
    let mut pack = [SAMPLE.as_slice(), b"hidden"].concat();
    let length = pack.len() as u64;
    overwrite(&mut pack, 16, &length.to_le_bytes());
    let bodies = u32::from_le_bytes(pack[132..136].try_into().expect("four bytes"));
    overwrite(&mut pack, 132, &(bodies + 6).to_le_bytes());
    seal(&mut pack);
    let outcome = Pack::open(&pack).and_then(|pack| pack.verify());
    assert_eq!(outcome, Err(Error::Record { section: Section::Bodies, index: bodies, fault: Fault::Order }));
}

#[test]
fn a_pack_that_is_cut_short_or_longer_does_not_open() {
    for length in 0..SAMPLE.len() {
        assert!(Pack::open(&SAMPLE[..length]).is_err(), "{length}");
    }
    let longer = [SAMPLE.as_slice(), b"\0"].concat();
    let (expected, found) = (SAMPLE.len() as u64, longer.len() as u64);
    assert_eq!(Pack::open(&longer).map(drop), Err(Error::Length { expected, found }));
}

#[test]
fn a_wrong_number_anywhere_causes_no_panic() {
    for at in (0..SAMPLE.len()).step_by(4) {
        for number in [0, 1, 2, 3, 7, 255, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, u32::MAX] {
            let mut pack = SAMPLE.clone();
            overwrite(&mut pack, at, &u32::to_le_bytes(number));
            seal(&mut pack);
            check(&pack).expect("a pack that passes can be read");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_pack_causes_no_panic(changes in vec(any_change(), 1..6)) {
        let mut pack = SAMPLE.clone();
        for change in changes {
            change.apply(&mut pack);
        }
        check(&pack)?;
        seal(&mut pack);
        check(&pack)?;
        seal_bodies(&mut pack);
        seal(&mut pack);
        check(&pack)?;
    }

    #[test]
    fn other_bytes_cause_no_panic(mut bytes in vec(any::<u8>(), 0..600), head in 0..137_usize) {
        overwrite(&mut bytes, 0, &SAMPLE[..head]);
        let length = bytes.len() as u64;
        overwrite(&mut bytes, 16, &length.to_le_bytes());
        seal(&mut bytes);
        check(&bytes)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn any_changed_image_causes_no_panic(image in any_image(), changes in vec(any_change(), 1..6)) {
        let mut pack = image.write().expect("the image follows the rules");
        for change in changes {
            change.apply(&mut pack);
        }
        seal_bodies(&mut pack);
        seal(&mut pack);
        check(&pack)?;
    }

    #[test]
    fn any_flip_of_any_pack_is_found(image in any_image(), at in any::<Index>(), bit in 0..8_u8) {
        let mut pack = image.write().expect("the image follows the rules");
        Change::Flip(at, bit).apply(&mut pack);
        prop_assert!(Pack::open(&pack).and_then(|pack| pack.verify()).is_err());
    }
}
