//! Content codings: the coders, their settings, and which of their results are stored.
//!
//! Gzip and Brotli are stored where they are smaller than the text. Zstandard is not: of 743 texts of two sites, it was smaller than
//! Brotli only for `/prefetch.json`, by ten bytes, and clients that accept it accept Brotli. What each coder and level costs is measured in `bench/NOTES.md`.
//!
//! [`generation`] identifies all of that. A result is used again only in the generation that made it, so that a build with a cache gives the bytes
//! of a clean build, whatever coders and settings the earlier build had.

use std::ops::Range;
use std::sync::LazyLock;

use graven_pack::Coding;
use libdeflater::{CompressionLvl, Compressor};
use sha2::{Digest, Sha256};

/// Everything that decides which bytes are stored, besides the coders themselves. [`generation`] hashes it as text.
#[derive(Debug)]
struct Settings {
    /// The level of libdeflate.
    gzip: i32,
    /// The quality of Brotli for most texts.
    brotli: i32,
    /// The quality of Brotli for texts that `brotli` makes as long as `close`.
    brotli_close: i32,
    /// Compressed lengths in bytes.
    close: Range<usize>,
}

/// How well a text is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    /// A site has thousands of such texts.
    Usual,
    /// A site has a few such texts, and their lengths count: scripts.
    Most,
}

/// libdeflate's level 10 takes half of the time of its best, 12, and gives 0.14 % more bytes.
///
/// Brotli's quality 10 takes half of the time of 11 and gives 3 % more bytes. They decide about a round trip if an answer is slightly too long for what a
/// server may send before the first acknowledgement: 14,600 bytes, some hundred of which are fields. Any other answer arrives in as many round trips.
const SETTINGS: Settings = Settings { gzip: 10, brotli: 10, brotli_close: 11, close: 13_000..15_000 };

/// A hash of the settings, and of what the coders make of a text with them. It changes with every setting, and with a release of a coder that compresses
/// that text differently.
pub(crate) fn generation() -> &'static [u8] {
    static GENERATION: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut hash = Sha256::new_with_prefix(format!("{SETTINGS:?}"));
        let text = sample(SAMPLE);
        hash.update(gzip(&text));
        for quality in [SETTINGS.brotli, SETTINGS.brotli_close] {
            hash.update(graven_brotli::compress(&text, quality));
        }
        hash.finalize().to_vec()
    });
    &GENERATION
}

/// The length of the text that the generation depends on: every build compresses it.
const SAMPLE: usize = 8192;

/// A text of `length` bytes, always the same. It has what the coders look for: repetitions near and far, words of Brotli's dictionary, and numbers that
/// nothing predicts.
fn sample(length: usize) -> Vec<u8> {
    const WORDS: [&str; 16] = [
        "<p>",
        "</p>\n",
        "the ",
        "quick ",
        "brown ",
        "fox ",
        "jumps ",
        "over ",
        "a ",
        "lazy ",
        "dog",
        ", ",
        "which ",
        "because ",
        "<a href=\"/blog/",
        "\">",
    ];
    let mut state: u32 = 1;
    let mut text = Vec::new();
    while text.len() < length {
        // Numerical Recipes' linear congruential generator; its high bits are the random ones.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.extend_from_slice(WORDS[(state >> 28) as usize].as_bytes());
        if (state >> 24).is_multiple_of(16) {
            text.extend_from_slice(state.to_string().as_bytes());
        }
    }
    text.truncate(length);
    text
}

/// The codings of `body` that are worth storing, in the order of [`Coding`], without identity: those that are smaller than it.
pub(crate) fn coded(body: &[u8], effort: Effort) -> Vec<(Coding, Vec<u8>)> {
    let mut stored = vec![(Coding::Gzip, gzip(body)), (Coding::Brotli, brotli(body, effort))];
    stored.retain(|(_, bytes)| bytes.len() < body.len());
    stored
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut compressor =
        Compressor::new(CompressionLvl::new(SETTINGS.gzip).expect("libdeflate has levels from 0 to 12"));
    let mut out = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let length = compressor.gzip_compress(bytes, &mut out).expect("the buffer is as long as the bound");
    out.truncate(length);
    out
}

/// With the better quality if that is wanted, or if the usual one makes it so long that the difference can count.
fn brotli(bytes: &[u8], effort: Effort) -> Vec<u8> {
    let usual = graven_brotli::compress(bytes, SETTINGS.brotli);
    if effort == Effort::Usual && !SETTINGS.close.contains(&usual.len()) {
        return usual;
    }
    let best = graven_brotli::compress(bytes, SETTINGS.brotli_close);
    if best.len() < usual.len() { best } else { usual }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn decoded(coding: Coding, bytes: &[u8], length: usize) -> Vec<u8> {
        let mut out = Vec::new();
        match coding {
            Coding::Gzip => {
                out.resize(length, 0);
                libdeflater::Decompressor::new().gzip_decompress(bytes, &mut out).expect("valid gzip");
            }
            Coding::Brotli => {
                brotli::Decompressor::new(bytes, 4096).read_to_end(&mut out).expect("valid brotli");
            }
            Coding::Identity | Coding::Zstd => panic!("{coding:?} is not made"),
        }
        out
    }

    #[test]
    fn texts_that_become_smaller_are_stored_in_gzip_and_brotli() {
        // Texts that one coding, or none, makes smaller, and one of each quality.
        for (text, expected) in [
            (Vec::new(), &[][..]),
            (b"x".to_vec(), &[][..]),
            (b"the time of the ".to_vec(), &[Coding::Brotli][..]),
            (sample(1000), &[Coding::Gzip, Coding::Brotli][..]),
            (sample(CLOSE), &[Coding::Gzip, Coding::Brotli][..]),
            (sample(2 * CLOSE), &[Coding::Gzip, Coding::Brotli][..]),
        ] {
            let stored = coded(&text, Effort::Usual);
            let codings: Vec<Coding> = stored.iter().map(|(coding, _)| *coding).collect();
            assert_eq!(codings, expected, "{} bytes", text.len());
            for (coding, bytes) in stored {
                assert!(decoded(coding, &bytes, text.len()) == text, "{coding:?}, {} bytes", text.len());
                assert!(bytes.len() < text.len(), "{coding:?}, {} bytes", text.len());
            }
        }
    }

    /// The length of a sample that is close to the end of the first round trip.
    const CLOSE: usize = 64_000;

    #[test]
    fn texts_whose_last_bytes_count_are_compressed_best() {
        for (length, is_close) in [(CLOSE / 2, false), (CLOSE, true), (2 * CLOSE, false)] {
            let text = sample(length);
            let [usual, best] =
                [SETTINGS.brotli, SETTINGS.brotli_close].map(|quality| graven_brotli::compress(&text, quality));
            assert_eq!(SETTINGS.close.contains(&usual.len()), is_close, "{length} bytes become {}", usual.len());
            assert!(best.len() < usual.len(), "{length} bytes: no quality is better");
            assert!(brotli(&text, Effort::Usual) == if is_close { best } else { usual }, "{length} bytes");
        }
    }

    #[test]
    fn the_sample_is_compressed_differently_at_other_settings() {
        let text = sample(SAMPLE);
        let compressed = |quality| graven_brotli::compress(&text, quality);
        assert!(compressed(SETTINGS.brotli) != compressed(SETTINGS.brotli_close), "the sample is the same in both");
        let codings: Vec<Coding> = coded(&text, Effort::Usual).iter().map(|(coding, _)| *coding).collect();
        assert_eq!(codings, [Coding::Gzip, Coding::Brotli]);
        assert_eq!(generation().len(), 32);
    }
}
