//! Conflicts between posts, pages, aliases, redirects, the files of `static/` and the routes of every site: each path of the site has one output.

use std::collections::BTreeMap;
use std::ops::Range;

use super::front_matter::tag_slug;
use super::settings;
use super::sources::{MarkdownFile, PagePlace, Sources};
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
    "/robots.txt",
    "/rss.xml",
    "/search",
    "/sitemap.xml",
    "/tags",
    "/.well-known/security.txt",
];

/// The owner of a route of every site.
const OF_EVERY_SITE: &str = "a route of every site";

/// The owner of each path, in words: `the post posts/hello.md`.
type Taken = BTreeMap<String, String>;

/// Reports every path that is claimed twice. The later claim is removed from the site.
pub(crate) fn check(sources: &mut Sources, tree: &SourceTree, report: &mut Report) {
    let mut taken = routes_of_groups(sources);
    sources.posts.retain(|post| claim_slug(post, "/blog/", "post", &mut taken, report));
    for post in &sources.posts {
        taken.insert(format!("/blog/{}.md", post.slug), format!("the Markdown of {}", post.body.path));
    }
    sources.pages.retain(|page| claim_slug(page, "/", "page", &mut taken, report));
    for (file, _) in tree.below("static/") {
        claim_file(file, &mut taken, report);
    }
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
    let mut taken: Taken = ROUTES.iter().map(|path| ((*path).to_owned(), OF_EVERY_SITE.to_owned())).collect();
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

/// Claims the path of a file of `static/`. It may replace the icons of the theme.
fn claim_file(file: &str, taken: &mut Taken, report: &mut Report) {
    let address = &file["static".len()..];
    match taken.get(address) {
        Some(owner) if !matches!(address, "/favicon.ico" | "/favicon.svg") => report.push(
            Diagnostic::error(file, None, format!("the path of this file is taken: {address} is {owner}"))
                .help("rename the file")
                .code(TAKEN_ADDRESS),
        ),
        _ => drop(taken.insert(address.to_owned(), format!("the file {file}"))),
    }
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
    let Some(owner) = owner(claimed.address, taken) else {
        taken.insert(claimed.address.to_owned(), format!("the {} in {}", claimed.what, claimed.path));
        return true;
    };
    let message = format!("the {} \"{}\" is taken", claimed.what, claimed.address);
    report.push(
        Diagnostic::error(claimed.path, claimed.span.clone(), message)
            .label(format!("{} is {owner}", claimed.address))
            .help("remove it, or choose another path")
            .code(TAKEN_ADDRESS),
    );
    false
}
