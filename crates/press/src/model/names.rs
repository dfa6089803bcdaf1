//! The names by which a text can be referred to as in Obsidian: its slug, the name of its file, its title; in any case. Other files have the names of their
//! files.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::site::Site;
use crate::diagnostic::{certain, nearest};
use crate::source;
use crate::tree::SourceTree;

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A post or a page.
    Text {
        /// The path of its file in the tree.
        path: String,
        /// Its title.
        title: String,
    },
    /// Another file.
    File {
        /// Its path in the tree.
        path: String,
    },
    /// One of several, whose paths these are.
    Several(Vec<String>),
    /// Nothing.
    Nothing,
}

/// What may be meant by a name that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// A draft, which is not published.
    Draft {
        /// The path of its file in the tree.
        path: String,
    },
    /// What has a name like it.
    Similar {
        /// Its name.
        name: String,
    },
    /// The only text or file whose name is one typing mistake away.
    Certain {
        /// Its name.
        name: String,
    },
    /// Nothing is like it.
    Unknown,
}

/// The names of a site. They are read when the first is asked for.
pub(crate) struct Names<'a> {
    site: &'a Site,
    tree: &'a SourceTree,
    texts: OnceLock<Texts>,
    drafts: OnceLock<Texts>,
    files: OnceLock<HashMap<String, Vec<&'a str>>>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(site: &'a Site, tree: &'a SourceTree) -> Self {
        Self { site, tree, texts: OnceLock::new(), drafts: OnceLock::new(), files: OnceLock::new() }
    }

    /// What `name` means. A text goes before a file.
    pub(crate) fn find(&self, name: &str) -> Named {
        let key = key(name);
        let texts = self.texts.get_or_init(|| self.texts());
        match texts.find(stem(&key))[..] {
            [] => {}
            [text] => return Named::Text { path: text.path.clone(), title: text.title.clone() },
            ref several => return Named::Several(several.iter().map(|text| text.path.clone()).collect()),
        }
        match self.files_of(&key)[..] {
            [] => {}
            [path] => return Named::File { path: path.to_owned() },
            ref several => return Named::Several(several.iter().map(|&path| path.to_owned()).collect()),
        }
        Named::Nothing
    }

    /// What may be meant by a `name` that means nothing. It takes longer than [`find`](Self::find): drafts are read for it.
    pub(crate) fn meant_by(&self, name: &str) -> Meant {
        let key = key(name);
        if let Some(draft) = self.drafts.get_or_init(|| self.drafts()).find(stem(&key)).first() {
            return Meant::Draft { path: draft.path.clone() };
        }
        let files = self.files().values().filter_map(|paths| paths.first());
        let mut known: Vec<&str> = files.map(|path| last(path)).collect();
        known.sort_unstable();
        let known = || self.texts.get_or_init(|| self.texts()).names().chain(known.iter().copied());
        if let Some(name) = self.certainly(known().filter(|name| certain(&key, [*name]).is_some())) {
            return Meant::Certain { name: name.to_owned() };
        }
        nearest(&key, known()).map_or(Meant::Unknown, |name| Meant::Similar { name: name.to_owned() })
    }

    /// The first of these names if all are names of one text, or of one file.
    fn certainly<'n>(&self, mut names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        let first = names.next()?;
        let meant = self.find(first);
        let is_one = matches!(meant, Named::Text { .. } | Named::File { .. });
        (is_one && names.all(|name| self.find(name) == meant)).then_some(first)
    }

    fn texts(&self) -> Texts {
        let posts = self.site.posts.iter().map(|post| (&post.body.path, &post.slug, &post.title));
        let pages = self.site.pages.iter().map(|page| (&page.body.path, &page.slug, &page.title));
        Texts::new(posts.chain(pages))
    }

    fn drafts(&self) -> Texts {
        let drafts: Vec<_> = source::draft_files(self.tree).collect();
        Texts::new(drafts.iter().map(|draft| (&draft.body.path, &draft.slug, &draft.matter.title)))
    }

    /// The paths of the files with the name `key`, or with a path that ends with it.
    fn files_of(&self, key: &str) -> Vec<&'a str> {
        let named = self.files().get(last(key)).into_iter().flatten().copied();
        named.filter(|path| is_end_of(key, &path.to_lowercase()) && stem(path) == *path).collect()
    }

    /// The paths of all files by their last parts, without settings and the theme.
    fn files(&self) -> &HashMap<String, Vec<&'a str>> {
        self.files.get_or_init(|| {
            let mut files: HashMap<String, Vec<&str>> = HashMap::new();
            for path in self.tree.paths("").filter(|path| path.contains('/') && !path.starts_with("theme/")) {
                files.entry(last(path).to_lowercase()).or_default().push(path);
            }
            files
        })
    }
}

/// Texts by their names.
struct Texts {
    /// By path.
    all: Vec<Text>,
    slugs: HashMap<String, Vec<usize>>,
    /// By the last part of the path.
    files: HashMap<String, Vec<usize>>,
    titles: HashMap<String, Vec<usize>>,
}

struct Text {
    path: String,
    slug: String,
    title: String,
}

