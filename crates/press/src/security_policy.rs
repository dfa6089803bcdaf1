//! The Content-Security-Policy of a document. It allows exactly what the document contains, inline blocks by their hashes.

use std::collections::BTreeSet;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest, Sha256};

use crate::markup::Element;
use crate::url::{authority, is_external};

/// The policy of a document that is neither a page nor a picture: it may load nothing.
pub(crate) const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// The other hosts that the pages of a site may load from, each as a source of the policy: `https://stats.example`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hosts {
    /// For pictures.
    pub images: Vec<String>,
    /// For scripts.
    pub scripts: Vec<String>,
    /// For pages in an `<iframe>`.
    pub frames: Vec<String>,
    /// For what scripts fetch and send.
    pub connect: Vec<String>,
    /// For forms that readers send.
    pub forms: Vec<String>,
}

/// Whether `sources` contains the host of `url`, with https.
pub(crate) fn allows(sources: &[String], url: &str) -> bool {
    let Some(rest) = url.get(8..).filter(|_| url[..8].eq_ignore_ascii_case("https://")) else { return false };
    let host = authority(rest).to_ascii_lowercase();
    let host = host.strip_suffix(":443").unwrap_or(&host);
    sources.iter().filter_map(|source| source.strip_prefix("https://")).any(|source| {
        // CSP 3 §6.7.2.8: `*.` stands for one name or several, and not for none.
        source.strip_prefix('*').map_or(source == host, |domain| host.len() > domain.len() && host.ends_with(domain))
    })
}

/// The policy of a page with these elements on a site that loads from these hosts too. It may also run the theme's script, which is a file, and load from
/// its own site: the script asks `/search`, and tools that inspect a page read `/robots.txt`.
pub(crate) fn of_page(elements: &[Element], hosts: &Hosts) -> String {
    let mut blocks = Blocks::of(elements, hosts);
    if elements.iter().any(is_own_script) {
        blocks.scripts.insert("'self'".to_owned());
    }
    blocks.scripts.extend(hosts.scripts.iter().cloned());
    policy(&blocks, hosts, &format!("; connect-src 'self'{}", list(&hosts.connect)))
}

/// The policy of a copied file with these elements.
pub(crate) fn of_file(elements: &[Element]) -> String {
    let hosts = Hosts::default();
    policy(&Blocks::of(elements, &hosts), &hosts, "")
}

/// Sources after others.
fn list<'s>(sources: impl IntoIterator<Item = &'s String>) -> String {
    sources.into_iter().flat_map(|source| [" ", source.as_str()]).collect()
}

/// Whether every policy blocks the attribute `name`: inline styles, event handlers.
pub(crate) fn is_blocked_attribute(name: &str) -> bool {
    name.eq_ignore_ascii_case("style") || name.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("on"))
}

/// The inline blocks of a document, each as its `'sha256-…'` source.
#[derive(Debug, Default, PartialEq, Eq)]
struct Blocks {
    styles: BTreeSet<String>,
    scripts: BTreeSet<String>,
    /// Whether a picture comes from another host.
    foreign_images: bool,
    /// Whether it names a web app manifest.
    manifest: bool,
}

impl Blocks {
    fn of(elements: &[Element], hosts: &Hosts) -> Self {
        let sources = |is_block: fn(&Element) -> bool| {
            elements.iter().filter(|element| is_block(element)).map(|element| source(element.text.as_bytes())).collect()
        };
        Self {
            styles: sources(|element| element.name == "style"),
            scripts: sources(is_inline_script),
            foreign_images: foreign_images(elements).any(|url| !allows(&hosts.images, url)),
            manifest: elements.iter().any(is_manifest),
        }
    }
}

fn is_inline_script(element: &Element) -> bool {
    element.name == "script" && !has_source(element) && !is_data_block(element)
}

fn is_own_script(element: &Element) -> bool {
    element.name == "script" && has_source(element) && !element.attribute("src").is_some_and(is_external)
}

fn has_source(script: &Element) -> bool {
    ["src", "href", "xlink:href"].iter().any(|name| script.attribute(name).is_some())
}

/// Whether a script is data: it does not run, so that policies do not apply to it.
pub(crate) fn is_data_block(script: &Element) -> bool {
    script.attribute("type") == Some("application/ld+json")
}

/// Whether the policy allows pictures from other hosts: if the document shows one.
pub(crate) fn allows_https_images(elements: &[Element]) -> bool {
    foreign_images(elements).next().is_some()
}

fn foreign_images(elements: &[Element]) -> impl Iterator<Item = &str> {
    let images = elements.iter().filter(|element| element.name == "img");
    images.filter_map(|element| element.attribute("src")).filter(|url| is_external(url))
}

fn is_manifest(element: &Element) -> bool {
    let relations = element.attribute("rel").unwrap_or_default();
    element.name == "link" && relations.split_ascii_whitespace().any(|name| name.eq_ignore_ascii_case("manifest"))
}

/// CSP 3 §2.3.1: `'sha256-' base64 of the block's hash`.
fn source(text: &[u8]) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

