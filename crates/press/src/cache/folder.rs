//! The files of the cache: `0a/1b2c…`, the digits of a key. Several builds may read, write and remove them at the same time, and each may end at any
//! moment: a file appears under its name when it is complete, and whoever finds one missing makes the entry again.

use std::cmp::Reverse;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::entry::Key;
use crate::temporary::{ABANDONED, INCOMPLETE, age, random};

/// Programs that make backups leave out a folder with this file (<https://bford.info/cachedir/>).
const TAG: &str = "CACHEDIR.TAG";
const TAG_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
                        # What Graven has compressed and drawn. It may be deleted: the next build takes longer.\n";

/// How exactly a file's time says when it was last used. Each use would be a write; an hour decides as well which files are old.
const EXACTNESS: Duration = Duration::from_hours(1);

/// What a file takes on a disk is a multiple of this, in bytes.
const BLOCK: u64 = 4096;

/// A folder with entries.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

/// A file of the folder, complete or not.
struct Found {
    path: PathBuf,
    size: u64,
    used: SystemTime,
}

impl Folder {
    /// The folder at a path. It is made when something is written.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file of an entry. `None` if there is none, or it cannot be read.
    pub(super) fn read(&self, key: &Key) -> Option<Vec<u8>> {
        let path = self.file_of(key);
        let mut file = File::open(&path).ok()?;
        let metadata = file.metadata().ok()?;
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).ok()?);
        file.read_to_end(&mut bytes).ok()?;
        if metadata.modified().is_ok_and(|used| age(used) > EXACTNESS) {
            // A cache that cannot be written still helps.
            let _ = File::options().write(true).open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        }
        Some(bytes)
    }

    /// Writes the file of an entry, in place of an older one. Returns what it takes on the disk.
    pub(super) fn write(&self, key: &Key, bytes: &[u8]) -> io::Result<u64> {
        let path = self.file_of(key);
        let incomplete = path.with_extension(random() + INCOMPLETE);
        let written = self.create(&incomplete).and_then(|mut file| file.write_all(bytes));
        // Not synced: after a power failure the checksum says which files are damaged.
        written.and_then(|()| fs::rename(&incomplete, &path)).inspect_err(|_| drop(fs::remove_file(&incomplete)))?;
        Ok(on_disk(bytes.len() as u64))
    }

    /// Removes the files that were used least recently until at most `most` bytes are left, if there are more than `limit`; and incomplete files of
    /// builds that have ended. Returns the bytes that are left.
    pub(super) fn trim(&self, limit: u64, most: u64) -> io::Result<u64> {
        let (incomplete, mut files): (Vec<_>, Vec<_>) =
            self.files()?.into_iter().partition(|file| is_incomplete(&file.path));
        for file in incomplete.iter().filter(|file| age(file.used) > ABANDONED) {
            remove(&file.path)?;
        }
        let mut total = files.iter().map(|file| file.size).sum();
        if total > limit {
            files.sort_by_key(|file| Reverse(file.used));
            while total > most
                && let Some(file) = files.pop()
            {
                remove(&file.path)?;
                total -= file.size;
            }
        }
        Ok(total)
    }

    /// The path of a file next to the entries, whose names are digits. The folder is there then.
    pub(super) fn named(&self, name: &str) -> io::Result<PathBuf> {
        self.prepare()?;
        Ok(self.path.join(name))
    }

    fn file_of(&self, key: &Key) -> PathBuf {
        let name = key.name();
        let (folder, file) = name.split_at(2);
        self.path.join(folder).join(file)
    }

    /// Creates a file, and its folder if there is none, or no longer.
    fn create(&self, path: &Path) -> io::Result<File> {
        match File::create_new(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.prepare()?;
                fs::create_dir_all(path.parent().expect("a file of the cache is in a folder"))?;
                File::create_new(path)
            }
            created => created,
        }
    }

    /// Makes the folder. One that was there and has other files gets no tag, which would keep them out of backups.
    fn prepare(&self) -> io::Result<()> {
        fs::create_dir_all(&self.path)?;
        if fs::read_dir(&self.path)?.next().is_none() {
            fs::write(self.path.join(TAG), TAG_TEXT)?;
        }
        Ok(())
    }

    /// The files of the cache. Others, which may be there, are never touched.
    fn files(&self) -> io::Result<Vec<Found>> {
        let mut files = Vec::new();
        for folder in list(&self.path)? {
            if !has_digits(&name_of(&folder.path()), 2) {
                continue;
            }
            for file in list(&folder.path())? {
                let path = file.path();
                let Ok(metadata) = file.metadata() else { continue };
                if metadata.is_file() && (has_digits(&name_of(&path), 62) || is_incomplete(&path)) {
                    files.push(Found { path, size: on_disk(metadata.len()), used: metadata.modified()? });
                }
            }
        }
        Ok(files)
    }
}

