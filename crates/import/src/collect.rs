//! Finds the texts, sections and other files of a site, as its generator would.
//!
//! 1. [`collect`] goes over all files once; each becomes a text, a section, a file that is copied, or is left out.
//! 2. [`Found`] is what the next steps work on.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::address::{self, Addressed};
use crate::body::{self, Body};
use crate::date::{self, Moment};
use crate::exclusions::Exclusions;
use crate::folder::Folder;
use crate::folders::Folders;
use crate::generator::Generator;
use crate::head::{self, Head};
use crate::names::{extension, file_name, folder_of, is_address, is_markdown, is_media, stem, title_of};
use crate::note::Notes;
use crate::settings::Settings;
use crate::text::{Kind, Section, Text, safe_name};
use crate::value::{Table, Value};

/// What was found in the other site.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) texts: Vec<Text>,
    pub(crate) sections: Vec<Section>,
    /// The files that are published unchanged: by their path, their address.
    pub(crate) files: BTreeMap<String, String>,
    /// The files that are published if a published text refers to them. No reference publishes another file.
    pub(crate) linkable: BTreeSet<String>,
}

/// A site on its way in.
pub(crate) struct Origin<'a> {
    pub(crate) folder: &'a Folder,
    pub(crate) generator: Generator,
    pub(crate) settings: &'a Settings,
    pub(crate) folders: &'a Folders,
    pub(crate) today: Date,
}

/// What a file is for its generator.
enum Role {
    /// A text with an address below the folder of texts, and the collection that it belongs to.
    Text { path: String, collection: Option<String> },
    /// The text of a folder.
    Section { path: String },
    /// Published at this path.
    File(String),
    /// In the folder of a text, and published with it.
    Beside(String),
    /// Published with the texts that refer to it.
    Attachment,
    /// Not published: templates, data, settings. Pictures and films are published if a text refers to them: programs and templates take them from there.
    Other,
    /// Not imported, for this reason.
    Skipped(String),
}

/// What decides on files besides their own paths.
struct Rules {
    bundles: BTreeSet<String>,
    exclusions: Exclusions,
}

/// Why a text is not imported whose name, or that of a folder, begins with a mark.
const MARKED: &str = "an underscore at the start of a name says that they are not published";

/// Extensions of files that belong to the look of the other site.
const LOOK: [&str; 12] = ["css", "scss", "sass", "less", "js", "mjs", "map", "woff", "woff2", "ttf", "eot", "otf"];

/// Goes over all files.
pub(crate) fn collect(origin: &Origin<'_>, notes: &mut Notes) -> Found {
    let mut found = Found::default();
    let rules =
        Rules { bundles: bundles(origin), exclusions: Exclusions::of(origin.settings, origin.generator, notes) };
    let mut beside: Vec<(String, String)> = Vec::new();
    let (mut look, mut skipped) = (0, BTreeMap::<String, usize>::new());
    for path in origin.folder.paths() {
        match role(path, origin, &rules) {
            Role::Text { path: place, collection } => {
                found.texts.extend(text(path, &place, collection.as_deref(), origin, notes));
            }
            Role::Section { path: place } => section(path, &place, origin, &mut found, notes),
            Role::File(_) if is_look(path) => {
                look += 1;
                found.linkable.insert(path.to_owned());
            }
            Role::File(address) => {
                found.files.insert(path.to_owned(), address);
                found.linkable.insert(path.to_owned());
            }
            Role::Beside(bundle) => {
                look += usize::from(is_look(path));
                beside.push((path.to_owned(), bundle));
            }
            Role::Attachment => drop(found.linkable.insert(path.to_owned())),
            Role::Other if is_media(path) && !is_hidden(path) => drop(found.linkable.insert(path.to_owned())),
            Role::Other => {}
            Role::Skipped(reason) => *skipped.entry(reason).or_default() += 1,
        }
    }
    add_files(&mut found, beside);
    limit_schedule(&mut found.texts, notes);
    if look > 0 {
        notes.add("", None, format!("files of the look (style sheets, scripts, fonts) that were not copied: {look}"));
    }
    for (reason, count) in skipped {
        notes.add("", None, format!("files that were not imported: {count}, since {reason}"));
    }
    found
}

