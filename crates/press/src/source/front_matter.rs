//! The front matter of a post or a page.
//!
//! 1. [`Parts::split`] splits a file into front matter and body.
//! 2. [`post`] and [`page`] read the front matter by its schema. A placeholder replaces what cannot be read, so that the following steps can report
//!    their errors too.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use super::credits::{self, Author};
use super::date::WrittenDate;
use super::excerpt;
use super::foreign_keys::{self, Keys, stands_for};
use super::table_reader::{TableReader, list, path_error};
use super::value::{Fragment, Table, Value, ValueKind, parse_toml, parse_yaml};
use crate::diagnostic::{BOM, Diagnostic, Report, certain, nearest};
use crate::span::Spanned;

const POST_KEYS: &[&str] = &[
    "title",
    "description",
    "date",
    "updated",
    "slug",
    "topics",
    "tags",
    "series",
    "aliases",
    "draft",
    "image",
    "circa",
    "authors",
    "extra",
];
const PAGE_KEYS: &[&str] = &["title", "description", "updated", "slug", "aliases", "draft", "extra"];

/// The front matter of a post or a page. A page has no date, authors, topics, tags, series or image.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FrontMatter {
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) date: Spanned<WrittenDate>,
    pub(crate) circa: bool,
    pub(crate) updated: Option<Spanned<Date>>,
    /// What changed then.
    pub(crate) update_note: Option<String>,
    pub(crate) slug: Option<Spanned<String>>,
    /// Indices into the topics of the site.
    pub(crate) topics: Vec<usize>,
    pub(crate) tags: Vec<Spanned<String>>,
    pub(crate) series: Option<String>,
    pub(crate) aliases: Vec<Spanned<String>>,
    pub(crate) draft: bool,
    pub(crate) image: Option<Spanned<String>>,
    pub(crate) authors: Vec<Author>,
    pub(crate) extra: Map<String, Json>,
}

/// The syntax of front matter. It follows from the fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Syntax {
    Toml,
    Yaml,
}

impl Syntax {
    fn of_fence(line: &str) -> Option<Self> {
        match line.trim_end() {
            "+++" => Some(Self::Toml),
            "---" => Some(Self::Yaml),
            _ => None,
        }
    }

    fn fence(self) -> &'static str {
        match self {
            Self::Toml => "+++",
            Self::Yaml => "---",
        }
    }

    /// How a table of one's own begins.
    fn extra(self) -> &'static str {
        match self {
            Self::Toml => "[extra]",
            Self::Yaml => "extra:",
        }
    }

    /// A line of front matter, as an example.
    fn line(self, key: &str, value: &str) -> String {
        match self {
            Self::Toml => format!("{key} = {value}"),
            Self::Yaml => format!("{key}: {value}"),
        }
    }
}

/// A file, split at its fences.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    path: &'a str,
    file: &'a str,
    syntax: Syntax,
    /// The opening fence.
    pub(crate) fence: Range<usize>,
    matter: Range<usize>,
    /// The start of the body.
    pub(crate) body: usize,
}

impl<'a> Parts<'a> {
    /// Splits a file at its fences.
    pub(crate) fn split(path: &'a str, file: &'a str, report: &mut Report) -> Option<Self> {
        let start = if file.as_bytes().starts_with(BOM) { BOM.len() } else { 0 };
        let mut lines = lines(file, start);
        let first = lines.next().unwrap_or(start..start);
        let fence = first.start..first.start + file[first.clone()].trim_end().len();
        let Some(syntax) = Syntax::of_fence(&file[first.clone()]) else {
            let date = if path.starts_with("posts/") { "date = 2025-11-28\n" } else { "" };
            report.push(
                Diagnostic::error(path, fence, "the front matter is missing")
                    .label("expected a line +++")
                    .help(format!("begin with:\n+++\ntitle = \"…\"\n{date}+++")),
            );
            return None;
        };
        let Some(closing) = lines.find(|line| file[line.clone()].trim_end() == syntax.fence()) else {
            report.push(
                Diagnostic::error(path, fence, "the front matter is not closed")
                    .label("opened here")
                    .help(format!("end it with a line {}", syntax.fence())),
            );
            return None;
        };
        Some(Self { path, file, syntax, fence, matter: first.end..closing.start, body: closing.end })
    }

    fn parse(&self, report: &mut Report) -> Option<Table> {
        let fragment = Fragment { path: self.path, text: &self.file[self.matter.clone()], offset: self.matter.start };
        match self.syntax {
            Syntax::Toml => parse_toml(fragment, report),
            Syntax::Yaml => parse_yaml(fragment, report),
        }
    }
}

/// The lines of `file` from `start` on, each with its line ending.
fn lines(file: &str, start: usize) -> impl Iterator<Item = Range<usize>> {
    file[start..].split_inclusive('\n').scan(start, |at, line| {
        let from = *at;
        *at += line.len();
        Some(from..*at)
    })
}

