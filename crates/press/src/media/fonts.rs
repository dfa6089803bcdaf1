//! The fonts of drawings. They are embedded, because the same content must give the same bytes on every machine, whatever fonts it has.

use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb::{Database, Source};
use ttf_parser::Face;

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

    fn face(self) -> Face<'static> {
        Face::parse(self.bytes(), 0).expect("the embedded fonts are sound, as a test checks")
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
        let face = self.face();
        let em = f32::from(face.units_per_em());
        let advance = |character| Some(f32::from(face.glyph_hor_advance(face.glyph_index(character)?)?) / em);
        text.chars().map(|character| advance(character).unwrap_or(1.0) * size).sum()
    }

    /// The characters of a text that the font lacks, each once.
    pub(super) fn missing(self, text: &str) -> Vec<char> {
        let face = self.face();
        let mut missing: Vec<char> =
            text.chars().filter(|char| !char.is_control() && face.glyph_index(*char).is_none()).collect();
        missing.sort_unstable();
        missing.dedup();
        missing
    }
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
