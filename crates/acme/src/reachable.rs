//! Whether the world can see a challenge, before the CA is asked: a text in the state folder, asked for at the name.
//!
//! It only warns, and of the first few names that do not answer: each may take many seconds, and the CA finds the others. Behind a router that does not lead its own address back inside (hairpin NAT), the CA sees what this machine cannot.

use crate::encode::base64url;
use crate::error::Error;
use crate::http::Client;
use crate::keys::token;
use crate::state::{State, write};
use crate::url::Url;

/// After how many names without an answer the others are not asked. A name with two addresses behind a router that drops takes 20 s.
const MOST_WITHOUT: usize = 3;

/// What was found at a name.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Own,
    /// Another answer, with its status.
    Other(u16),
    Nothing(String),
}

/// Warns of each name at which the running server does not answer.
pub(crate) fn warn(
    client: &Client,
    state: &State,
    names: &[String],
    report: &mut dyn FnMut(&str),
) -> Result<(), Error> {
    let token = token();
    let file = state.paths.challenges().join(&token);
    let content = format!("{token}.{}", base64url(b"a check of its own"));
    write(&file, content.as_bytes())?;
    let mut without = 0;
    for name in names {
        if without == MOST_WITHOUT {
            report("warning: the other names are not tried from here");
            break;
        }
        let url = Url::parse(&format!("http://{name}/.well-known/acme-challenge/{token}"));
        let found = ask(client, &url.expect("a checked name and a token"), &content);
        without += usize::from(matches!(found, Found::Nothing(_)));
        if let Some(line) = warning(name, &found) {
            report(&line);
        }
    }
    std::fs::remove_file(&file).map_err(|error| Error::file(&file, &error))
}

fn ask(client: &Client, url: &Url, content: &str) -> Found {
    match client.send(url, None) {
        Ok(response) if response.status == 200 && response.body.trim_ascii() == content.as_bytes() => Found::Own,
        Ok(response) => Found::Other(response.status),
        Err(error) => Found::Nothing(error.to_string()),
    }
}

fn warning(name: &str, found: &Found) -> Option<String> {
    match found {
        Found::Own => None,
        Found::Other(status) => Some(format!(
            "warning: http://{name}/ is answered by another server, or by one with another state folder (status {status}); \
             check the name's A and AAAA records, where the router forwards port 80, and that `notes serve` runs with this state folder; asking the CA all the same"
        )),
        Found::Nothing(error) => Some(format!(
            "warning: this machine does not reach http://{name}/ ({error}); likely causes: the name's A and AAAA records, \
             a firewall, or a router that does not forward port 80; some routers only hide it from inside, so the CA is asked all the same"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::thread;

    /// Asks a server that answers once with this text.
    fn found(answer: &'static str) -> Found {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/x", listener.local_addr().expect("an address"));
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut buffer = [0; 1024];
            let length = stream.read(&mut buffer).expect("a request");
            stream.write_all(answer.as_bytes()).expect("it reads");
            String::from_utf8_lossy(&buffer[..length]).into_owned()
        });
        let roots = tempfile::NamedTempFile::new().expect("a file");
        let key = crate::keys::Key::for_certificate();
        let certificate = key.challenge_certificate("ca.example", "x", graven_time::Time::now());
        std::fs::write(roots.path(), crate::encode::pem("CERTIFICATE", &certificate)).expect("it is written");
        let client = Client::new(Some(roots.path())).expect("a client");
        let found = ask(&client, &Url::parse(&url).expect("an address"), "own");
        assert!(server.join().expect("it ends").starts_with("GET /x HTTP/1.1\r\n"));
        found
    }

    #[test]
    fn the_answer_says_who_is_at_the_name() {
        assert_eq!(found("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nown\n"), Found::Own);
        assert_eq!(found("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nother"), Found::Other(200));
        assert_eq!(found("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"), Found::Other(404));
        assert!(matches!(found("SSH-2.0-OpenSSH\r\n"), Found::Nothing(_)));
    }

    #[test]
    fn a_warning_names_likely_causes() {
        assert_eq!(warning("a.example", &Found::Own), None);
        for found in [Found::Other(404), Found::Nothing("timed out".to_owned())] {
            let line = warning("a.example", &found).expect("a warning");
            assert!(
                line.contains("A and AAAA records")
                    && line.contains("port 80")
                    && line.contains("asked all the same") | line.contains("asking the CA all the same"),
                "{line}"
            );
        }
    }
}
