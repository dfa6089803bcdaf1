//! The state folder: what is where, the lock, and writes after which a file is either the old or the new one.
//!
//! ```text
//! account.json              the accounts, by the address of the CA's directory
//! renewal.json              what is ordered, and what is known of the next attempt
//! pending.json              the order and the key of a certificate that the CA may have signed, until it is here
//! served/certificate.pem    private key and chain: the only part that the server can see is this folder
//! served/challenges/        what the CA asks the server for
//! rehearsal/                certificate.pem, renewal.json and pending.json of a test CA, which are never served
//! lock                      held by the running command
//! ```
//!
//! Only the folder's owner writes into it: a file of another user, even root's, would keep the service from its own folder, and root would follow
//! whatever link the service's user has put there. Nothing in the folder that is a link is used.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use crate::error::Error;
use crate::keys::random;

/// Only the owner: everything here is a key, or decides what one is used for.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// What is taken of the disk before the CA is asked, so that its answer can be kept: a key and a chain have about 5 KB.
const RESERVED_BYTES: usize = 32 * 1024;

/// Where a certificate and its renewal are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The server shows it.
    Served,
    /// A test CA made it.
    Rehearsal,
}

/// The state folder, without a lock: for reading.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    folder: PathBuf,
}

impl Paths {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(crate) fn account(&self) -> PathBuf {
        self.folder.join("account.json")
    }

    pub(crate) fn renewal(&self, place: Place) -> PathBuf {
        match place {
            Place::Served => self.folder.join("renewal.json"),
            Place::Rehearsal => self.folder.join("rehearsal/renewal.json"),
        }
    }

    pub(crate) fn pending(&self, place: Place) -> PathBuf {
        match place {
            Place::Served => self.folder.join("pending.json"),
            Place::Rehearsal => self.folder.join("rehearsal/pending.json"),
        }
    }

    pub(crate) fn certificate(&self, place: Place) -> PathBuf {
        match place {
            Place::Served => self.folder.join("served/certificate.pem"),
            Place::Rehearsal => self.folder.join("rehearsal/certificate.pem"),
        }
    }

    pub(crate) fn challenges(&self) -> PathBuf {
        self.folder.join("served/challenges")
    }
}

/// The state folder, locked: for writing.
pub(crate) struct State {
    pub(crate) paths: Paths,
    /// The lock ends with the process.
    _lock: File,
}

impl State {
    /// Opens the folder, or makes it. Fails if another command has it open, or if it is another user's.
    pub(crate) fn open(folder: &Path, report: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        let paths = Paths::new(folder);
        make_folder(folder)?;
        check_owner(folder)?;
        let lock = folder.join("lock");
        close_folder(folder, &lock, report)?;
        for folder in [&folder.join("served"), &paths.challenges(), &folder.join("rehearsal")] {
            make_folder(folder)?;
            close_to_others(folder, FOLDER_MODE, 0o022, report)?;
        }
        let lock = take_lock(folder, &lock)?;
        let places = [Place::Served, Place::Rehearsal];
        for file in places.map(|place| paths.certificate(place)).into_iter().chain([paths.account()]) {
            close_to_others(&file, FILE_MODE, 0o077, report)?;
        }
        for file in places.map(|place| paths.pending(place)) {
            // No certificate is made with a key that others may know.
            if close_to_others(&file, FILE_MODE, 0o077, report)? == Found::Open {
                fs::remove_file(&file).map_err(|error| Error::file(&file, &error))?;
            }
        }
        let state = Self { paths, _lock: lock };
        state.remove_challenges()?;
        Ok(state)
    }

    /// Removes what a command that was killed has left to the server.
    fn remove_challenges(&self) -> Result<(), Error> {
        let folder = self.paths.challenges();
        let entries = fs::read_dir(&folder).map_err(|error| Error::file(&folder, &error))?;
        for entry in entries.filter_map(Result::ok) {
            // No command makes a folder there.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            fs::remove_file(entry.path()).map_err(|error| Error::file(&entry.path(), &error))?;
        }
        Ok(())
    }

