//! What every language must colour, and what holds for any text.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::markup::push_text;

fn write(word: &str, code: &str) -> String {
    let mut out = String::new();
    find(word).expect(word).write(&mut out, code, None);
    out
}

/// Each language with its aliases, a line of it, and spans that must come of it.
const SAMPLES: [(&[&str], &str, &[&str]); 24] = [
    (
        &["rust", "rs"],
        "#[test] fn f() -> Vec<u8> { \"s\" } // c",
        &["m\">#[test]", "k\">fn", "f\">f", "s\">\"s\"", "c\">// c"],
    ),
    (&["go", "golang"], "func f() { return \"s\", 1 } // c", &["k\">func", "f\">f", "s\">\"s\"", "n\">1", "c\">// c"]),
    (
        &["typescript", "ts"],
        "export interface A { b: string } const f = (x) => `a${x}b`",
        &["k\">export", "t\">A", "s\">`a"],
    ),
    (&["tsx"], "const a = <B c=\"d\">{e}</B>; return 1", &["k\">const", "t\">B", "a\">c", "s\">\"d\"", "n\">1"]),
    (&["jsx"], "const a = <B c=\"d\">{e}</B>", &["k\">const", "t\">B"]),
    (
        &["javascript", "js", "mjs", "node"],
        "async function f() { return 'x' } // c",
        &["k\">async function", "f\">f", "s\">'x'"],
    ),
    (&["json", "jsonc"], "{\"a\": \"b\", \"c\": 1}", &["a\">\"a\"", "s\">\"b\"", "n\">1"]),
    (&["toml"], "# c\n[package]\nname = \"x\"\non = true", &["c\"># c", "a\">name", "s\">\"x\"", "n\">true"]),
    (&["yaml", "yml"], "# c\nname: \"x\"\non: true", &["c\"># c", "a\">name", "s\">\"x\"", "n\">true"]),
    (
        &["bash", "sh", "shell", "zsh"],
        "for x in \"a b\"; do echo 1; done # c",
        &["k\">for", "s\">\"a b\"", "f\">echo", "c\"># c"],
    ),
    (
        &["sql", "postgres"],
        "SELECT count(*) FROM a JOIN b ON b = 'c' AND d IS NOT NULL RETURNING e -- d",
        &["k\">SELECT", "f\">count", "k\">ON", "s\">'c'", "k\">AND", "k\">IS NOT NULL RETURNING", "c\">-- d"],
    ),
    (&["dockerfile", "docker"], "FROM rust:1 AS build # c\nRUN echo \"x\"", &["k\">FROM", "k\">RUN"]),
    (&["html", "htm"], "<!-- c --><a href=\"x\">y</a>", &["c\"><!-- c -->", "t\">a", "a\">href", "s\">\"x\""]),
    (&["css"], "/* c */ .a { color: red; width: 1px }", &["c\">/* c */", "a\">color", "n\">"]),
    (&["lua"], "local function f() return \"s\" end -- c", &["k\">local function", "f\">f", "s\">\"s\"", "c\">-- c"]),
    (&["protobuf", "proto"], "message A { string b = 1; } // c", &["k\">message", "t\">A", "n\">1", "c\">// c"]),
    (
        &["hcl", "terraform", "tf"],
        "resource \"a\" \"b\" { c = true } # d",
        &["k\">resource", "s\">\"a\"", "n\">true", "c\"># d"],
    ),
    (
        &["nginx"],
        "server { listen 80; # c\n location / { return 200; } }",
        &["k\">server", "k\">listen", "n\">80", "c\"># c"],
    ),
    (&["diff", "patch"], "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y", &["h\">---", "d\">-x", "i\">+y"]),
    (&["http"], "GET /x HTTP/1.1\nHost: a\n\n{\"a\": 1}", &["k\">GET", "a\">Host"]),
    (&["python", "py"], "def f(a): return \"s\" # c", &["k\">def", "f\">f", "s\">\"s\"", "c\"># c"]),
    (&["ini", "systemd"], "; c\n[Unit]\nA=b", &["c\">; c", "a\">A"]),
    (&["console", "terminal"], "$ echo 'x'\n'out", &["f\">echo", "s\">'x'", "\n'out"]),
    (&["c"], "#include <x.h>\nint main(void) { return 0; }", &["k\">int", "f\">main", "n\">0"]),
];

#[test]
fn every_language_is_known_by_its_aliases_and_coloured() {
    for (words, code, spans) in SAMPLES {
        for word in words {
            let html = write(word, code);
            let escape = |span: &str| {
                let (class, text) = span.split_once('>').unwrap_or(("", span));
                let mut escaped = String::new();
                push_text(&mut escaped, text);
                if class.is_empty() { escaped } else { format!("{class}>{escaped}") }
            };
            let missing: Vec<_> = spans.iter().filter(|span| !html.contains(&escape(span))).collect();
            assert!(missing.is_empty(), "{word}: {missing:?} in\n{html}");
        }
    }
}

