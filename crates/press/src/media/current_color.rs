//! `currentColor` in a drawing, written out where it is used.
//!
//! It is inherited as a word (CSS Color 4, §9.3): an element in another colour has its fill and its lines in that colour, although they are those of an
//! element around it. usvg takes the colour of the outer element, so each element of a class repeats what it inherits.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const WORD: &str = "currentColor";

/// What an element inherits: whether its fill and its lines are `currentColor`.
#[derive(Clone, Copy)]
struct Inherited {
    fill: bool,
    stroke: bool,
}

/// The drawing with `currentColor` on each element that has a class. Malformed SVG is returned up to its error.
pub(super) fn written_out(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len() + svg.len() / 8);
    let mut reader = Reader::from_str(svg);
    // A figure of the page is filled in the colour of its text.
    let mut open = vec![Inherited { fill: true, stroke: false }];
    let mut done = 0;
    while let Ok(event) = reader.read_event() {
        let end = usize::try_from(reader.buffer_position()).unwrap_or(svg.len()).min(svg.len());
        match event {
            Event::Eof => break,
            Event::Start(element) => {
                let inherited = push(&mut out, &svg[done..end], &element, open.last().copied());
                open.push(inherited);
            }
            Event::Empty(element) => drop(push(&mut out, &svg[done..end], &element, open.last().copied())),
            Event::End(_) => {
                open.pop();
                out.push_str(&svg[done..end]);
            }
            _ => out.push_str(&svg[done..end]),
        }
        done = end;
    }
    out
}

/// Adds a tag, and returns what its content inherits.
fn push(out: &mut String, tag: &str, element: &BytesStart, around: Option<Inherited>) -> Inherited {
    let around = around.unwrap_or(Inherited { fill: false, stroke: false });
    let value = |name| element.try_get_attribute(name).ok().flatten().map(|attribute| attribute.value);
    let (fill, stroke) = (value("fill"), value("stroke"));
    let name = tag.find('<').unwrap_or_default() + 1 + element.name().0.len();
    out.push_str(&tag[..name]);
    if value("class").is_some() {
        for (attribute, is_own, is_inherited) in
            [("fill", fill.is_some(), around.fill), ("stroke", stroke.is_some(), around.stroke)]
        {
            if is_inherited && !is_own {
                out.extend([" ", attribute, "=\"", WORD, "\""]);
            }
        }
    }
    out.push_str(&tag[name..]);
    Inherited {
        fill: fill.map_or(around.fill, |fill| fill == WORD),
        stroke: stroke.map_or(around.stroke, |stroke| stroke == WORD),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_of_a_class_repeats_what_it_inherits() {
        for (svg, expected) in [
            (
                r#"<svg><g class="hue"><path/></g></svg>"#,
                r#"<svg><g fill="currentColor" class="hue"><path/></g></svg>"#,
            ),
            (
                r#"<svg fill="none" stroke="currentColor"><path class="hue"/><path class="hue" stroke="none"/></svg>"#,
                r#"<svg fill="none" stroke="currentColor"><path stroke="currentColor" class="hue"/><path class="hue" stroke="none"/></svg>"#,
            ),
            (
                r#"<svg fill="red"><text class="hue">a &lt; b</text></svg>"#,
                r#"<svg fill="red"><text class="hue">a &lt; b</text></svg>"#,
            ),
            ("<?xml version=\"1.0\"?>\n<svg/>", "<?xml version=\"1.0\"?>\n<svg/>"),
        ] {
            assert_eq!(written_out(svg), expected);
        }
    }
}
