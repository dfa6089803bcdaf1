//! Drives browsers through every page of a running site and says what a reader would stumble over.
//!
//! 1. `pages` reads the sitemap.
//! 2. `matrix` opens every page and looks at it in every width, scheme and font size (`survey.js`, which runs in the page).
//! 3. `conditions` does the same for readers with other needs: forced colours, much zoom, no JavaScript.
//! 4. `journeys`, `copy` and `print` do what readers do; `models` drives the figures that run; `preview` is an author's journey; `https` is the site over TLS.
//! 5. `findings` lists what is wrong, `pictures` shows what was looked at.
//!
//! `chromium` and `firefox` are the two ways to a `tab`, over a `socket` to a `process`.

mod chromium;
mod conditions;
mod copy;
mod findings;
mod firefox;
mod https;
mod journeys;
mod matrix;
mod models;
mod outside;
mod pages;
mod pictures;
mod preview;
mod print;
mod process;
mod site;
mod socket;
mod tab;
mod weigh;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use chromium::{Chromium, ChromiumTab};
use findings::Findings;
use firefox::Firefox;
use journeys::Journey;
use outside::Tools;
use site::{Outcome, Site};
use tab::{FONTS, SCHEMES, Scheme, View, WIDTHS};

const HELP: &str =
    "usage: browser BASE OUTPUT [chromium | firefox | models | outside FOLDER | weigh KIND=PATH… |
                           preview FOLDER | https ADDRESS REDIRECT KEY | --pictures FOLDER]

BASE     the address of a running site, for example http://127.0.0.1:8080
OUTPUT   the folder for pictures and findings
Both browsers are driven unless one is named. `models` drives the figures that run. `outside` has axe, Readability and Lighthouse
look at the pages: FOLDER has their node_modules and lighthouse.mjs. `weigh` measures
pages as a slow phone sees them, and writes OUTPUT/weigh.json. `preview` edits the site in FOLDER, of which BASE is the preview. `https` reads the same
site at two more addresses, over TLS and redirected to it; KEY is the digest of the certificate's public key. --pictures takes the README's pictures.";

/// Tabs at the same time; the machines of CI have two cores.
const TABS: usize = 3;
/// Firefoxes at the same time.
const FIREFOXES: usize = 2;

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
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let [base, output, rest @ ..] = arguments.as_slice() else { return Err(HELP.into()) };
    let site = Site { base: (*base).to_owned(), output: output.into() };
    fs::create_dir_all(&site.output)?;
    if let ["weigh", pages @ ..] = rest {
        let chromium = Chromium::start(&site.profile("chromium")?)?;
        let weights = weigh::all(&chromium, &site.base, pages)?;
        fs::write(site.output.join("weigh.json"), weights.to_string())?;
        return Ok(Findings::default());
    }
    let paths = pages::list(&site.base)?;
    let mut findings = Findings::default();
    match rest {
        ["--pictures", folder] => {
            let chromium = Chromium::start(&site.profile("chromium")?)?;
            pictures::of_the_readme(&chromium, &site, &paths, folder.as_ref())?;
        }
        [] => {
            findings.extend(in_chromium(&site, &paths)?);
            findings.extend(in_firefox(&site, &paths)?);
        }
        ["outside", folder] => findings.extend(by_outside_tools(&site, &paths, folder.as_ref())?),
        ["preview", folder] => {
            let chromium = Chromium::start(&site.profile("chromium")?)?;
            findings.extend(preview::all(&mut chromium.tab()?, &site, folder.as_ref())?);
        }
        ["https", address, redirect, key] => findings.extend(over_https(&site, &paths, [address, redirect, key])?),
        ["models"] => findings.extend(models::all(&Chromium::start(&site.profile("chromium")?)?, &site)?),
        ["chromium"] => findings.extend(in_chromium(&site, &paths)?),
        ["firefox"] => findings.extend(in_firefox(&site, &paths)?),
        _ => return Err(HELP.into()),
    }
    // A browser's children may still be writing. What is left is removed by the next run.
    let _ = fs::remove_dir_all(site.output.join("profiles"));
    let list = site.output.join("findings.md");
    fs::write(&list, findings.table())?;
    println!("browser: {} findings, in {}", findings.len(), list.display());
    if !findings.is_empty() {
        print!("{}", findings.table());
    }
    Ok(findings)
}

fn in_chromium(site: &Site, paths: &[String]) -> Outcome<Findings> {
    if !process::is_installed("chromium") {
        println!("browser: SKIPPED: everything in Chromium, which is not installed");
        return Ok(Findings::default());
    }
    let begin = Instant::now();
    pictures::clear(&site.output)?;
    let chromium = Chromium::start(&site.profile("chromium")?)?;
    let queue = Mutex::new(paths.to_vec());
    let mut findings = together(TABS, || {
        let mut tab = chromium.tab()?;
        let mut findings = Findings::default();
        while let Some(path) = next(&queue) {
            // One page that a browser cannot deal with says nothing about the others.
            if let Err(error) = look_at(&mut tab, site, &path, &mut findings) {
                findings.add(&path, "cannot be looked at", &error.to_string(), None);
            }
        }
        Ok(findings)
    })?;
    println!("browser: Chromium saw {} pages in {} s", paths.len(), begin.elapsed().as_secs());
    findings.extend(print::all(&mut chromium.tab()?, site, paths)?);
    findings.extend(journeys::all(&mut chromium.tab()?, site, paths)?);
    let mut journey = Journey { tab: &mut chromium.tab()?, site, findings: Findings::default() };
    copy::code(&mut journey, paths)?;
    findings.extend(journey.findings);
    findings.extend(models::all(&chromium, site)?);
    pictures::contact_sheet(&chromium, &site.output)?;
    println!("browser: Chromium took {} s", begin.elapsed().as_secs());
    println!("browser: contact sheet: {}", site.output.join("contact.html").display());
    Ok(findings.in_browser("Chromium"))
}

