//! A card: the picture that other sites show with a link to a page. It says what the head of the page says, in the same type and colours, and shows the
//! page's first drawing.

use std::fmt::Write as _;
use std::sync::LazyLock;

use resvg::tiny_skia::Pixmap;
use sha2::{Digest, Sha256};

use super::current_color;
use super::draw::{self, Drawing, Placement};
use super::fonts::Font;
use super::png;
use super::typeset::{self, Setting};
use crate::colours::Colours;
use crate::markup::push_text;

/// The size that Open Graph recommends: 1.91 to 1.
pub(crate) const WIDTH: u32 = 1200;
/// In pixels.
pub(crate) const HEIGHT: u32 = 630;

/// The most bytes of a card. Messengers do not show a picture that takes long.
pub(super) const MOST_BYTES: usize = 60 * 1024;

/// The edge of paper around everything.
const MARGIN: f32 = 64.0;
/// The right end of lines.
const RIGHT: f32 = 1136.0;
/// The width of lines.
const MEASURE: f32 = RIGHT - MARGIN;
/// The rule in the hue of the topic, below the head.
const RULE: f32 = 104.0;
/// The base line of the last line: date and topic.
const FOOT: f32 = 588.0;

/// Sizes of a title, and the most lines in each: above a description, above a wide drawing, to the left of another.
const TITLE: [(f32, usize); 6] = [(92.0, 2), (80.0, 2), (72.0, 3), (64.0, 3), (54.0, 4), (44.0, 4)];
const TITLE_ABOVE: [(f32, usize); 5] = [(64.0, 1), (54.0, 2), (48.0, 2), (42.0, 2), (36.0, 3)];
const TITLE_BESIDE: [(f32, usize); 5] = [(56.0, 4), (50.0, 5), (44.0, 6), (38.0, 7), (32.0, 8)];
const DESCRIPTION: [(f32, usize); 3] = [(34.0, 3), (30.0, 4), (28.0, 4)];

/// The width of a drawing to the right of the title, and of the title.
const COLUMN: f32 = 580.0;
const BESIDE: f32 = MEASURE - COLUMN - 40.0;
/// The height of a drawing below a title.
const BAND: f32 = 270.0;

/// How large a drawing may become: labels of 13 px are then as large as the site's name.
const MOST_SCALE: f32 = 2.2;

/// What a card shows. A text is empty if there is none, or if the fonts lack its characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) site: String,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) date: String,
    pub(super) topic: String,
    /// `#27589e`.
    pub(super) hue: String,
    /// The SVG of the page's first drawing.
    pub(super) drawing: String,
    /// The SVG of the site's mark.
    pub(super) mark: String,
}

/// A card and its route.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    /// `/assets/card-hello.0a1b2c3d4e5f6071.png`.
    pub(crate) route: String,
    /// Its alternative text.
    pub(crate) alt: String,
    pub(super) content: Content,
    /// [`Content::hash`]
    pub(super) hash: [u8; 32],
}

impl Content {
    /// A hash of what the card shows, and of all that draws it.
    pub(super) fn hash(&self, colours: &Colours) -> [u8; 32] {
        // What is the same for all cards is hashed once.
        static CODE: LazyLock<Sha256> = LazyLock::new(|| {
            let mut hash = Sha256::new_with_prefix(include_str!("card.rs"));
            hash.update(include_str!("typeset.rs"));
            hash.update(include_str!("current_color.rs"));
            hash.update(draw::generation());
            hash
        });
        CODE.clone().chain_update(format!("{self:?}{colours:?}")).finalize().into()
    }

    /// Draws the card. A card that would be too large is drawn without its drawing, which makes it so.
    pub(super) fn draw(&self, colours: &Colours) -> Vec<u8> {
        let file = png::encode(&self.pixels(colours));
        if file.len() <= MOST_BYTES || self.drawing.is_empty() {
            return file;
        }
        png::encode(&Self { drawing: String::new(), ..self.clone() }.pixels(colours))
    }

    fn pixels(&self, colours: &Colours) -> Pixmap {
        let mut pixels = draw::surface(WIDTH, HEIGHT);
        let drawing = self.readable_drawing(colours);
        let plan = Plan::of(drawing.as_ref());
        let title = typeset::set(&self.title, Font::Bold, plan.sizes(), plan.width());
        let frame = Drawing::read(&self.frame(&title, plan, colours), "");
        frame.expect("the frame is SVG, and its texts are escaped").draw(Placement::ORIGIN, &mut pixels);
        if let Ok(mark) = Drawing::read(&self.mark, "") {
            let (at, side) =
                if self.site.is_empty() { ((RIGHT - 190.0, FOOT - 190.0), 190.0) } else { ((MARGIN, 36.0), 40.0) };
            mark.draw(in_box(&mark, at, (side, side), f32::INFINITY), &mut pixels);
        }
        if let Some(drawing) = drawing {
            let top = if plan == Plan::Columns { RULE + 28.0 } else { below(&title) + 24.0 };
            let (left, width) = if plan == Plan::Columns { (RIGHT - COLUMN, COLUMN) } else { (MARGIN, MEASURE) };
            let mut at = in_box(&drawing, (left, top), (width, FOOT - 48.0 - top), MOST_SCALE);
            if plan == Plan::Columns {
                at.x = RIGHT - drawing.size().0 * at.scale;
            }
            drawing.draw(at, &mut pixels);
        }
        pixels
    }

