//! The outputs that are no pages: files of the content, what the theme and the texts bring along, pictures in their widths, redirects.

use std::collections::BTreeSet;

use crate::assets::{Preview, STATIC};
use crate::cache::Cache;
use crate::diagnostic::{Diagnostic, Report};
use crate::model::Site;
use crate::output::{Document, Output, Outputs};
use crate::pictures::{Picture, Published, Shown, published};
use crate::rendered_site::RenderedSite;
use crate::theme::Wordmark;
use crate::tree::{Contents, SourceTree};
use crate::url::encode_path;

/// Adds the files, the pictures, of which `published` has the widths, and the redirects.
pub(crate) fn add<'a>(
    context: RenderedSite<'a>,
    from: (&'a SourceTree, &Cache),
    published: &'a Published,
    outputs: &mut Outputs<'a>,
    report: &mut Report,
) {
    add_files(context, from, outputs);
    add_pictures(context, published, outputs, report);
    add_redirects(context.site, outputs);
}

/// The copied files: those of `static/`, the icons and the script of the theme, the assets of the texts.
fn add_files<'a>(context: RenderedSite<'a>, (tree, cache): (&'a SourceTree, &Cache), outputs: &mut Outputs<'a>) {
    context.theme.icons.draw((&context.site.settings, &context.theme.colours), cache, outputs);
    let mut put =
        |path: &str, document: Document<'a>| drop(outputs.insert(path.to_owned(), Output::Document(document)));
    if let Some(script) = &context.theme.script {
        put(&script.route, Document::asset(&script.route, script.text.as_bytes()));
    }
    if let Some(Wordmark::File { route, .. }) = &context.theme.mark {
        let file = tree.get(Wordmark::SOURCE).unwrap_or_default();
        put(route, Document::asset(route, file).with_source(Wordmark::SOURCE));
    }
    let texts = || context.posts.iter().chain(context.pages);
    for made in texts().flat_map(|rendered| &rendered.made) {
        put(&made.route, Document::asset(&made.route, made.text.as_bytes()));
    }
    if context.has_models {
        let kit = &context.theme.kit;
        put(&kit.route, Document::asset(&kit.route, kit.text.as_bytes()));
    }
    let shown = texts().flat_map(|rendered| &rendered.assets);
    let previews = context.previews.iter().flatten().filter_map(|preview| match &**preview {
        Preview::Asset { asset, .. } => Some(asset),
        Preview::Static { .. } => None,
    });
    for asset in shown.chain(previews) {
        let bytes = tree.get(&asset.source).unwrap_or_default();
        put(&asset.route, Document::asset(&asset.route, published(bytes)).with_source(&asset.source));
    }
    for (path, contents) in tree.contents_below(STATIC) {
        add_static((path, contents), outputs);
    }
}

/// A file of `static/`, at its own path. The first page of a folder is at that of the folder, as on other servers: `/demo/`, from which its relative links
/// lead where they shall. The server sends readers from `/demo/index.html` to `/demo`, and so to there.
fn add_static<'a>((source, contents): (&'a str, &'a Contents), outputs: &mut Outputs<'a>) {
    let address = &source[STATIC.len() - 1..];
    let document = Output::Document(Document::copy(source, contents).with_source(source));
    let Some(folder) = address.strip_suffix("/index.html").filter(|folder| !folder.is_empty()) else {
        outputs.insert(address.to_owned(), document);
        return;
    };
    let page = format!("{folder}/");
    outputs.insert(folder.to_owned(), Output::Redirect(encode_path(&page).into_owned()));
    outputs.insert(page, document);
}

/// The most bytes of the pictures of a page, in the width for the largest screens: more takes a slow phone ten seconds.
const MOST_BYTES_OF_PICTURES: usize = 1024 * 1024;

/// The pictures of the texts, each with the path of its text.
fn shown(context: RenderedSite<'_>) -> impl Iterator<Item = (&str, &[Shown])> {
    let posts = context.site.posts.iter().map(|post| post.body.path.as_str()).zip(context.posts);
    let pages = context.site.pages.iter().map(|page| page.body.path.as_str()).zip(context.pages);
    posts.chain(pages).map(|(path, rendered)| (path, &rendered.pictures[..]))
}

/// All pictures of all texts.
pub(crate) fn pictures(context: RenderedSite<'_>) -> Vec<&Picture> {
    shown(context).flat_map(|(_, pictures)| pictures).map(|shown| &shown.picture).collect()
}

/// Adds the pictures of the texts in their widths. Reports those that cannot be decoded, and pages with too many.
fn add_pictures<'a>(context: RenderedSite, published: &'a Published, outputs: &mut Outputs<'a>, report: &mut Report) {
    let mut reported = BTreeSet::new();
    for (path, Shown { picture, place }) in
        shown(context).flat_map(|(path, pictures)| pictures.iter().map(move |shown| (path, shown)))
    {
        for (route, bytes) in published.files(picture) {
            outputs.insert(route.to_owned(), Output::Document(Document::asset(route, bytes)));
        }
        if let Some(error) = published.error(picture).filter(|_| reported.insert(&picture.source)) {
            let error = Diagnostic::error(path, place.clone(), format!("this picture cannot be decoded: {error}"));
            report.push(error.help("save it again with an image editor"));
        }
    }
    for (path, pictures) in shown(context) {
        warn_of_weight(path, pictures, published, report);
    }
}

/// Warns if the pictures of a text are too large together.
fn warn_of_weight(path: &str, pictures: &[Shown], published: &Published, report: &mut Report) {
    let bytes_of = |shown: &Shown| published.largest(&shown.picture);
    let bytes: usize = pictures.iter().filter_map(bytes_of).sum();
    let Some(largest) = pictures.iter().max_by_key(|shown| bytes_of(shown)) else { return };
    if bytes > MOST_BYTES_OF_PICTURES {
        let (found, most) = (bytes / 1024, MOST_BYTES_OF_PICTURES / 1024);
        let message = format!("the pictures of this page have {found} KiB; the most are {most} KiB");
        let warning = Diagnostic::warning(path, largest.place.clone(), message).label("this is the largest");
        report.push(warning.help("show fewer, or smaller parts of them"));
    }
}

/// The redirects of the settings and of the aliases.
fn add_redirects(site: &Site, outputs: &mut Outputs) {
    let mut put = |from: &str, to: String| drop(outputs.insert(from.to_owned(), Output::Redirect(to)));
    for redirect in &site.settings.redirects {
        put(&redirect.from, redirect.to.clone());
    }
    for post in &site.posts {
        post.aliases.iter().for_each(|alias| put(alias, post.route()));
    }
    for page in &site.pages {
        page.aliases.iter().for_each(|alias| put(alias, page.route()));
    }
}
