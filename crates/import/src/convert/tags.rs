//! Tags of templates in a text: `{{< figure src="a.png" >}}`, `{% include x.html %}`, `{{ site.url }}`. This file finds them and reads their arguments.

use std::ops::Range;

/// A tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tag {
    /// The whole tag in the text.
    pub(super) range: Range<usize>,
    pub(super) name: String,
    /// What follows the name.
    pub(super) rest: String,
    pub(super) role: Role,
}

/// What a tag is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It stands alone, or begins a block.
    Open,
    /// It ends the block of its name.
    Close,
    /// It is shown as it is, without the marks that say so.
    Escaped,
    /// `{{ … }}` of Liquid and Zola, which begins no block.
    Value,
}

/// Arguments: by position, and by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments(Vec<(Option<String>, String)>);

impl Arguments {
    /// Reads `a "b c" key="value" key2=3`; commas and parentheses separate too.
    pub(super) fn read(text: &str) -> Self {
        let mut arguments = Vec::new();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches(|char: char| char.is_whitespace() || matches!(char, ',' | '(' | ')'));
            if rest.is_empty() {
                return Self(arguments);
            }
            let name_end =
                rest.find(|char: char| !(char.is_alphanumeric() || char == '_' || char == '-')).unwrap_or(rest.len());
            let after = rest[name_end..].trim_start();
            let (key, value) = match after.strip_prefix(['=', ':']) {
                Some(value) if name_end > 0 && !after.starts_with("://") && !after.starts_with(":/") => {
                    (Some(rest[..name_end].to_ascii_lowercase()), value.trim_start())
                }
                _ => (None, rest),
            };
            let (value, after) = word(value);
            arguments.push((key, value));
            rest = after;
        }
    }

    pub(super) fn named(&self, names: &[&str]) -> Option<&str> {
        let found = names.iter().find_map(|name| self.0.iter().find(|(key, _)| key.as_deref() == Some(name)));
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn at(&self, index: usize) -> Option<&str> {
        self.0.iter().filter(|(key, _)| key.is_none()).nth(index).map(|(_, value)| value.as_str())
    }
}

/// A word, or what is in quotes, and the text after it.
fn word(text: &str) -> (String, &str) {
    if let Some(quote) = text.chars().next().filter(|char| matches!(char, '"' | '\'' | '`')) {
        let mut value = String::new();
        let mut chars = text[1..].char_indices();
        while let Some((at, char)) = chars.next() {
            match char {
                _ if char == quote => return (value, &text[at + 2..]),
                '\\' if quote != '`' => value.extend(chars.next().map(|(_, char)| char)),
                _ => value.push(char),
            }
        }
        return (value, "");
    }
    let end = text.find(|char: char| char.is_whitespace() || matches!(char, ',' | ')')).unwrap_or(text.len());
    (text[..end].to_owned(), &text[end..])
}

/// The tags of Hugo: `{{< name … >}}` and `{{% name … %}}`.
pub(super) fn hugo(text: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("{{").map(|found| at + found) {
        at = start + 2;
        let close = match text[at..].chars().next() {
            Some('<') => ">}}",
            Some('%') => "%}}",
            _ => continue,
        };
        let Some(length) = text[at..].find(close) else { continue };
        let inner = &text[at + 1..at + length];
        let range = start..at + length + close.len();
        at = range.end;
        let trimmed = inner.trim();
        if let Some(escaped) = trimmed.strip_prefix("/*").and_then(|text| text.strip_suffix("*/")) {
            let open = &text[start..start + 3];
            let rest = format!("{open}{escaped}{close}");
            tags.push(Tag { range, name: String::new(), rest, role: Role::Escaped });
            continue;
        }
        let (role, trimmed) = match trimmed.strip_prefix('/') {
            Some(name) => (Role::Close, name.trim()),
            None => (Role::Open, trimmed.trim_end_matches('/').trim_end()),
        };
        let end = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
        tags.push(Tag { range, name: trimmed[..end].to_owned(), rest: trimmed[end..].trim().to_owned(), role });
    }
    tags
}

