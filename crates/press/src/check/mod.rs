//! Checks of the finished outputs.
//!
//! Each output is parsed once, over all cores. [`page`] takes its ids and references from the elements, [`security_policy`] the policy that the server
//! sends with it, [`blocked`] whatever that policy blocks, [`large`] files that take long to load. Then [`links`] checks every reference against the [`targets`],
//! and [`frame`] the search page.

mod blocked;
mod frame;
mod inspections;
mod large;
mod links;
mod page;
mod targets;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use rayon::prelude::*;

pub(crate) use self::inspections::{Inspection, Inspections};
use self::page::CheckedPage;
pub(crate) use self::targets::Later;
use self::targets::{Certainty, Drafts, Routes};
use crate::dependencies::number;
use crate::diagnostic::Report;
use crate::markup::{Element, Format};
use crate::output::{Document, Output, Outputs};
use crate::rendered_site::RenderedSite;
use crate::security_policy::{self, Hosts};
use crate::tree::SourceTree;
use crate::url::Target;

/// What was found in a document, and the document if it is HTML.
type Found = (Arc<Inspection>, Option<Arc<CheckedPage>>);

/// Checks the `outputs` of `tree`, of which all but the search index are there. What was found before in the same documents is taken over from `before`.
/// `later` is what the site has later, so that a link that is too early is not called wrong.
pub(crate) fn check(
    (context, tree): (RenderedSite, &SourceTree),
    (outputs, later): (&Outputs, Later),
    before: &Inspections,
    report: &mut Report,
) -> Inspections {
    let base_url = &context.site.settings.base_url;
    let is_document = |(_, output): &(&String, &Output)| matches!(output, Output::Document(_));
    let documents: HashSet<u64> = outputs.iter().filter(is_document).map(|(path, _)| number(path)).collect();
    let removed: HashSet<u64> = before.documents.difference(&documents).copied().collect();
    let none = Inspections::default();
    let drafts = Drafts::of(tree);
    let routes = Routes { base_url, outputs, later, inspections: &none, drafts: &drafts };
    let hosts = &context.site.settings.policy;
    let inspect = |path: &str, document: &Document| {
        let format = format(document)?;
        // What leads to this site depends on its URL, also in a copied file.
        let made_from = document.made_from().map(|made_from| number(&(made_from, base_url)));
        let known = before.by_path.get(path).filter(|known| known.holds(made_from, &removed));
        let known = known.map(|known| (Arc::clone(known), before.pages.get(path).map(Arc::clone)));
        Some(known.unwrap_or_else(|| Inspection::new(path, (document, format), made_from, (routes, hosts))))
    };
    let found: Vec<(&String, Found)> = outputs
        .par_iter()
        .filter_map(|(path, output)| match output {
            Output::Document(document) => Some((path, inspect(path, document)?)),
            Output::Redirect(_) => None,
        })
        .collect();
    let mut inspections = Inspections { documents, ..Inspections::default() };
    for (path, (inspection, page)) in found {
        inspections.by_path.insert(path.clone(), inspection);
        inspections.pages.extend(page.map(|page| (path.clone(), page)));
    }
    links::check(context, Routes { inspections: &inspections, ..routes }, report);
    frame::check(outputs, report);
    for (path, page) in inspections.pages() {
        page.report_duplicates(path, report);
    }
    for inspection in inspections.by_path.values() {
        for warning in &inspection.blocked {
            report.push(warning.clone());
        }
    }
    large::warn(outputs, report);
    inspections
}

impl Inspection {
    /// Inspects the document at `path`. `routes` has no pages yet.
    fn new(
        path: &str,
        (document, format): (&Document, Format),
        made_from: Option<u64>,
        (routes, hosts): (Routes, &Hosts),
    ) -> Found {
        let body = document.body();
        let body = String::from_utf8_lossy(&body);
        let elements = format.parse(&body);
        let text = document.text_in(&body);
        let mut inspection = Self {
            policy: (format != Format::Xml).then(|| policy(document, &elements, hosts)),
            text_start: text.start,
            blocked: blocked::check(document, &elements),
            made_from,
            leads_to: Vec::new(),
        };
        let page = (format == Format::Html).then(|| {
            let mut page = CheckedPage::new(path, (document, &text), &elements, routes.base_url);
            inspection.settle(path, document, &mut page, routes);
            Arc::new(page)
        });
        (Arc::new(inspection), page)
    }

    /// Leaves in `page` the references that have to be judged when all pages are known.
    fn settle(&mut self, path: &str, document: &Document, page: &mut CheckedPage, routes: Routes) {
        let mut is_unknown = |target: Target, page: &CheckedPage| match routes.certainty(path, target, page) {
            Certainty::Right => false,
            Certainty::RightWith(document) => {
                self.leads_to.push(number(&document));
                false
            }
            Certainty::Unknown => true,
        };
        let references = std::mem::take(&mut page.references);
        page.references =
            references.into_iter().filter(|target| is_unknown(routes.of_page(path, target), page)).collect();
        let links = document.links().iter().enumerate();
        page.links = links
            .filter(|(_, link)| is_unknown(routes.of_author(path, &link.target), page))
            .map(|(index, _)| index)
            .collect();
        self.leads_to.sort_unstable();
        self.leads_to.dedup();
    }
}

/// The format of a document that a browser renders. Press's own XML, the sitemap, names no style sheet.
fn format(document: &Document) -> Option<Format> {
    Format::of(&document.media_type).filter(|format| *format != Format::Xml || !document.is_pressed())
}

fn policy(document: &Document, elements: &[Element], hosts: &Hosts) -> String {
    if document.is_pressed() { security_policy::of_page(elements, hosts) } else { security_policy::of_file(elements) }
}
