//! Dates as an author writes them: `2025-11-28`, optionally with a time.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

use crate::diagnostic::Diagnostic;

/// A date as it is written, with its time and offset if it has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WrittenDate {
    pub(crate) day: Date,
    time: Option<Time>,
    offset: Option<Offset>,
}

impl WrittenDate {
    /// The time that is meant: that of the day, or else its midnight, at the offset, or else in `zone`.
    pub(crate) fn timestamp(&self, zone: &TimeZone) -> Timestamp {
        let zone = self.offset.map_or_else(|| zone.clone(), Offset::to_time_zone);
        instant(self.day.to_datetime(self.time.unwrap_or_default()), zone)
    }
}

/// The midnight of `day` at UTC.
pub(crate) fn midnight(day: Date) -> Timestamp {
    instant(day.into(), TimeZone::UTC)
}

/// A time in `zone`. A year has four digits from 1000 on, so what is out of range is after the last time, a day before the end of 9999: it is that time.
fn instant(local: DateTime, zone: TimeZone) -> Timestamp {
    local.to_zoned(zone).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

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

/// The date of `text`, which may have a time after it, and the time an offset.
pub(crate) fn parse(text: &str) -> Result<WrittenDate, DateError> {
    let (day, rest) = split_time(text);
    let date = numbers(day).map(date).and_then(Result::ok).filter(|date| date.to_string() == day);
    let day = date.ok_or_else(|| error(text))?;
    let Some(rest) = rest else { return Ok(WrittenDate { day, time: None, offset: None }) };
    let (time, rest) = time(rest).ok_or_else(|| error(text))?;
    let offset = match rest.trim_start() {
        "" => None,
        rest => Some(offset(rest).ok_or_else(|| error(text))?),
    };
    Ok(WrittenDate { day, time: Some(time), offset })
}

/// What is wrong with `text`, which is not a date.
pub(crate) fn error(text: &str) -> DateError {
    let (day, rest) = split_time(text);
    let (label, help) = match numbers(day).map(date) {
        None => ("expected a year, a month and a day".to_owned(), FORM.to_owned()),
        Some(Err(label)) => (label, FORM.to_owned()),
        Some(Ok(date)) if date.to_string() != day => {
            ("expected hyphens and two digits".to_owned(), format!("write {date}"))
        }
        Some(Ok(date)) => match rest.and_then(time) {
            None => {
                let label = rest.and_then(no_time).unwrap_or_else(|| "expected a time after the date".to_owned());
                (label, format!("write {date}, or {date}T08:00"))
            }
            Some((time, rest)) => {
                let time = time.strftime("%H:%M");
                let label = no_offset(rest).unwrap_or_else(|| "expected an offset after the time".to_owned());
                (label, format!("write {date}T{time}+01:00, or {date}T{time}"))
            }
        },
    };
    DateError { message: format!("\"{text}\" is not a date"), label, help }
}

/// Whether `text` begins like a date: a number of four or more digits, a separator and a digit.
pub(crate) fn looks_like_one(text: &str) -> bool {
    let after = text.trim_start_matches(|char: char| char.is_ascii_digit());
    text.len() - after.len() >= YEAR_DIGITS
        && after.strip_prefix(['-', '/', '.']).is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_digit()))
}

/// How many digits a year has.
const YEAR_DIGITS: usize = 4;

/// That there is no such time, if `text` begins with the digits of one.
fn no_time(text: &str) -> Option<String> {
    let (_, rest) = two_digits(text)?;
    two_digits(rest.strip_prefix(':')?)?;
    Some(format!("there is no time {text}"))
}

/// That there is no such offset, if `text` has the form of one.
fn no_offset(text: &str) -> Option<String> {
    let text = text.trim();
    let (_, rest) = two_digits(text.strip_prefix(['+', '-'])?)?;
    let (_, rest) = two_digits(rest.strip_prefix(':').unwrap_or(rest))?;
    rest.is_empty().then(|| format!("there is no offset {text}"))
}

/// The day, and the text after the `T` or the space that ends it.
fn split_time(text: &str) -> (&str, Option<&str>) {
    text.split_once(['T', 't', ' ']).map_or((text, None), |(day, time)| (day, Some(time)))
}

/// The time at the start of `text`, `10:30`, `10:30:15` or `10:30:15.5`, and what follows it. A fraction of a second is dropped.
fn time(text: &str) -> Option<(Time, &str)> {
    let (hour, rest) = two_digits(text)?;
    let (minute, rest) = two_digits(rest.strip_prefix(':')?)?;
    let Some(after) = rest.strip_prefix(':') else { return Some((Time::new(hour, minute, 0, 0).ok()?, rest)) };
    let (second, rest) = two_digits(after)?;
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|char: char| char.is_ascii_digit()),
        None => rest,
    };
    Some((Time::new(hour, minute, second, 0).ok()?, rest))
}

