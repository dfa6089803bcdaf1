//! Dates in words.

use jiff::civil::Date;

use super::entry::Entry;
use super::text::Text;
use crate::source::Table;

/// How a language writes dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dates {
    months: Vec<Text>,
    short_months: Vec<Text>,
    /// The first day of a month: French writes `1er`.
    first_day: Text,
    day: Text,
    month: Text,
    short_month: Text,
    circa: Text,
}

impl Dates {
    /// The dates of a section that has all of their words.
    pub(super) fn read(table: &Table) -> Option<Self> {
        Some(Self {
            months: Entry::read(table, "months")?,
            short_months: Entry::read(table, "short_months")?,
            first_day: Entry::read(table, "first_day")?,
            day: Entry::read(table, "day")?,
            month: Entry::read(table, "month")?,
            short_month: Entry::read(table, "short_month")?,
            circa: Entry::read(table, "circa")?,
        })
    }

    /// `28 November 2025`.
    pub(crate) fn day(&self, date: Date) -> String {
        let day = if date.day() == 1 { self.first_day.to_string() } else { date.day().to_string() };
        self.day.fill(&[("day", &day), ("month", &name(&self.months, date)), ("year", &date.year())])
    }

    /// `c. July 2025`.
    pub(crate) fn circa(&self, date: Date) -> String {
        let month = self.month.fill(&[("month", &name(&self.months, date)), ("year", &date.year())]);
        self.circa.fill(&[("date", &month)])
    }

    /// `Jul 2025`.
    pub(crate) fn short_month(&self, date: Date) -> String {
        self.short_month.fill(&[("month", &name(&self.short_months, date)), ("year", &date.year())])
    }

    /// `c. Jul 2025`.
    pub(crate) fn short_circa(&self, date: Date) -> String {
        self.circa.fill(&[("date", &self.short_month(date))])
    }
}

fn name(months: &[Text], date: Date) -> String {
    let index = usize::from(date.month().unsigned_abs()) - 1;
    months.get(index).map(|month| month.to_string()).unwrap_or_default()
}
