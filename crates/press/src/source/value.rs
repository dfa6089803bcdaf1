//! TOML and YAML as one tree of values, each with its place in the file, so that one reader serves both.

use std::ops::Range;

use saphyr::{LoadableYamlNode, MarkedYaml, Marker, Scalar, YamlData};
use serde_json::{Map, Value as Json};
use toml_edit::{Document, Item, TableLike};

use super::date;
use crate::diagnostic::{Diagnostic, Report, nearest};

/// A value and its place in the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub(crate) kind: ValueKind,
    pub(crate) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ValueKind {
    String(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// A date, a time or both, as TOML has them, as written.
    Date(String),
    Array(Vec<Value>),
    Table(Table),
    /// YAML's `null`, `~` and empty value.
    Null,
    /// An invalid value, which has been reported.
    Invalid,
}

impl ValueKind {
    /// The name of the type: `a string`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Boolean(_) => "a boolean",
            Self::Date(_) => "a date",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
            Self::Null => "nothing",
            Self::Invalid => "not a value",
        }
    }
}

/// Keys and values, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

impl Table {
    /// What the table has under a key.
    pub(crate) fn get(&self, key: &str) -> Option<&ValueKind> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value.kind)
    }

    /// The table as JSON. Dates are strings, as written; numbers that JSON lacks are null.
    pub(crate) fn to_json(&self) -> Map<String, Json> {
        self.entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect()
    }
}

impl Value {
    fn to_json(&self) -> Json {
        match &self.kind {
            ValueKind::String(text) | ValueKind::Date(text) => Json::from(text.as_str()),
            ValueKind::Integer(number) => Json::from(*number),
            ValueKind::Float(number) => Json::from(*number),
            ValueKind::Boolean(flag) => Json::from(*flag),
            ValueKind::Array(values) => values.iter().map(Self::to_json).collect(),
            ValueKind::Table(table) => Json::Object(table.to_json()),
            ValueKind::Null | ValueKind::Invalid => Json::Null,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Value,
}

/// The part of a file to parse: a whole settings file, or the front matter of a post.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fragment<'a> {
    /// The path of the file in the source tree.
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    /// The offset of `text` in the file.
    pub(crate) offset: usize,
}

impl Fragment<'_> {
    fn shift(&self, span: Range<usize>) -> Range<usize> {
        self.offset + span.start..self.offset + span.end
    }
}

/// Parses TOML. Invalid dates are reported, and the rest is read. After any other syntax error, nothing is read.
pub(crate) fn parse_toml(fragment: Fragment<'_>, report: &mut Report) -> Option<Table> {
    let mut text = fragment.text.to_owned();
    let mut invalid = Vec::new();
    // Each iteration returns, or replaces an invalid date by a string of the same length: there are fewer iterations than bytes.
    loop {
        let error = match Document::parse(text.as_str()) {
            Ok(document) => return Some(toml_table(document.as_table(), &TomlContext { fragment, invalid: &invalid })),
            Err(error) => error,
        };
        let span = error.span().unwrap_or(0..0);
        // It may be right, and there twice.
        let may_be_date = !is_duplicate(error.message());
        let token = bare_value(&text, span.start).filter(|_| may_be_date);
        let token = token.filter(|token| date::looks_like_one(&text[token.clone()]));
        let Some(token) = token else {
            report.push(toml_error(fragment, span, error.message()));
            return None;
        };
        report.push(date::error(&text[token.clone()]).at(fragment.path, fragment.shift(token.clone())));
        text.replace_range(token.clone(), &format!("'{}'", "_".repeat(token.len() - 2)));
        invalid.push(token);
    }
}

/// The message of `toml_edit`, with help for common mistakes.
fn toml_error(fragment: Fragment<'_>, span: Range<usize>, message: &str) -> Diagnostic {
    let text = fragment.text;
    let bare =
        bare_value(text, span.start).map(|token| &text[token]).filter(|word| word.starts_with(char::is_alphabetic));
    let error = Diagnostic::error(fragment.path, fragment.shift(span.clone()), "invalid TOML");
    match bare {
        Some(word) if ["float", "value", "boolean"].iter().any(|kind| message.contains(kind)) => {
            let error = error.label("not a value");
            match nearest(word, ["true", "false"]) {
                Some(flag) => error.help(format!("write {flag}, or put a string in quotes: \"{word}\"")),
                None => error.help(format!("put a string in quotes: \"{word}\"")),
            }
        }
        _ if is_duplicate(message) => error.label("duplicate key").help("remove one of the two"),
        _ if message.contains("string, expected") => {
            error.label(message).help("close the string on the line where it begins")
        }
        _ => error.label(message).help("write lines as: key = value"),
    }
}

