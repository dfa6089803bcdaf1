//! `graven check --links`: whether the links to other sites lead somewhere. Politely: one request at a time to each host, with a pause after it; what is
//! known from an earlier check is not asked for again. Whatever is found is a warning, since it is not in the author's hands.
//!
//! 1. [`address`] leaves out what no other machine can reach, or what is only an example. [`reference`] has its parts, [`host`] its name as resolvers take it.
//! 2. [`known`] remembers what earlier checks found.
//! 3. [`fetch`] asks for the rest, at the [`pace`] of each host, and looks for the [`parts`] of pages that links name. [`resolver`] keeps it out of private networks.

mod address;
mod fetch;
mod host;
mod known;
mod pace;
mod parts;
mod reference;
mod resolver;

use std::collections::{BTreeMap, BTreeSet, HashMap};
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

/// An address, and the parts of its page that are looked for.
#[derive(Debug)]
struct Asked {
    address: Address,
    parts: BTreeSet<String>,
}

/// What has to be asked for, by host.
fn unknown(links: &[OutsideLink], known: &Known) -> BTreeMap<String, Vec<Asked>> {
    let mut hosts: BTreeMap<String, Vec<Asked>> = BTreeMap::new();
    for (address, url) in links.iter().filter_map(|link| Some((Address::of(&link.url)?, &link.url))) {
        let part = parts::wanted(url, &address.host);
        if known.get(&address.url).is_some() && part.is_none_or(|part| known.get(&of_part(&address, part)).is_some()) {
            continue;
        }
        let host = hosts.entry(address.host.clone()).or_default();
        let at = host.iter().position(|asked| asked.address == address).unwrap_or_else(|| {
            host.push(Asked { address, parts: BTreeSet::new() });
            host.len() - 1
        });
        host[at].parts.extend(part.map(str::to_owned));
    }
    hosts
}

/// By what the verdict on a part of a page is known.
fn of_part(address: &Address, part: &str) -> String {
    format!("{}#{part}", address.url)
}

/// Asks for all addresses, those of one host one after the other.
fn check(hosts: BTreeMap<String, Vec<Asked>>, checker: &Checker) -> HashMap<String, Verdict> {
    let workers = WORKERS.get().min(hosts.len());
    // Hosts with many links first: they take longest.
    let mut queue: Vec<_> = hosts.into_values().collect();
    queue.sort_by_key(Vec::len);
    let (queue, found) = (Mutex::new(queue), Mutex::new(HashMap::new()));
    let next = || queue.lock().ok()?.pop();
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(host) = next() {
                    for Asked { address, parts } in host {
                        let judged = checker.judge(&address, &parts);
                        if let Ok(mut found) = found.lock() {
                            found.extend(
                                judged.parts.into_iter().map(|(part, found)| (of_part(&address, &part), found)),
                            );
                            found.insert(address.url, judged.page);
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
    let mut pages = found.iter().filter(|(url, _)| !url.contains('#'));
    pages.clone().count() > 1 && pages.all(|(_, verdict)| *verdict == Verdict::NoHost)
}

fn warn_of(link: &OutsideLink, known: &Known, report: &mut Report) {
    let url = &link.url;
    let warning = |message: String| Diagnostic::warning(link.path.as_str(), link.span.clone(), message);
    if Address::parse(url).is_none() {
        let warning =
            warning(format!("the link {url:?} was not checked")).label("its host has no form that can be asked");
        report.push(warning.help("correct it, or try it in a browser").code("unchecked-link"));
    }
    let Some(address) = Address::of(url) else { return };
    let dead = |label: &str| {
        let warning = warning(format!("the link {url:?} is dead")).label(label);
        warning.help("correct or remove it").code("dead-link")
    };
    match known.get(&address.url) {
        Some(Verdict::Moved(to)) => {
            // The part of the page is not sent, and stays the same.
            let fragment = url.find('#').filter(|_| !to.contains('#')).map_or("", |at| &url[at..]);
            let warning = warning(format!("the link {url:?} has moved for good"));
            report.push(warning.help(format!("link to {:?}", format!("{to}{fragment}"))).code("moved-link"));
        }
        Some(Verdict::NoHost) => report.push(dead("there is no such host")),
        Some(Verdict::Dead(why)) => report.push(dead(why)),
        Some(Verdict::Good | Verdict::Unclear | Verdict::NoPart(_)) | None => {}
    }
    let Some(part) = parts::wanted(url, &address.host) else { return };
    if let Some(Verdict::NoPart(near)) = known.get(&of_part(&address, part)) {
        let warning = warning(format!("the link {url:?} leads to no part of its page"));
        let help = match near {
            Some(near) => format!("did you mean \"#{near}\"?"),
            None => "link to the page, or to a part that it has".to_owned(),
        };
        report.push(warning.label(format!("no element there has the id {part:?}")).help(help).code("missing-part"));
    }
}

#[cfg(test)]
mod tests;
