//! README, the manual in `docs/` and the documents for contributors: every block can be copied, every command, flag, variable, file and link in them
//! exists. Blocks that are tested elsewhere, or not at all, are in [`ELSEWHERE`] with the reason.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};
use std::time::Duration;

use graven_press::cache::Cache;
use graven_press::tree::SourceTree;
use graven_press::{Codings, Options, press};
use saphyr::{LoadableYamlNode as _, Yaml};

use crate::authoring::Build;
use crate::executable::{Ran, command, finish, output, path, spawn};
use crate::graven::graven;
use crate::shell::commands;

/// The pages of the manual, which is a site.
const MANUAL: &str = "docs/pages";

/// The documents, beside those of the manual.
const DOCUMENTS: [&str; 7] = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "bench/NOTES.md",
    "bench/README.md",
    "fuzz/README.md",
    "tests/attack/README.md",
];

/// Blocks that no test here checks: the document, how the block begins, and why.
const ELSEWHERE: [(&str, &str, &str); 4] = [
    ("docs/pages/operating.md", "example.org {\n\theader", "tests/deploy/proxy runs Caddy with it"),
    ("docs/pages/operating.md", "example.org {\n\t@blog", "tests/deploy/proxy runs Caddy with it"),
    ("docs/pages/operating.md", "upstream notes {", "tests/deploy/proxy runs nginx with it"),
    ("docs/pages/operating.md", "    location ~ ^/blog(/|$) {", "tests/deploy/proxy runs nginx with it"),
];

/// Programs that are not part of this repository.
const PROGRAMS: [&str; 19] = [
    "cat", "cp", "curl", "git", "k3s", "kubectl", "mkdir", "nstat", "oha", "printf", "scp", "sed", "sh", "ss", "tee",
    "top", "tr", "vcgencmd", "wdctl",
];

/// Folders and files at the root of the repository, by which a path in a document is recognised. `content/` is the site's own.
const ROOTS: [&str; 9] = [".ci", ".cargo", "bench", "crates", "deploy", "docs", "fuzz", "src", "tests"];

/// Directives of systemd that documents set and the units in `deploy/systemd/` do not.
const DIRECTIVES: [&str; 4] = ["IPAddressAllow", "RuntimeDirectory", "SocketGroup", "SocketMode"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every document: its path and its text.
fn documents() -> Vec<(String, String)> {
    let manual = fs::read_dir(root().join(MANUAL)).expect("there is a manual").map(|entry| entry.expect("an entry"));
    let manual = manual.map(|entry| format!("{MANUAL}/{}", entry.file_name().to_string_lossy()));
    let is_markdown = |path: &String| Path::new(path).extension().is_some_and(|kind| kind == "md");
    let mut paths: Vec<_> = manual.chain(DOCUMENTS.map(str::to_owned)).filter(is_markdown).collect();
    paths.sort();
    // What it shows is in an executable with TLS.
    paths.retain(|path| cfg!(feature = "tls") || path != "docs/pages/https.md");
    paths.into_iter().map(|path| (read(&path), path)).map(|(text, path)| (path, text)).collect()
}

/// A fenced block.
struct Block {
    document: String,
    /// The line of its opening fence.
    line: usize,
    language: String,
    text: String,
}

impl Block {
    fn place(&self) -> String {
        format!("{}:{}", self.document, self.line)
    }
}

/// Splits a document into its blocks and its other lines.
fn split(document: &str, text: &str) -> (Vec<Block>, String) {
    let (mut blocks, mut prose, mut open) = (Vec::new(), String::new(), None);
    for (number, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(language), None) if !language.contains('`') => {
                let (document, language) = (document.to_owned(), language.to_owned());
                open = Some(Block { document, line: number + 1, language, text: String::new() });
            }
            (Some(""), Some(block)) => blocks.push(block),
            (_, Some(mut block)) => {
                block.text.extend([line, "\n"]);
                open = Some(block);
            }
            (_, None) => prose.extend([line, "\n"]),
        }
    }
    assert!(open.is_none(), "{document}: a block is not closed");
    (blocks, prose)
}

