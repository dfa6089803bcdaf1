//! Makes the HTML of a post fit to stand elsewhere: every reference becomes absolute, the headings lose their anchors, which lead nowhere but to
//! themselves, and code its colours, which need a style sheet that is not there. All else stays byte for byte.

use std::ops::Range;

use html5gum::emitters::callback::CallbackEvent;

use crate::links::reference::{Destination, Holds, resolve, walk};
use crate::url::encode_reference;

/// `html`, which stands at `path` of the site at `base_url`, with absolute URLs.
pub(super) fn absolute(html: &str, base_url: &str, path: &str) -> String {
    let html = html.replace('\r', "");
    let mut rewriter = Rewriter {
        html: &html,
        base_url,
        path,
        tag: Tag::default(),
        attribute: Vec::new(),
        drawings: 0,
        preformatted: 0,
        anchor: None,
        edits: Vec::new(),
    };
    walk(&html, |event, place| rewriter.event(&event, place));
    apply(&html, &rewriter.edits)
}

/// A place of the HTML and what comes in its stead.
type Edit = (Range<usize>, String);

/// What is known at a place of the HTML.
struct Rewriter<'a> {
    html: &'a str,
    base_url: &'a str,
    path: &'a str,
    /// The start tag that is being read, or was last.
    tag: Tag,
    /// The name of the attribute that is being read.
    attribute: Vec<u8>,
    /// How many `<svg>` are open.
    drawings: usize,
    /// How many `<pre>` are open.
    preformatted: usize,
    /// Where the anchor of a heading that is open begins.
    anchor: Option<usize>,
    /// In order, apart from each other.
    edits: Vec<Edit>,
}

#[derive(Default)]
struct Tag {
    name: Vec<u8>,
    start: usize,
    is_anchor: bool,
}

impl Rewriter<'_> {
    fn event(&mut self, event: &CallbackEvent<'_>, place: Range<usize>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Tag { name: name.to_vec(), start: place.start, is_anchor: false };
            }
            CallbackEvent::AttributeName { name } => self.attribute = name.to_vec(),
            CallbackEvent::AttributeValue { value } => self.value(&String::from_utf8_lossy(value), place),
            CallbackEvent::CloseStartTag { self_closing } => {
                self.drawings += usize::from(self.tag.name == b"svg" && !self_closing);
                self.preformatted += usize::from(self.tag.name == b"pre");
                if self.preformatted > 0 && self.tag.name == b"span" {
                    self.edits.push((self.tag.start..place.end, String::new()));
                }
                if self.tag.is_anchor {
                    self.anchor.get_or_insert(self.tag.start);
                }
            }
            CallbackEvent::EndTag { name } => self.end(name, place),
            _ => {}
        }
    }

    fn value(&mut self, value: &str, place: Range<usize>) {
        if self.tag.name == b"a"
            && self.attribute == b"class"
            && value.split_ascii_whitespace().any(|class| class == "anchor")
        {
            self.tag.is_anchor = true;
        }
        let Some(holds) = Holds::of(&self.attribute) else { return };
        // A drawing refers to its own parts, and goes where it goes with them.
        if self.drawings > 0 && self.tag.name != b"a" && value.starts_with('#') {
            return;
        }
        let mut rewritten = String::new();
        let mut done = 0;
        for url in holds.urls(value) {
            if let Destination::Internal(path) = resolve(self.path, &value[url.clone()]) {
                rewritten.push_str(&value[done..url.start]);
                rewritten.push_str(self.base_url);
                rewritten.push_str(&encode_reference(&path));
                done = url.end;
            }
        }
        if done > 0 {
            rewritten.push_str(&value[done..]);
            let quoted = self.html[..place.start].ends_with(['"', '\'']);
            let text = if quoted { escaped(&rewritten) } else { format!("\"{}\"", escaped(&rewritten)) };
            self.edits.push((place, text));
        }
    }

    fn end(&mut self, name: &[u8], place: Range<usize>) {
        match name {
            b"svg" => self.drawings = self.drawings.saturating_sub(1),
            b"pre" => self.preformatted = self.preformatted.saturating_sub(1),
            b"span" if self.preformatted > 0 => self.edits.push((place, String::new())),
            b"a" => {
                if let Some(start) = self.anchor.take() {
                    while self.edits.pop_if(|(place, _)| place.start >= start).is_some() {}
                    self.edits.push((start..place.end, String::new()));
                }
            }
            _ => {}
        }
    }
}

fn apply(html: &str, edits: &[Edit]) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 8);
    let mut done = 0;
    for (place, text) in edits {
        out.push_str(&html[done..place.start]);
        out.push_str(text);
        done = place.end;
    }
    out.push_str(&html[done..]);
    out
}

/// An attribute's value, whichever quotes stand around it.
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
            assert_eq!(absolute(html, "https://e.org", "/blog/p"), expected, "{html}");
        }
    }

    #[test]
    fn the_anchors_of_headings_are_dropped() {
        let html = r##"<h2 id="a">A <a class="anchor" href="#a" aria-label="Link"></a></h2><p><a href="#a" class="anchors">b</a></p>"##;
        let expected = r#"<h2 id="a">A </h2><p><a href="https://e.org/blog/p#a" class="anchors">b</a></p>"#;
        assert_eq!(absolute(html, "https://e.org", "/blog/p"), expected);
        let class_last = r##"<h2>A<a href="#a" class="x anchor">#</a></h2>"##;
        assert_eq!(absolute(class_last, "https://e.org", "/"), "<h2>A</h2>");
    }

    #[test]
    fn code_loses_its_colours_and_nothing_else() {
        let html = "<span>a</span><pre><code class=\"language-rust\"><span class=\"k\">fn</span> <span class=f>f</span>() {}</code></pre><span>b</span>";
        let expected = "<span>a</span><pre><code class=\"language-rust\">fn f() {}</code></pre><span>b</span>";
        assert_eq!(absolute(html, "https://e.org", "/"), expected);
    }

    #[test]
    fn a_drawing_keeps_its_own_references_and_case() {
        let html = r##"<svg viewBox="0 0 1 1"><use href="#a"/><path fill="url(#g)"/><a href="#s"><text>t</text></a></svg><a href="#a">a</a>"##;
        let expected = r##"<svg viewBox="0 0 1 1"><use href="#a"/><path fill="url(#g)"/><a href="https://e.org/blog/p#s"><text>t</text></a></svg><a href="https://e.org/blog/p#a">a</a>"##;
        assert_eq!(absolute(html, "https://e.org", "/blog/p"), expected);
    }

    proptest! {
        #[test]
        fn any_html_is_rewritten_without_a_panic_and_once(
            html in "([a-z ]|é|🦀|&amp;|&#x|<a |<svg>|</svg>|</a>|<img |href=|srcset=|class=anchor |[\"'/#,>=?<!\r\n-]){0,40}",
        ) {
            let once = absolute(&html, "https://e.org", "/blog/p");
            prop_assert_eq!(&absolute(&once, "https://e.org", "/blog/p"), &once);
        }
    }
}
