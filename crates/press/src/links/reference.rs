//! References as HTML writes them: where they stand in a page, and where on the site each leads. The link check judges them; the feeds make them
//! absolute.

use std::borrow::Cow;
use std::convert::Infallible;
use std::ops::Range;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// Calls `visit` for each event of the tokenised `html`, with its place. `html` has no carriage returns, or the places are not exact.
pub(crate) fn walk(html: &str, mut visit: impl FnMut(CallbackEvent<'_>, Range<usize>)) {
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| -> Option<Infallible> {
        visit(event, span.start..span.end);
        None
    });
    emitter.naively_switch_states(true);
    let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
}

/// How an attribute refers to other resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    /// One URL.
    Url,
    /// Image candidates: URLs with their descriptors, between commas.
    Candidates,
}

impl Holds {
    /// What the attribute of this name holds, if it is one that refers.
    pub(crate) fn of(attribute: &[u8]) -> Option<Self> {
        match attribute {
            b"href" | b"src" | b"poster" | b"action" | b"formaction" | b"cite" | b"data" | b"xlink:href" => {
                Some(Self::Url)
            }
            b"srcset" | b"imagesrcset" => Some(Self::Candidates),
            _ => None,
        }
    }

    /// Where in `value` the URLs stand.
    pub(crate) fn urls(self, value: &str) -> Vec<Range<usize>> {
        match self {
            Self::Url => std::iter::once(0..value.len()).collect(),
            Self::Candidates => candidates(value),
        }
    }
}

/// Where the URLs of a `srcset` stand in it, as the HTML standard parses one (§4.8.4.2, "parsing a srcset attribute").
fn candidates(value: &str) -> Vec<Range<usize>> {
    let mut urls = Vec::new();
    let mut at = 0;
    loop {
        at += length_while(&value[at..], |byte| byte.is_ascii_whitespace() || byte == b',');
        let length = length_while(&value[at..], |byte| !byte.is_ascii_whitespace());
        if length == 0 {
            return urls;
        }
        let url = value[at..at + length].trim_end_matches(',');
        urls.push(at..at + url.len());
        at += length;
        if url.len() == length {
            at += descriptors(&value[at..]);
        }
    }
}

/// The length of a candidate's descriptors: up to the comma that ends it, which is not one in parentheses.
fn descriptors(rest: &str) -> usize {
    let mut depth = 0usize;
    length_while(rest, |byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        byte != b',' || depth > 0
    })
}

fn length_while(text: &str, mut holds: impl FnMut(u8) -> bool) -> usize {
    text.bytes().position(|byte| !holds(byte)).unwrap_or(text.len())
}

/// Where a reference leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    /// A path of this site, with query and fragment as they were written.
    Internal(String),
    /// Another site, a mail address, data that the URL holds itself.
    External,
    /// A script in place of an address.
    Script,
}

/// Resolves `reference` on the page at `page`, a path of this site (RFC 3986 §5.2).
pub(crate) fn resolve(page: &str, reference: &str) -> Destination {
    let reference = strip(reference);
    if let Some(scheme) = scheme(&reference) {
        return if scheme.eq_ignore_ascii_case("javascript") { Destination::Script } else { Destination::External };
    }
    if reference.starts_with("//") {
        return Destination::External;
    }
    let (path, rest) = reference.split_at(reference.find(['?', '#']).unwrap_or(reference.len()));
    Destination::Internal(match path.as_bytes().first() {
        None => format!("{page}{rest}"),
        Some(b'/') => format!("{}{rest}", without_dots(path)),
        Some(_) => format!("{}{rest}", without_dots(&format!("{}{path}", folder(page)))),
    })
}

/// Whether `reference` leads to another site, over HTTP.
pub(crate) fn is_external(reference: &str) -> bool {
    let reference = strip(reference);
    reference.starts_with("//")
        || scheme(&reference)
            .is_some_and(|scheme| ["http", "https"].iter().any(|http| scheme.eq_ignore_ascii_case(http)))
}

/// What the URL standard strips before it parses (§4.4): white space around, and tabs and line breaks anywhere.
fn strip(reference: &str) -> Cow<'_, str> {
    let trimmed = reference.trim_matches(|char: char| char <= ' ');
    if trimmed.contains(['\t', '\n', '\r']) { trimmed.replace(['\t', '\n', '\r'], "").into() } else { trimmed.into() }
}

/// RFC 3986 §3.1.
fn scheme(reference: &str) -> Option<&str> {
    let (scheme, _) = reference.split_once(':')?;
    let is_scheme = scheme.starts_with(|char: char| char.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    is_scheme.then_some(scheme)
}

/// The path up to its last slash (RFC 3986 §5.2.3).
fn folder(page: &str) -> &str {
    page.rfind('/').map_or("/", |slash| &page[..=slash])
}

/// RFC 3986 §5.2.4: `/a/./b/../c` is `/a/c`; `/a/..` keeps its slash.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                kept.extend(is_last.then_some(""));
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_resolved_on_its_page() {
        let internal = |path: &str| Destination::Internal(path.to_owned());
        for (reference, expected) in [
            ("/notes", internal("/notes")),
            ("/notes?a=b#c", internal("/notes?a=b#c")),
            (" /no\ntes ", internal("/notes")),
            ("#id", internal("/blog/hello#id")),
            ("?q", internal("/blog/hello?q")),
            ("", internal("/blog/hello")),
            ("other", internal("/blog/other")),
            ("./other", internal("/blog/other")),
            ("../notes/x", internal("/notes/x")),
            ("../../../x", internal("/x")),
            ("..", internal("/")),
            (".", internal("/blog/")),
            ("/a/./b/../c", internal("/a/c")),
            ("a/b:c", internal("/blog/a/b:c")),
            ("/?a=/../b", internal("/?a=/../b")),
            ("https://example.org/", Destination::External),
            ("mailto:a@example.org", Destination::External),
            ("tel:+1", Destination::External),
            ("data:image/png;base64,AAAA", Destination::External),
            ("//example.org/x", Destination::External),
            ("javascript:alert(1)", Destination::Script),
            ("\u{1} JavaScript:alert(1)", Destination::Script),
            ("java\nscript:alert(1)", Destination::Script),
        ] {
            assert_eq!(resolve("/blog/hello", reference), expected, "{reference:?}");
        }
    }

    #[test]
    fn a_srcset_is_split_as_browsers_split_it() {
        for (srcset, expected) in [
            ("", vec![]),
            ("/a.png", vec!["/a.png"]),
            ("/a.png 1x, /b.png 2x", vec!["/a.png", "/b.png"]),
            (" , /a.png,/b.png 2x,, /c.png", vec!["/a.png,/b.png", "/c.png"]),
            ("/a.png, /b.png", vec!["/a.png", "/b.png"]),
            ("/a.png 1x (a, b), /b.png", vec!["/a.png", "/b.png"]),
            ("data:image/png;base64,AA== 1x, /b.png 2x", vec!["data:image/png;base64,AA==", "/b.png"]),
        ] {
            let urls: Vec<&str> = candidates(srcset).into_iter().map(|url| &srcset[url]).collect();
            assert_eq!(urls, expected, "{srcset:?}");
        }
    }
}
