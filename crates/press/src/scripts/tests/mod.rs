//! Bundles of small modules, and of the scripts of this repository.

mod bundles;
mod problems;
mod real;

use super::{Bundle, External, bundle};
use crate::diagnostic::Report;
use crate::tree::SourceTree;

fn tree(files: &[(&str, &str)]) -> SourceTree {
    let mut tree = SourceTree::default();
    for &(path, text) in files {
        tree.insert(path, text);
    }
    tree
}

/// Bundles the first of the files. The external `graven` exports `h` and `svg`.
fn bundle_first(files: &[(&str, &str)]) -> Result<Bundle, Report> {
    let exports = ["h", "svg"].map(str::to_owned);
    let graven = External { name: "graven", url: "/assets/kit.js", exports: &exports };
    bundle(files[0].0, &tree(files), &[graven])
}
