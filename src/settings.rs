//! The settings of `serve`, each a flag and an environment variable: one table for the command line, the environment and `--help`.

use std::num::{NonZeroU32, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

use graven_serve::limits::MIN_HEADER_BYTES;
use graven_serve::{AccessLog, Config, LogFormat};

use crate::failure::WITHOUT_TLS;

/// A setting of `serve`.
pub(crate) struct Setting {
    /// `listen`, for `--listen`.
    pub(crate) flag: &'static str,
    /// The name of its value in the help.
    pub(crate) value: &'static str,
    /// What it does, and its default.
    pub(crate) text: &'static str,
    /// Puts a value into the configuration; the error is what was expected.
    apply: fn(&mut Config, &str) -> Result<(), String>,
}

impl Setting {
    /// The environment variable: `NOTES_DRAIN_DELAY` for `--drain-delay`.
    pub(crate) fn variable(&self) -> String {
        format!("{PREFIX}{}", self.flag.to_ascii_uppercase().replace('-', "_"))
    }

    fn set(&self, config: &mut Config, name: &str, value: &str) -> Result<(), String> {
        (self.apply)(config, value).map_err(|expected| format!("{name}: expected {expected}, found {value:?}"))
    }
}

/// The maximum number of workers. More cores are of no use to a site, and each worker costs a thread, descriptors and memory even when it is idle.
const MAX_WORKERS: usize = 1024;

/// The prefix of every variable.
const PREFIX: &str = "NOTES_";

/// Variables of the build, which may still be set when the executable is started.
const BUILD_VARIABLES: [&str; 1] = ["NOTES_BASE_URL"];

/// All settings, in the order of the help.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        flag: "listen",
        value: "ADDR",
        text: LISTEN,
        apply: |config, value| add(&mut config.listen, value, LISTEN_EXPECTED),
    },
    #[cfg(feature = "tls")]
    Setting {
        flag: "tls-certificate",
        value: "FILE",
        text: "certificate for HTTPS with those that lead to its authority, in PEM; read again on SIGHUP [default: none]",
        apply: |config, value| file(&mut config.tls.certificate, value),
    },
    #[cfg(feature = "tls")]
    Setting {
        flag: "tls-key",
        value: "FILE",
        text: "private key of that certificate, in PEM; may be the same file, and must not be readable by every user [default: none]",
        apply: |config, value| file(&mut config.tls.key, value),
    },
    #[cfg(feature = "tls")]
    Setting {
        flag: "tls-state",
        value: "DIR",
        text: "in place of both: the --state folder of `notes certificate`, or the `served` in it, which is all that is read; until it does, port 80 serves the site [default: none]",
        apply: |config, value| file(&mut config.tls.state, value),
    },
    #[cfg(feature = "tls")]
    Setting {
        flag: "hsts",
        value: "VALUE",
        text: "Strict-Transport-Security over HTTPS, such as `max-age=63072000; includeSubDomains; preload`, or off; browsers do not go back before its end [default: max-age=3600]",
        apply: |config, value| {
            let expected = "off, or a value such as `max-age=86400` or `max-age=63072000; includeSubDomains; preload`";
            set(&mut config.tls.hsts, parsed(value, expected))
        },
    },
    Setting {
        flag: "workers",
        value: "N",
        text: "number of threads that answer requests [default: one per core]",
        apply: |config, value| set(&mut config.workers, workers(value)),
    },
    Setting {
        flag: "drain-delay",
        value: "TIME",
        text: "on SIGTERM, how long to keep accepting connections, so that a load balancer notices [default: 0s]",
        apply: |config, value| set(&mut config.drain_delay, duration(value)),
    },
    Setting {
        flag: "drain-deadline",
        value: "TIME",
        text: "on SIGTERM, how long to wait for requests in progress [default: 10s]",
        apply: |config, value| set(&mut config.drain_deadline, duration_above_zero(value)),
    },
    Setting {
        flag: "connections",
        value: "N",
        text: "maximum number of connections; over it, the least valuable are closed, idle ones first [default: 16384 idle connections, fewer if memory or descriptors allow fewer; a busy one counts for more]",
        apply: |config, value| set(&mut config.limits.connections, parsed(value, "a number, at least 1").map(Some)),
    },
    Setting {
        flag: "idle-time",
        value: "TIME",
        text: "how long a connection may be idle [default: 75s]",
        apply: |config, value| set(&mut config.limits.idle_time, duration_above_zero(value)),
    },
    Setting {
        flag: "header-time",
        value: "TIME",
        text: "how long a client may take to send a request head (408 if exceeded) [default: 10s]",
        apply: |config, value| set(&mut config.limits.header_time, duration_above_zero(value)),
    },
    Setting {
        flag: "header-bytes",
        value: "N",
        text: "maximum request head size in bytes (431 if exceeded) [default: 16384]",
        apply: |config, value| set(&mut config.limits.header_bytes, header_bytes(value)),
    },
    Setting {
        flag: "write-time",
        value: "TIME",
        text: "how long a client may read nothing of its response; then the connection is closed, or the HTTP/2 stream reset [default: 30s]",
        apply: |config, value| set(&mut config.limits.write_time, duration_above_zero(value)),
    },
    Setting {
        flag: "h2-streams",
        value: "N",
        text: "maximum number of concurrent HTTP/2 streams per connection [default: 32]",
        apply: |config, value| {
            set(&mut config.limits.streams, parsed(value, "a number, at least 1").map(NonZeroU32::get))
        },
    },
    Setting {
        flag: "h2-resets",
        value: "N",
        text: "maximum number of HTTP/2 streams that are reset before they are answered, at a time; over it, the connection is closed [default: 20]",
        apply: |config, value| set(&mut config.limits.resets, parsed(value, "a number")),
    },
    Setting {
        flag: "admin",
        value: "ADDR",
        text: "second address, for /metrics, /healthz and /readyz; use a loopback or private address, such as 127.0.0.1:9090 [default: none]",
        apply: |config, value| {
            let expected = "an address such as 127.0.0.1:9090 or unix:/run/notes-admin.sock";
            set(&mut config.admin, parsed(value, expected).map(Some))
        },
    },
    Setting {
        flag: "access-log",
        value: "FORM",
        text: "write a line for each response to standard output: common, combined or json [default: none]",
        apply: |config, value| {
            let form = parsed::<LogFormat>(value, "common, combined or json");
            set(&mut config.access_log, form.map(|form| Some(AccessLog::new(form))))
        },
    },
    Setting {
        flag: "trusted-proxy",
        value: "CIDR",
        text: "network of proxies that may name the client in the log: 10.0.0.0/8, an address, or unix; may be repeated like --listen [default: none]",
        apply: |config, value| add(&mut config.trusted_proxies, value, "a network such as 10.0.0.0/8, ::1 or unix"),
    },
    Setting {
        flag: "client-address-field",
        value: "FIELD",
        text: "field in which a trusted proxy names the client: X-Forwarded-For, CF-Connecting-IP, Forwarded, or another [default: X-Forwarded-For]",
        apply: |config, value| {
            set(&mut config.client_address_field, parsed(value, "the name of a field, such as X-Forwarded-For"))
        },
    },
];

