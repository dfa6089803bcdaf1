//! HTML, tokenised once.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::ops::Range;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Error, Span, Tokenizer};

use super::element::{Attribute, Element, Normalized};

/// A parsed document or fragment.
#[derive(Debug, Default)]
pub(crate) struct Html {
    /// In the order of their start tags.
    pub(crate) elements: Vec<Element>,
    /// The end tags that close nothing: their names, and their bytes in the file.
    pub(crate) strays: Vec<(String, Range<usize>)>,
    /// Whether the text ends within a tag or a comment.
    pub(crate) is_unfinished: bool,
    /// The texts that are in no element but perhaps in one without a content, as `<br>` is.
    pub(crate) loose: Vec<Range<usize>>,
}

/// The elements without a content and an end tag (HTML §13.1.2).
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// Whether an element has neither a content nor an end tag.
pub(crate) fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

impl Html {
    /// Parses `file`. Anything can be parsed.
    ///
    /// Elements are nested by their tags alone: an end tag closes the innermost open element of its name, and all within it.
    pub(crate) fn parse(file: &str) -> Self {
        let normalized = Normalized::new(file);
        let text = &*normalized.text;
        let mut builder = Builder { text, html: Self::default(), is_in_tag: false, open: Vec::new() };
        let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, span: Span<usize>| -> Option<Infallible> {
            builder.event(&event, span.start..span.end);
            None
        });
        emitter.naively_switch_states(true);
        let Ok(()) = Tokenizer::new_with_emitter(text, emitter).finish();
        builder.finish(&normalized)
    }
}

struct Builder<'t> {
    text: &'t str,
    html: Html,
    /// Whether the last element's start tag is not closed yet.
    is_in_tag: bool,
    /// The indices of the open elements.
    open: Vec<usize>,
}

impl Builder<'_> {
    fn event(&mut self, event: &CallbackEvent<'_>, span: Range<usize>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.html.elements.push(Element { name: lossy(name), start: span, ..Element::default() });
                self.is_in_tag = true;
            }
            CallbackEvent::AttributeName { name } => {
                // An end tag has no attributes, whatever is written there.
                if self.is_in_tag
                    && let Some(element) = self.last()
                {
                    let value_span = span.end..span.end;
                    let attribute = Attribute { name: lossy(name), value: String::new(), span, value_span };
                    element.attributes.push(attribute);
                }
            }
            CallbackEvent::AttributeValue { value } => self.attribute_value(value, span),
            CallbackEvent::CloseStartTag { .. } => self.close_start_tag(span.end),
            CallbackEvent::EndTag { name } => self.end_tag(name, &span),
            CallbackEvent::String { value } => {
                let open = self.open.last().map(|index| &mut self.html.elements[*index]);
                if let Some(element) = open.filter(|element| element.holds_text()) {
                    element.text += &String::from_utf8_lossy(value);
                } else if !value.trim_ascii().is_empty() && self.is_outside() {
                    self.html.loose.push(span);
                }
            }
            CallbackEvent::Error(Error::EofInTag | Error::EofInComment) => self.html.is_unfinished = true,
            _ => {}
        }
    }

    /// Whether no element with a content is open.
    fn is_outside(&self) -> bool {
        self.open.iter().all(|index| is_void(&self.html.elements[*index].name))
    }

    fn last(&mut self) -> Option<&mut Element> {
        self.html.elements.last_mut()
    }

    fn attribute_value(&mut self, value: &[u8], span: Range<usize>) {
        let is_quoted = self.text[..span.start].ends_with(['"', '\'']);
        if self.is_in_tag
            && let Some(attribute) = self.last().and_then(|element| element.attributes.last_mut())
        {
            attribute.value = lossy(value);
            attribute.span.end = span.end + usize::from(is_quoted);
            attribute.value_span = span;
        }
    }

    fn close_start_tag(&mut self, end: usize) {
        self.is_in_tag = false;
        self.open.push(self.html.elements.len() - 1);
        if let Some(element) = self.last() {
            element.start.end = end;
            // Of attributes with one name, the first counts (HTML §13.2.5.33).
            let mut names = BTreeSet::new();
            element.attributes.retain(|attribute| names.insert(attribute.name.clone()));
        }
    }

    fn end_tag(&mut self, name: &[u8], span: &Range<usize>) {
        let elements = &mut self.html.elements;
        let Some(at) = self.open.iter().rposition(|index| elements[*index].name.as_bytes() == name) else {
            self.html.strays.push((lossy(name), span.clone()));
            return;
        };
        for index in self.open.drain(at + 1..) {
            elements[index].end = span.start..span.start;
        }
        self.open.pop().into_iter().for_each(|index| elements[index].end = span.clone());
    }

    fn finish(mut self, normalized: &Normalized) -> Html {
        if self.is_in_tag {
            self.html.elements.pop();
        }
        let end = self.text.len();
        for index in self.open {
            self.html.elements[index].end = end..end;
        }
        for element in &mut self.html.elements {
            let attributes = element.attributes.iter_mut();
            let spans = attributes.flat_map(|attribute| [&mut attribute.span, &mut attribute.value_span]);
            for span in spans.chain([&mut element.start, &mut element.end]) {
                *span = normalized.in_file(span.clone());
            }
        }
        let places = self.html.strays.iter_mut().map(|(_, span)| span).chain(&mut self.html.loose);
        for span in places {
            *span = normalized.in_file(span.clone());
        }
        self.html
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(file: &str) -> Vec<(&str, &str)> {
        let html = Html::parse(file);
        html.elements.iter().map(|element| (&file[element.start.clone()], &file[element.end.clone()])).collect()
    }

    #[test]
    fn an_end_tag_closes_the_innermost_element_of_its_name_and_all_within_it() {
        for (file, expected) in [
            ("<p>a<br></p>", vec![("<p>", "</p>"), ("<br>", "")]),
            ("<a><b></a></b>", vec![("<a>", "</a>"), ("<b>", "")]),
            ("<a><a></a>", vec![("<a>", ""), ("<a>", "</a>")]),
            ("</a><a", vec![]),
            ("<a></a x=y>", vec![("<a>", "</a x=y>")]),
        ] {
            assert_eq!(parse(file), expected, "{file}");
        }
    }

    #[test]
    fn an_end_tag_that_closes_nothing_is_listed() {
        let file = "<a></b>\r\n</a></A>";
        let strays: Vec<_> = Html::parse(file).strays.into_iter().map(|(name, span)| (name, &file[span])).collect();
        assert_eq!(strays, [("b".to_owned(), "</b>"), ("a".to_owned(), "</A>")]);
    }

    #[test]
    fn an_attribute_is_found_with_and_without_quotes() {
        let file = "<A HREF='/é' b=c&amp;d e f=\"\" b=2>";
        let html = Html::parse(file);
        let found: Vec<_> = html.elements[0]
            .attributes
            .iter()
            .map(|found| {
                let Attribute { name, value, span, value_span } = found;
                (name.as_str(), value.as_str(), &file[span.clone()], &file[value_span.clone()])
            })
            .collect();
        let expected = [
            ("href", "/é", "HREF='/é'", "/é"),
            ("b", "c&d", "b=c&amp;d", "c&amp;d"),
            ("e", "", "e", ""),
            ("f", "", "f", ""),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_text_that_ends_within_a_tag_is_unfinished() {
        for (file, expected) in [("<a>", false), ("<a", true), ("<a b='", true), ("<!--", true), ("a <", false)] {
            assert_eq!(Html::parse(file).is_unfinished, expected, "{file}");
        }
    }
}
