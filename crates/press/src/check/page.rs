//! One HTML output: its ids and its references.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::assets::STATIC;
use crate::diagnostic::{Diagnostic, Report};
use crate::markup::Element;
use crate::output::Document;
use crate::url::{BaseUrl, Target, decoded, references_in};

/// The ids and the references of a page.
#[derive(Debug, Default)]
pub(super) struct CheckedPage {
    /// The file that the page was made from.
    source: Option<String>,
    pub(super) ids: BTreeSet<String>,
    /// The ids that occur more than once.
    duplicates: BTreeSet<String>,
    /// The values of `<a name>`: targets of fragments, but not ids.
    names: BTreeSet<String>,
    /// The references within the site, without character references. Those of the rendered text are left out: [`Rendered`] lists them, with spans.
    ///
    /// [`Rendered`]: crate::markdown::Rendered
    pub(super) references: BTreeSet<String>,
    /// The indices of the links of its Markdown that are not certainly right.
    pub(super) links: Vec<usize>,
}

impl CheckedPage {
    /// The page at `path`, of which `elements` were parsed, and `text` is the part of its Markdown.
    pub(super) fn new(
        path: &str,
        (document, text): (&Document, &Range<usize>),
        elements: &[Element],
        base_url: &BaseUrl,
    ) -> Self {
        let mut page = Self { source: document.source.clone(), ..Self::default() };
        for element in elements {
            let is_of_text = text.contains(&element.start.start);
            for attribute in &element.attributes {
                match (element.name.as_str(), attribute.name.as_str()) {
                    (_, "id") => page.add_id(&attribute.value),
                    ("a", "name") => drop(page.names.insert(attribute.value.clone())),
                    _ if is_of_text => {}
                    (element, name) => {
                        page.references
                            .extend(references(element, name, &attribute.value).into_iter().map(str::to_owned));
                    }
                }
            }
        }
        page.references.retain(|target| base_url.resolve(path, target) != Target::External);
        page
    }

    /// The file of `static/` that the page is.
    pub(super) fn copied(&self) -> Option<&str> {
        self.source.as_deref().filter(|source| source.starts_with(STATIC))
    }

    fn add_id(&mut self, id: &str) {
        if !self.ids.insert(id.to_owned()) {
            self.duplicates.insert(id.to_owned());
        }
    }

    /// Whether a fragment has a target on the page.
    pub(super) fn has_target(&self, fragment: &str) -> bool {
        let fragment = without_text_directive(fragment);
        let id = decoded(fragment);
        let has = |id: &str| self.ids.contains(id) || self.names.contains(id);
        // The empty fragment and `top` are the top of every page (HTML §7.4.6.4).
        fragment.is_empty() || id.eq_ignore_ascii_case("top") || has(fragment) || has(&id)
    }

    pub(super) fn report_duplicates(&self, path: &str, report: &mut Report) {
        for id in &self.duplicates {
            let source = self.source.as_deref().unwrap_or_default();
            let error = Diagnostic::error(source, None, format!("the id {id:?} occurs twice on {path}"));
            report.push(error.help("an id is unique in its page: give one of the elements another"));
        }
    }
}

/// A fragment without what is no part of the id: the text to scroll to (`#:~:text=…`).
pub(super) fn without_text_directive(fragment: &str) -> &str {
    fragment.split(":~:").next().unwrap_or_default()
}

fn references<'v>(element: &str, attribute: &str, value: &'v str) -> Vec<&'v str> {
    match (element, attribute) {
        // Open Graph's URLs are absolute. A value with a space is a text that begins with a URL.
        ("meta", "content") if value.starts_with("http") && !value.contains(' ') => vec![value],
        _ => references_in(attribute, value),
    }
}
