//! The words of scripts. The theme's scripts are written in English, so that they run, are tested and are read as they are. When press makes a file of
//! them, each English phrase of the source becomes that of the language of the site: a reader's browser looks up nothing, and English costs no byte.

use super::read::english;
use super::text::{Piece, Text, pieces};
use super::words::Words;

/// The files of the theme's script with words, and of the kit.
pub(crate) const SCRIPT: Phrases = of_script;
/// As [`SCRIPT`].
pub(crate) const KIT: Phrases = of_kit;

/// The phrases of a file, in an order that does not depend on the words.
pub(crate) type Phrases = fn(file: &str, words: &Words) -> Vec<Phrase>;

/// A phrase in a source: the arguments of a call, since some of them are elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Phrase(String);

/// What a place of a text is in a script.
#[derive(Clone, Copy)]
enum Place {
    /// A part of the text: `${query}`.
    Value,
    /// An argument of its own.
    Argument(&'static str),
}

/// The source of a file of the theme in the language of the site.
pub(crate) fn translate(file: &str, source: &str, phrases: Phrases, words: &Words) -> String {
    let pairs: Vec<_> = phrases(file, &english()).into_iter().zip(phrases(file, words)).collect();
    let mut translated = String::with_capacity(source.len());
    let mut rest = source;
    // In one go: what is translated may be another phrase in English.
    let next = |rest: &str| {
        let places = pairs.iter().filter_map(|pair| Some((rest.find(&pair.0.0)?, pair)));
        places.min_by_key(|(at, (english, _))| (*at, usize::MAX - english.0.len()))
    };
    while let Some((at, (english, own))) = next(rest) {
        translated.extend([&rest[..at], &own.0]);
        rest = &rest[at + english.0.len()..];
    }
    translated + rest
}

fn of_script(file: &str, words: &Words) -> Vec<Phrase> {
    let script = &words.script;
    let plain = |texts: &[&Text]| texts.iter().map(|text| phrase(text, |_| Place::Value)).collect();
    match file {
        "code.js" => plain(&[&script.copy, &script.copied, &script.not_copied, &script.wrap]),
        "scheme.js" => {
            // A space separates it from what it labels.
            let label = Phrase(literal(&[Piece::Plain(&script.scheme), Piece::Plain(" ")]));
            [label].into_iter().chain(plain(&[&script.system, &script.light, &script.dark])).collect()
        }
        "models.js" => plain(&[&script.failed]),
        "search.js" => of_search(words),
        _ => Vec::new(),
    }
}

fn of_search(words: &Words) -> Vec<Phrase> {
    let search = &words.search;
    let value = |_: &str| Place::Value;
    let mut phrases = vec![
        phrase(&search.corrected, |name| match name {
            "used" => Place::Argument("make('b', {}, used)"),
            _ => Place::Value,
        }),
        phrase(&search.advice, value),
    ];
    // In the order of the English text, whatever that of the others.
    phrases.extend(["notes", "blog", "tags"].map(|name| Phrase(literal(&[Piece::Plain(label(&search.advice, name))]))));
    let others = [
        &search.none,
        &search.partial,
        &search.matches.one,
        &search.matches.other,
        &search.pages,
        &search.retrying,
        &search.offline,
        &words.post.next,
    ];
    phrases.extend(others.map(|text| phrase(text, value)));
    phrases
}

/// The text of a link, which is checked to be there when a language is read.
fn label<'t>(text: &'t Text, link: &str) -> &'t str {
    let label = pieces(text).into_iter().find_map(|piece| match piece {
        Piece::Link(label, name) if name == link => Some(label),
        _ => None,
    });
    label.unwrap_or_default()
}

fn of_kit(file: &str, words: &Words) -> Vec<Phrase> {
    let (model, numbers) = (&words.model, &words.numbers);
    let plain = |texts: &[&Text]| texts.iter().map(|text| phrase(text, |_| Place::Value)).collect();
    match file {
        "mount.js" => plain(&[
            &model.run,
            &model.pause,
            &model.step,
            &model.speed,
            &model.restart,
            &model.new_seed,
            &model.defaults,
            &model.copy_link,
            &model.copied,
            &model.in_address,
            &model.stopped,
        ]),
        "words.js" => {
            let groups = match numbers.group_size {
                3 => r"(\d{3})+$".to_owned(),
                size => format!(r"(\d{{{size}}})*\d{{3}}$"),
            };
            let words: Vec<Phrase> = plain(&[&model.unknown, &model.holds, &model.broken, &numbers.group]);
            words.into_iter().chain([Phrase(groups)]).collect()
        }
        _ => Vec::new(),
    }
}

