//! Reads the words of a language: each file is checked against the English one, and the nearest file that has a word decides.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use super::text::{self, Named};
use super::words::Words;
use crate::diagnostic::{Diagnostic, Report, nearest, suggestion, utf8};
use crate::source::{Entry, Fragment, Table, Value, ValueKind, parse_toml};
use crate::tree::SourceTree;

/// The folder of a site's own files.
const FOLDER: &str = "theme/languages/";

/// The name of the ending of such a file.
const ENDING: &str = ".toml";

/// The languages of the theme.
pub(super) const LANGUAGES: [(&str, &str); 5] = [
    ("en", include_str!("../../theme/languages/en.toml")),
    ("de", include_str!("../../theme/languages/de.toml")),
    ("es", include_str!("../../theme/languages/es.toml")),
    ("fr", include_str!("../../theme/languages/fr.toml")),
    ("hi", include_str!("../../theme/languages/hi.toml")),
];

/// How an author comes to all words.
const PRINTED: &str = "`graven theme languages/en.toml` prints all words in English";

/// How many missing words a warning lists.
const MOST_LISTED: usize = 12;

/// The language of a site, and its place in the settings.
#[derive(Clone, Debug)]
pub(crate) struct Language<'a> {
    pub(crate) tag: &'a str,
    /// The path of the settings.
    pub(crate) path: &'a str,
    pub(crate) place: Option<Range<usize>>,
}

/// A file of words.
struct File {
    path: String,
    table: Table,
}

static ENGLISH: LazyLock<(Table, Arc<Words>)> = LazyLock::new(|| {
    let table = of_theme("en").unwrap_or_default();
    let words = Words::read(&table).expect("the English file is complete, as a test checks");
    (table, Arc::new(words))
});

/// The words in English.
///
/// ```
/// let words = graven_press::languages::english();
/// assert_eq!(*words, *graven_press::languages::english());
/// ```
#[must_use]
pub fn english() -> Arc<Words> {
    Arc::clone(&ENGLISH.1)
}

/// Reads the words of a language. What is wrong is reported, and English.
pub(crate) fn read(tree: &SourceTree, language: &Language, report: &mut Report) -> Arc<Words> {
    warn_of_unused(tree, language, report);
    let errors = report.errors();
    let own: Vec<File> = tags(language.tag).filter_map(|tag| of_site(tree, tag, report)).collect();
    let of_theme = tags(language.tag).find_map(of_theme);
    if own.is_empty() && of_theme.is_none() {
        warn_of_no_words(language, report);
        return english();
    }
    let layers: Vec<&Table> = own.iter().map(|file| &file.table).chain(&of_theme).collect();
    let mut missing = Vec::new();
    let words = Words::read(&merged(&layers, &mut missing)).expect("what a layer lacks is that of the English file");
    // A word with an error is missing too, and has been reported.
    if let (false, Some(file), true) = (missing.is_empty(), own.first(), report.errors() == errors) {
        warn_of_missing(&file.path, &missing, report);
    }
    Arc::new(words)
}

/// A language tag, and without its last subtags: `de-AT`, `de`.
fn tags(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |tag| tag.rsplit_once('-').map(|(shorter, _)| shorter))
}

/// The words of the theme in a language.
pub(super) fn of_theme(tag: &str) -> Option<Table> {
    let (name, text) = LANGUAGES.iter().find(|(name, _)| name.eq_ignore_ascii_case(tag))?;
    let mut found = Report::default();
    let table = parse_toml(Fragment { path: name, text, offset: 0 }, &mut found);
    table.filter(|_| found.is_empty())
}

/// The tag that a path of the tree is named after, if it is a file of words.
fn tag_of(path: &str) -> Option<&str> {
    path.strip_prefix(FOLDER)?.strip_suffix(ENDING)
}

/// The words of the site in a language: those of them that are right. The rest is reported.
fn of_site(tree: &SourceTree, tag: &str, report: &mut Report) -> Option<File> {
    let is_it = |path: &str| tag_of(path).is_some_and(|name| name.eq_ignore_ascii_case(tag));
    let (path, bytes) = tree.below(FOLDER).find(|(path, _)| is_it(path))?;
    let text = utf8(path, bytes, report)?;
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let table = parse_toml(Fragment { path, text: &text[start..], offset: start }, report)?;
    Some(File { path: path.to_owned(), table: Checker { path, report }.table(table, &ENGLISH.0) })
}

/// Compares a file with the English one.
struct Checker<'a> {
    path: &'a str,
    report: &'a mut Report,
}

