//! What `serve` can be told, by flag or by environment variable: one table, from which the command line is read and `--help` is written.

use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

use graven_serve::limits::LEAST_HEADER_BYTES;
use graven_serve::{AccessLog, Address, Config, LogFormat, TrustedProxy};

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
        format!("{PREFIX}{}", self.flag.to_ascii_uppercase().replace('-', "_"))
    }

    fn set(&self, config: &mut Config, given: &str, value: &str) -> Result<(), String> {
        (self.apply)(config, value).map_err(|expected| format!("{given}: {value:?} is not {expected}"))
    }
}

/// The most threads that answer. No computer has more cores that are of use to a site, and each worker costs a thread, descriptors and memory even
/// if it has nothing to do.
const MOST_WORKERS: usize = 1024;

/// What every setting's variable begins with.
const PREFIX: &str = "NOTES_";

/// Variables of the build, which may be set where the executable is then started.
const OF_THE_BUILD: [&str; 1] = ["NOTES_BASE_URL"];

/// hyper reads as much at once.
const HEADER_BYTES_EXPECTED: &str = "a number of bytes from 8192 on";

/// All of them, in the order of the help.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        flag: "listen",
        value: "ADDR",
        text: "address to serve on: IP:PORT, [::]:PORT (both families) or unix:PATH; several by repeating it, or with commas in the variable [default: the sockets of systemd, without those [::]:8080]",
        apply: |config, value| {
            for address in value.split(',') {
                config.listen.push(
                    address.trim().parse::<Address>().map_err(|_| {
                        "an address: write [::]:8080, 127.0.0.1:8080 or unix:/run/notes.sock".to_owned()
                    })?,
                );
            }
            Ok(())
        },
    },
    Setting {
        flag: "workers",
        value: "N",
        text: "threads that answer [default: one a core]",
        apply: |config, value| {
            let workers = value.parse::<NonZeroUsize>().ok().filter(|workers| workers.get() <= MOST_WORKERS);
            config.workers =
                workers.ok_or_else(|| format!("a number from 1 to {MOST_WORKERS}: one a core is enough"))?;
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
            config.drain_deadline = duration_above_zero(value)?;
            Ok(())
        },
    },
    Setting {
        flag: "connections",
        value: "N",
        text: "connections at a time; beyond, the least valuable are closed, idle ones first [default: 16384 idle ones, or as many as memory and descriptors allow, and fewer of those that hold more]",
        apply: |config, value| {
            config.limits.connections = Some(number(value, "a number from 1 on")?);
            Ok(())
        },
    },
    Setting {
        flag: "idle-time",
        value: "TIME",
        text: "how long a connection may be without a request [default: 75s]",
        apply: |config, value| {
            config.limits.idle_time = duration_above_zero(value)?;
            Ok(())
        },
    },
    Setting {
        flag: "header-time",
        value: "TIME",
        text: "how long a request's head may take; then 408 [default: 10s]",
        apply: |config, value| {
            config.limits.header_time = duration_above_zero(value)?;
            Ok(())
        },
    },
    Setting {
        flag: "header-bytes",
        value: "N",
        text: "how long a request's head may be; beyond, 431 [default: 16384]",
        apply: |config, value| {
            let bytes = number(value, HEADER_BYTES_EXPECTED)?;
            config.limits.header_bytes =
                if bytes < LEAST_HEADER_BYTES { return Err(HEADER_BYTES_EXPECTED.to_owned()) } else { bytes };
            Ok(())
        },
    },
    Setting {
        flag: "write-time",
        value: "TIME",
        text: "how long a client may take nothing of its answer; then the connection is closed, or the HTTP/2 stream reset [default: 30s]",
        apply: |config, value| {
            config.limits.write_time = duration_above_zero(value)?;
            Ok(())
        },
    },
    Setting {
        flag: "h2-streams",
        value: "N",
        text: "HTTP/2 streams of a connection at a time [default: 32]",
        apply: |config, value| {
            config.limits.streams = number::<NonZeroU32>(value, "a number from 1 on")?.get();
            Ok(())
        },
    },
    Setting {
        flag: "h2-resets",
        value: "N",
        text: "HTTP/2 streams that may be reset at a time before they are answered; beyond, the connection is closed [default: 20]",
        apply: |config, value| {
            config.limits.resets = number(value, "a number")?;
            Ok(())
        },
    },
    Setting {
        flag: "admin",
        value: "ADDR",
        text: "second address, for /metrics, /healthz and /readyz; for this computer or a network of your own, as in 127.0.0.1:9090 [default: none]",
        apply: |config, value| {
            config.admin = Some(
                value
                    .parse::<Address>()
                    .map_err(|_| "an address: write 127.0.0.1:9090 or unix:/run/notes-admin.sock".to_owned())?,
            );
            Ok(())
        },
    },
    Setting {
        flag: "access-log",
        value: "FORM",
        text: "a line for each answer on standard output: common, combined or json [default: none]",
        apply: |config, value| {
            let form = value.parse::<LogFormat>().map_err(|_| "a form: write common, combined or json".to_owned())?;
            config.access_log = Some(AccessLog::new(form));
            Ok(())
        },
    },
    Setting {
        flag: "trusted-proxy",
        value: "CIDR",
        text: "proxies that may name the client in the log: 10.0.0.0/8, an address, or unix; several like --listen [default: none]",
        apply: |config, value| {
            for proxy in value.split(',') {
                config.trusted_proxies.push(
                    proxy
                        .trim()
                        .parse::<TrustedProxy>()
                        .map_err(|_| "a network: write 10.0.0.0/8, ::1 or unix".to_owned())?,
                );
            }
            Ok(())
        },
    },
    Setting {
        flag: "client-address-field",
        value: "FIELD",
        text: "the field in which a trusted proxy names the client: X-Forwarded-For, CF-Connecting-IP, Forwarded, or another [default: X-Forwarded-For]",
        apply: |config, value| {
            config.client_address_field =
                value.parse().map_err(|_| "the name of a field: write X-Forwarded-For or another".to_owned())?;
            Ok(())
        },
    },
];

