//! `graven check --links`: whether the links to other sites lead somewhere. Politely: one request at a time to each host, with a pause after it; what is
//! known from an earlier check is not asked for again. Whatever is found is a warning, since it is not in the author's hands.
//!
//! 1. [`address`] leaves out what no other machine can reach, or what is only an example.
//! 2. [`known`] remembers what earlier checks found.
//! 3. [`fetch`] asks for the rest, at the [`pace`] of each host.

mod address;
mod fetch;
mod known;
mod pace;

use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::sync::Mutex;
use std::thread;
use std::time::SystemTime;

use graven_press::cache::Cache;
use graven_press::diagnostic::{Diagnostic, Report};
use graven_press::incremental::OutsideLink;

use self::address::Address;
use self::fetch::{Checker, Limits, Verdict};
use self::known::Known;
use crate::error;

/// How many hosts are asked at the same time. Checking waits for the slowest of them, not for the processor.
const WORKERS: NonZero<usize> = NonZero::new(16).expect("it is not zero");

/// The file in the user's cache that has what earlier checks found.
const KNOWN: &str = "links.json";

/// Checks the links of a site, and adds a warning for each place of one that is dead or has moved.
pub(super) fn warn(links: &[OutsideLink], report: &mut Report) {
    let file = Cache::of_user().named(KNOWN);
    let mut known = file.as_deref().map(|file| Known::read(file, SystemTime::now())).unwrap_or_default();
    let unknown = unknown(links, &known);
    if !unknown.is_empty() {
        let count: usize = unknown.values().map(Vec::len).sum();
        error::say(format_args!("asking {} hosts for {count} links to other sites", unknown.len()));
    }
    let found = check(unknown, &Checker::new(Limits::default(), address::is_public));
    if is_offline(&found) {
        let message = "no link to another site could be checked: no host can be found";
        report.push(Diagnostic::warning("", None, message).help("check again when this machine has a network"));
    } else {
        known.add(found, SystemTime::now());
    }
    if let Some(file) = file {
        // Without it, the next check takes as long as this one.
        let _ = known.write(&file);
    }
    for link in links {
        warn_of(link, &known, report);
    }
}

/// What has to be asked for, by host.
fn unknown(links: &[OutsideLink], known: &Known) -> BTreeMap<String, Vec<Address>> {
    let mut hosts: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    for address in links.iter().filter_map(|link| Address::of(&link.url)) {
        if known.get(&address.url).is_none() {
            let addresses = hosts.entry(address.host.clone()).or_default();
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
    hosts
}

/// Asks for all addresses, those of one host one after the other.
fn check(hosts: BTreeMap<String, Vec<Address>>, checker: &Checker) -> HashMap<String, Verdict> {
    let workers = WORKERS.get().min(hosts.len());
    // Hosts with many links first: they take longest.
    let mut queue: Vec<_> = hosts.into_values().collect();
    queue.sort_by_key(Vec::len);
    let (queue, found) = (Mutex::new(queue), Mutex::new(HashMap::new()));
    let next = || queue.lock().ok()?.pop();
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(addresses) = next() {
                    for address in addresses {
                        let verdict = checker.judge(&address);
                        if let Ok(mut found) = found.lock() {
                            found.insert(address.url, verdict);
                        }
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_default()
}

/// Whether everything that was asked for has no host: then it is this machine that has no network.
fn is_offline(found: &HashMap<String, Verdict>) -> bool {
    found.len() > 1 && found.values().all(|verdict| *verdict == Verdict::NoHost)
}

fn warn_of(link: &OutsideLink, known: &Known, report: &mut Report) {
    let Some(verdict) = Address::of(&link.url).and_then(|address| known.get(&address.url)) else { return };
    let url = &link.url;
    let warning = |message: String| Diagnostic::warning(link.path.as_str(), link.span.clone(), message);
    match verdict {
        Verdict::Good | Verdict::Unclear => {}
        Verdict::Moved(to) => {
            // The part of the page is not sent, and stays the same.
            let fragment = url.find('#').filter(|_| !to.contains('#')).map_or("", |at| &url[at..]);
            let warning = warning(format!("the link {url:?} has moved for good"));
            report.push(warning.help(format!("link to {:?}", format!("{to}{fragment}"))).code("moved-link"));
        }
        Verdict::NoHost => {
            let warning = warning(format!("the link {url:?} is dead")).label("there is no such host");
            report.push(warning.help("correct or remove it").code("dead-link"));
        }
        Verdict::Dead(why) => {
            let warning = warning(format!("the link {url:?} is dead")).label(why.as_str());
            report.push(warning.help("correct or remove it").code("dead-link"));
        }
    }
}

#[cfg(test)]
mod tests;
