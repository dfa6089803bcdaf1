//! The description of a text whose author has written none: its first paragraph as plain text, as much of it as others show.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::dialect::DIALECT;

/// The length at which search engines and link previews cut a description, in characters.
pub(super) const LENGTH: usize = 160;

/// The shortest description that ends with a sentence, in characters. A shorter sentence says too little: "It rained."
const SHORTEST: usize = 60;

/// The beginning of the first paragraph, without markup. Empty if there is no paragraph of words: paragraphs in lists, quotes and notes do not count, nor
/// those with only a picture.
pub(super) fn of(markdown: &str) -> String {
    let mut depth = 0_usize;
    let mut pictures = 0_usize;
    let mut text = String::new();
    // The text since the last code or formula, in which other marks may be.
    let mut run = String::new();
    for (event, span) in Parser::new_ext(markdown, DIALECT).into_offset_iter() {
        if !matches!(event, Event::Text(_) | Event::SoftBreak) {
            text.push_str(&without_marks(&std::mem::take(&mut run)));
        }
        match event {
            Event::Start(tag) => {
                pictures += usize::from(matches!(tag, Tag::Image { .. }));
                if depth == 0 {
                    text.clear();
                }
                depth += 1;
            }
            Event::End(end) => {
                depth -= 1;
                pictures -= usize::from(end == TagEnd::Image);
                if depth == 0 && end == TagEnd::Paragraph && is_prose(&text) {
                    return shortened(&text.split_whitespace().collect::<Vec<_>>().join(" "));
                }
            }
            _ if pictures > 0 => {}
            Event::Text(words) => run.push_str(&words),
            Event::Code(words) => text.push_str(&words),
            Event::InlineMath(formula) | Event::DisplayMath(formula) => {
                text.push_str(if is_price(markdown, span.end) { &markdown[span] } else { &formula });
            }
            Event::SoftBreak => run.push(' '),
            Event::HardBreak => text.push(' '),
            _ => {}
        }
    }
    String::new()
}

/// Text without the marks that the parser leaves in it: `[[name|text]]`, `![[picture]]`, `==text==`.
fn without_marks(text: &str) -> String {
    without_highlights(&without_brackets(text))
}

fn without_brackets(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (inner, after))) =
        rest.split_once("[[").and_then(|(before, rest)| Some((before, rest.split_once("]]")?)))
    {
        // White space: a test in a shell. A colon: a class of characters. Brackets: a matrix.
        let is_name =
            !inner.is_empty() && inner.trim() == inner && !inner.contains('[') && !inner.starts_with([':', '|']);
        match before.strip_suffix('!') {
            _ if !is_name => {
                plain.push_str(before);
                plain.push_str("[[");
                rest = &rest[before.len() + 2..];
                continue;
            }
            Some(before) => plain.push_str(before),
            None => {
                plain.push_str(before);
                plain.push_str(inner.split_once('|').map_or(inner, |(_, shown)| shown));
            }
        }
        rest = after;
    }
    plain + rest
}

fn without_highlights(text: &str) -> String {
    let mut plain = text.to_owned();
    let mut open = None;
    let mut from = 0;
    while let Some(at) = plain[from..].find("==").map(|found| from + found) {
        let (before, after) = (plain[..at].chars().next_back(), plain[at + 2..].chars().next());
        let is_word = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
        let is_space = |char: Option<char>| char.is_none_or(char::is_whitespace);
        from = at + 2;
        match open {
            Some(start) if !is_space(before) && !is_word(after) => {
                plain.replace_range(at..at + 2, "");
                plain.replace_range(start..start + 2, "");
                from = at - 2;
                open = None;
            }
            None if !is_space(after) && !is_word(before) => open = Some(at),
            _ => {}
        }
    }
    plain
}

/// Whether a paragraph has words. One that begins with a brace is an instruction to another generator: `{{< figure >}}`, `{% include %}`, `{: .wide }`.
fn is_prose(text: &str) -> bool {
    text.contains(char::is_alphanumeric) && !text.trim_start().starts_with('{')
}

/// Whether what looks like a formula that ends at `end` is the text between two prices: a letter or digit follows its second dollar sign.
fn is_price(markdown: &str, end: usize) -> bool {
    markdown[end..].starts_with(char::is_alphanumeric)
}

