//! The command line of the site executable.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::executable::{self, Ran, Route, Server, command, finish, listed, output, routes, run};

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

fn extract(to: &Path, more: &[&str]) -> Ran {
    finish(command(&executable::path()).arg("extract").args(more).arg(to))
}

/// Checks that an error is one line, which can be read in a journal.
pub(crate) fn check_failure(ran: &Ran, code: i32, says: &[&str]) {
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{}", ran.stderr);
    assert!(ran.stderr.starts_with("notes: ") && ran.stderr.lines().count() == 1, "{:?}", ran.stderr);
    for words in says {
        assert!(ran.stderr.contains(words), "{words:?} is not in {:?}", ran.stderr);
    }
}

/// All files in a folder, by their path from it.
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
fn list_shows_every_route_in_a_table() {
    let table = output(&["list"]);
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), listed().len() + 2, "a line a route, a head and totals");
    let columns: Vec<_> = lines[0].split_whitespace().collect();
    assert_eq!(columns, ["path", "identity", "gzip", "br", "zstd", "type"]);
    for (line, route) in lines[1..].iter().zip(listed()) {
        let mut cells = line.split_whitespace();
        assert_eq!(cells.next(), Some(route.path.as_str()));
        for coding in route.sizes().iter().map(|(_, size)| size.to_string()) {
            assert!(line.split_whitespace().any(|cell| cell == coding), "{coding} is not in {line:?}");
        }
    }
    // What is scheduled follows after an empty line.
    let total = lines.iter().take_while(|line| !line.is_empty()).last().expect("a line");
    assert!(total.starts_with(&format!("{} routes", listed().len())), "{table}");
}

#[test]
fn list_as_json_has_the_same_routes_and_totals() {
    let list: Value = serde_json::from_str(&output(&["list", "--json"])).expect("JSON");
    for coding in ["identity", "gzip", "br", "zstd"] {
        let sizes = listed().iter().flat_map(Route::sizes).filter(|(stored, _)| stored == coding);
        assert_eq!(list["bytes"][coding].as_u64(), Some(sizes.map(|(_, size)| *size as u64).sum()), "{coding}");
    }
    let paths: Vec<_> = listed().iter().map(|route| route.path.as_str()).collect();
    assert!(paths.is_sorted(), "{paths:?}");
    for path in ["/", "/notes", "/blog", "/tags", "/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml", "404"] {
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
            path if route.is_page() || route.status() == 308 => format!("{}/index.html", &path[1..]),
            path => path[1..].to_owned(),
        };
        let bytes = fs::read(to.join(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let served = client.get(route.target(), &[]);
        if route.status() == 308 {
            let text = String::from_utf8_lossy(&bytes);
            assert!(text.contains(&format!("href=\"{}\"", served.field("location"))), "{file}: {text}");
        } else {
            assert!(bytes == served.content, "{file} is not what is served");
        }
    }
    assert!(to.join("notes/index.html").is_file());
    assert_eq!(files(&to).len(), routes().len());
}

#[test]
fn extract_replaces_nothing_without_force() {
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
    assert!(folder.path().join("index.html").is_file());
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
fn a_wrong_command_line_is_an_error_of_one_line() {
    for (arguments, says) in [
        (&["sevre"][..], "`sevre`"),
        (&["--lisen", "127.0.0.1:0"], "--lisen"),
        (&["--workers"], "--workers"),
        (&["--workers", "0"], "--workers"),
        (&["--workers", "many"], "\"many\""),
        (&["--listen", "everywhere"], "expected an address such as [::]:8080"),
        (&["--drain-deadline", "10"], "expected a time such as 500ms, 5s or 2m"),
        (&["--idle-time", "0s"], "a time above 0"),
        (&["--workers", "100000"], "a number from 1 to 1024"),
        (&["verify", "now"], "verify"),
        (&["extract"], "notes extract public"),
        (&["list", "--listen", "127.0.0.1:0"], "list"),
    ] {
        check_failure(&run(arguments), 2, &[says, "`notes --help`"]);
    }
    let mut by_variable = command(&executable::path());
    by_variable.env("NOTES_WORKERS", "-1");
    check_failure(&finish(&mut by_variable), 2, &["NOTES_WORKERS", "\"-1\""]);
    let mut by_variable = command(&executable::path());
    by_variable.env("NOTES_WORKRS", "2");
    check_failure(
        &finish(&mut by_variable),
        2,
        &["NOTES_WORKRS: there is no such variable", "the nearest is NOTES_WORKERS"],
    );
}

#[test]
fn variables_of_the_build_are_ignored() {
    let mut command = command(&executable::path());
    let site =
        Server::start_by(command.env("NOTES_BASE_URL", "https://example.org").env("NOTES_SERVICE_HOST", "10.0.0.1"));
    assert_eq!(site.get("/", &[]).status, 200);
}

#[test]
fn a_file_at_the_path_of_a_socket_is_kept_and_named() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "mine").expect("a file");
    let address = format!("unix:{}", file.display());
    check_failure(&run(&["--listen", &address]), 1, &[&address, "is not a socket: remove it, or choose another path"]);
    assert_eq!(fs::read_to_string(&file).expect("it is still there"), "mine");
}

/// What a server with these options prints to standard error until it is stopped.
fn warnings(options: &[&str]) -> String {
    let mut site = Server::start_by(command(&executable::path()).args(options).stderr(Stdio::piped()));
    let mut printed = String::new();
    let mut stderr = site.stderr();
    assert_eq!(site.terminate(), Some(0));
    stderr.read_to_string(&mut printed).expect("UTF-8");
    printed
}

