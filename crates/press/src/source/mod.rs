//! Reads the settings, the topics and the texts.
//!
//! 1. `settings`: `site.toml` and `topics.toml`; `credits` reads its author and licence, `links` its links, `policy` its hosts.
//! 2. `files`: which files are posts and pages; `top`: which are in a wrong place.
//! 3. `markdown_files`: all posts and pages; `markdown_file`: one of them. `front_matter` reads its head, by way of `value` and `table_reader`;
//!    `foreign_keys` knows the keys of other generators. `names` has date and slug of a name, `excerpt` the description of a text without one, `conflicts`
//!    the marks of an unfinished merge.
//! 4. `addresses`: no two outputs have the same path; `start`: every recommended post exists.
//!
//! `drafts` knows the texts that are left out, for messages about links to them.
//!
//! Each step reports what is wrong and continues with the rest, so that one build reports everything.

mod addresses;
mod conflicts;
mod credits;
mod date;
mod drafts;
mod excerpt;
mod files;
mod foreign_keys;
mod front_matter;
mod links;
mod markdown_file;
mod markdown_files;
mod names;
mod policy;
mod settings;
mod sources;
mod start;
mod table_reader;
mod top;
mod value;

use crate::diagnostic::{Diagnostic, Report};
use crate::options::Options;
use crate::tree::SourceTree;

pub use crate::security_policy::Hosts;
pub use crate::url::BaseUrl;
pub use addresses::ROUTES;
pub use credits::{Author, License};
pub(crate) use date::{WrittenDate, midnight};
pub(crate) use drafts::{draft_files, drafts, is_draft};
pub(crate) use files::is_markdown;
pub use front_matter::tag_slug;
pub(crate) use front_matter::usual_spelling;
pub use links::Link;
pub(crate) use markdown_files::{KnownFiles, changed_bodies};
pub(crate) use settings::{SITE, TopicEntry};
pub use settings::{SecurityContact, Settings, SettingsRedirect};
pub(crate) use sources::MarkdownFile;
pub use sources::{Body, PagePlace, Sources};
pub(crate) use value::{Entry, Fragment, Table, Value, ValueKind, parse_toml};

/// Reads the settings, the topics and the texts of a tree. Returns `None` if there is no site: a tree without `site.toml`.
///
/// Reports errors to `report`. Where there are errors, placeholders take the place of what could not be read, so that the following steps can
/// report theirs too; such a site must not be published.
///
/// ```
/// use graven_press::diagnostic::Report;
/// use graven_press::tree::SourceTree;
/// use graven_press::{Options, model, source};
///
/// let mut tree = SourceTree::default();
/// tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
/// tree.insert("posts/hello.md", "+++\ntitle = \"Hello\"\ndescription = \"A greeting.\"\ndate = 2025-11-28\n+++\nHello.\n");
/// let mut report = Report::default();
/// let sources = source::read(&tree, &Options::default(), &mut report).expect("the tree has settings");
/// let site = model::build(sources, &Options::default(), &mut report);
/// assert!(report.is_empty());
/// assert_eq!(site.posts[0].route(), "/blog/hello");
/// ```
pub fn read(tree: &SourceTree, options: &Options, report: &mut Report) -> Option<Sources> {
    read_again(tree, options, None, report)
}

/// The base URL in the settings of a tree, or else the default. Nothing is reported: [`read`] does that.
///
/// ```
/// use graven_press::source;
/// use graven_press::tree::SourceTree;
///
/// let mut tree = SourceTree::default();
/// tree.insert("site.toml", "base_url = \"https://example.org/blog\"\n");
/// assert_eq!(source::base_url(&tree).path(), "/blog");
/// ```
#[must_use]
pub fn base_url(tree: &SourceTree) -> BaseUrl {
    settings::read(tree, &Options::default(), &mut Report::default()).base_url
}

/// As [`read`]. Takes over from the press before what did not change, and leaves the same to the next one.
pub(crate) fn read_again(
    tree: &SourceTree,
    options: &Options,
    known: Option<&mut KnownFiles>,
    report: &mut Report,
) -> Option<Sources> {
    if tree.unreadable().any(|(path, _)| path == SITE) {
        return None;
    }
    if !tree.has(SITE) {
        report.push(
            Diagnostic::error(SITE, None, "there is no site.toml")
                .help("create it:\ntitle = \"…\"\ndescription = \"…\""),
        );
        return None;
    }
    let settings = settings::read(tree, options, report);
    let topics = settings::topics(tree, report);
    let slugs = topics.as_ref().map(|topics| topics.iter().map(|topic| topic.slug.clone()).collect::<Vec<_>>());
    let found = files::find(tree, report);
    top::check(tree, report);
    let (posts, pages) = markdown_files::read((tree, options), found, slugs.as_deref(), known, report);
    let mut sources = Sources { settings, posts, pages, topics: topics.unwrap_or_default() };
    addresses::check(&mut sources, tree, report);
    start::check(&mut sources, report);
    Some(sources)
}
