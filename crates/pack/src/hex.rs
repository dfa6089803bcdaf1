//! Hexadecimal text of bytes: digests are shown and compared in this form.

/// The bytes as lower-case hexadecimal digits, two for each byte, as `sha256sum` prints them.
///
/// ```
/// assert_eq!(graven_pack::hex(&[0x0f, 0xa0]), "0fa0");
/// assert_eq!(graven_pack::hex(&[]), "");
/// ```
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 0xf)]);
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte)]).collect()
}