#[test]
fn an_admin_address_that_others_can_reach_gets_a_warning() {
    for (address, warns) in [("0.0.0.0:0", true), ("[::]:0", true), ("127.0.0.1:0", false), ("[::1]:0", false)] {
        let printed = warnings(&["--admin", address]);
        let expected = "notes: warning: other computers can reach --admin ";
        assert_eq!(printed.starts_with(expected), warns, "{address}: {printed}");
        assert_eq!(printed.lines().count(), usize::from(warns), "{printed}");
    }
}

#[test]
fn a_client_address_field_that_nobody_may_send_gets_a_warning() {
    for (options, warns) in [
        (&["--client-address-field", "X-Real-IP"][..], true),
        (&["--client-address-field", "X-Real-IP", "--trusted-proxy", "::1"], false),
        (&[], false),
    ] {
        let printed = warnings(options);
        let expected = "notes: warning: --client-address-field has no effect without --trusted-proxy";
        assert_eq!(printed.starts_with(expected), warns, "{options:?}: {printed}");
    }
}

/// A shell that sets limits and then executes the executable with these arguments. `None` if an emulator runs the executable, because the limits would
/// apply to the emulator.
fn limited(limits: &str, arguments: &[&str]) -> Option<Ran> {
    if std::env::var_os("NOTES_RUNNER").is_some() {
        return None;
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{limits}; exec \"$0\" \"$@\"")]).arg(executable::path()).args(arguments);
    Some(finish(&mut shell))
}

#[test]
fn addresses_are_printed_only_once_they_are_served() {
    // Enough to listen, but not for the workers.
    let Some(ran) = limited("ulimit -n 40", &["--listen", "127.0.0.1:0", "--workers", "20"]) else { return };
    check_failure(&ran, 1, &["cannot start a worker", "use fewer --workers"]);
}

#[test]
fn too_few_descriptors_for_the_workers_are_reported() {
    let Some(ran) = limited("ulimit -n 64", &["--listen", "127.0.0.1:0", "--workers", "100"]) else { return };
    check_failure(&ran, 1, &["cannot listen on 127.0.0.1:", "raise the limit on open files", "fewer --workers"]);
}

/// The maximum size of a file, to imitate a full disk.
const FULL: &str = "trap '' XFSZ; ulimit -f 8";

#[test]
fn extract_that_fails_creates_no_folder() {
    let folder = folder();
    let to = folder.path().join("not/yet/there");
    let Some(ran) = limited(FULL, &["extract", to.to_str().expect("UTF-8")]) else { return };
    check_failure(&ran, 1, &["notes-extract", "File too large"]);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn extract_that_fails_leaves_an_existing_folder_as_it_was() {
    let folder = folder();
    for (name, text) in [("index.html", "old"), ("mine", "kept")] {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    let Some(ran) = limited(FULL, &["extract", "--force", folder.path().to_str().expect("UTF-8")]) else { return };
    check_failure(&ran, 1, &["File too large"]);
    let left: Vec<_> = files(folder.path()).into_iter().collect();
    assert_eq!(left, [PathBuf::from("index.html"), PathBuf::from("mine")]);
    assert_eq!(fs::read_to_string(folder.path().join("index.html")).expect("it is there"), "old");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
}

#[test]
fn extract_with_force_replaces_files_and_adds_to_folders() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("notes")).expect("a new folder");
    for name in ["index.html", "notes/index.html", "notes/mine"] {
        fs::write(at(name), "old").expect("a file");
    }
    assert_eq!(extract(folder.path(), &["--force"]).code, Some(0));
    assert_eq!(files(folder.path()).len(), routes().len() + 1);
    let is_old = |name: &str| fs::read(at(name)).expect("it is there") == b"old";
    assert_eq!(["index.html", "notes/index.html", "notes/mine"].map(is_old), [false, false, true]);
    assert_eq!(
        fs::read_dir(folder.path())
            .expect("a folder")
            .filter(|entry| entry.as_ref().expect("an entry").file_name().to_string_lossy().starts_with(".notes"))
            .count(),
        0
    );
}

#[test]
fn extract_with_force_changes_nothing_if_a_folder_has_the_name_of_a_file() {
    let folder = folder();
    fs::create_dir(folder.path().join("index.html")).expect("a new folder");
    check_failure(&extract(folder.path(), &["--force"]), 1, &["expected a file at ", "index.html; move away"]);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn extract_of_a_relative_folder_goes_below_the_current_one() {
    let folder = folder();
    for name in ["public", "./deep/er", "."] {
        let current = folder.path().join(if name == "." { "empty" } else { "" });
        fs::create_dir_all(&current).expect("a folder");
        let ran = finish(command(&executable::path()).args(["extract", name]).current_dir(&current));
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{name}");
        assert!(current.join(name).join("index.html").is_file(), "{name}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 3);
}

#[test]
fn an_address_in_use_is_an_error_that_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let ran = run(&["--listen", &address]);
    check_failure(&ran, 1, &[&format!("{address} is in use"), "stop the program that listens there", "--listen"]);
}

#[test]
fn an_address_of_another_computer_is_an_error_of_one_line() {
    // TEST-NET-1 (RFC 5737 §3) belongs to nobody.
    check_failure(&run(&["--listen", "192.0.2.1:8080"]), 1, &["192.0.2.1:8080", "not an address of this computer"]);
}

#[test]
fn sigterm_ends_the_server() {
    let site = Server::start();
    assert_eq!(site.get("/notes", &[]).status, 200);
    assert_eq!(site.terminate(), Some(0));
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let mut child =
        executable::spawn(command(&executable::path()).arg("list").stdout(Stdio::piped()).stderr(Stdio::piped()));
    drop(child.stdout.take());
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
}
