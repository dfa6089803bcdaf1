//! The fonts of drawings. They are embedded, because the same content must give the same bytes on every machine, whatever fonts it has.

use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb::{Database, Source};
use ttf_parser::Face;
use ttf_parser::cmap::Subtable;

/// A font of the drawings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Font {
    /// Descriptions.
    Serif,
    /// Titles.
    Bold,
    /// Dates, topics, the labels of figures.
    Mono,
}

const SERIF: &[u8] = include_bytes!("../../fonts/serif.ttf");
const BOLD: &[u8] = include_bytes!("../../fonts/serif-bold.ttf");
const MONO: &[u8] = include_bytes!("../../fonts/mono.ttf");

/// The files of all fonts.
pub(super) const FILES: [&[u8]; 3] = [SERIF, BOLD, MONO];

impl Font {
    fn bytes(self) -> &'static [u8] {
        match self {
            Self::Serif => SERIF,
            Self::Bold => BOLD,
            Self::Mono => MONO,
        }
    }

    /// The width of each character in parts of the size, by its number; `None` if the font lacks it. Read once: whole drawings are looked up in it.
    fn advances(self) -> &'static [Option<f32>] {
        static ADVANCES: [LazyLock<Vec<Option<f32>>>; 3] =
            [LazyLock::new(|| advances(SERIF)), LazyLock::new(|| advances(BOLD)), LazyLock::new(|| advances(MONO))];
        match self {
            Self::Serif => &ADVANCES[0],
            Self::Bold => &ADVANCES[1],
            Self::Mono => &ADVANCES[2],
        }
    }

    fn advance(self, character: char) -> Option<f32> {
        self.advances().get(character as usize).copied().flatten()
    }

    /// The attributes of SVG text in this font.
    pub(super) fn attributes(self) -> &'static str {
        match self {
            Self::Serif => r#"font-family="Graven Serif""#,
            Self::Bold => r#"font-family="Graven Serif" font-weight="700""#,
            Self::Mono => r#"font-family="Graven Mono""#,
        }
    }

    /// The width of a text in pixels, without kerning, which makes it narrower if anything.
    pub(super) fn width(self, text: &str, size: f32) -> f32 {
        text.chars().map(|character| self.advance(character).unwrap_or(1.0) * size).sum()
    }

    /// The characters of a text that the font lacks, each once.
    pub(super) fn missing(self, text: &str) -> Vec<char> {
        let mut missing: Vec<char> =
            text.chars().filter(|char| !char.is_control() && self.advance(*char).is_none()).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }
}

fn advances(font: &[u8]) -> Vec<Option<f32>> {
    let face = Face::parse(font, 0).expect("the embedded fonts are sound, as a test checks");
    let em = f32::from(face.units_per_em());
    let subtables = face.tables().cmap.into_iter().flat_map(|cmap| cmap.subtables).filter(Subtable::is_unicode);
    let mut advances = Vec::new();
    for subtable in subtables {
        subtable.codepoints(|code| {
            let Some(glyph) = char::from_u32(code).and_then(|character| face.glyph_index(character)) else { return };
            let index = code as usize;
            advances.resize(advances.len().max(index + 1), None);
            advances[index] = Some(face.glyph_hor_advance(glyph).map_or(1.0, |advance| f32::from(advance) / em));
        });
    }
    advances
}

/// The fonts for resvg: all of them, and none of the machine's.
pub(super) fn database() -> Arc<Database> {
    static DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
        let mut database = Database::new();
        for font in [Font::Serif, Font::Bold, Font::Mono] {
            database.load_font_source(Source::Binary(Arc::new(font.bytes())));
        }
        database.set_serif_family("Graven Serif");
        database.set_sans_serif_family("Graven Serif");
        database.set_monospace_family("Graven Mono");
        Arc::new(database)
    });
    Arc::clone(&DATABASE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fonts_are_sound_and_have_the_characters_of_european_languages() {
        for font in [Font::Serif, Font::Bold, Font::Mono] {
            assert_eq!(font.missing("Aé ßœ Ωλ Жя Ễ “—” 1₂³ €→≤"), Vec::<char>::new(), "{font:?}");
            assert_eq!(font.missing("a木b🦀木"), ['木', '🦀'], "{font:?}");
        }
        assert_eq!(database().len(), 3);
    }

    #[test]
    fn a_width_is_the_sum_of_the_advances() {
        assert!((Font::Mono.width("abcde", 20.0) - 60.0).abs() < 0.01);
        assert!(Font::Bold.width("iii", 20.0) < Font::Bold.width("mmm", 20.0));
    }
}
