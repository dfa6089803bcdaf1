//! Files that a command writes anew, with their folders: all of them, or none. What a full disk leaves would be in the way of the second try.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// What was written. It is removed again unless it is [kept](Self::keep).
#[derive(Debug, Default)]
pub(crate) struct NewFiles {
    /// In the order in which it was made.
    made: Vec<Made>,
}

#[derive(Debug)]
enum Made {
    File(PathBuf),
    Folder(PathBuf),
}

impl NewFiles {
    /// Writes a file that is not there yet, with the folders above it.
    pub(crate) fn write(&mut self, path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Error> {
        let written = self.create_folder(path.parent().unwrap_or(Path::new(""))).and_then(|()| {
            let mut file = File::create_new(path)?;
            self.made.push(Made::File(path.to_owned()));
            file.write_all(bytes.as_ref())
        });
        written.map_err(|source| Error::file("write", path, &source))
    }

    fn create_folder(&mut self, folder: &Path) -> io::Result<()> {
        let is_there = |folder: &Path| folder.as_os_str().is_empty() || folder.is_dir();
        let missing: Vec<_> = folder.ancestors().take_while(|folder| !is_there(folder)).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.made.push(Made::Folder(folder.to_owned()));
        }
        Ok(())
    }

    /// All is written.
    pub(crate) fn keep(mut self) {
        self.made.clear();
    }
}

impl Drop for NewFiles {
    fn drop(&mut self) {
        for made in self.made.drain(..).rev() {
            // A folder may have got other files meanwhile. It is not removed then.
            let _ = match made {
                Made::File(path) => fs::remove_file(path),
                Made::Folder(path) => fs::remove_dir(path),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_written_or_none_and_what_was_there_stays() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path();
        fs::create_dir(root.join("posts")).expect("a folder");
        fs::write(root.join("posts/there.md"), "before").expect("a file");
        // A file is not written over, and nothing can be written below one.
        for wrong in ["posts/there.md", "posts/there.md/index.md", "posts/new/index.md/a"] {
            let mut files = NewFiles::default();
            files.write(&root.join("posts/new/index.md"), "new").expect("it can be written");
            files.write(&root.join("pages/a/b.md"), "new").expect("it can be written");
            let error = files.write(&root.join(wrong), "new").expect_err(wrong).to_string();
            assert!(error.starts_with("error: cannot write ") && error.contains(wrong), "{error}");
            drop(files);
            let left = |folder: &str| fs::read_dir(root.join(folder)).expect("a folder").count();
            assert_eq!((left(""), left("posts")), (1, 1), "{wrong}");
            assert_eq!(fs::read_to_string(root.join("posts/there.md")).expect("a file"), "before");
        }
        let mut files = NewFiles::default();
        files.write(&root.join("posts/new/index.md"), "new").expect("it can be written");
        files.keep();
        assert_eq!(fs::read_to_string(root.join("posts/new/index.md")).expect("a file"), "new");
    }
}
