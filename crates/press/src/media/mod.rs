//! Pictures that press draws: a card for each post, topic and page, and the icons.
//!
//! 1. `fonts` embeds three fonts, and knows their characters and widths. `typeset` breaks a text into lines.
//! 2. `card` is what a card says and where. `cards` are all of them, with their routes.
//! 3. `icons` are the icons of browsers and phones, from the drawing of the theme.
//! 4. `current_color` prepares a drawing of a page. `draw` turns SVG into pixels, `png` pixels into a small file.

mod card;
mod cards;
mod current_color;
mod draw;
mod fonts;
mod icons;
mod png;
mod typeset;

pub(crate) use self::card::{HEIGHT, WIDTH};
pub(crate) use self::cards::Cards;
pub(crate) use self::icons::{FAVICON, Icons, MANIFEST, TOUCH_ICON};

/// Width and height of an SVG file.
///
/// # Errors
/// If it is no SVG.
pub(crate) fn size_of_svg(svg: &str) -> Result<(f32, f32), String> {
    draw::Drawing::read(svg, "").map(|drawing| drawing.size())
}
