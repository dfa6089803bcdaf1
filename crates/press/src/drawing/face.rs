//! The face of a post in lists: its drawing as a thumbnail. Labels, which would be too small to read, are left out, and so is whatever refers to an id: a
//! page can show one face twice.

use std::fmt::Write;

use quick_xml::Reader;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, Event};

use super::ViewBox;
use super::bounds::Bounds;
use crate::markup::push_attribute;

/// Bytes of a face. A page shows a dozen of them and must fit into its first view; a drawing that needs more is not a thumbnail.
const MAX_BYTES: usize = 1800;

/// The largest width and height of a face in a list, in pixels, for the thickness of its lines.
const SIZE: (f64, f64) = (150.0, 75.0);

/// Lines up to this thickness become one pixel thick. Thicker ones are shapes: the bars of a chart.
const THIN: f64 = 3.0;

/// The space around the shapes, for the thickness of their lines.
const MARGIN: f64 = 3.0;

/// Elements without which a drawing still is one.
const OMITTED: [&str; 6] = ["text", "title", "desc", "defs", "metadata", "style"];

/// Elements without which it is not.
const NEEDED: [&str; 5] = ["use", "image", "foreignObject", "script", "svg"];

/// The face of a drawing, an `<svg>`. `None` if the drawing needs what a thumbnail cannot have.
pub(crate) fn face(svg: &str) -> Option<String> {
    let mut reader = Reader::from_str(svg);
    let mut face = Face {
        html: String::new(),
        open: Vec::new(),
        omitted: 0,
        view: None,
        bounds: Some(Bounds::NONE),
        has_shapes: false,
    };
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => face.open(&element, false)?,
            Event::Empty(element) => face.open(&element, true)?,
            Event::End(element) => face.close(element.name().0),
            Event::Eof => break,
            _ => {}
        }
    }
    face.finish()
}

struct Face {
    /// The elements within the root.
    html: String,
    /// Where the start tag of each open element begins and ends in `html`.
    open: Vec<(usize, usize)>,
    /// How many elements are open within one that is omitted, that one included.
    omitted: usize,
    /// That of the root, once it is open.
    view: Option<ViewBox>,
    /// Those of the shapes; `None` if they are unknown.
    bounds: Option<Bounds>,
    has_shapes: bool,
}

impl Face {
    fn open(&mut self, element: &BytesStart, is_empty: bool) -> Option<()> {
        let name = element.name().0;
        if self.omitted > 0 || OMITTED.contains(&name) {
            self.omitted += usize::from(!is_empty);
            return Some(());
        }
        if self.view.is_none() {
            self.view = Some(ViewBox::of(element).filter(|_| !is_empty)?);
            return Some(());
        }
        if NEEDED.contains(&name) {
            return None;
        }
        let start = self.html.len();
        write!(self.html, "<{name}").ok()?;
        for attribute in element.attributes() {
            self.push(&attribute.ok()?)?;
        }
        if is_empty {
            self.has_shapes = true;
            self.bounds = self.bounds.and_then(|mut bounds| bounds.add_shape(element).map(|()| bounds));
            self.html.push_str("/>");
        } else {
            self.html.push('>');
            self.open.push((start, self.html.len()));
        }
        Some(())
    }

    /// Adds an attribute that makes a difference at this size. `None` if it refers to an element by its id.
    fn push(&mut self, attribute: &Attribute) -> Option<()> {
        let name = attribute.key.0;
        let is_text =
            name.starts_with("font") || matches!(name, "text-anchor" | "dominant-baseline" | "letter-spacing");
        let is_thin = name == "stroke-width" && attribute.value.trim().parse().is_ok_and(|width: f64| width <= THIN);
        let is_other =
            name == "id" || name.starts_with("marker") || name.starts_with("aria") || name.starts_with("xmlns");
        if is_text || is_thin || is_other {
            return Some(());
        }
        if name == "transform" {
            self.bounds = None;
        }
        if attribute.value.contains("url(") || name.ends_with("href") || name == "style" {
            return None;
        }
        self.html.extend([" ", name, "=\""]);
        push_attribute(&mut self.html, &quick_xml::escape::unescape(&attribute.value).ok()?);
        self.html.push('"');
        Some(())
    }

    /// Closes an element; removes it if nothing is left in it.
    fn close(&mut self, name: &str) {
        if self.omitted > 0 {
            self.omitted -= 1;
            return;
        }
        match self.open.pop() {
            Some((start, end)) if end == self.html.len() => self.html.truncate(start),
            Some(_) => self.html.extend(["</", name, ">"]),
            None => {}
        }
    }

    fn finish(self) -> Option<String> {
        let view = self.view.filter(|_| self.has_shapes && self.html.len() <= MAX_BYTES)?;
        let ViewBox { x, y, width, height } = self.bounds.map_or(view, cropped);
        let line = ((width / SIZE.0).max(height / SIZE.1) * 10.0).round() / 10.0;
        let root = format!(
            "<svg class=\"face\" viewBox=\"{x} {y} {width} {height}\" preserveAspectRatio=\"xMinYMax\" stroke-width=\"{line}\" aria-hidden=\"true\">"
        );
        Some(format!("{root}{}</svg>", self.html))
    }
}

/// The view box around shapes with these bounds, in whole numbers.
fn cropped(bounds: Bounds) -> ViewBox {
    let (x, y) = ((bounds.left - MARGIN).floor(), (bounds.top - MARGIN).floor());
    ViewBox { x, y, width: (bounds.right + MARGIN).ceil() - x, height: (bounds.bottom + MARGIN).ceil() - y }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_has_the_shapes_of_the_drawing_and_no_labels() {
        let svg = "<svg role=\"img\" aria-label=\"A\" viewBox=\"0 0 300 100\" width=\"300\"><defs><marker id=\"m\"><path d=\"M0 0\"/></marker></defs>\
                   <g font-size=\"13\" stroke=\"currentColor\" stroke-width=\"1.2\"><g class=\"soft\"><text x=\"1\">a<tspan>b</tspan></text></g>\
                   <path d=\"M0 0H300\" marker-end=\"url(#m)\"/><path stroke-width=\"9\" d=\"M1 1V9\"/></g></svg>";
        let expected = "<svg class=\"face\" viewBox=\"-3 -3 306 15\" preserveAspectRatio=\"xMinYMax\" stroke-width=\"2\" aria-hidden=\"true\">\
                        <g stroke=\"currentColor\"><path d=\"M0 0H300\"/><path stroke-width=\"9\" d=\"M1 1V9\"/></g></svg>";
        assert_eq!(face(svg).as_deref(), Some(expected));
        let moved = face(&svg.replace("<g font-size", "<g transform=\"scale(2)\" font-size"));
        assert!(moved.is_some_and(|face| face.contains("viewBox=\"0 0 300 100\"")), "where it is shown is unknown");
    }

    #[test]
    fn a_drawing_of_pictures_references_or_labels_alone_has_no_face() {
        for inner in [
            "<image href=\"data:,\"/>",
            "<use href=\"#a\"/>",
            "<path fill=\"url(#g)\"/>",
            "<text>a</text>",
            "<g/><g>",
            &format!("<path d=\"{}\"/>", "M0 0".repeat(MAX_BYTES / 4)),
        ] {
            assert_eq!(face(&format!("<svg viewBox=\"0 0 9 9\">{inner}</svg>")), None, "{inner}");
        }
        assert_eq!(face("<svg><path d=\"M0 0\"/></svg>"), None, "without a size");
    }
}
