//! The writer: plain data in, the bytes of a pack out.
//!
//! 1. Each route is checked against the rules of [`Pack::verify`](crate::Pack::verify).
//! 2. The hash table is filled.
//! 3. The records are laid out, sorted by path; each distinct text and body is stored once.
//! 4. The sections are joined, and the digest and the checksum of the index are put into the header.
//!
//! The bytes depend on the [`Image`] alone: the same image always gives the same bytes.

use std::collections::BTreeMap;
use std::fmt;

use crate::error::Fault;
use crate::format::{
    CHECKSUM, Class, Coding, DIGEST, EditionRecord, Extent, HEADER_SIZE, Hash, Header, PROBES, PageRecord, Record,
    RedirectRecord, RouteRecord, Run, Section, Slot, Span, VariantRecord, body_digest, checksum_of, digest_of,
};
use crate::rules::{self, PageFields};

/// A site as plain data.
///
/// ```
/// use graven_pack::write::{ContentSpec, EditionSpec, Image, PageSpec, VariantSpec};
/// use graven_pack::{ALWAYS, Class, Coding, Pack};
///
/// let html = "<!doctype html><title>Hello</title>";
/// let page = PageSpec {
///     content_type: "text/html; charset=utf-8".into(),
///     cache_control: "no-cache".into(),
///     security_policy: "default-src 'none'".into(),
///     class: Class::Page,
///     alternate: None,
///     variants: vec![VariantSpec { coding: Coding::Identity, etag: "\"2f6b\"".into(), bytes: html.into() }],
/// };
/// let edition = EditionSpec { from: ALWAYS, content: ContentSpec::Page(page) };
/// let image = Image { time: 1_700_000_000, routes: [("/".into(), vec![edition])].into() };
///
/// let bytes = image.write()?;
/// assert_eq!(Pack::open(&bytes)?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// The pack's own time, in Unix seconds.
    pub time: i64,
    /// The editions of each path, oldest first.
    pub routes: BTreeMap<String, Vec<EditionSpec>>,
}

/// The content of a route from a point in time until its next edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditionSpec {
    /// The time from which it is valid, in Unix seconds, or [`ALWAYS`](crate::ALWAYS).
    pub from: i64,
    /// Its content.
    pub content: ContentSpec,
}

/// The content of an edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContentSpec {
    /// A representation to send.
    Page(PageSpec),
    /// A redirect to another place.
    Redirect(RedirectSpec),
}

/// A representation, in one or more codings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageSpec {
    /// The value of Content-Type.
    pub content_type: String,
    /// The value of Cache-Control.
    pub cache_control: String,
    /// The value of Content-Security-Policy; empty to send none.
    pub security_policy: String,
    /// Its kind, for request counters.
    pub class: Class,
    /// The path of its second representation, which a request chooses with Accept.
    pub alternate: Option<String>,
    /// Its variants, in any order; one has no coding.
    pub variants: Vec<VariantSpec>,
}

/// The bytes of a page in one coding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantSpec {
    /// The content coding.
    pub coding: Coding,
    /// The entity tag: strong, with its quotes.
    pub etag: String,
    /// The bytes as they are sent.
    pub bytes: Vec<u8>,
}

/// A redirect to another place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectSpec {
    /// 301, 302, 307 or 308.
    pub status: u16,
    /// The value of Location: a path with one leading slash, percent-encoded, or an http or https URL.
    pub location: String,
    /// The value of Cache-Control.
    pub cache_control: String,
}

