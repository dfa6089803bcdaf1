//! The author's command with variables of the environment.

use std::fs;
use std::process::Command;

#[test]
fn an_empty_variable_counts_as_not_set() {
    let site = tempfile::tempdir().expect("a temporary folder");
    let settings = "title = \"A\"\ndescription = \"B.\"\nbase_url = \"https://example.org\"\n";
    fs::write(site.path().join("site.toml"), settings).expect("a file");
    for (variable, value, expected) in [
        ("SOURCE_DATE_EPOCH", "", "no errors\n"),
        ("SOURCE_DATE_EPOCH", "soon", "invalid value 'soon'"),
        ("NOTES_BASE_URL", "", "no errors\n"),
        ("NOTES_BASE_URL", "soon", "\"soon\", given as the base URL"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_graven"));
        let ran = command.arg("check").current_dir(site.path()).env(variable, value).output().expect("it starts");
        let said = String::from_utf8([ran.stdout, ran.stderr].concat()).expect("UTF-8");
        assert!(said.contains(expected), "{variable}={value}: {said}");
    }
}
