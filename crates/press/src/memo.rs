//! What a press leaves to the next one of the same site in the same process. Each step looks up what it made from the same before; a memo changes what a
//! press costs, and never its result.

use std::collections::HashMap;
use std::sync::Arc;

use crate::assets::Preview;
use crate::check::Inspections;
use crate::diagnostic::Report;
use crate::languages::Words;
use crate::media::Cards;
use crate::model::{self, Post, Site};
use crate::options::Options;
use crate::pictures::Published;
use crate::security_policy::Hosts;
use crate::source::{self, BaseUrl, KnownFiles, Settings};
use crate::texts::Texts;
use crate::theme::{self, OfSettings, Theme};
use crate::tree::{Contents, SourceTree};

/// What the presses of a site have made.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    /// How many presses there have been, this one included: its number.
    pub(crate) revision: u64,
    /// Whether there is no next press, so that what only it would need takes no memory.
    pub(crate) is_of_one_press: bool,
    files: KnownFiles,
    site: Option<KnownSite>,
    theme: Option<KnownTheme>,
    pub(crate) texts: Texts,
    previews: HashMap<String, (Contents, Arc<Preview>)>,
    pub(crate) cards: Option<Arc<Cards>>,
    pub(crate) pictures: Published,
    pub(crate) inspections: Inspections,
}

/// A site and the files that it was built from. One with findings is not kept: each press reports them.
#[derive(Debug)]
struct KnownSite {
    tree: SourceTree,
    site: Site,
}

/// A theme, and the files and settings that it was loaded from. One with findings is not kept: each press reports them.
#[derive(Debug)]
struct KnownTheme {
    files: Vec<(String, Contents)>,
    hosts: Hosts,
    words: Arc<Words>,
    base_url: BaseUrl,
    theme: Arc<Theme>,
    revision: u64,
}

impl Memo {
    /// For a press without a next one.
    pub(crate) fn of_one_press() -> Self {
        Self { is_of_one_press: true, ..Self::default() }
    }

    /// Reads and builds the site. If nothing but texts changed, it is the site of the press before with these. [`keep`](Self::keep) takes it back.
    pub(crate) fn site(&mut self, tree: &SourceTree, options: &Options, report: &mut Report) -> Option<Site> {
        if let Some(KnownSite { tree: before, mut site }) = self.site.take()
            && let Some(bodies) = source::changed_bodies(tree, &before, &mut self.files, options)
        {
            site.replace_bodies(bodies);
            return Some(site);
        }
        let files = (!self.is_of_one_press).then_some(&mut self.files);
        let sources = source::read_again(tree, options, files, report)?;
        Some(model::build(sources, options, report))
    }

    /// Keeps the site, which was built from `tree` without findings.
    pub(crate) fn keep(&mut self, site: Site, tree: &SourceTree) {
        if !self.is_of_one_press {
            self.site = Some(KnownSite { tree: tree.clone(), site });
        }
    }

    /// Forgets what was read of the site: the next press reads all of it.
    pub(crate) fn forget_site(&mut self) {
        (self.site, self.files) = (None, KnownFiles::default());
    }

    /// The theme of a site with these settings, and a number for it.
    pub(crate) fn theme(&mut self, tree: &SourceTree, settings: &Settings, report: &mut Report) -> (Arc<Theme>, u64) {
        let Settings { policy: hosts, words, base_url, .. } = settings;
        let paths = tree.paths(theme::FOLDER);
        let files: Vec<_> = paths.filter_map(|path| Some((path.to_owned(), tree.contents(path)?.clone()))).collect();
        let is_same = |known: &&KnownTheme| {
            (&known.files, &known.hosts, &known.words, &known.base_url) == (&files, hosts, words, base_url)
        };
        if let Some(known) = self.theme.as_ref().filter(is_same) {
            return (Arc::clone(&known.theme), known.revision);
        }
        let mut found = Report::default();
        let theme = Arc::new(Theme::load(tree, OfSettings { hosts, words, base_url }, &mut found));
        let revision = self.revision;
        self.theme = found.is_empty().then(|| KnownTheme {
            files,
            hosts: hosts.clone(),
            words: Arc::clone(words),
            base_url: base_url.clone(),
            theme: Arc::clone(&theme),
            revision,
        });
        report.extend(found);
        (theme, revision)
    }

    /// The pictures of posts for other sites.
    pub(crate) fn previews(&mut self, posts: &[Post], tree: &SourceTree) -> Vec<Option<Arc<Preview>>> {
        let mut known = HashMap::new();
        let mut preview = |source: &str| {
            let contents = tree.contents(source)?;
            let before = self.previews.get(source).filter(|(before, _)| before == contents);
            let preview = match before {
                Some((_, preview)) => Arc::clone(preview),
                None => Arc::new(Preview::new(source, tree)?),
            };
            known.insert(source.to_owned(), (contents.clone(), Arc::clone(&preview)));
            Some(preview)
        };
        let previews = posts.iter().map(|post| preview(post.image.as_deref()?)).collect();
        self.previews = known;
        previews
    }
}
