//! `notes install --root`: the files of the service in a folder. tests/deploy/units tests them with systemd.

use std::fs;
use std::io::Cursor;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use graven_pack::attachment::{ALIGNMENT, End, Trailer};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::executable::{Ran, command, finish, output, path};

const BINARY: &str = "usr/local/bin/notes";
const PREVIOUS: &str = "usr/local/bin/notes.previous";
const RECORD: &str = "usr/local/bin/notes.sha256";
const UNITS: [&str; 2] = ["etc/systemd/system/notes.service", "etc/systemd/system/notes.socket"];

fn root() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn run(executable: &Path, arguments: &[&str], root: &Path) -> Ran {
    finish(command(executable).args(arguments).args(["--root", text(root)]))
}

fn succeed(executable: &Path, arguments: &[&str], root: &Path) -> String {
    let ran = run(executable, arguments, root);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    ran.stdout
}

/// The same site in another file, which is longer.
fn newer(folder: &Path) -> PathBuf {
    let newer = folder.join("newer");
    let mut bytes = fs::read(path()).expect("the executable");
    match Trailer::read(Cursor::new(&bytes)).expect("it is in memory") {
        // A trailer is the end of its file, so the new bytes are before the site.
        End::Attached(trailer) => {
            let site = bytes.split_off(usize::try_from(trailer.offset).expect("it is in memory"));
            bytes.resize(bytes.len() + usize::try_from(ALIGNMENT).expect("small"), 0);
            let engine = Sha256::digest(&bytes).into();
            bytes.extend(&site[..site.len() - Trailer::SIZE]);
            bytes.extend(Trailer { offset: trailer.offset + ALIGNMENT, engine, ..trailer }.to_bytes());
        }
        _ => bytes.push(b'\n'),
    }
    fs::write(&newer, bytes).expect("a file");
    fs::set_permissions(&newer, fs::Permissions::from_mode(0o755)).expect("it is ours");
    newer
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).expect("a file").len()
}

/// All paths in a folder, with the targets of links.
fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            let kind = path.symlink_metadata().expect("it is there").file_type();
            if kind.is_dir() {
                folders.push(path);
                continue;
            }
            let within = text(path.strip_prefix(folder).expect("it is below")).to_owned();
            found.push(if kind.is_symlink() {
                format!("{within} -> {}", text(&fs::read_link(&path).expect("a link")))
            } else {
                within
            });
        }
    }
    found.sort();
    found
}

#[test]
fn an_image_gets_the_executable_the_units_and_their_links() {
    let root = root();
    succeed(&path(), &["install"], root.path());
    assert_eq!(
        files(root.path()),
        [
            "etc/systemd/system/multi-user.target.wants/notes.service -> /etc/systemd/system/notes.service",
            "etc/systemd/system/notes.service",
            "etc/systemd/system/notes.socket",
            "etc/systemd/system/sockets.target.wants/notes.socket -> /etc/systemd/system/notes.socket",
            BINARY,
            RECORD,
        ]
    );
    let binary = root.path().join(BINARY);
    assert_eq!(fs::read(&binary).expect("a file"), fs::read(path()).expect("the executable"));
    assert_eq!(fs::metadata(&binary).expect("a file").permissions().mode() & 0o777, 0o755);
    let mut check = Command::new("sha256sum");
    check.args(["-c", "--strict", "notes.sha256"]).current_dir(binary.parent().expect("a folder"));
    assert_eq!(finish(&mut check).stdout, "notes: OK\n");
    let printed = output(&["unit"]);
    for unit in UNITS {
        let unit = fs::read_to_string(root.path().join(unit)).expect("a unit");
        assert!(printed.contains(&unit), "{unit}");
    }
}

#[test]
fn a_newer_version_keeps_the_previous_one_and_can_be_rolled_back() {
    let (root, download) = (root(), root());
    let newer = newer(download.path());
    succeed(&path(), &["install"], root.path());
    succeed(&newer, &["install"], root.path());
    let lengths = || [BINARY, PREVIOUS].map(|name| length(&root.path().join(name)));
    let [old, new] = [path(), newer.clone()].map(|path| length(&path));
    assert_eq!(lengths(), [new, old]);
    // An emulator cannot run the installed executables.
    if std::env::var_os("NOTES_RUNNER").is_none() {
        succeed(&newer, &["install", "--rollback"], root.path());
        assert_eq!(lengths(), [old, new]);
        for name in [BINARY, PREVIOUS] {
            let said = finish(command(&root.path().join(name)).arg("verify")).stdout;
            assert!(said.contains(&format!("as in {}", root.path().join(name).display())), "{said}");
        }
    }
}

#[test]
fn a_dry_run_prints_each_step_and_does_none() {
    let root = root();
    let said = succeed(&path(), &["install", "--dry-run"], root.path());
    for step in ["would copy ", "would write ", "would link "] {
        assert!(said.contains(step), "{said}");
    }
    assert_eq!(files(root.path()), [""; 0]);
    succeed(&path(), &["install"], root.path());
    assert_eq!(succeed(&path(), &["install", "--dry-run"], root.path()), "nothing to do\n");
    let said = succeed(&path(), &["uninstall", "--dry-run"], root.path());
    assert_eq!(said.lines().filter(|line| line.starts_with("would remove ")).count(), 6, "{said}");
}

#[test]
fn a_damaged_executable_is_not_installed_and_can_be_removed() {
    let root = root();
    succeed(&path(), &["install"], root.path());
    let record = root.path().join(RECORD);
    let text = fs::read_to_string(&record).expect("a record");
    fs::write(&record, text.replace(['0', '1', '2'], "3")).expect("it is ours");
    let installed = root.path().join(BINARY);
    let ran = run(&installed, &["install"], root.path());
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("this executable or its record is damaged"), "{}", ran.stderr);
    succeed(&installed, &["uninstall"], root.path());
    assert_eq!(files(root.path()), [""; 0]);
}

#[test]
fn uninstalling_removes_what_was_installed_and_nothing_else() {
    let root = root();
    succeed(&path(), &["install"], root.path());
    let own = root.path().join("etc/systemd/system/notes.socket.d/port.conf");
    fs::create_dir(own.parent().expect("a folder")).expect("a new folder");
    fs::write(&own, "[Socket]\n").expect("a file");
    let said = succeed(&path(), &["uninstall"], root.path());
    assert!(said.contains("your settings remain in "), "{said}");
    assert_eq!(files(root.path()), ["etc/systemd/system/notes.socket.d/port.conf"]);
    assert!(succeed(&path(), &["uninstall"], root.path()).starts_with("nothing is installed\n"));
}

#[test]
fn an_error_is_one_line_that_says_what_to_do() {
    let root = root();
    for (arguments, folder, expected) in [
        (&["install"][..], root.path().join("nowhere"), "create it first"),
        (&["install", "--rollback"], root.path().to_owned(), "there is no previous version"),
    ] {
        let ran = run(&path(), arguments, &folder);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        assert!(ran.stderr.contains(expected) && ran.stderr.lines().count() == 1, "{}", ran.stderr);
    }
}
