//! `graven check`: everything that a build checks, without its result. Nothing is compressed, and no pack is made.
//!
//! The report is for people as `graven build` prints it, or in a form that programs read: [`json`], [`sarif`], [`github`]. Two checks are of this
//! command alone, as warnings: of placeholders, and of what is [`unused`].

mod finding;
mod github;
mod json;
mod sarif;
mod unused;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use graven_press::cache::Cache;
use graven_press::diagnostic::{Diagnostic, Report};
use graven_press::incremental::Incremental;
use graven_press::tree::SourceTree;
use graven_press::{Codings, Options as Press};

use self::finding::findings;
use crate::content;
use crate::error::{self, Error};
use crate::new::{DESCRIPTION, DRAFT};

/// Check the site: report what a build would report, without building it.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The folder with the site's `site.toml` [default: this folder, or `content` in it]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,

    /// The form of the report
    #[arg(short, long, value_name = "FORM", default_value = "human")]
    format: Format,

    /// Fail if there are warnings
    #[arg(long)]
    deny_warnings: bool,

    /// Check drafts too, which no build contains
    #[arg(long)]
    drafts: bool,

    /// The address of the site, in place of `base_url` in `site.toml`
    #[arg(short, long, value_name = "URL", env = "NOTES_BASE_URL")]
    base_url: Option<String>,

    /// The time of the build in seconds since 1970 [default: the newest date in the content]
    #[arg(long, value_name = "SECONDS", env = "SOURCE_DATE_EPOCH")]
    time: Option<i64>,
}

const EXAMPLES: &str = "\
The exit code is 0 if a build would succeed, and 1 if not. In the folder nothing is written. For people, the report goes to standard error, as that of a build; for programs, to standard output.

Examples:
  graven check
  graven check blog --drafts --deny-warnings
  graven check --format github         in a workflow of GitHub: notes at the lines of a pull request
  graven check --format sarif >graven.sarif
";

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Each mistake with its line, for people
    Human,
    /// One object, with a list of all mistakes
    Json,
    /// SARIF 2.1.0, which code scanners and editors read
    Sarif,
    /// Commands for a workflow of GitHub
    Github,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let folder = content::folder(options.folder.as_deref());
    let (tree, prefix) = (content::read(&folder)?, content::prefix(&folder));
    let report = check(&tree, options);
    let failure = failure(&report, options.deny_warnings);
    let printed = match options.format {
        Format::Human if report.has_errors() => return Err(Error::report(report.render(&tree, &prefix))),
        Format::Human if report.is_empty() => report.render(&tree, &prefix),
        Format::Human => {
            error::say(report.render(&tree, &prefix));
            String::new()
        }
        Format::Json => json::render(&findings(&report, &tree, &prefix)),
        Format::Sarif => sarif::render(&findings(&report, &tree, &prefix)),
        Format::Github => github::render(&findings(&report, &tree, &prefix)),
    };
    error::print(printed)?;
    failure.map_or(Ok(()), |message| Err(Error::new(message)))
}

/// Why the command fails, if it does.
fn failure(report: &Report, denies_warnings: bool) -> Option<&'static str> {
    if report.has_errors() {
        return Some("the site cannot be built");
    }
    (denies_warnings && !report.is_empty()).then_some("there are warnings, and --deny-warnings was given")
}

/// The errors and warnings of a build, and those of this command.
fn check(tree: &SourceTree, options: &Options) -> Report {
    let press = Press {
        base_url: options.base_url.clone(),
        drafts: options.drafts,
        now: options.time,
        codings: Codings::Identity,
        ..Press::default()
    };
    // What pictures are made of is kept for later, so that a second check need not make it again.
    let pressed = Incremental::new(press, Cache::of_user()).press(tree, |preview| preview.report().clone());
    let mut report = pressed.unwrap_or_else(|report| report);
    placeholders(tree, &mut report);
    unused::warn(tree, &mut report);
    report.sort();
    report
}

/// Warns about descriptions that `graven new` has left to the author, of texts that are to be published.
fn placeholders(tree: &SourceTree, report: &mut Report) {
    for (path, bytes) in ["posts/", "pages/"].into_iter().flat_map(|folder| tree.below(folder)) {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        // A byte order mark and ends of lines may be those of another editor.
        let is_toml = text.trim_start_matches('\u{feff}').starts_with("+++");
        let head = text.split_once("\n+++").filter(|_| is_toml).map_or("", |(head, _)| head);
        let is_draft = head.lines().any(|line| line.replace(' ', "").starts_with(&DRAFT.replace(' ', "")));
        if let Some(at) = head.find(DESCRIPTION).filter(|_| !is_draft) {
            let message = "the description is still to be written";
            let warning = Diagnostic::warning(path, at..at + DESCRIPTION.len(), message);
            report.push(warning.help("say in one sentence what the text is about"));
        }
    }
}
