//! Conflicts between posts, pages, aliases, redirects, the files of `static/` and the routes of every site: each path of the site has one output, and each
//! file that it is extracted to has one path.

use std::collections::BTreeMap;
use std::ops::Range;

use super::front_matter::tag_slug;
use super::settings;
use super::sources::{MarkdownFile, PagePlace, Sources};
use crate::assets::STATIC;
use crate::diagnostic::{Diagnostic, Report, TAKEN_ADDRESS};
use crate::tree::SourceTree;

/// The routes of every site, in addition to its posts, topics and tags. `/404` and `/assets` are reserved for the 404 page and the fingerprinted files; `/index`
/// would shadow `/index.html`, which redirects to `/`.
///
/// ```
/// assert!(graven_press::source::ROUTES.contains(&"/feed.xml"));
/// ```
pub const ROUTES: &[&str] = &[
    "/",
    "/404",
    "/assets",
    "/blog",
    "/favicon.ico",
    "/favicon.svg",
    "/feed.json",
    "/feed.xml",
    "/index",
    "/llms.txt",
    "/notes",
    "/opensearch.xml",
    "/prefetch.json",
    "/robots.txt",
    "/rss.xml",
    "/search",
    "/sitemap.xml",
    "/tags",
    SECURITY,
];

/// The file to which the page of unknown addresses is extracted.
const NOT_FOUND_FILE: &str = "/404.html";

/// The route of the contact for security problems, which the settings name.
const SECURITY: &str = "/.well-known/security.txt";

/// The owner of a route of every site.
const OF_EVERY_SITE: &str = "a route of every site";

/// The owner of each path, as [`folder`] spells it, in words: `the post posts/hello.md`.
type Taken = BTreeMap<String, String>;

/// Reports every path that is claimed twice. The later claim is removed from the site.
pub(crate) fn check(sources: &mut Sources, tree: &SourceTree, report: &mut Report) {
    let mut taken = routes_of_groups(sources);
    sources.posts.retain(|post| claim_slug(post, "/blog/", "post", &mut taken, report));
    for post in &sources.posts {
        taken.insert(format!("/blog/{}.md", post.slug), format!("the Markdown of {}", post.body.path));
    }
    sources.pages.retain(|page| claim_slug(page, "/", "page", &mut taken, report));
    claim_files(tree, &mut taken, report);
    for text in sources.posts.iter_mut().chain(&mut sources.pages) {
        let path = &text.body.path;
        text.matter.aliases.retain(|alias| {
            let claimed = Claim { address: &alias.value, what: "alias", path, span: &alias.span };
            claim(&claimed, &mut taken, report)
        });
    }
    sources.settings.redirects.retain(|redirect| {
        let claimed = Claim { address: &redirect.from, what: "redirect", path: settings::SITE, span: &redirect.span };
        claim(&claimed, &mut taken, report)
    });
}

/// The routes of every site, of topics and of tags.
fn routes_of_groups(sources: &Sources) -> Taken {
    // Without a contact in the settings, press does not make it, and a site may have a file.
    let is_made = |path: &&&str| **path != SECURITY || sources.settings.security.is_some();
    let routes = ROUTES.iter().chain([&NOT_FOUND_FILE]).filter(is_made);
    let mut taken: Taken = routes.map(|path| ((*path).to_owned(), OF_EVERY_SITE.to_owned())).collect();
    let topics =
        sources.topics.iter().map(|topic| ("notes", topic.slug.clone(), format!("the topic \"{}\"", topic.slug)));
    let tags = sources.posts.iter().flat_map(|post| &post.matter.tags);
    let tags = tags.map(|tag| ("tags", tag_slug(&tag.value), format!("the tag \"{}\"", tag.value)));
    for (folder, slug, owner) in topics.chain(tags) {
        taken.insert(format!("/{folder}/{slug}/feed.xml"), format!("the feed of {owner}"));
        taken.insert(format!("/{folder}/{slug}"), owner);
    }
    taken
}

