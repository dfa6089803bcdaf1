//! Marks of Obsidian: wikilinks, embeds, comments, tags in the text, names of blocks.

use graven_press::markdown::is_alert;
use pulldown_cmark::{CodeBlockKind, Event, Tag};

use crate::body::{self, Edit, contains};
use crate::names::{is_markdown, is_picture, stem, title_of};
use crate::targets::SOURCE;
use crate::text::Text;

use super::conversion::{Conversion, comment};

/// Languages of code blocks that are programs of plugins.
const PROGRAMS: [&str; 6] = ["dataview", "dataviewjs", "base", "query", "tasks", "excalidraw"];

/// Converts the marks of a note.
pub(super) fn convert(text: &mut Text, conversion: &mut Conversion<'_>) {
    remove_comments(text, conversion);
    let edits = programs(text, conversion);
    text.body.edit(edits);
    let edits = links(text, conversion);
    text.body.edit(edits);
    let edits = block_names(text);
    text.body.edit(edits);
    let edits = callouts(text);
    text.body.edit(edits);
    let tags = tags(text);
    text.head.tags.extend(tags);
}

/// `%%…%%`, which Obsidian does not publish.
fn remove_comments(text: &mut Text, conversion: &mut Conversion<'_>) {
    let code = text.body.code();
    let marks: Vec<usize> =
        text.body.text.match_indices("%%").map(|(at, _)| at).filter(|at| !contains(&code, *at)).collect();
    let mut edits: Vec<Edit> = Vec::new();
    for pair in marks.chunks(2) {
        let (message, end) = match pair {
            [_, end] => ("a comment of Obsidian was left out", end + 2),
            _ => ("a comment of Obsidian without an end was left out, with all that follows", text.body.text.len()),
        };
        conversion.note(text, pair[0], message);
        edits.push((pair[0]..end, String::new()));
    }
    text.body.edit(edits);
}

/// Code blocks that a plugin runs.
fn programs(text: &Text, conversion: &mut Conversion<'_>) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (event, range) in body::events(&text.body.text) {
        let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event else { continue };
        let language = info.split_whitespace().next().unwrap_or_default();
        if PROGRAMS.contains(&language) {
            conversion.note(
                text,
                range.start,
                format!("a program of the plugin `{language}`, kept as a comment that readers do not see"),
            );
            edits.push((range.clone(), comment(&text.body.text[range])));
        }
    }
    edits
}

/// `[[Note]]`, `[[Note#Heading|text]]`, `![[picture.png|300]]`.
fn links(text: &Text, conversion: &mut Conversion<'_>) -> Vec<Edit> {
    let code = text.body.code();
    let source = text.body.text.as_str();
    let mut edits = Vec::new();
    for (at, _) in source.match_indices("[[") {
        let Some(length) = source[at..].find("]]") else { continue };
        let inner = &source[at + 2..at + length];
        if contains(&code, at) || inner.contains('\n') || inner.contains("[[") || inner.is_empty() {
            continue;
        }
        let end = at + length + 2;
        let (target, label) = match inner.split_once("\\|").or_else(|| inner.split_once('|')) {
            Some((target, label)) => (target.trim(), Some(label.trim())),
            None => (inner.trim(), None),
        };
        if source[..at].ends_with('!') {
            let with = embed(target, label, at, text, conversion);
            edits.push((at - 1..end, with));
        } else if let Some(with) = link(target, label, at, text, conversion) {
            edits.push((at..end, with));
        } else if inner != inner.trim() {
            edits.push((at..end, format!("[[{}]]", inner.trim())));
        }
    }
    edits
}

/// What a wikilink becomes. `None` if Graven finds its target by itself: by the title of the note.
fn link(target: &str, label: Option<&str>, at: usize, text: &Text, conversion: &mut Conversion<'_>) -> Option<String> {
    let (name, heading) = target.split_once('#').map_or((target, ""), |(name, heading)| (name.trim(), heading.trim()));
    let fallback = if name.is_empty() { heading } else { name.rsplit('/').next().unwrap_or(name) };
    let label = label.map_or_else(|| fallback.trim_end_matches(".md").to_owned(), str::to_owned);
    let heading = heading.rsplit('#').next().unwrap_or_default().replace(' ', "%20");
    let fragment = if heading.is_empty() || heading.starts_with('^') { String::new() } else { format!("#{heading}") };
    if name.is_empty() && !fragment.is_empty() {
        return Some(format!("[{label}]({fragment})"));
    }
    if let Some(index) = conversion.targets.named(name) {
        let is_plain = heading.is_empty() && conversion.targets.is_title(name, index);
        let path = conversion.targets.source_of(index).unwrap_or_default().replace(' ', "%20");
        return (!is_plain).then(|| format!("[{label}](<{SOURCE}{path}{fragment}>)"));
    }
    if let Some(path) = conversion.targets.file_named(name).filter(|path| !is_markdown(path)) {
        return Some(format!("[{label}](<{SOURCE}{}>)", path.replace(' ', "%20")));
    }
    conversion.note(
        text,
        at,
        format!(
            "a link to a note that is not there, or that is not the only one of its name, became text: [[{target}]]"
        ),
    );
    Some(label)
}

