//! `graven theme`: the files of the default theme, to begin one's own from. press has them.

use std::borrow::Cow;

use clap::Args;
use graven_press::{theme_file, theme_files};

use crate::error::{self, Error};

/// List the files of the default theme, or print one.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The file to print [default: the names of all files]
    file: Option<String>,
}

const EXAMPLES: &str = "\
A file of the same name in the folder `theme/` of a site takes its place. Each word in a file of `theme/languages/` takes the place of that word; what the file
lacks is as it was.

Examples:
  graven theme base.css >theme/base.css                            the style of every page, to change it
  graven theme languages/en.toml >theme/languages/nl.toml          all words of the theme, to translate them
";

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    match &options.file {
        None => error::print(names()),
        Some(file) => error::print(text(file)?),
    }
}

/// The text of a file, which may be named with its folder.
fn text(file: &str) -> Result<Cow<'static, [u8]>, Error> {
    let name = file.strip_prefix("theme/").unwrap_or(file);
    theme_file(name)
        .ok_or_else(|| Error::usage(format!("the theme has no file \"{name}\"; `graven theme` lists its files")))
}

/// The names of all files, a line for each.
fn names() -> String {
    let mut names: Vec<Cow<str>> = theme_files().collect();
    names.sort_unstable();
    names.iter().flat_map(|name| [name, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_listed_file_can_be_printed() {
        let names = names();
        for expected in ["base.css", "favicon.svg", "languages/en.toml", "models/kit.js"] {
            assert!(names.lines().any(|name| name == expected), "{names}");
        }
        for name in names.lines() {
            assert!(theme_file(name).is_some_and(|text| !text.is_empty()), "{name}");
        }
    }

    #[test]
    fn a_file_is_found_with_and_without_its_folder_and_no_other_is() {
        for (file, exit_code) in [("base.css", 0), ("theme/base.css", 0), ("script/first.js", 2), ("bsae.css", 2)] {
            assert_eq!(text(file).map_or_else(|error| error.exit_code(), |_| 0), exit_code, "{file}");
        }
    }
}
