//! `theme/wordmark.svg`: the name of the site as its author drew it. It takes the place of the favicon's drawing and the title at the top of each page.

use crate::assets::Asset;
use crate::diagnostic::{Diagnostic, Report, utf8};
use crate::markup::{Element, Format};
use crate::media::size_of_svg;
use crate::security_policy::is_blocked_attribute;

/// The file.
pub(super) const FILE: &str = "theme/wordmark.svg";

/// The most bytes of a drawing that every page contains.
const MOST_INLINE: usize = 4096;

/// The height of the wordmark in pixels, as in `wordmark.css`.
const HEIGHT: f32 = 28.0;

/// The wordmark of a site.
#[derive(Debug)]
pub(crate) enum Wordmark {
    /// A part of each page. It can have the colour of the text around it.
    Inline(String),
    /// A file, since it is large, or since its styles and ids would be those of the page.
    File {
        /// The route of the file, with its fingerprint.
        route: String,
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
    },
}

impl Wordmark {
    /// The path of the file in the content.
    pub(crate) const SOURCE: &str = FILE;

    /// Reads the file. What is no SVG is reported.
    pub(super) fn read(file: &[u8], report: &mut Report) -> Option<Self> {
        let svg = utf8(FILE, file, report)?;
        match size_of_svg(svg) {
            Ok(size) => Some(Self::of(svg, size)),
            Err(error) => {
                let error = Diagnostic::error(FILE, None, format!("the wordmark is no SVG: {error}"));
                let help = "an SVG file is XML, with `xmlns=\"http://www.w3.org/2000/svg\"` on its `<svg>`";
                report.push(error.help(help));
                None
            }
        }
    }

    fn of(svg: &str, (width, height): (f32, f32)) -> Self {
        let drawing = svg.find("<svg").map(|start| svg[start..].trim_end()).unwrap_or_default();
        let elements = Format::Svg.parse(svg);
        if !drawing.is_empty() && drawing.len() <= MOST_INLINE && elements.iter().all(is_plain) {
            return Self::Inline(drawing.replacen("<svg", "<svg aria-hidden=\"true\"", 1));
        }
        Self::File {
            route: Asset::new(FILE, svg.as_bytes()).route,
            width: pixels(HEIGHT * width / height),
            height: pixels(HEIGHT),
        }
    }
}

/// Whether an element means the same in a page.
fn is_plain(element: &Element) -> bool {
    let is_drawn = !matches!(element.name.as_str(), "style" | "script" | "image" | "foreignObject" | "a");
    is_drawn
        && element.attributes.iter().all(|attribute| attribute.name != "id" && !is_blocked_attribute(&attribute.name))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the size of an SVG file is positive; the cast saturates"
)]
fn pixels(length: f32) -> u32 {
    length.round().max(1.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parts: &str) -> Option<Wordmark> {
        let svg = format!(
            "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 20\">{parts}</svg>\n"
        );
        Wordmark::read(svg.as_bytes(), &mut Report::default())
    }

    #[test]
    fn a_small_plain_drawing_is_a_part_of_the_page() {
        let Some(Wordmark::Inline(svg)) = read("<path d=\"M0 0h9v9z\"/>") else { panic!("it is plain") };
        assert!(svg.starts_with("<svg aria-hidden=\"true\" xmlns") && svg.ends_with("</svg>"), "{svg}");
    }

    #[test]
    fn another_drawing_is_a_file() {
        let large = "<path d=\"M0 0h9v9z\"/>".repeat(300);
        for parts in
            ["<style>a{}</style>", "<path id=\"a\" d=\"M0 0h9z\"/>", "<path style=\"fill:red\" d=\"M0 0h9z\"/>", &large]
        {
            let Some(Wordmark::File { route, width, height }) = read(parts) else { panic!("not in a page: {parts}") };
            assert!(route.starts_with("/assets/wordmark."), "{route}");
            assert_eq!((width, height), (140, 28));
        }
    }

    #[test]
    fn what_is_no_svg_is_reported() {
        let mut report = Report::default();
        assert!(Wordmark::read(b"<svg", &mut report).is_none());
        assert_eq!((report.errors(), report.diagnostics()[0].path.as_str()), (1, "theme/wordmark.svg"));
    }
}
