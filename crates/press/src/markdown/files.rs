//! Files of the content that a fence names with `from=`: code, and the data of tables and charts. A path is relative to the folder of the text, as in a
//! link.

use std::ops::Range;

use maud::PreEscaped;

use super::page::{File, Page};
use crate::data::{Csv, Origin, Provenance};
use crate::diagnostic::nearest;
use crate::languages::Words;
use crate::markup::{attribute, text};
use crate::url::{join, relative};

/// Finds the file `path`, which a text names at `place`. Reports it if it is missing.
pub(super) fn find<'p>(path: &str, place: &Range<usize>, page: &mut Page<'p>) -> Option<File<'p>> {
    let folder = page.body.folder();
    let full = if path.starts_with('/') { None } else { join(folder, path) };
    if let Some((full, bytes)) = full.as_ref().and_then(|full| Some((full, page.file(full)?))) {
        return Some(File { path: full.clone(), bytes });
    }
    let relative_to = format!("a path is relative to the folder of the text, `{folder}`");
    let (message, help) = match full {
        None if path.starts_with('/') => (format!("`{path}` is not relative"), relative_to + ", and not to `static/`"),
        None => (format!("`{path}` is outside the content folder"), relative_to),
        Some(full) if page.paths().any(|path| path.strip_prefix(&full).is_some_and(|rest| rest.starts_with('/'))) => {
            (format!("`{full}` is a folder"), "name a file in it".to_owned())
        }
        Some(full) => {
            let near = nearest(&full, page.paths());
            let near = near.map(|near| format!("did you mean `{}`?", relative(folder, near)));
            (format!("there is no file `{full}`"), near.unwrap_or(relative_to))
        }
    };
    let error = page.error(place.clone(), message);
    page.report.push(error.help(help));
    None
}

/// A CSV file that a text shows, and where it is published.
pub(super) struct DataFile {
    pub(super) csv: Csv,
    href: String,
}

impl DataFile {
    /// Reads the CSV file `path`, which a text names at `place`. `None` if something is wrong with it, which is reported.
    pub(super) fn read(path: &str, place: &Range<usize>, page: &mut Page) -> Option<Self> {
        let File { path, bytes } = find(path, place, page)?;
        let csv = Csv::read(&path, bytes, page.report)?;
        // Whatever its extension, a reader sees data, and no browser runs it.
        let is_named_csv = path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("csv"));
        let route = if is_named_csv { page.add_asset(&path, bytes) } else { page.add_plain_text(&path, bytes) };
        page.record(&route, place.clone());
        Some(Self { csv, href: page.href(&route).into_owned() })
    }

    /// The line under a table or a chart, as HTML: where the data comes from, and a link to it.
    pub(super) fn source(&self, words: &Words) -> String {
        let file = format!("<a href=\"{}\">{}</a>", attribute(&self.href), text(self.name()));
        let line = match &self.csv.provenance {
            Some(Provenance { origin, text: how }) => {
                let origin = text(&in_words(*origin, how.trim_end_matches('.'), words));
                words
                    .text
                    .source
                    .markup(&[("origin", PreEscaped(origin)), ("file", PreEscaped(file))], &[])
                    .into_string()
            }
            None => file,
        };
        format!("<p class=\"source\">{line}</p>")
    }

    /// The same line as Markdown.
    pub(super) fn source_markdown(&self, words: &Words) -> String {
        let link = format!("[{}]({})", escaped(self.name()), self.href);
        match &self.csv.provenance {
            Some(Provenance { origin, text }) => {
                let origin = in_words(*origin, &escaped(text.trim_end_matches('.')), words);
                words.text.source.fill(&[("origin", &origin), ("file", &link)])
            }
            None => link,
        }
    }

    fn name(&self) -> &str {
        self.csv.path.rsplit('/').next().unwrap_or_default()
    }
}

/// Where data come from: `Measured: 2025, on a Pi 4`.
pub(super) fn in_words(origin: Origin, text: &str, words: &Words) -> String {
    let word = match origin {
        Origin::Computed => &words.text.computed,
        Origin::Measured => &words.text.measured,
        Origin::Assumed => &words.text.assumed,
    };
    word.fill(&[("text", &text)])
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
