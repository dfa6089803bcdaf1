//! How far press is, on a terminal: a build that has nothing in its cache may take minutes.

use graven_press::progress::{Progress, Step};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

/// A bar on standard error, if that is a terminal. It goes when press is done.
pub(crate) fn bar() -> Progress {
    let style = |template| ProgressStyle::with_template(template).expect("the templates are valid");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let bar = bar.with_style(style("{msg}")).with_finish(ProgressFinish::AndClear);
    Progress::to(move |step| match step {
        Step::Texts(count) => bar.set_message(format!("rendering {count} texts")),
        Step::Check(count) => bar.set_message(format!("checking {count} documents")),
        Step::Encoded { done, all } => {
            if done == 1 {
                bar.set_style(style("compressing {wide_bar} {human_pos} of {human_len}, {eta} left"));
                bar.set_length(all as u64);
                bar.reset_eta();
            }
            bar.set_position(done as u64);
        }
        _ => {}
    })
}
