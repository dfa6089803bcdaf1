//! Presses a folder into a pack file: `cargo run -p graven-press --example press -- content site.pack`.
//!
//! What builds have compressed and drawn before is in the user's cache, which `GRAVEN_CACHE` moves, or switches off if it is empty.

use std::path::Path;
use std::process::ExitCode;

use graven_press::cache::Cache;
use graven_press::tree::SourceTree;
use graven_press::{Options, press};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, output] = arguments.as_slice() else {
        eprintln!("usage: press FOLDER PACK");
        return ExitCode::from(2);
    };
    match run(Path::new(folder), Path::new(output)) {
        Ok(warnings) => {
            eprint!("{warnings}");
            ExitCode::SUCCESS
        }
        Err(errors) => {
            eprint!("{errors}");
            ExitCode::FAILURE
        }
    }
}

/// Returns the report as text: the warnings, or the errors.
fn run(folder: &Path, output: &Path) -> Result<String, String> {
    let tree = SourceTree::read(folder).map_err(|error| format!("error: {error}\n"))?;
    let cache = Cache::of_user();
    let prefix = format!("{}/", folder.display());
    let pressed = press(&tree, &Options::default(), &cache).map_err(|report| report.render(&tree, &prefix))?;
    std::fs::write(output, pressed.pack).map_err(|error| format!("error: {}: {error}\n", output.display()))?;
    let problem = cache.problem().map(|problem| format!("warning: {problem}\n")).unwrap_or_default();
    Ok(pressed.report.render(&tree, &prefix) + &problem)
}
