//! Rules of the repository that neither clippy.toml nor deny.toml can state: what ships, where versions are named, that every file says what it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders of files that were built or downloaded.
const SKIPPED: [&str; 4] = ["target", "node_modules", "results", "__pycache__"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file of the repository, by its path from the root. Hidden folders belong to tools, except these two.
fn texts() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_hidden = name.starts_with('.') && ![".ci", ".cargo", ".github"].contains(&name.as_str());
            if !path.is_dir() {
                found.push(path);
            } else if !is_hidden && !SKIPPED.contains(&name.as_str()) {
                walk(&path, found);
            }
        }
    }
    let mut paths = Vec::new();
    walk(root(), &mut paths);
    paths.sort();
    let text = |path: PathBuf| {
        let name = path.strip_prefix(root()).expect("below it").to_string_lossy().into_owned();
        Some((name, fs::read_to_string(path).ok()?))
    };
    paths.into_iter().filter_map(text).collect()
}

/// The Rust files, by their path from the root.
fn rust() -> Vec<(String, String)> {
    let files: Vec<_> =
        texts().into_iter().filter(|(path, _)| Path::new(path).extension().is_some_and(|kind| kind == "rs")).collect();
    assert!(files.len() > 100, "only {} Rust files were found", files.len());
    files
}

#[test]
fn every_rust_file_says_what_it_is() {
    let without: Vec<_> =
        rust().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| path).collect();
    assert!(without.is_empty(), "the first line is no `//!` comment: {without:#?}");
}

/// The packages that a package depends on when it runs, as `cargo tree` prints them.
fn dependencies(package: &str) -> BTreeSet<String> {
    dependencies_with(package, "")
}

