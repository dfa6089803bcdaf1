//! JSON (RFC 8259) as the CA and the state folder have it: values, read and written. Numbers are whole: a fraction is dropped, and a number that has an exponent or
//! is too large, which nothing here asks for, is read as null.

use std::fmt::{self, Write as _};

/// A value. The members of an object keep their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

/// How deep arrays and objects may be nested. ACME needs 4; the reader calls itself for each level.
const MAX_DEPTH: usize = 32;

impl Value {
    /// Reads one value, with nothing after it but spaces.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut reader = Reader { rest: text };
        let value = reader.value(0)?;
        reader.skip_spaces();
        reader.rest.is_empty().then_some(value)
    }

    /// A member of an object. Of equal names the last counts.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        let Self::Object(members) = self else { return None };
        members.iter().rev().find(|(member, _)| member == name).map(|(_, value)| value)
    }

    /// A member that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A member that is a number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A member that is an array; without one, an empty array.
    pub(crate) fn array(&self, name: &str) -> &[Value] {
        match self.get(name) {
            Some(Self::Array(values)) => values,
            _ => &[],
        }
    }

    /// The texts of a member that is an array.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let texts = self.array(name).iter().filter_map(|value| match value {
            Self::Text(text) => Some(text.clone()),
            _ => None,
        });
        texts.collect()
    }
}

/// An object of the members that have a value.
pub(crate) fn object<'a>(members: impl IntoIterator<Item = (&'a str, Option<Value>)>) -> Value {
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(members.collect())
}

