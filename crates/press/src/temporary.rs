//! Temporary files: one that is not complete never has the name of the file that it becomes, and none stays after an error. Those of a build that was
//! killed are removed by a later one.

use std::collections::hash_map::RandomState;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A file that is not complete after this time never will be: its build has ended.
pub(crate) const ABANDONED: Duration = Duration::from_hours(1);

/// The end of a name of a file that is not complete.
pub(crate) const INCOMPLETE: &str = ".tmp";

/// Sixteen digits that no other build has in a name.
pub(crate) fn random() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// How long ago a file was written or used. A time in the future is now: clocks are set back.
pub(crate) fn age(then: SystemTime) -> Duration {
    SystemTime::now().duration_since(then).unwrap_or_default()
}

/// A file that is removed unless it gets its final name. Reads and writes have no buffer: the pack's writer hands over whole bodies.
#[derive(Debug)]
pub(crate) struct Temporary {
    file: File,
    /// `None` when it has its final name.
    path: Option<PathBuf>,
}

impl Temporary {
    /// Creates an empty file in the folder of `path`, whose name has that of `path` and `purpose` in it. Removes abandoned files with such names.
    pub(crate) fn create(path: &Path, purpose: &str) -> io::Result<Self> {
        let mut start = path.file_name().unwrap_or_default().to_owned();
        start.push(format!(".{purpose}."));
        remove_abandoned(path, &start);
        let mut name = start;
        name.push(format!("{}{INCOMPLETE}", random()));
        let path = path.with_file_name(name);
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
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

/// Removes files next to `path` that begin with `start` and that nobody writes. One that cannot be removed only takes room.
fn remove_abandoned(path: &Path, start: &OsStr) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let is_ours = name.starts_with(start.as_encoded_bytes()) && name.ends_with(INCOMPLETE.as_bytes());
        let written = entry.metadata().and_then(|metadata| metadata.modified());
        if is_ours && written.is_ok_and(|written| age(written) > ABANDONED) {
            let _ = fs::remove_file(entry.path());
        }
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
    fn a_file_is_there_only_under_its_final_name_and_what_was_left_goes() {
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
        let (old, new) = (folder.join("site.pack.pack.1-0.tmp"), folder.join("site.pack.pack.2-0.tmp"));
        fs::write(&new, "").expect("it can be written");
        let left = File::create(&old).expect("it can be made");
        left.set_modified(SystemTime::now() - 2 * ABANDONED).expect("the time can be set");
        drop(Temporary::create(&path, "pack").expect("it can be made"));
        assert!(!old.exists() && new.exists(), "{:?}", names());
        fs::remove_dir_all(folder).expect("it can be removed");
    }
}
