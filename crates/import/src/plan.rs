//! Decides the new addresses: slugs, topics, tags, and the redirects that keep old addresses alive.

use std::collections::{BTreeMap, BTreeSet};

use graven_press::source::{ROUTES, tag_slug};

use crate::body::NOT_CONVERTED;
use crate::collect::{Found, Origin};
use crate::generator::Generator;
use crate::names::{canonical, decoded, file_name, folder_of, slug, stem, title_of, url_name};
use crate::note::Notes;
use crate::settings::Settings;
use crate::text::{FIRST, Kind, Text};

/// More groups than these are labels rather than topics: `/notes` shows all of them on one page.
const MOST_TOPICS: usize = 12;

/// Routes that most sites of Graven have, beside those of every site.
const OF_MOST: [&str; 2] = ["/models", "/opensearch.xml"];

/// The routes that no text and no old address can have.
fn routes() -> impl Iterator<Item = &'static str> {
    ROUTES.iter().copied().chain(OF_MOST)
}

/// Whether Graven makes what is at a path, and no file can take its place.
pub(crate) fn is_route(path: &str) -> bool {
    let is_replaceable = path.starts_with("/favicon.") || path.starts_with("/.well-known/");
    routes().any(|route| route == path) && !is_replaceable || path == "/CNAME"
}

/// The feeds of the other site, and those of Graven in their place.
fn feeds(found: &Found, origin: &Origin<'_>) -> Vec<(String, String)> {
    let feeds: Vec<(String, &str)> = match origin.generator {
        Generator::Zola | Generator::Jekyll => vec![("/atom.xml".to_owned(), "/feed.xml")],
        Generator::Hugo => {
            let published = found.texts.iter().filter(|text| text.draft.is_empty());
            let sections: BTreeSet<_> = published.filter_map(|text| text.section.as_deref()).collect();
            let of_sections = sections.into_iter().map(|name| (format!("/{}/index.xml", url_name(name)), "/rss.xml"));
            [("/index.xml".to_owned(), "/rss.xml")].into_iter().chain(of_sections).collect()
        }
        Generator::Astro | Generator::Obsidian => Vec::new(),
    };
    feeds.into_iter().map(|(from, to)| (format!("{}{from}", origin.settings.prefix), to.to_owned())).collect()
}

/// A topic of the new site.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) blurb: String,
}

/// What the new site has besides its texts.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) topics: Vec<Topic>,
    pub(crate) redirects: Vec<(String, String)>,
}

/// Decides slugs and topics.
pub(crate) fn plan(found: &mut Found, origin: &Origin<'_>, notes: &mut Notes) -> Plan {
    slugs(found, origin, notes);
    let topics = match by_category(found, notes) {
        Some(topics) => topics,
        None => by_section(found),
    };
    Plan { topics, redirects: Vec::new() }
}

fn slugs(found: &mut Found, origin: &Origin<'_>, notes: &mut Notes) {
    let mut taken: BTreeSet<String> = routes().map(str::to_owned).collect();
    // Texts that are published have the first choice.
    let mut order: Vec<usize> = (0..found.texts.len()).collect();
    order.sort_by_key(|index| !found.texts[*index].draft.is_empty());
    let mut has_first = false;
    for index in order {
        let text = &mut found.texts[index];
        let wanted = wanted_slug(text, &origin.settings.prefix);
        let section = text.section.as_deref().map(slug).unwrap_or_default();
        let year = text.head.date.as_ref().map(|date| date.day.year().to_string()).unwrap_or_default();
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        let others = [section, year].into_iter().filter(|part| !part.is_empty()).map(|part| format!("{wanted}-{part}"));
        let mut choices = [wanted.clone()].into_iter().chain(others).chain(numbered);
        let is_free = |choice: &String| {
            text.slug.clone_from(choice);
            let may_be_first = text.is_first() && *choice == wanted && is_at_root(text, &origin.settings.prefix);
            (may_be_first && !has_first) || !taken.contains(&text.route())
        };
        // The numbers never end, so there is one.
        text.slug = choices.find(is_free).unwrap_or(wanted.clone());
        if text.slug != wanted {
            let message = format!("its address would be that of another page, so it is {} now", text.route());
            notes.add(&text.source, None, message);
        }
        has_first |= text.is_first();
        taken.insert(text.route());
    }
}

/// Whether the address of a text is that of the whole site.
fn is_at_root(text: &Text, prefix: &str) -> bool {
    text.url.as_deref().is_some_and(|url| canonical(url.strip_prefix(prefix).unwrap_or(url)) == "/")
}

/// The first page of the other site takes the place of Graven's, unless it needs a template that nobody has any more.
pub(crate) fn first_page(found: &mut Found, notes: &mut Notes) {
    let is_taken = found.texts.iter().any(|text| text.route() == "/home");
    let Some(first) = found.texts.iter_mut().find(|text| text.is_first()) else { return };
    if first.body.text.contains(NOT_CONVERTED) && !is_taken {
        "home".clone_into(&mut first.slug);
        let message = "the first page is at /home, and Graven's own at /: what its shortcodes showed is missing";
        notes.add(&first.source, None, message);
    } else if first.draft.is_empty() {
        let message =
            "the first page is pages/index.md, in place of Graven's with the newest posts; remove it to have that";
        notes.add(&first.source, None, message);
    }
}

