//! A folder of content, pressed with what earlier builds have left in the user's cache. Warnings are printed.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use graven_press::cache::Cache;
use graven_press::diagnostic::Report;
use graven_press::tree::SourceTree;
use graven_press::{Options, press_to_file};

use crate::error::{self, Error};
use crate::progress;

/// The folder of the content: the named one; else this one if it is a site, else `content`.
pub(crate) fn folder(named: Option<&Path>) -> PathBuf {
    match named {
        Some(folder) => folder.to_owned(),
        None if !Path::new("site.toml").exists() && Path::new("content/site.toml").exists() => "content".into(),
        None => ".".into(),
    }
}

/// The files of a folder.
pub(crate) fn read(folder: &Path) -> Result<SourceTree, Error> {
    SourceTree::read(folder).map_err(|error| Error::new(error.to_string()))
}

/// What comes before the path of a file of the folder, so that a terminal can open it.
pub(crate) fn prefix(folder: &Path) -> String {
    if folder == Path::new(".") { String::new() } else { format!("{}/", folder.display()) }
}

/// The clock of this machine, in Unix seconds: posts dated after it are scheduled.
pub(crate) fn clock() -> Option<i64> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).ok()
}

/// Presses a folder into a pack in memory.
pub(crate) fn press(folder: &Path, options: &Options) -> Result<Vec<u8>, Error> {
    run(folder, |tree, cache| graven_press::press(tree, options, cache).map(|pressed| (pressed.report, pressed.pack)))
}

/// Presses a folder into a file, and shows on a terminal how far it is.
pub(crate) fn press_into(folder: &Path, options: &Options, file: &Path) -> Result<(), Error> {
    let options = Options { progress: progress::bar(), ..options.clone() };
    run(folder, |tree, cache| press_to_file(tree, &options, cache, file).map(|report| (report, ())))
}

fn run<Made>(
    folder: &Path,
    press: impl FnOnce(&SourceTree, &Cache) -> Result<(Report, Made), Report>,
) -> Result<Made, Error> {
    let (tree, prefix) = (read(folder)?, prefix(folder));
    let cache = Cache::of_user();
    let (warnings, made) = press(&tree, &cache).map_err(|found| Error::report(found.render_causes(&tree, &prefix)))?;
    if !warnings.is_empty() {
        error::say(warnings.render_causes(&tree, &prefix));
    }
    if let Some(problem) = cache.problem() {
        error::say(format_args!("warning: {problem}"));
    }
    Ok(made)
}