/// The variables of this process that are meant for this executable, or look like it, sorted. One without a value is not set.
pub(crate) fn environment() -> Vec<(String, String)> {
    let variables =
        std::env::vars_os().map(|(name, value)| [name, value].map(|text| text.to_string_lossy().into_owned()));
    let mut own: Vec<_> = variables
        .filter(|[name, value]| name.starts_with(PREFIX) && !value.is_empty())
        .map(|[name, value]| (name, value))
        .collect();
    own.sort();
    own
}

/// The configuration from flags (name and value, in order) and the [`environment`]. A flag wins over its variable; both win over the default.
pub(crate) fn configure(flags: &[(String, String)], environment: &[(String, String)]) -> Result<Config, String> {
    for (name, value) in environment {
        check_known(name, value)?;
    }
    let mut config = Config::default();
    for setting in SETTINGS {
        let mut values = flags.iter().filter(|(flag, _)| flag == setting.flag).map(|(_, value)| value).peekable();
        let variable = setting.variable();
        let told = environment.iter().find(|(name, _)| *name == variable && values.peek().is_none());
        if let Some((_, value)) = told {
            setting.set(&mut config, &variable, value)?;
        }
        for value in values {
            setting.set(&mut config, &format!("--{}", setting.flag), value)?;
        }
    }
    Ok(config)
}

/// A variable that nothing reads is a misspelt one, and its reader should hear of it.
fn check_known(name: &str, value: &str) -> Result<(), String> {
    let known: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
    if known.iter().any(|known| known == name) || OF_THE_BUILD.contains(&name) || is_of_a_cluster(name, value) {
        return Ok(());
    }
    let nearest = known.iter().min_by_key(|known| strsim::levenshtein(known, name));
    let nearest = nearest.map(String::as_str).unwrap_or_default();
    Err(format!("{name}: there is no such variable, the nearest is {nearest}: correct it or unset it"))
}

