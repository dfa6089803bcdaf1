//! What is reported, and where.

use super::{bundle_first, tree};

/// Bundles the first file, and compares the problems: the file, the marked text, the message and the help.
fn check(files: &[(&str, &str)], expected: &[&str]) {
    let mut report = bundle_first(files).expect_err(&format!("{files:?}"));
    report.sort();
    let tree = tree(files);
    let problems = report.diagnostics().iter().map(|problem| {
        let bytes = tree.get(&problem.path).unwrap_or_default();
        let place = problem.span.clone().map_or("", |span| str::from_utf8(&bytes[span]).expect("whole characters"));
        let help = problem.help.iter().map(|help| format!("; {help}"));
        format!("{}: {place}: {}{}", problem.path, problem.message, help.collect::<String>())
    });
    assert_eq!(problems.collect::<Vec<_>>(), expected, "{files:#?}");
}

/// A module next to `b.js`.
fn check_module(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let b = "export const first = 1\nexport const second = 2\n";
        check(&[("m/a.js", text), ("m/b.js", b)], &[&format!("m/a.js: {expected}")]);
    }
}

#[test]
fn a_file_that_is_missing_is_reported_with_the_nearest() {
    check_module(&[
        ("import './c.js'", "'./c.js': there is no file `m/c.js`; did you mean `./a.js`?"),
        ("import '../m/b'", "'../m/b': there is no file `m/b`; did you mean `./b.js`?"),
        (
            "export { a } from './other.js'",
            "'./other.js': there is no file `m/other.js`; a path is relative to the folder of the module, `m/`",
        ),
        ("import '../../b.js'", "'../../b.js': `../../b.js` is outside the content folder"),
        ("import { h } from 'gravn'", "'gravn': there is no module `gravn`; did you mean `graven`?"),
        ("import 'b.js'", "'b.js': there is no module `b.js`; the path of a file begins with `./` or `../`"),
        ("import '/m/b.js'", "'/m/b.js': there is no module `/m/b.js`; the path of a file begins with `./` or `../`"),
    ]);
    let report = crate::scripts::bundle("a.js", &tree(&[]), &[]).expect_err("there is no file");
    assert_eq!(report.render(&tree(&[]), ""), "error: there is no file `a.js`\n--> a.js\n\n1 error\n");
}

#[test]
fn a_name_that_is_not_exported_is_reported_with_the_nearest() {
    check_module(&[
        ("import { frist } from './b.js'", "frist: `m/b.js` does not export `frist`; did you mean `first`?"),
        (
            "export { third as c } from './b.js'",
            "third: `m/b.js` does not export `third`; it exports `first`, `second`",
        ),
        ("import c from './b.js'", "c: `m/b.js` does not export `default`; it exports `first`, `second`"),
        ("import { svgs } from 'graven'", "svgs: `graven` does not export `svgs`; did you mean `svg`?"),
    ]);
    check(
        &[("a.js", "import { b } from './b.js'"), ("b.js", "")],
        &["a.js: b: `b.js` does not export `b`; it exports nothing"],
    );
}

#[test]
fn a_cycle_is_reported_with_its_files() {
    let help = "move what both need into a module that imports neither";
    check(
        &[
            ("a.js", "import './b.js'"),
            ("b.js", "export const b = 1\nimport './c.js'"),
            ("c.js", "import { b } from './b.js'"),
        ],
        &[&format!("c.js: './b.js': modules import each other: b.js → c.js → b.js; {help}")],
    );
    check(
        &[("a.js", "import './a.js'")],
        &[&format!("a.js: './a.js': modules import each other: a.js → a.js; {help}")],
    );
}

