//! The addresses in the files of a theme. They are in every page, so that a path has to begin with `/`; and what a page may not load is an error.

use std::ops::Range;

use crate::diagnostic::{Diagnostic, Report};
use crate::security_policy::{Hosts, allows};
use crate::span::Spanned;
use crate::tree::SourceTree;
use crate::url::{BaseUrl, ReferenceKind, authority, is_external};

/// An address in a file of the theme that leads to this site. Whether it has a target is known when all pages are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The path of the file.
    pub(crate) path: String,
    /// As it is written.
    pub(crate) target: String,
    /// Its place in the file.
    pub(crate) span: Range<usize>,
}

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Readers go there.
    Link,
    Picture,
    Script,
    Frame,
    Form,
    /// A font, a sound, a manifest: from this site alone.
    Own,
}

impl Purpose {
    /// The setting that allows other hosts, and its hosts.
    fn hosts(self, hosts: &Hosts) -> Option<(&'static str, &[String])> {
        match self {
            Self::Picture => Some(("images", &hosts.images)),
            Self::Script => Some(("scripts", &hosts.scripts)),
            Self::Frame => Some(("frames", &hosts.frames)),
            Self::Form => Some(("forms", &hosts.forms)),
            Self::Link | Self::Own => None,
        }
    }

    /// Whether the file can be copied into the content instead.
    fn can_be_copied(self) -> bool {
        matches!(self, Self::Picture | Self::Script | Self::Own)
    }
}

/// Judges the addresses of one file.
pub(super) struct Judge<'a> {
    pub(super) path: &'a str,
    pub(super) tree: &'a SourceTree,
    pub(super) hosts: &'a Hosts,
    pub(super) base_url: &'a BaseUrl,
    pub(super) references: &'a mut Vec<Reference>,
    pub(super) report: &'a mut Report,
}

impl Judge<'_> {
    /// Notes an address of this site, or reports what is wrong with it.
    pub(super) fn address(&mut self, address: &Spanned<String>, purpose: Purpose) {
        let target = address.value.as_str();
        let is_data = target.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
        match ReferenceKind::of(target) {
            // Judged on each page: the fragment is one of that page.
            ReferenceKind::Site if target.starts_with(['#', '?']) => {}
            ReferenceKind::Site if purpose == Purpose::Frame => self.blocked(address, purpose),
            ReferenceKind::Site | ReferenceKind::Script => self.note(address),
            ReferenceKind::RelativePath => self.relative(address),
            ReferenceKind::External if purpose == Purpose::Link => {}
            ReferenceKind::External if purpose == Purpose::Picture && is_data => {}
            ReferenceKind::External => {
                let sources = purpose.hosts(self.hosts).map_or(&[][..], |(_, sources)| sources);
                if !allows(sources, target) {
                    self.blocked(address, purpose);
                }
            }
        }
    }

    fn note(&mut self, Spanned { value, span }: &Spanned<String>) {
        let reference = Reference { path: self.path.to_owned(), target: value.clone(), span: span.clone() };
        self.references.push(reference);
    }

    fn relative(&mut self, Spanned { value, span }: &Spanned<String>) {
        let name = value.trim_start_matches(['.', '/']);
        let help = if self.tree.get(&format!("static/{name}")).is_some() {
            format!("write \"/{name}\"")
        } else {
            format!("write the path from the root of the site, \"/{name}\"; files go into static/")
        };
        let message = format!("\"{value}\" is relative to each page that contains it");
        self.report.push(Diagnostic::error(self.path, span.clone(), message).help(help));
    }

    fn blocked(&mut self, Spanned { value, span }: &Spanned<String>, purpose: Purpose) {
        let message = format!("\"{}\" is blocked by the page's security policy", shortened(value));
        let mut error = Diagnostic::error(self.path, span.clone(), message);
        if purpose.can_be_copied() {
            error = error.help("put a copy into static/, and write its path: \"/…\"");
        }
        if let Some(((setting, _), host)) = purpose.hosts(self.hosts).zip(host(value)) {
            let or = if purpose.can_be_copied() { "or " } else { "" };
            error = error.help(format!("{or}allow its host in site.toml:\n[policy]\n{setting} = [\"{host}\"]"));
        }
        if purpose == Purpose::Frame && !is_external(value) {
            error = error.help("link to it: no page of this site may be in a frame");
        }
        self.report.push(error);
    }
}

/// The host of an address of another site.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("//").filter(|_| is_external(url))?;
    Some(authority(rest)).filter(|host| !host.is_empty())
}

/// A `data:` URL can have megabytes.
fn shortened(url: &str) -> String {
    match url.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &url[..end]),
        None => url.to_owned(),
    }
}
