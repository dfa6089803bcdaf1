//! PNG with a palette (PNG third edition, §4.4.2): a drawing has few colours, so that a byte for each pixel is enough, and compresses best.

use std::collections::BTreeMap;

use libdeflater::{CompressionLvl, Compressor, Crc};
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

/// The most colours of a palette.
const COLOURS: usize = 256;

/// Red, green, blue, opacity.
type Colour = [u8; 4];

/// The pixels as a PNG file. More than 256 colours are reduced to the most frequent among similar ones.
pub(super) fn encode(pixels: &Pixmap) -> Vec<u8> {
    let (palette, indices) = quantised(&runs(pixels));
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    // Eight bits a pixel, a palette, no interlacing.
    let header = [&pixels.width().to_be_bytes()[..], &pixels.height().to_be_bytes(), &[8, 3, 0, 0, 0]].concat();
    push_chunk(&mut file, *b"IHDR", &header);
    push_chunk(&mut file, *b"PLTE", &palette.iter().flat_map(|colour| colour[..3].to_vec()).collect::<Vec<u8>>());
    let opacities: Vec<u8> = palette.iter().map(|colour| colour[3]).collect();
    if opacities.iter().any(|opacity| *opacity < u8::MAX) {
        push_chunk(&mut file, *b"tRNS", &opacities);
    }
    let width = usize::try_from(pixels.width()).expect("a width fits into memory");
    // Each row after its filter: none.
    let mut rows = Vec::with_capacity(indices.len() + indices.len() / width);
    for row in indices.chunks(width) {
        rows.push(0);
        rows.extend_from_slice(row);
    }
    push_chunk(&mut file, *b"IDAT", &compressed(&rows));
    push_chunk(&mut file, *b"IEND", &[]);
    file
}

fn push_chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).expect("a chunk is shorter than 4 GiB");
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(data);
    file.extend([&length.to_be_bytes()[..], &kind, data, &crc.sum().to_be_bytes()].concat());
}

/// The level of libdeflate. Each post has a card, and the best level, 12, takes three quarters of the time of drawing one, for a tenth fewer bytes.
const LEVEL: i32 = 9;

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::new(LEVEL).expect("libdeflate has levels from 0 to 12"));
    let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let length = compressor.zlib_compress(bytes, &mut out).expect("the buffer is as long as the bound");
    out.truncate(length);
    out
}

/// The colours, each with how often it follows itself: a drawing has long runs.
fn runs(pixels: &Pixmap) -> Vec<(Colour, usize)> {
    let mut runs: Vec<(PremultipliedColorU8, usize)> = Vec::new();
    for pixel in pixels.pixels() {
        match runs.last_mut() {
            Some((colour, length)) if colour == pixel => *length += 1,
            _ => runs.push((*pixel, 1)),
        }
    }
    let plain = |pixel: PremultipliedColorU8| {
        let colour = pixel.demultiply();
        [colour.red(), colour.green(), colour.blue(), colour.alpha()]
    };
    runs.into_iter().map(|(pixel, length)| (plain(pixel), length)).collect()
}

/// A palette, and the index into it of each pixel.
fn quantised(runs: &[(Colour, usize)]) -> (Vec<Colour>, Vec<u8>) {
    let mut counts: BTreeMap<Colour, usize> = BTreeMap::new();
    for (colour, length) in runs {
        *counts.entry(*colour).or_default() += length;
    }
    // With fewer bits a channel, more colours are similar.
    let chosen = (0..8).map(|bits| representatives(&counts, bits)).find(|(_, palette)| palette.len() <= COLOURS);
    let (bits, palette) = chosen.expect("with one bit for each channel there are 16 colours");
    let index_of: BTreeMap<Colour, u8> = palette.keys().copied().zip(0..=u8::MAX).collect();
    let mut indices = Vec::new();
    for (colour, length) in runs {
        indices.resize(indices.len() + length, index_of[&coarse(*colour, bits)]);
    }
    (palette.into_values().collect(), indices)
}

/// The most frequent of the colours that differ in their last bits only.
fn representatives(counts: &BTreeMap<Colour, usize>, bits: u32) -> (u32, BTreeMap<Colour, Colour>) {
    let mut most: BTreeMap<Colour, (usize, Colour)> = BTreeMap::new();
    for (colour, count) in counts {
        let best = most.entry(coarse(*colour, bits)).or_insert((*count, *colour));
        if *count > best.0 {
            *best = (*count, *colour);
        }
    }
    (bits, most.into_iter().map(|(coarse, (_, colour))| (coarse, colour)).collect())
}

fn coarse(colour: Colour, bits: u32) -> Colour {
    colour.map(|channel| channel >> bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of these colours in one row.
    fn picture(colours: &[Colour]) -> Pixmap {
        let width = u32::try_from(colours.len()).expect("a short row");
        let mut pixels = Pixmap::new(width, 1).expect("a picture");
        for (pixel, [red, green, blue, _]) in pixels.pixels_mut().iter_mut().zip(colours) {
            *pixel = PremultipliedColorU8::from_rgba(*red, *green, *blue, u8::MAX).expect("it is opaque");
        }
        pixels
    }

    #[test]
    fn a_picture_of_few_colours_is_kept_exactly() {
        let pixels = picture(&[[1, 2, 3, 255], [250, 0, 7, 255], [1, 2, 3, 255]]);
        let file = encode(&pixels);
        assert_eq!(Pixmap::decode_png(&file).expect("a PNG file"), pixels);
    }

    #[test]
    fn more_colours_become_their_most_frequent_neighbours() {
        let shades = (0..=255).flat_map(|shade| [([shade, 0, 0, 255], 1), ([shade, shade, 9, 255], 1)]);
        let shades: Vec<(Colour, usize)> = shades.collect();
        let (palette, indices) = quantised(&shades);
        assert!(palette.len() <= COLOURS);
        for ((shade, _), index) in shades.iter().zip(indices) {
            let found = palette[usize::from(index)];
            assert!(shade.iter().zip(found).all(|(a, b)| a.abs_diff(b) < 4), "{shade:?} became {found:?}");
        }
    }
}