#[test]
fn each_name_means_one_language() {
    let names: Vec<_> = names().collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    for name in names {
        assert!(find(name).is_some(), "{name}");
        assert_eq!(name, name.to_lowercase());
    }
    for name in KIN.split(' ') {
        assert_eq!(find(name).map(|language| language.name()), Some(name));
    }
}

#[test]
fn languages_are_found_by_their_usual_names() {
    for (word, name) in [
        ("kt", "kotlin"),
        ("Haskell", "haskell"),
        ("SH", "bash"),
        ("c++", "cpp"),
        ("txt", "text"),
        ("rst", "rst"),
        ("scss", "scss"),
        ("Elm", "elm"),
    ] {
        assert_eq!(find(word).map(|language| language.name()), Some(name), "{word}");
    }
    assert!(find("rusty").is_none());
}

/// Each code, and how it is painted: a span is its class and its text in brackets.
fn check(word: &str, cases: &[(&str, &str)]) {
    for (code, expected) in cases {
        let html =
            write(word, code).replace("</span>", "]").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let marked = html.replace("<span class=\"", "[").replace("\">", " ");
        assert_eq!(marked, *expected, "{word}: {code}");
    }
}

#[test]
fn javascript_has_templates_expressions_elements_and_soft_keywords() {
    check(
        "jsx",
        &[
            ("`a${`b${c}`}d` + 1", "[s `a]${[s `b]${c}[s `]}[s d`] + [n 1]"),
            ("a / b / c", "a / b / c"),
            ("f(/[/]\\//g)", "[f f]([s /[/]\\//g])"),
            ("<A b=\"c\" {...d}>it's {e} if</A>", "<[t A] [a b]=[s \"c\"] {...d}>it's {e} if</[t A]>"),
            ("a < b && c > d", "a < b && c > d"),
            ("import { from } from \"from\"", "[k import] { from } [k from] [s \"from\"]"),
            ("x.default({ class: 1, get: 2 })", "x.[f default]({ [a class]: [n 1], [a get]: [n 2] })"),
        ],
    );
}

#[test]
fn rust_has_lifetimes_characters_and_raw_strings() {
    check(
        "rust",
        &[
            ("f::<'a>('\\'', 'b', '\\u{1F600}')", "f::<[k 'a]>([s '\\''], [s 'b'], [s '\\u{1F600}'])"),
            ("r#\"a\"b\"# /* c /* d */ e */ 0..10", "[s r#\"a\"b\"#] [c /* c /* d */ e */] [n 0]..[n 10]"),
            ("#[a(b = \"]\")] x != y", "[m #[a(b = \"]\")]] x != y"),
        ],
    );
}

#[test]
fn types_of_go_are_known_by_their_place() {
    check(
        "go",
        &[
            ("(c *client) (x int, y a * b)", "(c *[t client]) (x [t int], y [t a] * b)"),
            ("func f() []item", "[k func] [f f]() [][t item]"),
            ("var q io.Reader", "[k var] q io.[t Reader]"),
            ("a()\nb = c", "[f a]()\nb = c"),
        ],
    );
}

#[test]
fn shells_have_commands_patterns_and_texts() {
    check(
        "sh",
        &[
            ("A=b c d | e --f", "A=b [f c] d | [f e] --f"),
            ("echo \"a $(b \"c\") d\"", "[f echo] [s \"a ]$([f b] [s \"c\"])[s  d\"]"),
            ("case $a in\nb|c) d ;;\n*) e ;;\nesac", "[k case] $a [k in]\nb|c) [f d] ;;\n*) [f e] ;;\n[k esac]"),
            ("cat <<'E'\nif \"\nE\nls", "[f cat] <<'E'\nif \"\nE\n[f ls]"),
            ("a=(\n b\n)\nc # d", "a=(\n b\n)\n[f c] [c # d]"),
            ("f() { g; }", "[f f]() { [f g]; }"),
        ],
    );
}

#[test]
fn yaml_has_texts_that_are_deeper_than_their_key() {
    check(
        "yaml",
        &[
            ("- a: |\n    b: c # d\n  e: 1", "- [a a]: |\n    b: c # d\n  [a e]: [n 1]"),
            ("a: { b: c, d: [1, x#y] } # z", "[a a]: { [a b]: c, [a d]: [[n 1], x#y] } [c # z]"),
            ("a: it's\nb: http://c:80/", "[a a]: it's\n[a b]: http://c:80/"),
            ("a: &b !c 'd''e'", "[a a]: [m &b] [t !c] [s 'd''e']"),
        ],
    );
}

