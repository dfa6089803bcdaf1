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

/// The security policies of the outputs, by path. An output without one may load nothing.
pub(crate) type Policies<'a> = BTreeMap<&'a str, String>;

/// Checks the complete `outputs`, and returns their security policies.
pub(crate) fn check<'a>(context: RenderedSite, outputs: &'a Outputs, report: &mut Report) -> Policies<'a> {
    let base_url = context.site.settings.base_url.as_str();
    let inspected: Vec<(&str, Inspected)> = outputs
        .par_iter()
        .filter_map(|(path, output)| match output {
            Output::Document(document) => Some((path.as_str(), Inspected::new(path, document, base_url)?)),
            Output::Redirect(_) => None,
        })
        .collect();
    let (mut pages, mut policies, mut blocked) = (BTreeMap::new(), Policies::new(), Vec::new());
    for (path, inspected) in inspected {
        pages.extend(inspected.page.map(|page| (path, page)));
        policies.extend(inspected.policy.map(|policy| (path, policy)));
        blocked.extend(inspected.blocked);
    }
    links::check(context, Routes { base_url, outputs, pages: &pages }, report);
    for (path, page) in &pages {
        page.report_duplicates(path, report);
    }
    for warning in blocked {
        report.push(warning);
    }
    policies
}

/// The findings in one output. Its elements are dropped at once, so that memory does not grow with the site.
struct Inspected {
    page: Option<CheckedPage>,
    policy: Option<String>,
    blocked: Vec<Diagnostic>,
}

impl Inspected {
    /// `None` if a browser does not render the document.
    fn new(path: &str, document: &Document, base_url: &str) -> Option<Self> {
        // Press's own XML, the sitemap, names no style sheet.
        let format =
            Format::of(&document.media_type).filter(|format| *format != Format::Xml || !document.is_pressed())?;
        let text = String::from_utf8_lossy(&document.body);
        let elements = format.parse(&text);
        Some(Self {
            page: (format == Format::Html).then(|| CheckedPage::new(path, document, &elements, base_url)),
            policy: (format != Format::Xml).then(|| policy(document, &elements)),
            blocked: blocked::check(document, &elements),
        })
    }
}

fn policy(document: &Document, elements: &[Element]) -> String {
    if document.is_pressed() { security_policy::of_page(elements) } else { security_policy::of_file(elements) }
}
