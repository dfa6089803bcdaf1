//! The site at each of its times: from the build on, and from each later time on at which scheduled posts are published.
//!
//! Texts and pictures are made once, for all. A [`Stage`] has what depends on which posts there are: the model, the cards, the numbers of the pages. A
//! [`Snapshot`] has all outputs, which say how they are made; a path whose output does not change has one edition. Both are made from the last time to the
//! first, and each takes over from the one before what is the same: most of it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::iter;
use std::sync::Arc;

use graven_pack::{ALWAYS, HOME};
use jiff::Timestamp;

use crate::assets::Preview;
use crate::cache::Cache;
use crate::check::{self, Inspections};
use crate::dependencies::Dependencies;
use crate::diagnostic::Report;
use crate::markdown::Rendered;
use crate::media::Cards;
use crate::model::Site;
use crate::options::Look;
use crate::output::{Output, Outputs};
use crate::pictures::Published;
use crate::rendered_site::{RenderedSite, Views};
use crate::texts::Text;
use crate::theme::Theme;
use crate::tree::SourceTree;
use crate::url::BaseUrl;
use crate::views::ThemeViews;
use crate::{backlinks, copies, feeds, views};

/// What the site has at all times.
pub(crate) struct Whole<'a> {
    /// With all posts.
    pub(crate) site: &'a Site,
    /// The theme, and a number for it.
    pub(crate) theme: (&'a Theme, u64),
    pub(crate) look: &'a Look,
    /// By the index of the post.
    pub(crate) posts: &'a [Arc<Text>],
    pub(crate) previews: &'a [Option<Arc<Preview>>],
    pub(crate) pages: &'a [Arc<Text>],
}

/// The site at a time, without its outputs.
#[derive(Debug)]
pub(crate) struct Stage<'a> {
    from: i64,
    site: &'a Site,
    theme: &'a Theme,
    views: &'a dyn Views,
    posts: Vec<Arc<Rendered>>,
    pages: Vec<Arc<Rendered>>,
    previews: Vec<Option<Arc<Preview>>>,
    faces: Vec<Option<Arc<str>>>,
    backlinks: Vec<Vec<usize>>,
    numbers: Dependencies,
    cards: Arc<Cards>,
}

/// The site before each of its times.
pub(crate) fn earlier(site: &Site) -> Vec<Site> {
    site.times.iter().map(|time| site.before(*time)).collect()
}

/// The site at each of its times, the last first, when it has all posts. At the others it is as in `earlier`. Cards that are as `before` are taken over.
pub(crate) fn stages<'a>(
    whole: &Whole<'a>,
    earlier: &'a [Site],
    before: Option<&Cards>,
    report: &mut Report,
) -> Vec<Stage<'a>> {
    let from = iter::once(ALWAYS).chain(whole.site.times.iter().map(|time| time.as_second()));
    let sites: Vec<(i64, &Site)> = from.zip(earlier.iter().chain([whole.site])).collect();
    let mut stages: Vec<Stage> = Vec::with_capacity(sites.len());
    for (from, site) in sites.into_iter().rev() {
        // What is wrong with a card is wrong at the last time already.
        let (before, found) = match stages.last() {
            Some(later) => (Some(&*later.cards), &mut Report::default()),
            None => (before, &mut *report),
        };
        let stage = Stage::new(whole, (from, site), before, found);
        stages.push(stage);
    }
    stages
}

impl<'a> Stage<'a> {
    fn new(whole: &Whole<'a>, (from, site): (i64, &'a Site), before: Option<&Cards>, report: &mut Report) -> Self {
        let index: HashMap<&str, usize> = whole.posts.iter().enumerate().map(|(at, text)| (text.path(), at)).collect();
        let indices: Vec<usize> = site.posts.iter().filter_map(|post| index.get(&*post.body.path).copied()).collect();
        let texts: Vec<Arc<Text>> = indices.iter().map(|&at| Arc::clone(&whole.posts[at])).collect();
        let previews: Vec<_> = indices.iter().map(|&at| whole.previews[at].clone()).collect();
        let (theme, theme_number) = whole.theme;
        let numbers =
            Dependencies::new(site, theme_number, (&texts, whole.pages), &previews).with_look(whole.look, site);
        let faces = texts.iter().map(|text| text.face.clone()).collect();
        let [posts, pages] = [&texts, whole.pages].map(rendered);
        let backlinks = backlinks::of_posts(site, &posts);
        let drawn_from = (theme.icons.svg(), &theme.colours);
        let cards = Arc::new(Cards::new(site, (&posts, &pages), drawn_from, (&numbers, before), report));
        Self { from, site, theme, views: whole.look.views(), posts, pages, previews, faces, backlinks, numbers, cards }
    }

    pub(crate) fn cards(&self) -> &Arc<Cards> {
        &self.cards
    }

    pub(crate) fn context(&self) -> RenderedSite<'_> {
        RenderedSite {
            site: self.site,
            theme: self.theme,
            views: self.views,
            theme_views: &ThemeViews,
            posts: &self.posts,
            pages: &self.pages,
            previews: &self.previews,
            faces: &self.faces,
            backlinks: &self.backlinks,
            cards: &self.cards,
            has_models: self.posts.iter().chain(&self.pages).any(|text| !text.models.is_empty()),
        }
    }
}

