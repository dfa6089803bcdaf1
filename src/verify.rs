//! `notes verify`: whether this executable is as it was built, and which part of that was checked.
//!
//! 1. The site: every byte of the pack against the digests that it has in itself.
//! 2. The file: its SHA-256 against the one in its [`record`], where there is a record. Without one it is printed, to be compared by a person.
//!
//! What cannot be checked from here is said in docs/operating.md: a program that checks itself may be damaged where it checks.

use std::fs::File;
use std::path::{Path, PathBuf};

use graven_pack::{Pack, hex};

use crate::failure::Failure;
use crate::record;

/// Checks all that can be checked; says what was.
pub(crate) fn run(pack: Pack) -> Result<String, Failure> {
    pack.verify()?;
    let digest = hex(&pack.digest());
    let site = format!("site: {} routes, {} bytes, content {digest}: every byte is right\n", pack.len(), pack.size());
    Ok(site + &check_file(&own_path()?)?)
}

/// Where this executable is.
pub(crate) fn own_path() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|error| Failure::new(format!("where this executable is: {error}")))
}

/// The file of this process against its record.
fn check_file(path: &Path) -> Result<String, Failure> {
    let found = own_digest(path)?;
    let record = record::path(path);
    match record::read(path)? {
        Some(recorded) if recorded == found => {
            Ok(format!("file: SHA-256 {found}, as in {}: every byte is right\n", record.display()))
        }
        Some(recorded) => Err(Failure::new(format!(
            "this executable or its record is damaged: its SHA-256 is {found}, and {} has {recorded}; copy the executable again and install it (if you have put another version here by hand, remove the record)",
            record.display()
        ))),
        None => Ok(format!(
            "file: SHA-256 {found}: not checked, there is no {}; compare it with `sha256sum` of the file on the computer that built it\n",
            record.display()
        )),
    }
}

/// The digest of the very file that runs, although another may have its name by now; by its path where there is no /proc.
fn own_digest(path: &Path) -> Result<String, Failure> {
    match File::open("/proc/self/exe") {
        Ok(file) => record::sha256(file).map_err(|error| Failure::at(path, &error)),
        Err(_) => record::sha256_of(path),
    }
}
