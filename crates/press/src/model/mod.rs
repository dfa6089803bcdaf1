//! The model of the site: the settings, topics and texts, sorted and linked. Markdown, views and feeds read it and do not change it.

mod build;
mod names;
mod routes;
mod schedule;
mod site;

pub use build::build;
pub(crate) use names::Names;
pub use names::{Meant, Named};
pub use site::{Post, RELATED, Series, Site, StandingPage, Tag, Topic};
