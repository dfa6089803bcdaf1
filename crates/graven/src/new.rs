//! `graven new`: the file of another post or page, with its front matter.
//!
//! A new text is a draft, with a placeholder as its description: a draft is in no build, and `graven dev` shows it. Press judges the file before it is
//! written: unknown topics and addresses that are taken are its errors.

use std::env;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, ValueEnum};
use graven_press::diagnostic::{Report, Severity, TAKEN_ADDRESS};
use graven_press::source;
use graven_press::tree::SourceTree;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::content;
use crate::error::{self, Error};
use crate::new_files::NewFiles;

/// Begin a post or a page: its file, as a draft with a title.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// What to begin
    kind: Kind,

    /// Its title
    title: String,

    /// A topic of the post, as topics.toml names it; may be repeated
    #[arg(short, long = "topic", value_name = "TOPIC")]
    topics: Vec<String>,

    /// The date of the post [default: today, where the days of the site begin: in its time zone, or else in UTC]
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,

    /// The last part of its address [default: the words of the title]
    #[arg(long, value_name = "SLUG")]
    slug: Option<String>,

    /// The folder with the site's `site.toml` [default: this folder, or `content` in it]
    #[arg(short = 'd', long = "dir", value_name = "DIR")]
    folder: Option<PathBuf>,

    /// Open the file in the editor that $VISUAL or $EDITOR names
    #[arg(short, long)]
    open: bool,
}

const EXAMPLES: &str = "\
The new text is a draft: `graven dev` shows it, and no build contains it until its line `draft = true` is removed. Nothing is overwritten.

$VISUAL, or else $EDITOR, is a program and its arguments, separated by spaces: `code --wait`. Quotes have no meaning there.

Examples:
  graven new post \"What a cache key must contain\" --topic tooling --open
  graven new page \"Contact\"
";

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// In posts/, listed by date and topic
    Post,
    /// In pages/, for what has no date
    Page,
}

/// What takes the place of the description, which every text needs. `graven check` finds it in texts that are no drafts.
pub(crate) const DESCRIPTION: &str = "TODO: one sentence, for lists, feeds and search engines.";

/// The line that keeps a text out of builds.
const DRAFT: &str = "draft = true";

/// The longest name of a file that is made from a title, in bytes: it is an address that people read. File systems allow 255.
const LONGEST_NAME: usize = 80;

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let editor = if options.open { Some(editor()?) } else { None };
    let folder = content::folder(options.folder.as_deref());
    let mut tree = content::read(&folder)?;
    if !tree.has("site.toml") {
        let message = format!("there is no site.toml in {}", folder.display());
        return Err(Error::new(format!(
            "{message}; name the folder of the site with --dir, or begin one: `graven init`"
        )));
    }
    let (before, zone) = judged(&tree);
    let text = Text::new(options, today(Timestamp::now(), &zone))?;
    let path = text.path();
    if let Some(there) = text.places().iter().map(|place| in_folder(&folder, place)).find(|place| place.exists()) {
        return Err(Error::new(format!("{} is there already; {}", there.display(), ANOTHER)));
    }
    tree.insert(path.as_str(), text.file());
    refuse_mistakes(&path, &before, &judged(&tree).0)?;
    let file = in_folder(&folder, &path);
    let mut files = NewFiles::default();
    files.write(&file, text.file())?;
    files.keep();
    error::print(format!("{}\n", file.display()))?;
    if options.slug.is_none() && has_readings(&text.title) && name(&text.title) == text.name {
        error::say(format!("note: \"{}\" in the address is one reading of the title; {}", text.name, READINGS));
    }
    editor.map_or(Ok(()), |editor| open(&editor, &file))
}

/// A path as it is shown: without a dot for this folder.
fn in_folder(folder: &Path, path: &str) -> PathBuf {
    if folder == Path::new(".") { path.into() } else { folder.join(path) }
}

/// The help if an address is taken.
const ANOTHER: &str = "choose another title, or another address with --slug";

