//! The content codings of a document, made once: compressing is most of the time of a build.

use std::sync::LazyLock;

use graven_pack::Coding;
use sha2::{Digest, Sha256};

use crate::cache::{Cache, Key};
use crate::compression::{self, Effort};

/// A hash of the rules that decide which codings are stored, and where in an entry of the cache each is.
static RULES: LazyLock<[u8; 32]> =
    LazyLock::new(|| Sha256::digest(concat!(include_str!("codings.rs"), include_str!("compression.rs"))).into());

/// The codings of `body` that are stored, in the order of [`Coding`], without identity.
pub(crate) fn of(body: &[u8], effort: Effort, cache: &Cache) -> Vec<(Coding, Vec<u8>)> {
    let key = Key::new("codings", &[&*RULES, compression::generation(), &[effort as u8], body]);
    let parts = cache.get_or_make(&key, || {
        let mut coded = compression::coded(body, effort);
        let bytes_of =
            |coding| coded.iter_mut().find(|(found, _)| *found == coding).map(|(_, bytes)| std::mem::take(bytes));
        // One that is not stored is empty, which no result of a coder is.
        Coding::ALL.map(bytes_of).map(Option::unwrap_or_default).into()
    });
    Coding::ALL.into_iter().zip(parts).filter(|(_, bytes)| !bytes.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codings_from_the_cache_are_those_that_the_coders_make() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for body in [&b"again and again ".repeat(50)[..], b"x", b""] {
            for made in [1, 0] {
                let cache = Cache::at(folder.path());
                assert_eq!(of(body, Effort::Usual, &cache), compression::coded(body, Effort::Usual));
                assert_eq!(cache.made(), made, "{} bytes", body.len());
            }
        }
    }
}
