//! What `serve` can be told, by flag or by environment variable: one table, from which the command line is read and `--help` is written.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

use graven_serve::{Address, Config};

/// One thing that `serve` can be told.
pub(crate) struct Setting {
    /// `listen`, for `--listen`.
    pub(crate) flag: &'static str,
    /// What its value is called in the help.
    pub(crate) value: &'static str,
    /// What it does, and what it is without being told.
    pub(crate) text: &'static str,
    /// Takes a value over into the configuration, or says what was expected.
    apply: fn(&mut Config, &str) -> Result<(), String>,
}

impl Setting {
    /// The environment variable: `NOTES_DRAIN_DELAY` for `--drain-delay`.
    pub(crate) fn variable(&self) -> String {
        format!("NOTES_{}", self.flag.to_ascii_uppercase().replace('-', "_"))
    }

    fn set(&self, config: &mut Config, given: &str, value: &str) -> Result<(), String> {
        (self.apply)(config, value).map_err(|expected| format!("{given}: {value:?} is not {expected}"))
    }
}

/// All of them, in the order of the help.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        flag: "listen",
        value: "ADDR",
        text: "address to serve on: IP:PORT, [::]:PORT (both families) or unix:PATH; several by repeating it, or with commas in the variable [default: [::]:8080]",
        apply: |config, value| {
            for address in value.split(',') {
                config.listen.push(address.trim().parse::<Address>().map_err(|_| "an address: write [::]:8080, 127.0.0.1:8080 or unix:/run/notes.sock".to_owned())?);
            }
            Ok(())
        },
    },
    Setting {
        flag: "workers",
        value: "N",
        text: "threads that answer [default: one a core]",
        apply: |config, value| {
            config.workers = number::<NonZeroUsize>(value, "a number from 1 on")?;
            Ok(())
        },
    },
    Setting {
        flag: "drain-delay",
        value: "TIME",
        text: "on SIGTERM, how long to go on accepting, for a load balancer to notice [default: 0s]",
        apply: |config, value| {
            config.drain_delay = duration(value)?;
            Ok(())
        },
    },
    Setting {
        flag: "drain-deadline",
        value: "TIME",
        text: "on SIGTERM, how long to wait for what is in flight [default: 10s]",
        apply: |config, value| {
            config.drain_deadline = duration(value)?;
            Ok(())
        },
    },
];

/// The configuration from flags (name and value, in order) and the environment. A flag wins over its variable; both win over the default.
pub(crate) fn configure(flags: &[(String, String)], environment: impl Fn(&str) -> Option<String>) -> Result<Config, String> {
    let defaults = Config::default();
    let mut config = Config { listen: Vec::new(), ..defaults.clone() };
    for setting in SETTINGS {
        let mut values = flags.iter().filter(|(flag, _)| flag == setting.flag).map(|(_, value)| value).peekable();
        let variable = setting.variable();
        if values.peek().is_none() {
            if let Some(value) = environment(&variable).filter(|value| !value.is_empty()) {
                setting.set(&mut config, &variable, &value)?;
            }
        }
        for value in values {
            setting.set(&mut config, &format!("--{}", setting.flag), value)?;
        }
    }
    if config.listen.is_empty() {
        config.listen = defaults.listen;
    }
    Ok(config)
}

fn number<T: FromStr>(text: &str, expected: &str) -> Result<T, String> {
    text.parse().map_err(|_| expected.to_owned())
}

/// `500ms`, `5s`, `2m`.
fn duration(text: &str) -> Result<Duration, String> {
    let unit_at = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(unit_at);
    let milliseconds = match unit {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60_000),
        _ => None,
    };
    let count = digits.parse::<u32>().ok();
    match (count, milliseconds) {
        (Some(count), Some(unit)) => Ok(Duration::from_millis(u64::from(count) * unit)),
        _ => Err("a time: write 500ms, 5s or 2m".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(flags: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Config, String> {
        let flags: Vec<(String, String)> = flags.iter().map(|(flag, value)| ((*flag).to_owned(), (*value).to_owned())).collect();
        let find = |name: &str| variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned());
        configure(&flags, find)
    }

    #[test]
    fn nothing_told_is_the_default() {
        assert_eq!(from(&[], &[]).expect("no settings").listen, Config::default().listen);
    }

    #[test]
    fn a_flag_wins_over_its_variable() {
        let config = from(&[("workers", "3")], &[("NOTES_WORKERS", "2"), ("NOTES_DRAIN_DELAY", "5s")]).expect("valid settings");
        assert_eq!((config.workers.get(), config.drain_delay), (3, Duration::from_secs(5)));
    }

    #[test]
    fn addresses_add_up() {
        let config = from(&[("listen", "127.0.0.1:1"), ("listen", "unix:/run/x")], &[("NOTES_LISTEN", "[::]:9")]).expect("valid settings");
        assert_eq!(config.listen.len(), 2);
        assert_eq!(from(&[], &[("NOTES_LISTEN", "[::]:9, 127.0.0.1:8")]).expect("valid settings").listen.len(), 2);
    }

    #[test]
    fn a_value_that_cannot_be_read_names_where_it_stood_and_what_was_expected() {
        for (flags, variables, expected) in [
            (vec![("workers", "0")], vec![], "--workers: \"0\" is not a number from 1 on"),
            (vec![], vec![("NOTES_DRAIN_DELAY", "5")], "NOTES_DRAIN_DELAY: \"5\" is not a time: write 500ms, 5s or 2m"),
            (vec![("drain-delay", "99999999999s")], vec![], "--drain-delay: \"99999999999s\" is not a time: write 500ms, 5s or 2m"),
        ] {
            assert_eq!(from(&flags, &variables).expect_err("not valid"), expected);
        }
    }
}
