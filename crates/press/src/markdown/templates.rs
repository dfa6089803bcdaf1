//! Tags and shortcodes of other engines, which no page runs: Liquid (`{% … %}`, `{{ … }}`), Go templates (`{{ … }}`), Zola (`{{ name(…) }}`), Hugo (`{{< … >}}`). Who moves a
//! text here learns what to write instead.

use std::collections::BTreeMap;
use std::ops::Range;

use super::page::Page;
use super::prose::Prose;
use crate::diagnostic::Diagnostic;

/// How long a tag is at most, in bytes. Braces that are further apart do not belong together.
const LONGEST: usize = 1000;

/// A tag or a shortcode in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Template<'t> {
    span: Range<usize>,
    kind: &'static str,
    /// The first word: `highlight`, `figure`, `page.title`.
    name: &'t str,
    /// What follows the name.
    rest: &'t str,
}

/// The delimiters of a tag. The first that fits counts.
const DELIMITERS: [(&str, &str, &str); 4] = [
    ("{{<", ">}}", "a shortcode of Hugo"),
    ("{{%", "%}}", "a shortcode of Hugo"),
    ("{%", "%}", "a tag of Liquid"),
    ("{{", "}}", "a tag of a template language"),
];

/// What to write instead of tags with these names.
const HELP: [(&[&str], &str); 9] = [
    (
        &["code", "codeblock", "highlight"],
        "write the code between a line ```` ```LANGUAGE ```` and a line ```` ``` ````",
    ),
    (
        &["figure", "image", "img", "picture"],
        "write `![what it shows](file.png \"caption\")`, with the file in the folder of the text",
    ),
    (
        &["get_url", "link", "post_url", "ref", "relref"],
        "link to the file of the other text: `[text](../other/index.md)`",
    ),
    (
        &["site.base_url", "site.baseurl", "site.baseURL", "site.url"],
        "write a path of this site (`/blog/…`), or that of a file, relative to the folder of the text",
    ),
    (
        &["vimeo", "youtube"],
        "link to the film with a still: `[![what it shows](still.jpg)](https://…)`; nothing is asked of another site until a reader follows the link",
    ),
    (&["gist", "instagram", "tweet", "twitter", "x"], "link to it: `[text](https://…)`"),
    (
        &["admonition", "alert", "callout", "hint", "info", "note", "notice", "tip", "warning"],
        "write an alert: a block quote that begins with a line `> [!NOTE]`",
    ),
    (&["comment", "raw", "verbatim"], "remove it and its end: braces mean nothing here, and a comment is `<!-- … -->`"),
    (&["toc"], "remove it: a page has a list of its headings"),
];

/// The help for what is known of the site or the page: `{{ site.repository }}`.
const VALUE_HELP: &str = "write the value itself";

/// The help for all other tags.
const OTHER_HELP: &str = "write in Markdown what it stands for; if it is meant to be read, put it between backticks";

/// Warns of the first of each kind of tags in the text, with the number of the others. Those in destinations have been reported. Returns the places of all
/// tags, each with what is between it and its end: that is no Markdown.
pub(super) fn warn(prose: &Prose, page: &mut Page) -> Vec<Range<usize>> {
    let templates = all(prose.text());
    let mut first: BTreeMap<&str, (&Template, usize)> = BTreeMap::new();
    for template in &templates {
        if !template.is_end() && !page.is_reported(&template.span) {
            first.entry(template.help()).and_modify(|(_, more)| *more += 1).or_insert((template, 0));
        }
    }
    for (help, (template, more)) in first {
        let label = if more == 0 { String::new() } else { format!("and {more} more in this file") };
        let warning = page.warning(template.span.clone(), format!("{}, which is shown as written", template.kind));
        page.report.push(warning.label(label).help(help));
    }
    blocks(&templates)
}

fn all(text: &str) -> Vec<Template<'_>> {
    let mut templates = Vec::new();
    let mut at = 0;
    while let Some(found) = find(&text[at..], at) {
        at = found.span.end;
        templates.push(found);
    }
    templates
}

/// The places of tags, each up to the end tag with its name, if there is one before another tag with its name.
fn blocks(templates: &[Template]) -> Vec<Range<usize>> {
    let block = |(index, template): (usize, &Template)| {
        let mut later = templates[index + 1..].iter().skip_while(|other| !other.is_about(template.name));
        let end = later.next().filter(|other| !template.is_end() && other.is_end());
        template.span.start..end.map_or(template.span.end, |end| end.span.end)
    };
    templates.iter().enumerate().map(block).collect()
}

