//! The report as one JSON object. docs/pages/graven.md describes it.

use graven_press::diagnostic::{Diagnostic, Position, Severity};
use serde_json::{Value, json};

use super::finding::Finding;

/// The report as text, with a newline at its end.
pub(super) fn render(findings: &[Finding]) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.diagnostic.severity == severity).count();
    let report = json!({
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
        "diagnostics": findings.iter().map(diagnostic).collect::<Vec<_>>(),
    });
    format!("{report:#}\n")
}

fn diagnostic(finding: &Finding) -> Value {
    let Diagnostic { severity, message, label, help, code, .. } = finding.diagnostic;
    let suggestion = finding
        .fix
        .as_ref()
        .map(|(place, text)| json!({ "start": position(place.start), "end": position(place.end), "text": text }));
    json!({
        "severity": match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "code": Some(code).filter(|code| !code.is_empty()),
        "message": message,
        "label": label,
        "help": help,
        "path": finding.path,
        "start": finding.place.as_ref().map(|place| position(place.start)),
        "end": finding.place.as_ref().map(|place| position(place.end)),
        "suggestion": suggestion,
    })
}

fn position(position: Position) -> Value {
    json!({ "line": position.line, "column": position.column })
}
