//! `/models`: the figures of the site that are programs, each with its still and a link to the post where it runs.

use maud::{Markup, html};

use super::head::{self, Head};
use super::routes::MODELS;
use super::{layout, lists};
use crate::markdown::{ShownModel, bind, inline_html};
use crate::rendered_site::RenderedSite;
use crate::theme::Sheets;

/// The page.
pub(super) fn render(context: RenderedSite) -> String {
    let words = &context.site.settings.words;
    let (name, description) = (&*words.pages.models, &*words.gallery.description);
    let head = Head {
        json_ld: vec![head::breadcrumbs(context, &[(name, MODELS)])],
        ..Head::new(Some(name), description, MODELS, Sheets::Gallery)
    };
    layout::render(context, &head, &context.views.models(context))
}

/// The content of its `<main>`.
pub(super) fn main(context: RenderedSite) -> Markup {
    let posts = context.site.posts.iter().map(|post| Text {
        title: &post.title,
        route: post.route(),
        hue: lists::post_hue(post),
    });
    let pages = context.site.pages.iter().map(|page| Text { title: &page.title, route: page.route(), hue: None });
    let texts = posts.zip(context.posts).chain(pages.zip(context.pages));
    // Nothing leads to the page of unknown addresses.
    let texts: Vec<_> = texts.filter(|(text, _)| text.route.starts_with('/')).collect();
    let words = &context.site.settings.words;
    let (name, description) = (&*words.pages.models, &*words.gallery.description);
    html! {
        h1 { (name) }
        p.lede { (description) }
        ul.gallery {
            @for (text, rendered) in &texts {
                @for model in &rendered.models { li class=[&text.hue] { (entry(context, text, model)) } }
            }
        }
    }
}

/// What has a model: a post or a standing page.
struct Text<'a> {
    title: &'a str,
    route: String,
    hue: Option<String>,
}

fn entry(context: RenderedSite, text: &Text, model: &ShownModel) -> Markup {
    let link = format!("{}#{}", text.route, model.id);
    html! {
        h2 { a href=(context.href(&link)) { (bind(text.title)) } }
        a href=(context.href(&link)) {
            img src=(context.href(&model.still)) width=(model.size.0) height=(model.size.1) alt=(model.alt) loading="lazy";
        }
        p { (layout::raw(&inline_html(&model.caption))) }
    }
}
