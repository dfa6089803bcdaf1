//! What TLS is configured with, and why it cannot start.

use std::path::PathBuf;
use std::str::FromStr;
use std::{fmt, io};

use http::HeaderValue;

/// The value of `Strict-Transport-Security` (RFC 6797 §6.1), or `off`.
///
/// ```
/// use graven_serve::Hsts;
///
/// assert!("max-age=63072000; includeSubDomains; preload".parse::<Hsts>().is_ok());
/// assert!("off".parse::<Hsts>().is_ok());
/// assert!("forever".parse::<Hsts>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hsts {
    /// The field is not sent.
    Off,
    /// The field is sent over HTTPS.
    On(HeaderValue),
}

/// One hour: long enough to see it work, and short enough to go back. docs/pages/https.md says how to raise it.
impl Default for Hsts {
    fn default() -> Self {
        Hsts::On(HeaderValue::from_static("max-age=3600"))
    }
}

impl FromStr for Hsts {
    type Err = InvalidHsts;

    /// The value has to begin with the one directive that it must have (RFC 6797 §6.1.1).
    fn from_str(text: &str) -> Result<Self, InvalidHsts> {
        if text == "off" {
            return Ok(Hsts::Off);
        }
        let age = text.strip_prefix("max-age=").map(|rest| rest.split(';').next().unwrap_or_default().trim());
        let is_age = age.is_some_and(|age| !age.is_empty() && age.bytes().all(|byte| byte.is_ascii_digit()));
        HeaderValue::from_str(text).ok().filter(|_| is_age).map(Hsts::On).ok_or(InvalidHsts)
    }
}

/// The error of parsing [`Hsts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHsts;

impl fmt::Display for InvalidHsts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected `off`, or a value that begins with `max-age=` and a number of seconds")
    }
}

impl std::error::Error for InvalidHsts {}

/// Where a server's certificate is: in two files, or in a folder that `notes certificate` fills.
///
/// ```
/// use graven_serve::{Config, TlsConfig};
///
/// let tls = TlsConfig { certificate: Some("/etc/notes/chain.pem".into()), key: Some("/etc/notes/key.pem".into()), ..TlsConfig::default() };
/// let config = Config { listen: vec!["https:[::]:443".parse()?, "redirect:[::]:80".parse()?], tls, ..Config::default() };
/// assert_eq!(config.listen[0].url(), "https://localhost:443/");
/// # Ok::<(), graven_serve::InvalidAddress>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsConfig {
    /// The certificate and those that lead to its authority, in PEM.
    pub certificate: Option<PathBuf>,
    /// Its private key, in PEM; may be the same file. Users other than its owner and its group must not be able to read it.
    pub key: Option<PathBuf>,
    /// Instead of the files, a folder with `certificate.pem`, which holds both, and with `challenges/`. It may be empty at first.
    pub state: Option<PathBuf>,
    /// What browsers are told to remember: that this host has HTTPS.
    pub hsts: Hsts,
}

/// Where a certificate is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Files { certificate: PathBuf, key: PathBuf },
    Folder(PathBuf),
}

impl TlsConfig {
    /// Returns whether any place of a certificate is set.
    pub(crate) fn is_set(&self) -> bool {
        self.certificate.is_some() || self.key.is_some() || self.state.is_some()
    }

    pub(super) fn source(&self) -> Result<Source, TlsError> {
        match (&self.certificate, &self.key, &self.state) {
            (Some(certificate), Some(key), None) => {
                Ok(Source::Files { certificate: certificate.clone(), key: key.clone() })
            }
            (None, None, Some(folder)) => Ok(Source::Folder(folder.clone())),
            (None, None, None) => Err(TlsError::NoCertificate),
            (_, _, Some(_)) => Err(TlsError::TwoSources),
            (None, ..) => Err(TlsError::Missing("--tls-certificate")),
            (_, None, _) => Err(TlsError::Missing("--tls-key")),
        }
    }

    /// Returns the folders that a running server reads: those that hold the files, and those that symbolic links lead to.
    #[must_use]
    pub fn folders(&self) -> Vec<PathBuf> {
        let files = [&self.certificate, &self.key].into_iter().flatten();
        let linked = files.clone().filter_map(|file| file.canonicalize().ok());
        let mut folders: Vec<_> = files
            .cloned()
            .chain(linked)
            .filter_map(|file| {
                file.parent().map(|folder| if folder.as_os_str().is_empty() { ".".into() } else { folder.to_owned() })
            })
            .chain(self.state.clone())
            .collect();
        folders.sort();
        folders.dedup();
        folders
    }
}

/// The reason that TLS cannot start, or that a new certificate is not used.
#[derive(Debug)]
pub enum TlsError {
    /// An address is for HTTPS, and there is no certificate.
    NoCertificate,
    /// There is a certificate, and no address is for HTTPS.
    NoAddress,
    /// One of two settings that belong together is missing.
    Missing(&'static str),
    /// Both the files and the folder are set.
    TwoSources,
    /// A file cannot be read.
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file was read, and cannot be used.
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        why: String,
    },
    /// The cryptography cannot be set up.
    Negotiation {
        /// The error of rustls.
        source: rustls::Error,
    },
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TlsError::NoCertificate => f.write_str(
                "HTTPS needs a certificate: name its files with --tls-certificate and --tls-key, or the folder that `notes certificate` fills with --tls-state",
            ),
            TlsError::NoAddress => f.write_str(
                "there is a certificate, and no address that uses it: add --listen https:[::]:443, and --listen redirect:[::]:80 for the redirects to it",
            ),
            TlsError::Missing(flag) => write!(f, "{flag} is missing: a certificate and its key belong together, and may be in one file"),
            TlsError::TwoSources => f.write_str(
                "--tls-state names a folder with a certificate, and --tls-certificate or --tls-key another one: leave out either",
            ),
            TlsError::Read { path, source } => {
                write!(f, "{}: {source}; the user that runs this program must be able to read it", path.display())
            }
            TlsError::Unusable { path, why } => write!(f, "{}: {why}", path.display()),
            TlsError::Negotiation { source } => write!(f, "cannot prepare TLS: {source}"),
        }
    }
}

impl std::error::Error for TlsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TlsError::Read { source, .. } => Some(source),
            TlsError::Negotiation { source } => Some(source),
            _ => None,
        }
    }
}
