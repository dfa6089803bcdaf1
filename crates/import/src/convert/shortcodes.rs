//! Shortcodes of Hugo and Zola. Those that every site has, and those that themes agree on, are converted; the others become comments, and are listed.

use crate::body::{Edit, contains};
use crate::generator::Generator;
use crate::targets::SOURCE;
use crate::text::Text;

use super::conversion::{Conversion, comment};
use super::embeds;
use super::tags::{self, Arguments, Role, Tag};

/// Converts the shortcodes of a text.
pub(super) fn convert(text: &mut Text, conversion: &mut Conversion<'_>) {
    let is_hugo = conversion.origin.generator == Generator::Hugo;
    let tags = if is_hugo { tags::hugo(&text.body.text) } else { tags::zola(&text.body.text) };
    let code = text.body.code();
    let mut edits: Vec<Edit> = Vec::new();
    let mut index = 0;
    while index < tags.len() {
        let tag = &tags[index];
        index += 1;
        if tag.role == Role::Escaped {
            edits.push((tag.range.clone(), tag.rest.clone()));
            continue;
        }
        let end = tags::end_of(&tags, index - 1, !is_hugo).filter(|_| tag.role == Role::Open);
        let block = Block { tag, end: end.map(|end| &tags[end]), is_code: contains(&code, tag.range.start) };
        match block.convert(text, conversion, &mut edits) {
            // The shortcodes within stay as they are.
            Within::Verbatim => index = end.map_or(index, |end| end + 1),
            Within::Markdown => {}
        }
    }
    text.body.edit(edits);
}

/// What is within a block.
enum Within {
    Verbatim,
    Markdown,
}

/// Whether a shortcode is a comment, as Hugo's own, or encrypts what is in it, as those of several themes.
fn is_hiding(name: &str) -> bool {
    name == "comment" || ["crypt", "password", "protected"].iter().any(|part| name.contains(part))
}

/// A shortcode, with the tag that ends it.
struct Block<'a> {
    tag: &'a Tag,
    end: Option<&'a Tag>,
    is_code: bool,
}

