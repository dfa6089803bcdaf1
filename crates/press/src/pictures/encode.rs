//! The files of a picture in one width.

use jpeg_encoder::{ColorType, Encoder as JpegEncoder};

use super::metadata::Format;
use super::pixels::Pixels;

/// The quality of photographs, of 100: where the loss begins to be seen next to the original.
const QUALITY: u8 = 80;

/// The quality at which a drawing is tried, whose edges show losses first.
const QUALITY_OF_DRAWINGS: f32 = 90.0;

/// A picture as a file. A photograph, which was stored with losses, is stored with losses again. Of anything else, WebP is exact unless that is twice as
/// large as with losses: photographs are stored as PNG too.
pub(super) fn encode(pixels: &Pixels, format: Format, is_photograph: bool, profile: Option<&[u8]>) -> Vec<u8> {
    match format {
        Format::Jpeg => jpeg(pixels, profile),
        Format::WebP if is_photograph => with_profile(webp(pixels, Some(f32::from(QUALITY))), profile, pixels),
        Format::WebP => {
            let (exact, lossy) = (webp(pixels, None), webp(pixels, Some(QUALITY_OF_DRAWINGS)));
            with_profile(if lossy.len() * 2 < exact.len() { lossy } else { exact }, profile, pixels)
        }
        Format::Png | Format::Gif => png(pixels, profile),
    }
}

/// `quality` is `None` for an exact copy.
fn webp(pixels: &Pixels, quality: Option<f32>) -> Vec<u8> {
    let (width, height) = (of(pixels.width), of(pixels.height));
    let encoder = webp::Encoder::from_rgba(&pixels.bytes, width, height);
    let file = encoder.encode_simple(quality.is_none(), quality.unwrap_or(75.0));
    file.expect("the sizes are within the format's, and memory is there").to_vec()
}

/// Puts a colour profile into a WebP file: the extended form (RFC 9649 §2.7), whose head says that there is one.
fn with_profile(file: Vec<u8>, profile: Option<&[u8]>, pixels: &Pixels) -> Vec<u8> {
    const HAS_PROFILE: u8 = 0b10_0000;
    const HAS_OPACITY: u8 = 0b1_0000;
    let Some(profile) = profile else { return file };
    let flags = HAS_PROFILE | if pixels.is_opaque() { 0 } else { HAS_OPACITY };
    let less_one = |size: usize| of(size - 1).to_le_bytes();
    let head = [&[flags, 0, 0, 0][..], &less_one(pixels.width)[..3], &less_one(pixels.height)[..3]].concat();
    // An encoder that wrote the extended form has its own head.
    let images = if file[12..].starts_with(b"VP8X") { &file[30..] } else { &file[12..] };
    let mut body = b"WEBP".to_vec();
    push_chunk(&mut body, *b"VP8X", &head);
    push_chunk(&mut body, *b"ICCP", profile);
    body.extend(images);
    [&b"RIFF"[..], &of(body.len()).to_le_bytes(), &body].concat()
}

fn push_chunk(body: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    body.extend(kind);
    body.extend(of(data.len()).to_le_bytes());
    body.extend(data);
    body.resize(body.len().next_multiple_of(2), 0);
}

fn jpeg(pixels: &Pixels, profile: Option<&[u8]>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new(&mut file, QUALITY);
    encoder.set_progressive(true);
    encoder.set_optimized_huffman_tables(true);
    if let Some(profile) = profile {
        encoder.add_icc_profile(profile).expect("a profile of less than 16 MB fits");
    }
    let side =
        |size: usize| u16::try_from(size).expect("no variant is wider than 1,600 pixels, and none is 40 times as high");
    let written = encoder.encode(&pixels.bytes, side(pixels.width), side(pixels.height), ColorType::Rgba);
    written.expect("writing to memory cannot fail");
    file
}

fn png(pixels: &Pixels, profile: Option<&[u8]>) -> Vec<u8> {
    let mut info = png::Info::with_size(of(pixels.width), of(pixels.height));
    let is_opaque = pixels.is_opaque();
    info.bit_depth = png::BitDepth::Eight;
    info.color_type = if is_opaque { png::ColorType::Rgb } else { png::ColorType::Rgba };
    info.icc_profile = profile.map(|profile| profile.to_vec().into());
    let mut file = Vec::new();
    let opaque = || pixels.bytes.chunks_exact(4).flat_map(|pixel| &pixel[..3]).copied().collect();
    let bytes: Vec<u8> = if is_opaque { opaque() } else { pixels.bytes.clone() };
    let write = |file: &mut Vec<u8>| -> Result<(), png::EncodingError> {
        let mut encoder = png::Encoder::with_info(file, info)?;
        encoder.set_compression(png::Compression::Best);
        encoder.write_header()?.write_image_data(&bytes)
    };
    write(&mut file).expect("the data has the size of the picture");
    file
}

fn of(size: usize) -> u32 {
    u32::try_from(size).expect("no picture is larger than its limit")
}

#[cfg(test)]
mod tests {
    use super::super::metadata;
    use super::super::pixels::tests::gradient;
    use super::*;

    #[test]
    fn every_format_keeps_a_colour_profile() {
        // As much of a profile as is looked at.
        let profile = [&[0; 12][..], b"mntrRGB XYZ ", &[7; 101]].concat();
        for format in [Format::Jpeg, Format::WebP, Format::Png] {
            let file = encode(&gradient(50, 40), format, true, Some(&profile));
            let (metadata, published) = metadata::read(&file).expect("a picture");
            assert_eq!(metadata.profile.as_deref(), Some(&profile[..]), "{format:?}");
            assert_eq!((metadata.width, metadata.height, &*published), (50, 40, &file[..]), "{format:?}");
        }
    }
}
