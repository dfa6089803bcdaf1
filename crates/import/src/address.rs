//! The address that a text has in the other site, by the rules of its generator: a path that begins with a slash.

use jiff::civil::Date;

use crate::date;
use crate::generator::Generator;
use crate::head::Head;
use crate::names::{decoded, folder_of, stem, url_name};
use crate::settings::Settings;
use crate::value::{Table, Value};

/// A text as the rules of addresses see it.
pub(crate) struct Addressed<'a> {
    /// Its path below the folder of the texts.
    pub(crate) path: &'a str,
    pub(crate) head: &'a Head,
    /// The collection of Jekyll or Astro that it belongs to.
    pub(crate) collection: Option<&'a str>,
}

impl Addressed<'_> {
    /// The path without the names that stand for their folder: `blog/a` of `blog/a/index.md`.
    fn place(&self) -> String {
        let stem = match stem(self.path) {
            "index" | "_index" => return folder_of(self.path).to_owned(),
            stem => stem,
        };
        format!("{}/{stem}", folder_of(self.path)).trim_start_matches('/').to_owned()
    }

    fn day(&self) -> Option<Date> {
        self.head.date.as_ref().map(|date| date.day)
    }
}

/// The address of a text. `None` if its site has no addresses.
pub(crate) fn of(text: &Addressed<'_>, generator: Generator, settings: &Settings) -> Option<String> {
    let path = match generator {
        Generator::Zola => zola(text),
        Generator::Hugo => hugo(text, settings),
        Generator::Jekyll => jekyll(text, settings),
        Generator::Astro => astro(text, settings),
        Generator::Obsidian => text.head.url.clone()?,
    };
    let path = path.trim_start_matches('/');
    let path = if path.contains('%') { decoded(path) } else { path.to_owned() };
    Some(format!("{}/{}", settings.prefix, path.replace("//", "/")))
}

fn zola(text: &Addressed<'_>) -> String {
    if let Some(path) = &text.head.url {
        return as_folder(path);
    }
    let place = text.place();
    let name = place.rsplit('/').next().unwrap_or_default();
    let undated = date::at_start_of(name).map_or(name, |(_, rest)| if rest.is_empty() { name } else { rest });
    let slug = text.head.slug.clone().unwrap_or_else(|| slug::slugify(undated));
    let folders: Vec<String> = folder_of(&place).split('/').map(slug::slugify).collect();
    format!("{}/{slug}/", folders.join("/"))
}

/// An address that is a folder with an `index.html`, unless it names a file.
fn as_folder(path: &str) -> String {
    let is_file = [".html", ".htm", ".php", "/"].iter().any(|end| path.ends_with(end));
    if is_file { path.to_owned() } else { format!("{path}/") }
}

