//! What a code block shows: its own text, or a file or a region of one that it names with `from=code/queue.ts#lease`.

use pulldown_cmark::CowStr;

use super::files;
use super::page::{File, Page};
use super::regions::{Excerpt, Source};
use crate::diagnostic::{BOM, Diagnostic, utf8};
use crate::languages::Words;
use crate::span::Spanned;

/// The lines that a code block shows, and their caption.
pub(super) struct Listing<'a> {
    pub(super) code: CowStr<'a>,
    pub(super) file: Option<FileName<'a>>,
}

/// The name of a file in the caption.
pub(super) struct FileName<'a> {
    /// As the author wrote it.
    pub(super) name: &'a str,
    /// The route of the whole file. `None` if the block names a file that is not part of the content.
    pub(super) href: Option<String>,
    /// The first and the last line that the block shows, if it shows a region.
    pub(super) lines: Option<(usize, usize)>,
}

impl FileName<'_> {
    /// Which lines of the file are shown: `, lines 12–40`. Empty for all.
    pub(super) fn lines_in_words(&self, words: &Words) -> String {
        match self.lines {
            None => String::new(),
            Some((first, last)) if first == last => words.text.line.fill(&[("line", &first)]),
            Some((first, last)) => words.text.lines.fill(&[("first", &first), ("last", &last)]),
        }
    }

    /// The last part of the name after a dot, or the whole name if there is none: `Dockerfile`.
    pub(super) fn extension(&self) -> &str {
        let name = self.name.rsplit('/').next().unwrap_or_default();
        name.rsplit('.').next().unwrap_or_default()
    }
}

/// Reads what `from=PATH` or `from=PATH#REGION` names. `None` if there is no such thing, which is reported.
///
/// The whole file is published as it is in the content, with its markers: readers can compile it, and its lines have the numbers that a caption names.
pub(super) fn read<'a>(from: &Spanned<&'a str>, page: &mut Page) -> Option<Listing<'a>> {
    let (name, region) = match from.value.split_once('#') {
        Some((name, region)) => (name, Some(region)),
        None => (from.value, None),
    };
    let place = from.span.start..from.span.start + name.len();
    let File { path, bytes } = files::find(name, &place, page)?;
    let text = utf8(&path, bytes, page.report)?;
    if let Some(at) = text.find('\0') {
        let error = Diagnostic::error(path, at..at + 1, "not a text: it contains a zero byte");
        page.report.push(error);
        return None;
    }
    let start = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let source = Source::read(&path, text, start, page.report);
    let Excerpt { code, lines } = match region {
        Some(region) => excerpt(&source, &Spanned { value: region, span: place.end + 1..from.span.end }, page)?,
        None => source.whole(),
    };
    if code.trim().is_empty() {
        page.report.push(page.error(place, format!("`{path}` is empty")));
        return None;
    }
    let href = page.add_plain_text(&path, bytes);
    page.record(&href, place);
    let file = FileName { name, href: Some(page.href(&href).into_owned()), lines: region.map(|_| lines) };
    Some(Listing { code: code.into(), file: Some(file) })
}

fn excerpt(source: &Source, region: &Spanned<&str>, page: &mut Page) -> Option<Excerpt> {
    source.region(region.value, page.report).unwrap_or_else(|help| {
        let message = format!("`{}` has no region `{}`", source.path, region.value);
        page.report.push(page.error(region.span.clone(), message).help(help));
        None
    })
}