/// The same with features of the package.
fn dependencies_with(package: &str, features: &str) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root()).args(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none"]);
    let output = command
        .args(["--format", "{p}", "--package", package, "--features", features])
        .output()
        .expect("cargo is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let names: BTreeSet<_> = text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    assert!(names.contains(package), "{text}");
    names
}

/// deny.toml says which crate may depend on which. It cannot say that `notes` depends on press while it is built and not when it runs.
#[test]
fn nothing_of_press_and_nothing_in_c_ships() {
    let is_native = |name: &str| name == "cc" || (name.ends_with("-sys") && name != "linux-raw-sys");
    let of_press = [
        "graven-press",
        "graven-brotli",
        "maud",
        "pulldown-cmark",
        "rust-embed",
        "mime_guess",
        "brotli",
        "zstd",
        "resvg",
        "ureq",
        "webp",
        "webpki-roots",
    ];
    // Only where TLS is asked for: its cryptography is C and assembly.
    let of_tls = ["graven-acme", "ring", "rustls"];
    let found = |package, features| -> Vec<String> {
        let is_found =
            |name: &String| is_native(name) || of_press.contains(&name.as_str()) || of_tls.contains(&name.as_str());
        dependencies_with(package, features).into_iter().filter(is_found).collect()
    };
    for package in ["notes", "graven-engine"] {
        assert_eq!(found(package, ""), [""; 0], "{package} must never depend on these");
        assert_eq!(found(package, "tls"), of_tls, "{package} with TLS depends on these");
    }
}

#[test]
fn dependencies_are_where_they_should_be() {
    for (package, needed) in [
        ("graven-press", &["graven-pack", "maud", "pulldown-cmark", "rust-embed", "mime_guess"][..]),
        ("graven-serve", &["graven-pack", "hyper", "tokio"][..]),
        ("notes", &["graven-pack", "graven-serve", "include_dir"][..]),
        ("graven", &["graven-pack", "graven-press", "clap"][..]),
    ] {
        let used = dependencies(package);
        assert!(needed.iter().all(|name| used.contains(*name)), "{package} does not use all of {needed:?}");
    }
    assert!(dependencies("graven-pack").len() < 15, "the contract depends on almost nothing");
    let program = |name: &str, features: &str| {
        let mut names = dependencies_with(name, features);
        names.remove(name);
        names
    };
    assert_eq!(program("graven-engine", ""), program("notes", ""), "an engine is the same program");
    assert_eq!(program("graven-engine", "tls"), program("notes", "tls"), "with TLS too");
}

#[test]
fn each_version_is_named_once_for_the_whole_workspace() {
    for (path, text) in texts().iter().filter(|(path, _)| path.starts_with("crates/") && path.ends_with("Cargo.toml")) {
        let tables = text
            .split("\n[")
            .filter(|table| table.split(']').next().is_some_and(|name| name.ends_with("dependencies")));
        for line in tables.flat_map(|table| table.lines().skip(1)).filter(|line| line.contains('=')) {
            assert!(line.contains("workspace = true"), "{path}: {line}");
        }
        assert!(text.contains("[lints]\nworkspace = true") || path == UNSAFE, "{path} has lints of its own");
    }
}

/// The manifest of the one crate that may contain unsafe code.
const UNSAFE: &str = "crates/map/Cargo.toml";

#[test]
fn unsafe_code_is_in_one_place_and_everything_else_is_linted_there_too() {
    let texts = texts();
    let text = |wanted: &str| texts.iter().find(|(path, _)| path == wanted).map_or("", |(_, text)| text.as_str());
    let lints = |text: &str, table: &str| -> BTreeSet<String> {
        let lines = text.lines().skip_while(|line| *line != table).skip(1).take_while(|line| !line.starts_with('['));
        lines.filter(|line| line.contains('=')).map(str::to_owned).collect()
    };
    let (workspace, own) = (text("Cargo.toml"), text(UNSAFE));
    for (of_all, of_one) in [("[workspace.lints.rust]", "[lints.rust]"), ("[workspace.lints.clippy]", "[lints.clippy]")]
    {
        let own = lints(own, of_one);
        let missing: Vec<_> = lints(workspace, of_all).into_iter().filter(|lint| !own.contains(lint)).collect();
        let expected = if of_one == "[lints.rust]" { &["unsafe_code = \"forbid\""][..] } else { &[] };
        assert_eq!(missing, expected, "{of_one}");
    }
    let code = |line: &&str| {
        !line.trim_start().starts_with("//")
            && line.split(|part: char| part != '_' && !part.is_alphanumeric()).any(|word| word == "unsafe")
    };
    let found = text("crates/map/src/lib.rs").lines().filter(code).count();
    assert_eq!(found, 1, "crates/map has one unsafe call");
}

#[test]
fn the_changelog_has_a_place_for_what_comes_next() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).expect("CHANGELOG.md");
    let (_, unreleased) = changelog.split_once("\n## Unreleased\n").expect("a part `## Unreleased`");
    let unreleased = unreleased.split("\n## ").next().unwrap_or_default();
    assert!(unreleased.contains("\n### "), "what changed is sorted: Added, Changed, Fixed");
}

#[test]
fn the_readme_names_the_commands_that_ci_runs() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    for command in ["cargo run --release", "cargo test --workspace"] {
        assert!(readme.lines().any(|line| line.starts_with(command)), "a line `{command}` in README.md");
    }
    let ci = fs::read_to_string(root().join(".ci/run")).expect(".ci/run");
    assert!(ci.contains("README.md"), "CI takes the test command from the README");
}

#[test]
fn no_file_names_a_place_of_one_machine() {
    let here = format!("{}/", root().display());
    let homes = [["/", "root/"].concat(), ["/", "Users/"].concat(), ["/", "work/"].concat()];
    let mut found = Vec::new();
    for (path, text) in texts().iter().filter(|(path, _)| !path.ends_with("Cargo.lock")) {
        for (number, line) in text.lines().enumerate() {
            // Behind the name of a host it is part of an address.
            let names = |place: &str| {
                line.match_indices(place).any(|(at, _)| {
                    !line[..at].ends_with(|before: char| before.is_alphanumeric() || ".-_}".contains(before))
                })
            };
            if line.contains(&here) || homes.iter().any(|home| names(home)) {
                found.push(format!("{path}:{}: {line}", number + 1));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}
