//! Bytes of a connection: whatever a client sends and however it is split, the server keeps running, and both HTTP/1
//! paths give the same bytes.
//!
//! Two servers listen on loopback: one answers plain requests without hyper, the other passes all requests to hyper.
//! Each input is all that a client sends on one connection to each. Both must answer the same bytes, except for the
//! value of `Date`, and then still answer a plain request.

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
use graven_serve::PlainPath;
use graven_serve::{Address, Config, Server};
use libdeflater::{CompressionLvl, Compressor};
use libfuzzer_sys::fuzz_target;

/// Number of bytes at the start of an input that say where the rest is split.
const SPLIT_BYTES: usize = 3;

/// Usually longer than a server takes to read what was sent. If it takes longer, two pieces arrive as one, and the
/// responses are the same.
const PAUSE: Duration = Duration::from_micros(300);

/// With [`PlainPath::On`] and with [`PlainPath::Off`].
static SERVERS: LazyLock<[SocketAddr; 2]> = LazyLock::new(|| [PlainPath::On, PlainPath::Off].map(start));

fn start(plain_path: PlainPath) -> SocketAddr {
    let listen = vec!["127.0.0.1:0".parse().expect("an address")];
    let config = Config { listen, workers: NonZeroUsize::MIN, plain_path, ..Config::default() };
    let server = Server::bind(config).expect("a free port");
    let Some(Address::Tcp(address)) = server.addresses().next().cloned() else { panic!("it listens on TCP") };
    let pack = Pack::open(image().write().expect("a valid image").leak()).expect("a valid pack");
    thread::spawn(move || server.run(pack, std::future::pending()));
    address
}

fn image() -> Image {
    let page = |text: &str, alternate: Option<&str>| {
        let variant = |coding, bytes: &[u8]| VariantSpec { coding, etag: format!("\"{}\"", bytes.len()), bytes: bytes.to_vec() };
        let identity = text.repeat(9);
        let page = PageSpec {
            content_type: "text/html; charset=utf-8".to_owned(),
            cache_control: "no-cache".to_owned(),
            security_policy: "default-src 'none'".to_owned(),
            class: Class::Page,
            alternate: alternate.map(str::to_owned),
            variants: vec![variant(Coding::Identity, identity.as_bytes()), variant(Coding::Gzip, &gzip(identity.as_bytes()))],
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

/// A gzip file with this content, so that the pack does not have the content itself.
fn gzip(content: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut gzip = vec![0; compressor.gzip_compress_bound(content.len())];
    let length = compressor.gzip_compress(content, &mut gzip).expect("there is room");
    gzip.truncate(length);
    gzip
}

/// Sends the pieces, closes the sending side, and returns what the server answers until it closes.
fn answer_to(server: SocketAddr, pieces: &[&[u8]]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("a socket takes a timeout");
    stream.set_nodelay(true).expect("a socket");
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            thread::sleep(PAUSE);
        }
        // The server may already have closed.
        let _ = stream.write_all(piece);
    }
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

/// Splits the bytes where `cuts` say, from the first byte (0) to the last (255).
fn pieces<'a>(cuts: &[u8], bytes: &'a [u8]) -> Vec<&'a [u8]> {
    let mut ends: Vec<_> = cuts.iter().map(|&cut| bytes.len() * usize::from(cut) / 255).collect();
    ends.push(bytes.len());
    ends.sort_unstable();
    let mut begin = 0;
    let pieces = ends.into_iter().map(|end| &bytes[std::mem::replace(&mut begin, end)..end]);
    pieces.filter(|piece| !piece.is_empty()).collect()
}

/// Makes all `Date` values equal.
fn undated(mut answer: Vec<u8>) -> Vec<u8> {
    const NAME: &[u8] = b"\r\ndate: ";
    const VALUE_BYTES: usize = b"Sun, 06 Nov 1994 08:49:37 GMT".len();
    let mut at = 0;
    while let Some(found) = answer[at..].windows(NAME.len()).position(|window| window == NAME) {
        at += found + NAME.len();
        let end = (at + VALUE_BYTES).min(answer.len());
        answer[at..end].fill(b'*');
    }
    answer
}

fuzz_target!(|input: &[u8]| {
    let (cuts, bytes) = input.split_at(input.len().min(SPLIT_BYTES));
    let pieces = pieces(cuts, bytes);
    let [on, off] = SERVERS.map(|server| undated(answer_to(server, &pieces)));
    // HTTP/2 has only one path, and compresses its `Date`.
    if !bytes.starts_with(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") {
        assert!(on == off, "{}\n--- and by hyper\n{}", String::from_utf8_lossy(&on), String::from_utf8_lossy(&off));
    }
    for server in *SERVERS {
        let alive = answer_to(server, &[b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"]);
        assert!(alive.starts_with(b"HTTP/1.1 200 OK\r\n"), "{}", String::from_utf8_lossy(&alive));
    }
});