/// Why an image cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// A route breaks a rule.
    Route {
        /// Its path.
        path: String,
        /// The index of the edition at fault, from 0; `None` if the route itself is at fault.
        edition: Option<usize>,
        /// What is wrong.
        fault: Fault,
    },
    /// Too many paths have colliding hashes, so a lookup of this one would fail.
    Collision {
        /// The path.
        path: String,
    },
    /// The pack would be 4 GiB or more.
    TooLarge,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Route { path, edition: None, fault } => write!(f, "route {path:?}: {fault}"),
            WriteError::Route { path, edition: Some(edition), fault } => {
                write!(f, "route {path:?}, edition {edition}: {fault}")
            }
            WriteError::Collision { path } => {
                write!(f, "route {path:?}: too many paths have colliding hashes; rename it")
            }
            WriteError::TooLarge => f.write_str("the site is too large: a pack must be smaller than 4 GiB"),
        }
    }
}

impl std::error::Error for WriteError {}

impl Image {
    /// The bytes of the pack. An image that breaks a rule of [`Pack::verify`](crate::Pack::verify) is an error.
    ///
    /// ```
    /// use graven_pack::write::{ContentSpec, EditionSpec, Image, RedirectSpec};
    ///
    /// let to_itself = RedirectSpec { status: 308, location: "/a".into(), cache_control: "no-cache".into() };
    /// let edition = EditionSpec { from: graven_pack::ALWAYS, content: ContentSpec::Redirect(to_itself) };
    /// let error = Image { time: 0, routes: [("/a".into(), vec![edition])].into() }.write().unwrap_err();
    /// assert_eq!(error.to_string(), "route \"/a\", edition 0: it redirects to itself");
    /// ```
    pub fn write(&self) -> Result<Vec<u8>, WriteError> {
        for (path, editions) in &self.routes {
            self.check_route(path, editions)?;
        }
        let paths: Vec<&str> = self.routes.keys().map(String::as_str).collect();
        let slots = slots(&paths)?;
        let mut tables = Tables::default();
        for (path, editions) in &self.routes {
            tables.put_route(path, editions, &paths)?;
        }
        tables.assemble(self.time, &slots)
    }

    fn check_route(&self, path: &str, editions: &[EditionSpec]) -> Result<(), WriteError> {
        let error = |edition, fault| WriteError::Route { path: path.to_owned(), edition, fault };
        rules::path(path).map_err(|fault| error(None, fault))?;
        if editions.is_empty() {
            return Err(error(None, Fault::NoEdition));
        }
        if !editions.is_sorted_by(|one, next| one.from < next.from) {
            return Err(error(None, Fault::Order));
        }
        for (n, edition) in editions.iter().enumerate() {
            match &edition.content {
                ContentSpec::Page(page) => self.check_page(path, page),
                ContentSpec::Redirect(to) => rules::redirect(path, to.status, &to.location, &to.cache_control),
            }
            .map_err(|fault| error(Some(n), fault))?;
        }
        Ok(())
    }

    fn check_page(&self, path: &str, page: &PageSpec) -> Result<(), Fault> {
        let fields = PageFields {
            content_type: &page.content_type,
            cache_control: &page.cache_control,
            security_policy: &page.security_policy,
        };
        fields.check()?;
        let variants: Vec<_> = page.in_order().iter().map(|variant| (variant.coding, variant.etag.as_str())).collect();
        rules::variants(&variants)?;
        match &page.alternate {
            Some(alternate) if alternate == path || !self.has_only_pages(alternate) => Err(Fault::Alternate),
            _ => Ok(()),
        }
    }

    /// Whether the route exists and never redirects.
    fn has_only_pages(&self, path: &str) -> bool {
        let is_page = |edition: &EditionSpec| matches!(edition.content, ContentSpec::Page(_));
        self.routes.get(path).is_some_and(|editions| editions.iter().all(is_page))
    }
}

impl PageSpec {
    fn in_order(&self) -> Vec<&VariantSpec> {
        let mut variants: Vec<_> = self.variants.iter().collect();
        variants.sort_by_key(|variant| variant.coding);
        variants
    }
}

