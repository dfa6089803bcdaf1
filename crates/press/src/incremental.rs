//! A site that is pressed again after each edit, in one process: what did not change is taken over from the press before.
//!
//! ```
//! use graven_pack::write::ContentSpec;
//! use graven_press::cache::Cache;
//! use graven_press::incremental::Incremental;
//! use graven_press::tree::SourceTree;
//! use graven_press::{Codings, Options};
//!
//! let mut tree = SourceTree::default();
//! tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
//! let mut site = Incremental::new(Options { codings: Codings::Identity, ..Options::default() }, Cache::none());
//! let posts = site.press(&tree, |preview| preview.paths().filter(|path| path.starts_with("/blog/")).count());
//! assert_eq!(posts.ok(), Some(0));
//!
//! let head = "+++\ntitle = \"Hello\"\ndescription = \"A greeting.\"\ndate = 2025-11-28\n+++\n";
//! tree.insert("posts/hello.md", format!("{head}Hello.\n"));
//! let page = site.press(&tree, |preview| preview.content("/blog/hello"));
//! assert!(matches!(page, Ok(Some(ContentSpec::Page(page))) if page.content_type.starts_with("text/html")));
//! ```

use std::borrow::Cow;
use std::io::Cursor;
use std::ops::Range;

use graven_pack::SEARCH_INDEX;
use graven_pack::write::{ContentSpec, WriteError};

use crate::cache::Cache;
use crate::diagnostic::Report;
use crate::memo::Memo;
use crate::options::Options;
use crate::output::Output;
use crate::search::Words;
use crate::snapshots::Snapshot;
use crate::source::{self, BaseUrl};
use crate::tree::SourceTree;
use crate::url::is_external;
use crate::{Snapshots, encode, encoded, run, unwritten};

/// A site that is pressed again and again.
#[derive(Debug)]
pub struct Incremental {
    options: Options,
    cache: Cache,
    memo: Memo,
}

impl Incremental {
    /// A site that has not been pressed yet.
    #[must_use]
    pub fn new(options: Options, cache: Cache) -> Self {
        Self { options, cache, memo: Memo::default() }
    }

    /// Changes the options of the presses from now on.
    ///
    /// ```
    /// use graven_press::Options;
    /// use graven_press::cache::Cache;
    /// use graven_press::incremental::Incremental;
    /// use graven_press::tree::SourceTree;
    ///
    /// let mut tree = SourceTree::default();
    /// tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
    /// tree.insert("posts/a.md", "+++\ntitle = \"A\"\ndate = 2025-11-28\ndraft = true\n+++\nNot finished.\n");
    /// let mut site = Incremental::new(Options::default(), Cache::none());
    /// let mut has_post = |site: &mut Incremental| site.press(&tree, |preview| preview.content("/blog/a").is_some());
    /// assert_eq!(has_post(&mut site).ok(), Some(false));
    /// site.change_options(|options| options.drafts = true);
    /// assert_eq!(has_post(&mut site).ok(), Some(true));
    /// ```
    pub fn change_options(&mut self, change: impl FnOnce(&mut Options)) {
        change(&mut self.options);
        // Which posts there are, and which are in the future, depends on them.
        self.memo.forget_site();
    }

    /// Presses the files of the site as they are now, and gives the result to `show`. It is what [`press`](crate::press) makes of the same files.
    ///
    /// # Errors
    /// If the content has errors: the report contains all of them, and the warnings. `show` is not called then.
    pub fn press<R>(&mut self, tree: &SourceTree, show: impl FnOnce(Preview) -> R) -> Result<R, Report> {
        let Self { options, cache, memo } = self;
        let mut report = Report::default();
        let mut shown = None;
        run(tree, options, cache, memo, &mut report, |snapshots, report| {
            report.sort();
            shown = snapshots.first().map(|first| show(Preview { snapshots, first, report, options, cache }));
        });
        cache.trim();
        report.sort();
        shown.ok_or(report)
    }

