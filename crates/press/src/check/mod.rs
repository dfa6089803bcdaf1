//! Checks of the finished outputs.
//!
//! Each output is parsed once, over all cores. [`page`] takes its ids and references from the elements, [`security_policy`] the policy that the server
//! sends with it, [`blocked`] whatever that policy blocks. Then [`links`] checks every reference against the [`targets`].

mod blocked;
mod links;
mod page;
mod targets;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use rayon::prelude::*;

use self::page::CheckedPage;
use self::targets::Routes;
use crate::diagnostic::{Diagnostic, Report};
use crate::markup::{Element, Format};
use crate::output::{Document, Output, Outputs};
use crate::rendered_site::RenderedSite;
use crate::security_policy;

/// What later steps need to know of the documents that a browser renders, by path.
pub(crate) type Inspections = BTreeMap<String, Inspection>;

/// What later steps need to know of a document that a browser renders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inspection {
    /// Its security policy; `None` if it may load nothing.
    pub(crate) policy: Option<String>,
    /// Where the text that was rendered from Markdown begins in its body.
    pub(crate) text_start: usize,
}

/// Checks the `outputs`, of which all but the search index are there.
pub(crate) fn check(context: RenderedSite, outputs: &Outputs, report: &mut Report) -> Inspections {
    let base_url = context.site.settings.base_url.as_str();
    let none = BTreeMap::new();
    let routes = Routes { base_url, outputs, pages: &none };
    let inspected: Vec<(&str, Inspected)> = outputs
        .par_iter()
        .filter_map(|(path, output)| match output {
            Output::Document(document) => Some((path.as_str(), Inspected::new(path, document, routes)?)),
            Output::Redirect(_) => None,
        })
        .collect();
    let (mut pages, mut inspections, mut blocked) = (BTreeMap::new(), Inspections::new(), Vec::new());
    for (path, inspected) in inspected {
        pages.extend(inspected.page.map(|page| (path, page)));
        inspections.insert(path.to_owned(), inspected.inspection);
        blocked.extend(inspected.blocked);
    }
    links::check(context, Routes { base_url, outputs, pages: &pages }, report);
    for (path, page) in &pages {
        page.report_duplicates(path, report);
    }
    for warning in blocked {
        report.push(warning);
    }
    inspections
}

/// The findings in one output. Its body and elements are dropped at once, so that memory does not grow with the site.
struct Inspected {
    page: Option<CheckedPage>,
    inspection: Inspection,
    blocked: Vec<Diagnostic>,
}

impl Inspected {
    /// `None` if a browser does not render the document. `routes` has no pages yet.
    fn new(path: &str, document: &Document, routes: Routes) -> Option<Self> {
        // Press's own XML, the sitemap, names no style sheet.
        let format =
            Format::of(&document.media_type).filter(|format| *format != Format::Xml || !document.is_pressed())?;
        let body = document.body();
        let body = String::from_utf8_lossy(&body);
        let elements = format.parse(&body);
        let text = document.text_in(&body);
        let policy = (format != Format::Xml).then(|| policy(document, &elements));
        let page = (format == Format::Html).then(|| {
            let mut page = CheckedPage::new(path, (document, &text), &elements, routes.base_url);
            // Most lead to a route. The others wait for the ids of all pages.
            page.references.retain(|target| target.contains('#') || routes.judge(path, target).is_some());
            page
        });
        Some(Self {
            inspection: Inspection { policy, text_start: text.start },
            page,
            blocked: blocked::check(document, &elements),
        })
    }
}

fn policy(document: &Document, elements: &[Element]) -> String {
    if document.is_pressed() { security_policy::of_page(elements) } else { security_policy::of_file(elements) }
}
