//! The icons of browsers, phones and desktops, and the manifest that lists them. All are drawn from `favicon.svg` of the theme.

use serde_json::json;

use super::draw::{self, Drawing, Placement};
use super::png;
use crate::cache::{Cache, Key};
use crate::colours::Colours;
use crate::diagnostic::{Diagnostic, Report};
use crate::output::{Document, Output, Outputs};
use crate::source::Settings;

/// The web app manifest (W3C), which Android and desktops read.
pub(crate) const MANIFEST: &str = "/manifest.webmanifest";
/// The drawing itself.
pub(crate) const FAVICON: &str = "/favicon.svg";
/// Read by iOS, from the page's `<link>` or from this path.
pub(crate) const TOUCH_ICON: &str = "/apple-touch-icon.png";

/// An icon on paper: its path, its size in pixels, and the part of it that the drawing takes. A maskable icon is cut to a circle of 0.8 of its size
/// (W3C manifest, "safe zone").
const ON_PAPER: [(&str, u32, f32); 4] = [
    (TOUCH_ICON, 180, 0.8),
    ("/icon-192.png", 192, 0.8),
    ("/icon-512.png", 512, 0.8),
    ("/icon-maskable.png", 512, 0.56),
];

/// The sizes in `favicon.ico`, for clients that do not read SVG.
const ICO: [u32; 3] = [16, 32, 48];

/// The drawing of the site.
#[derive(Debug)]
pub(crate) struct Icons {
    svg: String,
    /// The drawing as part of a page. `None` if it is large.
    inline: Option<String>,
    /// `None` if the file is no SVG.
    drawing: Option<Drawing>,
}

impl Icons {
    /// The icons from `favicon.svg`. Reports if it is no SVG.
    pub(crate) fn new(svg: &[u8], report: &mut Report) -> Self {
        let svg = String::from_utf8_lossy(svg).into_owned();
        let drawing = Drawing::read(&svg, "")
            .map_err(|error| {
                let error = Diagnostic::error("theme/favicon.svg", None, format!("the icon is no SVG: {error}"));
                report
                    .push(error.help("an SVG file is XML, with `xmlns=\"http://www.w3.org/2000/svg\"` on its `<svg>`"));
            })
            .ok();
        Self { inline: inline(&svg), svg, drawing }
    }

    /// The drawing as SVG.
    pub(crate) fn svg(&self) -> &str {
        &self.svg
    }

    /// The drawing as part of a page, next to the name of the site. `None` if it is large, and to be loaded.
    pub(crate) fn inline(&self) -> Option<&str> {
        self.inline.as_deref()
    }

    /// Adds the icons and the manifest.
    pub(crate) fn draw(&self, (settings, colours): (&Settings, &Colours), cache: &Cache, outputs: &mut Outputs) {
        let Some(drawing) = &self.drawing else { return };
        let mut put = |path: &str, bytes: &[u8]| {
            outputs.insert(path.to_owned(), Output::Document(Document::file(path, bytes.to_owned())));
        };
        put(FAVICON, self.svg.as_bytes());
        put(MANIFEST, manifest(settings, colours).as_bytes());
        let paths = std::iter::once("/favicon.ico").chain(ON_PAPER.map(|(path, ..)| path));
        for (path, file) in paths.zip(self.files(drawing, &colours.paper.light, cache)) {
            put(path, &file);
        }
    }

    /// The icons of pixels: the ICO file, and those on paper.
    fn files(&self, drawing: &Drawing, paper: &str, cache: &Cache) -> Vec<Vec<u8>> {
        let this = include_str!("icons.rs").as_bytes();
        let key = Key::new("icons", &[this, draw::generation(), self.svg.as_bytes(), paper.as_bytes()]);
        cache.get_or_make(&key, || {
            let on_paper = ON_PAPER.iter().map(|(_, size, part)| drawn(drawing, *size, *part, Some(paper)));
            std::iter::once(ico(drawing)).chain(on_paper).collect()
        })
    }
}

/// The most bytes of a drawing that every page contains.
const MOST_INLINE: usize = 1024;

/// The drawing in the colour of the text around it: without its style sheet, which is for where there is no such text. `None` if it is large.
fn inline(svg: &str) -> Option<String> {
    let is_rule = |part: &str| part.split_once("</style>").map(|(_, rest)| rest.to_owned());
    let mut parts = svg.split("<style");
    let mut drawing = parts.next().unwrap_or_default().to_owned();
    drawing.extend(parts.filter_map(is_rule));
    let start = drawing.find("<svg").filter(|start| drawing.len() - start <= MOST_INLINE)?;
    Some(drawing[start..].trim_end().replacen("<svg", "<svg aria-hidden=\"true\"", 1))
}

