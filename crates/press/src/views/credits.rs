//! Who writes this, how to reach them, and what readers may do with it. Where the settings name nobody, nothing is said.

use maud::{Markup, html};
use serde_json::{Value, json};

use super::routes::SUBSCRIBE;
use crate::model::{Post, Site, StandingPage};
use crate::rendered_site::RenderedSite;
use crate::source::{Author, Settings};
use crate::url::encode_value;

/// The slug of the page on which readers look for the author.
pub(super) const ABOUT: &str = "about";

/// The names of authors, each with a link to their page. That of the site's author is the page about them, if they have no other.
pub(super) fn byline(site: &Site, authors: &[Author]) -> Markup {
    let about = || site.pages.iter().find(|page| page.slug == ABOUT).map(StandingPage::route);
    let is_of_site = |author: &Author| site.settings.author.as_ref() == Some(author);
    html! {
        @for author in authors {
            @match author.url.clone().or_else(|| about().filter(|_| is_of_site(author))) {
                Some(url) => { a.author rel="author" href=(site.settings.href(&url)) { (author.name) } }
                None => { span.author { (author.name) } }
            }
        }
    }
}

/// The name of the licence, with a link to its text.
pub(super) fn license(site: &Site) -> Markup {
    let Some(license) = &site.settings.license else { return Markup::default() };
    html! {
        @match &license.url {
            Some(url) => { a rel="license" href=(site.settings.href(url)) { (license.name) } }
            None => { span { (license.name) } }
        }
    }
}

/// The authors of a page in the `<head>`.
pub(super) fn meta(authors: &[Author]) -> Markup {
    html! {
        @for author in authors {
            meta name="author" content=(author.name);
            @if let Some(account) = &author.fediverse { meta name="fediverse:creator" content=(account); }
        }
    }
}

/// What a reader of a post can do next: answer, subscribe.
pub(super) fn after(site: &Site, post: &Post) -> Markup {
    let words = &site.settings.words;
    let mut of_post = site.authors(post).iter().chain(&site.settings.author);
    html! {
        @if let Some(email) = of_post.find_map(|author| author.email.as_ref()) {
            @let subject = words.post.reply_subject.fill(&[("title", &post.title)]);
            a href={ "mailto:" (email) "?subject=" (encode_value(&subject)) } { (words.post.reply) }
        }
        a href=(site.settings.href(SUBSCRIBE)) { (words.pages.subscribe) }
        (license(site))
    }
}

/// The author and the licence at the end of the page about them.
pub(super) fn about(site: &Site) -> Markup {
    let settings = &site.settings;
    if settings.author.is_none() && settings.license.is_none() {
        return Markup::default();
    }
    let words = &settings.words.about;
    html! {
        footer.after {
            section aria-label=(words.author) {
                h2 { (words.author) }
                p {
                    @if let Some(author) = &settings.author {
                        @match &author.url {
                            Some(url) => { a rel="me author" href=(settings.href(url)) { (author.name) } }
                            None => { (author.name) }
                        }
                        @if let Some(email) = &author.email { " · " a href={ "mailto:" (email) } { (email) } }
                        @if let (Some(account), Some(profile)) = (&author.fediverse, author.profile()) {
                            " · " a rel="me" href=(profile) { (account) }
                        }
                    }
                }
                @if settings.license.is_some() { p { (words.license.markup(&[("license", license(site))], &[])) } }
            }
        }
    }
}

/// Adds authors, publisher and licence to the structured data of a work.
pub(super) fn add_to(work: &mut Value, context: RenderedSite, authors: &[Author]) {
    let settings = &context.site.settings;
    if let Some(author) = &settings.author {
        work["publisher"] = person(author, settings);
    }
    match authors {
        [] => {}
        [author] => work["author"] = person(author, settings),
        authors => work["author"] = authors.iter().map(|author| person(author, settings)).collect(),
    }
    if let Some(license) = &settings.license {
        work["license"] =
            json!(license.url.as_ref().map_or_else(|| license.name.clone(), |url| settings.absolute_url(url)));
    }
}

/// The `Person` of schema.org.
fn person(author: &Author, settings: &Settings) -> Value {
    let mut person = json!({ "@type": "Person", "name": author.name });
    if let Some(url) = &author.url {
        person["url"] = json!(settings.absolute_url(url));
    }
    if let Some(email) = &author.email {
        person["email"] = json!(email);
    }
    if let Some(profile) = author.profile() {
        person["sameAs"] = json!([profile]);
    }
    person
}