fn blocks() -> impl Iterator<Item = Block> {
    documents().into_iter().flat_map(|(path, text)| split(&path, &text).0)
}

/// The only block of a language in the README.
fn of_readme(language: &str) -> String {
    let mut found = blocks().filter(|block| block.document == "README.md" && block.language == language);
    let block = found.next().unwrap_or_else(|| panic!("README.md has no {language} block"));
    assert!(found.next().is_none(), "README.md has two {language} blocks");
    block.text
}

/// Panics if a check of several things has found faults.
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_block_is_tested() {
    let mut unused: BTreeSet<_> = ELSEWHERE.iter().map(|(document, begin, _)| (*document, *begin)).collect();
    for block in blocks() {
        let key = unused.iter().find(|(document, begin)| block.document == *document && block.text.starts_with(begin));
        if let Some(key) = key.copied() {
            unused.remove(&key);
            continue;
        }
        let is_tested = match block.language.as_str() {
            "sh" | "ini" | "yaml" => true,
            "markdown" => ["README.md", "docs/pages/look.md"].contains(&block.document.as_str()),
            "text" => block.document == "README.md",
            "js" => block.document == "docs/pages/writing-a-model.md",
            "toml" => ["docs/pages/languages.md", "docs/pages/look.md"].contains(&block.document.as_str()),
            // crates/press/tests/look.rs
            "css" | "html" | "rust" => block.document == "docs/pages/look.md",
            "" => block.document == "docs/pages/operating.md",
            info => block.document == "README.md" && is_pressed(info),
        };
        assert!(is_tested, "{}: no test checks a block of {:?}", block.place(), block.language);
    }
    assert!(unused.is_empty(), "{unused:?} is not in the documents any more");
}

#[test]
fn the_blocks_of_proxies_are_those_that_the_rehearsal_takes() {
    let (rehearsal, manual) = (read("tests/deploy/proxy"), read("docs/pages/operating.md"));
    for (heading, begin) in [("Caddy", "```caddyfile\nexample.org {"), ("nginx", "```nginx\nupstream notes {")] {
        assert!(rehearsal.contains(&format!("block_of(\"{heading}\")")), "{heading}");
        let section = manual.split_once(&format!("\n### {heading}")).expect("a section").1;
        let block = &section[section.find("\n```").expect("a block") + 1..];
        assert!(block.starts_with(begin), "{heading}: {}", &block[..40]);
    }
}

/// The post that the README shows.
pub(crate) fn post_of_readme() -> String {
    of_readme("markdown")
}

#[test]
fn the_post_of_the_readme_can_be_copied_into_any_site() {
    let site = SourceTree::read(&root().join("tests/foreign/content")).expect("it can be read");
    let post = post_of_readme();
    let topics = post.lines().find(|line| line.starts_with("topics = ")).expect("it names a topic");
    for instead in ["topics = [\"antrieb\"]", ""] {
        let mut tree = site.clone();
        tree.insert("posts/cache-key.md", post.replace(topics, instead));
        let report = press(&tree, &Options::default(), &Cache::none())
            .unwrap_or_else(|report| panic!("{}", report.render(&tree, "")))
            .report;
        assert!(report.is_empty(), "{}", report.render(&tree, ""));
    }
}

/// Whether a fence with this info string shows a file, or is a diagram.
fn is_pressed(info: &str) -> bool {
    let mut words = info.split_whitespace();
    words.clone().any(|word| word.starts_with("from="))
        || words.next().is_some_and(|word| ["dot", "sequence", "box"].contains(&word))
}