/// The hash table of these paths: at most half full, and larger if a search would be too long.
fn slots(paths: &[&str]) -> Result<Vec<Slot>, WriteError> {
    /// How often the table may double. If a search is still too long, the hashes of the paths collide.
    const DOUBLINGS: u32 = 4;
    let least = number(paths.len())?.checked_mul(2).and_then(u32::checked_next_power_of_two);
    let mut size = least.ok_or(WriteError::TooLarge)?.max(8);
    for _ in 0..DOUBLINGS {
        if let Ok(slots) = fill_slots(paths, size) {
            return Ok(slots);
        }
        size = size.checked_mul(2).ok_or(WriteError::TooLarge)?;
    }
    fill_slots(paths, size).map_err(|path| WriteError::Collision { path: path.to_owned() })
}

/// A table of `size` slots, or the first path that has no free slot within [`PROBES`].
fn fill_slots<'a>(paths: &[&'a str], size: u32) -> Result<Vec<Slot>, &'a str> {
    let mut slots = vec![Slot::default(); size as usize];
    for (index, path) in (0..).zip(paths) {
        let hash = Hash::of(path);
        let mut candidates = (0..PROBES).map(|probe| hash.slot(probe, size) as usize);
        let free = candidates.find(|&at| slots.get(at).is_some_and(|slot| slot.route.is_none()));
        let slot = free.and_then(|at| slots.get_mut(at)).ok_or(*path)?;
        *slot = Slot { tag: hash.tag(), route: Some(index) };
    }
    Ok(slots)
}

/// The records of all routes.
#[derive(Default)]
struct Tables<'a> {
    routes: Vec<RouteRecord>,
    editions: Vec<EditionRecord>,
    pages: Vec<PageRecord>,
    redirects: Vec<RedirectRecord>,
    variants: Vec<VariantRecord>,
    strings: Blob<'a>,
    bodies: Blob<'a>,
}

impl<'a> Tables<'a> {
    fn put_route(&mut self, path: &'a str, editions: &'a [EditionSpec], paths: &[&str]) -> Result<(), WriteError> {
        let path = self.strings.put(path.as_bytes())?;
        let run = Run { first: number(self.editions.len())?, count: number(editions.len())? };
        self.routes.push(RouteRecord { path, editions: run });
        for edition in editions {
            let (kind, content) = match &edition.content {
                ContentSpec::Page(page) => (EditionRecord::PAGE, self.put_page(page, paths)?),
                ContentSpec::Redirect(redirect) => (EditionRecord::REDIRECT, self.put_redirect(redirect)?),
            };
            self.editions.push(EditionRecord { from: edition.from, kind, content });
        }
        Ok(())
    }

    /// Adds a page; returns its index.
    fn put_page(&mut self, page: &'a PageSpec, paths: &[&str]) -> Result<u32, WriteError> {
        let index = number(self.pages.len())?;
        let alternate = page.alternate.as_deref().and_then(|path| paths.binary_search(&path).ok());
        let record = PageRecord {
            content_type: self.strings.put(page.content_type.as_bytes())?,
            cache_control: self.strings.put(page.cache_control.as_bytes())?,
            security_policy: self.strings.put(page.security_policy.as_bytes())?,
            class: page.class as u32,
            alternate: alternate.map(number).transpose()?,
            variants: Run { first: number(self.variants.len())?, count: number(page.variants.len())? },
        };
        for variant in page.in_order() {
            self.variants.push(VariantRecord {
                etag: self.strings.put(variant.etag.as_bytes())?,
                body: self.bodies.put(&variant.bytes)?,
                coding: variant.coding as u32,
                reserved: 0,
                digest: body_digest(&variant.bytes),
            });
        }
        self.pages.push(record);
        Ok(index)
    }

    /// Adds a redirect; returns its index.
    fn put_redirect(&mut self, redirect: &'a RedirectSpec) -> Result<u32, WriteError> {
        let index = number(self.redirects.len())?;
        self.redirects.push(RedirectRecord {
            location: self.strings.put(redirect.location.as_bytes())?,
            cache_control: self.strings.put(redirect.cache_control.as_bytes())?,
            status: u32::from(redirect.status),
            reserved: 0,
        });
        Ok(index)
    }

