//! Slips of the pen: doubled words, skipped levels of headings, sentences without end.
//!
//! The text of each block is put together without its markup, each character with its place in the file. What is not prose (code, mathematics, HTML, the
//! begin and the end of emphasis and links) is a gap, across which nothing is compared.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::diagnostic::{Diagnostic, Report};
use crate::markdown::DIALECT;
use crate::source::Body;

/// The most words of a sentence. The style guide of GOV.UK splits sentences from 25 words on
/// (<https://insidegovuk.blog.gov.uk/2014/08/04/sentence-length-why-25-words-is-our-limit/>); technical prose has longer ones, but hardly twice as long.
const LONGEST_SENTENCE: usize = 50;

/// What stands for a gap: no letter and no space.
const GAP: char = '\u{fffc}';

/// The words that may follow themselves, by language. Other languages are not looked at: some double words by their grammar, as Hindi and Indonesian do.
const REPEATED: [(&str, &[&str]); 4] = [
    (
        "en",
        &[
            "ah", "blah", "bye", "etc", "ha", "had", "her", "is", "log", "long", "many", "much", "no", "oh", "really",
            "so", "that", "very",
        ],
    ),
    ("de", &["die", "der", "das", "den", "dem", "deren", "sie", "ihr", "wir", "sehr", "ja", "nein"]),
    ("fr", &["nous", "vous", "très", "non", "oui"]),
    ("es", &["no", "sí", "muy"]),
];

/// Warns of slips in a text.
pub(super) fn warn(body: &Body, language: &str, report: &mut Report) {
    let language = language.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let repeated = REPEATED.iter().find(|(known, _)| *known == language).map(|(_, words)| *words);
    let mut levels = Levels { body, last: HeadingLevel::H1 };
    let mut block = Block::default();
    let mut skipped = 0_usize;
    let plain = DIALECT.difference(Options::ENABLE_SMART_PUNCTUATION);
    for (event, span) in Parser::new_ext(body.text(), plain).into_offset_iter() {
        let span = span.start + body.range.start..span.end + body.range.start;
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Image { .. }) => skipped += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Image) => skipped = skipped.saturating_sub(1),
            Event::Start(Tag::Heading { level, .. }) => levels.warn(level, &span, report),
            _ => {}
        }
        match &event {
            Event::Text(text) if skipped == 0 => block.add(text, &span, &body.file),
            Event::SoftBreak | Event::HardBreak => block.add(" ", &span, &body.file),
            Event::Start(tag) if !is_inline(tag.to_end()) => block.finish((body, repeated), report),
            Event::End(tag) if !is_inline(*tag) => block.finish((body, repeated), report),
            _ => block.add(GAP.encode_utf8(&mut [0; 4]), &span, &body.file),
        }
    }
    block.finish((body, repeated), report);
}

fn is_inline(tag: TagEnd) -> bool {
    use TagEnd::{Emphasis, Image, Link, Strikethrough, Strong, Subscript, Superscript};
    matches!(tag, Emphasis | Strong | Strikethrough | Link | Image | Superscript | Subscript)
}

/// The levels of the headings, one after the other.
struct Levels<'a> {
    body: &'a Body,
    last: HeadingLevel,
}

impl Levels<'_> {
    /// Warns of a level that is more than one below the last. The title of the page is the first.
    fn warn(&mut self, level: HeadingLevel, span: &Range<usize>, report: &mut Report) {
        let (above, here) = (self.last as usize, level as usize);
        self.last = level;
        if here > above + 1 {
            let end = span.start + self.body.file[span.clone()].trim_end().len();
            let warning = Diagnostic::warning(self.body.path.as_str(), span.start..end, "a heading skips a level");
            let above = if above == 1 { "the title".to_owned() } else { format!("one of level {above}") };
            let warning = warning.label(format!("level {here} after {above}")).code("skipped-level");
            report.push(warning.help("use the next level; the look of headings is the theme's"));
        }
    }
}

