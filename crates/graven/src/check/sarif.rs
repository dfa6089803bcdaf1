//! The report as SARIF 2.1.0 (OASIS), the form in which code scanners and editors exchange findings.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;

use graven_press::diagnostic::{Position, Severity};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::finding::Finding;

/// What a URI contains as it is, besides letters and digits: the unreserved characters of RFC 3986 §2.3, and the slashes of a path.
const IN_A_URI: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The rules of diagnostics without a code. The order is that of `rule`.
const GENERAL: [(&str, &str); 2] = [
    ("content-error", "The site cannot be built."),
    ("content-warning", "The site can be built, but may not be what its author meant."),
];

/// The report as text, with a newline at its end.
pub(super) fn render(findings: &[Finding]) -> String {
    let codes: BTreeSet<&str> = findings.iter().map(|finding| finding.diagnostic.code).collect();
    let codes: Vec<&str> = codes.into_iter().filter(|code| !code.is_empty()).collect();
    let general = GENERAL.map(|(id, text)| json!({ "id": id, "shortDescription": { "text": text } }));
    let rules: Vec<Value> = general.into_iter().chain(codes.iter().map(|code| json!({ "id": code }))).collect();
    let report = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "graven", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(|finding| result(finding, &codes)).collect::<Vec<_>>(),
        }],
    });
    format!("{report:#}\n")
}

/// A result. `codes` are the rules after the general ones, in their order.
fn result(finding: &Finding, codes: &[&str]) -> Value {
    let (general, level) = match finding.diagnostic.severity {
        Severity::Error => (0, "error"),
        Severity::Warning => (1, "warning"),
    };
    let (rule, index) = match codes.binary_search(&finding.diagnostic.code) {
        Ok(own) => (codes[own], GENERAL.len() + own),
        Err(_) => (GENERAL[general].0, general),
    };
    let text = [finding.diagnostic.message.clone(), finding.details()].join("\n");
    let mut result = json!({
        "ruleId": rule,
        "ruleIndex": index,
        "level": level,
        "message": { "text": text.trim_end() },
        "locations": finding.path.iter().map(|path| location(path, finding)).collect::<Vec<_>>(),
    });
    if let (Some((place, text)), Some(path)) = (&finding.fix, &finding.path) {
        let replacement = json!({ "deletedRegion": region(place), "insertedContent": { "text": text } });
        let change = json!({ "artifactLocation": { "uri": uri(path) }, "replacements": [replacement] });
        result["fixes"] = json!([{ "artifactChanges": [change] }]);
    }
    result
}

fn location(path: &str, finding: &Finding) -> Value {
    let mut location = json!({ "artifactLocation": { "uri": uri(path) } });
    if let Some(place) = &finding.place {
        location["region"] = region(place);
    }
    json!({ "physicalLocation": location })
}

fn region(place: &Range<Position>) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

/// A relative path stays one, so that a reader can resolve it where it has the files.
fn uri(path: &str) -> String {
    let scheme = if Path::new(path).is_absolute() { "file://" } else { "" };
    format!("{scheme}{}", utf8_percent_encode(path.strip_prefix("./").unwrap_or(path), IN_A_URI))
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_becomes_a_uri() {
        for (path, expected) in [
            ("posts/a-b_c.~/index.md", "posts/a-b_c.~/index.md"),
            ("./posts/a.md", "posts/a.md"),
            ("my site/50%: é.md", "my%20site/50%25%3A%20%C3%A9.md"),
            ("/srv/site.toml", "file:///srv/site.toml"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
