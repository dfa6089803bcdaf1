//! TLS for these tests: certificates, and clients that trust them. With `GRAVEN_TEST_TLS=1` every server that they start by default is for HTTPS alone, and
//! has to answer the same.

use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};

/// A certificate for `localhost` and its key.
pub(crate) struct Identity {
    pub(crate) certificate: rcgen::Certificate,
    pub(crate) key: KeyPair,
}

impl Identity {
    pub(crate) fn new(change: impl FnOnce(&mut CertificateParams)) -> Self {
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        Identity { certificate: params.self_signed(&key).expect("a certificate"), key }
    }

    /// Both in one file.
    pub(crate) fn pem(&self) -> String {
        self.key.serialize_pem() + &self.certificate.pem()
    }
}

/// Replaces a file in one step, as programs for certificates do.
pub(crate) fn replace(file: &Path, text: &str) {
    let draft = file.with_extension("new");
    std::fs::write(&draft, text).expect("a file");
    std::fs::set_permissions(&draft, std::fs::Permissions::from_mode(0o600)).expect("a file");
    std::fs::rename(draft, file).expect("a file");
}

/// A client's configuration that trusts these certificates.
pub(crate) fn trust<'a>(certificates: impl Iterator<Item = &'a rcgen::Certificate>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate.der().clone()).expect("a root");
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Arc::new(builder.expect("versions").with_root_certificates(roots).with_no_client_auth())
}

/// A session on a socket.
pub(crate) fn session(socket: TcpStream, config: &Arc<ClientConfig>) -> StreamOwned<ClientConnection, TcpStream> {
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::clone(config), name).expect("a configuration");
    StreamOwned::new(connection, socket)
}

/// The certificate of all servers that are started by default.
struct Shared {
    /// With its key.
    file: PathBuf,
    config: Arc<ClientConfig>,
}

static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let identity = Identity::new(|_| ());
    let file = std::env::temp_dir().join(format!("notes-tls-{}.pem", std::process::id()));
    replace(&file, &identity.pem());
    Shared { file, config: trust([&identity.certificate].into_iter()) }
});

/// Whether servers are for HTTPS.
pub(crate) fn is_default() -> bool {
    std::env::var_os("GRAVEN_TEST_TLS").is_some()
}

/// The options of a server for HTTPS on a free port, whose answers are those of HTTP.
pub(crate) fn options() -> Vec<String> {
    let file = SHARED.file.display().to_string();
    let options = ["--listen", "https:127.0.0.1:0", "--hsts", "off", "--tls-certificate", &file, "--tls-key", &file];
    options.map(str::to_owned).to_vec()
}

/// A session with such a server.
pub(crate) fn default_session(socket: TcpStream) -> StreamOwned<ClientConnection, TcpStream> {
    session(socket, &SHARED.config)
}
