//! Code blocks: figures with a file name and a language, by the info string (`rust file=main.rs numbers mark=3,5-7`).

use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Tag};

use super::events::{SpannedEvent, end_of, replace};
use super::highlight::{self, Language};
use super::info_string::{self, Word};
use super::page::Page;
use crate::diagnostic::nearest;
use crate::markup::{push_attribute, push_text};

/// The words that an info string may contain after the language.
const WORDS: [&str; 3] = ["file=", "mark=", "numbers"];

/// A parsed info string.
#[derive(Default)]
struct InfoString<'a> {
    language: Option<Language>,
    file: Option<&'a str>,
    numbers: bool,
    marks: BTreeSet<usize>,
}

/// Renders each code block.
pub(super) fn render(events: &mut [SpannedEvent], page: &mut Page) {
    for start in 0..events.len() {
        let Event::Start(Tag::CodeBlock(kind)) = &events[start].0 else { continue };
        let end = end_of(events, start);
        let code = text_of(&events[start + 1..end]);
        let info = match kind {
            CodeBlockKind::Fenced(_) => read(&events[start].1, code.lines().count(), page),
            CodeBlockKind::Indented => InfoString::default(),
        };
        let html = figure(&info, &code);
        replace(&mut events[start..=end], html);
    }
}

/// The text of a block: one event, or one per line, as in a block quote.
fn text_of<'a>(events: &[SpannedEvent<'a>]) -> CowStr<'a> {
    if let [(Event::Text(text), _)] = events {
        return text.clone();
    }
    let lines = events.iter().filter_map(|(event, _)| match event {
        Event::Text(text) => Some(&**text),
        _ => None,
    });
    lines.collect::<String>().into()
}

fn read<'a>(block: &Range<usize>, lines: usize, page: &mut Page<'a>) -> InfoString<'a> {
    let mut read = InfoString::default();
    for (index, word) in info_string::words(block, page).into_iter().enumerate() {
        match (word.key, word.value) {
            ("numbers", None) => read.numbers = true,
            (name, None) if index == 0 => read.language = Some(find_language(name, word.place, page)),
            ("file", Some(name)) if !name.is_empty() => read.file = Some(name),
            ("mark", Some(text)) => match parse_marks(text, lines) {
                Ok(marks) => read.marks = marks,
                Err(message) => {
                    let error = page.error(word.place, message);
                    page.report.push(error.help("mark lines by numbers and ranges: `mark=3,5-7`"));
                }
            },
            _ => report_unknown(&word, page),
        }
    }
    read
}

fn find_language(word: &str, place: Range<usize>, page: &mut Page) -> Language {
    let language = highlight::find(word);
    if language.is_none() {
        let warning = page.warning(place, format!("unknown language \"{word}\"")).label("not highlighted");
        page.report.push(match nearest(word, highlight::names()) {
            Some(near) => warning.help(format!("did you mean \"{near}\"?")),
            None => warning.help("use `text` for anything that is not a language"),
        });
    }
    language.unwrap_or_else(|| Language::unknown(word))
}

fn report_unknown(word: &Word, page: &mut Page) {
    let text = &page.body.file[word.place.clone()];
    let key = word.value.map_or(word.key.to_owned(), |_| format!("{}=", word.key));
    let error = page.error(word.place.clone(), format!("unknown word \"{text}\" after the language of a code block"));
    page.report.push(match nearest(&key, WORDS) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("expected `file=NAME`, `numbers` or `mark=3,5-7`"),
    });
}

/// The lines of `3,5-7`, in a block of `lines` lines.
fn parse_marks(text: &str, lines: usize) -> Result<BTreeSet<usize>, String> {
    let mut marks = BTreeSet::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (Ok(first), Ok(last)) = (first.parse::<usize>(), last.parse::<usize>()) else {
            return Err(format!("`{part}` is not a line number or a range of lines"));
        };
        if first == 0 || first > last {
            return Err(format!("`{part}` marks no line: the first line is 1"));
        }
        if last > lines {
            return Err(format!("`{part}` marks a line after the last one of this block, {lines}"));
        }
        marks.extend(first..=last);
    }
    Ok(marks)
}

fn figure(info: &InfoString, code: &str) -> String {
    let mut html = String::with_capacity(code.len() * 2);
    html.push_str(if info.numbers { "<figure class=\"code numbers\">" } else { "<figure class=\"code\">" });
    let language = info.language.as_ref();
    push_caption(&mut html, info.file, language);
    push_region(&mut html, info.file, language);
    html.push_str("<code");
    if let Some(language) = language {
        html.push_str(" class=\"language-");
        push_attribute(&mut html, language.name());
        html.push('"');
    }
    html.push('>');
    let code = code.strip_suffix('\n').unwrap_or(code);
    match language {
        Some(language) => {
            let marks = (info.numbers || !info.marks.is_empty()).then_some(&info.marks);
            language.write(&mut html, code, marks);
        }
        None => push_text(&mut html, code),
    }
    html.push_str("</code></pre></figure>\n");
    html
}

/// The opening of a block that can be scrolled by keyboard, with a name for screen readers.
fn push_region(html: &mut String, file: Option<&str>, language: Option<&Language>) {
    html.push_str("<pre tabindex=\"0\" role=\"group\" aria-label=\"");
    match (file, language.filter(|language| !language.is_text())) {
        (Some(file), _) => push_attribute(html, file),
        (None, Some(language)) => push_attribute(html, &format!("Code: {}", language.name())),
        (None, None) => html.push_str("Preformatted text"),
    }
    html.push_str("\">");
}

/// The file name and the language. Plain text without a file name gets no caption.
fn push_caption(html: &mut String, file: Option<&str>, language: Option<&Language>) {
    let language = language.filter(|language| file.is_some() || !language.is_text());
    if file.is_none() && language.is_none() {
        return;
    }
    html.push_str("<figcaption>");
    for (class, text) in [("file", file), ("lang", language.map(Language::name))] {
        if let Some(text) = text {
            // Without a style sheet, a space keeps the two apart.
            html.push_str(if html.ends_with("</span>") { " " } else { "" });
            write!(html, "<span class=\"{class}\">").expect("writing to a string cannot fail");
            push_text(html, text);
            html.push_str("</span>");
        }
    }
    html.push_str("</figcaption>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_numbers_and_ranges_within_the_block() {
        for (list, marks) in [("3", &[3][..]), ("1,3-5", &[1, 3, 4, 5]), ("2-2,2", &[2])] {
            assert_eq!(parse_marks(list, 5), Ok(marks.iter().copied().collect()), "{list}");
        }
        for list in ["", "0", "6", "4-6", "3-2", "a", "1,,2", "-2", "1-"] {
            assert!(parse_marks(list, 5).is_err(), "{list}");
        }
    }
}
