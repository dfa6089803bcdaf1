//! `site.toml` and `topics.toml`.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::conflicts;
use super::credits::{self, Author, License};
use super::links::{self, Link};
use super::policy;
use super::table_reader::{TableReader, path_error};
use super::value::{Fragment, Table, Value, ValueKind, parse_toml};
use crate::diagnostic::{Diagnostic, Report, nearest, utf8};
use crate::languages::{self, Language, Words};
use crate::options::Options;
use crate::security_policy::Hosts;
use crate::span::Spanned;
use crate::tree::SourceTree;
use crate::url::BaseUrl;

/// The file of the settings.
pub(crate) const SITE: &str = "site.toml";
/// The file of the topics.
pub(crate) const TOPICS: &str = "topics.toml";

/// The base URL of a site without one: where `notes` listens by default.
const DEFAULT_BASE_URL: &str = "http://localhost:8080";
const DEFAULT_LANGUAGE: &str = "en";
/// Enough for a reader who visits once a month.
const DEFAULT_FEED_LENGTH: usize = 20;
/// Every feed reader fetches the whole feed every hour.
const MAX_FEED_LENGTH: usize = 1000;

const SITE_KEYS: &[&str] = &[
    "title",
    "description",
    "base_url",
    "language",
    "time_zone",
    "author",
    "license",
    "navigation",
    "footer",
    "policy",
    "start",
    "feed_length",
    "redirects",
    "security",
];

/// `site.toml`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The name of the site.
    pub title: String,
    /// A sentence about the site.
    pub description: String,
    /// Where the site is: `https://example.org`, `https://example.org/blog`.
    pub base_url: BaseUrl,
    /// A BCP 47 language tag: `en-GB`.
    pub language: String,
    /// The words of the theme in that language.
    pub words: Arc<Words>,
    /// Where times without an offset are, and days begin.
    pub time_zone: TimeZone,
    /// The author of the site.
    pub author: Option<Author>,
    /// The licence of the texts.
    pub license: Option<License>,
    /// The links at the top of every page, in order.
    pub navigation: Vec<Link>,
    /// The links of the site's own at the bottom of every page, in order.
    pub footer: Vec<Link>,
    /// The other hosts that pages may load from.
    pub policy: Hosts,
    /// The slugs of the posts that the first page recommends, in order.
    pub(crate) start: Vec<Spanned<String>>,
    /// How many posts a feed contains.
    pub feed_length: usize,
    /// In the order of the settings.
    pub redirects: Vec<SettingsRedirect>,
    /// The contact for security problems.
    pub security: Option<SecurityContact>,
}

impl Settings {
    /// The absolute URL of `route`.
    pub(crate) fn url(&self, route: &str) -> String {
        self.base_url.url(route)
    }

    /// What a page contains to lead to `reference`, a route or what an author wrote.
    pub(crate) fn href<'r>(&self, reference: &'r str) -> Cow<'r, str> {
        self.base_url.href(reference)
    }

    /// The absolute URL of `address`, which is one already or a route.
    pub(crate) fn absolute_url(&self, address: &str) -> String {
        if address.starts_with('/') { self.url(address) } else { address.to_owned() }
    }
}

/// A redirect of the settings.
#[derive(Clone, Debug)]
pub struct SettingsRedirect {
    /// A path of this site, without a slash at the end.
    pub from: String,
    /// A path of this site or an absolute URL: visible ASCII, as in a Location field.
    pub to: String,
    /// The place of `from` in `site.toml`.
    pub span: Range<usize>,
    /// The place of `to` there.
    pub to_span: Range<usize>,
}

/// `/.well-known/security.txt` (RFC 9116).
#[derive(Clone, Debug)]
pub struct SecurityContact {
    /// A URI: `mailto:security@example.org`.
    pub contact: String,
    /// When the contact expires.
    pub expires: Timestamp,
}

/// A topic of `topics.toml`.
#[derive(Debug)]
pub(crate) struct TopicEntry {
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) blurb: String,
}

