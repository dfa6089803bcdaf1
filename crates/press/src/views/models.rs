//! `/models`: the figures of the site that are programs, each with its still and a link to the post where it runs.

use maud::{Markup, html};

use super::head::{self, Head};
use super::routes::MODELS;
use super::{layout, lists};
use crate::markdown::{ShownModel, bind, inline_html};
use crate::model::Post;
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

/// The page. `None` if no post has a model.
pub(super) fn render(context: RenderedSite) -> Option<String> {
    let posts = context.site.posts.iter().zip(context.posts);
    let shown: Vec<_> =
        posts.flat_map(|(post, rendered)| rendered.models.iter().map(move |model| (post, model))).collect();
    if shown.is_empty() {
        return None;
    }
    let description = "Systems of the posts as figures that run: drive them, break them, and watch them recover.";
    let main = html! {
        h1 { "Models" }
        p.lede { (description) }
        ul.gallery {
            @for (post, model) in shown {
                li class=[lists::post_hue(post)] { (entry(post, model)) }
            }
        }
    };
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[("Models", MODELS)])],
        ..Head::new(Some("Models"), description, MODELS, Sheets::Gallery)
    };
    Some(layout::render(context, &head, &main))
}

fn link(route: &str, model: &ShownModel) -> String {
    format!("{route}#{}", model.id)
}

fn entry(post: &Post, model: &ShownModel) -> Markup {
    let link = link(&post.route(), model);
    html! {
        h2 { a href=(link) { (bind(&post.title)) } }
        a href=(link) {
            img src=(model.still) width=(model.size.0) height=(model.size.1) alt=(model.alt) loading="lazy";
        }
        p { (layout::raw(&inline_html(&model.caption))) }
    }
}
