//! `/sitemap.xml` (<https://www.sitemaps.org/protocol.html>): every page, with the day of its last change if it is known.

use std::collections::BTreeMap;

use graven_pack::Class;
use jiff::civil::Date;

use super::xml::Xml;
use crate::model::Site;
use crate::output::{Output, Outputs};

/// Lists the pages among `outputs`. The 404 page has no path, and is not listed.
pub(super) fn render(site: &Site, outputs: &Outputs) -> String {
    let changed = days_of_change(site);
    let is_page = |path: &str, output: &Output| match output {
        Output::Document(document) => path.starts_with('/') && document.class == Class::Page && document.is_html(),
        Output::Redirect(_) => false,
    };
    Xml::document("urlset", &[("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9")], |xml| {
        for (path, _) in outputs.iter().filter(|(path, output)| is_page(path, output)) {
            xml.element("url", &[], |xml| {
                xml.text("loc", &[], &site.settings.url(path));
                if let Some(day) = changed.get(path) {
                    xml.text("lastmod", &[], &day.to_string());
                }
            });
        }
    })
}

/// The days of the last changes, by path. A post with an approximate date has none until it is updated.
fn days_of_change(site: &Site) -> BTreeMap<String, Date> {
    let posts = site.posts.iter().map(|post| (post.route(), post.updated.or_else(|| post.published())));
    let pages = site.pages.iter().map(|page| (page.route(), page.updated));
    posts.chain(pages).filter_map(|(path, day)| Some((path, day?))).collect()
}