fn embed(target: &str, label: Option<&str>, at: usize, text: &Text, conversion: &mut Conversion<'_>) -> String {
    let name = target.split('#').next().unwrap_or(target).trim();
    let is_size = |label: &&str| label.chars().all(|char| char.is_ascii_digit() || char == 'x');
    let alt = label.filter(|label| !is_size(label)).unwrap_or_default();
    if let Some(path) = conversion.targets.file_named(name).filter(|path| !is_markdown(path)).map(str::to_owned) {
        let address = path.replace(' ', "%20");
        if is_picture(&path) {
            return format!("![{alt}](<{SOURCE}{address}>)");
        }
        if !matches!(crate::names::extension(&path).as_str(), "base" | "canvas") {
            let label = if alt.is_empty() { stem(&path) } else { alt };
            return format!("[{label}](<{SOURCE}{address}>)");
        }
    }
    if conversion.targets.named(name).is_some() {
        conversion.note(text, at, format!("a note within a note became a link: ![[{target}]]"));
        let label = if alt.is_empty() { None } else { Some(alt) };
        return link(target, label, at, text, conversion).unwrap_or_else(|| format!("[[{target}]]"));
    }
    conversion.note(
        text,
        at,
        format!("what is embedded cannot be shown, kept as a comment that readers do not see: ![[{target}]]"),
    );
    comment(&format!("![[{target}]]"))
}

/// `> [!name]` with a name that Graven does not know. Obsidian shows it as a note, with the name as its title if it has none.
fn callouts(text: &Text) -> Vec<Edit> {
    let source = text.body.text.as_str();
    let mut edits = Vec::new();
    for (event, range) in body::events(source) {
        let Event::Start(Tag::BlockQuote(_)) = event else { continue };
        let line = source[range.clone()].lines().next().unwrap_or_default();
        let Some((before, (name, after))) =
            line.split_once("[!").and_then(|(before, rest)| Some((before, rest.split_once(']')?)))
        else {
            continue;
        };
        let kind = name.split('|').next().unwrap_or(name).trim();
        if !before.trim().trim_matches(['>', ' ']).is_empty() || kind.is_empty() || is_alert(kind) {
            continue;
        }
        let start = range.start + before.len();
        edits.push((start + 2..start + 2 + name.len(), "note".to_owned()));
        if after.trim_start_matches(['-', '+']).trim().is_empty() {
            let end = range.start + line.trim_end().len();
            edits.push((end..end, format!(" {}", title_of(kind))));
        }
    }
    edits
}

/// ` ^name` at the end of a line.
fn block_names(text: &Text) -> Vec<Edit> {
    let code = text.body.code();
    let source = text.body.text.as_str();
    let found = source.match_indices(" ^").filter(|(at, _)| !contains(&code, *at));
    let ends = found.filter_map(|(at, _)| {
        let rest = &source[at + 2..];
        let name = rest.find(|char: char| !(char.is_ascii_alphanumeric() || char == '-')).unwrap_or(rest.len());
        let is_end = rest[name..].is_empty() || rest[name..].starts_with('\n');
        (name > 0 && is_end).then(|| (at..at + 2 + name, String::new()))
    });
    ends.collect()
}

/// `#tag` in the text. The text keeps it.
fn tags(text: &Text) -> Vec<String> {
    let code = text.body.code();
    let source = text.body.text.as_str();
    let mut tags = Vec::new();
    for (at, _) in source.match_indices('#') {
        let before = source[..at].chars().next_back();
        let name: String = source[at + 1..]
            .chars()
            .take_while(|char| char.is_alphanumeric() || matches!(char, '-' | '_' | '/'))
            .collect();
        let is_tag = name.starts_with(|char: char| char.is_alphabetic()) && before.is_none_or(char::is_whitespace);
        if is_tag && !contains(&code, at) {
            tags.push(name);
        }
    }
    tags
}
