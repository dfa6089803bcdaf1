//! Encode: the last step. Every output becomes an entry of the pack: its content codings as small as they can be made, a strong entity tag each,
//! its security policy. What the pack of the build before holds already is taken from there, since compressing is most of a build's time.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, RedirectSpec, VariantSpec, WriteError};
use graven_pack::{ALWAYS, Coding, Content, Pack};
use libdeflater::{CompressionLvl, Compressor};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::output::{Cache, Document, Output, Outputs};
use crate::security_policy;

/// The outputs as the bytes of a pack whose own time is `time`.
///
/// # Errors
/// What the pack's format cannot hold, which is a fault of press or a site of more than 4 GiB.
pub fn encode(outputs: &Outputs, time: i64, previous: Option<Pack>) -> Result<Vec<u8>, WriteError> {
    let known = previous.map(Variants::of).unwrap_or_default();
    let routes: Vec<(String, Vec<EditionSpec>)> = outputs
        .par_iter()
        .map(|(path, output)| (path.clone(), vec![EditionSpec { from: ALWAYS, content: content(output, &known) }]))
        .collect();
    Image { time, routes: routes.into_iter().collect() }.write()
}

fn content(output: &Output, known: &Variants) -> ContentSpec {
    match output {
        Output::Document(document) => ContentSpec::Page(page(document, known)),
        Output::Redirect(location) => ContentSpec::Redirect(RedirectSpec {
            status: PERMANENT_REDIRECT,
            location: location.clone(),
            cache_control: Cache::Hour.field_value().to_owned(),
        }),
    }
}

/// RFC 9110 §15.4.9: moved, and the method stays what it was.
const PERMANENT_REDIRECT: u16 = 308;

fn page(document: &Document, known: &Variants) -> PageSpec {
    PageSpec {
        content_type: document.media_type.clone(),
        cache_control: document.cache.field_value().to_owned(),
        security_policy: security_policy::of(document),
        class: document.class,
        alternate: document.alternate.clone(),
        variants: variants(document, known),
    }
}

/// The codings of a document, identity first.
fn variants(document: &Document, known: &Variants) -> Vec<VariantSpec> {
    let identity = variant(Coding::Identity, document.body.clone());
    if !is_compressible(&document.media_type) {
        return vec![identity];
    }
    if let Some(variants) = known.get(&identity) {
        return variants.to_vec();
    }
    let mut variants = vec![identity];
    for coding in [Coding::Gzip, Coding::Brotli, Coding::Zstd] {
        let bytes = compress(coding, &document.body);
        if is_worth_storing(coding, bytes.len(), &variants) {
            variants.push(variant(coding, bytes));
        }
    }
    variants
}

/// Whether a coding is stored beside those that are stored already: if it is smaller than identity. Zstandard must be smaller than Brotli as well: whoever
/// takes it takes Brotli too, and is sent the smallest, so that the other would only make the executable larger.
fn is_worth_storing(coding: Coding, length: usize, stored: &[VariantSpec]) -> bool {
    stored.iter().all(|stored| match (coding, stored.coding) {
        (_, Coding::Identity) | (Coding::Zstd, Coding::Brotli) => length < stored.bytes.len(),
        _ => true,
    })
}

fn variant(coding: Coding, bytes: Vec<u8>) -> VariantSpec {
    VariantSpec { coding, etag: format!("\"{}\"", hash_name(&bytes)), bytes }
}

/// How many hexadecimal digits of a SHA-256 name a content: 64 bits, so that two contents of one site never share a name by chance.
const HASH_DIGITS: usize = 16;

/// The name of some bytes by their content: what entity tags and fingerprinted assets carry.
#[must_use]
pub fn hash_name(bytes: &[u8]) -> String {
    let mut name = String::with_capacity(HASH_DIGITS);
    for byte in Sha256::digest(bytes).iter().take(HASH_DIGITS / 2) {
        write!(name, "{byte:02x}").expect("writing to a string cannot fail");
    }
    name
}

/// Whether a type is worth compressing: pictures, sound, video, fonts and archives bring their own compression, and trying costs time.
fn is_compressible(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default();
    match essence.split_once('/') {
        Some(("image", subtype)) => matches!(subtype, "svg+xml" | "x-icon" | "vnd.microsoft.icon" | "bmp"),
        Some(("audio" | "video", _)) => false,
        Some(("font", subtype)) => !matches!(subtype, "woff" | "woff2"),
        Some(("application", subtype)) => !matches!(
            subtype,
            "zip" | "gzip" | "x-xz" | "x-bzip2" | "zstd" | "x-7z-compressed" | "font-woff" | "font-woff2"
        ),
        _ => true,
    }
}

