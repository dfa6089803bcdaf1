//! Liquid, as Jekyll has it: tags for code and links, and values of settings. A program (`for`, `if`) cannot be converted: its text becomes a draft.

use crate::body::{Edit, contains};
use crate::targets::SOURCE;
use crate::text::Text;
use crate::value::Value;

use super::conversion::{Conversion, comment};
use super::embeds;
use super::tags::{self, Arguments, Role, Tag};

/// Converts the Liquid of a text.
pub(super) fn convert(text: &mut Text, conversion: &mut Conversion<'_>) {
    let tags = tags::liquid(&text.body.text);
    let code = text.body.code();
    let mut edits: Vec<Edit> = Vec::new();
    let mut programs = Vec::new();
    let mut index = 0;
    while index < tags.len() {
        let tag = &tags[index];
        let end = tags::end_of(&tags, index, false).filter(|_| tag.role == Role::Open);
        let is_code = contains(&code, tag.range.start);
        let mut liquid =
            Liquid { tag, end: end.map(|end| &tags[end]), is_code, edits: &mut edits, programs: &mut programs };
        let is_verbatim = liquid.convert(text, conversion);
        index = end.filter(|_| is_verbatim).unwrap_or(index) + 1;
    }
    if let Some((line, name)) = programs.first() {
        let reason = format!("its line {line} is a program of Liquid (`{name}`), whose output is not known");
        text.draft.push(reason.clone());
        conversion.notes.add(&text.source, *line, format!("a draft: {reason}"));
    }
    text.body.edit(edits);
}

/// A tag, with the one that ends its block.
struct Liquid<'a> {
    tag: &'a Tag,
    end: Option<&'a Tag>,
    is_code: bool,
    edits: &'a mut Vec<Edit>,
    /// Line and name of each program.
    programs: &'a mut Vec<(usize, String)>,
}

