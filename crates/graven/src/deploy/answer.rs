//! Asks the service for the first page, as a client on that machine would.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use graven_pack::{Content, Pack, Route};

use super::connection::Connection;
use super::exchange::Exchange;
use crate::error::Error;

/// The request for the first page. It accepts all codings, so that the answer has one of the stored variants.
fn request(home: &str) -> String {
    format!("GET {home} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br, gzip, zstd\r\nConnection: close\r\n\r\n")
}

/// How long it may take. A page is there within milliseconds; a slow machine may be busy with its start, and a connection that broke is made anew.
const TIME: Duration = Duration::from_secs(30);

/// How much of a status line is shown, in characters.
const SHOWN: usize = 80;

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The first page of the new version.
    New,
    /// Something else.
    Wrong(String),
    /// It could not be asked.
    Unknown(String),
}

/// Asks for the first page at the addresses of the socket, which are as `systemctl show` prints them. `site` is the pack of the new version.
pub(super) fn ask(connection: &Connection, listens: &str, site: &[u8]) -> Result<Answer, Error> {
    let Some(address) = address(listens) else {
        return Ok(Answer::Unknown(format!("its socket, {listens}, cannot be reached from here")));
    };
    let wrong = |error: graven_pack::Error| Error::new(format!("the pressed site: {error}"));
    let pack = Pack::open(site).map_err(wrong)?;
    let home = pack.home().map_err(wrong)?;
    let etags = etags(pack, home).map_err(wrong)?;
    Ok(match connection.exchange(&address.to_string(), request(home).as_bytes(), TIME) {
        Ok(Exchange::Head(head)) => judge(&String::from_utf8_lossy(&head), &etags),
        Ok(Exchange::Late) => Answer::Wrong(format!("it does not answer within {} s", TIME.as_secs())),
        Ok(Exchange::Refused) => {
            Answer::Unknown("ssh there does not forward connections, so it could not be asked from here".to_owned())
        }
        Err(error) => Answer::Unknown(format!("it could not be asked from here: {error}")),
    })
}

/// The address by which the machine reaches itself.
fn address(listens: &str) -> Option<SocketAddr> {
    let mut addresses = listens.split("(Stream)").filter_map(|part| part.trim().parse::<SocketAddr>().ok());
    let mut address = addresses.next()?;
    // A socket for all of IPv6 is one for IPv4 too, as systemd makes it.
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    Some(address)
}

/// The entity tags of the first page in all editions and codings.
fn etags(pack: Pack, home: &str) -> Result<Vec<String>, graven_pack::Error> {
    let mut etags = Vec::new();
    for edition in pack.route(home)?.iter().flat_map(Route::editions) {
        if let Content::Page(page) = edition?.content() {
            for variant in page.variants() {
                etags.push(variant?.etag().to_owned());
            }
        }
    }
    Ok(etags)
}

fn judge(answer: &str, etags: &[String]) -> Answer {
    let status = answer.lines().next().unwrap_or_default();
    let mut fields = answer.lines().skip(1).take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':'));
    let etag = fields.find(|(name, _)| name.eq_ignore_ascii_case("etag")).map(|(_, value)| value.trim());
    let is_redirect = status.starts_with("HTTP/1.1 308 ")
        && answer.lines().any(|line| line.to_ascii_lowercase().starts_with("location: https://"));
    match etag {
        // The running program is the new version; what it answers over HTTPS is for the name of its certificate.
        None if is_redirect => Answer::Unknown("it redirects to HTTPS".to_owned()),
        Some(etag) if etags.iter().any(|known| known == etag) => Answer::New,
        Some(_) => Answer::Wrong("it is another page".to_owned()),
        None if status.is_empty() => Answer::Wrong("the connection was closed".to_owned()),
        None => Answer::Wrong(format!("it says {:?}", status.chars().take(SHOWN).collect::<String>())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_one_that_the_machine_itself_can_reach() {
        for (listens, expected) in [
            ("[::]:80 (Stream)", Some("127.0.0.1:80")),
            ("0.0.0.0:8080 (Stream)", Some("127.0.0.1:8080")),
            ("/run/notes.sock (Stream) 127.0.0.1:81 (Stream)", Some("127.0.0.1:81")),
            ("127.0.0.1:81 (Stream) [::1]:81 (Stream)", Some("127.0.0.1:81")),
            ("/run/notes.sock (Stream)", None),
            ("", None),
        ] {
            assert_eq!(address(listens).map(|address| address.to_string()).as_deref(), expected, "{listens}");
        }
    }

    #[test]
    fn an_answer_is_right_if_its_etag_is_of_the_new_first_page() {
        let etags = ["\"a\"".to_owned(), "\"b\"".to_owned()];
        for (answer, expected) in [
            ("HTTP/1.1 200 OK\r\nETag: \"b\"\r\n\r\n", Answer::New),
            ("HTTP/1.1 200 OK\r\netag: \"c\"\r\n\r\n", Answer::Wrong("it is another page".to_owned())),
            (
                "HTTP/1.1 503 Service Unavailable\r\n\r\n",
                Answer::Wrong("it says \"HTTP/1.1 503 Service Unavailable\"".to_owned()),
            ),
            ("HTTP/1.1 200 OK\r\n\r\nETag: \"a\"\r\n", Answer::Wrong("it says \"HTTP/1.1 200 OK\"".to_owned())),
            (&"a".repeat(9000), Answer::Wrong(format!("it says {:?}", "a".repeat(80)))),
            (
                "HTTP/1.1 308 Permanent Redirect\r\nlocation: https://127.0.0.1/\r\n\r\n",
                Answer::Unknown("it redirects to HTTPS".to_owned()),
            ),
            ("", Answer::Wrong("the connection was closed".to_owned())),
        ] {
            assert_eq!(judge(answer, &etags), expected, "{answer}");
        }
    }
}