/// Whether `toml_edit` says that a key is there twice.
fn is_duplicate(message: &str) -> bool {
    message.contains("duplicate key")
}

/// The bare value after the `=` of the line around `at`, up to a comment or a comma.
fn bare_value(text: &str, at: usize) -> Option<Range<usize>> {
    let at = at.min(text.len());
    let line_start = text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[line_start..].find('\n').map_or(text.len(), |length| line_start + length);
    let value_start = line_start + text[line_start..line_end].find('=')? + 1;
    let value = text[value_start..line_end].split(['#', ',']).next()?;
    let start = value_start + value.len() - value.trim_start().len();
    Some(start..start + value.trim().len())
}

struct TomlContext<'a> {
    fragment: Fragment<'a>,
    invalid: &'a [Range<usize>],
}

fn toml_table(table: &dyn TableLike, context: &TomlContext<'_>) -> Table {
    let entries = table.iter().map(|(key, item)| {
        let key_span = table.key(key).and_then(toml_edit::Key::span).unwrap_or(0..0);
        let value = toml_item(item, key_span.clone(), context);
        Entry { key: key.to_owned(), key_span: context.fragment.shift(key_span), value }
    });
    Table { entries: entries.collect() }
}

/// A table that is only implied, by dotted keys or subtables, has no place: it gets that of its key.
fn toml_item(item: &Item, key_span: Range<usize>, context: &TomlContext<'_>) -> Value {
    let span = item.span().unwrap_or(key_span);
    let kind = match item {
        Item::None => ValueKind::Null,
        Item::Value(value) => return toml_value(value, span, context),
        Item::Table(table) => ValueKind::Table(toml_table(table, context)),
        Item::ArrayOfTables(tables) => ValueKind::Array(
            tables
                .iter()
                .map(|table| Value {
                    span: context.fragment.shift(table.span().unwrap_or_else(|| span.clone())),
                    kind: ValueKind::Table(toml_table(table, context)),
                })
                .collect(),
        ),
    };
    Value { kind, span: context.fragment.shift(span) }
}

fn toml_value(value: &toml_edit::Value, fallback: Range<usize>, context: &TomlContext<'_>) -> Value {
    use toml_edit::Value as Toml;
    let span = value.span().unwrap_or(fallback);
    let kind = match value {
        _ if context.invalid.contains(&span) => ValueKind::Invalid,
        Toml::String(text) => ValueKind::String(text.value().clone()),
        Toml::Integer(number) => ValueKind::Integer(*number.value()),
        Toml::Float(number) => ValueKind::Float(*number.value()),
        Toml::Boolean(boolean) => ValueKind::Boolean(*boolean.value()),
        Toml::Datetime(_) => ValueKind::Date(context.fragment.text.get(span.clone()).unwrap_or_default().to_owned()),
        Toml::Array(values) => {
            ValueKind::Array(values.iter().map(|value| toml_value(value, span.clone(), context)).collect())
        }
        Toml::InlineTable(table) => ValueKind::Table(toml_table(table, context)),
    };
    Value { kind, span: context.fragment.shift(span) }
}

/// Parses YAML: one document, a mapping. After a syntax error, nothing is read.
pub(crate) fn parse_yaml(fragment: Fragment<'_>, report: &mut Report) -> Option<Table> {
    let context = YamlContext::new(fragment);
    let documents = match MarkedYaml::load_from_str(fragment.text) {
        Ok(documents) => documents,
        Err(error) => {
            report.push(yaml_error(fragment, context.byte(error.marker()), error.info()));
            return None;
        }
    };
    match documents.first().map(|document| context.value(document)) {
        None | Some(Value { kind: ValueKind::Null, .. }) => Some(Table::default()),
        Some(Value { kind: ValueKind::Table(table), .. }) => Some(table),
        Some(Value { kind, span }) => {
            report.push(
                Diagnostic::error(fragment.path, span, "the front matter is not a list of keys and values")
                    .label(format!("found {}", kind.name()))
                    .help("write one `key: value` per line"),
            );
            None
        }
    }
}

