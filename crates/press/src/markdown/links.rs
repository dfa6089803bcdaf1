//! Links: each destination of the Markdown becomes one of the site. A path to another text's Markdown becomes the route of its page, a path to any
//! other file beside the text an asset; paths from the root and fragments stay, and are checked against the routes when these are all known.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag};

use super::headings::trim_end;
use super::{Link, Page, Spanned, representation};
use crate::diagnostic::{Diagnostic, Report, nearest};
use crate::links::reference::{self, Destination};
use crate::model::Body;
use crate::preview;
use crate::url::{decoded, encode_reference};

/// Resolves the destination of every link.
pub(super) fn resolve(events: &mut [Spanned], page: &mut Page) {
    for (event, span) in events {
        let Event::Start(Tag::Link { link_type, dest_url, .. }) = event else { continue };
        let place = place(span, page);
        if *link_type == LinkType::Email {
            record(&format!("mailto:{dest_url}"), place, page);
            continue;
        }
        let target = resolve_destination(dest_url, &place, page);
        let target = encode_reference(target.as_deref().unwrap_or(dest_url)).into_owned();
        representation::note_link(span, dest_url, &target, page);
        record(&target, place, page);
        *dest_url = target.into();
    }
}

/// Lists a destination, as the page or its Markdown has it, for the link check.
pub(super) fn record(target: &str, span: Range<usize>, page: &mut Page) {
    page.rendered.links.push(Link { target: target.to_owned(), span });
}

/// Where the destination of the link or image at `span` is written; all of the link where it has none.
pub(super) fn place(span: &Range<usize>, page: &Page) -> Range<usize> {
    let written = page.destinations.get(span).filter(|place| !place.is_empty());
    written.cloned().unwrap_or_else(|| trim_end(span, &page.body.file))
}

/// A reference without its definition is text by `CommonMark`; in `[text][label]` nobody means that.
pub(super) fn warn_of_broken_reference(
    span: Range<usize>,
    kind: LinkType,
    label: &str,
    body: &Body,
    report: &mut Report,
) {
    if kind == LinkType::Reference {
        let message = format!("the link reference \"{label}\" is not defined");
        let warning = Diagnostic::warning(body.path.as_str(), span, message);
        report.push(
            warning
                .label("stays as it is written")
                .help(format!("define it on a line of its own: `[{label}]: https://…`")),
        );
    }
}

/// What a destination becomes; `None` where it stays as it is (or is wrong, and reported).
pub(super) fn resolve_destination(destination: &str, span: &Range<usize>, page: &mut Page) -> Option<String> {
    if destination.is_empty() {
        let error = page.error(trim_end(span, &page.body.file), "a link without a destination");
        page.report.push(error.help("write where it leads, or take the link away"));
        return None;
    }
    match kind_of(destination) {
        Kind::Script => {
            let error = page.error(span.clone(), "a link to a script, which the page's security policy blocks");
            page.report.push(error.help("link to a page; the site needs no script"));
            None
        }
        Kind::Elsewhere | Kind::Site => None,
        Kind::Beside => resolve_beside(destination, span, page),
    }
}

/// What a destination is by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `https://…`, `mailto:…`, `//host/…`.
    Elsewhere,
    /// `javascript:…`: what would run.
    Script,
    /// `/path`, `#fragment`, `?query`.
    Site,
    /// A path relative to the text's own file.
    Beside,
}

pub(super) fn kind_of(destination: &str) -> Kind {
    match reference::resolve("/", destination) {
        Destination::Script => Kind::Script,
        Destination::External => Kind::Elsewhere,
        Destination::Internal(_) if destination.starts_with(['/', '#', '?']) => Kind::Site,
        Destination::Internal(_) => Kind::Beside,
    }
}

fn resolve_beside(destination: &str, span: &Range<usize>, page: &mut Page) -> Option<String> {
    let (path, suffix) = split_suffix(destination);
    let Some(path) = join(page.body.folder(), &decoded(path)) else {
        let error = page.error(span.clone(), format!("`{destination}` leads out of the content folder"));
        page.report.push(error);
        return None;
    };
    let base = path.trim_end_matches('/');
    let routes = [base.to_owned(), format!("{base}/index.md"), format!("{base}.md")];
    if let Some(route) = routes.iter().find_map(|path| (page.context.route_of)(path)) {
        return Some(route + suffix);
    }
    let is_text = base.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("md"));
    match page.context.tree.get(base) {
        Some(_) if is_text => {
            let error = page.error(span.clone(), format!("`{base}` is not published"));
            page.report.push(error.label("a draft, or no post or page").help("link to it when it is published"));
            None
        }
        Some(bytes) => Some(add_asset(base, bytes, page) + suffix),
        None => {
            report_missing(base, destination, span, page);
            None
        }
    }
}

