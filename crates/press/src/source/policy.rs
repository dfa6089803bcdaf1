//! `[policy]` of `site.toml`: the other hosts that pages may load from. Without it, there are none.

use super::table_reader::TableReader;
use crate::security_policy::Hosts;
use crate::span::Spanned;

/// Reads `[policy]`.
pub(super) fn read(reader: &mut TableReader<'_>) -> Hosts {
    let Some((table, place)) = reader.table("policy") else { return Hosts::default() };
    let mut reader = TableReader { path: reader.path, table, place: Some(place), report: reader.report };
    reader.only(&["images", "scripts", "frames", "connect", "forms"]);
    Hosts {
        images: sources("images", &mut reader),
        scripts: sources("scripts", &mut reader),
        frames: sources("frames", &mut reader),
        connect: sources("connect", &mut reader),
        forms: sources("forms", &mut reader),
    }
}

fn sources(key: &str, reader: &mut TableReader<'_>) -> Vec<String> {
    let mut sources = Vec::new();
    for host in reader.texts(key) {
        match source(&host.value) {
            Ok(source) if sources.contains(&source) => {}
            Ok(source) => sources.push(source),
            Err(error) => report(key, &host, error, reader),
        }
    }
    sources
}

fn report(key: &str, Spanned { value, span }: &Spanned<String>, error: &'static str, reader: &mut TableReader<'_>) {
    let rest = value.split_once("//").map_or(value.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
    let host = if source(host).is_ok() { host } else { "example.org" };
    let help = format!("write the host alone: {key} = [\"{host}\"]");
    reader.error(span.clone(), format!("\"{value}\" is not a host"), error, help);
}

/// The source of the policy (CSP 3 §2.3.1) for a host: `stats.example`, `*.example.org`, `example.org:8443`, each also with `https://`.
fn source(host: &str) -> Result<String, &'static str> {
    let host = host.to_ascii_lowercase();
    if host.starts_with("http://") {
        return Err("pages load from other hosts with https only");
    }
    let host = host.strip_prefix("https://").unwrap_or(&host);
    let host = host.strip_suffix('/').unwrap_or(host);
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let is_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let labels = || name.strip_prefix("*.").unwrap_or(name).split('.');
    let is_label = |label: &str| {
        let is_word = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_word && !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    if !is_port || !labels().all(is_label) {
        return Err("expected a name such as example.org or *.example.org");
    }
    if labels().count() < 2 && name != "localhost" {
        return Err("a host has a dot in its name");
    }
    Ok(format!("https://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_becomes_a_source_with_https() {
        for (host, expected) in [
            ("stats.example", Some("https://stats.example")),
            ("https://Stats.Example/", Some("https://stats.example")),
            ("*.example.org", Some("https://*.example.org")),
            ("example.org:8443", Some("https://example.org:8443")),
            ("http://example.org", None),
            ("https://example.org/path", None),
            ("example.org; script-src *", None),
            ("'unsafe-inline'", None),
            ("*", None),
            ("*.com:*", None),
            ("data:", None),
            ("example", None),
            ("-a.example", None),
            ("a..example", None),
            ("münchen.example", None),
            ("", None),
        ] {
            assert_eq!(source(host).ok().as_deref(), expected, "{host}");
        }
    }
}