/// An array of texts.
pub(crate) fn array<'a>(texts: impl IntoIterator<Item = &'a String>) -> Value {
    Value::Array(texts.into_iter().map(|text| Value::Text(text.clone())).collect())
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(text) => write_text(f, text),
            Self::Array(values) => {
                f.write_char('[')?;
                for (at, value) in values.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { "," })?;
                    value.fmt(f)?;
                }
                f.write_char(']')
            }
            Self::Object(members) => {
                f.write_char('{')?;
                for (at, (name, value)) in members.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { "," })?;
                    write_text(f, name)?;
                    f.write_char(':')?;
                    value.fmt(f)?;
                }
                f.write_char('}')
            }
        }
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' | '\\' => write!(f, "\\{character}")?,
            '\n' => f.write_str("\\n")?,
            control if u32::from(control) < 0x20 => write!(f, "\\u{:04x}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip_spaces(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes a text from the front, after spaces.
    fn take(&mut self, expected: &str) -> Option<()> {
        self.skip_spaces();
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_spaces();
        if depth > MAX_DEPTH {
            return None;
        }
        match self.rest.as_bytes().first()? {
            b'{' => self
                .items(['{', '}'], |reader| {
                    let name = reader.text()?;
                    reader.take(":")?;
                    Some((name, reader.value(depth + 1)?))
                })
                .map(Value::Object),
            b'[' => self.items(['[', ']'], |reader| reader.value(depth + 1)).map(Value::Array),
            b'"' => self.text().map(Value::Text),
            b't' => self.take("true").map(|()| Value::Bool(true)),
            b'f' => self.take("false").map(|()| Value::Bool(false)),
            b'n' => self.take("null").map(|()| Value::Null),
            _ => self.number(),
        }
    }

    /// The items between two brackets, with commas between them.
    fn items<T>(&mut self, [open, close]: [char; 2], mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.rest = self.rest.strip_prefix(open)?;
        let mut items = Vec::new();
        self.skip_spaces();
        if let Some(rest) = self.rest.strip_prefix(close) {
            self.rest = rest;
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            self.skip_spaces();
            if let Some(rest) = self.rest.strip_prefix(close) {
                self.rest = rest;
                return Some(items);
            }
            self.take(",")?;
        }
    }

    fn number(&mut self) -> Option<Value> {
        let part = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let negative = usize::from(self.rest.starts_with('-'));
        let digits = part(&self.rest[negative..]);
        let (whole, mut rest) = self.rest.split_at(negative + digits);
        if digits == 0 || (digits > 1 && whole[negative..].starts_with('0')) {
            return None;
        }
        if let Some(fraction) = rest.strip_prefix('.') {
            rest = Some(part(fraction)).filter(|digits| *digits > 0).map(|digits| &fraction[digits..])?;
        }
        let exponent = rest.strip_prefix(['e', 'E']);
        if let Some(exponent) = exponent {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            rest = Some(part(exponent)).filter(|digits| *digits > 0).map(|digits| &exponent[digits..])?;
        }
        self.rest = rest;
        let number = whole.parse().ok().filter(|_| exponent.is_none());
        Some(number.map_or(Value::Null, Value::Number))
    }

    fn text(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut text = String::new();
        loop {
            let end = self.rest.find(['"', '\\'])?;
            let (plain, rest) = self.rest.split_at(end);
            if plain.bytes().any(|byte| byte < 0x20) {
                return None;
            }
            text.push_str(plain);
            self.rest = &rest[1..];
            if rest.starts_with('"') {
                return Some(text);
            }
            text.push(self.escaped()?);
        }
    }

    /// The character after a backslash.
    fn escaped(&mut self) -> Option<char> {
        let mut characters = self.rest.chars();
        let character = characters.next()?;
        self.rest = characters.as_str();
        Some(match character {
            '"' | '\\' | '/' => character,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => match self.unit()? {
                high @ 0xd800..0xdc00 => {
                    self.rest = self.rest.strip_prefix("\\u")?;
                    let low = self.unit().filter(|low| (0xdc00..0xe000).contains(low))?;
                    char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?
                }
                unit => char::from_u32(unit)?,
            },
            _ => return None,
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        self.rest = &self.rest[4..];
        u32::from_str_radix(digits, 16).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_json_is_refused() {
        for wrong in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "{a:1}",
            "01",
            "-",
            "1.",
            "1e",
            "1e+",
            "e5",
            "\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\n\"",
            "nul",
            "1 2",
            "\"\\u00g0\"",
        ] {
            assert_eq!(Value::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Value::parse(&"[".repeat(100_000)), None);
    }

    #[test]
    fn members_are_found_by_their_kind() {
        let value =
            Value::parse(r#" {"a": "x", "n": -12, "f": 2.75, "l": ["p", 1, "q"], "o": {"a": null}, "a": "y"} "#)
                .expect("JSON");
        assert_eq!((value.text("a"), value.number("n"), value.number("f")), (Some("y"), Some(-12), Some(2)));
        assert_eq!(value.texts("l"), ["p", "q"]);
        assert_eq!((value.text("n"), value.number("a"), value.array("a").len()), (None, None, 0));
        assert_eq!(value.get("o").and_then(|inner| inner.get("a")), Some(&Value::Null));
    }

    #[test]
    fn a_number_that_nothing_needs_spoils_no_answer() {
        for number in ["1e5", "-1.5E-3", "2e+10", "99999999999999999999", "-99999999999999999999"] {
            let value = Value::parse(&format!(r#"{{"n":{number},"status":"valid"}}"#)).expect(number);
            assert_eq!((value.number("n"), value.text("status")), (None, Some("valid")), "{number}");
        }
        assert_eq!(Value::parse("9223372036854775807"), Some(Value::Number(i64::MAX)));
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Number),
            any::<String>().prop_map(Value::Text),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
                proptest::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The same value of the library that the tests have.
    fn theirs(value: &Value) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(value) => (*value).into(),
            Value::Text(value) => value.as_str().into(),
            Value::Array(values) => values.iter().map(theirs).collect(),
            Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), theirs(value))).collect(),
        }
    }

    proptest! {
        #[test]
        fn another_library_reads_the_same_and_writes_the_same(value in values()) {
            let other = theirs(&value);
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&value.to_string()).expect("JSON"), other.clone());
            let read = Value::parse(&serde_json::to_string_pretty(&other).expect("JSON")).expect("JSON");
            prop_assert_eq!(theirs(&read), other);
        }

        #[test]
        fn what_is_read_is_json_and_nothing_panics(text in r#"[\[\]{}":,\\u0-9a-f.\- tren\PC]{0,30}"#) {
            if Value::parse(&text).is_some() {
                let other = serde_json::from_str::<serde_json::Value>(&text);
                // The other library has no number for 1e999.
                let is_json = other.as_ref().map_or_else(|error| error.to_string().contains("out of range"), |_| true);
                prop_assert!(is_json, "{}", text);
            }
        }
    }
}
