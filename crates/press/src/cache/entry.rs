//! An entry of the cache: its key, and its form in a file.
//!
//! ```text
//! FORM (8 bytes)  key (32)  checksum of the rest (8)  then each part: its length (8), its bytes
//! ```

use std::sync::LazyLock;

use graven_pack::hex;
use sha2::{Digest, Sha256};
use twox_hash::XxHash64;

/// The first bytes of a file, and of what a key is made from. Another form needs another value: files in an older form are then never looked up.
const FORM: [u8; 8] = *b"GRAVENC1";

/// A hash of the versions of all libraries. A sample of what they make, as generations have it, does not show each change of them.
static LIBRARIES: LazyLock<[u8; 32]> = LazyLock::new(|| Sha256::digest(include_str!("../../../../Cargo.lock")).into());

/// The bytes before the parts.
const HEAD: usize = FORM.len() + 32 + 8;

/// What an entry was made from: a SHA-256 over all of it. The content of no two entries of a cache can be confused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// The key of a thing of the kind `kind`. `parts` are all that decides how it comes out: what it is made from, and the generation of what makes it.
    pub(crate) fn new(kind: &str, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new_with_prefix(FORM);
        hash.update(*LIBRARIES);
        for part in [kind.as_bytes()].iter().chain(parts) {
            hash.update(length(part));
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// 64 hexadecimal digits.
    pub(super) fn name(&self) -> String {
        hex(&self.0)
    }
}

/// The file of an entry with these parts.
pub(super) fn to_file(key: &Key, parts: &[Vec<u8>]) -> Vec<u8> {
    let size = parts.iter().map(|part| part.len() + 8).sum::<usize>();
    let mut file = Vec::with_capacity(HEAD + size);
    file.extend(FORM);
    file.extend(key.0);
    file.extend([0; 8]);
    for part in parts {
        file.extend(length(part));
        file.extend(part);
    }
    let checksum = checksum(&file[HEAD..]);
    file[HEAD - 8..HEAD].copy_from_slice(&checksum);
    file
}

/// The parts of the entry in a file. `None` if the file is damaged, or the entry has another key.
pub(super) fn from_file(key: &Key, file: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (head, mut rest) = file.split_at_checked(HEAD)?;
    if head != [&FORM[..], &key.0, &checksum(rest)].concat() {
        return None;
    }
    let mut parts = Vec::new();
    while let Some((length, tail)) = rest.split_first_chunk() {
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (part, tail) = tail.split_at_checked(length)?;
        parts.push(part.to_vec());
        rest = tail;
    }
    rest.is_empty().then_some(parts)
}

fn length(part: &[u8]) -> [u8; 8] {
    (part.len() as u64).to_le_bytes()
}

/// XXH64: it detects damage by disks and crashes at the speed of memory. Whoever can write to the cache can also write the program.
fn checksum(bytes: &[u8]) -> [u8; 8] {
    XxHash64::oneshot(0, bytes).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_depends_on_the_kind_and_on_where_its_parts_begin() {
        let keys = [
            Key::new("card", &[b"ab", b"c"]),
            Key::new("card", &[b"a", b"bc"]),
            Key::new("card", &[b"abc"]),
            Key::new("card", &[b"abc", b""]),
            Key::new("cards", &[b"ab", b"c"]),
        ];
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "{index}");
        }
        assert_eq!(keys[0], Key::new("card", &[b"ab", b"c"]));
        assert_eq!(keys[0].name().len(), 64);
    }

    #[test]
    fn an_entry_of_another_key_is_none() {
        let (one, other) = (Key::new("a", &[]), Key::new("b", &[]));
        assert_eq!(from_file(&other, &to_file(&one, &[b"text".to_vec()])), None);
    }

    proptest! {
        #[test]
        fn a_file_gives_its_parts_back(parts: Vec<Vec<u8>>) {
            let key = Key::new("test", &[b"key"]);
            prop_assert_eq!(from_file(&key, &to_file(&key, &parts)), Some(parts));
        }

        #[test]
        fn a_damaged_file_is_no_entry(parts: Vec<Vec<u8>>, at: usize, bit in 0..8u32, cut: usize, more in 1..9usize) {
            let key = Key::new("test", &[b"key"]);
            let file = to_file(&key, &parts);
            let mut flipped = file.clone();
            flipped[at % file.len()] ^= 1u8 << bit;
            prop_assert_eq!(from_file(&key, &flipped), None);
            prop_assert_eq!(from_file(&key, &file[..cut % file.len()]), None);
            prop_assert_eq!(from_file(&key, &[&file[..], &vec![0; more]].concat()), None);
        }
    }
}
