//! The views of a site of its own, as an option of a build.

use std::any::Any;
use std::sync::Arc;

use super::theme_views::ThemeViews;
use crate::options::Look;
use crate::rendered_site::Views;

impl Look {
    /// The look that `views` give to a site.
    #[must_use]
    pub fn of(views: impl Views + 'static) -> Self {
        let views: Box<dyn Views> = Box::new(views);
        Self(Some(Arc::new(views)))
    }

    /// The views of the site.
    pub(crate) fn views(&self) -> &dyn Views {
        let Self(Some(views)) = self else { return &ThemeViews };
        let views: &(dyn Any + Send + Sync) = &**views;
        &**views.downcast_ref::<Box<dyn Views>>().expect("nothing else than `of` makes one")
    }
}
