//! A site in a language has no English words of the theme: not in its pages, its feeds, its scripts, nor in what the server says.
//!
//! The language of these sites is made up: each letter of the English words is a Cyrillic one, and the site itself is written in Cyrillic letters. What a
//! page says in Latin ones was not translated.

use std::collections::BTreeMap;

use graven_pack::{Content, Pack};
use graven_press::cache::Cache;
use graven_press::tree::SourceTree;
use graven_press::{Codings, Options, press};

const ENGLISH: &str = include_str!("../theme/languages/en.toml");

/// What is the same in every language: names of formats and programs, paths that are shown, axes.
const NAMES: [&str; 19] = [
    "Atom",
    "RSS",
    "JSON Feed",
    "/notes",
    "/blog",
    "/tags",
    "tag:odin",
    "topic:theta",
    "x = ",
    "y = ",
    "javascript",
    ".csv",
    ".js",
    // The type of a file, and the unit of its size.
    "CSV",
    " B",
    // The places of the server's answers.
    "{typed}",
    "{used}",
    "{query}",
    "{total}",
];

/// The file of the made-up language: the English one with other letters in its texts, but for the places.
fn language() -> String {
    let mut file = String::new();
    for line in ENGLISH.lines().filter(|line| !line.starts_with('#')) {
        let (mut is_text, mut is_place) = (false, false);
        for (at, character) in line.char_indices() {
            is_text ^= character == '"' && !line[..at].ends_with('\\');
            is_place |= is_text && (character == '{' || line[..at].ends_with("]("));
            is_place &= !matches!(character, '}' | ')');
            file.push(if character.is_ascii_alphabetic() && is_text && !is_place { 'ж' } else { character });
        }
        file.push('\n');
    }
    file
}

const SITE: &str =
    "title = \"Сайт\"\ndescription = \"Описание.\"\nbase_url = \"https://example.org\"\nlanguage = \"qaa\"\n";

/// A text that uses everything to which the theme adds words.
const TEXT: &str = r#"
> [!NOTE]
> а

> [!TIP]
> а

> [!IMPORTANT]
> а

> [!WARNING]
> а

> [!CAUTION]
> а

> [!aside]-
> а

> [!abstract]-
> а

> [!attention]-
> а

> [!bug]-
> а

> [!check]-
> а

> [!cite]-
> а

> [!danger]-
> а

> [!done]-
> а

> [!error]-
> а

> [!example]-
> а

> [!fail]-
> а

> [!failure]-
> а

> [!faq]-
> а

> [!help]-
> а

> [!hint]-
> а

> [!info]-
> а

> [!missing]-
> а

> [!question]-
> а

> [!quote]-
> а

> [!success]-
> а

> [!summary]-
> а

> [!tldr]-
> а

> [!todo]-
> а

[а](данные.csv)

а[^1] б[^2]

[^1]: в
[^2]: в

    г

## А
## Б
## В

| а | б |
|---|---|
| 1 | 2 |

```table from=данные.csv caption="Подпись"
```

![Картина](картина.svg "Подпись")

- [x] а
- [ ] б

```
а
```

```js
1
```

```js from=код.js#a
```

```js from=код.js#b
```

```chart from=данные.csv
x: х
y: ц "Ц"
mark: y=3
mark: x=2 "Граница"
```

```chart from=данные.csv
kind: scatter
x: х
y: ц log
```

```chart
kind: step
x: х
y: ц
---
х,ц
1,2
```

```chart
kind: bar
x: х
y: ц
---
# measured: 2025
х,ц
а,2
б,3
```

```chart
kind: band
x: х
band: ц..з
---
# assumed: 2025
х,ц,з
1,2,4
2,3,5
```

```dot
digraph { а -> б; б -> в [dir=none]; в -> а [dir=back]; }
```

```sequence
а -> б: в
а -x б: в
а -> а
note over а: в
note over а, б: в
== г ==
```

```box
+---+
| а |
+---+
```

```model from=модель.js id=m alt="Модель" caption="Подпись"
a: switch "а"
b: switch "а"
c: switch "а"
d: switch "а"
e: switch "а"
f: switch "а"
g: switch "а"
```
"#;

const DRAWING: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"20\" height=\"10\"><path class=\"hue\" d=\"M1 1h9\"/></svg>";

