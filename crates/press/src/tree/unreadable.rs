//! Why something in the folder of the content cannot be read, and what to do.

use std::fmt;
use std::io;

/// Why a file or a folder of the content cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The file system reports an error.
    Failed(String),
    /// A link leads to nothing.
    LeadsNowhere,
    /// A link leads to a folder that it is in.
    LeadsBack,
    /// It is a pipe, a socket or a device. Reading it could wait for ever.
    Special,
    /// The name is not UTF-8, so that nothing can refer to it.
    Name,
}

impl Unreadable {
    /// A failure of the file system.
    pub(super) fn failed(error: &io::Error) -> Self {
        Self::Failed(error.to_string())
    }

    /// What to do.
    pub(crate) fn help(&self) -> &'static str {
        match self {
            Self::Failed(_) => "make it readable for you, or remove it",
            Self::LeadsNowhere => "remove the link, or bring back what it leads to",
            Self::LeadsBack | Self::Special => "remove it",
            Self::Name => "rename it",
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => write!(f, "this cannot be read: {error}"),
            Self::LeadsNowhere => f.write_str("this link leads nowhere"),
            Self::LeadsBack => f.write_str("this link leads back to a folder that it is in"),
            Self::Special => f.write_str("this is neither a file nor a folder"),
            Self::Name => f.write_str("this file name is not UTF-8"),
        }
    }
}
