//! Dates as an author writes them: `2025-11-28`, with or without a time behind it. What is wrong with one is said in the words of a calendar.

use std::ops::Range;

use jiff::civil::Date;

use crate::diagnostic::Diagnostic;

/// Why a text is not a date, and what to write.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DateFault {
    message: String,
    label: String,
    help: String,
}

impl DateFault {
    /// The fault as an error at a place.
    pub(crate) fn at(self, path: &str, span: Range<usize>) -> Diagnostic {
        Diagnostic::error(path, span, self.message).label(self.label).help(self.help)
    }
}

/// What to write where the text itself suggests nothing.
pub(crate) const HOW_A_DATE_IS_WRITTEN: &str = "a date is written year-month-day: 2025-11-28";

/// The date of `text`. A time of day behind it is accepted and left out: posts are dated by day.
pub(crate) fn parse(text: &str) -> Result<Date, DateFault> {
    let (day, time) = split_time(text);
    let is_written_as_iso = day.len() == 10 && day.bytes().enumerate().all(|(at, byte)| is_iso_byte(at, byte));
    match (is_written_as_iso, numbers(day)) {
        (true, Some(numbers)) if time.is_none_or(looks_like_a_time) => date(numbers).map_err(|_| fault(text)),
        _ => Err(fault(text)),
    }
}

/// What is wrong with `text`, which is not a date.
pub(crate) fn fault(text: &str) -> DateFault {
    let message = format!("\"{text}\" is not a date");
    let (day, _) = split_time(text);
    let (label, help) = match numbers(day) {
        None => ("not a year, a month and a day".to_owned(), HOW_A_DATE_IS_WRITTEN.to_owned()),
        Some(numbers) => match date(numbers) {
            Ok(date) if date.to_string() == day => {
                ("what follows the date is not a time".to_owned(), format!("write {date}"))
            }
            Ok(date) => ("not how a date is written".to_owned(), format!("write {date}")),
            Err(label) => (label, HOW_A_DATE_IS_WRITTEN.to_owned()),
        },
    };
    DateFault { message, label, help }
}

/// Whether `text` begins as a date does, so that its author meant one: four digits and a separator.
pub(crate) fn looks_like_one(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 6 && bytes[..4].iter().all(u8::is_ascii_digit) && matches!(bytes[4], b'-' | b'/' | b'.')
}

/// The part of the day, and what stands behind the `T` or the space that ends it.
fn split_time(text: &str) -> (&str, Option<&str>) {
    match text.split_once(['T', 't', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    }
}

fn is_iso_byte(at: usize, byte: u8) -> bool {
    if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() }
}

/// `10:30…`: enough to tell a time from a slip; what the rest of it says is not used.
fn looks_like_a_time(text: &str) -> bool {
    matches!(text.as_bytes(), [hour_tens, hour, b':', minute_tens, minute, ..]
        if [hour_tens, hour, minute_tens, minute].iter().all(|byte| byte.is_ascii_digit()))
}

/// Year, month and day, with any of the separators that people use.
fn numbers(day: &str) -> Option<[i16; 3]> {
    let mut parts = day.split(['-', '/', '.']).map(|part| part.parse::<i16>().ok().filter(|_| !part.starts_with('+')));
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    (parts.next().is_none() && (1000..=9999).contains(&numbers[0])).then_some(numbers)
}

/// The date, or what the calendar has against it.
fn date([year, month, day]: [i16; 3]) -> Result<Date, String> {
    let month = i8::try_from(month).ok().filter(|month| (1..=12).contains(month)).ok_or_else(|| no_month(month))?;
    let first = Date::new(year, month, 1).map_err(|error| error.to_string())?;
    let days = first.days_in_month();
    let day = i8::try_from(day).ok().filter(|day| (1..=days).contains(day));
    day.and_then(|day| Date::new(year, month, day).ok())
        .ok_or_else(|| format!("{} {year} has {days} days", MONTHS[usize::from(month.unsigned_abs()) - 1]))
}

fn no_month(month: i16) -> String {
    format!("there is no month {month}")
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::{date, fault, numbers, parse};

    #[test]
    fn a_date_is_read_with_or_without_a_time() {
        for text in [
            "2025-11-28",
            "2025-11-28T10:30:00Z",
            "2025-11-28t10:30:00.5+05:30",
            "2025-11-28 10:30",
            "2025-11-28 10:30:00 +0530",
        ] {
            assert_eq!(parse(text).map(|date| date.to_string()), Ok("2025-11-28".to_owned()), "{text}");
        }
        assert!(parse("2024-02-29").is_ok());
    }

    #[test]
    fn what_is_not_a_date_is_told_why() {
        for (text, label, help) in [
            ("2025-13-40", "there is no month 13", "a date is written year-month-day: 2025-11-28"),
            ("2025-00-10", "there is no month 0", "a date is written year-month-day: 2025-11-28"),
            ("2025-11-00", "November 2025 has 30 days", "a date is written year-month-day: 2025-11-28"),
            ("2025-02-29", "February 2025 has 28 days", "a date is written year-month-day: 2025-11-28"),
            ("2025-11-300", "November 2025 has 30 days", "a date is written year-month-day: 2025-11-28"),
            ("2025/11/28", "not how a date is written", "write 2025-11-28"),
            ("2025.1.5", "not how a date is written", "write 2025-01-05"),
            ("2025-11-28 soon", "what follows the date is not a time", "write 2025-11-28"),
            ("28.11.2025", "not a year, a month and a day", "a date is written year-month-day: 2025-11-28"),
            ("2025-+1-05", "not a year, a month and a day", "a date is written year-month-day: 2025-11-28"),
            ("2025-11", "not a year, a month and a day", "a date is written year-month-day: 2025-11-28"),
            ("2025-11-28-1", "not a year, a month and a day", "a date is written year-month-day: 2025-11-28"),
            ("", "not a year, a month and a day", "a date is written year-month-day: 2025-11-28"),
        ] {
            let fault = parse(text).expect_err(text);
            assert_eq!((fault.label.as_str(), fault.help.as_str()), (label, help), "{text}");
        }
    }

    #[test]
    fn every_day_of_a_year_is_a_date() {
        let days =
            (1..=12).flat_map(|month| (1..=31).map(move |day| [2025, month, day])).filter(|&day| date(day).is_ok());
        assert_eq!(days.count(), 365);
        assert_eq!(numbers("2025-11-28"), Some([2025, 11, 28]));
        assert_eq!(fault("x").message, "\"x\" is not a date");
    }
}
