//! Inflates the bytes of an identity variant, which are stored only as those of its page's gzip variant.
//!
//! A gzip file (RFC 1952) is a header, deflated bytes (RFC 1951), and a trailer of 8 bytes. Header and trailer are not needed:
//! the pack has the length of the inflated bytes and their digest.

use std::fmt;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress_with_limit};

use crate::error::{Error, Fault};
use crate::records::Origin;

/// The most bytes that are inflated instead of stored: a length in a damaged pack never makes a reader do or hold more.
pub(crate) const MAX_INFLATED: usize = 1 << 20;

/// The header of a gzip file without optional fields, up to its flags: magic number, deflate, no flags (RFC 1952 §2.3).
const START: &[u8] = b"\x1f\x8b\x08\0";
const HEADER: usize = 10;
const TRAILER: usize = 8;

/// How far back deflated bytes refer (RFC 1951 §2).
const WINDOW: usize = 32 * 1024;

/// The bytes of a variant, inflated from those of another one.
#[derive(Clone, Copy)]
pub struct Deflated<'a> {
    gzip: &'a [u8],
    length: usize,
    origin: Origin,
}

impl<'a> Deflated<'a> {
    /// The content of a gzip file, for the variant at `origin`. `None` if the length is not one that is inflated.
    pub(crate) fn in_gzip(gzip: &'a [u8], length: usize, origin: Origin) -> Option<Self> {
        (1..=MAX_INFLATED).contains(&length).then_some(Deflated { gzip, length, origin })
    }

    /// The bytes between header and trailer. `None` if the file is too short, or has a header that the writer does not accept.
    pub(crate) fn deflated(self) -> Option<&'a [u8]> {
        let end = self.gzip.len().checked_sub(TRAILER)?;
        self.gzip.get(HEADER..end).filter(|_| self.gzip.starts_with(START))
    }

    /// The number of bytes when inflated: at least one and at most 1 MiB.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it never is")]
    pub fn len(self) -> usize {
        self.length
    }

    /// Starts to inflate.
    ///
    /// ```
    /// use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
    /// use graven_pack::{ALWAYS, Class, Coding, Content, Pack, Source};
    ///
    /// // `printf aaaaaaaaaaaaaaaa | gzip -n`
    /// let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x4c\x44\x05\0\xd5\x68\xd6\xcf\x10\0\0\0";
    /// let variant = |coding, bytes: &[u8]| VariantSpec { coding, etag: format!("\"{coding:?}\""), bytes: bytes.to_vec() };
    /// let page = PageSpec {
    ///     content_type: "text/plain".into(),
    ///     cache_control: "no-cache".into(),
    ///     security_policy: String::new(),
    ///     class: Class::File,
    ///     alternate: None,
    ///     variants: vec![variant(Coding::Identity, &[b'a'; 16]), variant(Coding::Gzip, gzip)],
    /// };
    /// let edition = EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) };
    /// let bytes = Image { time: 0, routes: [("/a.txt".into(), vec![edition])].into() }.write()?;
    ///
    /// let edition = Pack::open(&bytes)?.route("/a.txt")?.ok_or("not found")?.at(0)?;
    /// let Some(Content::Page(page)) = edition.map(|edition| edition.content()) else { panic!() };
    /// let Source::Inflated(deflated) = page.identity().source() else { panic!("it is stored") };
    /// let mut inflater = deflated.inflater();
    /// assert_eq!(inflater.next(10)?, b"aaaaaaaaaa");
    /// assert_eq!(inflater.next(10)?, b"aaaaaa");
    /// assert_eq!(inflater.next(10)?, b"");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn inflater(self) -> Inflater<'a> {
        let window = vec![0; self.length.next_power_of_two().min(WINDOW)].into_boxed_slice();
        // Without deflated bytes, the first piece is an error.
        let deflated = self.deflated().unwrap_or_default();
        Inflater { deflated, origin: self.origin, left: self.length, decompressor: Box::default(), window, next: 0 }
    }

    /// All bytes.
    pub fn inflate(self) -> Result<Vec<u8>, Error> {
        let mut inflater = self.inflater();
        let mut bytes = Vec::with_capacity(self.length);
        while inflater.left > 0 {
            bytes.extend_from_slice(inflater.next(WINDOW)?);
        }
        inflater.end()?;
        Ok(bytes)
    }
}

impl fmt::Debug for Deflated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes in a gzip file of {}", self.length, self.gzip.len())
    }
}

/// Inflates piece by piece. It holds at most [`Inflater::MEMORY`] bytes, whatever the length.
#[derive(Clone)]
pub struct Inflater<'a> {
    /// The deflated bytes that were not read yet.
    deflated: &'a [u8],
    origin: Origin,
    left: usize,
    decompressor: Box<DecompressorOxide>,
    /// The last bytes, cyclic.
    window: Box<[u8]>,
    /// Where the next byte is put in the window.
    next: usize,
}

impl Inflater<'_> {
    /// The most memory of one, in bytes: the window, and the tables of codes.
    pub const MEMORY: usize = WINDOW + size_of::<DecompressorOxide>();

    /// The number of bytes that are left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left
    }

    /// The next bytes: `most` or fewer, but at least one until none are left. The time for them is in proportion to `most`.
    pub fn next(&mut self, most: usize) -> Result<&[u8], Error> {
        let most = most.min(self.left).min(self.window.len() - self.next);
        if most == 0 {
            return Ok(&[]);
        }
        let start = self.next;
        let (_, written) = self.decompress(most);
        if written == 0 {
            return Err(self.origin.error(Fault::Damaged));
        }
        self.left -= written;
        self.next = (start + written) % self.window.len();
        Ok(&self.window[start..start + written])
    }

    /// Checks that the deflated bytes end here.
    fn end(&mut self) -> Result<(), Error> {
        let is_at_end = self.decompress(1) == (TINFLStatus::Done, 0) && self.deflated.is_empty();
        if is_at_end { Ok(()) } else { Err(self.origin.error(Fault::Damaged)) }
    }

    /// Inflates to the window, at most so many bytes; returns the status and their number.
    fn decompress(&mut self, most: usize) -> (TINFLStatus, usize) {
        let (deflated, window) = (self.deflated, &mut self.window);
        let (status, read, written) =
            decompress_with_limit(&mut self.decompressor, deflated, window, self.next, most, 0);
        self.deflated = deflated.get(read..).unwrap_or_default();
        (status, written)
    }
}

impl fmt::Debug for Inflater<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflater").field("left", &self.left).finish_non_exhaustive()
    }
}