/// Whether a variable was set by Kubernetes, or by Docker before it: for each service whose name begins with `notes` there are `_SERVICE_HOST`,
/// `_SERVICE_PORT`, `_SERVICE_PORT_HTTP`, `_PORT`, `_PORT_80_TCP`, `_PORT_80_TCP_ADDR` and others.
fn is_of_a_cluster(name: &str, value: &str) -> bool {
    let is_a_service = ["_SERVICE_HOST", "_SERVICE_PORT"].iter().any(|part| name.contains(part));
    let is_a_port = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let is_of_a_port = name.contains("_PORT_") && ["_TCP_", "_UDP_", "_SCTP_"].iter().any(|part| name.contains(part));
    is_a_service || (is_a_port && name.contains("_PORT")) || is_of_a_port
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

/// The same, where no time at all would end each connection before it is answered.
fn duration_above_zero(text: &str) -> Result<Duration, String> {
    let duration = duration(text)?;
    if duration.is_zero() { Err("a time above 0: write 500ms, 5s or 2m".to_owned()) } else { Ok(duration) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(flags: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<Config, String> {
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        configure(&owned(flags), &owned(variables))
    }

    #[test]
    fn nothing_told_is_the_default() {
        assert_eq!(from(&[], &[]).expect("no settings").listen, Config::default().listen);
    }

    #[test]
    fn a_flag_wins_over_its_variable() {
        let config =
            from(&[("workers", "3")], &[("NOTES_WORKERS", "2"), ("NOTES_DRAIN_DELAY", "5s")]).expect("valid settings");
        assert_eq!((config.workers.get(), config.drain_delay), (3, Duration::from_secs(5)));
    }

    #[test]
    fn addresses_add_up() {
        let config = from(&[("listen", "127.0.0.1:1"), ("listen", "unix:/run/x")], &[("NOTES_LISTEN", "[::]:9")])
            .expect("valid settings");
        assert_eq!(config.listen.len(), 2);
        assert_eq!(from(&[], &[("NOTES_LISTEN", "[::]:9, 127.0.0.1:8")]).expect("valid settings").listen.len(), 2);
    }

    #[test]
    fn no_time_at_all_is_refused_where_nothing_could_be_answered_in_it() {
        for flag in ["idle-time", "header-time", "write-time", "drain-deadline"] {
            for zero in ["0s", "0ms", "00m"] {
                let expected = format!("--{flag}: {zero:?} is not a time above 0: write 500ms, 5s or 2m");
                assert_eq!(from(&[(flag, zero)], &[]).expect_err("no time"), expected);
            }
            from(&[(flag, "1ms")], &[]).expect("a short time");
        }
        assert_eq!(from(&[("drain-delay", "0s")], &[]).expect("its default").drain_delay, Duration::ZERO);
    }

    #[test]
    fn a_variable_that_nothing_reads_is_refused_with_the_nearest_one() {
        for (name, value, nearest) in [
            ("NOTES_LISTN", "[::]:80", "NOTES_LISTEN"),
            ("NOTES_WORKER", "2", "NOTES_WORKERS"),
            ("NOTES_DRAIN_DEALINE", "2s", "NOTES_DRAIN_DEADLINE"),
            ("NOTES_ACCESSLOG", "json", "NOTES_ACCESS_LOG"),
            ("NOTES_PORT", "8080", "NOTES_"),
        ] {
            let error = from(&[], &[(name, value)]).expect_err(name);
            let expected = format!("{name}: there is no such variable, the nearest is {nearest}");
            assert!(error.starts_with(&expected) && error.ends_with("correct it or unset it"), "{error}");
        }
    }

    #[test]
    fn variables_of_the_build_and_of_a_cluster_are_none_of_ours() {
        for (name, value) in [
            ("NOTES_BASE_URL", "https://example.org"),
            ("NOTES_SERVICE_HOST", "10.43.0.7"),
            ("NOTES_SERVICE_PORT", "80"),
            ("NOTES_SERVICE_PORT_HTTP", "80"),
            ("NOTES_PORT", "tcp://10.43.0.7:80"),
            ("NOTES_PORT_80_TCP", "tcp://10.43.0.7:80"),
            ("NOTES_PORT_80_TCP_PROTO", "tcp"),
            ("NOTES_PORT_80_TCP_PORT", "80"),
            ("NOTES_PORT_80_TCP_ADDR", "10.43.0.7"),
            ("NOTES_METRICS_SERVICE_HOST", "10.43.0.8"),
            ("NOTES_METRICS_PORT_9090_TCP_ADDR", "10.43.0.8"),
        ] {
            from(&[], &[(name, value)]).expect(name);
        }
    }

    #[test]
    fn a_value_that_cannot_be_read_names_where_it_stood_and_what_was_expected() {
        for (flags, variables, expected) in [
            (vec![("workers", "0")], vec![], "--workers: \"0\" is not a number from 1 to 1024: one a core is enough"),
            (
                vec![("workers", "100000")],
                vec![],
                "--workers: \"100000\" is not a number from 1 to 1024: one a core is enough",
            ),
            (vec![], vec![("NOTES_DRAIN_DELAY", "5")], "NOTES_DRAIN_DELAY: \"5\" is not a time: write 500ms, 5s or 2m"),
            (vec![("header-bytes", "8191")], vec![], "--header-bytes: \"8191\" is not a number of bytes from 8192 on"),
            (vec![("connections", "0")], vec![], "--connections: \"0\" is not a number from 1 on"),
            (
                vec![("admin", "9090")],
                vec![],
                "--admin: \"9090\" is not an address: write 127.0.0.1:9090 or unix:/run/notes-admin.sock",
            ),
            (
                vec![("access-log", "yes")],
                vec![],
                "--access-log: \"yes\" is not a form: write common, combined or json",
            ),
            (
                vec![("trusted-proxy", "::1,10/8")],
                vec![],
                "--trusted-proxy: \"::1,10/8\" is not a network: write 10.0.0.0/8, ::1 or unix",
            ),
            (
                vec![("drain-delay", "99999999999s")],
                vec![],
                "--drain-delay: \"99999999999s\" is not a time: write 500ms, 5s or 2m",
            ),
        ] {
            assert_eq!(from(&flags, &variables).expect_err("not valid"), expected);
        }
    }
}
