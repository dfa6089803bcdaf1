//! Values of TOML, YAML and JSON as one type: settings and front matter come in all three.

use std::fmt::Write as _;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use toml_edit::{Document, Item, TableLike};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// A date of TOML, as written.
    Date(String),
    List(Vec<Value>),
    Table(Table),
    Null,
}

/// Keys and values in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Table(pub(crate) Vec<(String, Value)>);

impl Table {
    /// The value of a key, whose case is ignored.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }

    /// The value at a path of keys: `["markdown", "highlighting"]`.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Value> {
        let (first, rest) = path.split_first()?;
        let value = self.get(first)?;
        if rest.is_empty() { Some(value) } else { value.table()?.at(rest) }
    }

    /// The first of the keys that has a text.
    pub(crate) fn text(&self, keys: &[&str]) -> Option<String> {
        keys.iter().filter_map(|key| self.get(key)).find_map(Value::text)
    }

    /// Takes the first of the keys that is there.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        let index = self.0.iter().position(|(name, _)| name.eq_ignore_ascii_case(key))?;
        Some(self.0.remove(index).1)
    }

    pub(crate) fn table(&self, key: &str) -> Option<&Table> {
        self.get(key)?.table()
    }

    pub(crate) fn is_true(&self, key: &str) -> bool {
        self.get(key).and_then(Value::truth) == Some(true)
    }

    pub(crate) fn is_false(&self, key: &str) -> bool {
        self.get(key).and_then(Value::truth) == Some(false)
    }
}

impl Value {
    pub(crate) fn table(&self) -> Option<&Table> {
        if let Self::Table(table) = self { Some(table) } else { None }
    }

    /// What the value means where a truth is expected. Jekyll and Hugo read YAML 1.1, in which `no` is one.
    pub(crate) fn truth(&self) -> Option<bool> {
        let text = match self {
            Self::Boolean(is) => return Some(*is),
            Self::Text(text) => text.trim().to_ascii_lowercase(),
            _ => return None,
        };
        match text.as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// The value as a text that is not empty.
    pub(crate) fn text(&self) -> Option<String> {
        let text = match self {
            Self::Text(text) | Self::Date(text) => text.trim().to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Boolean(is) => is.to_string(),
            Self::List(_) | Self::Table(_) | Self::Null => return None,
        };
        Some(text).filter(|text| !text.is_empty())
    }

    /// The texts of a list, or of a single value. A table in the list stands for its name.
    pub(crate) fn texts(&self) -> Vec<String> {
        match self {
            Self::List(values) => values.iter().filter_map(Self::name).collect(),
            value => value.name().into_iter().collect(),
        }
    }

    fn name(&self) -> Option<String> {
        match self {
            Self::Table(table) => table.text(&["name", "title", "nick"]),
            value => value.text(),
        }
    }
}

/// Parses TOML.
pub(crate) fn toml(text: &str) -> Result<Table, String> {
    let document = Document::parse(text).map_err(|error| error.message().to_owned())?;
    Ok(toml_table(document.as_table()))
}

fn toml_table(table: &dyn TableLike) -> Table {
    Table(table.iter().map(|(key, item)| (key.to_owned(), toml_item(item))).collect())
}

fn toml_item(item: &Item) -> Value {
    match item {
        Item::None => Value::Null,
        Item::Value(value) => toml_value(value),
        Item::Table(table) => Value::Table(toml_table(table)),
        Item::ArrayOfTables(tables) => {
            Value::List(tables.iter().map(|table| Value::Table(toml_table(table))).collect())
        }
    }
}

fn toml_value(value: &toml_edit::Value) -> Value {
    use toml_edit::Value as Toml;
    match value {
        Toml::String(text) => Value::Text(text.value().clone()),
        Toml::Integer(number) => Value::Integer(*number.value()),
        Toml::Float(number) => Value::Float(*number.value()),
        Toml::Boolean(is) => Value::Boolean(*is.value()),
        Toml::Datetime(date) => Value::Date(date.value().to_string()),
        Toml::Array(values) => Value::List(values.iter().map(toml_value).collect()),
        Toml::InlineTable(table) => Value::Table(toml_table(table)),
    }
}

/// Parses YAML whose root is a mapping, or empty.
pub(crate) fn yaml(text: &str) -> Result<Table, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| error.info().to_owned())?;
    match documents.first().map(yaml_value) {
        None | Some(Value::Null) => Ok(Table::default()),
        Some(Value::Table(table)) => Ok(table),
        Some(_) => Err("expected keys and values".to_owned()),
    }
}

