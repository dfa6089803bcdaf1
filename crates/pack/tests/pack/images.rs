//! Images for tests: a small one, random ones, and the image of a pack.

use std::collections::BTreeMap;
use std::hash::Hasher as _;

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, RedirectSpec, VariantSpec};
use graven_pack::{ALWAYS, Class, Coding, Content, Error, NOT_FOUND, Pack, Page};
use libdeflater::{CompressionLvl, Compressor};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use proptest::string::string_regex;
use proptest::{option, sample};
use sha2::{Digest, Sha256};
use twox_hash::XxHash64;

/// A page with this text as identity variant, and a made-up gzip variant.
pub(crate) fn page(text: &str) -> PageSpec {
    let variant = |coding: Coding, bytes: String| VariantSpec {
        coding,
        etag: format!("\"{text}.{}\"", coding.token()),
        bytes: bytes.into_bytes(),
    };
    PageSpec {
        content_type: "text/html; charset=utf-8".to_owned(),
        cache_control: "no-cache".to_owned(),
        security_policy: "default-src 'none'".to_owned(),
        class: Class::Page,
        alternate: None,
        variants: vec![variant(Coding::Identity, text.repeat(3)), variant(Coding::Gzip, text.to_owned())],
    }
}

/// A page with this text as identity variant, and a gzip variant that it can be inflated from.
pub(crate) fn compressed(text: &str) -> PageSpec {
    let mut page = page(text);
    page.variants[1].bytes = gzip(&page.variants[0].bytes);
    page
}

/// A gzip file with this content.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut gzip = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length = compressor.gzip_compress(bytes, &mut gzip).expect("there is room");
    gzip.truncate(length);
    gzip
}

/// A permanent redirect to this location.
pub(crate) fn redirect(location: &str) -> RedirectSpec {
    RedirectSpec { status: 308, location: location.to_owned(), cache_control: "max-age=3600".to_owned() }
}

/// A route with one edition that is always valid.
pub(crate) fn always(content: ContentSpec) -> Vec<EditionSpec> {
    vec![EditionSpec { from: ALWAYS, content }]
}

/// A small site: a post with its Markdown, one with two editions, a redirect, the not-found page. The Markdown is stored only as
/// gzip.
pub(crate) fn sample() -> Image {
    let scheduled = ["early", "late"].into_iter().zip([100, 200]);
    let scheduled = scheduled.map(|(text, from)| EditionSpec { from, content: ContentSpec::Page(page(text)) });
    let post = PageSpec { alternate: Some("/blog/post.md".to_owned()), ..page("post") };
    let source = PageSpec { content_type: "text/markdown".to_owned(), class: Class::File, ..compressed("source") };
    let routes = [
        (NOT_FOUND, always(ContentSpec::Page(page("missing")))),
        ("/", always(ContentSpec::Page(page("root")))),
        ("/blog/post", always(ContentSpec::Page(post))),
        ("/blog/post.md", always(ContentSpec::Page(source))),
        ("/later", scheduled.collect()),
        ("/old", always(ContentSpec::Redirect(redirect("/blog/post")))),
    ];
    Image { time: 1_700_000_000, routes: routes.map(|(path, editions)| (path.to_owned(), editions)).into() }
}

/// Puts the right digest and checksum into a changed index, so that the checks after them are reached.
pub(crate) fn seal(pack: &mut [u8]) {
    let Some(index) = index_size(pack) else { return };
    let digest = Sha256::new().chain_update(&pack[..32]).chain_update(&pack[72..index]).finalize();
    pack[32..64].copy_from_slice(&digest);
    let mut checksum = XxHash64::with_seed(0);
    checksum.write(&pack[..64]);
    checksum.write(&pack[72..index]);
    pack[64..72].copy_from_slice(&checksum.finish().to_le_bytes());
}

