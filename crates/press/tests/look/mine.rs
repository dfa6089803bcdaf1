//! The example of the manual about the look.

use graven_press::views::{Head, RenderedSite, Views};
use maud::{Markup, html};

pub(crate) struct Mine;

impl Views for Mine {
    fn footer(&self, site: RenderedSite<'_>, page: &Head<'_>) -> Markup {
        html! {
            (site.theme_views().footer(site, page))
            span { "Posts: " (site.model().posts.len()) }
        }
    }
}
