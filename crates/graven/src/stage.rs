//! A hidden folder for what a build has not completed. It is removed at the end, on Ctrl-C, and by the next build if the process was killed.
//!
//! A build holds a lock on a file in its folder for as long as it runs; the kernel releases it, whatever ends the process. So a folder whose lock is free
//! belongs to nobody.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::exit;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// The begin of the name of such a folder.
const PREFIX: &str = ".graven-build.";

/// The file in it that is locked.
const LOCK: &str = "lock";

/// A folder without a lock (not every file system has them) that is older than this belongs to no build any more.
const ABANDONED: Duration = Duration::from_hours(1);

/// The exit code of shells for a program that Ctrl-C has ended: 128 and the number of SIGINT.
const INTERRUPTED: i32 = 130;

/// A folder for what is not complete.
#[derive(Debug)]
pub(crate) struct Stage {
    /// Dropped first: Windows does not remove a file that is open.
    _lock: Option<File>,
    folder: TempDir,
}

impl Stage {
    /// Creates one in `folder`.
    pub(crate) fn create(folder: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(folder)?;
        // It gets its name when it is locked: another build would take one that is not for abandoned.
        let unlocked = folder.path().join("unlocked");
        let file = File::create_new(&unlocked)?;
        let lock = file.try_lock().is_ok().then_some(file);
        if lock.is_some() {
            fs::rename(unlocked, folder.path().join(LOCK))?;
        }
        Ok(Self { _lock: lock, folder })
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// From now on, Ctrl-C removes it and ends the process. If that cannot be arranged, the next build removes it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the main thread is busy, and what its destructors would remove is removed here"
    )]
    pub(crate) fn remove_on_interrupt(&self) {
        let folder = self.path().to_owned();
        let (ready, is_ready) = mpsc::channel::<()>();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
            let came = runtime.block_on(async {
                let mut interrupts = interrupts()?;
                drop(ready);
                io::Result::Ok(interrupts.recv().await)
            });
            if came?.is_some() {
                let _ = fs::remove_dir_all(folder);
                exit(INTERRUPTED);
            }
            io::Result::Ok(())
        });
        // The sender is dropped when the thread listens, or has failed.
        let _ = is_ready.recv();
    }

    /// Removes those in `folder` that belong to no build any more. What cannot be removed only takes room.
    pub(crate) fn remove_abandoned(folder: &Path) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes()) && is_abandoned(&entry.path()) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

#[cfg(unix)]
fn interrupts() -> io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

#[cfg(windows)]
fn interrupts() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}

fn is_abandoned(stage: &Path) -> bool {
    if let Ok(lock) = File::open(stage.join(LOCK)) {
        return lock.try_lock().is_ok();
    }
    let written = stage.metadata().and_then(|metadata| metadata.modified());
    written.is_ok_and(|written| written.elapsed().is_ok_and(|age| age > ABANDONED))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn what_a_killed_build_has_left_goes_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let old = SystemTime::now() - 2 * ABANDONED;
        for (name, is_old, file) in [
            (".graven-build.old", true, "site.pack"),
            (".graven-build.new", false, "site.pack"),
            (".graven-build.killed", false, LOCK),
            ("notes", true, LOCK),
        ] {
            let path = folder.path().join(name);
            fs::create_dir(&path).expect("a folder");
            fs::write(path.join(file), "").expect("a file");
            if is_old {
                File::open(&path).and_then(|file| file.set_modified(old)).expect("its time can be set");
            }
        }
        let running = Stage::create(folder.path()).expect("a folder");
        File::open(running.path()).and_then(|file| file.set_modified(old)).expect("its time can be set");
        Stage::remove_abandoned(folder.path());
        let left = || {
            let names = fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.path());
            let mut names: Vec<_> = names.collect();
            names.sort();
            names
        };
        let mut expected = [".graven-build.new", "notes"].map(|name| folder.path().join(name)).to_vec();
        let others = expected.clone();
        expected.push(running.path().to_owned());
        expected.sort();
        assert_eq!(left(), expected);
        drop(running);
        assert_eq!(left(), others);
    }
}
