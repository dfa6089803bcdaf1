//! The site with its rendered texts, which views, feeds and checks read.

use std::sync::Arc;

use crate::assets::Preview;
use crate::markdown::Rendered;
use crate::media::Cards;
use crate::model::Site;
use crate::theme::Theme;

/// The model, the theme, and what was rendered from the texts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RenderedSite<'a> {
    /// The model.
    pub(crate) site: &'a Site,
    /// The style sheets and the wordmark.
    pub(crate) theme: &'a Theme,
    /// The rendered posts, by the index of the post.
    pub(crate) posts: &'a [Arc<Rendered>],
    /// The rendered standing pages, by the index of the page.
    pub(crate) pages: &'a [Arc<Rendered>],
    /// The pictures of the posts for other sites, by the index of the post.
    pub(crate) previews: &'a [Option<Arc<Preview>>],
    /// The drawings of the posts as thumbnails, by the index of the post.
    pub(crate) faces: &'a [Option<Arc<str>>],
    /// The cards of the pages.
    pub(crate) cards: &'a Cards,
    /// Whether a text has a figure that is a program. Each page asks.
    pub(crate) has_models: bool,
}
