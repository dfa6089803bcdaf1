//! The elements of a document that its policy is about, read as HTML or as XML, each with its place in the file.

use std::ops::Range;

use html5gum::{DefaultEmitter, Token, Tokenizer};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// A start tag, with the text of the element where that is a style sheet or a script.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Without a prefix; of an XML processing instruction, with its `?`.
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    /// The start tag in the file.
    pub(super) span: Range<usize>,
    /// As a browser hashes it.
    pub(super) text: String,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// The element whose text a policy knows by its hash.
fn holds_text(name: &str) -> bool {
    matches!(name, "style" | "script")
}

/// A text with its line ends made `\n`, as browsers read it, and with what that takes to find a place of the file again.
struct Normalized {
    text: String,
    /// Where in `text` a carriage return was left out.
    removed: Vec<usize>,
}

impl Normalized {
    fn of(file: &str) -> Self {
        let mut normalized = Self { text: String::with_capacity(file.len()), removed: Vec::new() };
        let mut rest = file;
        while let Some(at) = rest.find('\r') {
            normalized.text.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if rest.starts_with('\n') {
                normalized.removed.push(normalized.text.len());
            } else {
                normalized.text.push('\n');
            }
        }
        normalized.text.push_str(rest);
        normalized
    }

    fn in_file(&self, span: Range<usize>) -> Range<usize> {
        let at = |offset: usize| offset + self.removed.partition_point(|removed| *removed <= offset);
        // The end is behind the last byte, in front of what was left out there.
        at(span.start)..if span.is_empty() { at(span.start) } else { at(span.end - 1) + 1 }
    }
}

/// The elements of an HTML document.
pub(super) fn of_html(file: &str) -> Vec<Element> {
    let normalized = Normalized::of(file);
    let mut elements: Vec<Element> = Vec::new();
    let mut is_open = false;
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    for token in Tokenizer::new_with_emitter(normalized.text.as_str(), emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let name = text(&tag.name);
                is_open = holds_text(&name);
                elements.push(Element {
                    attributes: tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect(),
                    span: normalized.in_file(tag.span.start..tag.span.end),
                    name,
                    text: String::new(),
                });
            }
            Token::String(text) if is_open => {
                elements.last_mut().into_iter().for_each(|open| open.text += &String::from_utf8_lossy(&text));
            }
            Token::EndTag(_) => is_open = false,
            _ => {}
        }
    }
    elements
}

/// The elements and processing instructions of an XML document, as far as it is well-formed.
pub(super) fn of_xml(file: &str) -> Vec<Element> {
    let normalized = Normalized::of(file);
    let mut elements: Vec<Element> = Vec::new();
    let mut is_open = false;
    let mut reader = Reader::from_str(&normalized.text);
    let position = |reader: &Reader<_>| usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
    loop {
        let start = position(&reader);
        let Ok(event) = reader.read_event() else { return elements };
        let span = normalized.in_file(start..position(&reader));
        match event {
            Event::Eof => return elements,
            Event::Start(tag) => {
                elements.push(element(&tag, span));
                is_open = holds_text(&elements[elements.len() - 1].name);
            }
            Event::Empty(tag) => elements.push(element(&tag, span)),
            Event::End(_) => is_open = false,
            Event::PI(instruction) => {
                let name = format!("?{}", instruction.target());
                elements.push(Element { name, span, ..Element::default() });
            }
            event if is_open => elements.last_mut().into_iter().for_each(|open| open.text += &text_of(&event)),
            _ => {}
        }
    }
}

fn element(tag: &BytesStart, span: Range<usize>) -> Element {
    let attributes = tag.attributes().flatten();
    Element {
        name: tag.local_name().as_ref().to_owned(),
        attributes: attributes.map(|found| (found.key.0.to_owned(), found.value.into_owned())).collect(),
        span,
        text: String::new(),
    }
}

fn text_of(event: &Event) -> String {
    match event {
        Event::Text(text) => text.to_string(),
        Event::CData(text) => text.to_string(),
        Event::GeneralRef(entity) => character(entity).map(String::from).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The character of an entity; one that the document defines itself is not known.
fn character(entity: &BytesRef) -> Option<char> {
    match &**entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => entity.resolve_char_ref().ok().flatten(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each element as the file has it, with its text.
    fn found<'f>(elements: &[Element], file: &'f str) -> Vec<(&'f str, String)> {
        elements.iter().map(|element| (&file[element.span.clone()], element.text.clone())).collect()
    }

    #[test]
    fn places_are_those_of_the_file_whatever_its_line_ends() {
        for end in ["\n", "\r\n", "\r"] {
            let file = format!("<p>é{end}<style\r\n title='a'>{end}b{end}</style>{end}<br>");
            let expected =
                [("<p>", String::new()), ("<style\r\n title='a'>", "\nb\n".to_owned()), ("<br>", String::new())];
            assert_eq!(found(&of_html(&file), &file), expected, "{end:?}");
            let file = file.replace("<br>", "<br/></p>");
            let found = found(&of_xml(&file), &file);
            assert_eq!((found[1].0, found[1].1.as_str(), found[2].0), (expected[1].0, "\nb\n", "<br/>"), "{end:?}");
        }
    }

    #[test]
    fn the_text_of_xml_is_what_its_escapes_stand_for() {
        let file = "<?xml-stylesheet href='a.css'?><svg><style>a&gt;b<![CDATA[<c>]]>&#100;</style><s:script/>e</svg>";
        let elements = of_xml(file);
        let names: Vec<_> = elements.iter().map(|element| element.name.as_str()).collect();
        assert_eq!(names, ["?xml-stylesheet", "svg", "style", "script"]);
        assert_eq!((elements[2].text.as_str(), elements[3].text.as_str()), ("a>b<c>d", ""));
    }
}
