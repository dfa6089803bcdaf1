//! The command line, as the operator types it.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use crate::executable::{self, Ran, Route, Server, command, finish, html_routes, output, routes, run};

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

fn extract(to: &Path, more: &[&str]) -> Ran {
    finish(command(&executable::path()).arg("extract").args(more).arg(to))
}

/// A failure is one line, so that it can be read in a journal.
fn check_failure(ran: &Ran, code: i32, says: &[&str]) {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("notes: ") && ran.stderr.lines().count() == 1, "{:?}", ran.stderr);
    for words in says {
        assert!(ran.stderr.contains(words), "{words:?} is not in {:?}", ran.stderr);
    }
}

/// All files below a folder, by their path from it.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    fn walk(folder: &Path, root: &Path, found: &mut BTreeSet<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                found.insert(path.strip_prefix(root).expect("below it").to_owned());
            }
        }
    }
    let mut found = BTreeSet::new();
    walk(folder, folder, &mut found);
    found
}

#[test]
fn verify_finds_every_byte_as_it_was_built() {
    let said = output(&["verify"]);
    assert!(said.starts_with(&format!("{} routes, ", routes().len())) && said.contains("as it was built"), "{said}");
}

#[test]
fn verify_finds_one_flipped_bit() {
    let folder = folder();
    let damaged = folder.path().join("notes");
    fs::copy(executable::path(), &damaged).expect("a copy");
    let mut bytes = fs::read(&damaged).expect("it can be read");
    let (start, length) = pack(&bytes);
    bytes[start + length * 2 / 3] ^= 0b0000_1000;
    fs::write(&damaged, bytes).expect("it can be written");
    let ran = finish(command(&damaged).arg("verify"));
    check_failure(&ran, 1, &["the site in this executable is damaged", "copy the executable again"]);
}

/// Where the site image lies in the executable, and how long it is: behind its magic stand its version and its length.
fn pack(executable: &[u8]) -> (usize, usize) {
    const BEGIN: &[u8] = b"\x89GRAVEN\n\x01\0\0\0\0\0\0\0";
    let list: Value = serde_json::from_str(&output(&["list", "--json"])).expect("JSON");
    let length = list["pack"].as_u64().expect("the pack's size");
    let begin = [BEGIN, &length.to_le_bytes()].concat();
    let start = executable.windows(begin.len()).position(|window| window == begin).expect("it lies in there as it is");
    (start, usize::try_from(length).expect("it fits into memory"))
}

#[test]
fn list_shows_every_route_for_a_person() {
    let table = output(&["list"]);
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), routes().len() + 2, "a line a route, a head and totals");
    let columns: Vec<_> = lines[0].split_whitespace().collect();
    assert_eq!(columns, ["path", "identity", "gzip", "br", "zstd", "type"]);
    for (line, route) in lines[1..].iter().zip(routes()) {
        let mut cells = line.split_whitespace();
        assert_eq!(cells.next(), Some(route.path.as_str()));
        for coding in route.sizes().iter().map(|(_, size)| size.to_string()) {
            assert!(line.split_whitespace().any(|cell| cell == coding), "{coding} is not in {line:?}");
        }
    }
    assert!(lines[lines.len() - 1].starts_with(&format!("{} routes", routes().len())), "{table}");
}

#[test]
fn list_gives_a_program_the_same_with_totals() {
    let list: Value = serde_json::from_str(&output(&["list", "--json"])).expect("JSON");
    for coding in ["identity", "gzip", "br", "zstd"] {
        let sizes = routes().iter().flat_map(Route::sizes).filter(|(stored, _)| stored == coding);
        assert_eq!(list["bytes"][coding].as_u64(), Some(sizes.map(|(_, size)| *size as u64).sum()), "{coding}");
    }
    let paths: Vec<_> = routes().iter().map(|route| route.path.as_str()).collect();
    assert!(paths.is_sorted(), "{paths:?}");
    for path in
        ["/", "/notes", "/blog", "/tags", "/about", "/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml", "404"]
    {
        assert!(paths.contains(&path), "{path}");
    }
}

