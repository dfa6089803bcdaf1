//! Writing route by route.

use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

use graven_pack::write::{ContentSpec, Image, PageSpec, WriteError, Writer};
use graven_pack::{Content, Fault, Pack, Source};
use proptest::prelude::*;

use crate::images::{always, any_image, gzip, page, redirect};

/// Writes an image with this scratch file.
fn write(image: &Image, scratch: impl Read + Write + Seek) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::new(image.time, scratch);
    for (path, editions) in &image.routes {
        writer.put(path, editions)?;
    }
    let mut pack = Vec::new();
    writer.finish(&mut pack)?;
    Ok(pack)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn a_pack_is_the_same_whether_its_bodies_wait_in_a_file_or_in_memory(image in any_image()) {
        let file = tempfile::tempfile().expect("a file");
        prop_assert_eq!(write(&image, file), image.write());
    }
}

#[test]
fn what_a_writer_holds_does_not_depend_on_its_bodies() {
    const ROUTES: usize = 2_000;
    const BYTES_PER_ROUTE: u64 = 800;
    let policy = format!("default-src 'none'; style-src 'sha256-{}'", "m".repeat(43));
    let post = |n: usize| {
        let mut page = PageSpec { security_policy: policy.clone(), ..page(&n.to_string()) };
        let bodies = page.variants.iter_mut().zip([20_000, 5_000]);
        bodies.for_each(|(variant, length)| variant.bytes = format!("{n:07} ").repeat(length / 8).into_bytes());
        always(ContentSpec::Page(PageSpec { alternate: Some("/blog/all".to_owned()), ..page }))
    };
    let peak = |routes: usize| {
        let mut writer = Writer::new(0, tempfile::tempfile().expect("a file"));
        writer.put("/blog/all", &always(ContentSpec::Page(page("all")))).expect("a valid route");
        let info = allocation_counter::measure(|| {
            for n in 0..routes {
                let editions = post(n);
                writer.put(&format!("/blog/posts/{n:07}-with-a-name"), &editions).expect("a valid route");
            }
            writer.finish(&mut io::sink()).expect("it is written");
        });
        info.bytes_max
    };
    let (some, more) = (peak(ROUTES), peak(2 * ROUTES));
    assert!(more - some < BYTES_PER_ROUTE * ROUTES as u64, "{} bytes for each route", (more - some) / ROUTES as u64);
    assert!(more < BYTES_PER_ROUTE * 2 * ROUTES as u64 + 200_000, "{more}");
}

/// Whether the identity of a page with these variants is inflated, and the size of the pack.
fn written(identity: &[u8], gzip: &[u8]) -> (bool, usize) {
    let mut page = page("x");
    page.variants[0].bytes = identity.to_vec();
    page.variants[1].bytes = gzip.to_vec();
    let bytes = write(
        &Image { time: 0, routes: [("/a".to_owned(), always(ContentSpec::Page(page)))].into() },
        Cursor::new(Vec::new()),
    );
    let bytes = bytes.expect("a valid image");
    let pack = Pack::open(&bytes).expect("a valid pack");
    assert_eq!(pack.verify(), Ok(()));
    let edition = pack.route("/a").expect("a valid pack").expect("the route exists").at(0).expect("a valid pack");
    let Some(Content::Page(page)) = edition.map(|edition| edition.content()) else { panic!("not a page") };
    assert_eq!(*page.identity().checked_bytes().expect("a valid pack"), *identity);
    assert_eq!(page.identity().source().len(), identity.len());
    (matches!(page.identity().source(), Source::Inflated(_)), bytes.len())
}

#[test]
fn identity_is_not_stored_where_gzip_is() {
    let text: Vec<u8> = (0..2 << 20).map(|n: u32| (n.wrapping_mul(n) >> 7).to_le_bytes()[0] & 15).collect();
    for length in [1, 2, 3, 100, 32_767, 32_768, 32_769, 100_000, 1 << 20] {
        let gzip = gzip(&text[..length]);
        let (is_inflated, size) = written(&text[..length], &gzip);
        assert!(is_inflated, "{length}");
        assert!(size < gzip.len() + 700, "{length}: {size}");
    }
    for length in [0, (1 << 20) + 1, 2 << 20] {
        assert!(!written(&text[..length], &gzip(&text[..length])).0, "{length}");
    }
}

#[test]
fn identity_is_stored_if_gzip_is_of_something_else() {
    let text = b"some text, some text, some text";
    let file = gzip(text);
    assert!(written(text, &file).0);
    let named = [b"\x1f\x8b\x08\x08", &file[4..10], b"name\0", &file[10..]].concat();
    let mut other_checksum = file.clone();
    other_checksum[file.len() - 8] ^= 1;
    let mut other_length = file.clone();
    other_length[file.len() - 1] ^= 1;
    for gzip in [&named, &other_checksum, &other_length, &gzip(b"another text"), &text.to_vec(), &Vec::new()] {
        assert!(!written(text, gzip).0, "{gzip:?}");
    }
}

