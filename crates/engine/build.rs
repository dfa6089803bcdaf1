//! Writes an empty file in place of the site image that `src/site.rs` embeds: then the program looks for one that is attached to its file.

use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    println!("cargo::rustc-env=GRAVEN_DEPLOY={}", root.join("deploy").display());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    std::fs::write(out.join("site.pack"), "")
}
