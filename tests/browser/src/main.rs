//! Drives browsers through every page of a running site and says what a reader would stumble over.
//!
//! 1. `pages` reads the sitemap.
//! 2. `matrix` opens every page and looks at it in every width, scheme and font size (`survey.js`, which runs in the page).
//! 3. `findings.md` in the output folder lists what was found.
//!
//! Usage: `browser BASE OUTPUT`, for example `browser http://127.0.0.1:8080 target/browser`

mod chromium;
mod findings;
mod matrix;
mod pages;
mod process;
mod socket;
mod tab;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use chromium::Chromium;
use findings::Findings;
use tab::View;

/// What a step gives, or why it could not be done at all. What is wrong with a page is a finding, no error.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Tabs at the same time; the machines of CI have two cores.
const TABS: usize = 3;

/// The site under test, and where pictures of it go.
pub struct Site {
    base: String,
    output: PathBuf,
}

impl Site {
    /// Views of which a picture is kept.
    fn is_pictured(&self, view: View) -> bool {
        let _ = self;
        (view.font == 16 && [390, 1440].contains(&view.width)) || (view.font == 24 && view.width == 320)
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(findings) if findings.is_empty() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("browser: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<Findings> {
    let mut arguments = std::env::args().skip(1);
    let (Some(base), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("usage: browser BASE OUTPUT".into());
    };
    let site = Site { base, output: output.into() };
    std::fs::create_dir_all(&site.output)?;
    let begin = Instant::now();
    let paths = pages::list(&site.base)?;
    let chromium = Chromium::start(&site.output.join("profile"))?;
    let findings = in_tabs(&chromium, &site, paths.clone())?;
    println!("browser: Chromium, {} pages: {} findings, {:?}", paths.len(), findings.len(), begin.elapsed());
    std::fs::write(site.output.join("findings.md"), findings.table())?;
    Ok(findings)
}

/// Surveys pages in several tabs at the same time.
fn in_tabs(chromium: &Chromium, site: &Site, paths: Vec<String>) -> Outcome<Findings> {
    let queue = Mutex::new(paths);
    let mut findings = Findings::default();
    thread::scope(|scope| {
        let work = || matrix::survey_all(&mut chromium.tab()?, site, &queue);
        let threads: Vec<_> = (0..TABS).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            findings.extend(thread.join().map_err(|_| "a tab's thread panicked")??);
        }
        Ok(findings)
    })
}