/// The slug that a text would have if it were alone: the end of its address, or of its name. Pages are named by their whole path.
fn wanted_slug(text: &Text, prefix: &str) -> String {
    if text.kind == Kind::Page && is_at_root(text, prefix) {
        return FIRST.to_owned();
    }
    let url = text.url.as_deref().map(|url| canonical(url.strip_prefix(prefix).unwrap_or(url)));
    let of_name = || match stem(&text.source) {
        "index" | "_index" => file_name(folder_of(&text.source)).to_owned(),
        stem => crate::date::at_start_of(stem)
            .map_or(stem, |(_, rest)| if rest.is_empty() { stem } else { rest })
            .to_owned(),
    };
    let name = match text.kind {
        Kind::Post => url.as_deref().map(|url| file_name(url).to_owned()),
        Kind::Page => url.as_deref().map(|url| url.trim_matches('/').replace('/', "-")),
    };
    let named = text.head.slug.as_deref().map(slug).filter(|_| text.kind == Kind::Post);
    let choices = [named.unwrap_or_default(), slug(&name.unwrap_or_default()), slug(&of_name()), slug(&text.title)];
    choices
        .into_iter()
        .find(|slug| !slug.is_empty())
        .unwrap_or_else(|| if text.kind == Kind::Post { "post" } else { "home" }.to_owned())
}

/// Topics of categories, if there are few. If there are many, they become tags.
fn by_category(found: &mut Found, notes: &mut Notes) -> Option<Vec<Topic>> {
    let mut spellings = Spellings::default();
    let published = found.texts.iter().filter(|text| text.draft.is_empty());
    published.flat_map(|text| &text.head.categories).for_each(|name| spellings.add(&slug(name), name));
    // A topic is shown, even without posts. What only drafts have is a tag of theirs.
    for text in &mut found.texts {
        let (known, others) = std::mem::take(&mut text.head.categories)
            .into_iter()
            .partition(|name| spellings.0.contains_key(&slug(name)));
        text.head.categories = known;
        text.head.tags.extend::<Vec<String>>(others);
    }
    let count = spellings.0.len();
    if count == 0 {
        return None;
    }
    if count > MOST_TOPICS {
        found.texts.iter_mut().for_each(|text| {
            let categories = std::mem::take(&mut text.head.categories);
            text.head.tags.extend(categories);
        });
        notes.add("", None, format!("{count} categories became tags: more than {MOST_TOPICS} are too many for topics"));
        return None;
    }
    for text in &mut found.texts {
        let topics: BTreeSet<String> =
            text.head.categories.iter().map(|name| slug(name)).filter(|slug| !slug.is_empty()).collect();
        text.topics = topics.into_iter().collect();
    }
    let topics = spellings.0.keys().map(|slug| topic(slug, &spellings.best(slug), None));
    Some(topics.collect())
}

/// Topics of folders, if there are several with posts, and not too many.
fn by_section(found: &mut Found) -> Vec<Topic> {
    let posts = || found.texts.iter().filter(|text| text.kind == Kind::Post && text.draft.is_empty());
    let sections: BTreeSet<String> = posts().filter_map(|text| text.section.clone()).collect();
    let slugs: BTreeSet<String> = sections.iter().map(|name| slug(name)).filter(|slug| !slug.is_empty()).collect();
    let with_others = posts().any(|text| text.section.is_none());
    if slugs.len() > MOST_TOPICS || slugs.len() + usize::from(with_others) < 2 {
        return Vec::new();
    }
    for text in &mut found.texts {
        let slug = text.section.as_deref().map(slug).filter(|slug| slugs.contains(slug));
        text.topics = slug.filter(|_| text.kind == Kind::Post).into_iter().collect();
    }
    let mut topics: Vec<Topic> = Vec::new();
    for name in &sections {
        let file = found.sections.iter().find(|section| section.name == *name);
        let title = file.and_then(|section| section.title.clone()).unwrap_or_else(|| title_of(name));
        let topic = topic(&slug(name), &title, file.and_then(|section| section.description.as_deref()));
        if !topic.slug.is_empty() && topics.iter().all(|other| other.slug != topic.slug) {
            topics.push(topic);
        }
    }
    topics
}

fn topic(slug: &str, title: &str, blurb: Option<&str>) -> Topic {
    let title = title_of_words(title);
    let blurb = blurb.map_or_else(|| format!("All posts in {title}."), str::to_owned);
    Topic { slug: slug.to_owned(), title, blurb }
}