#[cfg(feature = "tls")]
const LISTEN: &str = "address to listen on: IP:PORT, [::]:PORT (IPv4 and IPv6) or unix:PATH; https:IP:PORT for HTTPS, redirect:IP:PORT to redirect to it and answer the challenges of `notes certificate`; may be repeated, and the variable takes a list with commas [default: the sockets that systemd passes, else [::]:8080; with a certificate https:[::]:8443 and redirect:[::]:8080]";
#[cfg(not(feature = "tls"))]
const LISTEN: &str = "address to listen on: IP:PORT, [::]:PORT (IPv4 and IPv6) or unix:PATH; may be repeated, and the variable takes a list with commas [default: the sockets that systemd passes, else [::]:8080]";

#[cfg(feature = "tls")]
const LISTEN_EXPECTED: &str = "an address such as [::]:8080, 127.0.0.1:8080 or unix:/run/notes.sock, or with HTTPS https:[::]:8443 and redirect:[::]:8080 (an address and a port; no name, no slashes)";
#[cfg(not(feature = "tls"))]
const LISTEN_EXPECTED: &str = "an address such as [::]:8080, 127.0.0.1:8080 or unix:/run/notes.sock";

/// The environment variables with the prefix, sorted. An empty one counts as not set.
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

/// The configuration from flags (name and value, in order) and the [`environment`]. A flag overrides its variable; both override the default.
pub(crate) fn configure(flags: &[(String, String)], environment: &[(String, String)]) -> Result<Config, String> {
    for (name, value) in environment {
        check_known(name, value)?;
    }
    let mut config = Config::default();
    for setting in SETTINGS {
        let mut values = flags.iter().filter(|(flag, _)| flag == setting.flag).map(|(_, value)| value).peekable();
        let variable = setting.variable();
        let from_environment = environment.iter().find(|(name, _)| *name == variable && values.peek().is_none());
        if let Some((_, value)) = from_environment {
            setting.set(&mut config, &variable, value)?;
        }
        for value in values {
            setting.set(&mut config, &format!("--{}", setting.flag), value)?;
        }
    }
    Ok(config)
}

/// Refuses a variable that nothing reads, because it is probably misspelt.
fn check_known(name: &str, value: &str) -> Result<(), String> {
    let known: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
    if known.iter().any(|known| known == name) || BUILD_VARIABLES.contains(&name) || is_of_cluster(name, value) {
        return Ok(());
    }
    if cfg!(not(feature = "tls")) && (name.starts_with("NOTES_TLS_") || name == "NOTES_HSTS") {
        return Err(format!("{name}: {WITHOUT_TLS}"));
    }
    let nearest = known.iter().min_by_key(|known| strsim::levenshtein(known, name));
    let nearest = nearest.map(String::as_str).unwrap_or_default();
    Err(format!("{name}: there is no such variable; the nearest is {nearest}; correct it or unset it"))
}

