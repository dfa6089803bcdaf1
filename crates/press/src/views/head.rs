//! The `<head>`: title, description, canonical URL, Open Graph and Twitter fields, JSON-LD, the feeds, the script, and the inline
//! style sheet; what the site adds.

use maud::{Markup, PreEscaped, html};
use serde_json::{Value, json};

use super::credits;
pub(super) use super::metadata::{Article, Head};
use crate::assets::Preview;
use crate::media::{FAVICON, HEIGHT, MANIFEST, TOUCH_ICON, WIDTH};
use crate::rendered_site::RenderedSite;

pub(super) fn render(context: RenderedSite, head: &Head) -> Markup {
    let settings = &context.site.settings;
    let title = head.title.map_or_else(|| settings.title.clone(), |title| format!("{title} · {}", settings.title));
    html! {
        meta charset="utf-8";
        title { (title) }
        meta name="viewport" content="width=device-width, initial-scale=1";
        @if !head.description.is_empty() { meta name="description" content=(head.description); }
        (credits::meta(head.article.as_ref().map_or(settings.author.as_slice(), |article| article.authors)))
        @if head.path.starts_with('/') {
            link rel="canonical" href=(settings.url(head.path));
        } @else {
            meta name="robots" content="noindex";
        }
        (icons(context))
        link rel="alternate" type="application/atom+xml" title=(settings.title) href=(context.href("/feed.xml"));
        link rel="alternate" type="application/rss+xml" title=(settings.title) href=(context.href("/rss.xml"));
        link rel="alternate" type="application/feed+json" title=(settings.title) href=(context.href("/feed.json"));
        @if let Some(feed) = &head.feed { link rel="alternate" type="application/atom+xml" title=(title) href=(context.href(feed)); }
        link rel="search" type="application/opensearchdescription+xml" title=(settings.title) href=(context.href("/opensearch.xml"));
        (open_graph(context, head))
        @for value in &head.json_ld { script type="application/ld+json" { (PreEscaped(script_text(value))) } }
        (script(context))
        style { (PreEscaped(context.theme.css(head.sheets))) }
        (PreEscaped(&context.theme.head))
    }
}

/// The theme's script. It is fetched while the page is read, and runs after it.
fn script(context: RenderedSite) -> Markup {
    html! {
        @if let Some(script) = &context.theme.script {
            script { (PreEscaped(&script.first)) }
            script defer src=(context.href(&script.route)) {}
        }
    }
}

fn open_graph(context: RenderedSite, head: &Head) -> Markup {
    let settings = &context.site.settings;
    let article = head.article.as_ref();
    html! {
        meta property="og:site_name" content=(settings.title);
        meta property="og:title" content=(head.title.unwrap_or(&settings.title));
        @if !head.description.is_empty() { meta property="og:description" content=(head.description); }
        meta property="og:type" content=(if article.is_some() { "article" } else { "website" });
        @if head.path.starts_with('/') { meta property="og:url" content=(settings.url(head.path)); }
        @if let Some(article) = article {
            @if let Some(date) = &article.published { meta property="article:published_time" content=(date); }
            @if let Some(date) = &article.modified { meta property="article:modified_time" content=(date); }
            @for tag in &article.tags { meta property="article:tag" content=(tag); }
            link rel="alternate" type="text/markdown" href=(context.href(&article.markdown));
        }
        @if head.path.starts_with('/') { (picture(context, head)) }
    }
}

/// The picture that other sites show with a link to the page: that of the front matter, or else the page's card.
fn picture(context: RenderedSite, head: &Head) -> Markup {
    let settings = &context.site.settings;
    let (own, card) = (head.article.as_ref().and_then(|article| article.image), context.cards.of(head.path));
    let (url, alt) = match own {
        Some(preview) => (settings.url(preview.route()), head.title.unwrap_or(&settings.title)),
        None => (settings.url(&card.route), card.alt.as_str()),
    };
    let size = own.map_or(Some((WIDTH, HEIGHT)), Preview::size);
    html! {
        meta property="og:image" content=(url);
        @if own.is_none() { meta property="og:image:type" content="image/png"; }
        @if let Some((width, height)) = size {
            meta property="og:image:width" content=(width);
            meta property="og:image:height" content=(height);
        }
        meta property="og:image:alt" content=(alt);
        meta name="twitter:card" content="summary_large_image";
        meta name="twitter:image" content=(url);
        meta name="twitter:image:alt" content=(alt);
    }
}

/// The icons, and the colour of the browser's own parts around the page.
fn icons(context: RenderedSite) -> Markup {
    let colours = &context.theme.colours;
    html! {
        link rel="icon" href=(context.href(FAVICON)) type="image/svg+xml";
        link rel="apple-touch-icon" href=(context.href(TOUCH_ICON));
        link rel="manifest" href=(context.href(MANIFEST));
        meta name="theme-color" content=(colours.paper.light) media="(prefers-color-scheme: light)";
        meta name="theme-color" content=(colours.paper.dark) media="(prefers-color-scheme: dark)";
    }
}

/// JSON as the text of a script element, with `<` escaped, so that nothing in it can end the element.
fn script_text(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// The `BreadcrumbList` of schema.org: names and paths from below the first page to this one.
pub(super) fn breadcrumbs(context: RenderedSite, trail: &[(&str, &str)]) -> Value {
    let settings = &context.site.settings;
    let items: Vec<Value> = [(settings.title.as_str(), "/")]
        .iter()
        .chain(trail)
        .enumerate()
        .map(|(index, (name, path))| {
            json!({ "@type": "ListItem", "position": index + 1, "name": name, "item": settings.url(path) })
        })
        .collect();
    json!({ "@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structured_data_cannot_end_its_script_element() {
        assert_eq!(script_text(&json!("</script>")), r#""\u003c/script>""#);
    }
}
