//! Dates as other generators accept them: `2013-05-06 14:45:00 +0200`, `Jul 08 2022`, `8 July 2022`.

use std::fmt;

use jiff::civil::Date;
use jiff::fmt::strtime;

/// The moment of a text: a day, and what is known of the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) day: Date,
    time: Time,
}

/// What is known of the time within the day.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Time {
    /// None is written.
    None,
    /// As TOML has it: `14:45:00+02:00`.
    Known(String),
    /// Without an offset, so that its hour is that of the site's time zone: `14:45:00`.
    Local(String),
    /// There is one in another form.
    Unread,
}

impl Moment {
    pub(crate) fn of_day(day: Date) -> Self {
        Self { day, time: Time::None }
    }

    /// Reads a date in any of the usual forms.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        numeric(text).or_else(|| compact(text)).or_else(|| in_words(text))
    }

    /// Whether the time, if there is one, is the same everywhere.
    pub(crate) fn has_offset(&self) -> bool {
        matches!(&self.time, Time::Known(time) if time.ends_with('Z') || time.contains(['+', '-']))
    }

    /// The moment with a time that has no offset, too, which otherwise is left out: the time zone in which it is meant may be unknown. `None` if there is
    /// a time that cannot be read.
    pub(crate) fn exact(&self) -> Option<Self> {
        let time = match &self.time {
            Time::Local(time) => Time::Known(time.clone()),
            Time::Unread => return None,
            time => time.clone(),
        };
        Some(Self { day: self.day, time })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.time {
            Time::Known(time) => write!(out, "{}T{time}", self.day),
            Time::None | Time::Local(_) | Time::Unread => self.day.fmt(out),
        }
    }
}

/// `2013-05-06`, with `/` or `.` too, and a time after it.
fn numeric(text: &str) -> Option<Moment> {
    let end = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let (day, time) = (&text[..end], text.get(end + 1..).unwrap_or_default());
    let mut parts = day.split(['-', '/', '.']);
    let [year, month, date] = [parts.next()?, parts.next()?, parts.next()?];
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let day = Date::new(year.parse().ok()?, month.parse().ok()?, date.parse().ok()?).ok()?;
    Some(Moment { day, time: self::time(time) })
}

/// `20220708`.
fn compact(text: &str) -> Option<Moment> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let day = Date::new(text[..4].parse().ok()?, text[4..6].parse().ok()?, text[6..].parse().ok()?).ok()?;
    Some(Moment::of_day(day))
}

/// `Jul 08 2022`, `July 8, 2022`, `8 July 2022`, `Fri, 08 Jul 2022 …`.
fn in_words(text: &str) -> Option<Moment> {
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let is_weekday = |word: &str| strtime::parse("%a", word).is_ok() || strtime::parse("%A", word).is_ok();
    let words = if words.first().is_some_and(|word| is_weekday(word)) { &words[1..] } else { &words[..] };
    let first = words.get(..3)?.iter().map(|word| cardinal(word)).collect::<Vec<_>>().join(" ");
    let forms = ["%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y"];
    let day = forms.iter().find_map(|form| strtime::parse(form, &first).ok()?.to_date().ok())?;
    let time = if words.len() > 3 { Time::Unread } else { Time::None };
    Some(Moment { day, time })
}

/// `8` of `8th`. Other words stay: `August` is no ordinal number.
fn cardinal(word: &str) -> &str {
    let end = word.find(|char: char| !char.is_ascii_digit()).unwrap_or(word.len());
    let (number, rest) = word.split_at(end);
    if !number.is_empty() && ["st", "nd", "rd", "th"].contains(&rest) { number } else { word }
}

/// The time of `14:45:00 +0200` in the form of TOML.
fn time(text: &str) -> Time {
    let text = text.trim();
    if text.is_empty() {
        return Time::None;
    }
    let (clock, offset) = text.split_at(text.find(['Z', 'z', '+', '-']).unwrap_or(text.len()));
    match (self::clock(clock.trim()), self::offset(offset)) {
        (Some(clock), Some(offset)) if offset.is_empty() => Time::Local(clock),
        (Some(clock), Some(offset)) => Time::Known(clock + &offset),
        _ => Time::Unread,
    }
}