/// The text of a block.
#[derive(Default)]
struct Block {
    text: String,
    /// Where each byte of the text is in the file.
    places: Vec<usize>,
}

/// A word of a block, and the white space or whatever is before it.
struct Word<'a> {
    before: &'a str,
    text: &'a str,
    /// In the block.
    span: Range<usize>,
}

impl Block {
    fn add(&mut self, text: &str, span: &Range<usize>, file: &str) {
        // What is written as an entity or after a backslash is at one place.
        let step = usize::from(file.get(span.clone()) == Some(text));
        self.places.extend((0..text.len()).map(|byte| span.start + byte * step));
        self.text.push_str(text);
    }

    fn finish(&mut self, (body, repeated): (&Body, Option<&[&str]>), report: &mut Report) {
        let words = words(&self.text);
        if let Some(repeated) = repeated {
            self.warn_of_doubled(&words, repeated, body, report);
        }
        self.warn_of_long(&words, body, report);
        self.text.clear();
        self.places.clear();
    }

    fn warn_of_doubled(&self, words: &[Word], repeated: &[&str], body: &Body, report: &mut Report) {
        let is_again = |first: &Word, second: &Word| {
            let is_apart = second.before.contains(|char: char| !char.is_whitespace());
            !is_apart && first.text.to_lowercase() == second.text.to_lowercase()
        };
        // What is there three times is meant so.
        for run in words.chunk_by(is_again) {
            let [first, second] = run else { continue };
            let word = second.text.to_lowercase();
            // Names and codes: Bora Bora, shER sher.
            let mut capitals = first.text.chars().skip(1).chain(second.text.chars());
            let is_name = capitals.any(char::is_uppercase);
            let is_prose = word.chars().all(char::is_alphabetic) && (word.len() > 1 || word == "a");
            if is_prose && !is_name && !repeated.contains(&word.as_str()) {
                let span = self.place(&(first.span.start..second.span.end));
                let warning =
                    Diagnostic::warning(body.path.as_str(), span, format!("a doubled word: \"{word} {word}\""));
                report.push(warning.help("remove one of the two").code("doubled-word"));
            }
        }
    }

    fn warn_of_long(&self, words: &[Word], body: &Body, report: &mut Report) {
        let mut start = 0;
        for index in 1..=words.len() {
            let ends = words.get(index).is_none_or(|word| ends_sentence(word.before));
            if !ends {
                continue;
            }
            let sentence = &words[start..index];
            start = index;
            if sentence.len() > LONGEST_SENTENCE {
                // Of its first line, which is enough to find it.
                let span = self.place(&(sentence[0].span.start..sentence[sentence.len() - 1].span.end));
                let line = body.file[span.clone()].lines().next().map_or(0, str::len);
                let warning =
                    Diagnostic::warning(body.path.as_str(), span.start..span.start + line, "a very long sentence");
                let warning = warning.label(format!("{} words", sentence.len())).code("long-sentence");
                report
                    .push(warning.help(format!("split it: over {LONGEST_SENTENCE} words, hardly anybody can follow")));
            }
        }
    }

    /// The place in the file of a part of the text, which ends with a character that is written as it is.
    fn place(&self, part: &Range<usize>) -> Range<usize> {
        self.places[part.start]..self.places[part.end - 1] + 1
    }
}

fn words(text: &str) -> Vec<Word<'_>> {
    let is_letter = |char: char| char.is_alphanumeric() || matches!(char, '\'' | '’' | '-');
    let mut words = Vec::new();
    let mut end = 0;
    while let Some(start) = text[end..].find(is_letter).map(|at| end + at) {
        let length = text[start..].find(|char| !is_letter(char)).unwrap_or(text.len() - start);
        let word = &text[start..start + length];
        // A dash between two words is none.
        if word.contains(char::is_alphanumeric) {
            let before = words.last().map_or(0, |word: &Word| word.span.end);
            words.push(Word { before: &text[before..start], text: word, span: start..start + length });
        }
        end = start + length;
    }
    words
}