/// A site with all kinds of pages.
fn full_site() -> SourceTree {
    let mut tree = SourceTree::default();
    let author =
        "author = { name = \"Имя\", email = \"a@example.org\" }\nlicense = { name = \"Лицензия\" }\nstart = [\"p0\"]\n";
    tree.insert("site.toml", format!("{SITE}{author}"));
    let topic = |slug: &str| format!("[[topic]]\nslug = \"{slug}\"\ntitle = \"Тема\"\nblurb = \"Описание.\"\n\n");
    tree.insert("topics.toml", topic("theta") + &topic("empty"));
    for number in 0..14 {
        let tags = if number == 0 { "\"Тег\", \"Один\"" } else { "\"Тег\"" };
        let more = match number {
            0 => "updated = { date = 2026-02-01, note = \"Описание.\" }\ncirca = true\nseries = \"Серия\"\n",
            1 => "series = \"Серия\"\n",
            _ => "topics = [\"theta\"]\n",
        };
        let month = number % 12 + 1;
        let head = format!(
            "title = \"Заголовок\"\ndescription = \"Описание.\"\ndate = 2025-{month:02}-02\ntags = [{tags}]\n{more}"
        );
        // More posts link to the first than it lists.
        let text = if number == 0 { TEXT } else { "[а](/blog/p0)\n" };
        tree.insert(format!("posts/p{number}/index.md"), format!("+++\n{head}+++\n{text}"));
    }
    for (file, text) in [
        ("данные.csv", "# computed: 2025\nх,ц,з\n1,2,12345.5\n2,5,3\n3,1,4\n4,3,2\n"),
        ("картина.svg", DRAWING),
        ("код.js", "// #region a\n1\n2\n// #endregion a\n// #region b\n3\n// #endregion b\n"),
        ("модель.js", "export default { tick: 1 }\n"),
        ("модель.svg", DRAWING),
    ] {
        tree.insert(format!("posts/p0/{file}"), text);
    }
    tree.insert(
        "pages/about.md",
        "+++\ntitle = \"Описание\"\ndescription = \"Описание.\"\nupdated = { date = 2025-02-02, note = \"Описание.\" }\n+++\nа\n",
    );
    tree
}

/// The documents of a site that are text, by path, and the warnings.
fn documents(mut tree: SourceTree) -> (BTreeMap<String, String>, String) {
    tree.insert("theme/languages/qaa.toml", language());
    let options = Options { codings: Codings::Identity, ..Options::default() };
    let pressed =
        press(&tree, &options, &Cache::none()).unwrap_or_else(|report| panic!("{}", report.render(&tree, "")));
    let pack = Pack::open(&pressed.pack).expect("a sound pack");
    let mut documents = BTreeMap::new();
    for route in pack.routes().map(|route| route.expect("a sound route")) {
        let edition = route.editions().next().expect("a route has an edition").expect("a sound edition");
        let Content::Page(page) = edition.content() else { continue };
        let bytes = page.identity().bytes().expect("a sound variant");
        if let Ok(text) = String::from_utf8(bytes.into_owned()) {
            documents.insert(route.path().to_owned(), text);
        }
    }
    (documents, pressed.report.render(&tree, ""))
}

/// Attributes whose values are read or heard.
const WORDED: [&str; 4] = ["aria-label", "title", "alt", "placeholder"];

/// The texts of a page: between its tags, in its comments, and in attributes that are read or heard.
fn texts(html: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut rest = html;
    while let Some((text, after)) = rest.split_once('<') {
        texts.push(text.to_owned());
        if let Some(comment) = after.strip_prefix("!--") {
            // The answers of the server: `-->` ends them.
            rest =
                comment.strip_prefix("answers").or_else(|| comment.strip_prefix("results")).expect("a known comment");
            continue;
        }
        let end = end_of_tag(after);
        let (tag, after) = after.split_at(end);
        texts.extend(attributes(tag));
        rest = ["script", "style"]
            .iter()
            .find(|name| tag.starts_with(**name))
            .map_or(after, |name| after.split_once(&format!("</{name}")).expect("it ends").1);
        rest = rest.split_once('>').expect("a tag ends").1;
    }
    texts.push(rest.to_owned());
    texts
}

/// The place of the `>` that ends a tag: it may be in a value as well.
fn end_of_tag(tag: &str) -> usize {
    let mut is_quoted = false;
    tag.find(|character| {
        is_quoted ^= character == '"';
        character == '>' && !is_quoted
    })
    .expect("a tag ends")
}

