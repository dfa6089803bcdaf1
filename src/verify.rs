//! `notes verify`: checks that this executable is as it was built, and reports what was checked.
//!
//! 1. The site: every byte of the pack against the digests in the pack.
//! 2. The file: its SHA-256 against its [`record`]. Without a record the digest is printed, for a person to compare.
//! 3. The engine, if the site is attached to one: every byte before the site against the digest in the trailer.
//!
//! A program that checks itself may be damaged in the check; docs/pages/operating.md describes how to check it from outside.

use std::fs::File;
use std::path::{Path, PathBuf};

use graven_pack::{Pack, hex};

use crate::failure::Failure;
use crate::record;
use crate::site;

/// Checks the site and the file; returns a report of what was checked.
pub(crate) fn run(pack: Pack) -> Result<String, Failure> {
    pack.verify()?;
    let digest = hex(&pack.digest());
    let site = format!("site: {} routes, {} bytes, content {digest}: no damage found\n", pack.len(), pack.size());
    let file = check_file(&own_path()?)?;
    site::check_engine()?;
    Ok(site + &file)
}

/// The path of this executable.
pub(crate) fn own_path() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|error| Failure::new(format!("cannot find the path of this executable: {error}")))
}

/// Checks the file of this process against its record.
fn check_file(path: &Path) -> Result<String, Failure> {
    let found = own_digest(path)?;
    let record = record::path(path);
    match record::read(path)? {
        Some(recorded) if recorded == found => {
            Ok(format!("file: SHA-256 {found}, as in {}: no damage found\n", record.display()))
        }
        Some(recorded) => Err(Failure::new(format!(
            "this executable or its record is damaged: expected the SHA-256 {recorded} of {}, found {found}; copy the executable again and install it (if you have replaced it by hand, remove the record)",
            record.display()
        ))),
        None => Ok(format!(
            "file: SHA-256 {found}, not checked, because there is no {}; compare it with `sha256sum` of the file on the computer that built it\n",
            record.display()
        )),
    }
}

/// The digest of the file that runs, even if another file has its name by now. Without /proc, the file is opened by its path.
fn own_digest(path: &Path) -> Result<String, Failure> {
    match File::open("/proc/self/exe") {
        Ok(file) => record::sha256(file).map_err(|error| Failure::at(path, &error)),
        Err(_) => record::sha256_of(path),
    }
}