impl Liquid<'_> {
    /// Returns whether what is within the block stays as it is.
    fn convert(&mut self, text: &Text, conversion: &mut Conversion<'_>) -> bool {
        let Tag { range, name, rest, role } = self.tag;
        match (role, name.as_str()) {
            (Role::Value, _) => self.value(text, conversion),
            (Role::Close, _) if self.edits.iter().any(|(edited, _)| edited == range) => {}
            (Role::Close, _) => self.replace(String::new()),
            (_, "raw") => self.within("", ""),
            (_, "comment") => self.remove_comment(text, conversion),
            (_, "highlight") => self.highlight(text),
            (_, "post_url") => self.replace(format!("{SOURCE}_posts/{}", rest.trim_matches(['"', '\'']))),
            (_, "link") => self.replace(format!("{SOURCE}{}", rest.trim_matches(['"', '\'']))),
            (_, "include" | "include_relative" | "include_cached") => self.include(text, conversion),
            (
                _,
                "for" | "if" | "unless" | "case" | "assign" | "capture" | "elsif" | "else" | "when" | "tablerow"
                | "cycle",
            ) => {
                self.program(text, conversion);
            }
            (_, name) => match embeds::markdown(name, &Arguments::read(rest)) {
                Some(markdown) if !self.is_code => self.replace(markdown),
                _ => self.give_up("a tag", text, conversion),
            },
        }
        self.end.is_some() && matches!(name.as_str(), "raw" | "comment" | "highlight")
    }

    fn replace(&mut self, with: String) {
        self.edits.push((self.tag.range.clone(), with));
    }

    /// Replaces the tags at both ends of the block.
    fn within(&mut self, before: &str, after: &str) {
        self.replace(before.to_owned());
        if let Some(end) = self.end {
            self.edits.push((end.range.clone(), after.to_owned()));
        }
    }

    fn remove_comment(&mut self, text: &Text, conversion: &mut Conversion<'_>) {
        let end = self.end.map_or(self.tag.range.end, |end| end.range.end);
        conversion.note(text, self.tag.range.start, "a comment of Liquid was left out");
        self.edits.push((self.tag.range.start..end, String::new()));
    }

    fn highlight(&mut self, text: &Text) {
        let Some(end) = self.end else { return self.replace(String::new()) };
        let inner = &text.body.text[self.tag.range.end..end.range.start];
        let fence = if inner.contains("```") { "~~~~" } else { "```" };
        let mut words = self.tag.rest.split_whitespace();
        let language = words.next().unwrap_or_default();
        let numbers = if words.any(|word| word == "linenos") { " numbers" } else { "" };
        let open = format!("{fence}{language}{numbers}{}", if inner.starts_with('\n') { "" } else { "\n" });
        let close = format!("{}{fence}", if inner.ends_with('\n') { "" } else { "\n" });
        self.within(&open, &close);
    }

    /// An include is mostly a part of the theme. Those that embed something say so by their names.
    fn include(&mut self, text: &Text, conversion: &mut Conversion<'_>) {
        let (file, rest) = self.tag.rest.split_once(char::is_whitespace).unwrap_or((&self.tag.rest, ""));
        match embeds::markdown(file, &Arguments::read(rest)) {
            Some(markdown) if !self.is_code => self.replace(markdown),
            _ => self.give_up("an include", text, conversion),
        }
    }

    fn program(&mut self, text: &Text, conversion: &mut Conversion<'_>) {
        if !self.is_code {
            self.programs.push((text.body.line(self.tag.range.start), self.tag.name.clone()));
        }
        self.give_up("a program", text, conversion);
    }

    /// A value of the settings or of the front matter, with the filters that make addresses.
    fn value(&mut self, text: &Text, conversion: &mut Conversion<'_>) {
        let mut filters = self.tag.rest.split('|').map(str::trim);
        let expression = filters.next().unwrap_or_default();
        let start = match expression {
            "site.baseurl" | "site.url" => Some(String::new()),
            "page.title" => Some(text.title.clone()),
            "page.url" => text.url.clone(),
            "page.date" => text.head.date.as_ref().map(|date| date.day.to_string()),
            _ => literal(expression).or_else(|| setting(expression, text, conversion)),
        };
        let value =
            filters.try_fold(start, |value, filter| match filter.split(':').next().unwrap_or_default().trim() {
                "relative_url" | "absolute_url" | "uri_escape" | "escape" | "markdownify" | "strip" => Some(value),
                "prepend" if filter.contains("site.baseurl") || filter.contains("site.url") => Some(value),
                "date" | "date_to_string" | "date_to_long_string" if expression == "page.date" => Some(value),
                _ => None,
            });
        match value.flatten() {
            Some(value) => self.replace(value),
            None => self.give_up("a value", text, conversion),
        }
    }

    fn give_up(&mut self, what: &str, text: &Text, conversion: &mut Conversion<'_>) {
        let range = self.tag.range.clone();
        let tag = &text.body.text[range.clone()];
        let shown = tag.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.is_code {
            conversion.note(text, range.start, format!("{what} of Liquid in code, kept as it is: {shown}"));
            if let Some(end) = self.end {
                // Its end is kept with it.
                let end_tag = text.body.text[end.range.clone()].to_owned();
                self.edits.push((end.range.clone(), end_tag));
            }
            return;
        }
        // What is within a program needs no note of its own.
        if self.programs.is_empty() || what == "an include" {
            conversion.note(
                text,
                range.start,
                format!("{what} of Liquid, kept as a comment that readers do not see: {shown}"),
            );
        }
        // Within the destination of a link, a comment would break the link.
        let is_in_link = text.body.text[..range.start].ends_with(['(', '"', '\'', '<', '/']);
        let with = if is_in_link { format!("{SOURCE}?") } else { comment(tag) };
        self.replace(with);
    }
}

/// A text in quotes.
fn literal(expression: &str) -> Option<String> {
    let quote = expression.chars().next().filter(|char| matches!(char, '"' | '\''))?;
    Some(expression.strip_prefix(quote)?.strip_suffix(quote)?.to_owned())
}

/// `site.x.y` of the settings, `page.x` of the front matter.
fn setting(expression: &str, text: &Text, conversion: &Conversion<'_>) -> Option<String> {
    let (from, path) = expression.split_once('.')?;
    let path: Vec<&str> = path.split('.').collect();
    match from {
        "site" => conversion.origin.settings.table.at(&path).and_then(Value::text),
        "page" => text.head.extra.at(&path).and_then(Value::text),
        _ => None,
    }
}
