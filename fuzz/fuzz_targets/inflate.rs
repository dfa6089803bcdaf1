//! Deflated bytes in a pack: whatever they are, they inflate to the bytes that the pack says, or are an error.

#![no_main]

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
use graven_pack::{ALWAYS, Class, Coding, Content, Pack, Source};
use libfuzzer_sys::fuzz_target;

/// A pack with a page whose identity has this length and is to be inflated from these bytes.
fn pack(length: usize, deflated: &[u8]) -> Vec<u8> {
    let identity = vec![b'a'; length];
    let checksum = crc32fast::hash(&identity).to_le_bytes();
    let size = u32::try_from(length).expect("it is short").to_le_bytes();
    let gzip = [b"\x1f\x8b\x08\0\0\0\0\0\0\xff", deflated, &checksum, &size].concat();
    let variant = |coding: Coding, bytes| VariantSpec { coding, etag: format!("\"{}\"", coding.token()), bytes };
    let page = PageSpec {
        content_type: "text/plain".to_owned(),
        cache_control: "no-cache".to_owned(),
        security_policy: String::new(),
        class: Class::File,
        alternate: None,
        variants: vec![variant(Coding::Identity, identity), variant(Coding::Gzip, gzip)],
    };
    let edition = EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) };
    Image { time: 0, routes: [("/a".to_owned(), vec![edition])].into() }.write().expect("a valid image")
}

fuzz_target!(|input: (u16, u16, &[u8])| {
    let (length, most, deflated) = input;
    let (length, most) = (usize::from(length) + 1, usize::from(most) + 1);
    let bytes = pack(length, deflated);
    let pack = Pack::open(&bytes).expect("it was written");
    let route = pack.route("/a").expect("a valid record").expect("it was written");
    let Some(Content::Page(page)) = route.at(0).expect("a valid record").map(|edition| edition.content()) else { return };
    let Source::Inflated(source) = page.identity().source() else { panic!("it is stored") };
    let mut inflater = source.inflater();
    let mut inflated = 0;
    while let Ok(piece @ [_, ..]) = inflater.next(most) {
        assert!(piece.len() <= most);
        inflated += piece.len();
    }
    assert!(inflated <= length);
    if let Ok(whole) = page.identity().checked_bytes() {
        assert!(inflated == length && whole.iter().all(|&byte| byte == b'a'));
    }
});
