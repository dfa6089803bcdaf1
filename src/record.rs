//! The record of an executable: a file next to it with its SHA-256, in the format of `sha256sum`. `notes install` writes it, and `notes verify` reads it.
//!
//! An executable cannot contain a digest of all its bytes, so the digest is in a separate file. `sha256sum -c` reads it too.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use graven_pack::hex;
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;

/// How many bytes of a file are read at once.
const CHUNK: usize = 64 * 1024;

/// The path of an executable's record: `notes.sha256` for `notes`.
pub(crate) fn path(executable: &Path) -> PathBuf {
    let mut name = executable.file_name().unwrap_or_default().to_owned();
    name.push(".sha256");
    executable.with_file_name(name)
}

/// The text of a record. The name has no folder, so `sha256sum -c` works in the executable's folder, wherever that is.
pub(crate) fn text(digest: &str, executable: &Path) -> String {
    format!("{digest}  {}\n", executable.file_name().unwrap_or_default().to_string_lossy())
}

/// The recorded SHA-256 of an executable; `None` if there is no record.
pub(crate) fn read(executable: &Path) -> Result<Option<String>, Failure> {
    let path = path(executable);
    let text = match fs::read(&path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::at(&path, &error)),
    };
    let word = text.split_whitespace().next().unwrap_or_default();
    if word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Some(word.to_ascii_lowercase()));
    }
    Err(Failure::new(format!(
        "{}: expected a line of `sha256sum` (a digest of 64 digits and a name); remove the file, or install the executable again",
        path.display()
    )))
}

/// The SHA-256 of everything that `source` gives, in hexadecimal.
pub(crate) fn sha256(mut source: impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match source.read(&mut chunk) {
            Ok(0) => return Ok(hex(&hasher.finalize())),
            Ok(length) => hasher.update(&chunk[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The SHA-256 of a file, in hexadecimal.
pub(crate) fn sha256_of(path: &Path) -> Result<String, Failure> {
    File::open(path).and_then(sha256).map_err(|error| Failure::at(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest of no bytes.
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn the_digest_is_that_of_sha256sum() {
        assert_eq!(sha256(io::empty()).expect("it reads"), EMPTY);
        let long = vec![b'a'; CHUNK + 1];
        let expected = hex(&Sha256::digest(&long));
        assert_eq!(sha256(long.as_slice()).expect("it reads"), expected);
    }

    #[test]
    fn a_record_is_read_as_sha256sum_writes_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let executable = folder.path().join("notes");
        assert_eq!(read(&executable).expect("there is none"), None);
        let upper = EMPTY.to_uppercase();
        for written in [text(EMPTY, &executable), format!("{EMPTY} *target/release/notes\n"), format!("{upper}  -")] {
            fs::write(path(&executable), &written).expect("a file");
            assert_eq!(read(&executable).expect(&written).as_deref(), Some(EMPTY), "{written}");
        }
        for damaged in ["", "\n", "e3b0c442  notes\n", &EMPTY.replace('e', "x")] {
            fs::write(path(&executable), damaged).expect("a file");
            let failure = read(&executable).expect_err(damaged).to_string();
            assert!(failure.contains("notes.sha256: expected a line of `sha256sum`"), "{failure}");
        }
    }
}
