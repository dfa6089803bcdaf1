//! The last step: every output becomes an entry of the pack, with its content codings, a strong entity tag for each, and its security policy.

use std::io::{Read, Seek, Write};

use graven_pack::write::{ContentSpec, EditionSpec, PageSpec, RedirectSpec, VariantSpec, WriteError, Writer};
use graven_pack::{ALWAYS, Coding};
use rayon::prelude::*;

use crate::assets::fingerprint;
use crate::cache::Cache;
use crate::check::Inspections;
use crate::options::Codings;
use crate::output::{self, Document, Freshness, Output, Outputs};
use crate::{codings, compression, security_policy};

/// How many documents are encoded, and in memory, at the same time: some hundred for each core, since all wait for the largest of them.
const IN_FLIGHT: usize = 128;

/// Encodes the outputs with the content codings `codings`, and puts them into the pack.
///
/// # Errors
/// If the format of the pack cannot hold them: a bug of press, or a site of more than 4 GiB. If the pack cannot be written.
pub(crate) fn encode<S: Read + Write + Seek>(
    (outputs, inspections): (&Outputs, &Inspections),
    (codings, cache): (Codings, &Cache),
    pack: &mut Writer<S>,
) -> Result<(), WriteError> {
    let coders = match codings {
        Codings::All => Some(cache),
        Codings::Identity => None,
    };
    let encode = |(path, output): &(&String, &Output)| editions((path, output), inspections, coders);
    // A card is drawn for other sites, which do not see a preview.
    let is_left_out = |output: &Output| match output {
        Output::Document(document) => codings == Codings::Identity && document.is_drawn(),
        Output::Redirect(_) => false,
    };
    let outputs: Vec<(&String, &Output)> = outputs.iter().filter(|(_, output)| !is_left_out(output)).collect();
    for outputs in outputs.chunks(IN_FLIGHT) {
        let encoded: Vec<_> = outputs.par_iter().map(encode).collect();
        for ((path, _), editions) in outputs.iter().zip(&encoded) {
            pack.put(path, editions)?;
        }
    }
    Ok(())
}

/// The editions of an output. `coders` is the cache of what coders have made; without it, identity is the only coding.
pub(crate) fn editions(
    (path, output): (&str, &Output),
    inspections: &Inspections,
    coders: Option<&Cache>,
) -> [EditionSpec; 1] {
    let policy = inspections.get(path).and_then(|inspection| inspection.policy.as_deref());
    let content = content(output, policy.unwrap_or(security_policy::NOTHING), coders);
    [EditionSpec { from: ALWAYS, content }]
}

fn content(output: &Output, policy: &str, coders: Option<&Cache>) -> ContentSpec {
    match output {
        Output::Document(document) => ContentSpec::Page(page(document, policy, coders)),
        Output::Redirect(location) => ContentSpec::Redirect(RedirectSpec {
            status: PERMANENT_REDIRECT,
            location: location.clone(),
            cache_control: Freshness::Hour.field_value().to_owned(),
        }),
    }
}

/// RFC 9110 §15.4.9: moved permanently; the method must not change.
const PERMANENT_REDIRECT: u16 = 308;

fn page(document: &Document, policy: &str, coders: Option<&Cache>) -> PageSpec {
    PageSpec {
        content_type: document.media_type.clone(),
        cache_control: document.freshness.field_value().to_owned(),
        security_policy: policy.to_owned(),
        class: document.class,
        alternate: document.alternate.clone(),
        variants: variants(document, coders),
    }
}

/// The codings of a document, identity first. The entity tags of compressible documents depend on the generation of the coders too. `coders` is the cache
/// of what they have made; without it, identity is the only coding.
fn variants(document: &Document, coders: Option<&Cache>) -> Vec<VariantSpec> {
    let Some(cache) = coders.filter(|_| is_compressible(&document.media_type)) else {
        return vec![variant(Coding::Identity, document.body().into_owned(), &[])];
    };
    let generation = compression::generation();
    let identity = variant(Coding::Identity, document.body().into_owned(), generation);
    let coded = codings::of(&identity.bytes, cache).into_iter();
    let coded = coded.map(|(coding, bytes)| variant(coding, bytes, generation)).collect::<Vec<_>>();
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
        Some(("application", _)) if essence == output::SEARCH_INDEX => false,
        Some(("application", subtype)) => !matches!(
            subtype,
            "zip" | "gzip" | "x-xz" | "x-bzip2" | "zstd" | "x-7z-compressed" | "font-woff" | "font-woff2"
        ),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
