//! What links of the other site lead to: texts by their files, names and old addresses, and files.

use std::collections::{BTreeMap, BTreeSet};

use graven_press::source::tag_slug;

use crate::collect::{Found, Origin};
use crate::names::{canonical, decoded, folder_of, is_markdown, join, slug, stem};
use crate::plan::Plan;
use crate::text::{Kind, Text};

/// Everything that can be linked to.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    by_source: BTreeMap<String, usize>,
    by_address: BTreeMap<String, usize>,
    /// By file name and title, in lower case. Several texts may share one.
    by_name: BTreeMap<String, Vec<usize>>,
    /// The published texts by their titles, in lower case.
    titles: BTreeMap<String, Vec<usize>>,
    /// Addresses of files that are published unchanged.
    files: BTreeSet<String>,
    /// The files that a reference may publish, by their names in lower case.
    by_file_name: BTreeMap<String, String>,
    /// Lists of the other site, and those of the new one.
    lists: BTreeMap<String, String>,
    base_url: String,
    prefix: String,
    content: String,
}

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A text, by its index.
    Text(usize),
    /// A path of the new site.
    Path(String),
    /// A file of the other site, by its path there.
    File(String),
    /// Another site, or a place in the text itself.
    Elsewhere,
    /// Nothing.
    Missing,
}

impl Targets {
    pub(crate) fn new(found: &Found, plan: &Plan, origin: &Origin<'_>) -> Self {
        let mut targets = Self {
            base_url: origin.settings.base_url.as_ref().map(ToString::to_string).unwrap_or_default(),
            prefix: origin.settings.prefix.clone(),
            content: origin.settings.content.clone(),
            files: found.files.values().cloned().collect(),
            ..Self::default()
        };
        for (index, text) in found.texts.iter().enumerate() {
            targets.by_source.insert(text.source.clone(), index);
            let addresses = text.url.iter().chain(&text.aliases).map(|url| canonical(url));
            // Without a text of its own, the first page is a list here, whatever it was.
            let is_first = text.is_first() && text.draft.is_empty();
            let root = canonical(&format!("{}/", targets.prefix));
            for address in addresses.filter(|address| is_first || *address != root) {
                targets.by_address.entry(address).or_insert(index);
            }
            let name = match stem(&text.source) {
                "index" | "_index" => crate::names::file_name(folder_of(&text.source)),
                stem => stem,
            };
            let names = [name, &text.title].into_iter().chain(text.head.names.iter().map(String::as_str));
            if text.draft.is_empty() {
                targets.titles.entry(text.title.to_lowercase()).or_default().push(index);
            }
            for name in names.map(str::to_lowercase).collect::<BTreeSet<_>>() {
                targets.by_name.entry(name).or_default().push(index);
            }
        }
        for path in &found.linkable {
            let name = crate::names::file_name(path).to_lowercase();
            targets.by_file_name.entry(name).or_insert_with(|| path.clone());
        }
        targets.lists = lists(found, plan, &origin.settings.prefix);
        targets
    }