/// Puts the right digest into the record of each variant whose record and body are within the pack.
pub(crate) fn seal_bodies(pack: &mut [u8]) {
    let number = |pack: &[u8], at: usize| {
        pack.get(at..at + 4).map(|four| u32::from_le_bytes(four.try_into().expect("four")) as usize)
    };
    let variants = (number(pack, 112), number(pack, 116), number(pack, 128));
    let (Some(first), Some(count), Some(bodies)) = variants else { return };
    for record in (0..count.min(1000)).map(|index| first + 40 * index) {
        let (Some(offset), Some(length)) = (number(pack, record + 8), number(pack, record + 12)) else { return };
        let body = pack.get(bodies + offset..).and_then(|rest| rest.get(..length)).map(Sha256::digest);
        let is_stored = number(pack, record + 20) == Some(0);
        if let (Some(digest), Some(field)) = (body.filter(|_| is_stored), pack.get_mut(record + 24..record + 40)) {
            field.copy_from_slice(&digest[..16]);
        }
    }
}

/// The offset of the bodies from the header; the end of the pack if it is out of bounds.
pub(crate) fn index_size(pack: &[u8]) -> Option<usize> {
    let bodies = pack.get(128..132)?.try_into().expect("four bytes");
    (pack.len() >= 136).then(|| (u32::from_le_bytes(bodies) as usize).clamp(136, pack.len()))
}

/// Any valid image.
pub(crate) fn any_image() -> impl Strategy<Value = Image> {
    (any::<i64>(), btree_map(any_path(), vec(any_content(), 1..4), 0..12), any::<bool>()).prop_flat_map(
        |(time, contents, alternates)| {
            let paths: Vec<String> = contents.keys().cloned().collect();
            let count: usize = contents.values().map(Vec::len).sum();
            let near = sample::subsequence(vec![ALWAYS, -1, 0, 1, i64::MAX], 3);
            let any_times = btree_set(any::<i64>(), 3).prop_map(|times| times.into_iter().collect());
            let froms = vec(prop_oneof![near, any_times], paths.len());
            let links = vec(any::<sample::Index>(), count);
            (froms, links).prop_map(move |(froms, links)| {
                let mut image = Image { time, routes: BTreeMap::new() };
                for ((path, contents), froms) in contents.iter().zip(froms) {
                    let editions = froms.into_iter().zip(contents.clone());
                    let editions = editions.map(|(from, content)| EditionSpec { from, content }).collect();
                    image.routes.insert(path.clone(), editions);
                }
                if alternates {
                    link_alternates(&mut image, &links);
                }
                image
            })
        },
    )
}

/// Gives each page a second representation if the route that was chosen for it can be one.
fn link_alternates(image: &mut Image, links: &[sample::Index]) {
    let is_page = |edition: &EditionSpec| matches!(edition.content, ContentSpec::Page(_));
    let pages = image.routes.iter().filter(|(_, editions)| editions.iter().all(is_page));
    let pages: Vec<String> = pages.map(|(path, _)| path.clone()).collect();
    let editions = image.routes.iter_mut().flat_map(|(path, editions)| editions.iter_mut().map(move |e| (path, e)));
    for ((path, edition), link) in editions.zip(links) {
        if let ContentSpec::Page(page) = &mut edition.content
            && !pages.is_empty()
        {
            page.alternate = Some(link.get(&pages).clone()).filter(|alternate| alternate != path);
        }
    }
}

fn any_path() -> impl Strategy<Value = String> {
    prop_oneof![
        1 => Just("/".to_owned()),
        12 => text("(/[a-zA-Z0-9é-][a-z0-9._ -]{0,12}){1,3}/?"),
    ]
}

fn any_content() -> impl Strategy<Value = ContentSpec> {
    prop_oneof![
        4 => any_page().prop_map(ContentSpec::Page),
        1 => any_redirect().prop_map(ContentSpec::Redirect),
    ]
}