impl Block<'_> {
    fn convert(&self, text: &mut Text, conversion: &mut Conversion<'_>, edits: &mut Vec<Edit>) -> Within {
        let Tag { range, rest, role, .. } = self.tag;
        let arguments = Arguments::read(rest);
        if *role == Role::Close {
            // Its block has removed it, unless it has none.
            if !edits.iter().any(|(edited, _)| edited == range) {
                edits.push((range.clone(), String::new()));
            }
            return Within::Markdown;
        }
        if let Some(markdown) = self.alone(&arguments, text, conversion) {
            edits.push((range.clone(), markdown));
            return Within::Markdown;
        }
        if let Some(end) = self.end {
            self.around(end, &arguments, text, conversion, edits)
        } else {
            self.give_up(text, conversion, edits);
            Within::Markdown
        }
    }

    /// The Markdown of a shortcode without a block.
    fn alone(&self, arguments: &Arguments, text: &Text, conversion: &Conversion<'_>) -> Option<String> {
        let first = || arguments.named(&["path"]).or_else(|| arguments.at(0));
        match self.tag.name.as_str() {
            "ref" | "relref" => {
                let (path, fragment) =
                    first()?.split_once('#').map_or((first()?, String::new()), |(path, id)| (path, format!("#{id}")));
                let target =
                    if path.is_empty() { fragment } else { format!("{SOURCE}{}{fragment}", path.replace(' ', "%20")) };
                Some(target)
            }
            "param" => {
                let path: Vec<&str> = arguments.at(0)?.split('.').collect();
                let table = &conversion.origin.settings.table;
                let value = text.head.extra.at(&path).or_else(|| table.table("params")?.at(&path))?;
                value.text()
            }
            "toc" | "table_of_contents" | "tableofcontents" if self.end.is_none() => Some(String::new()),
            name if self.end.is_none() || matches!(name, "figure" | "img") => embeds::markdown(name, arguments),
            _ => None,
        }
    }

    /// A shortcode around a part of the text.
    fn around(
        &self,
        end: &Tag,
        arguments: &Arguments,
        text: &Text,
        conversion: &mut Conversion<'_>,
        edits: &mut Vec<Edit>,
    ) -> Within {
        let (open, close) = (self.tag.range.clone(), end.range.clone());
        let inner = &text.body.text[open.end..close.start];
        let name = self.tag.name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "highlight" | "code" | "codeblock" => {
                let language = arguments.named(&["lang", "language"]).or_else(|| arguments.at(0)).unwrap_or_default();
                let fence = if inner.contains("```") { "~~~~" } else { "```" };
                edits.push((
                    open.clone(),
                    format!("{fence}{language}{}", if inner.starts_with('\n') { "" } else { "\n" }),
                ));
                edits.push((close, format!("{}{fence}", if inner.ends_with('\n') { "" } else { "\n" })));
                return Within::Verbatim;
            }
            "mermaid" => {
                edits.push((open, "```mermaid".to_owned()));
                edits.push((close, "```".to_owned()));
                return Within::Verbatim;
            }
            "details" | "collapse" | "expand" | "spoiler" => {
                let summary = arguments.named(&["summary", "title"]).or_else(|| arguments.at(0)).unwrap_or("…");
                let summary = summary.replace('&', "&amp;").replace('<', "&lt;");
                edits.push((open, format!("<details>\n<summary>{summary}</summary>\n\n")));
                edits.push((close, "\n\n</details>".to_owned()));
            }
            "alert" | "notice" | "admonition" | "callout" | "hint" | "note" | "tip" | "info" | "warning" | "danger"
            | "important" | "caution" => self.alert(&name, inner, arguments, close, edits),
            "rawhtml" | "raw" | "html" | "quote" | "blockquote" | "center" | "div" | "section" | "lead" => {
                edits.push((open, String::new()));
                edits.push((close, String::new()));
            }
            _ if is_hiding(&name) => {
                let message = format!("what the shortcode `{}` does not show to everybody was left out", self.tag.name);
                conversion.note(text, open.start, message);
                edits.push((open.start..close.end, String::new()));
                return Within::Verbatim;
            }
            _ => {
                self.give_up(text, conversion, edits);
                edits.push((close, String::new()));
            }
        }
        Within::Markdown
    }

    /// An alert: its text is quoted, line by line.
    fn alert(
        &self,
        name: &str,
        inner: &str,
        arguments: &Arguments,
        close: std::ops::Range<usize>,
        edits: &mut Vec<Edit>,
    ) {
        let kind = arguments.named(&["color", "type", "class"]).or_else(|| arguments.at(0)).unwrap_or(name);
        let kind = match kind.to_ascii_lowercase().as_str() {
            "warning" | "warn" => "WARNING",
            "danger" | "error" | "caution" => "CAUTION",
            "tip" | "success" | "hint" => "TIP",
            "important" | "primary" => "IMPORTANT",
            _ => "NOTE",
        };
        let title = arguments.named(&["title"]).filter(|title| !title.is_empty());
        let title = title.map_or_else(String::new, |title| format!("> **{title}**\n>\n"));
        let start = self.tag.range.end;
        let begin = start + inner.len() - inner.trim_start().len();
        edits.push((self.tag.range.start..begin, format!("> [!{kind}]\n{title}> ")));
        let last = start + inner.trim_end().len();
        let newlines = inner.match_indices('\n').map(|(at, _)| start + at).filter(|at| *at >= begin && *at < last);
        edits.extend(newlines.map(|at| (at..at + 1, "\n> ".to_owned())));
        edits.push((last.max(begin)..close.end, "\n".to_owned()));
    }

    /// A shortcode that nobody but its site knows.
    fn give_up(&self, text: &Text, conversion: &mut Conversion<'_>, edits: &mut Vec<Edit>) {
        let range = self.tag.range.clone();
        let tag = &text.body.text[range.clone()];
        let shown = tag.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.is_code {
            conversion.note(text, range.start, format!("a shortcode in code, kept as it is: {shown}"));
            return;
        }
        conversion.note(text, range.start, format!("a shortcode, kept as a comment that readers do not see: {shown}"));
        edits.push((range, comment(tag)));
    }
}
