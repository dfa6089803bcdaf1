//! `/robots.txt` (RFC 9309): all is allowed, and here is the list of it.

use super::routes::SITEMAP;
use crate::model::Site;

pub(super) fn render(site: &Site) -> String {
    format!("User-agent: *\nAllow: /\n\nSitemap: {}\n", site.settings.url(SITEMAP))
}