fn any_page() -> impl Strategy<Value = PageSpec> {
    let codings = sample::subsequence(Coding::ALL[1..].to_vec(), 0..4).prop_shuffle();
    let bodies = vec(prop_oneof![vec(any::<u8>(), 0..40), vec(0..4_u8, 0..1_000)], 4);
    let fields = (text("[a-z]{1,8}/[a-z+.-]{1,8}(; [a-z]=[!-~]{1,4})?"), field_value(), option::of(field_value()));
    let rest = (text("[!#-~]{1,8}"), any::<bool>());
    (fields, sample::select(Class::ALL.to_vec()), codings, bodies, rest).prop_map(
        |((content_type, cache_control, security_policy), class, codings, mut bodies, (tag, is_gzip))| {
            if is_gzip && let Some(at) = codings.iter().position(|coding| *coding == Coding::Gzip) {
                bodies[at + 1] = gzip(&bodies[0]);
            }
            let codings = std::iter::once(Coding::Identity).chain(codings);
            let variants = codings.zip(bodies).map(|(coding, bytes)| VariantSpec {
                coding,
                etag: format!("\"{tag}{}\"", coding.token()),
                bytes,
            });
            PageSpec {
                content_type,
                cache_control,
                security_policy: security_policy.unwrap_or_default(),
                class,
                alternate: None,
                variants: variants.collect(),
            }
        },
    )
}

fn any_redirect() -> impl Strategy<Value = RedirectSpec> {
    // No path of `any_path` begins with an underscore, so none of these redirects to itself.
    let location =
        "/_(/[a-z]{1,5}|%2[0-9A-F]){0,4}(\\?[a-z]=[a-z])?(#[a-z]{1,4})?|https?://[a-z]{1,9}\\.org(/[a-z]{0,5})?";
    (sample::select(vec![301, 302, 307, 308]), text(location), field_value())
        .prop_map(|(status, location, cache_control)| RedirectSpec { status, location, cache_control })
}

fn field_value() -> impl Strategy<Value = String> {
    text("[!-~]([ -~]{0,20}[!-~])?")
}

/// Texts that match a regular expression. It is parsed once; a `&str` as a strategy is parsed for each text.
fn text(regex: &str) -> impl Strategy<Value = String> + use<> {
    string_regex(regex).expect("a regular expression")
}

/// The image that a pack was written from, with variants in the order of their codings.
pub(crate) fn image_of(pack: &Pack<'_>) -> Result<Image, Error> {
    let mut routes = BTreeMap::new();
    for route in pack.routes() {
        let route = route?;
        let mut editions = Vec::new();
        for edition in route.editions() {
            let edition = edition?;
            let content = match edition.content() {
                Content::Page(page) => ContentSpec::Page(page_of(pack, &page)?),
                Content::Redirect(redirect) => ContentSpec::Redirect(RedirectSpec {
                    status: redirect.status(),
                    location: redirect.location().to_owned(),
                    cache_control: redirect.cache_control().to_owned(),
                }),
            };
            editions.push(EditionSpec { from: edition.from(), content });
        }
        routes.insert(route.path().to_owned(), editions);
    }
    Ok(Image { time: pack.time(), routes })
}

fn page_of(pack: &Pack<'_>, page: &Page<'_>) -> Result<PageSpec, Error> {
    let alternate = page.alternate().map(|index| pack.route_at(index)).transpose()?;
    let mut variants = Vec::new();
    for variant in page.variants() {
        let variant = variant?;
        let (etag, bytes) = (variant.etag().to_owned(), variant.checked_bytes()?.into_owned());
        variants.push(VariantSpec { coding: variant.coding(), etag, bytes });
    }
    Ok(PageSpec {
        content_type: page.content_type().to_owned(),
        cache_control: page.cache_control().to_owned(),
        security_policy: page.security_policy().to_owned(),
        class: page.class(),
        alternate: alternate.map(|route| route.path().to_owned()),
        variants,
    })
}

/// The same image, with variants in the order of a pack.
pub(crate) fn in_stored_order(mut image: Image) -> Image {
    for edition in image.routes.values_mut().flatten() {
        if let ContentSpec::Page(page) = &mut edition.content {
            page.variants.sort_by_key(|variant| variant.coding);
        }
    }
    image
}
