//! Reads a certificate chain and its key from PEM files (RFC 7468), and refuses those that cannot work.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use graven_x509::{TbsCertificate, Validity};
use rustls::InconsistentKeys;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey};

use super::settings::TlsError;

/// More than the largest chain needs. A file that is larger is no certificate.
const MOST_BYTES: u64 = 256 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A certificate with its key.
#[derive(Debug)]
pub(crate) struct Certificate {
    pub(crate) key: Arc<CertifiedKey>,
    pub(crate) validity: Validity,
    /// The hosts that it is for.
    pub(crate) names: Vec<String>,
}

/// Reads a chain and its key, which may be in one file.
pub(crate) fn read(certificate: &Path, key: &Path) -> Result<Certificate, TlsError> {
    let chain_text = read_file(certificate)?;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&chain_text)
        .collect::<Result<_, _>>()
        .map_err(|error| unusable(certificate, format!("it is not a certificate in PEM: {}", reason(&error))))?;
    let first = chain.first().ok_or_else(|| {
        unusable(certificate, "it has no `BEGIN CERTIFICATE`: name the file with the whole chain, often fullchain.pem")
    })?;
    let first = TbsCertificate::from_der(first)
        .ok_or_else(|| unusable(certificate, "its first certificate is damaged: copy the file again"))?;
    let (validity, names) = (first.validity, first.names());
    let signing = read_key(key)?;
    match compare(&signing, &chain[0]) {
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err(match chain.iter().position(|other| compare(&signing, other).is_ok()) {
                Some(place) => unusable(
                    certificate,
                    format!(
                        "the key is that of certificate {} in it: the certificate of the site must come first",
                        place + 1
                    ),
                ),
                None => unusable(key, format!("it is not the key of the certificate in {}", certificate.display())),
            })
        }
        // Other errors say that it cannot be told: a certificate for a challenge has an extension that only its authority knows (RFC 8737 §3).
        _ => Ok(Certificate { key: Arc::new(CertifiedKey::new(chain, signing)), validity, names }),
    }
}

/// Compares a key with that of a certificate.
fn compare(signing: &Arc<dyn SigningKey>, certificate: &CertificateDer<'static>) -> Result<(), rustls::Error> {
    CertifiedKey::new(vec![certificate.clone()], Arc::clone(signing)).keys_match()
}

fn read_key(key: &Path) -> Result<Arc<dyn SigningKey>, TlsError> {
    let text = read_file(key)?;
    check_rights(key)?;
    let der = PrivateKeyDer::from_pem_slice(&text).map_err(|error| {
        let is_encrypted = text.windows(ENCRYPTED.len()).any(|window| window == ENCRYPTED);
        unusable(
            key,
            match &error {
                _ if is_encrypted => format!(
                    "the private key has a password, which nobody could enter at a start: `openssl pkey -in {}` prints it without",
                    key.display()
                ),
                pem::Error::NoItemsFound => {
                    "it has no private key in PEM: name the file with `BEGIN PRIVATE KEY`".to_owned()
                }
                error => format!("it is not a private key in PEM: {}", reason(error)),
            },
        )
    })?;
    any_supported_type(&der)
        .map_err(|_| unusable(key, "its key is neither ECDSA (P-256, P-384), Ed25519 nor RSA of 2048 to 8192 bits"))
}

/// What a key with a password has in its first lines, in either of its forms.
const ENCRYPTED: &[u8] = b"ENCRYPTED";

/// What is wrong with a file of PEM.
fn reason(error: &pem::Error) -> String {
    match error {
        pem::Error::MissingSectionEnd { end_marker } => {
            format!("the line `-----END {}-----` is missing: copy the file again", String::from_utf8_lossy(end_marker))
        }
        other => other.to_string(),
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
    let failed = |source| TlsError::Read { path: path.to_owned(), source };
    // A pipe would be waited for.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(unusable(path, "it is no file: name one that can be read again"));
    }
    let bytes = read().map_err(failed)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unusable(
            path,
            format!("it is larger than {} KiB, so it is no certificate or key", MOST_BYTES / 1024),
        ));
    }
    // Some editors begin a file with it.
    if let Some(text) = bytes.strip_prefix(BYTE_ORDER_MARK) {
        return Ok(text.to_owned());
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
