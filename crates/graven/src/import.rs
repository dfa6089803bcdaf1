//! `graven import`: the site of another generator becomes content of Graven, in a new folder. What is converted, and how, is the work of
//! `graven-import`, which touches no disk; this file reads the one folder and writes the other.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use graven_import::{Folder, Generator, Imported};
use graven_press::cache::Cache;
use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::error::{self, Error};
use crate::init::refuse_files;
use crate::new_files::NewFiles;

/// Import a site of another generator: its posts, pages and files, with their old addresses.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The folder of the other site, which is only read
    from: PathBuf,

    /// The folder of the new site; it is created, or is empty
    to: PathBuf,

    /// The generator of the other site [default: recognised by its files]
    #[arg(long = "from", value_name = "GENERATOR")]
    generator: Option<Kind>,
}

const EXAMPLES: &str = "\
The new site builds at once. What could not be converted is listed with its place in IMPORT.txt there; a text that would be wrong without it is a draft. Old addresses redirect to the new ones.

Examples:
  graven import ../old-blog blog && graven dev blog
  graven import ~/Notes notes --from obsidian
";

/// A generator, as the command line names it.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// content/ with config.toml or zola.toml
    Zola,
    /// content/ with hugo.toml, config.toml or config/_default/
    Hugo,
    /// _posts/ with _config.yml
    Jekyll,
    /// src/content/ with astro.config.mjs
    Astro,
    /// A vault of notes
    Obsidian,
}

impl From<Kind> for Generator {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Zola => Self::Zola,
            Kind::Hugo => Self::Hugo,
            Kind::Jekyll => Self::Jekyll,
            Kind::Astro => Self::Astro,
            Kind::Obsidian => Self::Obsidian,
        }
    }
}

/// How many notes the terminal shows. All are in the file.
const SHOWN_NOTES: usize = 20;

/// Folders of other sites that builds and package managers fill, by their path from the top.
const MADE: [&str; 6] = ["public/index.html", "_site", "resources/_gen", "dist", "vendor", "themes"];

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    refuse_files(&options.to)?;
    if is_within(&options.to, &options.from) {
        let message = format!("{} is within {}, which is only read", options.to.display(), options.from.display());
        return Err(Error::new(format!("{message}; name a folder outside")));
    }
    let folder = read(&options.from)?;
    let import = graven_import::Options { today: Zoned::now().date(), generator: options.generator.map(Into::into) };
    let imported = graven_import::import(&folder, &import, Cache::of_user())
        .map_err(|error| Error::new(format!("cannot import {}: {error}{}", options.from.display(), help(&error))))?;
    let mut written = NewFiles::default();
    for (path, bytes) in &imported.files {
        written.write(&options.to.join(path), bytes)?;
    }
    written.keep();
    error::print(summary(&imported, &options.to))?;
    match imported.errors {
        0 => Ok(()),
        errors => Err(Error::new(format!(
            "the new site does not build yet: it has {errors} error{}; `graven check {}` shows {}",
            if errors == 1 { "" } else { "s" },
            options.to.display(),
            if errors == 1 { "it" } else { "them" },
        ))),
    }
}

fn help(error: &graven_import::Error) -> &'static str {
    match error {
        graven_import::Error::Unknown => "; name it with --from, as in `--from hugo`",
        graven_import::Error::Empty(_) => "; is this the folder with its settings?",
    }
}

/// Whether a folder, which may not exist yet, is within another one.
fn is_within(folder: &Path, other: &Path) -> bool {
    let Ok(other) = other.canonicalize() else { return false };
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.ancestors().find_map(|path| path.canonicalize().ok()).is_some_and(|folder| folder.starts_with(other))
}

/// What was done, for the terminal.
fn summary(imported: &Imported, to: &Path) -> String {
    let Imported { recognised, counts, notes, .. } = imported;
    let mut text =
        format!("{} was recognised: {}\n{}: {counts}\n", recognised.generator, recognised.reason, to.display());
    if notes.is_empty() {
        return text;
    }
    text.push_str("\nNot converted, or decided for you:\n");
    for note in notes.iter().take(SHOWN_NOTES) {
        let note = if note.path.is_empty() { note.message.clone() } else { note.to_string() };
        text.extend(["  ", &note, "\n"]);
    }
    let file = to.join("IMPORT.txt");
    match notes.len().checked_sub(SHOWN_NOTES).filter(|more| *more > 0) {
        Some(more) => text + &format!("  and {more} more, all in {}\n", file.display()),
        None => text + &format!("This list is in {} too.\n", file.display()),
    }
}