/// Gives each text the files in its folder. Those of a text that is not published yet are not published with another one.
fn add_files(found: &mut Found, beside: Vec<(String, String)>) {
    for (path, bundle) in beside {
        let is_owner = |text: &&mut Text| folder_of(&text.source) == bundle && stem(&text.source) == "index";
        let Some(owner) = found.texts.iter_mut().find(is_owner) else { continue };
        if !is_look(&path) {
            let name = &path[bundle.len() + 1..];
            let safe = || name.split('/').map(safe_name).collect::<Vec<_>>().join("/");
            let name = if is_address(name) { name.to_owned() } else { safe() };
            owner.files.insert(path.clone(), name);
        }
        if owner.draft.is_empty() && !owner.is_scheduled {
            found.linkable.insert(path);
        }
    }
}

fn is_look(path: &str) -> bool {
    LOOK.contains(&extension(path).as_str())
}

/// Whether a file is in a folder of a tool, or one itself.
fn is_hidden(path: &str) -> bool {
    path.split('/').any(|name| name.starts_with('.'))
}

/// The folders that belong to a text with all their files: those with an `index.md` of Hugo or Zola.
fn bundles(origin: &Origin<'_>) -> BTreeSet<String> {
    if !matches!(origin.generator, Generator::Hugo | Generator::Zola) {
        return BTreeSet::new();
    }
    let texts = origin.folder.below(&origin.settings.content);
    let is_bundle = |path: &&str| {
        is_markdown(path) && stem(path) == "index" && folder_of(path).len() + 1 > origin.settings.content.len()
    };
    texts.filter(is_bundle).map(|path| folder_of(path).to_owned()).collect()
}

fn role(path: &str, origin: &Origin<'_>, rules: &Rules) -> Role {
    if is_hidden(path) {
        return Role::Other;
    }
    if let Some(reason) = rules.exclusions.reason(path) {
        return Role::Skipped(reason.to_owned());
    }
    match origin.generator {
        Generator::Zola | Generator::Hugo => sectioned(path, origin, &rules.bundles),
        Generator::Jekyll => jekyll(path, origin, &rules.exclusions),
        Generator::Astro => astro(path, origin),
        Generator::Obsidian => obsidian(path),
    }
}

/// Zola and Hugo: the tree of folders is the tree of addresses.
fn sectioned(path: &str, origin: &Origin<'_>, bundles: &BTreeSet<String>) -> Role {
    let settings = origin.settings;
    if let Some(rest) = settings.files.as_deref().and_then(|folder| path.strip_prefix(folder)) {
        return Role::File(format!("/{rest}"));
    }
    let other = settings.other_languages.iter().find(|(name, folder)| {
        let is_there = !folder.is_empty() && *folder != settings.content && path.starts_with(folder.as_str());
        is_there || (is_markdown(path) && stem(path).ends_with(&format!(".{name}")))
    });
    if let Some((language, _)) = other {
        return Role::Skipped(format!("they are in the language `{language}`, and a site of Graven has one language"));
    }
    let Some(place) = path.strip_prefix(settings.content.as_str()) else { return Role::Other };
    let bundle = bundles.iter().find(|bundle| path.starts_with(&format!("{bundle}/")));
    if let Some(bundle) = bundle.filter(|bundle| folder_of(path) != bundle.as_str() || stem(path) != "index") {
        return Role::Beside(bundle.clone());
    }
    if !is_markdown(path) {
        return match extension(path).as_str() {
            "html" | "htm" | "adoc" | "org" | "rst" => Role::Skipped("they are texts, but not Markdown".to_owned()),
            _ if origin.folders.withhold_file(place) => {
                Role::Skipped("the section that they are in is a draft".to_owned())
            }
            _ => Role::File(format!("/{place}")),
        };
    }
    match stem(path) {
        "_index" => Role::Section { path: place.to_owned() },
        _ => Role::Text { path: place.to_owned(), collection: None },
    }
}

