//! Presses a folder into a pack file: `cargo run --profile author -p graven-press --example press -- content site.pack`.
//!
//! What builds have compressed and drawn before is in the user's cache, which `GRAVEN_CACHE` moves, or switches off if it is empty. With
//! `--uncompressed` first, nothing is compressed.

use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use graven_press::cache::Cache;
use graven_press::tree::SourceTree;
use graven_press::{Codings, Options, press_to_file};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (codings, paths) = match arguments.split_first() {
        Some((flag, paths)) if flag == "--uncompressed" => (Codings::Identity, paths),
        _ => (Codings::All, arguments.as_slice()),
    };
    let [folder, output] = paths else {
        eprintln!("usage: press [--uncompressed] FOLDER PACK");
        return ExitCode::from(2);
    };
    match run(Path::new(folder), Path::new(output), codings) {
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
fn run(folder: &Path, output: &Path, codings: Codings) -> Result<String, String> {
    let tree = SourceTree::read(folder).map_err(|error| format!("error: {error}\n"))?;
    let cache = Cache::of_user();
    let prefix = format!("{}/", folder.display());
    // Posts of a later time are scheduled.
    let clock = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let options = Options { codings, clock: i64::try_from(clock).ok(), ..Options::default() };
    let warnings = press_to_file(&tree, &options, &cache, output).map_err(|report| report.render(&tree, &prefix))?;
    let problem = cache.problem().map(|problem| format!("warning: {problem}\n")).unwrap_or_default();
    Ok(warnings.render(&tree, &prefix) + &problem)
}
