//! The front matter of a text of another generator, in the terms of Graven. What Graven has no key for is kept under `extra`.

use crate::date::Moment;
use crate::generator::Generator;
use crate::value::{self, Table, Value};

/// What the front matter of a text says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) date: Option<Moment>,
    pub(crate) updated: Option<Moment>,
    pub(crate) is_circa: bool,
    pub(crate) slug: Option<String>,
    /// The address, as the text itself gives it.
    pub(crate) url: Option<String>,
    pub(crate) aliases: Vec<String>,
    /// Other names of the text, for wikilinks.
    pub(crate) names: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) authors: Vec<String>,
    pub(crate) series: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) has_math: bool,
    /// Why the other generator does not publish the text.
    pub(crate) unpublished: Option<String>,
    /// The day after which the text is no longer published.
    pub(crate) expires: Option<Moment>,
    /// The keys of dates that cannot be read, and what they say.
    pub(crate) unread: Vec<(String, String)>,
    pub(crate) extra: Table,
}

/// A file, split at the fences of its front matter.
#[derive(Debug)]
pub(crate) struct Split<'a> {
    pub(crate) table: Result<Table, String>,
    pub(crate) has_head: bool,
    pub(crate) body: &'a str,
    /// The number of the line where the body begins.
    pub(crate) line: usize,
}

impl<'a> Split<'a> {
    fn without_head(body: &'a str) -> Self {
        Self { table: Ok(Table::default()), has_head: false, body, line: 1 }
    }

    /// A file whose front matter has no end, so that nobody knows which part of it is text.
    fn without_end(body: &'a str, error: String) -> Self {
        Self { table: Err(error), has_head: true, body, line: 1 }
    }
}

/// Splits a file: TOML between `+++`, YAML between `---`, or an object of JSON at the start. White space may come first, as for the generators; in a note
/// of Obsidian, a line `---` after it is a rule.
pub(crate) fn split(file: &str, generator: Generator) -> Split<'_> {
    let text = if generator == Generator::Obsidian { file } else { file.trim_start() };
    let skipped = file[..file.len() - text.len()].matches('\n').count();
    let first = text.lines().next().unwrap_or_default().trim_end();
    let parse = match first {
        "+++" => value::toml,
        "---" => value::yaml,
        _ if text.starts_with('{') && !text.starts_with("{{") && !text.starts_with("{%") => {
            return split_json(file, text, generator);
        }
        _ => return Split::without_head(file),
    };
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let end = at + line.len();
        if number > 0 && (line.trim_end() == first || (first == "---" && line.trim_end() == "...")) {
            let start = text.find('\n').map_or(0, |newline| newline + 1);
            let body = &text[end..];
            return Split { table: parse(&text[start..at]), has_head: true, body, line: skipped + number + 2 };
        }
        at = end;
    }
    let is_rule = first == "---" && text.lines().nth(1).is_none_or(|line| line.trim().is_empty());
    if is_rule {
        Split::without_head(file)
    } else {
        Split::without_end(file, format!("its last line, `{first}`, is missing"))
    }
}

/// Only Hugo has JSON. What begins like it elsewhere is a text, unless it is an object.
fn split_json<'a>(file: &'a str, text: &'a str, generator: Generator) -> Split<'a> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>();
    match values.next() {
        Some(Ok(_)) => {}
        Some(Err(error)) if generator == Generator::Hugo => return Split::without_end(file, error.to_string()),
        _ => return Split::without_head(file),
    }
    let end = values.byte_offset();
    let line = file[..file.len() - text.len() + end].matches('\n').count() + 1;
    Split { table: value::json(&text[..end]), has_head: true, body: &text[end..], line }
}

