//! What each page is made from, as a number: two presses of a process that have the same number for a page make the same page. The pages of a press
//! are made when they are needed; the number says whether what an earlier press found in one still holds: its diagnostics, its security policy, and where
//! its text begins. A number that leaves something out would keep them all.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::assets::Preview;
use crate::model::{Post, Site, StandingPage};
use crate::options::Look;
use crate::texts::Text;

/// More than lists show in the way of new posts.
const NEWEST: usize = 64;

/// The numbers of a press.
#[derive(Debug)]
pub(crate) struct Dependencies {
    /// Of the settings, the theme, and what every page may show of topics and standing pages.
    frame: u64,
    /// Of what lists show of each post, by its index.
    entries: Vec<u64>,
    /// Of the text of each post, by its index.
    posts: Vec<u64>,
    /// Of each standing page, by its index.
    pages: Vec<u64>,
}

impl Dependencies {
    /// The numbers of a site, whose theme has the number `theme`.
    pub(crate) fn new(
        site: &Site,
        theme: u64,
        (posts, pages): (&[Arc<Text>], &[Arc<Text>]),
        previews: &[Option<Arc<Preview>>],
    ) -> Self {
        let has_models = posts.iter().chain(pages).any(|text| !text.rendered.models.is_empty());
        let topics: Vec<_> = site.topics.iter().map(|topic| (&topic.slug, &topic.title, &topic.blurb)).collect();
        let standing: Vec<_> = site.pages.iter().map(page).collect();
        let text = |(text, preview): (&Arc<Text>, &Option<Arc<Preview>>)| number(&(text.revision, preview));
        Self {
            frame: number(&(format!("{:?}", site.settings), theme, has_models, topics, &standing)),
            entries: site
                .posts
                .iter()
                .zip(posts)
                .map(|(post, text)| number(&(entry(site, post), &text.face)))
                .collect(),
            posts: posts.iter().zip(previews).map(text).collect(),
            pages: standing.iter().zip(pages).map(|(page, text)| number(&(page, text.revision))).collect(),
        }
    }

    /// The numbers of a site with this look. Views that are not the theme's may show anything of the site on each page.
    pub(crate) fn with_look(self, look: &Look, site: &Site) -> Self {
        if look.is_of_theme() {
            return self;
        }
        let frame = number(&(self.frame, site.now, &self.entries, &self.posts, &self.pages));
        Self { frame, ..self }
    }

    /// Of the page of a post: its text, the entries of the posts that it links to, and those of its `backlinks`.
    pub(crate) fn of_post(&self, site: &Site, index: usize, backlinks: &[usize]) -> u64 {
        let post = &site.posts[index];
        let series = post.series.map(|series| &site.series[series].posts);
        let neighbours = [index.checked_sub(1), Some(index + 1)].into_iter().flatten();
        let others = neighbours.chain(post.related.iter().copied()).chain(series.into_iter().flatten().copied());
        let others: Vec<Option<&u64>> = others.map(|other| self.entries.get(other)).collect();
        let backlinks: Vec<u64> = backlinks.iter().map(|&other| self.entries[other]).collect();
        number(&(self.frame, self.entries[index], self.posts[index], others, backlinks))
    }

    /// Of the card of a post.
    pub(crate) fn of_card(&self, index: usize) -> u64 {
        number(&(self.frame, self.entries[index], self.posts[index]))
    }

    /// Of a standing page, and of its card.
    pub(crate) fn of_page(&self, index: usize) -> u64 {
        number(&(self.frame, self.pages[index]))
    }

    /// Of the page with the name `name` that lists `posts`, each with its number in the site. The newest are shown in another way than the others.
    pub(crate) fn of_list(&self, name: impl Hash, posts: &[usize]) -> u64 {
        let all = self.entries.len();
        let entry = |&post: &usize| (post.min(NEWEST), all - post, self.entries[post]);
        number(&(self.frame, name, posts.iter().map(entry).collect::<Vec<_>>()))
    }

    /// Of a page that may show all posts, tags and series.
    pub(crate) fn of_all(&self) -> u64 {
        number(&(self.frame, &self.entries))
    }
}

/// A number for a value. It differs from one compiler to the next: only for numbers of one process.
pub(crate) fn number(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// All that a post says of itself besides its text. Related posts are not among it: they are entries of their own.
fn entry<'a>(site: &'a Site, post: &'a Post) -> impl Hash + 'a {
    let Post {
        body,
        slug,
        title,
        description,
        is_excerpt,
        date,
        published_at,
        circa,
        updated,
        update_note,
        authors,
        topics,
        tags,
        series,
        aliases,
        image,
        related: _,
        extra,
        is_draft,
        is_scheduled,
    } = post;
    let tags: Vec<_> = tags.iter().map(|&tag| (&site.tags[tag].name, &site.tags[tag].slug)).collect();
    let series = series.map(|series| &site.series[series].name);
    (
        (&body.path, slug, title, description, is_excerpt),
        (date, published_at, circa, updated, update_note, authors, topics),
        (tags, series, aliases, image, extra, is_draft, is_scheduled),
    )
}

fn page(page: &StandingPage) -> impl Hash + '_ {
    // The place follows from the path.
    let StandingPage {
        body,
        slug,
        place: _,
        title,
        description,
        is_excerpt,
        updated,
        update_note,
        aliases,
        extra,
        is_draft,
    } = page;
    ((&body.path, slug, title, description, is_excerpt), (updated, update_note, aliases, extra, is_draft))
}
