//! The values of a language file that can be words.

use super::text::{Plural, Text};
use crate::source::{Table, ValueKind};

/// What the value of a key becomes.
pub(super) trait Entry: Sized {
    /// The word of `key`. `None` if the table does not have it, or has something else there.
    fn read(table: &Table, key: &str) -> Option<Self>;
}

impl Entry for Text {
    fn read(table: &Table, key: &str) -> Option<Self> {
        match table.get(key)? {
            ValueKind::String(text) => Some(Self::new(text)),
            _ => None,
        }
    }
}

impl Entry for usize {
    fn read(table: &Table, key: &str) -> Option<Self> {
        match table.get(key)? {
            ValueKind::Integer(number) => Self::try_from(*number).ok().filter(|number| *number > 0),
            _ => None,
        }
    }
}

impl Entry for Vec<Text> {
    fn read(table: &Table, key: &str) -> Option<Self> {
        let ValueKind::Array(values) = table.get(key)? else { return None };
        let text = |kind: &ValueKind| match kind {
            ValueKind::String(text) => Some(Text::new(text)),
            _ => None,
        };
        values.iter().map(|value| text(&value.kind)).collect()
    }
}

impl Entry for Plural {
    fn read(table: &Table, key: &str) -> Option<Self> {
        let ValueKind::Table(forms) = table.get(key)? else { return None };
        Some(Self {
            zero: Text::read(forms, "zero"),
            one: Text::read(forms, "one")?,
            other: Text::read(forms, "other")?,
        })
    }
}