/// Reads a table of front matter.
pub(crate) fn read(mut table: Table, generator: Generator) -> Head {
    let mut head = Head::default();
    for key in ["extra", "params"] {
        if let Some(Value::Table(inner)) = table.get(key).cloned() {
            table.take(key);
            head.extra.0.extend(inner.0);
        }
    }
    taxonomies(&mut table, &mut head);
    // Elsewhere it is a date.
    let is_withheld = table.is_false("published") && table.take("published").is_some();
    head.unpublished = unpublished(&mut table).or(is_withheld.then(|| "`published` is false".to_owned()));
    let mut take = |key: &str| table.take(key).filter(|value| *value != Value::Null);
    head.title = take("title").and_then(|value| value.text());
    let text = |value: Value| value.text();
    head.description = ["description", "summary", "excerpt"].iter().find_map(|key| take(key).and_then(text));
    head.date = moment(&DATES, &mut take, &mut head.unread);
    head.updated = moment(&UPDATES, &mut take, &mut head.unread);
    head.expires = moment(&EXPIRIES, &mut take, &mut head.unread);
    head.slug = take("slug").and_then(text);
    head.url = ["path", "url", "permalink"].iter().find_map(|key| take(key).and_then(text));
    head.categories.extend(names(take("categories"), generator));
    head.categories.extend(names(take("category"), generator));
    head.categories.extend(names(take("topics"), generator));
    head.tags.extend(names(take("tags"), generator));
    head.tags.extend(names(take("tag"), generator));
    head.authors.extend(["authors", "author"].iter().filter_map(|key| take(key)).flat_map(|value| value.texts()));
    head.authors.iter_mut().for_each(|name| *name = without_brackets(name).to_owned());
    head.series = head.series.or_else(|| take("series")?.texts().into_iter().next());
    head.has_math = ["math", "katex", "mathjax"].iter().any(|key| take(key) == Some(Value::Boolean(true)));
    let aliases = ["aliases", "alias"].iter().filter_map(|key| take(key)).flat_map(|value| value.texts()).collect();
    match generator {
        Generator::Obsidian => head.names = aliases,
        _ => head.aliases = aliases,
    }
    head.aliases.extend(take("redirect_from").map(|value| value.texts()).unwrap_or_default());
    head.image = image(&mut table, &mut head.extra);
    head.extra.0.append(&mut table.0);
    let unread = head.unread.iter().map(|(key, value)| (key.clone(), Value::Text(value.clone())));
    head.extra.0.extend(unread);
    head.extra.0.retain(|(_, value)| !is_nothing(value));
    head
}

const DATES: [&str; 11] = [
    "date",
    "pubDate",
    "publishDate",
    "pubDatetime",
    "publishedAt",
    "datePublished",
    "published",
    "created",
    "createdAt",
    "date created",
    "date_created",
];
pub(crate) const EXPIRIES: [&str; 2] = ["expiryDate", "unpublishdate"];
const UPDATES: [&str; 10] = [
    "updated",
    "updatedDate",
    "lastmod",
    "last_modified_at",
    "modDatetime",
    "modified",
    "updatedAt",
    "lastUpdated",
    "date modified",
    "dateModified",
];
const IMAGES: [&str; 11] = [
    "image",
    "cover",
    "thumbnail",
    "heroImage",
    "featured_image",
    "featuredImage",
    "coverImage",
    "banner",
    "ogImage",
    "og_image",
    "images",
];

/// `[taxonomies]` of Zola: tags, categories and authors are known, the others become tags.
fn taxonomies(table: &mut Table, head: &mut Head) {
    let Some(Value::Table(groups)) = table.take("taxonomies") else { return };
    for (key, value) in groups.0 {
        match key.to_ascii_lowercase().as_str() {
            "categories" | "category" | "topics" => head.categories.extend(value.texts()),
            "authors" | "author" => head.authors.extend(value.texts()),
            "series" => head.series = value.texts().into_iter().next(),
            _ => head.tags.extend(value.texts()),
        }
    }
}

/// Takes the keys by which other generators withhold a text, and says why this one is not published.
pub(crate) fn unpublished(table: &mut Table) -> Option<String> {
    let mut take = |key: &str| table.take(key).filter(|value| *value != Value::Null);
    let says = |value: &Option<Value>, expected: bool| value.as_ref().and_then(Value::truth) == Some(expected);
    for key in ["draft", "private", "hidden", "headless", "unlisted"] {
        if says(&take(key), true) {
            return Some(format!("`{key}` is true"));
        }
    }
    for key in ["publish", "render"] {
        if says(&take(key), false) {
            return Some(format!("`{key}` is false"));
        }
    }
    // Hugo's.
    for build in ["build", "_build"].iter().filter_map(|key| take(key)) {
        let of_build = |key: &str| build.table()?.text(&[key]).map(|how| (format!("`build.{key}` is {how}"), how));
        let render = of_build("render").filter(|(_, how)| matches!(how.as_str(), "never" | "false" | "link"));
        let list = of_build("list").filter(|(_, how)| matches!(how.as_str(), "never" | "false"));
        if let Some((reason, _)) = render.or(list) {
            return Some(reason);
        }
    }
    None
}

/// The date of the first key whose value is one. What other keys say instead is kept.
fn moment(
    keys: &[&str],
    take: &mut impl FnMut(&str) -> Option<Value>,
    unread: &mut Vec<(String, String)>,
) -> Option<Moment> {
    keys.iter().find_map(|key| {
        let value = take(key).filter(|value| value.truth().is_none())?.text()?;
        let date = Moment::parse(without_brackets(&value));
        if date.is_none() {
            unread.push(((*key).to_owned(), value));
        }
        date
    })
}

