//! `/robots.txt` (RFC 9309): all is allowed, and here is the list of it.

use super::{SITEMAP, url};
use crate::model::Site;

pub(super) fn render(site: &Site) -> String {
    format!("User-agent: *\nAllow: /\n\nSitemap: {}\n", url(site, SITEMAP))
}
