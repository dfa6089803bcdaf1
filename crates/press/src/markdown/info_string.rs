//! Info strings: what follows the fence of a code block (`rust file=main.rs numbers`), as words with their places.

use std::ops::Range;

use super::page::Page;

/// A word of an info string: `numbers`, `mark=3`, `caption="A table of two rows"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// What is before the equals sign: the whole word, if it has none.
    pub(super) key: &'a str,
    /// What is after the equals sign, without its quotes.
    pub(super) value: Option<&'a str>,
    /// The whole word in the file.
    pub(super) place: Range<usize>,
    /// The value in the file, without its quotes. The whole word, if it has no value.
    pub(super) value_place: Range<usize>,
}

/// The words of the info string of the fenced block at `block`. A quote that is not closed is reported, and ends with the line.
pub(super) fn words<'p>(block: &Range<usize>, page: &mut Page<'p>) -> Vec<Word<'p>> {
    let body = page.body;
    let line = body.file[block.clone()].lines().next().unwrap_or_default();
    let start = line.find(|character| !matches!(character, '`' | '~')).unwrap_or(line.len());
    let (words, unclosed) = parse(&line[start..], block.start + start);
    if let Some(place) = unclosed {
        page.report.push(page.error(place, "this quote is not closed").help("end the value with `\"`"));
    }
    words
}

/// The words of `text`, which begins at `offset` of the file, and the place of a quote that is not closed.
pub(super) fn parse(text: &str, offset: usize) -> (Vec<Word<'_>>, Option<Range<usize>>) {
    let mut words = Vec::new();
    let mut unclosed = None;
    let mut at = 0;
    loop {
        let start = at + text[at..].len() - text[at..].trim_start().len();
        if start == text.len() {
            return (words, unclosed);
        }
        let (end, value) = word_end(text, start);
        let key_end = value.as_ref().map_or(end, |value| value.equals);
        let value_range = value.as_ref().map(|value| value.range.clone());
        if let Some(quote) = value.and_then(|value| value.unclosed) {
            unclosed = Some(offset + quote..offset + quote + 1);
        }
        let place_of = |range: Range<usize>| offset + range.start..offset + range.end;
        words.push(Word {
            key: &text[start..key_end],
            value: value_range.clone().map(|range| &text[range]),
            place: place_of(start..end),
            value_place: place_of(value_range.unwrap_or(start..end)),
        });
        at = end;
    }
}

/// Where the value of a word is.
struct Value {
    equals: usize,
    /// Without quotes.
    range: Range<usize>,
    /// The quote that is not closed.
    unclosed: Option<usize>,
}

/// The end of the word at `start`, and its value.
fn word_end(text: &str, start: usize) -> (usize, Option<Value>) {
    let space = |from: usize| text[from..].find(char::is_whitespace).map_or(text.len(), |length| from + length);
    let Some(equals) = text[start..space(start)].find('=').map(|length| start + length) else {
        return (space(start), None);
    };
    let first = equals + 1;
    if !text[first..].starts_with('"') {
        let end = space(first);
        return (end, Some(Value { equals, range: first..end, unclosed: None }));
    }
    let Some(length) = text[first + 1..].find('"') else {
        let end = first + 1 + text[first + 1..].trim_end().len();
        return (text.len(), Some(Value { equals, range: first + 1..end, unclosed: Some(first) }));
    };
    let close = first + 1 + length;
    (close + 1, Some(Value { equals, range: first + 1..close, unclosed: None }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word as text: its key, its value, and what is at its two places.
    fn shown(text: &str) -> Vec<(String, Option<String>, String, String)> {
        let padded = format!("abc{text}");
        let (words, _) = parse(text, 3);
        let describe = |word: &Word| {
            let [whole, value] = [&word.place, &word.value_place].map(|place| padded[place.clone()].to_owned());
            (word.key.to_owned(), word.value.map(str::to_owned), whole, value)
        };
        words.iter().map(describe).collect()
    }

    #[test]
    fn a_word_is_a_key_with_or_without_a_value() {
        let expected = [
            ("rust", None, "rust", "rust"),
            ("file", Some("main.rs"), "file=main.rs", "main.rs"),
            ("caption", Some("Two words, é"), "caption=\"Two words, é\"", "Two words, é"),
            ("empty", Some(""), "empty=", ""),
            ("where", Some("a=b"), "where=a=b", "a=b"),
            ("last", Some(""), "last=\"\"", ""),
        ];
        let expected = expected.map(|(key, value, whole, part)| {
            (key.to_owned(), value.map(str::to_owned), whole.to_owned(), part.to_owned())
        });
        assert_eq!(
            shown(" rust  file=main.rs caption=\"Two words, é\" empty= where=a=b last=\"\" "),
            expected,
            "places and values"
        );
        assert!(shown("  ").is_empty());
    }

    #[test]
    fn a_quote_that_is_not_closed_ends_with_the_line() {
        let (words, unclosed) = parse("table caption=\"Two words ", 0);
        assert_eq!((words[1].value, unclosed), (Some("Two words"), Some(14..15)));
    }
}