/// The rendered texts, without what they were made from.
fn rendered(texts: &[Arc<Text>]) -> Vec<Arc<Rendered>> {
    texts.iter().map(|text| Arc::clone(&text.rendered)).collect()
}

/// The site at a time, checked.
pub(crate) struct Snapshot<'a> {
    /// From when on the site is like that, in Unix seconds, or [`ALWAYS`].
    from: i64,
    pub(crate) context: RenderedSite<'a>,
    /// By route.
    pub(crate) outputs: Outputs<'a>,
    /// What leads to the first page of a site below a path of its host: redirects, by their paths on the host.
    entrances: Outputs<'static>,
    pub(crate) inspections: Inspections,
}

/// What outputs are made from, besides the stage.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub(crate) tree: &'a SourceTree,
    pub(crate) cache: &'a Cache,
    pub(crate) pictures: &'a Published,
}

impl<'a> Snapshot<'a> {
    /// The site of a stage, not checked.
    pub(crate) fn new(stage: &'a Stage<'a>, sources: Sources<'a>, report: &mut Report) -> Self {
        let (context, mut outputs) = (stage.context(), Outputs::new());
        copies::add(context, (sources.tree, sources.cache), sources.pictures, &mut outputs, report);
        stage.cards.draw(sources.cache, &mut outputs);
        views::render(context, &stage.numbers, &mut outputs);
        feeds::render(context, &mut outputs, report);
        let entrances = entrances(&stage.site.settings.base_url);
        Self { from: stage.from, context, outputs, entrances, inspections: Inspections::default() }
    }

    /// Checks the site. `later` are the snapshots of later times, the last first. What was found `before` in the same documents is taken over.
    pub(crate) fn check(
        &mut self,
        (tree, later): (&SourceTree, &[Snapshot]),
        before: &Inspections,
        report: &mut Report,
    ) {
        let time = |from| Timestamp::from_second(from).unwrap_or(Timestamp::MIN);
        let later: Vec<_> = later.iter().rev().map(|later| (time(later.from), &later.outputs)).collect();
        self.inspections = check::check((self.context, tree), (&self.outputs, &later), before, report);
    }

    /// An output of this time, at a route or an entrance.
    pub(crate) fn edition<'o>(&'o self, route: &'o str, output: &'o Output<'o>) -> Edition<'o> {
        let base_url = &self.context.site.settings.base_url;
        Edition { from: self.from, base_url, route, output, inspections: &self.inspections }
    }

    /// The editions of this time by their paths on the host.
    pub(crate) fn by_href(&self) -> impl Iterator<Item = (Cow<'_, str>, Edition<'_>)> {
        let outputs =
            self.outputs.iter().map(|(route, output)| (self.context.href(route), self.edition(route, output)));
        let entrances = self.entrances.iter().map(|(path, output)| (path.into(), self.edition(path, output)));
        outputs.chain(entrances)
    }

    /// The edition at a path on the host.
    pub(crate) fn at_href(&self, path: &str) -> Option<Edition<'_>> {
        let route = self.context.site.settings.base_url.route(path);
        let found = route.and_then(|route| self.outputs.get_key_value(route));
        let (route, output) = found.or_else(|| self.entrances.get_key_value(path))?;
        Some(self.edition(route, output))
    }
}

/// The root of the host, the path of the site without its slash, and the [`HOME`] by which the server knows that path. A site at the root needs none.
fn entrances(base_url: &BaseUrl) -> Outputs<'static> {
    let paths = ["/", base_url.path(), HOME].into_iter().filter(|_| !base_url.path().is_empty());
    paths.map(|path| (path.to_owned(), Output::Redirect("/".to_owned()))).collect()
}

/// The output at a route from a time on.
#[derive(Clone, Copy)]
pub(crate) struct Edition<'a> {
    /// In Unix seconds, or [`ALWAYS`].
    pub(crate) from: i64,
    /// Where the site is.
    pub(crate) base_url: &'a BaseUrl,
    pub(crate) route: &'a str,
    pub(crate) output: &'a Output<'a>,
    /// What was found in the outputs of that time.
    pub(crate) inspections: &'a Inspections,
}

/// The editions of each path on the host, the earliest first, without those that are certainly as the one before. What is not at a path any more stays: an old card
/// of a topic, which nothing names, and which other sites may have seen.
pub(crate) fn editions<'a>(snapshots: &'a [Snapshot]) -> BTreeMap<Cow<'a, str>, Vec<Edition<'a>>> {
    let mut editions: BTreeMap<Cow<str>, Vec<Edition>> = BTreeMap::new();
    for snapshot in snapshots {
        for (path, edition) in snapshot.by_href() {
            let of_path = editions.entry(path).or_default();
            if of_path.last().is_none_or(|last| !edition.output.is_certainly(last.output)) {
                of_path.push(edition);
            }
        }
    }
    editions
}
