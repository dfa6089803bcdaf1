//! A drawing as a file: what the page gives it is written into it.

use std::fmt::Write;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{ViewBox, pixels, value};
use crate::colours::{Colour, Colours};
use crate::markup::push_attribute;

/// The space around a drawing, in its own units: it brings its paper along, and a line must not touch the edge.
const MARGIN: f64 = 12.0;

/// Attributes of the root that are written anew, or that describe the element of the page.
const REPLACED: [&str; 12] = [
    "xmlns",
    "viewBox",
    "width",
    "height",
    "x",
    "y",
    "id",
    "class",
    "role",
    "aria-label",
    "aria-hidden",
    "aria-labelledby",
];

/// A drawing as a file, and what an `<img>` says about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Standalone {
    pub(crate) svg: String,
    pub(crate) width: String,
    pub(crate) height: String,
    pub(crate) alt: String,
}

/// The `<svg>` of a page as a file, with the hue of its post. `None` if it is not well-formed or has no size.
pub(crate) fn standalone(svg: &str, colours: &Colours, hue: &Colour) -> Option<Standalone> {
    file_of(svg, MARGIN, colours, hue)
}

/// A drawing as a file that takes exactly its place in the page. `None` if it is not well-formed or has no size.
pub(crate) fn still(svg: &str, colours: &Colours, hue: &Colour) -> Option<String> {
    file_of(&svg[svg.find("<svg")?..], 0.0, colours, hue).map(|file| file.svg)
}

fn file_of(svg: &str, margin: f64, colours: &Colours, hue: &Colour) -> Option<Standalone> {
    let mut reader = Reader::from_str(svg);
    let Event::Start(root) = reader.read_event().ok()? else { return None };
    let content = usize::try_from(reader.buffer_position()).ok()?;
    while reader.read_event().ok()? != Event::Eof {}
    let inner = svg.get(content..svg.rfind("</")?)?;
    let view = ViewBox::of(&root)?;
    let scale = pixels(&root, "width").map_or(1.0, |width| width / view.width);
    let (x, y) = (view.x - margin, view.y - margin);
    let (width, height) = (view.width + 2.0 * margin, view.height + 2.0 * margin);
    let size = |length: f64| (length * scale).round().to_string();
    let mut file = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{x} {y} {width} {height}\" width=\"{}\" height=\"{}\" color=\"{}\"",
        size(width),
        size(height),
        colours.ink.light
    );
    push_attributes(&mut file, &root);
    write!(
        file,
        "><style>{}</style><rect class=\"paper\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{}\" stroke=\"none\"/>{inner}</svg>",
        style(colours, hue), colours.paper.light
    )
    .expect("writing to a string cannot fail");
    let alt = value(&root, "aria-label").unwrap_or_default();
    Some(Standalone { svg: file, width: size(width), height: size(height), alt })
}

/// The style sheet of a drawing. Lines that the page only hints at are soft: there is no page around them here.
fn style(colours: &Colours, hue: &Colour) -> String {
    let rules = |pick: fn(&Colour) -> &str| {
        let [ink, paper, soft, hue] = [&colours.ink, &colours.paper, &colours.soft, hue].map(pick);
        format!("svg{{color:{ink}}}.paper{{fill:{paper}}}.soft,.faint{{color:{soft}}}.hue{{color:{hue}}}")
    };
    let (light, dark) = (rules(|colour| &colour.light), rules(|colour| &colour.dark));
    format!("{light}@media (prefers-color-scheme:dark){{{dark}}}")
}

/// The attributes of the root that are its own. What is not filled otherwise is filled with ink, as on the page.
fn push_attributes(file: &mut String, root: &BytesStart) {
    let own = root.attributes().flatten().filter(|attribute| !REPLACED.contains(&attribute.key.0));
    let mut is_filled = false;
    for attribute in own {
        let name = attribute.key.0;
        is_filled |= name == "fill";
        file.extend([" ", name, "=\""]);
        push_attribute(file, &quick_xml::escape::unescape(&attribute.value).unwrap_or_default());
        file.push('"');
    }
    if !is_filled {
        file.push_str(" fill=\"currentColor\"");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(svg: &str) -> Option<Standalone> {
        let css = "--ink:light-dark(#111,#eee);--paper:light-dark(#fff,#000);--soft:light-dark(#666,#999);--t1:light-dark(#00f,#8af)";
        let colours = Colours::read(css, "");
        standalone(svg, &colours, colours.hue(Some(0)))
    }

    #[test]
    fn a_drawing_brings_its_ink_its_paper_and_its_size_along() {
        let svg = "<svg role=\"img\" aria-label=\"A &lt; B\" viewBox=\"0 0 100 50\" width=\"200\" height=\"100\" id=\"f1-a\"><g class=\"hue\"><path stroke=\"currentColor\" d=\"M0 0H9\"/></g></svg>";
        let found = drawn(svg).expect("it has a size");
        assert_eq!((found.width.as_str(), found.height.as_str(), found.alt.as_str()), ("248", "148", "A < B"));
        assert_eq!(
            found.svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-12 -12 124 74\" width=\"248\" height=\"148\" color=\"#111\" fill=\"currentColor\">\
             <style>svg{color:#111}.paper{fill:#fff}.soft,.faint{color:#666}.hue{color:#00f}\
             @media (prefers-color-scheme:dark){svg{color:#eee}.paper{fill:#000}.soft,.faint{color:#999}.hue{color:#8af}}</style>\
             <rect class=\"paper\" x=\"-12\" y=\"-12\" width=\"124\" height=\"74\" fill=\"#fff\" stroke=\"none\"/>\
             <g class=\"hue\"><path stroke=\"currentColor\" d=\"M0 0H9\"/></g></svg>"
        );
    }

    #[test]
    fn what_cannot_be_a_file_stays_in_the_text() {
        for svg in [
            "<svg><g/></svg>",
            "<svg viewBox='0 0 0 9'><g/></svg>",
            "<svg width=9><g/></svg>",
            "<svg width='9' height='9'><g></svg>",
        ] {
            assert_eq!(drawn(svg), None, "{svg}");
        }
        assert!(drawn("<svg width='9' height='9px' fill='none'><g/></svg>").is_some());
    }
}
