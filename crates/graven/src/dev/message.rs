//! The messages to the desk, and its answers.

use std::path::PathBuf;
use std::sync::Arc;

use graven_serve::Site;
use tokio::sync::oneshot::Sender;

/// A message to the desk.
pub(super) enum Message {
    /// Files changed, at these paths below the folder; an empty path is the whole folder.
    Changed(Vec<PathBuf>),
    /// A browser asks for a path.
    Page { path: String, reply: Sender<Answer> },
}

/// What a request is answered from.
pub(super) enum Answer {
    /// A site that has the page, and the version of the preview.
    Site { site: Arc<Site>, version: String },
    /// No site could be pressed since the start: the report.
    Problem(String),
}