/// A category as a title: with a capital letter at the start.
fn title_of_words(name: &str) -> String {
    let mut chars = name.trim().chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// How often each name is spelt in which way.
#[derive(Default)]
struct Spellings(BTreeMap<String, BTreeMap<String, usize>>);

impl Spellings {
    fn add(&mut self, slug: &str, name: &str) {
        if !slug.is_empty() {
            *self.0.entry(slug.to_owned()).or_default().entry(name.trim().to_owned()).or_default() += 1;
        }
    }

    /// The most frequent spelling.
    fn best(&self, slug: &str) -> String {
        let spellings = self.0.get(slug).into_iter().flatten();
        spellings.max_by_key(|(_, count)| **count).map(|(name, _)| name.clone()).unwrap_or_default()
    }
}

/// Gives each text its tags: each once, all in one spelling.
pub(crate) fn tags(found: &mut Found, notes: &mut Notes) {
    let mut spellings = Spellings::default();
    found.texts.iter().flat_map(|text| &text.head.tags).for_each(|name| spellings.add(&tag_slug(name), name));
    for (slug, names) in spellings.0.iter().filter(|(_, names)| names.len() > 1) {
        let names: Vec<_> = names.keys().map(|name| format!("\"{name}\"")).collect();
        notes.add("", None, format!("the tags {} became one: \"{}\"", names.join(" and "), spellings.best(slug)));
    }
    for text in &mut found.texts {
        let mut slugs: Vec<String> = text.head.tags.iter().map(|name| tag_slug(name)).collect();
        slugs.retain(|slug| !slug.is_empty());
        let mut seen = BTreeSet::new();
        slugs.retain(|slug| seen.insert(slug.clone()));
        text.tags = slugs.iter().map(|slug| spellings.best(slug)).collect();
    }
}

/// Gives each text its old addresses, and the site those of sections and feeds.
pub(crate) fn redirects(found: &mut Found, plan: &mut Plan, origin: &Origin<'_>, notes: &mut Notes) {
    let mut taken: BTreeSet<String> = routes().map(str::to_owned).collect();
    taken.extend(found.texts.iter().map(Text::route));
    taken.extend(found.texts.iter().filter(|text| text.kind == Kind::Post).map(|text| format!("{}.md", text.route())));
    taken.extend(found.files.values().cloned());
    for (folder, slug) in plan
        .topics
        .iter()
        .map(|topic| ("notes", topic.slug.clone()))
        .chain(found.texts.iter().flat_map(|text| &text.tags).map(|tag| ("tags", tag_slug(tag))))
    {
        taken.extend([format!("/{folder}/{slug}"), format!("/{folder}/{slug}/feed.xml")]);
    }
    let mut order: Vec<usize> = (0..found.texts.len()).collect();
    order.sort_by_key(|index| !found.texts[*index].draft.is_empty());
    for index in order {
        let text = &mut found.texts[index];
        text.aliases = aliases(text, origin.settings, &mut taken, notes);
    }
    let feeds = feeds(found, origin);
    let sections = found.sections.iter().filter_map(|section| {
        let slug = slug(&section.name);
        let topic = plan.topics.iter().find(|topic| topic.slug == slug);
        let to = topic.map_or_else(|| "/blog".to_owned(), |topic| format!("/notes/{}", topic.slug));
        let is_of_section = |text: &Text| text.kind == Kind::Post && text.section.as_ref() == Some(&section.name);
        let has_posts = found.texts.iter().any(|text| is_of_section(text) && text.draft.is_empty());
        has_posts.then(|| Some((canonical(section.url.as_deref()?), to)))?
    });
    for (from, to) in sections.chain(feeds) {
        let from = origin.settings.route(&from);
        if is_path(from) && taken.insert(from.to_owned()) {
            plan.redirects.push((from.to_owned(), to));
        }
    }
}

fn aliases(text: &Text, settings: &Settings, taken: &mut BTreeSet<String>, notes: &mut Notes) -> Vec<String> {
    let mut aliases = Vec::new();
    // What was never published has no old address.
    let is_new = text.source.split('/').any(|name| name == "_drafts");
    let obsolete = text.url.iter().filter(|_| !is_new).chain(&text.head.aliases);
    for address in obsolete {
        let path = address
            .split_once("://")
            .map_or(address.as_str(), |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
        let path = decoded(&format!("/{}", path.trim_start_matches('/')));
        let path = settings.route(&path);
        let path = path.strip_suffix("index.html").filter(|rest| rest.ends_with('/')).unwrap_or(path);
        let path = if path.len() > 1 { path.trim_end_matches('/') } else { path };
        if canonical(path) == text.route() || aliases.iter().any(|alias| alias == path) || path == "/" {
            continue;
        }
        if !is_path(path) {
            notes.add(
                &text.source,
                None,
                format!("the old address {path} cannot be redirected: Graven's paths have no spaces, ?, #, % or \\"),
            );
        } else if path.starts_with("/assets/") || !taken.insert(path.to_owned()) {
            notes.add(
                &text.source,
                None,
                format!("the old address {path} is not redirected: it is that of another page"),
            );
        } else {
            aliases.push(path.to_owned());
        }
    }
    aliases
}

/// Whether a text can be a path of a site of Graven.
fn is_path(path: &str) -> bool {
    let is_plain = |char: char| !char.is_whitespace() && !char.is_control() && !matches!(char, '?' | '#' | '\\' | '%');
    path.starts_with('/')
        && !path.contains("//")
        && !path.split('/').any(|part| matches!(part, "." | ".."))
        && path.chars().all(is_plain)
}