#[test]
fn what_a_bundle_cannot_keep_is_reported() {
    let copy = "importers get a copy: use `const`, or export a function that returns the value";
    let names = "name what is exported: `export { a } from './b.js'`";
    let pattern = "an export of a pattern is not supported; declare the names first, then `export { a, b }`";
    let wait = "await: `await` outside of a function is not supported; wait in an `async` function";
    let load = "import: `import()` is not supported; import the module at the top: `import { a } from './b.js'`";
    check_module(&[
        ("export let a = 1", &format!("let: `export let` is not supported; {copy}")),
        ("export var a = 1", &format!("var: `export var` is not supported; {copy}")),
        ("let a = 1\nexport { a }", &format!("a: `a` is a variable, which cannot be exported; {copy}")),
        (
            "const b = 1; var c = (2, 3), a\nexport { a as d, b }",
            &format!("a: `a` is a variable, which cannot be exported; {copy}"),
        ),
        ("export * from './b.js'", &format!("*: `export *` is not supported; {names}")),
        ("export * as b from './b.js'", &format!("*: `export *` is not supported; {names}")),
        ("export const { a } = b", &format!("{{: {pattern}")),
        ("export const a = 1, [b] = c", &format!("[: {pattern}")),
        ("f(() => import('./b.js'))", load),
        ("import('./b.js')", load),
        (
            "f(import.meta.url)",
            "import: `import.meta` is not supported; a bundle has one address, not one for each module",
        ),
        ("await f()", wait),
        ("if (await a) {\n  b\n}", wait),
        ("for (const a of b) {\n  await c\n}", wait),
        ("const a = async () => b\nawait a()", wait),
        ("const a = async () => b, c = await a()", wait),
        ("const a = async () => {\n  b\n}\nawait a()", wait),
        (
            "import b from './b.json' with { type: 'json' }",
            "with: import attributes are not supported; import a module of JavaScript",
        ),
    ]);
}

#[test]
fn a_statement_that_is_wrong_is_reported() {
    check_module(&[
        ("import { first second } from './b.js'", "second: expected `,`, found `second`"),
        ("import { 'a' as b } from './b.js'", "'a': expected a name, found `'a'`"),
        ("import first './b.js'", "'./b.js': expected `from`, found `'./b.js'`"),
        ("import first from b", "b: expected the path of a module in quotes, found `b`"),
        ("import * first from './b.js'", "first: expected `as`, found `first`"),
        ("export a", "a: expected a declaration, found `a`"),
        ("export async () => {}", "async: expected a declaration, found `async`"),
        ("export function () {}", "(: expected a name, found `(`"),
        ("f()\nexport", "export: expected a declaration, found the end of the file"),
        (
            "const a = 1\nexport { there }",
            "there: `there` is not declared; an export is declared at the top of its module, outside of all brackets",
        ),
        ("const here = 1\nexport { heer as a }", "heer: `heer` is not declared; did you mean `here`?"),
        (
            "if (a) {\n  const b = 1\n}\nexport { b }",
            "b: `b` is not declared; an export is declared at the top of its module, outside of all brackets",
        ),
        ("const a = 1\nexport { a }\nexport { a }", "a: `a` is exported twice"),
        ("f('", "': this string does not end; add `'`"),
    ]);
}

#[test]
fn all_errors_of_all_files_are_reported_at_once() {
    let files = [
        ("a.js", "import './b.js'\nimport './d.js'\nexport let a\nawait a"),
        ("b.js", "import { a from './c.js'\nexport *"),
        ("d.js", "export { d }\nimport './b.js'"),
    ];
    let mut report = bundle_first(&files).expect_err("errors");
    report.sort();
    let messages: Vec<_> = report.diagnostics().iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`export let` is not supported",
            "`await` outside of a function is not supported",
            "there is no `}` for this",
            "`d` is not declared",
        ]
    );
}

#[test]
fn a_file_that_is_not_text_is_reported() {
    let mut files = tree(&[("a.js", "import './b.js'")]);
    files.insert("b.js", &b"f()\xff"[..]);
    let report = crate::scripts::bundle("a.js", &files, &[]).expect_err("no text");
    let messages: Vec<_> = report.diagnostics().iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(messages, ["the file is not UTF-8"]);
}