#[test]
fn routes_come_in_the_order_of_their_paths() {
    let put = |paths: &[&str]| {
        let mut writer = Writer::new(0, Cursor::new(Vec::new()));
        paths.iter().try_for_each(|path| writer.put(path, &always(ContentSpec::Page(page("x")))))
    };
    let refused = |path: &str| Err(WriteError::Route { path: path.to_owned(), edition: None, fault: Fault::Order });
    assert_eq!(put(&["404", "/", "/a", "/a/b", "/b", "/\u{e9}"]), refused("/"));
    assert_eq!(put(&["/", "/a", "/a/b", "/b", "/\u{e9}", "404"]), Ok(()));
    assert_eq!(put(&["/b", "/a"]), refused("/a"));
    assert_eq!(put(&["/a", "/a"]), refused("/a"));
}

#[test]
fn a_writer_that_has_failed_writes_nothing() {
    let mut writer = Writer::new(0, Cursor::new(Vec::new()));
    let refused = writer.put("/a", &always(ContentSpec::Redirect(redirect("b"))));
    let expected = Err(WriteError::Route { path: "/a".to_owned(), edition: Some(0), fault: Fault::Location });
    assert_eq!(refused, expected);
    assert_eq!(writer.put("/b", &always(ContentSpec::Page(page("x")))), expected);
    let mut out = Vec::new();
    assert_eq!(writer.finish(&mut out), expected);
    assert_eq!(out, b"");
}

#[test]
fn a_second_representation_may_come_before_its_page_or_after() {
    let with = |alternate: &str| {
        always(ContentSpec::Page(PageSpec { alternate: Some(alternate.to_owned()), ..page(alternate) }))
    };
    let routes = [("/a", with("/c")), ("/b", with("/a")), ("/c", always(ContentSpec::Page(page("x"))))];
    let image = Image { time: 0, routes: routes.map(|(path, editions)| (path.to_owned(), editions)).into() };
    let bytes = write(&image, Cursor::new(Vec::new())).expect("a valid image");
    assert_eq!(Pack::open(&bytes).and_then(|pack| pack.verify()), Ok(()));
}

/// A disk with this much space.
struct Disk {
    content: Cursor<Vec<u8>>,
    space: usize,
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let space = self.space - self.content.get_ref().len();
        if space == 0 {
            Err(io::ErrorKind::StorageFull.into())
        } else {
            self.content.write(&bytes[..bytes.len().min(space)])
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Disk {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.content.read(bytes)
    }
}

impl Seek for Disk {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.content.seek(to)
    }
}

#[test]
fn a_full_disk_is_an_error_and_not_half_a_pack() {
    let body = ["some", "more", "evenmore"].map(|text| always(ContentSpec::Page(page(text))));
    let routes = ["/a", "/b", "/c"].map(str::to_owned).into_iter().zip(body);
    let image = Image { time: 0, routes: routes.collect() };
    let disk = |space| Disk { content: Cursor::new(Vec::new()), space };
    let bodies: usize = ["some", "more", "evenmore"].map(|text| 4 * text.len()).iter().sum();
    for space in 0..bodies {
        let outcome = write(&image, disk(space));
        assert!(
            matches!(&outcome, Err(WriteError::Io { kind: io::ErrorKind::StorageFull, .. })),
            "{space}: {outcome:?}"
        );
    }
    let pack = write(&image, disk(bodies)).expect("there is space");
    for space in 0..pack.len() {
        let mut writer = Writer::new(0, Cursor::new(Vec::new()));
        image.routes.iter().for_each(|(path, editions)| writer.put(path, editions).expect("a valid route"));
        let outcome = writer.finish(&mut disk(space));
        assert!(
            matches!(&outcome, Err(WriteError::Io { kind: io::ErrorKind::StorageFull, .. })),
            "{space}: {outcome:?}"
        );
    }
}

#[test]
fn a_scratch_file_that_loses_bytes_is_an_error() {
    let file = tempfile::tempfile().expect("a file");
    let other = file.try_clone().expect("the same file");
    let mut writer = Writer::new(0, file);
    writer.put("/", &always(ContentSpec::Page(page("x")))).expect("a valid route");
    other.set_len(1).expect("it is cut");
    let outcome = writer.finish(&mut io::sink());
    assert!(matches!(outcome, Err(WriteError::Io { kind: io::ErrorKind::UnexpectedEof, .. })), "{outcome:?}");
}
