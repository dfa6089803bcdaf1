//! The address that the site gives itself, in its links and feeds. With HTTPS it has to begin with `https://`.

use graven_pack::{Content, Pack};

/// Returns a warning if the site's own address does not fit HTTPS, or none of these domains. `domains` may be empty: any is right then.
pub(crate) fn warning(pack: Pack<'_>, now: i64, domains: &[String]) -> Option<String> {
    let address = of_site(pack, now)?;
    let fix = |right: &str| {
        format!(
            "warning: the pages call this site {address}; set `base_url = \"{right}\"` in site.toml and build it again"
        )
    };
    let (is_https, rest) = match address.strip_prefix("https://") {
        Some(rest) => (true, rest),
        None => (false, address.strip_prefix("http://").unwrap_or(&address)),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.split(':').next().unwrap_or_default();
    let is_known = domains.is_empty() || domains.iter().any(|domain| domain.eq_ignore_ascii_case(host));
    // The site is below the path, whatever its host is.
    let right = if is_known { host } else { domains.first()? };
    if is_https && is_known { None } else { Some(fix(&format!("https://{right}{path}"))) }
}

/// Returns the host of the site's own address, if that begins with `https://`.
#[cfg(feature = "tls")]
pub(crate) fn host(pack: Pack<'_>, now: i64) -> Option<String> {
    let address = of_site(pack, now)?;
    address.strip_prefix("https://")?.split(['/', ':']).next().map(str::to_owned)
}

/// The address of the site, from the line that names its sitemap in `robots.txt`.
fn of_site(pack: Pack<'_>, now: i64) -> Option<String> {
    let edition = pack.route("/robots.txt").ok()??.at(now).ok()??;
    let Content::Page(page) = edition.content() else { return None };
    let bytes = page.identity().bytes().ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let sitemap = text.lines().find_map(|line| line.strip_prefix("Sitemap: "))?;
    Some(sitemap.strip_suffix("/sitemap.xml").unwrap_or(sitemap).to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
    use graven_pack::{ALWAYS, Class, Coding};

    use super::*;

    #[test]
    fn an_address_that_does_not_fit_is_warned_of_with_the_right_one() {
        let domains = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (address, names, expected) in [
            ("https://example.org", &[][..], None),
            ("https://example.org", &["www.example.org", "example.org"], None),
            ("https://example.org/blog", &["example.org"], None),
            ("http://example.org", &[], Some("https://example.org")),
            ("http://example.org:8080", &[], Some("https://example.org")),
            ("http://example.org/blog", &[], Some("https://example.org/blog")),
            ("http://www.example.org/blog", &["example.org", "www.example.org"], Some("https://www.example.org/blog")),
            ("https://old.example:8443/blog", &["example.org"], Some("https://example.org/blog")),
            ("https://example.org:8443", &["example.org"], None),
            ("http://localhost:8080", &["example.org"], Some("https://example.org")),
            ("https://old.example", &["example.org"], Some("https://example.org")),
        ] {
            let variant = VariantSpec {
                coding: Coding::Identity,
                etag: "\"1\"".to_owned(),
                bytes: format!("User-agent: *\n\nSitemap: {address}/sitemap.xml\n").into_bytes(),
            };
            let page = PageSpec {
                content_type: "text/plain".to_owned(),
                cache_control: "no-cache".to_owned(),
                security_policy: String::new(),
                class: Class::File,
                alternate: None,
                variants: vec![variant],
            };
            let editions = vec![EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) }];
            let image = Image { time: 0, routes: BTreeMap::from([("/robots.txt".to_owned(), editions)]) };
            let bytes = image.write().expect("an image");
            let found = warning(Pack::open(&bytes).expect("a pack"), 0, &domains(names));
            let expected = expected.map(|right| format!("`base_url = \"{right}\"`"));
            assert_eq!(found.is_some(), expected.is_some(), "{address} {names:?}");
            assert!(expected.is_none_or(|fix| found.is_some_and(|text| text.contains(&fix))), "{address}");
        }
    }
}
