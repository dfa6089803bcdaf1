//! Tags of raw HTML that are not closed, or close nothing. Browsers guess what was meant, and the rest of the page may be within an element that was to
//! end long before.

use std::collections::BTreeMap;
use std::ops::Range;

use super::html_run::HtmlRun;
use super::page::Page;
use crate::markup::{Element, Html};

/// Elements without an end tag (HTML §13.1.2), and those whose end tag may be left out.
const WITHOUT_END: [&str; 32] = [
    "area", "base", "br", "caption", "col", "colgroup", "dd", "dt", "embed", "hr", "img", "input", "li", "link",
    "meta", "optgroup", "option", "p", "param", "rp", "rt", "source", "tbody", "td", "tfoot", "th", "thead", "tr",
    "track", "wbr", "html", "body",
];

/// A kind of mistake: its message and its help.
type Mistake = (String, String);

/// Warns of tags that are not balanced in all raw HTML of a text: the first of each kind, with the number of the others. What is in a place of `foreign` is
/// left out.
pub(super) fn warn(run: &HtmlRun, foreign: &[Range<usize>], page: &mut Page) {
    let html = Html::parse(&run.html);
    // They have been reported, and what is within them may not be HTML.
    let holds_code = |element: &Element| matches!(element.name.as_str(), "script" | "style" | "iframe");
    if html.is_unfinished || html.elements.iter().any(holds_code) {
        return;
    }
    let mut first: BTreeMap<Mistake, (Range<usize>, usize)> = BTreeMap::new();
    let drawings = html.elements.iter().filter(|element| matches!(element.name.as_str(), "svg" | "math"));
    let drawings: Vec<_> = drawings.map(|drawing| drawing.start.start..drawing.end.end).collect();
    let open = html.elements.iter().filter(|element| is_open(element, &drawings, &run.html));
    let open = open.map(|element| (not_closed(element, &run.html), &element.start));
    let strays = html.strays.iter().map(|(name, span)| (closes_nothing(name), span));
    let in_file = open.chain(strays).map(|(mistake, span)| (mistake, run.place(span.clone())));
    for (mistake, span) in in_file.filter(|(_, span)| !foreign.iter().any(|place| place.contains(&span.start))) {
        first.entry(mistake).and_modify(|(_, more)| *more += 1).or_insert((span, 0));
    }
    for ((message, help), (span, more)) in first {
        let warning = page.warning(span, message).help(help);
        let label = if more == 0 { String::new() } else { format!("and {more} more in this file") };
        page.report.push(warning.label(label));
    }
}

/// Whether an element needs an end tag and has none. Within `drawings`, a slash ends an element.
fn is_open(element: &Element, drawings: &[Range<usize>], text: &str) -> bool {
    let needs_end = element.end.is_empty() && !WITHOUT_END.contains(&element.name.as_str());
    let is_empty = || {
        text[element.start.clone()].ends_with("/>")
            && drawings.iter().any(|drawing| drawing.contains(&element.start.start))
    };
    needs_end && !is_empty()
}

fn not_closed(element: &Element, text: &str) -> Mistake {
    // As written: `<String>`.
    let name_start = element.start.start + 1;
    let name = text.get(name_start..name_start + element.name.len()).unwrap_or(&element.name);
    if text[element.start.clone()].ends_with("/>") {
        let help = format!("write `</{name}>` after it, and no slash");
        return (format!("`<{name}/>` is not closed: in HTML, the slash means nothing"), help);
    }
    let help = format!(
        "write `</{name}>` where it ends; if it is meant to be read, write `\\<{name}>`, or put it between backticks"
    );
    (format!("`<{name}>` is not closed"), help)
}

fn closes_nothing(name: &str) -> Mistake {
    (format!("`</{name}>` closes nothing"), format!("remove it, or write `<{name}>` where the element begins"))
}