/// The path, and from its `?` or `#` on what is not part of it.
pub(super) fn split_suffix(destination: &str) -> (&str, &str) {
    destination.split_at(destination.find(['?', '#']).unwrap_or(destination.len()))
}

/// The path in the tree of `relative` seen from `folder`; `None` if it leads out of the tree.
pub(super) fn join(folder: &str, relative: &str) -> Option<String> {
    let mut names: Vec<&str> = folder.split('/').filter(|name| !name.is_empty()).collect();
    for name in relative.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

/// A file that is not there, with the file that may have been meant.
pub(super) fn report_missing(path: &str, destination: &str, span: &Range<usize>, page: &mut Page) {
    let error = page.error(span.clone(), format!("there is no file `{path}`"));
    let folder = page.body.folder();
    let error = match nearest(path, page.context.tree.below("").map(|(path, _)| path)) {
        Some(near) => error.help(format!("did you mean `{}`?", relative(folder, near))),
        None if kind_of(destination) == Kind::Beside => error.help(format!(
            "a path is seen from the text's own folder, `{folder}`; a page of the site is linked to as `/blog/…`"
        )),
        None => error,
    };
    page.report.push(error);
}

/// How a text in `folder` writes the path `target`.
fn relative(folder: &str, target: &str) -> String {
    if let Some(path) = target.strip_prefix("static/") {
        return format!("/{path}");
    }
    let common =
        folder.split_inclusive('/').zip(target.split_inclusive('/')).take_while(|(ours, theirs)| ours == theirs);
    let shared: usize = common.map(|(name, _)| name.len()).sum();
    "../".repeat(folder[shared..].matches('/').count()) + &target[shared..]
}

/// The URL of a file of the tree, under a name that changes with its bytes.
pub(super) fn add_asset(source: &str, bytes: &[u8], page: &mut Page) -> String {
    let assets = &mut page.rendered.assets;
    if let Some(asset) = assets.iter().find(|asset| asset.source == source) {
        return asset.route.clone();
    }
    assets.push(preview::asset(source.to_owned(), bytes));
    assets[assets.len() - 1].route.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_told_apart_by_form() {
        for (destination, kind) in [
            ("https://example.org/", Kind::Elsewhere),
            ("//example.org/", Kind::Elsewhere),
            ("mailto:a@example.org", Kind::Elsewhere),
            ("JavaScript:alert(1)", Kind::Script),
            ("java\tscript:alert(1)", Kind::Script),
            ("/blog/hello", Kind::Site),
            ("#here", Kind::Site),
            ("?page=2", Kind::Site),
            ("data.csv", Kind::Beside),
            ("../hello/index.md#x:y", Kind::Beside),
            ("a/b:c", Kind::Beside),
        ] {
            assert_eq!(kind_of(destination), kind, "{destination}");
        }
    }

    #[test]
    fn relative_paths_join_to_the_folder() {
        for (folder, relative, path) in [
            ("posts/a/", "b.png", Some("posts/a/b.png")),
            ("posts/a/", "../b/index.md", Some("posts/b/index.md")),
            ("posts/a/", "./x//y", Some("posts/a/x/y")),
            ("posts/a/", "../../../etc/passwd", None),
            ("", "b.png", Some("b.png")),
        ] {
            assert_eq!(join(folder, relative).as_deref(), path, "{folder} {relative}");
        }
    }

    #[test]
    fn a_path_is_written_as_its_text_would() {
        for (folder, target, written) in [
            ("posts/a/", "posts/a/b.png", "b.png"),
            ("posts/a/", "posts/b/index.md", "../b/index.md"),
            ("posts/a/", "static/b.png", "/b.png"),
            ("posts/ab/", "posts/a.png", "../a.png"),
            ("pages/", "posts/a.md", "../posts/a.md"),
        ] {
            assert_eq!(relative(folder, target), written, "{folder} {target}");
        }
    }
}
