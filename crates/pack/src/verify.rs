//! Checks a whole pack, as `notes verify` does.
//!
//! 1. The checksum and the digest of the index find every accident in it.
//! 2. The check of each record finds a writer's mistake, or a pack that was made up.
//! 3. Each variant's digest finds damage in its body. Every byte of the bodies belongs to a variant, so every byte of the
//!    pack is checked.

use crate::error::{Error, Fault};
use crate::format::{
    Coding, EditionRecord, PageRecord, RedirectRecord, RouteRecord, Run, Section, Slot, Span, VariantRecord, digest_of,
};
use crate::read::{Content, Edition, Pack, Page, Redirect, Route};
use crate::records::Origin;
use crate::rules::{self, PageFields};

impl Pack<'_> {
    /// Checks every byte against its digest, and every record against the format and the rules of HTTP.
    ///
    /// A pack that passes can be served without an error: each route is found by its path, each text is a valid field value,
    /// and each redirect has a valid target.
    ///
    /// ```
    /// use graven_pack::write::{ContentSpec, EditionSpec, Image, RedirectSpec};
    /// use graven_pack::{ALWAYS, Pack};
    ///
    /// let redirect = RedirectSpec { status: 308, location: "/new".into(), cache_control: "no-cache".into() };
    /// let edition = EditionSpec { from: ALWAYS, content: ContentSpec::Redirect(redirect) };
    /// let mut bytes = Image { time: 0, routes: [("/old".into(), vec![edition])].into() }.write()?;
    ///
    /// Pack::open(&bytes)?.verify()?;
    /// for at in 0..bytes.len() {
    ///     bytes[at] ^= 1;
    ///     assert!(Pack::open(&bytes).and_then(|pack| pack.verify()).is_err());
    ///     bytes[at] ^= 1;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(&self) -> Result<(), Error> {
        self.check_index()?;
        if digest_of(self.records().index()?) != Some(self.digest()) {
            return Err(Error::Digest);
        }
        self.verify_slots()?;
        let mut used = Used::default();
        let mut before: Option<Route<'_>> = None;
        for route in self.routes() {
            let route = route?;
            if before.is_some_and(|before| before.path() >= route.path()) {
                return Err(origin(Section::Routes, route.index()).error(Fault::Order));
            }
            self.verify_route(route, &mut used)?;
            before = Some(route);
        }
        used.check_complete(self)
    }

    /// Checks that no more slots are full than there are routes. Each route must also be found by its path, so no slot refers to
    /// anything else.
    fn verify_slots(&self) -> Result<(), Error> {
        let mut full = 0;
        for index in 0..self.records().extent(Section::Slots)?.count {
            let slot: Slot = self.records().record(index)?;
            full += usize::from(slot.route.is_some());
            if slot.route.is_none() && slot.tag != 0 {
                return Err(origin(Section::Slots, index).error(Fault::UnknownValue));
            }
            if full > self.len() {
                return Err(origin(Section::Slots, index).error(Fault::Order));
            }
        }
        Ok(())
    }

    fn verify_route(&self, route: Route<'_>, used: &mut Used) -> Result<(), Error> {
        let here = origin(Section::Routes, route.index());
        rules::path(route.path()).map_err(|fault| here.error(fault))?;
        if self.route(route.path())?.is_none_or(|found| found.index() != route.index()) {
            return Err(here.error(Fault::Unreachable));
        }
        let record: RouteRecord = self.records().record(route.index())?;
        if record.editions.count == 0 {
            return Err(here.error(Fault::NoEdition));
        }
        used.take(Section::Editions, record.editions, here)?;
        let mut before = None;
        for edition in route.editions() {
            let edition = edition?;
            if before.is_some_and(|before| before >= edition.from()) {
                return Err(origin(Section::Editions, edition.index()).error(Fault::Order));
            }
            self.verify_edition(route, edition, used)?;
            before = Some(edition.from());
        }
        Ok(())
    }

    fn verify_edition(&self, route: Route<'_>, edition: Edition<'_>, used: &mut Used) -> Result<(), Error> {
        let record: EditionRecord = self.records().record(edition.index())?;
        let run = Run { first: record.content, count: 1 };
        let here = origin(Section::Editions, edition.index());
        match edition.content() {
            Content::Page(page) => {
                used.take(Section::Pages, run, here)?;
                self.verify_page(route, page, origin(Section::Pages, record.content), used)
            }
            Content::Redirect(redirect) => {
                used.take(Section::Redirects, run, here)?;
                self.verify_redirect(route, redirect, origin(Section::Redirects, record.content))
            }
        }
    }

    fn verify_page(&self, route: Route<'_>, page: Page<'_>, origin: Origin, used: &mut Used) -> Result<(), Error> {
        let fields = PageFields {
            content_type: page.content_type(),
            cache_control: page.cache_control(),
            security_policy: page.security_policy(),
        };
        fields.check().map_err(|fault| origin.error(fault))?;
        rules::page(route.path()).map_err(|fault| origin.error(fault))?;
        if let Some(index) = page.alternate() {
            let alternate = self.route_at(index)?;
            if index == route.index() || !only_pages(alternate)? {
                return Err(origin.error(Fault::Alternate));
            }
        }
        self.verify_variants(page, origin, used)
    }

    fn verify_variants(&self, page: Page<'_>, page_origin: Origin, used: &mut Used) -> Result<(), Error> {
        let record: PageRecord = self.records().record(page_origin.index)?;
        used.take(Section::Variants, record.variants, page_origin)?;
        for n in 0..record.variants.count {
            let index = record.variants.index(n);
            let variant: VariantRecord = self.records().record(index)?;
            // An inflated one has no bytes of its own.
            if variant.source != VariantRecord::INFLATED {
                used.take_body(variant.body, origin(Section::Variants, index))?;
            }
        }
        let variants = page
            .variants()
            .map(|variant| {
                let variant = variant?;
                variant.checked_bytes()?;
                Ok((variant.coding(), variant.etag()))
            })
            .collect::<Result<Vec<(Coding, &str)>, Error>>()?;
        rules::variants(&variants).map_err(|fault| page_origin.error(fault))
    }

    fn verify_redirect(&self, route: Route<'_>, redirect: Redirect<'_>, origin: Origin) -> Result<(), Error> {
        let record: RedirectRecord = self.records().record(origin.index)?;
        if record.reserved != 0 {
            return Err(origin.error(Fault::UnknownValue));
        }
        rules::redirect(route.path(), redirect.status(), redirect.location(), redirect.cache_control())
            .map_err(|fault| origin.error(fault))
    }
}

