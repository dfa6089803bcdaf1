//! How a pack is attached to an engine, which is the site executable without a site. Both together are one executable file:
//!
//! ```text
//! engine | zeros up to a multiple of 64 KiB | pack | trailer
//! ```
//!
//! An engine has a [`Mark`] in its data. `graven build` reads it before it attaches a pack. The executable finds its pack by the
//! [`Trailer`], which is the end of its own file.
//!
//! All numbers are little endian.
//!
//! **Trailer**
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | `[u8; 8]` | magic: `89 41 54 54 41 43 48 0a`, which is `\x89ATTACH\n` |
//! | 8 | `u64` | version: 1 |
//! | 16 | `u64` | offset of the pack, a multiple of 65,536; the engine and the zeros are before it |
//! | 24 | `u64` | length of the pack in bytes; the trailer follows it, and nothing follows the trailer |
//! | 32 | `[u8; 32]` | SHA-256 of all bytes before the pack |
//! | 64 | `[u8; 32]` | digest of the pack, as in its header |
//! | 96 | `u64` | checksum: XXH64, seed 0, of the trailer without this field |
//!
//! **Mark**, at a multiple of 16 in the file
//!
//! | offset | type | field |
//! |---|---|---|
//! | 0 | `[u8; 16]` | magic: `\x89GRAVEN ENGINE\r\n` |
//! | 16 | `u64` | version of the packs that it reads |
//! | 24 | `[u8; 24]` | version of Graven, in ASCII, filled up with zeros |
//!
//! # Design
//!
//! *Why at the end, and not in the engine?* The compiler knows every byte of the engine and may use that knowledge, so a program
//! that writes an offset into it changes less than it believes. What is behind the end of an executable is in nobody's way.
//!
//! *Why 64 KiB?* A file is mapped from a multiple of the page size. Pages have 4 KiB on a PC, 16 KiB on a Raspberry Pi 5, and 64 KiB
//! with some other kernels for aarch64.

use std::fmt;
use std::hash::Hasher as _;
use std::io::{self, Read, Seek, SeekFrom};

use twox_hash::XxHash64;

use crate::format::{Fields, VERSION as PACK_VERSION};

/// What the offset of a pack in an executable is a multiple of: the largest size of a page of memory on aarch64.
pub const ALIGNMENT: u64 = 64 * 1024;

const TRAILER_MAGIC: [u8; 8] = *b"\x89ATTACH\n";

const TRAILER_VERSION: u64 = 1;

/// The checksum in a trailer.
const CHECKSUM: std::ops::Range<usize> = 96..Trailer::SIZE;

const MARK_MAGIC: [u8; 16] = *b"\x89GRAVEN ENGINE\r\n";

/// The most bytes of a version in a mark.
const MARK_VERSION_SIZE: usize = 24;

/// The end of an executable to which a pack is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The offset of the pack in the file.
    pub offset: u64,
    /// The length of the pack in bytes.
    pub length: u64,
    /// The SHA-256 of all bytes before the pack.
    pub engine: [u8; 32],
    /// The digest of the pack.
    pub pack: [u8; 32],
}

/// What the end of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A trailer: a pack is attached.
    Attached(Trailer),
    /// No trailer: nothing is attached, or the file is cut short.
    Bare,
    /// A trailer that is damaged, or that does not fit the file.
    Damaged(Damage),
}

/// What is wrong with a trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Its version is not that of this crate.
    Version {
        /// Its version.
        found: u64,
    },
    /// Its bytes have changed since it was written.
    Checksum,
    /// The file has lost or gained bytes before the trailer.
    Length {
        /// The length of the file that the trailer describes.
        expected: u64,
        /// The length of the file.
        found: u64,
    },
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::Version { found } => {
                write!(f, "expected an attachment of version {TRAILER_VERSION}, found version {found}")
            }
            Damage::Checksum => f.write_str("the last bytes of the file have changed since they were written"),
            Damage::Length { expected, found } => write!(f, "expected a file of {expected} bytes, found {found}"),
        }
    }
}

impl Trailer {
    /// The size of a trailer in bytes.
    pub const SIZE: usize = 104;

    /// The offset at which a pack is attached to an engine of this length.
    ///
    /// ```
    /// use graven_pack::attachment::Trailer;
    ///
    /// assert_eq!([1, 65_536, 65_537].map(Trailer::offset_after), [65_536, 65_536, 131_072]);
    /// ```
    #[must_use]
    pub const fn offset_after(engine: u64) -> u64 {
        engine.next_multiple_of(ALIGNMENT)
    }

