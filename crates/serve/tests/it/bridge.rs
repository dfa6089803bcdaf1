//! A client's end of TLS: bytes that a test writes to its address arrive at a server over TLS, and those of the server come back in clear.
//!
//! So the tests of sockets run against HTTPS as they are: with `GRAVEN_TEST_TLS=1` every server of [`crate::running`] is behind one.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use std::thread;

use graven_serve::{Hsts, TlsConfig};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, copy, split};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;

/// A certificate for `localhost`, and its key, in files that last as long as the tests.
pub(crate) struct Identity {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// Returns the certificate of all tests.
pub(crate) fn identity() -> &'static Identity {
    static IDENTITY: LazyLock<Identity> = LazyLock::new(|| {
        let folder = std::env::temp_dir().join(format!("graven-tls-{}", std::process::id()));
        new_identity(&folder, |_| ())
    });
    &IDENTITY
}

/// Makes a certificate for `localhost` in a folder.
pub(crate) fn new_identity(folder: &std::path::Path, change: impl FnOnce(&mut rcgen::CertificateParams)) -> Identity {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(folder).expect("a folder");
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("a name");
    change(&mut params);
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    let identity = Identity { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") };
    std::fs::write(&identity.certificate, certificate.pem()).expect("a file");
    std::fs::write(&identity.key, key.serialize_pem()).expect("a file");
    std::fs::set_permissions(&identity.key, std::fs::Permissions::from_mode(0o600)).expect("a file");
    identity
}

/// The TLS of a server in tests, without HSTS, so that answers are the same as without TLS.
pub(crate) fn tls_config() -> TlsConfig {
    let Identity { certificate, key } = identity();
    TlsConfig {
        certificate: Some(certificate.clone()),
        key: Some(key.clone()),
        hsts: Hsts::Off,
        ..TlsConfig::default()
    }
}

/// A client's configuration that trusts a certificate, and offers these protocols by ALPN, in these versions of TLS.
pub(crate) fn client_config(
    identity: &Identity,
    protocols: &[&str],
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&identity.certificate).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).expect("versions");
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    config
}

/// The name of the server in its certificate.
pub(crate) fn server_name() -> ServerName<'static> {
    ServerName::try_from("localhost").expect("a name")
}

/// A bridge. It ends when it is dropped.
pub(crate) struct Bridge {
    pub(crate) address: SocketAddr,
    _stop: oneshot::Sender<()>,
}

impl Bridge {
    /// Starts a bridge to a server. It offers no protocol by ALPN, so that a test may speak any.
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let connector = TlsConnector::from(Arc::new(client_config(identity(), &[], rustls::ALL_VERSIONS)));
        let (stop, stopped) = oneshot::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                tokio::spawn(accept_all(listener, server, connector));
                // An error is the drop of the bridge too.
                stopped.await.unwrap_or_default();
            });
        });
        Bridge { address, _stop: stop }
    }
}

async fn accept_all(listener: TcpListener, server: SocketAddr, connector: TlsConnector) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
    while let Ok((client, _)) = listener.accept().await {
        let connector = connector.clone();
        tokio::spawn(async move {
            // What fails here, the test sees: its connection ends.
            let Ok(socket) = TcpStream::connect(server).await else { return };
            let _ = (client.set_nodelay(true), socket.set_nodelay(true));
            let Ok(session) = connector.connect(server_name(), socket).await else { return };
            let (from_client, to_client) = client.into_split();
            let (from_server, to_server) = split(session);
            tokio::spawn(forward(from_client, to_server));
            forward(from_server, to_client).await;
        });
    }
}

/// Forwards one direction to its end. An error in it, such as a server that reads no more, leaves the other as it is.
async fn forward(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) {
    let _ = copy(&mut from, &mut to).await;
    let _ = to.shutdown().await;
}
