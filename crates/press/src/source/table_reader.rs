//! Reads a table by its schema. Missing and unknown keys and values of the wrong type are reported; the rest is read.

use std::ops::Range;

use jiff::civil::Date;

use super::date::{self, WrittenDate};
use super::value::{Table, Value, ValueKind};
use crate::diagnostic::{Diagnostic, Report, certain, nearest};
use crate::span::Spanned;

/// A table, its file, and the report on it.
pub(crate) struct TableReader<'a> {
    pub(crate) path: &'a str,
    pub(crate) table: &'a Table,
    /// The place of a missing key: the fence of the front matter, the header of the table. `None` for the whole file.
    pub(crate) place: Option<Range<usize>>,
    pub(crate) report: &'a mut Report,
}

impl<'a> TableReader<'a> {
    /// Reports every key that is not one of `known`.
    pub(crate) fn only(&mut self, known: &[&str]) {
        for entry in &self.table.entries {
            if known.contains(&entry.key.as_str()) {
                continue;
            }
            let help = match nearest(&entry.key, known.iter().copied()) {
                Some(key) => format!("did you mean `{key}`?"),
                None => format!("expected one of {}", list(known)),
            };
            let error = Diagnostic::error(self.path, entry.key_span.clone(), format!("unknown key `{}`", entry.key));
            let error = error.help(help).code("unknown-key");
            self.report.push(match self.meant(&entry.key, known) {
                Some(key) => error.suggest(entry.key.as_str(), key),
                None => error,
            });
        }
    }

    /// The key that `written` certainly is a misspelling of. None if the table has that key already, or two misspellings of it.
    pub(super) fn meant<'k>(&self, written: &str, known: &[&'k str]) -> Option<&'k str> {
        let certain = |written| certain(written, known.iter().copied());
        let key = certain(written).filter(|key| self.get(key).is_none())?;
        let mut others = self.table.entries.iter().filter(|entry| entry.key != written);
        others.all(|entry| certain(&entry.key) != Some(key)).then_some(key)
    }

    /// The value of `key`, if the table has it.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        self.table.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// Adds an error to the report.
    pub(crate) fn error(
        &mut self,
        span: impl Into<Option<Range<usize>>>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.report.push(Diagnostic::error(self.path, span, message).label(label).help(help));
    }

    /// Reports that `key` is missing, unless it is misspelt: [`TableReader::only`] reports that. No two keys of a schema are similar enough to be
    /// misspellings of each other.
    pub(crate) fn require(&mut self, key: &str, example: &str) {
        let is_there = |written: &str| written == key || nearest(written, [key]).is_some();
        if !self.table.entries.iter().any(|entry| is_there(&entry.key)) {
            self.error(self.place.clone(), format!("`{key}` is missing"), "", format!("add a line: {example}"));
        }
    }

    /// Reports that the value of `key` has the wrong type.
    pub(crate) fn mismatch(&mut self, key: &str, value: &Value, expected: &str) {
        if value.kind == ValueKind::Invalid {
            return;
        }
        self.error(
            value.span.clone(),
            format!("`{key}` must be {expected}"),
            format!("found {}", value.kind.name()),
            help(expected, &value.kind),
        );
    }

    /// A string, trimmed: YAML's folded strings end with a newline. An empty one is an error.
    pub(crate) fn text(&mut self, key: &str) -> Option<Spanned<String>> {
        let text = self.string(key)?;
        if text.value.is_empty() {
            self.error(
                text.span,
                format!("`{key}` is empty"),
                "",
                "write a value, or remove the line if the key is optional",
            );
            return None;
        }
        Some(text)
    }

    fn string(&mut self, key: &str) -> Option<Spanned<String>> {
        let value = self.get(key)?;
        if let ValueKind::String(text) = &value.kind {
            return Some(Spanned { value: text.trim().to_owned(), span: value.span.clone() });
        }
        self.mismatch(key, value, "a string");
        None
    }

    /// A boolean; false if the key is missing.
    pub(crate) fn flag(&mut self, key: &str) -> bool {
        let Some(value) = self.get(key) else { return false };
        if let ValueKind::Boolean(flag) = value.kind {
            return flag;
        }
        self.mismatch(key, value, "true or false");
        false
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, key: &str) -> Option<Spanned<i64>> {
        let value = self.get(key)?;
        if let ValueKind::Integer(number) = value.kind {
            return Some(Spanned { value: number, span: value.span.clone() });
        }
        self.mismatch(key, value, "a whole number");
        None
    }

    /// The day of a date, as a date of TOML or as a string.
    pub(crate) fn date(&mut self, key: &str) -> Option<Spanned<Date>> {
        let date = self.date_and_time(key)?;
        Some(Spanned { value: date.value.day, span: date.span })
    }

    /// A date, as a date of TOML or as a string, and its time if it has one.
    pub(crate) fn date_and_time(&mut self, key: &str) -> Option<Spanned<WrittenDate>> {
        let value = self.get(key)?;
        let (ValueKind::String(text) | ValueKind::Date(text)) = &value.kind else {
            self.mismatch(key, value, "a date");
            return None;
        };
        match date::parse(text) {
            Ok(date) => Some(Spanned { value: date, span: value.span.clone() }),
            Err(error) => {
                self.report.push(error.at(self.path, value.span.clone()));
                None
            }
        }
    }

    /// A list of strings that are not empty; an empty list if the key is missing.
    pub(crate) fn texts(&mut self, key: &str) -> Vec<Spanned<String>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let ValueKind::Array(values) = &value.kind else {
            self.mismatch(key, value, "a list of strings");
            return Vec::new();
        };
        values.iter().filter_map(|value| self.element(key, value)).collect()
    }

    fn element(&mut self, key: &str, value: &Value) -> Option<Spanned<String>> {
        match &value.kind {
            ValueKind::String(text) if text.trim().is_empty() => {
                self.error(value.span.clone(), format!("an empty string in `{key}`"), "", "remove it");
                None
            }
            ValueKind::String(text) => Some(Spanned { value: text.trim().to_owned(), span: value.span.clone() }),
            _ => {
                self.mismatch(key, value, "a list of strings");
                None
            }
        }
    }

    /// The table of `key` and its place.
    pub(crate) fn table(&mut self, key: &str) -> Option<(&'a Table, Range<usize>)> {
        let value = self.get(key)?;
        if let ValueKind::Table(table) = &value.kind {
            return Some((table, value.span.clone()));
        }
        self.mismatch(key, value, "a table");
        None
    }

    /// The tables of `key` (`[[key]]`), each with its place.
    pub(crate) fn tables(&mut self, key: &str) -> Option<Vec<(&'a Table, Range<usize>)>> {
        let value = self.get(key)?;
        let ValueKind::Array(values) = &value.kind else {
            self.mismatch(key, value, "a list of tables");
            return None;
        };
        let mut tables = Vec::new();
        for value in values {
            match &value.kind {
                ValueKind::Table(table) => tables.push((table, value.span.clone())),
                _ => self.mismatch(key, value, "a list of tables"),
            }
        }
        Some(tables)
    }

    /// A slug: lower-case letters, digits and hyphens.
    pub(crate) fn slug(&mut self, key: &str) -> Option<Spanned<String>> {
        let slug = self.text(key)?;
        if is_slug(&slug.value) {
            return Some(slug);
        }
        let help = match slug::slugify(&slug.value).as_str() {
            "" => "write a word in lower-case letters, digits and hyphens".to_owned(),
            suggestion => format!("write \"{suggestion}\""),
        };
        let message = format!("\"{}\" is not a slug", slug.value);
        self.error(slug.span, message, "expected only the characters a-z, 0-9 and -", help);
        None
    }
}

