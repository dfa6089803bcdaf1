//! Prepares the HTML of a post for a reader that shows it elsewhere, without our style sheet and often without inline SVG:
//!
//! - references become absolute;
//! - a drawing becomes an `<img>` of a file with its own ink;
//! - a model becomes its still, and loses its form;
//! - alerts become block quotes, folded ones too, and marked lines of code `<mark>`: they mean the same without our classes;
//! - headings lose their anchors, which refer to nothing but themselves, footnotes their popovers, which would hide them, and code its
//!   colours.
//!
//! Everything else stays byte for byte.

use std::ops::Range;

use crate::assets::fingerprint;
use crate::colours::{Colour, Colours};
use crate::drawing;
use crate::markup::{Attribute, Element, Html, push_attribute, push_text};
use crate::url::{BaseUrl, Target, encode_reference, resolve, urls_in};

/// A post that is prepared.
pub(super) struct Preparation<'a> {
    pub(super) base_url: &'a BaseUrl,
    /// The path of the post.
    pub(super) path: &'a str,
    /// The slug of the post, with which the names of its drawings begin.
    pub(super) slug: &'a str,
    pub(super) colours: &'a Colours,
    /// The hue of the post.
    pub(super) hue: &'a Colour,
    /// What a model says in a reader, where it does not run.
    pub(super) elsewhere: &'a str,
}

/// A text for readers.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub(super) html: String,
    /// The drawings that it shows: the routes of their files, and the files.
    pub(super) drawings: Vec<(String, String)>,
}

impl Preparation<'_> {
    /// Prepares the `html` of the post.
    pub(super) fn prepare(&self, html: &str) -> Prepared {
        let html = html.replace('\r', "");
        let elements = Html::parse(&html).elements;
        let within = |name: &str| -> Vec<Range<usize>> {
            let named = elements.iter().filter(|element| element.name == name);
            named.map(|element| element.start.start..element.end.start).collect()
        };
        let rewriter = Rewriter {
            html: &html,
            of: self,
            drawings: within("svg"),
            preformatted: within("pre"),
            pictures: within("picture"),
            models: within("graven-model"),
        };
        let mut drawings = Vec::new();
        let mut edits: Vec<Edit> = Vec::new();
        for element in &elements {
            match self.drawing(element, &html) {
                Some((edit, drawing)) => {
                    edits.push(edit);
                    drawings.push(drawing);
                }
                None => edits.extend(rewriter.edits_of(element)),
            }
        }
        edits.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        Prepared { html: apply(&html, &edits), drawings }
    }

    /// The URL of a route that needs no encoding.
    fn absolute(&self, route: &str) -> String {
        [self.base_url.origin(), &self.base_url.href(route)].concat()
    }

    /// The `<img>` in place of a drawing, and the file that it shows.
    fn drawing(&self, element: &Element, html: &str) -> Option<(Edit, (String, String))> {
        let span = element.start.start..element.end.end;
        if element.name != "svg" || element.end.is_empty() {
            return None;
        }
        let file = drawing::standalone(&html[span.clone()], self.colours, self.hue)?;
        let route = format!("/assets/{}.{}.svg", self.slug, fingerprint([file.svg.as_bytes()]));
        let mut img = format!("<img src=\"{}\" alt=\"", self.absolute(&route));
        push_attribute(&mut img, &file.alt);
        img.extend(["\" width=\"", &file.width, "\" height=\"", &file.height, "\">"]);
        Some(((span, img), (route, file.svg)))
    }
}

/// A span of the HTML and its replacement.
type Edit = (Range<usize>, String);

struct Rewriter<'a> {
    html: &'a str,
    of: &'a Preparation<'a>,
    /// The spans of the `<svg>` elements.
    drawings: Vec<Range<usize>>,
    /// The spans of the `<pre>` elements.
    preformatted: Vec<Range<usize>>,
    /// The spans of the `<picture>` elements.
    pictures: Vec<Range<usize>>,
    /// The spans of the `<graven-model>` elements.
    models: Vec<Range<usize>>,
}

