//! `graven init`: a site to start from, in a new folder. It builds at once; its files are those of `templates/`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::error::{self, Error};
use crate::new::{today, toml_string};
use crate::new_files::NewFiles;
use crate::schema;

/// Begin a site: a folder with its settings, a topic, a post and a page.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The folder of the site; it is created, or is empty
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,

    /// The name of the site
    #[arg(long, value_name = "TITLE", default_value = "My notes")]
    title: String,
}

const EXAMPLES: &str = "\
Nothing is overwritten: a folder with files is refused, unless they are git's.

Example:
  graven init blog --title \"Ada's notes\" && cd blog && graven dev
";

/// The files of a new site, with placeholders: `@TITLE@`, `@DATE@` and `@EXPIRES@`.
const TEMPLATES: [(&str, &str); 9] = [
    ("site.toml", include_str!("../templates/site.toml")),
    ("topics.toml", include_str!("../templates/topics.toml")),
    ("posts/hello/index.md", include_str!("../templates/hello.md")),
    ("pages/about.md", include_str!("../templates/about.md")),
    // The file of the theme itself, so that both are the same for as long as the author changes nothing.
    ("theme/hues.css", concat!(include_str!("../templates/hues.css"), include_str!("../../press/theme/hues.css"))),
    ("DEPLOY.txt", include_str!("../templates/DEPLOY.txt")),
    (".gitignore", include_str!("../templates/gitignore")),
    (".graven/site.json", schema::SITE),
    (".graven/topics.json", schema::TOPICS),
];

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let Options { folder, title } = options;
    let title = title.trim();
    if title.is_empty() {
        return Err(Error::usage("the title of the site is empty"));
    }
    refuse_files(folder)?;
    let mut written = NewFiles::default();
    for (path, text) in files(title, today(Timestamp::now(), &TimeZone::UTC)) {
        written.write(&folder.join(path), text)?;
    }
    written.keep();
    let enter = if folder == Path::new(".") { String::new() } else { format!("  cd {}\n", folder.display()) };
    error::print(format!(
        "{}: a site to start from\n\n{enter}  graven dev                   write with a preview\n  graven new post \"A title\"    another post, as a draft\n  graven build && ./notes      the site as one executable\n\nIts name and the rest of its settings are in site.toml, how to publish it in DEPLOY.txt.\n",
        folder.display(),
    ))
}

/// The files of a new site, by their paths.
fn files(title: &str, today: Date) -> impl Iterator<Item = (&'static str, String)> {
    // RFC 9116 asks for less than a year.
    let expires = today.saturating_add(11.months()).to_string();
    let (title, today) = (toml_string(title), today.to_string());
    TEMPLATES.into_iter().map(move |(path, template)| {
        // The title last: it may contain anything.
        (path, template.replace("@DATE@", &today).replace("@EXPIRES@", &expires).replace("@TITLE@", &title))
    })
}

