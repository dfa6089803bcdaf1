//! Embeds the engines of the folder `GRAVEN_ENGINES`, which has a file for each target, named by its triple. Without the variable there are none.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=GRAVEN_ENGINES");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=GRAVEN_HOST={}", env::var("TARGET").expect("cargo sets TARGET"));
    let folder = env::var_os("GRAVEN_ENGINES").filter(|folder| !folder.is_empty());
    let files = folder.as_deref().map_or(Ok(Vec::new()), engines)?;
    let mut list = String::from("&[");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let triple = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let path = file.to_string_lossy();
        write!(list, "({triple:?}, include_bytes!({path:?})), ").expect("writing to a String cannot fail");
    }
    list.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("engines.rs"), list)
}

/// The files of the folder, sorted. The folder is read again when it changes.
fn engines(folder: &OsStr) -> io::Result<Vec<PathBuf>> {
    // Relative to the workspace, where the command is typed; cargo runs this program in the crate's folder.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder).canonicalize();
    let folder = folder.map_err(|error| io::Error::new(error.kind(), format!("GRAVEN_ENGINES: {error}")))?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}