/// What to write instead of `found`.
fn help(expected: &str, found: &ValueKind) -> String {
    match (expected, found) {
        (_, ValueKind::Null) => "write a value after the key, or remove the line".to_owned(),
        ("a string", ValueKind::Integer(_) | ValueKind::Float(_) | ValueKind::Boolean(_) | ValueKind::Date(_)) => {
            "put it in quotes".to_owned()
        }
        ("a string", _) => "write it as \"…\"".to_owned(),
        ("a list of strings" | "a list of names", ValueKind::String(text)) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            format!("write [{}]", parts.map(|part| format!("\"{part}\"")).collect::<Vec<_>>().join(", "))
        }
        ("a list of strings" | "a list of names", _) => "write [\"…\", \"…\"]".to_owned(),
        ("a date", _) => date::FORM.to_owned(),
        ("true or false", _) => "write true or false, without quotes".to_owned(),
        _ => format!("write {expected}"),
    }
}

fn is_slug(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && text.bytes().any(|byte| byte != b'-')
}

/// `` `a`, `b`, `c` ``.
pub(crate) fn list<T: AsRef<str>>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}

/// What is wrong with `path` as a path of this site, if anything. A path begins with one slash, and has no query, no fragment and nothing that a server
/// would have to normalise.
pub(crate) fn path_error(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        return Some("a path begins with /");
    }
    if path.contains("//") || path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Some("a path has no empty, . or .. segments");
    }
    let is_plain = |char: char| !char.is_whitespace() && !char.is_control() && !matches!(char, '?' | '#' | '\\' | '%');
    (!path.chars().all(is_plain)).then_some("a path has no spaces, ?, #, % or \\")
}
