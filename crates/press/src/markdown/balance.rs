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

/// Warns of tags that are not balanced in all raw HTML of a text: the first of each kind, with the number of the others.
pub(super) fn warn(run: &HtmlRun, page: &mut Page) {
    let html = Html::parse(&run.html);
    // They have been reported, and what is within them may not be HTML.
    let holds_code = |element: &Element| matches!(element.name.as_str(), "script" | "style" | "iframe");
    if html.is_unfinished || html.elements.iter().any(holds_code) {
        return;
    }
    let mut first: BTreeMap<Mistake, (Range<usize>, usize)> = BTreeMap::new();
    let open = html.elements.iter().filter(|element| is_open(element, &html, &run.html));
    let open = open.map(|element| (not_closed(element, &run.html), &element.start));
    let strays = html.strays.iter().map(|(name, span)| (closes_nothing(name), span));
    for (mistake, span) in open.chain(strays) {
        first.entry(mistake).and_modify(|(_, more)| *more += 1).or_insert((span.clone(), 0));
    }
    for ((message, help), (span, more)) in first {
        let warning = page.warning(run.place(span), message).help(help);
        let label = if more == 0 { String::new() } else { format!("and {more} more in this file") };
        page.report.push(warning.label(label));
    }
}

/// Whether an element needs an end tag and has none.
fn is_open(element: &Element, html: &Html, text: &str) -> bool {
    let is_foreign = |other: &Element| {
        matches!(other.name.as_str(), "svg" | "math")
            && (other.start.start..other.end.end).contains(&element.start.start)
    };
    let needs_end = element.end.is_empty() && !WITHOUT_END.contains(&element.name.as_str());
    let is_empty = || text[element.start.clone()].ends_with("/>") && html.elements.iter().any(is_foreign);
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
