//! The same site over HTTPS: the protocol that browser and server agree on, pages with what they load, the redirect from HTTP, and what readers do.

use serde_json::Value;

use crate::findings::Findings;
use crate::journeys::{self, Journey};
use crate::site::{Outcome, Site};
use crate::tab::Tab;

/// A page whose figures run, if the site has one: they are loaded only when they come near the reader.
const RUNS: &str = "(() => {
    const model = document.querySelector('graven-model');
    model?.scrollIntoView({ block: 'start' });
    return !model || !!model.querySelector('svg, canvas');
})()";

/// What the browser says of the connection: the protocol of the page and of all that it has loaded (RFC 7301, RFC 9113), and the field of RFC 6797.
const CONNECTION: &str = "(async () => {
    const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const others = loaded.filter(entry => entry.transferSize > 0 && entry.nextHopProtocol !== 'h2');
    const fields = (await fetch('/robots.txt')).headers;
    return {
        protocol: performance.getEntriesByType('navigation')[0].nextHopProtocol,
        others: others.map(entry => entry.name + ' by ' + entry.nextHopProtocol),
        hsts: fields.get('strict-transport-security'),
        isSecure: isSecureContext && location.protocol === 'https:',
    };
})()";

/// Everything, in a tab that trusts the certificate. `site` is that of the address of HTTPS, `redirect` the one that leads to it.
pub fn all<T: Tab>(tab: &mut T, site: &Site, redirect: &str, paths: &[String]) -> Outcome<Findings> {
    let mut journey = Journey { tab, site, findings: Findings::default() };
    let post = paths.iter().find(|path| path.starts_with("/blog/")).map_or("/", String::as_str);
    for path in ["/", "/notes", post, "/models", "/search?q=redis"] {
        if paths.iter().any(|known| known == path) {
            journey.open(path)?;
            journey.expect(path, "https: a figure does not run", RUNS)?;
            connection(&mut journey, path)?;
        }
    }
    // The port is named, so the redirect names the other one; what follows the path is kept.
    journey.tab.open(&format!("{redirect}/notes?a=b#c"))?;
    let expected = format!("location.href === '{}/notes?a=b#c'", site.base);
    journey.expect("/notes", "https: HTTP does not lead to it", &expected)?;
    for complaint in journey.tab.complaints()? {
        journey.stumble("/notes", "https: the browser complains", &complaint);
    }
    let mut findings = journey.findings;
    findings.extend(journeys::all(tab, site, paths)?);
    Ok(findings)
}

fn connection<T: Tab>(journey: &mut Journey<T>, path: &str) -> Outcome<()> {
    let found = journey.tab.ask(CONNECTION)?;
    let is_right = found["protocol"] == "h2"
        && found["others"].as_array().is_some_and(Vec::is_empty)
        && found["hsts"] == "max-age=3600"
        && found["isSecure"] == Value::Bool(true);
    if !is_right {
        journey.stumble(path, "https: not over HTTP/2 with HSTS", &found.to_string());
    }
    for complaint in journey.tab.complaints()? {
        journey.stumble(path, "https: the browser complains", &complaint);
    }
    Ok(())
}
