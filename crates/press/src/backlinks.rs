//! Backlinks: which posts link to a post.

use std::collections::HashMap;
use std::sync::Arc;

use crate::markdown::Rendered;
use crate::model::{Post, Site};
use crate::url::{decoded, split_path};

/// For each post, the indices of the posts whose texts link to it, newest first. `rendered` are the texts of the posts.
pub(crate) fn of_posts(site: &Site, rendered: &[Arc<Rendered>]) -> Vec<Vec<usize>> {
    let routes: Vec<String> = site.posts.iter().map(Post::route).collect();
    let aliases = site.posts.iter().enumerate();
    let aliases = aliases.flat_map(|(index, post)| post.aliases.iter().map(move |alias| (alias.as_str(), index)));
    let by_path: HashMap<&str, usize> =
        aliases.chain(routes.iter().enumerate().map(|(index, route)| (route.as_str(), index))).collect();
    let mut backlinks = vec![Vec::new(); site.posts.len()];
    for (from, text) in rendered.iter().enumerate() {
        for link in &text.links {
            let target = site.settings.base_url.without(&link.target);
            if !target.starts_with('/') {
                continue;
            }
            let path = decoded(split_path(target).0);
            if let Some(&to) = by_path.get(&*path).filter(|to| **to != from)
                && backlinks[to].last() != Some(&from)
            {
                backlinks[to].push(from);
            }
        }
    }
    backlinks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::Link;
    use crate::test_site::{Fixture, post};

    #[test]
    fn a_post_is_linked_from_those_that_name_it_once_each_and_newest_first() {
        let mut target = post("target", "2025-01-02");
        target.aliases = vec!["/old".to_owned()];
        let mut fixture = Fixture::of(vec![post("new", "2025-01-03"), target, post("old-post", "2025-01-01")]);
        for (index, targets) in [
            (0, &["/blog/target#a", "/blog/target", "/blog/targe", "https://example.org/blog/old-post?x"][..]),
            (1, &["/blog/target", "#here", "https://example.com/blog/new"]),
            (2, &["/old", "/blog/n%65w", "/assets/target.svg"]),
        ] {
            let link = |target: &&str| Link { target: (*target).to_owned(), span: 0..0 };
            fixture.text(index).links = targets.iter().map(link).collect();
        }
        let context = fixture.context();
        assert_eq!(of_posts(context.site, context.posts), [vec![2], vec![0, 2], vec![0]]);
    }
}
