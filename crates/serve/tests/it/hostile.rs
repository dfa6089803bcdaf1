//! Hostile requests and damaged packs get a response, never a panic.

use graven_pack::Pack;
use graven_serve::{Site, respond};
use proptest::prelude::*;

use crate::requests::PATHS;
use crate::site::{BUILT, codings, get, pack, request, small, stored};

#[test]
fn a_damaged_record_is_a_500_without_details() {
    let bytes = small();
    let mut statuses = std::collections::BTreeSet::new();
    // The tables: everything before the strings and bodies.
    for at in (136..3_000).step_by(4) {
        let mut bytes = bytes.clone();
        bytes[at..at + 4].fill(0xff);
        let Ok(pack) = Pack::open(bytes.leak()) else { continue };
        for path in PATHS {
            let response = respond(&Site::new(pack), BUILT, request("GET", path, &[("accept", "text/markdown")]));
            statuses.insert(response.status().as_u16());
            if response.status() == 500 {
                assert_eq!(response.headers()["cache-control"], "no-store");
                assert!(response.body().content().starts_with(b"The site image is damaged"));
            }
        }
    }
    assert!(statuses.contains(&500) && statuses.contains(&200), "{statuses:?}");
}

#[test]
fn a_damaged_page_is_never_sent_and_all_others_are() {
    let bytes = small();
    let bodies = u32::from_le_bytes(bytes[128..132].try_into().expect("four bytes")) as usize;
    let paths = ["/", "/notes", "/blog/a", "/blog/a.md", "/image.png", "/empty", "/tags/%C3%BC%20x"];
    for at in (bodies..bytes.len()).step_by(13) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        let pack = Pack::open(bytes.leak()).expect("its index is valid");
        assert_eq!(pack.check_index(), Ok(()));
        let site = Site::new(pack);
        let mut damaged = Vec::new();
        for target in paths {
            let path = target.replace("%C3%BC%20", "ü ");
            for &coding in codings(&path) {
                let fields = [("accept-encoding", coding.token()), ("accept", "*/*")];
                let response = respond(&site, BUILT, request("GET", target, &fields));
                match response.status().as_u16() {
                    200 => assert_eq!(response.body().content(), stored(&path, coding), "{target}, byte {at}"),
                    500 => damaged.push(target),
                    status => panic!("{target}: {status}"),
                }
            }
        }
        damaged.dedup();
        // None is damaged if the byte belongs to the 404 page, or to a page that is not published yet.
        assert!(damaged.len() <= 1, "byte {at}: {damaged:?}");
    }
}

#[test]
fn a_post_is_sent_if_only_its_markdown_is_damaged() {
    let bytes = small();
    let markdown = stored("/blog/a.md", graven_pack::Coding::Gzip);
    let at = bytes.windows(markdown.len()).position(|window| window == markdown).expect("it is stored");
    let mut bytes = bytes;
    bytes[at] ^= 1;
    let site = Site::new(Pack::open(bytes.leak()).expect("its index is valid"));
    let status = |path, accept| respond(&site, BUILT, request("GET", path, &[("accept", accept)])).status().as_u16();
    assert_eq!(status("/blog/a.md", "*/*"), 500);
    assert_eq!(status("/blog/a", "text/html"), 200);
    assert_eq!(status("/blog/a", "text/markdown"), 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_pack_with_flipped_bits_gets_a_response(flips in proptest::collection::vec((0_usize..4_000, 0_u8..8), 1..8)) {
        let mut bytes = small();
        for (at, bit) in flips {
            bytes[at] ^= 1 << bit;
        }
        if let Ok(pack) = Pack::open(bytes.leak()) {
            for path in PATHS {
                let status = respond(&Site::new(pack), BUILT, request("GET", path, &[("range", "bytes=3-")])).status();
                prop_assert!(status.as_u16() >= 200);
            }
        }
    }
}

proptest! {
    #[test]
    fn any_target_gets_a_response_and_no_redirect_to_another_host(target in "/[a-z/\\\\.%0-9A-F?&=@:_ü-]{0,24}") {
        let Ok(uri) = target.parse::<http::Uri>() else { return Ok(()) };
        let mut head = request("GET", "/", &[]);
        head.uri = uri;
        let response = respond(&Site::new(pack()), BUILT, head);
        prop_assert!([200, 301, 302, 308, 400, 404].contains(&response.status().as_u16()));
        if let Some(location) = response.headers().get("location") {
            let location = location.as_bytes();
            prop_assert!(location.starts_with(b"/") && !matches!(location.get(1), Some(b'/' | b'\\')));
        }
    }

    #[test]
    fn any_fields_get_a_response(values in proptest::collection::vec("[ -~]{0,40}", 6)) {
        let names = ["accept", "accept-encoding", "if-match", "if-none-match", "if-range", "range"];
        let fields: Vec<_> = names.into_iter().zip(values.iter().map(String::as_str)).collect();
        let status = get("/blog/a", &fields).status().as_u16();
        prop_assert!([200, 206, 304, 406, 412, 416].contains(&status), "{status}");
    }
}