/// Refuses a folder that has files. git's folder may be there, since some begin with the repository.
pub(crate) fn refuse_files(folder: &Path) -> Result<(), Error> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::file("use", folder, &error)),
    };
    let names = entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<io::Result<Vec<_>>>();
    let names = names.map_err(|error| Error::file("read", folder, &error))?;
    if let Some(name) = names.iter().filter(|name| *name != ".git").min() {
        let message = format!("{} is not empty: {} is there", folder.display(), name.to_string_lossy());
        return Err(Error::new(format!("{message}; name a new folder, as in `graven init blog`")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use graven_press::cache::Cache;
    use graven_press::tree::SourceTree;
    use graven_press::{Codings, Options, press};
    use jiff::civil::date;

    use super::*;

    fn tree(title: &str) -> SourceTree {
        let mut tree = SourceTree::default();
        files(title, date(2026, 1, 31)).for_each(|(path, text)| tree.insert(path, text));
        tree
    }

    fn text(tree: &SourceTree, path: &str) -> String {
        String::from_utf8_lossy(tree.get(path).expect("it is there")).into_owned()
    }

    /// Presses a tree without errors and warnings.
    fn pressed(tree: &SourceTree) -> Vec<u8> {
        let options = Options { codings: Codings::Identity, ..Options::default() };
        let pressed =
            press(tree, &options, &Cache::none()).unwrap_or_else(|report| panic!("{}", report.render(tree, "")));
        assert!(pressed.report.is_empty(), "{}", pressed.report.render(tree, ""));
        pressed.pack
    }

    #[test]
    fn a_new_site_has_neither_errors_nor_warnings_whatever_its_title() {
        for title in ["My notes", "\"Quotes\" \\ and\ttabs", "@DATE@ @TITLE@", "Größe", "l1\nl2", &"long ".repeat(60)]
        {
            let tree = tree(title);
            pressed(&tree);
            let escaped = format!("title = {}\n", toml_string(title));
            assert!(text(&tree, "site.toml").contains(&escaped), "{title:?}");
        }
        assert!(text(&tree("A"), "posts/hello/index.md").contains("\ndate = 2026-01-31\n"));
    }

    /// The paragraphs with settings that are off, each as it is and switched on.
    fn settings(site: &str) -> Vec<(&str, String)> {
        let is_off = |line: &str| line.strip_prefix('#').is_some_and(|rest| !rest.starts_with([' ', ':']));
        let on = |line| if is_off(line) { &line[1..] } else { line };
        let paragraphs = site.split("\n\n").filter(|paragraph| paragraph.lines().any(is_off));
        paragraphs.map(|off| (off, off.lines().map(on).collect::<Vec<_>>().join("\n"))).collect()
    }

    #[test]
    fn every_setting_that_is_off_can_be_switched_on_alone_and_with_all_others() {
        let tree = tree("A");
        let site = text(&tree, "site.toml");
        let before = pressed(&tree);
        let mut all = site.clone();
        assert_eq!(settings(&site).len(), 12);
        for (off, on) in settings(&site) {
            let mut tree = tree.clone();
            tree.insert("site.toml", site.replace(off, &on));
            // The example of one is its default.
            assert!(on.contains("feed_length") || pressed(&tree) != before, "it changes nothing: {on}");
            all = all.replace(off, &on);
        }
        let mut tree = tree.clone();
        tree.insert("site.toml", all);
        pressed(&tree);
    }

    #[test]
    fn the_settings_are_all_that_press_knows() {
        let tree = tree("A");
        let settings = text(&tree, "site.toml").replace("\n#", "\n");
        for (table, count) in [
            ("", 14),
            ("[author]\n", 4),
            ("[license]\n", 2),
            ("[[navigation]]\n", 4),
            ("[policy]\n", 5),
            ("[security]\n", 2),
        ] {
            let mut tree = tree.clone();
            tree.insert("site.toml", format!("{table}no_such_setting = 1\n"));
            let report = press(&tree, &Options::default(), &Cache::none()).expect_err("it is unknown");
            let unknown = report.diagnostics().iter().find(|found| found.message.contains("no_such_setting"));
            let keys = unknown.expect("it is reported").help.concat();
            let keys: Vec<_> = keys.split('`').skip(1).step_by(2).collect();
            assert_eq!(keys.len(), count, "{keys:?}");
            for key in keys {
                let lines = ["\n", "\n[", "\n[["].map(|before| format!("{before}{key}"));
                assert!(lines.iter().any(|line| settings.contains(line)), "{table}{key} is not in site.toml");
            }
        }
    }

    #[test]
    fn the_file_of_the_theme_changes_nothing_until_it_is_edited() {
        let (with, mut without) = (tree("A"), SourceTree::default());
        with.below("")
            .filter(|(path, _)| !path.starts_with("theme/"))
            .for_each(|(path, text)| without.insert(path, text));
        assert!(pressed(&with) == pressed(&without));
        let mut edited = with.clone();
        edited.insert("theme/hues.css", text(&with, "theme/hues.css").replace("#27589e", "#123456"));
        assert!(pressed(&edited) != pressed(&with));
    }
}