    /// The links of the last press's texts to other sites, by their places. They are known if the site has errors, too.
    ///
    /// ```
    /// use graven_press::Options;
    /// use graven_press::cache::Cache;
    /// use graven_press::incremental::Incremental;
    /// use graven_press::tree::SourceTree;
    ///
    /// let mut tree = SourceTree::default();
    /// tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\nbase_url = \"https://a.example\"\n");
    /// let head = "+++\ntitle = \"About\"\ndescription = \"Who.\"\n+++\n";
    /// tree.insert("pages/about.md", format!("{head}[here](https://a.example/) [there](//b.example/x) <a@b.example>\n"));
    /// let mut site = Incremental::new(Options::default(), Cache::none());
    /// assert!(site.press(&tree, |_| ()).is_ok());
    /// let urls: Vec<_> = site.outside_links(&tree).into_iter().map(|link| link.url).collect();
    /// assert_eq!(urls, ["https://b.example/x"]);
    /// ```
    #[must_use]
    pub fn outside_links(&self, tree: &SourceTree) -> Vec<OutsideLink> {
        let sources = source::read(tree, &self.options, &mut Report::default());
        let base_url = sources.map(|sources| sources.settings.base_url);
        let mut links = Vec::new();
        for (path, text) in &self.memo.texts {
            for link in text.rendered.links.iter().filter(|link| is_external(&link.target)) {
                let scheme = if link.target.starts_with("//") { "https:" } else { "" };
                let url = format!("{scheme}{}", link.target);
                if base_url.as_ref().is_none_or(|base_url| base_url.without(&url) == url) {
                    links.push(OutsideLink { url, path: path.clone(), span: link.span.clone() });
                }
            }
        }
        links.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.span.start.cmp(&b.span.start)));
        links.dedup();
        links
    }
}

/// A link to another site, in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideLink {
    /// An address with `http:` or `https:`.
    pub url: String,
    /// The path of the text in the source tree.
    pub path: String,
    /// The place of the destination in the file.
    pub span: Range<usize>,
}

/// A site that is pressed and checked. Its pages are made when they are asked for, as they are at the time of the build.
pub struct Preview<'a> {
    snapshots: Snapshots<'a>,
    /// As the site is at the time of the build.
    first: &'a Snapshot<'a>,
    report: &'a Report,
    options: &'a Options,
    cache: &'a Cache,
}

impl Preview<'_> {
    /// The warnings; there are no errors.
    #[must_use]
    pub fn report(&self) -> &Report {
        self.report
    }

    /// The paths of all pages, files and redirects, as readers ask for them, and the names of what they cannot ask for.
    pub fn paths(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.first.by_href().map(|(path, _)| path)
    }

    /// The time of the build, in Unix seconds.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.first.context.site.now.as_second()
    }

    /// When the first post is published of those that are shown before their time, in Unix seconds. From then on, the site is another one with the same files.
    #[must_use]
    pub fn next_time(&self) -> Option<i64> {
        let posts = self.first.context.site.posts.iter();
        posts.filter(|post| post.is_scheduled).map(|post| post.published_at.as_second()).min()
    }

    /// The page, file or redirect at `path`, without content codings. The search index, at [`SEARCH_INDEX`], is made each time.
    #[must_use]
    pub fn content(&self, path: &str) -> Option<ContentSpec> {
        let Snapshot { context, inspections, .. } = self.first;
        let index = || Output::Document(Words::new(*context).index(context.site, inspections));
        let made = (path == SEARCH_INDEX).then(index);
        let edition = match &made {
            Some(index) => self.first.edition(SEARCH_INDEX, index),
            None => self.first.at_href(path)?,
        };
        encode::editions(&[edition], None).pop().map(|edition| edition.content)
    }

    /// Where the site is.
    #[must_use]
    pub fn base_url(&self) -> &BaseUrl {
        &self.first.context.site.settings.base_url
    }

    /// The pack of the whole site.
    ///
    /// # Errors
    /// If the format of the pack cannot hold the site.
    pub fn pack(self) -> Result<Vec<u8>, Report> {
        let mut bytes = Vec::new();
        let failed = |error: WriteError| Report::from(unwritten(&error.to_string()));
        let writer = encoded(self.snapshots, self.options, (self.cache, Cursor::new(Vec::new()))).map_err(failed)?;
        writer.finish(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }
}
