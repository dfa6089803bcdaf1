//! Bytes to a connection: whatever a client sends, the server goes on. A real server listens on loopback; each input is the whole of a connection,
//! and after it the server must still answer a plain request.

#![no_main]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
use graven_pack::{ALWAYS, Class, Coding, NOT_FOUND, Pack};
use graven_serve::{Address, Config, Server};
use libfuzzer_sys::fuzz_target;

static SERVER: LazyLock<SocketAddr> = LazyLock::new(|| {
    let listen = vec!["127.0.0.1:0".parse().expect("an address")];
    let config = Config { listen, workers: NonZeroUsize::MIN, ..Config::default() };
    let server = Server::bind(config).expect("a free port");
    let Some(Address::Tcp(address)) = server.addresses().next().cloned() else { panic!("it listens on TCP") };
    let pack = Pack::open(image().write().expect("a sound image").leak()).expect("a sound pack");
    thread::spawn(move || server.run(pack, std::future::pending()));
    address
});

fn image() -> Image {
    let page = |text: &str, alternate: Option<&str>| {
        let variant = |coding, bytes: &[u8]| VariantSpec { coding, etag: format!("\"{}\"", bytes.len()), bytes: bytes.to_vec() };
        let page = PageSpec {
            content_type: "text/html; charset=utf-8".to_owned(),
            cache_control: "no-cache".to_owned(),
            security_policy: "default-src 'none'".to_owned(),
            class: Class::Page,
            alternate: alternate.map(str::to_owned),
            variants: vec![variant(Coding::Identity, text.repeat(9).as_bytes()), variant(Coding::Gzip, text.as_bytes())],
        };
        vec![EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) }]
    };
    let routes = BTreeMap::from([
        ("/".to_owned(), page("home", None)),
        ("/post".to_owned(), page("a post", Some("/post.md"))),
        ("/post.md".to_owned(), page("its source", None)),
        (NOT_FOUND.to_owned(), page("nothing here", None)),
    ]);
    Image { time: 0, routes }
}

/// Sends the bytes, and nothing more, and reads what comes until the end.
fn answer_to(bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(*SERVER).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a socket takes a timeout");
    // The server may have closed already, which is its right.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

fuzz_target!(|bytes: &[u8]| {
    answer_to(bytes);
    let alive = answer_to(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    assert!(alive.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&alive));
});
