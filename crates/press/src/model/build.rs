//! Builds the [`Site`]: sorts and groups the texts, and finds related posts.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::Timestamp;
use rayon::prelude::*;

use super::schedule::Schedule;
use super::site::{Post, RELATED, Series, Site, StandingPage, Tag, Topic};
use crate::diagnostic::{Diagnostic, Report};
use crate::options::Options;
use crate::source::{Author, MarkdownFile, Sources, TopicEntry, tag_slug, usual_spelling};

/// Builds the site from its sources. Reports errors to `report`. [`read`](crate::source::read) has an example.
pub fn build(sources: Sources, options: &Options, report: &mut Report) -> Site {
    let schedule = Schedule::of(&sources, options, report);
    let (mut tags, tag_by_slug) = tags(&sources.posts, report);
    let (mut series, series_by_name) = series(&sources.posts);
    let author = sources.settings.author.as_ref();
    let mut posts: Vec<Post> =
        sources.posts.into_iter().map(|file| post(file, (&tag_by_slug, &series_by_name), author, &schedule)).collect();
    posts.sort_by(|a, b| b.published_at.cmp(&a.published_at).then_with(|| a.slug.cmp(&b.slug)));
    let mut topics: Vec<Topic> = sources.topics.into_iter().map(topic).collect();
    let mut pages: Vec<StandingPage> = sources.pages.into_iter().map(page).collect();
    pages.sort_by(|a, b| a.slug.cmp(&b.slug));
    group(&mut posts, (&mut topics, &mut tags, &mut series));
    let of_slug = |slug: &str| posts.iter().position(|post| post.slug == slug);
    let start = sources.settings.start.iter().filter_map(|slug| of_slug(&slug.value)).collect();
    let Schedule { now, times, .. } = schedule;
    Site { now, times, settings: sources.settings, topics, posts, start, pages, tags, series }
}

/// Puts the posts, which are sorted, into their groups, which are empty. Finds related posts.
fn group(posts: &mut [Post], (topics, tags, series): (&mut [Topic], &mut [Tag], &mut [Series])) {
    for (index, post) in posts.iter().enumerate() {
        post.topics.iter().for_each(|&topic| topics[topic].posts.push(index));
        post.tags.iter().for_each(|&tag| tags[tag].posts.push(index));
    }
    for (index, post) in posts.iter().enumerate().rev() {
        post.series.iter().for_each(|&row| series[row].posts.push(index));
    }
    let related = related(posts, topics, tags);
    for (post, related) in posts.iter_mut().zip(related) {
        post.related = related;
    }
}

impl Site {
    /// The site with the posts that are published before `time` alone. A tag or a series that has none of them is not on it, and a tag is spelt as they
    /// spell it.
    #[must_use]
    pub fn before(&self, time: Timestamp) -> Self {
        let is_kept = |post: usize| self.posts[post].published_at < time;
        let kept: Vec<usize> = (0..self.posts.len()).filter(|&post| is_kept(post)).collect();
        let mut topics = self.topics.clone();
        for topic in &mut topics {
            topic.posts.clear();
        }
        let mut left = left_of(&self.tags, |tag| self.tag_of(tag, is_kept));
        left.sort_by_cached_key(|(_, tag)| rank(tag));
        let (mut tags, tag_of) = numbered(left, self.tags.len());
        let has_any = |posts: &[usize]| posts.iter().any(|&post| is_kept(post));
        let row = |row: &Series| has_any(&row.posts).then(|| Series { posts: Vec::new(), ..row.clone() });
        let (mut series, row_of) = numbered(left_of(&self.series, row), self.series.len());
        let post = |&index: &usize| {
            let post = self.posts[index].clone();
            let tags = post.tags.iter().filter_map(|&tag| tag_of[tag]).collect();
            Post { tags, series: post.series.and_then(|row| row_of[row]), related: Vec::new(), ..post }
        };
        let mut posts: Vec<Post> = kept.iter().map(post).collect();
        group(&mut posts, (&mut topics, &mut tags, &mut series));
        let start = self.start.iter().filter_map(|post| kept.binary_search(post).ok()).collect();
        let (settings, pages) = (self.settings.clone(), self.pages.clone());
        Self { now: self.now, times: Vec::new(), settings, topics, posts, start, pages, tags, series }
    }