impl Rewriter<'_> {
    fn edits_of(&self, element: &Element) -> Vec<Edit> {
        let is_in = |spans: &[Range<usize>]| spans.iter().any(|span| span.contains(&element.start.start));
        match element.name.as_str() {
            "a" if is_anchor(element) && !element.end.is_empty() => {
                vec![(element.start.start..element.end.end, String::new())]
            }
            "button" if element.attribute("popovertarget").is_some() && !element.end.is_empty() => {
                vec![(element.start.start..element.end.end, String::new())]
            }
            "span" if is_in(&self.preformatted) && has_class(element, "l") && has_class(element, "m") => {
                renamed(element, "<mark>", "</mark>")
            }
            "span" if is_in(&self.preformatted) => renamed(element, "", ""),
            "p" | "summary" if has_class(element, "alert-title") => renamed(element, "<p><strong>", "</strong></p>"),
            "form" if is_in(&self.models) => vec![(element.start.start..element.end.end, String::new())],
            "aside" | "details" | "div" if is_note(element) => {
                let id = element.attribute("id").map(|id| format!(" id=\"{}\"", escaped(id))).unwrap_or_default();
                renamed(element, &format!("<blockquote{id}>"), "</blockquote>")
            }
            // A model runs on its page only: elsewhere it is its still.
            "graven-model" => {
                let id = element.attribute("id").map(escaped).unwrap_or_default();
                let page = self.of.absolute(self.of.path);
                let mut link = format!("<p><a href=\"{page}#{id}\">");
                push_text(&mut link, self.of.elsewhere);
                link.push_str("</a></p>");
                vec![(element.start.clone(), String::new()), (element.end.clone(), link)]
            }
            // Readers know `<img>`, and some of them nothing around it.
            "picture" => {
                vec![(element.start.clone(), String::new()), (element.end.clone(), String::new())]
            }
            "source" if is_in(&self.pictures) => vec![(element.start.clone(), String::new())],
            name => {
                // A drawing takes its parts with it: references to them stay.
                let keeps_fragments = name != "a" && is_in(&self.drawings);
                let popover = element.attributes.iter().filter(|attribute| attribute.name == "popover");
                let references = element
                    .attributes
                    .iter()
                    .filter(|attribute| !(keeps_fragments && attribute.value.starts_with('#')))
                    .filter_map(|attribute| self.absolute_value(attribute));
                popover.map(|attribute| (attribute.span.clone(), String::new())).chain(references).collect()
            }
        }
    }

    fn absolute_value(&self, attribute: &Attribute) -> Option<Edit> {
        let Attribute { name, value, value_span, .. } = attribute;
        let mut rewritten = String::new();
        let mut done = 0;
        for url in urls_in(name, value) {
            // What the page contains are hrefs.
            if let Target::Internal(path) = resolve(&self.of.base_url.href(self.of.path), &value[url.clone()]) {
                rewritten.push_str(&value[done..url.start]);
                rewritten.push_str(self.of.base_url.origin());
                rewritten.push_str(&encode_reference(&path));
                done = url.end;
            }
        }
        rewritten.push_str(&value[done..]);
        let is_quoted = self.html[..value_span.start].ends_with(['"', '\'']);
        let text = if is_quoted { escaped(&rewritten) } else { format!("\"{}\"", escaped(&rewritten)) };
        (done > 0).then(|| (value_span.clone(), text))
    }
}

/// The edits that replace the tags of an element.
fn renamed(element: &Element, start: &str, end: &str) -> Vec<Edit> {
    vec![(element.start.clone(), start.to_owned()), (element.end.clone(), end.to_owned())]
}

/// Whether an element is the anchor of a heading.
fn is_anchor(element: &Element) -> bool {
    has_class(element, "anchor")
}

/// Whether an element is a footnote or an alert.
fn is_note(element: &Element) -> bool {
    element.attribute("role") == Some("note") || has_class(element, "alert")
}

fn has_class(element: &Element, name: &str) -> bool {
    element.attribute("class").is_some_and(|class| class.split_ascii_whitespace().any(|class| class == name))
}

/// Applies edits in the order of their spans. One within the last is already covered by it.
fn apply(html: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut done = 0;
    for (place, text) in edits {
        if place.start < done || place.is_empty() {
            continue;
        }
        out.push_str(&html[done..place.start]);
        out.push_str(text);
        done = place.end;
    }
    out.push_str(&html[done..]);
    out
}

