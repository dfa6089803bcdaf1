//! The answers to the challenges of a certificate authority, which `notes certificate` has left in a folder.
//!
//! A challenge asks for a file over HTTP (HTTP-01, RFC 8555 §8.3), or for a handshake with a certificate that nobody else could have made
//! (TLS-ALPN-01, RFC 8737). The server only reads the folder. It does so on the worker's thread, in some microseconds: challenges come once in two months,
//! and what opening a file costs who asks for others is less than an answer costs.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::certificate::{Certificate, read};

/// The protocol of a handshake for a challenge (RFC 8737 §4).
pub(crate) const PROTOCOL: &[u8] = b"acme-tls/1";

/// Where a challenge asks (RFC 8555 §8.3).
pub(crate) const PATH: &str = "/.well-known/acme-challenge/";

/// A token has at least 128 bits of entropy (RFC 8555 §8.3), and is short in practice.
const MOST_TOKEN_BYTES: usize = 128;

/// The most bytes of an answer: the token, a dot, and a digest.
const MOST_ANSWER_BYTES: u64 = 512;

/// Returns the answer to the challenge with this token; `None` if there is no such challenge.
pub(crate) fn answer(folder: &Path, token: &str) -> Option<Vec<u8>> {
    let file = fs::File::open(file_name(folder, token)?).ok()?;
    let mut bytes = Vec::new();
    let read: io::Result<usize> = file.take(MOST_ANSWER_BYTES).read_to_end(&mut bytes);
    read.ok().map(|_| bytes)
}

/// Returns the certificate for a handshake that challenges this name.
pub(super) fn certificate(folder: &Path, name: &str) -> Option<Certificate> {
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    let file = folder.join(format!("alpn-{}.pem", name.to_ascii_lowercase()));
    if is_name { read(&file, &file).ok() } else { None }
}

/// A token consists of base64url characters (RFC 8555 §8.3), so it cannot leave the folder.
fn file_name(folder: &Path, token: &str) -> Option<PathBuf> {
    let is_token = (1..=MOST_TOKEN_BYTES).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_token.then(|| folder.join(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_token_names_a_file() {
        let folder = Path::new("/challenges");
        for (token, expected) in [
            ("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0", true),
            ("a", true),
            ("", false),
            ("..", false),
            ("../served", false),
            ("alpn-example.org.pem", false),
            ("a%2e", false),
            ("a/b", false),
        ] {
            assert_eq!(file_name(folder, token), expected.then(|| folder.join(token)), "{token}");
        }
        assert_eq!(file_name(folder, &"a".repeat(MOST_TOKEN_BYTES + 1)), None);
    }
}
