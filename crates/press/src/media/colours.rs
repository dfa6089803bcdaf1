//! The colours of the theme's style sheets, for what is drawn: `--ink: light-dark(#211d18, #d9d1c4)`.

/// How many hues the theme has. The topics use them in turn.
const HUES: usize = 5;

/// The colours of light schemes, and the paper of dark ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Colours {
    pub(crate) paper: String,
    pub(crate) dark_paper: String,
    pub(crate) ink: String,
    pub(crate) soft: String,
    pub(crate) rule: String,
    pub(crate) accent: String,
    pub(crate) hues: [String; HUES],
}

impl Colours {
    /// The colours that `css` defines. `fallback` defines those that it does not, or not in hexadecimal.
    pub(crate) fn read(css: &str, fallback: &str) -> Self {
        let pair = |name: &str| pair(css, name).or_else(|| pair(fallback, name)).unwrap_or(("#000000", "#ffffff"));
        let light = |name: &str| pair(name).0.to_owned();
        Self {
            paper: light("paper"),
            dark_paper: pair("paper").1.to_owned(),
            ink: light("ink"),
            soft: light("soft"),
            rule: light("rule"),
            accent: light("accent"),
            hues: std::array::from_fn(|index| light(&format!("t{}", index + 1))),
        }
    }

    /// The hue of a topic.
    pub(crate) fn hue(&self, topic: usize) -> &str {
        &self.hues[topic % HUES]
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
        assert_eq!((&*colours.ink, &*colours.paper, &*colours.dark_paper), ("#111111", "#eeeeee", "#333333"));
    }
}
