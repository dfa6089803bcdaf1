//! The last step: every output becomes an entry of the pack, with its content codings, a strong entity tag for each, and its security policy.
//!
//! Compressing is most of the time of a build. Codings that the pack of an earlier build contains are taken from there.

use std::collections::HashMap;

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, RedirectSpec, VariantSpec, WriteError};
use graven_pack::{ALWAYS, Coding, Content, Pack};
use rayon::prelude::*;

use crate::assets::fingerprint;
use crate::check::Policies;
use crate::compression;
use crate::output::{Cache, Document, Output, Outputs};
use crate::{search, security_policy};

/// Encodes the outputs as a pack with the time `time`.
///
/// # Errors
/// If the format of the pack cannot hold them: a bug of press, or a site of more than 4 GiB.
pub(crate) fn encode(
    outputs: &Outputs,
    policies: &Policies,
    time: i64,
    previous: Option<Pack>,
) -> Result<Vec<u8>, WriteError> {
    let known = previous.map(Variants::of).unwrap_or_default();
    let routes: Vec<(String, Vec<EditionSpec>)> = outputs
        .par_iter()
        .map(|(path, output)| {
            let policy = policies.get(path.as_str()).map_or(security_policy::NOTHING, String::as_str);
            (path.clone(), vec![EditionSpec { from: ALWAYS, content: content(output, policy, &known) }])
        })
        .collect();
    Image { time, routes: routes.into_iter().collect() }.write()
}

fn content(output: &Output, policy: &str, known: &Variants) -> ContentSpec {
    match output {
        Output::Document(document) => ContentSpec::Page(page(document, policy, known)),
        Output::Redirect(location) => ContentSpec::Redirect(RedirectSpec {
            status: PERMANENT_REDIRECT,
            location: location.clone(),
            cache_control: Cache::Hour.field_value().to_owned(),
        }),
    }
}

/// RFC 9110 §15.4.9: moved permanently; the method must not change.
const PERMANENT_REDIRECT: u16 = 308;

fn page(document: &Document, policy: &str, known: &Variants) -> PageSpec {
    PageSpec {
        content_type: document.media_type.clone(),
        cache_control: document.cache.field_value().to_owned(),
        security_policy: policy.to_owned(),
        class: document.class,
        alternate: document.alternate.clone(),
        variants: variants(document, known),
    }
}

/// The codings of a document, identity first. The entity tags of compressible documents depend on the generation of the coders too: if an earlier pack
/// has such a tag, its other variants are those that the coders would make now.
fn variants(document: &Document, known: &Variants) -> Vec<VariantSpec> {
    if !is_compressible(&document.media_type) {
        return vec![variant(Coding::Identity, document.body.clone(), &[])];
    }
    let generation = compression::generation();
    let identity = variant(Coding::Identity, document.body.clone(), generation);
    if let Some(variants) = known.get(&identity) {
        return variants.to_vec();
    }
    let coded =
        compression::coded(&document.body).into_iter().map(|(coding, bytes)| variant(coding, bytes, generation));
    std::iter::once(identity).chain(coded).collect()
}

fn variant(coding: Coding, bytes: Vec<u8>, generation: &[u8]) -> VariantSpec {
    VariantSpec { coding, etag: format!("\"{}\"", fingerprint([generation, &bytes])), bytes }
}

/// Whether a type is worth compressing. Pictures, sound, video, fonts and archives are compressed already, and trying costs time.
fn is_compressible(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    match essence.split_once('/') {
        Some(("image", subtype)) => matches!(subtype, "svg+xml" | "x-icon" | "vnd.microsoft.icon" | "bmp"),
        Some(("audio" | "video", _)) => false,
        Some(("font", subtype)) => !matches!(subtype, "woff" | "woff2"),
        Some(("application", _)) if essence == search::MEDIA_TYPE => false,
        Some(("application", subtype)) => !matches!(
            subtype,
            "zip" | "gzip" | "x-xz" | "x-bzip2" | "zstd" | "x-7z-compressed" | "font-woff" | "font-woff2"
        ),
        _ => true,
    }
}

/// The variants of an earlier pack, by the entity tag of their identity coding, which identifies the coders of the others.
#[derive(Default)]
struct Variants(HashMap<String, Vec<VariantSpec>>);

impl Variants {
    /// Of a damaged pack, nothing is used: everything is compressed again.
    fn of(pack: Pack) -> Self {
        let mut known = HashMap::new();
        if pack.verify().is_err() {
            return Self(known);
        }
        for route in pack.routes().flatten() {
            for edition in route.editions().flatten() {
                let Content::Page(page) = edition.content() else { continue };
                let variants: Vec<VariantSpec> = page
                    .variants()
                    .flatten()
                    .map(|variant| VariantSpec {
                        coding: variant.coding(),
                        etag: variant.etag().to_owned(),
                        bytes: variant.bytes().to_vec(),
                    })
                    .collect();
                if let Some(identity) = variants.first() {
                    known.insert(identity.etag.clone(), variants);
                }
            }
        }
        Self(known)
    }

    fn get(&self, identity: &VariantSpec) -> Option<&[VariantSpec]> {
        let variants = self.0.get(&identity.etag)?;
        variants.first().is_some_and(|known| known.bytes == identity.bytes).then_some(variants)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(body: &[u8]) -> Document {
        Document { body: body.to_vec(), ..Document::file("a.txt", b"") }
    }

    fn outputs(text: &[u8]) -> Outputs {
        Outputs::from([("/a.txt".to_owned(), Output::Document(document(text)))])
    }

    #[test]
    fn variants_of_an_earlier_pack_are_used_again() {
        let text = "again and again ".repeat(50).into_bytes();
        let first = encode(&outputs(&text), &Policies::new(), 0, None).expect("encodes");
        let pack = Pack::open(&first).expect("opens");
        let identity = variant(Coding::Identity, text.clone(), compression::generation());
        let known = Variants::of(pack);
        assert_eq!(known.get(&identity), Some(&variants(&document(&text), &Variants::default())[..]));
        assert_eq!(encode(&outputs(&text), &Policies::new(), 0, Some(pack)).expect("encodes"), first);
    }

    #[test]
    fn variants_of_another_generation_of_coders_are_not_used() {
        let text = "again and again ".repeat(50).into_bytes();
        let clean = encode(&outputs(&text), &Policies::new(), 0, None).expect("encodes");
        let mut of_others = page(&document(&text), security_policy::NOTHING, &Variants::default());
        of_others.variants = vec![
            variant(Coding::Identity, text.clone(), b"another"),
            variant(Coding::Gzip, b"compressed otherwise".to_vec(), b"another"),
        ];
        let edition = EditionSpec { from: ALWAYS, content: ContentSpec::Page(of_others) };
        let routes = [("/a.txt".to_owned(), vec![edition])].into();
        let earlier = Image { time: 0, routes }.write().expect("encodes");
        let earlier = Pack::open(&earlier).expect("opens");
        assert!(encode(&outputs(&text), &Policies::new(), 0, Some(earlier)).expect("encodes") == clean);
    }

    #[test]
    fn pictures_and_fonts_are_not_compressed_twice() {
        for (media_type, expected) in [
            ("text/html; charset=utf-8", true),
            ("image/svg+xml", true),
            ("image/png", false),
            ("font/woff2", false),
            ("font/ttf", true),
            ("video/mp4", false),
            ("application/wasm", true),
            ("application/zip", false),
            ("application/octet-stream", true),
        ] {
            assert_eq!(is_compressible(media_type), expected, "{media_type}");
        }
    }
}
