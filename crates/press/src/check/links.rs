//! The link check: every reference inside the site has a target.
//!
//! 1. References of Markdown come from [`Rendered`], with their spans.
//! 2. Links of the navigation and of the footer and redirects come from the settings, and references of the site's theme from its files, with theirs.
//! 3. All others are in a view or a file of `static/`. They come from the outputs, and are reported with the pages that contain them, and with the file of
//!    `static/` that a page is.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use rayon::prelude::*;

use super::targets::{self, Routes, Verdict};
use crate::diagnostic::{Diagnostic, Report, Severity};
use crate::markdown::{Link, Rendered};
use crate::model::{Post, Site};
use crate::rendered_site::RenderedSite;
use crate::source::{self, Body, SITE};

/// Checks every reference of the site against its `routes`.
pub(super) fn check(context: RenderedSite, routes: Routes, report: &mut Report) {
    // A place where an earlier step found an error is not reported again: an image that does not exist.
    let mut reported: BTreeSet<_> = report.diagnostics().iter().filter(|found| is_error(found)).map(place).collect();
    let wrong = in_markdown(context, routes).into_iter().chain(in_settings(context, routes));
    for found in wrong.chain(too_early(context, routes)) {
        if reported.insert(place(&found)) {
            report.push(found);
        }
    }
    report_others(context, routes, report);
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error && diagnostic.span.is_some()
}

fn place(diagnostic: &Diagnostic) -> (String, Option<(usize, usize)>) {
    (diagnostic.path.clone(), diagnostic.span.as_ref().map(|span| (span.start, span.end)))
}

/// The diagnostic on the reference `target` on the page `on`, at its place in the source tree, if it is broken.
fn broken(routes: Routes, on: &str, target: &str, (file, span): (&str, &Range<usize>)) -> Option<Diagnostic> {
    Some(routes.judge(on, routes.of_author(on, target))?.diagnostic(target, (file, Some(span.clone())), routes))
}

fn in_markdown(context: RenderedSite, routes: Routes) -> Vec<Diagnostic> {
    let posts = context.site.posts.iter().map(|post| (post.route(), &post.body)).zip(context.posts);
    let pages = context.site.pages.iter().map(|page| (page.route(), &page.body)).zip(context.pages);
    let texts: Vec<((String, &Body), &Arc<Rendered>)> = posts.chain(pages).collect();
    let in_text = texts.par_iter().flat_map_iter(|((route, body), rendered)| {
        let links: Vec<&Link> = match routes.inspections.page(route) {
            Some(page) => page.links.iter().map(|index| &rendered.links[*index]).collect(),
            // Its path is taken, which is reported.
            None => rendered.links.iter().collect(),
        };
        links.into_iter().filter_map(move |link| broken(routes, route, &link.target, (&body.path, &link.span)))
    });
    in_text.collect()
}

fn in_settings(context: RenderedSite, routes: Routes) -> Vec<Diagnostic> {
    let items =
        links_of_settings(context).filter_map(|item| broken(routes, "/", &item.path, (SITE, item.span.as_ref()?)));
    let redirects = context.site.settings.redirects.iter();
    let redirects =
        redirects.filter_map(|redirect| broken(routes, &redirect.from, &redirect.to, (SITE, &redirect.to_span)));
    let in_theme = context.theme.references.iter();
    let in_theme = in_theme.filter_map(|found| broken(routes, "/", &found.target, (&found.path, &found.span)));
    items.chain(redirects).chain(in_theme).collect()
}

/// The links to what is published later than the text with the link, where a preview shows it already. Elsewhere they lead nowhere, and are among the broken
/// ones. A draft has no time yet.
fn too_early(context: RenderedSite, routes: Routes) -> Vec<Diagnostic> {
    let site = context.site;
    let scheduled = scheduled(site);
    if scheduled.is_empty() {
        return Vec::new();
    }
    let at_once = Timestamp::MIN;
    let from = |post: &Post| if post.is_scheduled { post.published_at } else { at_once };
    let posts = site.posts.iter().zip(context.posts).filter(|(post, _)| !post.is_draft);
    let posts = posts.map(|(post, rendered)| (post.route(), from(post), &post.body, rendered));
    let pages = site.pages.iter().zip(context.pages).filter(|(page, _)| !page.is_draft);
    let pages = pages.map(|(page, rendered)| (page.route(), at_once, &page.body, rendered));
    let find = |on: &str, from: Timestamp, target: &str, (file, span): (&str, &Range<usize>)| {
        let path = routes.path(on, target)?;
        let time = scheduled.get(&path).filter(|time| **time > from)?;
        Some(targets::too_early(target, (file, Some(span.clone())), &path, *time))
    };
    let in_settings = links_of_settings(context);
    let in_settings = in_settings.filter_map(|item| find("/", at_once, &item.path, (SITE, item.span.as_ref()?)));
    let mut found: Vec<Diagnostic> = in_settings.collect();
    for (route, from, body, rendered) in posts.chain(pages) {
        let links = rendered.links.iter();
        found.extend(links.filter_map(|link| find(&route, from, &link.target, (&body.path, &link.span))));
    }
    found
}

/// When there is something at the paths that are there only because a preview shows what is scheduled.
fn scheduled(site: &Site) -> HashMap<String, Timestamp> {
    let posts = site.posts.iter().filter(|post| post.is_scheduled);
    let of_posts = posts.flat_map(|post| {
        let own = [post.route(), post.markdown_route()];
        own.into_iter().chain(post.aliases.iter().cloned()).map(|path| (path, post.published_at))
    });
    let of_tags = site.tags.iter().filter_map(|tag| {
        let posts = || tag.posts.iter().map(|post| &site.posts[*post]);
        let first = posts().map(|post| post.published_at).min()?;
        posts().all(|post| post.is_scheduled).then(|| [(tag.route(), first), (tag.feed_route(), first)])
    });
    of_posts.chain(of_tags.flatten()).collect()
}

/// The links of the settings, which are on every page.
fn links_of_settings(context: RenderedSite<'_>) -> impl Iterator<Item = &source::Link> {
    let settings = &context.site.settings;
    settings.navigation.iter().chain(&settings.footer).filter(|link| link.span.is_some())
}

/// Reports each reference of the outputs once, with the pages that have it. What is on every page has been checked where it is written.
fn report_others(context: RenderedSite, routes: Routes, report: &mut Report) {
    let in_settings = links_of_settings(context).map(|link| link.path.as_str());
    let in_theme = context.theme.references.iter().map(|found| found.target.as_str());
    let checked: BTreeSet<Cow<str>> = in_settings.chain(in_theme).map(|target| context.href(target)).collect();
    let mut pages: BTreeMap<(&str, &str, Verdict), Vec<&str>> = BTreeMap::new();
    for (path, page) in routes.inspections.pages() {
        for target in page.references.iter().filter(|target| !checked.contains(target.as_str())) {
            if let Some(verdict) = routes.judge(path, routes.of_page(path, target)) {
                pages.entry((page.copied().unwrap_or_default(), target, verdict)).or_default().push(path);
            }
        }
    }
    for ((file, target, verdict), paths) in pages {
        report.push(verdict.diagnostic(target, (file, None), routes).help(found_on(&paths)));
    }
}

/// `on /notes and 2 other pages`.
fn found_on(paths: &[&str]) -> String {
    match paths {
        [] => String::new(),
        [path] => format!("the link is on {path}"),
        [path, _] => format!("the link is on {path} and one other page"),
        [path, rest @ ..] => format!("the link is on {path} and {} other pages", rest.len()),
    }
}