    /// The bytes of the trailer.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&TRAILER_MAGIC);
        bytes[8..16].copy_from_slice(&TRAILER_VERSION.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.offset.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.length.to_le_bytes());
        bytes[32..64].copy_from_slice(&self.engine);
        bytes[64..96].copy_from_slice(&self.pack);
        let checksum = checksum(&bytes);
        bytes[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads the end of a file.
    ///
    /// # Errors
    /// If the file cannot be read.
    ///
    /// # Examples
    /// ```
    /// use graven_pack::attachment::{End, Trailer};
    /// use std::io::Cursor;
    ///
    /// let trailer = Trailer { offset: 65_536, length: 3, engine: [1; 32], pack: [2; 32] };
    /// let file = [&[0; 65_536][..], b"abc", &trailer.to_bytes()].concat();
    /// assert_eq!(Trailer::read(Cursor::new(&file))?, End::Attached(trailer));
    /// assert_eq!(Trailer::read(Cursor::new(&file[..file.len() - 1]))?, End::Bare);
    /// assert!(matches!(Trailer::read(Cursor::new(&file[1..]))?, End::Damaged(_)));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn read(mut file: impl Read + Seek) -> io::Result<End> {
        let length = file.seek(SeekFrom::End(0))?;
        let Some(start) = length.checked_sub(Self::SIZE as u64) else { return Ok(End::Bare) };
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = [0; Self::SIZE];
        file.read_exact(&mut bytes)?;
        Ok(Self::parse(&bytes, length))
    }

    /// The end of a file of this length.
    fn parse(bytes: &[u8; Self::SIZE], found: u64) -> End {
        let mut fields = Fields(bytes);
        if fields.array() != Some(TRAILER_MAGIC) {
            return End::Bare;
        }
        let Some((version, trailer, stored)) = Self::fields(fields) else { return End::Bare };
        if version != TRAILER_VERSION {
            return End::Damaged(Damage::Version { found: version });
        }
        if stored != checksum(bytes) {
            return End::Damaged(Damage::Checksum);
        }
        let end = trailer.offset.checked_add(trailer.length).and_then(|end| end.checked_add(Self::SIZE as u64));
        match end {
            Some(expected) if expected == found && trailer.offset.is_multiple_of(ALIGNMENT) => End::Attached(trailer),
            expected => End::Damaged(Damage::Length { expected: expected.unwrap_or(u64::MAX), found }),
        }
    }

    fn fields(mut fields: Fields<'_>) -> Option<(u64, Self, u64)> {
        let version = fields.u64()?;
        let trailer =
            Trailer { offset: fields.u64()?, length: fields.u64()?, engine: fields.array()?, pack: fields.array()? };
        Some((version, trailer, fields.u64()?))
    }
}

fn checksum(trailer: &[u8; Trailer::SIZE]) -> u64 {
    let mut hash = XxHash64::with_seed(0);
    hash.write(&trailer[..CHECKSUM.start]);
    hash.finish()
}

/// What an engine says about itself, at a place in its data where `graven build` finds it.
///
/// ```
/// use graven_pack::attachment::Mark;
///
/// static MARK: Mark = Mark::new("0.1.0");
/// let file = [&[0; 32][..], MARK.bytes(), &[0; 5]].concat();
/// let found = Mark::find(&file).ok_or("no mark")?;
/// assert_eq!((found.version(), found.reads_packs_of_this_version()), ("0.1.0", true));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(16))]
pub struct Mark([u8; Mark::SIZE]);

impl Mark {
    /// The size of a mark in bytes.
    pub const SIZE: usize = 48;

    /// No mark: what a program has in its place that is no engine.
    pub const NONE: Self = Mark([0; Self::SIZE]);

    /// The mark of an engine of this crate's packs, in a version of Graven.
    ///
    /// # Panics
    /// If the version has more than 24 bytes.
    #[must_use]
    pub const fn new(version: &str) -> Self {
        assert!(version.len() <= MARK_VERSION_SIZE, "a version has at most 24 bytes");
        let mut bytes = [0; Self::SIZE];
        copy(&mut bytes, 0, &MARK_MAGIC);
        copy(&mut bytes, 16, &PACK_VERSION.to_le_bytes());
        copy(&mut bytes, 24, version.as_bytes());
        Mark(bytes)
    }

    /// The bytes of the mark.
    #[must_use]
    pub const fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Finds the mark of an engine in its file. Programs that look for marks contain the magic number too, without a version behind it.
    #[must_use]
    pub fn find(file: &[u8]) -> Option<Self> {
        let marks = file.windows(Self::SIZE).step_by(align_of::<Self>()).filter(|bytes| bytes.starts_with(&MARK_MAGIC));
        let mut marks = marks.filter_map(|bytes| Some(Mark(bytes.try_into().ok()?)));
        marks.find(|mark| mark.0[24].is_ascii_digit() && mark.version().len() > 1)
    }