/// Reads `site.toml`. What cannot be read is reported, and has its default.
pub(crate) fn read(tree: &SourceTree, options: &Options, report: &mut Report) -> Settings {
    let table = parse_file(tree, SITE, report);
    // If the file could not be parsed, its keys are unknown, not missing.
    let has_table = table.is_some();
    let table = table.unwrap_or_default();
    let mut reader = TableReader { path: SITE, table: &table, place: None, report };
    reader.only(SITE_KEYS);
    if has_table {
        reader.require("title", "title = \"…\"");
        reader.require("description", "description = \"…\"");
    }
    let of_settings = base_url(&mut reader);
    let base_url = chosen_base_url(options, reader.report).unwrap_or(of_settings);
    let is_right = base_url.is_ok();
    let base_url = base_url.unwrap_or_else(|NoBaseUrl| default_base_url());
    let base_url = match &options.origin {
        Some(origin) => base_url.with_origin(origin),
        None => base_url,
    };
    if options.is_published && is_right {
        warn_of_local(&base_url, &mut reader);
    }
    let language = language(&mut reader);
    let words = words(&language, &mut reader, tree);
    Settings {
        title: reader.text("title").map(|title| title.value).unwrap_or_default(),
        description: reader.text("description").map(|description| description.value).unwrap_or_default(),
        base_url,
        time_zone: time_zone(&mut reader),
        author: credits::author(&mut reader),
        license: credits::license(&mut reader),
        navigation: links::read("navigation", &mut reader).unwrap_or_else(|| links::default_navigation(tree, &words)),
        footer: links::read("footer", &mut reader).unwrap_or_default(),
        policy: policy::read(&mut reader),
        start: reader.texts("start"),
        feed_length: feed_length(&mut reader),
        redirects: redirects(&mut reader),
        security: security(&mut reader),
        language,
        words,
    }
}

fn parse_file(tree: &SourceTree, path: &str, report: &mut Report) -> Option<Table> {
    let text = utf8(path, tree.get(path)?, report)?;
    if let Some(conflict) = conflicts::in_settings(path, text) {
        report.push(conflict);
        return None;
    }
    let bom = text.len() - text.trim_start_matches('\u{feff}').len();
    parse_toml(Fragment { path, text: &text[bom..], offset: bom }, report)
}

fn default_base_url() -> BaseUrl {
    BaseUrl::parse(DEFAULT_BASE_URL).expect("a scheme and a host are a base URL")
}

/// What is given as a base URL is none, which is reported.
struct NoBaseUrl;

fn base_url(reader: &mut TableReader<'_>) -> Result<BaseUrl, NoBaseUrl> {
    let Some(text) = reader.text("base_url") else { return Ok(default_base_url()) };
    BaseUrl::parse(&text.value).map_err(|error| {
        let message = format!("\"{}\" is not the base URL of a site", text.value);
        reader.error(text.span, message, error, format!("write base_url = \"{}\"", meant_by(&text.value)));
        NoBaseUrl
    })
}

/// What may be meant by a text that is no base URL.
fn meant_by(text: &str) -> String {
    let example = || if text.matches('/').count() > 2 { "https://example.org/blog" } else { "https://example.org" };
    BaseUrl::mended(text).map_or_else(|| example().to_owned(), |base_url| base_url.to_string())
}

/// Warns of an address that only this machine has.
fn warn_of_local(base_url: &BaseUrl, reader: &mut TableReader<'_>) {
    let authority = base_url.origin().split_once("//").map_or("", |(_, authority)| authority);
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    if host != "localhost" && !host.starts_with("127.") && host != "[::1]" {
        return;
    }
    let place = reader.get("base_url").map(|value| value.span.clone());
    reader.report.push(
        Diagnostic::warning(SITE, place, format!("the address of the site is {base_url}, which only this machine has"))
            .help("set `base_url = \"https://example.org\"`, or name it for this build with --base-url or NOTES_BASE_URL: feeds, sitemap and previews of links lead there"),
    );
}

