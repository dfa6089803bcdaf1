//! The certificate that all workers show, and its replacement while they serve.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use graven_time::Time;
use graven_x509::{Validity, is_for};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::certificate::{Certificate, read};
use super::chain::doubts;
use super::challenge;
use super::settings::{Source, TlsError, served};
use crate::observe::stderr::report;

/// The certificate of a server.
#[derive(Debug)]
pub(crate) struct Store {
    source: Source,
    /// `None` until `notes certificate` has obtained one: handshakes fail.
    current: RwLock<Option<Arc<Certificate>>>,
}

impl Store {
    /// Reads the certificate for the first time. A damaged one of `notes certificate` counts as none: the authority asks this server before it
    /// gives another one.
    pub(super) fn open(source: Source) -> Result<Self, TlsError> {
        let current = match (load(&source), &source) {
            (Err(error), Source::Folder(folder)) if folder.is_dir() => {
                report(&format!("no HTTPS until `notes certificate renew` has mended it: {error}"));
                None
            }
            (loaded, _) => loaded?,
        };
        Ok(Store { source, current: RwLock::new(current) })
    }

    /// Reads the certificate again, for all handshakes from now on.
    pub(crate) fn reload(&self, now: Time) -> Result<(), TlsError> {
        self.replace(load(&self.source)?, now)
    }

    /// Replaces the certificate. The old one stays if there is no other, and if it is valid and the other is not: a link that leads to an old file,
    /// or a backup, must not end a site that works.
    fn replace(&self, next: Option<Arc<Certificate>>, now: Time) -> Result<(), TlsError> {
        let why = match (self.validity(), &next) {
            (Some(_), None) => Some("there is no certificate in it".to_owned()),
            (Some(current), Some(next)) if current.contains(now) && !next.validity.contains(now) => {
                let Validity { from, until } = next.validity;
                let is_over = now > until;
                Some(if is_over { format!("it expired at {until}") } else { format!("it is valid from {from} on") })
            }
            _ => None,
        };
        if let Some(why) = why {
            return Err(TlsError::Unusable { path: self.source.certificate(), why });
        }
        // No panic is possible while it is held.
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    /// Takes a certificate that `notes certificate` has renewed, in case that nobody has sent SIGHUP. Returns whether there was one. Errors are for SIGHUP
    /// to report.
    pub(super) fn take_renewed(&self, now: Time) -> bool {
        let Source::Folder(_) = self.source else { return false };
        let Ok(Some(next)) = load(&self.source) else { return false };
        let is_new = self.current().is_none_or(|current| current.key.cert != next.key.cert);
        is_new && self.replace(Some(next), now).is_ok()
    }

    /// Returns what clients will dislike about the certificate. `host` is the one that the pages of the site name.
    pub(super) fn doubts(&self, host: Option<&str>) -> Vec<String> {
        let Some(current) = self.current() else { return Vec::new() };
        let file = self.source.certificate();
        let with_file = |doubt| format!("warning: {}: {doubt}", file.display());
        doubts(&current.key.cert, host).into_iter().map(with_file).collect()
    }

    fn current(&self) -> Option<Arc<Certificate>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn has_certificate(&self) -> bool {
        self.current().is_some()
    }

    /// Returns whether there is a certificate for this host.
    pub(crate) fn is_for(&self, host: &str) -> bool {
        self.current().is_some_and(|certificate| is_for(&certificate.names, host))
    }

    pub(super) fn source(&self) -> &Source {
        &self.source
    }

    pub(crate) fn validity(&self) -> Option<Validity> {
        self.current().map(|certificate| certificate.validity)
    }

    pub(crate) fn has_challenges(&self) -> bool {
        self.challenges().is_some()
    }

    /// Returns the folder with the answers to challenges.
    pub(crate) fn challenges(&self) -> Option<PathBuf> {
        match &self.source {
            Source::Folder(folder) => Some(served(folder).join("challenges")),
            Source::Files { .. } => None,
        }
    }
}

/// Reads the certificate; `None` if there is none yet, which only the folder may lack.
fn load(source: &Source) -> Result<Option<Arc<Certificate>>, TlsError> {
    match source {
        Source::Files { certificate, key } => read(certificate, key).map(|read| Some(Arc::new(read))),
        Source::Folder(folder) if !folder.is_dir() => Err(TlsError::Unusable {
            path: folder.clone(),
            why: format!(
                "there is no such folder: create it (`mkdir -p -m 700 {}`), since it cannot be found later, when this program has given up its rights",
                folder.display()
            ),
        }),
        Source::Folder(_) => {
            let file = source.certificate();
            match read(&file, &file) {
                Ok(read) => Ok(Some(Arc::new(read))),
                Err(TlsError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        }
    }
}

impl ResolvesServerCert for Store {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // RFC 8737 §3: a challenge offers this protocol alone.
        if let (Some(mut protocols), Some(folder)) = (hello.alpn(), self.challenges())
            && protocols.next() == Some(challenge::PROTOCOL)
        {
            return challenge::certificate(&folder, hello.server_name()?).map(|certificate| certificate.key);
        }
        self.current().map(|certificate| Arc::clone(&certificate.key))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn a_renewed_certificate_is_taken_once() {
        let folder = std::env::temp_dir().join(format!("graven-store-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let store = Store::open(Source::Folder(folder.clone())).expect("an empty folder");
        let file = folder.join("certificate.pem");
        let write = |year: i32| {
            let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
            (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(year, 1, 1));
            let key = KeyPair::generate().expect("a key");
            let certificate = params.self_signed(&key).expect("a certificate").pem();
            fs::write(&file, key.serialize_pem() + &certificate).expect("a file");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("a file");
        };
        let now = Time(1_795_874_100);
        assert!(!store.take_renewed(now), "there is none");
        write(2100);
        assert!(store.take_renewed(now) && store.is_for("localhost"));
        assert!(!store.take_renewed(now), "it is the same");
        write(2021);
        assert!(!store.take_renewed(now), "it has expired");
        fs::write(&file, "damaged").expect("a file");
        assert!(!store.take_renewed(now) && store.has_certificate());
        write(2200);
        assert!(store.take_renewed(now));
        fs::remove_dir_all(folder).expect("a folder");
    }
}