/// The tags of Zola: `{{ name(…) }}`, and `{% name(…) %} … {% end %}`.
pub(super) fn zola(text: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('{').map(|found| at + found) {
        at = start + 1;
        let close = match text[at..].chars().next() {
            Some('{') => "}}",
            Some('%') => "%}",
            _ => continue,
        };
        let Some(length) = text[at + 1..].find(close) else { continue };
        let range = start..at + 1 + length + close.len();
        let inner = text[at + 1..at + 1 + length].trim();
        if let Some(escaped) = inner.strip_prefix("/*").and_then(|text| text.strip_suffix("*/")) {
            let rest = format!("{}{escaped}{close}", &text[start..start + 2]);
            at = range.end;
            tags.push(Tag { range, name: String::new(), rest, role: Role::Escaped });
            continue;
        }
        let name: String = inner.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
        let rest = inner[name.len()..].trim();
        let is_end = close == "%}" && name == "end" && rest.is_empty();
        if !is_end && (name.is_empty() || !rest.starts_with('(') || !rest.ends_with(')')) {
            continue;
        }
        at = range.end;
        let role = match close {
            "}}" => Role::Value,
            _ if is_end => Role::Close,
            _ => Role::Open,
        };
        let rest = rest.trim_start_matches('(').trim_end_matches(')').to_owned();
        tags.push(Tag { range, name, rest, role });
    }
    tags
}

/// The tags of Liquid: `{% name … %}`, and values: `{{ … }}`. The text between `raw` and `endraw` has none.
pub(super) fn liquid(text: &str) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('{').map(|found| at + found) {
        at = start + 1;
        let (close, is_value) = match text[at..].chars().next() {
            Some('{') => ("}}", true),
            Some('%') => ("%}", false),
            _ => continue,
        };
        let Some(length) = text[at + 1..].find(close) else { continue };
        let range = start..at + 1 + length + close.len();
        let inner = text[at + 1..at + 1 + length].trim_matches('-').trim();
        at = range.end;
        if is_value {
            tags.push(Tag { range, name: String::new(), rest: inner.to_owned(), role: Role::Value });
            continue;
        }
        let end = inner.find(char::is_whitespace).unwrap_or(inner.len());
        let (name, rest) = (inner[..end].to_owned(), inner[end..].trim().to_owned());
        if name == "raw" || name == "comment" {
            // Nothing up to its end is a tag.
            let closing = format!("end{name}");
            let ends = text[at..].match_indices("{%").find_map(|(found, _)| {
                let from = at + found;
                let until = from + text[from..].find("%}")? + 2;
                (text[from + 2..until - 2].trim_matches('-').trim() == closing).then_some(from..until)
            });
            let end = ends.unwrap_or(text.len()..text.len());
            at = end.end;
            tags.push(Tag { range, name: name.clone(), rest, role: Role::Open });
            tags.push(Tag { range: end, name, rest: String::new(), role: Role::Close });
            continue;
        }
        match name.strip_prefix("end") {
            Some(opened) => tags.push(Tag { range, name: opened.to_owned(), rest, role: Role::Close }),
            None => tags.push(Tag { range, name, rest, role: Role::Open }),
        }
    }
    tags
}

/// The index of the tag that ends the block that the tag at `index` begins.
pub(super) fn end_of(tags: &[Tag], index: usize, any_name: bool) -> Option<usize> {
    let name = &tags[index].name;
    let mut depth = 0;
    for (at, tag) in tags.iter().enumerate().skip(index + 1) {
        if tag.role == Role::Close && (any_name || tag.name == *name) {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        } else if tag.role == Role::Open && (any_name || tag.name == *name) {
            depth += 1;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(tags: &[Tag]) -> Vec<String> {
        tags.iter().map(|tag| format!("{:?} {} {}", tag.role, tag.name, tag.rest).trim_end().to_owned()).collect()
    }

    #[test]
    fn tags_of_each_generator_are_found_and_code_of_others_is_not() {
        let hugo = hugo("{{< a \"b\" >}} {{% /c %}} {{</* d */>}} {{ e }} ${{ x }}");
        assert_eq!(shown(&hugo), ["Open a \"b\"", "Close c", "Escaped  {{< d >}}"]);
        let zola = zola("{{ a(x=1) }} {% b() %} text {% end %} {{r1, r2}} {{impl}} {% if x %}");
        assert_eq!(shown(&zola), ["Value a x=1", "Open b", "Close end"]);
        let liquid = liquid("{% raw %}{{ x }}{% endraw %}{{ y | z }}{%- if a -%}{% endif %}");
        assert_eq!(shown(&liquid), ["Open raw", "Close raw", "Value  y | z", "Open if a", "Close if"]);
    }

    #[test]
    fn arguments_have_names_or_places() {
        let read = Arguments::read("first \"two words\", key='a \\'b\\'' n=3 https://example.org/x");
        assert_eq!((read.at(0), read.at(1)), (Some("first"), Some("two words")));
        assert_eq!((read.named(&["key"]), read.named(&["n"])), (Some("a 'b'"), Some("3")));
        assert_eq!(read.at(2), Some("https://example.org/x"));
    }
}