    /// The text with this name, if there is exactly one.
    pub(crate) fn named(&self, name: &str) -> Option<usize> {
        let name = name.trim().trim_end_matches(".md");
        if let Some(index) = self.by_source.get(&format!("{name}.md")) {
            return Some(*index);
        }
        match self.by_name.get(&name.rsplit('/').next()?.to_lowercase())?.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// Whether a name is the title of a text, so that Graven finds the text by it.
    pub(crate) fn is_title(&self, name: &str, index: usize) -> bool {
        self.titles.get(&name.to_lowercase()).is_some_and(|found| found.as_slice() == [index])
    }

    /// The path of a text in the other site.
    pub(crate) fn source_of(&self, index: usize) -> Option<&str> {
        self.by_source.iter().find(|(_, found)| **found == index).map(|(source, _)| source.as_str())
    }

    /// The file with this path or name, wherever it is.
    pub(crate) fn file_named(&self, name: &str) -> Option<&str> {
        let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        self.by_file_name.get(&name).map(String::as_str)
    }

    /// What a destination without query and fragment, written in the text `from`, leads to. `has` says which files it may lead to.
    pub(crate) fn resolve(&self, destination: &str, from: &Text, has: impl Fn(&str) -> bool) -> Target {
        if destination.is_empty() {
            return Target::Missing;
        }
        if let Some(path) = destination.strip_prefix(SOURCE) {
            let path = decoded(path);
            if has(&path) && !is_markdown(&path) {
                return Target::File(path);
            }
            return self.reference(&path, from);
        }
        if let Some(path) = destination.strip_prefix("@/") {
            let source = format!("{}{}", self.content, decoded(path));
            return self.by_source.get(&source).map_or_else(|| self.section(&source), |index| Target::Text(*index));
        }
        let own = destination
            .strip_prefix(self.base_url.as_str())
            .filter(|rest| !self.base_url.is_empty() && (rest.is_empty() || rest.starts_with('/')));
        let path = decoded(own.map_or(destination, |rest| if rest.is_empty() { "/" } else { rest }));
        if own.is_none() && is_elsewhere(destination) {
            return Target::Elsewhere;
        }
        if path.starts_with('/') {
            return self.address(&path);
        }
        self.relative(&path, from, has)
    }

    /// A path relative to the file of a text, or to its old address.
    fn relative(&self, path: &str, from: &Text, has: impl Fn(&str) -> bool) -> Target {
        if let Some(source) = join(folder_of(&from.source), path) {
            let sources =
                [source.clone(), format!("{source}.md"), format!("{source}/index.md"), format!("{source}/_index.md")];
            if let Some(index) = sources.iter().find_map(|source| self.by_source.get(source)) {
                return Target::Text(*index);
            }
            if has(&source) && !is_markdown(&source) {
                return Target::File(source);
            }
        }
        // A browser resolves it against the address, whose last part is a file, if no slash follows it.
        let Some(url) = &from.url else { return Target::Missing };
        match join(folder_of(url), path) {
            Some(address) => self.address(&format!("/{address}")),
            None => Target::Missing,
        }
    }

    /// An address of the other site.
    fn address(&self, path: &str) -> Target {
        let address = canonical(path);
        if let Some(index) = self.by_address.get(&address) {
            return Target::Text(*index);
        }
        let unprefixed = path.strip_prefix(self.prefix.as_str()).unwrap_or(path);
        for path in [path, unprefixed] {
            if self.files.contains(path) {
                return Target::Path(path.to_owned());
            }
        }
        if let Some(index) = self.by_address.get(&canonical(&format!("{}{path}", self.prefix))) {
            return Target::Text(*index);
        }
        let lists = [address.clone(), canonical(unprefixed)];
        lists.iter().find_map(|path| self.lists.get(path)).map_or(Target::Missing, |path| Target::Path(path.clone()))
    }

    /// A reference as Hugo's `ref` and Jekyll's `link` have it: a path below the folder of texts, or a name.
    fn reference(&self, path: &str, from: &Text) -> Target {
        let path = path.trim_start_matches('/');
        let near = join(folder_of(&from.source), path).unwrap_or_default();
        for base in [format!("{}{path}", self.content), path.to_owned(), near] {
            let forms = [base.clone(), format!("{base}.md"), format!("{base}/index.md"), format!("{base}/_index.md")];
            if let Some(index) = forms.iter().find_map(|source| self.by_source.get(source)) {
                return Target::Text(*index);
            }
        }
        if let Some(index) = self.named(stem(path)).or_else(|| self.named(path)) {
            return Target::Text(index);
        }
        match self.address(&format!("/{path}")) {
            Target::Missing => self.section(path),
            found => found,
        }
    }

    /// The list of a section, by its file or folder.
    fn section(&self, source: &str) -> Target {
        let folder = source.strip_prefix(self.content.as_str()).unwrap_or(source);
        let folder = if stem(folder) == "_index" { folder_of(folder) } else { folder };
        let address = canonical(&format!("{}/{folder}", self.prefix));
        self.lists.get(&address).map_or(Target::Missing, |path| Target::Path(path.clone()))
    }
}

/// How destinations are written that name a file of the other site.
pub(crate) const SOURCE: &str = "import-source:";

/// Whether a destination leads to another site, or is a fragment.
fn is_elsewhere(destination: &str) -> bool {
    let scheme = destination.split_once(':').map(|(scheme, _)| scheme);
    let is_scheme = |scheme: &str| {
        !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    destination.starts_with("//") || destination.starts_with('#') || scheme.is_some_and(is_scheme)
}

/// Lists that both sites have, by their old addresses.
fn lists(found: &Found, plan: &Plan, prefix: &str) -> BTreeMap<String, String> {
    let mut lists = BTreeMap::new();
    for (from, to) in [
        ("/", "/"),
        ("/blog", "/blog"),
        ("/posts", "/blog"),
        ("/post", "/blog"),
        ("/archive", "/blog"),
        ("/archives", "/blog"),
        ("/tags", "/tags"),
        ("/categories", "/notes"),
        ("/feed.xml", "/feed.xml"),
        ("/atom.xml", "/feed.xml"),
        ("/index.xml", "/rss.xml"),
        ("/rss.xml", "/rss.xml"),
        ("/search", "/search"),
    ] {
        lists.insert(canonical(&format!("{prefix}{from}")), to.to_owned());
        lists.insert(from.to_owned(), to.to_owned());
    }
    for tag in
        found.texts.iter().filter(|text| text.draft.is_empty() && text.kind == Kind::Post).flat_map(|text| &text.tags)
    {
        lists.insert(format!("{prefix}/tags/{}", slug(tag)), format!("/tags/{}", tag_slug(tag)));
    }
    for topic in &plan.topics {
        let to = format!("/notes/{}", topic.slug);
        for from in
            [format!("/categories/{}", topic.slug), format!("/topics/{}", topic.slug), format!("/{}", topic.slug)]
        {
            lists.insert(format!("{prefix}{from}"), to.clone());
        }
    }
    for (from, to) in &plan.redirects {
        lists.insert(from.clone(), to.clone());
    }
    lists
}
