//! SVG to pixels, by resvg, with the fonts of press and without any other file.

use std::sync::LazyLock;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree};
use sha2::{Digest, Sha256};

use super::{fonts, png};

/// A drawing, ready to be drawn at any size.
#[derive(Debug)]
pub(super) struct Drawing(Tree);

/// Where a drawing goes: its left upper corner and its scale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placement {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) scale: f32,
}

impl Placement {
    /// As the SVG says.
    pub(super) const ORIGIN: Self = Self { x: 0.0, y: 0.0, scale: 1.0 };
}

impl Drawing {
    /// Reads SVG. `style` are rules that replace its attributes.
    ///
    /// # Errors
    /// If it is no SVG.
    pub(super) fn read(svg: &str, style: &str) -> Result<Self, String> {
        // The pictures in a drawing would be read from the disk.
        let no_files =
            ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
        let options = Options {
            fontdb: fonts::database(),
            font_family: "Graven Serif".to_owned(),
            image_href_resolver: no_files,
            style_sheet: Some(style.to_owned()),
            ..Options::default()
        };
        Tree::from_str(svg, &options).map(Self).map_err(|error| error.to_string())
    }

    /// Width and height.
    pub(super) fn size(&self) -> (f32, f32) {
        (self.0.size().width(), self.0.size().height())
    }

    /// The placement in the middle of a square of `size` pixels, of which the drawing takes `part`.
    #[expect(clippy::cast_precision_loss, reason = "an icon has few pixels")]
    pub(super) fn centred(&self, size: u32, part: f32) -> Placement {
        let (width, height) = self.size();
        let size = size as f32;
        let scale = size * part / width.max(height);
        Placement { x: (size - width * scale) / 2.0, y: (size - height * scale) / 2.0, scale }
    }

    /// Adds the drawing to a surface.
    pub(super) fn draw(&self, at: Placement, pixels: &mut Pixmap) {
        let transform = Transform::from_row(at.scale, 0.0, 0.0, at.scale, at.x, at.y);
        resvg::render(&self.0, transform, &mut pixels.as_mut());
    }
}

/// A transparent surface.
pub(super) fn surface(width: u32, height: u32) -> Pixmap {
    Pixmap::new(width, height).expect("the sizes of surfaces are constants, and not zero")
}

/// A hash of everything that turns SVG into a file: this code, the fonts, the encoder, and a sample of what the libraries draw.
pub(super) fn generation() -> &'static [u8] {
    static GENERATION: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut hash = Sha256::new_with_prefix(include_str!("draw.rs"));
        hash.update(include_str!("png.rs"));
        hash.update(include_str!("fonts.rs"));
        for font in fonts::FILES {
            hash.update(font);
        }
        let drawing = Drawing::read(SAMPLE, "").expect("the sample is SVG");
        let mut pixels = surface(96, 64);
        drawing.draw(Placement::ORIGIN, &mut pixels);
        hash.update(png::encode(&pixels));
        hash.finalize().to_vec()
    });
    &GENERATION
}

/// Each font, curves, dashes, opacity.
const SAMPLE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" width="96" height="64"><rect width="96" height="64" fill="#faf6ed"/>
<text x="2" y="20" font-family="Graven Serif" font-size="18">Agfi é</text><text x="2" y="40" font-family="Graven Serif" font-weight="700" font-size="17">AVos 19</text>
<text x="2" y="60" font-family="monospace" font-size="13">0x7f</text><path d="M60 50C70 20 80 60 94 40" fill="none" stroke="#27589e" stroke-width="1.5" stroke-dasharray="4 3"/>
<circle cx="80" cy="12" r="7.3" fill-opacity=".4"/></svg>"##;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_reads_no_file() {
        let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="theme/favicon.svg" width="9" height="9"/></svg>"#;
        let drawing = Drawing::read(svg, "").expect("SVG");
        let mut pixels = surface(9, 9);
        drawing.draw(Placement::ORIGIN, &mut pixels);
        assert!(pixels.data().iter().all(|byte| *byte == 0));
    }

    #[test]
    fn what_is_no_svg_is_an_error() {
        assert!(Drawing::read("<svg", "").is_err());
        assert!(Drawing::read("", "").is_err());
    }
}
