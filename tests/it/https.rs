//! HTTPS: a certificate is replaced on SIGHUP, while the executable serves and has given up its rights.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{ChildStderr, Stdio};
use std::time::Duration;

use rcgen::date_time_ymd;
use rustls::{ClientConnection, StreamOwned};
use tempfile::TempDir;

use crate::executable::{Server, command, path};
use crate::secure::{Identity, replace, session, trust};

/// A server with an address for HTTPS alone.
struct Secure {
    server: Server,
    lines: std::io::Lines<BufReader<ChildStderr>>,
}

impl Secure {
    fn start(settings: &[(&str, &Path)]) -> Self {
        let mut command = command(&path());
        for (flag, path) in settings {
            command.arg(flag).arg(path);
        }
        let command = command.args(["--listen", "https:127.0.0.1:0"]).stderr(Stdio::piped());
        let mut server = Server::start_listening(command);
        let lines = server.stderr().lines();
        Secure { server, lines }
    }

    /// Has it read its certificate again, and returns what it says.
    fn reload(&mut self) -> String {
        self.server.signal("HUP");
        let is_answer = |line: &String| line.starts_with("SIGHUP: ");
        self.lines.by_ref().map(|line| line.expect("UTF-8")).find(is_answer).expect("it prints a line")
    }

    /// A session with a client that trusts these.
    fn connect(&self, trusted: &[&Identity]) -> Session {
        let config = trust(trusted.iter().map(|identity| &identity.certificate));
        let socket = TcpStream::connect(self.server.address()).expect("it listens");
        socket.set_read_timeout(Some(Duration::from_mins(1))).expect("a timeout");
        Session(session(socket, &config))
    }
}

struct Session(StreamOwned<ClientConnection, TcpStream>);

impl Session {
    /// Asks for a page, and returns whether it is there.
    fn is_answered(&mut self) -> bool {
        write!(self.0, "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it reads");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).expect("a whole head");
            head.extend(byte);
        }
        head.starts_with(b"HTTP/1.1 200 OK\r\n")
    }

    fn shows(&self, identity: &Identity) -> bool {
        let shown = self.0.conn.peer_certificates().expect("a certificate");
        shown[0] == *identity.certificate.der()
    }
}

#[test]
fn a_certificate_is_replaced_by_a_better_one_alone_and_sessions_go_on() {
    let folder = TempDir::new().expect("a folder");
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    let (first, second) = (Identity::new(|_| ()), Identity::new(|_| ()));
    let expired = Identity::new(|params| params.not_after = date_time_ymd(2020, 1, 1));
    let early = Identity::new(|params| params.not_before = date_time_ymd(4000, 1, 1));
    replace(&certificate, &first.certificate.pem());
    replace(&key, &first.key.serialize_pem());
    let mut site = Secure::start(&[("--tls-certificate", &certificate), ("--tls-key", &key)]);
    let mut open = site.connect(&[&first]);
    assert!(open.is_answered() && open.shows(&first));
    let cut = second.certificate.pem().replace("-----END CERTIFICATE-----", "");
    let before = "SIGHUP: the certificate stays as it was: ";
    for (text, key_text, expected) in [
        (cut, second.key.serialize_pem(), "the line `-----END CERTIFICATE-----` is missing"),
        (second.certificate.pem(), first.key.serialize_pem(), "it is not the key of the certificate in"),
        (String::new(), second.key.serialize_pem(), "it has no `BEGIN CERTIFICATE`"),
        (second.certificate.pem(), String::new(), "it has no private key in PEM"),
        (expired.certificate.pem(), expired.key.serialize_pem(), "it expired at 2020-01-01T00:00:00Z"),
        (early.certificate.pem(), early.key.serialize_pem(), "it is valid from 4000-01-01T00:00:00Z on"),
    ] {
        replace(&certificate, &text);
        replace(&key, &key_text);
        let line = site.reload();
        assert!(line.starts_with(before) && line.contains(expected), "{line}");
        let mut new = site.connect(&[&first, &second]);
        assert!(new.is_answered() && new.shows(&first) && open.is_answered(), "{expected}");
    }
    std::fs::remove_file(&certificate).expect("a file");
    let line = site.reload();
    assert!(line.starts_with(before) && line.contains("No such file"), "{line}");
    assert!(site.connect(&[&first]).is_answered() && open.is_answered());

    replace(&certificate, &second.certificate.pem());
    replace(&key, &second.key.serialize_pem());
    let line = site.reload();
    assert!(line.starts_with("SIGHUP: certificate read again; the certificate is valid until "), "{line}");
    let mut new = site.connect(&[&first, &second]);
    assert!(new.is_answered() && new.shows(&second) && open.is_answered());
    assert_eq!(site.server.terminate(), Some(0));
}

#[test]
fn a_certificate_is_found_through_links_that_lead_to_the_next_one() {
    // As certbot keeps them: links in `live`, files with numbers in `archive`.
    let folder = TempDir::new().expect("a folder");
    let [live, archive] = ["live", "archive"].map(|name| folder.path().join(name).join("localhost"));
    let (first, second) = (Identity::new(|_| ()), Identity::new(|_| ()));
    for folder in [&live, &archive] {
        std::fs::create_dir_all(folder).expect("a folder");
    }
    replace(&archive.join("both1.pem"), &first.pem());
    replace(&archive.join("both2.pem"), &second.pem());
    let link = live.join("both.pem");
    symlink("../../archive/localhost/both1.pem", &link).expect("a link");
    let mut site = Secure::start(&[("--tls-certificate", &link), ("--tls-key", &link)]);
    assert!(site.connect(&[&first]).is_answered());
    symlink("../../archive/localhost/both2.pem", live.join("next")).expect("a link");
    std::fs::rename(live.join("next"), &link).expect("a link");
    let said = site.reload();
    assert!(said.starts_with("SIGHUP: certificate read again; "), "{said}");
    let mut new = site.connect(&[&first, &second]);
    assert!(new.is_answered() && new.shows(&second));
    assert_eq!(site.server.terminate(), Some(0));
}

#[test]
fn the_folder_of_notes_certificate_is_read_again() {
    let folder = TempDir::new().expect("a folder");
    let served = folder.path().join("served");
    let (first, second) = (Identity::new(|_| ()), Identity::new(|_| ()));
    let file = served.join("certificate.pem");
    let mut site = Secure::start(&[("--tls-state", folder.path())]);
    let line = site.reload();
    let hint = format!("`notes certificate obtain --domain NAME --state {}`", folder.path().display());
    assert!(line.starts_with("SIGHUP: there is no certificate yet") && line.contains(&hint), "{line}");
    // `notes certificate` makes it when the server runs.
    std::fs::create_dir(&served).expect("a folder");
    replace(&file, &first.pem());
    assert!(site.reload().starts_with("SIGHUP: certificate read again; the certificate is valid until "));
    assert!(site.connect(&[&first]).is_answered());
    std::fs::remove_file(&file).expect("a file");
    let line = site.reload();
    assert!(line.starts_with("SIGHUP: the certificate stays as it was: ") && line.contains("no certificate"), "{line}");
    assert!(site.connect(&[&first]).is_answered());
    replace(&file, &second.pem());
    assert!(site.reload().starts_with("SIGHUP: certificate read again; "));
    let mut new = site.connect(&[&first, &second]);
    assert!(new.is_answered() && new.shows(&second));
    assert_eq!(site.server.terminate(), Some(0));
}