fn attributes(tag: &str) -> Vec<String> {
    let value = |name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(rest.split_once('"').expect("a value ends").0.to_owned())
    };
    let mut values: Vec<String> = WORDED.iter().filter_map(|name| value(name)).collect();
    let about = value("name").or_else(|| value("property")).unwrap_or_default();
    if ["description", "title", "alt", "site_name"].iter().any(|end| about.ends_with(end)) {
        values.extend(value("content"));
    }
    values
}

/// Whether a text has Latin letters besides names that are the same in every language.
fn is_english(text: &str) -> bool {
    let text = text.replace("&amp;", "&").replace("&quot;", "\"");
    let words: Vec<_> = text.split_whitespace().filter(|word| !word.contains("example.org")).collect();
    let text = NAMES.iter().fold(words.join(" "), |text, name| text.replace(name, " "));
    text.contains(|character: char| character.is_ascii_alphabetic())
}

#[test]
fn a_page_has_no_english_words() {
    let mut empty = SourceTree::default();
    empty.insert("site.toml", SITE);
    for site in [full_site(), empty] {
        let (documents, report) = documents(site);
        assert_eq!(report, "no errors\n");
        let pages: Vec<_> = documents.iter().filter(|(_, text)| text.starts_with("<!DOCTYPE html>")).collect();
        assert!(pages.len() >= 6, "{:?}", documents.keys());
        for (path, page) in pages {
            let page = page.trim_start_matches("<!DOCTYPE html>");
            let texts = texts(page);
            assert!(texts.iter().any(|text| text.contains('ж')), "{path}");
            let english: Vec<_> = texts.iter().filter(|text| is_english(text)).collect();
            assert!(path == "/search" || !texts.iter().any(|text| text.contains('{')), "{path}: {texts:#?}");
            assert!(english.is_empty(), "{path}: {english:#?}");
        }
    }
}

/// What the English file says: each text in the parts between its places.
fn english_phrases() -> Vec<&'static str> {
    let lines = ENGLISH.lines().filter(|line| !line.starts_with('#') && line.contains(" = "));
    let texts = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
    texts.flat_map(|text| text.split(['{', '}', '[', ']', '(', ')', '*', '\\'])).map(str::trim).collect()
}

#[test]
fn feeds_and_scripts_have_no_english_words() {
    let phrases = english_phrases();
    // Of the others, a script may have some as its own names.
    let distinct: Vec<_> = phrases.iter().filter(|phrase| phrase.len() > 8 && phrase.contains(' ')).collect();
    assert!(distinct.len() > 60, "{}", distinct.len());
    let (documents, _) = documents(full_site());
    for (path, text) in &documents {
        let found: Vec<_> = distinct.iter().filter(|phrase| text.contains(***phrase)).collect();
        assert!(found.is_empty(), "{path}: {found:?}");
    }
    let script = |start: &str| documents.iter().find(|(path, _)| path.starts_with(start)).expect("a script").1;
    for (path, words) in [
        ("/assets/script.", &["Theme ", "System", "Light", "Copy", "Copied", "Wrap", "Next"][..]),
        ("/assets/kit.", &["Run", "Pause", "Step", "Speed", "Restart", "Defaults", "Copied", "unknown", "holds"]),
    ] {
        assert!(script(path).contains('ж'), "{path}");
        let found: Vec<_> = words.iter().filter(|word| script(path).contains(&format!("'{word}'"))).collect();
        assert!(found.is_empty(), "{path}: {found:?}");
    }
    for (path, expected) in [
        ("/llms.txt", "## жжжжж жжжжж\n"),
        ("/opensearch.xml", "<Description>жжжжжж Сайт</Description>"),
        ("/feed.xml", "<rights>© Имя. жжжжжжж: Лицензия</rights>"),
        ("/tags/teg/feed.xml", "<subtitle>жжжжж жжжжжж Тег.</subtitle>"),
        ("/blog/p0", "<span>жжж 7 жжжж</span>"),
        ("/search", "<!--answers\nжжжж жжж жжжж жж жжжж.\nжж жжжж жжж “{typed}”."),
    ] {
        assert!(documents[path].contains(expected), "{path}: {}", documents[path]);
    }
}
