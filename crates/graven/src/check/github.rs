//! The report as workflow commands of GitHub Actions, which shows each at its line of a pull request.

use std::fmt::Write as _;

use graven_press::diagnostic::Severity;

use super::finding::Finding;

/// A line for each error and warning.
pub(super) fn render(findings: &[Finding]) -> String {
    findings.iter().map(command).collect()
}

/// `::error file=posts/a.md,line=1,col=2,title=what is wrong::what to do`
fn command(finding: &Finding) -> String {
    let mut command = match finding.diagnostic.severity {
        Severity::Error => "::error ",
        Severity::Warning => "::warning ",
    }
    .to_owned();
    if let Some(path) = &finding.path {
        let _ = write!(command, "file={},", property(path.strip_prefix("./").unwrap_or(path)));
    }
    if let Some(place) = &finding.place {
        let _ = write!(command, "line={},col={},", place.start.line, place.start.column);
    }
    let message = &finding.diagnostic.message;
    let details = Some(finding.details()).filter(|details| !details.is_empty());
    let _ = writeln!(command, "title={}::{}", property(message), data(details.as_ref().unwrap_or(message)));
    command
}

/// What follows the colons: a line break would end the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property: a colon would end all of them, and a comma this one.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn nothing_in_a_text_ends_a_command_or_a_property() {
        let text = "50 %, a::b\r\nc%0Ad";
        assert_eq!(data(text), "50 %25, a::b%0D%0Ac%250Ad");
        assert_eq!(property(text), "50 %25%2C a%3A%3Ab%0D%0Ac%250Ad");
    }
}