fn hugo(text: &Addressed<'_>, settings: &Settings) -> String {
    if let Some(url) = &text.head.url {
        let path =
            url.split_once("://").map_or(url.as_str(), |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
        return as_folder(path);
    }
    let place = text.place();
    let section = place.split('/').next().unwrap_or_default();
    let rules = settings.table.table("permalinks");
    let rule = rules.and_then(|rules| rules.text(&[section]).or_else(|| rules.table("page")?.text(&[section])));
    let name = place.rsplit('/').next().unwrap_or_default();
    if let Some(rule) = rule.filter(|_| place.contains('/')) {
        return filled(&rule, |token| hugo_token(token, text, section, name));
    }
    let slug = text.head.slug.clone().unwrap_or_else(|| name.to_owned());
    let folders: Vec<String> = folder_of(&place).split('/').map(url_name).collect();
    format!("{}/{}/", folders.join("/"), url_name(&slug))
}

fn hugo_token(token: &str, text: &Addressed<'_>, section: &str, name: &str) -> Option<String> {
    let title = || url_name(text.head.title.as_deref().unwrap_or(name));
    Some(match token {
        "section" => section.to_owned(),
        "sections" => folder_of(&text.place()).to_owned(),
        "title" => title(),
        "slug" => text.head.slug.as_deref().map_or_else(title, url_name),
        "filename" | "contentbasename" => url_name(name),
        "slugorfilename" | "slugorcontentbasename" => url_name(text.head.slug.as_deref().unwrap_or(name)),
        _ => return date_token(token, text.day()?),
    })
}

fn date_token(token: &str, day: Date) -> Option<String> {
    Some(match token {
        "year" => format!("{:04}", day.year()),
        "month" => format!("{:02}", day.month()),
        "i_month" => day.month().to_string(),
        "day" => format!("{:02}", day.day()),
        "i_day" => day.day().to_string(),
        "short_year" => format!("{:02}", day.year() % 100),
        "monthname" | "long_month" => day.strftime("%B").to_string(),
        "short_month" => day.strftime("%b").to_string(),
        "yearday" | "y_day" => format!("{:03}", day.day_of_year()),
        "weekdayname" => day.strftime("%A").to_string(),
        _ => return None,
    })
}

/// Replaces the tokens of a rule: `/:year/:title/`. What has no value stays as it is.
fn filled(rule: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut path = String::new();
    let mut rest = rule;
    while let Some(at) = rest.find(':') {
        path.push_str(&rest[..at]);
        let name = &rest[at + 1..];
        let end = name.find(|char: char| !char.is_ascii_lowercase() && char != '_').unwrap_or(name.len());
        path.push_str(&value(&name[..end]).unwrap_or_default());
        rest = &name[end..];
    }
    path + rest
}

fn jekyll(text: &Addressed<'_>, settings: &Settings) -> String {
    let name = stem(text.path);
    let undated = date::at_start_of(name).map_or(name, |(_, rest)| rest);
    let rule = text.head.url.clone().or_else(|| jekyll_rule(text.collection, &settings.table));
    let is_page = text.collection.is_none();
    let rule = match rule.as_deref() {
        Some("pretty") if is_page => "/:path/:basename/".to_owned(),
        None | Some("date" | "ordinal" | "none" | "weekdate") if is_page => "/:path/:basename:output_ext".to_owned(),
        None | Some("date") => "/:categories/:year/:month/:day/:title:output_ext".to_owned(),
        Some("pretty") => "/:categories/:year/:month/:day/:title/".to_owned(),
        Some("ordinal") => "/:categories/:year/:y_day/:title:output_ext".to_owned(),
        Some("none") => "/:categories/:title:output_ext".to_owned(),
        Some(rule) => rule.to_owned(),
    };
    let folders = folder_of(text.path).split('/').filter(|name| !name.starts_with('_')).collect::<Vec<_>>().join("/");
    let basename = if is_page && name == "index" { "" } else { name };
    let extension = if basename.is_empty() && is_page { "" } else { ".html" };
    let categories = || text.head.categories.iter().map(|name| url_name(name)).collect::<Vec<_>>().join("/");
    let title = || text.head.slug.clone().unwrap_or_else(|| undated.to_owned());
    let within = || format!("{folders}/{name}").trim_start_matches('/').to_owned();
    filled(&rule, |token| {
        Some(match token {
            "categories" => categories(),
            "title" | "slug" | "name" => title(),
            "collection" => text.collection.unwrap_or_default().to_owned(),
            "path" if is_page => folders.clone(),
            "path" => within(),
            "basename" => basename.to_owned(),
            "output_ext" => extension.to_owned(),
            _ => return date_token(token, text.day()?),
        })
    })
}

/// The rule of a collection: its own, or that of the site for posts. Other collections have one by default.
fn jekyll_rule(collection: Option<&str>, table: &Table) -> Option<String> {
    let of_collection = |name: &str| table.at(&["collections", name])?.table()?.text(&["permalink"]);
    match collection {
        Some("posts") => of_collection("posts").or_else(|| table.text(&["permalink"])),
        Some(name) => of_collection(name).or_else(|| Some("/:collection/:path:output_ext".to_owned())),
        None => table.get("permalink").and_then(Value::text).filter(|rule| rule == "pretty"),
    }
}

fn astro(text: &Addressed<'_>, settings: &Settings) -> String {
    let Some(collection) = text.collection else {
        return text.place() + "/";
    };
    let place = text.place();
    let within = place.strip_prefix(collection).unwrap_or(&place).trim_start_matches('/');
    let route = settings.routes.iter().find(|(name, _)| name == collection);
    let folder = route.map_or(collection, |(_, folder)| folder);
    let name = text
        .head
        .slug
        .clone()
        .unwrap_or_else(|| within.split('/').map(crate::names::github_id).collect::<Vec<_>>().join("/"));
    format!("{folder}/{name}/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Moment;
    use crate::value;

    fn address(generator: Generator, path: &str, rule: &str, head: &Head, collection: Option<&str>) -> String {
        let settings = Settings { table: value::yaml(rule).expect("it is valid"), ..Settings::default() };
        of(&Addressed { path, head, collection }, generator, &settings).expect("it has an address")
    }

    fn dated() -> Head {
        let date = Some(Moment::of_day(Date::constant(2013, 5, 6)));
        Head { date, categories: vec!["News".to_owned()], title: Some("My Title".to_owned()), ..Head::default() }
    }

    #[test]
    fn addresses_follow_the_rules_of_each_generator() {
        let permalinks = "permalinks:\n  blog: /:year/:month/:slug/\n";
        for (generator, path, rule, collection, expected) in [
            (Generator::Zola, "blog/2013-05-06-Some Name.md", "", None, "/blog/some-name/"),
            (Generator::Zola, "blog/a/index.md", "", None, "/blog/a/"),
            (Generator::Hugo, "blog/Some Name.md", "", None, "/blog/some-name/"),
            (Generator::Hugo, "blog/a/index.md", permalinks, None, "/2013/05/my-title/"),
            (Generator::Jekyll, "_posts/2013-05-06-a-name.md", "", Some("posts"), "/news/2013/05/06/a-name.html"),
            (Generator::Jekyll, "_posts/2013-05-06-a.md", "permalink: pretty", Some("posts"), "/news/2013/05/06/a/"),
            (Generator::Jekyll, "_posts/2013-05-06-a.md", "permalink: /:title", Some("posts"), "/a"),
            (Generator::Jekyll, "_docs/x/y.md", "", Some("docs"), "/docs/x/y.html"),
            (Generator::Jekyll, "about.md", "", None, "/about.html"),
            (Generator::Jekyll, "a/index.md", "", None, "/a/"),
            (Generator::Astro, "blog/First Post.md", "", Some("blog"), "/blog/first-post/"),
            (Generator::Astro, "about.md", "", None, "/about/"),
        ] {
            assert_eq!(address(generator, path, rule, &dated(), collection), expected, "{path} {rule}");
        }
    }

    #[test]
    fn an_address_of_the_text_itself_counts() {
        let head = |url: &str| Head { url: Some(url.to_owned()), ..dated() };
        assert_eq!(address(Generator::Zola, "a.md", "", &head("2013/05/a"), None), "/2013/05/a/");
        assert_eq!(address(Generator::Hugo, "a.md", "", &head("post/a"), None), "/post/a/");
        assert_eq!(address(Generator::Jekyll, "_posts/x.md", "", &head("/:year/a/"), Some("posts")), "/2013/a/");
    }
}