/// A page in every view and under every condition.
fn look_at(tab: &mut ChromiumTab, site: &Site, path: &str, findings: &mut Findings) -> Outcome<()> {
    for font in FONTS {
        matrix::survey_page(tab, site, path, &views(font, &SCHEMES), findings)?;
    }
    conditions::all(tab, site, path, findings)
}

/// The site over TLS, in both browsers. Options of theirs make them trust its certificate.
fn over_https(site: &Site, paths: &[String], [address, redirect, key]: [&str; 3]) -> Outcome<Findings> {
    let secure = Site { base: address.to_owned(), output: site.output.clone() };
    let mut findings = Findings::default();
    if process::is_installed("chromium") {
        let chromium = Chromium::start_trusting(&site.profile("chromium")?, key)?;
        findings.extend(https::all(&mut chromium.tab()?, &secure, redirect, paths)?.in_browser("Chromium"));
        println!("browser: Chromium has read the site over HTTPS");
    } else {
        println!("browser: SKIPPED: HTTPS in Chromium, which is not installed");
    }
    if process::is_installed("firefox-esr") {
        let view = View { font: FONTS[0], width: WIDTHS[4], scheme: Scheme::Light };
        let mut firefox = Firefox::start(&site.profile("firefox")?, view)?;
        findings.extend(https::all(&mut firefox, &secure, redirect, paths)?.in_browser("Firefox"));
        println!("browser: Firefox has read the site over HTTPS");
    } else {
        println!("browser: SKIPPED: HTTPS in Firefox, which is not installed");
    }
    Ok(findings)
}

fn by_outside_tools(site: &Site, paths: &[String], folder: &Path) -> Outcome<Findings> {
    if !process::is_installed("chromium") {
        println!("browser: SKIPPED: axe and Readability, since Chromium is not installed");
        return Ok(Findings::default());
    }
    let begin = Instant::now();
    let tools = Tools::load(folder)?;
    let chromium = Chromium::start(&site.profile("chromium")?)?;
    let queue = Mutex::new(paths.to_vec());
    let mut findings = together(TABS, || {
        let mut tab = chromium.tab()?;
        let mut findings = Findings::default();
        while let Some(path) = next(&queue) {
            tools.inspect(&mut tab, &site.base, &path, &mut findings)?;
        }
        Ok(findings)
    })?;
    println!("browser: axe and Readability read {} pages in {} s", paths.len(), begin.elapsed().as_secs());
    drop(chromium);
    findings.extend(outside::lighthouse(folder, &site.base, paths)?);
    println!("browser: Lighthouse was done after {} s", begin.elapsed().as_secs());
    Ok(findings)
}

fn in_firefox(site: &Site, paths: &[String]) -> Outcome<Findings> {
    if !process::is_installed("firefox-esr") {
        println!("browser: SKIPPED: everything in Firefox, which is not installed");
        return Ok(Findings::default());
    }
    let begin = Instant::now();
    let kinds: Vec<_> = FONTS.into_iter().flat_map(|font| SCHEMES.map(|scheme| (font, scheme))).collect();
    let queue = Mutex::new(kinds);
    let findings = together(FIREFOXES, || {
        let mut findings = Findings::default();
        while let Some((font, scheme)) = next(&queue) {
            findings.extend(in_one_firefox(site, paths, font, scheme)?);
        }
        Ok(findings)
    })?;
    println!("browser: Firefox took {} s", begin.elapsed().as_secs());
    Ok(findings.in_browser("Firefox"))
}

/// All that is done with one font size and one scheme, which are fixed when Firefox starts.
fn in_one_firefox(site: &Site, paths: &[String], font: u32, scheme: Scheme) -> Outcome<Findings> {
    let views = views(font, &[scheme]);
    let profile = site.profile(&format!("firefox-{font}-{scheme}"))?;
    let mut firefox = Firefox::start(&profile, views[0])?;
    let mut findings = Findings::default();
    for path in paths {
        matrix::survey_page(&mut firefox, site, path, &views, &mut findings)?;
    }
    if (font, scheme) == (FONTS[0], Scheme::Light) {
        findings.extend(journeys::all(&mut firefox, site, paths)?);
    }
    Ok(findings)
}

/// All widths with a font size and some schemes.
fn views(font: u32, schemes: &[Scheme]) -> Vec<View> {
    WIDTHS
        .into_iter()
        .flat_map(|width| schemes.iter().map(move |scheme| View { font, width, scheme: *scheme }))
        .collect()
}

/// Takes one from the queue.
fn next<T>(queue: &Mutex<Vec<T>>) -> Option<T> {
    queue.lock().ok()?.pop()
}

/// Runs the same work in several threads, and collects what they find.
fn together(threads: usize, work: impl Fn() -> Outcome<Findings> + Sync) -> Outcome<Findings> {
    let mut findings = Findings::default();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        for thread in threads {
            findings.extend(thread.join().map_err(|_| "a thread panicked")??);
        }
        Ok(findings)
    })
}