    /// A tag as those of its posts that are kept spell it, still without them. `None` if none is.
    fn tag_of(&self, tag: &Tag, is_kept: impl Fn(usize) -> bool) -> Option<Tag> {
        let kept = || tag.posts.iter().filter(|&&post| is_kept(post)).map(|&post| self.posts[post].body.path.as_str());
        kept().next()?;
        let spelt = kept().filter_map(|path| Some((path, tag.spellings.get(path)?.as_str())));
        let name = usual_spelling(spelt).map_or(&*tag.name, |(_, name)| name).to_owned();
        Some(Tag { name, posts: Vec::new(), ..tag.clone() })
    }
}

/// What is left of each group, and its index before.
fn left_of<T>(groups: &[T], left: impl Fn(&T) -> Option<T>) -> Vec<(usize, T)> {
    groups.iter().enumerate().filter_map(|(index, group)| Some((index, left(group)?))).collect()
}

/// The groups that are left, in this order, and the new index of each of the `count` that there were before.
fn numbered<T>(left: Vec<(usize, T)>, count: usize) -> (Vec<T>, Vec<Option<usize>>) {
    let mut indices = vec![None; count];
    left.iter().enumerate().for_each(|(new, (old, _))| indices[*old] = Some(new));
    (left.into_iter().map(|(_, group)| group).collect(), indices)
}

/// The order of tags: by name, ignoring case.
fn rank(tag: &Tag) -> (String, String) {
    (tag.name.to_lowercase(), tag.name.clone())
}

fn topic(entry: TopicEntry) -> Topic {
    Topic { slug: entry.slug, title: entry.title, blurb: entry.blurb, posts: Vec::new() }
}

fn post(
    file: MarkdownFile,
    (tags, series): (&BTreeMap<String, usize>, &BTreeMap<String, usize>),
    author: Option<&Author>,
    schedule: &Schedule,
) -> Post {
    let MarkdownFile { body, slug, image, description, matter, .. } = file;
    let published_at = schedule.time_of(&matter.date.value);
    Post {
        body,
        slug,
        title: matter.title,
        is_excerpt: matter.description.is_none(),
        description,
        date: matter.date.value.day,
        published_at,
        circa: matter.circa,
        updated: matter.updated.map(|updated| updated.value),
        update_note: matter.update_note,
        authors: matter.authors.into_iter().map(|named| known(named, author)).collect(),
        topics: matter.topics,
        tags: matter.tags.iter().filter_map(|tag| tags.get(&tag_slug(&tag.value)).copied()).collect(),
        series: matter.series.and_then(|name| series.get(&name).copied()),
        aliases: matter.aliases.into_iter().map(|alias| alias.value).collect(),
        image,
        related: Vec::new(),
        extra: matter.extra,
        is_draft: matter.draft,
        is_scheduled: schedule.is_shown_before(published_at),
    }
}

/// An author of a post. One who is only named, and is the author of the site, need not be described again.
fn known(named: Author, author: Option<&Author>) -> Author {
    let is_only_named = named == Author { name: named.name.clone(), ..Author::default() };
    match author.filter(|author| is_only_named && author.name == named.name) {
        Some(author) => author.clone(),
        None => named,
    }
}

fn page(file: MarkdownFile) -> StandingPage {
    let MarkdownFile { body, slug, place, description, matter, .. } = file;
    StandingPage {
        body,
        slug,
        place,
        title: matter.title,
        is_excerpt: matter.description.is_none(),
        description,
        updated: matter.updated.map(|updated| updated.value),
        update_note: matter.update_note,
        aliases: matter.aliases.into_iter().map(|alias| alias.value).collect(),
        extra: matter.extra,
        is_draft: matter.draft,
    }
}

