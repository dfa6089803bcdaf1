//! Temporary files next to the pack: one that is not finished never has the pack's name, and none stays after an error.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file that is removed unless it gets its final name. Reads and writes have no buffer: the pack's writer hands over whole bodies.
#[derive(Debug)]
pub(crate) struct Temporary {
    file: File,
    /// `None` when it has its final name.
    path: Option<PathBuf>,
}

impl Temporary {
    /// Creates an empty file in the folder of `path`, whose name has that of `path`, `purpose` and the number of this process in it.
    pub(crate) fn create(path: &Path, purpose: &str) -> io::Result<Self> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{purpose}.{}.tmp", std::process::id()));
        let path = path.with_file_name(name);
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path)?;
        Ok(Self { file, path: Some(path) })
    }

    /// Gives the file its final name. A file that has that name is replaced.
    pub(crate) fn rename_to(mut self, path: &Path) -> io::Result<()> {
        if let Some(own) = &self.path {
            fs::rename(own, path)?;
        }
        self.path = None;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // If it cannot be removed, nothing is wrong with the pack.
            let _ = fs::remove_file(path);
        }
    }
}

impl Read for Temporary {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.read(buffer)
    }
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Temporary {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_only_under_its_final_name() {
        let folder = std::env::temp_dir().join(format!("graven-press-temporary-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        let path = folder.join("site.pack");
        let names = || {
            let entries = fs::read_dir(&folder).expect("it can be listed").flatten();
            entries.map(|entry| entry.file_name()).collect::<Vec<_>>()
        };
        drop(Temporary::create(&path, "pack").expect("it can be made"));
        assert!(names().is_empty(), "{:?}", names());
        let mut file = Temporary::create(&path, "pack").expect("it can be made");
        file.write_all(b"whole").expect("it can be written");
        assert!(!path.exists());
        file.rename_to(&path).expect("it can be renamed");
        assert_eq!(names(), ["site.pack"]);
        assert_eq!(fs::read(&path).expect("it can be read"), b"whole");
        fs::remove_dir_all(folder).expect("it can be removed");
    }
}
