//! The certificate that all workers show, and its replacement while they serve.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use graven_x509::Validity;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::certificate::{Certificate, read};
use super::challenge;
use super::settings::{Source, TlsError};
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

    /// Reads the certificate again, for all handshakes from now on. After an error the old one stays, and so it does if there is no file.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        let next = load(&self.source)?;
        if let (None, true, Source::Folder(folder)) = (&next, self.has_certificate(), &self.source) {
            return Err(TlsError::Unusable { path: folder.clone(), why: "there is no certificate in it".to_owned() });
        }
        // No panic is possible while it is held.
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
        Ok(())
    }

    fn current(&self) -> Option<Arc<Certificate>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn has_certificate(&self) -> bool {
        self.current().is_some()
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
            Source::Folder(folder) => Some(folder.join("challenges")),
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
            why: "there is no such folder: create it, since it cannot be found later, when this program has given up its rights".to_owned(),
        }),
        Source::Folder(folder) => {
            let file = folder.join("certificate.pem");
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
