//! Code blocks: figures with a file name and a language, by the info string (`rust file=main.rs numbers mark=3,5-7`). With `from=main.rs`, a block shows a
//! file of the content.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Tag};

use super::events::{SpannedEvent, end_of, replace};
use super::highlight::{self, Language};
use super::info_string::{self, Word};
use super::listing::{self, FileName, Listing};
use super::page::Page;
use super::{files, ranges, representation};
use crate::diagnostic::nearest;
use crate::languages::Words;
use crate::markup::{push_attribute, push_text};
use crate::span::{Spanned, trim_end};

/// The words that an info string may contain after the language.
const WORDS: [&str; 4] = ["file=", "from=", "mark=", "numbers"];

/// A parsed info string.
#[derive(Default)]
struct InfoString<'a> {
    language: Option<Language<'a>>,
    file: Option<&'a str>,
    from: Option<Spanned<&'a str>>,
    numbers: bool,
    mark: Option<Spanned<&'a str>>,
}

/// A code block.
struct Block<'a> {
    language: Option<Language<'a>>,
    listing: Listing<'a>,
    numbers: bool,
    marks: BTreeSet<usize>,
}

/// Renders each code block.
pub(super) fn render<'p>(events: &mut [SpannedEvent<'p>], page: &mut Page<'p>) {
    for start in 0..events.len() {
        if events[start].0 == Event::Start(Tag::Paragraph) {
            warn_of_fences(&events[start].1, page);
        }
        let Event::Start(Tag::CodeBlock(kind)) = &events[start].0 else { continue };
        let end = end_of(events, start);
        let info = match kind {
            CodeBlockKind::Fenced(_) => read(&events[start].1, page),
            CodeBlockKind::Indented => InfoString::default(),
        };
        let block = block(info, &events[start..=end], page);
        let html = block.map(|block| figure(&block, page.words())).unwrap_or_default();
        replace(&mut events[start..=end], html);
    }
}

/// Warns of lines of the paragraph at `span` that look like fences and are none, since the info string of one of backticks contains no others.
fn warn_of_fences(span: &Range<usize>, page: &mut Page) {
    let mut at = span.start;
    for line in page.body.file[span.clone()].split_inclusive('\n') {
        let text = line.trim_start_matches(|char: char| char == '>' || char.is_whitespace());
        let place = at + line.len() - text.len()..at + line.trim_end().len();
        at += line.len();
        let (fence, rest) = text.split_at(text.find(|char| char != '`').unwrap_or(text.len()));
        let is_code = || rest.split(|char| char != '`').any(|run| run == fence);
        if fence.len() >= 3 && rest.contains('`') && !is_code() {
            let warning = page.warning(place, "this line begins no block: after ```, it contains a backtick");
            page.report.push(warning.label("shown as text").help("begin and end the block with `~~~`"));
        }
    }
}

/// The block that is written as `events`. `None` if it names a file that it cannot show, which is reported.
fn block<'a>(info: InfoString<'a>, events: &[SpannedEvent<'a>], page: &mut Page) -> Option<Block<'a>> {
    let InfoString { mut language, file, from, numbers, mark } = info;
    let text = text_of(&events[1..events.len() - 1]);
    let listing = match &from {
        Some(from) => {
            report_excess(from, file, events, page);
            let listing = listing::read(from, page)?;
            language = language.or_else(|| highlight::find(listing.file.as_ref()?.extension()));
            let language = language.as_ref().map_or("", Language::name);
            note_listing(&events[0].1, &listing, language, page);
            listing
        }
        None => Listing { code: text, file: file.map(|name| FileName { name, href: None, lines: None }) },
    };
    let marks = mark.map(|mark| {
        ranges::read(mark.value, listing.code.lines().count(), "line").unwrap_or_else(|message| {
            page.report.push(page.error(mark.span, message).help("mark lines by numbers and ranges: `mark=3,5-7`"));
            BTreeSet::new()
        })
    });
    Some(Block { language, listing, numbers, marks: marks.unwrap_or_default() })
}

/// Reports what a block must not have as well, if it shows a file.
fn report_excess(from: &Spanned<&str>, file: Option<&str>, events: &[SpannedEvent], page: &mut Page) {
    if file.is_some() {
        let error = page.error(from.span.clone(), "both `file=` and `from=`");
        page.report.push(error.help("remove `file=`: the caption is the path of the file"));
    }
    let text = events.iter().find(|(event, _)| matches!(event, Event::Text(text) if !text.trim().is_empty()));
    if let Some((_, span)) = text {
        let error = page.error(trim_end(span, &page.body.file), "a block that shows a file has a text of its own");
        page.report.push(error.help("remove the text, or `from=`"));
    }
}

/// Lists the code and its caption for the site's Markdown.
fn note_listing(span: &Range<usize>, listing: &Listing, language: &str, page: &mut Page) {
    let mut blocks = vec![representation::fenced(language, &listing.code)];
    if let Some(file) = &listing.file {
        let href = file.href.as_deref().unwrap_or_default();
        blocks.push(format!("[{}]({href}){}", files::escaped(file.name), file.lines_in_words(page.words())));
    }
    representation::note_block(span, &blocks, page);
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

fn read<'a>(block: &Range<usize>, page: &mut Page<'a>) -> InfoString<'a> {
    let mut read = InfoString::default();
    for (index, word) in info_string::words(block, page).into_iter().enumerate() {
        let value = || Spanned { value: word.value.unwrap_or_default(), span: word.value_place.clone() };
        match (word.key, word.value) {
            ("numbers", None) => read.numbers = true,
            (name, None) if index == 0 => read.language = Some(find_language(name, word.place, page)),
            ("file", Some(name)) if !name.is_empty() => read.file = Some(name),
            ("from", Some(path)) if !path.is_empty() => read.from = Some(value()),
            ("mark", Some(_)) => read.mark = Some(Spanned { span: word.place.clone(), ..value() }),
            _ => report_unknown(&word, page),
        }
    }
    read
}

