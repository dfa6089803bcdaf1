//! Pixels: decoded, turned upright, scaled.

use std::io::Cursor;
use std::sync::LazyLock;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::metadata::{Format, Metadata};

/// Rows of pixels, each with red, green, blue and opacity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pixels {
    pub(super) width: usize,
    pub(super) height: usize,
    pub(super) bytes: Vec<u8>,
}

impl Pixels {
    /// Decodes a picture and turns it upright.
    ///
    /// # Errors
    /// If the file is damaged.
    pub(super) fn decode(bytes: &[u8], metadata: &Metadata) -> Result<Self, String> {
        let pixels = match metadata.format {
            Format::Jpeg => jpeg(bytes)?,
            Format::Png => png(bytes)?,
            Format::WebP => webp(bytes)?,
            Format::Gif => return Err("a GIF file is not decoded".to_owned()),
        };
        Ok(pixels.turned(metadata.orientation))
    }

    pub(super) fn is_opaque(&self) -> bool {
        self.bytes.chunks_exact(4).all(|pixel| pixel[3] == u8::MAX)
    }

    /// Turned and mirrored as the orientation of EXIF says (CIPA DC-008, tag 0x0112).
    fn turned(self, orientation: u8) -> Self {
        let (w, h) = (self.width, self.height);
        let (width, height) = if orientation < 5 { (w, h) } else { (h, w) };
        let mut bytes = Vec::with_capacity(self.bytes.len());
        if orientation == 1 {
            return self;
        }
        for y in 0..height {
            for x in 0..width {
                let (x, y) = match orientation {
                    2 => (w - 1 - x, y),
                    3 => (w - 1 - x, h - 1 - y),
                    4 => (x, h - 1 - y),
                    5 => (y, x),
                    6 => (y, h - 1 - x),
                    7 => (w - 1 - y, h - 1 - x),
                    8 => (w - 1 - y, x),
                    _ => (x, y),
                };
                bytes.extend(&self.bytes[(y * w + x) * 4..][..4]);
            }
        }
        Self { width, height, bytes }
    }

    /// Scaled down to a width. Each new pixel is the mean of what it covers, in linear light: a mean of encoded values is too dark.
    pub(super) fn scaled(&self, width: usize) -> Self {
        if width >= self.width {
            return self.clone();
        }
        let height = (self.height * width).div_ceil(self.width);
        let columns = shares(self.width, width);
        let mut bytes = Vec::with_capacity(width * height * 4);
        for rows in shares(self.height, height) {
            let mut line = vec![[0f32; 4]; self.width];
            for (row, share) in rows {
                let row = self.bytes[row * self.width * 4..][..self.width * 4].chunks_exact(4);
                for (sum, pixel) in line.iter_mut().zip(row) {
                    add(sum, linear(pixel), share);
                }
            }
            for column in &columns {
                let mut sum = [0f32; 4];
                for (at, share) in column {
                    add(&mut sum, line[*at], *share);
                }
                bytes.extend(encoded(sum));
            }
        }
        Self { width, height, bytes }
    }
}

fn add(sum: &mut [f32; 4], value: [f32; 4], share: f32) {
    for (sum, value) in sum.iter_mut().zip(value) {
        *sum += value * share;
    }
}

/// For each of `to` new pixels, the old ones that it covers, with the part of it that each fills.
#[expect(clippy::cast_precision_loss, reason = "no picture has more pixels in a line than f32 counts exactly")]
fn shares(from: usize, to: usize) -> Vec<Vec<(usize, f32)>> {
    // In units of 1 / (from × to), in which all edges are whole.
    let share = |new: usize, old: usize| {
        let (start, end) = ((new * from).max(old * to), ((new + 1) * from).min((old + 1) * to));
        (old, (end - start) as f32 / from as f32)
    };
    let covered = |new: usize| new * from / to..((new + 1) * from).div_ceil(to);
    (0..to).map(|new| covered(new).map(|old| share(new, old)).collect()).collect()
}