    /// Joins header and sections, and writes the digest and the checksum into the header.
    fn assemble(&self, time: i64, slots: &[Slot]) -> Result<Vec<u8>, WriteError> {
        let counts = [
            number(slots.len())?,
            number(self.routes.len())?,
            number(self.editions.len())?,
            number(self.pages.len())?,
            number(self.redirects.len())?,
            number(self.variants.len())?,
            self.strings.length,
            self.bodies.length,
        ];
        let mut extents = [Extent::default(); 8];
        let mut end = HEADER_SIZE;
        for ((extent, section), count) in extents.iter_mut().zip(Section::ALL).zip(counts) {
            *extent = Extent { offset: end, count };
            let size = count.checked_mul(section.record_size()).ok_or(WriteError::TooLarge)?;
            end = end.checked_add(size).ok_or(WriteError::TooLarge)?;
        }
        let header = Header { length: u64::from(end), time, digest: [0; 32], checksum: 0, extents };
        let mut pack = Vec::with_capacity(end as usize);
        header.write(&mut pack);
        put_records(&mut pack, slots);
        put_records(&mut pack, &self.routes);
        put_records(&mut pack, &self.editions);
        put_records(&mut pack, &self.pages);
        put_records(&mut pack, &self.redirects);
        put_records(&mut pack, &self.variants);
        self.strings.append_to(&mut pack);
        let digest = digest_of(&pack).expect("the header was written above");
        pack[DIGEST].copy_from_slice(&digest);
        let checksum = checksum_of(&pack).expect("the header was written above");
        pack[CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
        self.bodies.append_to(&mut pack);
        Ok(pack)
    }
}

fn put_records<R: Record>(pack: &mut Vec<u8>, records: &[R]) {
    for record in records {
        record.write(pack);
    }
}

/// Distinct byte strings, in the order of first use.
#[derive(Default)]
struct Blob<'a> {
    parts: Vec<&'a [u8]>,
    length: u32,
    /// The position of each. Lengths are compared first, because pages of a site begin alike but rarely have the same length.
    spans: BTreeMap<(usize, &'a [u8]), Span>,
}

impl<'a> Blob<'a> {
    fn put(&mut self, bytes: &'a [u8]) -> Result<Span, WriteError> {
        if let Some(&span) = self.spans.get(&(bytes.len(), bytes)) {
            return Ok(span);
        }
        let span = Span { offset: self.length, length: number(bytes.len())? };
        self.length = self.length.checked_add(span.length).ok_or(WriteError::TooLarge)?;
        self.parts.push(bytes);
        self.spans.insert((bytes.len(), bytes), span);
        Ok(span)
    }

    fn append_to(&self, pack: &mut Vec<u8>) {
        for part in &self.parts {
            pack.extend_from_slice(part);
        }
    }
}

/// A length or an index in the format's type.
fn number(value: usize) -> Result<u32, WriteError> {
    u32::try_from(value).map_err(|_| WriteError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_grows_until_each_search_is_short() {
        // Half full, the longest search among these takes 52 slots.
        let paths: Vec<String> = (0..131_072).map(|n| format!("/blog/{n}")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        assert!(fill_slots(&paths, 262_144).is_err());
        assert_eq!(slots(&paths).map(|slots| slots.len()), Ok(524_288));
    }

    #[test]
    fn paths_with_colliding_hashes_are_refused_and_one_is_named() {
        let largest = 128 << 4;
        let alike = (0..).map(|n| format!("/{n}")).filter(|path| Hash::of(path).slot(0, largest) == 7);
        let alike: Vec<String> = alike.take(33).collect();
        let paths: Vec<&str> = alike.iter().map(String::as_str).collect();
        assert_eq!(slots(&paths), Err(WriteError::Collision { path: alike[32].clone() }));
        assert!(slots(&paths[..32]).is_ok());
    }
}
