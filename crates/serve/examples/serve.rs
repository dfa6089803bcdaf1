//! Serves a site image: `cargo run -p graven-serve --example serve -- 127.0.0.1:8080 site.pack`.
//!
//! Without a pack file, it serves a site of one page. Ctrl-C finishes the requests in flight and stops; a second one
//! stops at once.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;

use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
use graven_pack::{ALWAYS, Class, Coding, Pack};
use graven_serve::{Config, Server, terminated};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let bytes = match arguments.next() {
        Some(path) => std::fs::read(&path).map_err(|error| format!("{path}: {error}"))?,
        None => one_page().write()?,
    };
    // The workers use the pack until the process ends, so it is leaked.
    let pack = Pack::open(bytes.leak())?;
    let server = Server::bind(Config { listen: vec![address.parse()?], ..Config::default() })?;
    for address in server.addresses() {
        println!("serving {} routes at {}", pack.len(), address.url());
    }
    server.run(pack, terminated())?;
    Ok(())
}

fn one_page() -> Image {
    let html = "<!doctype html><title>Hello</title><h1>Hello</h1>";
    let page = PageSpec {
        content_type: "text/html; charset=utf-8".to_owned(),
        cache_control: "no-cache".to_owned(),
        security_policy: "default-src 'none'".to_owned(),
        class: Class::Page,
        alternate: None,
        variants: vec![VariantSpec { coding: Coding::Identity, etag: "\"hello\"".to_owned(), bytes: html.into() }],
    };
    let editions = vec![EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) }];
    Image { time: 0, routes: BTreeMap::from([("/".to_owned(), editions)]) }
}