/// The error that a destination contains a tag.
pub(super) fn in_destination(destination: &str, place: &Range<usize>, page: &Page) -> Option<Diagnostic> {
    let found = find(destination, 0)?;
    let error = page.error(place.clone(), format!("{} in a destination", found.kind));
    Some(error.label("not run here").help(found.help()))
}

/// The first tag in `text`, which begins at `offset` of its file.
fn find(text: &str, offset: usize) -> Option<Template<'_>> {
    let mut at = 0;
    while let Some(start) = text[at..].find('{').map(|found| at + found) {
        if let Some(found) = template_at(text, start, offset) {
            return Some(found);
        }
        at = start + 1;
    }
    None
}

fn template_at(text: &str, start: usize, offset: usize) -> Option<Template<'_>> {
    let (open, close, kind) = DELIMITERS.iter().find(|(open, _, _)| text[start..].starts_with(open))?;
    // `style={{ color: "red" }}` is an attribute of JSX.
    let is_attribute = text[..start].ends_with('=');
    let inner = &text[start + open.len()..];
    let length = inner.find(close)?;
    let content = &inner[..length];
    // Tags end in the block in which they begin.
    if length > LONGEST || content.contains("\n\n") || content.contains(open) {
        return None;
    }
    let content = content.trim_matches(|character: char| character == '-' || character.is_whitespace());
    let name_end = content.find(|character: char| character.is_whitespace() || character == '(' || character == '|');
    let (name, rest) = content.split_at(name_end.unwrap_or(content.len()));
    if name.is_empty() || (is_attribute && name.ends_with(':')) {
        return None;
    }
    let kind = if rest.starts_with('(') && !kind.ends_with("Hugo") { "a shortcode of Zola" } else { kind };
    let end = start + open.len() + length + close.len();
    Some(Template { span: offset + start..offset + end, kind, name, rest })
}

impl Template<'_> {
    /// Whether it closes another.
    fn is_end(&self) -> bool {
        self.name.starts_with("end") || self.name.starts_with('/')
    }

    /// Whether it has this name, or closes a tag that has.
    fn is_about(&self, name: &str) -> bool {
        let own = self.name.strip_prefix("end").or_else(|| self.name.strip_prefix('/')).unwrap_or(self.name);
        // Zola closes each shortcode by `{% end %}`; Hugo's end may have a space after the slash.
        own == name || own.is_empty()
    }

    fn help(&self) -> &'static str {
        // `{{ "/about" | relative_url }}`.
        let is_url = self.rest.contains("relative_url") || self.rest.contains("absolute_url");
        let name = if is_url { "site.url" } else { self.name.rsplit("::").next().unwrap_or(self.name) };
        let is_value = name.starts_with("site.") || name.starts_with("page.");
        let other = if is_value { VALUE_HELP } else { OTHER_HELP };
        HELP.iter().find(|(names, _)| names.contains(&name)).map_or(other, |(_, help)| help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_delimiters_a_name_and_an_engine() {
        for (text, expected) in [
            ("a {{< figure src=\"x\" >}} b", Some(("a shortcode of Hugo", "figure", "{{< figure src=\"x\" >}}"))),
            ("{{% note %}}", Some(("a shortcode of Hugo", "note", "{{% note %}}"))),
            ("{%- highlight ruby -%}", Some(("a tag of Liquid", "highlight", "{%- highlight ruby -%}"))),
            ("é{{page.title|x}}", Some(("a tag of a template language", "page.title", "{{page.title|x}}"))),
            ("{{ youtube(id=\"x\") }}", Some(("a shortcode of Zola", "youtube", "{{ youtube(id=\"x\") }}"))),
            ("{% quote() %}", Some(("a shortcode of Zola", "quote", "{% quote() %}"))),
            ("{ {{ }} {{b}}", Some(("a tag of a template language", "b", "{{b}}"))),
            ("{{ a\n\nb }} {% c", None),
            ("{a} {} {{}} {{ }}", None),
            ("style={{ color: 'red' }}", None),
        ] {
            let found = find(text, 0);
            let found = found.as_ref().map(|found| (found.kind, found.name, &text[found.span.clone()]));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn what_is_between_a_tag_and_its_end_belongs_to_it() {
        let text = "{{< a >}} b {{< /a >}} {% c %} d {% endc %} {% e() %} f {% end %} {{ g }} h {{ g }}";
        let blocks: Vec<_> = blocks(&all(text)).into_iter().map(|block| &text[block]).collect();
        let expected = [
            "{{< a >}} b {{< /a >}}",
            "{{< /a >}}",
            "{% c %} d {% endc %}",
            "{% endc %}",
            "{% e() %} f {% end %}",
            "{% end %}",
            "{{ g }}",
            "{{ g }}",
        ];
        assert_eq!(blocks, expected);
    }
}
