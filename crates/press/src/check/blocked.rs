//! What the security policy of a copied file blocks in it. A browser reports that in its console only, where no author looks. Markdown is not checked
//! here: rendering reports the same as an error, and the views contain nothing of the kind.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::markup::{Attribute, Element};
use crate::output::Document;
use crate::security_policy::{allows_https_images, is_blocked_attribute, is_data_block};
use crate::url::{is_external, urls_in};

/// Warnings about a file of the source tree. One cause gives one warning, at its first occurrence: a drawing program writes hundreds.
pub(super) fn check(document: &Document, elements: &[Element]) -> Vec<Diagnostic> {
    let Some(path) = document.source.as_deref().filter(|_| !document.is_pressed()) else { return Vec::new() };
    let has_https_images = allows_https_images(elements);
    let mut by_cause: BTreeMap<String, (Blockage, usize)> = BTreeMap::new();
    for found in elements.iter().flat_map(|element| blockages_of(element, has_https_images)) {
        by_cause.entry(found.what.clone()).and_modify(|(_, more)| *more += 1).or_insert((found, 0));
    }
    let warning = |(what, (found, more)): (String, (Blockage, usize))| {
        let label = if more == 0 { String::new() } else { format!("and {more} more in this file") };
        let message = format!("{what} is blocked by the security policy of this file");
        Diagnostic::warning(path, found.span, message).label(label).help(found.help)
    };
    by_cause.into_iter().map(warning).collect()
}

/// One thing that is blocked.
struct Blockage {
    what: String,
    span: Range<usize>,
    help: &'static str,
}

fn blockages_of(element: &Element, has_https_images: bool) -> Vec<Blockage> {
    let in_text =
        blocked_text(element).map(|(what, help)| Blockage { what: what.to_owned(), span: element.start.clone(), help });
    let of_attribute = |attribute: &Attribute| {
        let (what, help) = blocked_attribute(element, attribute, has_https_images)?;
        let Attribute { name, span, .. } = attribute;
        // The name alone, unless the attribute was not found in the tag.
        let span = if *span == element.start { span.clone() } else { span.start..span.start + name.len() };
        Some(Blockage { what, span, help })
    };
    in_text.into_iter().chain(element.attributes.iter().filter_map(of_attribute)).collect()
}

/// What a processing instruction or a style sheet loads, and the help.
fn blocked_text(element: &Element) -> Option<(&'static str, &'static str)> {
    let text = element.text.to_ascii_lowercase();
    let urls = || text.split("url(").skip(1).map(|rest| rest.trim_start_matches([' ', '"', '\'']));
    match element.name.as_str() {
        "?xml-stylesheet" => Some(("`<?xml-stylesheet?>`", SHEET)),
        "style" if text.contains("@import") => Some(("`@import` in a style sheet", SHEET)),
        "style" if urls().any(is_external) => Some(("`url()` of another site in a style sheet", COPY)),
        _ => None,
    }
}

/// What an attribute does that the policy does not allow, and the help.
fn blocked_attribute(
    element: &Element,
    Attribute { name, value, .. }: &Attribute,
    has_https_images: bool,
) -> Option<(String, &'static str)> {
    let is_other_image = || {
        let mut urls = urls_in(name, value).into_iter().map(|url| &value[url]);
        urls.any(|url| is_external(url) && !(has_https_images && url.starts_with("https:")))
    };
    let attribute = || format!("the attribute `{name}`");
    let place = || format!("`<{} {name}>`", element.name);
    let other_site = |help| Some((format!("the URL of another site in {}", place()), help));
    match (element.name.as_str(), name.as_str()) {
        (_, "style") => Some((attribute(), "give the element a class, and style that in a `<style>` of this file")),
        (_, name) if is_blocked_attribute(name) => Some((attribute(), LISTENER)),
        ("script", "src" | "href" | "xlink:href") if !is_data_block(element) => {
            Some(("an external script".to_owned(), SCRIPT))
        }
        ("link", "href") if is_related(element, &["stylesheet"]) => Some(("an external style sheet".to_owned(), SHEET)),
        ("link", "href") if is_related(element, &["modulepreload", "prefetch", "preload"]) => {
            Some((place(), "remove it: the policy lets the page load nothing of the kind"))
        }
        ("link", "href") if is_related(element, &["manifest"]) && is_external(value) => other_site(COPY),
        ("iframe" | "frame" | "embed", "src") | ("object", "data") => Some((place(), "link to it")),
        ("base", "href") => Some((place(), "write paths from the root of the site: `/blog/…`")),
        ("form", "action") | (_, "formaction") if is_external(value) => {
            other_site("link to the form of the other site")
        }
        ("audio" | "video" | "source" | "track", "src") if is_external(value) => other_site(COPY),
        ("link", "href") if !is_related(element, &["apple-touch-icon", "icon"]) => None,
        ("img" | "image" | "input" | "link", "src" | "href" | "xlink:href") | (_, "srcset" | "poster")
            if is_other_image() =>
        {
            other_site(COPY)
        }
        _ => None,
    }
}

/// Whether a `<link>` has one of these relations.
fn is_related(link: &Element, relations: &[&str]) -> bool {
    let relation = link.attribute("rel").unwrap_or_default().to_ascii_lowercase();
    relation.split_ascii_whitespace().any(|found| relations.contains(&found))
}

const LISTENER: &str = "add the listener in a `<script>` of this file: its policy allows it by hash";
const SCRIPT: &str = "put the script into a `<script>` of this file: its policy allows it by hash";
const SHEET: &str = "put the rules into a `<style>` of this file: its policy allows it by hash";
const COPY: &str = "put a copy into static/, and refer to that";
