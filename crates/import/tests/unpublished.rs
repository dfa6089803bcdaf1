//! Small sites with something in them that their generator does not publish: the site that is made of them does not publish it either, and builds.

use graven_import::{Folder, Generator, Imported, Options, import};
use graven_press::Codings;
use graven_press::cache::Cache;
use graven_press::incremental::Incremental;
use graven_press::tree::SourceTree;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

/// What builds of the cases have in common is made once.
fn cache() -> Cache {
    Cache::at(concat!(env!("CARGO_TARGET_TMPDIR"), "/unpublished"))
}

const TODAY: Date = date(2026, 1, 31);

/// Must not be in any file of the site. It is one word, so that it stays one in all of them.
const SECRET: &str = "wolverine";

/// Must be in a file of the site.
const SHOWN: &str = "badger";

type Files = &'static [(&'static str, &'static str)];

/// The settings of a site, and a text, without which nothing is imported.
fn common(generator: Generator) -> Files {
    match generator {
        Generator::Zola => &[
            ("config.toml", "base_url = \"https://example.org\"\ntitle = \"T\"\n"),
            ("content/base.md", "+++\ntitle = \"Base\"\ndate = 2020-01-01\n+++\nText.\n"),
        ],
        Generator::Hugo => &[
            ("hugo.toml", "baseURL = \"https://example.org/\"\ntitle = \"T\"\n"),
            ("content/base.md", "---\ntitle: Base\ndate: 2020-01-01\n---\nText.\n"),
        ],
        Generator::Jekyll => &[
            ("_config.yml", "url: https://example.org\ntitle: T\n"),
            ("_posts/2020-01-01-base.md", "---\ntitle: Base\n---\nText.\n"),
        ],
        Generator::Astro => &[
            ("astro.config.mjs", "export default defineConfig({ site: 'https://example.org' });"),
            ("src/content/blog/base.md", "---\ntitle: Base\npubDate: 2020-01-01\n---\nText.\n"),
        ],
        Generator::Obsidian => {
            &[(".obsidian/app.json", "{}"), ("Base.md", "---\ntitle: Base\ndate: 2020-01-01\n---\nText.\n")]
        }
    }
}

fn imported(generator: Generator, files: Files) -> Imported {
    let mut folder = Folder::default();
    for (path, text) in common(generator).iter().chain(files) {
        folder.insert(*path, *text, Some(date(2024, 6, 1)));
    }
    let options = Options { today: TODAY, generator: Some(generator) };
    import(&folder, &options, cache()).unwrap_or_else(|error| panic!("{files:?}: {error}"))
}

/// Everything that a build of the site contains, now and at its later times; or what it says against the site.
fn published(imported: &Imported) -> Result<String, String> {
    let mut tree = SourceTree::default();
    imported.files.iter().for_each(|(path, bytes)| tree.insert(path, bytes.clone()));
    let clock = TODAY.to_zoned(TimeZone::UTC).map(|midnight| midnight.timestamp().as_second()).ok();
    let options = graven_press::Options { codings: Codings::Identity, clock, ..Default::default() };
    let mut press = Incremental::new(options, cache());
    let text = |pack: Vec<u8>| String::from_utf8_lossy(&pack).into_owned();
    let pack = press.press(&tree, |site| site.pack().map(text)).and_then(|pack| pack);
    pack.map_err(|report| report.render(&tree, ""))
}

/// A case: what it shows, its site, and a part of a note that says so.
type Case = (&'static str, Generator, Files, &'static str);

