//! `/models`: the figures of the site that are programs, each with its still and a link to the post where it runs.

use maud::{Markup, html};

use super::head::{self, Head};
use super::routes::MODELS;
use super::{layout, lists};
use crate::markdown::{ShownModel, bind, inline_html};
use crate::rendered_site::RenderedSite;
use crate::theme::{Parts, Sheets};

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
        article {
            header.head {
                h1 { "Models" }
                p.lede { (description) }
            }
            div.prose {
                @for (post, model) in shown {
                    section class=[lists::post_hue(post)] {
                        h2 { a href=(link(&post.route(), model)) { (bind(&post.title)) } }
                        (figure(&post.route(), model))
                    }
                }
            }
        }
    };
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[("Models", MODELS)])],
        ..Head::new(Some("Models"), description, MODELS, Sheets::Article(Parts { model: true, ..Parts::default() }))
    };
    Some(layout::render(context, &head, &main))
}

fn link(route: &str, model: &ShownModel) -> String {
    format!("{route}#{}", model.id)
}

fn figure(route: &str, model: &ShownModel) -> Markup {
    html! {
        figure.fig {
            figcaption { (layout::raw(&inline_html(&model.caption))) }
            a href=(link(route, model)) {
                img.still src=(model.still) width=(model.size.0) height=(model.size.1) alt=(model.alt) loading="lazy";
            }
        }
    }
}