impl Texts {
    fn new<'t>(texts: impl Iterator<Item = (&'t String, &'t String, &'t String)>) -> Self {
        let text = |(path, slug, title): (&String, &String, &String)| Text {
            path: path.clone(),
            slug: slug.clone(),
            title: title.clone(),
        };
        let mut texts: Vec<Text> = texts.map(text).collect();
        texts.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        let by = |name: fn(&Text) -> String| {
            let mut names: HashMap<String, Vec<usize>> = HashMap::new();
            texts.iter().enumerate().for_each(|(index, text)| names.entry(name(text)).or_default().push(index));
            names
        };
        let slugs = by(|text| text.slug.to_lowercase());
        let files = by(|text| last(stem(&text.path)).to_lowercase());
        let titles = by(|text| text.title.to_lowercase());
        Self { all: texts, slugs, files, titles }
    }

    /// The texts with the name `key`: by slug, or else by file, or else by title.
    fn find(&self, key: &str) -> Vec<&Text> {
        let of = |indices: Option<&Vec<usize>>| indices.into_iter().flatten().map(|&index| &self.all[index]).collect();
        let by_slug: Vec<_> = of(self.slugs.get(key));
        if !by_slug.is_empty() {
            return by_slug;
        }
        let mut by_file: Vec<_> = of(self.files.get(last(key)));
        by_file.retain(|text| is_end_of(key, &stem(&text.path).to_lowercase()));
        if by_file.is_empty() { of(self.titles.get(key)) } else { by_file }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().flat_map(|text| [text.slug.as_str(), last(stem(&text.path)), text.title.as_str()])
    }
}

/// A name without what does not matter: case, and white space and slashes around it.
fn key(name: &str) -> String {
    name.trim().trim_matches('/').to_lowercase()
}

/// The path of a text without its extension, and without `index`.
fn stem(path: &str) -> &str {
    let stem = [".md", ".markdown"].iter().find_map(|extension| path.strip_suffix(extension)).unwrap_or(path);
    stem.strip_suffix("/index").unwrap_or(stem)
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether `path` is `end`, or ends with it after a slash.
fn is_end_of(end: &str, path: &str) -> bool {
    path.strip_suffix(end).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Report;
    use crate::options::Options;

    fn tree() -> SourceTree {
        let mut tree = SourceTree::default();
        tree.insert("site.toml", "title = \"A\"\ndescription = \"B.\"\n");
        let mut text = |path: &str, title: &str, more: &str| {
            let date = if path.starts_with("posts/") { "date = 2025-01-01\n" } else { "" };
            tree.insert(path, format!("+++\ntitle = \"{title}\"\ndescription = \"B.\"\n{date}{more}+++\n"));
        };
        text("posts/2025-01-01-first.md", "A first thought", "");
        text("posts/second/index.md", "Twice", "slug = \"another\"\n");
        text("posts/third.md", "Twice", "");
        text("posts/fourth.md", "Third", "");
        text("posts/about.md", "About a post", "");
        text("pages/about.md", "About a page", "");
        text("posts/later.md", "In a year", "draft = true\nslug = \"soon\"\n");
        tree.insert("posts/second/photo.png", "");
        tree.insert("posts/second/data/rows.csv", "");
        tree.insert("static/rows.csv", "");
        tree.insert("theme/base.css", "");
        tree
    }

    fn site(tree: &SourceTree) -> Site {
        let mut report = Report::default();
        let sources = source::read(tree, &Options::default(), &mut report).expect("a site");
        super::super::build(sources, &Options::default(), &mut report)
    }

    #[test]
    fn a_name_is_a_slug_or_a_file_or_a_title_in_any_case() {
        let tree = tree();
        let site = site(&tree);
        let names = Names::new(&site, &tree);
        let text = |path: &str, title: &str| Named::Text { path: path.to_owned(), title: title.to_owned() };
        let file = |path: &str| Named::File { path: path.to_owned() };
        let several = |paths: &[&str]| Named::Several(paths.iter().map(|&path| path.to_owned()).collect());
        for (name, expected) in [
            ("first", text("posts/2025-01-01-first.md", "A first thought")),
            ("2025-01-01-First", text("posts/2025-01-01-first.md", "A first thought")),
            ("a FIRST thought", text("posts/2025-01-01-first.md", "A first thought")),
            ("another", text("posts/second/index.md", "Twice")),
            (" Second.md ", text("posts/second/index.md", "Twice")),
            ("/posts/second", text("posts/second/index.md", "Twice")),
            ("posts/second/index.md", text("posts/second/index.md", "Twice")),
            ("third", text("posts/third.md", "Twice")),
            ("twice", several(&["posts/second/index.md", "posts/third.md"])),
            ("about", several(&["pages/about.md", "posts/about.md"])),
            ("pages/about", text("pages/about.md", "About a page")),
            ("ages/about", Named::Nothing),
            ("Photo.png", file("posts/second/photo.png")),
            ("rows.csv", several(&["posts/second/data/rows.csv", "static/rows.csv"])),
            ("data/rows.csv", file("posts/second/data/rows.csv")),
            ("base.css", Named::Nothing),
            ("soon", Named::Nothing),
            ("frist", Named::Nothing),
        ] {
            assert_eq!(names.find(name), expected, "{name}");
        }
    }

    #[test]
    fn what_a_name_that_means_nothing_may_mean_is_a_draft_or_what_is_called_alike() {
        let tree = tree();
        let site = site(&tree);
        let names = Names::new(&site, &tree);
        let draft = || Meant::Draft { path: "posts/later.md".to_owned() };
        let certain = |name: &str| Meant::Certain { name: name.to_owned() };
        let similar = |name: &str| Meant::Similar { name: name.to_owned() };
        for (name, expected) in [
            ("soon", draft()),
            ("In a year", draft()),
            ("frist", certain("first")),
            ("secnd", certain("second")),
            ("phot.png", certain("photo.png")),
            // Two texts have this title, two files this name, two texts this slug.
            ("twic", similar("Twice")),
            ("row.csv", similar("rows.csv")),
            ("abut", similar("about")),
            ("fhrist", similar("first")),
            ("gardening", Meant::Unknown),
        ] {
            assert_eq!(names.meant_by(name), expected, "{name}");
        }
    }
}