/// Reads the front matter of a post. `topics` are the slugs of the topics of the site, if they are known; `named` is the date in its name.
pub(crate) fn post(
    parts: &Parts<'_>,
    topics: Option<&[String]>,
    named: Option<WrittenDate>,
    report: &mut Report,
) -> Option<FrontMatter> {
    let table = parts.parse(report)?;
    let mut reader = TableReader { path: parts.path, table: &table, place: Some(parts.fence.clone()), report };
    let required: &[&str] = if named.is_some() { &["title"] } else { &["title", "date"] };
    let keys = Keys { known: POST_KEYS, required, of_others: &[], extra: Some(parts.syntax.extra()) };
    foreign_keys::report(&mut reader, keys);
    let mut matter = common(&mut reader, parts.syntax);
    if required.contains(&"date") {
        require(&mut reader, "date", &parts.syntax.line("date", "2025-11-28"));
    }
    let named = named.map(|value| Spanned { value, span: parts.fence.clone() });
    let date = if reader.get("date").is_none() { named } else { reader.date_and_time("date") };
    updated(&mut reader, date.as_ref().map(|date| date.value.day), &mut matter);
    matter.date = date.unwrap_or_default();
    matter.circa = reader.flag("circa");
    matter.topics = topic_indices(&mut reader, topics);
    matter.tags = distinct_tags(&mut reader);
    matter.series = reader.text("series").map(|series| series.value);
    matter.image = reader.text("image");
    matter.authors = credits::authors(&mut reader);
    Some(matter)
}

/// Reads the front matter of a page.
pub(crate) fn page(parts: &Parts<'_>, report: &mut Report) -> Option<FrontMatter> {
    let table = parts.parse(report)?;
    let mut reader = TableReader { path: parts.path, table: &table, place: Some(parts.fence.clone()), report };
    let keys = Keys { known: PAGE_KEYS, required: &["title"], of_others: POST_KEYS, extra: Some(parts.syntax.extra()) };
    foreign_keys::report(&mut reader, keys);
    let mut matter = common(&mut reader, parts.syntax);
    updated(&mut reader, None, &mut matter);
    Some(matter)
}

/// What posts and pages have in common.
fn common(reader: &mut TableReader<'_>, syntax: Syntax) -> FrontMatter {
    require(reader, "title", &syntax.line("title", "\"…\""));
    FrontMatter {
        title: reader.text("title").map(|title| title.value).unwrap_or_default(),
        description: description(reader),
        slug: reader.slug("slug"),
        aliases: aliases(reader),
        draft: reader.flag("draft"),
        extra: extra(reader),
        ..FrontMatter::default()
    }
}

/// Reports that `key` is missing, unless another key stands for it: [`foreign_keys::report`] reports that.
fn require(reader: &mut TableReader<'_>, key: &'static str, example: &str) {
    let is_there = |written: &str| written == key || stands_for(written, &[key]).is_some();
    if !reader.table.entries.iter().any(|entry| is_there(&entry.key)) {
        reader.error(reader.place.clone(), format!("`{key}` is missing"), "", format!("add a line: {example}"));
    }
}

fn description(reader: &mut TableReader<'_>) -> Option<String> {
    let description = reader.text("description")?;
    let length = description.value.chars().count();
    if length > excerpt::LENGTH {
        reader.report.push(
            Diagnostic::warning(reader.path, description.span, "the description is long")
                .label(format!("{length} characters"))
                .help(format!("search engines and link previews cut it after about {}", excerpt::LENGTH)),
        );
    }
    Some(description.value)
}

/// Reads `updated`: a date, or a table of a date and a note of what changed.
fn updated(reader: &mut TableReader<'_>, date: Option<Date>, matter: &mut FrontMatter) {
    let updated = match reader.get("updated") {
        Some(Value { kind: ValueKind::Table(table), span }) => {
            let mut reader = TableReader { path: reader.path, table, place: Some(span.clone()), report: reader.report };
            reader.only(&["date", "note"]);
            if reader.get("date").is_none() {
                reader.error(
                    span.clone(),
                    "`updated` has no `date`",
                    "",
                    "write the day of the change in it as `date`",
                );
            }
            matter.update_note = reader.text("note").map(|note| note.value);
            reader.date("date")
        }
        _ => reader.date("updated"),
    };
    let Some(updated) = updated else { return };
    match date.filter(|date| updated.value < *date) {
        Some(date) => {
            let label = format!("`date` is {date}");
            let help = "`updated` is the day of a later change; remove it until there is one";
            reader.error(updated.span, "`updated` is before `date`", label, help);
        }
        None => matter.updated = Some(updated),
    }
}

/// The keys of the author's own.
fn extra(reader: &mut TableReader<'_>) -> Map<String, Json> {
    reader.table("extra").map(|(table, _)| table.to_json()).unwrap_or_default()
}

