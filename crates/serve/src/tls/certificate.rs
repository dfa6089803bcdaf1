//! Reads a certificate chain and its key from PEM files (RFC 7468), and refuses those that cannot work.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use graven_x509::{TbsCertificate, Validity};
use rustls::InconsistentKeys;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::settings::TlsError;

/// More than the largest chain needs. A file that is larger is no certificate.
const MOST_BYTES: u64 = 256 * 1024;

/// A certificate with its key.
#[derive(Debug)]
pub(crate) struct Certificate {
    pub(crate) key: Arc<CertifiedKey>,
    pub(crate) validity: Validity,
}

/// Reads a chain and its key, which may be in one file.
pub(crate) fn read(certificate: &Path, key: &Path) -> Result<Certificate, TlsError> {
    let chain_text = read_file(certificate)?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain_text)
        .collect::<Result<_, _>>()
        .map_err(|error| unusable(certificate, format!("it is not a certificate in PEM: {error}")))?;
    let first = chain.first().ok_or_else(|| {
        unusable(certificate, "it has no `BEGIN CERTIFICATE`: name the file with the whole chain, often fullchain.pem")
    })?;
    let validity = TbsCertificate::from_der(first)
        .ok_or_else(|| unusable(certificate, "its first certificate is damaged: copy the file again"))?
        .validity;
    check_rights(key)?;
    let key_der = PrivateKeyDer::from_pem_slice(&read_file(key)?).map_err(|_| {
        unusable(key, "it has no private key in PEM without a password: name the file with `BEGIN PRIVATE KEY`")
    })?;
    let signing = any_supported_type(&key_der)
        .map_err(|_| unusable(key, "its key is neither ECDSA (P-256, P-384), Ed25519 nor RSA of 2048 to 8192 bits"))?;
    let certified = CertifiedKey::new(chain, signing);
    match certified.keys_match() {
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err(unusable(key, format!("it is not the key of the certificate in {}", certificate.display())))
        }
        // Other errors say that it cannot be told: a certificate for a challenge has an extension that only its authority knows (RFC 8737 §3).
        _ => Ok(Certificate { key: Arc::new(certified), validity }),
    }
}

fn unusable(path: &Path, why: impl Into<String>) -> TlsError {
    TlsError::Unusable { path: path.to_owned(), why: why.into() }
}

fn read_file(path: &Path) -> Result<Vec<u8>, TlsError> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        fs::File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|source| TlsError::Read { path: path.to_owned(), source })?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unusable(
            path,
            format!("it is larger than {} KiB, so it is no certificate or key", MOST_BYTES / 1024),
        ));
    }
    Ok(bytes)
}

/// Refuses a key that every user of the machine can read. Its group may: some systems have one for it.
fn check_rights(key: &Path) -> Result<(), TlsError> {
    let mode =
        fs::metadata(key).map_err(|source| TlsError::Read { path: key.to_owned(), source })?.permissions().mode();
    let of_others = mode % 8;
    if of_others == 0 {
        return Ok(());
    }
    Err(unusable(
        key,
        format!("every user of this machine can read or write the private key in it: `chmod 600 {}`", key.display()),
    ))
}
