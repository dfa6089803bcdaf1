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
    let (palette, indices) = quantised(&Runs::of(pixels));
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

/// The level of libdeflate. Each post has a card: 9 takes twice as long for 0.9 % fewer bytes, 10 ten times as long for 10 %, and the best, 12, 45 times as
/// long for 16 %.
const LEVEL: i32 = 8;

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::new(LEVEL).expect("libdeflate has levels from 0 to 12"));
    let mut out = vec![0; compressor.zlib_compress_bound(bytes.len())];
    let length = compressor.zlib_compress(bytes, &mut out).expect("the buffer is as long as the bound");
    out.truncate(length);
    out
}

/// The pixels as runs of one colour, which are long in a drawing.
struct Runs {
    /// Distinct colours: a hundred, in most cards.
    colours: Vec<Colour>,
    /// The index of a colour, and how often it follows itself.
    runs: Vec<(usize, usize)>,
}

impl Runs {
    fn of(pixels: &Pixmap) -> Self {
        let runs = || pixels.pixels().chunk_by(PartialEq::eq);
        let mut colours: Vec<[u8; 4]> = runs().map(|run| bytes_of(run[0])).collect();
        colours.sort_unstable();
        colours.dedup();
        let index_of = |pixel| colours.binary_search(&bytes_of(pixel)).expect("all colours are there");
        let runs = runs().map(|run| (index_of(run[0]), run.len())).collect();
        Self { colours: colours.into_iter().map(plain).collect(), runs }
    }
}

fn bytes_of(pixel: PremultipliedColorU8) -> [u8; 4] {
    [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]
}

/// The colour of a premultiplied one.
fn plain([red, green, blue, alpha]: [u8; 4]) -> Colour {
    let pixel = PremultipliedColorU8::from_rgba(red, green, blue, alpha).expect("it was taken from a pixel");
    let colour = pixel.demultiply();
    [colour.red(), colour.green(), colour.blue(), colour.alpha()]
}

/// A palette, and the index into it of each pixel.
fn quantised(Runs { colours, runs }: &Runs) -> (Vec<Colour>, Vec<u8>) {
    let mut pixels_of = vec![0; colours.len()];
    for (index, length) in runs {
        pixels_of[*index] += length;
    }
    // Two pixels of different opacity can have the same colour after rounding.
    let mut counts: BTreeMap<Colour, usize> = BTreeMap::new();
    for (colour, count) in colours.iter().zip(pixels_of) {
        *counts.entry(*colour).or_default() += count;
    }
    // With fewer bits a channel, more colours are similar.
    let chosen = (0..8).map(|bits| representatives(&counts, bits)).find(|(_, palette)| palette.len() <= COLOURS);
    let (bits, palette) = chosen.expect("with one bit for each channel there are 16 colours");
    let index_of: BTreeMap<Colour, u8> = palette.keys().copied().zip(0..=u8::MAX).collect();
    let indices_of_colours: Vec<u8> = colours.iter().map(|colour| index_of[&coarse(*colour, bits)]).collect();
    let mut indices = Vec::with_capacity(runs.iter().map(|(_, length)| length).sum());
    for (index, length) in runs {
        indices.resize(indices.len() + length, indices_of_colours[*index]);
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
    fn a_run_can_go_on_in_the_next_row() {
        let mut pixels = Pixmap::new(3, 2).expect("a picture");
        let shades = [10, 20, 20, 20, 20, 10];
        for (pixel, shade) in pixels.pixels_mut().iter_mut().zip(shades) {
            *pixel = PremultipliedColorU8::from_rgba(shade, 0, 0, u8::MAX).expect("it is opaque");
        }
        assert_eq!(Runs::of(&pixels).runs, [(0, 1), (1, 4), (0, 1)]);
        assert_eq!(Pixmap::decode_png(&encode(&pixels)).expect("a PNG file"), pixels);
    }

    #[test]
    fn more_colours_become_their_most_frequent_neighbours() {
        let shades = (0..=255).flat_map(|shade| [[shade, 0, 0, 255], [shade, shade, 9, 255]]);
        let colours: Vec<Colour> = shades.collect();
        let runs = (0..colours.len()).map(|index| (index, 1)).collect();
        let (palette, indices) = quantised(&Runs { colours: colours.clone(), runs });
        assert!(palette.len() <= COLOURS);
        for (shade, index) in colours.iter().zip(indices) {
            let found = palette[usize::from(index)];
            assert!(shade.iter().zip(found).all(|(a, b)| a.abs_diff(b) < 4), "{shade:?} became {found:?}");
        }
    }
}
