//! The text of bundles.

use super::{bundle_first, tree};
use crate::scripts::bundle;

fn check(files: &[(&str, &str)], expected: &str) {
    let bundle = bundle_first(files).unwrap_or_else(|report| panic!("{}", report.render(&tree(files), "")));
    assert_eq!(bundle.text, expected, "{files:#?}");
}

#[test]
fn modules_become_one_file_in_which_each_has_its_own_names() {
    let a = "// A.\nimport { h } from 'graven'\nimport { b, c as d } from '../n/b.js'\n\nexport default h(b, d)\n";
    let b = "import * as all from './c.js'\nexport const b = all\nexport function c(h) {\n  return h\n}\n";
    let files = [("m/a.js", a), ("n/b.js", b), ("n/c.js", "const h = 1\nexport { h as one }\n")];
    let expected = "\
import*as $1 from'/assets/kit.js';
const $2=(()=>{const h=1;return{one:h}})();
const $3=(()=>{const all=$2;const b=all;function c(h){return h};return{b,c}})();
const $4=(()=>{const{h}=$1;const{b,c:d}=$3;const $5=h(b,d);return{default:$5}})();
const{default:$6}=$4;export{$6 as default};
";
    check(&files, expected);
    assert_eq!(bundle_first(&files).expect("no errors").exports, ["default"]);
}

/// The code of a module, next to `b.js`, which exports `b` as that and as the default.
fn code(text: &str) -> String {
    let files = [("a.js", text), ("b.js", "const b = 1\nexport { b, b as default }\n")];
    let bundle = bundle_first(&files).unwrap_or_else(|report| panic!("{}", report.render(&tree(&files), "")));
    let (_, code) = bundle.text.rsplit_once("(()=>{").expect("the entry is the last function");
    code.split("})();").next().expect("it is called").to_owned()
}

#[test]
fn every_kind_of_export_is_returned() {
    for (text, expected) in [
        ("export const a = 1, b = [2, 3], c = d => d\nf()", "const a=1,b=[2,3],c=d=>d\nf();return{a,b,c}"),
        ("export function a() {}", "function a(){};return{a}"),
        ("export function* a() {}", "function*a(){};return{a}"),
        ("export async function a() {}", "async function a(){};return{a}"),
        ("export class A {}", "class A{};return{A}"),
        ("const a = 1\nlet b\nexport { a, a as c, }", "const a=1\nlet b;return{a,c:a}"),
        ("const { a, b: [c] } = d\nexport { a, c }", "const{a,b:[c]}=d;return{a,c}"),
        ("export default a => a", "const $4=a=>a;return{default:$4}"),
        ("export default function () {}\n(1)", "function $4(){}\n(1);return{default:$4}"),
        ("export default async function* () {}", "async function*$4(){};return{default:$4}"),
        ("export default async () => 1", "const $4=async()=>1;return{default:$4}"),
        ("export default function a() {}", "function a(){};return{default:a}"),
        ("export default class extends A {}", "class $4 extends A{};return{default:$4}"),
        ("export default class A {}", "class A{};return{default:A}"),
        ("let a = 1\nexport default a", "let a=1;const $4=a;return{default:$4}"),
        ("export {}", "return{}"),
    ] {
        assert_eq!(code(&format!("import './b.js'\n{text}")), expected, "{text}");
    }
}

#[test]
fn every_kind_of_import_is_a_declaration_before_all_code() {
    for (text, expected) in [
        ("f()\nimport { b } from './b.js'\n(g)()", "const{b}=$2;f();(g)();return{}"),
        ("import b, { b as c } from './b.js';", "const{default:b,b:c}=$2;return{}"),
        ("import b, * as c from './b.js'", "const c=$2;const{default:b}=$2;return{}"),
        ("import { default as b } from './b.js'", "const{default:b}=$2;return{}"),
        ("import {} from './b.js'", "return{}"),
        ("import './b.js'", "return{}"),
        ("import { b } from './b.js'\nexport { b }", "const{b}=$2;return{b}"),
        (
            "export { b, default as c } from './b.js'\nconst b = 2",
            "const{b:$4,default:$5}=$2;const b=2;return{b:$4,c:$5}",
        ),
        (
            "import './b.js'\nimport { h } from 'graven'\nexport { svg } from 'graven'",
            "const{h}=$1;const{svg:$4}=$1;return{svg:$4}",
        ),
    ] {
        assert_eq!(code(text), expected, "{text}");
    }
}

#[test]
fn words_that_are_no_statements_stay() {
    for text in [
        "a.import('b')",
        "a.export=1",
        "a={import:1,export:2}",
        "a={import(b){}}",
        "a.await",
        "a={await:1}",
        "`import '${b}'`",
        "/export let/",
    ] {
        assert_eq!(code(text), format!("{text};return{{}}"));
    }
}

#[test]
fn a_function_may_wait() {
    for text in [
        "async()=>await a",
        "f(async()=>await a,b)",
        "async function a(){await b}",
        "const a={async b(){await c}}",
        "class A{async[b](){if(c){await d}}}",
        "async()=>{for await(const a of b){await c}}",
        "class A{a=async()=>await b}",
        "async()=>`${await a}`",
        "async()=>({a:await b})",
    ] {
        assert_eq!(code(text), format!("{text};return{{}}"));
    }
}

#[test]
fn a_module_that_several_import_is_there_once_and_before_them() {
    let files = [
        ("a.js", "import { b } from './b.js'\nimport { c } from './c.js'\nimport { d } from './d.js'\nf(b, c, d)\n"),
        ("b.js", "import { d } from './d.js'\nexport const b = d\n"),
        ("c.js", "import { d } from './d.js'\nexport const c = d\n"),
        ("d.js", "export const d = 1\n"),
    ];
    let expected = "\
const $2=(()=>{const d=1;return{d}})();
const $3=(()=>{const{d}=$2;const b=d;return{b}})();
const $4=(()=>{const{d}=$2;const c=d;return{c}})();
const $5=(()=>{const{b}=$3;const{c}=$4;const{d}=$2;f(b,c,d);return{}})();
";
    check(&files, expected);
}

#[test]
fn a_new_name_is_not_one_of_a_module() {
    check(
        &[("a.js", "const $1 = $3.$4\nexport default $1\n")],
        "const $5=(()=>{const $1=$3.$4;const $6=$1;return{default:$6}})();\nconst{default:$7}=$5;export{$7 as default};\n",
    );
}

#[test]
fn a_bundle_without_externals_imports_nothing() {
    let files = [("a.js", "f()")];
    assert_eq!(bundle("a.js", &tree(&files), &[]).expect("no errors").text, "const $1=(()=>{f();return{}})();\n");
}