/// The message of saphyr, with help for common mistakes.
fn yaml_error(fragment: Fragment<'_>, at: usize, message: &str) -> Diagnostic {
    if message.contains("trailing content after") {
        return text_after_quotes(fragment, at);
    }
    let help = match message {
        _ if message.contains("duplicated key") => "remove one of the two",
        _ if message.contains("mapping values") => "put a value that contains a colon in quotes",
        _ if message.contains("quoted scalar") => "close the quotes",
        _ => "write lines as `key: value`",
    };
    Diagnostic::error(fragment.path, fragment.shift(at..at), "invalid YAML").label(message).help(help)
}

/// Text follows closed quotes: most likely an apostrophe or a quote is a part of the text. Saphyr calls all quotes double, and names a place after them.
fn text_after_quotes(fragment: Fragment<'_>, at: usize) -> Diagnostic {
    let before = fragment.text.get(..at).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let (quote, close) = last_closed_quote(&before[line..]).map_or(('"', at), |(quote, close)| (quote, line + close));
    let help = if quote == '\'' {
        "double an apostrophe that belongs to the text (''), or put the value in double quotes"
    } else {
        "write a quote that belongs to the text as \\\", or put the value in single quotes"
    };
    let span = fragment.shift(close..close + quote.len_utf8());
    Diagnostic::error(fragment.path, span, "invalid YAML")
        .label("the quotes are closed here, and text follows")
        .help(help)
}

/// The last quote of a line that closes a value, and its place. A quote opens a value after a space or a bracket only.
fn last_closed_quote(line: &str) -> Option<(char, usize)> {
    let mut open = None;
    let mut closed = None;
    let mut before = ' ';
    for (at, char) in line.char_indices() {
        match open {
            Some(quote) if char == quote && before != '\\' => {
                closed = Some((quote, at));
                open = None;
            }
            None if matches!(char, '"' | '\'') && matches!(before, ' ' | '[' | '{' | ',') => open = Some(char),
            _ => {}
        }
        before = char;
    }
    closed
}

/// Saphyr counts characters; a span counts bytes.
struct YamlContext<'a> {
    fragment: Fragment<'a>,
    /// The offset of each character, and that of the end.
    bytes: Vec<usize>,
}

impl<'a> YamlContext<'a> {
    fn new(fragment: Fragment<'a>) -> Self {
        let starts = fragment.text.char_indices().map(|(byte, _)| byte);
        Self { fragment, bytes: starts.chain([fragment.text.len()]).collect() }
    }

    fn byte(&self, marker: &Marker) -> usize {
        self.bytes.get(marker.index()).copied().unwrap_or(self.fragment.text.len())
    }

    /// The span of a node. Saphyr extends the span of a block to the next token, so that white space is trimmed, and ends that of a flow collection
    /// before its closing bracket, which is added.
    fn span(&self, node: &MarkedYaml<'_>) -> Range<usize> {
        let (start, end) = (self.byte(&node.span.start), self.byte(&node.span.end));
        let text = self.fragment.text.get(start..end).unwrap_or_default();
        let behind = self.fragment.text.get(end..).unwrap_or_default();
        let is_flow =
            (text.starts_with('[') && behind.starts_with(']')) || (text.starts_with('{') && behind.starts_with('}'));
        let length = if is_flow { text.len() + 1 } else { text.trim_end().len() };
        self.fragment.shift(start..start + length)
    }

    fn value(&self, node: &MarkedYaml<'_>) -> Value {
        let kind = match &node.data {
            YamlData::Value(scalar) => yaml_scalar(scalar),
            YamlData::Representation(text, ..) => ValueKind::String(text.to_string()),
            YamlData::Sequence(values) => ValueKind::Array(values.iter().map(|value| self.value(value)).collect()),
            YamlData::Mapping(entries) => {
                ValueKind::Table(Table { entries: entries.iter().map(|(key, value)| self.entry(key, value)).collect() })
            }
            YamlData::Tagged(_, inner) => return self.value(inner),
            YamlData::Alias(_) | YamlData::BadValue => ValueKind::Null,
        };
        Value { kind, span: self.span(node) }
    }

    /// A key that is not a string (`404: …`) is named as written. The schema reports it as unknown.
    fn entry(&self, key: &MarkedYaml<'_>, value: &MarkedYaml<'_>) -> Entry {
        let key_span = self.span(key);
        let name = match &key.data {
            YamlData::Value(Scalar::String(text)) => text.to_string(),
            _ => self.fragment.text[key_span.start - self.fragment.offset..key_span.end - self.fragment.offset]
                .to_owned(),
        };
        Entry { key: name, key_span, value: self.value(value) }
    }
}