    /// Renames a damaged file, so that nothing is lost, and says so.
    pub(crate) fn set_aside(&self, path: &Path, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
        let free = self.free_name(path, "damaged");
        let renamed = fs::rename(path, &free).and_then(|()| File::open(&self.paths.folder)?.sync_all());
        renamed.map_err(|error| Error::file(path, &error))?;
        report(&format!("{}: damaged; kept as {}, and written anew", path.display(), free.display()));
        Ok(())
    }

    /// Copies a file that is about to be replaced, and returns the name of the copy.
    pub(crate) fn keep_copy(&self, path: &Path) -> Result<PathBuf, Error> {
        let free = self.free_name(path, "replaced");
        fs::copy(path, &free).map_err(|error| Error::file(&free, &error))?;
        Ok(free)
    }

    /// A name for another copy of a file. Never in `served`: the server need not see it.
    fn free_name(&self, path: &Path, word: &str) -> PathBuf {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let numbered = (1..).map(|number| self.paths.folder.join(format!("{name}.{word}-{number}")));
        numbered.into_iter().find(|candidate| !candidate.exists()).expect("there is a number for each file")
    }
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    let made = DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder);
    made.map_err(|error| Error::file(folder, &error))
}

/// Refuses a folder of another user.
fn check_owner(folder: &Path) -> Result<(), Error> {
    let owner = fs::metadata(folder).map_err(|error| Error::file(folder, &error))?.uid();
    let user = geteuid().as_raw();
    if owner == user {
        return Ok(());
    }
    Err(Error::Local(format!(
        "{}: the folder is user {owner}'s, and this runs as user {user}; run it as its owner, or name a folder of your own with --state",
        folder.display()
    )))
}

/// Takes the right to write into the state folder away from others, if it is known to be one. Of another folder, it is for its owner to decide.
fn close_folder(folder: &Path, lock: &Path, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let mode = fs::metadata(folder).map_err(|error| Error::file(folder, &error))?.mode() & 0o7777;
    // Others may look into it, but not exchange what is in it.
    if mode & 0o022 == 0 {
        return Ok(());
    }
    let is_own = fs::symlink_metadata(lock).is_ok_and(|lock| lock.is_file() && lock.uid() == geteuid().as_raw());
    // With the sticky bit it is a folder that is shared on purpose, such as /tmp.
    if is_own && mode & 0o1000 == 0 {
        // The folder itself may be a link to it: that of systemd's state directories is.
        let folder = folder.canonicalize().map_err(|error| Error::file(folder, &error))?;
        return close_to_others(&folder, FOLDER_MODE, 0o022, report).map(|_| ());
    }
    Err(Error::Local(format!(
        "{}: other users can write into this folder (mode {mode:o}); name one for this alone with --state, or close it (chmod 700)",
        folder.display()
    )))
}

fn take_lock(folder: &Path, path: &Path) -> Result<File, Error> {
    refuse_link(path)?;
    let options = OpenOptions::new().write(true).create(true).truncate(false).mode(FILE_MODE).open(path);
    let lock = options.map_err(|error| Error::file(path, &error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Error::Local(format!(
            "{}: another `notes certificate` is running; wait until it has ended",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(Error::file(path, &error)),
    }
}

/// Refuses a link: what it leads to is not this folder's to change.
fn refuse_link(path: &Path) -> Result<(), Error> {
    if path.is_symlink() {
        return Err(Error::Local(format!("{}: expected no link; remove it", path.display())));
    }
    Ok(())
}

/// Takes the rights of others away, if they have some of these, and says so.
fn close_to_others(path: &Path, mode: u32, forbidden: u32, report: &mut dyn FnMut(&str)) -> Result<Found, Error> {
    refuse_link(path)?;
    let found = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata.mode() & 0o7777,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Closed),
        Err(error) => return Err(Error::file(path, &error)),
    };
    if found & forbidden == 0 {
        return Ok(Found::Closed);
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|error| Error::file(path, &error))?;
    report(&format!(
        "warning: {} was open to other users (mode {found:o}), and is closed now ({mode:o}); if one of them may have read a key, run `notes certificate obtain --force`",
        path.display()
    ));
    Ok(Found::Open)
}

/// How a file or folder was found, or that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    Closed,
    Open,
}

