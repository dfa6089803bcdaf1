//! The views: functions from the model and the rendered texts to pages, one file per kind of page. They write HTML; the content and the order of lists
//! come from the model. A site can replace some or all of them: it implements [`Views`], and passes that as the [`Look`] of its options.
//!
//! ```
//! use graven_press::cache::Cache;
//! use graven_press::tree::SourceTree;
//! use graven_press::views::{Head, Look, RenderedSite, Views};
//! use graven_press::{Options, press};
//! use maud::{Markup, html};
//!
//! struct Mine;
//!
//! impl Views for Mine {
//!     fn footer(&self, site: RenderedSite<'_>, page: &Head<'_>) -> Markup {
//!         html! {
//!             (site.theme_views().footer(site, page))
//!             span { "Posts: " (site.model().posts.len()) }
//!         }
//!     }
//! }
//!
//! let mut tree = SourceTree::default();
//! tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
//! let options = Options { look: Look::of(Mine), ..Options::default() };
//! assert!(press(&tree, &options, &Cache::none()).is_ok());
//! ```

mod blog;
mod credits;
mod head;
mod home;
mod layout;
mod lists;
mod look;
mod matrix;
pub(crate) mod metadata;
mod models;
mod not_found;
mod notes;
mod page;
mod post;
mod routes;
mod search;
mod subscribe;
mod tags;
mod theme_views;

use graven_pack::NOT_FOUND;
use graven_search::frame::ROUTE;

pub(crate) use self::lists::date_in_words;
pub use self::metadata::Head;
use self::routes::{MODELS, SUBSCRIBE};
pub(crate) use self::theme_views::ThemeViews;
use crate::dependencies::Dependencies;
pub use crate::options::Look;
use crate::output::{Document, Output, Outputs};
pub use crate::rendered_site::{RenderedSite, Under, Views};

/// Adds every page of the site to `outputs`, each with its number.
pub(crate) fn render<'a>(context: RenderedSite<'a>, numbers: &Dependencies, outputs: &mut Outputs<'a>) {
    let site = context.site;
    let of_all = |document: Document<'a>| document.with_number(numbers.of_all());
    // A redirect or a file of the content may have the place of these two pages; a page of the content takes it below.
    let subscribe = || Output::Document(of_all(Document::page(move || subscribe::render(context))));
    outputs.entry(SUBSCRIBE.to_owned()).or_insert_with(subscribe);
    if context.has_models {
        // It shows the models of all texts.
        let models = || Output::Document(Document::page(move || models::render(context)));
        outputs.entry(MODELS.to_owned()).or_insert_with(models);
    }
    let mut put = |path: String, document: Document<'a>| drop(outputs.insert(path, Output::Document(document)));
    put("/".to_owned(), of_all(Document::page(move || home::render(context))));
    put("/notes".to_owned(), of_all(Document::page(move || notes::render_all(context))));
    for (index, topic) in site.topics.iter().enumerate() {
        let page = Document::page(move || notes::render_topic(context, index));
        put(topic.route(), page.with_number(numbers.of_list(index, &topic.posts)));
    }
    put("/blog".to_owned(), of_all(Document::page(move || blog::render(context))));
    put("/tags".to_owned(), of_all(Document::page(move || tags::render_all(context))));
    for (index, tag) in site.tags.iter().enumerate() {
        let page = Document::page(move || tags::render_tag(context, index));
        put(tag.route(), page.with_number(numbers.of_list(&tag.name, &tag.posts)));
    }
    put(ROUTE.to_owned(), of_all(Document::page(move || search::render(context))));
    put(NOT_FOUND.to_owned(), of_all(Document::page(move || not_found::render(context))));
    for (index, (page, rendered)) in site.pages.iter().zip(context.pages).enumerate() {
        let document = Document::page_of(&page.body.path, rendered, move || page::render(context, index));
        put(page.route(), document.with_number(numbers.of_page(index)));
    }
    for (index, (post, rendered)) in site.posts.iter().zip(context.posts).enumerate() {
        let page = Document::page_of(&post.body.path, rendered, move || post::render(context, index));
        put(
            post.route(),
            page.with_number(numbers.of_post(site, index, &context.backlinks[index]))
                .with_alternate(post.markdown_route()),
        );
        let markdown = Document::markdown(move || post::markdown(context, index), &post.body.path);
        put(post.markdown_route(), markdown);
    }
}
