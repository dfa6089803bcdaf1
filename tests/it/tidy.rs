//! Rules of the repository that no compiler knows: who may depend on whom, how long a function is, that every file says what it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A function that does not fit a screen hides two.
const LONGEST_FUNCTION: usize = 60;

/// Folders that hold what was built or fetched.
const SKIPPED: [&str; 4] = ["target", "node_modules", "results", "__pycache__"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file of the repository, by its path from the root. Folders whose names begin with a dot are tools' own, but for these two.
fn texts() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_hidden = name.starts_with('.') && ![".ci", ".cargo"].contains(&name.as_str());
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

/// What ships or builds what ships: no tests, no benchmarks.
fn is_source(path: &str) -> bool {
    path == "build.rs" || path.starts_with("src/") || (path.starts_with("crates/") && path.contains("/src/"))
}

/// The code of a source file: without its tests, and with comments and the inside of literals blanked out. Lines stay where they are.
fn code(text: &str) -> String {
    let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = literal(rest);
        if length == 0 {
            code.push(character);
            rest = &rest[character.len_utf8()..];
        } else {
            code.extend(rest[..length].chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
            rest = &rest[length..];
        }
    }
    code
}

/// The length of the comment or literal that a text begins with; 0 where it begins with neither.
fn literal(text: &str) -> usize {
    let until = |end: &str, from: usize| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return until("*/", 2);
    }
    let hashes = text.strip_prefix('r').map(|rest| rest.len() - rest.trim_start_matches('#').len());
    if let Some(hashes) = hashes.filter(|hashes| text[1 + hashes..].starts_with('"')) {
        return until(&format!("\"{}", "#".repeat(hashes)), hashes + 2);
    }
    match text.chars().next() {
        Some('"') => quoted(text, '"'),
        // A lifetime has no second quote behind one character.
        Some('\'') if text.starts_with("'\\") || text.chars().nth(2) == Some('\'') => quoted(text, '\''),
        _ => 0,
    }
}

/// The length of a literal in quotes, with its escapes.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if character == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Every function of some code: its name, its line, and how many lines it has.
fn functions(code: &str) -> Vec<(&str, usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let begins_a_word =
            code[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric() && before != '_');
        let name = code[at + 3..].split(|character: char| !character.is_alphanumeric() && character != '_').next();
        let Some(name) = name.filter(|name| begins_a_word && !name.is_empty()) else { continue };
        let line = code[..at].matches('\n').count() + 1;
        let length = body_end(&code[at..]).map_or(1, |end| code[at..at + end].matches('\n').count() + 1);
        found.push((name, line, length));
    }
    found
}

/// Where the body of the function that a text begins with ends; `None` where it has none, as in a trait.
fn body_end(function: &str) -> Option<usize> {
    let mut depth = 0_usize;
    // In `fn f(a: [u8; 4])` the semicolon ends nothing.
    let mut brackets = 0_usize;
    for (at, character) in function.char_indices() {
        match character {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            ';' if depth == 0 && brackets == 0 => return None,
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[test]
fn the_scan_of_functions_sees_what_it_should() {
    let text = "// fn a() {\nfn b(c: [u8; 2]) -> char {\n    let s = \"}\\\"\"; // }\n    let r = r#\"\"}\"#;\n    '}'\n}\ntrait T {\n    fn d<'a>(&'a self);\n}\n";
    assert_eq!(functions(&code(text)), [("b", 2, 5), ("d", 8, 1)]);
}

#[test]
fn every_rust_file_says_what_it_is() {
    let without: Vec<_> =
        rust().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| path).collect();
    assert!(without.is_empty(), "the first line is no `//!` comment: {without:#?}");
}

#[test]
fn every_function_fits_a_screen() {
    let mut long = Vec::new();
    let mut count = 0;
    for (path, text) in rust().iter().filter(|(path, _)| is_source(path)) {
        let code = code(text);
        let found = functions(&code);
        count += found.len();
        let over = found.into_iter().filter(|(.., length)| *length > LONGEST_FUNCTION);
        long.extend(over.map(|(name, line, length)| format!("{path}:{line}: {name} has {length} lines")));
    }
    assert!(count > 500, "only {count} functions were found");
    assert!(long.is_empty(), "over {LONGEST_FUNCTION} lines: {long:#?}");
}

#[test]
fn nothing_unfinished_and_nothing_that_panics_on_input_is_in_the_source() {
    let mut found = Vec::new();
    for (path, text) in rust().iter().filter(|(path, _)| is_source(path)) {
        for (number, line) in code(text).lines().enumerate() {
            for word in [".unwrap()", "todo!(", "unimplemented!(", "dbg!(", "unsafe {"] {
                if line.contains(word) {
                    found.push(format!("{path}:{}: {word}", number + 1));
                }
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// What a package is built from, its own crates and others', as `cargo tree` finds it.
fn dependencies(package: &str) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root()).args(["tree", "--offline", "--locked", "--edges", "normal", "--prefix", "none"]);
    let output = command.args(["--format", "{p}", "--package", package]).output().expect("cargo is there");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let names: BTreeSet<_> = text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect();
    assert!(names.contains(package), "{text}");
    names
}

#[test]
fn dependencies_point_one_way() {
    let network = ["hyper", "hyper-util", "tokio", "socket2", "graven-serve"];
    let pressing = ["graven-press", "maud", "pulldown-cmark", "rust-embed", "mime_guess", "syntect", "brotli", "zstd"];
    for (package, forbidden) in [
        ("graven-pack", [&network[..], &pressing[..]].concat()),
        ("graven-press", network.to_vec()),
        ("graven-serve", pressing.to_vec()),
        // What ships: press has done its part when the build script ends.
        ("notes", pressing.to_vec()),
    ] {
        let used = dependencies(package);
        let wrong: Vec<_> = forbidden.into_iter().filter(|name| used.contains(*name)).collect();
        assert!(wrong.is_empty(), "{package} must never depend on {wrong:?}");
    }
}

#[test]
fn dependencies_are_where_they_should_be() {
    for (package, needed) in [
        ("graven-press", &["graven-pack", "maud", "pulldown-cmark", "rust-embed", "mime_guess"][..]),
        ("graven-serve", &["graven-pack", "hyper", "tokio"][..]),
        ("notes", &["graven-pack", "graven-serve", "include_dir"][..]),
    ] {
        let used = dependencies(package);
        assert!(needed.iter().all(|name| used.contains(*name)), "{package} does not use all of {needed:?}");
    }
    assert!(dependencies("graven-pack").len() < 15, "the contract depends on almost nothing");
}

#[test]
fn what_ships_needs_no_c_compiler() {
    let used = dependencies("notes");
    let native: Vec<_> = used.iter().filter(|name| name.ends_with("-sys") && *name != "linux-raw-sys").collect();
    assert!(native.is_empty(), "{native:?}");
    assert!(!used.contains("cc") && !used.contains("ring"));
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
        assert!(text.contains("[lints]\nworkspace = true"), "{path} has lints of its own");
    }
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
            // `https://example.org/work/` is an address, and no place.
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
