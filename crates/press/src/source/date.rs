//! Dates as an author writes them: `2025-11-28`, optionally with a time.

use std::ops::Range;

use jiff::civil::Date;

use crate::diagnostic::Diagnostic;

/// Why a text is not a date, and what to write.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DateError {
    message: String,
    label: String,
    help: String,
}

impl DateError {
    /// The error as a diagnostic.
    pub(crate) fn at(self, path: &str, span: Range<usize>) -> Diagnostic {
        Diagnostic::error(path, span, self.message).label(self.label).help(self.help)
    }
}

/// The help if the text suggests no date.
pub(crate) const FORM: &str = "a date is written year-month-day: 2025-11-28";

/// The date of `text`. A time after it is accepted and ignored: posts are dated by day.
pub(crate) fn parse(text: &str) -> Result<Date, DateError> {
    let (day, time) = split_time(text);
    match numbers(day).map(date) {
        Some(Ok(date)) if date.to_string() == day && time.is_none_or(is_time) => Ok(date),
        _ => Err(error(text)),
    }
}

/// What is wrong with `text`, which is not a date.
pub(crate) fn error(text: &str) -> DateError {
    let (day, _) = split_time(text);
    let (label, help) = match numbers(day).map(date) {
        None => ("expected a year, a month and a day".to_owned(), FORM.to_owned()),
        Some(Err(label)) => (label, FORM.to_owned()),
        Some(Ok(date)) => {
            let label = if date.to_string() == day {
                "expected a time after the date"
            } else {
                "expected hyphens and two digits"
            };
            (label.to_owned(), format!("write {date}"))
        }
    };
    DateError { message: format!("\"{text}\" is not a date"), label, help }
}

/// Whether `text` begins like a date: four digits and a separator.
pub(crate) fn looks_like_one(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 6 && bytes[..4].iter().all(u8::is_ascii_digit) && matches!(bytes[4], b'-' | b'/' | b'.')
}

/// The day, and the text after the `T` or the space that ends it.
fn split_time(text: &str) -> (&str, Option<&str>) {
    text.split_once(['T', 't', ' ']).map_or((text, None), |(day, time)| (day, Some(time)))
}

/// Whether `text` begins like a time: `10:30`. The rest is not used.
fn is_time(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, b':', c, d, ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
}

/// Year, month and day, with any of the separators that people use.
fn numbers(day: &str) -> Option<[i16; 3]> {
    let mut parts = day.split(['-', '/', '.']).map(|part| part.parse::<i16>().ok().filter(|_| !part.starts_with('+')));
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    (parts.next().is_none() && (1000..=9999).contains(&numbers[0])).then_some(numbers)
}

/// The date, or why the calendar does not have it.
fn date([year, month, day]: [i16; 3]) -> Result<Date, String> {
    let new = |month: i16, day: i16| Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok();
    let first = new(month, 1).ok_or_else(|| format!("there is no month {month}"))?;
    new(month, day).ok_or_else(|| format!("{} has {} days", first.strftime("%B %Y"), first.days_in_month()))
}

#[cfg(test)]
mod tests {
    use super::{date, error, numbers, parse};

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
    fn the_error_says_why_a_text_is_not_a_date() {
        for (text, label, help) in [
            ("2025-13-40", "there is no month 13", "a date is written year-month-day: 2025-11-28"),
            ("2025-00-10", "there is no month 0", "a date is written year-month-day: 2025-11-28"),
            ("2025-11-00", "November 2025 has 30 days", "a date is written year-month-day: 2025-11-28"),
            ("2025-02-29", "February 2025 has 28 days", "a date is written year-month-day: 2025-11-28"),
            ("2025-11-300", "November 2025 has 30 days", "a date is written year-month-day: 2025-11-28"),
            ("2025/11/28", "expected hyphens and two digits", "write 2025-11-28"),
            ("2025.1.5", "expected hyphens and two digits", "write 2025-01-05"),
            ("2025-11-28 soon", "expected a time after the date", "write 2025-11-28"),
            ("28.11.2025", "expected a year, a month and a day", "a date is written year-month-day: 2025-11-28"),
            ("2025-+1-05", "expected a year, a month and a day", "a date is written year-month-day: 2025-11-28"),
            ("2025-11", "expected a year, a month and a day", "a date is written year-month-day: 2025-11-28"),
            ("2025-11-28-1", "expected a year, a month and a day", "a date is written year-month-day: 2025-11-28"),
            ("", "expected a year, a month and a day", "a date is written year-month-day: 2025-11-28"),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!((error.label.as_str(), error.help.as_str()), (label, help), "{text}");
        }
    }

    #[test]
    fn every_day_of_a_year_is_a_date() {
        let days =
            (1..=12).flat_map(|month| (1..=31).map(move |day| [2025, month, day])).filter(|&day| date(day).is_ok());
        assert_eq!(days.count(), 365);
        assert_eq!(numbers("2025-11-28"), Some([2025, 11, 28]));
        assert_eq!(error("x").message, "\"x\" is not a date");
    }
}
