//! Every language of the theme is complete, and writes dates as its readers do; the words of a site are checked.

use jiff::civil::Date;

use super::*;
use crate::diagnostic::Report;
use crate::theme::Theme;
use crate::tree::SourceTree;

fn read_as(tag: &str, files: &[(&str, &str)]) -> (std::sync::Arc<Words>, Report) {
    let mut tree = SourceTree::default();
    for (path, text) in files {
        tree.insert(*path, *text);
    }
    let mut report = Report::default();
    let words = read(&tree, &Language { tag, path: "site.toml", place: None }, &mut report);
    (words, report)
}

#[test]
fn each_language_of_the_theme_has_all_words_with_the_places_of_the_english_ones() {
    for (tag, text) in read::LANGUAGES {
        // As the file of a site, it is checked; as one of the theme, it is not.
        let (path, other) = (format!("theme/languages/{tag}-x.toml"), format!("{tag}-x"));
        let (words, report) = read_as(&other, &[(&path, text)]);
        assert!(report.is_empty(), "{tag}: {:#?}", report.diagnostics());
        assert_eq!(words, read_as(tag, &[]).0, "{tag}");
        let mut missing = Vec::new();
        read::merged(&[&read::of_theme(tag).expect("it is TOML")], &mut missing);
        assert_eq!(missing, [""; 0], "{tag}");
    }
}

#[test]
fn dates_are_written_as_in_the_language() {
    for (tag, day, first, circa, month) in [
        ("en", "8 November 2025", "1 May 2025", "c. July 2025", "Jun 2025"),
        ("de", "8. November 2025", "1. Mai 2025", "ca. Juli 2025", "Juni 2025"),
        ("fr", "8 novembre 2025", "1er mai 2025", "vers juillet 2025", "juin 2025"),
        ("es", "8 de noviembre de 2025", "1 de mayo de 2025", "hacia julio de 2025", "jun. 2025"),
        ("hi", "8 नवंबर 2025", "1 मई 2025", "लगभग जुलाई 2025", "जून 2025"),
    ] {
        let dates = &read_as(tag, &[]).0.dates;
        let date = |month, day| Date::constant(2025, month, day);
        assert_eq!(dates.day(date(11, 8)), day);
        assert_eq!(dates.day(date(5, 1)), first);
        assert_eq!(dates.circa(date(7, 1)), circa);
        assert_eq!(dates.short_month(date(6, 1)), month);
    }
}

#[test]
fn numbers_are_written_as_in_the_language() {
    for (tag, expected) in [
        ("en", "1,234,567.8"),
        ("de", "1.234.567,8"),
        ("fr", "1\u{202f}234\u{202f}567,8"),
        ("es", "1\u{202f}234\u{202f}567,8"),
        ("hi", "12,34,567.8"),
    ] {
        assert_eq!(read_as(tag, &[]).0.numbers.of("1,234,567.8"), expected, "{tag}");
    }
}

#[test]
fn a_language_is_found_by_its_whole_tag_or_by_the_start_of_it() {
    let more = |tag: &str, files: &[(&str, &str)]| read_as(tag, files).0.text.more.to_string();
    let (austrian, german) = ("theme/languages/de-AT.toml", "theme/languages/de.toml");
    let [own, other] = ["[text]\nmore = \"Noch mehr\"\n", "[text]\nmore = \"Weiteres\"\ndone = \"Fertig\"\n"];
    for (tag, files, expected) in [
        ("de", &[][..], "Mehr"),
        ("de-AT", &[], "Mehr"),
        ("DE-at", &[], "Mehr"),
        ("de-Latn-AT", &[], "Mehr"),
        ("de-AT", &[(austrian, own)], "Noch mehr"),
        ("de-at", &[(austrian, own), (german, other)], "Noch mehr"),
        ("de-CH", &[(german, other)], "Weiteres"),
        ("den", &[], "More"),
    ] {
        assert_eq!(more(tag, files), expected, "{tag}");
    }
    let (words, report) = read_as("de-AT", &[(austrian, own), (german, other)]);
    assert_eq!(
        (&*words.text.done, &*words.text.to_do),
        ("Fertig", "Zu erledigen"),
        "each word is from the nearest file"
    );
    assert!(report.is_empty(), "{report:?}");
}

/// The most bytes by which the words of a language make the script of each page and the kit of models longer than in English, with br. Many letters of
/// other languages have two bytes or three, and the scripts repeat few words.
const MORE: [usize; 2] = [192, 96];

#[test]
fn the_scripts_are_little_longer_in_other_languages() {
    let sizes = |tag: &str| {
        let theme = Theme::of_words(&read_as(tag, &[]).0);
        [theme.script.expect("the theme has a script").text, theme.kit.text].map(|text| {
            let (mut coded, parameters) = (Vec::new(), brotli::enc::BrotliEncoderParams::default());
            brotli::BrotliCompress(&mut text.as_bytes(), &mut coded, &parameters).expect("compresses");
            coded.len()
        })
    };
    let english = sizes("en");
    for (tag, _) in read::LANGUAGES {
        let sizes = sizes(tag);
        let is_within = sizes.iter().zip(english).zip(MORE).all(|((size, english), more)| *size <= english + more);
        assert!(is_within, "{tag}: {sizes:?}, in English {english:?}");
    }
}