/// Claims the paths of the files of `static/`. They are not in the way of each other: `a.html` and `a/index.html` are two addresses.
fn claim_files(tree: &SourceTree, taken: &mut Taken, report: &mut Report) {
    let mut claimed = Vec::new();
    for file in tree.paths(STATIC) {
        let address = &file[STATIC.len() - 1..];
        match owner_of_file(address, taken) {
            Some((address, owner)) => report.push(
                Diagnostic::error(file, None, format!("the path of this file is taken: {address} is {owner}"))
                    .help(instead_of_file(address))
                    .code(TAKEN_ADDRESS),
            ),
            None => claimed.push((folder(address).to_owned(), format!("the file {file}"))),
        }
    }
    taken.extend(claimed);
}

/// Who has the path of a file of `static/` already, and which path that is. The file may replace the icons of the theme. Hosts take `/about.html` and
/// `/about/index.html` for spellings of `/about`, as graven-serve does.
fn owner_of_file<'a>(address: &'a str, taken: &'a Taken) -> Option<(&'a str, &'a str)> {
    let spellings = [Some(folder(address)), address.strip_suffix(".html")];
    let is_icon = matches!(address, "/favicon.ico" | "/favicon.svg");
    let mut owners = spellings.into_iter().flatten().filter_map(|path| Some((path, taken.get(path)?.as_str())));
    owners.next().filter(|_| !is_icon)
}

/// What to do with a file of `static/` whose path is taken.
fn instead_of_file(address: &str) -> &'static str {
    match address {
        "/" => "remove it, or write the first page as pages/index.md",
        NOT_FOUND_FILE => "remove it, or write the page of unknown addresses as pages/404.md",
        _ => "rename the file",
    }
}

/// The path of the folder of which `address` is the first page: `/demo` of `/demo/index.html` and `/demo/`. Another address is itself.
fn folder(address: &str) -> &str {
    let path = address.strip_suffix("/index.html").or_else(|| address.strip_suffix('/')).unwrap_or(address);
    if path.is_empty() { "/" } else { path }
}

/// Claims the path of a post or a page. Returns false if it is taken.
fn claim_slug(file: &MarkdownFile, folder: &str, kind: &str, taken: &mut Taken, report: &mut Report) -> bool {
    let address = match file.place {
        PagePlace::Slug => format!("{folder}{}", file.slug),
        PagePlace::Home => "/".to_owned(),
        PagePlace::NotFound => "/404".to_owned(),
    };
    let path = &file.body.path;
    // A page with a place of its own replaces that of every site.
    let replaces = |owner: &&str| file.place != PagePlace::Slug && *owner == OF_EVERY_SITE;
    let Some(owner) = owner(&address, taken).filter(|owner| !replaces(owner)) else {
        taken.insert(address, format!("the {kind} {path}"));
        return true;
    };
    let help = match (file.place, &file.matter.slug) {
        (PagePlace::Home | PagePlace::NotFound, _) => "remove one of the two files",
        (PagePlace::Slug, Some(_)) => "choose another slug",
        (PagePlace::Slug, None) => "rename the file, or set its `slug`",
    };
    let message = format!("the slug \"{}\" is taken", file.slug);
    let error = Diagnostic::error(path, file.slug_span.clone(), message);
    report.push(error.label(format!("{address} is {owner}")).help(help).code(TAKEN_ADDRESS));
    false
}

/// Who has a path already.
fn owner<'a>(address: &str, taken: &'a Taken) -> Option<&'a str> {
    let asset = address.starts_with("/assets/").then_some("reserved for fingerprinted files");
    asset.or_else(|| taken.get(address).map(String::as_str))
}

/// A path that an author claims.
struct Claim<'a> {
    address: &'a str,
    what: &'static str,
    path: &'a str,
    span: &'a Range<usize>,
}

/// Claims the path of an alias or a redirect. Returns false if it is taken.
fn claim(claimed: &Claim<'_>, taken: &mut Taken, report: &mut Report) -> bool {
    let address = folder(claimed.address);
    let Some(owner) = owner(address, taken) else {
        taken.insert(address.to_owned(), format!("the {} in {}", claimed.what, claimed.path));
        return true;
    };
    let message = format!("the {} \"{}\" is taken", claimed.what, claimed.address);
    report.push(
        Diagnostic::error(claimed.path, claimed.span.clone(), message)
            .label(format!("{address} is {owner}"))
            .help("remove it, or choose another path")
            .code(TAKEN_ADDRESS),
    );
    false
}
