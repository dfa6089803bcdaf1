//! Brotli, compiled for speed. The coder is generic over readers, writers and memory, so that it is compiled in the crate that names these types, as that
//! crate is. In debug builds press is compiled as fast as possible; the coder, which takes half of the time of a build, is not.

use std::io::Write;

use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;

/// Bytes that are passed on at once. More than most results have.
const BUFFER: usize = 64 * 1024;

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
    let mut out = CompressorWriter::with_params(Vec::new(), BUFFER, &parameters);
    // In one piece: for a second one, the coder clears a window of 8 MiB, which takes as long as a fifteenth of an article.
    out.write_all(bytes).expect("writing to memory cannot fail");
    out.into_inner()
}