/// A square with the drawing in its middle, on paper or on nothing.
fn drawn(drawing: &Drawing, size: u32, part: f32, paper: Option<&str>) -> Vec<u8> {
    let mut pixels = draw::surface(size, size);
    if let Some(paper) = paper {
        let sheet = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512"><rect width="512" height="512" fill="{paper}"/></svg>"#
        );
        let sheet = Drawing::read(&sheet, "").expect("a rectangle in a colour of the theme is SVG");
        sheet.draw(Placement::ORIGIN, &mut pixels);
    }
    drawing.draw(drawing.centred(size, part), &mut pixels);
    png::encode(&pixels)
}

/// An ICO file that holds a PNG file for each size.
fn ico(drawing: &Drawing) -> Vec<u8> {
    let pictures = ICO.map(|size| (size, drawn(drawing, size, 1.0, None)));
    let word = |number: usize| u16::try_from(number).expect("there are few pictures").to_le_bytes();
    let mut file = [&[0, 0, 1, 0][..], &word(pictures.len())].concat();
    let mut offset = 6 + 16 * pictures.len();
    for (size, picture) in &pictures {
        let side = u8::try_from(*size).expect("the sizes are below 256");
        let long = |number: usize| u32::try_from(number).expect("an icon is small").to_le_bytes();
        // Width, height, colours in a palette, reserved, planes, bits a pixel.
        file.extend([side, side, 0, 0, 1, 0, 32, 0]);
        file.extend([long(picture.len()), long(offset)].concat());
        offset += picture.len();
    }
    for (_, picture) in pictures {
        file.extend(picture);
    }
    file
}

fn manifest(settings: &Settings, colours: &Colours) -> String {
    let icon = |path: &str, size: u32, purpose: &str| json!({ "src": settings.href(path), "sizes": format!("{size}x{size}"), "type": "image/png", "purpose": purpose });
    let mut icons = vec![json!({ "src": settings.href(FAVICON), "sizes": "any", "type": "image/svg+xml" })];
    for (path, size, _) in ON_PAPER.into_iter().filter(|(path, ..)| *path != TOUCH_ICON) {
        icons.push(icon(path, size, if path.contains("maskable") { "maskable" } else { "any" }));
    }
    let home = settings.href("/");
    let manifest = json!({
        "name": settings.title, "short_name": settings.title, "description": settings.description, "lang": settings.language,
        "id": home, "start_url": home, "scope": home,
        // With the browser's own way back: it is a site, whose pages have no such button.
        "display": "minimal-ui",
        "background_color": colours.paper.light, "theme_color": colours.paper.light, "icons": icons,
    });
    manifest.to_string()
}

#[cfg(test)]
mod tests {
    use resvg::tiny_skia::Pixmap;

    use super::*;

    const SQUARE: &[u8] =
        br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path fill="#f00" d="M0 0h4v4H0z"/></svg>"##;

    #[test]
    fn an_icon_fits_into_the_circle_that_a_phone_cuts_out() {
        let icons = Icons::new(SQUARE, &mut Report::default());
        for (path, size, part) in ON_PAPER {
            let file = drawn(icons.drawing.as_ref().expect("SVG"), size, part, Some("#00ff00"));
            let pixels = Pixmap::decode_png(&file).expect("a PNG file");
            assert_eq!((pixels.width(), pixels.height()), (size, size), "{path}");
            assert!(pixels.pixels().iter().all(|pixel| pixel.alpha() == u8::MAX), "{path}");
            assert!(!path.contains("maskable") || std::f32::consts::SQRT_2 * part < 0.8, "{path}");
        }
    }

    #[test]
    fn an_ico_file_contains_its_pictures() {
        let icons = Icons::new(SQUARE, &mut Report::default());
        let file = ico(icons.drawing.as_ref().expect("SVG"));
        assert_eq!(file[..6], [0, 0, 1, 0, 3, 0]);
        for (index, size) in ICO.into_iter().enumerate() {
            let entry = &file[6 + 16 * index..][..16];
            let number = |at: usize| u32::from_le_bytes(entry[at..at + 4].try_into().expect("4 bytes")) as usize;
            let picture = Pixmap::decode_png(&file[number(12)..][..number(8)]).expect("a PNG file");
            assert_eq!((picture.width(), u32::from(entry[0])), (size, size));
        }
    }

    #[test]
    fn the_drawing_next_to_the_name_has_the_colour_of_the_name() {
        for (svg, expected) in [
            (
                "<?xml version=\"1.0\"?><svg><style>svg{color:#123}</style><path/></svg>\n",
                "<svg aria-hidden=\"true\"><path/></svg>",
            ),
            ("<svg><path/></svg>", "<svg aria-hidden=\"true\"><path/></svg>"),
        ] {
            assert_eq!(inline(svg).as_deref(), Some(expected));
        }
        assert_eq!(inline(&format!("<svg>{}</svg>", "<path/>".repeat(200))), None, "it is loaded");
    }

    #[test]
    fn an_icon_that_is_no_svg_is_an_error() {
        let mut report = Report::default();
        Icons::new(b"<svg", &mut report);
        assert_eq!(report.errors(), 1);
        assert_eq!(report.diagnostics()[0].path, "theme/favicon.svg");
    }
}
