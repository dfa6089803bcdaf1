//! Keys of front matter that Graven has under another name or not at all. They are warnings, so that texts can move here as they are; one that stands for
//! a missing key that a text must have is an error.

use super::table_reader::{TableReader, list};
use super::value::ValueKind;
use crate::diagnostic::{Diagnostic, Severity, nearest};

/// A key of other generators: in lower case, the key that has its place, and what to write.
type Foreign = (&'static str, &'static str, &'static str);

const DATE: &str = "write `date`";
const UPDATED: &str = "write `updated`";
const IMAGE: &str = "write `image`: a file in the folder of the text, or in static/";
const TOPICS: &str = "write `topics`, which topics.toml defines, or `tags`, which are free";
const ADDRESS: &str = "write `slug` for the last part of the address, `aliases` for old addresses";
const DESCRIPTION: &str = "write `description`";
const DRAFT: &str = "write `draft = true` for a text that is not to be published";
const LOOK: &str = "all posts look alike, and so do all pages: remove it";
const PERSON: &str = "write `url`";
const ORDER: &str = "posts are in the order of their dates; `[[navigation]]` of site.toml lists pages";
const LANGUAGE: &str = "a site has one language, that of site.toml: remove it";

const FOREIGN: &[Foreign] = &[
    ("author", "authors", "write authors = [\"…\"]"),
    ("banner", "image", IMAGE),
    ("category", "topics", TOPICS),
    ("categories", "topics", TOPICS),
    ("cover", "image", IMAGE),
    ("created", "date", DATE),
    ("date_published", "date", DATE),
    ("excerpt", "description", DESCRIPTION),
    ("featured_image", "image", IMAGE),
    ("heroimage", "image", IMAGE),
    ("homepage", "url", PERSON),
    ("keywords", "tags", "write `tags`"),
    ("lang", "", LANGUAGE),
    ("language", "", LANGUAGE),
    ("last_modified_at", "updated", UPDATED),
    ("lastmod", "updated", UPDATED),
    ("lastupdated", "updated", UPDATED),
    ("layout", "", LOOK),
    ("link", "url", PERSON),
    ("menu", "", ORDER),
    ("modified", "updated", UPDATED),
    ("nav_order", "", ORDER),
    ("order", "", ORDER),
    ("path", "slug", ADDRESS),
    ("permalink", "slug", ADDRESS),
    ("pubdate", "date", DATE),
    ("publishdate", "date", DATE),
    ("published", "draft", DRAFT),
    ("redirect_from", "aliases", "write `aliases`"),
    ("subtitle", "description", DESCRIPTION),
    ("summary", "description", DESCRIPTION),
    ("taxonomies", "tags", "write `tags` and `topics` without a table around them"),
    ("template", "", LOOK),
    ("thumbnail", "image", IMAGE),
    ("type", "", LOOK),
    ("updateddate", "updated", UPDATED),
    ("url", "slug", ADDRESS),
    ("website", "url", PERSON),
    ("weight", "", ORDER),
];

/// The keys of a kind of text, or of a table in it.
#[derive(Clone, Copy)]
pub(super) struct Keys<'a> {
    pub(super) known: &'a [&'static str],
    /// Those that a text must have.
    pub(super) required: &'a [&'static str],
    /// Those that only another kind of text has.
    pub(super) of_others: &'a [&'static str],
    /// How the table begins in which any key may be, if there is one.
    pub(super) extra: Option<&'static str>,
}

/// Reports the keys that are not known.
pub(super) fn report(reader: &mut TableReader<'_>, keys: Keys<'_>) {
    for entry in &reader.table.entries {
        let key = entry.key.as_str();
        if keys.known.contains(&key) {
            continue;
        }
        if keys.known.contains(&"draft") && withholds(key, &entry.value.kind) {
            let message = format!("`{key}` does not hold a text back");
            let error = Diagnostic::error(reader.path, entry.key_span.clone(), message).label("unknown key");
            let error = error.help("write `draft = true`, or remove this line to publish the text").code("unknown-key");
            reader.report.push(if key.eq_ignore_ascii_case("draft") { error.suggest(key, "draft") } else { error });
            continue;
        }
        let is_of_others = keys.of_others.contains(&key);
        let message = if is_of_others { format!("a page has no `{key}`") } else { format!("unknown key `{key}`") };
        let mut diagnostic = Diagnostic::warning(reader.path, entry.key_span.clone(), message);
        if is_of_others {
            diagnostic = diagnostic.label("only posts have this key");
        }
        let place = stands_for(key, keys.known);
        if place.is_some_and(|place| keys.required.contains(&place) && reader.get(place).is_none()) {
            diagnostic.severity = Severity::Error;
        }
        let diagnostic = diagnostic.help(help(key, keys)).code("unknown-key");
        reader.report.push(match reader.meant(key, keys.known) {
            Some(meant) => diagnostic.suggest(key, meant),
            None => diagnostic,
        });
    }
}

/// Keys that hold a text back elsewhere if they are true. Misspelt, `draft` is one of them.
const HIDING: [&str; 6] = ["draft", "headless", "hidden", "private", "unlisted", "wip"];

/// Keys that hold a text back elsewhere if they are false.
const SHOWING: [&str; 5] = ["listed", "permalink", "publish", "published", "render"];

/// Words for a text that is not published, as the values of these keys.
const STATES: [&str; 2] = ["status", "visibility"];
const HELD: [&str; 6] = ["draft", "hidden", "pending", "private", "trash", "unlisted"];

/// Whether an unknown key holds a text back elsewhere, so that its author does not expect it to be published.
fn withholds(key: &str, value: &ValueKind) -> bool {
    let is_one_of = |word: &str, words: &[&str]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
    // What older YAML took for a truth value is a string in newer one.
    let is = |truth: bool, words: &[&str]| match value {
        ValueKind::Boolean(value) => *value == truth,
        ValueKind::Integer(value) => *value == i64::from(truth),
        ValueKind::String(text) => is_one_of(text.trim(), words),
        _ => false,
    };
    let is_held = || matches!(value, ValueKind::String(text) if is_one_of(text.trim(), &HELD));
    let hides = is_one_of(key, &HIDING) || nearest(key, ["draft"]).is_some();
    (hides && is(true, &["true", "yes", "on"]))
        || (is_one_of(key, &SHOWING) && is(false, &["false", "no", "off"]))
        || (is_one_of(key, &STATES) && is_held())
}

/// The known key that `key` stands for: under its name elsewhere, or misspelt.
pub(super) fn stands_for(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let foreign = foreign(key).map(|(_, place, _)| *place).filter(|place| known.contains(place));
    foreign.or_else(|| nearest(key, known.iter().copied()))
}

fn foreign(key: &str) -> Option<&'static Foreign> {
    FOREIGN.iter().find(|(foreign, _, _)| foreign.eq_ignore_ascii_case(key))
}

fn help(key: &str, keys: Keys<'_>) -> String {
    let foreign =
        foreign(key).filter(|(_, place, _)| keys.known.contains(place) || (place.is_empty() && keys.extra.is_some()));
    match (foreign, nearest(key, keys.known.iter().copied()), keys.extra) {
        (Some((_, _, help)), _, _) => (*help).to_owned(),
        (None, Some(near), _) => format!("did you mean `{near}`?"),
        (None, None, Some(extra)) => {
            format!("expected one of {}; keys of your own may be below {extra}", list(keys.known))
        }
        (None, None, None) => format!("expected one of {}", list(keys.known)),
    }
}
