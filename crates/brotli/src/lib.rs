//! Brotli, compiled for speed. The coder is generic over readers, writers and memory, so that it is compiled in the crate that names these types, as that
//! crate is. In debug builds press is compiled as fast as possible; the coder, which takes half of the time of a build, is not.

use std::io::Cursor;

use brotli::enc::BrotliEncoderParams;

/// `bytes`, compressed in `quality` 0 to 11.
///
/// # Panics
/// If there is no memory.
///
/// ```
/// let text = "one ".repeat(100);
/// assert!(graven_brotli::compress(text.as_bytes(), 11).len() < 20);
/// ```
#[must_use]
pub fn compress(bytes: &[u8], quality: i32) -> Vec<u8> {
    let parameters = BrotliEncoderParams { quality, size_hint: bytes.len(), ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut Cursor::new(bytes), &mut out, &parameters).expect("writing to memory cannot fail");
    out
}
