//! What the CA says when it refuses (RFC 7807; RFC 8555, 6.7), and what the operator can do about it.

use std::fmt;

use graven_time::Time;

use crate::json::Value;

/// What the types of ACME begin with.
const PREFIX: &str = "urn:ietf:params:acme:error:";

/// The most characters of the CA's text that are shown.
const MAX_TEXT: usize = 600;

/// Why the CA refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// `rateLimited`, `dns`, `connection` and others of the RFC; other types as they are.
    pub kind: String,
    /// The CA's explanation.
    pub detail: String,
    /// The name that is refused, if it is only one.
    pub name: Option<String>,
    /// A document for the operator to read.
    pub(crate) instance: Option<String>,
    /// The same for each name.
    pub subproblems: Vec<Problem>,
    /// The CA asks not to be asked again before.
    pub retry_after: Option<Time>,
}

impl Problem {
    /// The problem of a challenge or an order.
    pub(crate) fn from_json(value: &Value) -> Self {
        let text = |name: &str| value.text(name).map(printable);
        let kind = text("type").unwrap_or_default();
        Self {
            kind: kind.strip_prefix(PREFIX).unwrap_or(&kind).to_owned(),
            detail: text("detail").unwrap_or_default(),
            name: value.get("identifier").and_then(|identifier| identifier.text("value")).map(printable),
            instance: text("instance"),
            // They have none of their own (RFC 8555, 6.7.1).
            subproblems: value
                .array("subproblems")
                .iter()
                .map(|part| Self { subproblems: Vec::new(), ..Self::from_json(part) })
                .collect(),
            retry_after: None,
        }
    }

    /// The same, said of a name.
    pub(crate) fn of(mut self, name: &str) -> Self {
        self.name.get_or_insert_with(|| name.to_owned());
        self
    }

    /// What the operator can do; empty if nobody knows.
    fn fix(&self) -> &'static str {
        match self.kind.as_str() {
            "connection" => {
                "forward port 80 (for tls-alpn-01: 443) of the router to this machine, open it in the firewall, and compare the name's A and AAAA records with this machine's addresses"
            }
            "dns" => {
                "give the name an A or AAAA record with this machine's public address, and wait until other resolvers see it"
            }
            "unauthorized" => {
                "the name leads to another server: compare its A and AAAA records with this machine's addresses, and check that the server runs with this state folder"
            }
            "incorrectResponse" => {
                "another server or a proxy answers for the name: let it pass on /.well-known/acme-challenge/"
            }
            "tls" => {
                "another server answers on port 443, or a proxy ends TLS before this machine: use --challenge http-01"
            }
            "caa" => "a CAA record of the name permits other CAs only: add this CA to it, or remove it",
            "rateLimited" => "wait; `notes certificate renew` asks again when the CA permits it",
            "rejectedIdentifier" => {
                "this CA gives no certificate for the name: check its spelling, and that it is public"
            }
            "unsupportedIdentifier" => "name a DNS name with --domain",
            "userActionRequired" => {
                "read the CA's new terms, and run `notes certificate obtain` again with --agree-to-terms"
            }
            "externalAccountRequired" => {
                "make a key for an external account at the CA's site, and name it with --eab-key-id ID --eab-key-file FILE"
            }
            "invalidContact" | "unsupportedContact" => "correct the address of --email, or leave it out",
            "serverInternal" => "the CA has a failure; try again later",
            _ => "",
        }
    }
}

/// Text of the CA as it can be printed: one line, no control characters, of bounded length.
pub(crate) fn printable(text: &str) -> String {
    let plain = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    plain.take(MAX_TEXT).collect::<String>().trim().to_owned()
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_deref().map(|name| format!("{name}: ")).unwrap_or_default();
        let kind = if self.kind.is_empty() { "" } else { " (" };
        let end = if self.kind.is_empty() { "" } else { ")" };
        write!(f, "{name}the CA refuses: {}{kind}{}{end}", self.detail.trim_end_matches('.'), self.kind)?;
        if let Some(until) = self.retry_after {
            write!(f, "; not before {until}")?;
        }
        if let Some(instance) = &self.instance {
            write!(f, "; see {instance}")?;
        }
        if !self.fix().is_empty() {
            write!(f, "; {}", self.fix())?;
        }
        for part in &self.subproblems {
            write!(f, "\n  {part}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str) -> String {
        Problem::from_json(&Value::parse(json).expect("JSON")).to_string()
    }

    #[test]
    fn a_problem_is_one_line_for_each_name_with_what_to_do() {
        for (json, expected) in [
            (
                r#"{"type":"urn:ietf:params:acme:error:caa","detail":"CAA forbids.","identifier":{"type":"dns","value":"a.example"}}"#,
                "a.example: the CA refuses: CAA forbids (caa); a CAA record of the name permits other CAs only: add this CA to it, or remove it",
            ),
            (
                r#"{"type":"urn:ietf:params:acme:error:malformed","detail":"Some","subproblems":[
                    {"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"No","identifier":{"type":"dns","value":"b.example"}},
                    {"type":"about:blank","detail":"Other","subproblems":[{"detail":"deeper"}]}]}"#,
                "the CA refuses: Some (malformed)\n  b.example: the CA refuses: No (rejectedIdentifier); this CA gives no certificate for the name: check its spelling, and that it is public\n  the CA refuses: Other (about:blank)",
            ),
            (r#"{"detail":"red \u001b[31m\nnext"}"#, "the CA refuses: red  [31m next"),
            (
                r#"{"type":"urn:ietf:params:acme:error:userActionRequired","detail":"Terms","instance":"https://ca.example/terms"}"#,
                "the CA refuses: Terms (userActionRequired); see https://ca.example/terms; read the CA's new terms, and run `notes certificate obtain` again with --agree-to-terms",
            ),
        ] {
            assert_eq!(shown(json), expected);
        }
    }
}
