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
        let Attribute { name, value, span, .. } = attribute;
        let reason = Reason::of(element, name, value, has_https_images)?;
        let span = if *span == element.start { span.clone() } else { span.start..span.start + name.len() };
        Some(Blockage { what: reason.what(&element.name, name), span, help: reason.help() })
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

const SHEET: &str = "put the rules into a `<style>` of this file: its policy allows it by hash";
const COPY: &str = "put a copy into content/static, and refer to that";

/// Why an attribute is blocked.
enum Reason {
    /// Style and code are allowed in elements, not in attributes.
    Style,
    Handler,
    /// The policy allows no source for the target.
    Script,
    Sheet,
    Frame,
    Hint,
    Base,
    /// The policy allows the target from this site only.
    OtherSite,
    Form,
}

impl Reason {
    fn of(element: &Element, attribute: &str, value: &str, has_https_images: bool) -> Option<Self> {
        let relation = || element.attribute("rel").unwrap_or_default().to_ascii_lowercase();
        let is_of = |relations: &[&str]| relation().split_ascii_whitespace().any(|found| relations.contains(&found));
        let is_other_image = || {
            let urls = urls_in(attribute, value).into_iter();
            urls.map(|url| &value[url]).any(|url| is_external(url) && !(has_https_images && url.starts_with("https:")))
        };
        match (element.name.as_str(), attribute) {
            (_, "style") => Some(Self::Style),
            (_, name) if is_blocked_attribute(name) => Some(Self::Handler),
            ("script", "src" | "href" | "xlink:href") => (!is_data_block(element)).then_some(Self::Script),
            ("link", "href") if is_of(&["stylesheet"]) => Some(Self::Sheet),
            ("link", "href") if is_of(&["manifest", "modulepreload", "prefetch", "preload"]) => Some(Self::Hint),
            ("iframe" | "frame" | "embed", "src") | ("object", "data") => Some(Self::Frame),
            ("base", "href") => Some(Self::Base),
            ("form", "action") | (_, "formaction") => is_external(value).then_some(Self::Form),
            ("audio" | "video" | "source" | "track", "src") => is_external(value).then_some(Self::OtherSite),
            ("link", "href") if !is_of(&["apple-touch-icon", "icon"]) => None,
            ("img" | "image" | "input" | "link", "src" | "href" | "xlink:href") | (_, "srcset" | "poster") => {
                is_other_image().then_some(Self::OtherSite)
            }
            _ => None,
        }
    }

    fn what(&self, element: &str, attribute: &str) -> String {
        match self {
            Self::Style | Self::Handler => format!("the attribute `{attribute}`"),
            Self::Sheet => "an external style sheet".to_owned(),
            Self::Script => "an external script".to_owned(),
            Self::OtherSite | Self::Form => format!("the URL of another site in `<{element} {attribute}>`"),
            Self::Frame | Self::Base | Self::Hint => format!("`<{element} {attribute}>`"),
        }
    }

    fn help(&self) -> &'static str {
        match self {
            Self::Style => "give the element a class, and style that in a `<style>` of this file",
            Self::Handler => "add the listener in a `<script>` of this file: its policy allows it by hash",
            Self::Script => "put the script into a `<script>` of this file: its policy allows it by hash",
            Self::Sheet => SHEET,
            Self::Frame => "link to it",
            Self::Hint => "remove it: the policy lets the page load nothing of the kind",
            Self::Base => "write paths from the root of the site: `/blog/…`",
            Self::OtherSite => COPY,
            Self::Form => "link to the form of the other site",
        }
    }
}
