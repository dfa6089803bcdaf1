//! Files of the content that a fence names with `from=`: code, and the data of tables and charts. A path is relative to the folder of the text, as in a
//! link.

use std::ops::Range;

use super::page::{File, Page};
use crate::data::{Csv, Provenance};
use crate::diagnostic::nearest;
use crate::markup::{push_attribute, push_text};
use crate::url::{join, relative};

/// Finds the file `path`, which a text names at `place`. Reports it if it is missing.
pub(super) fn find<'p>(path: &str, place: &Range<usize>, page: &mut Page<'p>) -> Option<File<'p>> {
    let (tree, folder) = (page.context.tree, page.body.folder());
    let Some(full) = join(folder, path).filter(|_| !path.starts_with('/')) else {
        let error = page.error(place.clone(), format!("`{path}` is outside the content folder"));
        page.report.push(error.help(format!("a path is relative to the folder of the text, `{folder}`")));
        return None;
    };
    let bytes = tree.get(&full);
    if bytes.is_none() {
        let error = page.error(place.clone(), format!("there is no file `{full}`"));
        page.report.push(match nearest(&full, tree.below("").map(|(path, _)| path)) {
            Some(near) => error.help(format!("did you mean `{}`?", relative(folder, near))),
            None => error.help(format!("a path is relative to the folder of the text, `{folder}`")),
        });
    }
    bytes.map(|bytes| File { path: full, bytes })
}

/// A CSV file that a text shows, and where it is published.
pub(super) struct DataFile {
    pub(super) csv: Csv,
    route: String,
}

impl DataFile {
    /// Reads the CSV file `path`, which a text names at `place`. `None` if something is wrong with it, which is reported.
    pub(super) fn read(path: &str, place: &Range<usize>, page: &mut Page) -> Option<Self> {
        let File { path, bytes } = find(path, place, page)?;
        let csv = Csv::read(&path, bytes, page.report)?;
        let route = page.add_asset(&path, bytes);
        page.record(&route, place.clone());
        Some(Self { csv, route })
    }

    /// The line under a table or a chart, as HTML: where the data comes from, and a link to it.
    pub(super) fn source(&self) -> String {
        let mut html = String::from("<p class=\"source\">");
        if let Some(Provenance { origin, text }) = &self.csv.provenance {
            push_text(&mut html, &format!("{}: {}. ", origin.title(), text.trim_end_matches('.')));
        }
        html.push_str("<a href=\"");
        push_attribute(&mut html, &self.route);
        html.push_str("\">");
        push_text(&mut html, self.name());
        html + "</a></p>"
    }

    /// The same line as Markdown.
    pub(super) fn source_markdown(&self) -> String {
        let provenance = self.csv.provenance.as_ref();
        let provenance = provenance.map(|Provenance { origin, text }| {
            format!("{}: {}. ", origin.title(), escaped(text.trim_end_matches('.')))
        });
        format!("{}[{}]({})", provenance.unwrap_or_default(), escaped(self.name()), self.route)
    }

    fn name(&self) -> &str {
        self.csv.path.rsplit('/').next().unwrap_or_default()
    }
}

/// Plain text as Markdown.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if "\\`*_[]<>&|$~#".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
