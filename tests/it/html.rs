//! An HTML page as a tree. Stricter than a browser: an element without its own end tag is a fault.

use std::collections::BTreeMap;

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// The elements without an end tag (HTML §13.1.2).
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// An element, or the document itself, which has no name.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    children: Vec<Node>,
}

#[derive(Debug)]
enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    /// Reads a document.
    pub(crate) fn parse(html: &[u8]) -> Self {
        let mut open = vec![Self::default()];
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        for token in Tokenizer::new_with_emitter(html, emitter) {
            let Ok(token) = token;
            match token {
                Token::StartTag(tag) => {
                    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("pages are UTF-8");
                    let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect();
                    let element = Self { name: text(&tag.name), attributes, children: Vec::new() };
                    if tag.self_closing || VOID.contains(&element.name.as_str()) {
                        put(&mut open, Node::Element(element));
                    } else {
                        open.push(element);
                    }
                }
                Token::String(text) => put(&mut open, Node::Text(String::from_utf8_lossy(&text).into_owned())),
                Token::EndTag(tag) => {
                    let element = open.pop().expect("the document is never closed");
                    let name = String::from_utf8_lossy(&tag.name).into_owned();
                    assert_eq!(element.name, name, "</{name}> closes <{}>: {}", element.name, element.text());
                    put(&mut open, Node::Element(element));
                }
                Token::Comment(_) | Token::Doctype(_) => {}
                Token::Error(error) => panic!("{error:?}"),
            }
        }
        let document = open.remove(0);
        assert!(open.is_empty(), "<{}> is not closed", open[0].name);
        document
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The value of an attribute that must be there.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.attribute(name).unwrap_or_else(|| panic!("<{}> without {name}: {}", self.name, self.text()))
    }

    /// Whether it has the class.
    pub(crate) fn is_of(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|classes| classes.split_whitespace().any(|word| word == class))
    }

    /// All elements below it, in document order.
    pub(crate) fn descendants(&self) -> Vec<&Element> {
        let mut found = Vec::new();
        for child in self.elements() {
            found.push(child);
            found.extend(child.descendants());
        }
        found
    }

    /// Its child elements.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// All elements below it with this name.
    pub(crate) fn all(&self, name: &str) -> Vec<&Element> {
        self.descendants().into_iter().filter(|element| element.name == name).collect()
    }

    /// The one element below it with this name.
    pub(crate) fn only(&self, name: &str) -> &Element {
        let found = self.all(name);
        assert_eq!(found.len(), 1, "<{name}> below <{}>", self.name);
        found[0]
    }

    /// The one element below it with this class.
    pub(crate) fn only_of(&self, class: &str) -> &Element {
        let found: Vec<_> = self.descendants().into_iter().filter(|element| element.is_of(class)).collect();
        assert_eq!(found.len(), 1, ".{class} below <{}>", self.name);
        found[0]
    }

    /// Its text, with single spaces.
    pub(crate) fn text(&self) -> String {
        self.text_without(&[])
    }

    /// Its text without that of elements with these names, with single spaces.
    pub(crate) fn text_without(&self, names: &[&str]) -> String {
        self.raw_text(names).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Its text unchanged, as hashes are computed over it, without that of elements with these names.
    pub(crate) fn raw_text(&self, without: &[&str]) -> String {
        let texts = self.children.iter().map(|node| match node {
            Node::Text(text) => text.clone(),
            Node::Element(element) if without.contains(&element.name.as_str()) => String::new(),
            Node::Element(element) => element.raw_text(without),
        });
        texts.collect()
    }

    /// The `content` of the one `<meta>` with this name.
    pub(crate) fn meta(&self, name: &str) -> Option<&str> {
        let mut found = self.all("meta").into_iter().filter(|meta| meta.attribute("name") == Some(name));
        let only = found.next()?;
        assert!(found.next().is_none(), "<meta name={name}> occurs twice");
        Some(only.value("content"))
    }

    /// The `href` of the one `<link>` with this relation.
    pub(crate) fn link(&self, relation: &str) -> Option<&str> {
        let mut found = self.all("link").into_iter().filter(|link| link.attribute("rel") == Some(relation));
        let only = found.next()?;
        assert!(found.next().is_none(), "<link rel={relation}> occurs twice");
        Some(only.value("href"))
    }
}

/// Adds a node to the innermost open element.
fn put(open: &mut [Element], node: Node) {
    open.last_mut().expect("the document is never closed").children.push(node);
}
