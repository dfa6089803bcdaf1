//! The drawings of a text outside its page. A drawing is an `<svg>` in the rendered HTML: it has the page's ink by way of `currentColor`, and the classes
//! `hue`, `soft` and `faint`.
//!
//! - [`standalone`](standalone::standalone): a file with its own ink and paper, for feed readers, which have neither the page's style sheet nor inline SVG.
//! - [`still`](standalone::still): the same without a margin, for the place of a model in its page.
//! - [`face`](face::face): the shapes alone, small, for lists of posts.

mod bounds;
mod face;
mod standalone;

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

pub(crate) use face::face;
pub(crate) use standalone::{standalone, still};

/// The first drawing of a text, as it is in the HTML. `None` if there is none that is well-formed.
pub(crate) fn first(html: &str) -> Option<&str> {
    let svg = &html[html.find("<svg")?..];
    let mut reader = Reader::from_str(svg);
    let mut depth = 0usize;
    loop {
        match reader.read_event().ok()? {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            Event::Eof => return None,
            _ => {}
        }
        if depth == 0 {
            return svg.get(..usize::try_from(reader.buffer_position()).ok()?);
        }
    }
}

/// The view box of a drawing: `viewBox`, or else its width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ViewBox {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl ViewBox {
    fn of(root: &BytesStart) -> Option<Self> {
        let view_box = value(root, "viewBox").and_then(|text| {
            let numbers = text.split([' ', ',', '\n', '\t']).filter(|part| !part.is_empty());
            <[f64; 4]>::try_from(numbers.map(|part| part.parse().ok()).collect::<Option<Vec<f64>>>()?).ok()
        });
        let stated = || Some([0.0, 0.0, pixels(root, "width")?, pixels(root, "height")?]);
        let [x, y, width, height] = view_box.or_else(stated)?;
        (width > 0.0 && height > 0.0).then_some(Self { x, y, width, height })
    }
}

/// The value of an attribute, without character references.
fn value(element: &BytesStart, name: &str) -> Option<String> {
    let attribute = element.try_get_attribute(name).ok().flatten()?;
    quick_xml::escape::unescape(&attribute.value).ok().map(Cow::into_owned)
}

/// A length in pixels.
fn pixels(element: &BytesStart, name: &str) -> Option<f64> {
    value(element, name)?.trim().trim_end_matches("px").parse().ok().filter(|length: &f64| *length > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_drawing_is_found_with_all_that_is_in_it() {
        for (html, expected) in [
            ("<p>a</p><svg><svg><g/></svg></svg><svg/>", Some("<svg><svg><g/></svg></svg>")),
            ("<svg viewBox='0 0 1 1'/><p>", Some("<svg viewBox='0 0 1 1'/>")),
            ("<p>&lt;svg></p>", None),
            ("<svg><g></svg>", None),
            ("<svg><g/>", None),
        ] {
            assert_eq!(first(html), expected, "{html}");
        }
    }
}
