//! XML: the elements of SVG and XHTML, and the processing instructions of any XML.

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::element::{Attribute, Element, Normalized};

/// The elements and processing instructions of a document, as far as it is well-formed.
pub(super) fn parse(file: &str) -> Vec<Element> {
    let normalized = Normalized::new(file);
    let mut elements: Vec<Element> = Vec::new();
    let mut is_open = false;
    let mut reader = Reader::from_str(&normalized.text);
    let position = |reader: &Reader<_>| usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
    loop {
        let start = position(&reader);
        let Ok(event) = reader.read_event() else { break };
        let span = start..position(&reader);
        let text = &*normalized.text;
        match event {
            Event::Eof => break,
            Event::Start(tag) => {
                elements.push(element(text, &tag, span));
                is_open = elements[elements.len() - 1].holds_text();
            }
            Event::Empty(tag) => elements.push(element(text, &tag, span)),
            Event::End(_) => is_open = false,
            Event::PI(instruction) => {
                let name = format!("?{}", instruction.target());
                elements.push(Element { name, start: span, ..Element::default() });
            }
            event if is_open => elements.last_mut().into_iter().for_each(|open| open.text += &text_of(&event)),
            _ => {}
        }
    }
    for element in &mut elements {
        let attributes = element.attributes.iter_mut().map(|attribute| &mut attribute.span);
        attributes.chain([&mut element.start]).for_each(|span| *span = normalized.in_file(span.clone()));
    }
    elements
}

fn element(text: &str, tag: &BytesStart, span: Range<usize>) -> Element {
    let attributes = tag.attributes().flatten().map(|found| {
        let name = found.key.0.to_owned();
        Attribute { span: attribute_span(text, &span, &name), name, value: found.value.into_owned(), value_span: 0..0 }
    });
    let attributes = attributes.collect();
    Element { name: tag.local_name().as_ref().to_owned(), attributes, start: span, ..Element::default() }
}

/// The span of the attribute `name` in a start tag, from its name to the end of its value. The whole tag if it is not found.
pub(crate) fn attribute_span(text: &str, tag: &Range<usize>, name: &str) -> Range<usize> {
    let source = &text[tag.clone()];
    let is_name = |index: usize| {
        source[..index].ends_with(char::is_whitespace) && source[index + name.len()..].trim_start().starts_with('=')
    };
    let Some(start) = source.match_indices(name).map(|(index, _)| index).find(|index| is_name(*index)) else {
        return tag.clone();
    };
    let end = source[start..].find(['"', '\'']).and_then(|open| {
        let open = start + open;
        source[open + 1..].find(&source[open..=open]).map(|length| open + 1 + length + 1)
    });
    tag.start + start..tag.start + end.unwrap_or(start + name.len())
}

fn text_of(event: &Event) -> String {
    match event {
        Event::Text(text) => text.to_string(),
        Event::CData(text) => text.to_string(),
        Event::GeneralRef(entity) => character(entity).map(String::from).unwrap_or_default(),
        _ => String::new(),
    }
}

/// The character of an entity. Entities that the document defines are unknown.
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
    use super::super::html::Html;
    use super::*;

    /// Each start tag as written in the file, with the text of the element.
    fn found<'f>(elements: &[Element], file: &'f str) -> Vec<(&'f str, String)> {
        elements.iter().map(|element| (&file[element.start.clone()], element.text.clone())).collect()
    }

    #[test]
    fn spans_are_those_of_the_file_whatever_its_line_ends() {
        for end in ["\n", "\r\n", "\r"] {
            let file = format!("<p>é{end}<style\r\n title='a'>{end}b{end}</style>{end}<br>");
            let expected =
                [("<p>", String::new()), ("<style\r\n title='a'>", "\nb\n".to_owned()), ("<br>", String::new())];
            let html = Html::parse(&file).elements;
            assert_eq!(found(&html, &file), expected, "{end:?}");
            let file = file.replace("<br>", "<br/></p>");
            let xml = parse(&file);
            assert_eq!(found(&xml, &file)[1..], [expected[1].clone(), ("<br/>", String::new())], "{end:?}");
            assert!(xml[1].attributes[0].span == html[1].attributes[0].span, "{end:?}");
        }
    }

    #[test]
    fn the_text_of_xml_is_without_escapes() {
        let file = "<?xml-stylesheet href='a.css'?><svg><style>a&gt;b<![CDATA[<c>]]>&#100;</style><s:script/>e</svg>";
        let elements = parse(file);
        let names: Vec<_> = elements.iter().map(|element| element.name.as_str()).collect();
        assert_eq!(names, ["?xml-stylesheet", "svg", "style", "script"]);
        assert_eq!((elements[2].text.as_str(), elements[3].text.as_str()), ("a>b<c>d", ""));
    }
}
