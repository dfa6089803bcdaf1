//! Addresses that lead to no other site: misspelt ones, and those of the author's machine.

use std::ops::Range;

use super::page::Page;
use crate::diagnostic::{Diagnostic, nearest};
use crate::url::{authority, scheme};

/// The schemes that authors misspell.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Names of the machine that a browser runs on.
const THIS_MACHINE: [&str; 4] = ["localhost", "127.0.0.1", "0.0.0.0", "[::1]"];

/// Reports what is wrong with the `address` of another site at `place`.
pub(super) fn check(address: &str, place: &Range<usize>, page: &mut Page) {
    let address = address.trim();
    let Some(scheme) = scheme(address) else { return };
    let rest = &address[scheme.len() + 1..];
    let lower = scheme.to_ascii_lowercase();
    let error = |message: &str| page.error(place.clone(), message);
    let found: Diagnostic = match lower.as_str() {
        "file" => error("a link to a file of this machine, which no reader has")
            .help("put the file into the folder of the text, and link to it by its name"),
        drive if drive.len() == 1 => error("a link to a file of this machine, which no reader has")
            .help("put the file into the folder of the text, and link to it by its name"),
        "http" | "https" if !rest.starts_with("//") => {
            error("an address without `//`").help(format!("did you mean `{lower}://{}`?", rest.trim_start_matches('/')))
        }
        known if SCHEMES.contains(&known) => return,
        _ => match nearest(&lower, SCHEMES) {
            Some(near) => error("an address of no known kind").help(format!("did you mean `{near}:{rest}`?")),
            None => return,
        },
    };
    page.report.push(found);
}

/// Warns of a link to the reader's own machine, unless its text is the address: then it says what to type there.
pub(super) fn check_host(address: &str, text: impl Fn() -> String, place: &Range<usize>, page: &mut Page) {
    let Some(host) = host(address).filter(|host| THIS_MACHINE.contains(host) || host.ends_with(".localhost")) else {
        return;
    };
    if !text().contains(host) {
        let warning = page.warning(place.clone(), format!("a link to `{host}`, which is the reader's own machine"));
        page.report.push(
            warning
                .help("link to a page of this site by its path (`/blog/…`), or to a file by its name")
                .help(format!("if readers run something there, make the address the text: `<{address}>`")),
        );
    }
}

fn host(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let authority = authority(rest);
    let end = if authority.starts_with('[') { authority.find(']').map(|at| at + 1) } else { authority.find(':') };
    Some(&authority[..end.unwrap_or(authority.len())])
}
