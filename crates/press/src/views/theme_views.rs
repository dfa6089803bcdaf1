//! The views of the theme.

use maud::Markup;

use super::head::{self, Head};
use super::{blog, home, layout, lists, models, not_found, notes, page, post, subscribe, tags};
use crate::rendered_site::{RenderedSite, Under, Views};

/// The views of the theme.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ThemeViews;

impl Views for ThemeViews {
    fn document(&self, site: RenderedSite<'_>, page: &Head<'_>, main: &Markup) -> Markup {
        layout::document(site, page, main)
    }

    fn head(&self, site: RenderedSite<'_>, page: &Head<'_>) -> Markup {
        head::render(site, page)
    }

    fn header(&self, site: RenderedSite<'_>, page: &Head<'_>) -> Markup {
        layout::header(site, page)
    }

    fn footer(&self, site: RenderedSite<'_>, _: &Head<'_>) -> Markup {
        layout::footer(site)
    }

    fn entry(&self, site: RenderedSite<'_>, post: usize, under: Under) -> Markup {
        lists::entry(site, post, under)
    }

    fn home(&self, site: RenderedSite<'_>) -> Markup {
        home::main(site)
    }

    fn notes(&self, site: RenderedSite<'_>) -> Markup {
        notes::main_of_all(site)
    }

    fn topic(&self, site: RenderedSite<'_>, topic: usize) -> Markup {
        notes::main_of_topic(site, topic)
    }

    fn blog(&self, site: RenderedSite<'_>) -> Markup {
        blog::main(site)
    }

    fn post(&self, site: RenderedSite<'_>, post: usize) -> Markup {
        post::main(site, post)
    }

    fn page(&self, site: RenderedSite<'_>, page: usize) -> Markup {
        page::main(site, page)
    }

    fn tags(&self, site: RenderedSite<'_>) -> Markup {
        tags::main_of_all(site)
    }

    fn tag(&self, site: RenderedSite<'_>, tag: usize) -> Markup {
        tags::main_of_tag(site, tag)
    }

    fn models(&self, site: RenderedSite<'_>) -> Markup {
        models::main(site)
    }

    fn subscribe(&self, site: RenderedSite<'_>) -> Markup {
        subscribe::main(site)
    }

    fn not_found(&self, site: RenderedSite<'_>) -> Markup {
        not_found::main(site)
    }
}
