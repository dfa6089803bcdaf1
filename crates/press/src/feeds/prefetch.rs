//! `/prefetch.json`: speculation rules (HTML §7.6). A browser that knows them fetches a page of the site while the pointer rests on its link.

use serde_json::json;

use crate::model::Site;

/// The media type that browsers require.
pub(super) const MEDIA_TYPE: &str = "application/speculationrules+json";

/// Pages of this site, but no files, which have a dot in their names, no results of searches, and no other place of the same page.
///
/// Moderate: when a pointer rests on a link or presses it, not when a link merely comes into view.
pub(super) fn render(site: &Site) -> String {
    let href = |pattern| site.settings.href(pattern);
    let rules = json!({ "prefetch": [{
        "where": { "and": [
            { "href_matches": href("/*") },
            { "not": { "href_matches": [href("/*.*"), href("/search"), href("/search\\?*")] } },
            { "not": { "selector_matches": "[href^='#']" } },
        ] },
        "eagerness": "moderate",
    }] });
    rules.to_string()
}