/// Hour, minute and second of `14:45` or `14:45:00.123`.
fn clock(text: &str) -> Option<String> {
    let mut parts = text.split(':');
    let [hour, minute] = [parts.next()?, parts.next()?];
    let second = parts.next().unwrap_or("00").split('.').next().unwrap_or("00");
    let is_number = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = [hour, minute, second].iter().all(is_number) && hour <= "23" && minute <= "59" && second <= "59";
    is_time.then(|| format!("{hour}:{minute}:{second}"))
}

/// `+02:00` of `+0200` or `+02`. Empty without an offset.
fn offset(text: &str) -> Option<String> {
    let Some(sign) = text.chars().next() else { return Some(String::new()) };
    let numbers: String = text.chars().filter(char::is_ascii_digit).collect();
    match (sign, numbers.len()) {
        ('Z' | 'z', 0) => Some("Z".to_owned()),
        ('+' | '-', 4) => Some(format!("{sign}{}:{}", &numbers[..2], &numbers[2..])),
        ('+' | '-', 2) => Some(format!("{sign}{numbers}:00")),
        _ => None,
    }
}

/// The day at the start of a name, and the rest of the name: `2013-05-06-name`, `2013-05-06`.
pub(crate) fn at_start_of(name: &str) -> Option<(Date, &str)> {
    let day = numeric(name.get(..10)?)?.day;
    let rest = &name[10..];
    if rest.is_empty() {
        return Some((day, ""));
    }
    Some((day, rest.strip_prefix(['-', '_', ' ', 'T'])?.trim_start_matches(['-', ' '])))
}

/// The day in an address: `2025/06/20/name`.
pub(crate) fn in_address(path: &str) -> Option<Date> {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    parts.windows(3).find_map(|part| {
        let is_date = part[0].len() == 4 && (1..=2).contains(&part[1].len()) && (1..=2).contains(&part[2].len());
        let date = || Date::new(part[0].parse().ok()?, part[1].parse().ok()?, part[2].parse().ok()?).ok();
        is_date.then(date)?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_the_forms_that_generators_accept() {
        for (text, expected) in [
            ("2013-05-06", Some("2013-05-06")),
            ("2013-05-12 14:45:00 +0200", Some("2013-05-12T14:45:00+02:00")),
            ("2014-10-02T13:28:42-04:00", Some("2014-10-02T13:28:42-04:00")),
            ("2014-10-02T13:28:42.123Z", Some("2014-10-02T13:28:42Z")),
            ("2014-10-02 13:28", Some("2014-10-02")),
            ("2022/7/8", Some("2022-07-08")),
            ("20220708", Some("2022-07-08")),
            ("Jul 08 2022", Some("2022-07-08")),
            ("July 8, 2022", Some("2022-07-08")),
            ("8th July 2022", Some("2022-07-08")),
            ("August 8, 2022", Some("2022-08-08")),
            ("Aug 1st, 2022", Some("2022-08-01")),
            ("22nd August 2022", Some("2022-08-22")),
            ("Fri, 08 Jul 2022 10:00:00 GMT", Some("2022-07-08")),
            ("2022-13-01", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(Moment::parse(text).map(|moment| moment.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_moment_is_exact_if_its_time_can_be_read() {
        for (text, expected) in [
            ("2026-05-06", Some("2026-05-06")),
            ("2026-05-06 14:45", Some("2026-05-06T14:45:00")),
            ("2026-05-06 14:45 +0200", Some("2026-05-06T14:45:00+02:00")),
            ("2026-05-06 2 pm", None),
            ("2026-05-06 14:45 CET", None),
            ("6 May 2026", Some("2026-05-06")),
            ("Wed, 06 May 2026 10:00:00 GMT", None),
        ] {
            let exact = Moment::parse(text).and_then(|moment| moment.exact());
            assert_eq!(exact.map(|moment| moment.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_day_is_found_in_names_and_addresses() {
        let day = Date::constant(2013, 5, 6);
        assert_eq!(at_start_of("2013-05-06-a-name"), Some((day, "a-name")));
        assert_eq!(at_start_of("2013-05-06"), Some((day, "")));
        assert_eq!(at_start_of("2013-05-061"), None);
        assert_eq!(in_address("blog/2013/05/06/name"), Some(day));
        assert_eq!(in_address("blog/2013/name"), None);
    }
}
