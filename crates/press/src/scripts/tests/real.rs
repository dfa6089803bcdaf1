//! The scripts of this repository: their tokens stay, and node gives the same results for a bundle as for its modules.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use super::tree;
use crate::scripts::lexer::lex;
use crate::scripts::source::Source;
use crate::scripts::{bundle, compact};
use crate::tree::SourceTree;

/// The scripts of the theme, and of the content whatever it is, by path.
fn scripts() -> SourceTree {
    let mut scripts = SourceTree::default();
    for folder in ["theme", "../../content"] {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = SourceTree::read(&root).expect("the folder is there");
        for (path, bytes) in files.below("").filter(|(path, _)| path.rsplit('.').next() == Some("js")) {
            scripts.insert(path, bytes);
        }
    }
    scripts
}

#[test]
fn compact_scripts_have_the_same_tokens() {
    let scripts = scripts();
    let mut count = 0;
    for (path, bytes) in scripts.below("") {
        let text = str::from_utf8(bytes).expect("UTF-8");
        let compact = compact(path, text).expect(path);
        assert!(compact.len() <= text.len(), "{path}");
        let tokens = |text: &str| {
            let tokens = lex(Source { path, text }).expect(path);
            tokens.iter().map(|token| (token.kind, token.text.to_owned())).collect::<Vec<_>>()
        };
        assert_eq!(tokens(&compact), tokens(text), "{path}");
        count += 1;
    }
    assert!(count > 10, "only {count} scripts were found");
}

/// Bundles `entry`, which imports from its folder. Node compares what the bundle and the module export, as JSON of at least `least` characters.
fn check(entry: &str, tree: &SourceTree, least: usize) {
    let bundle = bundle(entry, tree, &[]).unwrap_or_else(|report| panic!("{}", report.render(tree, "")));
    let name = entry.replace('/', "-");
    let folder = std::env::temp_dir().join(format!("graven-scripts-{}-{name}", std::process::id()));
    let modules = &entry[..=entry.rfind('/').expect("a folder")];
    for (path, bytes) in tree.below(modules) {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
        fs::write(file, bytes).expect("a file can be written");
    }
    fs::write(folder.join("package.json"), r#"{"type":"module"}"#).expect("a file can be written");
    fs::write(folder.join("bundle.js"), &bundle.text).expect("a file can be written");
    let compare = format!(
        "const texts = []
        for (const path of ['./{entry}', './bundle.js']) texts.push(JSON.stringify({{ ...await import(path) }}))
        if (texts[0] !== texts[1]) throw new Error(`${{texts[0]}}\\nis in the bundle\\n${{texts[1]}}`)
        if (texts[0].length < {least}) throw new Error(`too little is compared: ${{texts[0]}}`)"
    );
    fs::write(folder.join("compare.js"), compare).expect("a file can be written");
    let outcome = Command::new("node").arg("compare.js").current_dir(&folder).output();
    fs::remove_dir_all(&folder).expect("the folder can be removed");
    match outcome {
        Ok(output) => assert!(output.status.success(), "{entry}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) if error.kind() == ErrorKind::NotFound => println!("skipped: there is no node"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_kit_draws_the_same_in_a_bundle() {
    let mut scripts = scripts();
    let text = "import { svg, box, lane, dial, history, arrow, stack, label, lamp, random, h } from './kit.js'
        const next = random(3)
        const values = Array.from({ length: 30 }, () => next())
        const shapes = [
          box({ x: 1, y: 2, width: 90, height: 40, title: 'Server', state: 'slow', dashed: true }),
          lane({ x: 1, y: 60, width: 200, height: 20, title: 'Lane', count: 3, items: [{ letter: 'a' }] }),
          dial({ x: 300, y: 20, radius: 9, fraction: 0.4 }),
          history({ x: 1, y: 90, width: 200, height: 40, values, max: 1, title: 'Wait' }),
          arrow({ x1: 1, y1: 2, x2: 30, y2: 40 }),
          stack({ x: 1, y: 140, width: 90, entries: [{ text: 'a', mark: true }] }),
          label(3, 4, 'a < b'),
          h('g', {}),
        ]
        export const tree = svg(340, 260, ...shapes)
        export const lamps = [lamp(true), lamp(false, 'no'), lamp(undefined)]";
    scripts.insert("models/entry.js", text);
    check("models/entry.js", &scripts, 2000);
}

#[test]
fn the_statements_of_modules_mean_the_same_in_a_bundle() {
    let files = [
        (
            "m/a.js",
            "export default (1, class extends Array {}).name + String(this)
            import one, * as all from './b.js'
            import { two as zwei, Three, four, größe } from './b.js'
            export { two, default as eins } from './b.js'
            export { history } from './c/c.js'
            import './c/c.js'
            export const order = globalThis.order.splice(0)
            export const keys = Object.keys(all), values = keys.map((key) => typeof all[key])
            export const calls = [one(), zwei(3), new Three().name, [...four()], größe]
            const name = 'own'
            export const hidden = [name, all.hidden(), typeof top]
            function top() {}
            export { name, name as default_ }",
        ),
        (
            "m/b.js",
            "(globalThis.order ??= []).push('b')
            const name = 'b'
            export { hoisted }
            export const hidden = () => [name, typeof top]
            import { history } from './c/c.js'
            export default function () { return arguments.length + history.length }
            ;[1].forEach(() => {})
            export const two = (a) => a / 2 / (1)
            export class Three { get name() { return /[/]'`/.source + `${`${name}`}` } }
            function hoisted() {
              return
              1
            }
            export function* four() { let a = 1
              ++a
              yield a
              yield a++ + +a - -a
            }
            export const größe = 5 .toFixed() + 1..toFixed(1)",
        ),
        ("m/c/c.js", "(globalThis.order ??= []).push('c')\nexport const history = ['c']\n"),
    ];
    check("m/a.js", &tree(&files), 300);
}
