//! The files of the new site.

use std::fmt::Write as _;

use graven_press::source::BaseUrl;

use crate::plan::Plan;
use crate::settings::Settings;
use crate::text::{Kind, Text};
use crate::value::{toml_inline, toml_key, toml_string, toml_strings};

/// The file of a text.
pub(crate) fn text(text: &Text) -> String {
    let mut head = String::from("+++\n");
    // Writing to a string cannot fail.
    let mut line = |key: &str, value: String| {
        let _ = writeln!(head, "{key} = {value}");
    };
    line("title", toml_string(&text.title));
    if let Some(description) = description(text) {
        line("description", toml_string(&description));
    }
    if let Some(date) = text.head.date.as_ref().filter(|_| text.kind == Kind::Post) {
        line("date", date.to_string());
    }
    if text.head.is_circa && text.kind == Kind::Post {
        line("circa", "true".to_owned());
    }
    let date = text.head.date.as_ref().map(|date| date.day).filter(|_| text.kind == Kind::Post);
    if let Some(updated) = text.head.updated.as_ref().filter(|updated| date.is_none_or(|date| updated.day > date)) {
        line("updated", updated.to_string());
    }
    if is_like_dated(&text.slug) {
        line("slug", toml_string(&text.slug));
    }
    let list = |names: &[String]| toml_strings(names.iter().map(String::as_str));
    if text.kind == Kind::Post {
        for (key, names) in [("topics", &text.topics), ("tags", &text.tags), ("authors", &text.head.authors)] {
            if !names.is_empty() {
                line(key, list(names));
            }
        }
        for (key, value) in [("series", &text.head.series), ("image", &text.head.image)] {
            if let Some(value) = value {
                line(key, toml_string(value));
            }
        }
    }
    if !text.aliases.is_empty() {
        line("aliases", list(&text.aliases));
    }
    if let Some(reason) = text.draft.first() {
        line("draft", draft(reason, text.draft.len() > 1));
    }
    extra(text, &mut head);
    head.push_str("+++\n\n");
    let body = text.body.text.trim_start_matches('\n');
    format!("{head}{}\n", body.trim_end())
}

/// The value of `draft`, with a comment that says why.
fn draft(reason: &str, has_more: bool) -> String {
    let more = if has_more { ", and more in IMPORT.txt" } else { "" };
    format!("true  # {}{more}", reason.replace('\n', " "))
}

/// A slug that begins as a date, which Graven does not take for a part of the name.
fn is_like_dated(slug: &str) -> bool {
    crate::date::at_start_of(slug).is_some()
}

fn extra(text: &Text, head: &mut String) {
    let mut lines: Vec<(String, String)> = Vec::new();
    for (key, value) in &text.head.extra.0 {
        let written = toml_inline(value).map(|value| (toml_key(key), value));
        if let Some(line) = written.filter(|(key, _)| lines.iter().all(|(other, _)| other != key)) {
            lines.push(line);
        }
    }
    if !lines.is_empty() {
        head.push_str("\n[extra]\n");
        for (key, value) in lines {
            let _ = writeln!(head, "{key} = {value}");
        }
    }
}

/// The description of the front matter. Without one, Graven takes the first paragraph, and does not show it twice.
fn description(text: &Text) -> Option<String> {
    let written = text.head.description.as_deref()?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!written.is_empty()).then_some(written)
}

/// `site.toml`.
pub(crate) fn site(settings: &Settings, plan: &Plan, has_about: bool) -> String {
    let origin = settings.base_url.as_ref().map(BaseUrl::origin);
    let host = origin.and_then(|url| url.split_once("://")).map(|(_, host)| host.to_owned());
    let title = settings.title.clone().or(host).unwrap_or_else(|| "My notes".to_owned());
    let description = settings.description.clone().unwrap_or_else(|| title.clone());
    let one_line = |text: &str| toml_string(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let mut file = format!("title = {}\ndescription = {}\n", one_line(&title), one_line(&description));
    let base_url = settings.base_url.as_ref().map(ToString::to_string);
    for (key, value) in [("base_url", &base_url), ("language", &settings.language)] {
        if let Some(value) = value {
            let _ = writeln!(file, "{key} = {}", toml_string(value));
        }
    }
    if let Some(zone) = &settings.time_zone {
        let _ = writeln!(file, "time_zone = {}", toml_string(zone));
    }
    if let Some(author) = &settings.author {
        let _ = write!(file, "\n[author]\nname = {}\n", one_line(author));
        if let Some(email) = &settings.email {
            let _ = writeln!(file, "email = {}", toml_string(email));
        }
        if has_about {
            file.push_str("url = \"/about\"\n");
        }
    }
    if !plan.redirects.is_empty() {
        file.push_str("\n# Lists and feeds of the earlier site.\n[redirects]\n");
        for (from, to) in &plan.redirects {
            let _ = writeln!(file, "{} = {}", toml_string(from), toml_string(to));
        }
    }
    file
}

/// `topics.toml`. `None` without topics.
pub(crate) fn topics(plan: &Plan) -> Option<String> {
    let topic = |topic: &crate::plan::Topic| {
        let [slug, title, blurb] = [&topic.slug, &topic.title, &topic.blurb].map(|text| toml_string(text));
        format!("[[topic]]\nslug = {slug}\ntitle = {title}\nblurb = {blurb}\n")
    };
    let topics: Vec<_> = plan.topics.iter().map(topic).collect();
    (!topics.is_empty()).then(|| topics.join("\n"))
}
