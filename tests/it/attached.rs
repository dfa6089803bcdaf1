//! Sites that `graven build` attaches to an engine: they answer as the one that cargo has embedded, and a damaged one says so.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::BufRead as _;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use graven_pack::attachment::{Mark, Trailer};
use tempfile::TempDir;

use crate::executable::{Ran, Server, command, emulator, finish, path, routes};
use crate::graven::{engine, graven};

/// The engine of these tests is for this machine, so an emulator for another one cannot run it. `tests/deploy/emulated` runs the whole suite with an
/// executable that `graven build` has made for that machine.
pub(crate) fn skipped() -> bool {
    let emulator = emulator();
    if let Some(emulator) = &emulator {
        println!("skipped: {emulator} does not run an engine for this machine");
    }
    emulator.is_some()
}

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

/// A site of a few pages.
fn small_site() -> TempDir {
    let site = folder();
    fs::write(site.path().join("site.toml"), "title = \"Notes\"\ndescription = \"What I learnt.\"\n").expect("a file");
    site
}

/// `graven build` of a folder into a file, with the engine for this machine.
pub(crate) fn build(content: &Path, output: &Path) -> Command {
    let mut command = graven();
    command.arg("build").arg(content).arg("--output").arg(output).arg("--engine").arg(engine());
    command
}

/// Builds, and expects success.
fn built(content: &Path, output: &Path) -> Ran {
    let ran = finish(&mut build(content, output));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran
}

/// The executable with the content of this repository, built once.
fn attached() -> PathBuf {
    static ATTACHED: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = folder();
        built(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content"), &folder.path().join("notes"));
        folder
    });
    ATTACHED.path().join("notes")
}

/// The files of a folder, with their content.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(
                files(&path)
                    .into_iter()
                    .map(|(below, bytes)| (Path::new(path.file_name().expect("a name")).join(below), bytes)),
            );
        } else {
            found.push((path.file_name().expect("a name").into(), fs::read(&path).expect("a file")));
        }
    }
    found.sort();
    found
}

#[test]
fn an_attached_site_answers_byte_for_byte_as_the_embedded_one() {
    if skipped() {
        return;
    }
    let (one, other) = (Server::start(), Server::start_by(&mut command(&attached())));
    let (mut one, mut other) = (one.connect(), other.connect());
    let coded = ["br", "gzip", "identity"].map(|coding| ("GET", vec![("Accept-Encoding", coding)]));
    let more = [
        ("HEAD", vec![("Accept-Encoding", "br")]),
        ("GET", vec![("Accept-Encoding", "gzip"), ("Range", "bytes=10-19")]),
        ("GET", vec![("Accept", "text/markdown")]),
        ("POST", vec![]),
    ];
    let requests: Vec<_> = coded.into_iter().chain(more).collect();
    for route in routes() {
        for (method, fields) in &requests {
            let target = route.target();
            let (expected, found) = (one.ask(method, target, fields), other.ask(method, target, fields));
            assert_eq!(found.status, expected.status, "{method} {target} {fields:?}");
            assert_eq!(found.lasting_fields(), expected.lasting_fields(), "{method} {target} {fields:?}");
            assert!(found.content == expected.content, "{method} {target} {fields:?}");
        }
    }
}

#[test]
fn every_command_prints_what_it_prints_with_an_embedded_site() {
    if skipped() {
        return;
    }
    for arguments in
        [&["--version"][..], &["list"], &["list", "--json"], &["unit"], &["--help"], &["install", "--root", "/proc"]]
    {
        let mut found = finish(command(&attached()).args(arguments));
        let expected = finish(command(&path()).args(arguments));
        // The path of the executable is part of what `install` would do.
        found.stdout = found.stdout.replace(&attached().display().to_string(), &path().display().to_string());
        assert_eq!(
            (found.code, found.stdout, found.stderr),
            (expected.code, expected.stdout, expected.stderr),
            "{arguments:?}"
        );
    }
    let verified =
        |executable: &Path| finish(command(executable).arg("verify")).stdout.lines().next().map(str::to_owned);
    assert_eq!(verified(&attached()), verified(&path()));

    let (embedded, extracted) = (folder(), folder());
    for (executable, folder) in [(path(), &embedded), (attached(), &extracted)] {
        assert_eq!(finish(command(&executable).arg("extract").arg(folder.path())).code, Some(0));
    }
    assert!(files(embedded.path()) == files(extracted.path()), "the extracted files differ");
}

