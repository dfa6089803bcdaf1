//! What TLS is configured with, and why it cannot start.

use std::path::{Path, PathBuf};
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

    /// The directives that browsers know (RFC 6797 §6.1 and hstspreload.org), each at most once, in any order. They ignore others, such as
    /// misspelt ones.
    fn from_str(text: &str) -> Result<Self, InvalidHsts> {
        if text.eq_ignore_ascii_case("off") {
            return Ok(Hsts::Off);
        }
        let mut has = [false; 3];
        for directive in text.split(';').map(str::trim).filter(|directive| !directive.is_empty()) {
            let (name, value) =
                directive.split_once('=').map_or((directive, None), |(name, value)| (name, Some(value)));
            let known = ["max-age", "includeSubDomains", "preload"];
            let index = known.iter().position(|known| known.eq_ignore_ascii_case(name.trim())).ok_or(InvalidHsts)?;
            let is_valid = if index == 0 { value.is_some_and(is_age) } else { value.is_none() };
            if !is_valid || std::mem::replace(&mut has[index], true) {
                return Err(InvalidHsts);
            }
        }
        HeaderValue::from_str(text).ok().filter(|_| has[0]).map(Hsts::On).ok_or(InvalidHsts)
    }
}

/// Whether it is a number of seconds, which may be in quotes.
fn is_age(value: &str) -> bool {
    let value = value.trim();
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    value.bytes().all(|byte| byte.is_ascii_digit()) && value.parse::<u32>().is_ok()
}

/// The error of parsing [`Hsts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidHsts;

impl fmt::Display for InvalidHsts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected `off`, or `max-age=` and a number of seconds, with `; includeSubDomains` and `; preload` if you like",
        )
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
    /// Instead of the files, a folder with `certificate.pem`, which holds both, and with `challenges/`, or one in which such a folder is called
    /// `served`. It may be empty at first.
    pub state: Option<PathBuf>,
    /// What browsers are told to remember: that this host has HTTPS.
    pub hsts: Hsts,
    /// The host in the addresses that the site gives itself, if they begin with `https://`. There is a warning if the certificate is not for it.
    pub host: Option<String>,
}

/// Where a certificate is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Files { certificate: PathBuf, key: PathBuf },
    Folder(PathBuf),
}

impl Source {
    /// Returns the file with the certificate.
    pub(super) fn certificate(&self) -> PathBuf {
        match self {
            Source::Files { certificate, .. } => certificate.clone(),
            Source::Folder(folder) => served(folder).join("certificate.pem"),
        }
    }
}

/// Returns the part of a state folder that a server reads. `notes certificate` creates it; it may itself be the folder that is set.
pub(super) fn served(folder: &Path) -> PathBuf {
    let served = folder.join(SERVED);
    if served.is_dir() { served } else { folder.to_owned() }
}

/// Returns the folder for `notes certificate --state`.
pub(super) fn state_of(folder: &Path) -> &Path {
    let parent = folder.parent().filter(|_| folder.file_name().is_some_and(|name| name == SERVED));
    parent.filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(folder)
}

/// Where `notes install --domain` shows its service the folder that notes-certificate.service fills (deploy/systemd/https/notes.service.conf).
pub(super) const OF_SERVICE: &str = "/run/notes-certificate";

/// Its name.
const SERVED: &str = "served";

impl TlsConfig {
    /// Returns whether any place of a certificate is set.
    pub(crate) fn is_set(&self) -> bool {
        self.certificate.is_some() || self.key.is_some() || self.state.is_some()
    }

    pub(super) fn source(&self) -> Result<Source, TlsError> {
        if self.folders().contains(&PathBuf::from("/")) {
            return Err(TlsError::WholeSystem);
        }
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
            .chain(self.state.as_deref().map(served))
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
    /// An address redirects to HTTPS, and none is for HTTPS.
    NothingToRedirectTo,
    /// One of two settings that belong together is missing.
    Missing(&'static str),
    /// Both the files and the folder are set.
    TwoSources,
    /// A file is in the root of all folders.
    WholeSystem,
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
            TlsError::NothingToRedirectTo => f.write_str(
                "an address redirects to HTTPS, and none is for HTTPS: add one, such as --listen https:[::]:8443, and its certificate",
            ),
            TlsError::Missing(flag) => write!(f, "{flag} is missing: a certificate and its key belong together, and may be in one file"),
            TlsError::TwoSources => f.write_str(
                "--tls-state names a folder with a certificate, and --tls-certificate or --tls-key another one: leave out either",
            ),
            TlsError::WholeSystem => f.write_str(
                "the certificate or its key is in `/`: move it into a folder of its own, since this program keeps the right to read the folder",
            ),
            TlsError::Read { path, source } => {
                write!(f, "{}: {source}; the user that runs this program must be able to read it", path.display())?;
                // By Landlock, since the start.
                let is_link = source.kind() == io::ErrorKind::PermissionDenied && path.is_symlink();
                f.write_str(if is_link { "; if it now leads to another folder, restart it" } else { "" })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hsts_has_directives_that_browsers_know() {
        for (text, is_valid) in [
            ("off", true),
            ("OFF", true),
            ("max-age=300", true),
            ("MAX-AGE=300", true),
            ("max-age=\"300\"", true),
            ("includeSubDomains; max-age=300;", true),
            ("max-age=63072000; includeSubDomains; preload", true),
            ("", false),
            ("forever", false),
            ("includeSubDomains", false),
            ("max-age", false),
            ("max-age=", false),
            ("max-age=+3", false),
            ("max-age=99999999999999999999", false),
            ("max-age=300; max-age=400", false),
            ("max-age=300; includeSubDomain", false),
            ("max-age=300; preload=1", false),
        ] {
            assert_eq!(text.parse::<Hsts>().is_ok(), is_valid, "{text}");
        }
    }

    #[test]
    fn a_server_does_not_keep_the_right_to_read_everything() {
        for (file, expected) in [("/key.pem", true), ("key.pem", false), ("/etc/key.pem", false)] {
            let tls = TlsConfig { certificate: Some(file.into()), key: Some(file.into()), ..TlsConfig::default() };
            assert_eq!(matches!(tls.source(), Err(TlsError::WholeSystem)), expected, "{file}");
        }
    }

    #[test]
    fn the_state_is_the_folder_around_the_one_that_is_served() {
        for (folder, state) in
            [("/var/lib/notes/served", "/var/lib/notes"), ("/srv/tls", "/srv/tls"), ("served", "served")]
        {
            assert_eq!(state_of(Path::new(folder)), Path::new(state));
        }
    }
}
