//! Writes XML. quick-xml escapes it; characters that XML 1.0 forbids even when escaped are removed.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// Why writing cannot fail.
const IN_MEMORY: &str = "writing to a vector cannot fail";

/// A document in progress.
pub(super) struct Xml {
    writer: Writer<Vec<u8>>,
}

impl Xml {
    /// A document with the root `name` and the content that `inner` writes.
    pub(super) fn document(name: &str, attributes: &[(&str, &str)], inner: impl FnOnce(&mut Self)) -> String {
        let mut xml = Self { writer: Writer::new_with_indent(Vec::new(), b' ', 1) };
        xml.write(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)));
        xml.element(name, attributes, inner);
        let mut bytes = xml.writer.into_inner();
        bytes.push(b'\n');
        String::from_utf8(bytes).expect("only text was written")
    }

    /// Writes an element with the content that `inner` writes.
    pub(super) fn element(&mut self, name: &str, attributes: &[(&str, &str)], inner: impl FnOnce(&mut Self)) {
        self.write(Event::Start(start(name, attributes)));
        inner(self);
        self.write(Event::End(BytesEnd::new(name)));
    }

    /// Writes an empty element.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.write(Event::Empty(start(name, attributes)));
    }

    /// Writes an element with text.
    pub(super) fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.element(name, attributes, |xml| {
            let escaped = partial_escape(allowed(text));
            xml.write(Event::Text(BytesText::from_escaped(escaped)));
        });
    }

    /// Writes an element with text as character data. For HTML, that is much shorter than escaping.
    pub(super) fn character_data(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        let text = allowed(text);
        self.element(name, attributes, |xml| BytesCData::escaped(&text).for_each(|part| xml.write(Event::CData(part))));
    }

    fn write(&mut self, event: Event) {
        self.writer.write_event(event).expect(IN_MEMORY);
    }
}

fn start<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, allowed(value).as_ref()));
    }
    start
}

/// The text without the characters that XML forbids (XML 1.0 §2.2, `Char`).
fn allowed(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_char) { text.into() } else { text.chars().filter(|&char| is_char(char)).collect() }
}

fn is_char(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_forbids_is_removed_and_the_rest_escaped() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a < b && c > \"d\"", "a &lt; b &amp;&amp; c &gt; \"d\""),
            ("]]>", "]]&gt;"),
            ("nul\0bell\u{7}escape\u{1b}", "nulbellescape"),
            ("\u{fffe}\u{ffff}\u{fffd}", "\u{fffd}"),
            ("tab\tline\n", "tab\tline\n"),
            ("é 木 🦀", "é 木 🦀"),
        ] {
            let xml = Xml::document("t", &[], |xml| xml.text("x", &[("a", "\u{8}&")], text));
            let expected =
                format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<t>\n <x a=\"&amp;\">{expected}</x>\n</t>\n");
            assert_eq!(xml, expected, "{text:?}");
        }
    }

    #[test]
    fn character_data_cannot_end_early() {
        let xml = Xml::document("t", &[], |xml| xml.character_data("x", &[], "a]]>b\u{c}"));
        assert!(xml.contains("<x><![CDATA[a]]]]><![CDATA[>b]]></x>"), "{xml}");
    }
}