    /// The version of Graven; empty if it is not ASCII.
    #[must_use]
    pub fn version(&self) -> &str {
        let end = self.0[24..].iter().position(|&byte| byte == 0).unwrap_or(MARK_VERSION_SIZE);
        std::str::from_utf8(&self.0[24..24 + end]).ok().filter(|text| text.is_ascii()).unwrap_or_default()
    }

    /// The version of the packs that the engine reads.
    #[must_use]
    pub fn pack_version(&self) -> u64 {
        Fields(&self.0[16..]).u64().unwrap_or_default()
    }

    /// Whether the engine reads the packs that this crate writes.
    #[must_use]
    pub fn reads_packs_of_this_version(&self) -> bool {
        self.pack_version() == PACK_VERSION
    }
}

/// Copies bytes to an offset. A constant cannot be made with methods of slices.
const fn copy(to: &mut [u8; Mark::SIZE], at: usize, from: &[u8]) {
    let mut index = 0;
    while index < from.len() {
        to[at + index] = from[index];
        index += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn file() -> (Trailer, Vec<u8>) {
        let trailer = Trailer { offset: ALIGNMENT, length: 10, engine: [3; 32], pack: [7; 32] };
        let mut file = vec![0; 65_546];
        file.extend(trailer.to_bytes());
        (trailer, file)
    }

    fn read(file: &[u8]) -> End {
        Trailer::read(Cursor::new(file)).expect("memory can be read")
    }

    #[test]
    fn a_trailer_is_read_as_it_was_written() {
        let (trailer, file) = file();
        assert_eq!(read(&file), End::Attached(trailer));
    }

    #[test]
    fn every_changed_bit_of_a_trailer_is_found() {
        let (_, mut file) = file();
        let start = file.len() - Trailer::SIZE;
        for at in start..file.len() {
            for bit in 0..8 {
                file[at] ^= 1 << bit;
                let end = read(&file);
                // Without its magic number it is no trailer.
                let expected = if at < start + 8 { end == End::Bare } else { matches!(end, End::Damaged(_)) };
                assert!(expected, "bit {bit} of byte {at}: {end:?}");
                file[at] ^= 1 << bit;
            }
        }
    }

    #[test]
    fn a_file_that_lost_or_gained_bytes_is_not_attached() {
        let (_, whole) = file();
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), End::Bare, "{length}");
        }
        assert_eq!(read(&[&whole[..], b"x"].concat()), End::Bare);
        let expected = whole.len() as u64;
        for (file, found) in [(&whole[1..], expected - 1), (&[b"x", &whole[..]].concat(), expected + 1)] {
            assert_eq!(read(file), End::Damaged(Damage::Length { expected, found }));
        }
    }

    #[test]
    fn a_trailer_that_was_made_up_leads_nowhere_else() {
        for (offset, length) in [(ALIGNMENT, u64::MAX), (u64::MAX - 65_535, 10), (1, 65_545), (0, 0)] {
            let made_up = Trailer { offset, length, engine: [0; 32], pack: [0; 32] };
            let mut file = vec![0; 65_546];
            file.extend(made_up.to_bytes());
            assert!(matches!(read(&file), End::Damaged(Damage::Length { .. })), "{offset} {length}");
        }
    }

    #[test]
    fn a_mark_is_found_where_the_linker_may_put_it() {
        let mark = Mark::new("12.34.56-beta.7");
        for (before, found) in [(0, true), (16, true), (4096, true), (8, false)] {
            let file = [&vec![0x89; before], mark.bytes(), b"x"].concat();
            assert_eq!(Mark::find(&file).is_some(), found, "{before}");
        }
        assert_eq!((mark.version(), mark.pack_version()), ("12.34.56-beta.7", PACK_VERSION));
    }

    #[test]
    fn a_magic_number_without_a_version_is_no_mark() {
        let with_version = |version: &[u8]| {
            let mut file = [&MARK_MAGIC[..], &PACK_VERSION.to_le_bytes(), version].concat();
            file.resize(64, 0);
            Mark::find(&file).is_some()
        };
        assert!(with_version(b"0.1.0"));
        for version in [&b""[..], b"\xff", b"v1", b"1\xff"] {
            assert!(!with_version(version), "{version:?}");
        }
        assert!(Mark::find(&MARK_MAGIC).is_none());
    }
}