/// The linear light of each value of sRGB (IEC 61966-2-1).
static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
    std::array::from_fn(|value| {
        let value = u8::try_from(value).map_or(1.0, f32::from) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
});

/// Linear light, multiplied by the opacity, so that transparent pixels have no colour.
fn linear(pixel: &[u8]) -> [f32; 4] {
    let opacity = f32::from(pixel[3]) / 255.0;
    let light = |channel: usize| LINEAR[usize::from(pixel[channel])] * opacity;
    [light(0), light(1), light(2), opacity]
}

/// The inverse of [`linear`]. Each channel is the value whose light is nearest.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an opacity is between 0 and 1")]
fn encoded([red, green, blue, opacity]: [f32; 4]) -> [u8; 4] {
    let value = |light: f32| {
        let light = if opacity > 0.0 { light / opacity } else { 0.0 };
        let above = LINEAR.partition_point(|known| *known < light).min(255);
        let below = above.saturating_sub(1);
        let nearest = if LINEAR[above] - light < light - LINEAR[below] { above } else { below };
        u8::try_from(nearest).unwrap_or(u8::MAX)
    };
    [value(red), value(green), value(blue), (opacity * 255.0 + 0.5) as u8]
}

fn jpeg(bytes: &[u8]) -> Result<Pixels, String> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGBA).set_max_width(1 << 16);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options.set_max_height(1 << 16));
    let bytes = decoder.decode().map_err(|error| format!("{error:?}"))?;
    let (width, height) = decoder.dimensions().ok_or("it has no size")?;
    sized(width, height, bytes)
}

fn png(bytes: &[u8]) -> Result<Pixels, String> {
    // A row of the widest picture that is let through, and its colour profile.
    let limits = png::Limits { bytes: 1 << 30 };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let mut bytes = vec![0; reader.output_buffer_size()];
    let frame = reader.next_frame(&mut bytes).map_err(|error| error.to_string())?;
    bytes.truncate(frame.buffer_size());
    if frame.color_type == png::ColorType::GrayscaleAlpha {
        bytes = bytes.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect();
    }
    sized(whole(frame.width), whole(frame.height), bytes)
}

fn webp(bytes: &[u8]) -> Result<Pixels, String> {
    let image = webp::Decoder::new(bytes).decode().ok_or("its data cannot be decoded")?;
    let bytes = if image.is_alpha() {
        image.to_vec()
    } else {
        image.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], u8::MAX]).collect()
    };
    sized(whole(image.width()), whole(image.height()), bytes)
}

fn sized(width: usize, height: usize, bytes: Vec<u8>) -> Result<Pixels, String> {
    let is_whole = width > 0 && height > 0 && bytes.len() == width * height * 4;
    is_whole.then_some(Pixels { width, height, bytes }).ok_or_else(|| "its data ends early".to_owned())
}