fn jekyll(path: &str, origin: &Origin<'_>, exclusions: &Exclusions) -> Role {
    let settings = origin.settings;
    let Some(place) = path.strip_prefix(settings.content.as_str()) else { return Role::Other };
    // The first folder with a mark may be a collection; all other names with one are left out.
    let mut marked = place.split('/').filter(|name| name.starts_with(['_', '~']) && !exclusions.includes(place));
    let name = marked.next();
    let folder = name.and_then(|name| name.strip_prefix('_')).filter(|_| name != Some(file_name(place)));
    if name.is_some() && (folder.is_none() || marked.next().is_some()) {
        return if is_markdown(path) { Role::Skipped(MARKED.to_owned()) } else { Role::Other };
    }
    let is_fenced = |text: &str| text.lines().next().is_some_and(|line| line.trim_end() == "---");
    let has_head = |text: &str| head::split(text, Generator::Jekyll).has_head;
    let head = || {
        origin.folder.text(path).is_some_and(|text| if is_markdown(path) { has_head(text) } else { is_fenced(text) })
    };
    match folder {
        Some("posts") if is_markdown(path) && !is_dated(file_name(place)) => {
            Role::Skipped("a name in _posts without a date says that they are not published".to_owned())
        }
        Some("posts" | "drafts") if is_markdown(path) => {
            Role::Text { path: place.to_owned(), collection: Some("posts".to_owned()) }
        }
        Some(name) => {
            let collection = settings.table.at(&["collections", name]).and_then(Value::table);
            match collection.is_some_and(|collection| collection.is_true("output")) {
                true if is_markdown(path) => Role::Text { path: place.to_owned(), collection: Some(name.to_owned()) },
                true if !head() => Role::File(format!("/{}", place.trim_start_matches('_'))),
                _ => Role::Other,
            }
        }
        None if is_markdown(path) => {
            if head() {
                Role::Text { path: place.to_owned(), collection: None }
            } else {
                Role::Other
            }
        }
        None if head() => Role::Skipped("they are templates, in HTML or XML".to_owned()),
        None if is_of_project(place) => Role::Other,
        None => Role::File(format!("/{place}")),
    }
}

/// Whether a name begins with three numbers, as those of posts: `2013-5-6-name.md`.
fn is_dated(name: &str) -> bool {
    let mut parts = name.splitn(4, '-');
    let numbers = parts.by_ref().take(3).filter(|part| part.parse::<u16>().is_ok()).count();
    numbers == 3 && parts.next().is_some()
}

/// Files of a project that no generator publishes, whatever its settings say.
fn is_of_project(path: &str) -> bool {
    let name = file_name(path);
    let is_known =
        ["Gemfile", "Rakefile", "Makefile", "Dockerfile", "LICENSE", "README", "CNAME", "package", "_config"];
    let kinds = ["lock", "gemspec", "yml", "yaml", "toml", "sh", "rb"];
    !path.contains('/') && is_known.iter().any(|known| name.starts_with(known))
        || kinds.contains(&extension(path).as_str())
}

fn astro(path: &str, origin: &Origin<'_>) -> Role {
    if let Some(rest) = path.strip_prefix("public/") {
        return Role::File(format!("/{rest}"));
    }
    let is_of_source = path.starts_with("src/");
    if !is_markdown(path) {
        let is_content = is_of_source && matches!(extension(path).as_str(), "mdoc" | "html");
        return if is_content { Role::Skipped("they are texts, but not Markdown".to_owned()) } else { Role::Other };
    }
    let is_marked = path.split('/').any(|name| name.starts_with('_'));
    if let Some(place) = path.strip_prefix("src/pages/").filter(|_| !is_marked) {
        return Role::Text { path: place.to_owned(), collection: None };
    }
    match in_collection(path, origin.settings) {
        Some((collection, within)) if !is_marked => {
            Role::Text { path: within.to_owned(), collection: Some(collection.to_owned()) }
        }
        None if is_of_source && !is_marked => Role::Skipped("they are in no collection of Astro".to_owned()),
        None if !is_of_source => Role::Other,
        _ => Role::Skipped(MARKED.to_owned()),
    }
}