    /// The drawing in the colours that it has on the page. What its root does not fill otherwise is filled with ink.
    fn readable_drawing(&self, colours: &Colours) -> Option<Drawing> {
        let [paper, ink, soft, rule] =
            [&colours.paper, &colours.ink, &colours.soft, &colours.rule].map(|colour| &colour.light);
        let hue = &self.hue;
        let root = self.drawing.find("<svg").and_then(|start| self.drawing[start..].split_once('>'));
        let fill = if root.is_some_and(|(root, _)| root.contains(" fill=")) { "" } else { ";fill:currentColor" };
        let style = format!(
            "svg{{color:{ink}{fill}}}.paper{{fill:{paper}}}.hue{{color:{hue}}}.soft{{color:{soft}}}.faint{{color:{rule}}}"
        );
        Drawing::read(&current_color::written_out(&self.drawing), &style).ok()
    }

    /// Everything but the drawings.
    fn frame(&self, title: &Setting, plan: Plan, colours: &Colours) -> String {
        let [paper, ink, soft] = [&colours.paper, &colours.ink, &colours.soft].map(|colour| &colour.light);
        let mut svg = format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"><rect width="{WIDTH}" height="{HEIGHT}" fill="{paper}"/><rect x="{MARGIN}" y="{RULE}" width="{MEASURE}" height="4" fill="{hue}"/>"#,
            hue = self.hue
        );
        let site_at = if self.mark.is_empty() { MARGIN } else { MARGIN + 54.0 };
        push(&mut svg, &self.site, Font::Bold, (site_at, 67.0), (32.0, ink));
        let mut y = RULE;
        for line in &title.lines {
            y = if y > RULE { y + title.size * LEADING } else { first_line(title.size) };
            push(&mut svg, line, Font::Bold, (MARGIN, y), (title.size, ink));
        }
        if plan == Plan::Text {
            let description = typeset::set(&self.description, Font::Serif, &DESCRIPTION, MEASURE - 80.0);
            y = below(title) + 22.0;
            for line in &description.lines {
                y += description.size * 1.36;
                push(&mut svg, line, Font::Serif, (MARGIN, y), (description.size, soft));
            }
        }
        self.push_foot(&mut svg, soft);
        svg + "</svg>"
    }

    /// The topic with a dot in its hue, and the date at the right.
    fn push_foot(&self, svg: &mut String, soft: &str) {
        let date = Font::Mono.width(&self.date, 24.0);
        push(svg, &self.date, Font::Mono, (RIGHT - date, FOOT), (24.0, soft));
        let topic = typeset::set(&self.topic, Font::Mono, &[(24.0, 1)], MEASURE - date - 80.0);
        for line in &topic.lines {
            write!(svg, r#"<circle cx="{}" cy="{}" r="8" fill="{}"/>"#, MARGIN + 8.0, FOOT - 8.0, self.hue)
                .expect("writing to a string cannot fail");
            push(svg, line, Font::Mono, (MARGIN + 30.0, FOOT), (24.0, soft));
        }
    }
}

/// Where the title and the drawing of a card are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// No drawing.
    Text,
    /// A wide drawing below the title.
    Rows,
    /// A drawing to the right of the title.
    Columns,
}

impl Plan {
    /// A drawing that would be narrow below the title goes next to it.
    fn of(drawing: Option<&Drawing>) -> Self {
        match drawing.map(Drawing::size) {
            None => Self::Text,
            Some((width, height)) if width * BAND > height * MEASURE * 0.62 => Self::Rows,
            Some(_) => Self::Columns,
        }
    }

    fn sizes(self) -> &'static [(f32, usize)] {
        match self {
            Self::Text => &TITLE,
            Self::Rows => &TITLE_ABOVE,
            Self::Columns => &TITLE_BESIDE,
        }
    }

    fn width(self) -> f32 {
        if self == Self::Columns { BESIDE } else { MEASURE }
    }
}

/// The distance of lines, in sizes of the type.
const LEADING: f32 = 1.14;

/// The base line of the first line of a title.
fn first_line(size: f32) -> f32 {
    RULE + 36.0 + size * 0.78
}

/// The lower end of a title.
fn below(title: &Setting) -> f32 {
    let more = title.lines.len().saturating_sub(1);
    let more: f32 = std::iter::repeat_n(title.size * LEADING, more).sum();
    if title.lines.is_empty() { RULE } else { first_line(title.size) + more + title.size * 0.24 }
}

/// A drawing as large as it fits, in the middle of the height of a box at its left end.
fn in_box(drawing: &Drawing, (x, y): (f32, f32), (width, height): (f32, f32), most: f32) -> Placement {
    let (drawn_width, drawn_height) = drawing.size();
    let scale = (width / drawn_width).min(height / drawn_height).min(most);
    Placement { x, y: y + (height - drawn_height * scale) / 2.0, scale }
}

/// Adds a line of text with its base line at a point.
fn push(svg: &mut String, text: &str, font: Font, (x, y): (f32, f32), (size, colour): (f32, &str)) {
    let attributes = font.attributes();
    write!(svg, r#"<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" {attributes}>"#)
        .expect("writing to a string cannot fail");
    push_text(svg, text);
    svg.push_str("</text>");
}
