//! `/robots.txt` (RFC 9309): everything is allowed; the sitemap lists it.

use super::routes::SITEMAP;
use crate::model::Site;

pub(super) fn render(site: &Site) -> String {
    format!("User-agent: *\nAllow: /\n\nSitemap: {}\n", site.settings.url(SITEMAP))
}