/// The value of an attribute, escaped for either kind of quotes.
fn escaped(value: &str) -> String {
    value
        .replace('&', "&amp;")
        .replace('\r', "&#13;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::languages::english;
    use crate::theme::Theme;

    fn prepared(html: &str, path: &str) -> Prepared {
        let theme = Theme::of_words(&english());
        let (colours, hue) = (&theme.colours, theme.colours.hue(Some(0)));
        let elsewhere = "This figure runs on its page.";
        let base_url = &BaseUrl::parse("https://e.org").expect("a base URL");
        Preparation { base_url, path, slug: "p", colours, hue, elsewhere }.prepare(html)
    }

    fn absolute(html: &str, path: &str) -> String {
        prepared(html, path).html
    }

    #[test]
    fn a_model_becomes_its_still() {
        let html = "<figure><graven-model id=\"m\" src=\"/m.js\"><img class=\"still\" src=\"/m.svg\" alt=\"M\">\
                    <form><a href=\"#m\">x</a></form></graven-model></figure><form>kept</form>";
        let expected = "<figure><img class=\"still\" src=\"https://e.org/m.svg\" alt=\"M\">\
                        <p><a href=\"https://e.org/blog/p#m\">This figure runs on its page.</a></p></figure><form>kept</form>";
        assert_eq!(absolute(html, "/blog/p"), expected);
    }

    #[test]
    fn references_become_absolute_and_nothing_else_changes() {
        for (html, expected) in [
            ("<p>plain /notes #x</p>", "<p>plain /notes #x</p>"),
            (r#"<a href="/notes">n</a>"#, r#"<a href="https://e.org/notes">n</a>"#),
            (r##"<a href="#id">n</a>"##, r#"<a href="https://e.org/blog/p#id">n</a>"#),
            (r#"<a href="/é [a]">n</a>"#, r#"<a href="https://e.org/%C3%A9%20%5Ba%5D">n</a>"#),
            (r#"<a href="other">n</a>"#, r#"<a href="https://e.org/blog/other">n</a>"#),
            (r#"<a href='/a?b=1&amp;c="2"'>n</a>"#, "<a href='https://e.org/a?b=1&amp;c=%222%22'>n</a>"),
            (r#"<a href="/a'b">n</a>"#, r#"<a href="https://e.org/a&#39;b">n</a>"#),
            (r#"<a href="/a?b&amp;">n</a>"#, r#"<a href="https://e.org/a?b&amp;">n</a>"#),
            (r#"<a href="/a?b&c=d&copy=e">n</a>"#, r#"<a href="https://e.org/a?b&amp;c=d&amp;copy=e">n</a>"#),
            ("<a href=/notes title=x>n</a>", r#"<a href="https://e.org/notes" title=x>n</a>"#),
            (
                r#"<A HREF="/n">é</A><img alt="木" src="/a.png">"#,
                r#"<A HREF="https://e.org/n">é</A><img alt="木" src="https://e.org/a.png">"#,
            ),
            (
                r#"<img src="/a.png" srcset="/a.png 1x, https://x.org/b 2x, /c.png 3x">"#,
                r#"<img src="https://e.org/a.png" srcset="https://e.org/a.png 1x, https://x.org/b 2x, https://e.org/c.png 3x">"#,
            ),
            (
                r#"<a href="https://x.org/">x</a><a href="mailto:a@b.c">m</a><a href="//x.org/">y</a>"#,
                r#"<a href="https://x.org/">x</a><a href="mailto:a@b.c">m</a><a href="//x.org/">y</a>"#,
            ),
            ("a\r\n<a href=\"/n\">é</a>", "a\n<a href=\"https://e.org/n\">é</a>"),
            (r#"&lt;a href="/n"&gt;"#, r#"&lt;a href="/n"&gt;"#),
            (r#"<!-- <a href="/n"> -->"#, r#"<!-- <a href="/n"> -->"#),
            (r#"<a href="">t</a>"#, r#"<a href="">t</a>"#),
        ] {
            assert_eq!(absolute(html, "/blog/p"), expected, "{html}");
        }
    }

    #[test]
    fn the_anchors_of_headings_are_dropped() {
        let html = r##"<a class="anchor h2" href="#a" aria-labelledby="a"></a><h2 id="a">A</h2><p><a href="#a" class="anchors">b</a></p>"##;
        let expected = r#"<h2 id="a">A</h2><p><a href="https://e.org/blog/p#a" class="anchors">b</a></p>"#;
        assert_eq!(absolute(html, "/blog/p"), expected);
        let class_last = r##"<h2>A<a href="#a" class="x anchor">#</a></h2>"##;
        assert_eq!(absolute(class_last, "/"), "<h2>A</h2>");
    }

    #[test]
    fn notes_lose_their_popovers_and_stay_where_they_are() {
        let html = r##"a<sup id="fnref-a"><a href="#fn-a">1</a><button popovertarget="fn-a" value="1"></button></sup><small class="note" id="fn-a" popover> (b)</small>"##;
        let expected = r#"a<sup id="fnref-a"><a href="https://e.org/blog/p#fn-a">1</a></sup><small class="note" id="fn-a" > (b)</small>"#;
        assert_eq!(absolute(html, "/blog/p"), expected);
    }

    #[test]
    fn code_loses_its_colours_and_nothing_else() {
        let html = "<span>a</span><pre><code class=\"language-rust\"><span class=\"k\">fn</span> <span class=f>f</span>() {}</code></pre><span>b</span>";
        let expected = "<span>a</span><pre><code class=\"language-rust\">fn f() {}</code></pre><span>b</span>";
        assert_eq!(absolute(html, "/"), expected);
    }

    #[test]
    fn a_drawing_becomes_a_picture_of_a_file_with_its_own_ink() {
        let html = r#"<figure><svg viewBox="0 0 80 30" width="80" height="30" role="img" aria-label="A &amp; &quot;b&quot;"><g class="hue"/></svg></figure>"#;
        let Prepared { html, drawings } = prepared(html, "/blog/p");
        let [(route, file)] = &drawings[..] else { panic!("{drawings:?}") };
        let expected = format!(
            "<figure><img src=\"https://e.org{route}\" alt=\"A &amp; &quot;b&quot;\" width=\"104\" height=\"54\"></figure>"
        );
        assert_eq!(html, expected);
        assert!(route.starts_with("/assets/p.") && file.contains(".hue{color:#27589e}"), "{route}: {file}");
    }

    #[test]
    fn a_drawing_without_a_size_stays_and_keeps_its_own_references() {
        let html =
            r##"<svg><use href="#a"/><path fill="url(#g)"/><a href="#s"><text>t</text></a></svg><a href="#a">a</a>"##;
        let expected = r##"<svg><use href="#a"/><path fill="url(#g)"/><a href="https://e.org/blog/p#s"><text>t</text></a></svg><a href="https://e.org/blog/p#a">a</a>"##;
        assert_eq!(absolute(html, "/blog/p"), expected);
    }

    #[test]
    fn notes_alerts_and_marked_lines_need_no_classes() {
        for (html, expected) in [
            (
                r#"<aside class="alert tip" aria-label="Tip"><p class="alert-title">Tip</p><p>a</p></aside>"#,
                "<blockquote><p><strong>Tip</strong></p><p>a</p></blockquote>",
            ),
            (
                r##"<aside class="note" id="fn-a" role="note"><sup><a href="#fnref-a">1</a></sup> b</aside>"##,
                r#"<blockquote id="fn-a"><sup><a href="https://e.org/blog/p#fnref-a">1</a></sup> b</blockquote>"#,
            ),
            (
                r#"<div class="alert" role="note"><p>a</p></div><div>b</div>"#,
                "<blockquote><p>a</p></blockquote><div>b</div>",
            ),
            (
                r#"<details class="alert tip" open><summary class="alert-title">a</summary><p>b</p></details><details><summary>c</summary></details>"#,
                "<blockquote><p><strong>a</strong></p><p>b</p></blockquote><details><summary>c</summary></details>",
            ),
            (
                "<pre><code><span class=\"l\">a\n</span><span class=\"m l\"><span class=\"m\">b</span>\n</span></code></pre>",
                "<pre><code>a\n<mark>b\n</mark></code></pre>",
            ),
        ] {
            assert_eq!(absolute(html, "/blog/p"), expected);
        }
    }

    #[test]
    fn a_picture_becomes_its_image() {
        let html = r#"<a href="/o.jpg"><picture><source type="image/webp" srcset="/a.webp 400w, /b.webp 800w" sizes="100vw"><img src="/a.jpg" alt=""></picture></a><video><source src="/v.mp4"></video>"#;
        let expected = r#"<a href="https://e.org/o.jpg"><img src="https://e.org/a.jpg" alt=""></a><video><source src="https://e.org/v.mp4"></video>"#;
        assert_eq!(absolute(html, "/"), expected);
    }

    proptest! {
        #[test]
        fn any_html_is_rewritten_without_a_panic_and_once(
            html in "([a-z ]|é|🦀|&amp;|&#x|<a |<svg>|</svg>|</a>|<img |href=|srcset=|class=anchor |[\"'/#,>=?<!\r\n-]){0,40}",
        ) {
            let once = absolute(&html, "/blog/p");
            prop_assert_eq!(&absolute(&once, "/blog/p"), &once);
        }
    }
}
