//! Content codings: the coders, their settings, and which of their results are stored.
//!
//! [`generation`] identifies all of that. A result is used again only in the generation that made it, so that a build with an earlier pack gives the bytes
//! of a clean build, whatever coders and settings the earlier build had.

use std::io;
use std::sync::LazyLock;

use graven_pack::Coding;
use libdeflater::{CompressionLvl, Compressor};
use sha2::{Digest, Sha256};

/// The text of this file. It contains the settings and the rules, and is a sample for the coders.
const SOURCE: &str = include_str!("compression.rs");

/// A hash of this file and of its codings. It changes with every setting and rule, and with every release of a coder that compresses differently.
pub(crate) fn generation() -> &'static [u8] {
    static GENERATION: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut hash = Sha256::new_with_prefix(SOURCE);
        for (coding, bytes) in coded(SOURCE.as_bytes()) {
            hash.update(coding.token());
            hash.update(bytes);
        }
        hash.finalize().to_vec()
    });
    &GENERATION
}

/// The codings of `body` that are worth storing, in the order of [`Coding`], without identity.
pub(crate) fn coded(body: &[u8]) -> Vec<(Coding, Vec<u8>)> {
    let mut stored = Vec::new();
    for coding in [Coding::Gzip, Coding::Brotli, Coding::Zstd] {
        let bytes = compress(coding, body);
        let lengths = stored.iter().map(|(coding, bytes): &(Coding, Vec<u8>)| (*coding, bytes.len()));
        if is_worth_storing(coding, bytes.len(), [(Coding::Identity, body.len())].into_iter().chain(lengths)) {
            stored.push((coding, bytes));
        }
    }
    stored
}

/// Whether a coding is stored in addition to those that are `stored` already: if it is smaller than identity. Zstandard must be smaller than Brotli too:
/// clients that accept it accept Brotli, and get the smallest, so that a larger one would only make the executable larger.
fn is_worth_storing(coding: Coding, length: usize, mut stored: impl Iterator<Item = (Coding, usize)>) -> bool {
    stored.all(|(other, stored)| match (coding, other) {
        (_, Coding::Identity) | (Coding::Zstd, Coding::Brotli) => length < stored,
        _ => true,
    })
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

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

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
        let text = "The quick brown fox jumps over the lazy dog. ".repeat(100).into_bytes();
        for coding in Coding::ALL {
            assert_eq!(decoded(coding, &compress(coding, &text), text.len()), text, "{coding:?}");
        }
    }

    #[test]
    fn zstd_is_stored_only_where_it_is_smaller_than_brotli() {
        let stored = [(Coding::Identity, 100), (Coding::Gzip, 50), (Coding::Brotli, 40)];
        let is_stored = |coding, length, stored: &[_]| is_worth_storing(coding, length, stored.iter().copied());
        for (length, expected) in [(39, true), (40, false), (45, false)] {
            assert_eq!(is_stored(Coding::Zstd, length, &stored), expected, "{length}");
        }
        assert!(is_stored(Coding::Brotli, 60, &stored[..2]), "brotli need not be smaller than gzip");
        assert!(is_stored(Coding::Zstd, 99, &stored[..1]), "without brotli, it must be smaller than identity");
    }

    #[test]
    fn a_coding_that_is_not_smaller_is_not_stored() {
        assert_eq!(coded(b"x"), []);
    }

    #[test]
    fn the_generation_depends_on_every_coder() {
        let codings: Vec<Coding> = coded(SOURCE.as_bytes()).iter().map(|(coding, _)| *coding).collect();
        assert!(codings.starts_with(&[Coding::Gzip, Coding::Brotli]), "{codings:?}");
        assert_eq!(generation().len(), 32);
    }
}