/// The members of a folder. It has none if it was removed, or is none.
fn list(folder: &Path) -> io::Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.collect(),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Removes a file. Another build may have done so.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_incomplete(path: &Path) -> bool {
    let name = name_of(path);
    name.strip_suffix(INCOMPLETE)
        .and_then(|name| name.split_once('.'))
        .is_some_and(|(key, random)| has_digits(key, 62) && has_digits(random, 16))
}

fn has_digits(name: &str, number: usize) -> bool {
    name.len() == number && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn on_disk(size: u64) -> u64 {
    size.next_multiple_of(BLOCK)
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn folder() -> (TempDir, Folder) {
        let temporary = TempDir::new().expect("a temporary folder");
        let folder = Folder::new(temporary.path().join("cache"));
        (temporary, folder)
    }

    fn key(number: u64) -> Key {
        Key::new("test", &[&number.to_le_bytes()])
    }

    fn set_age(path: &Path, age: Duration) {
        let file = File::options().write(true).open(path).expect("the file");
        file.set_modified(SystemTime::now() - age).expect("a time");
    }

    /// The numbers below `end` whose entries are there.
    fn left(folder: &Folder, end: u64) -> Vec<u64> {
        (0..end).filter(|number| folder.file_of(&key(*number)).exists()).collect()
    }

    const DAY: Duration = Duration::from_hours(24);

    #[test]
    fn the_least_recently_used_files_are_removed() {
        let (_temporary, folder) = folder();
        for number in 0..6 {
            folder.write(&key(number), &[0; 5000]).expect("written");
            set_age(&folder.file_of(&key(number)), DAY * u32::try_from(6 - number).expect("it is small"));
        }
        // A use makes a file the newest.
        assert_eq!(folder.read(&key(0)).map(|bytes| bytes.len()), Some(5000));
        assert_eq!(folder.trim(6 * 8192, 0).expect("it can be read"), 6 * 8192);
        assert_eq!(left(&folder, 6), [0, 1, 2, 3, 4, 5], "the limit is not exceeded");
        assert_eq!(folder.trim(6 * 8192 - 1, 3 * 8192).expect("it can be read"), 3 * 8192);
        assert_eq!(left(&folder, 6), [0, 4, 5]);
        assert_eq!(folder.trim(0, 0).expect("it can be read"), 0);
        assert!(left(&folder, 6).is_empty());
    }

    #[test]
    fn files_of_others_are_never_removed_and_get_no_tag() {
        let (_temporary, folder) = folder();
        let others = ["notes.txt", "00/letter.tmp", "00/abc", "ab.tmp", "photos/one.jpg"];
        for name in others {
            let path = folder.path.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(&path, "x").expect("a file");
            set_age(&path, DAY);
        }
        folder.write(&key(1), b"x").expect("written");
        assert_eq!(folder.trim(0, 0).expect("it can be read"), 0);
        assert!(left(&folder, 2).is_empty());
        assert!(others.iter().all(|name| folder.path.join(name).exists()));
        assert!(!folder.path.join(TAG).exists());
    }

    #[test]
    fn only_abandoned_incomplete_files_are_removed() {
        let (_temporary, folder) = folder();
        folder.write(&key(1), b"x").expect("written");
        let file = folder.file_of(&key(1));
        let incomplete = ["0", "1"].map(|digit| file.with_extension(format!("{}.tmp", digit.repeat(16))));
        for path in &incomplete {
            fs::write(path, "x").expect("a file");
        }
        set_age(&incomplete[0], DAY);
        assert!(folder.path.join(TAG).exists());
        assert_eq!(folder.trim(0, 0).expect("it can be read"), 0);
        assert_eq!((incomplete.map(|path| path.exists()), file.exists()), ([false, true], false));
    }

    #[test]
    fn a_folder_that_is_removed_meanwhile_is_made_again() {
        let (_temporary, folder) = folder();
        assert_eq!(folder.trim(0, 0).expect("nothing is no error"), 0);
        for number in [1, 2] {
            folder.write(&key(number), b"x").expect("written");
            assert_eq!(folder.read(&key(number)).as_deref(), Some(&b"x"[..]));
            fs::remove_dir_all(folder.path()).expect("it is there");
            assert_eq!(folder.read(&key(number)), None);
        }
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_nothing() {
        let (_temporary, folder) = folder();
        let in_the_way = folder.file_of(&key(1));
        fs::create_dir_all(in_the_way.join("full")).expect("a folder");
        folder.write(&key(1), b"x").expect_err("a folder is in its place");
        let around = in_the_way.parent().expect("it is in a folder");
        assert_eq!(fs::read_dir(around).expect("it can be listed").count(), 1);
    }
}