/// The tags of the site, still without posts, and their indices by slug. Of several spellings, the usual one counts.
fn tags(posts: &[MarkdownFile], report: &mut Report) -> (Vec<Tag>, BTreeMap<String, usize>) {
    let mut spellings: BTreeMap<String, Spellings> = BTreeMap::new();
    for file in posts {
        for tag in &file.matter.tags {
            spellings.entry(tag_slug(&tag.value)).or_default().insert(&file.body.path, &tag.value);
        }
    }
    let mut tags = Vec::with_capacity(spellings.len());
    let mut shown = BTreeMap::new();
    for (slug, of_tag) in spellings {
        let Some(usual) = usual_spelling(of_tag.iter().map(|(path, name)| (*path, *name))) else { continue };
        shown.insert(slug.clone(), usual);
        tags.push(tag(slug, usual.1, &of_tag));
    }
    warn_of_spellings(posts, &shown, report);
    tags.sort_by_cached_key(rank);
    let by_slug = tags.iter().enumerate().map(|(index, tag)| (tag.slug.clone(), index)).collect();
    (tags, by_slug)
}

/// How posts spell a tag, by their paths.
type Spellings<'a> = BTreeMap<&'a str, &'a str>;

/// A tag with this name and these spellings, still without posts.
fn tag(slug: String, name: &str, spellings: &Spellings) -> Tag {
    let differ = spellings.values().any(|other| *other != name);
    let owned = || spellings.iter().map(|(path, name)| ((*path).to_owned(), (*name).to_owned())).collect();
    let spellings = if differ { owned() } else { BTreeMap::new() };
    Tag { name: name.to_owned(), slug, posts: Vec::new(), spellings }
}

/// Warns of spellings that the site does not show. `shown` has the place and the spelling that it shows, by slug.
fn warn_of_spellings(posts: &[MarkdownFile], shown: &BTreeMap<String, (&str, &str)>, report: &mut Report) {
    for (file, tag) in posts.iter().flat_map(|file| file.matter.tags.iter().map(move |tag| (file, tag))) {
        let Some(&(place, name)) = shown.get(&tag_slug(&tag.value)).filter(|(_, name)| *name != tag.value) else {
            continue;
        };
        let message = format!("the tag \"{}\" is spelt \"{name}\" elsewhere", tag.value);
        let warning = Diagnostic::warning(file.body.path.as_str(), tag.span.clone(), message);
        let warning = warning.label("the same tag").code("tag-spelling");
        let warning = warning.help(format!("use one spelling; the site shows \"{name}\", as in {place}"));
        report.push(if is_plain(name) { warning.suggest(tag.value.as_str(), name) } else { warning });
    }
}

/// Whether a text means the same with quotes and without, in TOML and in YAML.
fn is_plain(text: &str) -> bool {
    let begins_as_word = text.starts_with(char::is_alphabetic);
    begins_as_word && text.chars().all(|char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '.' | '+' | '_'))
}

/// The series of the site, still without posts, and their indices by name.
fn series(posts: &[MarkdownFile]) -> (Vec<Series>, BTreeMap<String, usize>) {
    let mut by_name: BTreeMap<String, usize> =
        posts.iter().filter_map(|post| post.matter.series.clone()).map(|name| (name, 0)).collect();
    by_name.values_mut().enumerate().for_each(|(index, value)| *value = index);
    let series = by_name.keys().map(|name| Series { name: name.clone(), posts: Vec::new() }).collect();
    (series, by_name)
}

/// For each post, the most similar ones: those that share the rarest tags and topics. Of equally similar ones, the newer first, then by slug.
fn related(posts: &[Post], topics: &[Topic], tags: &[Tag]) -> Vec<Vec<usize>> {
    let none = || (vec![0; posts.len()], Vec::new());
    let related =
        posts.par_iter().enumerate().with_min_len(LEAST_POSTS).map_init(none, |(scores, touched), (index, post)| {
            let of_topics = post.topics.iter().map(|&topic| &topics[topic].posts);
            let of_tags = post.tags.iter().map(|&tag| &tags[tag].posts);
            for sharing in of_topics.chain(of_tags) {
                let weight = weight(posts.len(), sharing.len());
                for &other in around(index, sharing).iter().filter(|&&other| other != index) {
                    if scores[other] == 0 {
                        touched.push(other);
                    }
                    scores[other] += weight;
                }
            }
            let best = best(scores, touched);
            touched.drain(..).for_each(|other| scores[other] = 0);
            best
        });
    related.collect()
}

