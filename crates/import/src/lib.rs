//! `graven-import`: the site of another generator in, content of Graven out.
//!
//! ```text
//! Folder --generator, settings--> Origin --collect--> texts --plan, convert, links--> texts --write, mend--> files
//! ```
//!
//! 1. `generator` recognises the generator by its files, `settings` reads what the site says about itself.
//! 2. `collect` finds texts (`head`: front matter, `body`: Markdown), sections and other files; `address` knows the old address of each text.
//! 3. `plan` decides new addresses, topics, tags and redirects; `targets` is what old links lead to.
//! 4. `convert` replaces the syntax of other generators, `links` the destinations.
//! 5. `write` makes the files, `mend` has press judge them; `report` says what was done.
//!
//! The import is pure: the same folder, day and options give the same files. What cannot be converted is a [`Note`] with its place: nothing is lost
//! silently, and nothing is published earlier than the other generator would publish it.
//!
//! ```
//! use graven_import::{Folder, Options, import};
//! use graven_press::cache::Cache;
//!
//! let mut folder = Folder::default();
//! folder.insert("_config.yml", "title: A blog\nurl: https://example.org\n", None);
//! folder.insert("_posts/2013-05-06-hello.md", "---\ntitle: Hello\n---\nThis is the first post.\n", None);
//!
//! let options = Options { today: jiff::civil::date(2026, 1, 31), generator: None };
//! let imported = import(&folder, &options, Cache::none()).map_err(|error| error.to_string())?;
//! let post = imported.files.get("posts/hello.md").ok_or("it is there")?;
//! assert!(post.starts_with(b"+++\ntitle = \"Hello\"\ndate = 2013-05-06\n"));
//! # Ok::<(), String>(())
//! ```

mod address;
mod body;
mod collect;
mod convert;
mod date;
mod exclusions;
mod folder;
mod folders;
mod generator;
mod head;
mod links;
mod markup;
mod mend;
mod names;
mod note;
mod patterns;
mod plan;
mod report;
mod settings;
mod targets;
mod text;
mod value;
mod write;

use std::collections::BTreeMap;
use std::fmt;

use graven_press::cache::Cache;
use graven_press::tree::SourceTree;
use jiff::civil::Date;

use crate::collect::{Found, Origin};
use crate::convert::Conversion;
use crate::folders::Folders;
use crate::note::Notes;
use crate::plan::Plan;
use crate::targets::Targets;
use crate::text::Kind;

pub use crate::folder::Folder;
pub use crate::generator::{Generator, Recognised};
pub use crate::note::Note;
pub use crate::report::Counts;

/// Everything about an import that is not in the folder.
#[derive(Clone, Debug)]
pub struct Options {
    /// Today: what is dated later is not published yet.
    pub today: Date,
    /// The generator, if it is not to be recognised.
    pub generator: Option<Generator>,
}

/// The new site.
#[derive(Debug)]
pub struct Imported {
    /// The generator that it comes from.
    pub recognised: Recognised,
    /// Its files by their paths, `IMPORT.txt` with all notes included.
    pub files: BTreeMap<String, Vec<u8>>,
    /// How many of what there are.
    pub counts: Counts,
    /// What was not converted, or decided, by its place.
    pub notes: Vec<Note>,
    /// The number of errors that a build would find.
    pub errors: usize,
}

/// Why nothing can be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// No file says which generator it is.
    Unknown,
    /// There is no text.
    Empty(Generator),
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => out.write_str(
                "no generator was recognised: there is no zola.toml or config.toml, hugo.* or config/_default, _config.yml or _posts, astro.config.*, .obsidian",
            ),
            Self::Empty(generator) => write!(out, "there is no text where {generator} has its texts"),
        }
    }
}

impl std::error::Error for Error {}