/// Reads a file. `None` if there is none.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::file(path, &error)),
    }
}

/// Replaces a file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    Draft::new(path)?.publish(bytes)
}

/// A new file next to the one that it will replace. It is removed unless it is published.
pub(crate) struct Draft {
    path: PathBuf,
    own: PathBuf,
    file: File,
}

impl Draft {
    pub(crate) fn new(path: &Path) -> Result<Self, Error> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let own = path.with_file_name(format!(".{name}.new"));
        // One that a killed command has left may have another mode. The lock keeps others away.
        match fs::remove_file(&own) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::file(&own, &error)),
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&own);
        let file = file.map_err(|error| Error::file(&own, &error))?;
        Ok(Self { path: path.to_owned(), own, file })
    }

    /// The same, with space on the disk for a certificate.
    pub(crate) fn with_space(path: &Path) -> Result<Self, Error> {
        let mut draft = Self::new(path)?;
        // Random: a file system that compresses would take no space for others.
        let taken = draft.file.write_all(&random::<RESERVED_BYTES>()).and_then(|()| draft.file.sync_all());
        taken.map_err(|error| Error::file(path, &error))?;
        Ok(draft)
    }

    /// Writes the content and puts it in place of the file, so that a power failure leaves the old or the new one.
    pub(crate) fn publish(mut self, bytes: &[u8]) -> Result<(), Error> {
        let published = self.fill(bytes).and_then(|()| fs::rename(&self.own, &self.path));
        published.map_err(|error| Error::file(&self.path, &error))?;
        // It is there. If the disk does not keep the name, the old file is back after a power failure.
        let folder = self.path.parent().expect("a file is in a folder");
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    }

    fn fill(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.rewind()?;
        self.file.write_all(bytes)?;
        self.file.set_len(bytes.len() as u64)?;
        self.file.sync_all()
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // After a rename there is nothing to remove.
        let _ = fs::remove_file(&self.own);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("it is there").permissions().mode() & 0o777
    }

    fn open(folder: &Path) -> Result<(State, Vec<String>), Error> {
        let mut lines = Vec::new();
        let state = State::open(folder, &mut |line| lines.push(line.to_owned()))?;
        Ok((state, lines))
    }

    #[test]
    fn only_the_owner_can_read_what_is_written() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("new/state");
        let (state, lines) = open(&folder).expect("it is made");
        write(&state.paths.account(), b"{}").expect("it is written");
        assert_eq!(
            (mode(&folder), mode(&state.paths.challenges()), mode(&state.paths.account())),
            (0o700, 0o700, 0o600)
        );
        assert!(lines.is_empty(), "{lines:?}");
    }

    #[test]
    fn two_commands_do_not_run_at_once() {
        let home = tempfile::tempdir().expect("a folder");
        let first = open(home.path()).expect("it is free");
        let error = open(home.path()).err().expect("it is locked").to_string();
        assert!(error.contains("another `notes certificate` is running"), "{error}");
        drop(first);
        open(home.path()).expect("it is free again");
    }

    #[test]
    fn a_key_that_others_could_read_is_closed_and_said() {
        let home = tempfile::tempdir().expect("a folder");
        let (state, _) = open(home.path()).expect("it is made");
        let file = state.paths.certificate(Place::Served);
        write(&file, b"key").expect("it is written");
        drop(state);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("it is ours");
        let (_state, lines) = open(home.path()).expect("it is free");
        assert_eq!((mode(&file), lines.len()), (0o600, 1));
        assert!(lines[0].contains("(mode 644)"), "{lines:?}");
    }

    #[test]
    fn a_key_that_others_could_read_is_not_used() {
        let home = tempfile::tempdir().expect("a folder");
        let pending = home.path().join("pending.json");
        for (mode, is_kept) in [(0o600, true), (0o644, false)] {
            fs::write(&pending, "{}").expect("a file");
            fs::set_permissions(&pending, fs::Permissions::from_mode(mode)).expect("it is ours");
            drop(open(home.path()).expect("it is free"));
            assert_eq!(pending.exists(), is_kept, "{mode:o}");
        }
    }

    #[test]
    fn a_folder_that_others_share_is_left_as_it_is() {
        for mode in [0o1777, 0o2775, 0o777] {
            let home = tempfile::tempdir().expect("a folder");
            fs::set_permissions(home.path(), fs::Permissions::from_mode(mode)).expect("it is ours");
            let error = open(home.path()).err().expect("others write there").to_string();
            assert!(error.contains(&format!("mode {mode:o}")) && error.contains("--state"), "{error}");
            let found = fs::metadata(home.path()).expect("a folder").permissions().mode() & 0o7777;
            assert_eq!((found, fs::read_dir(home.path()).expect("a folder").count()), (mode, 0));
        }
    }

    #[test]
    fn a_state_folder_that_was_opened_to_others_is_closed_and_said() {
        let home = tempfile::tempdir().expect("a folder");
        drop(open(home.path()).expect("it is made"));
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).expect("it is ours");
        let (_state, lines) = open(home.path()).expect("it is free");
        assert_eq!((mode(home.path()), lines.len()), (0o700, 1), "{lines:?}");
    }

    #[test]
    fn what_a_link_leads_to_is_not_touched() {
        for name in ["served", "served/challenges", "rehearsal", "lock", "account.json", "served/certificate.pem"] {
            let home = tempfile::tempdir().expect("a folder");
            let victim = home.path().join("victim");
            fs::create_dir(&victim).expect("a folder");
            fs::write(victim.join("file"), "x").expect("a file");
            fs::set_permissions(&victim, fs::Permissions::from_mode(0o777)).expect("it is ours");
            let folder = home.path().join("state");
            let link = folder.join(name);
            DirBuilder::new().recursive(true).mode(0o700).create(link.parent().expect("a folder")).expect("a folder");
            std::os::unix::fs::symlink(&victim, &link).expect("a link");
            let error = open(&folder).err().expect("a link").to_string();
            assert!(error.contains("expected no link"), "{name}: {error}");
            assert_eq!((mode(&victim), victim.join("file").exists()), (0o777, true), "{name}");
        }
    }

    #[test]
    fn only_its_owner_opens_it() {
        let home = tempfile::tempdir().expect("a folder");
        // Only root can give a folder away; for others /proc is another user's.
        let given = std::os::unix::fs::chown(home.path(), Some(65_534), Some(65_534));
        let folder = if given.is_ok() { home.path() } else { Path::new("/proc") };
        let error = open(folder).err().expect("it is another user's").to_string();
        assert!(error.contains("run it as its owner"), "{error}");
        assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn a_draft_that_is_not_published_leaves_the_old_file_and_nothing_else() {
        let home = tempfile::tempdir().expect("a folder");
        let file = home.path().join("file");
        write(&file, b"old").expect("it is written");
        drop(Draft::with_space(&file).expect("there is space"));
        assert_eq!(fs::read(&file).expect("it is there"), b"old");
        assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 1);
        Draft::with_space(&file).expect("there is space").publish(b"new").expect("it is written");
        assert_eq!(fs::read(&file).expect("it is there"), b"new");
        assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn challenges_of_a_command_that_was_killed_are_removed() {
        let home = tempfile::tempdir().expect("a folder");
        let (state, _) = open(home.path()).expect("it is made");
        write(&state.paths.challenges().join("token"), b"x").expect("it is written");
        drop(state);
        let (state, _) = open(home.path()).expect("it is free");
        assert_eq!(fs::read_dir(state.paths.challenges()).expect("a folder").count(), 0);
    }
}