#[test]
fn languages_contain_others() {
    check(
        "html",
        &[(
            "<style>a{b:c}</style><script>if (a < b) 1</script>",
            "<[t style]>[t a]{[a b]:[n c]}</[t style]><[t script]>[k if] (a < b) [n 1]</[t script]>",
        )],
    );
    check("md", &[("# A\n```rs\nlet `\n```\n`b` let", "[h # A]\n```rs\n[k let] `\n```\n[s `b`] let")]);
    check(
        "dockerfile",
        &[("RUN a && \\\n  # b\n  c\nCOPY d e", "[k RUN] [f a] && \\\n  [c # b]\n  [f c]\n[k COPY] d e")],
    );
}

#[test]
fn blanks_and_letters_outside_ascii_are_where_a_reader_does_not_expect_them() {
    check("env", &[("export   A=é", "[k export]   [a A]=é")]);
    check("md", &[("<!-- a -->é `b`", "[c <!-- a -->]é [s `b`]")]);
}

#[test]
fn markdown_in_markdown_is_plain() {
    for name in ["md", "mdx"] {
        let code = format!("~~~{name}\n").repeat(20_000);
        assert_eq!(text_of(&write("mdx", &code)), code);
    }
}

#[test]
fn an_open_string_ends_with_its_line_unless_its_kind_is_long() {
    check("c", &[("\"a\nint", "[s \"a]\n[k int]")]);
    check("js", &[("`a\nlet", "[s `a\nlet]")]);
}

#[test]
fn neighbours_of_one_class_share_a_span_and_plain_text_has_none() {
    assert_eq!(
        write("rust", "pub async fn f() {}"),
        "<span class=\"k\">pub async fn</span> <span class=\"f\">f</span>() {}"
    );
    assert_eq!(write("rust", "a.b(c)"), "a.<span class=\"f\">b</span>(c)");
    assert_eq!(write("text", "a < b"), "a &lt; b");
}

#[test]
fn lines_are_wrapped_when_they_are_numbered_or_marked() {
    let mut out = String::new();
    find("rust").expect("rust").write(&mut out, "/* a\nb */\nlet", Some(&BTreeSet::from([2])));
    assert_eq!(
        out,
        "<span class=\"l\"><span class=\"c\">/* a\n</span></span>\
         <span class=\"l m\"><span class=\"c\">b */</span>\n</span>\
         <span class=\"l\"><span class=\"k\">let</span></span>"
    );
}

/// The text of HTML, if it consists of text and spans.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        rest = &rest[rest.find('>').expect("a tag ends") + 1..];
    }
    text.push_str(rest);
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What opens, closes and escapes in some language.
const PIECES: [&str; 66] = [
    "\"", "'", "`", "\"\"\"", "${", "#{", "\\(", "$(", "{", "}", "{{", "(", ")", "[", "]", "<", ">", "</", "/>", "/",
    "*", "/*", "*/", "//", "#", "#[", "#!", "--", "--[[", "\\", "\n", "\r\n", " ", "\t", "a", "Ab", "é", "日", "\u{0}",
    "1", ".", ":", "=", "|", "<<", "<<E", "E", "@", "$", "&", ";", "in", "case", "new", "func", "<script>", "```",
    "r#\"", "<!--", "-->", "export ", "---\n", "+++\n", "```mdx\n", "```rs\n", "~~~",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    /// Whatever the language and the text, the page shows the text, each line in a span of its own.
    #[test]
    fn no_text_is_lost(
        name in select(names().collect::<Vec<_>>()),
        code in prop_oneof![
            4 => prop::collection::vec(select(&PIECES[..]), 0..40).prop_map(|pieces| pieces.concat()),
            1 => any::<String>(),
        ],
    ) {
        let language = find(name).expect(name);
        let (mut plain, mut lines) = (String::new(), String::new());
        language.write(&mut plain, &code, None);
        language.write(&mut lines, &code, Some(&BTreeSet::from([2])));
        prop_assert_eq!(text_of(&plain), code.as_str());
        prop_assert_eq!(text_of(&lines), code.as_str());
        prop_assert_eq!(plain.matches("<span").count(), plain.matches("</span>").count());
        // Each line closes what it opens.
        let parts: Vec<&str> = lines.split("<span class=\"l").skip(1).collect();
        prop_assert_eq!(parts.len(), code.split_inclusive('\n').count());
        for part in parts {
            prop_assert_eq!(part.matches("<span").count() + 1, part.matches("</span>").count(), "{}", part);
        }
    }
}
