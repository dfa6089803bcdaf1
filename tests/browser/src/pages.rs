//! The pages of the site under test: all of its sitemap, and those that a sitemap does not name.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::site::Outcome;

/// Of these kinds of page all look alike: one is enough.
const ONE_OF: [&str; 2] = ["/notes/", "/tags/"];
/// Pages that are in no sitemap. Search is left out where the site has none.
const OTHERS: [&str; 4] = ["/no-such-page", "/search", "/search?q=redis", "/search?q=xyzzyx"];

/// The paths to look at. `base` is the address of the site without a slash at its end.
pub fn list(base: &str) -> Outcome<Vec<String>> {
    let (_, sitemap) = get(base, "/sitemap.xml")?;
    let mut paths: Vec<String> = Vec::new();
    for address in sitemap.split("<loc>").skip(1).filter_map(|rest| rest.split("</loc>").next()) {
        let path = address.splitn(4, '/').nth(3).map_or_else(|| "/".to_owned(), |path| format!("/{path}"));
        let kind = ONE_OF.iter().find(|kind| path.starts_with(**kind));
        if kind.is_none_or(|kind| !paths.iter().any(|known| known.starts_with(kind))) {
            paths.push(path);
        }
    }
    if paths.len() < 3 {
        return Err(format!("only {paths:?} in /sitemap.xml").into());
    }
    for path in OTHERS {
        let is_there = get(base, path)?.0 == 200 || path == "/no-such-page";
        if is_there && !paths.iter().any(|known| known == path) {
            paths.push(path.to_owned());
        }
    }
    Ok(paths)
}

/// Status and content of a path.
pub fn get(base: &str, path: &str) -> Outcome<(u16, String)> {
    let authority = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(authority).map_err(|error| format!("{base}: {error}"))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, content) = answer.split_once("\r\n\r\n").ok_or("an answer without an end of its head")?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("an answer without a status")?;
    Ok((status, content.to_owned()))
}