/// The collection of Astro that a text is in, and the path of the text from the collection's folder on.
fn in_collection<'a>(path: &'a str, settings: &Settings) -> Option<(&'a str, &'a str)> {
    let within = ["src/content/", "src/data/"].iter().find_map(|folder| path.strip_prefix(folder));
    let within = within.filter(|within| within.contains('/')).or_else(|| {
        let base = settings.collections.iter().find(|base| path.starts_with(base.as_str()))?;
        let above = base.trim_end_matches('/').rfind('/').map_or(0, |slash| slash + 1);
        Some(&path[above..])
    })?;
    Some((within.split('/').next()?, within))
}

fn obsidian(path: &str) -> Role {
    let is_template = path.split('/').next().is_some_and(|name| name.eq_ignore_ascii_case("templates"));
    match is_markdown(path) {
        true if is_template => Role::Skipped("they are templates for notes".to_owned()),
        true => Role::Text { path: path.to_owned(), collection: None },
        false => Role::Attachment,
    }
}

/// Reads a text. `None` if it cannot be read.
fn text(source: &str, place: &str, collection: Option<&str>, origin: &Origin<'_>, notes: &mut Notes) -> Option<Text> {
    let Some(file) = origin.folder.text(source) else {
        notes.add(source, None, "not imported: the file is not UTF-8");
        return None;
    };
    let split = head::split(file, origin.generator);
    let mut body = Body::new(split.body, split.line);
    let mut head = head((source, place), split.table, collection, (origin, notes));
    let name = name_of(source);
    let title = title(&head, (name, place), &mut body, origin);
    set_date(&mut head, name, source, origin);
    let is_jekyll = origin.generator == Generator::Jekyll;
    let is_post = head.date.is_some() && (!is_jekyll || collection.is_none_or(|name| name == "posts"));
    let (draft, is_scheduled) = publication(&mut head, (source, is_post), origin, notes);
    let url = address::of(&Addressed { path: place, head: &head, collection }, origin.generator, origin.settings);
    Some(Text {
        source: source.to_owned(),
        kind: if is_post { Kind::Post } else { Kind::Page },
        title,
        body,
        url,
        section: section_of(place).filter(|_| !is_jekyll),
        draft,
        is_scheduled,
        slug: String::new(),
        topics: Vec::new(),
        tags: Vec::new(),
        aliases: head.aliases.clone(),
        files: BTreeMap::new(),
        head,
    })
}

