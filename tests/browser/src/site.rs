//! The site under test, and what a step gives.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

/// What a step gives, or why it could not be done at all. What is wrong with a page is a finding, no error.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The site under test, and where pictures of it go.
pub struct Site {
    pub base: String,
    pub output: PathBuf,
}

impl Site {
    /// A folder for a browser's profile, empty.
    pub fn profile(&self, name: &str) -> Outcome<PathBuf> {
        let folder = self.output.join("profiles").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        Ok(fs::canonicalize(folder)?)
    }
}