fn yaml_value(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::Null) | Yaml::Alias(_) | Yaml::BadValue => Value::Null,
        Yaml::Value(Scalar::Boolean(is)) => Value::Boolean(*is),
        Yaml::Value(Scalar::Integer(number)) => Value::Integer(*number),
        Yaml::Value(Scalar::FloatingPoint(number)) => Value::Float(**number),
        Yaml::Value(Scalar::String(text)) | Yaml::Representation(text, ..) => Value::Text(text.to_string()),
        Yaml::Sequence(values) => Value::List(values.iter().map(yaml_value).collect()),
        Yaml::Mapping(entries) => {
            let entries = entries.iter().filter_map(|(key, value)| Some((yaml_value(key).text()?, yaml_value(value))));
            Value::Table(Table(entries.collect()))
        }
        Yaml::Tagged(_, inner) => yaml_value(inner),
    }
}

/// Parses JSON whose root is an object.
pub(crate) fn json(text: &str) -> Result<Table, String> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match json_value(value) {
        Value::Table(table) => Ok(table),
        _ => Err("expected an object".to_owned()),
    }
}

fn json_value(value: serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match value {
        Json::Null => Value::Null,
        Json::Bool(is) => Value::Boolean(is),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => Value::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::Text(text),
        Json::Array(values) => Value::List(values.into_iter().map(json_value).collect()),
        Json::Object(entries) => {
            Value::Table(Table(entries.into_iter().map(|(key, value)| (key, json_value(value))).collect()))
        }
    }
}

/// Parses a file by its extension.
pub(crate) fn by_extension(path: &str, text: &str) -> Result<Table, String> {
    match path.rsplit('.').next() {
        Some("toml") => toml(text),
        Some("json") => json(text),
        _ => yaml(text),
    }
}

/// A string of TOML on one line.
pub(crate) fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            '\n' => quoted.push_str("\\n"),
            _ if char.is_control() => drop(write!(quoted, "\\u{:04x}", u32::from(char))),
            _ => quoted.push(char),
        }
    }
    quoted + "\""
}

/// A list of strings of TOML.
pub(crate) fn toml_strings<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    format!("[{}]", texts.into_iter().map(toml_string).collect::<Vec<_>>().join(", "))
}

/// A key of TOML, in quotes if it needs them.
pub(crate) fn toml_key(key: &str) -> String {
    let is_bare =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if is_bare { key.to_owned() } else { toml_string(key) }
}

/// A value of TOML on one line. `None` for nothing, which TOML cannot say.
pub(crate) fn toml_inline(value: &Value) -> Option<String> {
    Some(match value {
        Value::Text(text) => toml_string(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => format!("{number:?}"),
        Value::Float(number) => toml_string(&number.to_string()),
        Value::Boolean(is) => is.to_string(),
        Value::Date(date) => date.clone(),
        Value::List(values) => {
            format!("[{}]", values.iter().filter_map(toml_inline).collect::<Vec<_>>().join(", "))
        }
        Value::Table(table) => {
            let mut seen: Vec<&str> = Vec::new();
            let entries = table.0.iter().filter_map(|(key, value)| {
                let is_new = !seen.contains(&key.as_str());
                seen.push(key);
                is_new.then(|| Some(format!("{} = {}", toml_key(key), toml_inline(value)?)))?
            });
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Null => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Table, Value, json, toml, toml_inline, yaml};

    #[test]
    fn the_three_syntaxes_give_the_same_values() {
        let from_toml = toml("title = \"A\"\nn = 1\nis = true\nlist = [\"x\", \"y\"]\n[t]\na = \"b\"\n");
        let from_yaml = yaml("title: A\nn: 1\nis: true\nlist: [x, y]\nt:\n  a: b\n");
        let from_json = json(r#"{"title":"A","n":1,"is":true,"list":["x","y"],"t":{"a":"b"}}"#);
        let sorted = |table: Result<Table, String>| {
            let mut table = table.expect("it is valid");
            table.0.sort_by(|a, b| a.0.cmp(&b.0));
            table
        };
        let expected = sorted(from_toml);
        assert_eq!(expected, sorted(from_yaml));
        assert_eq!(expected, sorted(from_json));
    }

    #[test]
    fn keys_are_found_in_any_case_and_written_so_that_toml_reads_them() {
        let table = yaml("Title: \"a \\\"b\\\"\"\nTags:\n- 1\n- two words\n'a key': ~\n").expect("it is valid");
        assert_eq!(table.text(&["title"]), Some("a \"b\"".to_owned()));
        assert_eq!(table.get("TAGS").map(Value::texts), Some(vec!["1".to_owned(), "two words".to_owned()]));
        let inline = toml_inline(&Value::Table(table)).expect("it is no null");
        let read = toml(&format!("x = {inline}")).expect("it is valid");
        assert_eq!(read.table("x").and_then(|table| table.text(&["title"])), Some("a \"b\"".to_owned()));
    }
}
