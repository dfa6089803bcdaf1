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

/// The scripts of the theme and of the articles, by path.
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
    assert!(count > 50, "only {count} scripts were found");
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

/// Lanes that fill, assignments and skew.
const LANES: &str = "
import { simulate, bounds, ruling } from './lanes.js'
import * as assign from './assign.js'
import { hashes, loads, zipf } from './skew.js'
import { seeded } from './random.js'
const random = seeded(7)
export const owners = [assign.range(7, 3), assign.roundRobin(7, 3), assign.sticky([0, 1, 2, 0, 1, 2, 9], [0, 1, 3])]
const lanes = owners[0].map((owner) => ({ owner, backlog: Math.floor(random() * 500), rate: 3 * random() }))
export const costs = { commit: 0.01, record: 0.002, max: 50 }
export const run = simulate({ lanes, costs, kill: { consumer: 1, at: 2, session: 1 }, until: 20 })
export const skew = loads(zipf(40), hashes(40, 'a'), 7)
export default ruling(bounds({ ...costs, cpu: 0.001, cores: 2, share: 0.3, most: 3, partitions: 7 }))
";

/// Sagas that meet, along paths that a seed picks.
const BANK: &str = "
import { alone, encounters, together, variants } from './scenarios.js'
import { verdict } from './judge.js'
import { play } from './world.js'
let state = 1
const choose = (ways) => (state = (state * 48271) % 2147483647) % ways
const tried = (scenario) => Array.from({ length: 20 }, () => {
  const outcome = play(scenario, choose)
  return [outcome, verdict(scenario, outcome)]
})
export const single = variants.map((variant) => tried(alone(variant)))
export const pairs = encounters.map((encounter) => tried(together(encounter)))
";

/// An audit, and its repair.
const LEDGER: &str = "
import * as core from './core.js'
export const names = Object.keys(core)
const sales = [{ key: 'a', event: 'e', amount: 100, at: 0 }, { key: 'b', event: 'e', amount: 50, at: 9 }]
const entries = [{ side: 1, amount: 100, balanceAfter: 100, type: 'event-revenue', ref: 'e', key: 'a' }]
const broken = { balance: 120, sales, payouts: [], entries }
export const decision = core.decide(broken, 100)
export const repaired = core.repair(broken, decision)
export const found = [core.checks(core.totals(broken)), core.payable(repaired), core.inventedTickets(3, 9)]
export { CAUSES as causes, falseAlarm } from './core.js'
";

#[test]
fn the_code_of_articles_gives_the_same_results_in_a_bundle() {
    let mut scripts = scripts();
    for (path, text, least) in [
        ("posts/kafka-cqrs-event-driven/code/core/entry.js", LANES, 5000),
        ("posts/private-bank-api/code/core/entry.js", BANK, 50_000),
        ("posts/tixin-ledger-system/code/entry.js", LEDGER, 1000),
    ] {
        scripts.insert(path, text);
        check(path, &scripts, least);
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
          lane({ x: 1, y: 60, width: 200, height: 20, title: 'Lane', count: 3, slots: 8, items: [{ letter: 'a' }] }),
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
