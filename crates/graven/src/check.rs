//! `graven check`: everything that a build checks, without its result. Nothing is compressed, and no pack is made.
//!
//! The report is for people as `graven build` prints it, or in a form that programs read: [`json`], [`sarif`], [`github`]. Some checks are of this
//! command alone, as warnings: those of press's `advice`, and of what is [`unused`]. [`fix`] makes the changes that are certain.

mod finding;
mod fix;
mod github;
mod json;
mod links;
mod sarif;
mod unused;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use graven_press::advice::Advice;
use graven_press::cache::Cache;
use graven_press::diagnostic::{Diagnostic, Report};
use graven_press::incremental::Incremental;
use graven_press::tree::SourceTree;
use graven_press::{Codings, Options as Press};

use self::finding::findings;
use crate::content;
use crate::error::{self, Error};
use crate::new::DESCRIPTION;

/// Check the site: report what a build would report, without building it.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Options {
    /// The folder with the site's `site.toml` [default: this folder, or `content` in it]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,

    /// The form of the report
    #[arg(short, long, value_name = "FORM", default_value = "human")]
    format: Format,

    /// Show people each mistake; without it, those of one cause are shown together, and of many causes the first 20
    #[arg(long)]
    all: bool,

    /// Correct what is certain: misspelt keys, topics, links and tags with one correct spelling, and links that are redirected on this site
    #[arg(long)]
    fix: bool,

    /// With --fix, only list the changes
    #[arg(long, requires = "fix")]
    dry_run: bool,

    /// Look for slips in the texts too: doubled words, skipped levels of headings, very long sentences
    #[arg(long)]
    prose: bool,

    /// Ask other sites whether the links to them are right; what they said is kept for a week, what was wrong for an hour
    #[arg(long)]
    links: bool,

    /// Fail if there are warnings
    #[arg(long)]
    deny_warnings: bool,

    /// Check drafts too, which no build contains
    #[arg(long)]
    drafts: bool,

    /// The address of the site, in place of `base_url` in `site.toml`
    #[arg(short, long, value_name = "URL", env = "NOTES_BASE_URL")]
    base_url: Option<String>,

    /// The time of the build in seconds since 1970; later posts are scheduled [default: the newest date in the content that is past]
    #[arg(long, value_name = "SECONDS", env = "SOURCE_DATE_EPOCH")]
    time: Option<i64>,
}

const EXAMPLES: &str = "\
The exit code is 0 if a build would succeed, and 1 if not. Without --fix, nothing is written in the folder. For people, the report goes to standard error, as that of a build; for programs, to standard output.

Examples:
  graven check
  graven check --fix --dry-run         what would be corrected
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
    let prefix = content::prefix(&folder);
    let tree = match content::read(&folder) {
        Ok(tree) => tree,
        Err(error) if options.format == Format::Human => return Err(error),
        Err(error) => return finish(&unreadable(&error, &folder), (&SourceTree::default(), &prefix), options),
    };
    let mut check = Check::new(options);
    if !options.fix {
        let mut report = check.run(&tree);
        check.run_links(&tree, &mut report);
        return finish(&report, (&tree, &prefix), options);
    }
    let mut fixed = fix::fix(&tree, |tree| check.run(tree));
    let written = if options.dry_run { Ok(()) } else { fixed.write(&tree, &folder) };
    let changes = fixed.list(&prefix, options.dry_run);
    if options.format == Format::Human {
        error::print(changes)?;
    } else {
        error::say(changes.trim_end());
    }
    // What was done before a failure is done, so it is listed first.
    written?;
    check.run_links(&fixed.tree, &mut fixed.report);
    finish(&fixed.report, (&fixed.tree, &prefix), options)
}

/// Prints the report. The command fails if a build would, or if there are warnings and these are denied.
fn finish(report: &Report, (tree, prefix): (&SourceTree, &str), options: &Options) -> Result<(), Error> {
    let for_people = || if options.all { report.render(tree, prefix) } else { report.render_causes(tree, prefix) };
    let printed = match options.format {
        Format::Human if report.has_errors() => return Err(Error::report(for_people())),
        Format::Human if report.is_empty() => for_people(),
        Format::Human => {
            error::say(for_people());
            String::new()
        }
        Format::Json => json::render(&findings(report, tree, prefix)),
        Format::Sarif => sarif::render(&findings(report, tree, prefix)),
        Format::Github => github::render(&findings(report, tree, prefix)),
    };
    error::print(printed)?;
    failure(report, options.deny_warnings).map_or(Ok(()), |message| Err(Error::new(message)))
}

/// Why the command fails, if it does.
fn failure(report: &Report, denies_warnings: bool) -> Option<&'static str> {
    if report.has_errors() {
        return Some("the site cannot be built");
    }
    (denies_warnings && !report.is_empty()).then_some("there are warnings, and --deny-warnings was given")
}

/// The error that a file cannot be read, as a report. Its message begins with the path.
fn unreadable(error: &Error, folder: &Path) -> Report {
    let message = error.without_level();
    let below = message.strip_prefix(&format!("{}/", folder.display()));
    let (path, message) = below.and_then(|rest| rest.split_once(": ")).unwrap_or(("", message));
    Diagnostic::error(path, None, message).code("unreadable-file").into()
}

/// The checks of a build, and those of this command.
struct Check {
    press: Press,
    site: Incremental,
    advice: Advice<'static>,
    links: bool,
}

impl Check {
    fn new(options: &Options) -> Self {
        let press = Press {
            base_url: options.base_url.clone(),
            drafts: options.drafts,
            now: options.time,
            clock: content::clock(),
            codings: Codings::Identity,
            ..Press::default()
        };
        Self {
            // What pictures are made of is kept for later, so that a second check need not make it again.
            site: Incremental::new(press.clone(), Cache::of_user()),
            press,
            advice: Advice { prose: options.prose, placeholder: Some(DESCRIPTION) },
            links: options.links,
        }
    }

    /// What is wrong with the files as they are now.
    fn run(&mut self, tree: &SourceTree) -> Report {
        let pressed = self.site.press(tree, |preview| preview.report().clone());
        let mut report = pressed.unwrap_or_else(|report| report);
        self.advice.give(tree, &self.press, &mut report);
        unused::warn(tree, &mut report);
        report.sort();
        report
    }

    /// Adds what is wrong with the links of the same files to other sites, if that is asked for.
    fn run_links(&self, tree: &SourceTree, report: &mut Report) {
        if self.links {
            links::warn(&self.site.outside_links(tree), report);
            report.sort();
        }
    }
}