/// A text as arguments: strings, and what is between them. A link is an argument with its name.
fn phrase(text: &Text, place: impl Fn(&str) -> Place) -> Phrase {
    let mut arguments = Vec::new();
    let mut string = Vec::new();
    for piece in pieces(text) {
        let argument = match piece {
            Piece::Place(name) => match place(name) {
                Place::Value => None,
                Place::Argument(argument) => Some(argument.to_owned()),
            },
            Piece::Link(_, name) => Some(name.to_owned()),
            Piece::Plain(_) | Piece::Emphasis(_) => None,
        };
        match argument {
            None => string.push(piece),
            Some(argument) => {
                if !string.is_empty() {
                    arguments.push(literal(&string));
                    string.clear();
                }
                arguments.push(argument);
            }
        }
    }
    if !string.is_empty() || arguments.is_empty() {
        arguments.push(literal(&string));
    }
    Phrase(arguments.join(", "))
}

/// A string, or a template if it has places: as Prettier writes it, and so the sources of the theme.
fn literal(pieces: &[Piece]) -> String {
    let has_places = pieces.iter().any(|piece| matches!(piece, Piece::Place(_)));
    let quote = if has_places { '`' } else { '\'' };
    let mut literal = String::from(quote);
    for piece in pieces {
        match piece {
            Piece::Place(name) => literal.extend(["${", name, "}"]),
            Piece::Plain(text) | Piece::Emphasis(text) | Piece::Link(text, _) => {
                for character in text.chars() {
                    match character {
                        _ if character == quote || character == '\\' || (has_places && character == '$') => {
                            literal.extend(['\\', character]);
                        }
                        // A line break would end the string, or be another one in a template (ECMAScript §12.3, §12.9.6).
                        '\u{2028}' | '\u{2029}' => literal.extend(character.escape_unicode()),
                        _ if character.is_control() => literal.extend(character.escape_unicode()),
                        _ => literal.push(character),
                    }
                }
            }
        }
    }
    literal.push(quote);
    literal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::read::of_theme;
    use crate::source::{Entry, Table, Value, ValueKind};

    #[test]
    fn a_phrase_is_a_string_a_template_or_several_arguments() {
        for (text, expected) in [
            ("", "''"),
            ("a", "'a'"),
            ("l'a\\", r"'l\'a\\'"),
            ("a\r\n\0{b}\u{2028}é", r"`a\u{d}\u{a}\u{0}${b}\u{2028}é`"),
            ("a {b} `$", "`a ${b} \\`\\$`"),
            ("{b}", "`${b}`"),
            ("a {used}.", "'a ', f(used), '.'"),
            ("{used}", "f(used)"),
            ("[a](b), {c}", "b, `, ${c}`"),
        ] {
            let place = |name: &str| if name == "used" { Place::Argument("f(used)") } else { Place::Value };
            assert_eq!(phrase(&Text::new(text), place), Phrase(expected.to_owned()), "{text}");
        }
    }

    /// A value of the English file in a made-up language: other letters and signs between the places, and other groups of digits.
    fn made_up(value: Value) -> Value {
        let other = |text: &str| {
            let letter = |letter: char| char::from_u32(u32::from(letter) + 0x400).expect("a letter");
            text.chars().map(|char| if char.is_ascii_graphic() { letter(char) } else { char }).collect::<String>()
        };
        let piece = |piece: Piece| match piece {
            Piece::Plain(text) => other(text) + "\r`'",
            Piece::Place(name) => format!("{{{name}}}"),
            Piece::Link(label, name) => format!("[{}]({name})", other(label)),
            Piece::Emphasis(text) => format!("*{}*", other(text)),
        };
        let kind = match value.kind {
            ValueKind::String(text) => ValueKind::String(pieces(&text).into_iter().map(piece).collect()),
            ValueKind::Integer(number) => ValueKind::Integer(number + 1),
            ValueKind::Table(table) => ValueKind::Table(in_made_up(table)),
            kind => kind,
        };
        Value { kind, ..value }
    }

    fn in_made_up(table: Table) -> Table {
        let entry = |entry: Entry| Entry { value: made_up(entry.value), ..entry };
        Table { entries: table.entries.into_iter().map(entry).collect() }
    }

    #[test]
    fn every_phrase_of_a_script_is_translated_and_the_script_is_still_one() {
        let table = of_theme("en").expect("the English file is TOML");
        let words = Words::read(&in_made_up(table)).expect("it has all words");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/theme");
        for (folder, files, phrases) in [
            (format!("{folder}/script"), &["code.js", "scheme.js", "models.js", "search.js"][..], SCRIPT),
            (format!("{folder}/models"), &["mount.js", "words.js"], KIT),
        ] {
            for file in files {
                let source = std::fs::read_to_string(format!("{folder}/{file}")).expect("it is a file of the theme");
                assert_eq!(translate(file, &source, phrases, &english()), source, "{file}: English changes nothing");
                let translated = translate(file, &source, phrases, &words);
                let pairs: Vec<_> = phrases(file, &english()).into_iter().zip(phrases(file, &words)).collect();
                assert!(!pairs.is_empty(), "{file}");
                for (english, own) in pairs {
                    assert!(source.contains(&english.0), "{file}: {}", english.0);
                    assert!(translated.contains(&own.0), "{file}: {}", own.0);
                    assert!(!translated.contains(&english.0), "{file}: {}", english.0);
                }
                crate::scripts::compact(file, &translated).unwrap_or_else(|problem| panic!("{file}: {problem:?}"));
            }
        }
    }
}