/// The topics that a post names, in the order of the site.
fn topic_indices(reader: &mut TableReader<'_>, topics: Option<&[String]>) -> Vec<usize> {
    let mut indices = Vec::new();
    let Some(topics) = topics else { return indices };
    let written = reader.texts("topics");
    for topic in &written {
        match topics.iter().position(|slug| *slug == topic.value) {
            Some(index) if indices.contains(&index) => {
                let message = format!("duplicate topic \"{}\"", topic.value);
                reader.error(topic.span.clone(), message, "", "remove one of the two");
            }
            Some(index) => indices.push(index),
            None => {
                let is_new = |slug: &&String| written.iter().all(|other| other.value != **slug);
                let meant = certain(&topic.value, topics.iter().filter(is_new).map(String::as_str));
                unknown_topic(reader, topic, topics, meant);
            }
        }
    }
    indices.sort_unstable();
    indices
}

fn unknown_topic(reader: &mut TableReader<'_>, topic: &Spanned<String>, topics: &[String], meant: Option<&str>) {
    let help = match nearest(&topic.value, topics.iter().map(String::as_str)) {
        Some(nearest) => format!("did you mean \"{nearest}\"?"),
        None if topics.is_empty() => "there are no topics yet: add one to topics.toml".to_owned(),
        None => format!("expected one of {}", list(topics)),
    };
    let error = Diagnostic::error(reader.path, topic.span.clone(), format!("unknown topic \"{}\"", topic.value));
    let error = error.label("not a topic in topics.toml").help(help).code("unknown-topic");
    reader.report.push(match meant {
        Some(slug) => error.suggest(topic.value.as_str(), slug),
        None => error,
    });
}

/// The tags of a post. Two tags with the same slug are duplicates: they share a page.
fn distinct_tags(reader: &mut TableReader<'_>) -> Vec<Spanned<String>> {
    let mut slugs: Vec<String> = Vec::new();
    let mut tags: Vec<Spanned<String>> = Vec::new();
    for tag in reader.texts("tags") {
        let slug = tag_slug(&tag.value);
        if slug.is_empty() {
            let message = format!("the tag \"{}\" has no letter or digit for its URL", tag.value);
            reader.error(tag.span, message, "", "write it in words");
        } else if let Some(same) = slugs.iter().position(|other| *other == slug) {
            let message = format!("duplicate tag \"{}\"", tag.value);
            let label = format!("has the same page as \"{}\": /tags/{slug}", tags[same].value);
            reader.error(tag.span, message, label, "remove one of the two");
        } else {
            slugs.push(slug);
            tags.push(tag);
        }
    }
    tags
}

/// Paths that redirect to the post or page. A slash at the end is removed: it makes no difference.
fn aliases(reader: &mut TableReader<'_>) -> Vec<Spanned<String>> {
    let mut aliases = Vec::new();
    for mut alias in reader.texts("aliases") {
        if let Some(error) = path_error(&alias.value) {
            let rooted = format!("/{}", alias.value);
            let help = match path_error(&rooted) {
                None => format!("write \"{rooted}\""),
                Some(_) => "an alias is an old path of this site: \"/old/name\"".to_owned(),
            };
            reader.error(alias.span, format!("\"{}\" is not a path of this site", alias.value), error, help);
            continue;
        }
        if alias.value.len() > 1 && alias.value.ends_with('/') {
            alias.value.pop();
        }
        aliases.push(alias);
    }
    aliases
}

/// The slug of a tag. Signs that distinguish programming languages are spelt out, so that C, C++ and C# are three tags. Two tags with the same
/// slug share a page.
///
/// ```
/// use graven_press::source::tag_slug;
///
/// assert_eq!(["C", "C++", "C#"].map(tag_slug), ["c", "c-plus-plus", "c-sharp"]);
/// ```
#[must_use]
pub fn tag_slug(name: &str) -> String {
    slug::slugify(name.replace('+', " plus ").replace('#', " sharp "))
}

/// The place and the spelling of a tag that the site shows, of all `spellings`, each with its place: that of most places, and of equally many the first.
pub(crate) fn usual_spelling<'a>(spellings: impl Iterator<Item = (&'a str, &'a str)>) -> Option<(&'a str, &'a str)> {
    let mut places: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for (place, name) in spellings {
        let (count, first) = places.entry(name).or_insert((0, place));
        *count += 1;
        *first = place.min(*first);
    }
    let usual = places.into_iter().max_by_key(|(_, (count, first))| (*count, Reverse(*first)));
    usual.map(|(name, (_, first))| (first, name))
}

#[cfg(test)]
mod tests {
    use super::tag_slug;

    #[test]
    fn signs_that_distinguish_languages_are_spelt_out() {
        for (name, expected) in [
            ("C", "c"),
            ("C++", "c-plus-plus"),
            ("C#", "c-sharp"),
            ("Raspberry Pi", "raspberry-pi"),
            ("Auto-scaling", "auto-scaling"),
        ] {
            assert_eq!(tag_slug(name), expected, "{name}");
        }
    }
}
