//! Points in time, in whole seconds of UTC: read from certificates and from answers of a CA, and shown to people.
//!
//! For all that runs where the site runs. The author's side has time zones, and a library for them.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// One hour in seconds.
pub const HOUR: i64 = 3_600;

/// One day in seconds.
pub const DAY: i64 = 24 * HOUR;

/// Unix seconds. Displayed as RFC 3339 has it.
///
/// ```
/// use graven_time::Time;
///
/// assert_eq!(Time(1_798_095_600).to_string(), "2026-12-24T07:00:00Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub i64);

impl Time {
    /// The system's clock. A clock before 1970 counts as 1970.
    #[must_use]
    pub fn now() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }

    /// This many seconds later, at most the last that there is.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// The seconds from another time to this one; negative if the other is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads what RFC 3339 allows: `2026-11-28T13:55:00Z`, with a fraction (which is dropped) or an offset. `None` for anything else, and for a day that no
    /// month has.
    ///
    /// ```
    /// use graven_time::Time;
    ///
    /// assert_eq!(Time::from_rfc3339("2026-12-24T08:00:00.5+01:00"), Some(Time(1_798_095_600)));
    /// ```
    #[must_use]
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let (date, rest) = (text.get(..10)?, text.get(10..)?);
        let [b'T' | b't' | b' ', ..] = rest.as_bytes() else { return None };
        let (clock, rest) = (rest.get(1..9)?, rest.get(9..)?);
        let fraction =
            rest.strip_prefix('.').map_or(0, |digits| 1 + digits.bytes().take_while(u8::is_ascii_digit).count());
        let offset = match rest.get(fraction..)? {
            "Z" | "z" => 0,
            zone => {
                let sign = match zone.as_bytes().first()? {
                    b'+' => 1,
                    b'-' => -1,
                    _ => return None,
                };
                let [hours, minutes] = numbers(zone.get(1..)?, ':')?;
                sign * (hours * HOUR + minutes * 60)
            }
        };
        let [year, month, day] = numbers(date, '-')?;
        let [hour, minute, second] = numbers(clock, ':')?;
        Some(civil([year, month, day, hour, minute, second])?.plus(-offset))
    }

    /// Reads a time of a certificate (RFC 5280, 4.1.2.5): `YYMMDDHHMMSSZ` (`UTCTime`, where years below 50 are of this century) or `YYYYMMDDHHMMSSZ`
    /// (`GeneralizedTime`).
    ///
    /// ```
    /// use graven_time::Time;
    ///
    /// assert_eq!(Time::from_asn1("261224070000Z"), Some(Time(1_798_095_600)));
    /// ```
    #[must_use]
    pub fn from_asn1(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('Z')?;
        if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let (year, rest) = match digits.len() {
            12 => {
                let short: i64 = digits[..2].parse().ok()?;
                (if short < 50 { 2000 + short } else { 1900 + short }, &digits[2..])
            }
            14 => (digits[..4].parse().ok()?, &digits[4..]),
            _ => return None,
        };
        let part = |at: usize| rest[at..at + 2].parse::<i64>().ok();
        civil([year, part(0)?, part(2)?, part(4)?, part(6)?, part(8)?])
    }

    /// `YYYYMMDDHHMMSSZ`, for a certificate.
    #[must_use]
    pub fn to_asn1(self) -> String {
        let [year, month, day, hour, minute, second] = self.parts();
        format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z")
    }

    /// Year, month, day, hour, minute, second.
    fn parts(self) -> [i64; 6] {
        let (days, seconds) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        // The era is 400 years; it begins on 1 March, so that a leap day is the last day of a year.
        let shifted = days + 719_468;
        let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + i64::from(month <= 2);
        [year, month, day, seconds / HOUR, seconds / 60 % 60, seconds % 60]
    }
}

/// The numbers between separators, each of digits only.
fn numbers<const N: usize>(text: &str, separator: char) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut found = [0; N];
    for number in &mut found {
        let part = parts.next().filter(|part| part.len() <= 4 && part.bytes().all(|digit| digit.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

/// The time of a date and a clock in UTC, if there is such a day.
fn civil([year, month, day, hour, minute, second]: [i64; 6]) -> Option<Time> {
    // A leap second is read as the second after it.
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let shifted_year = year - i64::from(month <= 2);
    let (era, of_era) = (shifted_year.div_euclid(400), shifted_year.rem_euclid(400));
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    let time = Time(days * DAY + hour * HOUR + minute * 60 + second);
    // 31 April would be 1 May.
    (time.plus(-second).parts()[2] == day).then_some(time)
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [year, month, day, hour, minute, second] = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_in_rfc_3339() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_704_067_199, "2023-12-31T23:59:59Z"),
            (1_735_689_600, "2025-01-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Time(seconds).to_string(), expected);
        }
    }

    #[test]
    fn times_are_read_in_each_form() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-11-28T13:55:00Z", 1_795_874_100),
            ("2026-11-28T13:55:00.123456Z", 1_795_874_100),
            ("2026-11-28T14:55:00+01:00", 1_795_874_100),
            ("2026-11-28T08:25:00-05:30", 1_795_874_100),
            ("2024-02-29T23:59:60Z", 1_709_251_200),
        ] {
            assert_eq!(Time::from_rfc3339(text), Some(Time(seconds)), "{text}");
        }
        for (text, seconds) in [
            ("261128135500Z", 1_795_874_100),
            ("20261128135500Z", 1_795_874_100),
            ("991231235959Z", 946_684_799),
            ("500101000000Z", -631_152_000),
            ("491231235959Z", 2_524_607_999),
            ("20501231235959Z", 2_556_143_999),
        ] {
            assert_eq!(Time::from_asn1(text), Some(Time(seconds)), "{text}");
        }
        for wrong in [
            "",
            "2026-11-28",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-11-28T13:55:00",
            "2026-11-28T13:55:00+1",
        ] {
            assert_eq!(Time::from_rfc3339(wrong), None, "{wrong}");
        }
        for wrong in [
            "",
            "Z",
            "2611281355Z",
            "26112813550aZ",
            "é611281355000Z",
            "261128135500",
            "261328135500Z",
            "20501231235959.5Z",
            "240229120000+0100",
        ] {
            assert_eq!(Time::from_asn1(wrong), None, "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_time_is_what_its_text_says(seconds in -60_000_000_000_i64..200_000_000_000) {
            let time = Time(seconds);
            proptest::prop_assert_eq!(Time::from_rfc3339(&time.to_string()), Some(time));
            proptest::prop_assert_eq!(Time::from_asn1(&time.to_asn1()), Some(time));
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,40}") {
            let _ = (Time::from_rfc3339(&text), Time::from_asn1(&text));
        }
    }
}
