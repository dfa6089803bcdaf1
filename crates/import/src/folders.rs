//! What the folders of Zola and Hugo say about the texts and files in them: a section that is a draft, and values that cascade to all texts below.

use std::collections::BTreeMap;

use crate::folder::Folder;
use crate::generator::Generator;
use crate::head;
use crate::names::{folder_of, stem};
use crate::patterns::{Patterns, Star};
use crate::settings::Settings;
use crate::value::{Table, Value};

/// The keys of a cascade that can withhold a text.
const WITHHOLDING: [&str; 10] = [
    "draft",
    "private",
    "hidden",
    "headless",
    "unlisted",
    "build",
    "_build",
    "publishDate",
    "expiryDate",
    "unpublishdate",
];

/// The folders that say something.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    /// The nearest folders come first.
    cascades: Vec<Cascade>,
    /// The folders with a text of their own, and whether it is withheld.
    texts: BTreeMap<String, bool>,
}

/// Values for the texts below a folder.
#[derive(Debug)]
struct Cascade {
    /// Below the folder of the texts: `s/`, or nothing.
    folder: String,
    /// Where it is written, as a note says it.
    place: String,
    values: Table,
    /// Whether a text can have other values.
    is_default: bool,
    /// The addresses that it is for. `None` for all.
    targets: Option<Patterns>,
    /// `page` and `section`, of which it may be for one only.
    kinds: Option<Patterns>,
}

impl Folders {
    /// Reads the texts of all folders, and the settings.
    pub(crate) fn of(folder: &Folder, generator: Generator, settings: &Settings) -> Self {
        let mut folders = Self::default();
        if !matches!(generator, Generator::Zola | Generator::Hugo) {
            return folders;
        }
        let is_text = |path: &&str| stem(path) == "_index" && crate::names::is_markdown(path);
        let mut tables: Vec<(&str, &str, Table)> = Vec::new();
        for path in folder.below(&settings.content).filter(is_text) {
            let table = folder.text(path).and_then(|text| head::split(text, generator).table.ok());
            tables.push((path, &path[settings.content.len()..], table.unwrap_or_default()));
        }
        for (path, place, table) in &tables {
            match generator {
                Generator::Zola if table.is_true("draft") => folders.cascades.push(Cascade::of_section(path, place)),
                _ => folders.add(table, place, &format!("in {path}")),
            }
        }
        if generator == Generator::Hugo {
            folders.add(&settings.table, "", "in the settings");
        }
        folders.cascades.sort_by_key(|cascade| std::cmp::Reverse(cascade.folder.len()));
        for (_, place, table) in &mut tables {
            let is_withheld = folders.withhold(place, table).is_some() || head::unpublished(table).is_some();
            folders.texts.insert(folder_of(place).to_owned(), is_withheld);
        }
        folders
    }

    /// Adds the cascades of a table: one, or a list of them.
    fn add(&mut self, table: &Table, path: &str, place: &str) {
        let cascades = match table.get("cascade") {
            Some(Value::List(cascades)) => cascades.as_slice(),
            Some(cascade) => std::slice::from_ref(cascade),
            None => &[],
        };
        for values in cascades.iter().filter_map(Value::table) {
            let target = values.table("target").or_else(|| values.table("_target"));
            let patterns = |key: &str| {
                let globs: Vec<String> = target?.get(key)?.texts().iter().map(|glob| glob.to_lowercase()).collect();
                Some(Patterns::globs(&globs, Star::InName).0)
            };
            // What an author sees alone is no part of the site.
            if patterns("environment").is_some_and(|patterns| !patterns.match_path("production")) {
                continue;
            }
            let values =
                values.0.iter().filter(|(key, _)| WITHHOLDING.iter().any(|known| known.eq_ignore_ascii_case(key)));
            self.cascades.push(Cascade {
                folder: folder_with_slash(path),
                place: place.to_owned(),
                values: Table(values.cloned().collect()),
                is_default: true,
                targets: patterns("path"),
                kinds: patterns("kind"),
            });
        }
    }

    /// Why the folders of a text withhold it. Dates that can withhold it become its own.
    pub(crate) fn withhold(&self, place: &str, table: &mut Table) -> Option<String> {
        let mut reason = None;
        for cascade in self.cascades.iter().filter(|cascade| cascade.is_for(place)) {
            let mut given = Table::default();
            for (key, value) in &cascade.values.0 {
                let name = key.trim_start_matches('_');
                let has_own = table.get(name).is_some() || table.get(&format!("_{name}")).is_some();
                match has_own && cascade.is_default {
                    true => {}
                    false if name.to_ascii_lowercase().ends_with("date") => table.0.push((key.clone(), value.clone())),
                    false => given.0.push((key.clone(), value.clone())),
                }
            }
            let found = head::unpublished(&mut given.clone()).map(|why| format!("{why} {}", cascade.place));
            reason = reason.or(found);
            // What is nearer counts.
            table.0.extend(given.0.into_iter().filter(|_| cascade.is_default));
        }
        reason
    }

    /// Whether a file below the folder of the texts is withheld, as the text of its folder is.
    pub(crate) fn withhold_file(&self, place: &str) -> bool {
        let ends = place.match_indices('/').map(|(end, _)| end).rev().chain([0]);
        ends.map(|end| &place[..end]).find_map(|folder| self.texts.get(folder)).copied().unwrap_or(false)
    }
}

impl Cascade {
    /// A section of Zola that is a draft is not even read.
    fn of_section(path: &str, place: &str) -> Self {
        Self {
            folder: folder_with_slash(place),
            place: format!("in {path}"),
            values: Table(vec![("draft".to_owned(), Value::Boolean(true))]),
            is_default: false,
            targets: None,
            kinds: None,
        }
    }

    fn is_for(&self, place: &str) -> bool {
        let is_section = stem(place) == "_index";
        let path = match stem(place) {
            "index" | "_index" => format!("/{}", folder_of(place)),
            stem => format!("/{}", folder_with_slash(place) + stem),
        };
        let path = path.to_lowercase().replace(' ', "-");
        let kind = if is_section { "section" } else { "page" };
        place.starts_with(&self.folder)
            && self.targets.as_ref().is_none_or(|patterns| patterns.match_path(&path))
            && self.kinds.as_ref().is_none_or(|patterns| patterns.match_path(kind))
    }
}

/// The folder of a path, with a slash at its end unless it is the topmost one.
fn folder_with_slash(path: &str) -> String {
    path.rfind('/').map_or_else(String::new, |end| path[..=end].to_owned())
}