fn check(cases: &[Case]) {
    let mut wrong = Vec::new();
    for (name, generator, files, note) in cases {
        let imported = imported(*generator, files);
        let notes: Vec<String> = imported.notes.iter().map(ToString::to_string).collect();
        let published = published(&imported).unwrap_or_else(|report| {
            wrong.push(format!("{name}: it does not build: {report}"));
            SHOWN.to_owned()
        });
        let has_shown = files.iter().any(|(_, text)| text.contains(SHOWN));
        for (is_wrong, what) in [
            (published.contains(SECRET), "it is published".to_owned()),
            (has_shown && !published.contains(SHOWN), "the rest is not published".to_owned()),
            (!note.is_empty() && notes.iter().all(|found| !found.contains(note)), format!("no note has {note:?}")),
        ] {
            if is_wrong {
                wrong.push(format!("{name}: {what}: {notes:#?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn front_matter_counts_after_white_space_and_without_an_end() {
    check(FRONT_MATTER);
}

const FRONT_MATTER: &[Case] = &[
    (
        "an empty line comes first",
        Generator::Hugo,
        &[("content/a.md", "\n  \n---\ntitle: A\ndate: 2021-01-01\ndraft: true\n---\nA wolverine.\n")],
        "content/a.md: a draft: `draft` is true",
    ),
    (
        "an empty line comes before TOML",
        Generator::Zola,
        &[("content/a.md", "\n+++\ntitle = \"A\"\ndate = 2021-01-01\ndraft = true\n+++\nA wolverine.\n")],
        "content/a.md: a draft: `draft` is true",
    ),
    (
        "an empty line comes before JSON",
        Generator::Hugo,
        &[("content/a.md", "\n{\"title\": \"A\", \"date\": \"2021-01-01\", \"draft\": true}\nA wolverine.\n")],
        "content/a.md: a draft: `draft` is true",
    ),
    (
        "the end is missing",
        Generator::Hugo,
        &[("content/a.md", "---\ntitle: A\ndraft: true\n\nA wolverine.\n")],
        "content/a.md: the front matter cannot be read (its last line, `---`, is missing)",
    ),
    (
        "the end of TOML is missing",
        Generator::Zola,
        &[("content/a.md", "+++\ntitle = \"A\"\ndraft = true\n\nA wolverine.\n")],
        "content/a.md: the front matter cannot be read (its last line, `+++`, is missing)",
    ),
    (
        "the object of JSON does not end",
        Generator::Hugo,
        &[("content/a.md", "{\"title\": \"A\", \"draft\": true\n\nA wolverine.\n")],
        "content/a.md: the front matter cannot be read (",
    ),
    (
        "a draft is one in the words of YAML 1.1",
        Generator::Jekyll,
        &[("_posts/2021-01-01-a.md", "---\ntitle: A\npublished: no\n---\nA wolverine.\n")],
        "a draft: `published` is false",
    ),
    (
        "a file of Jekyll that is an object is a file",
        Generator::Jekyll,
        &[("a.json", "{\"animal\": \"badger\"}\n")],
        "",
    ),
    ("a note that begins with a rule is a note", Generator::Obsidian, &[("A.md", "---\n\nA badger.\n")], ""),
    (
        "a note that begins with a rule after an empty line is a note",
        Generator::Obsidian,
        &[("A.md", "\n---\nA badger.\n\n---\nMore.\n")],
        "",
    ),
];

#[test]
fn a_draft_of_a_folder_is_one_of_all_its_texts() {
    check(FOLDERS);
}

const FOLDERS: &[Case] = &[
    (
        "a section of Zola is a draft",
        Generator::Zola,
        &[
            ("content/s/_index.md", "+++\ntitle = \"S\"\ndraft = true\n+++\n"),
            ("content/s/a.md", "+++\ntitle = \"A\"\ndate = 2021-01-01\n+++\nA wolverine.\n"),
            ("content/s/t/b.md", "+++\ntitle = \"B\"\ndate = 2021-01-01\n+++\nA wolverine.\n"),
            ("content/s/plan.txt", "A wolverine."),
            ("content/t.md", "+++\ntitle = \"T\"\ndate = 2021-01-01\n+++\nA badger.\n"),
        ],
        "content/s/t/b.md: a draft: `draft` is true in content/s/_index.md",
    ),
    (
        "a section of Hugo that is a draft is one without its texts",
        Generator::Hugo,
        &[
            ("content/s/_index.md", "---\ntitle: S\ndraft: true\n---\nThe wolverine is in four words.\n"),
            ("content/s/a.md", "---\ntitle: A\ndate: 2021-01-01\n---\nA badger.\n"),
        ],
        "content/s/_index.md: a draft: `draft` is true",
    ),
    (
        "a cascade makes drafts",
        Generator::Hugo,
        &[
            ("content/s/_index.md", "---\ntitle: S\ncascade:\n  draft: true\n---\n"),
            ("content/s/t/a.md", "---\ntitle: A\ndate: 2021-01-01\n---\nA wolverine.\n"),
            ("content/s/b.md", "---\ntitle: B\ndate: 2021-01-01\ndraft: false\n---\nA badger.\n"),
        ],
        "content/s/t/a.md: a draft: `draft` is true in content/s/_index.md",
    ),
    (
        "a cascade has targets",
        Generator::Hugo,
        &[
            (
                "content/s/_index.md",
                "---\ntitle: S\ncascade:\n- _target: {path: '/s/t/**'}\n  build: {render: never}\n---\n",
            ),
            ("content/s/t/a.md", "---\ntitle: A\ndate: 2021-01-01\n---\nA wolverine.\n"),
            ("content/s/b.md", "---\ntitle: B\ndate: 2021-01-01\n---\nA badger.\n"),
        ],
        "content/s/t/a.md: a draft: `build.render` is never in content/s/_index.md",
    ),
    (
        "a cascade of the settings makes drafts",
        Generator::Hugo,
        &[
            (
                "hugo.toml",
                "baseURL = \"https://example.org/\"\n[[cascade]]\ndraft = true\n[cascade.target]\npath = \"/s/**\"\n",
            ),
            ("content/s/a.md", "---\ntitle: A\ndate: 2021-01-01\n---\nA wolverine.\n"),
            ("content/b.md", "---\ntitle: B\ndate: 2021-01-01\n---\nA badger.\n"),
        ],
        "content/s/a.md: a draft: `draft` is true in the settings",
    ),
    (
        "a draft names no topic",
        Generator::Hugo,
        &[
            ("content/a.md", "---\ntitle: A\ndate: 2021-01-01\ncategories: [wolverine]\ndraft: true\n---\nText.\n"),
            ("content/b.md", "---\ntitle: B\ndate: 2021-01-01\ncategories: [badger]\n---\nText.\n"),
        ],
        "",
    ),
    (
        "a draft of Hugo names no section",
        Generator::Hugo,
        &[
            ("content/wolverine/a.md", "---\ntitle: A\ndate: 2021-01-01\ndraft: true\n---\nText.\n"),
            ("content/badger/b.md", "---\ntitle: B\ndate: 2021-01-01\n---\nText.\n"),
        ],
        "",
    ),
    (
        "a draft names no section",
        Generator::Zola,
        &[
            ("content/wolverine/_index.md", "+++\ntitle = \"A wolverine\"\ndraft = true\n+++\n"),
            ("content/wolverine/a.md", "+++\ntitle = \"A\"\ndate = 2021-01-01\n+++\nText.\n"),
            ("content/badger/b.md", "+++\ntitle = \"B\"\ndate = 2021-01-01\n+++\nText.\n"),
        ],
        "",
    ),
    (
        "a text is not rendered",
        Generator::Hugo,
        &[
            ("content/a.md", "---\ntitle: A\ndate: 2021-01-01\n_build:\n  render: never\n---\nA wolverine.\n"),
            ("content/b.md", "---\ntitle: B\ndate: 2021-01-01\nbuild:\n  render: false\n---\nA wolverine.\n"),
            ("content/c.md", "---\ntitle: C\ndate: 2021-01-01\nbuild:\n  list: never\n---\nA wolverine.\n"),
            ("content/d.md", "---\ntitle: D\ndate: 2021-01-01\nbuild:\n  render: always\n---\nA badger.\n"),
        ],
        "content/b.md: a draft: `build.render` is false",
    ),
];

#[test]
fn what_the_settings_or_the_name_exclude_is_not_imported() {
    check(EXCLUDED);
}

const EXCLUDED: &[Case] = &[
    (
        "Zola has patterns for texts",
        Generator::Zola,
        &[
            (
                "config.toml",
                "base_url = \"https://example.org\"\nignored_content = [\"*.{txt,csv}\", \"private/**\"]\n",
            ),
            ("content/private/a.md", "+++\ntitle = \"A\"\ndate = 2021-01-01\n+++\nA wolverine.\n"),
            ("content/s/plan.txt", "A wolverine."),
            ("content/s/plan.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"><title>badger</title></svg>"),
        ],
        "files that were not imported: 2, since the settings of the other site exclude them",
    ),
    (
        "Zola has patterns for files",
        Generator::Zola,
        &[
            ("config.toml", "base_url = \"https://example.org\"\nignored_static = [\"*.txt\"]\n"),
            ("static/s/plan.txt", "A wolverine."),
            ("static/s/plan.csv", "A badger."),
        ],
        "files that were not imported: 1, since the settings of the other site exclude them",
    ),
    (
        "Hugo has expressions",
        Generator::Hugo,
        &[
            ("hugo.toml", "baseURL = \"https://example.org/\"\nignoreFiles = ['\\.foo\\.md$', 'content/private/']\n"),
            ("content/a.foo.md", "---\ntitle: A\ndate: 2021-01-01\n---\nA wolverine.\n"),
            ("content/private/a.md", "---\ntitle: A\ndate: 2021-01-01\n---\nA wolverine.\n"),
            ("content/a.md", "---\ntitle: A\ndate: 2021-01-01\n---\nA badger.\n"),
        ],
        "files that were not imported: 2, since the settings of the other site exclude them",
    ),
    (
        "an expression that cannot be read is named",
        Generator::Hugo,
        &[("hugo.toml", "baseURL = \"https://example.org/\"\nignoreFiles = ['(']\n")],
        "the pattern ( cannot be read",
    ),
    (
        "Jekyll has patterns",
        Generator::Jekyll,
        &[
            ("_config.yml", "url: https://example.org\nexclude: ['private*', 'tmp/**', /plans/]\n"),
            ("private-notes.md", "---\ntitle: A\n---\nA wolverine.\n"),
            ("private/a.txt", "A wolverine."),
            ("tmp/a/b.txt", "A wolverine."),
            ("plans/a.txt", "A wolverine."),
            ("open.txt", "A badger."),
        ],
        "files that were not imported: 4, since the settings of the other site exclude them",
    ),
    (
        "Jekyll leaves out names with a mark",
        Generator::Jekyll,
        &[
            ("_secret.md", "---\ntitle: A\n---\nA wolverine.\n"),
            ("_posts/_2021-01-01-a.md", "---\ntitle: A\n---\nA wolverine.\n"),
            ("_secret.txt", "A wolverine."),
            ("a/_secret.txt", "A wolverine."),
            ("#plan.txt", "A wolverine."),
            ("plan.txt~", "A wolverine."),
            ("plan.txt", "A badger."),
        ],
        "",
    ),
    (
        "Jekyll has dates in the names of posts",
        Generator::Jekyll,
        &[
            ("_posts/notes.md", "---\ntitle: A\n---\nA wolverine.\n"),
            ("_posts/2021-5-6-a.md", "---\ntitle: B\n---\nA badger.\n"),
        ],
        "files that were not imported: 1, since a name in _posts without a date says that they are not published",
    ),
    (
        "Jekyll includes what is named",
        Generator::Jekyll,
        &[
            ("_config.yml", "url: https://example.org\ninclude: [_pages]\n"),
            ("_pages/a.md", "---\ntitle: A\n---\nA badger.\n"),
            ("_other/a.md", "---\ntitle: A\n---\nA wolverine.\n"),
        ],
        "",
    ),
    (
        "editors leave copies",
        Generator::Hugo,
        &[("static/plan.txt~", "A wolverine."), ("content/#plan.md", "---\ntitle: A\n---\nA wolverine.\n")],
        "files that were not imported: 2, since their names are those of copies that editors make",
    ),
    (
        "Astro leaves out names with an underscore",
        Generator::Astro,
        &[
            ("src/pages/_draft.md", "---\ntitle: A\n---\nA wolverine.\n"),
            ("src/pages/_drafts/a.md", "---\ntitle: A\n---\nA wolverine.\n"),
            ("src/content/blog/_drafts/a.md", "---\ntitle: A\n---\nA wolverine.\n"),
            ("src/pages/open.md", "---\ntitle: A\n---\nA badger.\n"),
        ],
        "",
    ),
    (
        "Astro has texts in its collections",
        Generator::Astro,
        &[
            (
                "src/content.config.ts",
                "const notes = defineCollection({ loader: glob({ pattern: '**/*.md', base: './src/notes' }) });",
            ),
            ("src/README.md", "# A wolverine\n"),
            ("src/utils/README.md", "# A wolverine\n"),
            ("src/content/README.md", "# A wolverine\n"),
            ("src/notes/a.md", "---\ntitle: A\ndate: 2021-01-01\n---\nA badger.\n"),
        ],
        "",
    ),
];

#[test]
fn a_link_publishes_no_file_that_was_not_published() {
    check(LINKED);
}

const LINKED: &[Case] = &[
    (
        "a link to the settings",
        Generator::Hugo,
        &[
            ("hugo.toml", "baseURL = \"https://example.org/\"\n# A wolverine.\n"),
            ("content/a.md", "---\ntitle: A\ndate: 2021-01-01\n---\nSee [the settings](../hugo.toml).\n"),
        ],
        "content/a.md:5: a link became text, since the other site does not publish the file: ../hugo.toml",
    ),
    (
        "the picture of a text is one",
        Generator::Jekyll,
        &[
            ("_data/s.yml", "A wolverine."),
            ("_posts/2021-01-01-a.md", "---\ntitle: A\nimage: ../_data/s.yml\n---\nText.\n"),
        ],
        "",
    ),
    (
        "a tag for a link to data",
        Generator::Jekyll,
        &[
            ("_data/s.yml", "A wolverine."),
            (
                "_posts/2021-01-01-a.md",
                "---\ntitle: A\n---\nSee [it]({% link _data/s.yml %}) or ![it](/_data/s.yml).\n",
            ),
        ],
        "a link became text, since the other site does not publish the file",
    ),
    (
        "a link to a template",
        Generator::Jekyll,
        &[("a/b.html", "---\n---\n{{ site.wolverine }}\n"), ("a/c.md", "---\ntitle: C\n---\nSee [it](b.html).\n")],
        "a link became text",
    ),
    (
        "a link to a file of a draft",
        Generator::Hugo,
        &[
            ("content/p/index.md", "---\ntitle: P\ndraft: true\n---\nText.\n"),
            ("content/p/plan.txt", "A wolverine."),
            ("content/a.md", "---\ntitle: A\ndate: 2021-01-01\n---\nSee [it](p/plan.txt).\n"),
        ],
        "a link became text, since the other site does not publish the file: p/plan.txt",
    ),
    (
        "a link to data of a program",
        Generator::Astro,
        &[("src/data/s.json", "\"wolverine\""), ("src/pages/a.md", "---\ntitle: A\n---\nSee [it](../data/s.json).\n")],
        "a link became text, since the other site does not publish the file",
    ),
    (
        "a link to the folder of a tool",
        Generator::Obsidian,
        &[(".obsidian/s.json", "\"wolverine\""), ("A.md", "See [it](.obsidian/s.json) and [[s.json]].\n")],
        "a link became text, since the other site does not publish the file",
    ),
    (
        "a link to an attachment",
        Generator::Obsidian,
        &[("Files/plan.txt", "A badger."), ("A.md", "See [[plan.txt]].\n")],
        "",
    ),
    (
        "a link to a program in the folder of a text",
        Generator::Hugo,
        &[
            ("content/p/index.md", "---\ntitle: P\ndate: 2021-01-01\n---\nSee [it](demo.js).\n"),
            ("content/p/demo.js", "// A badger."),
        ],
        "",
    ),
];

#[test]
fn what_a_text_hides_is_left_out() {
    check(HIDDEN);
}

const HIDDEN: &[Case] = &[
    (
        "in a note",
        Generator::Obsidian,
        &[("A.md", "A badger.\n\n%% one %% two %% A wolverine.\n\nA wolverine.\n")],
        "A.md:3: a comment of Obsidian without an end was left out, with all that follows",
    ),
    (
        "in a shortcode",
        Generator::Hugo,
        &[("content/a.md", "---\ntitle: A\n---\n{{% comment %}}\nA wolverine.\n{{% /comment %}}\n\nA badger.\n")],
        "content/a.md:4: what the shortcode `comment` does not show to everybody was left out",
    ),
    (
        "in a shortcode that asks for a password",
        Generator::Hugo,
        &[(
            "content/a.md",
            "---\ntitle: A\n---\nA badger.\n{{< hugo-encryptor \"x\" >}}\nA wolverine.\n{{< /hugo-encryptor >}}\n",
        )],
        "content/a.md:5: what the shortcode `hugo-encryptor`",
    ),
    (
        "in Liquid",
        Generator::Jekyll,
        &[("_posts/2021-01-01-a.md", "---\ntitle: A\n---\nA badger.\n\n{% comment %} A wolverine.\n")],
        "a comment of Liquid was left out",
    ),
];

#[test]
fn a_date_that_cannot_be_read_is_named() {
    check(DATES);
}

const DATES: &[Case] = &[
    (
        "the day of the name counts",
        Generator::Jekyll,
        &[("_posts/2021-01-01-a.md", "---\ntitle: A\ndate: some day\n---\nA badger.\n")],
        "_posts/2021-01-01-a.md: `date` cannot be read as a date, kept under `extra`: some day",
    ),
    (
        "it would withhold the text",
        Generator::Hugo,
        &[
            ("content/a.md", "---\ntitle: A\ndate: 2021-01-01\npublishDate: some day\n---\nA wolverine.\n"),
            ("content/b.md", "---\ntitle: B\ndate: 2021-01-01\nexpiryDate: some day\n---\nA wolverine.\n"),
        ],
        "content/b.md: a draft: `expiryDate` cannot be read",
    ),
];

#[test]
fn what_a_build_refuses_is_left_out_as_the_note_says() {
    check(REFUSED);
}

const REFUSED: &[Case] = &[
    (
        "an address of mail",
        Generator::Hugo,
        &[("hugo.toml", "baseURL = \"https://example.org/\"\n[author]\nname = \"A\"\nemail = \"a@b..c\"\n")],
        "`email` was left out",
    ),
    (
        "a port that is none",
        Generator::Hugo,
        &[("hugo.toml", "baseURL = \"https://example.org:99999/\"\n")],
        "https://example.org:99999/ is no address",
    ),
    (
        "a name that no address can have",
        Generator::Hugo,
        &[
            ("static/a%b.txt", "A wolverine."),
            ("content/p/index.md", "---\ntitle: P\ndate: 2021-01-01\n---\nSee [it](a%23b.txt).\n"),
            ("content/p/a#b.txt", "A badger."),
            ("content/p/a%b.txt", "A badger."),
        ],
        "static/a%b.txt: the file was not copied: its name cannot be a part of an address",
    ),
    (
        "a page of HTML with a dead link",
        Generator::Hugo,
        &[("static/page.html", "<!doctype html><title>P</title><p>A wolverine <a href=\"/nowhere\">x</a>\n")],
        "static/page.html: the file was left out of the new site",
    ),
    (
        "a file at the address of a post",
        Generator::Hugo,
        &[("static/blog/base", "A wolverine.")],
        "static/blog/base: the file was left out of the new site",
    ),
    (
        "a merge that is not finished",
        Generator::Hugo,
        &[(
            "content/a.md",
            "---\ntitle: A\ndate: 2021-01-01\n---\n<<<<<<< HEAD\nA wolverine.\n=======\nB\n>>>>>>> b\n",
        )],
        "content/a.md:5: the text was left out",
    ),
];