/// The offset from UTC that `text` is: `Z`, `+01:00`, `+0100` or `+01`.
fn offset(text: &str) -> Option<Offset> {
    if matches!(text, "Z" | "z") {
        return Some(Offset::UTC);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = two_digits(&text[1..])?;
    let (minutes, rest) = if rest.is_empty() { (0, "") } else { two_digits(rest.strip_prefix(':').unwrap_or(rest))? };
    let is_in_range = hours < 24 && minutes < 60 && rest.is_empty();
    Offset::from_seconds(sign * (i32::from(hours) * 60 + i32::from(minutes)) * 60).ok().filter(|_| is_in_range)
}

/// The number of the two digits that `text` begins with, and what follows them.
fn two_digits(text: &str) -> Option<(i8, &str)> {
    let digits = text.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((digits.parse().ok()?, &text[2..]))
}

/// Year, month and day, with any of the separators that people use.
fn numbers(day: &str) -> Option<[i32; 3]> {
    let mut parts = day.split(['-', '/', '.']).map(|part| part.parse::<i32>().ok().filter(|_| !part.starts_with('+')));
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    let digits = day.find(['-', '/', '.']).unwrap_or_default();
    (parts.next().is_none() && digits >= YEAR_DIGITS).then_some(numbers)
}

/// The date, or why the calendar does not have it.
fn date([year, month, day]: [i32; 3]) -> Result<Date, String> {
    let year = i16::try_from(year).ok().filter(|year| (1000..=9999).contains(year));
    let year = year.ok_or("a year is from 1000 to 9999")?;
    let new = |month: i32, day: i32| Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok();
    let first = new(month, 1).ok_or_else(|| format!("there is no month {month}"))?;
    new(month, day).ok_or_else(|| format!("{} has {} days", first.strftime("%B %Y"), first.days_in_month()))
}

#[cfg(test)]
mod tests {
    use jiff::tz::{Offset, TimeZone};

    use super::{date, error, numbers, parse};

    #[test]
    fn a_date_is_a_time_at_its_offset_or_in_the_zone_of_the_site() {
        let zone = TimeZone::fixed(Offset::constant(-2));
        for (text, expected) in [
            ("2025-11-28", "2025-11-28T02:00:00Z"),
            ("2025-11-28 10:30", "2025-11-28T12:30:00Z"),
            ("2025-11-28T10:30:15", "2025-11-28T12:30:15Z"),
            ("2025-11-28T10:30:00Z", "2025-11-28T10:30:00Z"),
            ("2025-11-28t10:30:00.5+05:30", "2025-11-28T05:00:00Z"),
            ("2025-11-28 10:30:00 +0530", "2025-11-28T05:00:00Z"),
            ("2025-11-28T00:30+01", "2025-11-27T23:30:00Z"),
            ("2025-11-28T23:30-01:00", "2025-11-29T00:30:00Z"),
            ("1000-01-01", "1000-01-01T02:00:00Z"),
            ("9999-12-30T19:59:59", "9999-12-30T21:59:59Z"),
            ("9999-12-30T23:00:00-05:00", "9999-12-30T22:00:00.999999999Z"),
            ("9999-12-31", "9999-12-30T22:00:00.999999999Z"),
        ] {
            let date = parse(text).expect(text);
            assert_eq!(date.timestamp(&zone).to_string(), expected, "{text}");
            assert_eq!(date.day.to_string(), text[..10], "{text}");
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
            ("2025-11-28 soon", "expected a time after the date", "write 2025-11-28, or 2025-11-28T08:00"),
            ("2025-11-28T24:00", "there is no time 24:00", "write 2025-11-28, or 2025-11-28T08:00"),
            ("2025-11-28T8:00", "expected a time after the date", "write 2025-11-28, or 2025-11-28T08:00"),
            (
                "2025-11-28T08:15 CET",
                "expected an offset after the time",
                "write 2025-11-28T08:15+01:00, or 2025-11-28T08:15",
            ),
            (
                "2025-11-28T08:15+1:00",
                "expected an offset after the time",
                "write 2025-11-28T08:15+01:00, or 2025-11-28T08:15",
            ),
            (
                "2025-11-28T08:15+24:00",
                "there is no offset +24:00",
                "write 2025-11-28T08:15+01:00, or 2025-11-28T08:15",
            ),
            ("0001-01-01", "a year is from 1000 to 9999", "a date is written year-month-day: 2025-11-28"),
            ("99999-01-01", "a year is from 1000 to 9999", "a date is written year-month-day: 2025-11-28"),
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