/// What to do about a reading that is not the author's.
const READINGS: &str = "if it is read in another way, rename the file, or its folder; --slug names it at once";

/// Whether a title has letters of another script than Latin. In an address they are spelt as they are read, but many are read in several ways: the
/// characters of Japanese have Chinese readings.
fn has_readings(title: &str) -> bool {
    let is_latin = |char: char| matches!(char, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
    title.chars().any(|char| char.is_alphabetic() && !is_latin(char))
}

/// A text that is not written yet.
struct Text {
    kind: Kind,
    title: String,
    name: String,
    topics: Vec<String>,
    date: Date,
}

impl Text {
    fn new(options: &Options, today: Date) -> Result<Self, Error> {
        let Options { kind, topics, date, .. } = options;
        let title = options.title.split_whitespace().collect::<Vec<_>>().join(" ");
        if title.is_empty() {
            return Err(Error::usage("the title is empty"));
        }
        if *kind == Kind::Page && (!topics.is_empty() || date.is_some()) {
            return Err(Error::usage("a page has neither topics nor a date: they are for posts"));
        }
        let date = date.unwrap_or(today);
        let name = match &options.slug {
            Some(slug) if !slug.is_empty() && slug::slugify(slug) == *slug => slug.clone(),
            Some(slug) => {
                return Err(Error::usage(format!(
                    "\"{slug}\" is not a slug: expected only the characters a-z, 0-9 and -"
                )));
            }
            None => match name(&title) {
                name if !name.is_empty() => name,
                _ if *kind == Kind::Post => date.to_string(),
                _ => return Err(Error::new("the title has no letter or digit for an address; choose one with --slug")),
            },
        };
        Ok(Self { kind: *kind, title, name, topics: topics.clone(), date })
    }

    /// The path of the file below the folder of the site. A post has a folder, for its pictures and data.
    fn path(&self) -> String {
        match self.kind {
            Kind::Post => format!("posts/{}/index.md", self.name),
            Kind::Page => format!("pages/{}.md", self.name),
        }
    }

    /// Where a text of this name can be.
    fn places(&self) -> [String; 2] {
        let folder = if self.kind == Kind::Post { "posts" } else { "pages" };
        [format!("{folder}/{}.md", self.name), format!("{folder}/{}", self.name)]
    }

    /// The file, whose text is not there yet.
    fn file(&self) -> String {
        let mut file = format!("+++\ntitle = {}\ndescription = \"{DESCRIPTION}\"\n", toml_string(&self.title));
        if self.kind == Kind::Post {
            let topics: Vec<_> = self.topics.iter().map(|topic| toml_string(topic)).collect();
            let _ = write!(file, "date = {}\ntopics = [{}]\ntags = []\n", self.date, topics.join(", "));
        }
        file + DRAFT + "  # remove this line to publish it\n+++\n\n"
    }
}

/// The name of the file, which becomes the address: the words of the title, as many as fit. Empty if there are none: a post is named by its date then.
fn name(title: &str) -> String {
    let words = slug::slugify(title);
    match words.get(..=LONGEST_NAME) {
        Some(begin) => begin.rfind('-').map_or(&begin[..LONGEST_NAME], |end| &begin[..end]).to_owned(),
        None => words,
    }
}

/// A string of TOML.
pub(crate) fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            _ if char.is_control() => drop(write!(quoted, "\\u{:04x}", u32::from(char))),
            _ => quoted.push(char),
        }
    }
    quoted + "\""
}

/// What press says about the files, drafts included, and where the days of the site begin.
fn judged(tree: &SourceTree) -> (Report, TimeZone) {
    let mut report = Report::default();
    let options = graven_press::Options { drafts: true, ..Default::default() };
    let sources = source::read(tree, &options, &mut report);
    (report, sources.map_or(TimeZone::UTC, |sources| sources.time_zone().clone()))
}