/// The files of the other site. What builds have made, and what belongs to tools, is left out.
fn read(root: &Path) -> Result<Folder, Error> {
    if !root.is_dir() {
        return Err(Error::new(format!("there is no folder {}", root.display())));
    }
    let mut folder = Folder::default();
    let made: Vec<PathBuf> = MADE.iter().map(|path| root.join(path)).filter(|path| path.exists()).collect();
    // `public/` is what Hugo and Zola write, and what Astro copies.
    let is_made = |path: &Path| {
        made.iter().any(|made| made == path || (made.ends_with("public/index.html") && made.parent() == Some(path)))
    };
    walk(root, "", &is_made, &mut folder)?;
    Ok(folder)
}

fn walk(root: &Path, at: &str, is_made: &impl Fn(&Path) -> bool, folder: &mut Folder) -> Result<(), Error> {
    let here = root.join(at);
    let entries = fs::read_dir(&here).map_err(|source| Error::file("read", &here, &source))?;
    for entry in entries {
        let path = entry.map_err(|source| Error::file("read", &here, &source))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(Error::new(format!("the name of {} is not UTF-8; rename it", path.display())));
        };
        let place = if at.is_empty() { name.to_owned() } else { format!("{at}/{name}") };
        if is_of_tools(name) || is_made(&path) {
            continue;
        }
        match entry_at(&path, root)? {
            Entry::Folder => walk(root, &place, is_made, folder)?,
            Entry::File(changed) => {
                let bytes = fs::read(&path).map_err(|source| Error::file("read", &path, &source))?;
                folder.insert(place, bytes, changed);
            }
            Entry::LeftOut(reason) => folder.leave_out(place, reason),
        }
    }
    Ok(())
}

/// Whether a name is that of a folder, or of a file, that a tool has made for itself.
fn is_of_tools(name: &str) -> bool {
    (name.starts_with('.') && name != ".obsidian") || name == "node_modules" || name == "target"
}

/// What is at a path.
enum Entry {
    Folder,
    /// A file, and the day on which it was last changed.
    File(Option<Date>),
    /// It is not read, for this reason.
    LeftOut(&'static str),
}

/// Looks at what is at a path. A link counts as the file it leads to if that is a part of the site: others are not the author's to publish.
fn entry_at(path: &Path, root: &Path) -> Result<Entry, Error> {
    let data = fs::symlink_metadata(path).map_err(|source| Error::file("read", path, &source))?;
    let is_link = data.is_symlink();
    let data = if is_link {
        let Ok(data) = fs::metadata(path) else { return Ok(Entry::LeftOut("it is a link that leads nowhere")) };
        if !is_part(path, root) {
            return Ok(Entry::LeftOut("it is a link that leads out of the site"));
        }
        data
    } else {
        data
    };
    Ok(match (data.is_dir(), data.is_file()) {
        (true, _) if is_link => Entry::LeftOut("it is a link to a folder"),
        (true, _) => Entry::Folder,
        (_, true) => Entry::File(data.modified().ok().and_then(day)),
        _ => Entry::LeftOut("it is neither a file nor a folder"),
    })
}

/// Whether what a link leads to is in the folder of the site, and not in that of a tool.
fn is_part(link: &Path, root: &Path) -> bool {
    let (Ok(target), Ok(root)) = (link.canonicalize(), root.canonicalize()) else { return false };
    let Ok(place) = target.strip_prefix(root) else { return false };
    place.iter().all(|name| name.to_str().is_some_and(|name| !is_of_tools(name)))
}

fn day(time: std::time::SystemTime) -> Option<Date> {
    Some(jiff::Timestamp::try_from(time).ok()?.to_zoned(TimeZone::system()).date())
}
