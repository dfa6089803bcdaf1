//! The settings of the other site: its name and address, and the rules of its addresses.

use graven_press::source::BaseUrl;
use jiff::tz::TimeZoneDatabase;

use crate::folder::Folder;
use crate::generator::Generator;
use crate::names::{file_name, join};
use crate::note::Notes;
use crate::value::{self, Table, Value};

/// What the settings of the other site say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    /// Where the site is: `https://example.org`, `https://example.org/blog`.
    pub(crate) base_url: Option<BaseUrl>,
    /// The path of the site on its host, without a slash at the end: nothing, or `/blog`.
    pub(crate) prefix: String,
    pub(crate) language: Option<String>,
    /// The time zone of dates, by its name in the database of IANA.
    pub(crate) time_zone: Option<String>,
    /// Whether texts are published before their date.
    pub(crate) shows_future: bool,
    pub(crate) author: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) has_math: bool,
    /// All settings, as texts may refer to them.
    pub(crate) table: Table,
    /// The folder of the texts, and those of texts in other languages.
    pub(crate) content: String,
    pub(crate) other_languages: Vec<(String, String)>,
    /// The folder of the files that are published unchanged.
    pub(crate) files: Option<String>,
    /// The addresses of Astro's collections: their folder, and where they are published.
    pub(crate) routes: Vec<(String, String)>,
    /// The folders of Astro's collections that its settings name. Each ends with a slash.
    pub(crate) collections: Vec<String>,
}

impl Settings {
    /// The route of an old address, which may have the path of the site in front.
    pub(crate) fn route<'p>(&self, path: &'p str) -> &'p str {
        self.base_url.as_ref().and_then(|base_url| base_url.route(path)).unwrap_or(path)
    }
}

/// Reads the settings of a site.
pub(crate) fn read(folder: &Folder, generator: Generator, notes: &mut Notes) -> Settings {
    let mut settings = match generator {
        Generator::Zola => zola(folder, notes),
        Generator::Hugo => hugo(folder, notes),
        Generator::Jekyll => jekyll(folder, notes),
        Generator::Astro => astro(folder, notes),
        Generator::Obsidian => Settings::default(),
    };
    settings.language = settings.language.as_deref().and_then(language_tag);
    let zone = settings.table.text(&["timezone"]).filter(|_| matches!(generator, Generator::Hugo | Generator::Jekyll));
    settings.time_zone = zone.filter(|zone| TimeZoneDatabase::bundled().get(zone).is_ok());
    settings.shows_future = match generator {
        Generator::Hugo => settings.table.is_true("buildFuture"),
        Generator::Jekyll => settings.table.is_true("future"),
        Generator::Zola => true,
        Generator::Astro | Generator::Obsidian => false,
    };
    settings
}

/// The first of the files that is there, parsed.
fn file(folder: &Folder, names: &[&str], notes: &mut Notes) -> Table {
    let Some((name, text)) = names.iter().find_map(|name| Some((*name, folder.text(name)?))) else {
        return Table::default();
    };
    value::by_extension(name, text).unwrap_or_else(|error| {
        notes.add(name, None, format!("the settings cannot be read: {error}"));
        Table::default()
    })
}

/// Splits a URL into scheme and host, and the path. One that others cannot reach is named.
fn set_address(settings: &mut Settings, url: &str, notes: &mut Notes) {
    let Some((scheme, rest)) = url.split_once("://") else { return };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_local = host.starts_with("localhost") || host.starts_with("127.");
    let path = path.trim_matches('/');
    if !path.is_empty() {
        settings.prefix = format!("/{path}");
    }
    if !is_local && is_host(host) && matches!(scheme, "http" | "https") {
        let at_root = || BaseUrl::parse(&format!("{scheme}://{host}"));
        settings.base_url =
            BaseUrl::parse(&format!("{scheme}://{host}{}", settings.prefix)).or_else(|_| at_root()).ok();
    }
    if settings.base_url.is_none() && !rest.is_empty() {
        let message = format!("site.toml has no `base_url`: {url} is no address that Graven can have on the web");
        notes.add("", None, message);
    }
}

/// Whether a text is the name of a host in ASCII, with a port or without one.
fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').unwrap_or((text, "443"));
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    name.split('.').all(is_label) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Name, description, author: the keys that most generators have.
fn common(table: Table) -> Settings {
    let mut settings = Settings {
        title: table.text(&["title", "name"]),
        description: table.text(&["description", "tagline", "subtitle"]),
        has_math: ["math", "katex", "mathjax"].iter().any(|key| {
            table.is_true(key)
                || table.table("params").is_some_and(|params| params.is_true(key))
                || table.table("extra").is_some_and(|extra| extra.is_true(key))
        }),
        ..Settings::default()
    };
    let inner = ["params", "extra"].iter().filter_map(|key| table.table(key));
    for part in inner {
        settings.description = settings.description.or_else(|| part.text(&["description", "subtitle"]));
        settings.author = settings.author.or_else(|| part.get("author").and_then(|author| author.texts().pop()));
    }
    let author = table.get("author");
    settings.author = author.and_then(|author| author.texts().into_iter().next()).or(settings.author);
    let of_author = author.and_then(Value::table).and_then(|author| author.text(&["email"]));
    settings.email = of_author.or_else(|| table.text(&["email"])).filter(|email| is_email(email));
    settings.table = table;
    settings
}

