//! What the command line asks for.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::Error;
use crate::state::Place;

/// Let's Encrypt's directory.
pub(crate) const PRODUCTION: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// Its directory for tests, whose certificates no browser trusts. Its limits are higher.
pub(crate) const STAGING: &str = "https://acme-staging-v02.api.letsencrypt.org/directory";

/// The most names of one certificate at Let's Encrypt.
const MAX_NAMES: usize = 100;

/// What `notes certificate obtain` and `renew` are told. What is not said is taken from the last time.
///
/// # Examples
/// ```
/// use graven_acme::{Authority, Settings};
///
/// let settings = Settings {
///     names: vec!["example.org".to_owned()],
///     authority: Some(Authority::Production),
///     agrees: true,
///     ..Settings::new("/var/lib/notes")
/// };
/// assert_eq!(settings.challenge, None);
/// ```
#[derive(Clone, Debug)]
pub struct Settings {
    /// The state folder.
    pub state: PathBuf,
    /// The names of the certificate.
    pub names: Vec<String>,
    /// Where the CA may write to.
    pub email: Option<String>,
    /// How the server proves that it has the names.
    pub challenge: Option<Challenge>,
    /// The CA.
    pub authority: Option<Authority>,
    /// The operator agrees to the terms of the CA.
    pub agrees: bool,
    /// A certificate file for the connection to the CA, in place of those of the system.
    pub root: Option<PathBuf>,
    /// What binds a new account to one at the CA's site, if the CA wants that. It is used once, and not kept.
    pub binding: Option<Binding>,
    /// Obtain a certificate although there is one that is good.
    pub force: bool,
    /// Renew although the last attempt failed and its pause is not over. A pause that the CA asks for is kept.
    pub now: bool,
}

/// An external account (RFC 8555, 7.3.4): what the CA's site gives to its customers.
///
/// # Examples
/// ```
/// let binding = graven_acme::Binding::new("kid-1", "c2VjcmV0Cg\n")?;
/// assert_eq!(format!("{binding:?}"), r#"Binding { id: "kid-1", .. }"#);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Binding {
    pub(crate) id: String,
    pub(crate) key: Vec<u8>,
}

impl Binding {
    /// The identifier of the key, and the key as sites show it: base64url, with spaces around it.
    ///
    /// # Errors
    /// The key is something else.
    pub fn new(id: impl Into<String>, key: &str) -> Result<Self, String> {
        let key = crate::encode::from_base64url(key.trim());
        let key = key.ok_or("expected the key (HMAC key) as the CA's site shows it: letters, digits, - and _")?;
        Ok(Self { id: id.into(), key })
    }
}

impl fmt::Debug for Binding {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binding").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Settings {
    /// Nothing but the state folder.
    #[must_use]
    pub fn new(state: impl Into<PathBuf>) -> Self {
        Self {
            state: state.into(),
            names: Vec::new(),
            email: None,
            challenge: None,
            authority: None,
            agrees: false,
            root: None,
            binding: None,
            force: false,
            now: false,
        }
    }
}

/// A CA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Let's Encrypt.
    Production,
    /// Let's Encrypt's CA for tests.
    Staging,
    /// The address of a CA's directory (RFC 8555, 7.1.1).
    Directory(String),
}

impl Authority {
    pub(crate) fn directory(&self) -> &str {
        match self {
            Self::Production => PRODUCTION,
            Self::Staging => STAGING,
            Self::Directory(url) => url,
        }
    }
}

/// Where the certificates of a CA are kept.
pub(crate) fn place(directory: &str) -> Place {
    if directory == STAGING { Place::Rehearsal } else { Place::Served }
}

/// How the CA checks that the server has a name.
///
/// # Examples
/// ```
/// assert_eq!("tls-alpn-01".parse(), Ok(graven_acme::Challenge::TlsAlpn01));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// A text at a path on port 80 (RFC 8555, 8.3).
    Http01,
    /// A certificate on port 443 (RFC 8737).
    TlsAlpn01,
}

impl Challenge {
    /// Its name in the protocol.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Http01 => "http-01",
            Self::TlsAlpn01 => "tls-alpn-01",
        }
    }
}

impl FromStr for Challenge {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = [Self::Http01, Self::TlsAlpn01].into_iter().find(|challenge| challenge.name() == text);
        known.ok_or_else(|| format!("expected http-01 or tls-alpn-01, found {text:?}"))
    }
}

/// Checks names before anything is asked: the same check that every command makes.
///
/// # Errors
/// A name cannot be in a certificate, or they are too many for one.
///
/// # Examples
/// ```
/// assert!(graven_acme::check_names(&["example.org".to_owned()]).is_ok());
/// assert!(graven_acme::check_names(&["example.org --force".to_owned()]).is_err());
/// ```
pub fn check_names(given: &[String]) -> Result<(), Error> {
    names(given).map(drop)
}

/// The names in lower case, sorted, each once. An error says which cannot be in a certificate.
pub(crate) fn names(given: &[String]) -> Result<Vec<String>, Error> {
    let mut names: Vec<_> = given.iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase()).collect();
    names.sort();
    names.dedup();
    for name in &names {
        check(name).map_err(|fix| Error::Local(format!("--domain {name}: {fix}")))?;
    }
    if names.len() > MAX_NAMES {
        return Err(Error::Local(format!("expected at most {MAX_NAMES} names, found {}", names.len())));
    }
    Ok(names)
}

/// Why a name cannot be in a certificate, and what to do.
fn check(name: &str) -> Result<(), &'static str> {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    if name.starts_with("*.") {
        Err("a wildcard needs a DNS challenge, which is not supported; name each host")
    } else if !name.is_ascii() {
        Err("write an international name in its ASCII form, which begins with xn--")
    } else if name.parse::<std::net::IpAddr>().is_ok() || name.starts_with('[') {
        Err("an address is no name; a certificate needs a DNS name")
    } else if name.len() > 253 || !name.split('.').all(is_label) || name.rsplit('.').next().is_some_and(is_number) {
        Err("expected a DNS name, such as example.org, without scheme, port or path")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_each_is_there_once() {
        let given = ["www.example.org", "Example.org.", "example.org", "xn--bcher-kva.example"].map(str::to_owned);
        assert_eq!(names(&given).expect("names"), ["example.org", "www.example.org", "xn--bcher-kva.example"]);
    }

    #[test]
    fn what_no_certificate_can_name_is_refused_with_a_reason() {
        let long = "a".repeat(64);
        for (name, expected) in [
            ("*.example.org", "wildcard"),
            ("bücher.example", "xn--"),
            ("192.0.2.1", "an address is no name"),
            ("::1", "an address is no name"),
            ("https://example.org", "without scheme"),
            ("example.org:443", "without scheme"),
            ("../example", "without scheme"),
            ("a..b", "without scheme"),
            ("192.0.2.256", "without scheme"),
            ("-a.example", "without scheme"),
            (&long, "without scheme"),
            ("", "without scheme"),
        ] {
            let error = names(&[name.to_owned()]).expect_err(name).to_string();
            assert!(error.contains(expected), "{name}: {error}");
        }
    }
}
