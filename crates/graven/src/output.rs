//! What the commands that write one file may replace: a file of the kind that they write, and nothing else. `--output index.md` is mostly a slip, and what
//! was there would be lost.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crate::error::Error;

/// What a command writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An executable of Linux: those of cargo have no mark of Graven's, so any is replaced.
    Executable,
    /// A tar file.
    Archive,
}

impl Kind {
    /// How long a file's head must be for [`is`](Self::is).
    const HEAD: u64 = 512;

    fn is(self, head: &[u8]) -> bool {
        match self {
            Self::Executable => head.starts_with(b"\x7fELF"),
            // POSIX.1-1988, `magic` of the header.
            Self::Archive => head.get(257..262) == Some(b"ustar"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Executable => "an executable",
            Self::Archive => "an archive",
        }
    }
}

/// Refuses a file of another kind. What is absent, empty (`mktemp` makes such) or no file can be written to.
pub(crate) fn refuse_to_replace(output: &Path, kind: Kind) -> Result<(), Error> {
    let head = match head(output) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        head => head.map_err(|source| Error::file("replace", output, &source))?,
    };
    if head.is_empty() || kind.is(&head) {
        return Ok(());
    }
    Err(Error::new(format!(
        "{} is there, and is not {}: it would be lost; name another file, or remove this one",
        output.display(),
        kind.name()
    )))
}

/// How a file begins; nothing if it is a pipe or a device, which must not be read.
fn head(path: &Path) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    if path.metadata()?.is_file() {
        File::open(path)?.take(Kind::HEAD).read_to_end(&mut head)?;
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::tests::{Elf, X86_64};

    #[test]
    fn a_file_is_replaced_by_one_of_its_kind_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut archive = tar::Builder::new(Vec::new());
        archive.append_data(&mut tar::Header::new_ustar(), "a", &b""[..]).expect("a tar file");
        let archive = archive.into_inner().expect("a tar file");
        let executable = Elf::new(X86_64).bytes();
        let path = folder.path().join("there");
        for (there, kind, expected) in [
            (None, Kind::Executable, true),
            (None, Kind::Archive, true),
            (Some(&b""[..]), Kind::Executable, true),
            (Some(b""), Kind::Archive, true),
            (Some(&executable), Kind::Executable, true),
            (Some(&executable), Kind::Archive, false),
            (Some(&archive), Kind::Archive, true),
            (Some(&archive), Kind::Executable, false),
            (Some(b"title = \"Notes\"\n"), Kind::Executable, false),
            (Some(b"title = \"Notes\"\n"), Kind::Archive, false),
            (Some(b"#!/bin/sh\n"), Kind::Executable, false),
        ] {
            if let Some(there) = there {
                std::fs::write(&path, there).expect("a file");
            }
            assert_eq!(refuse_to_replace(&path, kind).is_ok(), expected, "{kind:?}: {there:?}");
        }
        assert!(refuse_to_replace(Path::new("/dev/null"), Kind::Archive).is_ok());
    }
}