fn compress(coding: Coding, bytes: &[u8]) -> Vec<u8> {
    match coding {
        Coding::Identity => bytes.to_vec(),
        Coding::Gzip => gzip(bytes),
        Coding::Brotli => brotli(bytes),
        Coding::Zstd => zstd(bytes),
    }
}

/// libdeflate's level 12: an optimal parse, within a percent of zopfli at a hundredth of its time.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::best());
    let mut out = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length = compressor.gzip_compress(bytes, &mut out).expect("the buffer is as long as the bound");
    out.truncate(length);
    out
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, size_hint: bytes.len(), ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut io::Cursor::new(bytes), &mut out, &parameters).expect("writing to memory cannot fail");
    out
}

/// The largest window that a browser must offer for zstd: 8 MiB (RFC 9659 §3).
const ZSTD_WINDOW_LOG: u32 = 23;

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let level = *zstd::compression_level_range().end();
    let attempt = || -> io::Result<Vec<u8>> {
        let mut compressor = zstd::bulk::Compressor::new(level)?;
        if bytes.len() > 1 << ZSTD_WINDOW_LOG {
            compressor.set_parameter(zstd::zstd_safe::CParameter::WindowLog(ZSTD_WINDOW_LOG))?;
        }
        compressor.compress(bytes)
    };
    attempt().expect("the parameters are within zstd's range and memory is there")
}

/// The variants of an earlier pack, by the entity tag of their identity coding.
#[derive(Default)]
struct Variants(HashMap<String, Vec<VariantSpec>>);

impl Variants {
    /// A pack that cannot be read is as good as none: everything is compressed anew.
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
    use std::io::Read as _;

    use super::*;

    fn document(body: &[u8]) -> Document {
        Document { body: body.to_vec(), ..Document::file("a.txt", b"") }
    }

    fn decoded(coding: Coding, bytes: &[u8], length: usize) -> Vec<u8> {
        match coding {
            Coding::Identity => bytes.to_vec(),
            Coding::Gzip => {
                let mut out = vec![0; length];
                libdeflater::Decompressor::new().gzip_decompress(bytes, &mut out).expect("valid gzip");
                out
            }
            Coding::Brotli => {
                let mut out = Vec::new();
                brotli::Decompressor::new(bytes, 4096).read_to_end(&mut out).expect("valid brotli");
                out
            }
            Coding::Zstd => zstd::bulk::decompress(bytes, length).expect("valid zstd"),
        }
    }

    #[test]
    fn every_coding_decodes_to_the_identity() {
        let text = "All that is carved is carved once. ".repeat(100).into_bytes();
        for coding in Coding::ALL {
            assert_eq!(decoded(coding, &compress(coding, &text), text.len()), text, "{coding:?}");
        }
    }

    #[test]
    fn zstd_is_stored_only_where_it_is_smaller_than_brotli() {
        let of = |coding, length| VariantSpec { coding, etag: String::new(), bytes: vec![0; length] };
        let stored = [of(Coding::Identity, 100), of(Coding::Gzip, 50), of(Coding::Brotli, 40)];
        for (length, expected) in [(39, true), (40, false), (45, false)] {
            assert_eq!(is_worth_storing(Coding::Zstd, length, &stored), expected, "{length}");
        }
        assert!(is_worth_storing(Coding::Brotli, 60, &stored[..2]), "brotli need not be smaller than gzip");
        assert!(is_worth_storing(Coding::Zstd, 99, &stored[..1]), "where there is no brotli, identity is the measure");
    }

    #[test]
    fn a_coding_that_is_not_smaller_is_not_stored() {
        assert_eq!(variants(&document(b"x"), &Variants::default()).len(), 1);
    }

    #[test]
    fn what_the_earlier_pack_holds_is_taken_from_it() {
        let text = "again and again ".repeat(50).into_bytes();
        let outputs = Outputs::from([("/a.txt".to_owned(), Output::Document(document(&text)))]);
        let first = encode(&outputs, 0, None).expect("encodes");
        let pack = Pack::open(&first).expect("opens");
        let known = Variants::of(pack);
        assert_eq!(
            known.get(&variant(Coding::Identity, text.clone())),
            Some(&variants(&document(&text), &Variants::default())[..])
        );
        assert_eq!(encode(&outputs, 0, Some(pack)).expect("encodes"), first);
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
