//! The kit: the modules in `theme/models/`, which run any model, as one file.

use rust_embed::RustEmbed;

use crate::assets::Asset;
use crate::diagnostic::Report;
use crate::languages::{self, KIT, Words};
use crate::scripts::{self, Bundle};
use crate::tree::SourceTree;

#[derive(RustEmbed)]
#[folder = "theme/models/"]
struct DefaultKit;

/// The folder of the modules. A file of the site replaces the one of the same name.
const FOLDER: &str = "theme/models/";

/// The module that exports everything.
const ENTRY: &str = "theme/models/kit.js";

/// The kit of a build.
#[derive(Debug)]
pub(crate) struct Kit {
    /// The text of the file.
    pub(crate) text: String,
    /// The route of the file, with its fingerprint.
    pub(crate) route: String,
    /// The names that models may import.
    pub(crate) exports: Vec<String>,
}

impl Kit {
    /// The kit with these words, and with the replacements of the tree. Empty if its modules cannot be one file, which is reported.
    pub(super) fn load(tree: &SourceTree, words: &Words, report: &mut Report) -> Self {
        let mut modules = SourceTree::default();
        for name in DefaultKit::iter() {
            let file = DefaultKit::get(&name).expect("what is listed is there");
            let source = String::from_utf8_lossy(&file.data);
            modules.insert(format!("{FOLDER}{name}"), languages::translate(&name, &source, KIT, words));
        }
        for (path, bytes) in tree.below(FOLDER) {
            modules.insert(path, bytes);
        }
        let bundle = scripts::bundle(ENTRY, &modules, &[]).unwrap_or_else(|found| {
            report.extend(found);
            Bundle::default()
        });
        let Bundle { text, exports, .. } = bundle;
        let route = Asset::new("kit.js", text.as_bytes()).route;
        Self { text, route, exports }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::english;

    #[test]
    fn the_default_kit_is_one_small_file() {
        let mut report = Report::default();
        let kit = Kit::load(&SourceTree::default(), &english(), &mut report);
        assert!(report.is_empty(), "{:?}", report.diagnostics());
        let mut coded = Vec::new();
        brotli::BrotliCompress(&mut kit.text.as_bytes(), &mut coded, &brotli::enc::BrotliEncoderParams::default())
            .expect("compresses");
        assert!(coded.len() <= 6 * 1024, "the kit has {} bytes with br", coded.len());
        assert!(kit.text.contains("mount"), "models need it");
    }

    #[test]
    fn a_module_of_the_site_replaces_one_of_the_kit() {
        let mut tree = SourceTree::default();
        tree.insert("theme/models/kit.js", "export const mount = () => 1\n");
        let mut report = Report::default();
        let kit = Kit::load(&tree, &english(), &mut report);
        assert!(kit.text.contains("const mount=()=>1"), "{}", kit.text);
        assert_eq!(kit.exports, ["mount"]);
        tree.insert("theme/models/kit.js", "import './none.js'\n");
        Kit::load(&tree, &english(), &mut report);
        assert_eq!(report.diagnostics()[0].path, "theme/models/kit.js");
    }
}
