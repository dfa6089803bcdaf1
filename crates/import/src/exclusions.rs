//! The files that the other generator leaves out: by its rules for names, and by the settings of the site.

use crate::generator::Generator;
use crate::note::Notes;
use crate::patterns::{Patterns, Star};
use crate::settings::Settings;
use crate::value::{Table, Value};

/// What a site leaves out.
#[derive(Debug, Default)]
pub(crate) struct Exclusions {
    rules: Vec<Rule>,
    /// What Jekyll publishes although its name says otherwise.
    included: Patterns,
}

/// Patterns for the paths below a folder.
#[derive(Debug)]
struct Rule {
    /// It is empty, or ends with a slash.
    folder: String,
    patterns: Patterns,
    kind: Kind,
}

/// How the generator compares a path with its patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The path below the folder.
    Below,
    /// The path from any name on.
    End,
    /// The whole path, after a slash.
    Whole,
}

/// A list of patterns that the settings have under a key.
struct Listed<'a> {
    key: &'a str,
    texts: Vec<String>,
    folder: &'a str,
    kind: Kind,
}

/// Why a file is not imported.
const EXCLUDED: &str = "the settings of the other site exclude them";

impl Exclusions {
    /// What the settings of a site say.
    pub(crate) fn of(settings: &Settings, generator: Generator, notes: &mut Notes) -> Self {
        let mut exclusions = Self::default();
        let listed = |key: &str| settings.table.get(key).map(Value::texts).unwrap_or_default();
        let static_files = settings.files.as_deref().unwrap_or_default();
        match generator {
            Generator::Zola => {
                for (key, folder) in [("ignored_content", settings.content.as_str()), ("ignored_static", static_files)]
                {
                    let kind = Kind::End;
                    exclusions.add(&Listed { key, texts: listed(key), folder, kind }, Star::Anything, notes);
                }
            }
            Generator::Hugo => {
                let (key, kind) = ("ignoreFiles", Kind::Whole);
                let folder = settings.content.as_str();
                exclusions.add(&Listed { key, texts: listed(key), folder, kind }, Star::Anything, notes);
                for (folder, texts) in mounts(&settings.table) {
                    let (key, kind) = ("excludeFiles", Kind::Below);
                    exclusions.add(&Listed { key, texts, folder: &folder, kind }, Star::InName, notes);
                }
            }
            Generator::Jekyll => {
                // Jekyll compares the start of a path as well.
                let texts = listed("exclude").iter().flat_map(|text| jekyll(text)).collect();
                let (key, folder, kind) = ("exclude", settings.content.as_str(), Kind::Below);
                exclusions.add(&Listed { key, texts, folder, kind }, Star::Anything, notes);
                let included: Vec<String> =
                    listed("include").iter().map(|text| text.trim_matches('/').to_owned()).collect();
                exclusions.included = Patterns::globs(&included, Star::Anything).0;
            }
            Generator::Astro | Generator::Obsidian => {}
        }
        exclusions
    }

    fn add(&mut self, listed: &Listed<'_>, star: Star, notes: &mut Notes) {
        let (patterns, unread) = match listed.kind {
            Kind::Whole => Patterns::expressions(&listed.texts),
            Kind::Below | Kind::End => Patterns::globs(&listed.texts, star),
        };
        for text in unread {
            let message = format!("the pattern {text} cannot be read, so that what it excludes was imported");
            notes.add("", None, format!("`{}` of the settings: {message}", listed.key));
        }
        self.rules.push(Rule { folder: listed.folder.to_owned(), patterns, kind: listed.kind });
    }

    /// Why the file at a path is left out. `None` if it is not.
    pub(crate) fn reason(&self, path: &str) -> Option<&'static str> {
        if self.rules.iter().any(|rule| rule.excludes(path)) && !self.includes(path) {
            return Some(EXCLUDED);
        }
        let is_copy = path.ends_with('~') || path.split('/').any(|name| name.starts_with('#'));
        is_copy.then_some("their names are those of copies that editors make")
    }

    /// Whether Jekyll publishes what is at a path below its folder of texts although the name, or that of a folder, begins with a mark.
    pub(crate) fn includes(&self, place: &str) -> bool {
        self.included.match_end(place)
    }
}

impl Rule {
    fn excludes(&self, path: &str) -> bool {
        let Some(place) = path.strip_prefix(self.folder.as_str()) else { return false };
        match self.kind {
            Kind::Below => self.patterns.match_path(place),
            Kind::End => self.patterns.match_end(path),
            Kind::Whole => self.patterns.match_path(&format!("/{path}")),
        }
    }
}

/// A pattern of Jekyll as globs: paths that match it, and paths that begin with it.
fn jekyll(pattern: &str) -> [String; 2] {
    let start: String = pattern
        .trim_start_matches('/')
        .chars()
        .flat_map(|char| {
            let escape = "*?[]{}\\".contains(char).then_some('\\');
            escape.into_iter().chain([char])
        })
        .collect();
    [pattern.trim_matches('/').to_owned(), format!("{start}*")]
}

/// The folders that Hugo takes parts of a site from, and what it leaves out there.
fn mounts(settings: &Table) -> Vec<(String, Vec<String>)> {
    let Some(Value::List(mounts)) = settings.at(&["module", "mounts"]) else { return Vec::new() };
    let mounts = mounts.iter().filter_map(Value::table);
    let listed = mounts.filter_map(|mount| {
        let folder = mount.text(&["source"])?;
        Some((format!("{}/", folder.trim_matches('/')), mount.get("excludeFiles")?.texts()))
    });
    listed.collect()
}
