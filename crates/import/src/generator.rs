//! Which generator a folder belongs to, by its files.

use std::fmt;

use crate::folder::Folder;

/// A generator whose sites can be imported.
///
/// ```
/// use graven_import::{Folder, Generator};
///
/// let mut folder = Folder::default();
/// folder.insert("_config.yml", "title: A blog\n", None);
/// let found = Generator::of(&folder);
/// assert_eq!(found.map(|found| found.generator), Some(Generator::Jekyll));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generator {
    /// <https://www.getzola.org>
    Zola,
    /// <https://gohugo.io>
    Hugo,
    /// <https://jekyllrb.com>
    Jekyll,
    /// <https://astro.build>
    Astro,
    /// <https://obsidian.md>: a vault of notes.
    Obsidian,
}

/// A generator, and by which file it was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognised {
    /// The generator.
    pub generator: Generator,
    /// Why: `there is _config.yml`.
    pub reason: String,
}

impl Generator {
    /// Recognises the generator of a folder. `None` if none of its files says so.
    #[must_use]
    pub fn of(folder: &Folder) -> Option<Recognised> {
        let first = |names: &[&str]| names.iter().find(|name| folder.has(name)).map(|name| (*name).to_owned());
        let below = |start: &str| folder.below(start).next().is_some();
        let found = |generator, reason: String| Some(Recognised { generator, reason });
        if let Some(name) = first(&ASTRO) {
            return found(Self::Astro, format!("there is {name}"));
        }
        if let Some(name) = first(&HUGO) {
            return found(Self::Hugo, format!("there is {name}"));
        }
        if below("config/_default/") {
            return found(Self::Hugo, "there is config/_default/".to_owned());
        }
        if let Some(name) = first(&["zola.toml"]) {
            return found(Self::Zola, format!("there is {name}"));
        }
        // Both have a config.toml: the names of the setting that each requires differ.
        if let Some(name) =
            first(&["config.toml", "config.yaml", "config.yml", "config.json"]).filter(|_| below("content/"))
        {
            let text = folder.text(&name).unwrap_or_default();
            return if text.lines().any(|line| line.trim_start().starts_with("base_url")) {
                found(Self::Zola, format!("there are {name} with `base_url`, and content/"))
            } else {
                found(Self::Hugo, format!("there are {name} without `base_url`, and content/"))
            };
        }
        if let Some(name) = first(&["_config.yml", "_config.yaml", "_config.toml"]) {
            return found(Self::Jekyll, format!("there is {name}"));
        }
        if below("_posts/") {
            return found(Self::Jekyll, "there is _posts/".to_owned());
        }
        if below(".obsidian/") {
            return found(Self::Obsidian, "there is .obsidian/".to_owned());
        }
        None
    }
}

const ASTRO: [&str; 5] =
    ["astro.config.mjs", "astro.config.ts", "astro.config.js", "astro.config.cjs", "astro.config.mts"];
const HUGO: [&str; 4] = ["hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json"];

impl fmt::Display for Generator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Zola => "Zola",
            Self::Hugo => "Hugo",
            Self::Jekyll => "Jekyll",
            Self::Astro => "Astro",
            Self::Obsidian => "Obsidian",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generator_is_recognised_by_the_files_that_it_requires() {
        let files = |files: &[(&str, &str)]| {
            let mut folder = Folder::default();
            for (path, text) in files {
                folder.insert(*path, *text, None);
            }
            Generator::of(&folder).map(|found| found.generator)
        };
        for (paths, expected) in [
            (&[("astro.config.mjs", "")][..], Some(Generator::Astro)),
            (&[("hugo.toml", "")], Some(Generator::Hugo)),
            (&[("config.toml", "base_url = \"x\""), ("content/_index.md", "")], Some(Generator::Zola)),
            (&[("config.toml", "baseURL = \"x\""), ("content/_index.md", "")], Some(Generator::Hugo)),
            (&[("config/_default/hugo.toml", "")], Some(Generator::Hugo)),
            (&[("_config.yml", "")], Some(Generator::Jekyll)),
            (&[("_posts/a.md", "")], Some(Generator::Jekyll)),
            (&[(".obsidian/app.json", "{}"), ("a.md", "")], Some(Generator::Obsidian)),
            (&[("a.md", ""), ("config.toml", "")], None),
        ] {
            assert_eq!(files(paths), expected, "{paths:?}");
        }
    }
}
