//! What a picture's file says about it, and the file without that. GPS positions, times and serial numbers of cameras are nobody's business; previews
//! inside the file only make it larger.

use std::borrow::Cow;

use libdeflater::Decompressor;

/// A format that is read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Format {
    Jpeg,
    Png,
    WebP,
    /// Left as it is.
    Gif,
}

/// What a file says about its picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) format: Format,
    /// As stored, before it is turned.
    pub(super) width: u32,
    pub(super) height: u32,
    /// The orientation of EXIF, 1 to 8: 1 is upright. Read from JPEG alone, where browsers agree on it.
    pub(super) orientation: u8,
    pub(super) is_animated: bool,
    /// The ICC profile, unless it is that of sRGB, which is the default.
    pub(super) profile: Option<Vec<u8>>,
}

impl Format {
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [b'G', b'I', b'F', b'8', ..] => Some(Self::Gif),
            _ => None,
        }
    }
}

/// The file without the metadata that nobody needs to show it. What is no picture, or broken, stays as it is.
pub(crate) fn published(bytes: &[u8]) -> Cow<'_, [u8]> {
    read(bytes).map_or(Cow::Borrowed(bytes), |(_, file)| file)
}

/// The metadata of a picture, and its file with only what matters. `None` if it is no picture, or broken.
pub(super) fn read(bytes: &[u8]) -> Option<(Metadata, Cow<'_, [u8]>)> {
    let format = Format::of(bytes)?;
    let size = imagesize::blob_size(bytes).ok()?;
    let mut metadata = Metadata {
        format,
        width: u32::try_from(size.width).ok()?,
        height: u32::try_from(size.height).ok()?,
        orientation: 1,
        is_animated: format == Format::Gif,
        profile: None,
    };
    let file = match format {
        Format::Jpeg => jpeg(bytes, &mut metadata)?,
        Format::Png => png(bytes, &mut metadata)?,
        Format::WebP => webp(bytes, &mut metadata)?,
        Format::Gif => return Some((metadata, Cow::Borrowed(bytes))),
    };
    metadata.profile.take_if(|profile| is_srgb(profile));
    Some((metadata, if file == bytes { Cow::Borrowed(bytes) } else { Cow::Owned(file) }))
}

/// Whether a profile names itself sRGB, in ASCII or UTF-16, or is for other colours than red, green and blue.
fn is_srgb(profile: &[u8]) -> bool {
    let contains = |name: &[u8]| profile.windows(name.len()).any(|part| part == name);
    profile.get(16..20) != Some(b"RGB ") || contains(b"sRGB") || contains(b"s\0R\0G\0B")
}

/// JPEG is a list of segments, with scans of coded data after some of them (ITU T.81, annex B). Kept are JFIF's head, colour profile and Adobe's colours,
/// and an orientation. What follows the end of the picture is not: phones store further pictures there.
fn jpeg(bytes: &[u8], metadata: &mut Metadata) -> Option<Vec<u8>> {
    let mut file = vec![0xff, 0xd8];
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1).filter(|_| bytes[at] == 0xff)?;
        if marker == 0xff {
            // Fill bytes.
            at += 1;
            continue;
        }
        if marker == 0xd9 {
            file.extend([0xff, 0xd9]);
            return Some(file);
        }
        let length = usize::from(u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?));
        let segment = bytes.get(at..at + 2 + length)?;
        let data = segment.get(4..)?;
        at += segment.len();
        match marker {
            0xe1 => {
                let turned =
                    data.strip_prefix(b"Exif\0\0").and_then(orientation).filter(|found| (2..=8).contains(found));
                if let Some(turned) = turned {
                    metadata.orientation = turned;
                    file.extend(exif(turned));
                }
            }
            0xe2 => {
                if let Some(part) = data.strip_prefix(b"ICC_PROFILE\0").and_then(|part| part.get(2..)) {
                    metadata.profile.get_or_insert_default().extend(part);
                    file.extend(segment);
                }
            }
            0xe0 if !data.starts_with(b"JFIF\0") => {}
            0xe3..=0xed | 0xef | 0xfe => {}
            0xda => {
                let scan = scan(&bytes[at..])?;
                file.extend(segment);
                file.extend(&bytes[at..at + scan]);
                at += scan;
            }
            _ => file.extend(segment),
        }
    }
}

/// The length of coded data: up to a marker that is neither a stuffed zero nor a restart.
fn scan(bytes: &[u8]) -> Option<usize> {
    bytes.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7))
}

/// The orientation in the TIFF structure of EXIF (CIPA DC-008, tag 0x0112).
fn orientation(tiff: &[u8]) -> Option<u8> {
    let is_little = tiff.starts_with(b"II");
    let short = |at: usize| -> Option<u16> {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let (high, low) = if is_little { (6, 4) } else { (4, 6) };
    let directory = usize::from(short(high)?) << 16 | usize::from(short(low)?);
    let entries = usize::from(short(directory)?);
    let entry = (0..entries).map(|index| directory + 2 + index * 12).find(|at| short(*at) == Some(0x0112))?;
    u8::try_from(short(entry + 8)?).ok()
}

/// A segment of EXIF with an orientation and nothing else.
fn exif(orientation: u8) -> Vec<u8> {
    let entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
    [&b"\xff\xe1\0\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01"[..], &entry, &[0; 4]].concat()
}

/// The chunks of PNG that change what is seen, and those of animations.
const PNG_KEPT: [&[u8; 4]; 19] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"cICP",
    b"mDCV", b"cLLI", b"pHYs", b"hIST", b"acTL", b"fcTL", b"fdAT",
];

