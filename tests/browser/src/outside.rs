//! Outside tools that run in a page: axe looks for what keeps people out, Readability is Firefox's reader mode. Their files come from npm.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::findings::Findings;
use crate::site::Outcome;
use crate::tab::{Scheme, Tab, View};

/// What axe looks at: a desktop in both schemes, and a phone, where targets are touched.
const VIEWS: [View; 3] = [
    View { font: 16, width: 1440, scheme: Scheme::Light },
    View { font: 16, width: 1440, scheme: Scheme::Dark },
    View { font: 16, width: 390, scheme: Scheme::Light },
];

/// The tools' sources.
pub struct Tools {
    axe: String,
    readability: String,
}

impl Tools {
    /// Reads them from a folder with `node_modules`.
    pub fn load(folder: &Path) -> Outcome<Self> {
        let read = |path: &str| {
            let path = folder.join("node_modules").join(path);
            fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        Ok(Self { axe: read("axe-core/axe.min.js")?, readability: read("@mozilla/readability/Readability.js")? })
    }

    /// Has all tools look at a page.
    pub fn inspect<T: Tab>(&self, tab: &mut T, base: &str, path: &str, findings: &mut Findings) -> Outcome<()> {
        for view in VIEWS {
            tab.look(view)?;
            tab.open(&format!("{base}{path}"))?;
            tab.ask(&format!("{};0", self.axe))?;
            for fault in tab.ask(AXE)?.as_array().into_iter().flatten() {
                let text = |index: usize| fault[index].as_str().unwrap_or_default();
                findings.add(path, &format!("axe: {}", text(0)), text(1), Some(view));
            }
        }
        if path.starts_with("/blog/") {
            for lost in tab.ask(&format!("{};{READER}", self.readability))?.as_array().into_iter().flatten() {
                findings.add(path, "reader mode loses a note", lost.as_str().unwrap_or_default(), None);
            }
        }
        Ok(())
    }
}

/// Has Lighthouse look at one page of each kind. It prints what is not perfect.
pub fn lighthouse(folder: &Path, base: &str, paths: &[String]) -> Outcome<Findings> {
    let mut findings = Findings::default();
    let post = paths.iter().find(|path| path.starts_with("/blog/")).map(String::as_str);
    let wanted = [Some("/"), Some("/notes"), Some("/blog"), post, Some("/search")];
    let shown = wanted.into_iter().flatten().filter(|wanted| paths.iter().any(|path| path == wanted));
    let status = Command::new("node").arg(folder.join("lighthouse.mjs")).arg(base).args(shown).status()?;
    if !status.success() {
        findings.add("all", "lighthouse: not perfect", "printed above", None);
    }
    Ok(findings)
}

/// Each rule that a page breaks, and where.
const AXE: &str = r"axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }).then(result => result.violations.flatMap(rule => {
    // What is drawn in a part of a model is its values. Its label names it, and says what pressing it does.
    const isPart = node => document.querySelector(node.target[0])?.closest('graven-model svg');
    const nodes = rule.id === 'label-content-name-mismatch' ? rule.nodes.filter(node => !isPart(node)) : rule.nodes;
    const places = nodes.slice(0, 3).map(node => node.target.join(' ')).join(', ');
    return nodes.length ? [[rule.id + ': ' + rule.help, nodes.length + ' times: ' + places]] : [];
}))";

/// The footnotes and alerts whose text is not in what reader mode shows.
const READER: &str = r#"(() => {
    const plain = text => text.replace(/[\s\u200b]+/g, "");
    const article = new Readability(document.cloneNode(true)).parse();
    if (!article) return ["everything: this is no article to it"];
    const kept = plain(article.textContent);
    const lost = note => {
        const walker = document.createTreeWalker(note, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const isMark = node.parentElement.closest("sup, a[href^='\\#fnref'], [role=doc-backlink], math, svg, button");
            if (!isMark && !kept.includes(plain(node.data))) return node.data.trim().replace(/\s+/g, " ").slice(0, 60);
        }
    };
    return [...document.querySelectorAll("main [role=note], main [role=doc-footnote], main [role=doc-endnotes] li, main aside, main .alert, main .note")]
        .map(lost)
        .filter(Boolean);
})()"#;