/// The base URL of the options, which has precedence over that of the settings.
fn chosen_base_url(options: &Options, report: &mut Report) -> Option<Result<BaseUrl, NoBaseUrl>> {
    let text = options.base_url.as_deref()?;
    let report_error = |error| {
        let message =
            format!("\"{text}\", given as the base URL of this build, is not the base URL of a site: {error}");
        report.push(Diagnostic::error("", None, message).help(format!("use one such as {}", meant_by(text))));
        NoBaseUrl
    };
    Some(BaseUrl::parse(text).map_err(report_error))
}

/// Whether `text` has the form of a language tag (RFC 5646 §2.1). Whether the language exists is not checked.
fn is_language_tag(text: &str) -> bool {
    let mut subtags = text.split('-');
    let primary = subtags.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && subtags
            .all(|subtag| (1..=8).contains(&subtag.len()) && subtag.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A time zone by its name in the database of IANA.
fn time_zone(reader: &mut TableReader<'_>) -> TimeZone {
    let Some(name) = reader.text("time_zone") else { return TimeZone::UTC };
    let zones = TimeZoneDatabase::bundled();
    if let Ok(zone) = zones.get(&name.value) {
        return zone;
    }
    let known: Vec<String> = zones.available().map(|zone| zone.as_str().to_owned()).collect();
    let help = match nearest(&name.value, known.iter().map(String::as_str)) {
        Some(zone) => format!("did you mean \"{zone}\"?"),
        None => "write the name of a place, as in \"Europe/Berlin\"".to_owned(),
    };
    reader.error(name.span, format!("unknown time zone \"{}\"", name.value), "not in the database of IANA", help);
    TimeZone::UTC
}

fn language(reader: &mut TableReader<'_>) -> String {
    let Some(text) = reader.text("language") else { return DEFAULT_LANGUAGE.to_owned() };
    if is_language_tag(&text.value) {
        return text.value;
    }
    let message = format!("\"{}\" is not a language tag", text.value);
    let help = if text.value.contains('_') { text.value.replace('_', "-") } else { "en-GB".to_owned() };
    reader.error(text.span, message, "", format!("write one such as \"{help}\""));
    DEFAULT_LANGUAGE.to_owned()
}

/// The words of the theme in `language`.
fn words(language: &str, reader: &mut TableReader<'_>, tree: &SourceTree) -> Arc<Words> {
    let place = reader.get("language").map(|value| value.span.clone());
    languages::read(tree, &Language { tag: language, path: SITE, place }, reader.report)
}

fn feed_length(reader: &mut TableReader<'_>) -> usize {
    let Some(number) = reader.integer("feed_length") else { return DEFAULT_FEED_LENGTH };
    match usize::try_from(number.value) {
        Ok(length) if (1..=MAX_FEED_LENGTH).contains(&length) => length,
        _ => {
            let message = format!("`feed_length` must be from 1 to {MAX_FEED_LENGTH}");
            reader.error(number.span, message, "", format!("remove it for the default, {DEFAULT_FEED_LENGTH}"));
            DEFAULT_FEED_LENGTH
        }
    }
}

/// `[redirects]`: paths of this site and their targets.
fn redirects(reader: &mut TableReader<'_>) -> Vec<SettingsRedirect> {
    let Some((table, _)) = reader.table("redirects") else { return Vec::new() };
    let mut redirects = Vec::new();
    for entry in &table.entries {
        if let Some(error) = path_error(&entry.key) {
            let message = format!("\"{}\" is not a path of this site", entry.key);
            reader.error(entry.key_span.clone(), message, error, "write \"/old/path\" = \"/new/path\"");
        }
        if let Some(to) = redirect_target(reader, &entry.value) {
            let from = entry.key.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(&entry.key);
            let (span, to_span) = (entry.key_span.clone(), entry.value.span.clone());
            redirects.push(SettingsRedirect { from: from.to_owned(), to, span, to_span });
        }
    }
    redirects
}

fn redirect_target(reader: &mut TableReader<'_>, value: &Value) -> Option<String> {
    let ValueKind::String(to) = &value.kind else {
        reader.mismatch("redirects", value, "a table of strings");
        return None;
    };
    let is_url = to.starts_with("https://") || to.starts_with("http://");
    let is_path = to.starts_with('/') && !to.starts_with("//");
    // The target becomes the value of a Location field (RFC 9110 §5.5): visible ASCII only.
    if (is_url || is_path) && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Some(to.clone());
    }
    let label = "expected a path of this site or a URL";
    let help = "write one such as \"/new/path\" or \"https://example.org/path\", percent-encoded if it is not ASCII";
    reader.error(value.span.clone(), format!("\"{to}\" is not a redirect target"), label, help);
    None
}

/// RFC 9116: `Contact` (§2.5.3) is a URI, `Expires` (§2.5.5) a date and time.
fn security(reader: &mut TableReader<'_>) -> Option<SecurityContact> {
    let (table, place) = reader.table("security")?;
    let mut reader = TableReader { path: reader.path, table, place: Some(place), report: reader.report };
    reader.only(&["contact", "expires"]);
    reader.require("contact", "contact = \"mailto:security@example.org\"");
    reader.require("expires", "expires = 2027-01-01T00:00:00Z");
    let contact = contact(&mut reader);
    let expires = expires(&mut reader);
    Some(SecurityContact { contact: contact?, expires: expires? })
}

fn contact(reader: &mut TableReader<'_>) -> Option<String> {
    let contact = reader.text("contact")?;
    if ["mailto:", "https://", "tel:"].iter().any(|scheme| contact.value.starts_with(scheme)) {
        return Some(contact.value);
    }
    let address = if contact.value.contains('@') { contact.value.as_str() } else { "security@example.org" };
    let help = format!("write \"mailto:{address}\", or the URL of a page");
    reader.error(contact.span, "`contact` must be a URI", "expected mailto:, https:// or tel: at the start", help);
    None
}

fn expires(reader: &mut TableReader<'_>) -> Option<Timestamp> {
    let value = reader.get("expires")?;
    let (ValueKind::String(text) | ValueKind::Date(text)) = &value.kind else {
        reader.mismatch("expires", value, "a date and a time");
        return None;
    };
    let expires = text.parse().ok();
    if expires.is_none() {
        let help = "write one such as 2027-01-01T00:00:00Z";
        reader.error(value.span.clone(), "`expires` must be a date and a time with an offset", "", help);
    }
    expires
}

/// Reads `topics.toml`, in its order. A site without the file has no topics. `None` if the file cannot be read, so that the topics of the posts are not
/// reported as unknown.
pub(crate) fn topics(tree: &SourceTree, report: &mut Report) -> Option<Vec<TopicEntry>> {
    if !tree.has(TOPICS) {
        return Some(Vec::new());
    }
    let table = parse_file(tree, TOPICS, report)?;
    let mut reader = TableReader { path: TOPICS, table: &table, place: None, report };
    reader.only(&["topic"]);
    let mut topics: Vec<TopicEntry> = Vec::new();
    for (table, place) in reader.tables("topic").unwrap_or_default() {
        let mut reader = TableReader { path: TOPICS, table, place: Some(place), report: reader.report };
        let Some((topic, span)) = topic(&mut reader) else { continue };
        if topics.iter().any(|other| other.slug == topic.slug) {
            let message = format!("duplicate topic \"{}\"", topic.slug);
            reader.error(span, message, "the second of two", "change the slug of one of them, or remove it");
        } else {
            topics.push(topic);
        }
    }
    Some(topics)
}

/// A topic and the place of its slug. A topic without a title or a blurb is kept, so that posts may name it.
fn topic(reader: &mut TableReader<'_>) -> Option<(TopicEntry, Range<usize>)> {
    reader.only(&["slug", "title", "blurb"]);
    reader.require("slug", "slug = \"…\"");
    reader.require("title", "title = \"…\"");
    reader.require("blurb", "blurb = \"…\"");
    let title = reader.text("title").map(|title| title.value).unwrap_or_default();
    let blurb = reader.text("blurb").map(|blurb| blurb.value).unwrap_or_default();
    let slug = reader.slug("slug")?;
    Some((TopicEntry { slug: slug.value, title, blurb }, slug.span))
}
