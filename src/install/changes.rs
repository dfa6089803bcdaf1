//! Changes of files that can be undone: the old content of a path is kept next to it, as a hard link, until all steps have succeeded.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::failure::Failure;

const EXECUTABLE: u32 = 0o755;
const READABLE: u32 = 0o644;

/// The changes so far, in order.
#[derive(Debug, Default)]
pub(super) struct Changes {
    made: Vec<Change>,
}

/// A path whose content has changed.
#[derive(Debug)]
struct Change {
    path: PathBuf,
    /// The link to the old content; `None` if the path did not exist.
    backup: Option<PathBuf>,
}

impl Changes {
    /// Copies an executable to `to`. If `keep` is given, it becomes another name of the file that was there.
    pub(super) fn copy(&mut self, from: &Path, to: &Path, keep: Option<&Path>) -> Result<(), Failure> {
        // `from` may be the same path as `keep`, so it is copied before `keep` changes.
        let new = stage(to, EXECUTABLE, |file| io::copy(&mut File::open(from)?, file).map(drop))
            .map_err(|error| Failure::at(to, &error))?;
        if let Some(keep) = keep {
            let other_name = hidden(keep, "new");
            let linked = remove_if_there(&other_name).and_then(|()| fs::hard_link(to, &other_name));
            linked.map_err(|error| Failure::at(keep, &error))?;
            self.replace(&other_name, keep)?;
        }
        self.replace(&new, to)
    }

    pub(super) fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let new = stage(path, READABLE, |file| file.write_all(bytes)).map_err(|error| Failure::at(path, &error))?;
        self.replace(&new, path)
    }

    pub(super) fn link(&mut self, path: &Path, target: &Path) -> Result<(), Failure> {
        let new = hidden(path, "new");
        let made = make_folder(path).and_then(|()| remove_if_there(&new)).and_then(|()| symlink(target, &new));
        made.map_err(|error| Failure::at(path, &error))?;
        self.replace(&new, path)
    }

    pub(super) fn remove(&mut self, path: &Path) -> Result<(), Failure> {
        self.back_up(path).and_then(|()| fs::remove_file(path)).map_err(|error| Failure::at(path, &error))
    }

    /// Renames `new` to `path`, so that at each moment the path has either the old or the new content.
    fn replace(&mut self, new: &Path, path: &Path) -> Result<(), Failure> {
        let replaced = self.back_up(path).and_then(|()| fs::rename(new, path)).and_then(|()| sync_folder(path));
        replaced.map_err(|error| Failure::at(path, &error))
    }

    /// Links the content of a path to a backup, and records the change.
    fn back_up(&mut self, path: &Path) -> io::Result<()> {
        let backup = hidden(path, "undo");
        remove_if_there(&backup)?;
        let backup = match fs::hard_link(path, &backup) {
            Ok(()) => Some(backup),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        self.made.push(Change { path: path.to_owned(), backup });
        Ok(())
    }

    /// Keeps the changes, and removes the backups and folders of drop-ins that are empty now.
    pub(super) fn keep(self) {
        for Change { path, backup } in self.made {
            if let Some(backup) = backup {
                // A backup that remains does no harm, and the next installation removes it.
                fs::remove_file(backup).unwrap_or_default();
            }
            remove_drop_ins(&path);
        }
    }

    /// Undoes all changes, the last one first. If one cannot be undone, the others are, and the first such error is returned.
    pub(super) fn undo(self) -> Result<(), Failure> {
        let mut result = Ok(());
        for Change { path, backup } in self.made.into_iter().rev() {
            let undone = match &backup {
                // Renaming a name of a file to another name of the same file does nothing, and both remain.
                Some(backup) => fs::rename(backup, &path).and_then(|()| remove_if_there(backup)),
                None => remove_if_there(&path),
            };
            result = result.and(undone.map_err(|error| Failure::at(&path, &error)));
            remove_drop_ins(&path);
        }
        result
    }
}

/// Removes the folder of a path, if it is one of drop-ins and empty.
fn remove_drop_ins(path: &Path) {
    let is_of_drop_ins = |folder: &&Path| folder.extension().is_some_and(|extension| extension == "d");
    if let Some(folder) = path.parent().filter(is_of_drop_ins) {
        // A folder that is not empty stays.
        fs::remove_dir(folder).unwrap_or_default();
    }
}

/// Writes a new file next to a path and syncs it to the disk.
fn stage(path: &Path, mode: u32, contents: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<PathBuf> {
    make_folder(path)?;
    let new = hidden(path, "new");
    remove_if_there(&new)?;
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&new)?;
        contents(&mut file)?;
        // The umask may have removed some.
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()
    })();
    if written.is_err() {
        remove_if_there(&new)?;
    }
    written.map(|()| new)
}

/// `.NAME.undo` for `NAME`: hidden, in the same folder, so that a rename is enough. systemd does not take it for a unit.
fn hidden(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{suffix}"))
}

fn make_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Syncs a path's folder, so that a new name in it survives a power failure.
fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("a folder");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [("binary", "two"), ("previous", "one"), ("source", "three"), ("unit", "old")] {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        folder
    }

    fn change(folder: &Path) -> Changes {
        let mut changes = Changes::default();
        let at = |name: &str| folder.join(name);
        changes.copy(&at("source"), &at("binary"), Some(&at("previous"))).expect("a copy");
        changes.write(&at("unit"), b"new").expect("a file");
        changes.link(&at("wants/unit"), Path::new("/unit")).expect("a link");
        changes.remove(&at("source")).expect("it is there");
        changes
    }

    fn texts(folder: &Path) -> [String; 3] {
        ["binary", "previous", "unit"].map(|name| fs::read_to_string(folder.join(name)).expect("a file"))
    }

    #[test]
    fn kept_changes_leave_no_backups() {
        let folder = folder();
        change(folder.path()).keep();
        assert_eq!(texts(folder.path()), ["three", "two", "new"]);
        assert_eq!(names(folder.path()), ["binary", "previous", "unit", "wants"]);
        assert_eq!(
            fs::metadata(folder.path().join("binary")).expect("a file").permissions().mode() & 0o777,
            EXECUTABLE
        );
    }

    #[test]
    fn undone_changes_restore_every_file() {
        let folder = folder();
        change(folder.path()).undo().expect("all can be undone");
        assert_eq!(texts(folder.path()), ["two", "one", "old"]);
        assert_eq!(names(folder.path()), ["binary", "previous", "source", "unit", "wants"]);
        assert_eq!(names(&folder.path().join("wants")), [""; 0]);
    }

    #[test]
    fn two_versions_can_change_places() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        let mut changes = Changes::default();
        changes.copy(&at("previous"), &at("binary"), Some(&at("previous"))).expect("a copy");
        changes.keep();
        assert_eq!(texts(folder.path()), ["one", "two", "old"]);
    }

    #[test]
    fn a_source_that_cannot_be_read_changes_nothing() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        let mut changes = Changes::default();
        let failure =
            changes.copy(&at("nothing"), &at("binary"), Some(&at("previous"))).expect_err("there is no such file");
        assert!(failure.to_string().contains("binary"), "{failure}");
        assert_eq!(texts(folder.path()), ["two", "one", "old"]);
        assert_eq!(names(folder.path()), ["binary", "previous", "source", "unit"]);
    }
}
