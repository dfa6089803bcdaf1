//! One page of the preview as a site of its own, from which graven-serve answers as it answers from a whole one.
//!
//! A response refers to its pack for as long as it is sent, and packs are static; so the pack of a page is never freed. A page takes memory once for
//! each content that a browser has seen: it is the same pack as long as its bytes are.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec};
use graven_pack::{ALWAYS, HOME, NOT_FOUND, Pack, SEARCH_INDEX, hex};
use graven_press::incremental::Preview;
use graven_search::frame::ROUTE as SEARCH;
use graven_serve::{Site, canonical};
use sha2::{Digest as _, Sha256};

/// The path of the script of the preview.
pub(super) const SCRIPT: &str = "/.graven/preview.js";

/// The sites that were asked for, by path.
#[derive(Debug, Default)]
pub(super) struct Sites {
    by_path: HashMap<String, Known>,
}

/// A site, and the newest version of the preview that has the same.
#[derive(Debug)]
struct Known {
    bytes: &'static [u8],
    site: Arc<Site>,
    version: String,
}

impl Sites {
    /// The site from which the path of a request, decoded, is answered in a version of the preview.
    pub(super) fn get(&mut self, path: &str, preview: &Preview, version: &str) -> Result<Arc<Site>, String> {
        // Within a version, nothing changes.
        if let Some(known) = self.by_path.get(path).filter(|known| known.version == version) {
            return Ok(Arc::clone(&known.site));
        }
        let routes = routes(path, preview);
        // All paths without a page are one.
        let path = if routes.contains_key(NOT_FOUND) { NOT_FOUND } else { path };
        let bytes = Image { time: 0, routes }.write().map_err(|error| error.to_string())?;
        let version = version.to_owned();
        if let Some(known) = self.by_path.get_mut(path).filter(|known| known.bytes == bytes) {
            known.version = version;
            return Ok(Arc::clone(&known.site));
        }
        let bytes: &'static [u8] = bytes.leak();
        let pack = Pack::open(bytes).map_err(|error| error.to_string())?;
        let site = Arc::new(Site::new(pack));
        self.by_path.insert(path.to_owned(), Known { bytes, site: Arc::clone(&site), version });
        Ok(site)
    }
}

/// The routes of a pack.
type Routes = BTreeMap<String, Vec<EditionSpec>>;

/// The routes for a path: its page or file with the page's other representation, or what it is redirected to; or else the page for what is not found.
fn routes(path: &str, preview: &Preview) -> Routes {
    let mut routes = Routes::new();
    for path in [Some(path), canonical(path)].into_iter().flatten() {
        if let Some(alternate) = add(path, preview, &mut routes) {
            add(&alternate, preview, &mut routes);
        }
        // Hits have no snippets: those are in the pages.
        if preview.base_url().route(path) == Some(SEARCH) {
            add(SEARCH_INDEX, preview, &mut routes);
        }
    }
    if routes.is_empty() {
        add(NOT_FOUND, preview, &mut routes);
    }
    // Of a site below a path: graven-serve finds the search page by it.
    add(HOME, preview, &mut routes);
    routes
}

/// Adds what is at a path, if anything. Returns the path of its other representation.
fn add(path: &str, preview: &Preview, routes: &mut Routes) -> Option<String> {
    let content = preview.content(path)?;
    let alternate = match &content {
        ContentSpec::Page(page) => page.alternate.clone(),
        ContentSpec::Redirect(_) => None,
    };
    routes.insert(path.to_owned(), vec![EditionSpec { from: ALWAYS, content: shown(content) }]);
    alternate
}

/// The content as the preview shows it: not kept by the browser, and a page with the script.
fn shown(content: ContentSpec) -> ContentSpec {
    match content {
        ContentSpec::Page(page) => ContentSpec::Page(with_script(page)),
        ContentSpec::Redirect(mut redirect) => {
            "no-cache".clone_into(&mut redirect.cache_control);
            ContentSpec::Redirect(redirect)
        }
    }
}

fn with_script(mut page: PageSpec) -> PageSpec {
    "no-cache".clone_into(&mut page.cache_control);
    if !page.content_type.starts_with("text/html") {
        return page;
    }
    page.security_policy = allowing_script(&page.security_policy);
    for variant in &mut page.variants {
        let html = String::from_utf8_lossy(&variant.bytes);
        let (before, after) = html.split_at(html.rfind("</body>").unwrap_or(html.len()));
        variant.bytes = format!("{before}<script src=\"{SCRIPT}\"></script>{after}").into_bytes();
        variant.etag = format!("\"{}\"", hex(&Sha256::digest(&variant.bytes)[..8]));
    }
    page
}

/// The policy, which allows scripts and connections of this site too.
fn allowing_script(policy: &str) -> String {
    let mut directives: Vec<String> =
        policy.split("; ").filter(|directive| !directive.is_empty()).map(str::to_owned).collect();
    for name in ["script-src", "connect-src"] {
        match directives.iter_mut().find(|directive| directive.split(' ').next() == Some(name)) {
            Some(directive) if directive.contains("'self'") => {}
            Some(directive) => directive.push_str(" 'self'"),
            None => directives.push(format!("{name} 'self'")),
        }
    }
    directives.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_allows_the_script_of_the_preview_besides_what_it_allowed() {
        for (policy, expected) in [
            ("default-src 'none'", "default-src 'none'; script-src 'self'; connect-src 'self'"),
            (
                "default-src 'none'; script-src 'sha256-x'; connect-src 'self'",
                "default-src 'none'; script-src 'sha256-x' 'self'; connect-src 'self'",
            ),
            ("script-src 'self'", "script-src 'self'; connect-src 'self'"),
        ] {
            assert_eq!(allowing_script(policy), expected);
        }
    }
}