fn yaml_scalar(scalar: &Scalar<'_>) -> ValueKind {
    match scalar {
        Scalar::Null => ValueKind::Null,
        Scalar::Boolean(boolean) => ValueKind::Boolean(*boolean),
        Scalar::Integer(number) => ValueKind::Integer(*number),
        Scalar::FloatingPoint(number) => ValueKind::Float(**number),
        Scalar::String(text) => ValueKind::String(text.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fragment, Table, Value, ValueKind, parse_toml, parse_yaml};
    use crate::diagnostic::Report;

    fn read(parse: fn(Fragment<'_>, &mut Report) -> Option<Table>, text: &str) -> Table {
        let mut report = Report::default();
        let table = parse(Fragment { path: "a.md", text, offset: 0 }, &mut report);
        assert!(report.is_empty(), "{report:?}");
        table.expect("a table")
    }

    /// Every key and value with the text on which its span lies.
    fn spans<'a>(table: &Table, text: &'a str) -> Vec<(&'a str, &'a str)> {
        let mut spans = Vec::new();
        for entry in &table.entries {
            spans.push((&text[entry.key_span.clone()], &text[entry.value.span.clone()]));
            if let ValueKind::Table(table) = &entry.value.kind {
                spans.extend(self::spans(table, text));
            }
        }
        spans
    }

    fn kinds(table: &Table) -> Vec<(&str, &ValueKind)> {
        table.entries.iter().map(|entry| (entry.key.as_str(), &entry.value.kind)).collect()
    }

    #[test]
    fn toml_and_yaml_give_the_same_values() {
        let toml = "a = \"é\"\nb = 7\nc = 1.5\nd = true\ne = [\"x\", \"y\"]\n";
        let yaml = "a: é\nb: 7\nc: 1.5\nd: true\ne:\n- x\n- \"y\"\n";
        let without_spans = |table: Table| -> Vec<(String, ValueKind)> {
            let blank = |value: Value| Value { span: 0..0, ..value };
            let kind = |kind| match kind {
                ValueKind::Array(values) => ValueKind::Array(values.into_iter().map(blank).collect()),
                kind => kind,
            };
            table.entries.into_iter().map(|entry| (entry.key, kind(entry.value.kind))).collect()
        };
        assert_eq!(without_spans(read(parse_toml, toml)), without_spans(read(parse_yaml, yaml)));
    }

    #[test]
    fn spans_cover_what_the_author_wrote() {
        let toml = "\"é\" = \"ü\" # comment\r\ndate = 2025-11-28\r\nlist = [ 1 ]\r\n[table]\r\na.b = true\r\n";
        let yaml = "é: ü # comment\r\ndate: 2025-11-28\r\nlist: [ 1 ]\r\ntable:\r\n  a: {}\r\n  b: 'true'\r\n\r\n";
        assert_eq!(
            spans(&read(parse_toml, toml), toml),
            [
                ("\"é\"", "\"ü\""),
                ("date", "2025-11-28"),
                ("list", "[ 1 ]"),
                ("table", "[table]"),
                ("a", "a"),
                ("b", "true")
            ]
        );
        assert_eq!(
            spans(&read(parse_yaml, yaml), yaml),
            [
                ("é", "ü"),
                ("date", "2025-11-28"),
                ("list", "[ 1 ]"),
                ("table", "a: {}\r\n  b: 'true'"),
                ("a", "{}"),
                ("b", "'true'")
            ]
        );
    }

    #[test]
    fn an_invalid_date_of_toml_is_reported_and_the_rest_read() {
        let mut report = Report::default();
        let text = "a = 2025-13-40 # é\nb = 2025/1/2\nc = 3\n";
        let table = parse_toml(Fragment { path: "a.md", text, offset: 10 }, &mut report).expect("a table");
        assert_eq!(
            kinds(&table),
            [("a", &ValueKind::Invalid), ("b", &ValueKind::Invalid), ("c", &ValueKind::Integer(3))]
        );
        let places: Vec<_> = report.diagnostics().iter().filter_map(|found| found.span.clone()).collect();
        assert_eq!(places, [14..24, 34..42]);
    }

    #[test]
    fn yaml_that_nests_without_end_is_an_error() {
        let mut report = Report::default();
        let text = format!("a: {}", "[".repeat(100_000));
        assert_eq!(parse_yaml(Fragment { path: "a.md", text: &text, offset: 0 }, &mut report), None);
        assert!(report.has_errors());
    }
}
