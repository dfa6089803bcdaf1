//! The colours of the theme's style sheets, for what is drawn: `--ink: light-dark(#211d18, #d9d1c4)`.

/// How many hues the theme has. The topics use them in turn.
pub(crate) const HUES: usize = 5;

/// A colour in hexadecimal, which renderers of SVG, browsers and manifests all read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Colour {
    /// In light schemes.
    pub(crate) light: String,
    /// In dark schemes.
    pub(crate) dark: String,
}

/// The colours that drawings use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Colours {
    pub(crate) paper: Colour,
    pub(crate) ink: Colour,
    pub(crate) soft: Colour,
    pub(crate) rule: Colour,
    pub(crate) accent: Colour,
    hues: [Colour; HUES],
}

impl Colours {
    /// The colours that `css` defines. `fallback` defines those that it does not, or not in hexadecimal.
    pub(crate) fn read(css: &str, fallback: &str) -> Self {
        let colour = |name: &str| {
            let (light, dark) = pair(css, name).or_else(|| pair(fallback, name)).unwrap_or(("#000000", "#ffffff"));
            Colour { light: light.to_owned(), dark: dark.to_owned() }
        };
        Self {
            paper: colour("paper"),
            ink: colour("ink"),
            soft: colour("soft"),
            rule: colour("rule"),
            accent: colour("accent"),
            hues: std::array::from_fn(|index| colour(&format!("t{}", index + 1))),
        }
    }

    /// The hue of a topic. What has no topic is soft, as on its page.
    pub(crate) fn hue(&self, topic: Option<usize>) -> &Colour {
        topic.map_or(&self.soft, |topic| &self.hues[topic % HUES])
    }
}

/// The two colours of `--name`, if they are hexadecimal. A single colour is for both schemes.
fn pair<'a>(css: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let definition = format!("--{name}:");
    let start = css.match_indices(&definition).find(|(at, _)| !css[..*at].ends_with(is_of_name))?.0;
    let value = css[start + definition.len()..].trim_start();
    match value.strip_prefix("light-dark(") {
        Some(values) => {
            let (light, dark) = values.split_once(',')?;
            Some((colour(light.trim())?, colour(dark.trim_start())?))
        }
        None => colour(value).map(|colour| (colour, colour)),
    }
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '-'
}

/// The hexadecimal colour at the start of a text.
fn colour(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('#')?.find(|char: char| !char.is_ascii_hexdigit()).unwrap_or(text.len() - 1);
    matches!(digits, 3 | 6).then(|| &text[..=digits])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_from_style_sheets() {
        for (css, expected) in [
            ("--ink: light-dark(#211d18, #d9d1c4)", Some(("#211d18", "#d9d1c4"))),
            ("a{--ink:light-dark(#123,#456);}", Some(("#123", "#456"))),
            ("--ink:#123456}", Some(("#123456", "#123456"))),
            ("--ink:#123", Some(("#123", "#123"))),
            ("--x--ink:#123", None),
            ("--ink: oklch(1 2 3)", None),
            ("--ink:#12345", None),
            ("--ink:", None),
        ] {
            assert_eq!(pair(css, "ink"), expected, "{css}");
        }
    }

    #[test]
    fn a_colour_that_is_not_defined_is_that_of_the_default_theme() {
        let colours = Colours::read("--ink:#111111", "--ink:#222222;--paper:light-dark(#eeeeee,#333333)");
        let pair = |colour: &Colour| (colour.light.clone(), colour.dark.clone());
        assert_eq!(pair(&colours.ink), ("#111111".to_owned(), "#111111".to_owned()));
        assert_eq!(pair(&colours.paper), ("#eeeeee".to_owned(), "#333333".to_owned()));
    }

    #[test]
    fn topics_use_the_hues_in_turn() {
        let colours = Colours::read("--soft:#100;--t1:#111;--t5:#555", "");
        let light = |topic| colours.hue(topic).light.as_str();
        assert_eq!([light(None), light(Some(0)), light(Some(4)), light(Some(5))], ["#100", "#111", "#555", "#111"]);
    }
}
