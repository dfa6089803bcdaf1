//! The views: functions from the site model and its rendered texts to pages, one file a kind of page. They know HTML; what is in which list, and in
//! which order, the model has said.

mod blog;
mod head;
mod home;
mod layout;
mod lists;
mod not_found;
mod notes;
mod page;
mod post;
mod tags;

use graven_pack::NOT_FOUND;

use crate::markdown::Rendered;
use crate::model::Site;
use crate::output::{Document, Output, Outputs};
use crate::preview::Preview;
use crate::theme::Theme;

/// What every view reads.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The model.
    pub site: &'a Site,
    /// The style sheets and the wordmark.
    pub theme: &'a Theme,
    /// The rendered posts, by the index of the post.
    pub posts: &'a [Rendered],
    /// The rendered standing pages, by the index of the page.
    pub pages: &'a [Rendered],
    /// The pictures of the posts for other sites to show, by the index of the post.
    pub previews: &'a [Option<Preview>],
}

/// Every page of the site into `outputs`.
pub fn render(context: Context, outputs: &mut Outputs) {
    let mut put = |path: &str, html: String, source: Option<&str>| {
        outputs.insert(path.to_owned(), Output::Document(Document::page(html, source)));
    };
    put("/", home::render(context), None);
    put("/notes", notes::render_all(context), None);
    for (index, topic) in context.site.topics.iter().enumerate() {
        put(&topic.route(), notes::render_topic(context, index), None);
    }
    put("/blog", blog::render(context), None);
    put("/tags", tags::render_all(context), None);
    for (index, tag) in context.site.tags.iter().enumerate() {
        put(&tag.route(), tags::render_tag(context, index), None);
    }
    put(NOT_FOUND, not_found::render(context), None);
    for (index, page) in context.site.pages.iter().enumerate() {
        put(&page.route(), page::render(context, index), Some(&page.body.path));
    }
    for (index, post) in context.site.posts.iter().enumerate() {
        let markdown = post.markdown_route();
        let page = Document {
            alternate: Some(markdown.clone()),
            ..Document::page(post::render(context, index), Some(&post.body.path))
        };
        outputs.insert(post.route(), Output::Document(page));
        let text = Document::markdown(post::markdown(context, index), &post.body.path);
        outputs.insert(markdown, Output::Document(text));
    }
}