/// The names of a list, or of a text: with commas between them, or, for Jekyll, spaces.
fn names(value: Option<Value>, generator: Generator) -> Vec<String> {
    let names = match value {
        Some(Value::Text(text)) if text.contains(',') => text.split(',').map(str::to_owned).collect(),
        Some(Value::Text(text)) if text.starts_with("[[") => vec![text],
        Some(Value::Text(text)) if matches!(generator, Generator::Jekyll | Generator::Obsidian) => {
            text.split_whitespace().map(str::to_owned).collect()
        }
        Some(value) => value.texts(),
        None => Vec::new(),
    };
    let names = names.iter().map(|name| without_brackets(name.trim()).trim_start_matches('#').to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

/// What a link of a vault shows: `b` of `[[a|b]]`.
fn without_brackets(name: &str) -> &str {
    let inner = name.strip_prefix("[[").and_then(|name| name.strip_suffix("]]")).filter(|inner| !inner.contains("[["));
    inner.map_or(name, |inner| inner.rsplit(['|', '/']).next().unwrap_or(inner).trim())
}

/// The picture of the text. Keys that name the same or no picture are dropped; the others stay.
fn image(table: &mut Table, extra: &mut Table) -> Option<String> {
    for key in IMAGES {
        for place in [&mut *table, &mut *extra] {
            let image = match place.get(key) {
                Some(Value::List(values)) => values.first().and_then(Value::text),
                Some(Value::Table(table)) => table.text(&["image", "src", "url", "path"]),
                Some(Value::Text(text)) => Some(text.trim().to_owned()),
                _ => None,
            };
            if let Some(image) = image.filter(|image| !image.is_empty()) {
                place.take(key);
                return Some(image);
            }
        }
    }
    None
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.trim().is_empty(),
        Value::List(values) => values.iter().all(is_nothing),
        Value::Table(table) => table.0.iter().all(|(_, value)| is_nothing(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str, generator: Generator) -> Head {
        read(split(text, generator).table.expect("it is valid"), generator)
    }

    #[test]
    fn front_matter_is_split_from_the_body_whose_first_line_is_known() {
        for (text, body, line) in [
            ("---\ntitle: a\n---\nx\n", "x\n", 4),
            ("+++\ntitle = \"a\"\n+++\n\nx\n", "\nx\n", 4),
            ("{\"title\": \"a\",\n\"n\": 1}\nx\n", "\nx\n", 2),
            ("no head\n", "no head\n", 1),
            ("---\nnot closed\n", "---\nnot closed\n", 1),
            ("\n\n---\ntitle: a\n---\nx\n", "x\n", 6),
            ("\n{\"title\": \"a\"}\nx\n", "\nx\n", 2),
        ] {
            let split = split(text, Generator::Hugo);
            assert_eq!((split.body, split.line), (body, line), "{text}");
        }
    }

    #[test]
    fn keys_of_each_generator_are_known_and_the_rest_is_kept() {
        let hugo = head(
            "---\nTitle: A\nTags: [x, y]\nlastmod: 2020-02-03\nThumbnail: /a.png\nUrl: post/a\nweight: 3\nauthor:\n  name: Ada\n---\n",
            Generator::Hugo,
        );
        assert_eq!((hugo.title.as_deref(), hugo.image.as_deref()), (Some("A"), Some("/a.png")));
        assert_eq!((hugo.url.as_deref(), hugo.tags.len()), (Some("post/a"), 2));
        assert_eq!(hugo.authors, ["Ada"]);
        assert_eq!(hugo.extra.0, [("weight".to_owned(), Value::Integer(3))]);
        let jekyll = head("---\ncategories: one two\nredirect_from: /old\npublished: false\n---\n", Generator::Jekyll);
        assert_eq!((jekyll.categories.len(), jekyll.aliases.len()), (2, 1));
        let vault = head(
            "---\ntags: [a, \"[[b|c]]\"]\ncategories: [\"[[Notes/Wild birds]]\"]\nauthor: \"[[Ada]]\"\n---\n",
            Generator::Obsidian,
        );
        assert_eq!(
            (vault.tags, vault.categories),
            (vec!["a".to_owned(), "c".to_owned()], vec!["Wild birds".to_owned()])
        );
        assert_eq!(vault.authors, ["Ada"]);
        let astro = head("---\npubDate: 'Jul 08 2022'\nheroImage: '../a.jpg'\n---\n", Generator::Astro);
        assert_eq!(astro.date.map(|date| date.to_string()).as_deref(), Some("2022-07-08"));
        let zola = head(
            "+++\n[taxonomies]\ntags = [\"a\"]\ncategories = [\"b\"]\n[extra]\nteam = \"c\"\n+++\n",
            Generator::Zola,
        );
        assert_eq!((zola.tags.len(), zola.categories.len(), zola.extra.0.len()), (1, 1, 1));
    }
}