fn is_email(text: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte))
    };
    text.split_once('@').is_some_and(|(user, host)| is_plain(user) && is_plain(host) && host.contains('.'))
}

/// A language tag as BCP 47 writes it: `en-US` of `en_us`.
fn language_tag(text: &str) -> Option<String> {
    let mut parts = text.split(['-', '_', '.']);
    let language = parts.next()?.to_ascii_lowercase();
    let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !(2..=3).contains(&language.len()) || !is_word(&language) {
        return None;
    }
    match parts.next() {
        Some(region) if region.len() == 2 && is_word(region) => {
            Some(format!("{language}-{}", region.to_ascii_uppercase()))
        }
        _ => Some(language),
    }
}

fn zola(folder: &Folder, notes: &mut Notes) -> Settings {
    let table = file(folder, &["zola.toml", "config.toml"], notes);
    let mut settings = common(table);
    let address = settings.table.text(&["base_url"]).unwrap_or_default();
    set_address(&mut settings, &address, notes);
    settings.language = settings.table.text(&["default_language"]);
    settings.content.push_str("content/");
    settings.files = Some("static/".to_owned());
    settings
}

const HUGO: [&str; 8] =
    ["hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config.toml", "config.yaml", "config.yml", "config.json"];

fn hugo(folder: &Folder, notes: &mut Notes) -> Settings {
    let mut table = file(folder, &HUGO, notes);
    let parts: Vec<String> = folder.below("config/_default/").map(str::to_owned).collect();
    for path in parts {
        let part = file(folder, &[&path], notes);
        match file_name(&path).split('.').next().unwrap_or_default() {
            "hugo" | "config" => table.0.extend(part.0),
            name => table.0.push((name.to_owned(), Value::Table(part))),
        }
    }
    let main = table.text(&["defaultContentLanguage"]).unwrap_or_else(|| "en".to_owned());
    let languages = table.table("languages").cloned().unwrap_or_default();
    let own = languages.table(&main).cloned().unwrap_or_default();
    let content = own.text(&["contentDir"]).or_else(|| table.text(&["contentDir"]));
    let others = languages.0.iter().filter(|(name, _)| !name.eq_ignore_ascii_case(&main));
    let others = others.map(|(name, value)| {
        let content = value.table().and_then(|table| table.text(&["contentDir"]));
        (name.clone(), content.as_deref().map(as_folder).unwrap_or_default())
    });
    let other_languages = others.collect();
    // What the main language says counts for the site.
    let mut merged = own;
    merged.0.append(&mut table.0);
    let mut settings = common(merged);
    let address = settings.table.text(&["baseURL"]).unwrap_or_default();
    set_address(&mut settings, &address, notes);
    settings.language = settings.table.text(&["languageCode", "locale"]).or(Some(main));
    settings.content = as_folder(content.as_deref().unwrap_or("content"));
    settings.other_languages = other_languages;
    settings.files = Some(as_folder(settings.table.text(&["staticDir"]).as_deref().unwrap_or("static")));
    settings
}

fn as_folder(name: &str) -> String {
    match join("", name) {
        Some(path) if !path.is_empty() => path + "/",
        _ => String::new(),
    }
}

fn jekyll(folder: &Folder, notes: &mut Notes) -> Settings {
    let table = file(folder, &["_config.yml", "_config.yaml", "_config.toml"], notes);
    let mut settings = common(table);
    let url = settings.table.text(&["url"]).unwrap_or_default();
    let base = settings.table.text(&["baseurl"]).unwrap_or_default();
    set_address(&mut settings, &format!("{}/{}", url.trim_end_matches('/'), base.trim_matches('/')), notes);
    settings.language = settings.table.text(&["lang", "locale", "language"]);
    settings.content = settings.table.text(&["source"]).as_deref().map(as_folder).unwrap_or_default();
    settings
}

/// Astro's settings are a program. What is written as a plain text is found in it.
fn astro(folder: &Folder, notes: &mut Notes) -> Settings {
    let mut settings =
        Settings { content: "src/".to_owned(), files: Some("public/".to_owned()), ..Settings::default() };
    let config = folder.paths().find(|path| path.starts_with("astro.config."));
    let config = config.and_then(|path| folder.text(path)).unwrap_or_default();
    let site = assigned(config, "site").unwrap_or_default();
    let base = assigned(config, "base").unwrap_or_default();
    set_address(&mut settings, &format!("{}/{}", site.trim_end_matches('/'), base.trim_matches('/')), notes);
    for path in ["src/consts.ts", "src/config.ts", "src/site.config.ts", "src/consts.js", "src/config.js"] {
        let text = folder.text(path).unwrap_or_default();
        let named = |names: &[&str]| names.iter().find_map(|name| assigned(text, name));
        settings.title = settings.title.or_else(|| named(&["SITE_TITLE", "title"]));
        settings.description = settings.description.or_else(|| named(&["SITE_DESCRIPTION", "description", "desc"]));
        settings.author = settings.author.or_else(|| named(&["SITE_AUTHOR", "AUTHOR", "author"]));
        settings.language = settings.language.or_else(|| named(&["lang", "LANG", "locale"]));
    }
    settings.routes = astro_routes(folder);
    settings.collections = astro_collections(folder);
    settings
}