/// Whether Kubernetes or Docker has set a variable: for each service whose name begins with `notes` they set `NOTES_…_SERVICE_HOST`,
/// `_SERVICE_PORT`, `_SERVICE_PORT_HTTP`, `_PORT`, `_PORT_80_TCP`, `_PORT_80_TCP_ADDR` and others.
fn is_of_cluster(name: &str, value: &str) -> bool {
    let is_service = ["_SERVICE_HOST", "_SERVICE_PORT"].iter().any(|part| name.contains(part));
    let is_address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let is_port = name.contains("_PORT_") && ["_TCP_", "_UDP_", "_SCTP_"].iter().any(|part| name.contains(part));
    is_service || (is_address && name.contains("_PORT")) || is_port
}

/// Puts a value into a field, if there is one.
fn set<T>(field: &mut T, value: Result<T, String>) -> Result<(), String> {
    *field = value?;
    Ok(())
}

/// Adds the values of a list with commas.
fn add<T: FromStr>(list: &mut Vec<T>, text: &str, expected: &str) -> Result<(), String> {
    for value in text.split(',') {
        list.push(parsed(value.trim(), expected)?);
    }
    Ok(())
}

fn parsed<T: FromStr>(text: &str, expected: &str) -> Result<T, String> {
    text.parse().map_err(|_| expected.to_owned())
}

#[cfg(feature = "tls")]
fn file(field: &mut Option<std::path::PathBuf>, text: &str) -> Result<(), String> {
    set(field, if text.is_empty() { Err("a path".to_owned()) } else { Ok(Some(text.into())) })
}

fn workers(text: &str) -> Result<NonZeroUsize, String> {
    let expected = format!("a number from 1 to {MAX_WORKERS} (one per core is enough)");
    let workers = text.parse::<NonZeroUsize>().ok().filter(|workers| workers.get() <= MAX_WORKERS);
    workers.ok_or(expected)
}

/// hyper needs a buffer of at least [`MIN_HEADER_BYTES`].
fn header_bytes(text: &str) -> Result<usize, String> {
    let bytes = text.parse().ok().filter(|bytes| *bytes >= MIN_HEADER_BYTES);
    bytes.ok_or_else(|| format!("a number of bytes, at least {MIN_HEADER_BYTES}"))
}

/// Parses `500ms`, `5s` or `2m`.
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
        _ => Err("a time such as 500ms, 5s or 2m".to_owned()),
    }
}

/// Like [`duration`], but not zero: with no time at all, every connection would end before its response.
fn duration_above_zero(text: &str) -> Result<Duration, String> {
    let duration = duration(text)?;
    if duration.is_zero() { Err("a time above 0, such as 500ms, 5s or 2m".to_owned()) } else { Ok(duration) }
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
    fn without_settings_the_default_is_used() {
        assert_eq!(from(&[], &[]).expect("no settings").listen, Config::default().listen);
    }

    #[test]
    fn a_flag_overrides_its_variable() {
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
    fn a_limit_of_no_time_is_refused() {
        for flag in ["idle-time", "header-time", "write-time", "drain-deadline"] {
            for zero in ["0s", "0ms", "00m"] {
                let expected = format!("--{flag}: expected a time above 0, such as 500ms, 5s or 2m, found {zero:?}");
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
            let expected = format!("{name}: there is no such variable; the nearest is {nearest}");
            assert!(error.starts_with(&expected) && error.ends_with("correct it or unset it"), "{error}");
        }
    }

    #[test]
    fn variables_of_the_build_and_of_a_cluster_are_ignored() {
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
    fn a_wrong_value_is_reported_with_its_name_and_what_was_expected() {
        for (flag, variable, value, expected) in [
            ("workers", "NOTES_WORKERS", "0", "a number from 1 to 1024 (one per core is enough)"),
            ("workers", "NOTES_WORKERS", "100000", "a number from 1 to 1024 (one per core is enough)"),
            ("drain-delay", "NOTES_DRAIN_DELAY", "5", "a time such as 500ms, 5s or 2m"),
            ("drain-delay", "NOTES_DRAIN_DELAY", "99999999999s", "a time such as 500ms, 5s or 2m"),
            ("header-bytes", "NOTES_HEADER_BYTES", "8191", "a number of bytes, at least 8192"),
            ("connections", "NOTES_CONNECTIONS", "0", "a number, at least 1"),
            ("admin", "NOTES_ADMIN", "9090", "an address such as 127.0.0.1:9090 or unix:/run/notes-admin.sock"),
            ("access-log", "NOTES_ACCESS_LOG", "yes", "common, combined or json"),
            ("trusted-proxy", "NOTES_TRUSTED_PROXY", "::1,10/8", "a network such as 10.0.0.0/8, ::1 or unix"),
            (
                "client-address-field",
                "NOTES_CLIENT_ADDRESS_FIELD",
                "a b",
                "the name of a field, such as X-Forwarded-For",
            ),
        ] {
            let error = from(&[(flag, value)], &[]).expect_err(value);
            assert_eq!(error, format!("--{flag}: expected {expected}, found {value:?}"));
            let error = from(&[], &[(variable, value)]).expect_err(value);
            assert_eq!(error, format!("{variable}: expected {expected}, found {value:?}"));
        }
    }
}