fn policy(blocks: &Blocks, hosts: &Hosts, more: &str) -> String {
    let mut policy = String::from("default-src 'none'");
    if !blocks.styles.is_empty() {
        policy.extend(["; style-src", &list(&blocks.styles)]);
    }
    if !blocks.scripts.is_empty() {
        policy.extend(["; script-src", &list(&blocks.scripts)]);
    }
    policy += "; img-src 'self' data:";
    policy += &list(&hosts.images);
    if blocks.foreign_images {
        policy += " https:";
    }
    if !hosts.frames.is_empty() {
        policy.extend(["; frame-src", &list(&hosts.frames)]);
    }
    if blocks.manifest {
        policy += "; manifest-src 'self'";
    }
    policy += more;
    policy += "; font-src 'self'; media-src 'self'; base-uri 'none'; form-action 'self'";
    policy += &list(&hosts.forms);
    policy + "; frame-ancestors 'none'"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Format;

    fn policy_of(html: &str) -> String {
        of_page(&Format::Html.parse(html), &Hosts::default())
    }

    fn sources(sources: &[&str]) -> Vec<String> {
        sources.iter().map(|host| format!("https://{host}")).collect()
    }

    #[test]
    fn the_hosts_of_the_settings_are_in_the_policy_of_every_page() {
        let hosts = Hosts {
            images: sources(&["i.example"]),
            scripts: sources(&["s.example", "*.t.example"]),
            frames: sources(&["f.example"]),
            connect: sources(&["c.example:8443"]),
            forms: sources(&["m.example"]),
        };
        let html = "<script defer src='https://s.example/a.js'></script><img src='https://i.example/a.png'>";
        let expected = "default-src 'none'; script-src https://*.t.example https://s.example; img-src 'self' data: https://i.example; \
                        frame-src https://f.example; connect-src 'self' https://c.example:8443; font-src 'self'; media-src 'self'; \
                        base-uri 'none'; form-action 'self' https://m.example; frame-ancestors 'none'";
        assert_eq!(of_page(&Format::Html.parse(html), &hosts), expected);
        let other = of_page(&Format::Html.parse("<img src='https://other.example/a.png'>"), &hosts);
        assert!(other.contains("img-src 'self' data: https://i.example https:;"), "{other}");
    }

    #[test]
    fn a_host_is_allowed_with_https_and_as_a_whole() {
        for (source, url, expected) in [
            ("a.example", "https://a.example/x?y", true),
            ("a.example", "HTTPS://A.example:443", true),
            ("a.example", "http://a.example/", false),
            ("a.example", "https://b.a.example/", false),
            ("a.example", "https://a.example.evil/", false),
            ("a.example", "//a.example/", false),
            ("a.example", "é", false),
            ("*.a.example", "https://c.b.a.example/", true),
            ("*.a.example", "https://a.example/", false),
            ("*.a.example", "https://evil.example\\.a.example/x", false),
            ("a.example", "https://a.example\\x", true),
            ("a.example:8443", "https://a.example:8443/", true),
        ] {
            assert_eq!(allows(&sources(&[source]), url), expected, "{source} {url}");
        }
    }

    #[test]
    fn an_inline_style_is_allowed_by_its_exact_hash() {
        // printf 'a{b:c}\n' | openssl dgst -sha256 -binary | base64
        let policy = policy_of("<!doctype html><style>a{b:c}\n</style><p>&lt;");
        assert!(policy.contains("style-src 'sha256-igAAq6p82pYtqOrcjugh5qXJ2Tl2c0lWyqVzCzdXfT0='"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn structured_data_needs_no_hash_and_a_script_does() {
        assert!(!policy_of(r#"<script type="application/ld+json">{}</script>"#).contains("script-src"));
        assert!(policy_of("<script>1 < 2</script>").contains("script-src 'sha256-"));
    }

    #[test]
    fn a_page_may_load_its_script_and_a_file_may_not() {
        let html = "<script>1</script><script defer src=/assets/script.0.js></script>";
        let of_page = policy_of(html);
        assert!(of_page.contains("; script-src 'self' 'sha256-"), "{of_page}");
        assert!(of_page.contains("; connect-src 'self';"), "{of_page}");
        let of_file = of_file(&Format::Html.parse(html));
        assert!(!of_file.contains("script-src 'self'") && !of_file.contains("connect-src"), "{of_file}");
        assert!(!policy_of("<script>1</script>").contains("script-src 'self'"));
    }

    #[test]
    fn another_host_is_allowed_only_if_a_picture_comes_from_one() {
        assert!(policy_of("<img src='https://example.org/a.png'>").contains("img-src 'self' data: https:;"));
        assert!(policy_of("<img src='/a.png'>").contains("img-src 'self' data:;"));
    }

    #[test]
    fn a_manifest_of_the_site_is_allowed_where_one_is_named() {
        assert!(policy_of("<link rel=manifest href=/m>").contains("; manifest-src 'self';"));
        assert!(!policy_of("<link rel=icon href=/i>").contains("manifest-src"));
    }

    #[test]
    fn the_hash_of_a_style_sheet_in_xml_is_that_of_its_unescaped_text() {
        let hash = source(b"a>b{c:d}\n");
        for style in ["a&gt;b{c:d}\n", "<![CDATA[a>b{c:d}\n]]>", "a&gt;b{c:d}\r\n"] {
            let file = format!("<a><style/><b/><style>{style}</style></a>");
            let policy = of_file(&Format::Svg.parse(&file));
            assert!(policy.contains(&hash), "{style}: {policy}");
        }
    }
}