/// The text that a program assigns to a name: `site: 'https://…'`, `SITE_TITLE = "…"`.
fn assigned(program: &str, name: &str) -> Option<String> {
    assignments(program, name).next()
}

/// All texts that a program assigns to a name.
fn assignments(program: &str, name: &str) -> impl Iterator<Item = String> {
    let starts = program.match_indices(name).map(|(at, _)| at);
    starts.filter(|at| !program[..*at].ends_with(|char: char| char.is_alphanumeric() || char == '_')).filter_map(|at| {
        let rest = program[at + name.len()..].trim_start().strip_prefix([':', '='])?.trim_start();
        let quote = rest.chars().next().filter(|char| matches!(char, '\'' | '"' | '`'))?;
        let (text, _) = rest[1..].split_once(quote)?;
        (!text.is_empty() && !text.contains('\n')).then(|| text.to_owned())
    })
}

/// The folders that the settings of collections name: `base: "./src/notes"`. The whole project is none.
fn astro_collections(folder: &Folder) -> Vec<String> {
    let is_settings = |path: &&str| path.starts_with("src/content.config.") || path.starts_with("src/content/config.");
    let programs = folder.paths().filter(is_settings).filter_map(|path| folder.text(path));
    let bases = programs.flat_map(|program| assignments(program, "base"));
    bases.map(|base| as_folder(&base)).filter(|base| !base.is_empty() && base != "src/").collect()
}

/// Where collections are published: a page `src/pages/blog/[...slug].astro` that names the collection `blog`.
fn astro_routes(folder: &Folder) -> Vec<(String, String)> {
    let mut routes = Vec::new();
    for path in folder.below("src/pages/") {
        let Some((place, name)) =
            path["src/pages/".len()..].rsplit_once('/').or(Some(("", &path["src/pages/".len()..])))
        else {
            continue;
        };
        let text = folder.text(path).unwrap_or_default();
        if !name.starts_with('[') || !name.contains(".astro") || place.contains('[') {
            continue;
        }
        for (at, _) in text.match_indices("getCollection(") {
            let rest = text[at + "getCollection(".len()..].trim_start();
            let name = rest.get(1..).and_then(|rest| rest.split(['\'', '"', '`']).next()).unwrap_or_default();
            routes.push((name.to_owned(), place.to_owned()));
        }
    }
    routes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(generator: Generator, files: &[(&str, &str)]) -> Settings {
        let mut folder = Folder::default();
        for (path, text) in files {
            folder.insert(*path, *text, None);
        }
        read(&folder, generator, &mut Notes::default())
    }

    #[test]
    fn each_generator_names_its_site_in_its_own_way() {
        let hugo = "baseURL: https://example.org/blog/\nlanguageCode: en_us\nlanguages:\n  en:\n    title: T\n    contentDir: content/en\n  de:\n    contentDir: content/de\n";
        let astro = "export default defineConfig({ site: 'https://example.org', base: '/blog' });";
        for (generator, files, content) in [
            (
                Generator::Zola,
                &[("config.toml", "base_url = \"https://example.org/blog\"\ntitle = \"T\"\n")][..],
                "content/",
            ),
            (Generator::Hugo, &[("hugo.yaml", hugo)], "content/en/"),
            (Generator::Jekyll, &[("_config.yml", "url: https://example.org\nbaseurl: /blog\nname: T\n")], ""),
            (Generator::Astro, &[("astro.config.mjs", astro), ("src/consts.ts", "const SITE_TITLE = 'T';")], "src/"),
        ] {
            let read = settings(generator, files);
            assert_eq!(read.title.as_deref(), Some("T"), "{generator}");
            let base_url = read.base_url.as_ref().map(ToString::to_string);
            assert_eq!(base_url.as_deref(), Some("https://example.org/blog"), "{generator}");
            assert_eq!([read.route("/blog/a/"), read.route("/a")], ["/a/", "/a"], "{generator}");
            assert_eq!((read.prefix.as_str(), read.content.as_str()), ("/blog", content), "{generator}");
        }
        let languages = settings(Generator::Hugo, &[("hugo.yaml", hugo)]);
        assert_eq!(languages.language.as_deref(), Some("en-US"));
        assert_eq!(languages.other_languages, [("de".to_owned(), "content/de/".to_owned())]);
    }

    #[test]
    fn the_routes_of_collections_are_those_of_their_pages() {
        let page = "const posts = await getCollection('blog');";
        let read =
            settings(Generator::Astro, &[("src/pages/writing/[...slug].astro", page), ("src/pages/x.astro", page)]);
        assert_eq!(read.routes, [("blog".to_owned(), "writing".to_owned())]);
    }
}