fn whole(size: u32) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// A picture that shows what coders do: gradients, edges, noise.
pub(super) fn sample() -> Pixels {
    let (width, height) = (48, 32);
    let channel = |at: usize| u8::try_from(at % 256).unwrap_or_default();
    let pixel = |at: usize| [channel(at * 5), channel(at / width * 8), channel(at * at * 31 / 7), u8::MAX];
    Pixels { width, height, bytes: (0..width * height).flat_map(pixel).collect() }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::encode;
    use super::super::metadata::{self};
    use super::*;

    /// A smooth picture, of which a file is small.
    pub(in super::super) fn gradient(width: usize, height: usize) -> Pixels {
        let pixel = |at: usize| {
            let part = |part: usize, whole: usize| u8::try_from(part * 255 / whole).expect("a part");
            [part(at % width, width), part(at / width, height), 128, u8::MAX]
        };
        Pixels { width, height, bytes: (0..width * height).flat_map(pixel).collect() }
    }

    /// A picture of which a file is large.
    pub(in super::super) fn noise(width: usize, height: usize) -> Pixels {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        };
        let bytes = (0..width * height).flat_map(|_| [next(), next(), next(), u8::MAX]).collect();
        Pixels { width, height, bytes }
    }

    pub(in super::super) fn png_of(pixels: &Pixels) -> Vec<u8> {
        encode::encode(pixels, Format::Png, false, None)
    }

    pub(in super::super) fn jpeg_of(pixels: &Pixels) -> Vec<u8> {
        encode::encode(pixels, Format::Jpeg, true, None)
    }

    fn decoded(file: &[u8]) -> Pixels {
        Pixels::decode(file, &metadata::read(file).expect("a picture").0).expect("it can be decoded")
    }

    #[test]
    fn every_format_is_decoded_as_it_was_encoded() {
        let picture = gradient(50, 40);
        assert_eq!(decoded(&png_of(&picture)), picture);
        assert_eq!(decoded(&encode::encode(&picture, Format::WebP, false, None)), picture);
        for lossy in [jpeg_of(&picture), encode::encode(&picture, Format::WebP, true, None)] {
            let found = decoded(&lossy);
            assert_eq!((found.width, found.height), (50, 40));
            let differences = found.bytes.iter().zip(&picture.bytes).map(|(a, b)| usize::from(a.abs_diff(*b)));
            assert!(differences.sum::<usize>() / picture.bytes.len() < 6);
        }
    }

    #[test]
    fn a_transparent_picture_stays_transparent() {
        let mut picture = gradient(50, 40);
        picture.bytes.chunks_exact_mut(4).step_by(2).for_each(|pixel| pixel.copy_from_slice(&[0, 0, 0, 0]));
        assert!(!decoded(&encode::encode(&picture, Format::WebP, true, None)).is_opaque());
        assert!(!decoded(&png_of(&picture.scaled(25))).is_opaque());
        // A transparent pixel does not darken its neighbour.
        let pair = Pixels { width: 2, height: 1, bytes: vec![200, 100, 50, 255, 0, 0, 0, 0] };
        assert_eq!(pair.scaled(1).bytes, [200, 100, 50, 128]);
    }

    #[test]
    fn a_picture_is_turned_upright() {
        // 1 2 3
        // 4 5 6
        let pixels = |numbers: &[u8]| numbers.iter().flat_map(|number| [*number, 0, 0, 255]).collect::<Vec<u8>>();
        let picture = Pixels { width: 3, height: 2, bytes: pixels(&[1, 2, 3, 4, 5, 6]) };
        for (orientation, width, expected) in [
            (1, 3, [1, 2, 3, 4, 5, 6]),
            (2, 3, [3, 2, 1, 6, 5, 4]),
            (3, 3, [6, 5, 4, 3, 2, 1]),
            (4, 3, [4, 5, 6, 1, 2, 3]),
            (5, 2, [1, 4, 2, 5, 3, 6]),
            (6, 2, [4, 1, 5, 2, 6, 3]),
            (7, 2, [6, 3, 5, 2, 4, 1]),
            (8, 2, [3, 6, 2, 5, 1, 4]),
        ] {
            let turned = picture.clone().turned(orientation);
            assert_eq!((turned.width, turned.bytes), (width, pixels(&expected)), "{orientation}");
        }
    }

    #[test]
    fn a_scaled_picture_has_the_mean_light() {
        let picture =
            Pixels { width: 2, height: 2, bytes: [0u8, 255, 255, 0].iter().flat_map(|v| [*v, *v, *v, 255]).collect() };
        // Half the light of white is 188 of sRGB.
        assert_eq!(picture.scaled(1).bytes, [188, 188, 188, 255]);
        let even = Pixels { width: 7, height: 5, bytes: [90, 91, 92, 255].repeat(35) };
        assert_eq!(even.scaled(3), Pixels { width: 3, height: 3, bytes: [90, 91, 92, 255].repeat(9) });
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        let file = png_of(&noise(100, 100));
        let metadata = metadata::read(&file).expect("a picture").0;
        assert!(Pixels::decode(&file[..file.len() / 2], &metadata).is_err());
    }
}