impl Checker<'_> {
    /// The sections of a file, with the words that are right.
    fn table(&mut self, table: Table, english: &Table) -> Table {
        let mut kept = Vec::new();
        for entry in table.entries {
            let Some(expected) = self.known(&entry, english) else { continue };
            match (entry.value.kind, &expected.kind) {
                (ValueKind::Table(section), ValueKind::Table(expected)) => {
                    let section = self.section(section, expected);
                    kept.push(Entry { value: Value { kind: ValueKind::Table(section), ..entry.value }, ..entry });
                }
                (kind, _) => {
                    let error =
                        Diagnostic::error(self.path, entry.value.span, format!("`{}` must be a section", entry.key));
                    let help = format!("write its words below a line [{}]", entry.key);
                    self.report.push(error.label(format!("found {}", kind.name())).help(help));
                }
            }
        }
        Table { entries: kept }
    }

    fn section(&mut self, section: Table, english: &Table) -> Table {
        let mut kept = Vec::new();
        for entry in section.entries {
            let Some(expected) = self.known(&entry, english) else { continue };
            if self.is_right(&entry, &expected.kind) {
                kept.push(entry);
            }
        }
        Table { entries: kept }
    }

    /// What the English file has under the key of an entry.
    fn known<'e>(&mut self, entry: &Entry, english: &'e Table) -> Option<&'e Value> {
        let keys = || english.entries.iter().map(|entry| entry.key.as_str());
        let known = english.entries.iter().find(|known| known.key == entry.key);
        if known.is_none() {
            let error = Diagnostic::error(self.path, entry.key_span.clone(), format!("unknown key `{}`", entry.key));
            self.report.push(error.help(suggestion(&entry.key, keys())));
        }
        known.map(|known| &known.value)
    }

    /// Whether a value has the form of the English one, and its places.
    fn is_right(&mut self, entry: &Entry, english: &ValueKind) -> bool {
        match (&entry.value.kind, english) {
            (ValueKind::String(_), ValueKind::String(english)) => self.has_places(&entry.value, (english, Places::All)),
            (ValueKind::Integer(number), ValueKind::Integer(_)) if *number > 0 => true,
            (ValueKind::Array(texts), ValueKind::Array(english)) if texts.len() == english.len() => {
                texts.iter().all(|text| matches!(text.kind, ValueKind::String(_)))
                    || self.refuse(entry, "a list of strings")
            }
            (ValueKind::Table(forms), ValueKind::Table(english)) => self.has_forms(entry, forms, english),
            (ValueKind::Invalid, _) => false,
            (_, english) => self.refuse(entry, &expected(english)),
        }
    }

    fn refuse(&mut self, entry: &Entry, expected: &str) -> bool {
        let Entry { key, value, .. } = entry;
        let error = Diagnostic::error(self.path, value.span.clone(), format!("`{key}` must be {expected}"));
        self.report.push(error.label(format!("found {}", value.kind.name())));
        false
    }

    /// Whether a text with a number has the forms that it needs, and each of them its places. Only `other` has to say the number.
    fn has_forms(&mut self, entry: &Entry, forms: &Table, english: &Table) -> bool {
        let Some(ValueKind::String(other)) = english.get("other") else { return false };
        let mut is_right = true;
        for form in &forms.entries {
            let places = match form.key.as_str() {
                "other" => Places::All,
                "one" | "zero" => Places::Some,
                _ => {
                    let message = format!("unknown form `{}` of `{}`", form.key, entry.key);
                    let error = Diagnostic::error(self.path, form.key_span.clone(), message);
                    self.report.push(error.help(suggestion(&form.key, ["zero", "one", "other"].into_iter())));
                    is_right = false;
                    continue;
                }
            };
            is_right &= match form.value.kind {
                ValueKind::String(_) => self.has_places(&form.value, (other, places)),
                _ => self.refuse(form, "a string"),
            };
        }
        let lacking = ["one", "other"].into_iter().find(|form| forms.get(form).is_none());
        if let (Some(form), true) = (lacking, is_right) {
            let message = format!("`{}` has no form `{form}`", entry.key);
            let example = format!("write {} = {{ one = \"…\", other = \"…\" }}", entry.key);
            self.report.push(Diagnostic::error(self.path, entry.key_span.clone(), message).help(example));
        }
        is_right && lacking.is_none()
    }

    /// Whether a text has the places of the English one.
    fn has_places(&mut self, value: &Value, (english, places): (&str, Places)) -> bool {
        let ValueKind::String(text) = &value.kind else { return false };
        let Some((message, help)) = wrong_place(text, english, places) else { return true };
        self.report.push(Diagnostic::error(self.path, value.span.clone(), message).help(help));
        false
    }
}

