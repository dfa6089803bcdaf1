//! Maps a part of the running executable's file into memory. This crate has the only unsafe code of Graven: one call.
//!
//! A mapped site takes no memory of its own, whatever its size. The kernel reads its pages from the file when they are sent, and forgets
//! them when it needs room, as it does with the code of the program.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use memmap2::MmapOptions;

/// The link to the running executable's file, whatever name the file has by now.
const LINK: &str = "/proc/self/exe";

/// The file of the running executable. There is no way to make one of another file, because only this one may be mapped.
#[derive(Debug)]
pub struct Executable {
    file: File,
    path: PathBuf,
}

impl Executable {
    /// Opens the file of this process. Without /proc, it is opened by the path by which the process was started.
    ///
    /// ```
    /// let executable = graven_map::Executable::open()?;
    /// assert!(executable.file().metadata()?.len() > 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn open() -> io::Result<Self> {
        Self::open_at(Path::new(LINK), std::env::args_os().next().map(PathBuf::from))
    }

    fn open_at(link: &Path, started_as: Option<PathBuf>) -> io::Result<Self> {
        match (File::open(link), started_as) {
            (Ok(file), _) => Ok(Executable { file, path: link.to_owned() }),
            // A name without a folder was looked up in $PATH, so a file of that name in this folder may be another one.
            (Err(error), Some(path))
                if error.kind() == io::ErrorKind::NotFound && path.components().nth(1).is_some() =>
            {
                Ok(Executable { file: File::open(&path)?, path })
            }
            (Err(error), _) => Err(error),
        }
    }

    /// The file, to be read.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The path by which the file was opened.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Maps a part of the file for the rest of the process's life. `offset` is a multiple of the page size. The file can be closed, replaced
    /// or removed afterwards.
    ///
    /// ```
    /// let executable = graven_map::Executable::open()?;
    /// assert!(executable.map(0, 4)? == b"\x7fELF");
    /// assert!(executable.map(u64::MAX - 0xffff, 4).is_err());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[allow(unsafe_code, reason = "there is no safe way to map a file, and a site in memory would grow with its size")]
    pub fn map(&self, offset: u64, length: usize) -> io::Result<&'static [u8]> {
        let end = offset.checked_add(length as u64);
        let size = self.file.metadata()?.len();
        if end.is_none_or(|end| end > size) {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file ends before the part to be mapped"));
        }
        let mut options = MmapOptions::new();
        options.offset(offset).len(length);
        // SAFETY: the bytes of a mapping must not change while there are references to them, and the file must not get shorter.
        // - The file is that of the running program. While a program runs, Linux refuses to open its file for writing or to truncate it
        //   (ETXTBSY; some releases of Linux 6.11 and 6.12 do not). To replace it, another file gets its name, which leaves this one as it is.
        // - The kernel trusts in the same: it maps the code and the constants of the program from the same file, in the same way. Who can
        //   change the file in spite of it (on the disk below it, in the lower layer of an overlay, on the server of a network file system)
        //   changes the program itself, so this mapping adds no promise that is not needed anyway.
        // - Without /proc, the path by which the process was started is the only way to the file. If another file has that name by now,
        //   that one is mapped; nothing but its owner's care keeps it as it is. The caller recognises it by its trailer.
        let mapped = unsafe { options.map(&self.file) }?;
        Ok(Box::leak(Box::new(mapped)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path at which nothing is.
    const NOTHING: &str = "/proc/self/no-such-link";

    #[test]
    fn the_file_is_mapped_as_it_is_read() {
        let executable = Executable::open().expect("/proc");
        let bytes = std::fs::read(LINK).expect("it can be read");
        let mapped = executable.map(65_536, 1000).expect("it is longer");
        assert!(mapped == &bytes[65_536..66_536]);
    }

    #[test]
    fn a_part_that_the_file_does_not_have_is_an_error() {
        let executable = Executable::open().expect("/proc");
        let length = executable.file().metadata().expect("its length").len();
        for (offset, part) in [(length.next_multiple_of(65_536), 1), (0, usize::MAX), (u64::MAX - 65_535, 65_537)] {
            assert!(executable.map(offset, part).is_err(), "{offset} {part}");
        }
    }

    #[test]
    fn without_proc_the_path_of_the_start_leads_to_the_file() {
        let own = std::env::current_exe().expect("/proc");
        let opened = Executable::open_at(Path::new(NOTHING), Some(own.clone())).expect("it is there");
        assert_eq!(opened.path(), own);
        for started_as in [None, Some("notes".into()), Some("/no/such/file".into())] {
            let error = Executable::open_at(Path::new(NOTHING), started_as.clone()).expect_err("there is no file");
            assert_eq!(error.kind(), io::ErrorKind::NotFound, "{started_as:?}");
        }
    }
}