#[test]
fn an_attached_executable_installs_itself_with_its_site() {
    if skipped() {
        return;
    }
    let root = folder();
    let ran = finish(command(&attached()).arg("install").arg("--root").arg(root.path()));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let ran = finish(command(&root.path().join("usr/local/bin/notes")).arg("verify"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.contains("notes.sha256: no damage found"), "{}", ran.stdout);
}

#[test]
fn the_same_content_and_engine_give_the_same_bytes_and_a_site_is_replaced() {
    if skipped() {
        return;
    }
    let (site, to) = (small_site(), folder());
    let (first, second) = (to.path().join("first"), to.path().join("second"));
    let ran = built(site.path(), &first);
    let line = ran.stdout.trim_end();
    assert!(line.starts_with(&format!("{}: ", first.display())) && line.ends_with(" s"), "{line}");
    let digest =
        output_of(&first, &["--version"]).trim_end().trim_end_matches(')').rsplit(' ').next().map(str::to_owned);
    assert!(digest.is_some_and(|digest| line.contains(&digest)), "{line}");
    assert_eq!(fs::metadata(&first).expect("a file").permissions().mode() & 0o7777, 0o755);

    // An executable with a site is an engine too: its site is replaced.
    built(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/content"), &second);
    let ran = finish(graven().arg("build").arg(site.path()).arg("-o").arg(&second).arg("-e").arg(&second));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(fs::read(&first).expect("a file") == fs::read(&second).expect("a file"));
}

fn output_of(executable: &Path, arguments: &[&str]) -> String {
    let ran = finish(command(executable).args(arguments));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    ran.stdout
}

/// A copy of an executable with a small site, to be damaged.
struct Copy {
    folder: TempDir,
    bytes: Vec<u8>,
    /// Where the site begins.
    site: usize,
}

impl Copy {
    fn new() -> Self {
        let folder = folder();
        let path = folder.path().join("notes");
        built(small_site().path(), &path);
        let bytes = fs::read(path).expect("a file");
        let site = fs::metadata(engine()).expect("a file").len().next_multiple_of(65_536);
        Copy { folder, bytes, site: usize::try_from(site).expect("it fits into memory") }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("notes")
    }

    /// Its file, which a child that another thread is about to start may still have open.
    fn file(&self) -> fs::File {
        let file = || OpenOptions::new().write(true).open(self.path());
        (0..100)
            .find_map(|_| file().map_err(|_| thread::sleep(Duration::from_millis(20))).ok())
            .expect("it can be written")
    }

    fn write(&self, at: usize, byte: u8) {
        self.file().write_all_at(&[byte], at as u64).expect("it can be written");
    }

    /// Runs it with one changed bit.
    fn flipped(&self, at: usize, arguments: &[&str]) -> Ran {
        self.write(at, self.bytes[at] ^ 1);
        let ran = finish(command(&self.path()).args(arguments));
        self.write(at, self.bytes[at]);
        ran
    }
}

#[test]
fn a_file_that_is_cut_short_is_refused_wherever_it_ends() {
    if skipped() {
        return;
    }
    let copy = Copy::new();
    let whole = copy.bytes.len();
    let site = whole - copy.site;
    let near_the_end = (1..=Trailer::SIZE + 8).map(|less| whole - less);
    let within = (0..50).map(|part| copy.site + site * part / 50);
    for length in near_the_end.chain(within.rev()) {
        copy.file().set_len(length as u64).expect("it can be cut");
        for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["verify"]] {
            let ran = finish(command(&copy.path()).args(arguments));
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{length} of {whole} bytes");
            assert!(
                ran.stderr.contains("its file was cut short; copy it again"),
                "{length} of {whole} bytes: {}",
                ran.stderr
            );
        }
    }
}

#[test]
fn every_changed_byte_of_the_trailer_stops_the_start() {
    if skipped() {
        return;
    }
    let copy = Copy::new();
    let end = copy.bytes.len();
    for at in end - Trailer::SIZE..end {
        let ran = copy.flipped(at, &["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "byte {at}");
        assert!(ran.stderr.contains("cop") && ran.stderr.contains("again"), "byte {at}: {}", ran.stderr);
    }
}

#[test]
fn a_changed_byte_of_the_index_stops_the_start_and_verify_finds_any_other() {
    if skipped() {
        return;
    }
    let copy = Copy::new();
    let end = copy.bytes.len() - Trailer::SIZE;
    for at in (copy.site..copy.site + 200).step_by(7) {
        let ran = copy.flipped(at, &["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "byte {at}");
        assert!(ran.stderr.contains("copy the executable again"), "byte {at}: {}", ran.stderr);
    }
    for at in (copy.site..end).step_by((end - copy.site) / 40) {
        let ran = copy.flipped(at, &["verify"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("copy the executable again"), "byte {at}: {}", ran.stderr);
    }
    // Of the engine, without a record: what the kernel reads to start it, texts that are not used here, zeros before the site.
    let text = copy.bytes.windows(20).position(|bytes| bytes == b"is in use: stop the ").expect("a message of `serve`");
    for at in [text, copy.site - 1, copy.site / 3, copy.site / 2] {
        copy.write(at, copy.bytes[at] ^ 1);
        let ran = command(&copy.path()).arg("verify").stdout(Stdio::piped()).stderr(Stdio::null()).output();
        copy.write(at, copy.bytes[at]);
        assert!(ran.is_err() || ran.is_ok_and(|ran| !ran.status.success() && ran.stdout.is_empty()), "byte {at}");
    }
    assert_eq!(finish(command(&copy.path()).arg("verify")).code, Some(0), "it is as it was");
}

#[test]
fn a_damaged_page_is_not_served_and_is_named_once() {
    if skipped() {
        return;
    }
    let copy = Copy::new();
    let page = Server::start_by(&mut command(&copy.path())).get("/notes", &[("Accept-Encoding", "br")]).content;
    let at =
        copy.bytes.windows(page.len()).position(|bytes| bytes == page).expect("its bytes are stored") + page.len() / 2;
    copy.write(at, copy.bytes[at] ^ 1);
    let mut site = Server::start_by(command(&copy.path()).stderr(Stdio::piped()));
    for _ in 0..3 {
        assert_eq!(site.get("/notes", &[("Accept-Encoding", "br")]).status, 500);
    }
    assert_eq!(site.get("/", &[]).status, 200);
    let stderr = site.stderr();
    assert_eq!(site.terminate(), Some(0));
    let said: Vec<_> = stderr.lines().map(|line| line.expect("UTF-8")).collect();
    assert!(said.len() == 1 && said[0].starts_with("damaged: /notes: "), "{said:?}");
}

#[test]
fn an_engine_alone_says_what_it_is() {
    if skipped() {
        return;
    }
    for arguments in [&[][..], &["verify"], &["--version"]] {
        let ran = finish(command(engine()).args(arguments));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        let expected = format!("it is an engine of Graven {} alone", env!("CARGO_PKG_VERSION"));
        assert!(ran.stderr.contains(&expected) && ran.stderr.contains("graven build"), "{}", ran.stderr);
    }
}

#[test]
fn a_wrong_engine_is_refused_with_what_was_found_and_expected() {
    let (site, to) = (small_site(), folder());
    let output = to.path().join("notes");
    let engine = fs::read(engine()).expect("a file");
    let mark = engine.windows(Mark::SIZE).position(|bytes| Mark::find(bytes).is_some()).expect("its mark");
    let changed = |at: usize, bytes: &[u8]| {
        let mut engine = engine.clone();
        engine[mark + at..][..bytes.len()].copy_from_slice(bytes);
        engine
    };
    let version = env!("CARGO_PKG_VERSION");
    for (file, options, expected) in [
        (b"#!/bin/sh\n".to_vec(), &[][..], "found no Linux executable"),
        (b"\x7fELF\x02\x01\x01".to_vec(), &[], "is cut short or damaged"),
        (changed(0, b"\0"), &[], "expected an engine, found another program"),
        (
            fs::read(env!("CARGO_BIN_EXE_notes")).expect("a file"),
            &[],
            "or a site executable that cargo has built with its content; name the file `graven-engine`",
        ),
        (changed(24, b"9.9.9\0"), &[], &format!("expected an engine of Graven {version}, found one of Graven 9.9.9")),
        (changed(16, &[99]), &[], "the engine reads sites of format 99"),
        (
            engine.clone(),
            &["--target", "aarch64-unknown-linux-musl"],
            "expected an engine for linux/arm64 (aarch64-unknown-linux-musl)",
        ),
    ] {
        let wrong = to.path().join("wrong");
        fs::write(&wrong, file).expect("a file");
        let ran =
            finish(graven().arg("build").arg(site.path()).args(options).arg("-o").arg(&output).arg("-e").arg(&wrong));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{expected}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(expected), "{expected}: {}", ran.stderr);
        assert!(!output.exists(), "{expected}");
    }
}

#[test]
fn the_output_appears_complete_or_not_at_all() {
    let (site, to) = (small_site(), folder());
    let (missing, is_folder) = (to.path().join("missing/notes"), to.path().join("folder"));
    fs::create_dir(&is_folder).expect("a folder");
    let settings = site.path().join("site.toml");
    let before = fs::read(&settings).expect("a file");
    for (output, expected) in [
        (&missing, "create it first"),
        (&is_folder, "it is a folder; name a file"),
        (&settings, "is there, and is not an executable"),
    ] {
        let ran = finish(&mut build(site.path(), output));
        assert!(ran.code == Some(1) && ran.stderr.contains(expected), "{}", ran.stderr);
    }
    assert_eq!(fs::read(&settings).expect("a file"), before);
    let output = to.path().join("notes");
    fs::write(&output, "\x7fELF the version before").expect("a file");
    fs::write(site.path().join("site.toml"), "titel = \"Notes\"\n").expect("a file");
    let ran = finish(&mut build(site.path(), &output));
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(
        ran.stderr.contains("site.toml:1:1") && ran.stderr.contains("help: did you mean `title`?"),
        "{}",
        ran.stderr
    );
    assert_eq!(fs::read(&output).expect("a file"), b"\x7fELF the version before");
    assert_eq!(files(to.path()).len(), 1, "nothing else is left");
}

#[test]
fn ctrl_c_ends_a_build_without_a_trace() {
    let to = folder();
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    let mut build = build(&content, &to.path().join("notes")).stderr(Stdio::null()).spawn().expect("it starts");
    let begun = || {
        let hidden = fs::read_dir(to.path()).expect("a folder").flatten();
        let mut files = hidden.flat_map(|folder| fs::read_dir(folder.path()).expect("a folder").flatten());
        files.any(|file| file.file_name().to_string_lossy().starts_with("site.pack"))
    };
    while !begun() {
        assert!(build.try_wait().expect("it can be asked").is_none(), "the build was quicker than this test");
        thread::sleep(Duration::from_millis(1));
    }
    let sent = Command::new("kill").args(["-s", "INT", &build.id().to_string()]).status();
    assert!(sent.expect("`kill` runs").success());
    assert_eq!(build.wait().expect("it ends").code(), Some(130));
    assert_eq!(files(to.path()), []);
}

#[test]
fn builds_at_the_same_time_and_over_a_running_site_are_complete() {
    if skipped() {
        return;
    }
    let (site, to) = (small_site(), folder());
    let output = to.path().join("notes");
    built(site.path(), &output);
    let running = Server::start_by(&mut command(&output));
    let before = running.get("/notes", &[]);
    fs::write(site.path().join("site.toml"), "title = \"Other notes\"\ndescription = \"What I learnt.\"\n")
        .expect("a file");
    let builds: Vec<_> = (0..4)
        .map(|_| {
            let mut command = build(site.path(), &output);
            thread::spawn(move || finish(&mut command))
        })
        .collect();
    for build in builds {
        let ran = build.join().expect("it does not panic");
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    }
    assert_eq!(files(to.path()).len(), 1, "nothing else is left");
    assert!(output_of(&output, &["verify"]).starts_with("site: "));
    let after = running.get("/notes", &[("Accept-Encoding", "gzip")]);
    assert_eq!(
        (after.status, before.text()),
        (200, running.get("/notes", &[]).text()),
        "the running site is the one before"
    );
    let new = Server::start_by(&mut command(&output)).get("/notes", &[]);
    assert!(new.text().contains("Other notes") && !before.text().contains("Other notes"));
}

#[test]
fn memory_does_not_grow_with_the_site() {
    if skipped() {
        return;
    }
    let resident = |mebibytes: usize| {
        let (site, to) = (small_site(), folder());
        fs::create_dir(site.path().join("static")).expect("a folder");
        for number in 0..mebibytes {
            // A type that is not compressed; each file another one, because equal ones are stored once.
            let bytes = vec![u8::try_from(number).expect("few"); 1024 * 1024];
            fs::write(site.path().join(format!("static/{number}.webp")), bytes).expect("a file");
        }
        let output = to.path().join("notes");
        built(site.path(), &output);
        assert!(fs::metadata(&output).expect("a file").len() > mebibytes as u64 * 1024 * 1024);
        Server::start_by(command(&output).args(["--workers", "1"])).anonymous()
    };
    let (small, large) = (resident(0), resident(48));
    println!("{} and {} KiB", small / 1024, large / 1024);
    assert!(large < small + 512 * 1024, "{small} bytes with a small site, {large} with 48 MiB more");
}

#[test]
fn the_command_of_the_author_sees_in_every_form_of_a_site_what_the_site_itself_sees() {
    if skipped() {
        return;
    }
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    let (list, json) = (output_of(&path(), &["list"]), output_of(&path(), &["list", "--json"]));
    let files_of_site = folder();
    output_of(&path(), &["extract", &files_of_site.path().display().to_string()]);
    let expected = files(files_of_site.path());
    for site in [content, path(), attached()] {
        let listed = |options: &[&str]| finish(graven().arg("list").arg(&site).args(options));
        for (ran, expected) in [(listed(&[]), &list), (listed(&["--json"]), &json)] {
            assert_eq!((ran.code, &ran.stdout), (Some(0), expected), "{}: {}", site.display(), ran.stderr);
        }
        let extracted = folder();
        let ran = finish(graven().arg("extract").arg(&site).arg(extracted.path()));
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(files(extracted.path()) == expected, "{}", site.display());
        let ran = finish(graven().arg("verify").arg(&site));
        assert!(ran.code == Some(0) && ran.stdout.starts_with("site: "), "{}", ran.stderr);
        assert_eq!(ran.stdout.contains("\nengine: SHA-256 "), site == attached(), "{}", ran.stdout);
    }
}

#[test]
fn the_command_of_the_author_finds_damage_without_running_the_executable() {
    let copy = Copy::new();
    let end = copy.bytes.len();
    for at in [copy.site / 2, copy.site - 1, copy.site + 8, copy.site + 200, usize::midpoint(copy.site, end), end - 1] {
        copy.write(at, copy.bytes[at] ^ 1);
        let ran = finish(graven().arg("verify").arg(copy.path()));
        copy.write(at, copy.bytes[at]);
        assert_eq!(ran.code, Some(1), "byte {at}: {}", ran.stdout);
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains("notes: "), "byte {at}: {}", ran.stderr);
    }
    copy.file().set_len((end - 1) as u64).expect("it can be cut");
    for file in [&copy.path(), engine()] {
        let ran = finish(graven().arg("verify").arg(file));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
        assert!(ran.stderr.contains("an engine without a site, or its end is missing"), "{}", ran.stderr);
    }
    let ran = finish(graven().arg("list").arg("README.md"));
    assert!(ran.code == Some(1) && ran.stderr.contains("there is no site in this file"), "{}", ran.stderr);
}

#[test]
fn completions_and_manual_pages_name_every_command() {
    let help = finish(graven().arg("--help")).stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    // A long description goes on in further lines, which are indented more.
    let commands = commands.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    let commands: Vec<_> =
        commands.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert!(commands.contains(&"build") && commands.contains(&"image"), "{help}");
    for shell in ["bash", "zsh", "fish"] {
        let ran = finish(graven().args(["completions", shell]));
        assert!(
            ran.code == Some(0) && commands.iter().all(|name| ran.stdout.contains(name)),
            "{shell}: {}",
            ran.stderr
        );
    }
    let parent = folder();
    // It is created.
    let pages = parent.path().join("man/man1");
    let ran = finish(graven().arg("man").arg(&pages));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let mut expected = vec!["graven.1".to_owned()];
    expected.extend(commands.iter().map(|name| format!("graven-{name}.1")));
    expected.sort();
    let names: Vec<_> = files(&pages).into_iter().map(|(name, _)| name.display().to_string()).collect();
    assert_eq!(names, expected);
    let mut all = String::new();
    for (_, page) in files(&pages) {
        write!(all, "{}", String::from_utf8_lossy(&page)).expect("a string");
    }
    assert!(all.contains("\\-\\-target") && all.contains("\\-\\-engine"), "options are in the pages");
}
