//! Executables with flipped bits: `verify` finds each, and the server sends the original bytes or an error.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, ErrorKind};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::check_failure;
use crate::executable::{self, Server, command, finish, listed, output};

/// The time after which a damaged executable is killed, because it may never end. Killing one too early fails no test, because it has not passed `verify`.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where the index begins in a pack, behind its header, and a little further: even the smallest site has routes there.
const INDEX: usize = 136 + 64;

/// A copy of the executable, to be damaged.
struct Copy {
    folder: TempDir,
    bytes: Vec<u8>,
}

impl Copy {
    fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let bytes = fs::read(executable::path()).expect("it can be read");
        fs::copy(executable::path(), folder.path().join("notes")).expect("a copy");
        Copy { folder, bytes }
    }

    /// The same, next to its record.
    fn recorded() -> Self {
        let copy = Copy::new();
        let sum = finish(Command::new("sha256sum").arg("notes").current_dir(copy.folder.path())).stdout;
        fs::write(copy.folder.path().join("notes.sha256"), sum).expect("a file");
        copy
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("notes")
    }

    /// Flips one bit; flipping it again repairs it.
    fn flip(&self, at: usize, bit: usize) {
        let mut byte = [0];
        let file = || OpenOptions::new().read(true).write(true).open(self.path());
        // A child that another thread is about to start may still have it open.
        let file = (0..100).find_map(|_| file().map_err(|_| thread::sleep(Duration::from_millis(20))).ok());
        let file: File = file.expect("it can be written");
        file.read_exact_at(&mut byte, at as u64).expect("it is there");
        byte[0] ^= 1 << bit;
        file.write_all_at(&byte, at as u64).expect("it can be written");
    }

    /// The offset of these bytes in it.
    fn find(&self, bytes: &[u8]) -> usize {
        self.bytes.windows(bytes.len()).position(|window| window == bytes).expect("they lie in there as they are")
    }

    /// The range of the site image in it. The magic number is followed by the version and the length.
    fn pack(&self) -> (usize, usize) {
        const BEGIN: &[u8] = b"\x89GRAVEN\n\x03\0\0\0\0\0\0\0";
        let list: Value = serde_json::from_str(&output(&["list", "--json"])).expect("JSON");
        let length = list["pack"].as_u64().expect("the pack's size");
        (self.find(&[BEGIN, &length.to_le_bytes()].concat()), usize::try_from(length).expect("it fits into memory"))
    }
}

/// Pseudorandom numbers, the same in each run (`SplitMix64`).
fn random(mut state: u64) -> impl Iterator<Item = usize> {
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 1).expect("64 bits")
    })
}

/// Runs an executable that may be damaged; `None` if it does not start.
fn verify(path: &Path) -> Option<Output> {
    let mut command = command(path);
    command.arg("verify").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = loop {
        match command.spawn() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => thread::sleep(Duration::from_millis(20)),
            Err(_) => return None,
            Ok(child) => break child,
        }
    };
    let begin = Instant::now();
    while child.try_wait().expect("it is our child").is_none() {
        if begin.elapsed() > PATIENCE {
            child.kill().expect("it is our child");
        }
        thread::sleep(Duration::from_millis(1));
    }
    child.wait_with_output().ok()
}

#[test]
fn verify_prints_what_it_has_checked() {
    let copy = Copy::new();
    let ran = finish(command(&copy.path()).arg("verify"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let [site, file] = ran.stdout.lines().collect::<Vec<_>>()[..] else { panic!("{}", ran.stdout) };
    assert!(site.starts_with(&format!("site: {} routes, ", listed().len())), "{site}");
    assert!(site.ends_with(": no damage found"), "{site}");
    let sum = finish(Command::new("sha256sum").arg(copy.path())).stdout;
    let digest = sum.split(' ').next().expect("a digest");
    assert!(file.starts_with(&format!("file: SHA-256 {digest}, not checked, because there is no ")), "{file}");
    assert!(file.ends_with("compare it with `sha256sum` of the file on the computer that built it"), "{file}");

    let copy = Copy::recorded();
    let ran = finish(command(&copy.path()).arg("verify"));
    let record = copy.folder.path().join("notes.sha256");
    let expected = format!("file: SHA-256 {digest}, as in {}: no damage found", record.display());
    assert_eq!((ran.code, ran.stdout.lines().nth(1)), (Some(0), Some(&*expected)));
}

#[test]
fn a_flip_of_any_bit_of_a_recorded_executable_is_found() {
    let copy = Copy::recorded();
    let (start, length) = copy.pack();
    let mut numbers = random(2026);
    let mut next = |below: usize| numbers.next().expect("they do not end") % below;
    let mut places: Vec<usize> = (0..80).map(|_| next(copy.bytes.len())).collect();
    places.extend((0..20).map(|_| start + next(length)));
    // The part that the kernel reads to start it.
    places.extend((0..20).map(|_| next(1024)));
    for at in places {
        let bit = next(8);
        copy.flip(at, bit);
        if let Some(ran) = verify(&copy.path()) {
            let said = String::from_utf8_lossy(&ran.stdout);
            assert!(!ran.status.success() && said.is_empty(), "bit {bit} of byte {at}: {said}");
        }
        copy.flip(at, bit);
    }
    assert!(verify(&copy.path()).is_some_and(|ran| ran.status.success()), "it is as it was");
}

#[test]
fn damage_in_the_file_is_an_error_that_says_what_to_do() {
    let copy = Copy::recorded();
    // A text that is not used here: the executable runs as before, and only its record shows the damage.
    copy.flip(copy.find(b"is in use: stop the program"), 0);
    let ran = finish(command(&copy.path()).arg("verify"));
    check_failure(&ran, 1, &["this executable or its record is damaged", "notes.sha256", "copy the executable again"]);
}

#[test]
fn a_flip_in_the_site_is_found_without_a_record() {
    let copy = Copy::new();
    let (start, length) = copy.pack();
    copy.flip(start + length * 2 / 3, 3);
    let ran = finish(command(&copy.path()).arg("verify"));
    check_failure(&ran, 1, &["the site in this executable is damaged", "copy the executable again"]);
}

#[test]
fn a_damaged_page_is_not_served_and_is_named_once() {
    let copy = Copy::new();
    let page = Server::start().get("/notes", &[("Accept-Encoding", "br")]).content;
    copy.flip(copy.find(&page) + page.len() / 2, 5);
    let mut command = command(&copy.path());
    let mut site = Server::start_by(command.stderr(Stdio::piped()));
    for _ in 0..3 {
        let answer = site.get("/notes", &[]);
        assert_eq!((answer.status, answer.field("cache-control")), (500, "no-store"));
    }
    assert_eq!(site.get("/", &[]).status, 200);
    let stderr = site.stderr();
    assert_eq!(site.terminate(), Some(0));
    let said: Vec<_> = stderr.lines().map(|line| line.expect("UTF-8")).collect();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("damaged: /notes: ") && said[0].ends_with("copy the executable again"), "{said:?}");
}

#[test]
fn a_damaged_index_is_not_served_from_at_all() {
    let copy = Copy::new();
    // In the table of routes.
    copy.flip(copy.pack().0 + INDEX, 2);
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["list"], &["extract", "/nowhere"], &["verify"]] {
        let ran = finish(command(&copy.path()).args(arguments));
        check_failure(&ran, 1, &["the index is damaged", "copy the executable again"]);
    }
}
