//! The model of the site: what the content says, sorted and linked. Markdown, views and feeds read it and add nothing to it.

mod build;
mod routes;
mod site;

pub use build::build;
pub use site::{Post, RELATED, Series, Site, StandingPage, Tag, Topic};