/// Whether a sentence ends in what is between two words: a mark, perhaps closing quotes and brackets, white space.
fn ends_sentence(between: &str) -> bool {
    let ends = |(at, _): (usize, &str)| {
        let rest = between[at..].trim_start_matches(|char: char| !char.is_whitespace());
        !rest.is_empty()
    };
    between.match_indices(['.', '!', '?', '…']).any(ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The code and the marked text of each warning.
    fn warned(text: &str, language: &str) -> Vec<(&'static str, String)> {
        let file = format!("+++\n+++\n{text}");
        let body = Body { path: "a.md".to_owned(), range: 8..file.len(), file: file.as_str().into() };
        let mut report = Report::default();
        warn(&body, language, &mut report);
        let marked = |found: &Diagnostic| file[found.span.clone().expect("a place")].to_owned();
        report.diagnostics().iter().map(|found| (found.code, marked(found))).collect()
    }

    #[test]
    fn a_word_that_is_there_twice_is_found_where_that_is_a_slip() {
        for (text, language, expected) in [
            ("In the the end.", "en", Some("the the")),
            ("In the\nthe end.", "en-GB", Some("the\nthe")),
            ("> In the\n> the end.", "en", Some("the\n> the")),
            ("The the end.", "en", Some("The the")),
            ("- one a a\n- a\n", "en", Some("a a")),
            ("| a the the |\n|-|\n", "en", Some("the the")),
            ("## In in\n", "en", Some("In in")),
            ("caf&eacute; of of", "en", Some("of of")),
            ("Größe größe", "de", Some("Größe größe")),
            ("I know that that is; he had had it.", "en", None),
            ("Menschen, die die Welt", "de", None),
            ("Menschen, die die Welt", "en", Some("die die")),
            ("In the, the end. The end, the end", "en", None),
            ("the\n\nthe", "en", None),
            ("- the\n- the\n", "en", None),
            ("the `the` the *the* [the](x.md) the", "en", None),
            ("```\nthe the\n```\n\n    the the\n\n<p>the the</p>\n", "en", None),
            ("$the the$ and `the the`", "en", None),
            ("![the the](a.png)", "en", None),
            ("Bora Bora, 1 1, x x, shER sher, the the the", "en", None),
            ("well-known known", "en", None),
            ("धीरे धीरे the the", "hi", None),
        ] {
            let found: Vec<_> = warned(text, language).into_iter().collect();
            let expected: Vec<_> = expected.map(|text| ("doubled-word", text.to_owned())).into_iter().collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn a_heading_is_at_most_one_level_below_the_one_before() {
        for (text, expected) in [
            ("## A\n\n### B\n\n#### C\n\n## D\n", &[][..]),
            ("## A\n\n#### B\n", &["#### B"]),
            ("### A\n\n### B\n", &["### A"]),
            ("## A\n\n### B\n\n##### C\n\n## D\n", &["##### C"]),
        ] {
            let found: Vec<_> = warned(text, "en").into_iter().map(|(_, text)| text).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn a_sentence_of_more_than_fifty_words_is_long() {
        let words = |count: usize| {
            vec!["word"; count].iter().enumerate().map(|(at, word)| format!("{word}{at}")).collect::<Vec<_>>()
        };
        let (short, long) = (words(LONGEST_SENTENCE).join(" "), words(LONGEST_SENTENCE + 1).join(" "));
        assert_eq!(warned(&format!("{short}. {short}! {short}? \"{short}.\" {short}"), "en"), []);
        assert_eq!(warned(&format!("- {short}\n- {short}\n\n{short}\n\n{short} `code code`."), "en"), []);
        let text = format!("One. {}, {long}", "two\nthree");
        assert_eq!(warned(&text, "fr"), [("long-sentence", "two".to_owned())]);
        assert_eq!(warned(&format!("{short} v1.2 more."), "en").len(), 1, "a number is no end");
    }
}
