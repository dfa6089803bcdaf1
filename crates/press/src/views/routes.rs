//! The routes that several views link to, and that have no type of their own.

/// The page about the feeds.
pub(super) const SUBSCRIBE: &str = "/subscribe";

/// The page of the figures that are programs.
pub(super) const MODELS: &str = "/models";