fn find_language<'a>(word: &'a str, place: Range<usize>, page: &mut Page) -> Language<'a> {
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
        None => error.help("expected `file=NAME`, `from=PATH`, `numbers` or `mark=3,5-7`"),
    });
}

fn figure(block: &Block, words: &Words) -> String {
    let Block { language, listing: Listing { code, file }, numbers, marks } = block;
    let mut html = String::with_capacity(code.len() * 2);
    html.push_str(if *numbers { "<figure class=\"code numbers\">" } else { "<figure class=\"code\">" });
    let language = language.as_ref();
    push_caption(&mut html, file.as_ref(), language, words);
    push_region(&mut html, file.as_ref(), language, words);
    html.push_str("<code");
    if let Some(language) = language {
        html.push_str(" class=\"language-");
        push_attribute(&mut html, language.name());
        html.push('"');
    }
    html.push('>');
    let code = code.strip_suffix('\n').unwrap_or(code);
    match language {
        Some(language) => language.write(&mut html, code, (*numbers || !marks.is_empty()).then_some(marks)),
        None => push_text(&mut html, code),
    }
    html.push_str("</code></pre></figure>\n");
    html
}

/// The opening of a block that can be scrolled by keyboard, with a name for screen readers.
fn push_region(html: &mut String, file: Option<&FileName>, language: Option<&Language>, words: &Words) {
    html.push_str("<pre tabindex=\"0\" role=\"group\" aria-label=\"");
    match (file, language.filter(|language| !language.is_text())) {
        (Some(file), _) => push_attribute(html, &format!("{}{}", file.name, file.lines_in_words(words))),
        (None, Some(language)) => push_attribute(html, &words.text.code.fill(&[("language", &language.name())])),
        (None, None) => push_attribute(html, &words.text.preformatted),
    }
    html.push_str("\">");
}

/// The file name and the language. Plain text without a file name gets no caption.
fn push_caption(html: &mut String, file: Option<&FileName>, language: Option<&Language>, words: &Words) {
    let language = language.filter(|language| file.is_some() || !language.is_text());
    if file.is_none() && language.is_none() {
        return;
    }
    html.push_str("<figcaption>");
    if let Some(file) = file {
        html.push_str("<span class=\"file\">");
        push_file(html, file, words);
        html.push_str("</span>");
    }
    if let Some(language) = language {
        // Without a style sheet, a space keeps the two apart.
        html.push_str(if file.is_some() { " <span class=\"lang\">" } else { "<span class=\"lang\">" });
        push_text(html, language.name());
        html.push_str("</span>");
    }
    html.push_str("</figcaption>");
}

fn push_file(html: &mut String, file: &FileName, words: &Words) {
    let Some(href) = &file.href else {
        push_text(html, file.name);
        return;
    };
    html.push_str("<a href=\"");
    push_attribute(html, href);
    html.push_str("\">");
    push_text(html, file.name);
    html.push_str("</a>");
    push_text(html, &file.lines_in_words(words));
}
