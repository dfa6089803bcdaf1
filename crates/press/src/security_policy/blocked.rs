//! What a file of the site holds and its own policy blocks. A browser says so in its console, where no author looks; here it is a warning at its
//! place, with what to do. Texts are not looked at: in them the same is an error, and the views hold nothing of it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::elements::Element;
use super::{Format, allows_https_images, is_blocked_attribute, is_data_block};
use crate::diagnostic::{Diagnostic, Report};
use crate::links::reference::{Holds, is_external};
use crate::output::{Document, Output, Outputs};

/// Warns of what the policies of the files of the source tree block.
pub fn check(outputs: &Outputs, report: &mut Report) {
    for output in outputs.values() {
        let Output::Document(document) = output else { continue };
        if let (Some(path), Some(format), false) = (&document.source, Format::of(document), document.is_pressed()) {
            check_file(path, document, format, report);
        }
    }
}

/// Faults of one cause are one warning, at the first of them: a drawing program writes hundreds.
fn check_file(path: &str, document: &Document, format: Format, report: &mut Report) {
    let file = String::from_utf8_lossy(&document.body);
    let elements = format.elements(&file);
    let has_https_images = allows_https_images(&elements);
    let faults = elements.iter().flat_map(|element| faults_of(element, has_https_images));
    let mut by_cause: BTreeMap<String, (Fault, usize)> = BTreeMap::new();
    for fault in faults {
        by_cause.entry(fault.what.clone()).and_modify(|(_, more)| *more += 1).or_insert((fault, 0));
    }
    for (what, (fault, more)) in by_cause {
        let span = fault.attribute.map_or(fault.tag.clone(), |attribute| place_of(&file, &fault.tag, &attribute));
        let label = if more == 0 { String::new() } else { format!("and {more} more in this file") };
        let message = format!("{what} is blocked by the security policy of this file");
        report.push(Diagnostic::warning(path, span, message).label(label).help(fault.cure));
    }
}

/// One thing that is blocked.
struct Fault {
    what: String,
    tag: Range<usize>,
    /// The attribute that is at fault; all of the tag where it is none.
    attribute: Option<String>,
    cure: &'static str,
}

fn faults_of(element: &Element, has_https_images: bool) -> Vec<Fault> {
    let fault = |what: String, attribute: Option<&str>, cure| Fault {
        what,
        tag: element.span.clone(),
        attribute: attribute.map(str::to_owned),
        cure,
    };
    let in_text = fault_of_text(element).map(|(what, cure)| fault(what.to_owned(), None, cure));
    let of_attribute = |(name, value): &(String, String)| {
        let blocked = Blocked::of(element, name, value, has_https_images)?;
        Some(fault(blocked.what(&element.name, name), Some(name), blocked.cure()))
    };
    in_text.into_iter().chain(element.attributes.iter().filter_map(of_attribute)).collect()
}

/// What an instruction or the text of a style sheet loads.
fn fault_of_text(element: &Element) -> Option<(&'static str, &'static str)> {
    let text = element.text.to_ascii_lowercase();
    let urls = || text.split("url(").skip(1).map(|rest| rest.trim_start_matches([' ', '"', '\'']));
    match element.name.as_str() {
        "?xml-stylesheet" => Some(("`<?xml-stylesheet?>`", SHEET)),
        "style" if text.contains("@import") => Some(("`@import` in a style sheet", SHEET)),
        "style" if urls().any(is_external) => Some(("`url()` of another site in a style sheet", COPY)),
        _ => None,
    }
}

const SHEET: &str = "put the rules into a `<style>` of this file, which its policy allows by their hash";
const COPY: &str = "put a copy of it into content/static, and refer to that";

/// Why an attribute does nothing.
enum Blocked {
    /// It is code or style, which a policy allows in an element of their own.
    Style,
    Handler,
    /// What it loads is allowed from nowhere.
    Script,
    Sheet,
    Frame,
    Hint,
    Base,
    /// What it refers to is allowed from this site alone.
    OtherSite,
    Form,
}

impl Blocked {
    fn of(element: &Element, attribute: &str, value: &str, has_https_images: bool) -> Option<Self> {
        let relation = || element.attribute("rel").unwrap_or_default().to_ascii_lowercase();
        let is_of = |relations: &[&str]| relation().split_ascii_whitespace().any(|found| relations.contains(&found));
        let is_other_image = || {
            let urls = Holds::of(attribute.as_bytes()).into_iter().flat_map(|holds| holds.urls(value));
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
            Self::Sheet => "a style sheet in a file of its own".to_owned(),
            Self::Script => "a script in a file of its own".to_owned(),
            Self::OtherSite | Self::Form => format!("the address of another site in `<{element} {attribute}>`"),
            Self::Frame | Self::Base | Self::Hint => format!("`<{element} {attribute}>`"),
        }
    }

    fn cure(&self) -> &'static str {
        match self {
            Self::Style => "give the element a class, and style it in a `<style>` of this file",
            Self::Handler => "add the listener in a `<script>` of this file, which its policy allows by its hash",
            Self::Script => "put the script into a `<script>` of this file, which its policy allows by its hash",
            Self::Sheet => SHEET,
            Self::Frame => "link to it",
            Self::Hint => "remove it: the page loads nothing that it could announce",
            Self::Base => "write addresses from the root of the site: `/blog/…`",
            Self::OtherSite => COPY,
            Self::Form => "link to the form of the other site",
        }
    }
}

/// Where in a start tag an attribute is written; all of the tag where it is not found.
fn place_of(file: &str, tag: &Range<usize>, attribute: &str) -> Range<usize> {
    let source = file.get(tag.clone()).unwrap_or_default().to_ascii_lowercase();
    let is_name = |at: &usize| {
        source[..*at].ends_with(|before: char| before.is_ascii_whitespace() || "\"'/".contains(before))
            && !source[at + attribute.len()..]
                .starts_with(|after: char| after.is_alphanumeric() || "-:_".contains(after))
    };
    let found = source.match_indices(&attribute.to_ascii_lowercase()).map(|(at, _)| at).find(is_name);
    found.map_or(tag.clone(), |at| tag.start + at..tag.start + at + attribute.len())
}
