//! The whole check of a pack: what `notes verify` runs, and what a flipped bit on an SD card does not get past.
//!
//! First the checksum and the digest of the index, which find every accident there. Then each record, which finds a
//! writer's mistake or a made-up pack, and with each variant its body. Every byte of the bodies belongs to a variant, so
//! that every byte of the pack is looked at.

use crate::error::{Error, Fault};
use crate::format::{
    Coding, EditionRecord, PageRecord, RedirectRecord, RouteRecord, Run, Section, Slot, Span, VariantRecord, digest_of,
};
use crate::read::{Content, Edition, Origin, Pack, Page, Redirect, Route};
use crate::rules::{self, PageFields};

impl Pack<'_> {
    /// Checks every byte against its digest, and every record against the format and HTTP's rules for what it says.
    ///
    /// What passes can be served without an error: each route is found by its path, each text is a field value that may
    /// be sent, each redirect leads to a place that may be named.
    pub fn verify(&self) -> Result<(), Error> {
        self.check_index()?;
        if digest_of(self.records().index()?) != Some(self.digest()) {
            return Err(Error::Digest);
        }
        self.verify_slots()?;
        let mut next = Next::default();
        let mut before: Option<Route<'_>> = None;
        for route in self.routes() {
            let route = route?;
            if before.is_some_and(|before| before.path() >= route.path()) {
                return Err(origin(Section::Routes, route.index()).error(Fault::Order));
            }
            self.verify_route(route, &mut next)?;
            before = Some(route);
        }
        next.check_all_used(self)
    }

    /// No more full slots than routes: since each route must also be found by its path, none leads elsewhere.
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

    fn verify_route(&self, route: Route<'_>, next: &mut Next) -> Result<(), Error> {
        let here = origin(Section::Routes, route.index());
        rules::path(route.path()).map_err(|fault| here.error(fault))?;
        if self.route(route.path())?.is_none_or(|found| found.index() != route.index()) {
            return Err(here.error(Fault::Unreachable));
        }
        let record: RouteRecord = self.records().record(route.index())?;
        if record.editions.count == 0 {
            return Err(here.error(Fault::NoEdition));
        }
        next.take(Section::Editions, record.editions, here)?;
        let mut before = None;
        for edition in route.editions() {
            let edition = edition?;
            if before.is_some_and(|before| before >= edition.from()) {
                return Err(origin(Section::Editions, edition.index()).error(Fault::Order));
            }
            self.verify_edition(route, edition, next)?;
            before = Some(edition.from());
        }
        Ok(())
    }

    fn verify_edition(&self, route: Route<'_>, edition: Edition<'_>, next: &mut Next) -> Result<(), Error> {
        let record: EditionRecord = self.records().record(edition.index())?;
        let run = Run { first: record.content, count: 1 };
        let here = origin(Section::Editions, edition.index());
        match edition.content() {
            Content::Page(page) => {
                next.take(Section::Pages, run, here)?;
                self.verify_page(route, page, origin(Section::Pages, record.content), next)
            }
            Content::Redirect(redirect) => {
                next.take(Section::Redirects, run, here)?;
                self.verify_redirect(route, redirect, origin(Section::Redirects, record.content))
            }
        }
    }

    fn verify_page(&self, route: Route<'_>, page: Page<'_>, origin: Origin, next: &mut Next) -> Result<(), Error> {
        let fields = PageFields {
            content_type: page.content_type(),
            cache_control: page.cache_control(),
            security_policy: page.security_policy(),
        };
        fields.check().map_err(|fault| origin.error(fault))?;
        if let Some(index) = page.alternate() {
            let alternate = self.route_at(index)?;
            if index == route.index() || !only_pages(alternate)? {
                return Err(origin.error(Fault::Alternate));
            }
        }
        self.verify_variants(page, origin, next)
    }

    fn verify_variants(&self, page: Page<'_>, page_origin: Origin, next: &mut Next) -> Result<(), Error> {
        let record: PageRecord = self.records().record(page_origin.index)?;
        next.take(Section::Variants, record.variants, page_origin)?;
        for place in 0..record.variants.count {
            let index = record.variants.index(place);
            let variant: VariantRecord = self.records().record(index)?;
            if variant.reserved != 0 {
                return Err(origin(Section::Variants, index).error(Fault::UnknownValue));
            }
            next.take_body(variant.body, origin(Section::Variants, index))?;
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

/// How far the records of each section are used. Those who refer to them do it in order and without a gap, so that every
/// record belongs to exactly one.
#[derive(Default)]
struct Next {
    editions: u32,
    pages: u32,
    redirects: u32,
    variants: u32,
    /// The end of the bodies so far, in bytes.
    bodies: u32,
}

impl Next {
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

    /// The next records of a section are those of `run`, for the record at `origin`.
    fn take(&mut self, section: Section, run: Run, origin: Origin) -> Result<(), Error> {
        match self.of(section) {
            Some(next) if *next == run.first => {
                *next = run.index(run.count);
                Ok(())
            }
            _ => Err(origin.error(Fault::Order)),
        }
    }

    /// The body of the variant at `origin` is the next one, or one that another variant has already.
    fn take_body(&mut self, body: Span, origin: Origin) -> Result<(), Error> {
        let end = body.offset.checked_add(body.length).ok_or(origin.error(Fault::OutOfBounds))?;
        if body.offset > self.bodies || (body.offset < self.bodies && end > self.bodies) {
            return Err(origin.error(Fault::Order));
        }
        self.bodies = self.bodies.max(end);
        Ok(())
    }

    /// No record is left over.
    fn check_all_used(mut self, pack: &Pack<'_>) -> Result<(), Error> {
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
