//! Who writes, and what readers may do with it: `author` and `license` of `site.toml`, `authors` of posts.

use super::foreign_keys::{self, Keys};
use super::table_reader::{TableReader, path_error};
use super::value::ValueKind;

const PERSON_KEYS: &[&str] = &["name", "email", "url", "fediverse"];

/// The author of the site, or of a post.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Author {
    /// The name, as shown.
    pub name: String,
    /// An address for replies: `ada@example.org`.
    pub email: Option<String>,
    /// The author's own page: a URL, or a path of this site.
    pub url: Option<String>,
    /// The account in the Fediverse: `@ada@example.social`.
    pub fediverse: Option<String>,
}

impl Author {
    /// The profile of the account in the Fediverse: `https://example.social/@ada`, as Mastodon and most other servers have it.
    #[must_use]
    pub fn profile(&self) -> Option<String> {
        let (user, host) = self.fediverse.as_deref()?.strip_prefix('@')?.split_once('@')?;
        Some(format!("https://{host}/@{user}"))
    }
}

/// The licence of the texts.
#[derive(Clone, Debug)]
pub struct License {
    /// As shown: `CC BY 4.0`.
    pub name: String,
    /// Its text: a URL, or a path of this site.
    pub url: Option<String>,
}

pub(super) fn author(reader: &mut TableReader<'_>) -> Option<Author> {
    let (table, place) = reader.table("author")?;
    let mut reader = TableReader { path: reader.path, table, place: Some(place), report: reader.report };
    reader.only(PERSON_KEYS);
    person(&mut reader)
}

/// The authors of a post: names, or tables as that of the site's author.
pub(super) fn authors(reader: &mut TableReader<'_>) -> Vec<Author> {
    const LIST: &str = "a list of names";
    let Some(value) = reader.get("authors") else { return Vec::new() };
    let ValueKind::Array(values) = &value.kind else {
        reader.mismatch("authors", value, LIST);
        return Vec::new();
    };
    let mut authors = Vec::new();
    for value in values {
        match &value.kind {
            ValueKind::String(name) if name.trim().is_empty() => {
                reader.error(value.span.clone(), "an empty name in `authors`", "", "remove it");
            }
            ValueKind::String(name) => authors.push(Author { name: name.trim().to_owned(), ..Author::default() }),
            ValueKind::Table(table) => {
                let place = Some(value.span.clone());
                let mut reader = TableReader { path: reader.path, table, place, report: reader.report };
                let keys = Keys { known: PERSON_KEYS, required: &["name"], of_others: &[], extra: None };
                foreign_keys::report(&mut reader, keys);
                authors.extend(person(&mut reader));
            }
            _ => reader.mismatch("authors", value, LIST),
        }
    }
    authors
}

fn person(reader: &mut TableReader<'_>) -> Option<Author> {
    reader.require("name", "name = \"…\"");
    let name = reader.text("name").map(|name| name.value);
    let email = email(reader);
    let url = address(reader);
    let fediverse = fediverse(reader);
    Some(Author { name: name?, email, url, fediverse })
}

pub(super) fn license(reader: &mut TableReader<'_>) -> Option<License> {
    let (table, place) = reader.table("license")?;
    let mut reader = TableReader { path: reader.path, table, place: Some(place), report: reader.report };
    reader.only(&["name", "url"]);
    reader.require("name", "name = \"CC BY 4.0\"");
    let name = reader.text("name").map(|name| name.value);
    let url = address(&mut reader);
    Some(License { name: name?, url })
}

/// An e-mail address as it is, without `mailto:`. Only its form is checked: whether it exists shows when somebody writes to it.
fn email(reader: &mut TableReader<'_>) -> Option<String> {
    let email = reader.text("email")?;
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let is_email = email.value.split_once('@').is_some_and(|(local, host)| {
        is_plain(local) && is_host(host) && !local.contains([':', '<', '"', '?', '&', '#', '%', '/'])
    });
    if is_email {
        return Some(email.value);
    }
    let message = format!("\"{}\" is not an e-mail address", email.value);
    let bare = email.value.strip_prefix("mailto:").filter(|rest| rest.contains('@'));
    let help = format!("write \"{}\"", bare.unwrap_or("ada@example.org"));
    reader.error(email.span, message, "expected one @, and no spaces", help);
    None
}

/// The `url` of a table: a URL, or a path of this site, which the link check follows.
fn address(reader: &mut TableReader<'_>) -> Option<String> {
    let url = reader.text("url")?;
    let is_url = ["https://", "http://"].iter().any(|scheme| {
        url.value.strip_prefix(scheme).is_some_and(|rest| rest.starts_with(|first: char| first.is_alphanumeric()))
    });
    if (is_url && url.value.bytes().all(|byte| byte.is_ascii_graphic())) || path_error(&url.value).is_none() {
        return Some(url.value);
    }
    let message = format!("\"{}\" is neither a URL nor a path of this site", url.value);
    reader.error(url.span, message, "", "write one such as \"https://example.org/\" or \"/about\"");
    None
}

/// An account in the Fediverse, in the form that `fediverse:creator` has.
fn fediverse(reader: &mut TableReader<'_>) -> Option<String> {
    let account = reader.text("fediverse")?;
    let bare = account.value.strip_prefix('@').unwrap_or(&account.value);
    let is_user = |user: &str| {
        !user.is_empty() && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    };
    let is_account = bare.split_once('@').is_some_and(|(user, host)| is_user(user) && is_host(host));
    if is_account && account.value.starts_with('@') {
        return Some(account.value);
    }
    let message = format!("\"{}\" is not an account in the Fediverse", account.value);
    let example = if is_account { format!("@{bare}") } else { "@ada@example.social".to_owned() };
    reader.error(account.span, message, "expected @user@host", format!("write \"{example}\""));
    None
}

/// Whether `text` has the form of a host name with at least one dot, or is `localhost`.
fn is_host(text: &str) -> bool {
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|char| char.is_alphanumeric() || char == '-');
    (text == "localhost" || text.contains('.')) && text.split('.').all(is_label)
}