fn png(bytes: &[u8], metadata: &mut Metadata) -> Option<Vec<u8>> {
    let mut file = bytes[..8].to_vec();
    let mut rest = &bytes[8..];
    loop {
        let length = usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?;
        let (chunk, after) = rest.split_at_checked(length.checked_add(12)?)?;
        let (kind, data) = (&chunk[4..8], &chunk[8..8 + length]);
        metadata.is_animated |= kind == b"acTL";
        if kind == b"iCCP" {
            metadata.profile = png_profile(data);
        }
        if PNG_KEPT.iter().any(|kept| kept[..] == *kind) {
            file.extend(chunk);
        }
        if kind == b"IEND" {
            return Some(file);
        }
        rest = after;
    }
}

/// The largest profile that is read. Those of displays and cameras have some kilobytes.
const MOST_PROFILE: usize = 1 << 20;

/// The profile in a chunk of PNG: a name, a zero, the method, and the profile compressed.
fn png_profile(data: &[u8]) -> Option<Vec<u8>> {
    let name = data.iter().position(|byte| *byte == 0)?;
    let mut profile = vec![0; MOST_PROFILE];
    let length = Decompressor::new().zlib_decompress(data.get(name + 2..)?, &mut profile).ok()?;
    profile.truncate(length);
    Some(profile)
}

/// WebP is a list of chunks (RFC 9649 §2.3); its head `VP8X` says which kinds there are.
fn webp(bytes: &[u8], metadata: &mut Metadata) -> Option<Vec<u8>> {
    const EXIF_AND_XMP: u8 = 0b1100;
    const ANIMATION: u8 = 0b10;
    let mut file = bytes[..12].to_vec();
    let mut rest = &bytes[12..];
    while !rest.is_empty() {
        let length = usize::try_from(u32::from_le_bytes(*rest.get(4..)?.first_chunk()?)).ok()?;
        let padded = length.checked_add(8)?.next_multiple_of(2).min(rest.len());
        let (chunk, after) = rest.split_at(padded);
        let data = chunk.get(8..8 + length)?;
        match &chunk[..4] {
            b"EXIF" | b"XMP " => {}
            b"VP8X" => {
                metadata.is_animated = data.first()? & ANIMATION > 0;
                let flags = file.len() + 8;
                file.extend(chunk);
                file[flags] &= !EXIF_AND_XMP;
            }
            kind => {
                if kind == b"ICCP" {
                    metadata.profile = Some(data.to_vec());
                }
                file.extend(chunk);
            }
        }
        rest = after;
    }
    let length = u32::try_from(file.len() - 8).ok()?;
    file[4..8].copy_from_slice(&length.to_le_bytes());
    Some(file)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pixels::tests::{gradient, jpeg_of, png_of};
    use super::*;

    /// EXIF as a camera writes it: an orientation and a secret.
    fn camera(orientation: u8) -> Vec<u8> {
        let mut data = b"Exif\0\0II\x2a\0\x08\0\0\0\x02\0".to_vec();
        data.extend([0x0f, 0x01, 2, 0, 4, 0, 0, 0, b'G', b'P', b'S', 0]);
        data.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        data.extend([0; 4]);
        data
    }

    fn with_exif(orientation: u8) -> Vec<u8> {
        let (plain, data) = (jpeg_of(&gradient(20, 10)), camera(orientation));
        let length = u16::try_from(data.len() + 2).expect("it is short").to_be_bytes();
        [&plain[..2], &[0xff, 0xe1], &length, &data, &plain[2..], b"another picture, with GPS"].concat()
    }

    #[test]
    fn of_the_metadata_of_a_jpeg_the_orientation_stays() {
        for orientation in 1..=8 {
            let file = with_exif(orientation);
            let (metadata, published) = read(&file).expect("a picture");
            assert_eq!((metadata.width, metadata.height, metadata.orientation), (20, 10, orientation));
            assert!(!published.windows(3).any(|part| part == b"GPS"), "the secret is gone");
            assert_eq!(read(&published).expect("still a picture").0, metadata);
        }
    }

    #[test]
    fn texts_in_a_png_are_removed() {
        let plain = png_of(&gradient(20, 10));
        let secret = [&8u32.to_be_bytes()[..], b"tEXtGPS\0here\0\0\0\0"].concat();
        let file = [&plain[..33], &secret, &plain[33..], b"GPS"].concat();
        assert_eq!(&*published(&file), plain);
    }

    #[test]
    fn a_file_that_is_no_picture_stays_as_it_is() {
        for file in [&b""[..], b"text", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", b"RIFF\0\0\0\0WEBP"] {
            assert_eq!(&*published(file), file);
        }
    }

    proptest! {
        #[test]
        fn any_damage_is_survived(at in 0usize..2000, byte: u8, cut in 0usize..2000) {
            for mut file in [with_exif(6), png_of(&gradient(20, 10))] {
                file.truncate(cut.max(1));
                let at = at % file.len();
                file[at] = byte;
                published(&file);
            }
        }
    }
}