/// As many whole sentences as fit, or else as many whole words.
fn shortened(text: &str) -> String {
    let offset = |characters: usize| text.char_indices().nth(characters).map(|(at, _)| at);
    let (Some(least), Some(most)) = (offset(SHORTEST), offset(LENGTH)) else { return text.to_owned() };
    if let Some(end) = last_sentence(text, least..most) {
        return text[..end].to_owned();
    }
    // One character is for the ellipsis. A text without spaces is cut anywhere.
    let most = offset(LENGTH - 1).unwrap_or(most);
    let space = text[..most].rfind(' ').filter(|space| *space >= least).unwrap_or(most);
    let end = if text[most..].starts_with(' ') { most } else { space };
    let kept = text[..end].trim_end_matches(|last: char| last.is_whitespace() || ",;:–—-(".contains(last));
    format!("{kept}…")
}

/// The end of the last sentence that ends within `range`.
fn last_sentence(text: &str, range: Range<usize>) -> Option<usize> {
    let marks = text.char_indices().take_while(|(at, _)| *at < range.end);
    let ends = marks.filter(|&(at, mark)| at >= range.start && ends_sentence(text, at, mark)).map(|(at, mark)| {
        let end = at + mark.len_utf8();
        end + (text[end..].len() - without_closing(&text[end..]).len())
    });
    ends.filter(|end| *end <= range.end).last()
}

/// What follows the quotes and brackets that close with a sentence.
fn without_closing(text: &str) -> &str {
    text.trim_start_matches(['”', '’', '"', '\'', ')', ']', '»'])
}

/// Whether the mark at `at` ends a sentence: a space and no small letter follow, and what it ends is no abbreviation of a letter or two ("e.g.", "Dr.").
fn ends_sentence(text: &str, at: usize, mark: char) -> bool {
    if matches!(mark, '。' | '！' | '？') {
        return true;
    }
    let word = text[..at].rsplit([' ', '.', '(']).next().unwrap_or_default();
    let begins = without_closing(&text[at + mark.len_utf8()..])
        .strip_prefix(' ')
        .is_some_and(|next| !next.starts_with(char::is_lowercase));
    begins && (matches!(mark, '!' | '?' | '…') || (mark == '.' && word.chars().count() > 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_paragraph_of_words_is_taken_without_its_markup() {
        for (markdown, expected) in [
            ("One *two* `three` [four](x.md)\nfive.\n\nSix.", "One two three four five."),
            ("# A heading\n\n![A picture](a.png)\n\n- a list\n\n> a quote\n\nText.", "Text."),
            ("Text[^n] with a <b>tag</b> ![picture](a.png)<!--more-->\n\n[^n]: A note.", "Text with a tag"),
            ("It's \"quoted\" -- and so on...", "It’s “quoted” – and so on…"),
            ("{{< figure src=\"a.png\" >}}\n\n{% include x %}\n\n{: .wide }\n\nText.", "Text."),
            ("It costs US$5, not CA$7, and takes $O(n)$.", "It costs US$5, not CA$7, and takes O(n)."),
            ("[One][r] two.\n\n[r]: x.md", "One two."),
            ("<div>\n\nText.\n\n</div>", "Text."),
            ("A [[name|link]], [[name]], ![[a.png]] ==marked== `[[x]] ==y==`", "A link, name, marked [[x]] ==y=="),
            ("If [[ -f x ]], a==b, ==x and [[:alpha:]]", "If [[ -f x ]], a==b, ==x and [[:alpha:]]"),
            ("***\n\n![A](a.png)\n\n- list\n\n```\ncode\n```\n", ""),
            ("", ""),
        ] {
            assert_eq!(of(markdown), expected, "{markdown:?}");
        }
    }

    #[test]
    fn a_long_paragraph_is_cut_after_a_sentence_or_else_a_word() {
        let sentence = "This sentence has forty letters or some. ";
        let word = "word ";
        for (markdown, expected) in [
            (sentence.repeat(5), sentence.repeat(3).trim_end().to_owned()),
            (word.repeat(50), word.repeat(31).trim_end().to_owned() + " word…"),
            (format!("It rained. {}", word.repeat(50)), format!("It rained. {}…", word.repeat(29).trim_end())),
            (
                format!("{}“It ended.” Then {}", word.repeat(20), word.repeat(50)),
                format!("{}“It ended.”", word.repeat(20)),
            ),
            (
                format!("{}e.g. This, {}", word.repeat(20), word.repeat(50)),
                format!("{}e.g. This, {}…", word.repeat(20), word.repeat(9).trim_end()),
            ),
            ("漢".repeat(200), "漢".repeat(159) + "…"),
            ("漢字。".repeat(100), "漢字。".repeat(53)),
            ("a".repeat(160), "a".repeat(160)),
        ] {
            let found = of(&markdown);
            assert_eq!(found, expected);
            assert!(found.chars().count() <= LENGTH);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_has_a_longer_description(markdown in "[a-c é漢.!?”$`*\\[\\]|=\n>-]{0,400}") {
            assert!(of(&markdown).chars().count() <= LENGTH);
        }
    }
}