/// The front matter of a text, with what its generator adds. One that cannot be read is that of a draft.
fn head(
    (source, place): (&str, &str),
    table: Result<Table, String>,
    collection: Option<&str>,
    (origin, notes): (&Origin<'_>, &mut Notes),
) -> Head {
    let mut table = table.unwrap_or_else(|error| {
        notes.add(source, None, format!("the front matter cannot be read ({error}): the text is a draft"));
        Table(vec![("draft".to_owned(), Value::Boolean(true))])
    });
    let is_jekyll = origin.generator == Generator::Jekyll;
    if is_jekyll {
        add_defaults(&mut table, source, collection, origin.settings);
    }
    let of_folders = origin.folders.withhold(place, &mut table);
    let mut head = head::read(table, origin.generator);
    head.unpublished = of_folders.or(head.unpublished);
    if is_jekyll && head.categories.is_empty() && place.contains("_posts/") {
        head.categories = place.split('/').take_while(|name| !name.starts_with('_')).map(str::to_owned).collect();
    }
    if origin.generator == Generator::Hugo {
        publish_later(&mut head, origin.today);
    }
    for (key, value) in &head.unread {
        notes.add(source, None, format!("`{key}` cannot be read as a date, kept under `extra`: {value}"));
    }
    head
}

/// Why a text is a draft, and else whether it is published later.
fn publication(
    head: &mut Head,
    (source, is_post): (&str, bool),
    origin: &Origin<'_>,
    notes: &mut Notes,
) -> (Vec<String>, bool) {
    let mut draft = withheld(head, source, origin);
    let later = head.date.clone().filter(|date| date.day > origin.today);
    let exact = later.as_ref().and_then(Moment::exact).filter(|_| is_post && has_schedule(origin.generator));
    let is_scheduled = exact.is_some() && draft.is_empty();
    if let Some(exact) = exact.filter(|_| is_scheduled) {
        notes.add(source, None, scheduled(&exact, origin.settings));
        head.date = Some(exact);
    } else if let Some(later) = later {
        draft.push(format!("its date, {}, is in the future", later.day));
    }
    for reason in &draft {
        notes.add(source, None, format!("a draft: {reason}"));
    }
    (draft, is_scheduled)
}

/// The folder at the top that a text is in. A bundle at the top is a text, not a section.
fn section_of(place: &str) -> Option<String> {
    let folder = folder_of(place);
    let is_within = !folder.is_empty() && (stem(place) != "index" || folder.contains('/'));
    is_within.then(|| folder.split('/').next().unwrap_or_default().to_owned())
}

/// The name that stands for a text: that of its file, or of its folder.
fn name_of(source: &str) -> &str {
    match stem(source) {
        "index" | "_index" if source.contains('/') => file_name(folder_of(source)),
        stem => stem,
    }
}

/// The title: of the front matter, else the first heading if the text begins with it, else that of the site for its first page, else the name.
fn title(head: &Head, (name, place): (&str, &str), body: &mut Body, origin: &Origin<'_>) -> String {
    let first = body.text.trim_start().lines().next().unwrap_or_default().to_owned();
    let heading = first.strip_prefix("# ").map(|text| text.trim().trim_end_matches('#').trim_end().to_owned());
    let undated = || date::at_start_of(name).map_or(name, |(_, rest)| if rest.is_empty() { name } else { rest });
    let named = || match origin.generator {
        Generator::Obsidian => undated().to_owned(),
        _ if matches!(place, "index.md" | "index.mdx" | "_index.md") => {
            origin.settings.title.clone().unwrap_or_else(|| "Home".to_owned())
        }
        _ => title_of(undated()),
    };
    let title =
        head.title.clone().unwrap_or_else(|| heading.clone().filter(|text| !text.is_empty()).unwrap_or_else(named));
    if heading.is_some_and(|heading| heading.eq_ignore_ascii_case(&title)) {
        let start = body.text.len() - body.text.trim_start().len();
        body.edit(vec![(start..start + first.len(), String::new())]);
    }
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The date: of the front matter, else of the name, else of the address. A note of a vault has that of its file.
fn set_date(head: &mut Head, name: &str, source: &str, origin: &Origin<'_>) {
    let modified = || origin.folder.modified(source);
    let is_unfinished = source.contains("_drafts/") || head.unpublished.is_some();
    let of_name = || date::at_start_of(name).map(|(day, _)| day);
    let of_url = || date::in_address(head.url.as_deref()?);
    let known = head.date.take().or_else(|| of_name().or_else(of_url).map(Moment::of_day));
    head.date = known.or_else(|| match origin.generator {
        Generator::Obsidian => {
            head.is_circa = true;
            modified().map(Moment::of_day)
        }
        Generator::Jekyll if is_unfinished && source.contains("_drafts/") => {
            Some(Moment::of_day(modified().unwrap_or(origin.today)))
        }
        _ => None,
    });
}

/// Why the other generator does not publish the text.
fn withheld(head: &Head, source: &str, origin: &Origin<'_>) -> Vec<String> {
    let mut draft: Vec<String> = head.unpublished.iter().cloned().collect();
    if source.split('/').any(|name| name == "_drafts") {
        draft.push("it is in `_drafts`".to_owned());
    }
    if let Some(date) = head.expires.as_ref().filter(|date| date.day <= origin.today) {
        draft.push(format!("it expired on {}", date.day));
    }
    let publication = PUBLICATION.iter().filter(|_| origin.generator == Generator::Hugo);
    let is_withholding = |key: &str| head::EXPIRIES.iter().chain(publication.clone()).any(|known| *known == key);
    let unread = head.unread.iter().filter(|(key, _)| is_withholding(key));
    draft.extend(unread.map(|(key, _)| format!("`{key}` cannot be read, and may withhold it")));
    draft
}

/// Whether a date in the future means that a text is published then. For the others, it is what their templates make of it.
fn has_schedule(generator: Generator) -> bool {
    matches!(generator, Generator::Hugo | Generator::Jekyll | Generator::Zola)
}

/// What the author has to know of a text that is published later.
fn scheduled(date: &Moment, settings: &Settings) -> String {
    let zone = settings.time_zone.as_deref().unwrap_or("UTC");
    let zone = if date.has_offset() { String::new() } else { format!(" in {zone}") };
    let other = if settings.shows_future {
        "the other site shows it already"
    } else {
        "the other site waits for a build after that"
    };
    format!("scheduled: the site publishes it by itself at {date}{zone} ({other}); add `draft = true` if it must not")
}

/// More times than these are dates that mean something else: Graven refuses them.
const MOST_TIMES: usize = 100;

/// Posts at too many times in the future become drafts.
fn limit_schedule(texts: &mut [Text], notes: &mut Notes) {
    let scheduled = || texts.iter().filter(|text| text.is_scheduled);
    let times: BTreeSet<String> = scheduled().filter_map(|text| Some(text.head.date.as_ref()?.to_string())).collect();
    if times.len() <= MOST_TIMES {
        return;
    }
    for text in texts.iter_mut().filter(|text| text.is_scheduled) {
        text.is_scheduled = false;
        let reason = format!("its date is in the future, as are {} others; a site can have {MOST_TIMES}", times.len());
        notes.add(&text.source, None, format!("a draft: {reason}"));
        text.draft.push(reason);
    }
}

/// The keys of the day on which Hugo publishes a text.
const PUBLICATION: [&str; 3] = ["publishDate", "pubdate", "published"];

/// The day on which Hugo publishes a text, if it is later than its date.
fn publish_later(head: &mut Head, today: Date) {
    let written = |key: &&'static str| {
        let value = head.extra.get(key).filter(|value| value.truth().is_none())?;
        Some((*key, value.text()?))
    };
    let Some((key, text)) = PUBLICATION.iter().find_map(written) else { return };
    match Moment::parse(&text) {
        Some(later) if later.day > today => head.date = Some(later),
        Some(_) => {}
        None if head.unread.iter().any(|(known, _)| known.eq_ignore_ascii_case(key)) => {}
        None => head.unread.push((key.to_owned(), text)),
    }
}

/// The keys that Jekyll's `defaults` give a text, where it has none of its own.
fn add_defaults(table: &mut Table, source: &str, collection: Option<&str>, settings: &Settings) {
    let Some(Value::List(defaults)) = settings.table.get("defaults") else { return };
    for default in defaults.iter().filter_map(Value::table) {
        let scope = default.table("scope");
        let kind = scope.and_then(|scope| scope.text(&["type"]));
        let path = scope.and_then(|scope| scope.text(&["path"])).unwrap_or_default();
        let is_kind = kind.is_none_or(|kind| kind == collection.unwrap_or("pages"));
        if !is_kind || !source.starts_with(path.trim_end_matches('*')) {
            continue;
        }
        let values = default.table("values").map(|values| values.0.as_slice()).unwrap_or_default();
        for (key, value) in values {
            let counts = ["permalink", "author", "authors", "categories", "category", "tags", "published"];
            if counts.contains(&key.as_str()) && table.get(key).is_none() {
                table.0.push((key.clone(), value.clone()));
            }
        }
    }
}

/// A file `_index.md`: the title of its folder. If it has a text, that becomes a page.
fn section(source: &str, place: &str, origin: &Origin<'_>, found: &mut Found, notes: &mut Notes) {
    let Some(mut page) = text(source, place, None, origin, notes) else { return };
    found.sections.push(Section {
        title: page.head.title.clone(),
        description: page.head.description.clone(),
        url: page.url.clone(),
        name: folder_of(place).to_owned(),
    });
    if body::has_paragraph(&page.body.text) {
        page.kind = Kind::Page;
        if std::mem::take(&mut page.is_scheduled) {
            page.draft.push("its date is in the future, and only posts can be scheduled".to_owned());
        }
        page.section = None;
        found.texts.push(page);
    }
}
