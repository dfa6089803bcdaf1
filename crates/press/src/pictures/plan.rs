//! What a page offers of a picture. Only the head of the file is read here: the routes contain a hash of the file and of the coders, and not of the
//! results.

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use super::metadata::{self, Format, Metadata};
use super::{encode, pixels};
use crate::assets::{Asset, fingerprint};

/// The widths that a page offers, if the picture is wider, in pixels. A text is at most some 700 pixels wide, so that a display of double density needs
/// no more than the last; a phone takes one of the first.
const WIDTHS: [u32; 4] = [400, 800, 1200, 1600];

/// A picture that is narrower, or a file that is smaller, is left as it is: other widths would save next to nothing.
const SMALL_WIDTH: u32 = 400;
/// In bytes.
const SMALL_FILE: usize = 16 * 1024;

/// The width for browsers that do not read WebP, and for feeds.
const FALLBACK: u32 = 1200;

/// The most pixels of a picture: some 200 MB while it is scaled. A small file may claim to have more than any memory holds.
const MOST_PIXELS: u64 = 50_000_000;

/// What a page offers of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    /// The path of the file in the source tree.
    pub(crate) source: String,
    /// As shown: turned upright.
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// WebP in several widths, the narrowest first, though a file may be a wider one that is smaller. Empty if the picture is left as it is.
    pub(crate) variants: Vec<Variant>,
    /// In the format of the file. `None` if the file itself is small enough.
    pub(crate) fallback: Option<Variant>,
}

/// A picture in one width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) route: String,
    pub(crate) width: u32,
    pub(super) format: Format,
}

impl Picture {
    /// The plan for a file. `None` if it is no picture of a known format.
    ///
    /// # Errors
    /// If the picture cannot be read, or is too large.
    pub(crate) fn plan(source: &str, bytes: &[u8]) -> Result<Option<Self>, String> {
        let Some(format) = Format::of(bytes) else { return Ok(None) };
        let Some((metadata, published)) = metadata::read(bytes) else {
            return Err(format!("this {} file is damaged", format.name()));
        };
        let (width, height) = metadata.upright();
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            let most = MOST_PIXELS / 1_000_000;
            return Err(format!("this picture has {width} × {height} pixels; the most are {most} million"));
        }
        let mut picture = Self { source: source.to_owned(), width, height, variants: Vec::new(), fallback: None };
        if !metadata.is_animated && width > SMALL_WIDTH && published.len() > SMALL_FILE {
            picture.offer(metadata.format, bytes);
        }
        Ok(Some(picture))
    }

    fn offer(&mut self, format: Format, bytes: &[u8]) {
        let hash = fingerprint([generation(), bytes]);
        let name = Asset::new(&self.source, bytes).route;
        let stem = name.split('.').next().unwrap_or_default();
        let variant = |width: u32, format: Format| Variant {
            route: format!("{stem}-{width}.{hash}.{}", format.extension()),
            width,
            format,
        };
        let full = self.width.min(WIDTHS[WIDTHS.len() - 1]);
        let narrower = WIDTHS.into_iter().filter(|width| *width < full);
        self.variants = narrower.chain([full]).map(|width| variant(width, Format::WebP)).collect();
        self.fallback = (self.width > FALLBACK).then(|| variant(FALLBACK, format));
    }
}

impl Metadata {
    /// Width and height after the picture is turned upright: orientations from 5 on lie on their side.
    pub(super) fn upright(&self) -> (u32, u32) {
        if self.orientation < 5 { (self.width, self.height) } else { (self.height, self.width) }
    }
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
        }
    }
}

/// A hash of everything that makes files from pixels: this code, and a sample of the coders.
pub(super) fn generation() -> &'static [u8] {
    static GENERATION: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut hash = Sha256::new_with_prefix(include_str!("pixels.rs"));
        hash.update(include_str!("encode.rs"));
        hash.update(include_str!("metadata.rs"));
        hash.update(include_str!("publish.rs"));
        for format in [Format::WebP, Format::Jpeg, Format::Png] {
            hash.update(encode::encode(&pixels::sample(), format, true, None));
        }
        hash.finalize().to_vec()
    });
    &GENERATION
}

#[cfg(test)]
mod tests {
    use super::super::pixels::tests::{gradient, jpeg_of, noise, png_of};
    use super::*;

    fn plan(bytes: &[u8]) -> Picture {
        Picture::plan("posts/a/My photo.jpg", bytes).expect("it can be read").expect("it is a picture")
    }

    #[test]
    fn a_large_picture_is_offered_in_several_widths() {
        for (width, widths, fallback) in [
            (401, &[400, 401][..], None),
            (1000, &[400, 800, 1000], None),
            (1300, &[400, 800, 1200, 1300], Some(1200)),
            (2400, &[400, 800, 1200, 1600], Some(1200)),
        ] {
            let picture = plan(&jpeg_of(&noise(width, 300)));
            assert_eq!(picture.variants.iter().map(|variant| variant.width).collect::<Vec<_>>(), widths);
            assert_eq!(picture.fallback.as_ref().map(|variant| variant.width), fallback);
            assert!(picture.variants[0].route.starts_with("/assets/my-photo-400."), "{picture:?}");
        }
    }

    #[test]
    fn small_and_animated_pictures_are_left_as_they_are() {
        let gif = b"GIF89a\x00\x08\x00\x08\0\0\0;";
        for bytes in [png_of(&gradient(399, 300)), png_of(&gradient(800, 10)), gif.to_vec()] {
            assert_eq!(plan(&bytes).variants, []);
        }
    }

    #[test]
    fn a_picture_that_would_fill_the_memory_or_is_damaged_is_an_error() {
        let mut bomb = png_of(&gradient(20, 10));
        bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        let error = Picture::plan("a.png", &bomb).expect_err("it is too large");
        assert_eq!(error, "this picture has 65536 × 65536 pixels; the most are 50 million");
        assert_eq!(Picture::plan("a.jpg", b"\xff\xd8\xff\xe0"), Err("this JPEG file is damaged".to_owned()));
        assert_eq!(Picture::plan("a.csv", b"1,2"), Ok(None));
    }
}
