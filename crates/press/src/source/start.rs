//! `start` of `site.toml`: the posts that the first page recommends, by slug.

use super::settings::SITE;
use super::sources::{PagePlace, Sources};
use crate::diagnostic::{Diagnostic, Report, nearest};
use crate::span::Spanned;

/// Reports and removes every slug of `start` that no post has, or that occurs twice.
pub(super) fn check(sources: &mut Sources, report: &mut Report) {
    let slugs: Vec<&str> = sources.posts.iter().map(|post| post.slug.as_str()).collect();
    let mut start: Vec<Spanned<String>> = Vec::new();
    for slug in std::mem::take(&mut sources.settings.start) {
        let is_repeated = start.iter().any(|other| other.value == slug.value);
        if slugs.contains(&slug.value.as_str()) && !is_repeated {
            start.push(slug);
            continue;
        }
        let error = |message: String| Diagnostic::error(SITE, slug.span.clone(), message);
        report.push(if is_repeated {
            error(format!("duplicate post \"{}\"", slug.value)).help("remove one of the two")
        } else {
            let help = match nearest(&slug.value, slugs.iter().copied()) {
                Some(nearest) => format!("did you mean \"{nearest}\"?"),
                None => "write the last part of the post's address: \"hello\" for /blog/hello".to_owned(),
            };
            error(format!("there is no post \"{}\"", slug.value)).label("not the slug of a post").help(help)
        });
    }
    let home = sources.pages.iter().find(|page| page.place == PagePlace::Home);
    if let (Some(home), Some(first)) = (home, start.first()) {
        let warning = Diagnostic::warning(SITE, first.span.clone(), "`start` has no effect");
        let path = &home.body.path;
        report.push(warning.label(format!("{path} takes the place of the page with these posts")).help("remove it"));
    }
    sources.settings.start = start;
}