fn only_pages(route: Route<'_>) -> Result<bool, Error> {
    for edition in route.editions() {
        if matches!(edition?.content(), Content::Redirect(_)) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn origin(section: Section, index: u32) -> Origin {
    Origin { section, index }
}

/// How many records of each section are used so far. Other records refer to them in order and without gaps, so each belongs to
/// exactly one.
#[derive(Default)]
struct Used {
    editions: u32,
    pages: u32,
    redirects: u32,
    variants: u32,
    /// In bytes.
    bodies: u32,
}

impl Used {
    fn of(&mut self, section: Section) -> Option<&mut u32> {
        match section {
            Section::Editions => Some(&mut self.editions),
            Section::Pages => Some(&mut self.pages),
            Section::Redirects => Some(&mut self.redirects),
            Section::Variants => Some(&mut self.variants),
            Section::Bodies => Some(&mut self.bodies),
            Section::Slots | Section::Routes | Section::Strings => None,
        }
    }

    /// Takes a run of records, which the record at `origin` refers to. It must begin at the first one that is not used.
    fn take(&mut self, section: Section, run: Run, origin: Origin) -> Result<(), Error> {
        match self.of(section) {
            Some(used) if *used == run.first => {
                *used = run.index(run.count);
                Ok(())
            }
            _ => Err(origin.error(Fault::Order)),
        }
    }

    /// Takes the body of the variant at `origin`: the next one, or one that another variant has too.
    fn take_body(&mut self, body: Span, origin: Origin) -> Result<(), Error> {
        let end = body.offset.checked_add(body.length).ok_or(origin.error(Fault::OutOfBounds))?;
        if body.offset > self.bodies || (body.offset < self.bodies && end > self.bodies) {
            return Err(origin.error(Fault::Order));
        }
        self.bodies = self.bodies.max(end);
        Ok(())
    }

    /// Checks that all records are used.
    fn check_complete(mut self, pack: &Pack<'_>) -> Result<(), Error> {
        for section in Section::ALL {
            let count = pack.records().extent(section)?.count;
            if let Some(&mut index) = self.of(section)
                && index != count
            {
                return Err(origin(section, index).error(Fault::Order));
            }
        }
        Ok(())
    }
}