#[test]
fn extract_writes_the_site_as_files_that_any_host_can_serve() {
    let folder = folder();
    let to = folder.path().join("not/yet/there");
    let ran = extract(&to, &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.starts_with(&format!("{} files in ", routes().len())), "{}", ran.stdout);
    let site = Server::start();
    let mut client = site.connect();
    for route in routes() {
        let file = match route.path.as_str() {
            "404" => "404.html".to_owned(),
            "/" => "index.html".to_owned(),
            path if route.is_html() => format!("{}/index.html", &path[1..]),
            path => path[1..].to_owned(),
        };
        let bytes = fs::read(to.join(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(bytes == client.get(route.target(), &[]).content, "{file} is not what is served");
    }
    assert!(to.join("notes/index.html").is_file());
    assert_eq!(files(&to).len(), routes().len());
}

#[test]
fn extract_writes_over_nothing_without_being_told() {
    let folder = folder();
    fs::write(folder.path().join("mine"), "kept").expect("a file");
    let ran = extract(folder.path(), &[]);
    check_failure(&ran, 1, &["is not empty", "--force"]);
    assert_eq!(files(folder.path()).len(), 1);
    let ran = extract(folder.path(), &["--force"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert_eq!(fs::read_to_string(folder.path().join("mine")).expect("it stands"), "kept");
    assert_eq!(files(folder.path()).len(), routes().len() + 1);
}

#[test]
fn extract_into_an_empty_folder_needs_no_force() {
    let folder = folder();
    assert_eq!(extract(folder.path(), &[]).code, Some(0));
    assert!(html_routes().count() > 20 && folder.path().join("index.html").is_file());
}

#[test]
fn version_has_the_digest_of_the_content() {
    let said = output(&["--version"]);
    let digest = said.trim_end().strip_prefix(concat!("notes ", env!("CARGO_PKG_VERSION"), " (content "));
    let digest = digest.and_then(|rest| rest.strip_suffix(')')).unwrap_or_else(|| panic!("{said}"));
    assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{said}");
    assert_eq!(output(&["-V"]), said);
    assert!(output(&["verify"]).contains(digest), "verify and --version speak of one site");
}

#[test]
fn help_fits_a_terminal_and_names_every_command() {
    let help = output(&["--help"]);
    for word in
        ["serve", "verify", "list", "extract", "unit", "--listen", "NOTES_LISTEN", "--json", "--force", "[::]:8080"]
    {
        assert!(help.contains(word), "{word}");
    }
    assert!(help.lines().all(|line| line.len() <= 80), "{help}");
    assert_eq!(output(&["help"]), help);
    assert_eq!(output(&["-h"]), help);
}

#[test]
fn unit_prints_the_service_and_its_socket() {
    let units = output(&["unit"]);
    for line in ["[Service]", "[Socket]", "Type=notify", "[Install]"] {
        assert!(units.lines().any(|found| found == line), "{line}: {units}");
    }
}

#[test]
fn what_is_not_understood_is_said_in_a_line() {
    for (arguments, says) in [
        (&["sevre"][..], "`sevre`"),
        (&["--lisen", "127.0.0.1:0"], "--lisen"),
        (&["--workers"], "--workers"),
        (&["--workers", "0"], "--workers"),
        (&["--workers", "many"], "\"many\""),
        (&["--listen", "everywhere"], "write [::]:8080"),
        (&["--drain-deadline", "10"], "write 500ms, 5s or 2m"),
        (&["verify", "now"], "verify"),
        (&["extract"], "notes extract public"),
        (&["list", "--listen", "127.0.0.1:0"], "list"),
    ] {
        check_failure(&run(arguments), 2, &[says, "`notes --help`"]);
    }
    let mut told = command(&executable::path());
    told.env("NOTES_WORKERS", "-1");
    check_failure(&finish(&mut told), 2, &["NOTES_WORKERS", "\"-1\""]);
}

#[test]
fn an_address_in_use_is_said_in_a_line_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let ran = run(&["--listen", &address]);
    check_failure(&ran, 1, &[&format!("{address} is in use"), "stop the program that listens there", "--listen"]);
}

#[test]
fn an_address_of_another_computer_is_said_in_a_line() {
    // TEST-NET-1 (RFC 5737 §3) is nobody's.
    check_failure(&run(&["--listen", "192.0.2.1:8080"]), 1, &["192.0.2.1:8080", "not an address of this computer"]);
}

#[test]
fn told_to_leave_it_leaves() {
    let site = Server::start();
    assert_eq!(site.get("/notes", &[]).status, 200);
    assert_eq!(site.terminate(), Some(0));
}

#[test]
fn a_reader_of_the_list_may_go_away() {
    let mut child =
        executable::spawn(command(&executable::path()).arg("list").stdout(Stdio::piped()).stderr(Stdio::piped()));
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}
