//! What press does now, for a program that shows it.

use std::fmt;
use std::sync::Arc;

/// A step of a press.
///
/// Time is in the last: with all codings, compression takes nineteen twentieths of a press that has nothing in its cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The texts of this many posts and pages become HTML.
    Texts(usize),
    /// The references of this many pages, files and redirects are checked.
    Check(usize),
    /// Of all pages, files and redirects, so many are compressed or drawn, and written.
    Encoded {
        /// From one to `all`, each once, in order.
        done: usize,
        /// The number of all.
        all: usize,
    },
}

/// A listener for the steps of a press. The default ignores them.
///
/// It is called in the thread that called press, at the beginning of a step, and after each document that is encoded; so it should return soon. What is
/// pressed does not depend on it.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use std::sync::Arc;
///
/// use graven_press::cache::Cache;
/// use graven_press::progress::{Progress, Step};
/// use graven_press::tree::SourceTree;
/// use graven_press::{Options, press};
///
/// let mut tree = SourceTree::default();
/// tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
///
/// let encoded = Arc::new(AtomicUsize::new(0));
/// let count = Arc::clone(&encoded);
/// let progress = Progress::to(move |step| {
///     if let Step::Encoded { done, all } = step {
///         assert!(done <= all);
///         count.store(done, Ordering::Relaxed);
///     }
/// });
/// let options = Options { progress, ..Options::default() };
/// press(&tree, &options, &Cache::none()).map_err(|report| report.render(&tree, "content/"))?;
/// assert!(encoded.load(Ordering::Relaxed) > 10, "pages, feeds, icons");
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Default)]
pub struct Progress(Option<Arc<dyn Fn(Step) + Send + Sync>>);

impl Progress {
    /// Calls `listener` with each step.
    #[must_use]
    pub fn to(listener: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }

    pub(crate) fn report(&self, step: Step) {
        if let Some(listener) = &self.0 {
            listener(step);
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "listening" } else { "ignored" })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::cache::Cache;
    use crate::options::{Codings, Options};
    use crate::tree::SourceTree;

    #[test]
    fn every_output_is_counted_once_and_in_order_after_the_other_steps() {
        let mut tree = SourceTree::default();
        tree.insert("site.toml", "title = \"Notes\"\ndescription = \"What I learnt.\"\n");
        for post in 0..400 {
            let text =
                format!("+++\ntitle = \"Post {post}\"\ndescription = \"A text.\"\ndate = 2025-11-28\n+++\nText.\n");
            tree.insert(format!("posts/{post}.md"), text);
        }
        let steps = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&steps);
        let progress = Progress::to(move |step| told.lock().expect("no test panics here").push(step));
        let options = Options { codings: Codings::Identity, progress, ..Options::default() };
        let pressed = crate::press(&tree, &options, &Cache::none()).expect("no errors");
        let steps = steps.lock().expect("no test panics here");
        let routes = crate::Pack::open(&pressed.pack).expect("a pack").len();
        assert!(routes > 800, "a page and its Markdown for each post: {routes}");
        assert_eq!(steps[0], Step::Texts(400));
        assert!(matches!(steps[1], Step::Check(_)), "{:?}", &steps[..2]);
        // The search index is made meanwhile.
        let all = routes - 1;
        let encoded: Vec<Step> = (1..=all).map(|done| Step::Encoded { done, all }).collect();
        assert!(steps[2..] == encoded);
    }
}