/// The day of a site: with that of this machine, a post could be one of tomorrow, and would be scheduled.
pub(crate) fn today(now: Timestamp, zone: &TimeZone) -> Date {
    now.to_zoned(zone.clone()).date()
}

/// Refuses a text that brings a mistake into the site. The file is not there yet, so the error does not show it.
fn refuse_mistakes(path: &str, before: &Report, after: &Report) -> Result<(), Error> {
    let mut errors = after.diagnostics().iter().filter(|found| found.severity == Severity::Error);
    let Some(mistake) = errors.find(|found| !before.diagnostics().contains(found)) else { return Ok(()) };
    let label = if mistake.label.is_empty() { String::new() } else { format!(": {}", mistake.label) };
    let help = if mistake.code == TAKEN_ADDRESS { ANOTHER.to_owned() } else { mistake.help.join("; ") };
    Err(Error::new(format!("cannot begin {path}: {}{label}; {help}", mistake.message)))
}

/// The program that edits texts, and its arguments.
fn editor() -> Result<Vec<String>, Error> {
    let set = ["VISUAL", "EDITOR"].into_iter().filter_map(|name| env::var(name).ok());
    let mut commands = set.map(|command| command.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    commands.find(|command| !command.is_empty()).ok_or_else(|| {
        Error::new("neither $VISUAL nor $EDITOR names an editor, so that --open has none; set one, as in EDITOR=nano")
    })
}

fn open(editor: &[String], file: &Path) -> Result<(), Error> {
    let status = Command::new(&editor[0]).args(&editor[1..]).arg(file).status();
    let status = status.map_err(|source| Error::file("start", Path::new(&editor[0]), &source))?;
    if status.success() { Ok(()) } else { Err(Error::new(format!("the editor {} failed: {status}", editor[0]))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_is_made_of_the_words_of_its_title() {
        let word = "abcdefghi ".repeat(20);
        let joined = "x".repeat(200);
        for (title, expected) in [
            ("What a cache key must contain", "what-a-cache-key-must-contain"),
            ("\"Quotes\" & <tags>", "quotes-tags"),
            ("\u{1f980} Rust", "crab-rust"),
            ("Über Größe", "uber-grosse"),
            ("?!", ""),
            (word.as_str(), &"abcdefghi-".repeat(8)[..79]),
            (&joined, &joined[..80]),
            ("a/../b", "a-b"),
        ] {
            assert_eq!(name(title), expected, "{title}");
        }
    }

    #[test]
    fn a_post_is_of_the_day_that_it_is_where_the_days_of_the_site_begin() {
        let now: Timestamp = "2026-01-10T12:30:00Z".parse().expect("a time");
        for (settings, expected) in [
            ("", "2026-01-10"),
            ("time_zone = \"Pacific/Auckland\"", "2026-01-11"),
            ("time_zone = \"Nowhere\"", "2026-01-10"),
        ] {
            let mut tree = SourceTree::default();
            tree.insert("site.toml", format!("title = \"A\"\ndescription = \"B.\"\n{settings}\n"));
            assert_eq!(today(now, &judged(&tree).1).to_string(), expected, "{settings}");
        }
    }

    #[test]
    fn a_title_in_another_script_has_several_readings() {
        for (title, expected) in [
            ("日本語の題", true),
            ("Кэш", true),
            ("Rust で", true),
            ("Über Größe", false),
            ("Việt", false),
            ("🦀 1", false),
        ] {
            assert_eq!(has_readings(title), expected, "{title}");
        }
    }

    #[test]
    fn a_string_of_toml_has_its_quotes_escaped() {
        for (text, expected) in [
            ("plain", "\"plain\""),
            ("\"a\" \\ b", "\"\\\"a\\\" \\\\ b\""),
            ("\n\u{7f}", "\"\\u000a\\u007f\""),
            ("\u{1f980} é", "\"\u{1f980} é\""),
        ] {
            assert_eq!(toml_string(text), expected);
        }
    }
}