#[test]
fn the_fences_of_the_readme_can_be_copied() {
    let files = SourceTree::read(&root().join("crates/press/tests/markdown/content")).expect("it can be read");
    let mut tree = SourceTree::default();
    files.below("posts/case/").for_each(|(path, bytes)| tree.insert(path, bytes));
    // The module of the manual imports what the kit and the core of the case export.
    let module = blocks().find(|block| block.language == "js").expect("the manual has a module");
    tree.insert("posts/case/model/queue.js", module.text);
    let example = post_of_readme();
    // The files have no topics.
    let mut post: String =
        example.lines().filter(|line| !line.starts_with("topics = ")).flat_map(|line| [line, "\n"]).collect();
    let fences: Vec<_> =
        blocks().filter(|block| block.document == "README.md" && is_pressed(&block.language)).collect();
    assert!(!fences.is_empty());
    for Block { language, text, .. } in &fences {
        post.extend(["\n```", language.as_str(), "\n", text.as_str(), "```\n"]);
    }
    tree.insert("site.toml", "title = \"A\"\ndescription = \"B.\"\n");
    tree.insert("posts/case/index.md", post);
    let report = press(&tree, &Options::default(), &Cache::none())
        .unwrap_or_else(|report| panic!("{}", report.render(&tree, "")))
        .report;
    assert!(report.is_empty(), "{}", report.render(&tree, ""));
}

#[test]
fn the_words_of_the_manual_are_those_of_a_language() {
    let block = blocks().find(|block| block.language == "toml").expect("the manual has words");
    let mut tree = SourceTree::default();
    tree.insert("site.toml", "title = \"A\"\ndescription = \"B.\"\nlanguage = \"nl\"\n");
    tree.insert("theme/languages/nl.toml", block.text);
    let report = press(&tree, &Options::default(), &Cache::none())
        .unwrap_or_else(|report| panic!("{}", report.render(&tree, "")))
        .report;
    let [warning] = report.diagnostics() else { panic!("{}", report.render(&tree, "")) };
    assert!(warning.message.contains("words of the theme are missing here, and stay English"), "{warning:?}");
}

#[test]
fn the_error_of_the_readme_is_what_cargo_shows() {
    let build = Build::new();
    let topics =
        ["tooling", "web3"].map(|slug| format!("[[topic]]\nslug = \"{slug}\"\ntitle = \"A\"\nblurb = \"B.\"\n"));
    build.write("topics.toml", &topics.concat());
    build.write("posts/cache-key.md", &post_of_readme().replace("\"tooling\"", "\"toolin\""));
    let prefix = concat!("error: notes@", env!("CARGO_PKG_VERSION"), ": ");
    let ran = build.run().stdout;
    let shown: String =
        ran.lines().filter_map(|line| Some(format!("{prefix}{}\n", line.strip_prefix("cargo::error=")?))).collect();
    assert_eq!(of_readme("text"), shown);
}

#[test]
fn every_command_in_a_block_exists() {
    let mut faults = Vec::new();
    let mut count = 0;
    for block in blocks().filter(|block| block.language == "sh") {
        for words in commands(&block.text) {
            count += 1;
            if let Err(fault) = check_command(&words) {
                faults.push(format!("{}: {}: {fault}", block.place(), words.join(" ")));
            }
        }
    }
    assert_none(&faults);
    assert!(count > 50, "only {count} commands were found");
}

#[test]
fn every_command_option_and_file_in_the_text_exists() {
    let mut faults = Vec::new();
    // The completions name every option of every command.
    let (mut of_site, of_author) = (output(&["--help"]), finish(graven().args(["completions", "bash"])).stdout);
    if cfg!(feature = "tls") {
        of_site += &output(&["certificate", "--help"]);
    }
    for (document, text) in documents() {
        let help = if document == "docs/pages/graven.md" { &of_author } else { &of_site };
        let prose = split(&document, &text).1;
        for span in prose.split("\n\n").flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2)) {
            let span = span.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_of_folder =
                || Path::new(&document).parent().is_some_and(|folder| is_in_a_file(folder, option(&span)));
            let result = if is_command(&span) {
                commands(&span).iter().try_for_each(|words| check_command(words))
            } else if span.starts_with("--") && !help.contains(option(&span)) && !is_of_folder() {
                Err("no such option".to_owned())
            } else {
                check_path(&span)
            };
            if let Err(fault) = result {
                faults.push(format!("{document}: `{span}`: {fault}"));
            }
        }
    }
    assert_none(&faults);
}