/// What is wrong with the places and links of a text, and what to write. Both are known by their names when the text is shown, so a place cannot take the
/// place of a link.
fn wrong_place(text: &str, english: &str, places: Places) -> Option<(String, String)> {
    let (found, expected) = (text::named(text), text::named(english));
    let in_english = || format!("in English, it is: {english}");
    if let Some(foreign) = found.iter().find(|named| !expected.contains(named)) {
        let name = foreign.name();
        if let Some(meant) = expected.iter().find(|named| named.name() == name) {
            return Some((format!("expected `{meant}` in a text, found `{foreign}`"), in_english()));
        }
        let help = nearest(name, expected.iter().map(|named| named.name()));
        let help = help.map_or_else(in_english, |near| format!("did you mean `{near}`?"));
        return Some((format!("unknown place `{name}` in a text"), help));
    }
    let missing = expected.iter().find(|named| !found.contains(named)).filter(|_| places == Places::All);
    if let Some(missing) = missing {
        return Some((format!("this text lacks `{missing}`"), in_english()));
    }
    // A script has one element for each link.
    let is_second = |(at, named): &(usize, &Named)| matches!(named, Named::Link(_)) && found[..*at].contains(named);
    let (_, second) = found.iter().enumerate().find(is_second)?;
    Some((format!("this text has `{second}` twice"), in_english()))
}

/// Which of its places a text must have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Places {
    All,
    /// It may leave some out: `one` often names the number itself.
    Some,
}

/// What a value must be.
fn expected(english: &ValueKind) -> String {
    match english {
        ValueKind::String(_) => "a string".to_owned(),
        ValueKind::Array(texts) => format!("a list of {} strings", texts.len()),
        ValueKind::Table(_) => "a table with the forms `one` and `other`".to_owned(),
        _ => "a whole number above 0".to_owned(),
    }
}

/// A table with all keys of the English file, each from the first layer that has it. Notes those that no layer has.
pub(super) fn merged(layers: &[&Table], missing: &mut Vec<String>) -> Table {
    let mut sections = Vec::new();
    for section in &ENGLISH.0.entries {
        let ValueKind::Table(english) = &section.value.kind else { continue };
        let layers: Vec<&Table> = layers
            .iter()
            .filter_map(|layer| match layer.get(&section.key)? {
                ValueKind::Table(section) => Some(section),
                _ => None,
            })
            .collect();
        let word = |entry: &Entry| {
            let translated = layers.iter().find_map(|layer| layer.entries.iter().find(|own| own.key == entry.key));
            if translated.is_none() {
                missing.push(format!("{}.{}", section.key, entry.key));
            }
            translated.unwrap_or(entry).clone()
        };
        let kind = ValueKind::Table(Table { entries: english.entries.iter().map(word).collect() });
        sections.push(Entry { value: Value { kind, span: 0..0 }, ..section.clone() });
    }
    Table { entries: sections }
}

fn warn_of_no_words(language: &Language, report: &mut Report) {
    let tag = language.tag;
    let known = LANGUAGES.map(|(name, _)| format!("`{name}`")).join(", ");
    report.push(
        Diagnostic::warning(
            language.path,
            language.place.clone(),
            format!("the theme has no words in the language \"{tag}\""),
        )
        .label("its own words are English")
        .help(format!(
            "write them into {FOLDER}{tag}{ENDING}, section by section: [pages], then lines such as notes = \"…\""
        ))
        .help(format!("the theme has {known}"))
        .help(PRINTED),
    );
}

fn warn_of_missing(path: &str, missing: &[String], report: &mut Report) {
    let listed: Vec<_> = missing.iter().take(MOST_LISTED).map(|word| format!("`{word}`")).collect();
    let more = match missing.len() - listed.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = match missing.len() {
        1 => "one word of the theme is missing here, and stays English".to_owned(),
        count => format!("{count} words of the theme are missing here, and stay English"),
    };
    let warning = Diagnostic::warning(path, None, message).help(format!("add {}{more}", listed.join(", ")));
    report.push(warning.help(PRINTED));
}

/// Warns of files of words that the language of the site does not choose.
fn warn_of_unused(tree: &SourceTree, language: &Language, report: &mut Report) {
    let Language { tag, path: settings, .. } = language;
    let is_used = |path: &str| tag_of(path).is_some_and(|name| tags(tag).any(|tag| tag.eq_ignore_ascii_case(name)));
    for path in tree.paths(FOLDER).filter(|path| !is_used(path)) {
        let warning = Diagnostic::warning(path, None, format!("not used: the language of the site is \"{tag}\""));
        report.push(warning.help(format!("name the file {tag}{ENDING}, or change `language` in {settings}")));
    }
}