/// How many posts a core takes at once, since each core counts in a list of all posts.
const LEAST_POSTS: usize = 500;

/// Those of `touched` with the highest scores, the highest first. Posts are in the order of date and slug: the index breaks ties.
fn best(scores: &[u32], touched: &[usize]) -> Vec<usize> {
    let mut best: Vec<(Reverse<u32>, usize)> = Vec::with_capacity(RELATED + 1);
    for &other in touched {
        let entry = (Reverse(scores[other]), other);
        if best.len() < RELATED || best.last().is_some_and(|last| entry < *last) {
            let place = best.partition_point(|better| *better < entry);
            best.insert(place, entry);
            best.truncate(RELATED);
        }
    }
    best.into_iter().map(|(_, other)| other).collect()
}

/// How many posts before and after a post are compared with it for each shared label. A label that more posts have says little, and comparing all would
/// take time quadratic in their number.
const NEIGHBOURS: usize = 100;

/// The entries of `sharing`, which is sorted, around `index`.
fn around(index: usize, sharing: &[usize]) -> &[usize] {
    let place = sharing.partition_point(|&other| other < index);
    &sharing[place.saturating_sub(NEIGHBOURS)..sharing.len().min(place + 1 + NEIGHBOURS)]
}

/// The weight of a label that `sharing` of all `posts` have: its information in quarters of a bit, plus one, so that a label of all posts counts too.
/// An integer, for the same result on every machine.
fn weight(posts: usize, sharing: usize) -> u32 {
    let ratio = (posts / sharing.max(1)).max(1) as u128;
    1 + (ratio * ratio * ratio * ratio).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::read;
    use crate::tree::SourceTree;

    /// A site of posts, each its slug and the rest of its front matter.
    fn site(posts: &[(&str, &str)], options: &Options) -> Site {
        let mut tree = SourceTree::default();
        tree.insert("site.toml", "title = \"A\"\ndescription = \"B.\"\n");
        tree.insert("topics.toml", "[[topic]]\nslug = \"t\"\ntitle = \"T\"\nblurb = \"U.\"\n[[topic]]\nslug = \"s\"\ntitle = \"S\"\nblurb = \"U.\"\n");
        for (name, rest) in posts {
            tree.insert(format!("posts/{name}.md"), format!("+++\ntitle = \"A\"\ndescription = \"B.\"\n{rest}\n+++\n"));
        }
        let mut report = Report::default();
        let sources = read(&tree, options, &mut report).expect("a site");
        let site = build(sources, options, &mut report);
        assert!(!report.has_errors(), "{}", report.render(&tree, ""));
        site
    }

    fn slugs(site: &Site, posts: &[usize]) -> Vec<String> {
        posts.iter().map(|&post| site.posts[post].slug.clone()).collect()
    }

    #[test]
    fn posts_are_newest_first_and_of_one_day_by_slug() {
        let site = site(
            &[
                ("2024-01-01-old", "date = 2024-01-01"),
                ("b", "date = 2025-01-01"),
                ("a", "date = 2025-01-01"),
                ("New Post", "date = 2025-02-01"),
            ],
            &Options::default(),
        );
        assert_eq!(slugs(&site, &[0, 1, 2, 3]), ["new-post", "a", "b", "old"]);
        assert_eq!(site.newer(0).map(|post| post.slug.as_str()), None);
        assert_eq!(site.older(0).map(|post| post.slug.as_str()), Some("a"));
        assert_eq!(site.newer(3).map(|post| post.slug.as_str()), Some("b"));
        assert_eq!(site.older(3).map(|post| post.slug.as_str()), None);
    }

    #[test]
    fn keys_of_an_author_are_kept_for_their_own_views() {
        let site = site(
            &[(
                "a",
                "date = 2025-01-01\n[extra]\nn = 1\nday = 2025-01-02\nlist = [1.5, true, { a = \"b\" }]\nnone = nan",
            )],
            &Options::default(),
        );
        let expected =
            serde_json::json!({ "n": 1, "day": "2025-01-02", "list": [1.5, true, { "a": "b" }], "none": null });
        assert_eq!(serde_json::Value::Object(site.posts[0].extra.clone()), expected);
    }

    #[test]
    fn topics_keep_their_order_and_tags_are_by_name_without_regard_to_case() {
        let site = site(
            &[
                ("a", "date = 2025-01-01\ntopics = [\"s\", \"t\"]\ntags = [\"k3s\", \"Zig\"]"),
                ("b", "date = 2025-01-02\ntopics = [\"s\"]\ntags = [\"K3S\", \"Ada\"]"),
            ],
            &Options::default(),
        );
        let topics: Vec<_> =
            site.topics.iter().map(|topic| (topic.slug.as_str(), slugs(&site, &topic.posts))).collect();
        assert_eq!(topics, [("t", vec!["a".to_owned()]), ("s", vec!["b".to_owned(), "a".to_owned()])]);
        assert_eq!(site.posts[1].topics, [0, 1]);
        let tags: Vec<_> =
            site.tags.iter().map(|tag| (tag.name.as_str(), tag.slug.as_str(), tag.posts.len())).collect();
        assert_eq!(tags, [("Ada", "ada", 1), ("k3s", "k3s", 2), ("Zig", "zig", 1)]);
        assert_eq!(site.posts[0].tags, [1, 0], "in the order of the front matter");
    }

    #[test]
    fn a_tag_is_spelt_as_most_posts_spell_it_and_of_equally_many_as_the_first() {
        let dated = |day: u32, tag: &str| format!("date = 2025-01-{day:02}\ntags = [\"{tag}\"]");
        let spelt = ["k3s", "K3S", "K3S", "k3s", "k3s"].iter().zip(1..).map(|(tag, day)| dated(day, tag));
        let posts: Vec<_> = ["a", "b", "c", "d", "e"].into_iter().zip(spelt).collect();
        let posts: Vec<_> = posts.iter().map(|(name, rest)| (*name, rest.as_str())).collect();
        for (count, expected) in [(1, "k3s"), (2, "k3s"), (3, "K3S"), (4, "k3s"), (5, "k3s")] {
            assert_eq!(site(&posts[..count], &Options::default()).tags[0].name, expected, "{count}");
        }
        let all = site(&posts, &Options::default());
        let earlier = all.before("2025-01-04T00:00:00Z".parse().expect("a time"));
        assert_eq!(earlier.tags[0].name, "K3S");
    }

    #[test]
    fn a_series_is_in_the_order_of_reading() {
        let site = site(
            &[
                ("a", "date = 2025-01-03\nseries = \"S\""),
                ("b", "date = 2025-01-01\nseries = \"S\""),
                ("c", "date = 2025-01-02\nseries = \"R\""),
            ],
            &Options::default(),
        );
        let series: Vec<_> =
            site.series.iter().map(|series| (series.name.as_str(), slugs(&site, &series.posts))).collect();
        assert_eq!(series, [("R", vec!["c".to_owned()]), ("S", vec!["b".to_owned(), "a".to_owned()])]);
        assert_eq!(site.posts[0].series, Some(1));
    }

    #[test]
    fn related_posts_share_rare_tags_before_common_ones_and_nothing_unrelated_is_shown() {
        let site = site(
            &[
                ("a", "date = 2025-01-09\ntags = [\"common\", \"rare\"]"),
                ("b", "date = 2025-01-08\ntags = [\"common\"]"),
                ("c", "date = 2025-01-07\ntags = [\"common\"]"),
                ("d", "date = 2025-01-06\ntags = [\"common\"]"),
                ("e", "date = 2025-01-05\ntags = [\"rare\"]"),
                ("f", "date = 2025-01-04\ntopics = [\"t\"]"),
                ("g", "date = 2025-01-03\ntopics = [\"t\"]"),
                ("h", "date = 2025-01-02"),
            ],
            &Options::default(),
        );
        let related = |index: usize| slugs(&site, &site.posts[index].related);
        assert_eq!(related(0), ["e", "b", "c"]);
        assert_eq!(related(4), ["a"]);
        assert_eq!(related(5), ["g"]);
        assert!(related(7).is_empty());
    }

    #[test]
    fn of_a_label_that_many_share_the_nearest_in_time_are_compared() {
        let sharing: Vec<usize> = (0..1000).step_by(2).collect();
        assert_eq!(around(0, &sharing), &sharing[..=NEIGHBOURS]);
        assert_eq!(around(500, &sharing), &sharing[250 - NEIGHBOURS..=250 + NEIGHBOURS]);
        assert_eq!(around(998, &sharing), &sharing[499 - NEIGHBOURS..]);
        assert_eq!(around(0, &[0, 1]), [0, 1]);
    }

    #[test]
    fn a_label_weighs_more_the_fewer_share_it() {
        let weights: Vec<u32> = [1, 2, 10, 50, 100].into_iter().map(|sharing| weight(100, sharing)).collect();
        assert!(weights.is_sorted_by(|more, less| more > less), "{weights:?}");
        assert_eq!(weights.last(), Some(&1));
    }

    #[test]
    fn the_time_of_the_build_is_that_of_the_options_or_else_the_newest_date_that_is_not_after_the_clock() {
        let posts = [("a", "date = 2025-01-01\nupdated = 2025-03-01"), ("b", "date = 2025-02-01T10:00:00+01:00")];
        let second = |text: &str| text.parse::<Timestamp>().expect("a time").as_second();
        let now = |now, clock: &str| {
            let site = site(&posts, &Options { now, clock: Some(second(clock)), ..Options::default() });
            (site.now.to_string(), site.times.len())
        };
        assert_eq!(site(&posts, &Options::default()).now.as_second(), second("2025-03-01T00:00:00Z"));
        assert_eq!(now(None, "2025-02-28T00:00:00Z"), ("2025-02-01T09:00:00Z".to_owned(), 0));
        assert_eq!(now(None, "2025-02-01T08:59:59Z"), ("2025-01-01T00:00:00Z".to_owned(), 1));
        assert_eq!(now(None, "2024-01-01T00:00:00Z"), ("1970-01-01T00:00:00Z".to_owned(), 2));
        assert_eq!(now(Some(1), "2025-02-28T00:00:00Z"), ("1970-01-01T00:00:01Z".to_owned(), 2));
        // Midnight of this day is after the last time that there is.
        let never = site(&[("a", "date = 9999-12-31")], &Options { clock: Some(0), ..Options::default() });
        assert_eq!(never.times, [Timestamp::MAX]);
        assert_eq!(site(&[], &Options::default()).now, Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn a_site_before_a_time_is_that_of_the_posts_before_it() {
        let posts = [
            ("a", "date = 2025-01-01\ntags = [\"k3s\"]\nseries = \"S\""),
            ("b", "date = 2025-01-02\ntags = [\"Ada\", \"k3s\"]\ntopics = [\"s\"]"),
            ("c", "date = 2025-01-03\ntags = [\"Zig\", \"k3s\"]\nseries = \"R\"\ntopics = [\"s\"]"),
        ];
        let describe = |site: &Site| {
            let related = site.posts.iter().map(|post| slugs(site, &post.related)).collect::<Vec<_>>();
            let tags = site.tags.iter().map(|tag| (tag.name.clone(), slugs(site, &tag.posts))).collect::<Vec<_>>();
            let series = site.series.iter().map(|row| (row.name.clone(), slugs(site, &row.posts))).collect::<Vec<_>>();
            let topics = site.topics.iter().map(|topic| slugs(site, &topic.posts)).collect::<Vec<_>>();
            let groups = site.posts.iter().map(|post| (post.tags.clone(), post.series)).collect::<Vec<_>>();
            format!(
                "{:?} {related:?} {tags:?} {series:?} {topics:?} {groups:?}",
                slugs(site, &[0, 1][..site.posts.len().min(2)])
            )
        };
        let whole = site(&posts, &Options::default());
        for count in 0..3 {
            let before = whole.before(whole.posts[2 - count].published_at);
            assert_eq!(describe(&before), describe(&site(&posts[..count], &Options::default())), "{count} posts");
        }
    }
}