/// An option without its value.
fn option(word: &str) -> &str {
    word.split([' ', '=']).next().unwrap_or_default()
}

/// Whether a file directly in a folder of the repository contains a word.
fn is_in_a_file(folder: &Path, word: &str) -> bool {
    let files = fs::read_dir(root().join(folder)).expect("a folder").map(|entry| entry.expect("an entry").path());
    let is_script = |path: &PathBuf| path.extension().is_none_or(|kind| kind != "md");
    files.filter(is_script).any(|path| fs::read_to_string(path).is_ok_and(|text| text.contains(word)))
}

/// Whether a code span is a command with arguments, of a program that is part of this repository or builds it.
fn is_command(span: &str) -> bool {
    let words = span.strip_prefix("sudo ").unwrap_or(span);
    words.split_once(' ').is_some_and(|(program, _)| {
        ["cargo", "graven", "notes", "./notes", "rustup"].contains(&program) || root().join(program).is_file()
    })
}

fn check_command(words: &[String]) -> Result<(), String> {
    check_words(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

fn check_words(words: &[&str]) -> Result<(), String> {
    let Some((&program, arguments)) = words.split_first() else { return Ok(()) };
    words.iter().try_for_each(|word| check_path(word))?;
    match program {
        "sudo" => check_words(arguments),
        // What comes after the options and the host runs there.
        "ssh" => check_words(
            arguments.iter().skip_while(|word| word.starts_with('-')).skip(1).copied().collect::<Vec<_>>().as_slice(),
        ),
        "cargo" => check_cargo(arguments),
        "graven" => check_graven(arguments),
        "notes" | "./notes" => check_notes(arguments),
        "journalctl" | "systemctl" => check_units(arguments),
        "rustup" => {
            arguments.iter().skip_while(|word| **word != "add").skip(1).try_for_each(|target| check_target(target))
        }
        _ if PROGRAMS.contains(&program) => Ok(()),
        _ if root().join(program).is_file() => check_script(program, arguments),
        _ => Err(format!("{program} is not a known program")),
    }
}

/// The executable parses its arguments up to `--help`, which follows them.
fn check_notes(arguments: &[&str]) -> Result<(), String> {
    let help = output(&["--help"]);
    if let Some(name) = arguments.first().filter(|name| !name.starts_with('-')) {
        let is_listed = help.lines().any(|line| line.split_whitespace().next() == Some(name));
        is_listed.then_some(()).ok_or_else(|| format!("there is no command {name}"))?;
    }
    let ran = crate::executable::run(&[arguments, &["--help"]].concat());
    (ran.code == Some(0)).then_some(()).ok_or(ran.stderr)
}

/// `graven` parses its arguments up to `--help`, which follows them. `graven help` knows its commands.
fn check_graven(arguments: &[&str]) -> Result<(), String> {
    let help = (arguments.first() != Some(&"help")).then_some("--help");
    let ran = finish(graven().args(arguments).args(help));
    (ran.code == Some(0)).then_some(()).ok_or(ran.stderr)
}

fn check_script(script: &str, arguments: &[&str]) -> Result<(), String> {
    // The scripts of a folder share what they take.
    let folder = Path::new(script).parent().unwrap_or(Path::new(""));
    let mut options = arguments.iter().filter(|word| word.starts_with("--")).map(|word| option(word));
    let unknown = options.find(|option| !is_in_a_file(folder, option));
    unknown.map_or(Ok(()), |option| Err(format!("{script} has no option {option}")))
}

fn check_units(arguments: &[&str]) -> Result<(), String> {
    let is_known = |name: &str| name == "notes" || root().join("deploy/systemd").join(name).is_file();
    let mut units = arguments.iter().filter(|word| word.starts_with("notes"));
    units.find(|name| !is_known(name)).map_or(Ok(()), |name| Err(format!("there is no unit {name}")))
}

/// A target that `.cargo/config.toml` has a linker for. `TARGET` is for any of them.
fn check_target(target: &str) -> Result<(), String> {
    let is_known = target == "TARGET" || read(".cargo/config.toml").contains(&format!("[target.{target}]"));
    is_known.then_some(()).ok_or_else(|| format!("{target} is not a target of .cargo/config.toml"))
}

/// A path in the repository, or of an executable that is built in it. Patterns and placeholders are left out.
fn check_path(word: &str) -> Result<(), String> {
    if word.contains(['*', '{', ' ', ':', '<']) || !word.contains('/') {
        return Ok(());
    }
    if let Some(built) = word.strip_prefix("target/") {
        let names: Vec<_> = built.split('/').collect();
        let target = if names.len() == 3 { check_target(names[0]) } else { Ok(()) };
        let is_built = (names.contains(&"release") || names.contains(&"debug"))
            && names.last().is_some_and(|name| ["notes", "graven", "graven-engine"].contains(name));
        return target.and_then(|()| is_built.then_some(()).ok_or_else(|| "cargo does not build this".to_owned()));
    }
    let is_ours = ROOTS.contains(&word.split('/').next().unwrap_or_default());
    (!is_ours || root().join(word).exists()).then_some(()).ok_or_else(|| format!("there is no {word}"))
}

fn check_cargo(arguments: &[&str]) -> Result<(), String> {
    const COMMANDS: [&str; 9] = ["build", "clippy", "deny", "doc", "fmt", "fuzz", "install", "run", "test"];
    const OPTIONS: [&str; 13] = [
        "--all",
        "--all-targets",
        "--check",
        "--features",
        "--lib",
        "--locked",
        "--open",
        "--no-deps",
        "--release",
        "--workspace",
        "-p",
        "--target",
        "--test",
    ];
    let mut words = arguments.iter().copied().filter(|word| !word.starts_with('+'));
    let name = words.next().unwrap_or_default();
    if name == "zigbuild" {
        return words.skip_while(|word| *word != "--target").skip(1).try_for_each(check_target);
    }
    COMMANDS.contains(&name).then_some(()).ok_or_else(|| format!("there is no cargo {name}"))?;
    let mut package = "notes";
    while let Some(word) = words.next() {
        match word {
            "--" if name == "run" && package == "notes" => return check_notes(&words.collect::<Vec<_>>()),
            "--" if name == "run" && package == "graven" => return check_graven(&words.collect::<Vec<_>>()),
            "--" => return Ok(()),
            "-p" => {
                package = words.next().unwrap_or_default();
                is_package(package).then_some(()).ok_or_else(|| format!("there is no package {package}"))?;
            }
            "--target" => check_target(words.next().unwrap_or_default())?,
            "--test" => check_test(words.next().unwrap_or_default(), package)?,
            _ if word.starts_with('-') && !OPTIONS.contains(&word) => {
                return Err(format!("{word} is not a known option"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The folder of a package.
fn folder(package: &str) -> PathBuf {
    match package.strip_prefix("graven-") {
        _ if package == "notes" => root().to_owned(),
        name => root().join("crates").join(name.unwrap_or(package)),
    }
}

fn is_package(name: &str) -> bool {
    let manifest = fs::read_to_string(folder(name).join("Cargo.toml")).unwrap_or_default();
    manifest.lines().any(|line| line == format!("name = \"{name}\""))
}

fn check_test(name: &str, package: &str) -> Result<(), String> {
    let tests = folder(package).join("tests");
    let exists = tests.join(format!("{name}.rs")).is_file() || tests.join(name).join("main.rs").is_file();
    exists.then_some(()).ok_or_else(|| format!("{package} has no test target {name}"))
}

#[test]
fn every_variable_in_the_documents_is_read_by_something() {
    let known = ["build.rs", "crates/graven/build.rs", "tests/it/executable.rs", "crates/press/tests/markdown.rs"]
        .map(read)
        .concat();
    let known = known + &output(&["--help"]);
    let mut faults = Vec::new();
    for (document, text) in documents() {
        let is_part =
            |character: char| character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_';
        let words = text
            .split(|character| !is_part(character))
            .filter(|word| word.starts_with("NOTES_") || word.starts_with("GRAVEN_"));
        faults.extend(words.filter(|word| !known.contains(word)).map(|word| format!("{document}: {word}")));
    }
    assert_none(&faults);
}

#[test]
fn the_manual_is_a_site_without_mistakes_whose_first_page_leads_to_all_others() {
    let tree = SourceTree::read(&root().join("docs")).expect("it can be read");
    let options = Options { codings: Codings::Identity, ..Options::default() };
    let pressed = press(&tree, &options, &Cache::none()).map_or_else(|report| report, |pressed| pressed.report);
    assert!(pressed.is_empty(), "{}", pressed.render(&tree, "docs/"));
    let first = read("docs/pages/index.md");
    let missing: Vec<_> = documents()
        .into_iter()
        .filter_map(|(path, _)| path.strip_prefix("docs/pages/").map(str::to_owned))
        .filter(|page| page != "index.md" && !first.contains(&format!("]({page})")))
        .collect();
    assert_none(&missing);
}

#[test]
fn every_link_between_documents_leads_to_a_file_and_a_heading() {
    let mut faults = Vec::new();
    for (document, text) in documents() {
        let prose = split(&document, &text).1;
        let targets = prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        for target in targets.filter(|target| !target.contains(':')) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file = match file {
                "" => root().join(&document),
                _ => root().join(&document).parent().expect("a folder").join(file),
            };
            let has_anchor = || fs::read_to_string(&file).is_ok_and(|text| anchors(&text).any(|found| found == anchor));
            if !file.exists() || !anchor.is_empty() && !has_anchor() {
                faults.push(format!("{document}: {target}"));
            }
        }
    }
    assert_none(&faults);
}

/// The anchors that GitHub gives the headings of a document.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    headings.map(|heading| {
        let kept = heading.chars().filter(|char| char.is_alphanumeric() || " -_".contains(*char));
        kept.map(|char| if char == ' ' { '-' } else { char.to_ascii_lowercase() }).collect()
    })
}

#[test]
fn drop_ins_set_directives_that_the_units_know() {
    let units = ["notes.service", "notes.socket"].map(|unit| read(&format!("deploy/systemd/{unit}"))).concat();
    for block in blocks().filter(|block| block.language == "ini") {
        for line in block.text.lines().filter(|line| !line.starts_with('#')) {
            let is_known = match line.split_once('=') {
                Some((key, _)) => units.contains(&format!("\n{key}=")) || DIRECTIVES.contains(&key),
                None => line.is_empty() || units.lines().any(|found| found == line),
            };
            assert!(is_known, "{}: {line}", block.place());
        }
    }
}

#[test]
fn yaml_blocks_can_be_parsed() {
    for block in blocks().filter(|block| block.language == "yaml") {
        let parsed = Yaml::load_from_str(&block.text).unwrap_or_else(|error| panic!("{}: {error}", block.place()));
        assert!(parsed.len() == 1 && parsed[0].is_mapping(), "{}", block.place());
    }
}

/// The block of the manual without a language that begins with these words.
fn sample(begin: &str) -> String {
    let is_it = |block: &Block| {
        block.document == "docs/pages/operating.md" && block.language.is_empty() && block.text.starts_with(begin)
    };
    blocks()
        .find(is_it)
        .unwrap_or_else(|| panic!("docs/pages/operating.md has no block that begins with {begin:?}"))
        .text
}

/// A text with `N` in place of each number.
fn without_numbers(text: &str) -> String {
    let parts = text.split(|character: char| character.is_ascii_digit()).collect::<Vec<_>>();
    let mut result = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 && (!part.is_empty() || index + 1 == parts.len()) && !result.ends_with('N') {
            result.push('N');
        }
        result.push_str(part);
    }
    result
}

#[test]
fn the_first_lines_of_the_manual_are_those_of_the_executable() {
    let mut server = spawn(command(&path()).args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()));
    let stdout: BufReader<ChildStdout> = BufReader::new(server.stdout.take().expect("it is piped"));
    let printed: Vec<_> = stdout.lines().take(3).map(|line| line.expect("UTF-8")).collect();
    server.kill().expect("it runs");
    server.wait().expect("it is our child");
    // What follows depends on the machine: the address, where the limit on memory comes from, what the kernel has.
    let ends = [" at http://", " MiB of ", "landlock: "];
    for ((printed, shown), end) in printed.iter().zip(sample("serving ").lines()).zip(ends) {
        let begin = |line: &str| without_numbers(line.split_inclusive(end).next().unwrap_or_default());
        assert!(begin(shown).ends_with(&without_numbers(end)), "{shown}");
        assert_eq!(begin(printed), begin(shown));
    }
}

/// Request, status, size, referrer and browser of a line in the combined format.
fn combined(line: &str) -> Option<[&str; 5]> {
    let (_, rest) = line.split_once(" - - [")?;
    let (_, rest) = rest.split_once("] \"")?;
    let (request, rest) = rest.split_once("\" ")?;
    let (status, rest) = rest.split_once(' ')?;
    let (size, rest) = rest.split_once(" \"")?;
    let (referrer, browser) = rest.strip_suffix('"')?.split_once("\" \"")?;
    Some([request, status, size, referrer, browser])
}

/// Sends bytes on a new connection, and waits until the server closes it.
fn send(address: &str, bytes: &str) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a timeout");
    stream.write_all(bytes.as_bytes()).expect("it reads");
    stream.read_to_end(&mut Vec::new()).expect("it answers and closes");
}

#[test]
fn the_access_log_of_the_manual_is_what_is_written() {
    let shown = sample("192.0.2.7 ");
    let shown: Vec<_> = shown.lines().map(|line| combined(line).expect("the combined format")).collect();
    let mut command = command(&path());
    command.args(["--listen", "127.0.0.1:0", "--access-log", "combined", "--header-time", "1s"]);
    let mut server = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    // Standard output is the log, so the address is on standard error.
    let mut stderr = BufReader::new(server.stderr.take().expect("it is piped")).lines();
    let first = stderr.next().expect("it prints its address").expect("UTF-8");
    let address = first.split_once("http://").expect("an address").1.trim_end_matches('/');
    let [_, _, _, referrer, _] = shown[0];
    let fields = format!("Host: a\r\nReferer: {referrer}\r\nUser-Agent: Mozilla/5.0\r\nConnection: close\r\n\r\n");
    send(address, &format!("{}\r\n{fields}", shown[0][0]));
    send(address, shown[1][0]);
    assert!(Command::new("kill").arg(server.id().to_string()).status().expect("`kill` runs").success());
    let written = Ran::from(server.wait_with_output().expect("it exits")).stdout;
    let written: Vec<_> = written.lines().map(|line| combined(line).expect("the combined format")).collect();
    assert_eq!(written.len(), shown.len(), "{written:?}");
    for (written, shown) in written.iter().zip(&shown) {
        assert_eq!(written[..2], shown[..2]);
        assert_eq!(without_numbers(written[2]), without_numbers(shown[2]));
        assert_eq!(written[3], shown[3]);
    }
}