/// Imports a site.
///
/// # Errors
/// If the generator is not known, or if there is nothing to import.
pub fn import(folder: &Folder, options: &Options, cache: Cache) -> Result<Imported, Error> {
    let given = options.generator.map(|generator| Recognised { generator, reason: "as you said".to_owned() });
    let recognised = given.or_else(|| Generator::of(folder)).ok_or(Error::Unknown)?;
    let mut notes = Notes::default();
    for (path, reason) in folder.left_out() {
        notes.add(path, None, format!("not imported: {reason}"));
    }
    let settings = settings::read(folder, recognised.generator, &mut notes);
    let folders = Folders::of(folder, recognised.generator, &settings);
    let (generator, today) = (recognised.generator, options.today);
    let origin = Origin { folder, generator, settings: &settings, folders: &folders, today };
    let mut found = collect::collect(&origin, &mut notes);
    if found.texts.is_empty() {
        return Err(Error::Empty(recognised.generator));
    }
    let mut plan = plan::plan(&mut found, &origin, &mut notes);
    convert(&mut found, &mut plan, &origin, &mut notes);
    let mut tree = files(&found, &plan, &origin, &mut notes);
    let errors = mend::mend(&mut found, &mut tree, (origin.today, cache), &mut notes);
    let mut files: BTreeMap<String, Vec<u8>> =
        tree.below("").map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect();
    let counts = counts(&found, &plan, &files);
    let mut notes = notes.0;
    notes.sort();
    files.insert("IMPORT.txt".to_owned(), report::file(&recognised, counts, &notes).into_bytes());
    Ok(Imported { recognised, files, counts, notes, errors })
}

/// Converts all texts, then their links.
fn convert(found: &mut Found, plan: &mut Plan, origin: &Origin<'_>, notes: &mut Notes) {
    // Names and titles are known before the texts are converted; tags and redirects only after it.
    let targets = Targets::new(found, plan, origin);
    for text in &mut found.texts {
        convert::convert(text, &mut Conversion { origin, targets: &targets, notes });
    }
    plan::first_page(found, notes);
    plan::tags(found, notes);
    plan::redirects(found, plan, origin, notes);
    let targets = Targets::new(found, plan, origin);
    links::convert(found, &targets, origin, notes);
}

/// All files of the new site but its texts.
fn files(found: &Found, plan: &Plan, origin: &Origin<'_>, notes: &mut Notes) -> SourceTree {
    let mut tree = SourceTree::default();
    let has_about = found.texts.iter().any(|text| text.route() == "/about" && text.draft.is_empty());
    tree.insert("site.toml", write::site(origin.settings, plan, has_about));
    if let Some(topics) = write::topics(plan) {
        tree.insert("topics.toml", topics);
    }
    for (source, address) in &found.files {
        if plan::is_route(address) {
            notes.add(source, None, format!("the file was not copied: Graven makes {address} itself"));
        } else if !names::is_address(address) {
            notes.add(source, None, "the file was not copied: its name cannot be a part of an address");
        } else if let Some(bytes) = origin.folder.bytes(source) {
            tree.insert(format!("static{address}"), bytes);
        }
    }
    for text in &found.texts {
        for (source, name) in &text.files {
            if let Some(bytes) = origin.folder.bytes(source) {
                tree.insert(format!("{}/{name}", text.folder()), bytes);
            }
        }
    }
    tree
}

fn counts(found: &Found, plan: &Plan, files: &BTreeMap<String, Vec<u8>>) -> Counts {
    let texts = |kind: Kind| found.texts.iter().filter(|text| text.kind == kind).count();
    let (posts, pages) = (texts(Kind::Post), texts(Kind::Page));
    let settings = 1 + usize::from(files.contains_key("topics.toml"));
    Counts {
        posts,
        pages,
        scheduled: found.texts.iter().filter(|text| text.is_scheduled && text.draft.is_empty()).count(),
        drafts: found.texts.iter().filter(|text| !text.draft.is_empty()).count(),
        files: files.len() - posts - pages - settings,
        aliases: found.texts.iter().map(|text| text.aliases.len()).sum::<usize>() + plan.redirects.len(),
        topics: plan.topics.len(),
    }
}
