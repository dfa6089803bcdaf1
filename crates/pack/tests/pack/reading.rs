//! Reading valid packs.

use graven_pack::write::{ContentSpec, Image};
use graven_pack::{Class, Coding, Content, Edition, NOT_FOUND, Pack, Page};
use proptest::prelude::*;

use crate::images::{always, any_image, image_of, in_stored_order, page, sample};

fn write(image: &Image) -> Vec<u8> {
    image.write().expect("the image follows the rules")
}

fn page_at<'a>(pack: &Pack<'a>, path: &str, time: i64) -> Option<Page<'a>> {
    let route = pack.route(path).expect("a valid pack")?;
    match route.at(time).expect("a valid pack").as_ref().map(Edition::content)? {
        Content::Page(page) => Some(page),
        Content::Redirect(_) => None,
    }
}

#[test]
fn a_path_gives_its_page_with_all_fields_and_variants() {
    let bytes = write(&sample());
    let pack = Pack::open(&bytes).expect("a valid pack");
    let post = page_at(&pack, "/blog/post", 0).expect("a page");
    assert_eq!(post.content_type(), "text/html; charset=utf-8");
    assert_eq!(post.cache_control(), "no-cache");
    assert_eq!(post.security_policy(), "default-src 'none'");
    assert_eq!(post.class(), Class::Page);
    assert_eq!(*post.identity().checked_bytes().expect("a valid pack"), *b"postpostpost");
    assert_eq!(post.identity().etag(), "\"post.identity\"");
    let gzip = post.variant(Coding::Gzip).expect("a valid pack").expect("stored");
    assert_eq!((gzip.coding(), &*gzip.checked_bytes().expect("a valid pack")), (Coding::Gzip, b"post".as_slice()));
    assert!(post.variant(Coding::Brotli).expect("a valid pack").is_none());
    let alternate = post.alternate().map(|index| pack.route_at(index).expect("a valid pack").path());
    assert_eq!(alternate, Some("/blog/post.md"));
}

#[test]
fn an_unknown_path_gives_nothing() {
    let bytes = write(&sample());
    let pack = Pack::open(&bytes).expect("a valid pack");
    for path in ["", "/blog", "/blog/post/", "/BLOG/POST", "blog/post", "/404", "\0"] {
        assert!(pack.route(path).expect("a valid pack").is_none(), "{path:?}");
    }
    assert!(pack.route(NOT_FOUND).expect("a valid pack").is_some());
}

#[test]
fn an_empty_pack_opens() {
    let bytes = write(&Image::default());
    let pack = Pack::open(&bytes).expect("a valid pack");
    assert_eq!(pack.verify(), Ok(()));
    assert!(pack.is_empty());
    assert!(pack.route("/").expect("a valid pack").is_none());
}

#[test]
fn an_edition_is_valid_from_its_time_until_the_next() {
    let bytes = write(&sample());
    let pack = Pack::open(&bytes).expect("a valid pack");
    let at = |time| page_at(&pack, "/later", time).map(|page| page.identity().etag());
    assert_eq!(at(i64::MIN), None);
    assert_eq!(at(99), None);
    assert_eq!(at(100), Some("\"early.identity\""));
    assert_eq!(at(199), Some("\"early.identity\""));
    assert_eq!(at(200), Some("\"late.identity\""));
    assert_eq!(at(i64::MAX), Some("\"late.identity\""));
    assert!(page_at(&pack, "/", i64::MIN).is_some(), "an edition from ALWAYS is valid at the smallest time");
}

#[test]
fn editions_are_numbered_through_all_routes() {
    let bytes = write(&sample());
    let pack = Pack::open(&bytes).expect("a valid pack");
    let editions = pack.routes().flat_map(|route| route.expect("a valid pack").editions().collect::<Vec<_>>());
    let indices: Vec<u32> = editions.map(|edition| edition.expect("a valid pack").index()).collect();
    assert_eq!(indices, [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(pack.edition_count(), 7);
    assert_eq!(pack.len(), 6);
    assert_eq!(pack.size(), bytes.len());
}

#[test]
fn equal_bodies_and_texts_are_stored_once() {
    let image = |count: usize| {
        let body = always(ContentSpec::Page(page(&"long ".repeat(1000).replace(' ', "-"))));
        let routes = (0..count).map(|n| (format!("/{n}"), body.clone()));
        Image { time: 0, routes: routes.collect() }
    };
    let (one, two) = (write(&image(1)).len(), write(&image(2)).len());
    assert!(two - one < 200, "{one} {two}");
}

#[test]
fn each_of_many_paths_is_found() {
    let blank = always(ContentSpec::Page(page("x")));
    let paths = (0..20_000).map(|n| format!("/blog/{n:05}-a-post-like-others"));
    let image = Image { time: 0, routes: paths.map(|path| (path, blank.clone())).collect() };
    let bytes = write(&image);
    let pack = Pack::open(&bytes).expect("a valid pack");
    for (index, path) in image.routes.keys().enumerate() {
        let route = pack.route(path).expect("a valid pack").expect("the route exists");
        assert_eq!((route.path(), route.index() as usize), (path.as_str(), index));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(image in any_image()) {
        let bytes = write(&image);
        let pack = Pack::open(&bytes).expect("a valid pack");
        prop_assert_eq!(pack.verify(), Ok(()));
        prop_assert_eq!(image_of(&pack).expect("a valid pack"), in_stored_order(image));
    }

    #[test]
    fn the_order_of_routes_and_variants_in_the_image_has_no_effect(image in any_image()) {
        let mut turned = Image { time: image.time, ..Image::default() };
        for (path, editions) in image.routes.iter().rev() {
            turned.routes.insert(path.clone(), editions.clone());
        }
        for edition in turned.routes.values_mut().flatten() {
            if let ContentSpec::Page(page) = &mut edition.content {
                page.variants.reverse();
            }
        }
        prop_assert_eq!(write(&image), write(&turned));
    }

    #[test]
    fn the_edition_at_a_time_is_the_newest_that_has_begun(image in any_image(), time in any::<i64>()) {
        let bytes = write(&image);
        let pack = Pack::open(&bytes).expect("a valid pack");
        let froms = image.routes.values().flatten().map(|edition| edition.from);
        let times: Vec<i64> = froms.flat_map(|from| [from.saturating_sub(1), from]).chain([time]).collect();
        for (path, editions) in &image.routes {
            let route = pack.route(path).expect("a valid pack").expect("the route exists");
            for &time in &times {
                let newest = editions.iter().rev().map(|edition| edition.from).find(|&from| from <= time);
                let found = route.at(time).expect("a valid pack").map(|edition| edition.from());
                prop_assert_eq!(found, newest);
                let index = route.at(time).expect("a valid pack").map(|edition| edition.index());
                prop_assert_eq!(route.index_at(time).expect("a valid pack"), index);
            }
        }
    }
}
